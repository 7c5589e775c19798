/*
 * referral.h - one request for support, and what is known of its person (CONTRACT R8, R13-R15).
 *
 * Its state is the furthest of its live matches; a person may hold it.  Its clock is the earliest
 * there was reason for and is never set back.  What stays and people say reaches it through
 * hw_referral_hear(): nothing is decided there, the referral goes on the agenda.
 */
#ifndef HW_REFERRAL_H
#define HW_REFERRAL_H

#include "core/state.h"

static inline struct hw_referral *hw_referral_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, referrals, hw_referral, handle);
}

/* By name (text) or by the sequence that named it; 0: not known.  Take makes it. */
uint32_t hw_referral_find(const struct hw_engine *engine, uint32_t name);
uint32_t hw_referral_by_reference(const struct hw_engine *engine, uint64_t reference);
uint32_t hw_referral_take(struct hw_engine *engine, uint32_t name);

/* Say whose it is; said otherwise later, it is held until a person releases it (R6). */
void hw_referral_set_person(struct hw_engine *engine, uint32_t referral, uint32_t identifier);

/* Referrals of one identifier, newest first (identifier_next); 0: none. */
uint32_t hw_referrals_of(const struct hw_engine *engine, uint32_t identifier);

/* Admitted, or no longer ready: nobody can take the person now (R15). */
bool hw_referral_is_away(const struct hw_referral *referral);

/* Whether it may be matched: open, in no one's hands, not on hold and not away. */
bool hw_referral_waits(const struct hw_referral *referral);

/* Before and after something changes that its place in the queue goes by. */
void hw_referral_open(struct hw_engine *engine, uint32_t referral);
void hw_referral_follow(struct hw_engine *engine, uint32_t referral);

/* When somebody is to have been with the person (2h, 2d: R8); HW_TIME_OPEN: no time is set. */
int64_t hw_referral_contact_due(const struct hw_referral *referral);

/* It is over: withdrawn.  Its clock counts on for the person's others of its kind.  reason: text.
 */
void hw_referral_end(struct hw_engine *engine, uint32_t referral, uint32_t reason);

/* It is over: its person was in service, and no longer is.  reason: text. */
void hw_referral_finish(struct hw_engine *engine, uint32_t referral, uint32_t reason);

/* What it says of its person counts for the person's other referrals: they look again. */
void hw_referral_tell_others(struct hw_engine *engine, uint32_t referral);

/* On hold for one more reason, or one less; with until_ms a person's hold ends by itself. */
void hw_referral_hold(
    struct hw_engine *engine, uint32_t referral, enum hw_hold hold, int64_t until_ms);
void hw_referral_release(struct hw_engine *engine, uint32_t referral, enum hw_hold hold);

/* Its timer is due: a hold lapses. */
void hw_referral_due(struct hw_engine *engine, uint32_t referral);

/* Something about the stays, the death or the identity of a person changed. */
void hw_referral_hear(struct hw_engine *engine, uint32_t person);

/* Entries of its list: a service preferred, refused, excluded, pinned. */
void hw_referral_link(struct hw_engine *engine, uint32_t referral, enum hw_link_kind kind,
    uint32_t code, int64_t until_ms);
void hw_referral_unlink(
    struct hw_engine *engine, uint32_t referral, enum hw_link_kind kind, uint32_t code);

hw_table_hash hw_referral_hash, hw_referral_person_hash;

#endif
