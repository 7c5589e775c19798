/*
 * ask.h - one running engine asked through its query socket, one question at a time.
 *
 * A question whose answer is lost with its connection is sent again once there is one: what it
 * brings must be harmless twice (events have ids).  Blocks.  Main thread.
 */
#ifndef HW_CLI_ASK_H
#define HW_CLI_ASK_H

#include "homeward/status.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum { HW_ASK_ERROR_SIZE = 256, HW_ASK_ADDRESS_SIZE = 128 };

struct hw_ask {
    int socket; /* nanomsg's; -1: none */
    char address[HW_ASK_ADDRESS_SIZE];
    char error[HW_ASK_ERROR_SIZE]; /* why the last call failed, and how to mend it */
};

/* Whether url is nn+tcp://HOST:PORT or nn+ipc://PATH. */
bool hw_ask_is_url(const char *url);

/* Connect, which does not wait.  HW_OK; HW_E_INVALID: no such url; HW_E_IO. */
HW_MUST_CHECK enum hw_status hw_ask_open(struct hw_ask *ask, const char *url);
void hw_ask_close(struct hw_ask *ask);

/* Questions from now on may take long: none is sent again while its connection stands. */
void hw_ask_once(struct hw_ask *ask);

/* The answer to a question, the caller's; NULL: none came in time, or it is no JSON (error). */
json_t *hw_ask_for(struct hw_ask *ask, const char *question, size_t size, int64_t timeout_ms);

#endif
