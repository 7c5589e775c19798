/*
 * matched.h - the same quarter through the engine, in mode offer and configured as the shipped
 * example of Leicestershire is: it proposes; automation sends what it may (crisis response,
 * reablement, home care); beds are a person's to decide, who approves ten minutes after it is
 * proposed, while the hub is open; the simulated services answer.
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

/* several: to as many services of a kind at once as county_service says (R10); else to one. */
void matched_run(const struct county *county, bool several, struct county_outcome *outcome,
    struct matched *ret_matched);

#endif
