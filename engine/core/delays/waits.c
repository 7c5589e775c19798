/*
 * waits.c - what open waits of a stay block: the offer, or only the start (CONTRACT 3.2, R9).
 *
 * A wait is known by its id; opened again without saying what it blocks, it blocks what it did.
 */
#include "core/stays/fold.h"

struct blocking {
    uint32_t wait; /* text */
    uint8_t blocks;
    bool open;
};

static uint8_t blocks_of(struct hw_slice word)
{
    if (hw_slice_is(word, "offer"))
        return HW_BLOCKS_OFFER;
    return hw_slice_is(word, "start") ? HW_BLOCKS_START : 0;
}

static void take(const struct hw_engine *engine, struct blocking *wait, const struct hw_fact *fact)
{
    if (fact->kind != HW_FACT_WAIT_SEEN)
        wait->open = fact->kind == HW_FACT_WAIT_OPEN;
    if (hw_fact_has(fact, HW_REG_BLOCKS))
        wait->blocks = blocks_of(hw_engine_text(engine, hw_fact_value(fact, HW_REG_BLOCKS)));
    else if (hw_fact_clears(fact, HW_REG_BLOCKS))
        wait->blocks = 0;
}

uint8_t hw_waits_block(const struct hw_engine *engine, const struct hw_fold_input *input)
{
    struct blocking waits[HW_WAITS_MAX];
    uint32_t count = 0;
    uint8_t blocks = 0;

    for (uint32_t i = 0; i < input->facts_count; i++) {
        const struct hw_fact *fact = input->facts[i];
        uint32_t at = 0, id;

        if (fact->kind != HW_FACT_WAIT_OPEN && fact->kind != HW_FACT_WAIT_CLOSE &&
            fact->kind != HW_FACT_WAIT_SEEN)
            continue;
        id = hw_fact_value(fact, HW_REG_WAIT);
        while (at < count && waits[at].wait != id)
            at++;
        if (at == HW_WAITS_MAX)
            continue; /* The ledger has found that there are too many. */
        if (at == count)
            waits[count++] = (struct blocking){.wait = id};
        take(engine, &waits[at], fact);
    }
    for (uint32_t at = 0; at < count; at++)
        blocks |= waits[at].open ? waits[at].blocks : 0;
    return blocks;
}
