/*
 * explain.h - why this service and no other: written when it is decided, kept in the journal.
 */
#ifndef HW_EXPLAIN_H
#define HW_EXPLAIN_H

#include "core/state.h"
#include "homeward/routing.h"

/*
 * The candidates in order, each with what put it behind the one before, then for every other
 * service the rule in its way: "HART>HTL2 the contract for that zone|CRS:direction;BED4:units".
 * At most HW_TEXT_SIZE_MAX bytes: what does not fit is counted ("+12").  Borrowed until the next
 * call.
 */
struct hw_slice hw_explain_choice(struct hw_engine *engine, uint32_t referral, uint32_t service);

/* The first rule between a referral and a service, whichever step it belongs to. */
enum hw_rule hw_explain_rule(struct hw_engine *engine, uint32_t referral, uint32_t service);

#endif
