/*
 * bare_server.c - the least that a durable MLLP receiver can do, as a yardstick: find the frames,
 * append them to a file, one sync for all that came together, then acknowledge.  It reads no
 * message but for MSH-10, keeps no state and knows no duplicates.
 *
 * usage: bare_server FILE [1|2 [WRONG]].  Prints "port N" and serves until it is killed.
 *
 *   1  one thread: reads all that is there, syncs it, answers it
 *   2  a second thread writes and syncs one batch while the first reads the next
 *
 * WRONG: the acknowledgement with this number names another message, so that a driver can show
 * that it would notice.
 */
#define _GNU_SOURCE

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
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
    size_t input_size;
    size_t answers_size; /* all of them; of these, from the first on: */
    size_t lent_size;    /* whose frames are being written */
    size_t durable_size; /* that may be sent */
    uint8_t input[INPUT_SIZE];
    char answers[ANSWERS_SIZE];
};

struct batch {
    size_t size;
    uint8_t data[BATCH_SIZE];
};

static struct connection *connections[SOCKETS_MAX]; /* by socket */
static int sockets_end;                             /* past the greatest socket */
static int file, listener, poll_fd;
static off_t file_at, file_ready;
static struct batch batches[2];
static struct batch *filling = &batches[0];
static uint64_t answered, wrong;

/* Of the second thread: the batch it has, and how it says that it is done. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct batch *lent; /* under lock */
static bool is_busy;       /* the first thread's own: a batch is out */
static int done_fd = -1;   /* below 0: there is no second thread */

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

static void write_batch(struct batch *batch)
{
    if (file_at + BATCH_SIZE > file_ready)
        prepare();
    if (pwrite(file, batch->data, batch->size, file_at) != (ssize_t)batch->size ||
        fdatasync(file) != 0)
        fail("bare_server: commit");
    file_at += (off_t)batch->size;
    batch->size = 0;
}

static void *write_batches(void *unused)
{
    uint64_t one = 1;

    for (;;) {
        pthread_mutex_lock(&lock);
        while (lent == NULL)
            pthread_cond_wait(&changed, &lock);
        pthread_mutex_unlock(&lock);
        write_batch(lent);
        pthread_mutex_lock(&lock);
        lent = NULL;
        pthread_mutex_unlock(&lock);
        if (write(done_fd, &one, sizeof one) != sizeof one)
            fail("bare_server: eventfd");
    }
    return unused;
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
            "\x0bMSH|^~\\&|BARE|LLR|PAS|RWE|20260105000000||ACK|1|P|2.4\rMSA|AA|%s%.*s\r\x1c\r",
            ++answered == wrong ? "?" : "", id_size, id_size == 0 ? "" : (const char *)at);
}

/* Take the frames there are; what does not fit the batch waits in the input. */
static void take_frames(struct connection *connection)
{
    size_t done = 0;
    uint8_t *end;

    while (connection->answers_size + ANSWER_SIZE < ANSWERS_SIZE &&
        (end = memmem(connection->input + done, connection->input_size - done, "\x1c\r", 2)) !=
            NULL) {
        const uint8_t *frame = connection->input + done + 1;
        size_t frame_size = (size_t)(end - frame);

        if (filling->size + frame_size > BATCH_SIZE)
            break;
        memcpy(filling->data + filling->size, frame, frame_size);
        filling->size += frame_size;
        answer(connection, frame, frame_size);
        done = (size_t)(end - connection->input) + 2;
    }
    connection->input_size -= done;
    memmove(connection->input, connection->input + done, connection->input_size);
}

/* False: the connection is over. */
static bool receive(struct connection *connection)
{
    ssize_t size = recv(connection->socket, connection->input + connection->input_size,
        INPUT_SIZE - connection->input_size, MSG_DONTWAIT);

    if (size <= 0)
        return size < 0 && (errno == EAGAIN || errno == EINTR);
    connection->input_size += (size_t)size;
    take_frames(connection);
    return true;
}

/* What is durable; the sender reads, so this waits for no more than a moment. */
static void send_answers(struct connection *connection)
{
    size_t size = connection->durable_size;

    if (size == 0)
        return;
    if (send(connection->socket, connection->answers, size, MSG_NOSIGNAL) != (ssize_t)size)
        return; /* Gone: the next read says so. */
    connection->answers_size -= size;
    connection->lent_size -= size;
    connection->durable_size = 0;
    memmove(connection->answers, connection->answers + size, connection->answers_size);
}

static void each_connection(void (*what)(struct connection *))
{
    for (int i = 0; i < sockets_end; i++) {
        if (connections[i] != NULL)
            what(connections[i]);
    }
}

static void lend(struct connection *connection)
{
    connection->lent_size = connection->answers_size;
}

static void release(struct connection *connection)
{
    connection->durable_size = connection->lent_size;
    send_answers(connection);
    take_frames(connection); /* What had no room. */
}

/* Write what came, here or by the second thread; with none in flight only. */
static void commit(void)
{
    struct batch *batch = filling;

    if (batch->size == 0 || is_busy)
        return;
    each_connection(lend);
    if (done_fd < 0) {
        write_batch(batch);
        each_connection(release);
        return;
    }
    filling = batch == &batches[0] ? &batches[1] : &batches[0];
    is_busy = true;
    pthread_mutex_lock(&lock);
    lent = batch;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

static void committed(void)
{
    uint64_t count;

    if (read(done_fd, &count, sizeof count) != sizeof count)
        fail("bare_server: eventfd");
    is_busy = false;
    each_connection(release);
}

static void watch(int number)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = number};

    if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, number, &event) != 0)
        fail("bare_server: epoll");
}

static void listen_on_free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;

    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 64) != 0 || getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        fail("bare_server: listen");
    watch(listener);
    printf("port %u\n", ntohs(address.sin_port));
    fflush(stdout);
}

static void add(void)
{
    int one = 1, number = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

    if (number < 0 || number >= SOCKETS_MAX)
        fail("bare_server: accept");
    connections[number] = calloc(1, sizeof **connections);
    if (connections[number] == NULL)
        fail("bare_server: connection");
    connections[number]->socket = number;
    if (number >= sockets_end)
        sockets_end = number + 1;
    watch(number);
    (void)setsockopt(number, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static void drop(int number)
{
    close(number);
    free(connections[number]);
    connections[number] = NULL;
}

/* Read all that is there, one commit for it, then the answers. */
static void turn(void)
{
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(poll_fd, events, EVENTS_MAX, -1);

    for (int i = 0; i < count; i++) {
        int number = events[i].data.fd;

        if (number == done_fd)
            committed();
        else if (number == listener)
            add();
        else if (!receive(connections[number]))
            drop(number);
    }
    /* In a batch that was just written others may have found room for more. */
    do
        commit();
    while (filling->size > 0 && !is_busy);
}

static void open_file(const char *path)
{
    file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        fail(path);
    prepare();
    if (fdatasync(file) != 0)
        fail("bare_server: sync");
}

int main(int argc, char **argv)
{
    pthread_t thread;

    if (argc < 2 || argc > 4) {
        fprintf(stderr, "usage: %s FILE [1|2 [WRONG]]\n", argv[0]);
        return 2;
    }
    wrong = argc == 4 ? strtoull(argv[3], NULL, 10) : 0;
    open_file(argv[1]);
    poll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (poll_fd < 0)
        fail("bare_server: epoll");
    if (argc > 2 && argv[2][0] == '2') {
        done_fd = eventfd(0, EFD_CLOEXEC);
        if (done_fd < 0 || pthread_create(&thread, NULL, write_batches, NULL) != 0)
            fail("bare_server: second thread");
        watch(done_fd);
    }
    listen_on_free_port();
    for (;;)
        turn();
}
