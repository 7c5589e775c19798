#include "core/routing/choose.h"

#include "core/people/people.h"
#include "core/routing/beside.h"
#include "core/routing/mode.h"
#include "core/routing/profile.h"
#include "core/routing/reach.h"
#include "core/routing/referral.h"
#include "core/routing/rules.h"
#include "core/services/service.h"

static const struct hw_service *service_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, services, hw_service, handle);
}

static const struct hw_referral *referral_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, referrals, hw_referral, handle);
}

/* ---- the order of R9, one question a line ---- */

static int is_wished(
    const struct hw_engine *engine, const struct hw_referral *referral, uint32_t code)
{
    int wished = 0;

    for (uint32_t at = referral->links; at != 0; at = HW_AT(engine, links, hw_link, at)->next) {
        const struct hw_link *link = HW_AT(engine, links, hw_link, at);

        if (link->code != code || link->until_ms <= engine->root.accepted_ms)
            continue;
        if (link->kind == HW_LINK_PINNED)
            wished = 2;
        else if (link->kind == HW_LINK_PREFERRED && wished == 0)
            wished = 1;
    }
    return wished;
}

/* Whoever cared for the person before, under any of their identifiers. */
static bool had_before(
    const struct hw_engine *engine, const struct hw_referral *referral, uint32_t provider)
{
    uint32_t first = referral->identifier, at = first;

    if (provider == 0 || first == 0)
        return false;
    do {
        for (uint32_t other = hw_referrals_of(engine, at); other != 0;
             other = referral_at(engine, other)->identifier_next)
            for (uint32_t match = referral_at(engine, other)->matches; match != 0;
                 match = HW_AT(engine, matches, hw_match, match)->referral_next) {
                const struct hw_match *record = HW_AT(engine, matches, hw_match, match);

                if ((record->started_ms != HW_TIME_NONE || record->package != HW_PACKAGE_NONE) &&
                    service_at(engine, record->service)->provider == provider)
                    return true;
            }
        at = hw_identifier_at(engine, at)->person_next;
    } while (at != first);
    return false;
}

/* Whoever did not answer is asked again only behind all others, unless somebody pinned it. */
static bool has_left_unanswered(
    const struct hw_engine *engine, const struct hw_referral *referral, uint32_t service)
{
    for (uint32_t at = referral->matches; at != 0;
         at = HW_AT(engine, matches, hw_match, at)->referral_next) {
        const struct hw_match *match = HW_AT(engine, matches, hw_match, at);

        if (match->service == service && match->state == HW_MATCH_EXPIRED &&
            match->offered_ms != HW_TIME_NONE)
            return is_wished(engine, referral, service_at(engine, service)->code) < 2;
    }
    return false;
}

static int order_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* What nobody said comes last. */
static int64_t cost_of(const struct hw_service *service)
{
    return service->cost_per_day_pence > 0 ? service->cost_per_day_pence : INT64_MAX;
}

int hw_choice_order(const struct hw_engine *engine, uint32_t handle, const struct hw_reach *a,
    int64_t a_start_ms, const struct hw_reach *b, int64_t b_start_ms, const char **ret_words)
{
    const struct hw_referral *referral = referral_at(engine, handle);
    const struct hw_service *left = service_at(engine, a->service),
                            *right = service_at(engine, b->service);
    int order;

#define ASK(words, value)                                                                          \
    if ((order = (value)) != 0) {                                                                  \
        *ret_words = (words);                                                                      \
        return order;                                                                              \
    }
    ASK("it left an offer unanswered",
        has_left_unanswered(engine, referral, a->service) -
            has_left_unanswered(engine, referral, b->service))
    ASK("pinned or preferred",
        is_wished(engine, referral, right->code) - is_wished(engine, referral, left->code))
    ASK("the provider they had before",
        had_before(engine, referral, right->provider) -
            had_before(engine, referral, left->provider))
    ASK("home before a bed",
        hw_service_kind_is_bed(left->kind) - hw_service_kind_is_bed(right->kind))
    ASK("the contract for that zone", (int)a->rank - (int)b->rank)
    ASK("fewest capabilities left unused",
        (int)a->unused_capabilities - (int)b->unused_capabilities)
    ASK("the earliest start", order_i64(a_start_ms, b_start_ms))
    if (engine->root.routing.use_cost)
        ASK("what a day of it costs", order_i64(cost_of(left), cost_of(right)))
    ASK("the longest without an offer", order_i64(left->last_offer_ms, right->last_offer_ms))
    ASK("its code",
        hw_slice_compare(hw_engine_text(engine, left->code), hw_engine_text(engine, right->code)))
#undef ASK
    return 0;
}

/* It waits, or is out to somebody and may be out to more (R10). */
static bool may_choose(const struct hw_engine *engine, uint32_t handle)
{
    const struct hw_referral *referral = referral_at(engine, handle);

    return (referral->profile != 0 || hw_beside_wants(engine, handle)) &&
        hw_rule_of_waiting(engine, handle) == HW_RULE_NONE;
}

/* The better of those found so far, and when it could begin. */
struct best {
    const struct hw_reach *reach;
    int64_t start_ms;
};

static void take_better(const struct hw_engine *engine, uint32_t referral,
    const struct hw_reach *reach, int64_t start_ms, struct best *best)
{
    const char *words;

    if (best->reach != NULL &&
        hw_choice_order(engine, referral, reach, start_ms, best->reach, best->start_ms, &words) >=
            0)
        return;
    *best = (struct best){reach, start_ms};
}

/*
 * What is only observed is said once, where it would have come first; it keeps nobody from the
 * best of those that something may go to.
 */
static struct best best_of(
    const struct hw_engine *engine, uint32_t handle, struct best observed, struct best real)
{
    const char *words;

    if (observed.reach == NULL ||
        observed.reach->service == referral_at(engine, handle)->observed ||
        (real.reach != NULL &&
            hw_choice_order(engine, handle, real.reach, real.start_ms, observed.reach,
                observed.start_ms, &words) < 0))
        return real;
    return observed;
}

struct hw_choice hw_choose_service(const struct hw_engine *engine, uint32_t handle)
{
    const struct hw_referral *referral = referral_at(engine, handle);
    struct best observed = {0}, real = {0}, best;
    struct hw_choice choice = {.referral = handle};

    if (!may_choose(engine, handle))
        return choice;
    for (uint32_t at = hw_profile_at(engine, referral->standing)->reaches; at != 0;
         at = hw_reach_at(engine, at)->profile_next) {
        const struct hw_reach *reach = hw_reach_at(engine, at);
        enum hw_mode mode;
        int64_t start_ms;

        choice.looked_at++;
        if (hw_service_free(service_at(engine, reach->service)) <= 0)
            continue; /* Most are full most of the time: nothing else need be asked. */
        if (referral->profile == 0 && !hw_beside_may(engine, handle, reach->service))
            continue;
        if (hw_rule_of_referral(engine, handle, reach->service, &start_ms) != HW_RULE_NONE)
            continue;
        mode = hw_mode_of(engine, handle, reach->service);
        if (mode != HW_MODE_PAUSED)
            take_better(
                engine, handle, reach, start_ms, mode == HW_MODE_OBSERVE ? &observed : &real);
    }
    best = best_of(engine, handle, observed, real);
    if (best.reach != NULL) {
        choice.service = best.reach->service;
        choice.start_ms = best.start_ms;
    }
    return choice;
}

/*
 * Whether a service's free unit may go to this referral: not where that is paused, and where it is
 * only observed, once: from then on the referral itself says what would be done.
 */
static bool may_go_to(const struct hw_engine *engine, uint32_t referral, uint32_t service)
{
    enum hw_mode mode = hw_mode_of(engine, referral, service);

    if (mode == HW_MODE_OBSERVE)
        return referral_at(engine, referral)->observed == 0;
    return mode != HW_MODE_PAUSED;
}

/* Of one queue: the first it could take, before whoever was found already. */
static void look_at_queue(const struct hw_engine *engine, uint32_t first, struct hw_choice *choice)
{
    uint32_t profile = referral_at(engine, first)->profile;
    int64_t start_ms;

    for (uint32_t at = first; at != 0; at = hw_profile_next(engine, profile, at)) {
        if (choice->referral != 0 && hw_queue_order(engine, at, choice->referral) >= 0)
            return;
        choice->looked_at++;
        if (hw_rule_of_waiting(engine, at) == HW_RULE_NONE &&
            hw_rule_of_referral(engine, at, choice->service, &start_ms) == HW_RULE_NONE &&
            may_go_to(engine, at, choice->service)) {
            choice->referral = at;
            choice->start_ms = start_ms;
            return;
        }
    }
}

/* Queues stand by their firsts: behind one whose first comes too late, all do. */
static void look_at_queues(
    const struct hw_engine *engine, enum hw_direction direction, struct hw_choice *choice)
{
    for (uint32_t at = hw_reach_first(engine, choice->service, direction); at != 0;
         at = hw_reach_next(engine, at)) {
        uint32_t first = hw_profile_at(engine, hw_reach_at(engine, at)->profile)->first;

        if (choice->referral != 0 && hw_queue_order(engine, first, choice->referral) >= 0)
            return;
        look_at_queue(engine, first, choice);
    }
}

struct hw_choice hw_choose_referral(const struct hw_engine *engine, uint32_t handle)
{
    const struct hw_service *service = service_at(engine, handle);
    int32_t room = hw_service_free(service);
    struct hw_choice choice = {.service = handle};

    if (service->suspended || room <= 0)
        return choice;
    look_at_queues(engine, HW_STEP_UP, &choice);
    if (room > service->step_up_reserve)
        look_at_queues(engine, HW_STEP_DOWN, &choice);
    return choice;
}
