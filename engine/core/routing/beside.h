/*
 * beside.h - a referral that is out to several services of a kind at a time (CONTRACT R10).
 *
 * offers_at_once of a service says to how many of its kind, itself among them, a referral may be
 * out while it has an offer there; each holds its units.  The next is proposed once all before it
 * are out, so that a hub looks at one proposal of a person at a time.  At the first acceptance the
 * rest is withdrawn, by decisions behind it.  A unit that comes free later goes to those without a
 * live proposal or offer first (R11): only when a referral is looked at anew is it out to one more.
 */
#ifndef HW_BESIDE_H
#define HW_BESIDE_H

#include "core/state.h"

/* Whether a referral is out, and to fewer than its services allow. */
bool hw_beside_wants(const struct hw_engine *engine, uint32_t referral);

/* Whether it may go out to this service beside those it is out to. */
bool hw_beside_may(const struct hw_engine *engine, uint32_t referral, uint32_t service);

/* Whether somebody else accepted, or began, so that a proposal or offer has no more use. */
bool hw_beside_is_taken(const struct hw_engine *engine, uint32_t referral);

/* How many proposals and offers of a referral are live. */
unsigned hw_beside_count(const struct hw_engine *engine, uint32_t referral);

#endif
