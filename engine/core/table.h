/*
 * table.h - from a 64-bit keyed hash to the handle of a record.
 *
 * Open addressing, linear probing, backward-shift deletion.  The table keeps no keys: the owner
 * says what a record's hash is, and tells equals apart.  It is rebuilt from its arena when it
 * grows and after an image is loaded, so it is no part of state.  One thread.
 */
#ifndef HW_TABLE_H
#define HW_TABLE_H

#include "core/arena.h"

struct hw_table_entry {
    uint32_t tag;    /* high half of the hash */
    uint32_t handle; /* 0: empty */
};

struct hw_table {
    struct hw_table_entry *entries;
    uint32_t capacity; /* a power of two */
    uint32_t used;
    uint32_t capacity_max;
};

/* The hash of the record of a handle, as it was put in. */
typedef uint64_t hw_table_hash(const void *owner, uint32_t handle);

HW_MUST_CHECK enum hw_status hw_table_init(
    struct hw_table *table, const struct hw_memory *memory, uint32_t items_max);
void hw_table_release(struct hw_table *table, const struct hw_memory *memory);

/* Room for items more, growing (and so moving every entry) when needed.  HW_OK or HW_E_FULL. */
HW_MUST_CHECK enum hw_status hw_table_ensure(struct hw_table *table, const struct hw_memory *memory,
    uint32_t items, hw_table_hash *hash_of, const void *owner);

/* Walk the handles whose hash may be hash: *position starts at 0; 0 is the end. */
uint32_t hw_table_next(const struct hw_table *table, uint64_t hash, uint32_t *position);

void hw_table_put(struct hw_table *table, uint64_t hash, uint32_t handle);
void hw_table_remove(struct hw_table *table, uint64_t hash, uint32_t handle, hw_table_hash *hash_of,
    const void *owner);
void hw_table_clear(struct hw_table *table);

#endif
