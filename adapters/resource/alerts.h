/*
 * alerts.h - what a person must look at, as JSON (CONTRACT 5.2, alerts).
 */
#ifndef HW_RESOURCE_ALERTS_H
#define HW_RESOURCE_ALERTS_H

#include <jansson.h>

#include "homeward/routing.h"

/* All there ever were about a referral (reference), newest first: a new reference; NULL: memory. */
json_t *hw_alerts_json(const struct hw_engine *engine, uint64_t referral);

/* The same of those about a spell itself (reference). */
json_t *hw_alerts_of_spell_json(const struct hw_engine *engine, uint64_t stay);

#endif
