/*
 * region.h - the address space of one engine's arenas and tables, reserved in one piece.
 *
 * Each of them reserves its own parts, some hundred in all; as many mappings, made and ended, would
 * be most of what a small engine costs.  So what they ask for is added up first and then carved out
 * of one.  Parts are committed by the memory underneath, and given back all together.  One thread.
 */
#ifndef HW_REGION_H
#define HW_REGION_H

#include "homeward/engine.h"

struct hw_region {
    struct hw_memory memory; /* underneath */
    uint8_t *base;           /* NULL: not reserved yet */
    size_t size, used;       /* bytes; used: carved out so far */
};

/*
 * A memory over region (borrowed) that commits nothing and whose addresses are never to be looked
 * at: what is asked of it is added up in size.
 */
struct hw_memory hw_region_measuring(struct hw_region *region);

/* Reserve what was added up.  HW_OK or HW_E_MEMORY. */
HW_MUST_CHECK enum hw_status hw_region_reserve(struct hw_region *region);

/* A memory over region (borrowed) that carves, in the same order; what it releases stays. */
struct hw_memory hw_region_carving(struct hw_region *region);

void hw_region_release(struct hw_region *region);

#endif
