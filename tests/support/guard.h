/*
 * guard.h - a copy of bytes that ends where memory ends: reading one byte further is a crash.
 *
 * For parsers that are fed from a slice.  Works without a sanitizer.
 */
#ifndef HW_TEST_GUARD_H
#define HW_TEST_GUARD_H

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "homeward/slice.h"

struct guard {
    uint8_t *base;
    size_t mapped_size; /* bytes, without the page that cannot be touched */
};

static inline struct guard guard_new(size_t size_max)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct guard guard = {.mapped_size = (size_max + page - 1) / page * page};

    guard.base = mmap(
        NULL, guard.mapped_size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (guard.base == MAP_FAILED || mprotect(guard.base + guard.mapped_size, page, PROT_NONE) != 0)
        abort();
    return guard;
}

/* Copies bytes to the end; the slice is borrowed until the next copy. */
static inline struct hw_slice guard_copy(struct guard *guard, const void *bytes, size_t size)
{
    uint8_t *at = guard->base + guard->mapped_size - size;

    if (size > guard->mapped_size)
        abort();
    if (size > 0)
        memcpy(at, bytes, size);
    return hw_slice_of(at, size);
}

static inline void guard_free(struct guard *guard)
{
    (void)munmap(guard->base, guard->mapped_size + (size_t)sysconf(_SC_PAGESIZE));
}

#endif
