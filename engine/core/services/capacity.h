/*
 * capacity.h - what is said of how much a service has, now and from a moment on (CONTRACT 3.2:
 * capacity, from, declared_at; also of service.suspended and service.resumed).
 *
 * What holds from a moment ahead stands in a list of the service until then and takes effect when
 * its timer fires.  What was said last holds for the time that has come; what was said for a later
 * moment holds from there on, whenever it was said.  Its age counts from when it was said: a place
 * taken since is not in it (CONTRACT 6: free as told, less what was placed since).
 */
#ifndef HW_CAPACITY_H
#define HW_CAPACITY_H

#include "core/state.h"

enum hw_capacity_what { HW_SAID_CAPACITY, HW_SAID_SUSPENDED };

struct hw_capacity_said {
    enum hw_capacity_what what;
    int32_t value; /* units; of SUSPENDED: 1 it takes nobody, 0 it does again */
    int64_t declared_ms;
    int64_t from_ms; /* HW_TIME_NONE: from when it was declared */
};

/* NULL, or why it cannot be taken, in static words, with *ret_status. */
const char *hw_capacity_refuses(const struct hw_engine *engine, uint32_t service,
    const struct hw_capacity_said *said, enum hw_status *ret_status);

/* Take what was not refused: now, or from its moment on. */
void hw_capacity_say(
    struct hw_engine *engine, uint32_t service, const struct hw_capacity_said *said);

/* The timer of a service is due: what was said for this moment takes effect. */
void hw_capacity_due(struct hw_engine *engine, uint32_t service);

#endif
