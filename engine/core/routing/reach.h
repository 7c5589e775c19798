/*
 * reach.h - which service could serve which profile (rules about what both are, not about now).
 *
 * Of each service those where somebody waits stand in a queue of their own, one for each direction,
 * by who is first there.  So a freed unit goes from the first to the next of all the people it
 * could serve without looking at where nobody waits, or only people behind.
 */
#ifndef HW_REACH_H
#define HW_REACH_H

#include "core/state.h"

static inline struct hw_reach *hw_reach_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, reaches, hw_reach, handle);
}

/* If the rules let them: a reach between the two, in its queue where somebody waits. */
void hw_reach_add(struct hw_engine *engine, uint32_t profile, uint32_t service);

/* All of a service, because the rules may say otherwise now. */
void hw_reach_drop(struct hw_engine *engine, uint32_t service);

/*
 * Around anything that changes who is first in a profile's queue: all its reaches out of their
 * queues while the first is still who it was, and back in when it is who it will be.
 */
void hw_reach_close(struct hw_engine *engine, uint32_t profile);
void hw_reach_open(struct hw_engine *engine, uint32_t profile);

/* The reach of a service whose first comes first, and the one behind it; 0: none. */
uint32_t hw_reach_first(
    const struct hw_engine *engine, uint32_t service, enum hw_direction direction);
uint32_t hw_reach_next(const struct hw_engine *engine, uint32_t reach);

#endif
