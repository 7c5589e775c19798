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

/*
 * All rules that are in the way, as bits of enum hw_rule: of everything that is asked, or of what
 * lasts (what the service is, and age, refused, excluded), whatever is free or was answered.
 */
uint32_t hw_rules_between(const struct hw_engine *engine, uint32_t referral, uint32_t service);
uint32_t hw_rules_lasting(const struct hw_engine *engine, uint32_t referral, uint32_t service);

/* The first of some in the order they are asked; HW_RULE_NONE of none. */
enum hw_rule hw_rule_first(uint32_t bits);

/* By name; HW_RULE_NONE: there is no such rule. */
enum hw_rule hw_rule_named(struct hw_slice name);

/* What is told a person whose own offer it stands against: the rule, and how to set it aside. */
const char *hw_rule_unless(enum hw_rule rule);

/* Whether it was offered to the service or proposed, and refused. */
bool hw_rule_has_declined(const struct hw_engine *engine, uint32_t referral, uint32_t service);

/* Units this referral would take of a service: 1, or hours a week (R9). */
int32_t hw_rule_units(const struct hw_engine *engine, uint32_t referral, uint32_t service);

/* The referral itself can not be matched with anything now; HW_RULE_NONE: it can. */
enum hw_rule hw_rule_of_waiting(const struct hw_engine *engine, uint32_t referral);

#endif
