/*
 * Goal: however many lines are open and however slowly they speak, a steady feed beside them gets
 *       every answer, in order; a silent line costs little memory; lines over the limit are closed
 *       and counted, and there is room again when one leaves.
 * Method: the real executable, this process its client (each of them has its own limit of files).
 *         First the steady feed alone; then beside 10,000 silent lines and 1,000 that send a byte a
 *         second, on until their messages are whole: each of those is answered as well.  Nothing
 *         here depends on how long anything takes; times are reported, beside the server's own CPU.
 *         In the short run 1,000 and 100, a byte each time the steady feed has moved on.
 *
 * usage: many_lines_test PROGRAM; HOMEWARD_LONG=1: the numbers above.
 */
#include "runtime/replay.h"
#include "support/mllp_server.h"
#include "support/served.h"
#include "support/temporary.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    LINES_MAX = 12000,
    STEADY = 8,
    WINDOW = 16,
    TURN = 20, /* answers of each steady line between two bytes of the slow ones */
    IDLE_MEMORY_MAX = 16 * 1024, /* bytes of one silent line, with a sanitizer's share */
    OVER = 20,                   /* lines over the limit */
};

/* A line of the steady feed: messages numbered from 1. */
struct steady {
    int socket;
    unsigned sent, answered;
};

static char folder[HW_PATH_SIZE];
static struct served served;
static struct steady steady[STEADY];
static int lines[LINES_MAX]; /* silent ones, then slow ones */
static unsigned silent_count = 1000, slow_count = 100;
static unsigned wrong;
static bool real_seconds;

/* ---- what it costs ---- */

static long resident_kib(void)
{
    char path[64], line[256];
    long kib = 0;

    snprintf(path, sizeof path, "/proc/%d/status", (int)served.pid);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "VmRSS:", 6) == 0)
            kib = strtol(line + 6, NULL, 10);
    if (file != NULL)
        fclose(file);
    return kib;
}

static double cpu_seconds(void)
{
    unsigned long user = 0, kernel = 0;
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/stat", (int)served.pid);
    FILE *file = fopen(path, "r");
    if (file != NULL) {
        if (fscanf(file, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
                &kernel) != 2)
            user = kernel = 0;
        fclose(file);
    }
    return (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
}

static double now_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- the steady feed ---- */

static void steady_id(unsigned line, unsigned number, char id[32])
{
    snprintf(id, 32, "S%u-%u", line, number);
}

/* Every line on by so many answers, each the one awaited. */
static void feed(unsigned answers)
{
    char id[32], wanted[48];

    for (unsigned i = 0; i < STEADY; i++) {
        unsigned until = steady[i].answered + answers;

        while (steady[i].answered < until) {
            while (steady[i].sent < until && steady[i].sent < steady[i].answered + WINDOW) {
                steady_id(i, ++steady[i].sent, id);
                test_send_message(steady[i].socket, 't', id);
            }
            steady_id(i, ++steady[i].answered, id);
            snprintf(wanted, sizeof wanted, "AA %s", id);
            wrong += strcmp(test_answer(steady[i].socket), wanted) != 0;
        }
    }
}

static unsigned answered_all(void)
{
    unsigned count = 0;

    for (unsigned i = 0; i < STEADY; i++)
        count += steady[i].answered;
    return count;
}

static void feed_and_report(const char *beside, unsigned turns, void (*between)(unsigned turn))
{
    double began = now_seconds(), cpu = cpu_seconds();
    unsigned before = answered_all();

    wrong = 0;
    for (unsigned turn = 0; turn < turns; turn++) {
        feed(TURN);
        if (between != NULL)
            between(turn);
    }
    unsigned count = answered_all() - before;
    test_ok(
        wrong == 0, "%s: %u messages of the steady feed, each answered in its turn", beside, count);
    printf("# %s: %.0f answers/s, %.1f us of the server's CPU a message\n", beside,
        count / (now_seconds() - began), (cpu_seconds() - cpu) * 1e6 / count);
}

/* ---- slow lines ---- */

static size_t slow_message(unsigned line, char *text, size_t size)
{
    char id[32];

    snprintf(id, sizeof id, "L%u", line);
    return test_message('t', id, text, size);
}

/* The next byte of each slow line. */
static void drip(unsigned at)
{
    char text[1024];

    for (unsigned i = 0; i < slow_count; i++) {
        size_t size = slow_message(i, text, sizeof text);

        if (at < size)
            test_send(lines[silent_count + i], text + at, 1);
    }
}

static void drip_in_its_second(unsigned turn)
{
    static double next;

    drip(turn);
    if (!real_seconds)
        return;
    for (next = next > 0 ? next + 1 : now_seconds() + 1; now_seconds() < next;)
        feed(TURN); /* On with the steady feed until the second is over. */
}

static void slow_lines_are_answered(void)
{
    unsigned answered = 0;
    char wanted[40];

    for (unsigned i = 0; i < slow_count; i++) {
        snprintf(wanted, sizeof wanted, "AA L%u", i);
        answered += strcmp(test_answer(lines[silent_count + i]), wanted) == 0;
    }
    test_ok(answered == slow_count, "each of %u slow lines is answered: %u", slow_count, answered);
}

/* ---- more than may be ---- */

static void over_the_limit(void)
{
    unsigned closed = 0;
    char end;

    for (unsigned i = 0; i < OVER; i++) {
        int line = test_connect(served.port);

        closed += recv(line, &end, 1, 0) <= 0; /* Closed by the server; a minute ends the wait. */
        close(line);
    }
    test_ok(closed == OVER, "%u lines over the limit are closed at once: %u", OVER, closed);
    feed_and_report("beside refused lines", 2, NULL);
    close(lines[0]);
    close(lines[1]);
    bool answered = false;
    for (unsigned attempt = 0; attempt < 1000 && !answered; attempt++) {
        int line = test_connect(served.port);

        test_send_message(line, 't', "AGAIN");
        answered = strncmp(test_answer(line), "AA AGAIN", 8) == 0;
        close(line);
        feed(1); /* It has turned meanwhile and knows who left. */
    }
    test_ok(answered, "when one has left there is room again");
}

static void connect_all(void)
{
    long before = resident_kib();

    for (unsigned i = 0; i < silent_count; i++)
        lines[i] = test_connect(served.port);
    feed(1); /* All before it have been accepted. */
    long each = (resident_kib() - before) * 1024 / (long)silent_count;
    test_ok(each < IDLE_MEMORY_MAX, "a silent line costs %ld bytes of the server's memory", each);
    for (unsigned i = 0; i < slow_count; i++)
        lines[silent_count + i] = test_connect(served.port);
}

static void count_ours(void *context, const struct hw_engine *engine, struct hw_slice record)
{
    struct hw_event event;

    (void)engine;
    if (hw_record_decode(record, false, &event) == HW_OK && event.control_id.size > 0)
        ++*(unsigned *)context;
}

static void all_is_there(void)
{
    struct hw_replay_options options = hw_replay_options_default(hw_env_posix(), folder);
    char error[HW_ERROR_TEXT_SIZE] = "";
    unsigned acknowledged = slow_count + 1, stored = 0;
    struct hw_replay replay;

    for (unsigned i = 0; i < STEADY; i++)
        acknowledged += steady[i].answered;
    options.full = true;
    options.on_record = count_ours;
    options.context = &stored;
    if (hw_replay(&options, &replay, error) != HW_OK)
        test_fail("the journal cannot be read: %s", error);
    hw_engine_free(replay.engine);
    test_ok(stored == acknowledged, "%u acknowledged, %u stored", acknowledged, stored);
}

static void take_numbers(void)
{
    const char *is_long = getenv("HOMEWARD_LONG");
    struct rlimit limit;

    if (is_long != NULL && *is_long == '1') {
        silent_count = 10000;
        slow_count = 1000;
        real_seconds = true;
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
        if (limit.rlim_max < silent_count + slow_count + 200)
            test_fail("%llu files may be open, %u are needed; raise the limit (ulimit -Hn)",
                (unsigned long long)limit.rlim_max, silent_count + slow_count + 200);
    }
}

int main(int argc, char **argv)
{
    char most[64], text[1024];
    const char *const arguments[] = {"-d", folder, "--set", "mllp.listen=127.0.0.1:0", "--set",
        "nanomsg.publish=off", "--set", "nanomsg.query=off", "--set", "clock=events", "--set", most,
        NULL};

    if (argc < 2)
        return 2;
    take_numbers();
    snprintf(most, sizeof most, "mllp.connections_max=%u", silent_count + slow_count + STEADY);
    temporary_make(folder);
    if (!served_start(&served, argv[1], arguments))
        test_fail("the server did not start: %s", served.line);
    for (unsigned i = 0; i < STEADY; i++)
        steady[i].socket = test_connect(served.port);
    feed_and_report("alone", 20, NULL);
    connect_all();
    feed_and_report("beside silent lines", 20, NULL);
    unsigned size = (unsigned)slow_message(slow_count - 1, text, sizeof text);
    feed_and_report("beside slow lines", size, drip_in_its_second);
    slow_lines_are_answered();
    over_the_limit();
    test_ok(served_end(&served, SIGTERM) == 0, "it stops well, all lines open");
    all_is_there();
    temporary_remove(folder);
    return test_done();
}
