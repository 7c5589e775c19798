/*
 * Goal: people matched to capacity, by proposal and decision: what one small hub's day gives.
 * Method: records through hw_engine_apply(), the engine's own decisions applied behind them as the
 * runtime does; invariants after every record; at the end a replay must give the same state.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "homeward/routing.h"
#include "runtime/memory.h"

struct hub {
    struct hw_engine *engine;
    uint8_t *journal;
    size_t size;
    uint64_t sequence;
    int64_t now_ms;
    unsigned decisions;
};

enum { JOURNAL_SIZE = 8 << 20 };

static struct hw_engine *engine_new(void)
{
    struct hw_engine_options options = {.memory = hw_memory_system(),
        .limits = hw_limits_default(),
        .hash_key = {1, 2},
        .dedupe_ms = 35 * HW_DAY_MS,
        .history_open_ms = 90 * HW_DAY_MS};
    struct hw_engine *engine = NULL;

    options.limits.message_ids = 1 << 16;
    cr_assert(eq(int, hw_engine_new(&options, &engine), HW_OK));
    return engine;
}

static int64_t at(const char *text)
{
    struct hw_time time;

    cr_assert(eq(int, hw_time_parse_iso(hw_slice_text(text), &time), HW_OK));
    return time.start_ms;
}

static struct hub hub_new(void)
{
    return (struct hub){.engine = engine_new(),
        .journal = malloc(JOURNAL_SIZE),
        .now_ms = at("2026-03-02T08:00:00Z")};
}

static void apply(struct hub *hub, const struct hw_event *event)
{
    size_t size = hw_record_encode(
        event, ++hub->sequence, hub->now_ms, hub->journal + hub->size, JOURNAL_SIZE - hub->size);

    cr_assert(ne(sz, size, 0));
    cr_assert(
        eq(int, hw_engine_apply(hub->engine, hw_slice_of(hub->journal + hub->size, size)), HW_OK));
    hub->size += size;
    cr_assert(hw_routing_holds(hub->engine));
}

static void decide(struct hub *hub)
{
    const struct hw_event *decided;

    while ((decided = hw_engine_decided(hub->engine)) != NULL) {
        struct hw_event copy = *decided;

        cr_assert(lt(uint, ++hub->decisions, 1000), "decisions without end");
        apply(hub, &copy);
    }
}

static void pass(struct hub *hub, int64_t ms)
{
    int64_t until = hub->now_ms + ms;

    while (hw_engine_due_ms(hub->engine) <= until && hub->sequence > 0) {
        struct hw_event tick;

        hw_event_init(&tick, HW_KIND_CLOCK_TICK);
        hub->now_ms = hw_engine_due_ms(hub->engine);
        apply(hub, &tick);
        decide(hub);
    }
    hub->now_ms = until;
}

static struct hw_command_result submit(struct hub *hub, struct hw_event *event)
{
    struct hw_command_result result;

    pass(hub, 1);
    hw_event_finish(event);
    apply(hub, event);
    result = hw_engine_command_result(hub->engine);
    decide(hub);
    return result;
}

static struct hw_event said(const struct hub *hub, enum hw_kind kind)
{
    struct hw_event event;

    hw_event_init(&event, kind);
    event.happened = event.recorded = event.sent = hw_time_at(hub->now_ms);
    event.organisation = hw_slice_text("RWE");
    event.source = hw_slice_text("RWE/HUB");
    return event;
}

static void setting(struct hub *hub, const char *key, const char *value)
{
    struct hw_event event = said(hub, HW_KIND_CONFIGURATION);

    hw_event_set_text(&event, HW_FIELD_CONFIGURATION_KEY, hw_slice_text(key));
    hw_event_set_text(&event, HW_FIELD_CONFIGURATION_VALUE, hw_slice_text(value));
    (void)submit(hub, &event);
}

static void service(struct hub *hub, const char *code, const char *const *pairs)
{
    for (; *pairs != NULL; pairs += 2) {
        char key[128];

        snprintf(key, sizeof key, "services/%s/%s", code, pairs[0]);
        setting(hub, key, pairs[1]);
    }
}

static void admit(struct hub *hub, const char *local, const char *visit, const char *pathway)
{
    struct hw_event event = said(hub, HW_KIND_SPELL_ADMITTED);

    hw_event_add_identifier(
        &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(local));
    event.visit.authority = hw_slice_text("RWE");
    event.visit.number = hw_slice_text(visit);
    hw_event_set_text(&event, HW_FIELD_SITE, hw_slice_text("RWEAA"));
    hw_event_set_text(&event, HW_FIELD_CLASS, hw_slice_text("I"));
    hw_event_set_text(&event, HW_FIELD_PATHWAY, hw_slice_text(pathway));
    hw_event_set_text(&event, HW_FIELD_COUNCIL, hw_slice_text("509"));
    (void)submit(hub, &event);
}

static void about_spell(
    struct hub *hub, enum hw_kind kind, const char *local, const char *visit, int meets)
{
    struct hw_event event = said(hub, kind);

    hw_event_add_identifier(
        &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(local));
    event.visit.authority = hw_slice_text("RWE");
    event.visit.number = hw_slice_text(visit);
    if (meets >= 0)
        hw_event_set_bool(&event, HW_FIELD_MEETS, meets != 0);
    (void)submit(hub, &event);
}

static uint64_t refer(struct hub *hub, const char *name, const char *local, const char *visit,
    const char *direction, const char *needs)
{
    struct hw_event event = said(hub, HW_KIND_REFERRAL_RECEIVED);

    hw_event_add_identifier(
        &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(local));
    if (visit != NULL) {
        event.visit.authority = hw_slice_text("RWE");
        event.visit.number = hw_slice_text(visit);
    }
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text(name));
    hw_event_set_text(&event, HW_FIELD_DIRECTION, hw_slice_text(direction));
    hw_event_set_text(&event, HW_FIELD_NEEDS, hw_slice_text(needs));
    hw_event_set_text(&event, HW_FIELD_COUNCIL, hw_slice_text("509"));
    hw_event_set_text(&event, HW_FIELD_ZONE, hw_slice_text("BLA"));
    return submit(hub, &event).reference;
}

static struct hw_command_result tell(
    struct hub *hub, enum hw_kind kind, uint64_t offer, int64_t version, const char *answer)
{
    struct hw_event event = said(hub, kind);

    hw_event_set_number(&event, HW_FIELD_OFFER, (int64_t)offer);
    hw_event_set_number(&event, HW_FIELD_VERSION, version);
    hw_event_set_text(&event, HW_FIELD_BY, hw_slice_text("nurse"));
    if (answer != NULL)
        hw_event_set_text(&event, HW_FIELD_ANSWER, hw_slice_text(answer));
    return submit(hub, &event);
}

static struct hw_command_result placement(
    struct hub *hub, enum hw_kind kind, const char *referral, const char *code)
{
    struct hw_event event = said(hub, kind);

    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text(referral));
    hw_event_set_text(&event, HW_FIELD_SERVICE, hw_slice_text(code));
    return submit(hub, &event);
}

static struct hw_match_view newest(struct hub *hub, uint64_t referral)
{
    struct hw_match_view view = {.state = "none"};

    (void)hw_match_walk(hub->engine, referral, 0, &view);
    return view;
}

static struct hw_service_view service_of(struct hub *hub, const char *code)
{
    struct hw_service_view view = {.available = -999};

    for (uint32_t i = 0; i < hw_services_count(hub->engine); i++) {
        hw_service_view(hub->engine, i, &view);
        if (hw_slice_is(view.code, code))
            return view;
    }
    cr_assert(false, "no service %s", code);
    return view;
}

static int64_t figure(struct hub *hub, enum hw_routing_figure figure)
{
    int64_t counts[HW_ROUTING_FIGURES];

    hw_routing_total(hub->engine, counts);
    return counts[figure];
}

/* The same records into a new engine: the same state, and the same decisions. */
static void hub_free(struct hub *hub)
{
    struct hw_engine *again = engine_new();
    struct hw_hash before = hw_engine_state_digest(hub->engine), after;

    for (size_t used = 0; used < hub->size;) {
        struct hw_record_header header;
        struct hw_slice rest = hw_slice_of(hub->journal + used, hub->size - used);

        cr_assert(eq(int, hw_record_header(rest, &header), HW_OK));
        cr_assert(eq(int, hw_engine_apply(again, hw_slice_of(rest.data, header.size)), HW_OK));
        used += header.size;
    }
    after = hw_engine_state_digest(again);
    cr_expect(hw_hash_equal(before, after));
    cr_expect(eq(u64, hw_engine_decisions_differ(again), 0));
    hw_engine_free(again);
    hw_engine_free(hub->engine);
    free(hub->journal);
}

static const char *const hart[] = {"kind", "reablement", "unit", "slots", "zones", "all",
    "councils", "509", "capabilities", "personal_care;therapy;medication", "capacity", "1",
    "provider", "LCC", NULL};
static const char *const crisis[] = {"kind", "crisis_response", "unit", "slots", "zones", "BLA:1",
    "directions", "step_up", "capabilities", "personal_care;carer_breakdown", "capacity", "2",
    NULL};
static const char *const ward[] = {"kind", "community_hospital", "unit", "beds", "zones", "all",
    "directions", "step_down", "capabilities", "personal_care;nursing;bed;therapy", "capacity", "1",
    NULL};

static void is(struct hw_match_view view, const char *state, int line)
{
    cr_expect(eq(str, (char *)view.state, (char *)state), "line %d", line);
}
#define IS(view, state) is(view, state, __LINE__)

Test(routing, a_person_goes_home_by_proposal_approval_acceptance_and_start)
{
    struct hub hub = hub_new();
    uint64_t referral;
    struct hw_match_view match;

    service(&hub, "HART", hart);
    admit(&hub, "S1", "V1", "P1");
    referral = refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    match = newest(&hub, referral);
    IS(match, "proposed");
    cr_expect(eq(i64, service_of(&hub, "HART").held, 1));
    cr_expect(eq(i64, figure(&hub, HW_ROUTING_PROPOSED), 1));

    cr_expect(eq(int, tell(&hub, HW_KIND_DECIDE_PROPOSAL_APPROVED, match.reference, 9, NULL).status,
        HW_E_STALE));
    cr_expect(eq(
        int, tell(&hub, HW_KIND_DECIDE_PROPOSAL_APPROVED, match.reference, 1, NULL).status, HW_OK));
    match = newest(&hub, referral);
    IS(match, "offered");
    cr_expect(eq(int,
        tell(&hub, HW_KIND_OFFER_ANSWERED, match.reference, match.version, "accepted").status,
        HW_OK));
    IS(newest(&hub, referral), "accepted");
    cr_expect(eq(int, placement(&hub, HW_KIND_PLACEMENT_STARTED, "LCC/1", "HART").status, HW_OK));
    IS(newest(&hub, referral), "started");
    cr_expect(eq(i64, figure(&hub, HW_ROUTING_PLACED), 1));
    cr_expect(eq(int, placement(&hub, HW_KIND_PLACEMENT_ENDED, "LCC/1", "HART").status, HW_OK));
    IS(newest(&hub, referral), "ended");
    cr_expect(eq(i64, service_of(&hub, "HART").available, 1));
    hub_free(&hub);
}

Test(routing, a_freed_unit_goes_to_the_first_in_the_queue)
{
    struct hub hub = hub_new();
    uint64_t first, second, third;
    struct hw_match_view match;

    service(&hub, "HART", hart);
    for (int i = 1; i <= 3; i++) {
        char local[8], visit[8];

        snprintf(local, sizeof local, "S%d", i);
        snprintf(visit, sizeof visit, "V%d", i);
        admit(&hub, local, visit, "P1");
    }
    first = refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    about_spell(&hub, HW_KIND_SPELL_CRITERIA_TO_RESIDE, "S3", "V3", 0);
    pass(&hub, HW_HOUR_MS);
    about_spell(&hub, HW_KIND_SPELL_CRITERIA_TO_RESIDE, "S2", "V2", 0);
    second = refer(&hub, "LCC/2", "S2", "V2", "step_down", "personal_care");
    third = refer(&hub, "LCC/3", "S3", "V3", "step_down", "personal_care");
    IS(newest(&hub, first), "proposed");
    IS(newest(&hub, second), "none");
    cr_expect(eq(i64, service_of(&hub, "HART").waiting, 2));

    /* Ready longest goes first, though referred last. */
    match = newest(&hub, first);
    cr_expect(eq(int,
        tell(&hub, HW_KIND_DECIDE_PROPOSAL_REJECTED, match.reference, match.version, NULL).status,
        HW_OK));
    IS(newest(&hub, third), "proposed");
    IS(newest(&hub, second), "none");
    hub_free(&hub);
}

Test(routing, pathways_decide_between_home_and_bed)
{
    struct hub hub = hub_new();
    uint64_t home, bed;
    enum hw_rule rule;

    service(&hub, "HART", hart);
    service(&hub, "WARD", ward);
    admit(&hub, "S1", "V1", "P1");
    admit(&hub, "S2", "V2", "P2");
    home = refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    bed = refer(&hub, "LCC/2", "S2", "V2", "step_down", "personal_care");
    cr_expect(hw_slice_is(newest(&hub, home).service, "HART"));
    cr_expect(hw_slice_is(newest(&hub, bed).service, "WARD"));
    cr_expect(eq(int, hw_why_not(hub.engine, home, hw_slice_text("WARD"), &rule), HW_OK));
    cr_expect(eq(int, rule, HW_RULE_HOME_OR_BED));
    hub_free(&hub);
}

Test(routing, a_proposal_is_renewed_and_a_late_acceptance_becomes_a_new_one)
{
    struct hub hub = hub_new();
    uint64_t referral;
    struct hw_match_view match;

    service(&hub, "HART", hart);
    admit(&hub, "S1", "V1", "P1");
    referral = refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    pass(&hub, 31 * HW_MINUTE_MS);
    match = newest(&hub, referral);
    IS(match, "proposed");
    cr_expect(eq(u32, match.version, 2));
    tell(&hub, HW_KIND_DECIDE_PROPOSAL_APPROVED, match.reference, match.version, NULL);
    match = newest(&hub, referral);
    IS(match, "offered");
    setting(&hub, "services/HART/capacity", "2");
    pass(&hub, 3 * HW_HOUR_MS);
    /* Nobody answered in time: it expired, and the next proposal went out. */
    cr_expect(ne(u64, newest(&hub, referral).reference, match.reference));
    hub_free(&hub);
}

Test(routing, paused_stops_everything_at_once)
{
    struct hub hub = hub_new();
    uint64_t referral;
    struct hw_event event;

    service(&hub, "HART", hart);
    event = said(&hub, HW_KIND_DECIDE_ROUTING_MODE);
    hw_event_set_text(&event, HW_FIELD_DETAIL, hw_slice_text("council:509"));
    hw_event_set_text(&event, HW_FIELD_ANSWER, hw_slice_text("paused"));
    cr_expect(eq(int, submit(&hub, &event).status, HW_OK));
    admit(&hub, "S1", "V1", "P1");
    referral = refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    IS(newest(&hub, referral), "none");
    event = said(&hub, HW_KIND_DECIDE_ROUTING_MODE);
    hw_event_set_text(&event, HW_FIELD_DETAIL, hw_slice_text("council:509"));
    hw_event_set_text(&event, HW_FIELD_ANSWER, hw_slice_text("offer"));
    (void)submit(&hub, &event);
    IS(newest(&hub, referral), "proposed"); /* Nothing is automated yet. */
    setting(&hub, "routing/automation", "reablement");
    event = said(&hub, HW_KIND_DECIDE_ROUTING_MODE);
    hw_event_set_text(&event, HW_FIELD_DETAIL, hw_slice_text("all"));
    hw_event_set_text(&event, HW_FIELD_ANSWER, hw_slice_text("offer"));
    (void)submit(&hub, &event);
    IS(newest(&hub, referral), "offered");
    cr_expect(newest(&hub, referral).automatic);
    hub_free(&hub);
}

Test(routing, death_stops_offers_and_a_cancelled_discharge_restores_all)
{
    struct hub hub = hub_new();
    uint64_t referral;
    struct hw_event event;
    struct hw_referral_view view;

    service(&hub, "HART", hart);
    admit(&hub, "S1", "V1", "P1");
    referral = refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    about_spell(&hub, HW_KIND_SPELL_DISCHARGED, "S1", "V1", -1);
    cr_expect(eq(i64, figure(&hub, HW_ROUTING_HOME), 1));
    cr_assert(eq(int, hw_referral_view(hub.engine, referral, &view), HW_OK));
    cr_expect(eq(str, (char *)view.alert, "home_not_started"));

    event = said(&hub, HW_KIND_PERSON_DIED);
    hw_event_add_identifier(&event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text("S1"));
    hw_event_set_time(&event, HW_FIELD_DIED_AT, hw_time_at(hub.now_ms));
    (void)submit(&hub, &event);
    IS(newest(&hub, referral), "withdrawn");
    hub_free(&hub);
}

Test(routing, an_urgent_step_up_goes_before_and_alerts_where_nothing_takes_it)
{
    struct hub hub = hub_new();
    uint64_t referral;
    struct hw_event event;
    struct hw_referral_view view;

    service(&hub, "CRISIS", crisis);
    referral = refer(&hub, "GP/1", "S1", NULL, "step_up", "carer_breakdown");
    IS(newest(&hub, referral), "proposed");
    event = said(&hub, HW_KIND_REFERRAL_RECEIVED);
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("GP/2"));
    hw_event_add_identifier(&event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text("S2"));
    hw_event_set_text(&event, HW_FIELD_DIRECTION, hw_slice_text("step_up"));
    hw_event_set_text(&event, HW_FIELD_URGENCY, hw_slice_text("2h"));
    hw_event_set_text(&event, HW_FIELD_NEEDS, hw_slice_text("nursing"));
    hw_event_set_text(&event, HW_FIELD_ZONE, hw_slice_text("BLA"));
    referral = submit(&hub, &event).reference;
    cr_assert(eq(int, hw_referral_view(hub.engine, referral, &view), HW_OK));
    cr_expect(eq(str, (char *)view.alert, "no_commissioned_service"));
    hub_free(&hub);
}

Test(routing, true_facts_are_taken)
{
    struct hub hub = hub_new();
    uint64_t referral;

    service(&hub, "HART", hart);
    admit(&hub, "S1", "V1", "P1");
    cr_expect(eq(int, placement(&hub, HW_KIND_PLACEMENT_STARTED, "LCC/7", "HART").status, HW_OK));
    cr_expect(eq(i64, service_of(&hub, "HART").available, 0));
    referral = refer(&hub, "LCC/7", "S1", "V1", "step_down", "personal_care");
    cr_expect(newest(&hub, referral).unasked);
    cr_expect(eq(int, placement(&hub, HW_KIND_PLACEMENT_ENDED, "LCC/7", "HART").status, HW_OK));
    cr_expect(eq(i64, service_of(&hub, "HART").available, 1));
    hub_free(&hub);
}
