/*
 * situation.h - where a person is, as far as referrals go by it: read from stays, never kept.
 */
#ifndef HW_SITUATION_H
#define HW_SITUATION_H

#include "core/state.h"

struct hw_situation {
    uint32_t stay;          /* the leader it is read from: the one named, else the latest; 0 */
    int64_t first_ready_ms; /* of that stay; HW_TIME_NONE: never */
    int64_t expected_ms;    /* expected discharge; HW_TIME_NONE: not said */
    int64_t left_ms;        /* when that stay ended; HW_TIME_NONE: it has not */
    int64_t admitted_ms;    /* of the stay they are in hospital in now; HW_TIME_NONE: none */
    uint32_t site, council, zone, destination; /* texts */
    uint8_t pathway;                           /* enum hw_pathway */
    bool in_hospital;                          /* now, in any stay */
    bool ready;                                /* now */
    bool dead;
    bool dead_twice; /* as two organisations say (R7) */
    bool restricted;
    bool unconfirmed;                /* identity: R6 */
    bool possible_match;             /* with somebody else: R6 */
    bool blocks_offer, blocks_start; /* an open wait of that stay */
    bool minor;                      /* under 18 now, as far as is known */
};

/* The stay of the person of an identifier that was admitted last: where they are now; 0: none. */
uint32_t hw_situation_latest(const struct hw_engine *engine, uint32_t identifier);

/* Of the person of an identifier; stay: the one a referral names, 0: none. */
void hw_situation_of(struct hw_engine *engine, uint32_t identifier, uint32_t stay,
    struct hw_situation *ret_situation);

#endif
