/*
 * Goal: a slice is copied whole and alone: nothing beside its bytes is read or written.
 * Method: every size, read from the end of memory, between bytes that must stay as they are.
 */
#include <criterion/criterion.h>

#include "guard.h"

Test(slice, a_copy_is_the_bytes_and_nothing_beside_them)
{
    struct guard guard = guard_new(64);
    uint8_t bytes[64], room[66];

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7 + 1);
    for (size_t size = 0; size <= sizeof bytes; size++) {
        memset(room, 0xee, sizeof room);
        hw_slice_copy(room + 1, guard_copy(&guard, bytes, size));
        cr_expect(memcmp(room + 1, bytes, size) == 0, "size %zu", size);
        cr_expect(room[0] == 0xee && room[1 + size] == 0xee, "size %zu", size);
    }
    hw_slice_copy(room, (struct hw_slice){0});
    cr_expect(room[0] == 0xee, "nothing is nothing");
}

Test(slice, same_is_equal_and_looks_no_further)
{
    struct guard one = guard_new(64), other = guard_new(64);
    uint8_t bytes[64], changed[64];

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7 + 1);
    for (size_t size = 0; size <= sizeof bytes; size++) {
        struct hw_slice a = guard_copy(&one, bytes, size);

        cr_expect(hw_slice_same(a, guard_copy(&other, bytes, size)), "size %zu", size);
        if (size > 0)
            cr_expect(!hw_slice_same(a, guard_copy(&other, bytes, size - 1)), "size %zu", size);
        for (size_t at = 0; at < size; at++) {
            memcpy(changed, bytes, size);
            changed[at] ^= 0x20;
            cr_expect(!hw_slice_same(a, guard_copy(&other, changed, size)), "%zu of %zu", at, size);
        }
    }
}
