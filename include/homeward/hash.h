/*
 * hash.h - content hashes, and the keyed hash of tables whose keys outsiders choose.
 *
 * Content (facts, identities, messages) is hashed with unkeyed XXH3-128, so that the same content
 * has the same hash in every log.  Hash tables use SipHash-1-3 under a key drawn when the data
 * directory was made; a keyed hash never reaches a digest or a sort key.  Pure; any thread.
 */
#ifndef HOMEWARD_HASH_H
#define HOMEWARD_HASH_H

#include "homeward/slice.h"

struct hw_hash {
    uint64_t low;
    uint64_t high;
};

static inline bool hw_hash_equal(struct hw_hash a, struct hw_hash b)
{
    return a.low == b.low && a.high == b.high;
}

static inline bool hw_hash_is_zero(struct hw_hash a)
{
    return a.low == 0 && a.high == 0;
}

/* Order by value, high word first. */
static inline int hw_hash_compare(struct hw_hash a, struct hw_hash b)
{
    if (a.high != b.high)
        return a.high < b.high ? -1 : 1;
    return (a.low > b.low) - (a.low < b.low);
}

/* XXH3-128 of bytes. */
struct hw_hash hw_hash_bytes(struct hw_slice bytes);

/*
 * Hash of several parts, each preceded by its size, so that ("ab","c") is not ("a","bc").
 * parts_count at most 8; of parts longer than 4 KiB together the whole is still covered.
 */
struct hw_hash hw_hash_parts(const struct hw_slice *parts, size_t parts_count);

/* SipHash-1-3 of bytes under key. */
uint64_t hw_hash_keyed(const uint64_t key[2], struct hw_slice bytes);

/* The same of the bytes of a hash (low, high) and of one word, as they lie in memory; quicker. */
uint64_t hw_hash_keyed_hash(const uint64_t key[2], struct hw_hash hash);
uint64_t hw_hash_keyed_u64(const uint64_t key[2], uint64_t value);

#endif
