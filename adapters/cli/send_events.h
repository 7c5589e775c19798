/*
 * send_events.h - what `homeward send` does with CloudEvents: batches to the query socket of an
 * engine, each acknowledged event by event (CONTRACT 3.2, 5.1).
 *
 * One batch is in flight at a time, so events arrive in the order they have.  What had no room is
 * sent again after a pause that doubles; what was lost with a connection is sent again, too: the
 * receiver knows duplicates.
 */
#ifndef HW_SEND_EVENTS_H
#define HW_SEND_EVENTS_H

#include "cli/send_link.h"

struct hw_send_event {
    char *text; /* compact JSON; owned */
    size_t size;
};

struct hw_send_events {
    struct hw_send_event *events;
    size_t count, capacity;
    uint64_t wrong;        /* values that are no JSON, or too long to be sent */
    char wrong_words[160]; /* of the first of them */
};

void hw_send_events_free(struct hw_send_events *events);

/* Add what a text holds: one event, arrays, NDJSON.  False: no memory. */
bool hw_send_events_add(struct hw_send_events *events, struct hw_slice text);

/* options.window: events in a batch.  As hw_send_link_run(). */
void hw_send_events_run(const struct hw_send_options *options, const struct hw_send_events *events,
    struct hw_send_result *ret_result);

#endif
