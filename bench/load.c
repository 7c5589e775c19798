#define _GNU_SOURCE /* memmem() */

#include "load.h"

#include "bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CONNECTIONS_MAX = 1024,
    WINDOW_MAX = 256,
    OUTPUT_SIZE = 128 * 1024,
    INPUT_SIZE = 64 * 1024,
    SILENCE_MS = 10000,
    COMMAND_SIZE = 128, /* what Redis wants around a message */
    EVENTS_MAX = 64,
};

struct connection {
    int socket;
    bool is_watched_for_room;
    size_t next;     /* the next message to send */
    size_t expected; /* the message the next answer must belong to */
    unsigned in_flight;
    uint64_t begun; /* messages ever put in the output */
    uint64_t ended; /* answers */
    uint64_t since_ns[WINDOW_MAX];
    uint64_t id_last[2]; /* Redis: milliseconds and number of the last id */
    size_t output_size, output_done, input_size;
    uint8_t output[OUTPUT_SIZE];
    uint8_t input[INPUT_SIZE];
};

struct load {
    const struct load_options *options;
    struct load_result *result;
    struct connection *connections;
    size_t end; /* past the last message */
    uint64_t start_ns;
    int poll;
};

static bool watch(struct load *load, struct connection *connection, int operation, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = connection};

    return epoll_ctl(load->poll, operation, connection->socket, &event) == 0;
}

static bool connect_to(struct load *load, struct connection *connection)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
        .sin_port = htons(load->options->port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1;

    connection->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->socket < 0)
        return false;
    (void)setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return connect(connection->socket, (struct sockaddr *)&address, sizeof address) == 0 &&
        watch(load, connection, EPOLL_CTL_ADD, EPOLLIN);
}

/* When a message is due, from the start. */
static uint64_t due_ns(const struct load *load, size_t index)
{
    uint64_t rate = load->options->rate;

    return rate == 0 ? 0 : (uint64_t)(index - load->options->first) * UINT64_C(1000000000) / rate;
}

static size_t put_message(const struct load *load, const struct load_row *row, uint8_t *to)
{
    const uint8_t *frame = load->options->file->bytes + row->offset;

    if (load->options->protocol == LOAD_MLLP) {
        memcpy(to, frame, row->size);
        return row->size;
    }
    uint32_t size = row->size - 3; /* without the frame around it */
    size_t used = (size_t)snprintf((char *)to, COMMAND_SIZE,
        "*5\r\n$4\r\nXADD\r\n$1\r\ns\r\n$1\r\n*\r\n$1\r\nm\r\n$%u\r\n", (unsigned)size);
    memcpy(to + used, frame + 1, size);
    memcpy(to + used + size, "\r\n", 2);
    return used + size + 2;
}

/* Fill the output with what the window, the room and the rate allow. */
static void fill(struct load *load, struct connection *connection)
{
    const struct load_options *options = load->options;

    if (connection->output_done < connection->output_size)
        return;
    connection->output_done = connection->output_size = 0;
    uint64_t now_ns = bench_wall_ns() - load->start_ns;
    while (connection->next < load->end && connection->in_flight < options->window) {
        const struct load_row *row = &options->file->rows[connection->next];
        uint64_t due = due_ns(load, connection->next);

        if (due > now_ns || connection->output_size + row->size + COMMAND_SIZE > OUTPUT_SIZE)
            break;
        connection->output_size +=
            put_message(load, row, connection->output + connection->output_size);
        connection->since_ns[connection->begun++ % WINDOW_MAX] = options->rate == 0 ? now_ns : due;
        connection->next += options->connections;
        connection->in_flight++;
    }
}

static bool can_go_on(ssize_t size)
{
    return size > 0 || (size < 0 && (errno == EAGAIN || errno == EINTR));
}

static bool send_some(struct load *load, struct connection *connection)
{
    fill(load, connection);
    size_t left = connection->output_size - connection->output_done;
    if (left > 0) {
        ssize_t size = send(connection->socket, connection->output + connection->output_done, left,
            MSG_NOSIGNAL | MSG_DONTWAIT);

        if (size > 0)
            connection->output_done += (size_t)size;
        if (!can_go_on(size))
            return false;
    }
    bool wants_room = connection->output_done < connection->output_size;
    if (wants_room == connection->is_watched_for_room)
        return true;
    connection->is_watched_for_room = wants_room;
    return watch(load, connection, EPOLL_CTL_MOD, EPOLLIN | (wants_room ? EPOLLOUT : 0));
}

static void count_answer(
    struct load *load, struct connection *connection, uint64_t now_ns, bool is_right)
{
    if (connection->in_flight == 0) {
        load->result->wrong++; /* Nobody asked. */
        return;
    }
    hw_histogram_add(
        &load->result->latency_ns, now_ns - connection->since_ns[connection->ended++ % WINDOW_MAX]);
    load->result->answered++;
    load->result->wrong += !is_right;
    connection->in_flight--;
    connection->expected += load->options->connections;
}

/* MSA-1 and MSA-2 of one answer, against MSH-10 of the message whose turn it is. */
static void take_mllp(struct load *load, struct connection *connection, const uint8_t *start,
    const uint8_t *end, uint64_t now_ns)
{
    const struct load_file *file = load->options->file;
    const uint8_t *code = memmem(start, (size_t)(end - start), "\rMSA|", 5);
    bool is_right = false;

    if (code != NULL && end - code >= 8 && connection->in_flight > 0) {
        const struct load_row *row = &file->rows[connection->expected];
        const uint8_t *id = code + 8;

        load->result->accepted += code[6] == 'A' && code[7] == '|';
        is_right = (size_t)(end - id) > row->id_size &&
            memcmp(id, file->bytes + row->offset + row->id_start, row->id_size) == 0 &&
            (id[row->id_size] == '|' || id[row->id_size] == '\r');
    }
    count_answer(load, connection, now_ns, is_right);
}

/* "$SIZE\r\nMS-NUMBER\r\n"; returns how long it is, 0: not all of it is there. */
static size_t take_redis(struct load *load, struct connection *connection, const uint8_t *start,
    size_t size, uint64_t now_ns)
{
    const uint8_t *line = memmem(start, size, "\r\n", 2);
    size_t rest = line == NULL ? 0 : size - (size_t)(line + 2 - start);
    const uint8_t *end = line == NULL ? NULL : memmem(line + 2, rest, "\r\n", 2);

    if (end == NULL)
        return 0;
    char *after = NULL;
    uint64_t ms = strtoull((const char *)line + 2, &after, 10);
    uint64_t number = *after == '-' ? strtoull(after + 1, NULL, 10) : 0;
    bool is_right = *start == '$' && ms > 0 &&
        (ms > connection->id_last[0] ||
            (ms == connection->id_last[0] && number > connection->id_last[1]));
    connection->id_last[0] = ms;
    connection->id_last[1] = number;
    load->result->accepted += is_right;
    count_answer(load, connection, now_ns, is_right);
    return (size_t)(end + 2 - start);
}

static void take_answers(struct load *load, struct connection *connection)
{
    uint64_t now_ns = bench_wall_ns() - load->start_ns;
    size_t done = 0;

    while (done < connection->input_size) {
        uint8_t *start = connection->input + done;
        size_t left = connection->input_size - done;

        if (load->options->protocol == LOAD_REDIS) {
            size_t size = take_redis(load, connection, start, left, now_ns);
            if (size == 0)
                break;
            done += size;
            continue;
        }
        const uint8_t *end = memmem(start, left, "\x1c\r", 2);
        if (end == NULL)
            break;
        take_mllp(load, connection, start, end, now_ns);
        done = (size_t)(end - connection->input) + 2;
    }
    connection->input_size -= done;
    memmove(connection->input, connection->input + done, connection->input_size);
}

static bool receive_some(struct load *load, struct connection *connection)
{
    /* One byte is kept for the zero that ends a number. */
    ssize_t size = recv(connection->socket, connection->input + connection->input_size,
        INPUT_SIZE - 1 - connection->input_size, MSG_DONTWAIT);

    if (size > 0) {
        connection->input_size += (size_t)size;
        connection->input[connection->input_size] = 0;
        take_answers(load, connection);
    }
    return can_go_on(size);
}

/* With a rate: send to whoever may be due, and look again soon. */
static bool send_due(struct load *load)
{
    for (unsigned i = 0; i < load->options->connections; i++) {
        struct connection *connection = &load->connections[i];

        if (connection->next < load->end && !send_some(load, connection))
            return false;
    }
    return true;
}

static bool turn(struct load *load)
{
    struct epoll_event events[EVENTS_MAX];
    bool has_rate = load->options->rate > 0;
    int count = epoll_wait(load->poll, events, EVENTS_MAX, has_rate ? 0 : SILENCE_MS);

    if (count < 0 || (count == 0 && !has_rate))
        return false;
    if (count == 0 && bench_wall_ns() - load->start_ns > due_ns(load, load->end) + 10000000000u)
        return false;
    for (int i = 0; i < count; i++) {
        struct connection *connection = events[i].data.ptr;

        if ((events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 &&
            !receive_some(load, connection))
            return false;
        if (!send_some(load, connection))
            return false;
    }
    return !has_rate || send_due(load);
}

static bool run(struct load *load)
{
    const struct load_options *options = load->options;

    for (unsigned i = 0; i < options->connections; i++) {
        load->connections[i].next = load->connections[i].expected = options->first + i;
        if (!connect_to(load, &load->connections[i]))
            return false;
    }
    load->start_ns = bench_wall_ns();
    for (unsigned i = 0; i < options->connections; i++) {
        if (!send_some(load, &load->connections[i]))
            return false;
    }
    while (load->result->answered < options->count) {
        if (!turn(load))
            return false;
    }
    load->result->wall_ns = bench_wall_ns() - load->start_ns;
    return true;
}

bool load_run(const struct load_options *options, struct load_result *ret_result)
{
    struct load load = {
        .options = options, .result = ret_result, .end = options->first + options->count};

    memset(ret_result, 0, sizeof *ret_result);
    if (options->connections == 0 || options->connections > CONNECTIONS_MAX ||
        options->window == 0 || options->window > WINDOW_MAX || load.end > options->file->count)
        return false;
    load.poll = epoll_create1(EPOLL_CLOEXEC);
    load.connections = calloc(options->connections, sizeof *load.connections);
    bool is_fine = load.poll >= 0 && load.connections != NULL && run(&load);
    for (unsigned i = 0; load.connections != NULL && i < options->connections; i++) {
        if (load.connections[i].socket > 0)
            close(load.connections[i].socket);
    }
    close(load.poll);
    free(load.connections);
    return is_fine;
}
