/*
 * modes.h - what may be done without a person, by scope, and what is paused, as JSON (CONTRACT
 * 3.3).
 */
#ifndef HW_RESOURCE_MODES_H
#define HW_RESOURCE_MODES_H

#include <jansson.h>

#include "homeward/routing.h"

/* All that hold now: [{"scope","code","mode","by","reason","since","until"}]. */
json_t *hw_modes_json(const struct hw_engine *engine);

/* Of them what pauses a referral at a service, as hw_paused_walk() says; empty: nothing. */
json_t *hw_paused_json(const struct hw_engine *engine, uint64_t referral, struct hw_slice service);

#endif
