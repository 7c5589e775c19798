/*
 * tell.h - what the outside hears of routing at once (CONTRACT 5.1): effects, made where a state
 * changes and read until the next record.
 *
 * Effects are no part of state: nothing is decided on them, and replay makes them again unheard.
 * Of more than HW_EFFECTS_MAX in one record the newest are left out; a query says how all stands.
 */
#ifndef HW_ROUTING_TELL_H
#define HW_ROUTING_TELL_H

#include "core/state.h"

/* A proposal, offer or placement as it stands after a change; kind is one of HW_EFFECT_ROUTE_*. */
void hw_tell_match(struct hw_engine *engine, enum hw_effect_kind kind, uint32_t match);

/* The holds of a referral changed (none left: it was released). */
void hw_tell_held(struct hw_engine *engine, uint32_t referral);

/* Before capacity, held units or suspension of a service change: once a record is enough. */
void hw_tell_capacity(struct hw_engine *engine, uint32_t service);

/* An alert begins (or is told again), or is over. */
void hw_tell_alert(struct hw_engine *engine, bool raised, uint32_t alert);

/* What may go by itself in a scope ("service") of a code (text; 0: all) is another mode now. */
void hw_tell_mode(
    struct hw_engine *engine, const char *scope, uint32_t code, const char *mode, int64_t until_ms);

/* The record has taken effect: capacities are told as they stand now, if they differ. */
void hw_tell_finish(struct hw_engine *engine);

#endif
