/*
 * Goal: what is found sixty-four bytes at a time is what a reader of single bytes would find, and
 *       nothing past the end of a message is looked at.
 * Method: random words, read both ways; texts at every place of messages of every size, each at
 *         the end of memory.
 */
#include "codec/hl7v2/scan.h"

#include <criterion/criterion.h>

#include "guard.h"

enum { SIZE_MAX_TRIED = 200 };

static uint32_t seed = 20260302;

static uint32_t next_random(void)
{
    seed = seed * 1664525u + 1013904223u;
    return seed >> 8;
}

static void fill(uint8_t *bytes, size_t size)
{
    static const uint8_t often[] = "|\r\n^~|\r^";

    for (size_t i = 0; i < size; i++)
        bytes[i] = next_random() % 3 == 0 ? often[next_random() % 8] : (uint8_t)next_random();
}

static bool is_same(struct hl7_word a, struct hl7_word b)
{
    return a.cuts == b.cuts && a.ends == b.ends && a.has_high == b.has_high &&
        a.has_special == b.has_special;
}

Test(hl7v2_scan, all_ways_find_the_same)
{
    for (int round = 0; round < 20000; round++) {
        const struct hl7_sought sought = {'|', round % 3 == 0 ? '\\' : '|', '&'};
        uint8_t bytes[HL7_WORD_SIZE];
        struct hl7_word plain;

        fill(bytes, sizeof bytes);
        for (size_t i = 0; round % 2 == 0 && i < sizeof bytes; i++)
            bytes[i] &= 0x7f;
        for (size_t i = 0; round % 4 < 2 && i < sizeof bytes; i++)
            bytes[i] = bytes[i] == '&' || bytes[i] == '\\' ? 'x' : bytes[i];
        plain = hl7_word_plain(bytes, sought);
        cr_assert(is_same(hl7_word_scan(bytes, sought), plain), "round %d", round);
        if (hl7_is_wide())
            cr_assert(is_same(hl7_word_wide(bytes, sought), plain), "round %d", round);
        cr_assert(hl7_block_hits(bytes, hl7_mark_of('^'), hl7_mark_of('~')) ==
            hl7_block_plain(bytes, '^', '~'));
    }
}

Test(hl7v2_scan, a_word_is_there_wherever_it_starts)
{
    struct guard guard = guard_new(SIZE_MAX_TRIED);
    uint8_t bytes[SIZE_MAX_TRIED];
    struct hl7_tail tail;

    for (size_t size = 0; size <= SIZE_MAX_TRIED; size++) {
        struct hw_slice message;

        fill(bytes, size);
        message = guard_copy(&guard, bytes, size);
        hl7_tail_set(&tail, message);
        for (size_t from = 0; from <= size; from++) {
            const uint8_t *word = hl7_word_at(&tail, message.data + from);

            for (size_t i = 0; i < HL7_WORD_SIZE; i++) {
                uint8_t wanted = from + i < size ? bytes[from + i] : from + i == size ? '\r' : 0;

                cr_assert(word[i] == wanted, "size %zu, from %zu, byte %zu", size, from, i);
            }
        }
    }
}

static size_t slow_until(struct hw_slice text, uint8_t one, uint8_t other)
{
    size_t at = 0;

    while (at < text.size && text.data[at] != one && text.data[at] != other)
        at++;
    return at;
}

static void check_parts(const struct hl7_tail *tail, struct hw_slice text)
{
    struct hw_slice parts[HL7_PARTS], rest = text;
    size_t first = hl7_parts_cut(tail, text, hl7_mark_of('^'), hl7_mark_of('~'), parts);

    cr_assert(first == slow_until(text, '~', '~'));
    rest.size = first;
    for (unsigned i = 0; i < HL7_PARTS; i++) {
        size_t size = slow_until(rest, '^', '^');

        cr_assert(hw_slice_equal(parts[i], hw_slice_of(rest.data, size)), "part %u", i);
        size += size < rest.size;
        rest = hw_slice_of(rest.data + size, rest.size - size);
    }
}

Test(hl7v2_scan, texts_are_cut_where_their_separators_are)
{
    struct guard guard = guard_new(SIZE_MAX_TRIED);
    uint8_t bytes[SIZE_MAX_TRIED];
    struct hl7_tail tail;

    for (int round = 0; round < 20000; round++) {
        size_t size = next_random() % SIZE_MAX_TRIED, from = next_random() % (size + 1);
        struct hw_slice message, text;

        for (size_t i = 0; i < size; i++)
            bytes[i] = "abcdefgh^~"[next_random() % (round % 2 == 0 ? 10 : 9)];
        message = guard_copy(&guard, bytes, size);
        hl7_tail_set(&tail, message);
        text = hw_slice_of(message.data + from, next_random() % (size - from + 1));
        cr_assert(hl7_until(&tail, text, hl7_mark_of('^'), hl7_mark_of('~')) ==
            slow_until(text, '^', '~'));
        check_parts(&tail, text);
    }
}
