/*
 * The sockets behind connection.h.
 *
 * A turn of the loop: what came is read into one slab and taken; connections with something to do
 * stand on the due list and are served once, at the end of the turn, with one write each.  Those
 * that wait for the disk stand on the waiting list until hw_mllp_on_durable().  A connection under
 * a limit of time stands on that limit's list, the longest silent first: only the heads are looked
 * at, however many there are.
 */
#include "link/mllp/mllp.h"

#include "link/mllp/address.h"
#include "link/mllp/connection.h"
#include "link/mllp/port.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    BACKLOG = 1024,
    KEEPALIVE_S = 60,
    TICK_MS = 100,
    CARRY_SIZE = 1024,
    DRAIN_LINGER_MS = 250,
    OWN_HANDLES = 3, /* listener, check, tick */
};

/* Why a connection may not stay silent; each has its list. */
enum limit { LIMIT_NONE, LIMIT_HALF_FRAME, LIMIT_STALLED, LIMIT_LINGER, LIMIT_IDLE, LIMITS };

/* A ring of links; the list itself is one.  A link alone points to itself. */
struct link {
    struct link *next, *previous;
};

struct peer {
    struct link all, due, waiting, limited;
    struct hw_mllp *mllp;
    struct hw_connection connection;
    uv_tcp_t tcp;
    uv_write_t write;
    uv_shutdown_t shutdown;
    int64_t limited_ms; /* when its silence began */
    uint8_t limit;      /* enum limit */
    bool reading, writing, shutting, ended, closing;
    uint8_t carry[CARRY_SIZE]; /* what uv_write() sends; when it is gone, the socket has room */
};

struct hw_mllp {
    struct hw_mllp_options options;
    struct hw_mllp_port port;
    struct hw_mllp_shared shared;
    uv_loop_t *loop;
    uv_tcp_t listener;
    uv_check_t check;
    uv_timer_t tick;
    struct link all, due, waiting, limited[LIMITS];
    unsigned handles; /* own handles open: listener, check, tick */
    bool serving;     /* a connection is in hand: on_durable leaves the others to the due list */
    bool draining, freeing;
    int64_t drain_until_ms;
    void (*drained)(void *context);
    void *drained_context;
    int64_t logged_ms; /* when a warning about a connection was last logged */
    uint64_t unlogged; /* warnings left out since */
    char address[HW_ADDRESS_TEXT_SIZE];
    uint8_t slab[HW_READ_SIZE_MAX];
};

#define PEER_OF(link, member)                                                                      \
    ((struct peer *)(void *)((char *)(link)-offsetof(struct peer, member)))

static void link_init(struct link *link)
{
    link->next = link->previous = link;
}

static bool link_is_alone(const struct link *link)
{
    return link->next == link;
}

static void link_remove(struct link *link)
{
    link->previous->next = link->next;
    link->next->previous = link->previous;
    link_init(link);
}

static void link_append(struct link *list, struct link *link)
{
    link_remove(link);
    link->previous = list->previous;
    link->next = list;
    list->previous->next = link;
    list->previous = link;
}

__attribute__((format(printf, 3, 4))) static void say(
    struct hw_mllp *mllp, enum hw_mllp_level level, const char *format, ...)
{
    char text[256];
    va_list arguments;

    if (mllp->options.log == NULL)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    mllp->options.log(mllp->options.context, level, text);
}

static int64_t loop_ms(const struct hw_mllp *mllp)
{
    return (int64_t)uv_now(mllp->loop);
}

/* About one peer; at most one line a second, so that none can fill the log. */
static void warn(struct hw_mllp *mllp, const char *peer, const char *what)
{
    if (mllp->logged_ms != 0 && loop_ms(mllp) - mllp->logged_ms < HW_SECOND_MS) {
        mllp->unlogged++;
        return;
    }
    say(mllp, HW_MLLP_WARNING, "mllp: %s: %s (%llu such lines left out)", peer, what,
        (unsigned long long)mllp->unlogged);
    mllp->logged_ms = loop_ms(mllp);
    mllp->unlogged = 0;
}

/* ---- Closing ---- */

static void finish_if_closed(struct hw_mllp *mllp)
{
    if (mllp->handles > 0 || !link_is_alone(&mllp->all))
        return;
    if (mllp->freeing) {
        hw_mllp_shared_free(&mllp->shared);
        free(mllp);
    } else if (mllp->drained != NULL) {
        void (*drained)(void *context) = mllp->drained;
        mllp->drained = NULL;
        drained(mllp->drained_context);
    }
}

static void peer_closed(uv_handle_t *handle)
{
    struct peer *peer = handle->data;
    struct hw_mllp *mllp = peer->mllp;

    link_remove(&peer->all);
    mllp->shared.counters.connections_open--;
    free(peer);
    finish_if_closed(mllp);
}

static void peer_close(struct peer *peer)
{
    if (peer->closing)
        return;
    peer->closing = true;
    hw_connection_drop(&peer->connection);
    link_remove(&peer->due);
    link_remove(&peer->waiting);
    link_remove(&peer->limited);
    uv_close((uv_handle_t *)&peer->tcp, peer_closed);
}

static void own_closed(uv_handle_t *handle)
{
    struct hw_mllp *mllp = handle->data;

    mllp->handles--;
    finish_if_closed(mllp);
}

static void own_close(struct hw_mllp *mllp)
{
    uv_handle_t *handles[OWN_HANDLES] = {
        (uv_handle_t *)&mllp->listener, (uv_handle_t *)&mllp->check, (uv_handle_t *)&mllp->tick};

    for (unsigned i = 0; i < OWN_HANDLES; i++) {
        if (!uv_is_closing(handles[i]))
            uv_close(handles[i], own_closed);
    }
}

/* ---- Limits of time ---- */

static int64_t limit_ms(const struct hw_mllp *mllp, unsigned limit)
{
    switch ((enum limit)limit) {
    case LIMIT_HALF_FRAME:
        return mllp->options.half_frame_ms;
    case LIMIT_STALLED:
        return mllp->options.stalled_ms;
    case LIMIT_LINGER:
        return mllp->draining ? DRAIN_LINGER_MS : mllp->options.linger_ms;
    case LIMIT_IDLE:
        return mllp->options.idle_ms;
    case LIMIT_NONE:
    case LIMITS:
        break;
    }
    return 0;
}

static enum limit limit_of(const struct peer *peer)
{
    if (peer->shutting)
        return LIMIT_LINGER;
    if (peer->writing)
        return LIMIT_STALLED;
    if (hw_connection_is_inside_frame(&peer->connection))
        return LIMIT_HALF_FRAME;
    if (peer->mllp->options.idle_ms > 0 && hw_connection_reads(&peer->connection))
        return LIMIT_IDLE;
    return LIMIT_NONE;
}

/* Something moved on this connection, or what it waits for changed. */
static void limit_renew(struct peer *peer, bool moved)
{
    enum limit limit = limit_of(peer);

    if (!moved && limit == peer->limit)
        return;
    peer->limit = (uint8_t)limit;
    peer->limited_ms = loop_ms(peer->mllp);
    if (limit == LIMIT_NONE)
        link_remove(&peer->limited);
    else
        link_append(&peer->mllp->limited[limit], &peer->limited);
}

static void limit_reached(struct peer *peer)
{
    struct hw_mllp_counters *counters = &peer->mllp->shared.counters;

    switch ((enum limit)peer->limit) {
    case LIMIT_HALF_FRAME:
        counters->closed_half_frame++;
        warn(peer->mllp, peer->connection.peer, "closed: silent in the middle of a frame");
        break;
    case LIMIT_STALLED:
        counters->closed_stalled++;
        warn(peer->mllp, peer->connection.peer, "closed: it does not read its answers");
        break;
    case LIMIT_IDLE:
        counters->closed_idle++;
        break;
    case LIMIT_LINGER:
    case LIMIT_NONE:
    case LIMITS:
        break;
    }
    peer_close(peer);
}

/* ---- Reading and writing ---- */

static void mark_due(struct peer *peer)
{
    if (!peer->closing && link_is_alone(&peer->due))
        link_append(&peer->mllp->due, &peer->due);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct peer *peer = handle->data;

    (void)suggested;
    *buffer = uv_buf_init((char *)peer->mllp->slab, sizeof peer->mllp->slab);
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    struct peer *peer = stream->data;

    if (size == 0)
        return;
    if (size == UV_EOF) {
        peer->ended = true;
        hw_connection_stop(&peer->connection);
    } else if (size < 0) {
        peer_close(peer);
        return;
    } else {
        peer->mllp->serving = true;
        hw_connection_receive(
            &peer->connection, hw_slice_of(buffer->base, (size_t)size), (int64_t)uv_hrtime());
        peer->mllp->serving = false;
    }
    if (!peer->shutting)
        limit_renew(peer, true);
    if (!hw_connection_reads(&peer->connection) && !peer->shutting) {
        uv_read_stop(stream);
        peer->reading = false;
    }
    mark_due(peer);
}

static void on_carried(uv_write_t *request, int status)
{
    struct peer *peer = request->data;

    peer->writing = false;
    if (peer->closing)
        return;
    if (status < 0) {
        peer_close(peer);
        return;
    }
    limit_renew(peer, true);
    mark_due(peer);
}

/* The socket is full: lend a little to the loop; once that is gone there is room again. */
static void carry(struct peer *peer, struct hw_slice output)
{
    size_t size = output.size < CARRY_SIZE ? output.size : CARRY_SIZE;
    uv_buf_t buffer = uv_buf_init((char *)peer->carry, (unsigned)size);

    memcpy(peer->carry, output.data, size);
    peer->write.data = peer;
    if (uv_write(&peer->write, (uv_stream_t *)&peer->tcp, &buffer, 1, on_carried) != 0) {
        peer_close(peer);
        return;
    }
    peer->writing = true;
    hw_connection_written(&peer->connection, size, (int64_t)uv_hrtime());
}

static void flush(struct peer *peer)
{
    struct hw_slice output = hw_connection_output(&peer->connection);

    if (peer->writing || output.size == 0)
        return;
    uv_buf_t buffer = uv_buf_init((char *)(uintptr_t)output.data, (unsigned)output.size);
    int written = uv_try_write((uv_stream_t *)&peer->tcp, &buffer, 1);
    if (written < 0 && written != UV_EAGAIN) {
        peer_close(peer);
        return;
    }
    if (written > 0)
        hw_connection_written(&peer->connection, (size_t)written, (int64_t)uv_hrtime());
    output = hw_connection_output(&peer->connection);
    if (output.size > 0)
        carry(peer, output);
}

static void on_shutdown(uv_shutdown_t *request, int status)
{
    struct peer *peer = request->data;

    if (status < 0 && !peer->closing)
        peer_close(peer);
}

/*
 * All is answered and nothing more is taken.  A close with bytes unread would reset the line and
 * could take the last answer with it: say that we have ended, and read on for a while.
 */
static void part(struct peer *peer)
{
    if (peer->ended) {
        peer_close(peer);
        return;
    }
    if (peer->shutting)
        return;
    if (peer->connection.why != NULL)
        warn(peer->mllp, peer->connection.peer, peer->connection.why);
    peer->shutting = true;
    peer->shutdown.data = peer;
    if (uv_shutdown(&peer->shutdown, (uv_stream_t *)&peer->tcp, on_shutdown) != 0) {
        peer_close(peer);
        return;
    }
    limit_renew(peer, true);
}

static void read_or_not(struct peer *peer)
{
    bool want = hw_connection_reads(&peer->connection) || (peer->shutting && !peer->ended);

    if (want && !peer->reading) {
        if (uv_read_start((uv_stream_t *)&peer->tcp, on_alloc, on_read) != 0) {
            peer_close(peer);
            return;
        }
        peer->reading = true;
    } else if (!want && peer->reading) {
        uv_read_stop((uv_stream_t *)&peer->tcp);
        peer->reading = false;
    }
}

/* Do all that can be done for one connection now. */
static void serve(struct peer *peer)
{
    hw_connection_service(&peer->connection);
    flush(peer);
    if (peer->closing)
        return;
    if (peer->connection.keeps && !peer->writing)
        hw_connection_service(&peer->connection); /* Answers left: frames behind them go on. */
    if (hw_connection_is_done(&peer->connection) && !peer->writing)
        part(peer);
    if (peer->closing)
        return;
    read_or_not(peer);
    if (peer->closing)
        return;
    limit_renew(peer, false);
    bool waits = peer->connection.keeps || hw_outbox_count(&peer->connection.outbox) > 0;
    if (!waits)
        link_remove(&peer->waiting);
    else if (link_is_alone(&peer->waiting))
        link_append(&peer->mllp->waiting, &peer->waiting);
}

static void serve_due(struct hw_mllp *mllp)
{
    if (mllp->serving)
        return;
    mllp->serving = true;
    while (!link_is_alone(&mllp->due)) {
        struct peer *peer = PEER_OF(mllp->due.next, due);
        link_remove(&peer->due);
        serve(peer);
    }
    mllp->serving = false;
}

static void serve_waiting(struct hw_mllp *mllp)
{
    for (struct link *link = mllp->waiting.next; link != &mllp->waiting; link = link->next)
        mark_due(PEER_OF(link, waiting));
    serve_due(mllp);
}

static void on_check(uv_check_t *check)
{
    serve_due(check->data);
}

/* ---- The tick ---- */

static void close_overdue(struct hw_mllp *mllp)
{
    for (unsigned limit = LIMIT_NONE + 1; limit < LIMITS; limit++) {
        struct link *list = &mllp->limited[limit];
        while (!link_is_alone(list)) {
            struct peer *peer = PEER_OF(list->next, limited);
            if (loop_ms(mllp) - peer->limited_ms < limit_ms(mllp, limit))
                break;
            limit_reached(peer);
        }
    }
}

static void close_all(struct hw_mllp *mllp)
{
    for (struct link *link = mllp->all.next; link != &mllp->all; link = link->next)
        peer_close(PEER_OF(link, all));
}

static void on_tick(uv_timer_t *tick)
{
    struct hw_mllp *mllp = tick->data;

    close_overdue(mllp);
    /* Room in the journal may return without anything of ours becoming durable. */
    serve_waiting(mllp);
    if (!mllp->draining)
        return;
    if (loop_ms(mllp) >= mllp->drain_until_ms)
        close_all(mllp);
    if (link_is_alone(&mllp->all))
        own_close(mllp);
}

/* ---- Accepting ---- */

static void refused_closed(uv_handle_t *handle)
{
    free(handle);
}

static struct peer *peer_new(struct hw_mllp *mllp)
{
    struct peer *peer = calloc(1, sizeof *peer);

    if (peer == NULL)
        return NULL;
    peer->mllp = mllp;
    link_init(&peer->all);
    link_init(&peer->due);
    link_init(&peer->waiting);
    link_init(&peer->limited);
    peer->tcp.data = peer;
    return peer;
}

/* Over the limit: taken off the queue and closed, so that the peer need not guess. */
static void refuse_connection(struct hw_mllp *mllp)
{
    uv_tcp_t *tcp = malloc(sizeof *tcp);

    mllp->shared.counters.connections_refused++;
    if (tcp == NULL)
        return;
    if (uv_tcp_init(mllp->loop, tcp) != 0) {
        free(tcp);
        return;
    }
    (void)uv_accept((uv_stream_t *)&mllp->listener, (uv_stream_t *)tcp); /* Closed either way. */
    uv_close((uv_handle_t *)tcp, refused_closed);
}

static void peer_name(const uv_tcp_t *tcp, char text[HW_ADDRESS_TEXT_SIZE])
{
    struct sockaddr_storage address;
    int size = sizeof address;

    memset(&address, 0, sizeof address);
    if (uv_tcp_getpeername(tcp, (struct sockaddr *)&address, &size) != 0)
        address.ss_family = AF_UNSPEC;
    hw_address_format((struct sockaddr *)&address, text);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct hw_mllp *mllp = listener->data;
    char name[HW_ADDRESS_TEXT_SIZE];

    if (status < 0)
        warn(mllp, mllp->address, uv_strerror(status));
    if (status < 0 || mllp->draining)
        return;
    if (mllp->shared.counters.connections_open >= mllp->options.connections_max) {
        warn(mllp, mllp->address, "a connection over the limit was closed");
        refuse_connection(mllp);
        return;
    }
    struct peer *peer = peer_new(mllp);
    if (peer == NULL || uv_tcp_init(mllp->loop, &peer->tcp) != 0) {
        free(peer);
        refuse_connection(mllp);
        return;
    }
    link_append(&mllp->all, &peer->all);
    mllp->shared.counters.connections_open++;
    mllp->shared.counters.connections++;
    hw_connection_init(&peer->connection, &mllp->shared, "");
    if (uv_accept(listener, (uv_stream_t *)&peer->tcp) != 0) {
        peer_close(peer);
        return;
    }
    peer_name(&peer->tcp, name);
    snprintf(peer->connection.peer, sizeof peer->connection.peer, "%s", name);
    /* Neither is worth a connection if it fails. */
    (void)uv_tcp_nodelay(&peer->tcp, 1);
    (void)uv_tcp_keepalive(&peer->tcp, 1, KEEPALIVE_S);
    read_or_not(peer);
    if (!peer->closing)
        limit_renew(peer, true);
}

/* ---- The listener ---- */

static void init_lists(struct hw_mllp *mllp)
{
    link_init(&mllp->all);
    link_init(&mllp->due);
    link_init(&mllp->waiting);
    for (unsigned limit = 0; limit < LIMITS; limit++)
        link_init(&mllp->limited[limit]);
}

static void init_handles(struct hw_mllp *mllp, uv_loop_t *loop)
{
    /* None of these can fail on Linux: they only fill memory. */
    (void)uv_tcp_init(loop, &mllp->listener);
    (void)uv_check_init(loop, &mllp->check);
    (void)uv_timer_init(loop, &mllp->tick);
    mllp->listener.data = mllp->check.data = mllp->tick.data = mllp;
    mllp->handles = OWN_HANDLES;
}

static enum hw_status bind_listener(struct hw_mllp *mllp, char error[HW_MLLP_ERROR_SIZE])
{
    const char *listen = mllp->options.listen;
    struct sockaddr_storage address;
    enum hw_status status = hw_address_resolve(listen, &address);

    if (status == HW_E_MEMORY) {
        snprintf(error, HW_MLLP_ERROR_SIZE,
            "mllp.listen: %s: no memory to look it up; give the process more", listen);
        return status;
    }
    if (status != HW_OK) {
        snprintf(error, HW_MLLP_ERROR_SIZE, "mllp.listen: %s: %s; write HOST:PORT, such as %s",
            listen, status == HW_E_INVALID ? "not an address" : "the host name is not known",
            "127.0.0.1:2575, or [::1]:2575");
        return HW_E_INVALID;
    }
    /* Libuv sets SO_REUSEADDR, and keeps EADDRINUSE back until listen(). */
    int failed = uv_tcp_bind(&mllp->listener, (struct sockaddr *)&address, 0);
    int size = sizeof address;
    if (failed == 0)
        failed = uv_tcp_getsockname(&mllp->listener, (struct sockaddr *)&address, &size);
    if (failed != 0) {
        snprintf(error, HW_MLLP_ERROR_SIZE,
            "mllp.listen: %s: %s; choose an address of this machine and a free port (0: any)",
            listen, uv_strerror(failed));
        return HW_E_IO;
    }
    hw_address_format((struct sockaddr *)&address, mllp->address);
    return HW_OK;
}

enum hw_status hw_mllp_new(uv_loop_t *loop, const struct hw_mllp_options *options,
    struct hw_mllp **ret_mllp, char error[HW_MLLP_ERROR_SIZE])
{
    struct hw_mllp *mllp = calloc(1, sizeof *mllp);

    if (mllp == NULL) {
        snprintf(error, HW_MLLP_ERROR_SIZE, "mllp: no memory for the listener");
        return HW_E_MEMORY;
    }
    mllp->loop = loop;
    mllp->options = *options;
    mllp->port = options->port != NULL ? *options->port : hw_mllp_port_of(options->runtime);
    init_lists(mllp);
    hw_mllp_shared_init(&mllp->shared, &mllp->options, &mllp->port);
    init_handles(mllp, loop);
    enum hw_status status = bind_listener(mllp, error);
    mllp->options.listen = mllp->address; /* The text of the caller is not needed any more. */
    if (status != HW_OK) {
        hw_mllp_free(mllp);
        return status;
    }
    *ret_mllp = mllp;
    return HW_OK;
}

void hw_mllp_set_ack_modes(struct hw_mllp *mllp, const struct hw_mllp_sender *senders,
    uint32_t senders_count, enum hw_hl7_ack_mode otherwise)
{
    mllp->options.senders = senders;
    mllp->options.senders_count = senders_count;
    mllp->options.ack_mode = otherwise;
}

const char *hw_mllp_address(const struct hw_mllp *mllp)
{
    return mllp->address;
}

enum hw_status hw_mllp_start(struct hw_mllp *mllp, char error[HW_MLLP_ERROR_SIZE])
{
    int failed = uv_listen((uv_stream_t *)&mllp->listener, BACKLOG, on_connection);

    if (failed != 0) {
        snprintf(error, HW_MLLP_ERROR_SIZE,
            "mllp.listen: %s: %s; stop what uses it or choose another port (0: any)", mllp->address,
            uv_strerror(failed));
        return HW_E_IO;
    }
    /* Neither can fail with a callback given. */
    (void)uv_check_start(&mllp->check, on_check);
    (void)uv_timer_start(&mllp->tick, on_tick, TICK_MS, TICK_MS);
    return HW_OK;
}

void hw_mllp_on_durable(struct hw_mllp *mllp, uint64_t sequence)
{
    hw_mllp_shared_durable(&mllp->shared, sequence);
    serve_waiting(mllp);
}

void hw_mllp_drain(struct hw_mllp *mllp, int64_t limit, void (*done)(void *context), void *context)
{
    HW_ASSERT(!mllp->draining);
    mllp->draining = true;
    mllp->drain_until_ms = loop_ms(mllp) + limit;
    mllp->drained = done;
    mllp->drained_context = context;
    if (!uv_is_closing((uv_handle_t *)&mllp->listener))
        uv_close((uv_handle_t *)&mllp->listener, own_closed);
    for (struct link *link = mllp->all.next; link != &mllp->all; link = link->next) {
        struct peer *peer = PEER_OF(link, all);
        hw_connection_stop(&peer->connection);
        mark_due(peer);
    }
    /* The tick does the rest, also where start was never called. */
    (void)uv_timer_start(&mllp->tick, on_tick, 0, TICK_MS);
}

void hw_mllp_drain_now(struct hw_mllp *mllp)
{
    HW_ASSERT(mllp->draining);
    mllp->drain_until_ms = loop_ms(mllp); /* The next tick sees to it. */
}

void hw_mllp_free(struct hw_mllp *mllp)
{
    if (mllp == NULL)
        return;
    mllp->freeing = true;
    mllp->drained = NULL;
    close_all(mllp);
    own_close(mllp);
    finish_if_closed(mllp);
}

const struct hw_mllp_counters *hw_mllp_counters(const struct hw_mllp *mllp)
{
    return &mllp->shared.counters;
}
