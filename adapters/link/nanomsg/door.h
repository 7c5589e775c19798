/*
 * door.h - what comes in through the query socket: events and decisions (CONTRACT 3.2, 3.3, 5.1).
 *
 * A table of calls, so that the link knows neither codec nor runtime.  Each gives the answer (the
 * caller's; NULL: no memory) and, in *ret_refused, the id in quarantine that must be durable before
 * the answer leaves; 0: none.  Loop thread.
 */
#ifndef HW_LINK_NANOMSG_DOOR_H
#define HW_LINK_NANOMSG_DOOR_H

#include <jansson.h>
#include <stdint.h>

struct hw_door {
    void *context;
    json_t *(*ingest)(void *context, const json_t *events, uint64_t *ret_refused);
    json_t *(*decide)(void *context, const json_t *decision, uint64_t *ret_refused);
    uint64_t (*refused_durable)(void *context);
};

#endif
