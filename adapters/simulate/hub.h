/*
 * hub.h - everybody who is referred: those leaving hospital, those in trouble at home.
 *
 * Fed with stays as they are drawn and with days as they begin; gives events in the order in which
 * they happen.  Draws from streams of its own: the hospital's messages do not change with it.  In a
 * live county a server is asked, and services answer its offers (offer.h).
 */
#ifndef HW_SIM_HUB_H
#define HW_SIM_HUB_H

#include "simulate/cloudevent.h"

struct hw_sim_hub; /* Opaque. */

struct hw_sim_hub_options {
    uint64_t seed;
    uint32_t people;
    int64_t start_ms;     /* what began before and lasts is told then */
    int64_t live_from_ms; /* from then on nobody is placed by phone alone; HW_TIME_OPEN: never */
    const struct hw_sim_world *world; /* borrowed until hw_sim_hub_free() */
    const struct hw_sim_stamp *stamp; /* the same */
};

/* NULL: out of memory. */
struct hw_sim_hub *hw_sim_hub_new(const struct hw_sim_hub_options *options);
void hw_sim_hub_free(struct hw_sim_hub *hub);

/* A stay was drawn; named: its person is known.  False: out of memory. */
bool hw_sim_hub_stay(struct hw_sim_hub *hub, const struct hw_sim_stay *stay, bool named);

/* A London day begins: who will be referred from home on it.  False: out of memory. */
bool hw_sim_hub_day(struct hw_sim_hub *hub, int32_t day);

/* When the next event is; HW_TIME_OPEN: none. */
int64_t hw_sim_hub_due(const struct hw_sim_hub *hub);

struct hw_sim_hub_event {
    struct hw_slice bytes; /* borrowed until the next call */
    uint32_t referral;     /* its number */
    enum hw_sim_moment moment;
};

/* The next event.  False: what was due is nothing to tell. */
bool hw_sim_hub_next(struct hw_sim_hub *hub, struct hw_sim_hub_event *ret_event);

/* The engine calls a referral so. */
void hw_sim_hub_name(struct hw_sim_hub *hub, uint32_t referral, const char *reference);

/* A service has accepted the referral of that reference; now_ms is simulated. */
void hw_sim_hub_accept(struct hw_sim_hub *hub, const char *reference, const char *service,
    enum hw_service_kind kind, int64_t now_ms);

#endif
