/*
 * matched.h - the same quarter through the engine, in mode offer: it proposes, automation sends
 * what it may, the simulated services answer, the simulated hub approves what automation must not
 * send (P3, R10), ten minutes after it is proposed and while the hub is open.
 */
#ifndef HW_BENCH_MATCHED_H
#define HW_BENCH_MATCHED_H

#include "county.h"
#include "homeward/hash.h"

struct matched {
    uint64_t offers, declined, decisions;
    bool holds; /* hw_routing_holds() at the end, and nobody was offered what does not fit */
    struct hw_hash digest; /* of the engine's state */
};

/* homes_at_once: to how many care homes somebody may be out at a time (offers_at_once, R10). */
void matched_run(const struct county *county, uint32_t homes_at_once,
    struct county_outcome *outcome, struct matched *ret_matched);

#endif
