/*
 * rules.h - may this service be proposed to this referral, and if not, which rule is in the way.
 *
 * Two steps, because the first changes seldom: rules about the profile of a referral and what a
 * service is, kept as reaches (profile.h); then those about this person, this moment and what is
 * free.  The same functions answer why-not, so that an explanation can not say otherwise than the
 * matcher does.  Source: CONTRACT R9, R8 (reserve).
 */
#ifndef HW_RULES_H
#define HW_RULES_H

#include "core/state.h"
#include "homeward/routing.h"

/* The first rule between them that holds whoever it is and whatever is free; HW_RULE_NONE. */
enum hw_rule hw_rule_of_profile(
    const struct hw_engine *engine, const struct hw_profile *profile, uint32_t service);

/* The first of the rest; HW_RULE_NONE: it can be proposed, to begin at *ret_start_ms. */
enum hw_rule hw_rule_of_referral(
    const struct hw_engine *engine, uint32_t referral, uint32_t service, int64_t *ret_start_ms);

/* Of these, only those about the two themselves, whatever is free: age, refused, excluded. */
enum hw_rule hw_rule_of_choice(const struct hw_engine *engine, uint32_t referral, uint32_t service);

/* Units this referral would take of a service: 1, or hours a week (R9). */
int32_t hw_rule_units(const struct hw_engine *engine, uint32_t referral, uint32_t service);

/* The referral itself can not be matched with anything now; HW_RULE_NONE: it can. */
enum hw_rule hw_rule_of_waiting(const struct hw_engine *engine, uint32_t referral);

#endif
