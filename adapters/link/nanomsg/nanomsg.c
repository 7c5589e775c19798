#include "link/nanomsg/nanomsg.h"

#include "link/nanomsg/answers.h"
#include "link/nanomsg/publisher.h"
#include "link/nanomsg/pull.h"
#include "link/nanomsg/query.h"
#include "link/nanomsg/socket.h"
#include "resource/json.h"

#include <nanomsg/nn.h>
#include <nanomsg/pubsub.h>
#include <nanomsg/reqrep.h>

#include <stdio.h>
#include <stdlib.h>

enum {
    ALL_MS = 10000,                 /* CONTRACT 5.1: all metrics every 10 s */
    ASKING_NS = 500 * 1000,         /* after this long, the other work of the loop has its turn */
    RECEIVE_SIZE_MAX = 1024 * 1024, /* above it nanomsg breaks the connection */
};

struct hw_nanomsg {
    struct hw_nanomsg_options options;
    struct hw_socket publish;
    struct hw_socket query;
    struct hw_pull pull;
    struct hw_publisher *publisher;
    struct hw_answers answers;
    uint64_t durable;
    uint64_t all_at_ms;     /* when all metrics were last said */
    uint64_t left_out_told; /* of what was left out, as logged */
    uv_timer_t interval;
    uv_timer_t again; /* the rest of a share of work that was cut short */
    uv_poll_t asked;
    bool reading;  /* asked is watched */
    bool draining; /* no more questions are read */
    bool closing;  /* nothing more is done */
    unsigned handles_open;
    void (*closed)(void *context); /* may be NULL */
    void *closed_context;
};

/* ---- publishing ---- */

static bool publish_listening(void *context)
{
    const struct hw_nanomsg *nanomsg = context;

    return nn_get_statistic(nanomsg->publish.number, NN_STAT_CURRENT_CONNECTIONS) > 0;
}

static void publish_send(void *context, const char *text, size_t size)
{
    const struct hw_nanomsg *nanomsg = context;

    /* PUB never blocks; what a slow subscriber misses shows as a gap in its numbers. */
    (void)nn_send(nanomsg->publish.number, text, size, NN_DONTWAIT);
}

static void on_again(uv_timer_t *timer);

static void publish_step(struct hw_nanomsg *nanomsg)
{
    if (nanomsg->publisher == NULL || nanomsg->closing)
        return;
    if (hw_publisher_step(nanomsg->publisher, nanomsg->durable) &&
        !uv_is_active((uv_handle_t *)&nanomsg->again))
        (void)uv_timer_start(&nanomsg->again, on_again, 1, 0);
}

static void on_again(uv_timer_t *timer)
{
    publish_step(timer->data);
}

static void tell_left_out(struct hw_nanomsg *nanomsg)
{
    uint64_t left_out = hw_publisher_left_out(nanomsg->publisher);
    char words[160];

    if (left_out == nanomsg->left_out_told || nanomsg->options.log == NULL)
        return;
    (void)snprintf(words, sizeof words,
        "nanomsg.publish: %llu messages were left out: they came faster than they could go",
        (unsigned long long)(left_out - nanomsg->left_out_told));
    nanomsg->left_out_told = left_out;
    nanomsg->options.log(nanomsg->options.context, words);
}

static void on_interval(uv_timer_t *timer)
{
    struct hw_nanomsg *nanomsg = timer->data;
    uint64_t now_ms = uv_now(nanomsg->options.loop);
    bool all = now_ms - nanomsg->all_at_ms >= ALL_MS;

    if (all) {
        nanomsg->all_at_ms = now_ms;
        tell_left_out(nanomsg);
    }
    hw_publisher_round(nanomsg->publisher, all);
    publish_step(nanomsg);
}

/* ---- answering ---- */

static void reading_set(struct hw_nanomsg *nanomsg, bool reading);

/* Read one question and queue its answer.  False: there is none. */
static bool answer_one(struct hw_nanomsg *nanomsg)
{
    void *message = NULL;
    struct hw_pending_answer answer = {0};
    struct nn_iovec part = {.iov_base = &message, .iov_len = NN_MSG};
    struct nn_msghdr header = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &answer.header, .msg_controllen = NN_MSG};
    int size = nn_recvmsg(nanomsg->query.number, &header, NN_DONTWAIT);
    uint64_t later;
    bool states;

    if (size < 0)
        return false;
    answer.text = hw_query_answer(nanomsg->options.resources, &nanomsg->options.door,
        hw_slice_of(message, (size_t)size), &answer.size, &states, &answer.refused, &later);
    (void)nn_freemsg(message);
    if (later != 0) {
        hw_answers_promise(&nanomsg->answers, answer.header, later);
        return true;
    }
    if (answer.text == NULL) {
        (void)nn_freemsg(answer.header); /* No memory: whoever asked asks again. */
        return true;
    }
    if (states)
        answer.release = hw_engine_sequence(hw_resources_engine(nanomsg->options.resources));
    hw_answers_add(&nanomsg->answers, answer);
    return true;
}

static void answers_send(struct hw_nanomsg *nanomsg)
{
    if (nanomsg->query.number < 0)
        return;
    hw_answers_send(&nanomsg->answers, nanomsg->query.number, nanomsg->durable,
        nanomsg->options.door.refused_durable == NULL
            ? UINT64_MAX
            : nanomsg->options.door.refused_durable(nanomsg->options.door.context));
    reading_set(nanomsg, hw_answers_has_room(&nanomsg->answers));
}

static void on_asked(uv_poll_t *poll, int status, int events)
{
    struct hw_nanomsg *nanomsg = poll->data;
    uint64_t start_ns = uv_hrtime();

    (void)events;
    if (status < 0)
        return;
    while (hw_answers_has_room(&nanomsg->answers) && answer_one(nanomsg)) {
        if (uv_hrtime() - start_ns > ASKING_NS)
            break; /* The handle stays readable: the rest comes next turn. */
    }
    answers_send(nanomsg);
}

static void reading_set(struct hw_nanomsg *nanomsg, bool reading)
{
    if (reading == nanomsg->reading || nanomsg->draining || nanomsg->query.number < 0)
        return;
    nanomsg->reading = reading;
    if (reading)
        (void)uv_poll_start(&nanomsg->asked, UV_READABLE, on_asked);
    else
        (void)uv_poll_stop(&nanomsg->asked);
}

/* ---- opening ---- */

static enum hw_status publish_open(struct hw_nanomsg *nanomsg, char error[HW_ERROR_TEXT_SIZE])
{
    const struct hw_nanomsg_options *options = &nanomsg->options;
    struct hw_publisher_options publisher = {
        .resources = options->resources,
        .run = options->run,
        .listening = publish_listening,
        .send = publish_send,
        .context = nanomsg,
    };

    enum hw_status status = hw_socket_bind(&nanomsg->publish, AF_SP, NN_PUB, "nanomsg.publish",
        options->publish, error, HW_ERROR_TEXT_SIZE);
    if (status != HW_OK)
        return status;
    nanomsg->publisher = hw_publisher_new(&publisher);
    if (nanomsg->publisher == NULL) {
        (void)snprintf(error, HW_ERROR_TEXT_SIZE, "nanomsg.publish: no memory");
        return HW_E_MEMORY;
    }
    return HW_OK;
}

static enum hw_status query_open(struct hw_nanomsg *nanomsg, char error[HW_ERROR_TEXT_SIZE])
{
    int size_max = RECEIVE_SIZE_MAX;
    int readable;
    size_t size = sizeof readable;

    enum hw_status status = hw_socket_bind(&nanomsg->query, AF_SP_RAW, NN_REP, "nanomsg.query",
        nanomsg->options.query, error, HW_ERROR_TEXT_SIZE);
    if (status != HW_OK)
        return status;
    if (nn_setsockopt(
            nanomsg->query.number, NN_SOL_SOCKET, NN_RCVMAXSIZE, &size_max, sizeof size_max) != 0 ||
        nn_getsockopt(nanomsg->query.number, NN_SOL_SOCKET, NN_RCVFD, &readable, &size) != 0 ||
        uv_poll_init(nanomsg->options.loop, &nanomsg->asked, readable) != 0) {
        (void)snprintf(error, HW_ERROR_TEXT_SIZE, "nanomsg.query: the socket cannot be watched");
        return HW_E_IO;
    }
    nanomsg->asked.data = nanomsg;
    nanomsg->handles_open++;
    return HW_OK;
}

static void timers_open(struct hw_nanomsg *nanomsg)
{
    uv_loop_t *loop = nanomsg->options.loop;
    uint64_t interval_ms = (uint64_t)nanomsg->options.interval_ms;

    nanomsg->all_at_ms = uv_now(loop);
    (void)uv_timer_init(loop, &nanomsg->interval);
    (void)uv_timer_init(loop, &nanomsg->again);
    nanomsg->interval.data = nanomsg;
    nanomsg->again.data = nanomsg;
    nanomsg->handles_open += 2;
    if (nanomsg->publisher != NULL)
        (void)uv_timer_start(&nanomsg->interval, on_interval, interval_ms, interval_ms);
}

void hw_nanomsg_set_interval(struct hw_nanomsg *nanomsg, int64_t interval_ms)
{
    HW_ASSERT(interval_ms > 0);
    nanomsg->options.interval_ms = interval_ms;
    if (nanomsg->publisher != NULL && !nanomsg->closing)
        (void)uv_timer_start(
            &nanomsg->interval, on_interval, (uint64_t)interval_ms, (uint64_t)interval_ms);
}

static bool asked_for(const char *address)
{
    return address != NULL && *address != '\0';
}

static void release(struct hw_nanomsg *nanomsg)
{
    hw_answers_drop(&nanomsg->answers);
    hw_pull_release(&nanomsg->pull);
    hw_socket_close(&nanomsg->publish);
    hw_socket_close(&nanomsg->query);
    hw_publisher_free(nanomsg->publisher);
    free(nanomsg);
}

static void on_handle_closed(uv_handle_t *handle);

/* A handle that is on the loop is let go of by the loop, which then releases the rest. */
static void give_up(struct hw_nanomsg *nanomsg)
{
    if (nanomsg->handles_open == 0) {
        release(nanomsg);
        return;
    }
    nanomsg->closing = true;
    uv_close((uv_handle_t *)&nanomsg->asked, on_handle_closed);
}

enum hw_status hw_nanomsg_new(const struct hw_nanomsg_options *options,
    struct hw_nanomsg **ret_nanomsg, char error[HW_ERROR_TEXT_SIZE])
{
    struct hw_nanomsg *nanomsg = calloc(1, sizeof *nanomsg);
    enum hw_status status = HW_OK;

    HW_ASSERT(options->interval_ms > 0);
    if (nanomsg == NULL) {
        (void)snprintf(error, HW_ERROR_TEXT_SIZE, "nanomsg: no memory");
        return HW_E_MEMORY;
    }
    nanomsg->options = *options;
    nanomsg->durable = options->durable;
    nanomsg->publish.number = -1;
    nanomsg->query.number = -1;
    hw_pull_init(&nanomsg->pull, &options->door);

    if (asked_for(options->publish))
        status = publish_open(nanomsg, error);
    if (status == HW_OK && asked_for(options->query))
        status = query_open(nanomsg, error);
    if (status == HW_OK && asked_for(options->ingest))
        status =
            hw_pull_open(&nanomsg->pull, options->loop, options->ingest, error, HW_ERROR_TEXT_SIZE);
    if (status != HW_OK) {
        give_up(nanomsg);
        return status;
    }
    nanomsg->handles_open += hw_pull_handles(&nanomsg->pull);
    timers_open(nanomsg);
    reading_set(nanomsg, true);
    *ret_nanomsg = nanomsg;
    return HW_OK;
}

const char *hw_nanomsg_publish_address(const struct hw_nanomsg *nanomsg)
{
    return nanomsg->publish.number >= 0 ? nanomsg->publish.address : NULL;
}

const char *hw_nanomsg_query_address(const struct hw_nanomsg *nanomsg)
{
    return nanomsg->query.number >= 0 ? nanomsg->query.address : NULL;
}

const char *hw_nanomsg_ingest_address(const struct hw_nanomsg *nanomsg)
{
    return nanomsg->pull.socket.number >= 0 ? nanomsg->pull.socket.address : NULL;
}

/* ---- what the runtime tells ---- */

void hw_nanomsg_applied(struct hw_nanomsg *nanomsg)
{
    if (nanomsg->publisher != NULL && !nanomsg->closing)
        hw_publisher_effects(nanomsg->publisher);
}

void hw_nanomsg_durable(struct hw_nanomsg *nanomsg, uint64_t sequence)
{
    HW_ASSERT(sequence >= nanomsg->durable);
    nanomsg->durable = sequence;
    hw_pull_durable(&nanomsg->pull);
    answers_send(nanomsg);
    publish_step(nanomsg);
}

void hw_nanomsg_answer(struct hw_nanomsg *nanomsg, uint64_t later, const json_t *body)
{
    size_t size = 0;
    char *text = hw_json_dump(body, &size);

    hw_answers_keep(&nanomsg->answers, later, text, size);
    answers_send(nanomsg);
}

/* ---- closing ---- */

void hw_nanomsg_stop(struct hw_nanomsg *nanomsg)
{
    reading_set(nanomsg, false);
    nanomsg->draining = true;
    hw_pull_drain(&nanomsg->pull);
}

void hw_nanomsg_drain(struct hw_nanomsg *nanomsg)
{
    hw_nanomsg_stop(nanomsg);
    answers_send(nanomsg);
    if (nanomsg->publisher == NULL)
        return;
    while (hw_publisher_step(nanomsg->publisher, nanomsg->durable))
        ;
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct hw_nanomsg *nanomsg = handle->data;
    void (*closed)(void *) = nanomsg->closed;
    void *context = nanomsg->closed_context;

    if (--nanomsg->handles_open > 0)
        return;
    release(nanomsg);
    if (closed != NULL)
        closed(context);
}

void hw_nanomsg_close(struct hw_nanomsg *nanomsg, void (*closed)(void *context), void *context)
{
    HW_ASSERT(!nanomsg->closing);
    reading_set(nanomsg, false);
    nanomsg->draining = true;
    nanomsg->closing = true;
    nanomsg->closed = closed;
    nanomsg->closed_context = context;
    uv_close((uv_handle_t *)&nanomsg->interval, on_handle_closed);
    uv_close((uv_handle_t *)&nanomsg->again, on_handle_closed);
    if (nanomsg->query.number >= 0)
        uv_close((uv_handle_t *)&nanomsg->asked, on_handle_closed);
    hw_pull_close(&nanomsg->pull, on_handle_closed, nanomsg);
}
