/*
 * safety.h - what keeps people from harm while support is arranged (CONTRACT R6, R7, R14, R15):
 * which alerts should stand, what is suspended, and what nobody may send.
 *
 * Suspended: the service is told to wait, and units stay held.  For somebody who is back in
 * hospital or no longer ready, as long as the service keeps a place (suspend_hold); then the hub is
 * asked, and nothing is given up without its word.  For somebody recorded as dead, until a second
 * organisation or a person confirms it, or 24 hours; then units are released.  Time does not run
 * against an offer that is suspended, or whose person is in doubt.
 *
 * Actions of alert.acknowledged that do something (any other word is kept, and no more):
 *
 *      hold_over          kept       the places are kept as long again
 *                         given_up   what is suspended past its time is over
 *      death_to_confirm   confirmed  the death is confirmed: units are released
 *      package_lapsed     any        it is no longer told
 *      hold_lapsed        any        it is no longer told
 *      referral_for_dead  any        it is no longer told
 */
#ifndef HW_SAFETY_H
#define HW_SAFETY_H

#include "core/state.h"

/* The alerts that should stand about it now, as bits of enum hw_alert_kind. */
uint32_t hw_safety_alerts_of_referral(struct hw_engine *engine, uint32_t referral);
uint32_t hw_safety_alerts_of_service(const struct hw_engine *engine, uint32_t service);

/* Home on P1 to P3, alive, and nothing that was arranged has started (R14). */
bool hw_safety_is_home_without(const struct hw_referral *referral);

/* Decide what safety asks of a live match: suspended, resumed, over; false: nothing. */
bool hw_safety_decide_match(struct hw_engine *engine, uint32_t match);

/* That a match is suspended or resumed takes effect. */
void hw_safety_apply(struct hw_engine *engine, const struct hw_event *event, uint32_t match);

/* Whether nothing is to be decided of a match by itself, nor by the clock: suspended, in doubt. */
bool hw_safety_stops_time(const struct hw_engine *engine, uint32_t match);

/* A person has released it: offers that ran out meanwhile have a while left. */
void hw_safety_released(struct hw_engine *engine, uint32_t referral);

/* Why nobody may send an offer for it now, in words; NULL: they may. */
const char *hw_safety_forbids(const struct hw_engine *engine, uint32_t referral);

/* What a person said on acknowledging an alert takes effect. */
void hw_safety_acknowledged(struct hw_engine *engine, uint32_t alert, struct hw_slice action);

#endif
