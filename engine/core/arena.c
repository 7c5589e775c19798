#include "core/arena.h"

enum { COMMIT_STEP = 1 << 18, LARGE_STEP = 1 << 21 }; /* bytes; a large page, once it is large */

enum hw_status hw_arena_init(
    struct hw_arena *arena, const struct hw_memory *memory, uint32_t item_size, uint32_t items_max)
{
    size_t size = ((size_t)items_max + 1) * item_size;

    HW_ASSERT(item_size >= sizeof(uint32_t));
    HW_ASSERT(item_size % sizeof(uint32_t) == 0);
    size = (size + LARGE_STEP - 1) / LARGE_STEP * LARGE_STEP;
    *arena = (struct hw_arena){.item_size = item_size, .count = 1, .count_max = items_max + 1};
    arena->base = memory->reserve(memory->context, size);
    if (arena->base == NULL)
        return HW_E_MEMORY;
    return hw_arena_ensure(arena, memory, 1) == HW_OK ? HW_OK : HW_E_MEMORY;
}

enum hw_status hw_arena_ensure_last(
    struct hw_arena *arena, const struct hw_memory *memory, uint32_t items)
{
    size_t wanted, step = arena->committed < LARGE_STEP ? COMMIT_STEP : LARGE_STEP;

    if (arena->ready >= arena->count && arena->ready - arena->count >= items)
        return HW_OK;
    if (arena->count_max - arena->count < items)
        return HW_E_FULL;
    wanted = ((size_t)arena->count + items) * arena->item_size;
    wanted = (wanted + step - 1) / step * step;
    if (!memory->commit(memory->context, arena->base + arena->committed, wanted - arena->committed))
        return HW_E_FULL;
    arena->committed = wanted;
    arena->ready = (uint32_t)(arena->committed / arena->item_size);
    if (arena->ready > arena->count_max)
        arena->ready = arena->count_max;
    return HW_OK;
}

enum hw_status hw_arena_ensure(
    struct hw_arena *arena, const struct hw_memory *memory, uint32_t items)
{
    if (arena->free_count >= items)
        return HW_OK;
    return hw_arena_ensure_last(arena, memory, items - arena->free_count);
}

uint32_t hw_arena_take_last(struct hw_arena *arena, uint32_t items)
{
    uint32_t handle = arena->count;

    arena->count += items;
    HW_ASSERT((size_t)arena->count * arena->item_size <= arena->committed);
    return handle;
}

uint32_t hw_arena_take(struct hw_arena *arena)
{
    uint32_t handle = arena->free_first;
    uint8_t *item;

    if (handle == 0) {
        handle = arena->count++;
        HW_ASSERT(arena->count <= arena->ready);
        return handle; /* Committed memory is zero. */
    }
    item = arena->base + (size_t)handle * arena->item_size;
    memcpy(&arena->free_first, item, sizeof arena->free_first);
    arena->free_count--;
    memset(item, 0, arena->item_size);
    return handle;
}

void hw_arena_give(struct hw_arena *arena, uint32_t handle)
{
    uint8_t *item = hw_arena_at(arena, handle);

    memset(item, 0, arena->item_size);
    memcpy(item, &arena->free_first, sizeof arena->free_first);
    arena->free_first = handle;
    arena->free_count++;
}
