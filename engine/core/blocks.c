#include "core/blocks.h"

enum {
    CLASS_LEAST = 15, /* a list begun by the longest event: ensured for from the start */
    LISTS_GROWING = 8 /* two lists through all the sizes they pass cost less than this many */
};

uint32_t hw_block_class(size_t size)
{
    uint32_t class_ = 0;

    while (hw_block_size(class_) < size)
        class_++;
    HW_ASSERT(class_ < HW_BLOCK_CLASSES);
    return class_;
}

static uint32_t units(uint32_t class_)
{
    return (uint32_t)(hw_block_size(class_) / sizeof(struct hw_block_unit));
}

/* Units that lists may take while one record is applied. */
static uint32_t units_growing(const struct hw_engine *engine)
{
    uint32_t class_ = engine->root.block_class_most + 1;

    return LISTS_GROWING * units(class_ < CLASS_LEAST ? CLASS_LEAST : class_);
}

bool hw_blocks_have_room(const struct hw_engine *engine)
{
    const struct hw_arena *arena = &engine->blocks;

    return arena->ready >= arena->count && arena->ready - arena->count >= units_growing(engine);
}

enum hw_status hw_blocks_ensure(struct hw_engine *engine)
{
    return hw_arena_ensure_last(&engine->blocks, &engine->options.memory, units_growing(engine));
}

uint32_t hw_block_take(struct hw_engine *engine, uint32_t class_)
{
    uint32_t block = engine->root.block_free[class_];

    if (class_ > engine->root.block_class_most)
        engine->root.block_class_most = class_;
    if (block == 0)
        return hw_arena_take_last(&engine->blocks, units(class_));
    memcpy(&engine->root.block_free[class_], hw_block_at(engine, block), sizeof block);
    engine->blocks.free_count -= units(class_);
    return block;
}

void hw_block_give(struct hw_engine *engine, uint32_t block, uint32_t class_)
{
    memcpy(hw_block_at(engine, block), &engine->root.block_free[class_], sizeof block);
    engine->root.block_free[class_] = block;
    engine->blocks.free_count += units(class_);
}
