/*
 * share.h - what one stay adds to the totals now, and what the outside is told of its delay.
 *
 * A share is a pure function of the history and of now (the accepted time of the record being
 * applied); it is brought up to date whenever the history changes or a boundary ahead is reached
 * (the stay's timer).
 */
#ifndef HW_SHARE_H
#define HW_SHARE_H

#include "core/stays/fold.h"

/* Take the share of a stay out of rows, accounts and findings. */
void hw_share_withdraw(struct hw_engine *engine, uint32_t stay);

/*
 * Fold the group of a leader and put its share in, in place of the one that is there; sets its
 * timer and tells effects.  rivals: the person has another open stay.
 */
void hw_share_update(struct hw_engine *engine, uint32_t leader, bool rivals);

/* Whether the share is what folding the group now would make it: for tests of the short cut. */
bool hw_share_is_current(struct hw_engine *engine, uint32_t leader);

/* A stay that leads no group (any more): no timer, and the outside hears that its delay is none. */
void hw_share_retire(struct hw_engine *engine, uint32_t stay);

/* The day an expected discharge counts for in rows now; HW_DAY_NONE: gone, or further ahead. */
int32_t hw_share_expected_day(const struct hw_engine *engine, int32_t day);

/*
 * Sealing (R0): history_open_ms after its end a stay gives up its facts; what it added to the
 * ledger, the findings and the digest stays.
 */
bool hw_share_is_sealable(const struct hw_engine *engine, uint32_t leader);
void hw_share_seal(struct hw_engine *engine, uint32_t leader);

#endif
