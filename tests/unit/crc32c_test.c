/*
 * Goal: the checksum is the one of RFC 3720, and may be made in steps.
 * Method: the vectors of RFC 3720 B.4, and every way to cut a text in two.
 */
#include "runtime/crc32c.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/mman.h>

Test(crc32c, vectors_of_the_rfc)
{
    uint8_t bytes[32];

    memset(bytes, 0, sizeof bytes);
    cr_expect(eq(u32, hw_crc32c(hw_slice_of(bytes, 32)), 0x8a9136aau));
    memset(bytes, 0xff, sizeof bytes);
    cr_expect(eq(u32, hw_crc32c(hw_slice_of(bytes, 32)), 0x62a8ab43u));
    for (int i = 0; i < 32; i++)
        bytes[i] = (uint8_t)i;
    cr_expect(eq(u32, hw_crc32c(hw_slice_of(bytes, 32)), 0x46dd794eu));
    cr_expect(eq(u32, hw_crc32c(hw_slice_text("123456789")), 0xe3069283u));
    cr_expect(eq(u32, hw_crc32c(hw_slice_text("")), 0u));
}

Test(crc32c, in_two_steps)
{
    struct hw_slice whole = hw_slice_text("A person ready to leave is still in the bed.");
    uint32_t expected = hw_crc32c(whole);

    for (size_t cut = 0; cut <= whole.size; cut++) {
        uint32_t first = hw_crc32c(hw_slice_of(whole.data, cut));

        cr_expect(eq(
            u32, hw_crc32c_more(first, hw_slice_of(whole.data + cut, whole.size - cut)), expected));
    }
}

/* The library underneath counts in int: a part of a snapshot may be larger.  Pages of zeros. */
Test(crc32c, more_than_the_library_takes_at_once)
{
    size_t size = ((size_t)1 << 30) + 4096;
    uint8_t *bytes =
        mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    uint32_t half;

    cr_assert(ne(ptr, bytes, MAP_FAILED));
    half = hw_crc32c(hw_slice_of(bytes, size / 2));
    cr_expect(eq(u32, hw_crc32c(hw_slice_of(bytes, size)),
        hw_crc32c_more(half, hw_slice_of(bytes + size / 2, size - size / 2))));
    munmap(bytes, size);
}
