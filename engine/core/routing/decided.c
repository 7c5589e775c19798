/*
 * decided.c - decisions of the engine taking effect, when their records are applied.
 *
 * They come from the journal, live as in replay: what the record says is done, whatever this engine
 * would have decided (CONTRACT R5).  A decision about something that is not there does nothing.
 */
#include "core/routing/agenda.h"
#include "core/routing/alert.h"
#include "core/routing/decide.h"
#include "core/routing/explain.h"
#include "core/routing/match.h"
#include "core/routing/package.h"
#include "core/routing/referral.h"
#include "core/routing/safety.h"
#include "core/routing/tell.h"
#include "core/services/service.h"
#include "core/stays/inferred.h"

static int64_t time_of(const struct hw_event *event, enum hw_field field, int64_t otherwise)
{
    return hw_event_has(event, field) ? event->values[field].time.start_ms : otherwise;
}

static uint32_t match_of(const struct hw_engine *engine, const struct hw_event *event)
{
    return hw_event_has(event, HW_FIELD_OFFER)
        ? hw_match_find(engine, (uint64_t)event->values[HW_FIELD_OFFER].number)
        : 0;
}

static uint32_t text_of(struct hw_engine *engine, const struct hw_event *event, enum hw_field field)
{
    return hw_text_intern(engine, hw_event_text(event, field));
}

static void apply_renewal(struct hw_engine *engine, const struct hw_event *event, uint32_t handle)
{
    struct hw_match *match = hw_match_at(engine, handle);

    if (hw_match_take(engine, handle, HW_STEP_RENEW) != HW_STEP_DONE)
        return;
    match->expires_ms = time_of(event, HW_FIELD_UNTIL, HW_TIME_OPEN);
    hw_match_set_timer(engine, handle);
}

static void apply_proposal(struct hw_engine *engine, const struct hw_event *event)
{
    uint32_t referral = hw_referral_find(engine, text_of(engine, event, HW_FIELD_REFERRAL));
    uint32_t service = hw_service_find(engine, text_of(engine, event, HW_FIELD_SERVICE));
    bool observed = hw_slice_is(hw_event_text(event, HW_FIELD_OUTCOME), "observed");
    struct hw_match *match;
    uint32_t handle = match_of(engine, event);

    if (handle != 0) {
        apply_renewal(engine, event, handle);
        return;
    }
    if (referral == 0 || service == 0)
        return;
    hw_referral_at(engine, referral)->observed = observed ? service : 0;
    handle = hw_match_new(engine, referral, service, (int32_t)event->values[HW_FIELD_UNITS].number,
        observed ? HW_MATCH_OBSERVED : HW_MATCH_PROPOSED);
    match = hw_match_at(engine, handle);
    hw_match_set_start(engine, handle, time_of(event, HW_FIELD_STARTS_AT, HW_TIME_NONE));
    match->expires_ms = time_of(event, HW_FIELD_UNTIL, HW_TIME_OPEN);
    hw_match_set_timer(engine, handle);
    hw_referral_follow(engine, referral);
    hw_tell_match(engine, HW_EFFECT_ROUTE_PROPOSED, handle);
}

static void apply_offer(struct hw_engine *engine, const struct hw_event *event, uint32_t handle)
{
    struct hw_match *match = hw_match_at(engine, handle);

    match->automatic = 1;
    match->expires_ms = time_of(event, HW_FIELD_UNTIL, HW_TIME_OPEN);
    (void)hw_match_take(engine, handle, HW_STEP_APPROVE);
}

static void apply_expiry(struct hw_engine *engine, const struct hw_event *event, uint32_t handle)
{
    bool expired = hw_slice_is(hw_event_text(event, HW_FIELD_REASON), "expired");

    hw_match_at(engine, handle)->reason = text_of(engine, event, HW_FIELD_REASON);
    if (hw_slice_is(hw_event_text(event, HW_FIELD_REASON), "lapsed")) {
        hw_package_end(engine, handle);
        return;
    }
    if (hw_match_at(engine, handle)->state == HW_MATCH_STARTED)
        (void)hw_match_take(engine, handle, HW_STEP_FINISH);
    else
        (void)hw_match_take(engine, handle, expired ? HW_STEP_EXPIRE : HW_STEP_WITHDRAW);
}

/* What the stay of a referral waits for from now on (R3); no reason: as its pathway says. */
static void apply_reason(struct hw_engine *engine, const struct hw_event *event)
{
    uint32_t handle = hw_referral_find(engine, text_of(engine, event, HW_FIELD_REFERRAL));

    if (handle != 0 && hw_referral_at(engine, handle)->spell != 0)
        hw_inferred_add(engine, hw_referral_at(engine, handle)->spell,
            text_of(engine, event, HW_FIELD_REASON), text_of(engine, event, HW_FIELD_RESPONSIBLE));
}

void hw_decision_apply(struct hw_engine *engine, const struct hw_event *event)
{
    uint32_t match = match_of(engine, event);

    switch ((int)event->kind) {
    case HW_KIND_DECIDED_PROPOSAL:
        apply_proposal(engine, event);
        break;
    case HW_KIND_DECIDED_OFFER:
        if (match != 0)
            apply_offer(engine, event, match);
        break;
    case HW_KIND_DECIDED_ACCEPTANCE:
        if (match != 0)
            (void)hw_match_take(engine, match, HW_STEP_ACCEPT);
        break;
    case HW_KIND_DECIDED_EXPIRY:
        if (match != 0)
            apply_expiry(engine, event, match);
        break;
    case HW_KIND_DECIDED_SUSPENSION:
        if (match != 0)
            hw_safety_apply(engine, event, match);
        break;
    case HW_KIND_DECIDED_REASON:
        apply_reason(engine, event);
        break;
    case HW_KIND_DECIDED_ALERT:
        hw_alert_apply(engine, event);
        break;
    default:
        break;
    }
}
