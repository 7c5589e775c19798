/*
 * scan.h - sixty-four bytes of a message at a time: where lines and fields end, as bit maps.
 *
 * Bit i of a map is byte i.  There are three ways to make them: thirty-two bytes at a time where
 * the machine turns out to have AVX2, sixteen where it has SSE2, a byte elsewhere; tests hold them
 * against each other.  What is read may lie anywhere, but all of its bytes must be there: see
 * struct hl7_tail.  Pure; any thread.
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

/* What a scan looks for beside line ends. */
struct hl7_sought {
    uint8_t field, escape, subcomponent;
};

struct hl7_word {
    uint64_t cuts;    /* field separators and line ends */
    uint64_t ends;    /* line ends: CR, LF */
    bool has_high;    /* bytes past ASCII */
    bool has_special; /* escape characters or subcomponent separators */
};

/* A byte at a time. */
static inline struct hl7_word hl7_word_plain(const uint8_t *at, struct hl7_sought sought)
{
    struct hl7_word word = {0, 0, false, false};

    for (unsigned i = 0; i < HL7_WORD_SIZE; i++) {
        bool end = at[i] == '\r' || at[i] == '\n';

        word.ends |= (uint64_t)end << i;
        word.cuts |= (uint64_t)(end || at[i] == sought.field) << i;
        word.has_high |= at[i] >= 0x80;
        word.has_special |= at[i] == sought.escape || at[i] == sought.subcomponent;
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

/*
 * A word of vectors of size bytes, whose highest bits bits_of() takes: the same text for both
 * sizes, since a function cannot be written for either.
 */
#define HL7_WORD_OF_VECTORS(vector, bits_of, at, sought)                                           \
    const vector field = (vector){0} + (char)(sought).field;                                       \
    const vector escape = (vector){0} + (char)(sought).escape;                                     \
    const vector subcomponent = (vector){0} + (char)(sought).subcomponent;                         \
    const vector cr = (vector){0} + '\r', lf = (vector){0} + '\n';                                 \
    vector high = {0}, special = {0};                                                              \
    struct hl7_word word = {0, 0, false, false};                                                   \
                                                                                                   \
    for (unsigned i = 0; i < HL7_WORD_SIZE; i += sizeof(vector)) {                                 \
        vector block, end;                                                                         \
                                                                                                   \
        memcpy(&block, (at) + i, sizeof block);                                                    \
        end = (vector)(block == cr) | (vector)(block == lf);                                       \
        word.ends |= (uint64_t)bits_of(end) << i;                                                  \
        word.cuts |= (uint64_t)bits_of(end | (vector)(block == field)) << i;                       \
        high |= block;                                                                             \
        special |= (vector)(block == escape) | (vector)(block == subcomponent);                    \
    }                                                                                              \
    if (bits_of(high | special) != 0) { /* Seldom either. */                                       \
        word.has_high = bits_of(high) != 0;                                                        \
        word.has_special = bits_of(special) != 0;                                                  \
    }                                                                                              \
    return word;

#if defined(__SSE2__)

typedef char hl7_block __attribute__((vector_size(HL7_BLOCK_SIZE)));

/* The highest bit of each byte. */
static inline uint32_t hl7_block_bits(hl7_block block)
{
    return (uint32_t)__builtin_ia32_pmovmskb128(block);
}

/* A byte to look for, ready to be compared. */
struct hl7_mark {
    hl7_block of;
};

static inline struct hl7_mark hl7_mark_of(uint8_t c)
{
    return (struct hl7_mark){(hl7_block){0} + (char)c};
}

static inline uint8_t hl7_mark_byte(struct hl7_mark mark)
{
    return (uint8_t)mark.of[0];
}

static inline struct hl7_word hl7_word_scan(const uint8_t *at, struct hl7_sought sought)
{
    HL7_WORD_OF_VECTORS(hl7_block, hl7_block_bits, at, sought)
}

static inline unsigned hl7_block_hits(const uint8_t *at, struct hl7_mark one, struct hl7_mark other)
{
    hl7_block block;

    memcpy(&block, at, sizeof block);
    return hl7_block_bits((hl7_block)(block == one.of) | (hl7_block)(block == other.of));
}

/* For functions that run only where hl7_is_wide(). */
#define HL7_WIDE __attribute__((target("avx2,bmi")))

static inline bool hl7_is_wide(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi");
}

static inline HL7_WIDE struct hl7_word hl7_word_wide(const uint8_t *at, struct hl7_sought sought)
{
    typedef char wide __attribute__((vector_size(2 * HL7_BLOCK_SIZE)));

#define BITS_OF(vector) (uint32_t) __builtin_ia32_pmovmskb256(vector)
    HL7_WORD_OF_VECTORS(wide, BITS_OF, at, sought)
#undef BITS_OF
}

#else

struct hl7_mark {
    uint8_t of;
};

static inline struct hl7_mark hl7_mark_of(uint8_t c)
{
    return (struct hl7_mark){c};
}

static inline uint8_t hl7_mark_byte(struct hl7_mark mark)
{
    return mark.of;
}

static inline struct hl7_word hl7_word_scan(const uint8_t *at, struct hl7_sought sought)
{
    return hl7_word_plain(at, sought);
}

static inline unsigned hl7_block_hits(const uint8_t *at, struct hl7_mark one, struct hl7_mark other)
{
    return hl7_block_plain(at, one.of, other.of);
}

#define HL7_WIDE

static inline bool hl7_is_wide(void)
{
    return false;
}

static inline struct hl7_word hl7_word_wide(const uint8_t *at, struct hl7_sought sought)
{
    return hl7_word_plain(at, sought);
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
    for (unsigned i = 0; i < sizeof tail->bytes; i += 8)
        memcpy(tail->bytes + i, &(uint64_t){0}, 8);
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

/* The components in a text, whose separators are the bits of hits, as many as there is room for. */
static inline void hl7_parts_put(
    struct hw_slice text, uint64_t hits, struct hw_slice parts[HL7_PARTS])
{
    const uint8_t *from = text.data;
    struct hw_slice *part = parts;

    for (; hits != 0; hits &= hits - 1) {
        const uint8_t *stop = text.data + hl7_lowest(hits);

        *part++ = (struct hw_slice){from, (size_t)(stop - from)};
        from = stop + 1;
        if (part == parts + HL7_PARTS)
            return;
    }
    *part = (struct hw_slice){from, (size_t)(text.data + text.size - from)};
}

/* Of a text of any size, a byte at a time. */
static inline void hl7_parts_slow(
    struct hw_slice text, uint8_t component, struct hw_slice parts[HL7_PARTS])
{
    size_t from = 0;
    unsigned count = 0;

    for (size_t at = 0; at <= text.size && count < HL7_PARTS; at++) {
        if (at < text.size && text.data[at] != component)
            continue;
        parts[count++] = (struct hw_slice){text.data + from, at - from};
        from = at + 1;
    }
}

/*
 * The first components of the first repetition of a field; empty slices for those it does not
 * have.  Returns the size of that repetition.
 */
static inline size_t hl7_parts_cut(const struct hl7_tail *tail, struct hw_slice field,
    struct hl7_mark component, struct hl7_mark repetition, struct hw_slice parts[HL7_PARTS])
{
    uint64_t hits = 0, last = 0, inside = hl7_first_bits(field.size);
    const uint8_t *word;

    for (unsigned i = 0; i < HL7_PARTS; i++)
        parts[i] = (struct hw_slice){0};
    if (field.size == 0) /* It may have no address either. */
        return 0;
    word = hl7_word_at(tail, field.data);
    for (unsigned at = 0; at < HL7_WORD_SIZE && at < field.size; at += HL7_BLOCK_SIZE) {
        hits |= (uint64_t)hl7_block_hits(word + at, component, component) << at;
        last |= (uint64_t)hl7_block_hits(word + at, repetition, repetition) << at;
    }
    last &= inside;
    hits &= inside;
    if (last != 0) {
        hits &= last ^ (last - 1);
        field.size = hl7_lowest(last);
    } else if (field.size > HL7_WORD_SIZE) {
        field.size = hl7_until(tail, field, repetition, repetition);
        hl7_parts_slow(field, hl7_mark_byte(component), parts);
        return field.size;
    }
    hl7_parts_put(field, hits, parts);
    return field.size;
}

#endif
