/*
 * matcher_bench.c - what one decision about a person and a service costs, by how many wait and how
 * many services there are.
 *
 * Zones have ten services each, whatever their number, two of them also for the rest of the
 * council; a council has ten zones: what grows is the land, not how much each place is served.
 * Everything is full.  Then: a unit becomes free; a service declines; an offer runs out; somebody
 * new finds all full; somebody new finds room.  Time is CPU time of hw_engine_apply() for the event
 * and for all that is decided on it, by record; looked_at is how many candidates choosing asked, by
 * event.  Nobody is on P3: what a person has to approve would be renewed meanwhile.
 */
#include "desk.h"

#include "core/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { WAITING, SERVICES, EACH, DENSE };

static struct bench_option options[] = {
    [WAITING] = {"waiting", 10000, 300},
    [SERVICES] = {"services", 500, 30},
    [EACH] = {"each", 100, 20}, /* of each kind of event */
    [DENSE] = {"dense", 0, 0},  /* 1: all services in one zone */
    {NULL, 0, 0},
};

enum { IN_ZONE = 10, ZONES_IN_COUNCIL = 10, ROOMY = 9 };

struct land {
    struct bench_desk desk;
    uint64_t seed;
    uint32_t zones, services, people, decided, expired;
    uint64_t aside_ns, aside_records; /* of what came in between and is not measured */
    uint64_t offer;                   /* the last one that went out */
    char service[16];                 /* to which */
};

static uint32_t any(struct land *land, uint32_t count)
{
    uint64_t z = land->seed += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((z ^ (z >> 31)) % count);
}

/* ---- the land ---- */

static void heard(void *context, const struct hw_event *decision, uint64_t sequence)
{
    struct land *land = context;

    (void)sequence;
    land->decided++;
    land->expired += decision->kind == HW_KIND_DECIDED_EXPIRY;
    if (decision->kind != HW_KIND_DECIDED_OFFER)
        return;
    land->offer = (uint64_t)decision->values[HW_FIELD_OFFER].number;
    snprintf(land->service, sizeof land->service, "%.*s",
        (int)decision->values[HW_FIELD_SERVICE].text.size,
        (const char *)decision->values[HW_FIELD_SERVICE].text.data);
}

/* Of ten in a zone: home care and reablement, beds, step up; the tenth has room, for telecare. */
static void add_service(struct land *land, uint32_t index)
{
    static const char *const kinds[IN_ZONE] = {"home_care", "home_care", "home_care", "reablement",
        "reablement", "bed_intermediate", "bed_intermediate", "care_home_nursing",
        "crisis_response", "home_care"};
    static const char *const capabilities[IN_ZONE] = {"personal_care;medication",
        "personal_care;medication;double_handed;hoist", "personal_care;medication;dementia;night",
        "personal_care;therapy;medication", "personal_care;therapy;medication;catheter",
        "personal_care;therapy;nursing;medication", "personal_care;therapy;dementia;medication",
        "personal_care;nursing;dementia;medication;peg", "personal_care;medication;equipment",
        "telecare"};
    uint32_t zone = options[DENSE].value != 0 ? 0 : index / IN_ZONE, of_ten = index % IN_ZONE;
    char code[16], zones[16], council[16];
    const char *const pairs[] = {"kind", kinds[of_ten], "unit", "slots", "capabilities",
        capabilities[of_ten], "zones", zones, "councils", council, "directions",
        of_ten == 8 ? "step_up" : "step_up;step_down", "capacity", of_ten == ROOMY ? "9999" : "0",
        NULL};

    snprintf(code, sizeof code, "S%" PRIu32, index);
    snprintf(council, sizeof council, "C%" PRIu32, zone / ZONES_IN_COUNCIL);
    if (of_ten == 3 || of_ten == 7)
        snprintf(zones, sizeof zones, "all");
    else
        snprintf(zones, sizeof zones, "Z%" PRIu32, zone);
    bench_desk_service(&land->desk, code, pairs);
}

static void refer(struct land *land, const char *needs, const char *pathway)
{
    struct hw_event event = bench_desk_said(&land->desk, HW_KIND_REFERRAL_RECEIVED);
    uint32_t zone = any(land, land->zones);
    char local[16], name[24], zone_code[16], council[16];
    bool is_up = any(land, 8) == 0;

    snprintf(local, sizeof local, "P%" PRIu32, land->people);
    snprintf(name, sizeof name, "HUB/%" PRIu32, land->people++);
    snprintf(zone_code, sizeof zone_code, "Z%" PRIu32, zone);
    snprintf(council, sizeof council, "C%" PRIu32, zone / ZONES_IN_COUNCIL);
    hw_event_add_identifier(
        &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(local));
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text(name));
    hw_event_set_text(&event, HW_FIELD_DIRECTION, hw_slice_text(is_up ? "step_up" : "step_down"));
    hw_event_set_text(&event, HW_FIELD_PATHWAY, hw_slice_text(pathway));
    hw_event_set_text(&event, HW_FIELD_NEEDS, hw_slice_text(needs));
    hw_event_set_text(&event, HW_FIELD_ZONE, hw_slice_text(zone_code));
    hw_event_set_text(&event, HW_FIELD_COUNCIL, hw_slice_text(council));
    hw_event_set_text(&event, HW_FIELD_SEX, hw_slice_text(any(land, 2) == 0 ? "F" : "M"));
    hw_event_set_time(&event, HW_FIELD_NEEDED_FROM,
        hw_time_at(land->desk.now_ms - (int64_t)any(land, 96) * HW_HOUR_MS));
    hw_event_set_number(&event, HW_FIELD_AGE_YEARS, 66 + any(land, 30));
    bench_desk_submit(&land->desk, &event);
}

static void refer_any(struct land *land)
{
    static const char *const pathways[] = {"P1", "P1", "P1", "P2", "P2"};
    static const char *const more[] = {"", ";medication", ";therapy", ";dementia", ";nursing",
        ";double_handed", ";medication;dementia", ";medication;night", ";therapy;medication",
        ";nursing;dementia", ";double_handed;hoist", ";catheter"};
    char needs[80];

    snprintf(needs, sizeof needs, "personal_care%s", more[any(land, 12)]);
    refer(land, needs, pathways[any(land, 5)]);
}

static void land_open(struct land *land)
{
    memset(land, 0, sizeof *land);
    land->seed = 1;
    land->services = (uint32_t)options[SERVICES].value;
    land->zones = options[DENSE].value != 0 ? 1 : (land->services + IN_ZONE - 1) / IN_ZONE;
    bench_desk_open(&land->desk, 1000000, INT64_C(1772438400000));
    land->desk.decided = heard;
    land->desk.context = land;
    bench_desk_set(&land->desk, "routing/mode", "offer");
    bench_desk_set(&land->desk, "routing/automation",
        "home_care;reablement;bed_intermediate;care_home_nursing;crisis_response");
    for (uint32_t i = 0; i < land->services; i++)
        add_service(land, i);
    for (uint64_t i = 0; i < options[WAITING].value; i++) {
        land->desk.now_ms += 20;
        refer_any(land);
    }
}

/* ---- what is measured ---- */

/* A service of a zone's first nine, which are full, says that it has one more. */
static void free_unit(struct land *land)
{
    uint32_t index = any(land, land->services / IN_ZONE) * IN_ZONE + any(land, ROOMY);
    struct hw_event event = bench_desk_said(&land->desk, HW_KIND_SERVICE_CAPACITY);
    struct hw_service *service;
    char code[16];

    snprintf(code, sizeof code, "S%" PRIu32, index);
    service = HW_AT(land->desk.feed.engine, services, hw_service, index + 1);
    hw_event_set_text(&event, HW_FIELD_SERVICE, hw_slice_text(code));
    hw_event_set_number(&event, HW_FIELD_UNITS, service->held + 1);
    bench_desk_submit(&land->desk, &event);
}

static void decline(struct land *land)
{
    struct hw_event event = bench_desk_said(&land->desk, HW_KIND_OFFER_ANSWERED);

    hw_event_set_number(&event, HW_FIELD_OFFER, (int64_t)land->offer);
    hw_event_set_text(&event, HW_FIELD_ANSWER, hw_slice_text("declined"));
    bench_desk_submit(&land->desk, &event);
}

/* An offer that nobody has answered. */
static void go_out(struct land *land)
{
    uint64_t offer = land->offer;

    while (land->offer == offer)
        free_unit(land);
}

/* A midnight, or alerts said again, may come before: they are not what is measured. */
static void run_out(struct land *land)
{
    const struct bench_desk *desk = &land->desk;
    uint32_t expired = land->expired;

    for (;;) {
        uint64_t ns = desk->apply_ns, records = desk->feed.sequence;

        (void)bench_desk_wait(&land->desk, HW_TIME_OPEN - 1);
        if (land->expired != expired)
            return;
        land->aside_ns += desk->apply_ns - ns;
        land->aside_records += desk->feed.sequence - records;
    }
}

static void find_full(struct land *land)
{
    refer_any(land);
}

static void find_room(struct land *land)
{
    refer(land, "telecare", "P1");
}

struct cost {
    double ns, looked_at, decisions;
};

/* before: what must be so for it to happen; not measured.  NULL: nothing. */
static struct cost measure(struct land *land, const char *name, void (*before)(struct land *),
    void (*happen)(struct land *))
{
    struct bench_desk *desk = &land->desk;
    uint64_t ns = 0, looked_at = 0, records = 0, each = options[EACH].value;
    struct cost cost = {0};
    char figure[64];

    for (uint64_t i = 0; i < each; i++) {
        const struct hw_engine *engine = desk->feed.engine;
        uint64_t ns_before, looked_before, records_before;
        uint32_t decided;

        desk->now_ms += 20;
        while (bench_desk_wait(desk, desk->now_ms))
            ;
        if (before != NULL)
            before(land);
        land->aside_ns = land->aside_records = 0;
        ns_before = desk->apply_ns;
        looked_before = engine->looked_at;
        records_before = desk->feed.sequence;
        decided = land->decided;
        happen(land);
        ns += desk->apply_ns - ns_before - land->aside_ns;
        looked_at += engine->looked_at - looked_before;
        records += desk->feed.sequence - records_before - land->aside_records;
        cost.decisions += land->decided - decided;
    }
    cost.ns = (double)ns / (double)records;
    cost.looked_at = (double)looked_at / (double)each;
    snprintf(figure, sizeof figure, "%s_ns", name);
    bench_figure(figure, cost.ns);
    snprintf(figure, sizeof figure, "%s_looked_at", name);
    bench_figure(figure, cost.looked_at);
    return cost;
}

int main(int argc, char **argv)
{
    static struct land land;
    bool is_tiny = bench_arguments(argc, argv, "What a decision costs among many.", options);
    struct cost freed, declined, expired, full, room;
    double each = (double)options[EACH].value;

    if (options[SERVICES].value < IN_ZONE || options[EACH].value == 0) {
        fputs("matcher_bench: --services is at least 10, --each at least 1\n", stderr);
        return 2;
    }
    land_open(&land);
    printf("# matcher_bench: %" PRIu64 " wait for %" PRIu32 " services in %" PRIu32
           " zones; %" PRIu64 " of each event; %" PRIu32 " profiles\n",
        options[WAITING].value, land.services, land.zones, options[EACH].value,
        land.desk.feed.engine->profiles.count - 1);
    bench_figure("waiting_ns",
        (double)land.desk.apply_ns / (double)(options[WAITING].value + land.services * 8));
    full = measure(&land, "full", NULL, find_full);
    room = measure(&land, "room", NULL, find_room);
    freed = measure(&land, "freed", NULL, free_unit);
    declined = measure(&land, "declined", go_out, decline);
    expired = measure(&land, "expired", go_out, run_out);
    bench_print_hash("state", hw_engine_state_digest(land.desk.feed.engine));
    if (is_tiny) {
        bench_case(full.decisions < each, "most who find all full wait");
        bench_case(room.decisions >= each, "who finds room is offered it");
        bench_case(freed.decisions > each, "a freed unit is offered");
        bench_case(declined.decisions > 0, "what was declined goes to the next");
        bench_case(expired.decisions >= each, "an offer that ran out is over");
        bench_case(hw_routing_holds(land.desk.feed.engine), "what is held adds up");
    }
    bench_desk_close(&land.desk);
    return is_tiny ? bench_end() : 0;
}
