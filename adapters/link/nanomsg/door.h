/*
 * door.h - what comes in through nanomsg: events and decisions (CONTRACT 3.2, 3.3, 5.1).
 *
 * A table of calls, so that the link knows neither codec nor runtime.  Answers are the caller's
 * (NULL: no memory); *ret_refused is the id in quarantine that must be durable before the answer
 * leaves; 0: none.  Loop thread.
 */
#ifndef HW_LINK_NANOMSG_DOOR_H
#define HW_LINK_NANOMSG_DOOR_H

#include "homeward/slice.h"

#include <jansson.h>

enum hw_pulled {
    HW_PULLED_ALL,  /* nothing is left of the text */
    HW_PULLED_PART, /* a share of work is done: call again next turn */
    HW_PULLED_FULL, /* there is no room: call again when more is durable */
};

/* How far a text was taken.  Zero before the first call; the door's own. */
struct hw_pulling {
    size_t taken;  /* bytes */
    json_t *array; /* whose events are taken one by one; the door's until it is NULL again */
    size_t index;
};

struct hw_door {
    void *context;
    json_t *(*ingest)(void *context, const json_t *events, uint64_t *ret_refused);
    /* NULL and *ret_later: a number under which the answer comes later (hw_nanomsg_answer). */
    json_t *(*decide)(
        void *context, const json_t *decision, uint64_t *ret_refused, uint64_t *ret_later);
    uint64_t (*refused_durable)(void *context);
    /* Take a text of events that nobody waits to hear about: refused ones go to quarantine. */
    enum hw_pulled (*pull)(void *context, struct hw_slice text, struct hw_pulling *pulling);
};

#endif
