/*
 * phone.h - the same quarter matched first come, first served, by hand-made rules.
 *
 * By telephone, as hubs and council brokers work (domain.md 5.7, 6.2): somebody rings the usual
 * services of the person's zone, one after the other, until one says yes.
 * - The hub is open 08:00 to 18:00 every day (Leicester's is seven days, domain.md 6.4); the crisis
 *   line is answered at any hour.  There are as many people at the telephones as are needed.
 * - People are taken up in order of receipt, 2-hour referrals before all others.
 * - The hub knows who gives what and where, so it rings only those that fit; those with the
 * contract of the zone first, then the others in the order of the list.
 * - It does not know who has room: it learns that by ringing (10 minutes).  Who is closed is passed
 *   over and rung later.
 * - Who has room keeps the place while thinking it over, and answers as in county.h; who said no is
 *   not asked again about this person.
 * - When all have been rung in vain, all that were full are rung again at the next of 08:00 and
 *   13:00; for a crisis, every half an hour.
 * Each of these is what a well-run hub does; where there was a choice it was made for the hub: no
 * queue for a telephone, no call that is missed, no place promised twice, two rounds a day.
 *
 * Several at a time: the same, but while a service thinks it over the next is rung, where
 * county_service says that so many may be asked at once; the first that says yes has them.
 *
 * Told everything: the same order of people and of services, but who has room is known at once and
 * at any hour, and who is first in line is asked the minute there is room.  Between the two lies
 * what knowing is worth; between this and the matcher, what choosing is.
 */
#ifndef HW_BENCH_PHONE_H
#define HW_BENCH_PHONE_H

#include "county.h"

enum phone_way { PHONE_ONE, PHONE_SEVERAL, PHONE_TOLD };

void phone_run(const struct county *county, enum phone_way way, struct county_outcome *outcome);

#endif
