/*
 * Goal: wherever memory runs out, a start ends with words and exit 1 or goes on properly; it never
 *       crashes in code of ours and never leaves a data directory that is worse than before.
 * Method: the real executable with a library that lets the Nth request for memory (malloc, calloc,
 *         realloc, mmap, mprotect, a thread) find none, for every N until a run makes fewer: the
 *         server on a new directory, on one in use, with nanomsg, with all requests behind the Nth
 *         failing too; then check, replay and verify, whose output is the whole one or exit 1.
 *         Where it got ready it must take a message, and stop well.  After each start the
 *         directory is read, and a new one started once more with memory.
 *
 * libuv and nanomsg end the process themselves at some of their requests: those are counted, named
 * and held to a number.  The configuration is read alike by all: after the first series those
 * requests are passed over.  Of commands every 5th N, with a sanitizer every 9th and every 45th;
 * HOMEWARD_LONG=1: every one of all.
 *
 * usage: memory_fails_test PROGRAM LIBRARY EXAMPLE
 */
#include "runtime/verify.h"
#include "support/preloaded.h"
#include "support/mllp_server.h"
#include "support/served.h"
#include "support/temporary.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUTPUT_SIZE = 1 << 20, LIBRARIES = 2, REPEATED_MAX = 20 };

/* At how many of their requests in one start they end the process (libuv 1.44, nanomsg 1.1). */
static const struct {
    const char *name;
    unsigned most;
} libraries[LIBRARIES] = {{"libuv.so", 2}, {"libnanomsg.so", 12}};

static char folder[HW_PATH_SIZE], data[HW_PATH_SIZE + 8], used[HW_PATH_SIZE + 8];
static char report[HW_PATH_SIZE + 8];
static const char *program;
static struct failing failing = {.report = report};
static unsigned start_step = 1, command_step = 5;
static unsigned configured = 1; /* the first request behind those of the configuration */
static unsigned acknowledged;   /* messages, in the directory in use */

static void say_damage(void *context, const char *text)
{
    (void)context;
    printf("# %s\n", text);
}

/* Reads all of it.  One that is none yet is sound, and holds nothing. */
static bool is_sound(const char *data_dir, uint64_t *ret_records)
{
    struct hw_verify_options options = {
        .env = hw_env_posix(), .data_dir = data_dir, .on_damage = say_damage};
    struct hw_verify_report found = {0};
    char error[HW_ERROR_TEXT_SIZE] = "";
    enum hw_status status = hw_verify(&options, &found, error);

    *ret_records = status == HW_OK ? found.records : 0;
    if (status != HW_OK && status != HW_E_NOT_FOUND)
        printf("# %s\n", error);
    return (status == HW_OK && found.damages == 0) || status == HW_E_NOT_FOUND;
}

/* ---- a series of runs ---- */

struct series {
    const char *name, *ending; /* "+": all behind fail too */
    unsigned first, step;
    unsigned runs, ended, went_on, repeated, in_library[LIBRARIES];
    char at[LIBRARIES][256]; /* the numbers of the requests */
    bool right, last, again; /* last: none failed; again: it ended before the request came */
};

static void complain(struct series *series, unsigned nth, const char *what, const char *detail)
{
    series->right = false;
    printf("# %s, request %u: %s: %s\n", series->name, nth, what, detail);
}

static void count_crash(struct series *series, unsigned nth, const struct failed *failed)
{
    char text[128];

    for (unsigned i = 0; i < LIBRARIES; i++) {
        size_t size = strlen(series->at[i]);

        if (strncmp(failed->crashed, libraries[i].name, strlen(libraries[i].name)) != 0)
            continue;
        series->in_library[i]++;
        snprintf(series->at[i] + size, sizeof series->at[i] - size, " %u", nth);
        return;
    }
    snprintf(text, sizeof text, "signal %d in %s", failed->signal, failed->crashed);
    complain(series, nth, "a crash of ours", text);
}

/* Whether it ended as it may: with words, or well. */
static void judge(struct series *series, unsigned nth, int code, const char *words)
{
    struct failed failed = failing_read(&failing);

    series->last = code == 0 && !failed.happened;
    series->again = code != 0 && !failed.happened;
    if (series->again && ++series->repeated > REPEATED_MAX)
        complain(series, nth, "it ends without a failure", words);
    if (series->again || series->last)
        return;
    if (failed.signal != 0)
        count_crash(series, nth, &failed);
    else if (code == 0)
        series->went_on++;
    else if (code == 1 && *words != '\0')
        series->ended++;
    else
        complain(series, nth, code == 1 ? "no word why" : "another exit code", words);
}

static void series_done(struct series *series)
{
    for (unsigned i = 0; i < LIBRARIES; i++) {
        if (series->in_library[i] > libraries[i].most)
            complain(series, 0, "more ends than known in", libraries[i].name);
        if (series->in_library[i] > 0)
            printf("# %s: %u requests at which %s ends the process:%s\n", series->name,
                series->in_library[i], libraries[i].name, series->at[i]);
    }
    test_ok(series->right && series->ended > 0 && series->last,
        "%s: request %u to %u for memory, every %u, fails: %u ended it with words, at %u it went "
        "on",
        series->name, series->first, series->runs, series->step, series->ended, series->went_on);
}

/* Set up the next request, its number to *nth; false behind the last one. */
static bool series_next(struct series *series, unsigned *nth)
{
    char text[16];

    if (series->last || series->repeated > REPEATED_MAX)
        return false;
    if (*nth == 0)
        *nth = series->first;
    else if (!series->again) /* A free port was taken by somebody else, such things. */
        *nth += series->step;
    snprintf(text, sizeof text, "%u%s", *nth, series->ending);
    failing_set(&failing, "MEMORY", text);
    series->runs = *nth;
    return true;
}

/* ---- the server ---- */

struct start {
    const char *name, *ending, *publish, *query;
    bool fresh;
};

/* A connection, or -1: the server may have ended right behind its ready line. */
static int try_connect(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int line = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (line >= 0 && connect(line, (struct sockaddr *)&address, sizeof address) == 0)
        return line;
    close(line);
    return -1;
}

/* One message: taken, at the latest over a second connection. */
static bool speaks(int port, const char *id)
{
    char wanted[40];

    snprintf(wanted, sizeof wanted, "AA %s", id);
    for (int attempt = 0; attempt < 2; attempt++) {
        int line = try_connect(port);

        if (line < 0)
            return false;
        test_send_message(line, 't', id);
        const char *answer = test_answer(line);
        close(line);
        if (strncmp(answer, wanted, strlen(wanted)) == 0)
            return true;
        if (*answer != '\0')
            break;
    }
    return false;
}

static void start_once(struct series *series, const struct start *start, unsigned nth)
{
    const char *const arguments[] = {"-d", start->fresh ? data : used, "--set",
        "mllp.listen=127.0.0.1:0", "--set", start->publish, "--set", start->query, "--set",
        "clock=events", NULL};
    struct served served;
    bool not_taken = false;
    char id[32];

    bool ready = served_start(&served, program, arguments);
    failing_clear();
    snprintf(id, sizeof id, "%c%u", start->name[0], nth);
    if (ready && *start->ending == '\0') {
        bool taken = speaks(served.port, id);

        acknowledged += taken;
        not_taken = !taken;
    }
    /* The ready line may lack its addresses: nobody can speak to it, and it stops as well. */
    bool runs = ready || strstr(served.line, "\"event\":\"ready\"") != NULL;
    char words[sizeof served.line];
    snprintf(words, sizeof words, "%s", served.line);
    int code = served_end(&served, runs ? SIGTERM : 0);
    if (*words == '\0')
        snprintf(words, sizeof words, "%s", served.line);
    judge(series, nth, code, words);
    if (not_taken && code < 128) /* A crash has been judged. */
        complain(series, nth, code == 0 ? "ready, and it takes no message" : "ready, and it ended",
            words);
    if (configured == 1 && *words == '{') /* The first line of a log. */
        configured = nth;
}

static bool starts_well(const char *data_dir)
{
    const char *const arguments[] = {"-d", data_dir, "--set", "mllp.listen=127.0.0.1:0", "--set",
        "nanomsg.publish=off", "--set", "nanomsg.query=off", "--set", "clock=events", NULL};
    struct served served;
    bool ready = served_start(&served, program, arguments) && speaks(served.port, "W1");

    return served_end(&served, ready ? SIGTERM : 0) == 0 && ready;
}

static void start_at_every_request(const struct start *start)
{
    struct series series = {.name = start->name,
        .ending = start->ending,
        .first = configured,
        .step = start_step,
        .right = true};
    uint64_t records = 0;

    for (unsigned nth = 0; series_next(&series, &nth);) {
        unsigned before = acknowledged;

        if (start->fresh)
            temporary_remove(data);
        start_once(&series, start, nth);
        const char *data_dir = start->fresh ? data : used;
        if (!is_sound(data_dir, &records))
            complain(&series, nth, "the directory is damaged", data_dir);
        else if (records < (start->fresh ? acknowledged - before : acknowledged))
            complain(&series, nth, "acknowledged and lost", "");
        else if (start->fresh && access(data, F_OK) == 0 && !starts_well(data))
            complain(&series, nth, "with memory it does not start", data);
        if (start->fresh)
            acknowledged = before;
    }
    failing_clear();
    series_done(&series);
}

/* ---- commands ---- */

struct output {
    char out[OUTPUT_SIZE], err[4096];
    int code;
};

static size_t read_all(const char *path, char *text, size_t size)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = file < 0 ? 0 : read(file, text, size - 1);

    if (file >= 0)
        close(file);
    text[got > 0 ? got : 0] = '\0';
    return got > 0 ? (size_t)got : 0;
}

static void run(const char *const *arguments, struct output *output)
{
    char out[HW_PATH_SIZE + 8], err[HW_PATH_SIZE + 8];
    int status = 0;

    snprintf(out, sizeof out, "%s/out", folder);
    snprintf(err, sizeof err, "%s/err", folder);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        (void)dup2(open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
        (void)dup2(open(err, O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
        execv(program, (char *const *)arguments);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        test_fail("no process can be started");
    output->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    (void)read_all(out, output->out, sizeof output->out);
    (void)read_all(err, output->err, sizeof output->err);
}

static void run_at_every_request(const char *name, unsigned first, const char *const *arguments)
{
    static struct output whole, output;
    struct series series = {
        .name = name, .ending = "", .first = first, .step = command_step, .right = true};

    run(arguments, &whole);
    if (whole.code != 0 || whole.out[0] == '\0')
        test_fail("%s: exit %d: %s", name, whole.code, whole.err);
    for (unsigned nth = 0; series_next(&series, &nth);) {
        run(arguments, &output);
        failing_clear();
        judge(&series, nth, output.code, output.err);
        if (output.code == 0 && strcmp(output.out, whole.out) != 0)
            complain(&series, nth, "exit 0 and another output", output.out);
    }
    failing_clear();
    series_done(&series);
}

int main(int argc, char **argv)
{
    static const struct start starts[] = {
        {"new directory", "", "nanomsg.publish=off", "nanomsg.query=off", true},
        {"in use", "", "nanomsg.publish=off", "nanomsg.query=off", false},
#ifndef __SANITIZE_ADDRESS__ /* It does not survive that, nor say whose end nanomsg's was. */
        {"all behind it too", "+", "nanomsg.publish=off", "nanomsg.query=off", false},
        {"nanomsg", "", "nanomsg.publish=tcp://127.0.0.1:0", "nanomsg.query=tcp://127.0.0.1:0",
            false},
#endif
    };
    const char *is_long = getenv("HOMEWARD_LONG");
    uint64_t records = 0;

    if (argc < 4)
        return 2;
    program = argv[1];
    failing.preloaded = argv[2];
#ifdef __SANITIZE_ADDRESS__
    start_step = 9;
    command_step = 45;
#endif
    if (is_long != NULL && *is_long == '1')
        start_step = command_step = 1;
    unsetenv("HOMEWARD_LONG");
    if (access("/dev/shm", W_OK) == 0) /* Thousands of small directories: no disk is needed. */
        setenv("TMPDIR", "/dev/shm", 1);
    temporary_make(folder);
    snprintf(data, sizeof data, "%s/data", folder);
    snprintf(used, sizeof used, "%s/used", folder);
    snprintf(report, sizeof report, "%s/report", folder);
    if (!starts_well(used))
        test_fail("it does not start");
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        start_at_every_request(&starts[i]);
    run_at_every_request(
        "replay", configured, (const char *[]){program, "replay", "-d", used, NULL});
    run_at_every_request("replay of events", configured,
        (const char *[]){program, "replay", "-d", used, "--print", "events", "--until", "4", NULL});
    run_at_every_request(
        "verify", configured, (const char *[]){program, "verify", "-d", used, "--json", NULL});
    command_step = command_step * 4 - 3; /* Seven times as many, and much alike. */
    run_at_every_request("check", 1, (const char *[]){program, "check", "-c", argv[3], NULL});
    test_ok(is_sound(used, &records) && records > acknowledged && starts_well(used),
        "%u messages were acknowledged between, and are there", acknowledged);
    temporary_remove(folder);
    return test_done();
}
