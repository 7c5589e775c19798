/*
 * slice.h - a run of bytes somebody else owns.
 *
 * A slice never owns and is never NUL-terminated; each function that takes or gives one says how
 * long it is borrowed.  Any thread.
 */
#ifndef HOMEWARD_SLICE_H
#define HOMEWARD_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct hw_slice {
    const uint8_t *data; /* may be NULL when size is 0 */
    size_t size;         /* bytes */
};

/* A slice of a C string, without its NUL; borrowed as long as text lives. */
static inline struct hw_slice hw_slice_text(const char *text)
{
    return (struct hw_slice){(const uint8_t *)text, strlen(text)};
}

static inline struct hw_slice hw_slice_of(const void *data, size_t size)
{
    return (struct hw_slice){(const uint8_t *)data, size};
}

static inline bool hw_slice_equal(struct hw_slice a, struct hw_slice b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* The same, for what is mostly short: up to sixteen bytes are compared without a call. */
static inline bool hw_slice_same(struct hw_slice a, struct hw_slice b)
{
    uint64_t first[2], last[2];
    uint32_t low[2], high[2];

    if (a.size != b.size || a.size == 0)
        return a.size == b.size;
    if (a.size > 16)
        return memcmp(a.data, b.data, a.size) == 0;
    if (a.size >= 8) {
        memcpy(&first[0], a.data, 8);
        memcpy(&first[1], b.data, 8);
        memcpy(&last[0], a.data + a.size - 8, 8);
        memcpy(&last[1], b.data + b.size - 8, 8);
        return first[0] == first[1] && last[0] == last[1];
    }
    if (a.size >= 4) {
        memcpy(&low[0], a.data, 4);
        memcpy(&low[1], b.data, 4);
        memcpy(&high[0], a.data + a.size - 4, 4);
        memcpy(&high[1], b.data + b.size - 4, 4);
        return low[0] == low[1] && high[0] == high[1];
    }
    return a.data[0] == b.data[0] && a.data[a.size / 2] == b.data[b.size / 2] &&
        a.data[a.size - 1] == b.data[b.size - 1];
}

static inline bool hw_slice_is(struct hw_slice a, const char *text)
{
    return hw_slice_equal(a, hw_slice_text(text));
}

/* Bytewise order; a prefix comes first.  Less than, equal to or greater than 0. */
static inline int hw_slice_compare(struct hw_slice a, struct hw_slice b)
{
    size_t size = a.size < b.size ? a.size : b.size;
    int order = size == 0 ? 0 : memcmp(a.data, b.data, size);

    if (order != 0)
        return order;
    return (a.size > b.size) - (a.size < b.size);
}

/*
 * Copy the bytes of from to to, which has room for them and lies elsewhere.  For what is mostly
 * short (a name, a code, a number): up to sixteen bytes go as two words that overlap in the middle.
 */
static inline void hw_slice_copy(uint8_t *to, struct hw_slice from)
{
    const uint8_t *at = from.data;
    size_t size = from.size;
    uint64_t first, last;
    uint32_t low, high;

    if (size > 16) {
        memcpy(to, at, size);
    } else if (size >= 8) {
        memcpy(&first, at, 8);
        memcpy(&last, at + size - 8, 8);
        memcpy(to, &first, 8);
        memcpy(to + size - 8, &last, 8);
    } else if (size >= 4) {
        memcpy(&low, at, 4);
        memcpy(&high, at + size - 4, 4);
        memcpy(to, &low, 4);
        memcpy(to + size - 4, &high, 4);
    } else if (size > 0) {
        to[0] = at[0];
        to[size / 2] = at[size / 2];
        to[size - 1] = at[size - 1];
    }
}

/* For printf("%.*s", HW_SLICE_ARGS(slice)), which wants an address even for nothing. */
#define HW_SLICE_ARGS(slice) (int)(slice).size, ((slice).size > 0 ? (const char *)(slice).data : "")

#endif
