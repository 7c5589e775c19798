#include "matched.h"

#include "../desk.h"
#include "schedule.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { APPROVE_MINUTES = 10 };

/* END before ANSWER before ...: as in schedule.h. */
enum step { END, END_OF_PLACED, ANSWER, START, APPROVE };

struct run {
    const struct county *county;
    struct county_outcome *outcome;
    struct matched *matched;
    bool several;
    uint8_t out[COUNTY_PEOPLE_MAX]; /* to how many services somebody is out */
    int64_t asked_ms[COUNTY_PEOPLE_MAX][COUNTY_SERVICES_MAX];
    struct bench_desk desk;
    struct schedule schedule;
};

/* ---- names ---- */

static uint32_t number_of(struct hw_slice text)
{
    uint32_t number = 0;

    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] >= '0' && text.data[i] <= '9')
            number = number * 10 + (uint32_t)(text.data[i] - '0');
    return number;
}

static uint32_t service_of(const struct run *run, struct hw_slice code)
{
    uint32_t service = 0;

    while (service + 1 < run->county->services_count &&
        !hw_slice_is(code, run->county->services[service].code))
        service++;
    return service;
}

static void set_person(struct hw_event *event, uint32_t person, char name[24])
{
    snprintf(name, 24, "HUB/%" PRIu32, person);
    hw_event_set_text(event, HW_FIELD_REFERRAL, hw_slice_text(name));
}

/* ---- what the engine decides ---- */

static void waits_for(struct run *run, uint32_t person, enum county_cause cause)
{
    county_waits_for(run->county, run->outcome, person, cause, run->desk.now_ms);
}

static void expect_answer(struct run *run, uint32_t person, uint32_t service, uint64_t offer)
{
    if (run->out[person]++ == 0)
        waits_for(run, person, COUNTY_IN_VAIN);
    run->asked_ms[person][service] = run->desk.now_ms;
    run->matched->offers++;
    run->matched->holds &= county_fits(run->county, person, service);
    schedule_put(&run->schedule,
        (struct schedule_entry){
            .at_ms = county_answer_ms(run->county, person, service, run->desk.now_ms),
            .what = ANSWER,
            .who = person,
            .which = service,
            .more = offer});
}

static void decided(void *context, const struct hw_event *decision, uint64_t sequence)
{
    struct run *run = context;
    uint32_t person = number_of(hw_event_text(decision, HW_FIELD_REFERRAL));
    uint32_t service = service_of(run, hw_event_text(decision, HW_FIELD_SERVICE));

    if (decision->kind == HW_KIND_DECIDED_OFFER)
        expect_answer(run, person, service, (uint64_t)decision->values[HW_FIELD_OFFER].number);
    if (decision->kind != HW_KIND_DECIDED_PROPOSAL || hw_event_has(decision, HW_FIELD_OFFER))
        return;
    if (run->out[person] == 0)
        waits_for(run, person, COUNTY_APPROVAL);
    if (run->county->services[service].unit == HW_UNIT_BEDS)
        schedule_put(&run->schedule,
            (struct schedule_entry){
                .at_ms = county_hub_open_ms(run->desk.now_ms) + APPROVE_MINUTES * HW_MINUTE_MS,
                .what = APPROVE,
                .who = person,
                .which = service,
                .more = sequence});
}

/* ---- what people and services say ---- */

static void configure(struct run *run, const struct county_service *service)
{
    char capacity[16], at_once[16], zones[64] = "", capabilities[256] = "";
    const char *const pairs[] = {"kind", hw_service_kind_name(service->kind), "unit",
        hw_unit_name(service->unit), "capacity", capacity, "zones", zones, "capabilities",
        capabilities, "directions",
        service->directions == HW_STEP_UP         ? "step_up"
            : service->directions == HW_STEP_DOWN ? "step_down"
                                                  : "step_up;step_down",
        "pathways",
        service->unit != HW_UNIT_BEDS                              ? "P0;P1;P2;P3"
            : (service->capabilities >> HW_NEED_THERAPY & 1u) != 0 ? "P2"
                                                                   : "P3",
        "hours", service->hours_text, "answer_hours", service->answer_hours_text,
        "offer_ttl_minutes", "1200", "offers_at_once", at_once, NULL};
    size_t used = 0;

    snprintf(at_once, sizeof at_once, "%u", run->several ? service->at_once : 1u);
    snprintf(capacity, sizeof capacity, "%" PRId32, service->capacity);
    for (unsigned zone = 0; zone < COUNTY_ZONES; zone++)
        if (service->rank[zone] != 0)
            used += (size_t)snprintf(zones + used, sizeof zones - used, "%sZ%u:%u",
                used == 0 ? "" : ";", zone, (unsigned)service->rank[zone]);
    used = 0;
    for (unsigned need = 0; need < HW_NEED_COUNT; need++)
        if ((service->capabilities >> need & 1u) != 0)
            used += (size_t)snprintf(capabilities + used, sizeof capabilities - used, "%s%s",
                used == 0 ? "" : ";", hw_need_name(need));
    bench_desk_service(&run->desk, service->code, pairs);
}

static void placement(
    struct run *run, enum hw_kind kind, const char *name, uint32_t service, int32_t units)
{
    struct hw_event event = bench_desk_said(&run->desk, kind);

    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text(name));
    hw_event_set_text(&event, HW_FIELD_SERVICE, hw_slice_text(run->county->services[service].code));
    if (units > 0)
        hw_event_set_number(&event, HW_FIELD_UNITS, units);
    bench_desk_submit(&run->desk, &event);
}

static void place_first(struct run *run)
{
    for (uint32_t i = 0; i < run->county->placed_count; i++) {
        const struct county_placed *placed = &run->county->placed[i];
        char name[24];

        snprintf(name, sizeof name, "OLD/%" PRIu32, i);
        placement(run, HW_KIND_PLACEMENT_STARTED, name, placed->service, placed->units);
        schedule_add(&run->schedule, placed->ends_ms, END_OF_PLACED, i, placed->service);
    }
}

static void refer(struct run *run, uint32_t number)
{
    static const char *const pathways[COUNTY_CLASSES] = {"P1", "P2", "P3", NULL, NULL};
    const struct county_person *person = &run->county->people[number];
    struct hw_event event = bench_desk_said(&run->desk, HW_KIND_REFERRAL_RECEIVED);
    char name[24], zone[8], local[24], needs[256] = "";
    size_t used = 0;

    for (unsigned need = 0; need < HW_NEED_COUNT; need++)
        if ((person->needs >> need & 1u) != 0)
            used += (size_t)snprintf(needs + used, sizeof needs - used, "%s%s",
                used == 0 ? "" : ";", hw_need_name(need));
    snprintf(zone, sizeof zone, "Z%u", (unsigned)person->zone);
    snprintf(local, sizeof local, "P%" PRIu32, number);
    set_person(&event, number, name);
    hw_event_add_identifier(
        &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(local));
    hw_event_set_text(&event, HW_FIELD_ZONE, hw_slice_text(zone));
    hw_event_set_text(&event, HW_FIELD_NEEDS, hw_slice_text(needs));
    hw_event_set_text(&event, HW_FIELD_DIRECTION,
        hw_slice_text(county_direction(person) == HW_STEP_UP ? "step_up" : "step_down"));
    if (pathways[person->class] != NULL)
        hw_event_set_text(&event, HW_FIELD_PATHWAY, hw_slice_text(pathways[person->class]));
    if (person->class >= COUNTY_CRISIS)
        hw_event_set_text(
            &event, HW_FIELD_URGENCY, hw_slice_text(person->class == COUNTY_CRISIS ? "2h" : "2d"));
    hw_event_set_number(&event, HW_FIELD_UNITS, person->hours);
    bench_desk_submit(&run->desk, &event);
}

static void take_answer(struct run *run, const struct schedule_entry *entry)
{
    struct hw_event event = bench_desk_said(&run->desk, HW_KIND_OFFER_ANSWERED);
    struct hw_match_view view;
    bool yes = county_says_yes(run->county, entry->who, entry->which);
    int64_t begins_ms = county_begin_ms(run->county, entry->which, run->desk.now_ms);

    /* Another accepted first, and the offer was withdrawn: nobody answers any more. */
    if (hw_match_view(run->desk.feed.engine, entry->more, &view) != HW_OK ||
        strcmp(view.state, "offered") != 0)
        return;
    hw_event_set_number(&event, HW_FIELD_OFFER, (int64_t)entry->more);
    hw_event_set_text(&event, HW_FIELD_ANSWER, hw_slice_text(yes ? "accepted" : "declined"));
    if (yes) {
        hw_event_set_time(&event, HW_FIELD_STARTS_AT, hw_time_at(begins_ms));
        schedule_add(&run->schedule, begins_ms, START, entry->who, entry->which);
        county_agrees(run->county, run->outcome, entry->who, entry->which,
            run->asked_ms[entry->who][entry->which], run->desk.now_ms);
    } else if (--run->out[entry->who] == 0) {
        waits_for(run, entry->who, COUNTY_NO_PLACE);
    }
    run->matched->declined += !yes;
    bench_desk_submit(&run->desk, &event);
}

static void start(struct run *run, const struct schedule_entry *entry)
{
    char name[24];

    snprintf(name, sizeof name, "HUB/%" PRIu32, entry->who);
    county_starts(run->county, run->outcome, entry->who, entry->which, run->desk.now_ms);
    placement(run, HW_KIND_PLACEMENT_STARTED, name, entry->which, 0);
    schedule_add(&run->schedule, run->desk.now_ms + run->county->people[entry->who].stay_ms, END,
        entry->who, entry->which);
}

/* A proposal that is gone meanwhile is not approved. */
static void approve(struct run *run, const struct schedule_entry *entry)
{
    struct hw_event event = bench_desk_said(&run->desk, HW_KIND_DECIDE_PROPOSAL_APPROVED);
    struct hw_match_view view;

    if (hw_match_view(run->desk.feed.engine, entry->more, &view) != HW_OK ||
        strcmp(view.state, "proposed") != 0)
        return;
    hw_event_set_number(&event, HW_FIELD_OFFER, (int64_t)entry->more);
    hw_event_set_text(&event, HW_FIELD_BY, hw_slice_text("hub"));
    bench_desk_submit(&run->desk, &event);
    expect_answer(run, entry->who, entry->which, entry->more);
}

static void take(struct run *run, const struct schedule_entry *entry)
{
    char name[24];

    switch ((enum step)entry->what) {
    case END:
    case END_OF_PLACED:
        snprintf(name, sizeof name, "%s/%" PRIu32, entry->what == END ? "HUB" : "OLD", entry->who);
        placement(run, HW_KIND_PLACEMENT_ENDED, name, entry->which, 0);
        break;
    case ANSWER:
        take_answer(run, entry);
        break;
    case START:
        start(run, entry);
        break;
    case APPROVE:
        approve(run, entry);
        break;
    }
}

/* ---- the quarter ---- */

static int64_t earliest(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void run_all(struct run *run)
{
    const struct county *county = run->county;
    uint32_t arrived = 0;

    for (;;) {
        int64_t ready_ms =
            arrived < county->people_count ? county->people[arrived].ready_ms : HW_TIME_OPEN;
        int64_t next_ms = schedule_next_ms(&run->schedule);
        int64_t now_ms = earliest(ready_ms, next_ms);
        struct schedule_entry entry;

        if (now_ms >= county->end_ms)
            return;
        /* What falls due before may bring answers that come before, too. */
        if (bench_desk_wait(&run->desk, now_ms))
            continue;
        if (next_ms <= ready_ms) {
            entry = schedule_take(&run->schedule);
            take(run, &entry);
        } else {
            refer(run, arrived++);
        }
    }
}

void matched_run(const struct county *county, bool several, struct county_outcome *outcome,
    struct matched *ret_matched)
{
    struct run *run = schedule_need(calloc(1, sizeof *run));

    *ret_matched = (struct matched){.holds = true};
    run->county = county;
    run->outcome = outcome;
    run->matched = ret_matched;
    run->several = several;
    county_outcome_init(county, outcome);
    bench_desk_open(&run->desk, 100000, county->start_ms);
    bench_desk_set(&run->desk, "routing/mode", "offer");
    bench_desk_set(&run->desk, "routing/automation", "crisis_response;reablement;home_care");
    for (uint32_t i = 0; i < county->services_count; i++)
        configure(run, &county->services[i]);
    place_first(run);
    run->desk.decided = decided;
    run->desk.context = run;
    run_all(run);
    ret_matched->holds &= hw_routing_holds(run->desk.feed.engine);
    ret_matched->decisions = run->desk.decisions;
    ret_matched->digest = hw_engine_state_digest(run->desk.feed.engine);
    bench_desk_close(&run->desk);
    schedule_free(&run->schedule);
    free(run);
}
