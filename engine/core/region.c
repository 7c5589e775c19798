#include "core/region.h"

enum { PART = 1 << 21 }; /* bytes: parts begin at large pages, and none is shared by two */

static size_t parts_up(size_t size)
{
    return (size + PART - 1) / PART * PART;
}

static void release_later(void *context, void *address, size_t size)
{
    (void)context, (void)address, (void)size; /* With the whole region. */
}

/* ---- measuring ---- */

static void *measure(void *context, size_t size)
{
    struct hw_region *region = context;

    region->size += parts_up(size);
    return region; /* Any address: nothing is written to it. */
}

static bool commit_nothing(void *context, void *address, size_t size)
{
    (void)context, (void)address, (void)size;
    return true;
}

struct hw_memory hw_region_measuring(struct hw_region *region)
{
    return (struct hw_memory){region, measure, commit_nothing, release_later};
}

enum hw_status hw_region_reserve(struct hw_region *region)
{
    HW_ASSERT(region->base == NULL);
    region->base = region->memory.reserve(region->memory.context, region->size);
    return region->base == NULL ? HW_E_MEMORY : HW_OK;
}

/* ---- carving ---- */

static void *carve(void *context, size_t size)
{
    struct hw_region *region = context;
    uint8_t *part = region->base + region->used;

    region->used += parts_up(size);
    HW_ASSERT(region->used <= region->size);
    return part;
}

static bool commit(void *context, void *address, size_t size)
{
    const struct hw_region *region = context;

    return region->memory.commit(region->memory.context, address, size);
}

struct hw_memory hw_region_carving(struct hw_region *region)
{
    return (struct hw_memory){region, carve, commit, release_later};
}

void hw_region_release(struct hw_region *region)
{
    if (region->base != NULL)
        region->memory.release(region->memory.context, region->base, region->size);
    region->base = NULL;
}
