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

/*
 * Writing a decision down: engine->decision begun; the same about a match; a time, where there is
 * one; that a match is over, and why (static).
 */
struct hw_event *hw_decision_begin(struct hw_engine *engine, enum hw_kind kind);
struct hw_event *hw_decision_about(struct hw_engine *engine, enum hw_kind kind, uint32_t match);
void hw_decision_set_time(struct hw_event *event, enum hw_field field, int64_t ms);
void hw_decision_end(struct hw_engine *engine, uint32_t match, const char *why);

/* What has come between a live match and its service since it was made; NULL: nothing. */
const char *hw_decision_spoilt(struct hw_engine *engine, uint32_t match);

/* A decision of the engine takes effect. */
void hw_decision_apply(struct hw_engine *engine, const struct hw_event *event);

#endif
