/*
 * arena.h - fixed-size records addressed by 32-bit handles.
 *
 * Address space for the limit is reserved once; memory is committed in steps as records are taken.
 * Handle 0 is no record.  Freed records are taken again, last freed first: with the same calls
 * handles are the same in every engine.  One thread.
 */
#ifndef HW_ARENA_H
#define HW_ARENA_H

#include "homeward/engine.h"

struct hw_arena {
    uint8_t *base;
    size_t committed;   /* bytes */
    uint32_t item_size; /* bytes; at least 4, a multiple of 4 */
    uint32_t count;     /* handles ever taken, handle 0 included */
    uint32_t count_max;
    uint32_t ready;      /* handles that memory is committed for */
    uint32_t free_first; /* head of the list through the first word of freed records */
    uint32_t free_count;
};

/* HW_OK or HW_E_MEMORY. items_max without handle 0.  Its space is memory's, and stays its own. */
HW_MUST_CHECK enum hw_status hw_arena_init(
    struct hw_arena *arena, const struct hw_memory *memory, uint32_t item_size, uint32_t items_max);

/* Make sure that items more records can be taken without failing.  HW_OK or HW_E_FULL. */
HW_MUST_CHECK enum hw_status hw_arena_ensure(
    struct hw_arena *arena, const struct hw_memory *memory, uint32_t items);

/* The same for items in a row, which freed records do not give. */
HW_MUST_CHECK enum hw_status hw_arena_ensure_last(
    struct hw_arena *arena, const struct hw_memory *memory, uint32_t items);

/* The first of items records in a row that nobody had before; room was ensured. */
uint32_t hw_arena_take_last(struct hw_arena *arena, uint32_t items);

/* A zeroed record; room was ensured. */
uint32_t hw_arena_take(struct hw_arena *arena);
void hw_arena_give(struct hw_arena *arena, uint32_t handle);

/* How many more can be taken without hw_arena_ensure(). */
static inline uint32_t hw_arena_room(const struct hw_arena *arena)
{
    return arena->free_count + (arena->ready > arena->count ? arena->ready - arena->count : 0);
}

static inline void *hw_arena_at(const struct hw_arena *arena, uint32_t handle)
{
    HW_ASSERT(handle > 0);
    HW_ASSERT(handle < arena->count);
    return arena->base + (size_t)handle * arena->item_size;
}

#endif
