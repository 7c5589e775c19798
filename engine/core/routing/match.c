#include "core/routing/match.h"

#include "core/routing/agenda.h"
#include "core/routing/referral.h"
#include "core/routing/share.h"
#include "core/routing/starts.h"
#include "core/routing/tell.h"
#include "core/routing/timer.h"
#include "core/services/service.h"
#include "homeward/services.h"

static struct hw_service *service_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, services, hw_service, handle);
}

static struct hw_referral *referral_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, referrals, hw_referral, handle);
}

/* ---- the table ---- */

/*
 * Where a step leads from a state: a letter for the state it leads to, '=' done before, '!' late:
 * worth a new proposal, '.' refused.  A true fact (a start) is taken from any state but the end
 * (R13).
 */
#define STATES                                                                                     \
    "?OPFASXRDWHE" /* none, observed, proposed, oFfered, accepted, started, eXpired ... */

static const char table[HW_MATCH_STATES][HW_MATCH_STEPS + 1] = {
    /*                      approve reject renew expire withdraw accept decline assess revoke
       handback start finish */
    [HW_MATCH_NONE] = "............",
    [HW_MATCH_OBSERVED] = "...XW.....S.",
    [HW_MATCH_PROPOSED] = "FRPXW.....S.",
    [HW_MATCH_OFFERED] = "=.FXWADF..S.",
    [HW_MATCH_ACCEPTED] = "=...W=D.DHS.",
    [HW_MATCH_STARTED] = "=....=...H=E",
    [HW_MATCH_EXPIRED] = "...==!=...S.",
    [HW_MATCH_REJECTED] = ".=..=.....S.",
    [HW_MATCH_DECLINED] = "....=!=.=.S.",
    [HW_MATCH_WITHDRAWN] = "....=!=.=.S.",
    [HW_MATCH_HANDED_BACK] = ".........=S.",
    [HW_MATCH_FINISHED] = "...........=",
};

_Static_assert(sizeof STATES - 1 == HW_MATCH_STATES, "a letter a state");

static const char *const names[HW_MATCH_STATES] = {
    [HW_MATCH_NONE] = "none",
    [HW_MATCH_OBSERVED] = "observed",
    [HW_MATCH_PROPOSED] = "proposed",
    [HW_MATCH_OFFERED] = "offered",
    [HW_MATCH_ACCEPTED] = "accepted",
    [HW_MATCH_STARTED] = "started",
    [HW_MATCH_EXPIRED] = "expired",
    [HW_MATCH_REJECTED] = "rejected",
    [HW_MATCH_DECLINED] = "declined",
    [HW_MATCH_WITHDRAWN] = "withdrawn",
    [HW_MATCH_HANDED_BACK] = "handed_back",
    [HW_MATCH_FINISHED] = "ended",
};

const char *hw_match_state_name(unsigned state)
{
    return names[state];
}

bool hw_match_is_live(const struct hw_match *match)
{
    return match->state >= HW_MATCH_PROPOSED && match->state <= HW_MATCH_STARTED;
}

enum hw_step_end hw_match_look(
    enum hw_match_state state, enum hw_match_step step, enum hw_match_state *ret_next)
{
    char cell = table[state][step];

    *ret_next = state;
    switch (cell) {
    case '=':
        return HW_STEP_AGAIN;
    case '!':
        return HW_STEP_LATE;
    case '.':
        return HW_STEP_REFUSED;
    default:
        for (unsigned next = 1; next < HW_MATCH_STATES; next++)
            if (STATES[next] == cell)
                *ret_next = (enum hw_match_state)next;
        return HW_STEP_DONE;
    }
}

/* ---- units ---- */

/* Whether a declaration already leaves out what this placement uses. */
static bool was_told(const struct hw_service *service, const struct hw_match *match)
{
    return service->basis == HW_BASIS_DECLARED && match->state == HW_MATCH_STARTED &&
        service->declared_at_ms != HW_TIME_NONE && match->started_ms <= service->declared_at_ms;
}

static void hold(struct hw_engine *engine, const struct hw_match *match, int32_t sign)
{
    struct hw_service *service = service_at(engine, match->service);

    if (!hw_match_is_live(match))
        return;
    hw_tell_capacity(engine, match->service);
    service->held += sign * match->units;
    if (was_told(service, match))
        service->told += sign * match->units;
    HW_ASSERT(service->held >= 0);
}

void hw_match_count_told(struct hw_engine *engine, uint32_t handle)
{
    struct hw_service *service = service_at(engine, handle);

    hw_tell_capacity(engine, handle);
    service->told = 0;
    for (uint32_t at = service->matches; at != 0; at = hw_match_at(engine, at)->service_next)
        if (was_told(service, hw_match_at(engine, at)))
            service->told += hw_match_at(engine, at)->units;
}

static void list_live(struct hw_engine *engine, uint32_t handle)
{
    struct hw_match *match = hw_match_at(engine, handle);
    struct hw_service *service = service_at(engine, match->service);

    match->service_next = service->matches;
    match->service_previous = 0;
    if (service->matches != 0)
        hw_match_at(engine, service->matches)->service_previous = handle;
    service->matches = handle;
    hw_starts_add(engine, match->service, match->starts_ms, 1);
}

static void unlist_live(struct hw_engine *engine, uint32_t handle)
{
    struct hw_match *match = hw_match_at(engine, handle);

    if (match->service_next != 0)
        hw_match_at(engine, match->service_next)->service_previous = match->service_previous;
    if (match->service_previous != 0)
        hw_match_at(engine, match->service_previous)->service_next = match->service_next;
    else
        service_at(engine, match->service)->matches = match->service_next;
    match->service_next = match->service_previous = 0;
    hw_starts_add(engine, match->service, match->starts_ms, -1);
}

void hw_match_set_start(struct hw_engine *engine, uint32_t handle, int64_t starts_ms)
{
    struct hw_match *match = hw_match_at(engine, handle);

    if (hw_match_is_live(match)) {
        hw_starts_add(engine, match->service, match->starts_ms, -1);
        hw_starts_add(engine, match->service, starts_ms, 1);
    }
    match->starts_ms = starts_ms;
}

/* ---- steps ---- */

static void set_state(struct hw_engine *engine, uint32_t handle, enum hw_match_state state)
{
    struct hw_match *match = hw_match_at(engine, handle);
    bool was_live = hw_match_is_live(match), is_live;

    hold(engine, match, -1);
    match->state = (uint8_t)state;
    is_live = hw_match_is_live(match);
    hold(engine, match, 1);
    if (is_live && !was_live)
        list_live(engine, handle);
    else if (was_live && !is_live)
        unlist_live(engine, handle);
    if ((was_live && !is_live) || hw_service_free(service_at(engine, match->service)) < 0)
        hw_agenda_service(engine, match->service);
}

/* The moment that a step leaves behind. */
static void stamp(struct hw_engine *engine, struct hw_match *match, enum hw_match_step step)
{
    int64_t now = engine->root.accepted_ms;

    if (step == HW_STEP_APPROVE) {
        match->offered_ms = now;
        service_at(engine, match->service)->last_offer_ms = now;
    } else if (step >= HW_STEP_ACCEPT && step <= HW_STEP_REVOKE) {
        match->answered_ms = now;
        match->assessing = step == HW_STEP_ASSESS;
    } else if (step == HW_STEP_START) {
        match->unasked = match->state != HW_MATCH_ACCEPTED;
    }
}

/* What the outside hears of a step (CONTRACT 5.1). */
static enum hw_effect_kind effect_of(
    enum hw_match_step step, enum hw_match_state before, enum hw_match_state after)
{
    switch (step) {
    case HW_STEP_APPROVE:
        return HW_EFFECT_ROUTE_OFFERED;
    case HW_STEP_RENEW:
        return after == HW_MATCH_PROPOSED ? HW_EFFECT_ROUTE_PROPOSED : HW_EFFECT_ROUTE_OFFERED;
    case HW_STEP_EXPIRE:
        return HW_EFFECT_ROUTE_EXPIRED;
    case HW_STEP_START:
        return HW_EFFECT_ROUTE_STARTED;
    case HW_STEP_REJECT:
    case HW_STEP_WITHDRAW:
    case HW_STEP_FINISH:
    case HW_MATCH_STEPS:
        return HW_EFFECT_ROUTE_ENDED;
    case HW_STEP_ACCEPT:
    case HW_STEP_DECLINE:
    case HW_STEP_ASSESS:
    case HW_STEP_REVOKE:
    case HW_STEP_HAND_BACK:
        break;
    }
    return before == HW_MATCH_STARTED ? HW_EFFECT_ROUTE_ENDED : HW_EFFECT_ROUTE_ANSWERED;
}

enum hw_step_end hw_match_take(struct hw_engine *engine, uint32_t handle, enum hw_match_step step)
{
    struct hw_match *match = hw_match_at(engine, handle);
    enum hw_match_state before = (enum hw_match_state)match->state, next;
    enum hw_step_end end = hw_match_look(before, step, &next);

    if (end != HW_STEP_DONE)
        return end;
    stamp(engine, match, step);
    match->version++;
    set_state(engine, handle, next);
    if (!hw_match_is_live(match)) {
        match->ended_ms = engine->root.accepted_ms;
        match->suspended_ms = match->suspended_until_ms = HW_TIME_NONE;
        match->suspended_for = HW_SUSPENDED_NOT;
    }
    hw_match_set_timer(engine, handle);
    hw_referral_follow(engine, match->referral);
    hw_tell_match(engine, effect_of(step, before, next), handle);
    return HW_STEP_DONE;
}

uint32_t hw_match_new(struct hw_engine *engine, uint32_t referral, uint32_t service, int32_t units,
    enum hw_match_state state)
{
    uint32_t handle = hw_arena_take(&engine->matches);
    struct hw_match *match = hw_match_at(engine, handle);

    *match = (struct hw_match){
        .reference = engine->root.sequence,
        .referral = referral,
        .service = service,
        .referral_next = referral_at(engine, referral)->matches,
        .units = units,
        .needs = referral_at(engine, referral)->needs,
        .pathway = referral_at(engine, referral)->pathway,
        .proposed_ms = engine->root.accepted_ms,
        .offered_ms = HW_TIME_NONE,
        .answered_ms = HW_TIME_NONE,
        .starts_ms = HW_TIME_NONE,
        .started_ms = HW_TIME_NONE,
        .ended_ms = HW_TIME_NONE,
        .expires_ms = HW_TIME_OPEN,
        .review_due_ms = HW_TIME_OPEN,
        .reviewed_ms = HW_TIME_NONE,
        .ready_since_ms = HW_TIME_NONE,
        .suspended_ms = HW_TIME_NONE,
        .suspended_until_ms = HW_TIME_NONE,
        .package_ms = HW_TIME_NONE,
        .version = 1,
    };
    referral_at(engine, referral)->matches = handle;
    set_state(engine, handle, state);
    return handle;
}

void hw_match_set_units(struct hw_engine *engine, uint32_t handle, int32_t units)
{
    struct hw_match *match = hw_match_at(engine, handle);

    hold(engine, match, -1);
    hw_agenda_service(engine, match->service);
    match->units = units;
    hold(engine, match, 1);
}

/* ---- time ---- */

static int64_t earliest(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void hw_match_set_timer(struct hw_engine *engine, uint32_t handle)
{
    struct hw_match *match = hw_match_at(engine, handle);
    int64_t due = HW_TIME_OPEN;

    if (match->state == HW_MATCH_OBSERVED || match->state == HW_MATCH_PROPOSED ||
        match->state == HW_MATCH_OFFERED)
        due = match->expires_ms;
    else if (match->state == HW_MATCH_STARTED && !match->past_review)
        due = match->review_due_ms;
    /* Time does not run against what is suspended; when it is kept no longer, the hub is asked. */
    if (hw_match_is_live(match) && match->suspended_for != HW_SUSPENDED_NOT) {
        if (match->state != HW_MATCH_STARTED)
            due = HW_TIME_OPEN;
        if (match->suspended_until_ms > engine->root.accepted_ms)
            due = earliest(due, match->suspended_until_ms);
    }
    hw_routing_timer_set(engine, HW_TIMER_MATCH, handle, due);
}

void hw_match_due(struct hw_engine *engine, uint32_t handle)
{
    struct hw_match *match = hw_match_at(engine, handle);

    hw_routing_timer_set(engine, HW_TIMER_MATCH, handle, HW_TIME_OPEN);
    /* Past its review date a placement stays, and is counted: nothing to decide (R12). */
    if (match->state == HW_MATCH_STARTED && match->review_due_ms <= engine->root.accepted_ms) {
        match->past_review = 1;
        hw_referral_count(engine, match->referral);
        hw_match_set_timer(engine, handle);
        if (match->suspended_for == HW_SUSPENDED_NOT)
            return;
    }
    /* It was kept long enough for somebody away: its review is due all the same. */
    if (match->state == HW_MATCH_STARTED)
        hw_match_set_timer(engine, handle);
    hw_agenda_match(engine, handle);
}

enum { OFFER_TTL_2H_MINUTES = 15 };

int64_t hw_match_answer_until(const struct hw_engine *engine, uint32_t handle)
{
    const struct hw_match *match = hw_match_at(engine, handle);
    const struct hw_service *service = service_at(engine, match->service);
    int64_t now = engine->root.accepted_ms;

    if (hw_referral_at(engine, match->referral)->urgency == HW_URGENCY_2H)
        return now + OFFER_TTL_2H_MINUTES * HW_MINUTE_MS;
    return hw_hours_after(&service->answer_hours, now, service->offer_ttl_ms);
}

/* ---- asking ---- */

uint32_t hw_match_find(const struct hw_engine *engine, uint64_t reference)
{
    /* References rise with handles: matches are never freed. */
    uint32_t low = 1, high = engine->matches.count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (hw_match_at(engine, middle)->reference < reference)
            low = middle + 1;
        else
            high = middle;
    }
    return low < engine->matches.count && hw_match_at(engine, low)->reference == reference ? low
                                                                                           : 0;
}

uint32_t hw_match_live(const struct hw_engine *engine, uint32_t referral, uint32_t service)
{
    for (uint32_t at = referral_at(engine, referral)->matches; at != 0;
         at = hw_match_at(engine, at)->referral_next)
        if (hw_match_is_live(hw_match_at(engine, at)) &&
            (service == 0 || hw_match_at(engine, at)->service == service))
            return at;
    return 0;
}
