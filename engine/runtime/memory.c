#include "runtime/memory.h"

#include <sys/mman.h>
#include <unistd.h>

static void *reserve(void *context, size_t size)
{
    void *address = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    (void)context;
    return address == MAP_FAILED ? NULL : address;
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
