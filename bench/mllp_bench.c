/*
 * mllp_bench.c - durable messages a second from socket to disk to answer, and what they cost.
 *
 * A: homeward serve.  B: bare_server.c.  Each turn starts a server of its own on a new directory
 * and sends the same messages with the same driver; turns go A B A B, medians are compared.  CPU is
 * that of all threads of the server.
 *
 * usage: mllp_bench HOMEWARD BARE_SERVER [--quick|--full].  Directories are made under TMPDIR (else
 * the current directory): put it on the disk to be measured.
 */
#define _GNU_SOURCE

#include "load.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CONNECTIONS = 8, WINDOW = 32, LINE_SIZE = 8192 };

static const struct {
    size_t messages;
    unsigned pairs;
} sizes[] = {
    [BENCH_TINY] = {2000, 1},
    [BENCH_QUICK] = {20000, 3},
    [BENCH_NORMAL] = {100000, 5},
    [BENCH_FULL] = {400000, 9},
};

struct server {
    pid_t process;
    uint16_t port;
    int output; /* the pipe it speaks into */
    char folder[256];
};

struct side {
    const char *name, *program;
    struct bench_times wall, cpu;
    uint64_t accepted, answered;
};

static void stop(const char *what)
{
    fprintf(stderr, "mllp_bench: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* The child: its standard output and error go into the pipe. */
static void become(const struct server *server, const struct side *side, bool is_bare, int pipe_end)
{
    char path[320];

    dup2(pipe_end, 1);
    dup2(pipe_end, 2);
    if (is_bare) {
        snprintf(path, sizeof path, "%s/frames", server->folder);
        execl(side->program, side->program, path, (char *)NULL);
    } else {
        execl(side->program, side->program, "serve", "-d", server->folder, "--set",
            "mllp.listen=127.0.0.1:0", "--set", "nanomsg.publish=off", "--set", "nanomsg.query=off",
            (char *)NULL);
    }
    _exit(127);
}

/* "port N", or "mllp":"127.0.0.1:N" in the line that says ready; 0: neither. */
static uint16_t port_of(const char *line)
{
    const char *at = strncmp(line, "port ", 5) == 0 ? line + 5 : NULL;

    if (at == NULL && strstr(line, "ready") != NULL) {
        at = strstr(line, "\"mllp\":");
        at = at == NULL ? NULL : strstr(at, "127.0.0.1:");
        at = at == NULL ? NULL : at + sizeof "127.0.0.1:" - 1;
    }
    return at == NULL ? 0 : (uint16_t)strtoul(at, NULL, 10);
}

static void server_start(struct server *server, const struct side *side, bool is_bare)
{
    const char *base = getenv("TMPDIR");
    char line[LINE_SIZE];
    int ends[2];

    snprintf(server->folder, sizeof server->folder, "%s/homeward-bench-XXXXXX",
        base == NULL ? "." : base);
    if (mkdtemp(server->folder) == NULL || pipe2(ends, O_CLOEXEC) != 0)
        stop(server->folder);
    server->process = fork();
    if (server->process < 0)
        stop("fork");
    if (server->process == 0)
        become(server, side, is_bare, ends[1]);
    close(ends[1]);
    server->output = ends[0];
    server->port = 0;
    FILE *said = fdopen(dup(ends[0]), "r");
    while (said != NULL && server->port == 0 && fgets(line, sizeof line, said) != NULL)
        server->port = port_of(line);
    if (said != NULL)
        fclose(said);
    if (server->port == 0) {
        fprintf(stderr, "mllp_bench: %s: it did not start: %s\n", side->program, line);
        exit(1);
    }
}

/* Nanoseconds one thread has run, by its schedstat; 0 where the kernel keeps none. */
static uint64_t thread_ns(pid_t process, const char *thread)
{
    char path[320], text[128];

    snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", (int)process, thread);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0; /* It has just ended. */
    bool is_read = fgets(text, sizeof text, file) != NULL;
    fclose(file);
    return is_read ? strtoull(text, NULL, 10) : 0;
}

/* Of all its threads: clock ticks would be too coarse for the bare server. */
static uint64_t cpu_of(pid_t process)
{
    char path[64];
    uint64_t ns = 0;

    snprintf(path, sizeof path, "/proc/%d/task", (int)process);
    DIR *folder = opendir(path);
    if (folder == NULL)
        stop(path);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] != '.')
            ns += thread_ns(process, entry->d_name);
    }
    closedir(folder);
    return ns;
}

static void remove_folder(const char *folder)
{
    pid_t process = fork();

    if (process == 0) {
        execlp("rm", "rm", "-rf", "--", folder, (char *)NULL);
        _exit(127);
    }
    waitpid(process, NULL, 0);
}

static void server_stop(struct server *server)
{
    kill(server->process, SIGKILL);
    waitpid(server->process, NULL, 0);
    close(server->output);
    remove_folder(server->folder);
}

static void measure(struct side *side, bool is_bare, const struct bench_messages *messages)
{
    struct load_result result;
    struct server server;

    server_start(&server, side, is_bare);
    uint64_t before = cpu_of(server.process);
    bool is_fine = bench_load(server.port, messages, CONNECTIONS, WINDOW, &result);
    uint64_t after = cpu_of(server.process);
    server_stop(&server);
    if (!is_fine) {
        errno = EPIPE;
        stop(side->program);
    }
    bench_add(&side->wall, result.wall_ns);
    bench_add(&side->cpu, after - before);
    side->answered = result.answered;
    side->accepted = result.accepted;
}

static void print_side(const struct side *side, uint64_t count)
{
    uint64_t per_message_ns = bench_median(&side->cpu) / count; /* ms of a million, too */

    printf("%-9s %8" PRIu64 " messages/s, %4" PRIu64 ".%03" PRIu64
           " s CPU a million; accepted %" PRIu64 " of %" PRIu64 "\n",
        side->name, count * UINT64_C(1000000000) / (bench_median(&side->wall) + 1),
        per_message_ns / 1000, per_message_ns % 1000, side->accepted, side->answered);
}

static void print_ratio(const char *what, uint64_t a, uint64_t b)
{
    b += b == 0;
    printf("%s %" PRIu64 ".%02" PRIu64 "\n", what, a / b, a * 100 / b % 100);
}

int main(int argc, char **argv)
{
    struct side homeward = {.name = "homeward:"}, bare = {.name = "bare:"};
    struct bench_messages messages;

    if (argc < 3) {
        fprintf(stderr, "usage: %s HOMEWARD BARE_SERVER [--tiny|--quick|--full]\n", argv[0]);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    homeward.program = argv[1];
    bare.program = argv[2];
    argv[2] = argv[0];
    enum bench_size size = bench_arguments(argc - 2, argv + 2, "Durable messages over MLLP.");
    bench_messages_make(&messages, 1, sizes[size].messages, 900000);
    printf("# mllp_bench: %zu messages of seed 1, %zu bytes, %d connections x %d in flight, %u "
           "pairs\n",
        messages.count, messages.starts[messages.count], CONNECTIONS, WINDOW, sizes[size].pairs);
    for (unsigned pair = 0; pair < sizes[size].pairs; pair++) {
        measure(&homeward, false, &messages);
        measure(&bare, true, &messages);
    }
    bench_print_hash(
        "messages", hw_hash_bytes(hw_slice_of(messages.bytes, messages.starts[messages.count])));
    print_side(&homeward, messages.count);
    print_side(&bare, messages.count);
    print_ratio(
        "throughput, homeward / bare:", bench_median(&bare.wall), bench_median(&homeward.wall));
    print_ratio(
        "CPU, homeward / bare:       ", bench_median(&homeward.cpu), bench_median(&bare.cpu));
    bench_messages_free(&messages);
    return 0;
}
