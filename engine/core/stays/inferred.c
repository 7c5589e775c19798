#include "core/stays/inferred.h"

#include "core/stays/stay.h"

static struct hw_inference *inference_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, inferences, hw_inference, handle);
}

static uint32_t first_of(const struct hw_engine *engine, uint32_t stay)
{
    uint32_t open = hw_stay_at(engine, stay)->open;

    return open == 0 ? 0 : hw_open_at(engine, open)->inferences;
}

const struct hw_inference *hw_inferred_last(const struct hw_engine *engine, uint32_t leader)
{
    const struct hw_inference *last = NULL;
    uint32_t at = leader;

    do {
        uint32_t first = first_of(engine, at);

        if (first != 0 && (last == NULL || inference_at(engine, first)->at_ms > last->at_ms))
            last = inference_at(engine, first);
        at = hw_stay_at(engine, at)->group_next;
    } while (at != leader);
    return last;
}

void hw_inferred_add(struct hw_engine *engine, uint32_t stay, uint32_t reason, uint32_t side)
{
    uint32_t leader = hw_stay_at(engine, stay)->leader, handle;
    struct hw_open *open;

    if (hw_stay_at(engine, leader)->sealed)
        return;
    open = hw_open_at(engine, hw_stay_at(engine, leader)->open);
    handle = hw_arena_take(&engine->inferences);
    *inference_at(engine, handle) = (struct hw_inference){
        .at_ms = engine->root.accepted_ms,
        .reason = reason,
        .side = side,
        .next = open->inferences,
    };
    open->inferences = handle;
    hw_stay_refresh(engine, leader);
}

/* Put one where it belongs by time; of too many the earliest is left out. */
static uint32_t insert(
    struct hw_inference *inferences, uint32_t count, const struct hw_inference *one)
{
    uint32_t at;

    if (count == HW_INFERENCES_MAX) {
        if (one->at_ms <= inferences[0].at_ms)
            return count;
        memmove(inferences, inferences + 1, --count * sizeof *inferences);
    }
    for (at = count; at > 0 && inferences[at - 1].at_ms > one->at_ms; at--)
        inferences[at] = inferences[at - 1];
    inferences[at] = *one;
    return count + 1;
}

uint32_t hw_inferred_gather(
    const struct hw_engine *engine, uint32_t leader, struct hw_inference *inferences)
{
    uint32_t at = leader, count = 0;

    if (engine->inferences.count == 1)
        return 0; /* Nothing was ever inferred. */
    do {
        uint32_t taken = 0;

        /* Newest first: of one stay no more than the fold looks at are told. */
        for (uint32_t one = first_of(engine, at); one != 0 && taken < HW_INFERENCES_MAX;
             one = inference_at(engine, one)->next, taken++)
            count = insert(inferences, count, inference_at(engine, one));
        at = hw_stay_at(engine, at)->group_next;
    } while (at != leader);
    return count;
}

void hw_inferred_free(struct hw_engine *engine, struct hw_open *open)
{
    while (open->inferences != 0) {
        uint32_t next = inference_at(engine, open->inferences)->next;

        hw_arena_give(&engine->inferences, open->inferences);
        open->inferences = next;
    }
}
