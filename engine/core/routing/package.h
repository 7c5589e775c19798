/*
 * package.h - care somebody had before: interrupted, going on again, or over (CONTRACT 3.2
 * package.*).
 *
 * A package is the started match of its person with its service, without an offer where nobody
 * told of it before (R13); it holds its units until the day its provider named, and not longer.
 */
#ifndef HW_PACKAGE_H
#define HW_PACKAGE_H

#include "core/state.h"

/*
 * What is said of a package of this person and service is about this match: the one in service,
 * else (any_live) one that is on its way there, else the last whose package is over; 0: none.
 */
uint32_t hw_package_find(
    const struct hw_engine *engine, uint32_t identifier, uint32_t service, bool any_live);

/* It is interrupted and kept until a moment, or (HW_TIME_NONE) it goes on; the service is told. */
void hw_package_suspend(struct hw_engine *engine, uint32_t match, int64_t until_ms);

/* It is kept no longer: its units are free, its referral is over, and the hub is told. */
void hw_package_end(struct hw_engine *engine, uint32_t match);

/*
 * The service whose interrupted package a person on pathway 0 in this stay (leader) goes home to;
 * 0: none.
 */
uint32_t hw_package_awaited(const struct hw_engine *engine, uint32_t identifier, uint32_t leader);

#endif
