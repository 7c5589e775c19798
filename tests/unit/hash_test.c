/*
 * Goal: hashes that stand in journals are the published functions, on every length.
 * Method: SipHash against a second implementation, written from the paper for any number of rounds
 *         and itself checked on the paper's own example; XXH3 against the library's other way in.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <xxhash.h>

#include "guard.h"
#include "homeward/hash.h"
#include "random.h"

static uint64_t rotated(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

/* SipRound of Aumasson and Bernstein, 2012, figure 2.1, left to right and top to bottom. */
static void sip_rounds(uint64_t v[4], int count)
{
    while (count-- > 0) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = rotated(v[1], 13);
        v[3] = rotated(v[3], 16);
        v[1] ^= v[0];
        v[3] ^= v[2];
        v[0] = rotated(v[0], 32);
        v[2] += v[1];
        v[0] += v[3];
        v[1] = rotated(v[1], 17);
        v[3] = rotated(v[3], 21);
        v[1] ^= v[2];
        v[3] ^= v[0];
        v[2] = rotated(v[2], 32);
    }
}

static uint64_t siphash(
    int message_rounds, int last_rounds, const uint64_t key[2], const uint8_t *bytes, size_t size)
{
    static const char start[] = "somepseudorandomlygeneratedbytes";
    uint64_t v[4], word = 0;

    for (int i = 0; i < 4; i++) {
        v[i] = 0;
        for (int k = 0; k < 8; k++)
            v[i] = v[i] << 8 | (uint8_t)start[8 * i + k];
        v[i] ^= key[i % 2];
    }
    /* Byte by byte, the size standing after the zeros that fill the last word. */
    for (size_t i = 0; i < size / 8 * 8 + 8; i++) {
        uint64_t byte = i < size ? bytes[i] : i % 8 == 7 ? size & 0xff : 0;

        word |= byte << (8 * (i % 8));
        if (i % 8 == 7) {
            v[3] ^= word;
            sip_rounds(v, message_rounds);
            v[0] ^= word;
            word = 0;
        }
    }
    v[2] ^= 0xff;
    sip_rounds(v, last_rounds);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

Test(hash, the_second_siphash_is_that_of_the_paper)
{
    static const uint64_t key[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
    uint8_t bytes[15];

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)i;
    /* Appendix A: SipHash-2-4 of 15 bytes. */
    cr_expect(eq(u64, siphash(2, 4, key, bytes, sizeof bytes), 0xa129ca6149be45e5));
}

Test(hash, keyed_is_siphash_1_3_on_every_length)
{
    struct guard guard = guard_new(300);
    struct random random = {20261121};
    uint8_t bytes[300];

    for (size_t size = 0; size <= sizeof bytes; size++) {
        uint64_t key[2] = {random_next(&random), random_next(&random)};

        for (size_t i = 0; i < size; i++)
            bytes[i] = (uint8_t)random_next(&random);
        cr_expect(eq(u64, hw_hash_keyed(key, guard_copy(&guard, bytes, size)),
                      siphash(1, 3, key, bytes, size)),
            "%zu bytes", size);
    }
    guard_free(&guard);
}

Test(hash, keyed_known_answer)
{
    static const uint64_t key[2] = {0, 0};

    /* The reference implementation with one and three rounds, nothing under a key of zeros. */
    cr_expect(eq(u64, hw_hash_keyed(key, (struct hw_slice){0}), 0xd1fba762150c532c));
}

Test(hash, bytes_are_xxh3_128_on_every_length)
{
    struct guard guard = guard_new(2000);
    struct random random = {7};
    uint8_t bytes[2000];
    XXH3_state_t *state = XXH3_createState();

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)random_next(&random);
    for (size_t size = 0; size <= sizeof bytes; size++) {
        struct hw_hash hash = hw_hash_bytes(guard_copy(&guard, bytes, size));
        XXH128_hash_t wanted;

        (void)XXH3_128bits_reset(state);
        for (size_t i = 0; i < size; i += 7)
            (void)XXH3_128bits_update(state, bytes + i, size - i < 7 ? size - i : 7);
        wanted = XXH3_128bits_digest(state);
        cr_expect(hash.low == wanted.low64 && hash.high == wanted.high64, "%zu bytes", size);
    }
    (void)XXH3_freeState(state);
    guard_free(&guard);
}

Test(hash, bytes_known_answer)
{
    struct hw_hash hash = hw_hash_bytes((struct hw_slice){0});

    /* XXH3-128 of nothing with seed 0, as xxHash publishes it. */
    cr_expect(eq(u64, hash.high, 0x99aa06d3014798d8));
    cr_expect(eq(u64, hash.low, 0x6001c324468d497f));
}

Test(hash, parts_know_where_they_end)
{
    struct hw_slice a[] = {hw_slice_text("ab"), hw_slice_text("c")};
    struct hw_slice b[] = {hw_slice_text("a"), hw_slice_text("bc")};
    struct hw_slice c[] = {hw_slice_text("ab"), hw_slice_text("c"), hw_slice_text("")};
    struct hw_slice d[] = {hw_slice_text(""), hw_slice_text("ab"), hw_slice_text("c")};

    cr_expect(hw_hash_equal(hw_hash_parts(a, 2), hw_hash_parts(c, 2)));
    cr_expect(not(hw_hash_equal(hw_hash_parts(a, 2), hw_hash_parts(b, 2))));
    cr_expect(not(hw_hash_equal(hw_hash_parts(a, 2), hw_hash_parts(c, 3))));
    cr_expect(not(hw_hash_equal(hw_hash_parts(c, 3), hw_hash_parts(d, 3))));
    cr_expect(not(hw_hash_is_zero(hw_hash_parts(a, 0))));
}

/* Eight parts is the most; each as long as it likes, and every byte of it counts. */
Test(hash, long_parts_count_to_the_last_byte)
{
    static uint8_t bytes[8][1500];
    struct hw_slice parts[8];
    struct hw_hash before;

    for (size_t size = 200; size <= sizeof bytes[0]; size += 100) {
        for (int i = 0; i < 8; i++)
            parts[i] = hw_slice_of(bytes[i], size);
        before = hw_hash_parts(parts, 8);
        for (int i = 0; i < 8; i++) {
            bytes[i][size - 1] ^= 1;
            cr_expect(not(hw_hash_equal(before, hw_hash_parts(parts, 8))), "part %d", i);
            bytes[i][size - 1] ^= 1;
        }
        cr_expect(hw_hash_equal(before, hw_hash_parts(parts, 8)));
    }
}

Test(hash, a_hash_in_the_place_of_a_long_part_is_another_part)
{
    static const uint8_t bytes[300] = {1};
    struct hw_slice whole = hw_slice_of(bytes, sizeof bytes);
    struct hw_hash stands_for_it = hw_hash_bytes(whole);
    struct hw_slice other = hw_slice_of(&stands_for_it, sizeof stands_for_it);

    cr_expect(not(hw_hash_equal(hw_hash_parts(&whole, 1), hw_hash_parts(&other, 1))));
}

Test(hash, order_is_by_value_high_word_first)
{
    struct hw_hash small = {.low = UINT64_MAX, .high = 1};
    struct hw_hash large = {.low = 0, .high = 2};

    cr_expect(lt(int, hw_hash_compare(small, large), 0));
    cr_expect(gt(int, hw_hash_compare(large, small), 0));
    cr_expect(eq(int, hw_hash_compare(small, small), 0));
    cr_expect(lt(int, hw_hash_compare((struct hw_hash){.low = 1}, (struct hw_hash){.low = 2}), 0));
}

Test(hash, keyed_hashes_of_words_are_those_of_their_bytes)
{
    static const uint64_t key[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
    struct hw_hash hash = {0x1234567890abcdef, 0xfedcba0987654321};

    cr_expect(eq(
        u64, hw_hash_keyed_hash(key, hash), hw_hash_keyed(key, hw_slice_of(&hash, sizeof hash))));
    cr_expect(eq(u64, hw_hash_keyed_u64(key, hash.low),
        hw_hash_keyed(key, hw_slice_of(&hash.low, sizeof hash.low))));
}
