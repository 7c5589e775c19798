/*
 * alert.h - what a person must look at: raised, repeated and cleared by journaled decisions,
 * acknowledged by people (CONTRACT R6, R7, R8, R14, R15, 3.3).
 *
 * Which alerts should stand follows from state alone (safety.h); this keeps those that do stand
 * equal to it, one decision at a time.  One that stands is repeated until somebody acknowledges it:
 * the grave ones every quarter of an hour, the others hourly at first and then ever more rarely, to
 * once a day.  An acknowledged one stands on, in silence, until what raised it is over; but for
 * somebody home whom nobody has referred, for whom that word is the end of it (unreferred.h).
 */
#ifndef HW_ALERT_H
#define HW_ALERT_H

#include "core/state.h"

static inline struct hw_alert *hw_alert_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, alerts, hw_alert, handle);
}

/* By the sequence that raised it; 0: there is none. */
uint32_t hw_alert_find(const struct hw_engine *engine, uint64_t reference);

/* Of a list (hw_referral.alerts, hw_service.alerts, hw_stay.alerts): the one of a kind that stands;
 * 0: none. */
uint32_t hw_alert_standing(const struct hw_engine *engine, uint32_t alerts, unsigned kind);

/* The gravest of a list that stands; HW_ALERT_NONE. */
unsigned hw_alert_gravest(const struct hw_engine *engine, uint32_t alerts);

/* Decide the next thing that is to be said of alerts about it: engine->decision, or false. */
bool hw_alert_decide_referral(struct hw_engine *engine, uint32_t referral);
bool hw_alert_decide_service(struct hw_engine *engine, uint32_t service);
bool hw_alert_decide_stay(struct hw_engine *engine, uint32_t stay);

/* A decision about an alert takes effect. */
void hw_alert_apply(struct hw_engine *engine, const struct hw_event *event);

/* Somebody has seen it: it is not repeated from now on.  by, action, note: texts. */
void hw_alert_acknowledge(
    struct hw_engine *engine, uint32_t alert, uint32_t by, uint32_t action, uint32_t note);

/* Its timer is due: what it is about is looked at again. */
void hw_alert_due(struct hw_engine *engine, uint32_t alert);

/* Services changed: whatever stands may be over. */
void hw_alert_look_again(struct hw_engine *engine);

#endif
