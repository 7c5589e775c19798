/*
 * unsure.h - when the engine does not know enough to go on by itself (CONTRACT R16).
 *
 * A feed is known up to the latest moment that it spoke of, as far as that is not ahead of when it
 * was taken: one that delivers what it kept back is as old as what it delivers.  Longer ago than
 * its expected silence it is stale, and with it each site that it spoke of in the last seven days.
 * A decision about a referral rests on the feeds of the site that its person is in; on capacity
 * that a service declared rests it by its own age (capacity_ttl).  Feeds are heard from the first
 * service on: before that nothing is decided.
 *
 * After a stop a tick says so (its detail is "resumed"): each open offer has at least fifteen
 * minutes from there, and for two minutes, in which feeds deliver what they kept, nothing goes by
 * itself at all.  Meanwhile what would be sent, expire or be accepted stands as it is; then it is
 * looked at again.
 */
#ifndef HW_UNSURE_H
#define HW_UNSURE_H

#include "core/state.h"

/* A record of a feed was taken: what it is about, and of which site, is known from now on. */
void hw_unsure_hear(struct hw_engine *engine, const struct hw_event *event);

/* Expected silence of a source ("*": of all that have none of their own), in minutes; <= 0: usual.
 */
void hw_unsure_expect(struct hw_engine *engine, struct hw_slice source, int64_t minutes);

/* Whether nothing about a referral goes by itself now. */
bool hw_unsure(const struct hw_engine *engine, uint32_t referral);

/* Whether a feed that spoke of a site (text) in the last seven days is stale. */
bool hw_unsure_site(const struct hw_engine *engine, uint32_t site);

/* The engine goes on after a stop; and the quiet after it is over. */
void hw_unsure_resume(struct hw_engine *engine);
void hw_unsure_settled(struct hw_engine *engine);

/* A new day: a site may no longer rest on a feed that fell silent for good. */
void hw_unsure_new_day(struct hw_engine *engine);

#endif
