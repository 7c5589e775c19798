/*
 * decide.h - from the agenda to the next decision, and decisions taking effect (CONTRACT R5, R8-
 * R11, R14, R15).
 *
 * hw_decide() is run at the end of every record.  It changes nothing but the agenda and the pending
 * decision; what was decided takes effect when its record is applied, live and in replay alike.
 */
#ifndef HW_DECIDE_H
#define HW_DECIDE_H

#include "core/state.h"

/* Work the agenda until something is to be decided: engine->decision, or none. */
void hw_decide(struct hw_engine *engine);

/* Whether a record is the decision that is pending (R5). */
bool hw_decision_is(const struct hw_engine *engine, const struct hw_event *event);

/* A decision of the engine takes effect. */
void hw_decision_apply(struct hw_engine *engine, const struct hw_event *event);

#endif
