/*
 * timer.h - when which match, referral or mode must be looked at again: expiries, holds, reviews.
 *
 * A binary heap by (due time, kind, handle), beside the one of stays (timers/heap.h), whose timers
 * go first at one moment.  Timers fire only in a tick (CONTRACT R17).
 */
#ifndef HW_ROUTING_TIMER_H
#define HW_ROUTING_TIMER_H

#include "core/state.h"

enum hw_timer_kind {
    HW_TIMER_REFERRAL = 1,
    HW_TIMER_MATCH,
    HW_TIMER_MODE,
    HW_TIMER_ALERT,
    HW_TIMER_SERVICE
};

/* Set, move or (HW_TIME_OPEN) take away a timer; room was ensured. */
void hw_routing_timer_set(
    struct hw_engine *engine, enum hw_timer_kind kind, uint32_t handle, int64_t due_ms);

/* When the first is due; HW_TIME_OPEN: none is set. */
int64_t hw_routing_due(const struct hw_engine *engine);

/* Fire the first, which is due. */
void hw_routing_fire(struct hw_engine *engine);

#endif
