#include "core/routing/timer.h"

#include "core/routing/alert.h"
#include "core/routing/match.h"
#include "core/routing/mode.h"
#include "core/routing/referral.h"
#include "core/services/capacity.h"
#include "core/services/service.h"

/* Places count from 1; entry i of the arena is place i. */
static struct hw_timer_entry *entry_at(const struct hw_engine *engine, uint32_t place)
{
    return HW_AT(engine, timers, hw_timer_entry, place);
}

/* Where a record keeps its place; 0: it has no timer. */
static uint32_t *place_of(const struct hw_engine *engine, const struct hw_timer_entry *entry)
{
    switch ((enum hw_timer_kind)entry->kind) {
    case HW_TIMER_MATCH:
        return &hw_match_at(engine, entry->handle)->heap_at;
    case HW_TIMER_MODE:
        return &HW_AT(engine, modes, hw_mode_record, entry->handle)->heap_at;
    case HW_TIMER_ALERT:
        return &hw_alert_at(engine, entry->handle)->heap_at;
    case HW_TIMER_SERVICE:
        return &hw_service_at(engine, entry->handle)->heap_at;
    case HW_TIMER_REFERRAL:
        break;
    }
    return &hw_referral_at(engine, entry->handle)->heap_at;
}

static bool earlier(const struct hw_timer_entry *a, const struct hw_timer_entry *b)
{
    if (a->due_ms != b->due_ms)
        return a->due_ms < b->due_ms;
    return a->kind != b->kind ? a->kind < b->kind : a->handle < b->handle;
}

static void put(struct hw_engine *engine, uint32_t place, struct hw_timer_entry entry)
{
    *entry_at(engine, place) = entry;
    *place_of(engine, &entry) = place;
}

static void rise(struct hw_engine *engine, uint32_t place, struct hw_timer_entry entry)
{
    for (; place > 1 && earlier(&entry, entry_at(engine, place / 2)); place /= 2)
        put(engine, place, *entry_at(engine, place / 2));
    put(engine, place, entry);
}

static void sink(struct hw_engine *engine, uint32_t place, struct hw_timer_entry entry)
{
    uint32_t count = engine->root.timers_count, child;

    for (; (child = place * 2) <= count; place = child) {
        if (child < count && earlier(entry_at(engine, child + 1), entry_at(engine, child)))
            child++;
        if (!earlier(entry_at(engine, child), &entry))
            break;
        put(engine, place, *entry_at(engine, child));
    }
    put(engine, place, entry);
}

static void take_out(struct hw_engine *engine, uint32_t place)
{
    uint32_t count = engine->root.timers_count--;
    struct hw_timer_entry last = *entry_at(engine, count);

    *place_of(engine, entry_at(engine, place)) = 0;
    *entry_at(engine, count) = (struct hw_timer_entry){0};
    if (place == count)
        return;
    if (place > 1 && earlier(&last, entry_at(engine, place / 2)))
        rise(engine, place, last);
    else
        sink(engine, place, last);
}

void hw_routing_timer_set(
    struct hw_engine *engine, enum hw_timer_kind kind, uint32_t handle, int64_t due_ms)
{
    struct hw_timer_entry entry = {.due_ms = due_ms, .kind = kind, .handle = handle};
    uint32_t place = *place_of(engine, &entry);

    /* What is set for a moment gone by fires in the next tick, never before the present record. */
    if (due_ms <= engine->root.accepted_ms)
        due_ms = entry.due_ms = engine->root.accepted_ms + 1;
    if (place != 0) {
        if (entry_at(engine, place)->due_ms == due_ms)
            return;
        take_out(engine, place);
    }
    if (due_ms == HW_TIME_OPEN)
        return;
    engine->root.timers_count++;
    if (engine->root.timers_count >= engine->timers.count)
        (void)hw_arena_take(&engine->timers);
    rise(engine, engine->root.timers_count, entry);
}

int64_t hw_routing_due(const struct hw_engine *engine)
{
    return engine->root.timers_count == 0 ? HW_TIME_OPEN : entry_at(engine, 1)->due_ms;
}

void hw_routing_fire(struct hw_engine *engine)
{
    struct hw_timer_entry first = *entry_at(engine, 1);

    take_out(engine, 1);
    switch ((enum hw_timer_kind)first.kind) {
    case HW_TIMER_MATCH:
        hw_match_due(engine, first.handle);
        break;
    case HW_TIMER_MODE:
        hw_mode_lapsed(engine, first.handle);
        break;
    case HW_TIMER_ALERT:
        hw_alert_due(engine, first.handle);
        break;
    case HW_TIMER_SERVICE:
        hw_capacity_due(engine, first.handle);
        break;
    case HW_TIMER_REFERRAL:
        hw_referral_due(engine, first.handle);
    }
}
