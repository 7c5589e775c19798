/*
 * preloaded.h - a program run with calls of it failing: the other side of preloaded.c.
 *
 * failing_set() is said before the program is started and failing_clear() behind it: in between
 * every process that is started loads the library.
 */
#ifndef HW_TEST_PRELOADED_H
#define HW_TEST_PRELOADED_H

#include <stdbool.h>

struct failing {
    const char *preloaded; /* path of preloaded.c's library */
    const char *report;    /* path of a file of the test's own */
};

/* What came of it. */
struct failed {
    bool happened;    /* the call that was to fail was made */
    char asked[64];   /* the library or program that made it */
    int signal;       /* it crashed */
    char crashed[64]; /* in this library or program */
};

/* kind: "SYNC" or "MEMORY"; nth: "7", "7+".  Forgets what was reported before. */
void failing_set(const struct failing *failing, const char *kind, const char *nth);
void failing_clear(void);

struct failed failing_read(const struct failing *failing);

#endif
