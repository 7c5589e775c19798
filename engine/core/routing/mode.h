/*
 * mode.h - what the engine may do by itself, by scope (CONTRACT R10, 3.3), and where automation
 * ends.
 */
#ifndef HW_MODE_H
#define HW_MODE_H

#include "core/state.h"

/* How long a mode holds, who says so and why; texts, 0: not said. */
struct hw_mode_said {
    int64_t until_ms; /* HW_TIME_OPEN: until another is set */
    uint32_t by, reason;
};

/*
 * "all" or KIND:CODE, and a mode, as said in routing.mode.  False when scope or mode is none:
 * nothing changed.
 */
bool hw_mode_set(struct hw_engine *engine, struct hw_slice scope, struct hw_slice mode,
    const struct hw_mode_said *said);

/* The time of a mode is over: what it kept back is looked at again, in the same tick. */
void hw_mode_lapsed(struct hw_engine *engine, uint32_t mode);

/*
 * The mode for a referral and a service: paused where any scope that covers them is paused, else
 * of the narrowest.  Where nobody has set a mode for all, routing.mode of the configuration is it.
 */
enum hw_mode hw_mode_of(const struct hw_engine *engine, uint32_t referral, uint32_t service);

/* Whether a record that was taken set the mode of a scope that a referral stands in. */
bool hw_mode_touches(
    const struct hw_engine *engine, const struct hw_event *event, uint32_t referral);

/* Paused, or unsure (R16): nothing is sent, expires or is accepted by itself. */
bool hw_mode_is_still(const struct hw_engine *engine, uint32_t referral, uint32_t service);

/* Whether an offer may go without a person: allowed for the kind, and none of R10's exceptions. */
bool hw_mode_automates(const struct hw_engine *engine, uint32_t referral, uint32_t service);

/* What holds where the configuration says nothing (CONTRACT R8, R10, R14). */
struct hw_routing_settings hw_routing_usual(void);

/* Kinds of service that automation is allowed for, separated by ;, as bits. */
uint32_t hw_mode_kinds(struct hw_slice list);

unsigned hw_mode_number(struct hw_slice name); /* 0: none */
const char *hw_mode_name(unsigned mode);

#endif
