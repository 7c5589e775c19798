/*
 * hours.h - when a service answers, and when it can begin: one window a weekday, in London time.
 *
 * Written as in the configuration: "24/7", or parts separated by commas, each days and a window:
 * "Mo-Fr 08:00-18:00, Sa 09:00-13:00".  A day that is named twice has what was said last; one that
 * is not named is closed.  24:00 is the end of the day.  Windows do not go over midnight: two days
 * that touch there are one stretch.  Pure; any thread.
 */
#ifndef HW_HOURS_H
#define HW_HOURS_H

#include "homeward/slice.h"
#include "homeward/time.h"

/* Minutes of the day [open, close) by weekday, Monday first; open = close: closed. */
struct hw_hours {
    uint16_t open[7], close[7];
};

/* False, with *ret_hours untouched, when text is not of the form above. */
bool hw_hours_read(struct hw_slice text, struct hw_hours *ret_hours);

/* Open always: what holds where nothing is said. */
struct hw_hours hw_hours_always(void);

bool hw_hours_is_open(const struct hw_hours *hours, int64_t ms);

/* The first moment not before ms at which it is open; HW_TIME_OPEN: never. */
int64_t hw_hours_next(const struct hw_hours *hours, int64_t ms);

/*
 * When a clock that runs only in these hours and starts at ms has run for duration_ms (R10: an
 * offer's time runs in the service's answer hours); HW_TIME_OPEN: never.
 */
int64_t hw_hours_after(const struct hw_hours *hours, int64_t ms, int64_t duration_ms);

#endif
