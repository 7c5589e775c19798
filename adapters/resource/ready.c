#include "resource/ready.h"

#include "resource/stay.h"

#include <stdlib.h>

/* entries, by reference; sorted, the same in the order of the list, made when asked for. */
struct hw_ready {
    struct hw_ready_entry *entries;
    struct hw_ready_entry *sorted;
    uint32_t count;
    uint32_t capacity;
    bool sorted_valid;
};

static uint32_t place_of(const struct hw_ready *ready, uint64_t reference)
{
    uint32_t low = 0;
    uint32_t high = ready->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ready->entries[middle].reference < reference)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const struct hw_ready *ready, uint32_t place, uint64_t reference)
{
    return place < ready->count && ready->entries[place].reference == reference;
}

static bool grow(struct hw_ready *ready)
{
    uint32_t capacity = ready->capacity == 0 ? 1024 : ready->capacity * 2;
    struct hw_ready_entry *entries = realloc(ready->entries, capacity * sizeof *entries);

    if (entries == NULL)
        return false;
    ready->entries = entries;
    struct hw_ready_entry *sorted = realloc(ready->sorted, capacity * sizeof *sorted);
    if (sorted == NULL)
        return false;
    ready->sorted = sorted;
    ready->capacity = capacity;
    return true;
}

bool hw_ready_has(const struct hw_ready *ready, uint64_t reference)
{
    return is_at(ready, place_of(ready, reference), reference);
}

/* False: no memory. */
static bool put(struct hw_ready *ready, uint64_t reference, int64_t since_ms)
{
    uint32_t place = place_of(ready, reference);

    ready->sorted_valid = false;
    if (!is_at(ready, place, reference)) {
        if (ready->count == ready->capacity && !grow(ready))
            return false;
        memmove(&ready->entries[place + 1], &ready->entries[place],
            (ready->count - place) * sizeof *ready->entries);
        ready->count++;
    }
    ready->entries[place] = (struct hw_ready_entry){since_ms, reference};
    return true;
}

static void take_away(struct hw_ready *ready, uint64_t reference)
{
    uint32_t place = place_of(ready, reference);

    if (!is_at(ready, place, reference))
        return;
    ready->sorted_valid = false;
    ready->count--;
    memmove(&ready->entries[place], &ready->entries[place + 1],
        (ready->count - place) * sizeof *ready->entries);
}

struct hw_ready *hw_ready_new(struct hw_engine *engine)
{
    struct hw_ready *ready = calloc(1, sizeof *ready);
    struct hw_history history;
    uint32_t handle = 0;

    if (ready == NULL || !grow(ready)) {
        hw_ready_free(ready);
        return NULL;
    }
    while ((handle = hw_history_next(engine, handle, &history)) != 0) {
        const struct hw_period *period = hw_stay_period(&history, hw_engine_accepted_ms(engine));

        if (period != NULL && !put(ready, history.reference, period->start_ms)) {
            hw_ready_free(ready);
            return NULL;
        }
    }
    return ready;
}

void hw_ready_free(struct hw_ready *ready)
{
    if (ready == NULL)
        return;
    free(ready->entries);
    free(ready->sorted);
    free(ready);
}

void hw_ready_effects(struct hw_ready *ready, const struct hw_effect *effects, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        switch ((int)effects[i].kind) {
        case HW_EFFECT_DELAY_STARTED:
        case HW_EFFECT_DELAY_CHANGED:
            /* Without memory one person is missing from the list, and from no figure. */
            (void)put(ready, effects[i].reference, effects[i].since_ms);
            break;
        case HW_EFFECT_DELAY_ENDED:
            take_away(ready, effects[i].reference);
            break;
        default: /* Of routing: nobody is more or less ready by it. */
            break;
        }
    }
}

int hw_ready_order(const struct hw_ready_entry *a, const struct hw_ready_entry *b)
{
    if (a->since_ms != b->since_ms)
        return a->since_ms < b->since_ms ? -1 : 1;
    return (a->reference > b->reference) - (a->reference < b->reference);
}

static int order(const void *a, const void *b)
{
    return hw_ready_order(a, b);
}

const struct hw_ready_entry *hw_ready_list(struct hw_ready *ready, uint32_t *ret_count)
{
    if (!ready->sorted_valid && ready->count > 0) {
        memcpy(ready->sorted, ready->entries, ready->count * sizeof *ready->entries);
        qsort(ready->sorted, ready->count, sizeof *ready->sorted, order);
    }
    ready->sorted_valid = true;
    *ret_count = ready->count;
    return ready->sorted;
}
