#include "runtime/memory.h"

#include <sys/mman.h>
#include <unistd.h>

enum { LARGE_PAGE = 1 << 21, LARGE = 8 * LARGE_PAGE }; /* bytes */

/*
 * What may grow large asks for large pages and starts at one: records are read in no order, and
 * with small pages most reads would wait for the page table as well.
 */
static void *reserve(void *context, size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), spare = size < LARGE ? 0 : LARGE_PAGE, before;
    uint8_t *address;

    (void)context;
    size = (size + page - 1) & ~(page - 1);
    address =
        mmap(NULL, size + spare, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (address == MAP_FAILED)
        return NULL;
    if (spare == 0)
        return address;
    before = (LARGE_PAGE - (uintptr_t)address % LARGE_PAGE) % LARGE_PAGE;
    if (before > 0)
        (void)munmap(address, before);
    if (spare > before)
        (void)munmap(address + before + size, spare - before);
    (void)madvise(address + before, size, MADV_HUGEPAGE); /* Not everywhere; slower without. */
    return address + before;
}

/* The range is widened to whole pages: what lies beside it in a page is committed already. */
static bool commit(void *context, void *address, size_t size)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t start = (uintptr_t)address & ~(page - 1);
    uintptr_t end = ((uintptr_t)address + size + page - 1) & ~(page - 1);

    (void)context;
    return size == 0 || mprotect((void *)start, end - start, PROT_READ | PROT_WRITE) == 0;
}

static void release(void *context, void *address, size_t size)
{
    (void)context;
    (void)munmap(address, size); /* Fails only for a range that was never reserved. */
}

struct hw_memory hw_memory_system(void)
{
    return (struct hw_memory){NULL, reserve, commit, release};
}
