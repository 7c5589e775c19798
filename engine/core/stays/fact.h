/*
 * fact.h - facts: what one event says, split by kind, with the key that orders them (R0).
 *
 * The order of facts is event time, recorded time, rank of the kind, MSH-7, MSH-13, MSH-10,
 * content. Arrival, sequence and connection are no part of it.
 */
#ifndef HW_FACT_H
#define HW_FACT_H

#include "core/state.h"

enum { HW_FACTS_PER_EVENT_MAX = 8 };

/* < 0, 0, > 0 as R0 orders facts. */
int hw_fact_order(const struct hw_fact *a, const struct hw_fact *b);

/* Whether two facts came in one message: all that a message gives to its facts is equal. */
bool hw_fact_same_message(const struct hw_fact *a, const struct hw_fact *b);

bool hw_fact_is_movement(const struct hw_fact *fact);

static inline bool hw_fact_has(const struct hw_fact *fact, enum hw_register reg)
{
    return (fact->set >> reg & 1u) != 0;
}

/* The text of a register the fact has; 0 otherwise. */
uint32_t hw_fact_value(const struct hw_fact *fact, enum hw_register reg);

/*
 * The key an event gives to everything it says (content left zero).
 */
void hw_key_of_event(const struct hw_event *event, struct hw_key *ret_key);

/*
 * What event says, as facts with complete keys: stay facts (all but DEATH) and person facts (those
 * that carry council or zone, and DEATH).  Codes are interned.  Returns how many of facts[] were
 * filled, at most HW_FACTS_PER_EVENT_MAX.
 */
uint32_t hw_facts_of_event(
    struct hw_engine *engine, const struct hw_event *event, struct hw_fact *facts);

/* Whether a fact belongs (also) to the person's list: it says council, zone or death. */
bool hw_fact_is_personal(const struct hw_fact *fact);

/* More than 48 h ahead of its recorded time: kept, a finding, no effect (R0). */
enum { HW_AHEAD_HOURS_MAX = 48 };
static inline bool hw_far_ahead(const struct hw_fact *fact, int64_t ms)
{
    return ms > fact->key.recorded_ms + HW_AHEAD_HOURS_MAX * HW_HOUR_MS;
}

#endif
