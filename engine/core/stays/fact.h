/*
 * fact.h - facts: what one event says, split by kind, with the key that orders them (R0).
 *
 * The order of facts is event time, recorded time, rank of the kind, MSH-7, MSH-13, MSH-10,
 * content. Arrival, sequence and connection are no part of it.
 */
#ifndef HW_FACT_H
#define HW_FACT_H

#include "core/state.h"

enum { HW_FACTS_PER_EVENT_MAX = 8, HW_FACT_VALUES_MAX = 12 };

/* One statement, unpacked. */
struct hw_fact {
    struct hw_key key;
    struct hw_time moment;     /* the field that names it, else event time */
    struct hw_time admitted;   /* PV1-44 as said */
    struct hw_time discharged; /* PV1-45 as said */
    struct hw_time expected;   /* expected discharge; READY: the ready time */
    uint16_t set;              /* bits of enum hw_register; at most HW_FACT_VALUES_MAX */
    uint16_t cleared;
    uint8_t kind; /* enum hw_fact_kind */
    uint8_t event_precision;
    uint8_t meets;                 /* READY: enum hw_meets */
    uint8_t expected_cleared;      /* expected discharge, or ready time, withdrawn */
    uint8_t died;                  /* DEATH: 1 died, 0 withdrawn */
    uint8_t moment_said;           /* the moment was named by a field */
    uint8_t content_known;         /* key.content is there; else it is made when keys tie */
    uint32_t organisation;         /* text */
    uint32_t stay;                 /* whose fact; 0: of a person or visit only */
    uint32_t place;                /* in a fold: how many facts come before it */
    uint32_t values[HW_REGISTERS]; /* texts; 0 of what is not set */
};

/*
 * < 0, 0, > 0 as R0 orders facts.  The content decides where all else is equal, which is next to
 * never: only then is it hashed.
 */
int hw_fact_order(const struct hw_engine *engine, const struct hw_fact *a, const struct hw_fact *b);

/* Whether they say the same of the same stay (both of its list), whatever message they came in. */
bool hw_fact_same(const struct hw_fact *a, const struct hw_fact *b);

/* What a fact says and about which stay, hashed: the same fact twice is one fact (R0). */
struct hw_hash hw_fact_content(const struct hw_engine *engine, const struct hw_fact *fact);

/* Whether two facts came in one message: all that a message gives to its facts is equal. */
bool hw_fact_same_message(const struct hw_fact *a, const struct hw_fact *b);

enum {
    HW_FACT_MOVEMENTS = 0 /* bits of enum hw_fact_kind */
#define HW_FACT_MOVEMENT(number, name, rank, movement) | movement << number
    HW_FACT_LIST(HW_FACT_MOVEMENT)
#undef HW_FACT_MOVEMENT
};

static inline bool hw_fact_is_movement(const struct hw_fact *fact)
{
    return (HW_FACT_MOVEMENTS >> fact->kind & 1) != 0;
}

static inline bool hw_fact_has(const struct hw_fact *fact, enum hw_register reg)
{
    return (fact->set >> reg & 1u) != 0;
}

static inline bool hw_fact_clears(const struct hw_fact *fact, enum hw_register reg)
{
    return (fact->cleared >> reg & 1u) != 0;
}

/* The text of a register the fact has; 0 otherwise. */
static inline uint32_t hw_fact_value(const struct hw_fact *fact, enum hw_register reg)
{
    return fact->values[reg];
}

/*
 * The key an event gives to everything it says (content left zero).
 */
void hw_key_of_event(const struct hw_event *event, struct hw_key *ret_key);

/*
 * What event says, as facts with keys, without content: stay facts (all but DEATH) and person facts
 * (those that carry council or zone, and DEATH).  Codes are interned.  Returns how many of facts[]
 * were filled, at most HW_FACTS_PER_EVENT_MAX.
 */
uint32_t hw_facts_of_event(
    struct hw_engine *engine, const struct hw_event *event, struct hw_fact *facts);

/* Give a fact of event its content: what is said of no stay has nothing to make it from later. */
void hw_fact_know_content(
    const struct hw_engine *engine, const struct hw_event *event, struct hw_fact *fact);

/* Registers that are the person's. */
enum {
    HW_PERSONAL_REGISTERS = 1 << HW_REG_COUNCIL | 1 << HW_REG_COUNCIL_PROPOSED | 1 << HW_REG_ZONE
};

/* Whether a fact belongs (also) to the person's list: it says council, zone or death. */
bool hw_fact_is_personal(const struct hw_fact *fact);

/* More than 48 h ahead of its recorded time: kept, a finding, no effect (R0). */
enum { HW_AHEAD_HOURS_MAX = 48 };
static inline bool hw_far_ahead(const struct hw_fact *fact, int64_t ms)
{
    return ms > fact->key.recorded_ms + HW_AHEAD_HOURS_MAX * HW_HOUR_MS;
}

#endif
