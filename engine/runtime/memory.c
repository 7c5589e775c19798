#include "runtime/memory.h"

#include <sys/mman.h>
#include <unistd.h>

/*
 * State is read all over the place, so that every record would cost walks of page tables: from its
 * second large page on an arena asks for large pages.  Its first stays small: small engines do.
 */
enum { LARGE_PAGE = 2 * 1024 * 1024 };

static uintptr_t large_up(uintptr_t size)
{
    return (size + LARGE_PAGE - 1) & ~(uintptr_t)(LARGE_PAGE - 1);
}

/* Whole large pages at a multiple of their size; what was mapped to find that is given back. */
static void *reserve(void *context, size_t size)
{
    size_t whole = large_up(size), mapped = whole + LARGE_PAGE, before;
    uint8_t *start =
        mmap(NULL, mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    (void)context;
    if (start == MAP_FAILED)
        return NULL;
    before = large_up((uintptr_t)start) - (uintptr_t)start;
    if (before > 0)
        (void)munmap(start, before); /* Address space only. */
    (void)munmap(start + before + whole, LARGE_PAGE - before);
    return start + before;
}

/*
 * The large pages of what is committed that are not the first of an arena.  An arena begins at a
 * multiple of them, and so does each step of a large one, which is as large as one of them; what
 * begins there and is less, or more, is taken for an arena's first.
 */
static uintptr_t behind_first(uintptr_t address, size_t size)
{
    if (address % LARGE_PAGE != 0)
        return large_up(address);
    return size == LARGE_PAGE ? address : address + LARGE_PAGE;
}

/* Whole large pages, which are the arena's: what of them is committed already stays as it is. */
static bool commit(void *context, void *address, size_t size)
{
    uintptr_t start = (uintptr_t)address & ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1);
    uintptr_t end = large_up((uintptr_t)address + size);
    uintptr_t behind = behind_first((uintptr_t)address, size);

    (void)context;
    if (size == 0)
        return true;
    if (mprotect((void *)start, end - start, PROT_READ | PROT_WRITE) != 0)
        return false;
    if (behind < end) /* Refused where the kernel has none: small ones do as well. */
        (void)madvise((void *)behind, end - behind, MADV_HUGEPAGE);
    return true;
}

static void release(void *context, void *address, size_t size)
{
    (void)context;
    (void)munmap(address, large_up(size)); /* Fails only for a range that was never reserved. */
}

struct hw_memory hw_memory_system(void)
{
    return (struct hw_memory){NULL, reserve, commit, release};
}
