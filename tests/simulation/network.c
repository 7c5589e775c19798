#include "network.h"
#include "link/mllp/port.h"

#include <stdio.h>
#include <stdlib.h>

enum { FRAME_START = 0x0B, FRAME_END = 0x1C, FRAME_RETURN = 0x0D, WINDOW_MAX = 12 };

static uint64_t below(struct network *network, uint64_t bound)
{
    return random_below(&network->random, bound);
}

static bool chance(struct network *network, unsigned percent)
{
    return below(network, 100) < percent;
}

static void wire_put(struct wire *wire, const void *bytes, size_t size)
{
    HW_ASSERT(size <= WIRE_SIZE - wire->used);
    memcpy(wire->bytes + wire->used, bytes, size);
    wire->used += size;
}

static void wire_take(struct wire *wire, size_t size)
{
    HW_ASSERT(size <= wire->used);
    wire->used -= size;
    memmove(wire->bytes, wire->bytes + size, wire->used);
}

/* --- the server's doors, watched ---------------------------------------------------------- */

/* The place of the message in hand: the first not yet handled that says this. */
static unsigned place_of(const struct network *network, unsigned message)
{
    const struct line *line = network->in_hand;
    unsigned place = line->handled;

    while (
        place < line->count && network->ledger->feeds->messages[line->order[place]].same != message)
        place++;
    return place;
}

static struct hw_submitted watch_submit(
    void *context, struct hw_event *events, uint32_t events_count)
{
    struct network *network = context;
    struct ledger *ledger = network->ledger;
    unsigned message = ledger_find(ledger, events[0].message_id_hash, events[0].message_hash);
    struct hw_submitted submitted =
        network->runtime_port.submit(network->runtime_port.context, events, events_count);
    unsigned place;

    if (message == MESSAGES_MAX) {
        ledger_fail(ledger, "the server took a message that nobody sent");
        return submitted;
    }
    place = place_of(network, message);
    if (submitted.outcome == HW_OUTCOME_FULL) {
        ledger->tally.full++;
        return submitted;
    }
    if (place >= network->in_hand->count)
        ledger_fail(ledger, "message %u came again, or out of order, on one connection", message);
    else
        network->in_hand->is_duplicate[place] = ledger->known[message];
    if ((submitted.outcome == HW_OUTCOME_DUPLICATE) != ledger->known[message])
        ledger_fail(ledger, "message %u: %s", message,
            ledger->known[message] ? "taken before and not known any more"
                                   : "said to be a duplicate, and is none");
    network->in_hand->handled = place + 1;
    ledger->known[message] = true;
    return submitted;
}

static enum hw_status watch_quarantine(
    void *context, const struct hw_refused *refused, uint64_t *ret_id)
{
    struct network *network = context;

    return network->runtime_port.quarantine(network->runtime_port.context, refused, ret_id);
}

static uint64_t watch_durable(void *context)
{
    struct network *network = context;

    return network->runtime_port.durable(network->runtime_port.context);
}

static uint64_t watch_quarantine_durable(void *context)
{
    struct network *network = context;

    return network->runtime_port.quarantine_durable(network->runtime_port.context);
}

static int64_t watch_now_ms(void *context)
{
    struct network *network = context;

    return network->runtime_port.now_ms(network->runtime_port.context);
}

/* --- a sender ----------------------------------------------------------------------------- */

/* Whether the bytes of one answer are what the next message must hear. */
static void check_answer(struct network *network, struct line *line, char *text)
{
    struct ledger *ledger = network->ledger;
    unsigned index = line->done < line->sent ? line->order[line->done] : MESSAGES_MAX;
    const struct message *message = &ledger->feeds->messages[index];
    char *fields[3] = {"", "", ""}, *at = strstr(text, "\rMSA|");
    const char *note;

    if (index == MESSAGES_MAX) {
        ledger_fail(ledger, "an answer came that no message waits for");
        return;
    }
    for (unsigned i = 0; at != NULL && i < 3; i++) {
        fields[i] = at + (i == 0 ? 5 : 1);
        at = strpbrk(fields[i], "|\r");
        if (at != NULL && *at == '\r')
            at = NULL;
    }
    for (unsigned i = 0; i < 3; i++)
        fields[i] = strndup(fields[i], strcspn(fields[i], "|\r"));
    note = message->verdict == HW_VERDICT_IGNORED                                ? "ignored"
        : message->verdict == HW_VERDICT_TAKEN && line->is_duplicate[line->done] ? "duplicate"
                                                                                 : "";
    if (strcmp(fields[0], message->answers.code[line->answers]) != 0 ||
        strcmp(fields[1], message->control_id) != 0)
        ledger_fail(ledger, "message %u (%s) was answered %s for %s, not %s", index,
            message->control_id, fields[0], fields[1], message->answers.code[line->answers]);
    else if (message->verdict != HW_VERDICT_REFUSED && strcmp(fields[2], note) != 0)
        ledger_fail(ledger, "message %u (%s) was answered with '%s', not '%s'", index,
            message->control_id, fields[2], note);
    for (unsigned i = 0; i < 3; i++)
        free(fields[i]);
    ledger_note(ledger, "answered", index);
    ledger->answered[index] = true;
    ledger->tally.duplicates += strcmp(note, "duplicate") == 0;
    ledger->tally.ignored += message->verdict == HW_VERDICT_IGNORED;
    ledger->tally.refused += message->verdict == HW_VERDICT_REFUSED;
    if (++line->answers == message->answers.count) {
        line->answers = 0;
        line->done++;
    }
}

/* The sender reads what has arrived, answer by answer. */
static void hear(struct network *network, struct line *line)
{
    uint8_t *end;

    while ((end = memchr(line->to_sender.bytes, FRAME_END, line->to_sender.used)) != NULL) {
        size_t size = (size_t)(end - line->to_sender.bytes);

        if (size + 1 == line->to_sender.used)
            return;
        if (line->to_sender.bytes[0] != FRAME_START || end[1] != FRAME_RETURN) {
            ledger_fail(network->ledger, "an answer is not framed");
            return;
        }
        *end = '\0';
        check_answer(network, line, (char *)line->to_sender.bytes + 1);
        wire_take(&line->to_sender, size + 2);
    }
}

static void say(struct network *network, struct line *line)
{
    while (line->sent < line->count && line->sent - line->done < line->window) {
        const struct message *message = &network->ledger->feeds->messages[line->order[line->sent]];

        if (chance(network, 10)) { /* Bytes between frames mean nothing. */
            wire_put(&line->to_server, "\r\n", 2);
            line->put += 2;
        }
        wire_put(&line->to_server, &(uint8_t){FRAME_START}, 1);
        wire_put(&line->to_server, message->bytes, message->size);
        wire_put(&line->to_server, &(uint8_t[2]){FRAME_END, FRAME_RETURN}, 2);
        line->put += message->size + 3;
        line->ends[line->sent++] = line->put;
        network->ledger->tally.resends += line->sent <= line->most;
        line->most = line->most > line->sent ? line->most : line->sent;
        if (chance(network, 30))
            break;
    }
}

/* --- one connection ----------------------------------------------------------------------- */

static void line_connect(struct network *network, struct line *line)
{
    hw_connection_init(&line->connection, network->shared, "192.0.2.1:4000");
    line->up = true;
    line->slow = false;
    line->to_server.used = line->to_sender.used = 0;
    line->delivered = line->put = 0;
    line->sent = line->handled = line->done;
    line->answers = 0;
    line->window = 1 + (unsigned)below(network, WINDOW_MAX);
}

static bool is_inside_frame(const struct line *line)
{
    for (unsigned i = 0; i < line->sent; i++)
        if (line->ends[i] == line->delivered)
            return false;
    return line->delivered > 0;
}

static void deliver(struct network *network, struct line *line)
{
    size_t size = line->to_server.used;
    unsigned place = line->done;

    if (size == 0 || !hw_connection_reads(&line->connection))
        return;
    if (chance(network, 60))
        size = 1 + below(network, size);
    line->delivered += size;
    for (; place < line->sent; place++)
        if (line->ends[place] <= line->delivered)
            network->ledger->delivered[line->order[place]] = true;
    network->ledger->tally.pieces += is_inside_frame(line);
    ledger_note(network->ledger, "delivered", size);
    network->in_hand = line;
    hw_connection_receive(
        &line->connection, hw_slice_of(line->to_server.bytes, size), network->now_ns);
    wire_take(&line->to_server, size);
}

/* What the server may write goes to the wire, as much as it takes. */
static void collect(struct network *network, struct line *line)
{
    struct hw_slice output = hw_connection_output(&line->connection);
    size_t size = output.size;

    if (line->slow || size == 0)
        return;
    if (chance(network, 20))
        size = 1 + below(network, size);
    size = size < WIRE_SIZE - line->to_sender.used ? size : WIRE_SIZE - line->to_sender.used;
    wire_put(&line->to_sender, output.data, size);
    hw_connection_written(&line->connection, size, network->now_ns);
}

static void serve(struct network *network, struct line *line)
{
    network->in_hand = line;
    hw_connection_service(&line->connection);
    collect(network, line);
    if (line->connection.keeps)
        hw_connection_service(&line->connection);
}

static void cut(struct network *network, struct line *line)
{
    if (!line->up)
        return;
    if (network->shared != NULL)
        hw_connection_drop(&line->connection);
    network->ledger->tally.answers_lost += line->to_sender.used;
    line->up = false;
}

static void line_step(struct network *network, struct line *line)
{
    if (!line->up && line->done < line->count && chance(network, 40))
        line_connect(network, line);
    if (!line->up)
        return;
    say(network, line);
    deliver(network, line);
    serve(network, line);
    if (chance(network, 5)) {
        line->slow = !line->slow;
        network->ledger->tally.slow_readers += line->slow;
    }
    if (chance(network, 70))
        hear(network, line);
    if (hw_connection_is_done(&line->connection)) {
        hear(network, line);
        cut(network, line);
    }
}

/* --- all of them -------------------------------------------------------------------------- */

void network_init(struct network *network, struct ledger *ledger, uint64_t seed)
{
    const struct feeds *feeds = ledger->feeds;

    memset(network, 0, sizeof *network);
    network->ledger = ledger;
    network->random.state = seed;
    network->lines_count = feeds->feeds_count;
    for (unsigned i = 0; i < feeds->count; i++) {
        struct line *line = &network->lines[feeds->messages[i].feed];

        line->order[line->count++] = i;
    }
    hw_hl7_options_init(&network->codec);
    hw_mllp_options_init(&network->options);
    network->options.codec = &network->codec;
    network->port = (struct hw_mllp_port){.context = network,
        .submit = watch_submit,
        .quarantine = watch_quarantine,
        .durable = watch_durable,
        .quarantine_durable = watch_quarantine_durable,
        .now_ms = watch_now_ms};
}

void network_free(struct network *network)
{
    network_down(network);
}

void network_up(struct network *network, struct hw_runtime *runtime)
{
    network->runtime_port = hw_mllp_port_of(runtime);
    network->shared = malloc(sizeof *network->shared);
    HW_ASSERT(network->shared != NULL);
    hw_mllp_shared_init(network->shared, &network->options, &network->port);
}

void network_down(struct network *network)
{
    if (network->shared == NULL)
        return;
    for (unsigned i = 0; i < network->lines_count; i++) {
        struct line *line = &network->lines[i];

        if (line->up && chance(network, 70))
            hear(network, line);
        cut(network, line);
    }
    hw_mllp_shared_free(network->shared);
    free(network->shared);
    network->shared = NULL;
}

void network_step(struct network *network, int64_t now_ns)
{
    network->now_ns = now_ns;
    for (unsigned i = 0; i < network->lines_count; i++)
        line_step(network, &network->lines[i]);
}

void network_durable(struct network *network, uint64_t sequence)
{
    if (network->shared == NULL)
        return;
    hw_mllp_shared_durable(network->shared, sequence);
    for (unsigned i = 0; i < network->lines_count; i++)
        if (network->lines[i].up)
            serve(network, &network->lines[i]);
}

static struct line *some_line(struct network *network)
{
    struct line *line = &network->lines[below(network, network->lines_count)];

    return line->up ? line : NULL;
}

void network_cut(struct network *network)
{
    struct line *line = some_line(network);

    if (line == NULL)
        return;
    ledger_note(network->ledger, "cut", line->delivered);
    network->ledger->tally.cuts++;
    network->ledger->tally.cuts_inside_frame += is_inside_frame(line);
    if (chance(network, 50))
        hear(network, line);
    cut(network, line);
}

void network_half_close(struct network *network)
{
    struct line *line = some_line(network);

    if (line == NULL)
        return;
    network->ledger->tally.half_closes++;
    hw_connection_stop(&line->connection);
}

bool network_is_done(const struct network *network)
{
    for (unsigned i = 0; i < network->lines_count; i++)
        if (network->lines[i].done < network->lines[i].count)
            return false;
    return true;
}
