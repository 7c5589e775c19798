/*
 * outcome.h - what became of an event or a decision, in the words it is answered with (3.2, 3.3).
 *
 * Objects are the caller's to release.  Pure; any thread.
 */
#ifndef HW_CLI_OUTCOME_H
#define HW_CLI_OUTCOME_H

#include "homeward/engine.h"

#include <jansson.h>

/* {"outcome", "pointer", "error"}; NULL or an empty pointer: it has none. */
json_t *hw_outcome_json(const char *outcome, const char *pointer, const char *words);

/* What apply made of an event: of a command also its reference, or what was wrong and what stands.
 */
json_t *hw_outcome_applied(const struct hw_engine *engine, enum hw_kind kind);

/* "remarks": what was odd about an event that was taken all the same; flags: HW_FLAG_*. */
void hw_outcome_add_remarks(json_t *row, uint32_t flags);

#endif
