/*
 * Goal: kill -9 at any moment loses nothing that was acknowledged.
 * Method: a child submits and says on a pipe what became durable; it is killed, twenty times over
 *         the same data directory, and after each time what it had said last must be there.
 *
 * A plain program: Criterion does not like tests that fork.
 */
#include "runtime/runtime.h"
#include "support/logged.h"
#include "support/temporary.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 20 };

static struct logged logged;
static struct hw_runtime_options options;
static char error[HW_ERROR_TEXT_SIZE];

/* What the child says; long, so that the pipe holds few and it does not run far ahead. */
struct said {
    uint64_t durable;
    uint8_t padding[1016];
};

static void serve(int pipe)
{
    struct said said = {0};
    struct hw_runtime *runtime;
    uint64_t number;

    if (hw_runtime_open(&options, &runtime, error) != HW_OK)
        _exit(1);
    number = hw_engine_sequence(hw_runtime_engine(runtime)) * 1000;
    for (;;) {
        for (int i = 0; i < 7; i++)
            (void)logged_submit(runtime, ++number, LOGGED_START_MS); /* Full: the next is tried. */
        hw_runtime_turn(runtime);
        if (logged.durable <= said.durable)
            continue;
        said.durable = logged.durable;
        if (write(pipe, &said, sizeof said) != (ssize_t)sizeof said)
            _exit(1);
    }
}

/* One life of the child; the last it said, or before when it said nothing. */
static uint64_t live(int messages, uint64_t before)
{
    struct said said;
    int pipes[2];
    pid_t child;

    HW_ASSERT(pipe(pipes) == 0);
    child = fork();
    HW_ASSERT(child >= 0);
    if (child == 0) {
        close(pipes[0]);
        serve(pipes[1]);
    }
    close(pipes[1]);
    for (int i = 0; i < messages && read(pipes[0], &said, sizeof said) == (ssize_t)sizeof said; i++)
        before = said.durable;
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    while (read(pipes[0], &said, sizeof said) == (ssize_t)sizeof said)
        before = said.durable;
    close(pipes[0]);
    return before;
}

int main(void)
{
    static char folder[HW_PATH_SIZE];
    uint64_t acknowledged = 0, earlier;
    bool all_right = true;

    temporary_make(folder);
    options = logged_options(hw_env_posix(), folder, &logged);
    options.threadless = false;
    options.segment_size = 256 * 1024;
    printf("1..%d\n", ROUNDS);
    for (int round = 0; round < ROUNDS; round++) {
        struct hw_runtime *runtime;
        enum hw_status status;
        uint64_t there = 0;
        bool right;

        earlier = acknowledged;
        acknowledged = live(1 + round * 3, acknowledged);
        status = hw_runtime_open(&options, &runtime, error);
        if (status == HW_OK) {
            there = hw_engine_sequence(hw_runtime_engine(runtime));
            status = hw_runtime_close(runtime, round % 3 == 0);
        }
        right = status == HW_OK && acknowledged > earlier && there >= acknowledged;
        all_right = all_right && right;
        printf("%s %d - %llu acknowledged, %llu there %s\n", right ? "ok" : "not ok", round + 1,
            (unsigned long long)acknowledged, (unsigned long long)there,
            status == HW_OK ? "" : error);
    }
    temporary_remove(folder);
    return all_right ? 0 : 1;
}
