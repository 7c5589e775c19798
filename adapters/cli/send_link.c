#include "cli/send_link.h"

#include "cli/send_answer.h"
#include "link/mllp/buffer.h"
#include "link/mllp/framer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

enum {
    OUTPUT_SIZE = 64 * 1024, /* bytes written at once, when messages are small */
    SLAB_SIZE = 64 * 1024,
    ANSWER_SIZE_MAX = 1024 * 1024,
    TICK_MS = 50,
    RATE_TICK_MS = 2,
    PROGRESS_MS = 250,
    BACKOFF_FIRST_MS = 100,
    BACKOFF_MAX_MS = 5000,
    QUIET_MS = 1000, /* after which silence is the answer of messages that allow it */
};

/* One message between its first sending and its last answer. */
struct flight {
    uint64_t number; /* of all messages to send */
    uint64_t sent_ns;
    bool committed; /* a CA came; the application's answer is awaited */
    bool was_sent;
};

struct run;

struct line {
    struct run *run;
    uv_tcp_t tcp;
    uv_connect_t connect;
    uv_write_t write;
    uv_timer_t retry;
    /* A ring: flights_sent of the flights_count from first on are out on this connection. */
    struct flight *flights;
    uint32_t first, flights_count, flights_sent;
    struct hw_framer framer;
    struct hw_buffer input;
    uint8_t *output;
    size_t output_size, output_capacity;
    int64_t backoff_ms;
    bool open, connected, writing, failing;
};

struct run {
    const struct hw_send_options *options;
    const struct hw_send_input *input;
    struct hw_send_result *result;
    uv_loop_t loop;
    uv_timer_t tick;
    struct hw_buffers buffers;
    struct line *lines;
    uint64_t next; /* number of the next message never sent */
    uint64_t started_ns, progress_ns, shown_ns;
    const char *trouble; /* why the last connection ended; NULL: none did; static text */
    bool told, over;
    uint8_t slab[SLAB_SIZE];
};

static void line_open(struct line *line);
static void line_pump(struct line *line);

static const struct hw_send_message *message_of(const struct run *run, const struct flight *flight)
{
    return &run->input->messages[flight->number % run->input->count];
}

static struct flight *flight_at(struct line *line, uint32_t index)
{
    HW_ASSERT(index < line->flights_count);
    return &line->flights[(line->first + index) % line->run->options->window];
}

static bool is_all_done(const struct run *run)
{
    if (run->next < run->result->messages)
        return false;
    for (uint32_t i = 0; i < run->options->connections; i++) {
        if (run->lines[i].flights_count > 0)
            return false;
    }
    return true;
}

/* ---- The end ---- */

static void line_close(struct line *line)
{
    if (line->open && !uv_is_closing((uv_handle_t *)&line->tcp))
        uv_close((uv_handle_t *)&line->tcp, NULL);
    if (!uv_is_closing((uv_handle_t *)&line->retry))
        uv_close((uv_handle_t *)&line->retry, NULL);
    line->connected = false;
}

static void run_end(struct run *run)
{
    if (run->over)
        return;
    run->over = true;
    uv_close((uv_handle_t *)&run->tick, NULL);
    for (uint32_t i = 0; i < run->options->connections; i++)
        line_close(&run->lines[i]);
}

static void give_up(struct run *run, const char *why)
{
    if (run->over)
        return;
    run->result->gave_up = true;
    snprintf(run->result->why, sizeof run->result->why, "%s", why);
    run_end(run);
}

/* ---- Answers ---- */

static void copy_text(char *to, size_t to_size, struct hw_slice text)
{
    size_t size = text.size < to_size ? text.size : to_size - 1;

    for (size_t i = 0; i < size; i++) /* What a peer says is not to move the cursor. */
        to[i] = text.data[i] >= ' ' && text.data[i] != 0x7F ? (char)text.data[i] : ' ';
    to[size] = '\0';
}

void hw_send_count_reason(struct hw_send_result *result, struct hw_slice code,
    struct hw_slice condition, struct hw_slice words)
{
    struct hw_send_reason reason = {.count = 1};

    copy_text(reason.code, sizeof reason.code, code);
    copy_text(reason.condition, sizeof reason.condition, condition);
    copy_text(reason.words, sizeof reason.words, words);
    for (uint32_t i = 0; i < result->reasons_count; i++) {
        struct hw_send_reason *known = &result->reasons[i];
        if (strcmp(known->code, reason.code) == 0 &&
            strcmp(known->condition, reason.condition) == 0 &&
            strcmp(known->words, reason.words) == 0) {
            known->count++;
            return;
        }
    }
    if (result->reasons_count < HW_SEND_REASONS_MAX - 1) {
        result->reasons[result->reasons_count++] = reason;
        return;
    }
    struct hw_send_reason *others = &result->reasons[HW_SEND_REASONS_MAX - 1];
    if (result->reasons_count == HW_SEND_REASONS_MAX - 1) {
        *others = (struct hw_send_reason){.words = "other reasons"};
        result->reasons_count++;
    }
    others->count++;
}

static void count_answer(struct hw_send_result *result, const struct hw_send_answer *answer)
{
    if (!hw_send_answer_accepts(answer)) {
        result->rejected++;
        hw_send_count_reason(result, answer->code, answer->condition, answer->words);
    } else if (hw_slice_is(answer->note, "duplicate")) {
        result->duplicate++;
    } else if (hw_slice_is(answer->note, "ignored")) {
        result->ignored++;
    } else {
        result->accepted++;
    }
}

static void drop_first(struct line *line)
{
    HW_ASSERT(line->flights_sent > 0);
    line->first = (line->first + 1) % line->run->options->window;
    line->flights_count--;
    line->flights_sent--;
}

/* The first flight was passed over by a later answer, or time: settle it by what it asked for. */
static void settle_silent(struct line *line)
{
    const struct flight *flight = flight_at(line, 0);
    struct hw_send_result *result = line->run->result;

    enum hw_send_expects expects = message_of(line->run, flight)->expects;
    if (flight->committed)
        result->accepted++;
    else if (expects == HW_EXPECTS_MAYBE || expects == HW_EXPECTS_NONE)
        result->unasked++;
    else
        result->mismatched++;
    drop_first(line);
}

/* Messages that ask for no answer are done once written, when they are first in line. */
static void settle_unasked(struct line *line)
{
    while (!line->writing && line->flights_sent > 0 &&
        message_of(line->run, flight_at(line, 0))->expects == HW_EXPECTS_NONE) {
        line->run->result->unasked++;
        line->run->progress_ns = uv_hrtime();
        drop_first(line);
    }
}

/* Index of the flight an answer names; flights_sent when it names none. */
static uint32_t find_flight(struct line *line, struct hw_slice control_id)
{
    uint32_t index = 0;

    while (index < line->flights_sent &&
        !hw_slice_equal(message_of(line->run, flight_at(line, index))->control_id, control_id))
        index++;
    return index;
}

static bool expects_more(
    const struct run *run, const struct flight *flight, const struct hw_send_answer *answer)
{
    return message_of(run, flight)->expects == HW_EXPECTS_TWO && hw_send_answer_commits(answer) &&
        hw_send_answer_accepts(answer);
}

static void take_answer(struct line *line, const struct hw_send_answer *answer)
{
    struct run *run = line->run;
    uint32_t index = find_flight(line, answer->control_id);

    if (line->flights_sent == 0) {
        run->result->strays++;
        return;
    }
    run->progress_ns = uv_hrtime();
    line->backoff_ms = BACKOFF_FIRST_MS;
    if (index == line->flights_sent) { /* It names none: it still is the answer to the first. */
        run->result->mismatched++;
        drop_first(line);
        return;
    }
    for (; index > 0; index--)
        settle_silent(line);
    struct flight *flight = flight_at(line, 0);
    hw_histogram_add(&run->result->ack_ns, run->progress_ns - flight->sent_ns);
    if (expects_more(run, flight, answer)) {
        flight->committed = true;
        return;
    }
    count_answer(run->result, answer);
    drop_first(line);
}

/* ---- The connection ---- */

/* Hand the connection's messages back to be sent again, and connect after a pause. */
static void line_closed(uv_handle_t *handle)
{
    struct line *line = handle->data;

    line->open = false;
    line->connected = false;
    line->writing = false;
    line->failing = false;
    line->output_size = 0;
    line->flights_sent = 0;
    for (uint32_t i = 0; i < line->flights_count; i++)
        flight_at(line, i)->committed = false;
    hw_buffer_take(&line->run->buffers, &line->input, hw_buffer_size(&line->input));
    if (!line->run->over)
        line_open(line);
}

static void on_retry(uv_timer_t *timer)
{
    struct line *line = timer->data;

    if (!line->run->over)
        uv_close((uv_handle_t *)&line->tcp, line_closed);
}

static void line_failed(struct line *line, const char *what)
{
    struct run *run = line->run;

    if (run->over || line->failing)
        return;
    line->failing = true;
    run->trouble = what;
    line->connected = false;
    uv_read_stop((uv_stream_t *)&line->tcp);
    if (is_all_done(run)) {
        run_end(run);
        return;
    }
    if (!run->told && !run->options->quiet)
        fprintf(stderr, "homeward send: %s: %s; trying again, for %lld s without an answer\n",
            run->options->target, what, (long long)(run->options->timeout_ms / 1000));
    run->told = true;
    uv_timer_start(&line->retry, on_retry, (uint64_t)line->backoff_ms, 0);
    line->backoff_ms =
        2 * line->backoff_ms < BACKOFF_MAX_MS ? 2 * line->backoff_ms : BACKOFF_MAX_MS;
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct line *line = handle->data;

    (void)suggested;
    *buffer = uv_buf_init((char *)line->run->slab, SLAB_SIZE);
}

/* Take the answers in bytes.  Returns what was used; SIZE_MAX: this is no MLLP. */
static size_t take_answers(struct line *line, struct hw_slice bytes)
{
    size_t done = 0;

    for (;;) {
        struct hw_slice frame, rest = hw_slice_of(bytes.data + done, bytes.size - done);
        struct hw_send_answer answer;
        size_t consumed = 0;
        enum hw_status status = hw_framer_next(&line->framer, rest, &frame, &consumed);

        if (status == HW_E_FULL)
            return SIZE_MAX;
        done += consumed;
        if (status != HW_OK)
            return done;
        if (hw_send_answer_read(frame, &answer))
            take_answer(line, &answer);
        else
            line->run->result->strays++;
    }
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    struct line *line = stream->data;
    struct run *run = line->run;

    if (size == 0)
        return;
    if (size < 0) {
        line_failed(line, size == UV_EOF ? "the connection was closed" : uv_strerror((int)size));
        return;
    }
    uint8_t *room = hw_buffer_room(&run->buffers, &line->input, (size_t)size);
    if (room == NULL) {
        line_failed(line, "its answer is too long");
        return;
    }
    memcpy(room, buffer->base, (size_t)size);
    hw_buffer_add(&line->input, (size_t)size);
    size_t done = take_answers(line, hw_buffer_bytes(&line->input));
    if (done == SIZE_MAX) {
        line_failed(line, "what it answers is not MLLP");
        return;
    }
    hw_buffer_take(&run->buffers, &line->input, done);
    settle_unasked(line);
    if (is_all_done(run))
        run_end(run);
    else
        line_pump(line);
}

static void on_connect(uv_connect_t *request, int status)
{
    struct line *line = request->data;

    if (status == UV_ECANCELED)
        return;
    if (status < 0) {
        line_failed(line, uv_strerror(status));
        return;
    }
    line->connected = true;
    hw_framer_init(&line->framer, ANSWER_SIZE_MAX);
    (void)uv_tcp_nodelay(&line->tcp, 1); /* Worth nothing more than speed. */
    if (uv_read_start((uv_stream_t *)&line->tcp, on_alloc, on_read) != 0)
        line_failed(line, "cannot be read from");
    else
        line_pump(line);
}

static void line_open(struct line *line)
{
    struct run *run = line->run;

    if (uv_tcp_init(&run->loop, &line->tcp) != 0) {
        give_up(run, "no socket could be made");
        return;
    }
    line->open = true;
    line->tcp.data = line;
    line->connect.data = line;
    int status = uv_tcp_connect(
        &line->connect, &line->tcp, (const struct sockaddr *)&run->options->address, on_connect);
    if (status != 0)
        line_failed(line, uv_strerror(status));
}

/* ---- Sending ---- */

/* How many messages may have been sent by now. */
static uint64_t allowed_by_rate(const struct run *run)
{
    if (run->options->rate == 0)
        return UINT64_MAX;
    uint64_t elapsed_us = (uv_hrtime() - run->started_ns) / 1000;
    return 1 + elapsed_us / 1000000 * run->options->rate +
        elapsed_us % 1000000 * run->options->rate / 1000000;
}

/* The next message for this connection: one to send again, else a new one.  False: none now. */
static bool next_flight(struct line *line)
{
    struct run *run = line->run;

    if (line->flights_sent < line->flights_count)
        return true;
    if (line->flights_count == run->options->window || run->next == run->result->messages ||
        run->next >= allowed_by_rate(run))
        return false;
    line->flights_count++;
    *flight_at(line, line->flights_count - 1) = (struct flight){.number = run->next++};
    return true;
}

static bool put_frame(struct line *line, struct hw_slice message)
{
    size_t needed = line->output_size + message.size + 3;

    if (needed > line->output_capacity) {
        size_t capacity = needed > OUTPUT_SIZE ? needed : OUTPUT_SIZE;
        uint8_t *output = realloc(line->output, capacity);
        if (output == NULL)
            return false;
        line->output = output;
        line->output_capacity = capacity;
    }
    uint8_t *to = line->output + line->output_size;
    to[0] = 0x0B;
    memcpy(to + 1, message.data, message.size);
    to[1 + message.size] = 0x1C;
    to[2 + message.size] = 0x0D;
    line->output_size = needed;
    return true;
}

/* Fill the output with what may go now. */
static void fill(struct line *line)
{
    struct run *run = line->run;

    while (next_flight(line)) {
        struct flight *flight = flight_at(line, line->flights_sent);
        const struct hw_send_message *message = message_of(run, flight);

        if (line->output_size > 0 && line->output_size + message->bytes.size + 3 > OUTPUT_SIZE)
            return;
        if (!put_frame(line, message->bytes)) {
            give_up(run, "no memory for a message");
            return;
        }
        if (flight->was_sent)
            run->result->resent++;
        else
            run->result->sent++;
        flight->was_sent = true;
        flight->sent_ns = uv_hrtime();
        line->flights_sent++;
    }
}

static void on_written(uv_write_t *request, int status)
{
    struct line *line = request->data;

    line->writing = false;
    if (status == UV_ECANCELED || !line->connected)
        return;
    if (status < 0) {
        line_failed(line, uv_strerror(status));
        return;
    }
    line->output_size = 0;
    settle_unasked(line);
    if (is_all_done(line->run))
        run_end(line->run);
    else
        line_pump(line);
}

static void line_pump(struct line *line)
{
    if (line->run->over || !line->connected || line->writing)
        return;
    fill(line);
    if (line->output_size == 0 || line->run->over)
        return;
    uv_buf_t buffer = uv_buf_init((char *)line->output, (unsigned)line->output_size);
    line->write.data = line;
    line->writing = true;
    int status = uv_write(&line->write, (uv_stream_t *)&line->tcp, &buffer, 1, on_written);
    if (status != 0) {
        line->writing = false;
        line_failed(line, uv_strerror(status));
    }
}

/* ---- The run ---- */

static uint64_t answered(const struct hw_send_result *result)
{
    return result->accepted + result->duplicate + result->ignored + result->rejected +
        result->unasked + result->mismatched;
}

static void show_progress(struct run *run)
{
    const struct hw_send_result *result = run->result;
    uint64_t now_ns = uv_hrtime();

    if (!run->options->progress || now_ns - run->shown_ns < PROGRESS_MS * UINT64_C(1000000))
        return;
    run->shown_ns = now_ns;
    double seconds = (double)(now_ns - run->started_ns) / 1e9;
    fprintf(stderr, "\r%llu of %llu answered, %llu rejected, %.0f/s \033[K",
        (unsigned long long)answered(result), (unsigned long long)result->messages,
        (unsigned long long)result->rejected, (double)answered(result) / seconds);
}

/* Silence has lasted: it answers what allows it, at the head of each line. */
static void settle_quiet(struct run *run)
{
    for (uint32_t i = 0; i < run->options->connections; i++) {
        struct line *line = &run->lines[i];
        while (line->flights_sent > 0 && !line->writing &&
            message_of(run, flight_at(line, 0))->expects == HW_EXPECTS_MAYBE) {
            settle_silent(line);
            run->progress_ns = uv_hrtime();
        }
    }
}

/* Nothing came for the whole timeout.  A committed message is stored: that counts. */
static void time_out(struct run *run)
{
    char why[sizeof run->result->why];
    uint64_t open = 0;

    for (uint32_t i = 0; i < run->options->connections; i++) {
        struct line *line = &run->lines[i];
        while (line->flights_sent > 0 && flight_at(line, 0)->committed)
            settle_silent(line);
        open += line->flights_count;
    }
    if (open == 0 && run->next == run->result->messages) {
        run_end(run);
        return;
    }
    bool reached = run->result->ack_ns.count > 0 || run->trouble == NULL;
    snprintf(why, sizeof why, "no answer for %lld s%s%s; unanswered: %llu; check that %s",
        (long long)(run->options->timeout_ms / 1000), run->trouble != NULL ? ": " : "",
        run->trouble != NULL ? run->trouble : "",
        (unsigned long long)(run->result->messages - answered(run->result)),
        reached ? "the receiver's disk and journal have room" : "an MLLP receiver listens there");
    give_up(run, why);
}

static void on_tick(uv_timer_t *tick)
{
    struct run *run = tick->data;
    uint64_t now_ns = uv_hrtime();
    bool waits = false;

    for (uint32_t i = 0; i < run->options->connections; i++) {
        line_pump(&run->lines[i]);
        waits = waits || run->lines[i].flights_count > 0 || !run->lines[i].connected;
    }
    show_progress(run);
    if (!waits)
        run->progress_ns = now_ns; /* Only the rate holds us back. */
    uint64_t silent_ms = (now_ns - run->progress_ns) / 1000000;
    if (silent_ms >= QUIET_MS)
        settle_quiet(run);
    if (is_all_done(run))
        run_end(run);
    else if (silent_ms >= (uint64_t)run->options->timeout_ms)
        time_out(run);
}

/* All memory of a run that depends on its options.  False: there is not enough. */
static bool run_reserve(struct run *run)
{
    run->lines = calloc(run->options->connections, sizeof *run->lines);
    if (run->lines == NULL)
        return false;
    for (uint32_t i = 0; i < run->options->connections; i++) {
        run->lines[i].flights = calloc(run->options->window, sizeof *run->lines[i].flights);
        if (run->lines[i].flights == NULL)
            return false;
    }
    return uv_loop_init(&run->loop) == 0;
}

static void run_start(struct run *run)
{
    const struct hw_send_options *options = run->options;

    hw_buffers_init(&run->buffers, SIZE_MAX);
    run->started_ns = run->progress_ns = uv_hrtime();
    run->tick.data = run;
    /* Timers cannot fail: they only fill memory. */
    (void)uv_timer_init(&run->loop, &run->tick);
    (void)uv_timer_start(&run->tick, on_tick, 0, options->rate > 0 ? RATE_TICK_MS : TICK_MS);
    for (uint32_t i = 0; i < options->connections; i++) {
        struct line *line = &run->lines[i];
        line->run = run;
        line->backoff_ms = BACKOFF_FIRST_MS;
        line->retry.data = line;
        (void)uv_timer_init(&run->loop, &line->retry);
    }
    for (uint32_t i = 0; i < options->connections && !run->over; i++)
        line_open(&run->lines[i]);
}

static void run_free(struct run *run)
{
    for (uint32_t i = 0; run->lines != NULL && i < run->options->connections; i++) {
        struct line *line = &run->lines[i];
        hw_buffer_take(&run->buffers, &line->input, hw_buffer_size(&line->input));
        free(line->flights);
        free(line->output);
    }
    hw_buffers_free(&run->buffers);
    free(run->lines);
    free(run);
}

void hw_send_link_run(const struct hw_send_options *options, const struct hw_send_input *input,
    struct hw_send_result *ret_result)
{
    struct run *run = calloc(1, sizeof *run);

    HW_ASSERT(input->count > 0);
    memset(ret_result, 0, sizeof *ret_result);
    ret_result->messages = (uint64_t)input->count * options->repeat;
    if (run != NULL) {
        run->options = options;
        run->input = input;
        run->result = ret_result;
    }
    if (run == NULL || !run_reserve(run)) {
        ret_result->gave_up = true;
        snprintf(ret_result->why, sizeof ret_result->why, "%s",
            "no memory for the connections; use fewer, or a smaller window");
    } else {
        run_start(run);
        uv_run(&run->loop, UV_RUN_DEFAULT);
        ret_result->elapsed_ns = (int64_t)(uv_hrtime() - run->started_ns);
        if (options->progress)
            fputs("\r\033[K", stderr);
        uv_loop_close(&run->loop); /* Every handle is closed: nothing is left to refuse. */
    }
    if (run != NULL)
        run_free(run);
}

bool hw_send_is_ok(const struct hw_send_result *result)
{
    return !result->gave_up && result->rejected == 0 && result->mismatched == 0;
}
