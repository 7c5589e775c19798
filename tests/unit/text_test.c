#include "core/text.h"
#include "core/state.h"
#include "runtime/memory.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

static struct hw_engine *new_engine(void)
{
    struct hw_engine_options options = {.limits = hw_limits_default(),
        .memory = hw_memory_system(),
        .hash_key = {3, 4},
        .dedupe_ms = HW_DAY_MS,
        .history_open_ms = HW_DAY_MS};
    struct hw_engine *engine;

    cr_assert(eq(int, hw_engine_new(&options, &engine), HW_OK));
    return engine;
}

enum { PREFIXES = 40 };

/* Texts that begin and end alike, of every size, with zeros in them. */
static struct hw_slice text_of(unsigned which, uint8_t bytes[PREFIXES + 1])
{
    unsigned size = 1 + which % PREFIXES;

    memset(bytes, which / PREFIXES % 3 == 0 ? 0 : 'a', size);
    bytes[size / 2] = (uint8_t)(which / PREFIXES);
    return hw_slice_of(bytes, size);
}

Test(text, has_one_handle_and_keeps_its_bytes)
{
    enum { TEXTS = PREFIXES * 50 };
    static uint32_t handles[TEXTS];
    struct hw_engine *engine = new_engine();
    uint8_t bytes[PREFIXES + 1], others[PREFIXES + 1];

    for (int round = 0; round < 3; round++)
        for (unsigned i = 0; i < TEXTS; i++) {
            struct hw_slice text = text_of(i, bytes);
            uint32_t handle = hw_text_intern(engine, text);

            cr_assert(hw_slice_equal(hw_engine_text(engine, handle), text), "text %u", i);
            cr_assert(eq(u32, hw_text_find(engine, text), handle));
            cr_assert(round == 0 || handles[i] == handle, "text %u", i);
            handles[i] = handle;
        }
    for (unsigned i = 0; i < TEXTS; i++)
        for (unsigned j = i % PREFIXES; j < i; j += PREFIXES)
            cr_assert(hw_slice_equal(text_of(i, bytes), text_of(j, others)) ==
                (handles[i] == handles[j]));
    hw_engine_free(engine);
}

Test(text, nothing_is_no_text)
{
    struct hw_engine *engine = new_engine();

    cr_expect(eq(u32, hw_text_intern(engine, (struct hw_slice){0}), 0));
    cr_expect(eq(u32, hw_text_find(engine, (struct hw_slice){0}), 0));
    cr_expect(eq(u32, hw_text_find(engine, hw_slice_text("never said")), 0));
    hw_engine_free(engine);
}

/* An image gives handles other meanings: what was looked up before it does not count. */
Test(text, of_an_image_loaded_over_another_state)
{
    struct hw_engine *from = new_engine(), *to = new_engine();

    (void)hw_text_intern(from, hw_slice_text("W1"));
    (void)hw_text_intern(from, hw_slice_text("W2"));
    (void)hw_text_intern(to, hw_slice_text("W2"));
    for (uint32_t part = 0; part < hw_engine_image_count(from); part++)
        cr_assert(eq(int, hw_engine_image_load(to, part, hw_engine_image_part(from, part)), HW_OK));
    cr_assert(eq(int, hw_engine_image_end(to), HW_OK));
    cr_expect(eq(
        u32, hw_text_intern(to, hw_slice_text("W2")), hw_text_intern(from, hw_slice_text("W2"))));
    cr_expect(hw_slice_is(hw_engine_text(to, hw_text_intern(to, hw_slice_text("W1"))), "W1"));
    hw_engine_free(from);
    hw_engine_free(to);
}
