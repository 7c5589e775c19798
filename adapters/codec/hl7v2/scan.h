/*
 * scan.h - sixty-four bytes of a message at a time: where lines and fields end, as bit maps.
 *
 * Bit i of a map is byte i.  There are two ways to make them, sixteen bytes at a time where the
 * machine has SSE2 and a byte at a time elsewhere; tests hold one against the other.  What is read
 * may lie anywhere, but all of its bytes must be there: see struct hl7_tail.  Pure; any thread.
 */
#ifndef HW_HL7_SCAN_H
#define HW_HL7_SCAN_H

#include "homeward/slice.h"

enum { HL7_BLOCK_SIZE = 16, HL7_WORD_SIZE = 64 };

/* The first size bits; size from 0 to 64. */
static inline uint64_t hl7_first_bits(size_t size)
{
    return size >= 64 ? UINT64_MAX : (UINT64_C(1) << size) - 1;
}

/* The index of the lowest bit of a map that has one. */
static inline unsigned hl7_lowest(uint64_t map)
{
    return (unsigned)__builtin_ctzll(map);
}

struct hl7_word {
    uint64_t cuts; /* field separators and line ends */
    uint64_t ends; /* line ends: CR, LF */
    bool is_ascii; /* all bytes are */
};

/* A byte at a time. */
static inline struct hl7_word hl7_word_plain(const uint8_t *at, uint8_t field)
{
    struct hl7_word word = {0, 0, true};

    for (unsigned i = 0; i < HL7_WORD_SIZE; i++) {
        bool end = at[i] == '\r' || at[i] == '\n';

        word.ends |= (uint64_t)end << i;
        word.cuts |= (uint64_t)(end || at[i] == field) << i;
        word.is_ascii = word.is_ascii && at[i] < 0x80;
    }
    return word;
}

/* Bit i: byte i of a block of sixteen is one of two. */
static inline unsigned hl7_block_plain(const uint8_t *at, uint8_t one, uint8_t other)
{
    unsigned hits = 0;

    for (unsigned i = 0; i < HL7_BLOCK_SIZE; i++)
        hits |= (unsigned)(at[i] == one || at[i] == other) << i;
    return hits;
}

#if defined(__SSE2__)

typedef char hl7_block __attribute__((vector_size(HL7_BLOCK_SIZE)));

static inline hl7_block hl7_block_load(const uint8_t *at)
{
    hl7_block block;

    memcpy(&block, at, sizeof block);
    return block;
}

/* The highest bit of each byte. */
static inline unsigned hl7_block_bits(hl7_block block)
{
    return (unsigned)__builtin_ia32_pmovmskb128(block);
}

/* A byte to look for, ready to be compared. */
struct hl7_mark {
    hl7_block of;
};

static inline struct hl7_mark hl7_mark_of(uint8_t c)
{
    return (struct hl7_mark){(hl7_block){0} + (char)c};
}

static inline struct hl7_word hl7_word_scan(const uint8_t *at, struct hl7_mark field)
{
    const hl7_block cr = (hl7_block){0} + '\r', lf = (hl7_block){0} + '\n';
    hl7_block seen = {0};
    struct hl7_word word = {0, 0, true};

    for (unsigned i = 0; i < HL7_WORD_SIZE; i += HL7_BLOCK_SIZE) {
        hl7_block block = hl7_block_load(at + i);
        hl7_block end = (hl7_block)(block == cr) | (hl7_block)(block == lf);

        word.ends |= (uint64_t)hl7_block_bits(end) << i;
        word.cuts |= (uint64_t)hl7_block_bits(end | (hl7_block)(block == field.of)) << i;
        seen |= block;
    }
    word.is_ascii = hl7_block_bits(seen) == 0;
    return word;
}

static inline unsigned hl7_block_hits(const uint8_t *at, struct hl7_mark one, struct hl7_mark other)
{
    hl7_block block = hl7_block_load(at);

    return hl7_block_bits((hl7_block)(block == one.of) | (hl7_block)(block == other.of));
}

#else

struct hl7_mark {
    uint8_t of;
};

static inline struct hl7_mark hl7_mark_of(uint8_t c)
{
    return (struct hl7_mark){c};
}

static inline struct hl7_word hl7_word_scan(const uint8_t *at, struct hl7_mark field)
{
    return hl7_word_plain(at, field.of);
}

static inline unsigned hl7_block_hits(const uint8_t *at, struct hl7_mark one, struct hl7_mark other)
{
    return hl7_block_plain(at, one.of, other.of);
}

#endif

/*
 * The last bytes of a message, followed by a line end and by zeros: from anywhere in a message a
 * whole word can be read, there or here.
 */
struct hl7_tail {
    const uint8_t *end; /* of the message */
    uint32_t size;      /* of the message's bytes that are in here */
    uint8_t bytes[2 * HL7_WORD_SIZE];
};

static inline void hl7_tail_set(struct hl7_tail *tail, struct hw_slice message)
{
    tail->end = message.data + message.size;
    tail->size = message.size < HL7_WORD_SIZE ? (uint32_t)message.size : HL7_WORD_SIZE;
    memset(tail->bytes, 0, sizeof tail->bytes);
    if (tail->size == HL7_WORD_SIZE)
        memcpy(tail->bytes, tail->end - HL7_WORD_SIZE, HL7_WORD_SIZE);
    else if (tail->size > 0)
        memcpy(tail->bytes, message.data, tail->size);
    tail->bytes[tail->size] = '\r';
}

/* A word of what is at, which lies in the message or is its end: at itself, or its copy. */
static inline const uint8_t *hl7_word_at(const struct hl7_tail *tail, const uint8_t *at)
{
    size_t left = (size_t)(tail->end - at);

    return left >= HL7_WORD_SIZE ? at : tail->bytes + (tail->size - left);
}

/* How many bytes of text stand before the first that is one of two; all, if there is none. */
static inline size_t hl7_until(
    const struct hl7_tail *tail, struct hw_slice text, struct hl7_mark one, struct hl7_mark other)
{
    for (size_t at = 0; at < text.size; at += HL7_BLOCK_SIZE) {
        unsigned hits = hl7_block_hits(hl7_word_at(tail, text.data + at), one, other);

        if (hits != 0) {
            size_t found = at + hl7_lowest(hits);

            return found < text.size ? found : text.size;
        }
    }
    return text.size;
}

enum { HL7_PARTS = 5 };

/*
 * The first components of the first repetition of a field; empty slices for those it does not
 * have.  Returns the size of that repetition.
 */
static inline size_t hl7_parts_cut(const struct hl7_tail *tail, struct hw_slice field,
    struct hl7_mark component, struct hl7_mark repetition, struct hw_slice parts[HL7_PARTS])
{
    const uint8_t *from = field.data, *end = field.data + field.size;
    struct hw_slice *part = parts;

    for (unsigned i = 0; i < HL7_PARTS; i++)
        parts[i] = (struct hw_slice){0};
    for (const uint8_t *at = from; at < end; at += HL7_BLOCK_SIZE) {
        const uint8_t *block = hl7_word_at(tail, at);
        uint32_t inside = (uint32_t)hl7_first_bits((size_t)(end - at));
        uint32_t last = hl7_block_hits(block, repetition, repetition) & inside;
        uint32_t hits = hl7_block_hits(block, component, component) & inside;

        if (last != 0) {
            end = at + hl7_lowest(last);
            hits &= last ^ (last - 1);
        }
        for (; hits != 0 && part != parts + HL7_PARTS; hits &= hits - 1) {
            const uint8_t *stop = at + hl7_lowest(hits);

            *part++ = (struct hw_slice){from, (size_t)(stop - from)};
            from = stop + 1;
        }
    }
    if (part != parts + HL7_PARTS)
        *part = (struct hw_slice){from, (size_t)(end - from)};
    return (size_t)(end - field.data);
}

#endif
