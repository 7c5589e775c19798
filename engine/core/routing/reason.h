/*
 * reason.h - what a stay waits for, as far as its referrals tell (CONTRACT R3, inferring).
 *
 * Inferring is a decision: made when a referral is considered or changes state, journaled, and
 * standing until the next.  Of several referrals of one stay the furthest tells, of equals the
 * first, so that two never take turns.  Decided only while the stay is ready: nobody else is
 * charged.  Which of several services is waited for when none has room: the first in the order of
 * R9, whatever is free; where no service is commissioned at all, reablement (P1), an intermediate
 * bed (P2) or a care home (P3).
 */
#ifndef HW_REASON_H
#define HW_REASON_H

#include "core/state.h"

struct hw_reason_wanted {
    uint32_t stay;        /* leader; 0: nothing is to be decided */
    uint32_t service;     /* waited for; 0: none in particular */
    const char *reason;   /* a SitRep key; NULL: as the pathway says */
    struct hw_slice side; /* commissioner of the service, else unassigned */
};

/* What the stay of a referral waits for now, if that is not what was decided last. */
struct hw_reason_wanted hw_reason_wanted(const struct hw_engine *engine, uint32_t referral);

#endif
