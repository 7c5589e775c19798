/*
 * bare_server.c - the least that a durable MLLP receiver can do, as a yardstick: find the frames,
 * append them to a file, one sync for all that came in a turn, then acknowledge.  It reads no
 * message but for MSH-10, keeps no state and knows no duplicates.
 *
 * usage: bare_server FILE.  Prints "port N" and serves until it is killed.
 */
#define _GNU_SOURCE

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    INPUT_SIZE = 256 * 1024,
    BATCH_SIZE = 4 * 1024 * 1024,
    ANSWER_SIZE = 256,
    ANSWERS_SIZE = 256 * 1024,
    AHEAD_SIZE = 16 * 1024 * 1024, /* zeros written ahead: a sync of new blocks costs double */
    EVENTS_MAX = 64,
    SOCKETS_MAX = 1024,
};

struct connection {
    int socket;
    size_t input_size, answers_size;
    uint8_t input[INPUT_SIZE];
    char answers[ANSWERS_SIZE];
};

static struct connection *connections[SOCKETS_MAX]; /* by socket */
static int file;
static off_t file_at, file_ready;
static uint8_t batch[BATCH_SIZE];
static size_t batch_size;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void prepare(void)
{
    static uint8_t zeros[1024 * 1024];

    while (file_ready < file_at + AHEAD_SIZE) {
        if (pwrite(file, zeros, sizeof zeros, file_ready) != sizeof zeros)
            fail("bare_server: zeros");
        file_ready += (off_t)sizeof zeros;
    }
}

static void commit(void)
{
    if (batch_size == 0)
        return;
    if (file_at + BATCH_SIZE > file_ready)
        prepare();
    if (pwrite(file, batch, batch_size, file_at) != (ssize_t)batch_size || fdatasync(file) != 0)
        fail("bare_server: commit");
    file_at += (off_t)batch_size;
    batch_size = 0;
}

/* MSH-10: what stands between the ninth and the tenth separator. */
static void answer(struct connection *connection, const uint8_t *frame, size_t size)
{
    const uint8_t *at = frame, *end = frame + size;

    for (int i = 0; i < 9 && at != NULL; i++)
        at = memchr(at, '|', (size_t)(end - at)) != NULL
            ? (const uint8_t *)memchr(at, '|', (size_t)(end - at)) + 1
            : NULL;
    const uint8_t *stop = at == NULL ? NULL : memchr(at, '|', (size_t)(end - at));
    int id_size = stop == NULL || stop - at > 64 ? 0 : (int)(stop - at);
    connection->answers_size +=
        (size_t)snprintf(connection->answers + connection->answers_size, ANSWER_SIZE,
            "\x0bMSH|^~\\&|BARE|LLR|PAS|RWE|20260105000000||ACK|1|P|2.4\rMSA|AA|%.*s\r\x1c\r",
            id_size, id_size == 0 ? "" : (const char *)at);
}

/* False: the connection is over. */
static int take(struct connection *connection)
{
    ssize_t size = recv(connection->socket, connection->input + connection->input_size,
        INPUT_SIZE - connection->input_size, MSG_DONTWAIT);
    size_t done = 0;
    uint8_t *end;

    if (size <= 0)
        return size < 0 && (errno == EAGAIN || errno == EINTR);
    connection->input_size += (size_t)size;
    while (connection->answers_size + ANSWER_SIZE < ANSWERS_SIZE &&
        (end = memmem(connection->input + done, connection->input_size - done, "\x1c\r", 2)) !=
            NULL) {
        const uint8_t *frame = connection->input + done + 1;
        size_t frame_size = (size_t)(end - frame);

        if (batch_size + frame_size > BATCH_SIZE)
            commit();
        memcpy(batch + batch_size, frame, frame_size);
        batch_size += frame_size;
        answer(connection, frame, frame_size);
        done = (size_t)(end - connection->input) + 2;
    }
    connection->input_size -= done;
    memmove(connection->input, connection->input + done, connection->input_size);
    return 1;
}

static void send_answers(struct connection *connection)
{
    ssize_t size =
        send(connection->socket, connection->answers, connection->answers_size, MSG_NOSIGNAL);

    if (size == (ssize_t)connection->answers_size)
        connection->answers_size = 0;
}

static int listen_on_free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 64) != 0 || getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        fail("bare_server: listen");
    printf("port %u\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

static void add(int poll, int listener)
{
    int one = 1, number = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = number};

    if (number < 0 || number >= SOCKETS_MAX)
        fail("bare_server: accept");
    connections[number] = calloc(1, sizeof **connections);
    if (connections[number] == NULL || epoll_ctl(poll, EPOLL_CTL_ADD, number, &event) != 0)
        fail("bare_server: connection");
    connections[number]->socket = number;
    (void)setsockopt(number, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static void drop(int number)
{
    close(number);
    free(connections[number]);
    connections[number] = NULL;
}

/* Read all that is there, one commit for it, then the answers. */
static void turn(int poll, int listener)
{
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(poll, events, EVENTS_MAX, -1);

    for (int i = 0; i < count; i++) {
        int number = events[i].data.fd;

        if (number == listener)
            add(poll, listener);
        else if (!take(connections[number]))
            drop(number);
    }
    commit();
    for (int i = 0; i < count; i++) {
        struct connection *connection = connections[events[i].data.fd];

        if (connection != NULL && connection->answers_size > 0)
            send_answers(connection);
    }
}

int main(int argc, char **argv)
{
    struct epoll_event event = {.events = EPOLLIN};

    if (argc != 2) {
        fprintf(stderr, "usage: %s FILE\n", argv[0]);
        return 2;
    }
    file = open(argv[1], O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        fail(argv[1]);
    prepare();
    if (fdatasync(file) != 0)
        fail("bare_server: sync");
    int listener = listen_on_free_port();
    event.data.fd = listener;
    int poll = epoll_create1(EPOLL_CLOEXEC);
    if (poll < 0 || epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event) != 0)
        fail("bare_server: epoll");
    for (;;)
        turn(poll, listener);
}
