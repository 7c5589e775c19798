/*
 * Goal: whatever a hospital's line does, what was taken is answered once it is durable, in order,
 *       and the server keeps its memory and its other lines.
 * Method: the real listener in a process of its own, real sockets, a journal held by the test.
 */
#include "../support/mllp_server.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

static bool answers(int socket, const char *wanted)
{
    const char *answer = test_answer(socket);

    if (strcmp(answer, wanted) != 0)
        printf("# \"%s\" instead of \"%s\"\n", answer, wanted);
    return strcmp(answer, wanted) == 0;
}

/* A figure of the server's memory, in KiB. */
static long memory_kib(const struct mllp_server *server, const char *name)
{
    char path[64], line[256];
    long kib = -1;

    snprintf(path, sizeof path, "/proc/%d/status", (int)server->pid);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0)
            kib = strtol(line + strlen(name) + 1, NULL, 10);
    }
    if (file != NULL)
        fclose(file);
    return kib;
}

static void each_kind_is_answered(struct mllp_server *server)
{
    int line = test_connect(server->port);

    test_send_message(line, 't', "k1");
    test_ok(answers(line, "AA k1"), "a message is taken");
    test_send_message(line, 't', "k1");
    test_ok(answers(line, "AA k1 duplicate"), "the same again is a duplicate");
    test_send_message(line, 'i', "k2");
    test_ok(answers(line, "AA k2 ignored"), "an unknown trigger is ignored");
    test_send_message(line, 'e', "k3");
    test_ok(answers(line, "AE k3"), "content is refused");
    test_send_message(line, 'r', "k4");
    test_ok(answers(line, "AR k4"), "a header is refused");
    close(line);
}

static void nothing_leaves_before_it_is_durable(struct mllp_server *server)
{
    enum { COUNT = 500 };
    int line = test_connect(server->port), other = test_connect(server->port);
    uint64_t before = server->submitted;
    unsigned good = 0;
    char id[32];

    server->hold = true;
    for (unsigned i = 0; i < COUNT; i++) {
        snprintf(id, sizeof id, "h%u", i);
        test_send_message(line, 't', id);
    }
    wait_for(&server->submitted, before + COUNT, "messages submitted");
    test_send_message(other, 'i', "o1");
    test_ok(answers(other, "AA o1 ignored"), "another line is answered meanwhile");
    mllp_server_turn(server);
    test_ok(test_is_silent(line), "nothing is answered before it is durable");
    server->hold = false;
    for (unsigned i = 0; i < COUNT; i++) {
        snprintf(id, sizeof id, "AA h%u", i);
        good += answers(line, id);
    }
    test_ok(good == COUNT, "then all of it is, in order");
    close(line);
    close(other);
}

static void no_room_stops_reading(struct mllp_server *server)
{
    int line = test_connect(server->port);
    uint64_t paused = server->counters.paused;

    server->full = true;
    test_send_message(line, 't', "f1");
    test_send_message(line, 't', "f2");
    wait_for(&server->counters.paused, paused + 1, "pauses");
    mllp_server_turn(server);
    test_ok(test_is_silent(line), "what finds no room is not answered");
    server->full = false;
    test_ok(answers(line, "AA f1"), "it is answered when there is room");
    test_ok(answers(line, "AA f2"), "and so is what came behind it");
    close(line);
}

/* Send what of text goes without waiting; the rest of it where the server reads no more. */
static size_t send_while_it_reads(
    struct mllp_server *server, uint64_t paused, int line, const char *text, size_t size)
{
    size_t at = 0;

    while (at < size) {
        ssize_t part = send(line, text + at, size - at, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (part > 0)
            at += (size_t)part;
        else if (errno != EAGAIN)
            test_fail("send: %s", strerror(errno));
        else if (server->counters.paused != paused)
            break;
        else
            mllp_server_turn(server);
    }
    return at;
}

static void a_peer_that_does_not_read(struct mllp_server *server)
{
    int line = test_connect(server->port);
    uint64_t paused = server->counters.paused;
    unsigned sent = 0, good = 0;
    size_t size = 0, at = 0;
    char id[32], text[1024];

    while (server->counters.paused == paused && at == size) {
        snprintf(id, sizeof id, "n%u", sent++);
        size = test_message('i', id, text, sizeof text);
        at = send_while_it_reads(server, paused, line, text, size);
    }
    uint64_t held = server->counters.buffered_bytes;
    test_ok(held < 2 * 1024 * 1024, "a peer that does not read costs %llu bytes after %u messages",
        (unsigned long long)held, sent);
    for (unsigned i = 0; i < sent; i++) {
        if (i == sent - 1) /* By now there is room for what was left of the last. */
            test_send(line, text + at, size - at);
        snprintf(id, sizeof id, "AA n%u ignored", i);
        good += strcmp(test_answer(line), id) == 0;
    }
    test_ok(good == sent, "when it reads, every answer is there, in order");
    close(line);
}

static void a_peer_that_ends_first(struct mllp_server *server)
{
    int line = test_connect(server->port);

    test_send_message(line, 't', "e1");
    shutdown(line, SHUT_WR);
    test_ok(answers(line, "AA e1"), "a peer that has ended its side is answered");
    test_ok(answers(line, ""), "and then the line is closed");
    close(line);
}

static void a_reset_in_the_middle(struct mllp_server *server)
{
    int line = test_connect(server->port);
    struct linger hard = {.l_onoff = 1, .l_linger = 0};
    uint64_t cut = server->counters.frames_cut;
    char text[1024];

    test_send(line, text, test_message('t', "r1", text, sizeof text) - 40);
    mllp_server_turn(server);
    setsockopt(line, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(line);
    wait_for(&server->counters.frames_cut, cut + 1, "cut frames");
    line = test_connect(server->port);
    test_send_message(line, 't', "r1");
    test_ok(answers(line, "AA r1"), "what was cut off was not taken, and is when it comes again");
    close(line);
}

static void a_giant_frame(struct mllp_server *server)
{
    enum { PIECE = 1024 * 1024, PIECES = 64 };
    int line = test_connect(server->port);
    char *piece = malloc(PIECE), text[1024];

    test_send(line, text, test_message('t', "g1", text, sizeof text) - 2);
    memset(piece, 'x', PIECE);
    for (unsigned i = 0; i < PIECES; i++)
        test_send(line, piece, PIECE);
    free(piece);
    test_ok(answers(line, "AR g1"), "a frame of 64 MiB is refused");
    test_ok(answers(line, ""), "and its line is closed");
    wait_for(&server->counters.frames_too_large, 1, "frames too large");
    long peak = memory_kib(server, "VmHWM");
    test_ok(IS_SANITIZED || peak < 32 * 1024, "at most %ld KiB were ever in use", peak);
    close(line);
}

static void thousands_of_silent_lines(struct mllp_server *server)
{
    enum { COUNT = 2000 };
    struct rlimit limit;
    int *lines = malloc(COUNT * sizeof *lines);

    for (int i = 0; i < 1000 && server->counters.connections_open > 0; i++)
        mllp_server_turn(server);
    test_ok(server->counters.connections_open == 0, "no line of the tests before is left");
    long before = memory_kib(server, "VmRSS");
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < COUNT + 64)
        test_fail("raise the limit of open files to %u (ulimit -n)", COUNT + 64);
    for (unsigned i = 0; i < COUNT; i++)
        lines[i] = test_connect(server->port);
    wait_for(&server->counters.connections_open, COUNT, "open connections");
    for (unsigned i = 0; i < COUNT; i += 500) {
        test_send_message(lines[i], 'i', "s1");
        test_ok(
            answers(lines[i], "AA s1 ignored"), "line %u of %d silent ones is answered", i, COUNT);
    }
    mllp_server_turn(server);
    test_ok(server->counters.buffered_bytes == 0, "silent lines hold no buffer");
    long each = (memory_kib(server, "VmRSS") - before) / (COUNT / 1000);
    test_ok(IS_SANITIZED || each < 8 * 1024, "and %ld bytes each in all", each * 1024 / 1000);
    for (unsigned i = 0; i < COUNT; i++)
        close(lines[i]);
    free(lines);
    for (int i = 0; i < 1000 && server->counters.connections_open > 0; i++)
        mllp_server_turn(server);
    test_ok(server->counters.connections_open == 0, "all of them are gone again");
}

static void limits_of_time_and_number(void)
{
    struct hw_mllp_options options;

    hw_mllp_options_init(&options);
    options.connections_max = 2;
    options.half_frame_ms = 150;
    struct mllp_server *server = mllp_server_start(&options);
    int half = test_connect(server->port), idle = test_connect(server->port);
    wait_for(&server->counters.connections_open, 2, "open connections");
    int third = test_connect(server->port);
    test_ok(answers(third, ""), "one line too many is closed at once");
    wait_for(&server->counters.connections_refused, 1, "refused connections");
    test_send(half, "\x0bMSH|", 5);
    test_ok(answers(half, ""), "a line that stops inside a frame is closed");
    wait_for(&server->counters.closed_half_frame, 1, "closed connections");
    test_send_message(idle, 't', "l1");
    test_ok(answers(idle, "AA l1"), "a line that was silent between frames is not");
    close(half);
    close(idle);
    close(third);
    mllp_server_stop(server);
}

static void draining(void)
{
    struct mllp_server *server = mllp_server_start(NULL);
    int line = test_connect(server->port), idle = test_connect(server->port);

    server->hold = true;
    test_send_message(line, 't', "d1");
    wait_for(&server->submitted, 1, "messages submitted");
    kill(server->pid, SIGTERM);
    mllp_server_turn(server);
    test_ok(answers(idle, ""), "a drained server says good-bye to silent lines");
    test_ok(test_is_silent(line), "and still waits for the disk");
    server->hold = false;
    test_ok(answers(line, "AA d1"), "what was taken is answered");
    test_ok(answers(line, ""), "before its line closes");
    close(line);
    close(idle);
    mllp_server_stop(server);
}

int main(void)
{
    struct mllp_server *server = mllp_server_start(NULL);

    each_kind_is_answered(server);
    nothing_leaves_before_it_is_durable(server);
    no_room_stops_reading(server);
    a_peer_that_does_not_read(server);
    a_peer_that_ends_first(server);
    a_reset_in_the_middle(server);
    a_giant_frame(server);
    thousands_of_silent_lines(server);
    mllp_server_stop(server);
    limits_of_time_and_number();
    draining();
    return test_done();
}
