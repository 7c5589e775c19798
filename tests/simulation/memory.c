/*
 * Engines are made and freed by the thousand here.  Their memory is kept and cleared instead of
 * mapped and unmapped: this stands in front of the runtime's own hw_memory_system().  One thread.
 */
#include "runtime/memory.h"

#include <sys/mman.h>
#include <unistd.h>

enum { REGIONS_MAX = 256 };

static struct region {
    uint8_t *start;
    size_t size, committed; /* bytes */
    bool used;
} regions[REGIONS_MAX];

static void *reserve(void *context, size_t size)
{
    struct region *region = regions;

    (void)context;
    while (region < regions + REGIONS_MAX && region->start != NULL &&
        (region->used || region->size != size))
        region++;
    HW_ASSERT(region < regions + REGIONS_MAX);
    if (region->start == NULL) {
        void *start =
            mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

        if (start == MAP_FAILED)
            return NULL;
        *region = (struct region){.start = start, .size = size};
    }
    if (region->committed > 0 && madvise(region->start, region->committed, MADV_DONTNEED) != 0)
        return NULL; /* Little of it was ever touched: cheaper than clearing all. */
    region->used = true;
    return region->start;
}

static struct region *region_of(const void *address)
{
    const uint8_t *at = address;

    for (struct region *region = regions; region < regions + REGIONS_MAX; region++)
        if (region->used && at >= region->start && at < region->start + region->size)
            return region;
    return NULL;
}

static bool commit(void *context, void *address, size_t size)
{
    struct region *region = region_of(address);
    size_t page = (size_t)sysconf(_SC_PAGESIZE), end;

    (void)context;
    if (size == 0)
        return true;
    HW_ASSERT(region != NULL);
    end = ((size_t)((uint8_t *)address - region->start) + size + page - 1) & ~(page - 1);
    if (end <= region->committed)
        return true;
    if (mprotect(region->start, end, PROT_READ | PROT_WRITE) != 0)
        return false;
    region->committed = end;
    return true;
}

static void release(void *context, void *address, size_t size)
{
    struct region *region = region_of(address);

    (void)context;
    (void)size;
    HW_ASSERT(region != NULL);
    region->used = false;
}

struct hw_memory hw_memory_system(void)
{
    return (struct hw_memory){NULL, reserve, commit, release};
}
