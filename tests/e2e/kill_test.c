/*
 * Goal: what was acknowledged is never lost, whenever the server dies; exactly once, in order
 * (H-15). Method: eight connections with 32 messages in flight each, all of distinct people and
 * control ids, one in forty refused for content.  At a moment drawn from a seed the server is
 * killed (-9): under load, while it starts, while it drains and writes its snapshot; or is stopped
 * well. Restarted on the same folder it is sent again what was not answered.  Answers that were on
 * their way count as given.  At times, and last, the journal is read from its first record: of each
 * connection all that was acknowledged is there, in the order sent, once; refused messages are in
 * quarantine; and from the newest snapshot on the state is the same as from the first record.  The
 * last stop writes a snapshot of the living server's state.
 *
 * usage: kill_test PROGRAM.  HOMEWARD_SEED repeats a run; HOMEWARD_LONG=1 kills it 1,000 times
 * instead of 100.
 */
#include "runtime/quarantine_log.h"
#include "runtime/replay.h"
#include "support/mllp_server.h"
#include "support/random.h"
#include "support/served.h"
#include "support/temporary.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    LINES = 8,
    WINDOW = 32,
    ROUNDS = 100, /* that end with a kill */
    ROUNDS_LONG = 1000,
    LOOKS = 5,             /* each reads the whole journal twice */
    ANSWERS_A_ROUND = 600, /* at most; then it dies */
    REFUSED_EVERY = 40,
    NUMBERS_MAX = 1 << 20,
    PATIENCE_MS = 60000
};

/* One connection; its messages are numbered from 1 and answered in this order. */
struct line {
    int socket;
    unsigned sent, answered; /* numbers; answered stays when the server dies */
    unsigned sent_ever;
    unsigned journaled; /* the last number seen when the journal is read */
    unsigned stored;    /* how many were seen */
    char bytes[65536];
    size_t size;
    uint8_t quarantined[NUMBERS_MAX / REFUSED_EVERY + 1];
};

static struct line lines[LINES];
static struct random chance;
static char folder[HW_PATH_SIZE];
static const char *program;
static unsigned wrong, duplicates, rounds_of[4];
static uint64_t answers;

static const char *const arguments[] = {"-d", folder, "--set", "mllp.listen=127.0.0.1:0", "--set",
    "nanomsg.publish=off", "--set", "nanomsg.query=off", "--set", "clock=events", NULL};

static bool is_refused(unsigned number)
{
    return number % REFUSED_EVERY == 0;
}

static void complain(unsigned line, unsigned number, const char *what)
{
    wrong++;
    if (wrong < 20)
        printf("# connection %u, message %u: %s\n", line, number, what);
}

static size_t write_message(unsigned line, unsigned number, char *text, size_t text_size)
{
    unsigned minute = number % 1440;
    char visit[32] = "";

    if (!is_refused(number))
        snprintf(visit, sizeof visit, "V%u-%u", line, number);
    return (size_t)snprintf(text, text_size,
        "\x0bMSH|^~\\&|PAS|RWE|HW|HW|20261120%02u%02u00||ADT^A01|K%u-%u|P|2.4\r"
        "EVN|A01|20261120%02u%02u00\rPID|1||P%u-%u^^^RWE^PI\r"
        "PV1|1|I|W%u^R1^B1^RWEAA||||||||||||||||%s\r\x1c\r",
        minute / 60, minute % 60, line, number, minute / 60, minute % 60, line, number, number % 9,
        visit);
}

/* ---- one connection ---- */

static void line_open(struct line *line, int port)
{
    line->socket = test_connect(port);
    line->sent = line->answered;
    line->size = 0;
}

static void line_fill(struct line *line)
{
    unsigned self = (unsigned)(line - lines);
    char text[512];

    while (line->sent < line->answered + WINDOW) {
        if (line->sent + 1 >= NUMBERS_MAX)
            test_fail("more messages than this test can count");
        line->sent++;
        test_send(line->socket, text, write_message(self, line->sent, text, sizeof text));
        if (line->sent > line->sent_ever)
            line->sent_ever = line->sent;
    }
}

static void take_answer(struct line *line, char *frame, unsigned sent_before)
{
    unsigned self = (unsigned)(line - lines), number = line->answered + 1;
    char wanted[64];
    char *msa = strstr(frame, "\rMSA|");

    snprintf(
        wanted, sizeof wanted, "\rMSA|%s|K%u-%u", is_refused(number) ? "AE" : "AA", self, number);
    size_t size = strlen(wanted);
    if (msa == NULL || strncmp(msa, wanted, size) != 0 || strchr("|\r", msa[size]) == NULL) {
        complain(self, number, "another answer");
        return;
    }
    if (strncmp(msa + size, "|duplicate", 10) == 0) {
        duplicates++;
        if (number > sent_before)
            complain(self, number, "a duplicate that was never sent before");
    }
    line->answered = number;
    answers++;
}

/* Read what has come; false at the end. */
static bool line_read(struct line *line, unsigned sent_before)
{
    ssize_t got =
        recv(line->socket, line->bytes + line->size, sizeof line->bytes - line->size - 1, 0);
    char *end;

    if (got <= 0)
        return false;
    line->size += (size_t)got;
    line->bytes[line->size] = '\0';
    while ((end = strstr(line->bytes, "\x1c\r")) != NULL) {
        *end = '\0';
        take_answer(line, line->bytes, sent_before);
        line->size -= (size_t)(end + 2 - line->bytes);
        memmove(line->bytes, end + 2, line->size + 1);
    }
    return true;
}

/* ---- one life of the server ---- */

static bool converse_once(const unsigned *sent_before)
{
    struct pollfd ready[LINES];
    bool alive = true;

    for (unsigned i = 0; i < LINES; i++) {
        line_fill(&lines[i]);
        ready[i] = (struct pollfd){.fd = lines[i].socket, .events = POLLIN};
    }
    if (poll(ready, LINES, PATIENCE_MS) <= 0)
        test_fail("no answer for a minute");
    for (unsigned i = 0; i < LINES; i++)
        if (ready[i].revents != 0)
            alive = line_read(&lines[i], sent_before[i]) && alive;
    return alive;
}

static void nap(uint64_t microseconds_max)
{
    uint64_t long_ns = random_below(&chance, microseconds_max) * 1000;

    nanosleep(&(struct timespec){.tv_nsec = (long)long_ns}, NULL);
}

enum kind { UNDER_LOAD, STARTING, STOPPING, STOPPED };

static enum kind draw_kind(void)
{
    static const enum kind kinds[] = {UNDER_LOAD, UNDER_LOAD, UNDER_LOAD, UNDER_LOAD, UNDER_LOAD,
        UNDER_LOAD, UNDER_LOAD, STARTING, STOPPING, STOPPED};

    return kinds[random_below(&chance, sizeof kinds / sizeof *kinds)];
}

/* Whether it was killed; told to stop it may have been quicker. */
static bool end(struct served *served, enum kind kind)
{
    if (kind == STOPPING) {
        kill(served->pid, SIGTERM);
        nap(30000);
    }
    if (kind == STOPPED) {
        int code = served_end(served, SIGTERM);
        if (code != 0)
            test_fail("told to stop it exits with %d", code);
        return false;
    }
    return served_end(served, SIGKILL) == 128 + SIGKILL;
}

static bool live(enum kind kind)
{
    uint64_t until = answers + 1 + random_below(&chance, ANSWERS_A_ROUND);
    unsigned sent_before[LINES];
    struct served served;

    rounds_of[kind]++;
    if (kind == STARTING) {
        served_launch(&served, program, arguments);
        nap(60000);
        return end(&served, kind);
    }
    if (!served_start(&served, program, arguments))
        test_fail("it did not start again: %s", served.line);
    for (unsigned i = 0; i < LINES; i++) {
        sent_before[i] = lines[i].sent_ever;
        line_open(&lines[i], served.port);
    }
    while (answers < until)
        if (!converse_once(sent_before))
            test_fail("the server closed a connection");
    bool killed = end(&served, kind);
    for (unsigned i = 0; i < LINES; i++) {
        while (line_read(&lines[i], sent_before[i]))
            ;
        close(lines[i].socket);
    }
    return killed;
}

/* ---- what is on disk ---- */

/* "K2-17": connection and number; false: none of ours. */
static bool take_id(struct hw_slice id, unsigned *ret_line, unsigned *ret_number)
{
    char text[32];

    snprintf(text, sizeof text, "%.*s", HW_SLICE_ARGS(id));
    return sscanf(text, "K%u-%u", ret_line, ret_number) == 2 && *ret_line < LINES &&
        *ret_number < NUMBERS_MAX;
}

static void see_record(void *context, const struct hw_engine *engine, struct hw_slice record)
{
    struct hw_event event;
    unsigned line, number;

    (void)context, (void)engine;
    if (hw_record_decode(record, false, &event) != HW_OK)
        test_fail("a record that cannot be read");
    if (event.control_id.size == 0)
        return; /* The log's own. */
    if (!take_id(event.control_id, &line, &number)) {
        wrong++;
        return;
    }
    unsigned next = lines[line].journaled + 1;
    next += is_refused(next);
    if (number != next)
        complain(line, number, number < next ? "twice, or out of order" : "those before it lack");
    lines[line].journaled = number;
    lines[line].stored++;
}

static bool see_quarantined(void *context, const struct hw_quarantined *entry)
{
    const struct hw_slice *bytes = &entry->refused.bytes;
    const char *at = memchr(bytes->data, 'K', bytes->size);
    unsigned line, number;

    (void)context;
    if (at == NULL || !take_id(hw_slice_of(at, 24), &line, &number) || !is_refused(number))
        complain(0, 0, "something else in quarantine");
    else
        lines[line].quarantined[number / REFUSED_EVERY] = 1;
    return true;
}

static void warn(void *context, const char *warning)
{
    (void)context;
    wrong++;
    printf("# %s\n", warning);
}

static struct hw_replay read_all(bool full)
{
    struct hw_replay_options options = hw_replay_options_default(hw_env_posix(), folder);
    char error[HW_ERROR_TEXT_SIZE] = "";
    struct hw_replay replay;

    options.full = full;
    options.on_record = full ? see_record : NULL;
    options.on_warning = warn;
    if (hw_replay(&options, &replay, error) != HW_OK)
        test_fail("the journal cannot be read: %s", error);
    return replay;
}

/* The two ways to the state give the same. */
static bool is_same_state(struct hw_replay *full)
{
    struct hw_replay quick = read_all(false);
    struct hw_hash a = hw_engine_state_digest(full->engine);
    struct hw_hash b = hw_engine_state_digest(quick.engine);
    bool same = full->sequence == quick.sequence && memcmp(&a, &b, sizeof a) == 0;

    full->snapshot_sequence = quick.snapshot_sequence;
    hw_engine_free(quick.engine);
    return same;
}

static void look(const char *when, bool snapshot_is_last)
{
    char error[HW_ERROR_TEXT_SIZE] = "";
    unsigned acknowledged = 0, stored = 0;

    for (unsigned i = 0; i < LINES; i++)
        lines[i].journaled = lines[i].stored = 0;
    struct hw_replay full = read_all(true);
    if (hw_quarantine_list(hw_env_posix(), folder, see_quarantined, NULL, error) != HW_OK)
        test_fail("the quarantine cannot be read: %s", error);
    for (unsigned i = 0; i < LINES; i++) {
        unsigned answered = lines[i].answered;

        for (unsigned n = lines[i].journaled + 1; n <= answered; n++)
            if (!is_refused(n))
                complain(i, n, "acknowledged and lost");
        for (unsigned n = REFUSED_EVERY; n <= answered; n += REFUSED_EVERY)
            if (!lines[i].quarantined[n / REFUSED_EVERY])
                complain(i, n, "refused, and not in quarantine");
        acknowledged += answered - answered / REFUSED_EVERY;
        stored += lines[i].stored;
    }
    test_ok(wrong == 0, "%s: %u acknowledged, %u stored, each once and in order", when,
        acknowledged, stored);
    bool same = is_same_state(&full);
    test_ok(same, "the snapshot of record %llu and the journal give one state",
        (unsigned long long)full.snapshot_sequence);
    if (snapshot_is_last)
        test_ok(full.snapshot_sequence == full.sequence && full.digests_differ == 0,
            "which is that of the living server");
    hw_engine_free(full.engine);
}

int main(int argc, char **argv)
{
    const char *seed = getenv("HOMEWARD_SEED"), *is_long = getenv("HOMEWARD_LONG");
    unsigned rounds = is_long != NULL && *is_long == '1' ? ROUNDS_LONG : ROUNDS;
    char when[64];

    if (argc < 2)
        return 2;
    program = argv[1];
    chance.state = seed != NULL ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL);
    printf("# HOMEWARD_SEED=%llu\n", (unsigned long long)chance.state);
    temporary_make(folder);
    unsigned killed = live(UNDER_LOAD), looked = 0; /* So that there is something. */
    while (killed < rounds) {
        killed += live(draw_kind());
        if (killed == looked || killed % (rounds / LOOKS) != 0)
            continue;
        looked = killed;
        snprintf(when, sizeof when, "killed %u times", killed);
        look(when, false);
    }
    (void)live(STOPPED);
    look("stopped well", true);
    printf("# killed %u times: %u rounds under load, %u while starting, %u while stopping; "
           "stopped %u; %u duplicates\n",
        killed, rounds_of[UNDER_LOAD], rounds_of[STARTING], rounds_of[STOPPING], rounds_of[STOPPED],
        duplicates);
    test_ok(duplicates > 0, "some were stored and not answered: sent again they are duplicates");
    test_ok(served_run(program, (const char *[]){"verify", "-d", folder, NULL}) == 0,
        "verify finds no fault");
    temporary_remove(folder);
    return test_done();
}
