/*
 * blocks.h - lists of bytes that grow: blocks of a few sizes out of one arena.
 *
 * A block is a run of units of 32 bytes.  Sizes go 2, 3, 4, 6, 8 units, then in quarters: 10, 12,
 * 14, 16, 20 ...  So a short list moves seldom, and a long one wastes little.  A block given back
 * is taken again by the next of its size, last given first: with the same calls handles are the
 * same in every engine.  What a freed block holds is what it held, and its first word the handle of
 * the next free one.
 */
#ifndef HW_BLOCKS_H
#define HW_BLOCKS_H

#include "core/state.h"

/* Bytes in a block of a class; class below HW_BLOCK_CLASSES. */
static inline size_t hw_block_size(uint32_t class_)
{
    static const uint8_t few[] = {2, 3, 4, 6, 8};
    uint32_t more = class_ - (uint32_t)sizeof few;
    uint32_t units = class_ < sizeof few ? few[class_] : (5 + more % 4) << (1 + more / 4);

    return (size_t)units * sizeof(struct hw_block_unit);
}

/* The smallest class of blocks of at least size bytes. */
uint32_t hw_block_class(size_t size);

/*
 * Make sure that one record's lists can grow: the longest list by a record's facts, and others as
 * they begin.  HW_OK or HW_E_FULL.
 */
bool hw_blocks_have_room(const struct hw_engine *engine);
HW_MUST_CHECK enum hw_status hw_blocks_ensure(struct hw_engine *engine);

/* A block with any content; room was ensured. */
uint32_t hw_block_take(struct hw_engine *engine, uint32_t class_);
void hw_block_give(struct hw_engine *engine, uint32_t block, uint32_t class_);

static inline uint8_t *hw_block_at(const struct hw_engine *engine, uint32_t block)
{
    return hw_arena_at(&engine->blocks, block);
}

#endif
