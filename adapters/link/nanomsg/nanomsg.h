/*
 * nanomsg.h - the nanomsg sockets: PUB, what changes as it changes; REP, questions; PULL, events
 * (CONTRACT 3.2, 5.1).
 *
 * Nothing leaves before it is durable.  What waits is bounded: metrics are coalesced, delay
 * messages and answers have queues of fixed length; when the first is full its messages are left
 * out (the number of the topic shows the gap), when the second is full no question is read.  A
 * subscriber that does not read costs nothing: PUB never blocks.
 *
 * All calls and callbacks on the loop thread; one turn of work stays below a millisecond.
 */
#ifndef HW_LINK_NANOMSG_H
#define HW_LINK_NANOMSG_H

#include "link/nanomsg/door.h"
#include "resource/resource.h"
#include "runtime/runtime.h"

#include <uv.h>

struct hw_nanomsg; /* Opaque. */

struct hw_nanomsg_options {
    uv_loop_t *loop;
    const char *publish; /* "tcp://127.0.0.1:5561" (port 0: a free one), "ipc://PATH"; NULL: none */
    const char *query;   /* the same */
    const char *ingest;  /* the same */
    int64_t interval_ms; /* metrics.interval_ms; 10..60000 */
    uint64_t run;        /* drawn at random at each start of the process */
    uint64_t durable;    /* hw_runtime_durable() now */
    struct hw_resources *resources; /* borrowed until closed */
    struct hw_door door;            /* for what comes in; calls NULL: refused in words */
    void (*log)(void *context, const char *words); /* what an operator should know; may be NULL */
    void *context;                                 /* of log */
};

/*
 * Bind and start.  HW_OK; HW_E_INVALID (an address nanomsg cannot read), HW_E_IO (address in use
 * or refused), HW_E_MEMORY: nothing is left open, error says what, where and how to mend it.
 */
HW_MUST_CHECK enum hw_status hw_nanomsg_new(const struct hw_nanomsg_options *options,
    struct hw_nanomsg **ret_nanomsg, char error[HW_ERROR_TEXT_SIZE]);

/* The addresses bound, free ports filled in, for the ready line; NULL: not asked for. */
const char *hw_nanomsg_publish_address(const struct hw_nanomsg *nanomsg);
const char *hw_nanomsg_query_address(const struct hw_nanomsg *nanomsg);
const char *hw_nanomsg_ingest_address(const struct hw_nanomsg *nanomsg);

/* Publish at most so often from now on; interval_ms as in the options. */
void hw_nanomsg_set_interval(struct hw_nanomsg *nanomsg, int64_t interval_ms);

/* After every applied record, and after hw_resources_applied(). */
void hw_nanomsg_applied(struct hw_nanomsg *nanomsg);

/* More is durable: sends what waited for it. */
void hw_nanomsg_durable(struct hw_nanomsg *nanomsg, uint64_t sequence);

/* The answer that the door promised under later (door.h): it leaves when those before it have. */
void hw_nanomsg_answer(struct hw_nanomsg *nanomsg, uint64_t later, const json_t *body);

/* Shutdown begins: read no more questions and events; what came is still answered. */
void hw_nanomsg_stop(struct hw_nanomsg *nanomsg);

/* At shutdown, after the last hw_nanomsg_durable(): read no more questions, send all that may go.
 */
void hw_nanomsg_drain(struct hw_nanomsg *nanomsg);

/*
 * Close the sockets and the handles on the loop.  The loop must run until it has let go of them;
 * then nanomsg is released and closed (may be NULL) is called with context.
 */
void hw_nanomsg_close(struct hw_nanomsg *nanomsg, void (*closed)(void *context), void *context);

#endif
