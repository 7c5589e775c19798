/*
 * share.h - what referrals add to the live totals (CONTRACT R2): taken out and put in again
 * whenever one changes, so that a figure costs what changed and never the population.
 */
#ifndef HW_ROUTING_SHARE_H
#define HW_ROUTING_SHARE_H

#include "core/state.h"

/* Bring the share of a referral up to date. */
void hw_referral_count(struct hw_engine *engine, uint32_t referral);

/* A new London day: who starts today is another question. */
void hw_referrals_new_day(struct hw_engine *engine);

#endif
