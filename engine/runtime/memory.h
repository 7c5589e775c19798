/*
 * memory.h - where an engine's arenas come from: address space reserved at once, pages given as
 * they are needed, zero-filled by the system, in large pages where the system has them.
 */
#ifndef HW_MEMORY_H
#define HW_MEMORY_H

#include "homeward/engine.h"

/* The system's memory (mmap, mprotect, munmap).  Stateless; any thread. */
struct hw_memory hw_memory_system(void);

#endif
