/*
 * unreferred.h - people who left hospital on pathway P1 to P3 and whom nobody has referred
 * (CONTRACT R14: "without any referral they are a finding").
 *
 * There is no referral to count or to hang an alert on, so the alert is about the spell they left.
 * It is over when a referral or a start comes, when they are back in hospital, when the discharge
 * is cancelled or was no such discharge, with their death, when somebody acknowledges it, and when
 * the spell is sealed.
 */
#ifndef HW_UNREFERRED_H
#define HW_UNREFERRED_H

#include "core/state.h"

/* Something about a person or their referrals changed: the spells they left are looked at. */
void hw_unreferred_hear(struct hw_engine *engine, uint32_t person);

/* There is a service now: whoever left before is looked at. */
void hw_unreferred_look_at_all(struct hw_engine *engine);

/*
 * Whether the person of a spell is home from it on P1 to P3 with no referral at all.  One that is
 * over is none, unless it gave support since they left: else nobody arranges anything.  Where
 * Homeward knows of no service it routes nobody, and cannot know who was referred.
 */
bool hw_unreferred_is(struct hw_engine *engine, uint32_t stay);

#endif
