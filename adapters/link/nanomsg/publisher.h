/*
 * publisher.h - what is published, when, and with which number (CONTRACT 5.1); no sockets.
 *
 * Metrics are looked at in rounds: a round passes over every row once and sends those that changed
 * (or all of them).  What happens (effects: delays, routing, capacity, alerts) is queued as records
 * are applied.  Both wait until what they
 * state is durable.  Work comes in steps of well under a millisecond.  Loop thread.
 */
#ifndef HW_LINK_NANOMSG_PUBLISHER_H
#define HW_LINK_NANOMSG_PUBLISHER_H

#include "resource/resource.h"

/* id, topic, when it is sent, what its JSON holds.  CODE stands for the row's code. */
/* clang-format off */
#define HW_TOPIC_LIST(X)                                                                           \
    X(TOTAL,   "metrics/total",        "on change and every 10 s", "`total` of `summary`")         \
    X(SITE,    "metrics/site/CODE",    "on change and every 10 s", "a row of `sites`")             \
    X(COUNCIL, "metrics/council/CODE", "on change and every 10 s", "a row of `councils`")          \
    X(ZONE,    "metrics/zone/CODE",    "on change and every 10 s", "a row of `zones`")             \
    X(STARTED, "delay/started",        "at once",                  "a delay that began")           \
    X(CHANGED, "delay/changed",        "at once",                  "its start, reason or side, or its first midnight") \
    X(ENDED,   "delay/ended",          "at once",                  "a delay that is over, or never was") \
    X(SERVICE, "metrics/service/CODE", "on change and every 10 s", "a row of `services`")          \
    X(ROUTE_PROPOSED,  "route/proposed",  "at once", "a proposal, made or renewed; `observed`: what would have been one") \
    X(ROUTE_OFFERED,   "route/offered",   "at once", "an offer, sent or given more time")          \
    X(ROUTE_ANSWERED,  "route/answered",  "at once", "a service's answer: `state` says which")     \
    X(ROUTE_EXPIRED,   "route/expired",   "at once", "a proposal or offer whose time ran out")     \
    X(ROUTE_HELD,      "route/held",      "at once", "a referral on hold; `held` is empty when it is released") \
    X(ROUTE_SUSPENDED, "route/suspended", "at once", "an offer or placement kept `until`; null: it goes on") \
    X(ROUTE_STARTED,   "route/started",   "at once", "support that began")                         \
    X(ROUTE_ENDED,     "route/ended",     "at once", "support, offer or proposal that is over: `state` says how") \
    X(CAPACITY,        "capacity/CODE",   "on change", "capacity, held, free and suspended of a service") \
    X(RAISED,          "alert/raised",    "at once", "something a person must look at")            \
    X(CLEARED,         "alert/cleared",   "at once", "an alert that is over")                      \
    X(AUTOMATION,      "automation/changed", "on change", "what may go by itself, by scope")
/* clang-format on */

enum hw_topic {
#define HW_TOPIC_ENUM(id, topic, when, what) HW_TOPIC_##id,
    HW_TOPIC_LIST(HW_TOPIC_ENUM)
#undef HW_TOPIC_ENUM
        HW_TOPIC_COUNT
};

enum {
    HW_TELLING_QUEUED_MAX = 4096, /* of more, the newest are left out: their numbers are missing */
    HW_TOPIC_SIZE_MAX = 192,      /* bytes; longer codes are cut */
};

struct hw_publisher; /* Opaque. */

struct hw_publisher_options {
    struct hw_resources *resources; /* borrowed */
    uint64_t run;
    /* Whether anybody would hear; without a listener nothing is built.  NULL: always. */
    bool (*listening)(void *context);
    /* One message, "TOPIC JSON"; text is borrowed during the call. */
    void (*send)(void *context, const char *text, size_t size);
    void *context;
};

/* NULL: no memory. */
struct hw_publisher *hw_publisher_new(const struct hw_publisher_options *options);
void hw_publisher_free(struct hw_publisher *publisher);

/* After each applied record: queue what its effects have to say. */
void hw_publisher_effects(struct hw_publisher *publisher);

/* Begin a round over the rows, of all or of those that changed; no-op while one is under way. */
void hw_publisher_round(struct hw_publisher *publisher, bool all);

/* Do a share of the work.  Whether more could be done at once (not: waits to be durable). */
bool hw_publisher_step(struct hw_publisher *publisher, uint64_t durable);

/* What happened and was left out so far because the queue was full. */
uint64_t hw_publisher_left_out(const struct hw_publisher *publisher);

#endif
