#include "core/routing/share.h"

#include "core/figures/rows.h"
#include "core/routing/agenda.h"
#include "core/routing/match.h"
#include "core/routing/referral.h"
#include "core/routing/safety.h"

static void add(struct hw_engine *engine, const struct hw_referral_share *share, int sign)
{
    for (unsigned i = 0; i < HW_DIMENSIONS; i++) {
        struct hw_row_record *row;

        if (share->rows[i] == 0)
            continue;
        row = hw_row_at(engine, share->rows[i]);
        row->version++;
        if (share->figure < HW_ROUTING_FIGURES)
            row->routing[share->figure] += sign;
        row->routing[HW_ROUTING_HOME] += sign * share->home;
        row->routing[HW_ROUTING_PAST_REVIEW] += sign * share->past_review;
        row->routing[HW_ROUTING_STARTING] += sign * share->starting;
    }
}

static enum hw_routing_figure figure_of(const struct hw_referral *referral)
{
    if (referral->state == HW_REFERRAL_ENDED)
        return HW_ROUTING_FIGURES;
    if ((referral->held & (HW_HELD_BY_PERSON | HW_HELD_BY_IDENTITY)) != 0 &&
        referral->state < HW_REFERRAL_ACCEPTED)
        return HW_ROUTING_HELD;
    if ((referral->held & HW_HELD_BY_DEATH) != 0 && referral->state == HW_REFERRAL_WAITING)
        return HW_ROUTING_FIGURES; /* Nobody waits. */
    switch (referral->state) {
    case HW_REFERRAL_PROPOSED:
        return HW_ROUTING_PROPOSED;
    case HW_REFERRAL_OFFERED:
        return HW_ROUTING_OFFERED;
    case HW_REFERRAL_ACCEPTED:
        return HW_ROUTING_ACCEPTED;
    case HW_REFERRAL_PLACED:
        return HW_ROUTING_PLACED;
    default:
        return referral->direction == HW_STEP_UP ? HW_ROUTING_WAITING_STEP_UP
                                                 : HW_ROUTING_WAITING_STEP_DOWN;
    }
}

void hw_referral_count(struct hw_engine *engine, uint32_t handle)
{
    struct hw_referral *referral = hw_referral_at(engine, handle);
    struct hw_referral_share share = {.figure = (uint8_t)figure_of(referral)};

    for (uint32_t at = referral->matches; at != 0; at = hw_match_at(engine, at)->referral_next) {
        const struct hw_match *match = hw_match_at(engine, at);

        if (match->state == HW_MATCH_STARTED && match->past_review)
            share.past_review = 1;
        if (((match->state == HW_MATCH_ACCEPTED &&
                 (referral->flags & HW_REFERRAL_START_BLOCKED) == 0) ||
                match->state == HW_MATCH_STARTED) &&
            match->starts_ms != HW_TIME_NONE &&
            hw_london_day(match->starts_ms) == engine->root.today)
            share.starting = 1;
    }
    share.home = referral->state != HW_REFERRAL_ENDED && hw_safety_is_home_without(referral);
    if (share.figure < HW_ROUTING_FIGURES || share.starting) {
        share.rows[0] = HW_ROW_TOTAL;
        share.rows[1] = hw_row_take(engine, HW_BY_SITE, 0, referral->site);
        share.rows[2] = hw_row_take(engine, HW_BY_COUNCIL, 0, referral->council);
        share.rows[3] = hw_row_take(engine, HW_BY_ZONE, 0, referral->zone);
    }
    if (memcmp(&share, &referral->share, sizeof share) == 0)
        return;
    add(engine, &referral->share, -1);
    referral->share = share;
    add(engine, &share, 1);
}

void hw_referrals_new_day(struct hw_engine *engine)
{
    for (uint32_t i = 1; i < engine->services.count; i++) {
        const struct hw_service *service = HW_AT(engine, services, hw_service, i);

        for (uint32_t at = service->matches; at != 0; at = hw_match_at(engine, at)->service_next)
            hw_referral_count(engine, hw_match_at(engine, at)->referral);
        /* A start that was too far off yesterday may be near enough today (R9). */
        if (service->waiting > 0)
            hw_agenda_service(engine, i);
    }
}
