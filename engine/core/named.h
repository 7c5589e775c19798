/*
 * named.h - what decisions of people name by a reference (CONTRACT 3.3, 5): spells, and whose they
 * or referrals are.
 *
 * HW_FIELD_DETAIL of such a decision is the reference of a spell, "S5DBR2", or, of who is whom, a
 * line each of "person=S5DBR2" and "other=R7K2M1": people by a spell or a referral of theirs.
 * References name what there is, so they are looked up when the decision is applied.
 */
#ifndef HW_NAMED_H
#define HW_NAMED_H

#include "core/state.h"

/* What stands behind key in the lines of a decision about who is whom; empty: not there. */
struct hw_slice hw_named_part(const struct hw_event *event, const char *key);

/* Whose a spell or a referral is, by its reference: an identifier; 0: not known. */
uint32_t hw_named_person(const struct hw_engine *engine, struct hw_slice reference);

#endif
