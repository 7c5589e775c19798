/*
 * offer.h - what a service answers to an offer, and a hub's person to a proposal: a pure function
 * of seed, reference and version, so that the same offers get the same answers.
 */
#ifndef HW_SIM_OFFER_H
#define HW_SIM_OFFER_H

#include "homeward/services.h"

#include <stdbool.h>
#include <stdint.h>

struct hw_sim_offer_plan {
    const char *answer; /* "accepted", "accepted_with_changes", "declined"; NULL: it lapses */
    const char *reason; /* of a decline, else NULL */
    uint32_t minutes;   /* until it is said, simulated */
    bool assesses;      /* says "assessing" first, halfway */
};

struct hw_sim_offer_plan hw_sim_offer_plan_of(
    uint64_t seed, const char *reference, unsigned version, enum hw_service_kind kind);

/* Minutes until somebody at the hub approves a proposal; 0: rejects it, and lets the engine go on.
 */
uint32_t hw_sim_approval_minutes(uint64_t seed, const char *reference, unsigned version);

#endif
