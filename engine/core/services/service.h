/*
 * service.h - services as they are known now: what they give, whom they take, how much is free.
 *
 * A service is made by the first thing said of it: configuration (settings services/CODE/KEY),
 * service.declared of a feed (the same keys, in one text) or service.capacity.  What is not known
 * of it stands at the value that takes nobody: a service without kind, unit or capacity is proposed
 * to no one.  Capacity cut below what is held is kept as said: free is negative, a shortfall.
 */
#ifndef HW_SERVICE_H
#define HW_SERVICE_H

#include "core/state.h"

/*
 * Keys of a service, as in the configuration (CONTRACT 6): name, reader, member.  Durations are
 * whole minutes; lists are separated by ;.
 */
#define HW_SERVICE_KEY_LIST(X)                                                                     \
    X("name", TEXT, name)                                                                          \
    X("provider", TEXT, provider)                                                                  \
    X("commissioner", TEXT, commissioner)                                                          \
    X("kind", KIND, kind)                                                                          \
    X("directions", DIRECTIONS, directions)                                                        \
    X("councils", LIST, councils)                                                                  \
    X("zones", LIST, zones) /* "all", or codes with contract rank: BLA:1;CHA:2 */                  \
    X("unit", UNIT, unit)                                                                          \
    X("basis", BASIS, basis)                                                                       \
    X("capacity", COUNT, capacity)                                                                 \
    X("capacity_ttl_minutes", SOME_MINUTES, capacity_ttl_ms)                                       \
    X("capabilities", NEEDS, capabilities)                                                         \
    X("pathways", PATHWAYS, pathways)                                                              \
    X("funding", LIST, funding) /* none: any */                                                    \
    X("starts_per_day", STARTS, starts_per_day)                                                    \
    X("max_stay_minutes", MINUTES, max_stay_ms)                                                    \
    X("proposal_ttl_minutes", SOME_MINUTES, proposal_ttl_ms)                                       \
    X("offer_ttl_minutes", SOME_MINUTES, offer_ttl_ms)                                             \
    X("answer_hours", HOURS, answer_hours)                                                         \
    X("hours", HOURS, hours)                                                                       \
    X("offers_at_once", AT_ONCE, offers_at_once)                                                   \
    X("auto_accept", FLAG, auto_accept)                                                            \
    X("step_up_reserve", COUNT, step_up_reserve)                                                   \
    X("suspend_hold_minutes", SOME_MINUTES, suspend_hold_ms)                                       \
    X("cost_per_day_pence", PENCE, cost_per_day_pence)                                             \
    X("age_from", AGE, age_from)                                                                   \
    X("age_to", AGE, age_to)                                                                       \
    X("sex", SEX, sex)

static inline struct hw_service *hw_service_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, services, hw_service, handle);
}

/* By code; 0: not known.  Take makes it (room was ensured). */
uint32_t hw_service_find(const struct hw_engine *engine, uint32_t code);
uint32_t hw_service_take(struct hw_engine *engine, uint32_t code);

/* A whole number of at most nine digits; an entry of a list, the next, without blanks (keys.c). */
bool hw_service_read_count(struct hw_slice text, int64_t *ret_value);
bool hw_service_next_entry(struct hw_slice *list, struct hw_slice *ret_entry);

/*
 * Set one key.  False, with the service unchanged, when the key or its value is wrong
 * (hw_service_key_wrong).  Whoever could be served may change: the matcher is told.
 */
bool hw_service_set(
    struct hw_engine *engine, uint32_t service, struct hw_slice key, struct hw_slice value);

/*
 * Rank of the contract in a zone (text; 0 unknown): 1 is first; 0: does not serve it.  A service
 * that works in all zones has one rank everywhere.
 */
uint32_t hw_service_zone_rank(
    const struct hw_engine *engine, const struct hw_service *service, uint32_t zone);

/* Whether a list of the service (councils, funding) has a code; an empty list has all. */
bool hw_service_lists(const struct hw_engine *engine, uint32_t list, uint32_t code);

/* Units not held; negative is a shortfall (R9, 5.2). */
static inline int32_t hw_service_free(const struct hw_service *service)
{
    return service->capacity - (service->held - service->told);
}

/* Declared capacity older than its ttl is proposed with its age, never used automatically (R16). */
bool hw_service_is_stale(const struct hw_service *service, int64_t now_ms);

/* From when on it is; HW_TIME_OPEN: never, HW_TIME_NONE: always, nothing was declared. */
int64_t hw_service_stale_from_ms(const struct hw_service *service);

/* enum hw_sex of "any", "female", "male" (F, M); HW_SEX_UNKNOWN of anything else. */
unsigned hw_sex_of(struct hw_slice text);

hw_table_hash hw_service_hash;

#endif
