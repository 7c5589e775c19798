/*
 * run.h - one run: a server fed by senders over a disk that misbehaves, on one thread, from a seed.
 */
#ifndef HW_TEST_RUN_H
#define HW_TEST_RUN_H

#include "oracle.h"

struct run_plan {
    uint64_t seed;
    /*
     * Wild: everything that can happen happens by chance.  Otherwise a script: connections are cut
     * and the server restarts in good order, the disk keeps its word, and at one boundary
     * (fault_env.h) the machine ends; 0: at none.
     */
    bool wild;
    uint64_t crash_at;
    bool crash_after;
};

/* Do it.  ledger says what came of it; returns how many boundaries there were. */
uint64_t run(const struct run_plan *plan, const struct feeds *feeds, struct oracle *oracle,
    struct ledger *ledger);

#endif
