/*
 * inferred.h - what the engine inferred a stay to wait for, and when it decided so (CONTRACT R3).
 *
 * An inference is a decision, not a fact: it holds from its moment until the next, whatever facts
 * say later, and only where nothing was settled, said or opened as a wait.  Without a reason it
 * says that the pathway decides, as before the first.  It is kept while its stay is open.
 */
#ifndef HW_INFERRED_H
#define HW_INFERRED_H

#include "core/state.h"

enum { HW_INFERENCES_MAX = 256 }; /* of one stay that the fold looks at: the latest */

/* Of all keys of the stay of a leader, the latest; NULL: nothing was inferred. */
const struct hw_inference *hw_inferred_last(const struct hw_engine *engine, uint32_t leader);

/*
 * From now on it waits for this (texts; reason 0: as the pathway says): its charges follow. Nothing
 * for a sealed stay; room was ensured.
 */
void hw_inferred_add(struct hw_engine *engine, uint32_t stay, uint32_t reason, uint32_t side);

/* All of a leader's group in order of time, at most HW_INFERENCES_MAX; returns how many. */
uint32_t hw_inferred_gather(
    const struct hw_engine *engine, uint32_t leader, struct hw_inference *inferences);

/* Its stay is sealed: they are freed. */
void hw_inferred_free(struct hw_engine *engine, struct hw_open *open);

#endif
