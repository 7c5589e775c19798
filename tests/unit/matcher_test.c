/*
 * Goal: whatever happened before, a service and a referral are matched exactly as if all services
 *       and all who wait had been asked one by one (CONTRACT R8, R9, R11).
 * Method: random services, referrals, answers and days; after every record each choice is made
 *         again by looking at everybody, with an order of its own, written as the rules read.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "core/routing/choose.h"
#include "core/routing/match.h"
#include "core/routing/referral.h"
#include "core/routing/rules.h"
#include "core/routing/starts.h"
#include "core/services/service.h"
#include "core/text.h"
#include "runtime/memory.h"
#include "support/random.h"

struct world {
    struct hw_engine *engine;
    struct random random;
    uint64_t sequence, compared, chosen;
    int64_t now_ms;
    unsigned referrals;
};

static const char *const services[] = {"S0", "S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9"};
enum { SERVICES = sizeof services / sizeof *services, REFERRALS = 60, STEPS = 260 };

static uint32_t any(struct world *world, uint32_t count)
{
    return (uint32_t)random_below(&world->random, count);
}

#define ONE_OF(world, list) ((list)[any((world), sizeof(list) / sizeof *(list))])

/* ---- the slow way ---- */

static const struct hw_service *service_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, services, hw_service, handle);
}

static bool fits(const struct hw_engine *engine, uint32_t handle, uint32_t service)
{
    const struct hw_referral *referral = hw_referral_at(engine, handle);
    struct hw_profile profile = {
        .council = referral->council,
        .zone = referral->zone,
        .funding = referral->funding,
        .needs = referral->needs,
        .direction = referral->direction,
        .pathway = referral->pathway,
        .sex = referral->sex,
    };

    return hw_referral_waits(referral) &&
        hw_rule_of_profile(engine, &profile, service) == HW_RULE_NONE;
}

static bool can(const struct hw_engine *engine, uint32_t handle, uint32_t service, int64_t *start)
{
    return fits(engine, handle, service) && hw_rule_of_waiting(engine, handle) == HW_RULE_NONE &&
        hw_rule_of_referral(engine, handle, service, start) == HW_RULE_NONE;
}

static int sign(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* R8, as it reads: 2 h, then fast track, each by receipt; all others by due time, then clock. */
static bool comes_before(const struct hw_engine *engine, uint32_t a, uint32_t b)
{
    const struct hw_referral *left = hw_referral_at(engine, a), *right = hw_referral_at(engine, b);
    int left_class = left->urgency == HW_URGENCY_2H ? 0 : left->fast_track ? 1 : 2;
    int right_class = right->urgency == HW_URGENCY_2H ? 0 : right->fast_track ? 1 : 2;
    int order = left_class - right_class;

    if (order == 0)
        order = left_class == 1 ? sign(left->received_ms, right->received_ms)
                                : sign(left->due_ms, right->due_ms);
    if (order == 0)
        order = sign(left->clock_ms, right->clock_ms);
    return order != 0 ? order < 0 : left->reference < right->reference;
}

/* Of R9 what one number says each: least first. */
static int64_t rank(
    const struct hw_engine *engine, uint32_t handle, uint32_t of, int64_t start_ms, int question)
{
    const struct hw_referral *referral = hw_referral_at(engine, handle);
    const struct hw_service *service = service_at(engine, of);
    int64_t wish = 0, before = 0, unanswered = 0;

    for (uint32_t at = referral->links; at != 0; at = HW_AT(engine, links, hw_link, at)->next) {
        const struct hw_link *link = HW_AT(engine, links, hw_link, at);

        if (link->code == service->code && link->until_ms > engine->root.accepted_ms)
            wish = link->kind == HW_LINK_PINNED                ? 2
                : link->kind == HW_LINK_PREFERRED && wish == 0 ? 1
                                                               : wish;
    }
    for (uint32_t at = 1; at < engine->matches.count; at++) {
        const struct hw_match *match = hw_match_at(engine, at);

        before |= match->started_ms != HW_TIME_NONE && service->provider != 0 &&
            service_at(engine, match->service)->provider == service->provider &&
            hw_referral_at(engine, match->referral)->identifier == referral->identifier;
        unanswered |= match->referral == handle && match->service == of && wish < 2 &&
            match->state == HW_MATCH_EXPIRED && match->offered_ms != HW_TIME_NONE;
    }
    switch (question) {
    case 0:
        return unanswered;
    case 1:
        return -wish;
    case 2:
        return -before;
    case 3:
        return hw_service_kind_is_bed(service->kind);
    case 4:
        return hw_service_zone_rank(engine, service, referral->zone);
    case 5:
        return __builtin_popcount(service->capabilities & ~referral->needs);
    case 6:
        return start_ms;
    case 7:
        return service->last_offer_ms;
    default:
        return of; /* Codes rise with handles here. */
    }
}

static uint32_t slow_service(const struct hw_engine *engine, uint32_t referral)
{
    uint32_t best = 0;
    int64_t best_start = 0;

    for (uint32_t of = 1; of < engine->services.count; of++) {
        int64_t start;
        int order = best == 0 ? -1 : 0;

        if (!can(engine, referral, of, &start))
            continue;
        for (int question = 0; order == 0; question++)
            order = sign(rank(engine, referral, of, start, question),
                rank(engine, referral, best, best_start, question));
        if (order < 0) {
            best = of;
            best_start = start;
        }
    }
    return best;
}

static uint32_t slow_referral(const struct hw_engine *engine, uint32_t service)
{
    uint32_t best = 0;
    int64_t start;

    for (uint32_t at = 1; at < engine->referrals.count; at++)
        if (can(engine, at, service, &start) && (best == 0 || comes_before(engine, at, best)))
            best = at;
    return best;
}

static uint32_t slow_starts(const struct hw_engine *engine, uint32_t service, int32_t day)
{
    uint32_t starts = 0;

    for (uint32_t at = 1; at < engine->matches.count; at++) {
        const struct hw_match *match = hw_match_at(engine, at);

        starts += match->service == service && hw_match_is_live(match) &&
            match->starts_ms != HW_TIME_NONE && hw_london_day(match->starts_ms) == day;
    }
    return starts;
}

static void compare(struct world *world)
{
    const struct hw_engine *engine = world->engine;

    for (uint32_t service = 1; service < engine->services.count; service++) {
        uint32_t quick = hw_choose_referral(engine, service).referral, waiting = 0;

        cr_assert(eq(u32, quick, slow_referral(engine, service)));
        for (uint32_t at = 1; at < engine->referrals.count; at++)
            waiting += fits(engine, at, service);
        cr_assert(eq(u32, service_at(engine, service)->waiting, waiting));
        for (int32_t day = engine->root.today; day < engine->root.today + 9; day++)
            cr_assert(eq(u32, hw_starts_on(engine, service_at(engine, service), day),
                slow_starts(engine, service, day)));
        world->compared++;
        world->chosen += quick != 0;
    }
    for (uint32_t at = 1; at < engine->referrals.count; at++) {
        uint32_t quick = hw_choose_service(engine, at).service;

        cr_assert(eq(u32, quick, slow_service(engine, at)));
        world->compared++;
        world->chosen += quick != 0;
    }
    cr_assert(hw_routing_holds(engine));
}

/* ---- what happens ---- */

static void apply(struct world *world, const struct hw_event *event)
{
    static uint8_t record[HW_RECORD_SIZE_MAX];
    size_t size = hw_record_encode(event, ++world->sequence, world->now_ms, record, sizeof record);

    cr_assert(ne(sz, size, 0));
    cr_assert(eq(int, hw_engine_apply(world->engine, hw_slice_of(record, size)), HW_OK));
    compare(world);
}

static void submit(struct world *world, struct hw_event *event)
{
    const struct hw_event *decided;

    hw_event_finish(event);
    apply(world, event);
    for (unsigned i = 0; (decided = hw_engine_decided(world->engine)) != NULL; i++) {
        struct hw_event copy = *decided;

        cr_assert(lt(uint, i, 2000), "decisions without end");
        apply(world, &copy);
    }
}

static struct hw_event said(const struct world *world, enum hw_kind kind)
{
    struct hw_event event;

    hw_event_init(&event, kind);
    event.happened = event.recorded = event.sent = hw_time_at(world->now_ms);
    event.organisation = hw_slice_text("RWE");
    event.source = hw_slice_text("RWE/HUB");
    return event;
}

static void set(struct hw_event *event, enum hw_field field, const char *text)
{
    hw_event_set_text(event, field, hw_slice_text(text));
}

static void configure(struct world *world, const char *code, const char *key, const char *value)
{
    struct hw_event event = said(world, HW_KIND_CONFIGURATION);
    char path[80];

    snprintf(path, sizeof path, "services/%s/%s", code, key);
    set(&event, HW_FIELD_CONFIGURATION_KEY, path);
    set(&event, HW_FIELD_CONFIGURATION_VALUE, value);
    submit(world, &event);
}

static const char *const zones[] = {"all", "Z1", "Z1;Z2:3", "Z2;Z3;Z2", "Z3:2;Z4:1", "all"};
static const char *const councils[] = {"", "508", "509;510", "509"};
static const char *const needs[] = {
    "personal_care", "therapy", "personal_care;therapy", "personal_care;double_handed", ""};
static const char *const kinds[] = {"reablement", "home_care", "bed_intermediate", "hostel"};

/* One of a service's keys is set anew: what it is, whom it reaches, or how much it has. */
static void change_service(struct world *world, const char *code)
{
    static const char *const counts[] = {"0", "1", "2", "3", "9"};
    static const char *const capabilities[] = {"personal_care;therapy",
        "personal_care;therapy;double_handed", "personal_care;double_handed;night", "therapy"};
    static const char *const hours[] = {"24/7", "Mo-Fr 08:00-18:00", "Mo,We 09:00-12:00"};
    const struct {
        const char *key, *value;
    } changes[] = {
        {"zones", ONE_OF(world, zones)},
        {"councils", ONE_OF(world, councils)},
        {"capabilities", ONE_OF(world, capabilities)},
        {"kind", ONE_OF(world, kinds)},
        {"capacity", ONE_OF(world, counts)},
        {"capacity", "4"},
        {"starts_per_day", ONE_OF(world, counts)},
        {"step_up_reserve", ONE_OF(world, counts)},
        {"hours", ONE_OF(world, hours)},
        {"unit", any(world, 3) == 0 ? "hours_per_week" : "slots"},
        {"directions", any(world, 3) == 0 ? "step_up" : "step_up;step_down"},
        {"age_from", any(world, 3) == 0 ? "65" : "0"},
        {"sex", any(world, 4) == 0 ? "female" : "any"},
        {"funding", any(world, 4) == 0 ? "council" : ""},
        {"pathways", any(world, 3) == 0 ? "P1;P2" : "P0;P1;P2;P3"},
        {"provider", any(world, 2) == 0 ? "LCC" : "LPT"},
    };
    size_t one = any(world, sizeof changes / sizeof *changes);

    configure(world, code, changes[one].key, changes[one].value);
}

static void refer(struct world *world)
{
    static const char *const pathways[] = {"P0", "P1", "P1", "P2", "P3"};
    static const char *const codes[] = {"508", "509", "510"};
    static const char *const places[] = {"Z1", "Z2", "Z3", "Z4", "Z5"};
    static const char *const urgencies[] = {"routine", "routine", "2d", "2h"};
    bool again = world->referrals > 0 && any(world, 3) == 0;
    unsigned number = again ? any(world, world->referrals) : world->referrals;
    struct hw_event event =
        said(world, again ? HW_KIND_REFERRAL_UPDATED : HW_KIND_REFERRAL_RECEIVED);
    char name[24], local[24];

    if (number >= REFERRALS)
        return;
    world->referrals += !again;
    snprintf(name, sizeof name, "HUB/%u", number);
    snprintf(local, sizeof local, "P%u", number * 2 / 3);
    hw_event_add_identifier(
        &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(local));
    set(&event, HW_FIELD_REFERRAL, name);
    set(&event, HW_FIELD_DIRECTION, any(world, 3) == 0 ? "step_up" : "step_down");
    set(&event, HW_FIELD_PATHWAY, ONE_OF(world, pathways));
    set(&event, HW_FIELD_NEEDS, ONE_OF(world, needs));
    set(&event, HW_FIELD_COUNCIL, ONE_OF(world, codes));
    set(&event, HW_FIELD_ZONE, ONE_OF(world, places));
    set(&event, HW_FIELD_URGENCY, ONE_OF(world, urgencies));
    set(&event, HW_FIELD_FUNDING, any(world, 3) == 0 ? "council" : "nhs");
    set(&event, HW_FIELD_SEX, any(world, 2) == 0 ? "F" : "M");
    set(&event, HW_FIELD_PACKAGE, any(world, 2) == 0 ? "2;30;1" : "1;15;1");
    hw_event_set_bool(&event, HW_FIELD_FAST_TRACK, any(world, 8) == 0);
    hw_event_set_number(&event, HW_FIELD_AGE_YEARS, 50 + any(world, 40));
    if (any(world, 3) == 0)
        hw_event_set_time(&event, HW_FIELD_NEEDED_FROM,
            hw_time_at(world->now_ms + (int64_t)any(world, 14) * HW_DAY_MS));
    if (any(world, 4) == 0)
        set(&event, HW_FIELD_PREFERRED, ONE_OF(world, services));
    if (any(world, 6) == 0)
        set(&event, HW_FIELD_REFUSED, ONE_OF(world, services));
    submit(world, &event);
}

/* Something said of what is live: an answer, a start, an end. */
static void answer(struct world *world)
{
    static const char *const answers[] = {"accepted", "declined", "declined", "withdrawn"};
    const struct hw_engine *engine = world->engine;
    uint32_t handle = engine->matches.count > 1 ? 1 + any(world, engine->matches.count - 1) : 0;
    const struct hw_match *match = handle == 0 ? NULL : hw_match_at(engine, handle);
    enum hw_kind kind = HW_KIND_DECIDE_PROPOSAL_APPROVED;
    struct hw_event event;

    if (match == NULL || !hw_match_is_live(match))
        return;
    if (match->state == HW_MATCH_OFFERED)
        kind = HW_KIND_OFFER_ANSWERED;
    if (match->state == HW_MATCH_ACCEPTED)
        kind = HW_KIND_PLACEMENT_STARTED;
    if (match->state == HW_MATCH_STARTED)
        kind = HW_KIND_PLACEMENT_ENDED;
    event = said(world, kind);
    if (match->state >= HW_MATCH_ACCEPTED) {
        hw_event_set_text(&event, HW_FIELD_REFERRAL,
            hw_engine_text(engine, hw_referral_at(engine, match->referral)->name));
        hw_event_set_text(&event, HW_FIELD_SERVICE,
            hw_engine_text(engine, service_at(engine, match->service)->code));
    } else {
        hw_event_set_number(&event, HW_FIELD_OFFER, (int64_t)match->reference);
        set(&event, HW_FIELD_BY, "nurse");
        if (match->state == HW_MATCH_OFFERED)
            set(&event, HW_FIELD_ANSWER, ONE_OF(world, answers));
    }
    submit(world, &event);
}

static void decide(struct world *world)
{
    static const enum hw_kind decisions[] = {HW_KIND_DECIDE_REFERRAL_HELD,
        HW_KIND_DECIDE_REFERRAL_RELEASED, HW_KIND_DECIDE_REFERRAL_PINNED,
        HW_KIND_DECIDE_REFERRAL_EXCLUDED, HW_KIND_DECIDE_REFERRAL_INCLUDED,
        HW_KIND_DECIDE_REFERRAL_PRIORITY, HW_KIND_REFERRAL_WITHDRAWN};
    struct hw_event event = said(world, ONE_OF(world, decisions));
    char name[24];

    if (world->referrals == 0)
        return;
    snprintf(name, sizeof name, "HUB/%u", any(world, world->referrals));
    set(&event, HW_FIELD_REFERRAL, name);
    if (event.kind != HW_KIND_REFERRAL_WITHDRAWN)
        hw_event_set_time(&event, HW_FIELD_UNTIL,
            hw_time_at(world->now_ms + (int64_t)any(world, 72) * HW_HOUR_MS));
    set(&event, HW_FIELD_SERVICE, ONE_OF(world, services));
    submit(world, &event);
}

static void wait(struct world *world)
{
    int64_t until = world->now_ms + (int64_t)any(world, 30) * HW_HOUR_MS;

    while (hw_engine_due_ms(world->engine) <= until) {
        struct hw_event tick;

        hw_event_init(&tick, HW_KIND_CLOCK_TICK);
        world->now_ms = hw_engine_due_ms(world->engine);
        submit(world, &tick);
    }
    world->now_ms = until;
}

static void suspend(struct world *world)
{
    struct hw_event event =
        said(world, any(world, 3) == 0 ? HW_KIND_SERVICE_SUSPENDED : HW_KIND_SERVICE_RESUMED);

    set(&event, HW_FIELD_SERVICE, ONE_OF(world, services));
    submit(world, &event);
}

static struct world world_new(uint64_t seed)
{
    struct hw_engine_options options = {.memory = hw_memory_system(),
        .limits = hw_limits_default(),
        .hash_key = {1, 2},
        .dedupe_ms = 35 * HW_DAY_MS,
        .history_open_ms = 90 * HW_DAY_MS};
    struct world world = {.random = {seed}, .now_ms = INT64_C(1772438400000)};

    options.limits.message_ids = 1 << 16;
    cr_assert(eq(int, hw_engine_new(&options, &world.engine), HW_OK));
    for (unsigned i = 0; i < SERVICES; i++) {
        configure(&world, services[i], "kind", kinds[i % 3]);
        configure(&world, services[i], "unit", i % 4 == 3 ? "hours_per_week" : "slots");
        configure(&world, services[i], "zones", zones[i % 6]);
        configure(&world, services[i], "councils", councils[i % 4]);
        configure(&world, services[i], "capabilities", "personal_care;therapy;double_handed");
        configure(&world, services[i], "capacity", "2");
        configure(&world, services[i], "provider", i % 2 == 0 ? "LCC" : "LPT");
    }
    return world;
}

Test(matcher, chooses_as_if_all_had_been_asked)
{
    uint64_t compared = 0, chosen = 0;

    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct world world = world_new(seed);

        for (unsigned step = 0; step < STEPS; step++) {
            unsigned kind = any(&world, 10);

            if (kind < 4)
                refer(&world);
            else if (kind < 7)
                answer(&world);
            else if (kind == 7)
                change_service(&world, ONE_OF(&world, services));
            else if (kind == 8)
                any(&world, 2) == 0 ? decide(&world) : suspend(&world);
            else
                wait(&world);
        }
        compared += world.compared;
        chosen += world.chosen;
        hw_engine_free(world.engine);
    }
    cr_expect(gt(u64, compared, 100000), "too few choices were compared");
    cr_expect(gt(u64, chosen, 5000), "too few found anything");
}
