/*
 * simulate.h - the synthetic county as a stream of messages in the order in which they arrive.
 *
 * Same options, same bytes, on every machine: integers and a generator of its own, no clock, no
 * files.  What truly happens does not depend on the disorder of the way: a clean run and another
 * of the same seed tell the same stays.  Memory grows with the people in hospital or booked, not
 * with time.  One thread.
 */
#ifndef HW_SIMULATE_H
#define HW_SIMULATE_H

#include "homeward/slice.h"
#include "simulate/rates.h"

#include <stdio.h>

struct hw_simulation; /* Opaque. */
struct hw_sim_hub;    /* hub.h */

struct hw_simulation_options {
    uint64_t seed;
    uint32_t people;         /* HW_SIM_PEOPLE_MIN.. : beds and arrivals scale with it */
    int64_t start_ms;        /* the feed begins; people already there are sent first */
    int64_t end_ms;          /* nothing happens from then on; HW_TIME_OPEN: never ends */
    int64_t live_from_ms;    /* stamp.h; HW_TIME_OPEN: not live */
    uint32_t speed_thousand; /* stamp.h; 1000 */
    bool clean;              /* no disorder on the way */
    bool hub;                /* those referred, and the services, too: as CloudEvents */
    uint32_t rates[HW_SIM_RATES];
    FILE *truth; /* NULL, or where each stay is written when it is over; borrowed */
};

/* Defaults: seed 1, HW_SIM_PEOPLE_DEFAULT people, 30 days from Monday 5 January 2026. */
void hw_simulation_options_init(struct hw_simulation_options *options);

/* NULL: out of memory.  options are copied. */
struct hw_simulation *hw_simulation_new(const struct hw_simulation_options *options);
void hw_simulation_free(struct hw_simulation *simulation);

struct hw_simulation_message {
    struct hw_slice bytes; /* segments ended by CR; borrowed until the next call */
    int64_t at_ms;         /* simulated moment of arrival; never decreases */
    bool is_event;         /* a CloudEvent of the hub or a service; else HL7 v2 */
    uint8_t moment;        /* of an event: enum hw_sim_moment (referral.h) */
    uint32_t referral;     /* its number, for hw_sim_hub_name() */
};

/* False: all is said (and the truth of those still there written), or memory has run out. */
bool hw_simulation_next(
    struct hw_simulation *simulation, struct hw_simulation_message *ret_message);

/* True once memory has run out: what was given out is not the whole. */
bool hw_simulation_failed(const struct hw_simulation *simulation);

/* The hub, for what a live server says; NULL without. */
struct hw_sim_hub *hw_simulation_hub(struct hw_simulation *simulation);

/* How often each kind of disorder was made, by enum hw_sim_rate (0 for those of the world). */
const uint64_t *hw_simulation_counts(const struct hw_simulation *simulation);

/* Real moment (as written) of a simulated one, for pacing. */
int64_t hw_simulation_real_ms(const struct hw_simulation *simulation, int64_t at_ms);

/* The other way round: the simulated moment of a real one. */
int64_t hw_simulation_moment_ms(const struct hw_simulation *simulation, int64_t real_ms);

#endif
