#include "core/services/capacity.h"

#include "core/routing/agenda.h"
#include "core/routing/match.h"
#include "core/routing/tell.h"
#include "core/routing/timer.h"
#include "core/services/service.h"

enum { AHEAD_DAYS_MAX = 366, PLANS_MAX = 64 };

static struct hw_plan *plan_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, plans, hw_plan, handle);
}

static int64_t from_of(const struct hw_engine *engine, const struct hw_capacity_said *said)
{
    int64_t declared =
        said->declared_ms < engine->root.accepted_ms ? said->declared_ms : engine->root.accepted_ms;

    return said->from_ms == HW_TIME_NONE ? declared : said->from_ms;
}

/* The plan for the same moment, if there is one; *ret_count: how many there are. */
static uint32_t same_moment(const struct hw_engine *engine, uint32_t service,
    const struct hw_capacity_said *said, unsigned *ret_count)
{
    uint32_t found = 0;

    *ret_count = 0;
    for (uint32_t at = hw_service_at(engine, service)->plans; at != 0;
         at = plan_at(engine, at)->next) {
        ++*ret_count;
        if (plan_at(engine, at)->from_ms == said->from_ms &&
            plan_at(engine, at)->what == said->what)
            found = at;
    }
    return found;
}

/* Said before what holds now was said, or for a time that is over. */
static bool is_late(
    const struct hw_engine *engine, uint32_t handle, const struct hw_capacity_said *said)
{
    const struct hw_service *service = hw_service_at(engine, handle);

    if (said->what != HW_SAID_CAPACITY || service->declared_at_ms == HW_TIME_NONE)
        return false;
    return said->declared_ms < service->declared_at_ms ||
        (said->from_ms == HW_TIME_NONE && said->declared_ms < service->capacity_from_ms);
}

const char *hw_capacity_refuses(const struct hw_engine *engine, uint32_t service,
    const struct hw_capacity_said *said, enum hw_status *ret_status)
{
    int64_t now = engine->root.accepted_ms, from = from_of(engine, said);
    unsigned count;
    uint32_t same = same_moment(engine, service, said, &count);

    *ret_status = HW_E_STALE;
    if (from <= now)
        return is_late(engine, service, said) ? "a later declaration is known" : NULL;
    if (same != 0)
        return said->declared_ms < plan_at(engine, same)->declared_ms
            ? "a later declaration for that moment is known"
            : NULL;
    *ret_status = HW_E_INVALID;
    if (from - now > AHEAD_DAYS_MAX * HW_DAY_MS)
        return "from is more than 366 days ahead: send it nearer to that day";
    return count >= PLANS_MAX ? "64 changes of this service stand ahead already" : NULL;
}

/* ---- taking effect ---- */

static void set_capacity(struct hw_engine *engine, uint32_t handle, int32_t capacity)
{
    struct hw_service *service = hw_service_at(engine, handle);

    service->capacity = capacity;
    hw_match_count_told(engine, handle);
    /* What was proposed with old capacity may go now that it is known anew (R16). */
    for (uint32_t at = service->matches; at != 0; at = hw_match_at(engine, at)->service_next)
        if (hw_match_at(engine, at)->state == HW_MATCH_PROPOSED)
            hw_agenda_referral(engine, hw_match_at(engine, at)->referral);
}

static void take(struct hw_engine *engine, uint32_t handle, const struct hw_capacity_said *said)
{
    struct hw_service *service = hw_service_at(engine, handle);

    hw_tell_capacity(engine, handle);
    if (said->what == HW_SAID_SUSPENDED) {
        service->suspended = said->value != 0;
    } else {
        service->declared_at_ms = said->declared_ms;
        service->capacity_from_ms = from_of(engine, said);
        set_capacity(engine, handle, said->value);
    }
    hw_agenda_service(engine, handle);
}

static void set_timer(struct hw_engine *engine, uint32_t handle)
{
    uint32_t first = hw_service_at(engine, handle)->plans;

    hw_routing_timer_set(engine, HW_TIMER_SERVICE, handle,
        first == 0 ? HW_TIME_OPEN : plan_at(engine, first)->from_ms);
}

/* In order of their moments. */
static void plan(struct hw_engine *engine, uint32_t service, const struct hw_capacity_said *said)
{
    unsigned count;
    uint32_t handle = same_moment(engine, service, said, &count);
    uint32_t *at = &hw_service_at(engine, service)->plans;

    if (handle == 0) {
        handle = hw_arena_take(&engine->plans);
        while (*at != 0 && plan_at(engine, *at)->from_ms <= said->from_ms)
            at = &plan_at(engine, *at)->next;
        *plan_at(engine, handle) =
            (struct hw_plan){.from_ms = said->from_ms, .next = *at, .what = (uint8_t)said->what};
        *at = handle;
    }
    plan_at(engine, handle)->declared_ms = said->declared_ms;
    plan_at(engine, handle)->value = said->value;
    set_timer(engine, service);
}

void hw_capacity_say(
    struct hw_engine *engine, uint32_t service, const struct hw_capacity_said *said)
{
    struct hw_capacity_said one = *said;

    if (one.declared_ms > engine->root.accepted_ms)
        one.declared_ms = engine->root.accepted_ms;
    if (from_of(engine, &one) > engine->root.accepted_ms)
        plan(engine, service, &one);
    else
        take(engine, service, &one);
}

void hw_capacity_due(struct hw_engine *engine, uint32_t handle)
{
    uint32_t *plans = &hw_service_at(engine, handle)->plans;

    while (*plans != 0 && plan_at(engine, *plans)->from_ms <= engine->root.accepted_ms) {
        uint32_t first = *plans;
        const struct hw_plan *due = plan_at(engine, first);
        const struct hw_capacity_said said = {
            .what = (enum hw_capacity_what)due->what,
            .value = due->value,
            .declared_ms = due->declared_ms,
            .from_ms = due->from_ms,
        };

        *plans = due->next;
        hw_arena_give(&engine->plans, first);
        take(engine, handle, &said);
    }
    set_timer(engine, handle);
}
