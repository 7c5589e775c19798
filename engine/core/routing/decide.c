#include "core/routing/decide.h"

#include "core/routing/agenda.h"
#include "core/routing/alert.h"
#include "core/routing/beside.h"
#include "core/routing/choose.h"
#include "core/routing/explain.h"
#include "core/routing/match.h"
#include "core/routing/mode.h"
#include "core/routing/profile.h"
#include "core/routing/reason.h"
#include "core/routing/referral.h"
#include "core/routing/rules.h"
#include "core/routing/safety.h"
#include "core/services/service.h"

static struct hw_service *service_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, services, hw_service, handle);
}

/* ---- writing a decision down ---- */

struct hw_event *hw_decision_begin(struct hw_engine *engine, enum hw_kind kind)
{
    struct hw_event *event = &engine->decision;

    hw_event_init(event, kind);
    event->happened = hw_time_at(engine->root.accepted_ms);
    event->recorded = event->happened;
    engine->has_decision = true;
    return event;
}

void hw_decision_set_time(struct hw_event *event, enum hw_field field, int64_t ms)
{
    if (ms != HW_TIME_NONE && ms != HW_TIME_OPEN)
        hw_event_set_time(event, field, hw_time_at(ms));
}

static void set_referral(struct hw_engine *engine, struct hw_event *event, uint32_t referral)
{
    hw_event_set_text(
        event, HW_FIELD_REFERRAL, hw_engine_text(engine, hw_referral_at(engine, referral)->name));
}

struct hw_event *hw_decision_about(struct hw_engine *engine, enum hw_kind kind, uint32_t handle)
{
    const struct hw_match *match = hw_match_at(engine, handle);
    struct hw_event *event = hw_decision_begin(engine, kind);

    set_referral(engine, event, match->referral);
    hw_event_set_text(
        event, HW_FIELD_SERVICE, hw_engine_text(engine, service_at(engine, match->service)->code));
    hw_event_set_number(event, HW_FIELD_OFFER, (int64_t)match->reference);
    hw_event_set_number(event, HW_FIELD_VERSION, match->version);
    return event;
}

/* ---- decisions about a match ---- */

void hw_decision_end(struct hw_engine *engine, uint32_t match, const char *why)
{
    hw_event_set_text(hw_decision_about(engine, HW_KIND_DECIDED_EXPIRY, match), HW_FIELD_REASON,
        hw_slice_text(why));
}

const char *hw_decision_spoilt(struct hw_engine *engine, uint32_t handle)
{
    const struct hw_match *match = hw_match_at(engine, handle);
    uint32_t bits = hw_rules_lasting(engine, match->referral, match->service) |
        UINT32_C(1) << hw_rule_of_waiting(engine, match->referral);
    enum hw_rule rule;

    if (hw_referral_at(engine, match->referral)->state == HW_REFERRAL_ENDED)
        return "referral_ended";
    /* Whom an offer was made for is away: it is suspended (R15). */
    if (match->state != HW_MATCH_PROPOSED)
        bits &= ~(UINT32_C(1) << HW_RULE_AWAY);
    rule = hw_rule_first(bits & ~match->overrides);
    return rule == HW_RULE_NONE ? NULL : hw_rule_name(rule);
}

/* Whether a proposal whose time has come may stand on: nothing it rests on changed (R10). */
static bool may_renew(const struct hw_engine *engine, const struct hw_match *match)
{
    return match->state == HW_MATCH_PROPOSED &&
        hw_referral_at(engine, match->referral)->held == 0 &&
        !service_at(engine, match->service)->suspended &&
        hw_mode_of(engine, match->referral, match->service) >= HW_MODE_PROPOSE;
}

/* A match whose time has come: renewed where nothing changed, else over (R10). */
static bool decide_due(struct hw_engine *engine, uint32_t handle)
{
    const struct hw_match *match = hw_match_at(engine, handle);
    int64_t now = engine->root.accepted_ms;

    if (hw_safety_decide_match(engine, handle))
        return true;
    if (hw_safety_stops_time(engine, handle))
        return false;
    if (match->expires_ms > now || !hw_match_is_live(match) || match->state >= HW_MATCH_ACCEPTED ||
        hw_mode_is_still(engine, match->referral, match->service))
        return false;
    if (may_renew(engine, match)) {
        hw_decision_set_time(hw_decision_about(engine, HW_KIND_DECIDED_PROPOSAL, handle),
            HW_FIELD_UNTIL, now + service_at(engine, match->service)->proposal_ttl_ms);
        return true;
    }
    hw_decision_end(engine, handle, "expired");
    return true;
}

/* It may go by itself: automation covers it, and it goes beside no more than are allowed. */
static bool may_go(const struct hw_engine *engine, const struct hw_match *match)
{
    return hw_mode_automates(engine, match->referral, match->service) &&
        hw_beside_count(engine, match->referral) <=
        (unsigned)service_at(engine, match->service)->offers_at_once;
}

/* What is live of a referral: does it still stand, is it to go out, is it suspended? */
static bool decide_match(struct hw_engine *engine, uint32_t handle)
{
    const struct hw_match *match = hw_match_at(engine, handle);
    const struct hw_service *service = service_at(engine, match->service);
    const char *spoilt;
    struct hw_event *event;

    /* Nobody will come: what was accepted is given back, and not told to wait. */
    if (match->state <= HW_MATCH_ACCEPTED &&
        hw_referral_at(engine, match->referral)->state == HW_REFERRAL_ENDED) {
        hw_decision_end(engine, handle, "referral_ended");
        return true;
    }
    if (hw_safety_decide_match(engine, handle))
        return true;
    if (hw_safety_stops_time(engine, handle))
        return false;
    if (match->state == HW_MATCH_PROPOSED || match->state == HW_MATCH_OFFERED) {
        spoilt = hw_beside_is_taken(engine, match->referral) ? "accepted_elsewhere"
                                                             : hw_decision_spoilt(engine, handle);
        if (spoilt != NULL) {
            hw_decision_end(engine, handle, spoilt);
            return true;
        }
    }
    if (decide_due(engine, handle))
        return true;
    if (match->state == HW_MATCH_PROPOSED) {
        if (!may_go(engine, match))
            return false;
        event = hw_decision_about(engine, HW_KIND_DECIDED_OFFER, handle);
        hw_decision_set_time(event, HW_FIELD_UNTIL, hw_match_answer_until(engine, handle));
        return true;
    }
    if (match->state == HW_MATCH_OFFERED && service->auto_accept &&
        service->basis == HW_BASIS_MANAGED && match->automatic &&
        hw_mode_automates(engine, match->referral, match->service)) {
        hw_decision_about(engine, HW_KIND_DECIDED_ACCEPTANCE, handle);
        return true;
    }
    return false;
}

/* ---- proposals ---- */

static bool decide_proposal(struct hw_engine *engine, struct hw_choice choice)
{
    const struct hw_service *service = service_at(engine, choice.service);
    struct hw_referral *referral = hw_referral_at(engine, choice.referral);
    enum hw_mode mode = hw_mode_of(engine, choice.referral, choice.service);
    struct hw_event *event;

    if (mode == HW_MODE_PAUSED)
        return false;
    if (mode == HW_MODE_OBSERVE && referral->observed == choice.service)
        return false; /* It was said before. */
    event = hw_decision_begin(engine, HW_KIND_DECIDED_PROPOSAL);
    set_referral(engine, event, choice.referral);
    hw_event_set_text(event, HW_FIELD_SERVICE, hw_engine_text(engine, service->code));
    hw_event_set_number(
        event, HW_FIELD_UNITS, hw_rule_units(engine, choice.referral, choice.service));
    hw_decision_set_time(event, HW_FIELD_STARTS_AT, choice.start_ms);
    if (mode == HW_MODE_OBSERVE)
        hw_event_set_text(event, HW_FIELD_OUTCOME, hw_slice_text("observed"));
    else
        hw_decision_set_time(
            event, HW_FIELD_UNTIL, engine->root.accepted_ms + service->proposal_ttl_ms);
    hw_event_set_text(
        event, HW_FIELD_DETAIL, hw_explain_choice(engine, choice.referral, choice.service));
    return true;
}

/* ---- what is waited for (R3) ---- */

static bool decide_reason(struct hw_engine *engine, uint32_t referral)
{
    struct hw_reason_wanted wanted = hw_reason_wanted(engine, referral);
    struct hw_event *event;

    if (wanted.stay == 0)
        return false;
    event = hw_decision_begin(engine, HW_KIND_DECIDED_REASON);
    set_referral(engine, event, referral);
    if (wanted.reason == NULL) {
        hw_event_clear(event, HW_FIELD_REASON);
        return true;
    }
    hw_event_set_text(event, HW_FIELD_REASON, hw_slice_text(wanted.reason));
    hw_event_set_text(event, HW_FIELD_RESPONSIBLE, wanted.side);
    if (wanted.service != 0)
        hw_event_set_text(event, HW_FIELD_SERVICE,
            hw_engine_text(engine, service_at(engine, wanted.service)->code));
    return true;
}

/* ---- the agenda ---- */

static bool decide_referral(struct hw_engine *engine, uint32_t handle)
{
    const struct hw_referral *referral = hw_referral_at(engine, handle);

    for (uint32_t at = referral->matches; at != 0; at = hw_match_at(engine, at)->referral_next)
        if (hw_match_is_live(hw_match_at(engine, at)) && decide_match(engine, at))
            return true;
    if (referral->profile != 0 || hw_beside_wants(engine, handle)) {
        struct hw_choice choice = hw_choose_service(engine, handle);

        engine->looked_at += choice.looked_at;
        if (choice.service != 0 && decide_proposal(engine, choice))
            return true;
    }
    return decide_reason(engine, handle) || hw_alert_decide_referral(engine, handle);
}

static bool decide_service(struct hw_engine *engine, uint32_t handle)
{
    struct hw_choice choice = hw_choose_referral(engine, handle);

    engine->looked_at += choice.looked_at;
    return (choice.referral != 0 && decide_proposal(engine, choice)) ||
        hw_alert_decide_service(engine, handle);
}

/* From the agenda to the next decision. */
static void look_at_agenda(struct hw_engine *engine)
{
    uint32_t handle;

    while ((handle = hw_agenda_first_match(engine)) != 0) {
        if (decide_due(engine, handle))
            return;
        hw_agenda_drop_match(engine);
        hw_agenda_referral(engine, hw_match_at(engine, handle)->referral);
    }
    while ((handle = hw_agenda_first_referral(engine)) != 0) {
        if (decide_referral(engine, handle))
            return;
        hw_agenda_drop_referral(engine);
    }
    while ((handle = hw_agenda_first_service(engine)) != 0) {
        if (decide_service(engine, handle))
            return;
        hw_agenda_drop_service(engine);
    }
    while ((handle = hw_agenda_first_stay(engine)) != 0) {
        if (hw_alert_decide_stay(engine, handle))
            return;
        hw_agenda_drop_stay(engine);
    }
}

void hw_decide(struct hw_engine *engine)
{
    engine->has_decision = false;
    /* Most records concern nobody who was referred. */
    if ((engine->root.agenda_match.first | engine->root.agenda_referral.first |
            engine->root.agenda_service.first | engine->root.agenda_stay.first) != 0)
        look_at_agenda(engine);
}

bool hw_decision_is(const struct hw_engine *engine, const struct hw_event *event)
{
    const struct hw_event *own = &engine->decision;

    if (!engine->has_decision || own->kind != event->kind || own->set != event->set ||
        own->cleared != event->cleared)
        return false;
    for (unsigned field = 0; field < HW_FIELD_COUNT; field++) {
        if (!hw_event_has(own, (enum hw_field)field))
            continue;
        switch (hw_field_type((enum hw_field)field)) {
        case HW_VALUE_TEXT:
            if (!hw_slice_equal(own->values[field].text, event->values[field].text))
                return false;
            break;
        case HW_VALUE_TIME:
            if (own->values[field].time.start_ms != event->values[field].time.start_ms)
                return false;
            break;
        case HW_VALUE_BOOL:
        case HW_VALUE_NUMBER:
            if (own->values[field].number != event->values[field].number)
                return false;
        }
    }
    return true;
}
