/*
 * cloudevent.h - what happens to a referral, and what a service answers, as CloudEvents.
 *
 * One JSON object, no line end.  Nothing in it needs escaping: all texts are our own.  Times are
 * written as the stamp has them (stamp.h).
 */
#ifndef HW_SIM_CLOUDEVENT_H
#define HW_SIM_CLOUDEVENT_H

#include "simulate/referral.h"
#include "simulate/stamp.h"

enum { HW_SIM_EVENT_SIZE = 2048 };

/* Returns its size.  serial makes the event's id. */
size_t hw_sim_event_write(const struct hw_sim_referral *referral, enum hw_sim_moment moment,
    int64_t at_ms, const struct hw_sim_stamp *stamp, uint64_t serial, char out[HW_SIM_EVENT_SIZE]);

/* What somebody offered a person says (CONTRACT 3.2, offer.answered). */
struct hw_sim_answer {
    const char *answer;   /* "accepted" ... */
    const char *reason;   /* NULL: none */
    int64_t starts_at_ms; /* real; HW_TIME_OPEN: not said */
};

/* offer: its reference; at_ms is real. */
size_t hw_sim_event_answer(const char *offer, unsigned version, const struct hw_sim_answer *answer,
    int64_t at_ms, uint64_t serial, char out[HW_SIM_EVENT_SIZE]);

#endif
