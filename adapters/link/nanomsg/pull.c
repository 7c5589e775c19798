#include "link/nanomsg/pull.h"

#include <nanomsg/nn.h>
#include <nanomsg/pipeline.h>

#include <stdio.h>

void hw_pull_init(struct hw_pull *pull, const struct hw_door *door)
{
    *pull = (struct hw_pull){.door = *door, .socket = {.number = -1}};
}

static void on_readable(uv_poll_t *poll, int status, int events);
static void on_again(uv_timer_t *timer);

static void watch(struct hw_pull *pull, bool watched)
{
    if (watched == pull->watched || !pull->open)
        return;
    pull->watched = watched;
    if (watched)
        (void)uv_poll_start(&pull->readable, UV_READABLE, on_readable);
    else
        (void)uv_poll_stop(&pull->readable);
}

static void let_go(struct hw_pull *pull)
{
    if (pull->message != NULL)
        (void)nn_freemsg(pull->message);
    pull->message = NULL;
    json_decref(pull->pulling.array);
    pull->pulling = (struct hw_pulling){.taken = 0};
}

/* Take what is in hand.  False: some of it is left for another turn. */
static bool take(struct hw_pull *pull)
{
    switch (pull->door.pull(
        pull->door.context, hw_slice_of(pull->message, pull->message_size), &pull->pulling)) {
    case HW_PULLED_ALL:
        let_go(pull);
        return true;
    case HW_PULLED_FULL:
        pull->full = true;
        return false;
    case HW_PULLED_PART:
        break;
    }
    return false;
}

/* One message a turn, so that the other work of the loop has its turn. */
static void step(struct hw_pull *pull)
{
    if (pull->message == NULL) {
        int size = nn_recv(pull->socket.number, &pull->message, NN_MSG, NN_DONTWAIT);

        if (size < 0) {
            pull->message = NULL;
            return;
        }
        pull->message_size = (size_t)size;
    }
    if (take(pull)) {
        watch(pull, true);
        return;
    }
    watch(pull, false);
    if (!pull->full)
        (void)uv_timer_start(&pull->again, on_again, 0, 0);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    (void)events;
    if (status >= 0)
        step(poll->data);
}

static void on_again(uv_timer_t *timer)
{
    step(timer->data);
}

enum hw_status hw_pull_open(
    struct hw_pull *pull, uv_loop_t *loop, const char *address, char *error, size_t error_size)
{
    int size_max = HW_PULL_SIZE_MAX;
    int readable;
    size_t size = sizeof readable;
    enum hw_status status =
        hw_socket_bind(&pull->socket, AF_SP, NN_PULL, "nanomsg.ingest", address, error, error_size);

    if (status != HW_OK)
        return status;
    if (nn_setsockopt(
            pull->socket.number, NN_SOL_SOCKET, NN_RCVMAXSIZE, &size_max, sizeof size_max) != 0 ||
        nn_getsockopt(pull->socket.number, NN_SOL_SOCKET, NN_RCVFD, &readable, &size) != 0 ||
        uv_poll_init(loop, &pull->readable, readable) != 0) {
        (void)snprintf(error, error_size, "nanomsg.ingest: the socket cannot be watched");
        hw_socket_close(&pull->socket);
        return HW_E_IO;
    }
    (void)uv_timer_init(loop, &pull->again);
    pull->readable.data = pull;
    pull->again.data = pull;
    pull->open = true;
    watch(pull, true);
    return HW_OK;
}

void hw_pull_durable(struct hw_pull *pull)
{
    if (!pull->full || !pull->open)
        return;
    pull->full = false;
    (void)uv_timer_start(&pull->again, on_again, 0, 0);
}

void hw_pull_drain(struct hw_pull *pull)
{
    watch(pull, false);
    if (!pull->open)
        return;
    (void)uv_timer_stop(&pull->again);
    while (pull->message != NULL && !take(pull))
        if (pull->full)
            return;
}

unsigned hw_pull_handles(const struct hw_pull *pull)
{
    return pull->open ? 2 : 0;
}

void hw_pull_close(struct hw_pull *pull, uv_close_cb closed, void *data)
{
    if (!pull->open)
        return;
    watch(pull, false);
    pull->open = false;
    pull->readable.data = data;
    pull->again.data = data;
    uv_close((uv_handle_t *)&pull->readable, closed);
    uv_close((uv_handle_t *)&pull->again, closed);
}

void hw_pull_release(struct hw_pull *pull)
{
    let_go(pull);
    hw_socket_close(&pull->socket);
}
