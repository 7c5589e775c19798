/*
 * table.h - from a 64-bit keyed hash to the handle of a record.
 *
 * Extendible hashing: a directory by the highest bits of a hash names segments of fixed size, which
 * are probed linearly and split in two when they fill.  So no put ever moves more than one segment,
 * however large the table is; and since an entry keeps 32 bits of its hash, neither splitting nor
 * removing looks at a record.  The table keeps no keys: the owner tells equals apart.  It is made
 * anew from its arena after an image is loaded, so it is no part of state.  One thread.
 */
#ifndef HW_TABLE_H
#define HW_TABLE_H

#include "core/arena.h"

enum { HW_TABLE_SEGMENT = 512 }; /* entries: a page */

struct hw_table_entry {
    uint32_t tag;    /* high half of the hash */
    uint32_t handle; /* 0: empty */
};

struct hw_table_segment {
    uint16_t used;
    uint8_t bits; /* highest bits of a tag that all entries share */
    uint8_t unused;
};

struct hw_table {
    struct hw_table_entry *entries;    /* of one segment after the other */
    struct hw_table_segment *segments; /* about each */
    uint32_t *directory;               /* segment, by the highest bits of a tag */
    uint32_t segments_count, segments_committed, segments_max;
    uint32_t used, used_max;
    uint8_t bits, bits_max; /* of the directory */
};

/* The hash under which an owner keeps the record of a handle. */
typedef uint64_t hw_table_hash(const void *owner, uint32_t handle);

/* HW_OK or HW_E_MEMORY.  items_max: of the arena. */
HW_MUST_CHECK enum hw_status hw_table_init(
    struct hw_table *table, const struct hw_memory *memory, uint32_t items_max);
void hw_table_release(struct hw_table *table, const struct hw_memory *memory);

/* Whether items more can be put in without failing. */
static inline bool hw_table_has_room(const struct hw_table *table, uint32_t items)
{
    uint32_t left = table->segments_committed - table->segments_count;
    uint32_t splits = items < table->segments_count ? items : table->segments_count;

    /* Each segment may be about to split, once; and a split that parts nothing is made again. */
    return left > splits + items / (HW_TABLE_SEGMENT / 8) + table->bits_max;
}

/* Make sure that items more can be put in without failing.  HW_OK or HW_E_FULL. */
HW_MUST_CHECK enum hw_status hw_table_ensure(
    struct hw_table *table, const struct hw_memory *memory, uint32_t items);

static inline struct hw_table_entry *hw_table_segment_of(const struct hw_table *table, uint32_t tag)
{
    uint32_t at = (uint32_t)((uint64_t)tag >> (32 - table->bits));

    return table->entries + (size_t)table->directory[at] * HW_TABLE_SEGMENT;
}

/* Walk the handles whose hash may be hash: *position starts at 0; 0 is the end. */
static inline uint32_t hw_table_next(
    const struct hw_table *table, uint64_t hash, uint32_t *position)
{
    uint32_t tag = (uint32_t)(hash >> 32);
    const struct hw_table_entry *entries = hw_table_segment_of(table, tag);

    for (;;) {
        const struct hw_table_entry *entry = &entries[(tag + *position) % HW_TABLE_SEGMENT];

        (*position)++;
        if (entry->handle == 0 || entry->tag == tag)
            return entry->handle;
    }
}

/* Have the memory at hand that a walk begins in. */
static inline void hw_table_prefetch(const struct hw_table *table, uint64_t hash)
{
    uint32_t tag = (uint32_t)(hash >> 32);

    __builtin_prefetch(&hw_table_segment_of(table, tag)[tag % HW_TABLE_SEGMENT]);
}

void hw_table_put(struct hw_table *table, uint64_t hash, uint32_t handle);
void hw_table_remove(struct hw_table *table, uint64_t hash, uint32_t handle);

/* Another record stands for the hash from now on. */
void hw_table_replace(struct hw_table *table, uint64_t hash, uint32_t handle, uint32_t by);

/* Empty, made for items_count entries, which can be put in without failing.  HW_OK or HW_E_FULL. */
HW_MUST_CHECK enum hw_status hw_table_clear(
    struct hw_table *table, const struct hw_memory *memory, uint32_t items_count);

#endif
