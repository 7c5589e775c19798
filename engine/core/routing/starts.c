#include "core/routing/starts.h"

static struct hw_starts *starts_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, starts, hw_starts, handle);
}

static void drop_past(struct hw_engine *engine, struct hw_service *service)
{
    while (service->starts != 0 && starts_at(engine, service->starts)->day < engine->root.today) {
        uint32_t past = service->starts;

        service->starts = starts_at(engine, past)->next;
        hw_arena_give(&engine->starts, past);
    }
}

void hw_starts_add(struct hw_engine *engine, uint32_t handle, int64_t starts_ms, int sign)
{
    struct hw_service *service = HW_AT(engine, services, hw_service, handle);
    int32_t day = starts_ms == HW_TIME_NONE ? HW_DAY_NONE : hw_london_day(starts_ms);
    uint32_t *at = &service->starts, next;

    drop_past(engine, service);
    if (day == HW_DAY_NONE || day < engine->root.today)
        return;
    while (*at != 0 && starts_at(engine, *at)->day < day)
        at = &starts_at(engine, *at)->next;
    if (*at == 0 || starts_at(engine, *at)->day > day) {
        next = *at;
        *at = hw_arena_take(&engine->starts);
        *starts_at(engine, *at) = (struct hw_starts){.day = day, .next = next};
    }
    HW_ASSERT(sign > 0 || starts_at(engine, *at)->count > 0);
    starts_at(engine, *at)->count += (uint32_t)sign;
    if (starts_at(engine, *at)->count == 0) {
        next = *at;
        *at = starts_at(engine, next)->next;
        hw_arena_give(&engine->starts, next);
    }
}

uint32_t hw_starts_on(const struct hw_engine *engine, const struct hw_service *service, int32_t day)
{
    uint32_t at = service->starts;

    while (at != 0 && starts_at(engine, at)->day < day)
        at = starts_at(engine, at)->next;
    return at != 0 && starts_at(engine, at)->day == day ? starts_at(engine, at)->count : 0;
}
