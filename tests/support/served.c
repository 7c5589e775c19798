#define _GNU_SOURCE /* environ, pipe2, F_SETPIPE_SZ */

#include "support/served.h"

#include "homeward/status.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 60000, ARGUMENTS_MAX = 30 };

/* HOMEWARD_* are keys of its configuration; those around a test are not meant for it. */
static void forget_keys(void)
{
    char **kept = environ;

    for (char **at = environ; *at != NULL; at++)
        if (strncmp(*at, "HOMEWARD_", 9) != 0)
            *kept++ = *at;
    *kept = NULL;
}

/* The child: program COMMAND ARGUMENT..., with standard error to log. */
static _Noreturn void become(
    const char *program, const char *command, const char *const *arguments, int output, int log)
{
    char *all[ARGUMENTS_MAX + 5] = {(char *)program, (char *)command};
    unsigned count = command == NULL ? 1 : 2;

    if (command != NULL && strcmp(command, "serve") == 0) {
        /* Tests run side by side, and what is pulled in is the business of none: no port for it. */
        all[count++] = (char *)"--set";
        all[count++] = (char *)"nanomsg.ingest=off";
    }
    for (unsigned i = 0; arguments[i] != NULL && i < ARGUMENTS_MAX; i++)
        all[count++] = (char *)arguments[i];
    forget_keys();
    (void)dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
    (void)dup2(output, STDOUT_FILENO);
    (void)dup2(log, STDERR_FILENO);
    execv(program, all);
    _exit(127);
}

/* More of what it says; false at the end. */
static bool listen_on(struct served *served)
{
    struct pollfd ready = {.fd = served->log, .events = POLLIN};
    size_t room = sizeof served->rest - served->rest_size;

    HW_ASSERT(room > 0);
    HW_ASSERT(poll(&ready, 1, PATIENCE_MS) == 1); /* It said nothing for a minute. */
    ssize_t size = read(served->log, served->rest + served->rest_size, room);
    if (size <= 0)
        return false;
    served->rest_size += (size_t)size;
    return true;
}

bool served_hear(struct served *served, const char *words)
{
    for (;;) {
        char *end = memchr(served->rest, '\n', served->rest_size);

        if (end == NULL) {
            if (!listen_on(served))
                return false;
            continue;
        }
        size_t size = (size_t)(end - served->rest);
        snprintf(served->line, sizeof served->line, "%.*s", (int)size, served->rest);
        served->rest_size -= size + 1;
        memmove(served->rest, end + 1, served->rest_size);
        if (strstr(served->line, words) != NULL)
            return true;
    }
}

/* The number behind "NAME": or "NAME":"127.0.0.1: in the line. */
static uint64_t number_of(const struct served *served, const char *before)
{
    const char *at = strstr(served->line, before);

    return at == NULL ? 0 : strtoull(at + strlen(before), NULL, 10);
}

void served_launch(struct served *served, const char *program, const char *const *arguments)
{
    int pipes[2];

    *served = (struct served){.pid = 0};
    HW_ASSERT(pipe2(pipes, O_CLOEXEC) == 0);
    (void)fcntl(pipes[1], F_SETPIPE_SZ, 1 << 20); /* It may say much while nobody listens. */
    fflush(stdout);
    served->pid = fork();
    HW_ASSERT(served->pid >= 0);
    if (served->pid == 0)
        become(program, "serve", arguments, pipes[1], pipes[1]);
    close(pipes[1]);
    served->log = pipes[0];
}

bool served_start(struct served *served, const char *program, const char *const *arguments)
{
    served_launch(served, program, arguments);
    if (!served_hear(served, "\"event\":\"ready\""))
        return false;
    served->port = (int)number_of(served, "\"mllp\":\"127.0.0.1:");
    served->sequence = number_of(served, "\"sequence\":");
    return served->port > 0;
}

int served_end(struct served *served, int signal_number)
{
    int status = 0;

    if (signal_number != 0)
        (void)kill(served->pid, signal_number);
    while (served_hear(served, "\n")) /* No line has one: to the end. */
        ;
    HW_ASSERT(waitpid(served->pid, &status, 0) == served->pid);
    close(served->log);
    served->pid = 0;
    served->port = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void served_kill(struct served *served)
{
    HW_ASSERT(served_end(served, SIGKILL) == 128 + SIGKILL);
}

int served_run(const char *program, const char *const *arguments)
{
    int status = 0;

    fflush(stdout);
    pid_t pid = fork();
    HW_ASSERT(pid >= 0);
    if (pid == 0)
        become(program, NULL, arguments, open("/dev/null", O_WRONLY), STDERR_FILENO);
    HW_ASSERT(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
