/*
 * bound.h - how few ready hours any way of matching could have come to, knowing the whole quarter.
 *
 * Somebody who knows everything beforehand, who will be ready when, how long each will stay, who
 * would say no, still has to keep to this: nobody is asked about before they are ready; a place is
 * kept from the moment its service is asked until the person leaves it; the service answers in its
 * time and begins in its hours (county.h); and no service has more in it than its capacity.  The
 * least total of ready hours under that is bounded from below by Lagrangian relaxation: capacity is
 * looked at only every STEP_HOURS, and instead of forbidding more than there is, a price is asked
 * for each unit of each service at each of those moments.  Whatever the prices, least cost of each
 * person by themselves, less the price of all capacity, is at most the true least total; prices are
 * improved by subgradient steps and the best total found is kept.  Not starting at all in the
 * quarter costs the hours to its end, as for everybody else.
 *
 * So it is a true lower bound, not a plan: it may take short stays before long ones, whoever was
 * first, which no hub does; it knows of no order, approval or fairness.
 */
#ifndef HW_BENCH_BOUND_H
#define HW_BENCH_BOUND_H

#include "county.h"

enum { BOUND_STEP_HOURS = 12 };

/*
 * Ready hours of a group of classes (county_group).  reached: total of some real way, towards which
 * steps are taken; steps: how many.
 */
double bound_ready_hours(
    const struct county *county, unsigned group, double reached, uint32_t steps);

#endif
