/*
 * bits.h - sixteen bytes of a message at a time: where a delimiter stands, as a bit map.
 *
 * Nothing past the end of a text is touched, however short it is.  Pure; any thread.
 */
#ifndef HW_HL7_BITS_H
#define HW_HL7_BITS_H

#include "homeward/slice.h"

enum { HL7_BLOCK_SIZE = 16, HL7_HITS_MAX = 64, HL7_MARKS = 4 };

#if defined(__SSE2__)

typedef char hl7_block __attribute__((vector_size(HL7_BLOCK_SIZE)));

/* Bytes at (1 to 8 of them) as a number, the first lowest, the rest 0. */
static inline uint64_t hl7_load_short(const uint8_t *at, size_t size)
{
    uint32_t low, high;

    if (size == 8) {
        uint64_t whole;

        memcpy(&whole, at, 8);
        return whole;
    }
    if (size >= 4) { /* Two words that overlap in the middle. */
        memcpy(&low, at, 4);
        memcpy(&high, at + size - 4, 4);
        return low | (uint64_t)high << (8 * (size - 4));
    }
    return at[0] | (uint64_t)at[size / 2] << (8 * (size / 2)) |
        (uint64_t)at[size - 1] << (8 * (size - 1));
}

/* size of the bytes at, 1 to 16 of them, and zeros. */
static inline hl7_block hl7_block_load(const uint8_t *at, size_t size)
{
    uint64_t halves[2];
    hl7_block block;

    if (size >= HL7_BLOCK_SIZE) {
        memcpy(&block, at, sizeof block);
        return block;
    }
    if (size > 8) { /* Two halves that overlap in the middle. */
        memcpy(&halves[0], at, 8);
        memcpy(&halves[1], at + size - 8, 8);
        halves[1] >>= 8 * (HL7_BLOCK_SIZE - size);
    } else {
        halves[0] = hl7_load_short(at, size);
        halves[1] = 0;
    }
    typedef long long pair __attribute__((vector_size(HL7_BLOCK_SIZE)));
    return (hl7_block)(pair){(long long)halves[0], (long long)halves[1]};
}

static inline hl7_block hl7_block_of(uint8_t c)
{
    hl7_block block = {0};

    return block + (char)c;
}

/* Bit i: byte i of block is that of wanted. */
static inline unsigned hl7_block_hits(hl7_block block, hl7_block wanted)
{
    return (unsigned)__builtin_ia32_pmovmskb128((hl7_block)(block == wanted));
}

/* Some bytes to look for, each sixteen times. */
struct hl7_marks {
    hl7_block of[HL7_MARKS];
};

static inline void hl7_marks_set(struct hl7_marks *marks, const uint8_t wanted[HL7_MARKS])
{
    for (int i = 0; i < HL7_MARKS; i++)
        marks->of[i] = hl7_block_of(wanted[i]);
}

/* Whether text, 1 to 16 bytes long, holds none of the marks. */
static inline bool hl7_is_unmarked(const struct hl7_marks *marks, struct hw_slice text)
{
    hl7_block block = hl7_block_load(text.data, text.size);
    hl7_block found = (hl7_block)(block == marks->of[0]) | (hl7_block)(block == marks->of[1]) |
        (hl7_block)(block == marks->of[2]) | (hl7_block)(block == marks->of[3]);

    return (hl7_block_hits(found, hl7_block_of(0xff)) & ((2u << (text.size - 1)) - 1)) == 0;
}

/* Bit i: byte i of text, at most HL7_HITS_MAX bytes long, is separator, which is not 0. */
static inline uint64_t hl7_hits(struct hw_slice text, uint8_t separator)
{
    hl7_block wanted = hl7_block_of(separator);
    uint64_t hits = 0;

    for (size_t at = 0; at < text.size; at += HL7_BLOCK_SIZE)
        hits |= (uint64_t)hl7_block_hits(hl7_block_load(text.data + at, text.size - at), wanted)
            << at;
    return hits;
}

#else

struct hl7_marks {
    uint8_t of[HL7_MARKS];
};

static inline void hl7_marks_set(struct hl7_marks *marks, const uint8_t wanted[HL7_MARKS])
{
    memcpy(marks->of, wanted, HL7_MARKS);
}

static inline bool hl7_is_unmarked(const struct hl7_marks *marks, struct hw_slice text)
{
    for (size_t i = 0; i < text.size; i++)
        if (memchr(marks->of, text.data[i], HL7_MARKS) != NULL)
            return false;
    return true;
}

static inline uint64_t hl7_hits(struct hw_slice text, uint8_t separator)
{
    uint64_t hits = 0;

    for (size_t i = 0; i < text.size; i++)
        hits |= (uint64_t)(text.data[i] == separator) << i;
    return hits;
}

#endif
#endif
