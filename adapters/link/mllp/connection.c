#include "link/mllp/connection.h"

#include <stdio.h>

enum {
    FRAME_START = 0x0B,
    FRAME_END = 0x1C,
    FRAME_RETURN = 0x0D,
    FRAME_EXTRA = 3, /* bytes of a frame that are not content */
    ANSWER_SIZE_MAX = 1024,
    TOO_LARGE_CODE = 207, /* table 0357: application internal error; no closer one exists */
    NOT_DONE_CODE = 207,  /* the same: a command that what stands does not allow */
};

void hw_mllp_shared_init(struct hw_mllp_shared *shared, const struct hw_mllp_options *options,
    const struct hw_mllp_port *port)
{
    memset(&shared->counters, 0, sizeof shared->counters);
    shared->options = options;
    shared->port = port;
    hw_buffers_init(&shared->buffers, options->buffers_size_max);
    shared->durable.journal = port->durable(port->context);
    shared->durable.quarantine = port->quarantine_durable(port->context);
    /* Our control ids go on rising from one start to the next: they begin with the time. */
    shared->now_ms = port->now_ms(port->context);
    shared->answer_id = shared->now_ms > 0 ? (uint64_t)shared->now_ms * 1000 : 0;
}

void hw_mllp_shared_durable(struct hw_mllp_shared *shared, uint64_t sequence)
{
    HW_ASSERT(sequence >= shared->durable.journal);
    shared->durable.journal = sequence;
    shared->durable.quarantine = shared->port->quarantine_durable(shared->port->context);
}

void hw_mllp_shared_free(struct hw_mllp_shared *shared)
{
    hw_buffers_free(&shared->buffers);
}

void hw_connection_init(
    struct hw_connection *connection, struct hw_mllp_shared *shared, const char *peer)
{
    *connection = (struct hw_connection){.shared = shared, .state = HW_CONNECTION_OPEN};
    hw_framer_init(&connection->framer, shared->options->frame_size_max);
    snprintf(connection->peer, sizeof connection->peer, "%s", peer);
}

/* What cannot be stored is not answered: nothing more is taken, and the connection closes. */
static void give_up(struct hw_connection *connection)
{
    connection->shared->counters.closed_unstored++;
    connection->why = "what it sent could not be stored";
    connection->state = HW_CONNECTION_LAST;
}

static enum hw_hl7_ack_mode ack_mode(
    const struct hw_mllp_options *options, const struct hw_hl7_reading *reading)
{
    struct hw_slice facility = reading->sending_facility;
    struct hw_slice application = reading->sending_application;

    for (uint32_t i = 0; i < options->senders_count; i++) {
        struct hw_slice sender = options->senders[i].sender;
        if (sender.size == 0)
            return options->senders[i].mode;
        if (sender.size == facility.size + 1 + application.size &&
            hw_slice_equal(hw_slice_of(sender.data, facility.size), facility) &&
            sender.data[facility.size] == '/' &&
            hw_slice_equal(
                hw_slice_of(sender.data + facility.size + 1, application.size), application))
            return options->senders[i].mode;
    }
    return options->ack_mode;
}

/* Put one answer, framed, into the outbox.  False: it cannot be built or there is no room. */
static bool put_answer(struct hw_connection *connection, const char *code, const char *note,
    enum hw_gate gate, uint64_t release)
{
    struct hw_mllp_shared *shared = connection->shared;
    uint8_t *room =
        hw_outbox_room(&shared->buffers, &connection->outbox, ANSWER_SIZE_MAX + FRAME_EXTRA);

    if (room == NULL)
        return false;
    size_t size = hw_hl7_answer(&shared->reading, code, hw_slice_text(note), shared->now_ms,
        shared->answer_id, room + 1, ANSWER_SIZE_MAX);
    if (size == 0)
        return false;
    shared->answer_id++;
    room[0] = FRAME_START;
    room[1 + size] = FRAME_END;
    room[2 + size] = FRAME_RETURN;
    hw_outbox_add(&connection->outbox,
        &(struct hw_answer){.release = release,
            .since_ns = connection->received_ns,
            .size = (uint32_t)(size + FRAME_EXTRA),
            .gate = (uint8_t)gate});
    return true;
}

/* The answers that the message in hand asks for. */
static void answer(
    struct hw_connection *connection, const char *note, enum hw_gate gate, uint64_t release)
{
    struct hw_mllp_shared *shared = connection->shared;
    struct hw_hl7_answers answers =
        hw_hl7_answers_for(&shared->reading, ack_mode(shared->options, &shared->reading));

    for (unsigned i = 0; i < answers.count; i++) {
        /* An answer that is never given makes the peer send again, to be told "duplicate". */
        if (!put_answer(connection, answers.code[i], note, gate, release)) {
            give_up(connection);
            return;
        }
    }
}

static unsigned code_index(uint16_t code)
{
    static const uint16_t codes[] = {
#define CODE_ROW(number) number,
        HW_MLLP_CODE_LIST(CODE_ROW)
#undef CODE_ROW
    };
    unsigned index = 0;

    while (index + 1 < HW_MLLP_CODES && codes[index] != code)
        index++;
    return index;
}

/* It stands in the journal, but what it asks for is not done: the sender is told why (R0). */
static void answer_not_done(struct hw_connection *connection, const struct hw_submitted *submitted)
{
    struct hw_mllp_shared *shared = connection->shared;
    struct hw_hl7_reading *reading = &shared->reading;

    reading->verdict = HW_VERDICT_REFUSED;
    reading->header = false;
    reading->code = NOT_DONE_CODE;
    reading->where[0] = '\0';
    snprintf(reading->reason, sizeof reading->reason, "%s", submitted->refused);
    shared->counters.refused++;
    shared->counters.refused_ae[code_index(NOT_DONE_CODE)]++;
    answer(connection, "", HW_GATE_JOURNAL, submitted->release_sequence);
}

/* Submit the events of the message in hand.  False: no room; nothing has happened. */
static bool take(struct hw_connection *connection)
{
    struct hw_mllp_shared *shared = connection->shared;
    struct hw_mllp_counters *counters = &shared->counters;
    struct hw_hl7_reading *reading = &shared->reading;

    HW_ASSERT(reading->events_count <= HW_HL7_EVENTS_MAX);
    if (reading->events_count == 0) { /* Says nothing that is kept: nothing to wait for. */
        counters->taken++;
        answer(connection, "", HW_GATE_OPEN, 0);
        return true;
    }
    struct hw_submitted submitted =
        shared->port->submit(shared->port->context, reading->events, reading->events_count);
    switch (submitted.outcome) {
    case HW_OUTCOME_FULL:
        return false;
    case HW_OUTCOME_TAKEN:
        if (submitted.refused != NULL) {
            answer_not_done(connection, &submitted);
            return true;
        }
        counters->taken++;
        answer(connection, "", HW_GATE_JOURNAL, submitted.release_sequence);
        return true;
    case HW_OUTCOME_DUPLICATE:
        counters->duplicate++;
        answer(connection, "duplicate", HW_GATE_JOURNAL, submitted.release_sequence);
        return true;
    }
    return true;
}

/* "RWE/PAS", or the address where the message does not say. */
static struct hw_slice source_of(
    const struct hw_connection *connection, char *buffer, size_t buffer_size)
{
    const struct hw_hl7_reading *reading = &connection->shared->reading;
    struct hw_slice facility = reading->sending_facility;
    struct hw_slice application = reading->sending_application;

    if (facility.size + application.size == 0)
        return hw_slice_text(connection->peer);
    int size = snprintf(
        buffer, buffer_size, "%.*s/%.*s", HW_SLICE_ARGS(facility), HW_SLICE_ARGS(application));
    return hw_slice_of(buffer, (size_t)size < buffer_size ? (size_t)size : buffer_size - 1);
}

/* Keep what is refused, with its reason, and say so.  False: no room; nothing has happened. */
static bool refuse(struct hw_connection *connection, struct hw_slice bytes)
{
    struct hw_mllp_shared *shared = connection->shared;
    const struct hw_hl7_reading *reading = &shared->reading;
    char source[128], code[16];
    uint64_t id;

    snprintf(code, sizeof code, "%s %u", reading->header ? "AR" : "AE", reading->code);
    struct hw_refused refused = {
        .source = source_of(connection, source, sizeof source),
        .link = hw_slice_text("mllp"),
        .code = hw_slice_text(code),
        .where = hw_slice_text(reading->where),
        .reason = hw_slice_text(reading->reason),
        .bytes = bytes,
    };
    enum hw_status status = shared->port->quarantine(shared->port->context, &refused, &id);
    if (status == HW_E_FULL)
        return false;
    shared->counters.refused++;
    if (reading->header)
        shared->counters.refused_ar[code_index(reading->code)]++;
    else
        shared->counters.refused_ae[code_index(reading->code)]++;
    if (status != HW_OK)
        give_up(connection);
    else
        answer(connection, "", HW_GATE_QUARANTINE, id);
    return true;
}

/* Deal with one whole frame.  False: no room; nothing has happened. */
static bool take_frame(struct hw_connection *connection, struct hw_slice frame)
{
    struct hw_mllp_shared *shared = connection->shared;

    hw_hl7_read(shared->options->codec, frame, shared->scratch, &shared->reading);
    switch (shared->reading.verdict) {
    case HW_VERDICT_TAKEN:
        return take(connection);
    case HW_VERDICT_IGNORED:
        shared->counters.ignored++;
        answer(connection, "ignored", HW_GATE_OPEN, 0);
        return true;
    case HW_VERDICT_REFUSED:
        return refuse(connection, frame);
    case HW_VERDICT_UNANSWERED:
        shared->counters.unanswered++;
        return true;
    }
    return true;
}

/*
 * The open frame, of which bytes are here, is too large.  Its header says whom to answer, and how;
 * the rest of it is not for us to read, so the connection ends.
 */
static void refuse_large(struct hw_connection *connection, struct hw_slice bytes)
{
    struct hw_mllp_shared *shared = connection->shared;
    struct hw_hl7_reading *reading = &shared->reading;
    size_t header_size = 0;

    HW_ASSERT(bytes.data != NULL);
    HW_ASSERT(bytes.size > 0);
    if (bytes.data[0] == FRAME_START)
        bytes = hw_slice_of(bytes.data + 1, bytes.size - 1);
    /* How much is here of what is too much depends on how it came: no answer may. */
    if (bytes.size > shared->options->frame_size_max)
        bytes.size = shared->options->frame_size_max;
    if (bytes.size > HW_TOO_LARGE_KEPT)
        bytes.size = HW_TOO_LARGE_KEPT;
    while (header_size < bytes.size && bytes.data[header_size] != '\r' &&
        bytes.data[header_size] != '\n')
        header_size++;

    shared->counters.frames_too_large++;
    hw_hl7_read(
        shared->options->codec, hw_slice_of(bytes.data, header_size), shared->scratch, reading);
    bool is_answer = reading->verdict == HW_VERDICT_UNANSWERED;
    reading->verdict = HW_VERDICT_REFUSED;
    reading->header = true;
    reading->code = TOO_LARGE_CODE;
    reading->where[0] = '\0';
    snprintf(reading->reason, sizeof reading->reason,
        "the frame is larger than mllp.max_frame (%zu bytes): send less in one message or raise it",
        shared->options->frame_size_max);
    if (is_answer) {
        shared->counters.unanswered++;
    } else if (!refuse(connection, bytes)) {
        give_up(connection);
        return;
    }
    connection->why = "it sent a frame larger than mllp.max_frame";
    connection->state = HW_CONNECTION_LAST;
}

/* Take the frame that was kept.  False: there is still no room. */
static bool take_kept(struct hw_connection *connection)
{
    if (connection->kept_total == 0)
        return true;
    struct hw_slice bytes = hw_buffer_bytes(&connection->input);
    if (!take_frame(connection, hw_slice_of(bytes.data, connection->kept_size)))
        return false;
    hw_buffer_take(&connection->shared->buffers, &connection->input, connection->kept_total);
    connection->kept_size = connection->kept_total = 0;
    return true;
}

/* Take the frames in bytes.  Returns how many bytes are done with; keeps says why it stopped. */
static size_t take_frames(struct hw_connection *connection, struct hw_slice bytes)
{
    struct hw_mllp_counters *counters = &connection->shared->counters;
    uint64_t stray_before = connection->framer.stray_bytes;
    size_t done = 0;

    while (connection->state == HW_CONNECTION_OPEN) {
        if (hw_outbox_size(&connection->outbox) >= HW_OUTBOX_SIZE_MAX) {
            connection->keeps = true;
            break;
        }
        struct hw_slice frame, rest = hw_slice_of(bytes.data + done, bytes.size - done);
        size_t consumed = 0;
        enum hw_status status = hw_framer_next(&connection->framer, rest, &frame, &consumed);
        if (status == HW_E_FULL) {
            refuse_large(connection, hw_slice_of(rest.data + consumed, rest.size - consumed));
            break;
        }
        if (status != HW_OK) {
            done += consumed;
            break;
        }
        counters->frames++;
        if (!take_frame(connection, frame)) {
            size_t before = (size_t)(frame.data - rest.data);
            connection->keeps = true;
            connection->kept_size = frame.size;
            connection->kept_total = consumed - before;
            done += before;
            break;
        }
        done += consumed;
    }
    counters->stray_bytes += connection->framer.stray_bytes - stray_before;
    if (connection->keeps)
        counters->paused++;
    return connection->state == HW_CONNECTION_OPEN ? done : bytes.size;
}

/* Keep bytes for later.  Without room for them the connection ends, unanswered. */
static void keep(struct hw_connection *connection, struct hw_slice bytes)
{
    if (bytes.size == 0)
        return;
    uint8_t *room = hw_buffer_room(&connection->shared->buffers, &connection->input, bytes.size);
    if (room == NULL) {
        connection->keeps = false;
        connection->kept_size = connection->kept_total = 0;
        give_up(connection);
        return;
    }
    memcpy(room, bytes.data, bytes.size);
    hw_buffer_add(&connection->input, bytes.size);
}

static void take_input(struct hw_connection *connection)
{
    struct hw_slice bytes = hw_buffer_bytes(&connection->input);
    size_t done = take_frames(connection, bytes);

    hw_buffer_take(&connection->shared->buffers, &connection->input, done);
}

static void release(struct hw_connection *connection)
{
    (void)hw_outbox_release(&connection->outbox, connection->shared->durable);
    connection->shared->counters.buffered_bytes = connection->shared->buffers.used;
}

/* Once for all that is taken up together, not for each answer. */
static void look_at_clock(struct hw_mllp_shared *shared)
{
    shared->now_ms = shared->port->now_ms(shared->port->context);
}

void hw_connection_receive(struct hw_connection *connection, struct hw_slice bytes, int64_t now_ns)
{
    HW_ASSERT(bytes.size <= HW_READ_SIZE_MAX);
    HW_ASSERT(!connection->keeps);
    connection->shared->counters.bytes_in += bytes.size;
    connection->received_ns = now_ns;
    if (connection->state != HW_CONNECTION_OPEN)
        return;
    look_at_clock(connection->shared);
    if (hw_buffer_size(&connection->input) == 0) {
        size_t done = take_frames(connection, bytes);
        keep(connection, hw_slice_of(bytes.data + done, bytes.size - done));
    } else {
        keep(connection, bytes);
        take_input(connection);
    }
    release(connection);
}

void hw_connection_service(struct hw_connection *connection)
{
    release(connection);
    if (!connection->keeps || connection->state != HW_CONNECTION_OPEN)
        return;
    if (hw_outbox_size(&connection->outbox) >= HW_OUTBOX_SIZE_MAX)
        return;
    look_at_clock(connection->shared);
    if (!take_kept(connection))
        return;
    connection->keeps = false;
    take_input(connection);
    release(connection);
}

struct hw_slice hw_connection_output(const struct hw_connection *connection)
{
    return hw_outbox_ready(&connection->outbox);
}

struct leaving {
    struct hw_mllp_counters *counters;
    int64_t now_ns;
};

static void answer_left(void *context, const struct hw_answer *answer)
{
    static const int64_t bounds_us[] = {
#define LATENCY_ROW(us) us,
        HW_MLLP_LATENCY_LIST(LATENCY_ROW)
#undef LATENCY_ROW
    };
    struct leaving *leaving = context;
    int64_t ns = leaving->now_ns - answer->since_ns;
    unsigned index = 0;

    while (index < HW_MLLP_LATENCIES && ns > bounds_us[index] * 1000)
        index++;
    leaving->counters->latency[index]++;
    leaving->counters->latency_ns += ns > 0 ? (uint64_t)ns : 0;
    leaving->counters->answers++;
}

void hw_connection_written(struct hw_connection *connection, size_t size, int64_t now_ns)
{
    struct hw_mllp_shared *shared = connection->shared;
    struct leaving leaving = {&shared->counters, now_ns};

    shared->counters.bytes_out += size;
    hw_outbox_written(&shared->buffers, &connection->outbox, size, answer_left, &leaving);
    shared->counters.buffered_bytes = shared->buffers.used;
}

/* Forget what was received and not taken; the peer never heard of it and sends it again. */
static void drop_input(struct hw_connection *connection)
{
    struct hw_mllp_shared *shared = connection->shared;

    if (connection->framer.state != HW_FRAME_BETWEEN || connection->kept_total > 0)
        shared->counters.frames_cut++;
    hw_framer_init(&connection->framer, shared->options->frame_size_max);
    hw_buffer_take(&shared->buffers, &connection->input, hw_buffer_size(&connection->input));
    connection->kept_size = connection->kept_total = 0;
    connection->keeps = false;
}

void hw_connection_stop(struct hw_connection *connection)
{
    if (connection->state != HW_CONNECTION_OPEN)
        return;
    drop_input(connection);
    connection->state = HW_CONNECTION_LAST;
}

void hw_connection_drop(struct hw_connection *connection)
{
    struct hw_mllp_shared *shared = connection->shared;

    if (connection->state == HW_CONNECTION_OPEN)
        drop_input(connection);
    shared->counters.answers_lost += hw_outbox_clear(&shared->buffers, &connection->outbox);
    hw_buffer_take(&shared->buffers, &connection->input, hw_buffer_size(&connection->input));
    shared->counters.buffered_bytes = shared->buffers.used;
    connection->state = HW_CONNECTION_GONE;
}

bool hw_connection_reads(const struct hw_connection *connection)
{
    return connection->state == HW_CONNECTION_OPEN && !connection->keeps;
}

bool hw_connection_is_inside_frame(const struct hw_connection *connection)
{
    return hw_connection_reads(connection) && connection->framer.state != HW_FRAME_BETWEEN;
}

bool hw_connection_is_done(const struct hw_connection *connection)
{
    return connection->state == HW_CONNECTION_GONE ||
        (connection->state == HW_CONNECTION_LAST && hw_outbox_count(&connection->outbox) == 0);
}
