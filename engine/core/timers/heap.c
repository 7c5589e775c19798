#include "core/timers/heap.h"

/* Places count from 1; entry i of the arena is place i. */
static struct hw_heap_entry *entry_at(const struct hw_engine *engine, uint32_t place)
{
    return HW_AT(engine, heap, hw_heap_entry, place);
}

static bool earlier(const struct hw_engine *engine, uint32_t a, uint32_t b)
{
    const struct hw_stay *left = hw_stay_at(engine, a), *right = hw_stay_at(engine, b);

    if (left->due_ms != right->due_ms)
        return left->due_ms < right->due_ms;
    return a < b;
}

static void put(struct hw_engine *engine, uint32_t place, uint32_t stay)
{
    entry_at(engine, place)->stay = stay;
    hw_stay_at(engine, stay)->heap_at = place;
}

static void rise(struct hw_engine *engine, uint32_t place, uint32_t stay)
{
    while (place > 1 && earlier(engine, stay, entry_at(engine, place / 2)->stay)) {
        put(engine, place, entry_at(engine, place / 2)->stay);
        place /= 2;
    }
    put(engine, place, stay);
}

static void sink(struct hw_engine *engine, uint32_t place, uint32_t stay)
{
    uint32_t count = engine->root.heap_count;

    for (;;) {
        uint32_t child = place * 2;

        if (child > count)
            break;
        if (child < count &&
            earlier(engine, entry_at(engine, child + 1)->stay, entry_at(engine, child)->stay))
            child++;
        if (!earlier(engine, entry_at(engine, child)->stay, stay))
            break;
        put(engine, place, entry_at(engine, child)->stay);
        place = child;
    }
    put(engine, place, stay);
}

static void take_out(struct hw_engine *engine, uint32_t stay)
{
    struct hw_stay *record = hw_stay_at(engine, stay);
    uint32_t place = record->heap_at;
    uint32_t last = entry_at(engine, engine->root.heap_count)->stay;

    entry_at(engine, engine->root.heap_count)->stay = 0;
    engine->root.heap_count--;
    record->heap_at = 0;
    if (last == stay)
        return;
    if (place > 1 && earlier(engine, last, entry_at(engine, place / 2)->stay))
        rise(engine, place, last);
    else
        sink(engine, place, last);
}

void hw_timer_set(struct hw_engine *engine, uint32_t stay, int64_t due_ms)
{
    struct hw_stay *record = hw_stay_at(engine, stay);

    if (record->heap_at != 0) {
        if (record->due_ms == due_ms)
            return;
        take_out(engine, stay);
    }
    record->due_ms = due_ms;
    if (due_ms == HW_TIME_OPEN)
        return;
    engine->root.heap_count++;
    if (engine->root.heap_count >= engine->heap.count)
        (void)hw_arena_take(&engine->heap);
    HW_ASSERT(engine->root.heap_count < engine->heap.count);
    rise(engine, engine->root.heap_count, stay);
}

uint32_t hw_timer_first(const struct hw_engine *engine, int64_t now_ms)
{
    uint32_t stay;

    if (engine->root.heap_count == 0)
        return 0;
    stay = entry_at(engine, 1)->stay;
    return hw_stay_at(engine, stay)->due_ms <= now_ms ? stay : 0;
}

int64_t hw_timer_due(const struct hw_engine *engine)
{
    if (engine->root.heap_count == 0)
        return HW_TIME_OPEN;
    return hw_stay_at(engine, entry_at(engine, 1)->stay)->due_ms;
}
