/*
 * mllp_server.h - an MLLP listener in a process of its own, whose journal a test holds in its hand.
 *
 * Also what such tests need on the other side: a socket that reads and writes whole frames, and
 * TAP.  A step that does not come within a minute fails the test instead of hanging it.
 */
#ifndef HW_TEST_MLLP_SERVER_H
#define HW_TEST_MLLP_SERVER_H

#include "link/mllp/mllp.h"

#include <sys/types.h>

enum { TEST_ID_MAX = 4096 };

/* Shared by both processes. */
struct mllp_server {
    volatile bool hold; /* nothing becomes durable */
    volatile bool full; /* submits find no room */
    volatile uint64_t turns;
    volatile uint64_t submitted, quarantined;
    struct hw_mllp_counters counters; /* as of the last turn */
    char address[64];
    int port;
    pid_t pid;
};

/* Start with options (NULL: the defaults); the codec is the real one. */
struct mllp_server *mllp_server_start(const struct hw_mllp_options *options);

/* Ask it to drain, wait for it and check that it ended well. */
void mllp_server_stop(struct mllp_server *server);

/* Wait until the loop has turned at least twice more: what was on its way is done. */
void mllp_server_turn(struct mllp_server *server);

/* Wait until *value is wanted (or more); fails after a minute. */
void wait_for(const volatile uint64_t *value, uint64_t wanted, const char *what);

/* A connection to port on 127.0.0.1. */
int test_connect(int port);
void test_send(int socket, const void *data, size_t size);

/* One message, framed, into text; returns its size.  kind: 't' taken, 'i' ignored, 'e' AE, 'r' AR.
 */
size_t test_message(char kind, const char *id, char *text, size_t text_size);
void test_send_message(int socket, char kind, const char *id);

/* The next answer as "AA 1", "AE 2", "AA 3 duplicate"; "" when the peer has ended. */
const char *test_answer(int socket);
bool test_is_silent(int socket); /* nothing can be read now */

void test_ok(bool fact, const char *format, ...) __attribute__((format(printf, 2, 3)));
void test_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
int test_done(void);

#endif
