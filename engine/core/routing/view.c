/*
 * view.c - routing as the outside may read it (homeward/routing.h).
 */
#include "core/routing/beside.h"
#include "core/figures/rows.h"
#include "core/routing/alert.h"
#include "core/routing/explain.h"
#include "core/routing/match.h"
#include "core/routing/referral.h"
#include "core/routing/situation.h"
#include "core/services/service.h"
#include "core/stays/stay.h"

static const char *const referral_states[HW_REFERRAL_STATES] = {
    [HW_REFERRAL_WAITING] = "waiting",
    [HW_REFERRAL_PROPOSED] = "proposed",
    [HW_REFERRAL_OFFERED] = "offered",
    [HW_REFERRAL_ACCEPTED] = "accepted",
    [HW_REFERRAL_PLACED] = "placed",
    [HW_REFERRAL_ENDED] = "ended",
};

/* ---- figures ---- */

void hw_routing_total(const struct hw_engine *engine, int64_t *counts)
{
    memcpy(counts, hw_row_at(engine, HW_ROW_TOTAL)->routing, HW_ROUTING_FIGURES * sizeof *counts);
}

void hw_routing_row(
    const struct hw_engine *engine, enum hw_dimension dimension, uint32_t index, int64_t *counts)
{
    uint32_t seen = 0;

    for (uint32_t row = HW_ROW_TOTAL + 1; row < engine->rows.count; row++)
        if (hw_row_at(engine, row)->dimension == dimension && seen++ == index) {
            memcpy(counts, hw_row_at(engine, row)->routing, HW_ROUTING_FIGURES * sizeof *counts);
            return;
        }
    HW_ASSERT(seen > index);
}

/* ---- services ---- */

static const struct hw_service *service_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, services, hw_service, handle);
}

uint32_t hw_services_count(const struct hw_engine *engine)
{
    return engine->services.count - 1;
}

void hw_service_view(
    const struct hw_engine *engine, uint32_t index, struct hw_service_view *ret_view)
{
    const struct hw_service *service = service_at(engine, index + 1);

    *ret_view = (struct hw_service_view){
        .code = hw_engine_text(engine, service->code),
        .name = hw_engine_text(engine, service->name),
        .provider = hw_engine_text(engine, service->provider),
        .commissioner = hw_engine_text(engine, service->commissioner),
        .kind = hw_service_kind_name(service->kind),
        .unit = hw_unit_name(service->unit),
        .capacity = service->capacity,
        .held = service->held,
        .available = hw_service_free(service),
        .waiting = service->waiting,
        .declared_at_ms = service->declared_at_ms,
        .directions = service->directions,
        .declared = service->basis == HW_BASIS_DECLARED,
        .suspended = service->suspended,
        .stale = hw_service_is_stale(service, engine->root.accepted_ms),
        .stale_from_ms = hw_service_stale_from_ms(service),
    };
    for (uint32_t at = service->matches; at != 0; at = hw_match_at(engine, at)->service_next)
        ret_view->past_review += hw_match_at(engine, at)->past_review;
}

bool hw_service_is_for(const struct hw_engine *engine, uint32_t index, struct hw_slice council)
{
    const struct hw_service *service = service_at(engine, index + 1);
    uint32_t code = council.size == 0 ? 0 : hw_text_find(engine, council);

    return service->councils == 0 || council.size == 0 ||
        (code != 0 && hw_service_lists(engine, service->councils, code));
}

bool hw_service_is_open(const struct hw_engine *engine, uint32_t index, int64_t ms)
{
    return hw_hours_is_open(&service_at(engine, index + 1)->hours, ms);
}

/* ---- referrals ---- */

static void view_referral(
    const struct hw_engine *engine, uint32_t handle, struct hw_referral_view *ret_view)
{
    const struct hw_referral *referral = hw_referral_at(engine, handle);
    unsigned gravest = hw_alert_gravest(engine, referral->alerts);

    *ret_view = (struct hw_referral_view){
        .reference = referral->reference,
        .name = hw_engine_text(engine, referral->name),
        .council = hw_engine_text(engine, referral->council),
        .zone = hw_engine_text(engine, referral->zone),
        .site = hw_engine_text(engine, referral->site),
        .state = referral_states[referral->state],
        .alert = gravest == HW_ALERT_NONE ? NULL : hw_alert_name(gravest),
        .stay = referral->stay == 0 ? 0 : hw_stay_at(engine, referral->stay)->reference,
        .received_ms = referral->received_ms,
        .clock_ms = referral->clock_ms,
        .due_ms = referral->due_ms,
        .left_ms = referral->left_ms,
        .first_contact_ms = referral->first_contact_ms,
        .needs = referral->needs,
        .direction = referral->direction,
        .urgency = referral->urgency,
        .pathway = referral->pathway,
        .held = referral->held,
        .fast_track = referral->fast_track,
        .restricted = (referral->seen & HW_SEEN_RESTRICTED) != 0,
        .double_referral = (referral->flags & HW_REFERRAL_DOUBLE) != 0,
        .double_offer = hw_beside_count(engine, handle) > 1,
        .onward = (referral->flags & HW_REFERRAL_ONWARD) != 0,
    };
}

uint32_t hw_referral_walk(
    const struct hw_engine *engine, uint32_t handle, struct hw_referral_view *ret_view)
{
    if (++handle >= engine->referrals.count)
        return 0;
    view_referral(engine, handle, ret_view);
    return handle;
}

enum hw_status hw_referral_view(
    const struct hw_engine *engine, uint64_t reference, struct hw_referral_view *ret_view)
{
    uint32_t handle = hw_referral_by_reference(engine, reference);

    if (handle == 0)
        return HW_E_NOT_FOUND;
    view_referral(engine, handle, ret_view);
    return HW_OK;
}

/* ---- matches ---- */

static void view_match(
    const struct hw_engine *engine, uint32_t handle, struct hw_match_view *ret_view)
{
    const struct hw_match *match = hw_match_at(engine, handle);

    *ret_view = (struct hw_match_view){
        .reference = match->reference,
        .referral = hw_referral_at(engine, match->referral)->reference,
        .service = hw_engine_text(engine, service_at(engine, match->service)->code),
        .by = hw_engine_text(engine, match->by),
        .reason = hw_engine_text(engine, match->reason),
        .outcome = hw_engine_text(engine, match->outcome),
        .state = hw_match_state_name(match->state),
        .proposed_ms = match->proposed_ms,
        .offered_ms = match->offered_ms,
        .answered_ms = match->answered_ms,
        .starts_ms = match->starts_ms,
        .started_ms = match->started_ms,
        .ended_ms = match->ended_ms,
        .expires_ms = match->expires_ms,
        .suspended_until_ms = match->suspended_until_ms,
        .review_due_ms = match->review_due_ms,
        .reviewed_ms = match->reviewed_ms,
        .ready_since_ms = match->ready_since_ms,
        .onward = hw_engine_text(engine, match->onward),
        .kind = hw_service_kind_name(service_at(engine, match->service)->kind),
        .units = (uint32_t)match->units,
        .version = match->version,
        .live = hw_match_is_live(match),
        .automatic = match->automatic,
        .assessing = match->assessing,
        .past_review = match->past_review,
        .ready_to_leave = match->ready_to_leave,
        .unasked = match->unasked,
        .overrides = match->overrides,
        .by_hub = match->by_hub,
    };
}

uint32_t hw_match_walk(const struct hw_engine *engine, uint64_t referral, uint32_t handle,
    struct hw_match_view *ret_view)
{
    if (referral == 0)
        handle = handle + 1 < engine->matches.count ? handle + 1 : 0;
    else if (handle != 0)
        handle = hw_match_at(engine, handle)->referral_next;
    else if (hw_referral_by_reference(engine, referral) != 0)
        handle = hw_referral_at(engine, hw_referral_by_reference(engine, referral))->matches;
    if (handle != 0)
        view_match(engine, handle, ret_view);
    return handle;
}

enum hw_status hw_match_view(
    const struct hw_engine *engine, uint64_t reference, struct hw_match_view *ret_view)
{
    uint32_t handle = hw_match_find(engine, reference);

    if (handle == 0)
        return HW_E_NOT_FOUND;
    view_match(engine, handle, ret_view);
    return HW_OK;
}

uint64_t hw_onward_referral(const struct hw_engine *engine, uint64_t reference)
{
    uint32_t from = hw_referral_by_reference(engine, reference), best = 0, at;

    at = from == 0 ? 0 : hw_referral_at(engine, from)->identifier;
    if (at == 0)
        return 0;
    do {
        for (uint32_t other = hw_referrals_of(engine, at); other != 0;
             other = hw_referral_at(engine, other)->identifier_next) {
            const struct hw_referral *referral = hw_referral_at(engine, other);

            if ((referral->flags & HW_REFERRAL_ONWARD) == 0 || other == from)
                continue;
            if (best == 0 || referral->state > hw_referral_at(engine, best)->state ||
                (referral->state == hw_referral_at(engine, best)->state && other < best))
                best = other;
        }
        at = hw_identifier_at(engine, at)->person_next;
    } while (at != hw_referral_at(engine, from)->identifier);
    return best == 0 ? 0 : hw_referral_at(engine, best)->reference;
}

/* ---- alerts ---- */

/* Folding works in scratch and changes nothing. */
static bool is_restricted(const struct hw_engine *engine, uint32_t stay)
{
    struct hw_situation now;

    hw_situation_of((struct hw_engine *)engine, hw_stay_at(engine, stay)->owner,
        hw_stay_at(engine, stay)->leader, &now);
    return now.restricted;
}

static void view_alert(
    const struct hw_engine *engine, uint32_t handle, struct hw_alert_view *ret_view)
{
    const struct hw_alert *alert = hw_alert_at(engine, handle);
    const struct hw_referral *referral =
        alert->about == HW_ALERT_ABOUT_REFERRAL ? hw_referral_at(engine, alert->subject) : NULL;

    *ret_view = (struct hw_alert_view){
        .reference = alert->reference,
        .referral = referral == NULL ? 0 : referral->reference,
        .by = hw_engine_text(engine, alert->by),
        .action = hw_engine_text(engine, alert->action),
        .note = hw_engine_text(engine, alert->note),
        .kind = hw_alert_name(alert->kind),
        .words = hw_alert_words(alert->kind),
        .since_ms = alert->since_ms,
        .told_ms = alert->told_ms,
        .acknowledged_ms = alert->acknowledged_ms,
        .cleared_ms = alert->cleared_ms,
        .repeats = alert->repeats,
        .restricted = referral != NULL && (referral->seen & HW_SEEN_RESTRICTED) != 0,
    };
    if (referral != NULL && referral->stay != 0)
        ret_view->stay = hw_stay_at(engine, referral->stay)->reference;
    if (alert->about == HW_ALERT_ABOUT_SERVICE)
        ret_view->service = hw_engine_text(engine, service_at(engine, alert->subject)->code);
    if (alert->about == HW_ALERT_ABOUT_STAY) {
        ret_view->stay = hw_stay_at(engine, alert->subject)->reference;
        ret_view->restricted = is_restricted(engine, alert->subject);
    }
}

uint32_t hw_alert_walk(
    const struct hw_engine *engine, uint32_t handle, struct hw_alert_view *ret_view)
{
    handle = handle == 0 ? engine->root.standing.first : hw_alert_at(engine, handle)->behind;
    if (handle != 0)
        view_alert(engine, handle, ret_view);
    return handle;
}

uint32_t hw_alert_walk_referral(const struct hw_engine *engine, uint64_t referral, uint32_t handle,
    struct hw_alert_view *ret_view)
{
    uint32_t of = hw_referral_by_reference(engine, referral);

    if (handle != 0)
        handle = hw_alert_at(engine, handle)->subject_next;
    else if (of != 0)
        handle = hw_referral_at(engine, of)->alerts;
    if (handle != 0)
        view_alert(engine, handle, ret_view);
    return handle;
}

uint32_t hw_alert_walk_stay(
    const struct hw_engine *engine, uint64_t stay, uint32_t handle, struct hw_alert_view *ret_view)
{
    uint32_t of = hw_stay_by_reference(engine, stay);

    if (handle != 0)
        handle = hw_alert_at(engine, handle)->subject_next;
    else if (of != 0)
        handle = hw_stay_at(engine, hw_stay_at(engine, of)->leader)->alerts;
    if (handle != 0)
        view_alert(engine, handle, ret_view);
    return handle;
}

enum hw_status hw_alert_view(
    const struct hw_engine *engine, uint64_t reference, struct hw_alert_view *ret_view)
{
    uint32_t handle = hw_alert_find(engine, reference);

    if (handle == 0)
        return HW_E_NOT_FOUND;
    view_alert(engine, handle, ret_view);
    return HW_OK;
}

enum hw_status hw_why_not(
    struct hw_engine *engine, uint64_t referral, struct hw_slice service, enum hw_rule *ret_rule)
{
    uint32_t handle = hw_referral_by_reference(engine, referral);
    uint32_t code = hw_text_find(engine, service);
    uint32_t other = code == 0 ? 0 : hw_service_find(engine, code);

    if (handle == 0 || other == 0)
        return HW_E_NOT_FOUND;
    *ret_rule = hw_explain_rule(engine, handle, other);
    return HW_OK;
}

/* ---- invariants ---- */

bool hw_routing_holds(const struct hw_engine *engine)
{
    for (uint32_t i = 1; i < engine->services.count; i++) {
        int64_t held = 0, starts = 0;

        for (uint32_t at = service_at(engine, i)->matches; at != 0;
             at = hw_match_at(engine, at)->service_next) {
            const struct hw_match *match = hw_match_at(engine, at);

            if (!hw_match_is_live(match) || match->units < 0)
                return false;
            held += match->units;
            starts += match->starts_ms != HW_TIME_NONE &&
                hw_london_day(match->starts_ms) >= engine->root.today;
        }
        if (held != service_at(engine, i)->held || held < 0)
            return false;
        for (uint32_t at = service_at(engine, i)->starts; at != 0;
             at = HW_AT(engine, starts, hw_starts, at)->next)
            if (HW_AT(engine, starts, hw_starts, at)->day >= engine->root.today)
                starts -= HW_AT(engine, starts, hw_starts, at)->count;
        if (starts != 0)
            return false;
    }
    for (uint32_t at = 1; at < engine->matches.count; at++) {
        const struct hw_match *match = hw_match_at(engine, at);

        if (match->state == HW_MATCH_OFFERED && match->by == 0 && !match->automatic)
            return false;
    }
    return true;
}
