#include "core/timers/heap.h"

/* Places count from 1; entry i of the arena is place i. */
static struct hw_heap_entry *entry_at(const struct hw_engine *engine, uint32_t place)
{
    return HW_AT(engine, heap, hw_heap_entry, place);
}

static bool earlier(const struct hw_heap_entry *left, const struct hw_heap_entry *right)
{
    if (left->due_ms != right->due_ms)
        return left->due_ms < right->due_ms;
    return left->stay < right->stay;
}

static void put(struct hw_engine *engine, uint32_t place, struct hw_heap_entry entry)
{
    *entry_at(engine, place) = entry;
    hw_open_at(engine, entry.open)->heap_at = place;
}

static void rise(struct hw_engine *engine, uint32_t place, struct hw_heap_entry entry)
{
    while (place > 1 && earlier(&entry, entry_at(engine, place / 2))) {
        put(engine, place, *entry_at(engine, place / 2));
        place /= 2;
    }
    put(engine, place, entry);
}

static void sink(struct hw_engine *engine, uint32_t place, struct hw_heap_entry entry)
{
    uint32_t count = engine->root.heap_count;

    for (;;) {
        uint32_t child = place * 2;

        if (child > count)
            break;
        if (child < count && earlier(entry_at(engine, child + 1), entry_at(engine, child)))
            child++;
        if (!earlier(entry_at(engine, child), &entry))
            break;
        put(engine, place, *entry_at(engine, child));
        place = child;
    }
    put(engine, place, entry);
}

/* Bring an entry to where it belongs, from a place whose entry is gone. */
static void settle(struct hw_engine *engine, uint32_t place, struct hw_heap_entry entry)
{
    if (place > 1 && earlier(&entry, entry_at(engine, place / 2)))
        rise(engine, place, entry);
    else
        sink(engine, place, entry);
}

static void take_out(struct hw_engine *engine, uint32_t place)
{
    uint32_t open = entry_at(engine, place)->open;
    struct hw_heap_entry last = *entry_at(engine, engine->root.heap_count);

    *entry_at(engine, engine->root.heap_count) = (struct hw_heap_entry){0};
    engine->root.heap_count--;
    hw_open_at(engine, open)->heap_at = 0;
    if (last.open != open)
        settle(engine, place, last);
}

void hw_timer_set(struct hw_engine *engine, uint32_t stay, int64_t due_ms)
{
    struct hw_heap_entry entry = {
        .due_ms = due_ms, .stay = stay, .open = hw_stay_at(engine, stay)->open};
    uint32_t place = hw_open_at(engine, entry.open)->heap_at;

    if (place != 0) {
        if (entry_at(engine, place)->due_ms == due_ms)
            return;
        if (due_ms == HW_TIME_OPEN)
            take_out(engine, place);
        else
            settle(engine, place, entry);
        return;
    }
    if (due_ms == HW_TIME_OPEN)
        return;
    engine->root.heap_count++;
    if (engine->root.heap_count >= engine->heap.count)
        (void)hw_arena_take(&engine->heap);
    HW_ASSERT(engine->root.heap_count < engine->heap.count);
    rise(engine, engine->root.heap_count, entry);
}

uint32_t hw_timer_first(const struct hw_engine *engine, int64_t now_ms)
{
    if (engine->root.heap_count == 0 || entry_at(engine, 1)->due_ms > now_ms)
        return 0;
    return entry_at(engine, 1)->stay;
}

int64_t hw_timer_due(const struct hw_engine *engine)
{
    return engine->root.heap_count == 0 ? HW_TIME_OPEN : entry_at(engine, 1)->due_ms;
}

int64_t hw_timer_of(const struct hw_engine *engine, uint32_t stay)
{
    uint32_t place = hw_open_at(engine, hw_stay_at(engine, stay)->open)->heap_at;

    return place == 0 ? HW_TIME_OPEN : entry_at(engine, place)->due_ms;
}
