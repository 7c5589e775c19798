/*
 * said.h - what is said to the small data directory: stays, and a hub with its services, referrals,
 * proposals, offers, answers and placements.
 *
 * A message has a number; the same number, the same words.  What answers an offer names the newest
 * one there is.  Whatever number: it is taken.
 */
#ifndef HW_TEST_SAID_H
#define HW_TEST_SAID_H

#include "runtime/runtime.h"

/* Submit the message of this number, from 1 on, dated now_ms. */
struct hw_submitted said_submit(struct hw_runtime *runtime, uint64_t number, int64_t now_ms);

#endif
