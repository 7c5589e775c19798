#include "core/routing/safety.h"

#include "core/routing/agenda.h"
#include "core/routing/alert.h"
#include "core/routing/decide.h"
#include "core/routing/match.h"
#include "core/routing/mode.h"
#include "core/routing/package.h"
#include "core/routing/profile.h"
#include "core/routing/reach.h"
#include "core/routing/referral.h"
#include "core/routing/rules.h"
#include "core/routing/tell.h"
#include "core/services/service.h"

/* ---- where the person is ---- */

/* In a placement it is an admission that counts, not a discharge that is told late. */
static bool is_away_from(const struct hw_referral *referral, const struct hw_match *match)
{
    if (match->state != HW_MATCH_STARTED || referral->direction != HW_STEP_DOWN)
        return hw_referral_is_away(referral);
    return (referral->seen & HW_SEEN_IN_HOSPITAL) != 0 &&
        (referral->left_ms != HW_TIME_NONE || referral->admitted_ms > match->started_ms);
}

bool hw_safety_is_home_without(const struct hw_referral *referral)
{
    return referral->direction == HW_STEP_DOWN && referral->left_ms != HW_TIME_NONE &&
        referral->pathway != HW_P0 && referral->pathway < HW_P_NONE &&
        referral->state < HW_REFERRAL_PLACED && (referral->flags & HW_REFERRAL_ONWARD) == 0 &&
        (referral->seen & (HW_SEEN_DEAD | HW_SEEN_IN_HOSPITAL)) == 0;
}

/* ---- suspension ---- */

/* Units of somebody who died are released after this, or when somebody else says so (R7). */
enum { DEATH_HOLD_HOURS = 24 };

static const char *const causes[] = {[HW_SUSPENDED_NOT] = "resumed",
    [HW_SUSPENDED_AWAY] = "away",
    [HW_SUSPENDED_DEAD] = "died",
    [HW_SUSPENDED_PACKAGE] = "package"};

static enum hw_suspension suspension_of(
    const struct hw_referral *referral, const struct hw_match *match)
{
    /* Nobody was told of a proposal: it ends, or waits with its referral. */
    if (match->state == HW_MATCH_PROPOSED)
        return HW_SUSPENDED_NOT;
    if (referral->seen & HW_SEEN_DEAD)
        return HW_SUSPENDED_DEAD;
    /* Its provider said how long it is kept. */
    if (match->state == HW_MATCH_STARTED && match->package >= HW_PACKAGE_KEPT)
        return HW_SUSPENDED_PACKAGE;
    return is_away_from(referral, match) ? HW_SUSPENDED_AWAY : HW_SUSPENDED_NOT;
}

static bool is_released_by_death(const struct hw_engine *engine, const struct hw_referral *referral,
    const struct hw_match *match)
{
    if ((referral->seen & HW_SEEN_DEAD) == 0)
        return false;
    return match->state == HW_MATCH_PROPOSED || (referral->seen & HW_SEEN_DEATH_TWICE) != 0 ||
        (referral->flags & HW_REFERRAL_DEATH_CONFIRMED) != 0 ||
        (match->suspended_for == HW_SUSPENDED_DEAD &&
            match->suspended_until_ms <= engine->root.accepted_ms);
}

/* Kept until a day that has come; not while its restart may not have been heard of (R16). */
static bool is_lapsed(const struct hw_engine *engine, const struct hw_match *match)
{
    return match->suspended_for == HW_SUSPENDED_PACKAGE && match->package == HW_PACKAGE_KEPT &&
        match->suspended_until_ms <= engine->root.accepted_ms &&
        !hw_mode_is_still(engine, match->referral, match->service);
}

bool hw_safety_decide_match(struct hw_engine *engine, uint32_t handle)
{
    const struct hw_match *match = hw_match_at(engine, handle);
    const struct hw_referral *referral = hw_referral_at(engine, match->referral);
    enum hw_suspension wanted;
    struct hw_event *event;

    if (!hw_match_is_live(match))
        return false;
    if (is_released_by_death(engine, referral, match)) {
        hw_decision_end(engine, handle, "died");
        return true;
    }
    wanted = suspension_of(referral, match);
    if (wanted == HW_SUSPENDED_PACKAGE && is_lapsed(engine, match)) {
        hw_decision_end(engine, handle, "lapsed");
        return true;
    }
    if (wanted == (enum hw_suspension)match->suspended_for)
        return false;
    event = hw_decision_about(engine, HW_KIND_DECIDED_SUSPENSION, handle);
    hw_event_set_text(event, HW_FIELD_REASON, hw_slice_text(causes[wanted]));
    if (wanted == HW_SUSPENDED_DEAD)
        hw_decision_set_time(
            event, HW_FIELD_UNTIL, engine->root.accepted_ms + DEATH_HOLD_HOURS * HW_HOUR_MS);
    else if (wanted == HW_SUSPENDED_AWAY)
        hw_decision_set_time(event, HW_FIELD_UNTIL,
            engine->root.accepted_ms + hw_service_at(engine, match->service)->suspend_hold_ms);
    return true;
}

static enum hw_suspension cause_of(struct hw_slice name)
{
    for (unsigned i = 0; i < sizeof causes / sizeof *causes; i++)
        if (hw_slice_is(name, causes[i]))
            return (enum hw_suspension)i;
    return HW_SUSPENDED_NOT;
}

void hw_safety_apply(struct hw_engine *engine, const struct hw_event *event, uint32_t handle)
{
    struct hw_match *match = hw_match_at(engine, handle);
    enum hw_suspension cause = cause_of(hw_event_text(event, HW_FIELD_REASON));
    int64_t now = engine->root.accepted_ms;

    if (!hw_match_is_live(match))
        return;
    if (cause == HW_SUSPENDED_NOT) {
        /* What was left of an offer's time is left still. */
        if (match->suspended_for != HW_SUSPENDED_NOT && match->expires_ms != HW_TIME_OPEN)
            match->expires_ms += now - match->suspended_ms;
        match->suspended_ms = match->suspended_until_ms = HW_TIME_NONE;
    } else {
        /* A death goes before what the provider said. */
        if (match->package != HW_PACKAGE_NONE)
            match->package = HW_PACKAGE_KNOWN;
        if (match->suspended_for == HW_SUSPENDED_NOT)
            match->suspended_ms = now;
        match->suspended_until_ms =
            hw_event_has(event, HW_FIELD_UNTIL) ? event->values[HW_FIELD_UNTIL].time.start_ms : now;
    }
    match->suspended_for = (uint8_t)cause;
    match->version++;
    hw_match_set_timer(engine, handle);
    hw_referral_follow(engine, match->referral);
    hw_referral_tell_others(engine, match->referral); /* They may go on from it. */
    hw_tell_match(engine, HW_EFFECT_ROUTE_SUSPENDED, handle);
}

bool hw_safety_stops_time(const struct hw_engine *engine, uint32_t handle)
{
    const struct hw_match *match = hw_match_at(engine, handle);

    return match->suspended_for != HW_SUSPENDED_NOT ||
        (hw_referral_at(engine, match->referral)->held & HW_HELD_BY_IDENTITY) != 0;
}

/* ---- what people may send, and release ---- */

enum { LEFT_AFTER_RELEASE_MINUTES = 15 };

void hw_safety_released(struct hw_engine *engine, uint32_t referral)
{
    int64_t least = engine->root.accepted_ms + LEFT_AFTER_RELEASE_MINUTES * HW_MINUTE_MS;

    for (uint32_t at = hw_referral_at(engine, referral)->matches; at != 0;
         at = hw_match_at(engine, at)->referral_next) {
        struct hw_match *match = hw_match_at(engine, at);

        if (match->state != HW_MATCH_PROPOSED && match->state != HW_MATCH_OFFERED)
            continue;
        if (match->expires_ms < least)
            match->expires_ms = least;
        hw_match_set_timer(engine, at);
    }
}

const char *hw_safety_forbids(const struct hw_engine *engine, uint32_t handle)
{
    const struct hw_referral *referral = hw_referral_at(engine, handle);

    if (referral->state == HW_REFERRAL_ENDED)
        return "the referral is over";
    if (referral->held & HW_HELD_BY_DEATH)
        return "the person is recorded as dead";
    if (referral->held & HW_HELD_BY_IDENTITY)
        return "who it is about has changed: look, then release the referral";
    if (hw_slice_is(hw_engine_text(engine, referral->consent), "refused"))
        return "the person has refused it";
    return NULL;
}

/* ---- which alerts should stand ---- */

/* Kept past its time, and nobody said what is to become of it. */
static bool is_hold_over(const struct hw_engine *engine, const struct hw_match *match)
{
    return match->suspended_until_ms <= engine->root.accepted_ms &&
        (match->suspended_for == HW_SUSPENDED_AWAY ||
            (match->suspended_for == HW_SUSPENDED_PACKAGE && match->package == HW_PACKAGE_OPEN));
}

static uint32_t bit(bool stands, enum hw_alert_kind kind)
{
    return stands ? UINT32_C(1) << kind : 0;
}

/* Home, and nothing agreed; or agreed, and a while past its start (R14). */
static bool is_start_overdue(const struct hw_engine *engine, uint32_t handle)
{
    const struct hw_referral *referral = hw_referral_at(engine, handle);
    uint32_t at = referral->state == HW_REFERRAL_ACCEPTED ? hw_match_live(engine, handle, 0) : 0;

    for (; at != 0; at = hw_match_at(engine, at)->referral_next) {
        const struct hw_match *match = hw_match_at(engine, at);

        if (match->state == HW_MATCH_ACCEPTED && match->suspended_for == HW_SUSPENDED_NOT &&
            engine->root.accepted_ms >= match->starts_ms + engine->root.routing.start_grace_ms)
            return true;
    }
    return false;
}

static uint32_t alerts_of_start(const struct hw_engine *engine, uint32_t handle)
{
    const struct hw_referral *referral = hw_referral_at(engine, handle);
    bool home = hw_safety_is_home_without(referral);
    bool agreed = referral->state == HW_REFERRAL_ACCEPTED &&
        (referral->flags & HW_REFERRAL_START_BLOCKED) == 0;
    bool overdue = agreed && is_start_overdue(engine, handle);

    return bit(home && (!agreed || overdue), HW_ALERT_HOME_NOT_STARTED) |
        bit(!home && overdue, HW_ALERT_START_OVERDUE);
}

/* 2-hour and 2-day referrals: somebody is to be with the person in that time (R8). */
static bool is_contact_overdue(const struct hw_engine *engine, const struct hw_referral *referral)
{
    return referral->first_contact_ms == HW_TIME_NONE && referral->state < HW_REFERRAL_PLACED &&
        (referral->seen & (HW_SEEN_DEAD | HW_SEEN_IN_HOSPITAL)) == 0 &&
        hw_referral_contact_due(referral) <= engine->root.accepted_ms;
}

/* Of those that could take such a person, none may take this one, whatever is free. */
static bool is_nobody_left(const struct hw_engine *engine, uint32_t handle)
{
    uint32_t profile = hw_referral_at(engine, handle)->profile;

    for (uint32_t at = hw_profile_at(engine, profile)->reaches; at != 0;
         at = hw_reach_at(engine, at)->profile_next) {
        uint32_t service = hw_reach_at(engine, at)->service;

        if (hw_rules_lasting(engine, handle, service) == 0 &&
            !hw_rule_has_declined(engine, handle, service))
            return false;
    }
    return true;
}

/* Every service names its zones, and none names this one. */
static bool is_zone_unknown(const struct hw_engine *engine, const struct hw_referral *referral)
{
    for (uint32_t i = 1; i < engine->services.count; i++)
        if (hw_service_zone_rank(engine, hw_service_at(engine, i), referral->zone) != 0)
            return false;
    return engine->services.count > 1;
}

/* Of one that waits in the queue: is there anybody who could ever take it? */
static uint32_t alerts_of_waiting(const struct hw_engine *engine, uint32_t handle)
{
    const struct hw_referral *referral = hw_referral_at(engine, handle);
    bool none, unknown;

    if (referral->profile == 0 || hw_referral_is_away(referral))
        return 0;
    none = hw_profile_at(engine, referral->profile)->reaches == 0;
    unknown = referral->needs_unknown || referral->urgency_unknown ||
        (none && is_zone_unknown(engine, referral));
    return bit(none && !unknown, HW_ALERT_NO_SERVICE) | bit(unknown, HW_ALERT_CODE_UNKNOWN) |
        bit(referral->urgency == HW_URGENCY_2H, HW_ALERT_URGENT_UNMET) |
        bit(!none && !unknown && is_nobody_left(engine, handle), HW_ALERT_NOBODY_LEFT);
}

/* It lacks what matching needs, and its time has come. */
static bool is_incomplete(const struct hw_referral *referral)
{
    if (referral->state != HW_REFERRAL_WAITING || referral->held != 0)
        return false;
    return referral->direction == 0 ||
        (referral->direction == HW_STEP_DOWN && referral->pathway >= HW_P_NONE &&
            ((referral->seen & HW_SEEN_READY) != 0 || referral->left_ms != HW_TIME_NONE));
}

static uint32_t alerts_of_matches(struct hw_engine *engine, uint32_t handle)
{
    const struct hw_referral *referral = hw_referral_at(engine, handle);
    bool dead = (referral->seen & HW_SEEN_DEAD) != 0;
    uint32_t bits = 0;

    for (uint32_t at = referral->matches; at != 0; at = hw_match_at(engine, at)->referral_next) {
        const struct hw_match *match = hw_match_at(engine, at);

        if (!hw_match_is_live(match))
            continue;
        bits |= bit(dead, HW_ALERT_DEATH_TO_CONFIRM);
        bits |= bit(is_hold_over(engine, match), HW_ALERT_HOLD_OVER);
        bits |= bit(match->state == HW_MATCH_ACCEPTED && !dead && referral->held == 0 &&
                hw_decision_spoilt(engine, at) != NULL,
            HW_ALERT_OFFER_IN_DOUBT);
    }
    return bits;
}

uint32_t hw_safety_alerts_of_referral(struct hw_engine *engine, uint32_t handle)
{
    const struct hw_referral *referral = hw_referral_at(engine, handle);
    uint32_t bits = 0;

    bits |= bit(
        (referral->flags & HW_REFERRAL_PACKAGE_LAPSED) != 0 && (referral->seen & HW_SEEN_DEAD) == 0,
        HW_ALERT_PACKAGE_LAPSED);
    if (referral->state == HW_REFERRAL_ENDED)
        return bits;
    bits |= alerts_of_start(engine, handle) | alerts_of_waiting(engine, handle) |
        alerts_of_matches(engine, handle);
    bits |= bit(is_contact_overdue(engine, referral), HW_ALERT_CONTACT_OVERDUE);
    bits |= bit(
        (referral->flags & HW_REFERRAL_AFTER_DEATH) != 0 && (referral->seen & HW_SEEN_DEAD) != 0,
        HW_ALERT_REFERRAL_FOR_DEAD);
    bits |= bit((referral->held & HW_HELD_BY_IDENTITY) != 0, HW_ALERT_IDENTITY_CHANGED);
    bits |= bit((referral->flags & HW_REFERRAL_DOUBLE_OFFER) != 0, HW_ALERT_DOUBLE_OFFER);
    bits |= bit((referral->flags & HW_REFERRAL_DOUBLE) != 0, HW_ALERT_DOUBLE_REFERRAL);
    bits |= bit(is_incomplete(referral), HW_ALERT_INCOMPLETE);
    bits |= bit((referral->flags & HW_REFERRAL_HOLD_LAPSED) != 0, HW_ALERT_HOLD_LAPSED);
    return bits;
}

uint32_t hw_safety_alerts_of_service(const struct hw_engine *engine, uint32_t handle)
{
    const struct hw_service *service = hw_service_at(engine, handle);

    return bit(service->known && hw_service_free(service) < 0, HW_ALERT_SHORTFALL);
}

/* ---- what people say of alerts ---- */

/* Places kept past their time: as long again, or no longer. */
static void settle_suspended(struct hw_engine *engine, uint32_t referral, bool kept)
{
    for (uint32_t at = hw_referral_at(engine, referral)->matches; at != 0;
         at = hw_match_at(engine, at)->referral_next) {
        struct hw_match *match = hw_match_at(engine, at);

        if (!hw_match_is_live(match) || !is_hold_over(engine, match))
            continue;
        if (kept) {
            match->suspended_until_ms =
                engine->root.accepted_ms + hw_service_at(engine, match->service)->suspend_hold_ms;
            match->version++;
            hw_match_set_timer(engine, at);
        } else if (match->package == HW_PACKAGE_OPEN) {
            hw_package_end(engine, at);
        } else {
            (void)hw_match_take(
                engine, at, match->state == HW_MATCH_STARTED ? HW_STEP_FINISH : HW_STEP_WITHDRAW);
        }
    }
}

void hw_safety_acknowledged(struct hw_engine *engine, uint32_t handle, struct hw_slice action)
{
    const struct hw_alert *alert = hw_alert_at(engine, handle);
    struct hw_referral *referral;

    if (alert->about != HW_ALERT_ABOUT_REFERRAL)
        return;
    referral = hw_referral_at(engine, alert->subject);
    switch ((int)alert->kind) {
    case HW_ALERT_HOLD_OVER:
        if (hw_slice_is(action, "kept") || hw_slice_is(action, "given_up"))
            settle_suspended(engine, alert->subject, hw_slice_is(action, "kept"));
        break;
    case HW_ALERT_DEATH_TO_CONFIRM:
        if (hw_slice_is(action, "confirmed"))
            referral->flags |= HW_REFERRAL_DEATH_CONFIRMED;
        break;
    case HW_ALERT_HOLD_LAPSED:
        referral->flags &= (uint16_t)~HW_REFERRAL_HOLD_LAPSED;
        break;
    case HW_ALERT_PACKAGE_LAPSED:
        referral->flags &= (uint16_t)~HW_REFERRAL_PACKAGE_LAPSED;
        break;
    case HW_ALERT_REFERRAL_FOR_DEAD:
        referral->flags &= (uint16_t)~HW_REFERRAL_AFTER_DEATH;
        break;
    default:
        break;
    }
}
