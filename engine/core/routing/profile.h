/*
 * profile.h - waiting people, grouped by what could serve them (DESIGN, Routing).
 *
 * A profile is all that the unchanging rules look at: direction, council, zone, pathway, needs,
 * sex, funding.  Referrals of one profile wait in one queue in the order of CONTRACT R8; a reach
 * (reach.h) says that a service could serve a profile.  So a freed unit looks at the firsts of the
 * queues in its reach and never at the population, and a new referral at the services in its own.
 */
#ifndef HW_PROFILE_H
#define HW_PROFILE_H

#include "core/state.h"

static inline struct hw_profile *hw_profile_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, profiles, hw_profile, handle);
}

/* What a referral says now, as a profile; not one of state. */
struct hw_profile hw_profile_like(const struct hw_referral *referral);

/* The profile of a referral, made where it is new: where it waits, or would. */
uint32_t hw_profile_of(struct hw_engine *engine, const struct hw_referral *referral);

/* Put a referral into the queue of its profile (found or made from what it says now). */
void hw_profile_join(struct hw_engine *engine, uint32_t referral);

/* Take it out again, before anything changes that its place or profile goes by. */
void hw_profile_leave(struct hw_engine *engine, uint32_t referral);

/* Of the queue of a profile, the one behind a referral; 0: none. */
uint32_t hw_profile_next(const struct hw_engine *engine, uint32_t profile, uint32_t referral);

/* A service changed: which profiles it could serve is found anew. */
void hw_profile_reach_service(struct hw_engine *engine, uint32_t service);

/* Order of two referrals in any queue (R8): negative when a comes first. */
int hw_queue_order(const struct hw_engine *engine, uint32_t a, uint32_t b);

/* The greater part of that order as one number: where it differs, it decides. */
int64_t hw_queue_key(const struct hw_engine *engine, uint32_t referral);

hw_table_hash hw_profile_hash;

#endif
