/*
 * choose.h - of the services that may take a referral, which first; of those who wait, who (R9,
 * R11).
 */
#ifndef HW_CHOOSE_H
#define HW_CHOOSE_H

#include "core/state.h"

/* What was chosen; service or referral 0: nothing. */
struct hw_choice {
    uint32_t referral, service;
    int64_t start_ms;
    uint64_t looked_at; /* how many were asked before it was found */
};

/* The service proposed to a referral that waits, or may be out to one more (beside.h). */
struct hw_choice hw_choose_service(const struct hw_engine *engine, uint32_t referral);

/* The first in the queue without a live match that a service with room could take (R11). */
struct hw_choice hw_choose_referral(const struct hw_engine *engine, uint32_t service);

/*
 * Why a comes before b for a referral (both may be proposed): negative, with *ret_words saying by
 * what, for the explanation.
 */
int hw_choice_order(const struct hw_engine *engine, uint32_t referral, const struct hw_reach *a,
    int64_t a_start_ms, const struct hw_reach *b, int64_t b_start_ms, const char **ret_words);

#endif
