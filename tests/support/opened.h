/*
 * opened.h - a runtime over a disk in memory, for tests that open, feed and close one.
 *
 * One per test program: Criterion runs each test in a process of its own.
 */
#ifndef HW_TEST_OPENED_H
#define HW_TEST_OPENED_H

#include "support/failing.h"
#include "support/logged.h"

extern struct fault_env *fault;
extern struct logged logged;
extern struct hw_runtime_options options;
extern struct hw_runtime *runtime;
extern char error[HW_ERROR_TEXT_SIZE];

/* An empty disk whose calls, and requests for memory, fail when the test says so; no runtime yet.
 */
void opened_begin(void);
void opened_end(void);

/* Open it, close it; the test fails with words where that is not possible. */
void opened_open(void);
void opened_close(void);

#endif
