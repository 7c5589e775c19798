/*
 * failing.h - an environment of which one call fails, and memory that is refused once.
 *
 * Calls are counted over all kinds, so that "the nth" goes through everything a run asks of the
 * operating system.  Memory is wrapped when the program is linked (failing_link_args of
 * tests/damage/meson.build): malloc, calloc, realloc, mmap, mprotect, pthread_create; what
 * the environment underneath takes for itself is not counted.  Any thread; one at a time per
 * program.
 */
#ifndef HW_TEST_FAILING_H
#define HW_TEST_FAILING_H

#include "runtime/env.h"

/* A table over another; it lives as long as the program. */
struct hw_env *failing_table(struct hw_env *under);

/* The nth call from now on (1: the next) returns -error; for error 0 a read or write returns 0
 * bytes; with forever, all
 * after it too.  nth 0: none. */
void failing_call(uint64_t nth, int error, bool forever);

/* The nth request for memory, a thread or a handle from now on is refused; with forever, all after
 * it too.  nth 0: none. */
void failing_memory(uint64_t nth, bool forever);

/* How many there were since. */
uint64_t failing_calls(void);
uint64_t failing_memory_requests(void);

#endif
