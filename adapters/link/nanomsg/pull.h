/*
 * pull.h - the PULL socket: events that nobody waits to hear about (CONTRACT 3.2).
 *
 * At most once: what was received and not yet taken is lost when the process ends, and senders are
 * told nothing.  Not for feeds whose loss matters.  Where there is no room the message in hand
 * waits and no other is read, so that senders are held up instead of losing more.  Loop thread.
 */
#ifndef HW_LINK_NANOMSG_PULL_H
#define HW_LINK_NANOMSG_PULL_H

#include "link/nanomsg/door.h"
#include "link/nanomsg/socket.h"

#include <uv.h>

enum { HW_PULL_SIZE_MAX = 256 * 1024 }; /* bytes of a message; a longer one ends its connection */

struct hw_pull {
    struct hw_door door;
    struct hw_socket socket;
    void *message; /* in hand; nanomsg's; NULL: none */
    size_t message_size;
    struct hw_pulling pulling;
    uv_poll_t readable;
    uv_timer_t again; /* the rest of a message, next turn */
    bool watched;
    bool full; /* waits for what is durable */
    bool open; /* its handles are on the loop */
};

/* Nothing is open; hw_pull_release() may be called. */
void hw_pull_init(struct hw_pull *pull, const struct hw_door *door);

/* Bind and read.  On failure nothing is left open and error (error_size bytes) says why. */
HW_MUST_CHECK enum hw_status hw_pull_open(
    struct hw_pull *pull, uv_loop_t *loop, const char *address, char *error, size_t error_size);

/* More is durable: what waited for room is tried again. */
void hw_pull_durable(struct hw_pull *pull);

/* Read no more; what is in hand is taken as far as there is room. */
void hw_pull_drain(struct hw_pull *pull);

/* Close the handles; closed is called for each (hw_pull_handles) with data as handle->data. */
void hw_pull_close(struct hw_pull *pull, uv_close_cb closed, void *data);
unsigned hw_pull_handles(const struct hw_pull *pull);

/* Let go of the rest, after the handles. */
void hw_pull_release(struct hw_pull *pull);

#endif
