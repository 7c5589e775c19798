#include "core/routing/unsure.h"

#include "core/routing/agenda.h"
#include "core/routing/match.h"
#include "core/routing/referral.h"
#include "core/services/service.h"

enum {
    SILENCE_MINUTES = 60,
    SPOKEN_DAYS = 7,
    OFFER_LEFT_MINUTES = 15, /* of each open offer, after a stop */
    QUIET_MINUTES = 2,       /* after a stop */
    FEEDS_MAX = 1024,        /* more are not heard: nothing rests on them */
    SPOKEN_MAX = 8192,       /* feeds and sites */
};

static struct hw_feed_record *feed_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, feeds, hw_feed_record, handle);
}

static struct hw_spoken *spoken_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, spoken, hw_spoken, handle);
}

/* ---- feeds: a few dozen ---- */

/* 0: not known, and no room. */
static uint32_t take_feed(struct hw_engine *engine, uint32_t source)
{
    uint32_t handle;

    for (handle = 1; handle < engine->feeds.count; handle++)
        if (feed_at(engine, handle)->source == source)
            return handle;
    if (handle > FEEDS_MAX)
        return 0;
    handle = hw_arena_take(&engine->feeds);
    *feed_at(engine, handle) = (struct hw_feed_record){.source = source, .known_ms = HW_TIME_NONE};
    return handle;
}

static int64_t silence_of(const struct hw_engine *engine, const struct hw_feed_record *feed)
{
    if (feed->silence_ms > 0)
        return feed->silence_ms;
    return engine->root.silence_ms > 0 ? engine->root.silence_ms : SILENCE_MINUTES * HW_MINUTE_MS;
}

static bool is_stale(const struct hw_engine *engine, const struct hw_feed_record *feed)
{
    return feed->known_ms != HW_TIME_NONE &&
        engine->root.accepted_ms - feed->known_ms > silence_of(engine, feed);
}

static void take_site(struct hw_engine *engine, uint32_t feed, uint32_t site)
{
    uint32_t at = feed_at(engine, feed)->sites;

    while (at != 0 && spoken_at(engine, at)->site != site)
        at = spoken_at(engine, at)->next;
    if (at == 0) {
        if (engine->spoken.count > SPOKEN_MAX)
            return;
        at = hw_arena_take(&engine->spoken);
        spoken_at(engine, at)->site = site;
        spoken_at(engine, at)->next = feed_at(engine, feed)->sites;
        feed_at(engine, feed)->sites = at;
    }
    spoken_at(engine, at)->last_ms = engine->root.accepted_ms;
}

/* ---- what was kept back ---- */

/* Whatever is out, or might go out, by itself: what merely waits is proposed all the same. */
static void look_at_live(struct hw_engine *engine)
{
    for (uint32_t service = 1; service < engine->services.count; service++)
        for (uint32_t at = hw_service_at(engine, service)->matches; at != 0;
             at = hw_match_at(engine, at)->service_next)
            if (hw_match_at(engine, at)->state < HW_MATCH_ACCEPTED ||
                hw_match_at(engine, at)->package == HW_PACKAGE_KEPT)
                hw_agenda_referral(engine, hw_match_at(engine, at)->referral);
}

/* ---- hearing ---- */

static bool is_of_a_feed(const struct hw_event *event)
{
    return event->kind >= HW_KIND_SPELL_ADMITTED && event->kind < HW_KIND_DECIDE_ROUTING_MODE &&
        event->source.size > 0;
}

/* The latest moment that a message knew of, as far as it says. */
static int64_t known_by(const struct hw_engine *engine, const struct hw_event *event)
{
    int64_t known = hw_time_is(event->sent) ? event->sent.start_ms : HW_TIME_NONE;

    if (hw_time_is(event->recorded) && event->recorded.start_ms > known)
        known = event->recorded.start_ms;
    return known == HW_TIME_NONE || known > engine->root.accepted_ms ? engine->root.accepted_ms
                                                                     : known;
}

void hw_unsure_hear(struct hw_engine *engine, const struct hw_event *event)
{
    struct hw_feed_record *feed;
    uint32_t handle, site;
    int64_t known;
    bool was_stale;

    if (engine->services.count == 1 || !is_of_a_feed(event))
        return;
    handle = take_feed(engine, hw_text_intern(engine, event->source));
    if (handle == 0)
        return;
    feed = feed_at(engine, handle);
    known = known_by(engine, event);
    was_stale = is_stale(engine, feed);
    if (feed->known_ms == HW_TIME_NONE || known > feed->known_ms)
        feed->known_ms = known;
    site = hw_text_intern(engine, hw_event_text(event, HW_FIELD_SITE));
    if (site != 0)
        take_site(engine, handle, site);
    if (was_stale && !is_stale(engine, feed))
        look_at_live(engine);
}

void hw_unsure_expect(struct hw_engine *engine, struct hw_slice source, int64_t minutes)
{
    int64_t silence_ms = minutes > 0 ? minutes * HW_MINUTE_MS : 0;
    uint32_t feed;

    if (hw_slice_is(source, "*")) {
        engine->root.silence_ms = silence_ms;
    } else {
        feed = take_feed(engine, hw_text_intern(engine, source));
        if (feed != 0)
            feed_at(engine, feed)->silence_ms = silence_ms;
    }
    look_at_live(engine);
}

/* ---- asking ---- */

bool hw_unsure_site(const struct hw_engine *engine, uint32_t site)
{
    for (uint32_t feed = 1; feed < engine->feeds.count; feed++) {
        if (!is_stale(engine, feed_at(engine, feed)))
            continue;
        for (uint32_t at = feed_at(engine, feed)->sites; at != 0; at = spoken_at(engine, at)->next)
            if (spoken_at(engine, at)->site == site &&
                engine->root.accepted_ms - spoken_at(engine, at)->last_ms <=
                    SPOKEN_DAYS * HW_DAY_MS)
                return true;
    }
    return false;
}

bool hw_unsure(const struct hw_engine *engine, uint32_t referral)
{
    uint32_t site = hw_referral_at(engine, referral)->site;

    return engine->root.unsure_until_ms != HW_TIME_OPEN ||
        (site != 0 && hw_unsure_site(engine, site));
}

/* ---- after a stop ---- */

void hw_unsure_resume(struct hw_engine *engine)
{
    int64_t now = engine->root.accepted_ms, least = now + OFFER_LEFT_MINUTES * HW_MINUTE_MS;

    engine->root.unsure_until_ms = now + QUIET_MINUTES * HW_MINUTE_MS;
    for (uint32_t service = 1; service < engine->services.count; service++)
        for (uint32_t at = hw_service_at(engine, service)->matches; at != 0;
             at = hw_match_at(engine, at)->service_next) {
            struct hw_match *match = hw_match_at(engine, at);

            if (match->state != HW_MATCH_OFFERED || match->expires_ms >= least)
                continue;
            match->expires_ms = least;
            hw_match_set_timer(engine, at);
        }
}

void hw_unsure_settled(struct hw_engine *engine)
{
    engine->root.unsure_until_ms = HW_TIME_OPEN;
    look_at_live(engine);
}

void hw_unsure_new_day(struct hw_engine *engine)
{
    look_at_live(engine);
}

bool hw_engine_wants_resuming(const struct hw_engine *engine)
{
    for (uint32_t service = 1; service < engine->services.count; service++)
        for (uint32_t at = hw_service_at(engine, service)->matches; at != 0;
             at = hw_match_at(engine, at)->service_next)
            if (hw_match_at(engine, at)->state < HW_MATCH_ACCEPTED)
                return true;
    return false;
}
