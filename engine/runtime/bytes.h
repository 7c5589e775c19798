/*
 * bytes.h - integers as they lie on disk: little-endian, at any alignment.
 */
#ifndef HW_BYTES_H
#define HW_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "files are written as memory lies");

static inline void hw_put_u32(uint8_t *at, uint32_t value)
{
    memcpy(at, &value, sizeof value);
}

static inline void hw_put_u64(uint8_t *at, uint64_t value)
{
    memcpy(at, &value, sizeof value);
}

static inline uint32_t hw_get_u32(const uint8_t *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof value);
    return value;
}

static inline uint64_t hw_get_u64(const uint8_t *at)
{
    uint64_t value;

    memcpy(&value, at, sizeof value);
    return value;
}

/* size rounded up to a multiple of 8. */
static inline size_t hw_pad8(size_t size)
{
    return (size + 7) & ~(size_t)7;
}

/* Whether size bytes are all zero. */
static inline int hw_is_zero(const uint8_t *at, size_t size)
{
    return size == 0 || (at[0] == 0 && memcmp(at, at + 1, size - 1) == 0);
}

#endif
