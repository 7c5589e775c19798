#include "core/routing/decide.h"

#include "core/routing/agenda.h"
#include "core/routing/beside.h"
#include "core/routing/choose.h"
#include "core/routing/explain.h"
#include "core/routing/match.h"
#include "core/routing/mode.h"
#include "core/routing/profile.h"
#include "core/routing/reason.h"
#include "core/routing/referral.h"
#include "core/routing/rules.h"
#include "core/services/service.h"

static struct hw_service *service_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, services, hw_service, handle);
}

/* ---- writing a decision down ---- */

static struct hw_event *begin(struct hw_engine *engine, enum hw_kind kind)
{
    struct hw_event *event = &engine->decision;

    hw_event_init(event, kind);
    event->happened = hw_time_at(engine->root.accepted_ms);
    event->recorded = event->happened;
    engine->has_decision = true;
    return event;
}

static void set_time(struct hw_event *event, enum hw_field field, int64_t ms)
{
    if (ms != HW_TIME_NONE && ms != HW_TIME_OPEN)
        hw_event_set_time(event, field, hw_time_at(ms));
}

static void set_referral(struct hw_engine *engine, struct hw_event *event, uint32_t referral)
{
    hw_event_set_text(
        event, HW_FIELD_REFERRAL, hw_engine_text(engine, hw_referral_at(engine, referral)->name));
}

static struct hw_event *begin_about(struct hw_engine *engine, enum hw_kind kind, uint32_t handle)
{
    const struct hw_match *match = hw_match_at(engine, handle);
    struct hw_event *event = begin(engine, kind);

    set_referral(engine, event, match->referral);
    hw_event_set_text(
        event, HW_FIELD_SERVICE, hw_engine_text(engine, service_at(engine, match->service)->code));
    hw_event_set_number(event, HW_FIELD_OFFER, (int64_t)match->reference);
    hw_event_set_number(event, HW_FIELD_VERSION, match->version);
    return event;
}

/* ---- decisions about a match ---- */

static void decide_end(struct hw_engine *engine, uint32_t match, const char *why)
{
    hw_event_set_text(
        begin_about(engine, HW_KIND_DECIDED_EXPIRY, match), HW_FIELD_REASON, hw_slice_text(why));
}

/* What has come between a proposal or an offer and its service since; NULL: nothing. */
static const char *spoilt_by(struct hw_engine *engine, uint32_t handle)
{
    const struct hw_match *match = hw_match_at(engine, handle);
    const struct hw_referral *referral = hw_referral_at(engine, match->referral);
    enum hw_rule rule;

    if (referral->seen & HW_SEEN_DEAD)
        return "died";
    if (referral->state == HW_REFERRAL_ENDED)
        return "referral_ended";
    if (hw_beside_is_taken(engine, match->referral))
        return "accepted_elsewhere";
    rule = hw_rule_first(
        hw_rules_lasting(engine, match->referral, match->service) & ~match->overrides);
    return rule == HW_RULE_NONE ? NULL : hw_rule_name(rule);
}

/* Somebody admitted, ready no longer or dead: what was arranged is suspended (R7, R15). */
static bool is_away(const struct hw_referral *referral, const struct hw_match *match)
{
    bool in_hospital = (referral->seen & HW_SEEN_IN_HOSPITAL) != 0;

    if (referral->seen & HW_SEEN_DEAD)
        return true;
    return match->state == HW_MATCH_STARTED ? in_hospital : hw_referral_is_away(referral);
}

/* Units of somebody who died are released after this, or when a person says so (R7). */
enum { DEATH_HOLD_HOURS = 24 };

static bool decide_suspension(struct hw_engine *engine, uint32_t handle)
{
    const struct hw_match *match = hw_match_at(engine, handle);
    const struct hw_referral *referral = hw_referral_at(engine, match->referral);
    bool away = is_away(referral, match);
    bool suspended = match->suspended_until_ms != HW_TIME_NONE;
    struct hw_event *event;

    if (away == suspended)
        return false;
    event = begin_about(engine, HW_KIND_DECIDED_SUSPENSION, handle);
    if (away)
        set_time(event, HW_FIELD_UNTIL,
            engine->root.accepted_ms +
                ((referral->seen & HW_SEEN_DEAD)
                        ? DEATH_HOLD_HOURS * HW_HOUR_MS
                        : service_at(engine, match->service)->suspend_hold_ms));
    else
        hw_event_clear(event, HW_FIELD_UNTIL);
    return true;
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

    if (hw_match_is_live(match) && match->suspended_until_ms != HW_TIME_NONE &&
        match->suspended_until_ms <= now &&
        (hw_referral_at(engine, match->referral)->seen & HW_SEEN_DEAD)) {
        decide_end(engine, handle, "died");
        return true;
    }
    if (match->expires_ms > now || !hw_match_is_live(match) || match->state >= HW_MATCH_ACCEPTED ||
        hw_mode_is_still(engine, match->referral, match->service))
        return false;
    if (may_renew(engine, match)) {
        set_time(begin_about(engine, HW_KIND_DECIDED_PROPOSAL, handle), HW_FIELD_UNTIL,
            now + service_at(engine, match->service)->proposal_ttl_ms);
        return true;
    }
    decide_end(engine, handle, "expired");
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

    if (match->state == HW_MATCH_PROPOSED || match->state == HW_MATCH_OFFERED) {
        spoilt = spoilt_by(engine, handle);
        if (spoilt != NULL) {
            decide_end(engine, handle, spoilt);
            return true;
        }
    }
    if (decide_due(engine, handle))
        return true;
    if (match->state == HW_MATCH_PROPOSED) {
        if (is_away(hw_referral_at(engine, match->referral), match)) {
            decide_end(engine, handle, "not_ready");
            return true;
        }
        if (!may_go(engine, match))
            return false;
        event = begin_about(engine, HW_KIND_DECIDED_OFFER, handle);
        set_time(event, HW_FIELD_UNTIL, hw_match_answer_until(engine, handle));
        return true;
    }
    /* Nobody will come: what was accepted is given back, and not told to wait. */
    if (match->state == HW_MATCH_ACCEPTED &&
        hw_referral_at(engine, match->referral)->state == HW_REFERRAL_ENDED) {
        decide_end(engine, handle, "referral_ended");
        return true;
    }
    if (decide_suspension(engine, handle))
        return true;
    if (match->state == HW_MATCH_OFFERED && service->auto_accept &&
        service->basis == HW_BASIS_MANAGED && match->automatic &&
        hw_mode_automates(engine, match->referral, match->service)) {
        begin_about(engine, HW_KIND_DECIDED_ACCEPTANCE, handle);
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
    event = begin(engine, HW_KIND_DECIDED_PROPOSAL);
    set_referral(engine, event, choice.referral);
    hw_event_set_text(event, HW_FIELD_SERVICE, hw_engine_text(engine, service->code));
    hw_event_set_number(
        event, HW_FIELD_UNITS, hw_rule_units(engine, choice.referral, choice.service));
    set_time(event, HW_FIELD_STARTS_AT, choice.start_ms);
    if (mode == HW_MODE_OBSERVE)
        hw_event_set_text(event, HW_FIELD_OUTCOME, hw_slice_text("observed"));
    else
        set_time(event, HW_FIELD_UNTIL, engine->root.accepted_ms + service->proposal_ttl_ms);
    hw_event_set_text(
        event, HW_FIELD_DETAIL, hw_explain_choice(engine, choice.referral, choice.service));
    return true;
}

/* ---- alerts ---- */

/* Home on P1 to P3 and the support has not started: at once, or a while after its start (R14). */
static bool is_home_without(const struct hw_engine *engine, uint32_t handle)
{
    const struct hw_referral *referral = hw_referral_at(engine, handle);
    uint32_t accepted;

    if (referral->direction != HW_STEP_DOWN || referral->left_ms == HW_TIME_NONE ||
        referral->pathway == HW_P0 || referral->pathway >= HW_P_NONE ||
        referral->state >= HW_REFERRAL_PLACED || (referral->seen & HW_SEEN_DEAD))
        return false;
    accepted = hw_match_live(engine, handle, 0);
    if (referral->state != HW_REFERRAL_ACCEPTED || accepted == 0)
        return true;
    return engine->root.accepted_ms >=
        hw_match_at(engine, accepted)->starts_ms + engine->root.routing.start_grace_ms;
}

static enum hw_alert_kind alert_wanted(const struct hw_engine *engine, uint32_t handle)
{
    const struct hw_referral *referral = hw_referral_at(engine, handle);

    if (referral->state == HW_REFERRAL_ENDED)
        return HW_ALERT_NONE;
    if (referral->held & HW_HELD_BY_IDENTITY)
        return HW_ALERT_IDENTITY_CHANGED;
    if (is_home_without(engine, handle))
        return HW_ALERT_HOME_NOT_STARTED;
    if (referral->flags & HW_REFERRAL_HOLD_OVER)
        return HW_ALERT_HOLD_OVER;
    if (referral->profile != 0 && hw_profile_at(engine, referral->profile)->reaches == 0)
        return HW_ALERT_NO_SERVICE;
    if (referral->profile != 0 && referral->urgency == HW_URGENCY_2H)
        return HW_ALERT_URGENT_UNMET;
    if (referral->flags & HW_REFERRAL_HOLD_LAPSED)
        return HW_ALERT_HOLD_LAPSED;
    return HW_ALERT_NONE;
}

static bool decide_alert(struct hw_engine *engine, uint32_t handle)
{
    enum hw_alert_kind wanted = alert_wanted(engine, handle);
    const struct hw_referral *referral = hw_referral_at(engine, handle);
    struct hw_event *event;

    if (wanted == (enum hw_alert_kind)referral->alert)
        return false;
    event = begin(engine, HW_KIND_DECIDED_ALERT);
    set_referral(engine, event, handle);
    hw_event_set_text(event, HW_FIELD_REASON, hw_slice_text(hw_alert_name(wanted)));
    return true;
}

/* ---- what is waited for (R3) ---- */

static bool decide_reason(struct hw_engine *engine, uint32_t referral)
{
    struct hw_reason_wanted wanted = hw_reason_wanted(engine, referral);
    struct hw_event *event;

    if (wanted.stay == 0)
        return false;
    event = begin(engine, HW_KIND_DECIDED_REASON);
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
    return decide_reason(engine, handle) || decide_alert(engine, handle);
}

static bool decide_service(struct hw_engine *engine, uint32_t handle)
{
    struct hw_choice choice = hw_choose_referral(engine, handle);

    engine->looked_at += choice.looked_at;
    return choice.referral != 0 && decide_proposal(engine, choice);
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
}

void hw_decide(struct hw_engine *engine)
{
    engine->has_decision = false;
    /* Most records concern nobody who was referred. */
    if ((engine->root.agenda_match.first | engine->root.agenda_referral.first |
            engine->root.agenda_service.first) != 0)
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
