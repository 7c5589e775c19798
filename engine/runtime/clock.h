/*
 * clock.h - what time a message is accepted at (CONTRACT R17).
 *
 * The system clock: the machine's, never going back.  The event clock (tests and history): the
 * greatest event time so far; one more than 48 h ahead moves it only when a second message within
 * 48 h of it comes.  Pure: the wall clock is handed in.
 */
#ifndef HW_CLOCK_H
#define HW_CLOCK_H

#include "homeward/event.h"

#define HW_CLOCK_AHEAD_MS (48 * HW_HOUR_MS)

struct hw_clock {
    bool events;        /* the event clock */
    int64_t now_ms;     /* last accepted time; HW_CLOCK_START before any event told the time */
    int64_t pending_ms; /* event time too far ahead, waiting for a second; HW_TIME_NONE none */
};

/* Where the event clock stands until an event tells the time. */
#define HW_CLOCK_START INT64_C(0)

void hw_clock_init(struct hw_clock *clock, bool events);

/*
 * The clock as it will be once a message of these events is taken; wall_ms counts for the system
 * clock only.  Events of the engine itself (ticks, configuration) do not move the event clock.
 */
struct hw_clock hw_clock_after(const struct hw_clock *clock, int64_t wall_ms,
    const struct hw_event *events, uint32_t events_count);

/* A record was applied that had been accepted at accepted_ms: replay. */
void hw_clock_replay(struct hw_clock *clock, int64_t accepted_ms, const struct hw_event *event);

#endif
