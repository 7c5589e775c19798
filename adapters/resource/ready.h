/*
 * ready.h - the references of everyone who is ready to leave and still there.
 *
 * Kept from the engine's effects, so that listing the ready costs what they are and not what the
 * county is.  A hint: whoever lists looks each stay up and passes over one that is not ready now.
 * Loop thread.
 */
#ifndef HW_RESOURCE_READY_H
#define HW_RESOURCE_READY_H

#include "homeward/figures.h"

struct hw_ready; /* Opaque. */

/* Walks all stays of engine: startup only.  NULL: no memory. */
struct hw_ready *hw_ready_new(struct hw_engine *engine);
void hw_ready_free(struct hw_ready *ready);

/* Effects of one applied record. */
void hw_ready_effects(struct hw_ready *ready, const struct hw_effect *effects, uint32_t count);

struct hw_ready_entry {
    int64_t since_ms; /* start of the ready period */
    uint64_t reference;
};

/* Longest waiting first, then by reference; borrowed until the next effects. */
const struct hw_ready_entry *hw_ready_list(struct hw_ready *ready, uint32_t *ret_count);

bool hw_ready_has(const struct hw_ready *ready, uint64_t reference);

/* Less than, equal to or greater than 0, in the order of the list. */
int hw_ready_order(const struct hw_ready_entry *a, const struct hw_ready_entry *b);

#endif
