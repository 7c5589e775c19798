/*
 * simulate_hub.h - the hub and the services of a synthetic county, at a server: what they say goes
 * in through its query socket, and its offers and proposals are asked for and answered.
 *
 * One question at a time, acknowledged; nothing waits.  One thread.
 */
#ifndef HW_CLI_SIMULATE_HUB_H
#define HW_CLI_SIMULATE_HUB_H

#include "simulate/simulate.h"

struct hw_simulate_hub; /* Opaque. */

struct hw_simulate_hub_options {
    const char *target;               /* nn+tcp://HOST:PORT or nn+ipc://PATH; borrowed */
    struct hw_simulation *simulation; /* borrowed */
    uint64_t seed;
    uint32_t speed_thousand;
};

/* NULL: said on stderr. */
struct hw_simulate_hub *hw_simulate_hub_new(const struct hw_simulate_hub_options *options);
void hw_simulate_hub_free(struct hw_simulate_hub *hub);

/* Put an event (copied) in line.  False: there is no room now. */
bool hw_simulate_hub_offer(
    struct hw_simulate_hub *hub, const struct hw_simulation_message *message);

/* Read and send what can be; live: offers and proposals are answered. */
void hw_simulate_hub_turn(struct hw_simulate_hub *hub, bool live);

/* Events not yet answered. */
uint32_t hw_simulate_hub_waiting(const struct hw_simulate_hub *hub);

struct hw_simulate_hub_said {
    uint64_t accepted, rejected;           /* events */
    uint64_t offers_seen, offers_accepted; /* answers that the server took as said */
    uint64_t offers_declined, approved;
    uint64_t started, ended; /* placements: begun after an acceptance; over */
    int64_t silent_ms;       /* since a question was put that has no answer; 0: none waits */
};
struct hw_simulate_hub_said hw_simulate_hub_said(const struct hw_simulate_hub *hub);

#endif
