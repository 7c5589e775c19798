#define _GNU_SOURCE /* memmem() */

#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 64, OUTPUT_SIZE = 64 * 1024, INPUT_SIZE = 64 * 1024 };

struct connection {
    int socket;
    size_t next; /* index of the next message of this connection */
    unsigned in_flight;
    size_t output_size, output_done, input_size;
    uint8_t output[OUTPUT_SIZE];
    uint8_t input[INPUT_SIZE];
};

struct load {
    const struct bench_messages *messages;
    unsigned connections_count, window;
    struct load_result result;
    struct connection connections[CONNECTIONS_MAX];
};

static struct load load;

static bool connect_to(struct connection *connection, uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1;

    connection->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->socket < 0)
        return false;
    (void)setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return connect(connection->socket, (struct sockaddr *)&address, sizeof address) == 0;
}

/* Fill the output with what the window and the room allow. */
static void fill(struct connection *connection)
{
    if (connection->output_done < connection->output_size)
        return;
    connection->output_done = connection->output_size = 0;
    while (connection->next < load.messages->count && connection->in_flight < load.window) {
        struct hw_slice message = bench_message(load.messages, connection->next);
        uint8_t *to = connection->output + connection->output_size;

        if (connection->output_size + message.size + 3 > OUTPUT_SIZE)
            break;
        to[0] = 0x0b;
        memcpy(to + 1, message.data, message.size);
        to[message.size + 1] = 0x1c;
        to[message.size + 2] = 0x0d;
        connection->output_size += message.size + 3;
        connection->next += load.connections_count;
        connection->in_flight++;
    }
}

static bool can_go_on(ssize_t size)
{
    return size > 0 || (size < 0 && (errno == EAGAIN || errno == EINTR));
}

static bool send_some(struct connection *connection)
{
    fill(connection);
    size_t left = connection->output_size - connection->output_done;
    if (left == 0)
        return true;
    ssize_t size = send(connection->socket, connection->output + connection->output_done, left,
        MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size > 0)
        connection->output_done += (size_t)size;
    return can_go_on(size);
}

static void take_answers(struct connection *connection)
{
    size_t done = 0;
    uint8_t *end;

    while ((end = memchr(connection->input + done, 0x1c, connection->input_size - done)) != NULL) {
        uint8_t *start = connection->input + done;
        const uint8_t *code = memmem(start, (size_t)(end - start), "\rMSA|", 5);

        load.result.answered++;
        load.result.accepted += code != NULL && end - code > 7 && code[6] == 'A';
        connection->in_flight--;
        done = (size_t)(end - connection->input) + 1;
    }
    connection->input_size -= done;
    memmove(connection->input, connection->input + done, connection->input_size);
}

static bool receive_some(struct connection *connection)
{
    ssize_t size = recv(connection->socket, connection->input + connection->input_size,
        INPUT_SIZE - connection->input_size, MSG_DONTWAIT);

    if (size > 0) {
        connection->input_size += (size_t)size;
        take_answers(connection);
    }
    return can_go_on(size);
}

static bool turn(void)
{
    struct pollfd entries[CONNECTIONS_MAX];

    for (unsigned i = 0; i < load.connections_count; i++) {
        const struct connection *connection = &load.connections[i];
        bool has_more = connection->output_done < connection->output_size;

        entries[i] = (struct pollfd){
            .fd = connection->socket, .events = (short)(POLLIN | (has_more ? POLLOUT : 0))};
    }
    if (poll(entries, load.connections_count, 10000) <= 0)
        return false; /* Ten seconds without a word. */
    for (unsigned i = 0; i < load.connections_count; i++) {
        struct connection *connection = &load.connections[i];

        if ((entries[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !receive_some(connection))
            return false;
        if (entries[i].revents != 0 && !send_some(connection))
            return false;
    }
    return true;
}

bool bench_load(uint16_t port, const struct bench_messages *messages, unsigned connections,
    unsigned window, struct load_result *ret_result)
{
    bool is_fine = connections <= CONNECTIONS_MAX;

    memset(&load.result, 0, sizeof load.result);
    load.messages = messages;
    load.connections_count = connections;
    load.window = window;
    for (unsigned i = 0; i < connections && is_fine; i++) {
        load.connections[i].next = i;
        load.connections[i].in_flight = 0;
        load.connections[i].output_size = load.connections[i].output_done = 0;
        load.connections[i].input_size = 0;
        is_fine = connect_to(&load.connections[i], port);
    }
    uint64_t start = bench_wall_ns();
    for (unsigned i = 0; i < connections && is_fine; i++)
        is_fine = send_some(&load.connections[i]);
    while (is_fine && load.result.answered < messages->count)
        is_fine = turn();
    load.result.wall_ns = bench_wall_ns() - start;
    for (unsigned i = 0; i < connections && i < CONNECTIONS_MAX; i++) {
        if (load.connections[i].socket > 0)
            close(load.connections[i].socket);
        load.connections[i].socket = 0;
    }
    *ret_result = load.result;
    return is_fine;
}
