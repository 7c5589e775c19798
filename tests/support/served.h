/*
 * served.h - the real executable serving, as a child of a test that may end it at any moment.
 *
 * What it logs is read line by line as JSON text: a test waits for words, never for time.  A server
 * that does not speak for a minute fails the test.  For tests of one thread.
 */
#ifndef HW_TEST_SERVED_H
#define HW_TEST_SERVED_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct served {
    pid_t pid;
    int port;          /* of mllp; 0 when it did not become ready */
    uint64_t sequence; /* where it stood when it was ready */
    int log;           /* its standard error */
    char line[8192];   /* the last line heard */
    char rest[16384];  /* what came behind it */
    size_t rest_size;
};

/*
 * Run program serve with arguments (at most 30, NULL behind the last) and wait until it is ready.
 * False: it ended instead; line is the last it said, and served_stop() tells its exit code.
 */
bool served_start(struct served *served, const char *program, const char *const *arguments);

/* Only begin, without waiting: served_end() and served_kill() end it. */
void served_launch(struct served *served, const char *program, const char *const *arguments);

/* Read on to a line with these words, then in line.  False: it ended without saying them. */
bool served_hear(struct served *served, const char *words);

/* kill -9, now; then it is gone. */
void served_kill(struct served *served);

/* A signal (0: none), and wait until it has ended; its exit code, 128 and more for a signal. */
int served_end(struct served *served, int signal_number);

/* Run program with arguments (NULL behind the last); its exit code.  What it prints is dropped. */
int served_run(const char *program, const char *const *arguments);

#endif
