/*
 * heap.h - when which stay must be looked at again: boundaries ahead, expected days, seals.
 *
 * A binary heap of stays by (due time, handle); each stay knows its place, so that it is in the
 * heap at most once.  Timers fire only in a tick (CONTRACT R17).
 */
#ifndef HW_HEAP_H
#define HW_HEAP_H

#include "core/state.h"

/* Set, move or (HW_TIME_OPEN) take away the timer of a stay that is open; room was ensured. */
void hw_timer_set(struct hw_engine *engine, uint32_t stay, int64_t due_ms);

/* When the timer of a stay that is open is due; HW_TIME_OPEN: it has none. */
int64_t hw_timer_of(const struct hw_engine *engine, uint32_t stay);

/* The stay whose timer is due first and not after now_ms; 0: none. */
uint32_t hw_timer_first(const struct hw_engine *engine, int64_t now_ms);

/* When the first timer is due; HW_TIME_OPEN: none is set. */
int64_t hw_timer_due(const struct hw_engine *engine);

#endif
