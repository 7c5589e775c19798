#include "core/table.h"
#include "runtime/memory.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

enum { ITEMS = 60000 };

static uint64_t hashes[ITEMS + 1]; /* by handle */
static bool inside[ITEMS + 1];

static uint64_t chance(void)
{
    static uint64_t state = 88172645463325252u;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * 0x2545f4914f6cdd1du;
}

static struct hw_table new_table(uint32_t items_max)
{
    struct hw_memory memory = hw_memory_system();
    struct hw_table table;

    cr_assert(eq(int, hw_table_init(&table, &memory, items_max), HW_OK));
    return table;
}

static void put(struct hw_table *table, uint32_t handle)
{
    struct hw_memory memory = hw_memory_system();

    cr_assert(eq(int, hw_table_ensure(table, &memory, 1), HW_OK));
    hw_table_put(table, hashes[handle], handle);
    inside[handle] = true;
}

static bool finds(const struct hw_table *table, uint32_t handle)
{
    uint32_t position = 0, found;

    while ((found = hw_table_next(table, hashes[handle], &position)) != 0)
        if (found == handle)
            return true;
    return false;
}

static void check(const struct hw_table *table)
{
    uint32_t wrong = 0;

    for (uint32_t handle = 1; handle <= ITEMS; handle++)
        wrong += finds(table, handle) != inside[handle];
    cr_expect(eq(u32, wrong, 0));
}

static void draw_hashes(void)
{
    for (uint32_t handle = 1; handle <= ITEMS; handle++) {
        hashes[handle] = chance();
        inside[handle] = false;
    }
}

Test(table, finds_what_was_put_and_not_removed)
{
    struct hw_memory memory = hw_memory_system();
    struct hw_table table = new_table(ITEMS);

    draw_hashes();
    for (int i = 0; i < 6 * ITEMS; i++) {
        uint32_t handle = 1 + (uint32_t)(chance() % ITEMS);

        if (!inside[handle]) {
            put(&table, handle);
        } else if (chance() % 3 == 0) {
            hw_table_remove(&table, hashes[handle], handle);
            inside[handle] = false;
        }
        if (i % ITEMS == 0)
            check(&table);
    }
    check(&table);
    hw_table_release(&table, &memory);
}

/* What stands in one segment comes apart by whichever bit it takes. */
Test(table, hashes_that_are_nearly_the_same_are_told_apart)
{
    struct hw_memory memory = hw_memory_system();
    struct hw_table table = new_table(ITEMS);

    draw_hashes();
    for (uint32_t handle = 1; handle <= 3000; handle++) {
        hashes[handle] = UINT64_C(0xa) << 60 | (uint64_t)(handle / 60) << 52 | handle;
        put(&table, handle);
    }
    check(&table);
    for (uint32_t handle = 1; handle <= 3000; handle += 2) {
        hw_table_remove(&table, hashes[handle], handle);
        inside[handle] = false;
    }
    check(&table);
    hw_table_release(&table, &memory);
}

Test(table, is_as_full_as_its_limit_says)
{
    static const uint32_t limits[] = {1, 2, 63, 64, 500, 4096, ITEMS};
    struct hw_memory memory = hw_memory_system();

    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct hw_table table = new_table(limits[i]);

        draw_hashes();
        for (uint32_t handle = 1; handle <= limits[i]; handle++)
            put(&table, handle);
        check(&table);
        cr_expect(eq(u32, table.used, limits[i]));
        hw_table_release(&table, &memory);
    }
}

Test(table, cleared_it_takes_what_it_was_made_for)
{
    struct hw_memory memory = hw_memory_system();
    struct hw_table table = new_table(ITEMS);

    for (uint32_t count = 1; count <= ITEMS; count = count * 3 + 1) {
        draw_hashes();
        cr_assert(eq(int, hw_table_clear(&table, &memory, count), HW_OK));
        check(&table);
        for (uint32_t handle = 1; handle <= count; handle++) {
            hw_table_put(&table, hashes[handle], handle);
            inside[handle] = true;
        }
        check(&table);
    }
    for (uint32_t handle = 1; handle <= ITEMS; handle++)
        if (!inside[handle])
            put(&table, handle);
    check(&table);
    hw_table_release(&table, &memory);
}

Test(table, another_record_can_stand_for_a_hash)
{
    struct hw_memory memory = hw_memory_system();
    struct hw_table table = new_table(ITEMS);
    uint32_t position = 0;

    draw_hashes();
    put(&table, 7);
    hw_table_replace(&table, hashes[7], 7, 9);
    cr_expect(eq(u32, hw_table_next(&table, hashes[7], &position), 9));
    cr_expect(eq(u32, hw_table_next(&table, hashes[7], &position), 0));
    hw_table_release(&table, &memory);
}
