#define _GNU_SOURCE /* memmem() */

#include "simulate/sender.h"

#include "homeward/time.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { INPUT_SIZE = 64 * 1024, RETRY_FIRST_MS = 100, RETRY_MAX_MS = 2000 };

/* A frame with its start and end bytes. */
struct frame {
    uint8_t *bytes;
    size_t size, room;
};

struct hw_sim_sender {
    struct sockaddr_storage address;
    struct frame *frames; /* a ring of window: first is the oldest without an answer */
    uint32_t window, first, count;
    uint32_t written;     /* of those, wholly written on this connection */
    size_t written_bytes; /* of the next one */
    int socket;           /* -1: none */
    bool connecting;
    int64_t retry_ms, retry_at_ms, progress_at_ms; /* monotonic */
    struct hw_sim_sent sent;
    size_t input_size;
    uint8_t input[INPUT_SIZE];
};

static int64_t monotonic_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct hw_sim_sender *hw_sim_sender_new(const struct sockaddr_storage *address, uint32_t window)
{
    struct hw_sim_sender *sender = calloc(1, sizeof *sender);

    if (sender == NULL)
        return NULL;
    sender->frames = calloc(window, sizeof *sender->frames);
    if (sender->frames == NULL) {
        free(sender);
        return NULL;
    }
    sender->address = *address;
    sender->window = window;
    sender->socket = -1;
    sender->retry_ms = RETRY_FIRST_MS;
    sender->progress_at_ms = monotonic_ms();
    return sender;
}

void hw_sim_sender_free(struct hw_sim_sender *sender)
{
    if (sender == NULL)
        return;
    if (sender->socket >= 0)
        close(sender->socket);
    for (uint32_t i = 0; i < sender->window; i++)
        free(sender->frames[i].bytes);
    free(sender->frames);
    free(sender);
}

static struct frame *frame_at(struct hw_sim_sender *sender, uint32_t index)
{
    return &sender->frames[(sender->first + index) % sender->window];
}

bool hw_sim_sender_offer(struct hw_sim_sender *sender, struct hw_slice message)
{
    if (sender->count == sender->window)
        return false;
    struct frame *frame = frame_at(sender, sender->count);
    if (frame->room < message.size + 3) {
        uint8_t *bytes = realloc(frame->bytes, message.size + 512);

        if (bytes == NULL)
            return false;
        frame->bytes = bytes;
        frame->room = message.size + 512;
    }
    frame->bytes[0] = 0x0b;
    memcpy(frame->bytes + 1, message.data, message.size);
    frame->bytes[message.size + 1] = 0x1c;
    frame->bytes[message.size + 2] = 0x0d;
    frame->size = message.size + 3;
    if (sender->count++ == 0)
        sender->progress_at_ms = monotonic_ms();
    return true;
}

uint32_t hw_sim_sender_waiting(const struct hw_sim_sender *sender)
{
    return sender->count;
}

struct hw_sim_sent hw_sim_sender_sent(const struct hw_sim_sender *sender)
{
    struct hw_sim_sent sent = sender->sent;

    sent.is_connected = sender->socket >= 0 && !sender->connecting;
    sent.silent_ms = sender->count == 0 ? 0 : monotonic_ms() - sender->progress_at_ms;
    return sent;
}

/* All that is unanswered goes out again on the next connection. */
static void disconnect(struct hw_sim_sender *sender)
{
    close(sender->socket);
    sender->socket = -1;
    sender->connecting = false;
    sender->written = 0;
    sender->written_bytes = 0;
    sender->input_size = 0;
    sender->retry_at_ms = monotonic_ms() + sender->retry_ms;
    sender->retry_ms = sender->retry_ms * 2 < RETRY_MAX_MS ? sender->retry_ms * 2 : RETRY_MAX_MS;
}

static void connect_now(struct hw_sim_sender *sender)
{
    socklen_t size = sender->address.ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                           : sizeof(struct sockaddr_in);
    int one = 1;

    sender->socket =
        socket(sender->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (sender->socket < 0)
        return;
    (void)setsockopt(sender->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    sender->connecting = true;
    if (connect(sender->socket, (struct sockaddr *)&sender->address, size) != 0 &&
        errno != EINPROGRESS)
        disconnect(sender);
}

static void finish_connecting(struct hw_sim_sender *sender)
{
    int error = 0;
    socklen_t size = sizeof error;

    if (getsockopt(sender->socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
        disconnect(sender);
        return;
    }
    sender->connecting = false;
    sender->sent.connections++;
    sender->progress_at_ms = monotonic_ms();
}

/* False: the connection broke. */
static bool write_frames(struct hw_sim_sender *sender)
{
    enum { PARTS = 64 };
    struct iovec parts[PARTS];

    while (sender->written < sender->count) {
        int parts_count = 0;

        for (uint32_t i = sender->written; i < sender->count && parts_count < PARTS; i++) {
            struct frame *frame = frame_at(sender, i);
            size_t skip = i == sender->written ? sender->written_bytes : 0;

            parts[parts_count++] = (struct iovec){frame->bytes + skip, frame->size - skip};
        }
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = (size_t)parts_count};
        ssize_t size = sendmsg(sender->socket, &message, MSG_NOSIGNAL);
        if (size < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
        sender->written_bytes += (size_t)size;
        while (sender->written < sender->count &&
            sender->written_bytes >= frame_at(sender, sender->written)->size)
            sender->written_bytes -= frame_at(sender, sender->written++)->size;
    }
    return true;
}

/* MSA-1 to 3 of an answer: MSA|AA|id|note. */
static void take_answer(struct hw_sim_sender *sender, struct hw_slice answer)
{
    const uint8_t *msa = memmem(answer.data, answer.size, "\rMSA|", 5);

    if (sender->written == 0 || msa == NULL)
        return; /* No answer to anything sent here. */
    size_t rest = answer.size - (size_t)(msa - answer.data);
    const uint8_t *end = memchr(msa + 1, '\r', rest - 1);
    struct hw_slice line = hw_slice_of(msa, end == NULL ? rest : (size_t)(end - msa));
    if (line.size > 6 && line.data[6] == 'A')
        sender->sent.accepted++;
    else
        sender->sent.rejected++;
    if (memmem(line.data, line.size, "|duplicate", 10) != NULL)
        sender->sent.duplicate++;
    if (memmem(line.data, line.size, "|ignored", 8) != NULL)
        sender->sent.ignored++;
    sender->first = (sender->first + 1) % sender->window;
    sender->count--;
    sender->written--;
    sender->progress_at_ms = monotonic_ms();
    sender->retry_ms = RETRY_FIRST_MS;
}

static void take_answers(struct hw_sim_sender *sender)
{
    size_t done = 0;

    for (;;) {
        uint8_t *start = sender->input + done;
        uint8_t *end = memchr(start, 0x1c, sender->input_size - done);

        if (end == NULL)
            break;
        take_answer(sender, hw_slice_of(start, (size_t)(end - start)));
        done = (size_t)(end - sender->input) + 1;
    }
    sender->input_size -= done;
    memmove(sender->input, sender->input + done, sender->input_size);
}

/* False: the connection broke. */
static bool read_answers(struct hw_sim_sender *sender)
{
    for (;;) {
        size_t room = INPUT_SIZE - sender->input_size;

        if (room == 0)
            return false; /* No acknowledgement is so long. */
        ssize_t size = recv(sender->socket, sender->input + sender->input_size, room, 0);
        if (size == 0)
            return false;
        if (size < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
        sender->input_size += (size_t)size;
        take_answers(sender);
    }
}

void hw_sim_sender_turn(struct hw_sim_sender *sender, int timeout_ms)
{
    if (sender->socket < 0 && monotonic_ms() >= sender->retry_at_ms)
        connect_now(sender);
    if (sender->socket < 0) {
        poll(NULL, 0, timeout_ms < 20 ? timeout_ms : 20);
        return;
    }
    bool has_more = sender->connecting || sender->written < sender->count;
    struct pollfd entry = {
        .fd = sender->socket, .events = (short)(POLLIN | (has_more ? POLLOUT : 0))};
    if (poll(&entry, 1, timeout_ms) <= 0)
        return;
    if (sender->connecting) {
        finish_connecting(sender);
        return;
    }
    bool is_fine = (entry.revents & (POLLIN | POLLHUP | POLLERR)) == 0 || read_answers(sender);
    if (is_fine)
        is_fine = write_frames(sender);
    if (!is_fine)
        disconnect(sender);
}
