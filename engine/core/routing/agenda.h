/*
 * agenda.h - what the engine has yet to look at, and what it then decides (DESIGN, decisions).
 *
 * What changes puts matches, referrals, services and stays on the agenda; nothing is decided on the
 * way. At the end of each record the agenda is worked through, matches first, then referrals,
 * services and stays, each in the order they came: the first that leads to a decision stops there,
 * and the decision is journaled and applied as the next record; whatever leads to none is done
 * with.  So a decision sees all that the record said, and state never changes without a record.
 */
#ifndef HW_AGENDA_H
#define HW_AGENDA_H

#include "core/state.h"

/* Put something on the agenda, once. */
void hw_agenda_match(struct hw_engine *engine, uint32_t match);
void hw_agenda_referral(struct hw_engine *engine, uint32_t referral);
void hw_agenda_service(struct hw_engine *engine, uint32_t service);
void hw_agenda_stay(struct hw_engine *engine, uint32_t stay);

/* The first of each kind, and taking it off; 0: none. */
uint32_t hw_agenda_first_match(const struct hw_engine *engine);
uint32_t hw_agenda_first_referral(const struct hw_engine *engine);
uint32_t hw_agenda_first_service(const struct hw_engine *engine);
uint32_t hw_agenda_first_stay(const struct hw_engine *engine);
void hw_agenda_drop_match(struct hw_engine *engine);
void hw_agenda_drop_referral(struct hw_engine *engine);
void hw_agenda_drop_service(struct hw_engine *engine);
void hw_agenda_drop_stay(struct hw_engine *engine);

#endif
