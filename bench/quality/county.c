#include "county.h"

#include "homeward/event.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- chance that depends on what it is about, not on who asks ---- */

static uint64_t mix(uint64_t z)
{
    z += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static double share(uint64_t *state)
{
    *state = mix(*state);
    return ((double)(*state >> 11) + 0.5) / 9007199254740992.0;
}

static uint32_t below(uint64_t *state, uint32_t bound)
{
    return (uint32_t)(share(state) * bound);
}

static uint64_t about(const struct county *county, uint32_t person, uint32_t service)
{
    return mix(county->seed ^ mix(((uint64_t)person << 16 | service) + 1));
}

/* ---- the numbers ---- */

static const struct {
    const char *name;
    double a_day; /* referrals; mean over a week */
    double mean_days, median_days, longest_days;
} classes[COUNTY_CLASSES] = {
    /*
     * P1 to P3: domain.md 7.3, a public model of an area of about one million (19.4, 7.6 and 5.4 a
     * day), times 0.69: Leicestershire county had 690,200 people in 2017 (7.2).  Stays: mid of the
     * means and medians given there; P1 ends at six weeks (1.5).  Crisis: 1,318 referrals in
     * 2014/15, up to three days (7.2).  Two-day step-up: assumed; stays as P1.
     */
    [COUNTY_P1] = {"P1", 13.4, 15.5, 7, 42},
    [COUNTY_P2] = {"P2", 5.2, 38, 32, 180},
    [COUNTY_P3] = {"P3", 3.7, 45, 40, 180},
    [COUNTY_CRISIS] = {"step up, 2 h", 3.6, 1.5, 1.3, 3},
    [COUNTY_TWO_DAY] = {"step up, 2 days", 2.0, 15.5, 7, 42},
};

/* By care-home beds of the districts, CQC 2015 (domain.md 7.2), as a measure of old age. */
static const uint32_t zone_weights[COUNTY_ZONES] = {599, 1320, 600, 774, 337, 610, 578};
static const char *const zone_codes = "BCHKMNO";

/* Districts that touch: Blaby, Charnwood, Harborough, Hinckley, Melton, NW Leics, Oadby. */
static const char *const neighbours[COUNTY_ZONES] = {"CHKO", "BMN", "BMO", "BN", "CH", "CK", "BH"};

/* Discharges of the county's trust by weekday, Monday first (domain.md 7.2). */
static const double weekdays[7] = {252, 312, 303, 303, 324, 209, 154};

const char *county_class_name(enum county_class class)
{
    return class < COUNTY_CLASSES ? classes[class].name : "all";
}

unsigned county_group(enum county_class class)
{
    return class == COUNTY_TWO_DAY ? (unsigned)COUNTY_P1 : (unsigned)class;
}

#define NEED(name) (UINT32_C(1) << HW_NEED_##name)

/*
 * Kinds of service: share of the room of their class, how often they decline, how fast they answer,
 * when they answer and begin.  All assumed: domain.md 6.2 gives the reasons of declines, no rates;
 * a care home first assesses for itself; crisis response has twice the room, so that it is there
 * when it is needed.  Reablement and the lead provider of a lot come first, spot providers behind
 * them, and the crews of two last, so that they are there for those who need two.
 */
enum family { HART, DOUBLE_HANDED, LEAD, SECOND, WARD, INTERMEDIATE, RESIDENTIAL, NURSING, CRISIS };

#define DAILY  "Mo-Su 08:00-20:00"
#define OFFICE "Mo-Fr 09:00-17:00"

static const struct {
    const char *code;
    uint8_t kind, unit, directions, class;
    uint8_t rank;    /* of its contract at home; one more next door */
    uint8_t at_once; /* offers_at_once, as the shipped example of Leicestershire has it */
    uint32_t capabilities;
    double room; /* of the class, all services of the family together */
    uint32_t declines_percent, fastest_minutes, slowest_minutes;
    const char *answers, *begins;
} families[] = {
    [HART] = {"HART", HW_SERVICE_REABLEMENT, HW_UNIT_SLOTS, HW_STEP_UP | HW_STEP_DOWN, COUNTY_P1, 1,
        1, NEED(PERSONAL_CARE) | NEED(THERAPY) | NEED(MEDICATION), 0.60, 5, 10, 40, DAILY, DAILY},
    [DOUBLE_HANDED] = {"DHC", HW_SERVICE_HOME_CARE, HW_UNIT_SLOTS, HW_STEP_DOWN, COUNTY_P1, 3, 1,
        NEED(PERSONAL_CARE) | NEED(THERAPY) | NEED(MEDICATION) | NEED(DEMENTIA) |
            NEED(DOUBLE_HANDED),
        0.16, 15, 20, 110, OFFICE, DAILY},
    [LEAD] = {"LEAD", HW_SERVICE_HOME_CARE, HW_UNIT_HOURS, HW_STEP_DOWN, COUNTY_P1, 1, 2,
        NEED(PERSONAL_CARE) | NEED(MEDICATION) | NEED(DEMENTIA), 0.17, 40, 20, 110,
        OFFICE ", Sa 09:00-13:00", DAILY},
    [SECOND] = {"SPOT", HW_SERVICE_HOME_CARE, HW_UNIT_HOURS, HW_STEP_DOWN, COUNTY_P1, 2, 2,
        NEED(PERSONAL_CARE) | NEED(MEDICATION), 0.07, 40, 20, 110, OFFICE, DAILY},
    [WARD] = {"CH", HW_SERVICE_COMMUNITY_HOSPITAL, HW_UNIT_BEDS, HW_STEP_DOWN, COUNTY_P2, 1, 1,
        NEED(PERSONAL_CARE) | NEED(THERAPY) | NEED(NURSING), 0.55, 10, 20, 110, DAILY,
        "Mo-Su 09:00-18:00"},
    [INTERMEDIATE] = {"ICB", HW_SERVICE_BED_INTERMEDIATE, HW_UNIT_BEDS, HW_STEP_DOWN, COUNTY_P2, 1,
        1, NEED(PERSONAL_CARE) | NEED(THERAPY) | NEED(DEMENTIA), 0.45, 25, 20, 110,
        OFFICE ", Sa-Su 10:00-16:00", "Mo-Su 09:00-18:00"},
    [RESIDENTIAL] = {"RES", HW_SERVICE_CARE_HOME_RESIDENTIAL, HW_UNIT_BEDS, HW_STEP_DOWN, COUNTY_P3,
        1, 2, NEED(PERSONAL_CARE) | NEED(DEMENTIA), 0.60, 40, 240, 960, OFFICE,
        "Mo-Sa 09:00-17:00"},
    [NURSING] = {"NUR", HW_SERVICE_CARE_HOME_NURSING, HW_UNIT_BEDS, HW_STEP_DOWN, COUNTY_P3, 1, 2,
        NEED(PERSONAL_CARE) | NEED(DEMENTIA) | NEED(NURSING), 0.40, 40, 240, 960, OFFICE,
        "Mo-Sa 09:00-17:00"},
    [CRISIS] = {"CRT", HW_SERVICE_CRISIS_RESPONSE, HW_UNIT_SLOTS, HW_STEP_UP, COUNTY_CRISIS, 1, 1,
        NEED(PERSONAL_CARE) | NEED(CARER_BREAKDOWN), 2.0, 2, 4, 12, "24/7", "24/7"},
};

/* ---- services ---- */

static double stay_days(uint64_t *state, enum county_class class)
{
    double mean = classes[class].mean_days, median = classes[class].median_days;
    double sigma = sqrt(2 * log(mean / median));
    double normal =
        sqrt(-2 * log(share(state))) * cos(6.283185307179586 * share(state)); /* Box and Muller */
    double days = median * exp(sigma * normal);

    return days < 0.25                       ? 0.25
        : days < classes[class].longest_days ? days
                                             : classes[class].longest_days;
}

/* People in service at once if nobody had to wait. */
static double offered(enum county_class class)
{
    uint64_t state = 1;
    double days = 0;

    for (int i = 0; i < 20000; i++)
        days += stay_days(&state, class);
    return classes[class].a_day * days / 20000;
}

static double room_of(enum county_class class, uint32_t load)
{
    double people = offered(class) + (class == COUNTY_P1 ? offered(COUNTY_TWO_DAY) : 0);

    return people * 1000 / load;
}

static void read_hours(const char *text, struct hw_hours *hours)
{
    if (!hw_hours_read(hw_slice_text(text), hours)) {
        fprintf(stderr, "quality_bench: not hours: %s\n", text);
        exit(1);
    }
}

/* part: of the room of its family.  zone COUNTY_ZONES: everywhere. */
static void add_service(
    struct county *county, enum family family, unsigned zone, double part, uint32_t load)
{
    struct county_service *service = &county->services[county->services_count++];
    double room =
        room_of((enum county_class)families[family].class, load) * families[family].room * part;

    *service = (struct county_service){.kind = families[family].kind,
        .unit = families[family].unit,
        .directions = families[family].directions,
        .capabilities = families[family].capabilities,
        .rank_at_home = families[family].rank,
        .at_once = families[family].at_once,
        .declines_percent = families[family].declines_percent,
        .fastest_ms = families[family].fastest_minutes * HW_MINUTE_MS,
        .slowest_ms = families[family].slowest_minutes * HW_MINUTE_MS,
        .answer_hours_text = families[family].answers,
        .hours_text = families[family].begins};
    read_hours(service->answer_hours_text, &service->answer_hours);
    read_hours(service->hours_text, &service->hours);
    if (service->unit == HW_UNIT_HOURS)
        room *= COUNTY_HOURS_MEAN;
    service->capacity = (int32_t)ceil(room);
    if (zone == COUNTY_ZONES) {
        snprintf(service->code, sizeof service->code, "%s", families[family].code);
        memset(service->rank, families[family].rank, sizeof service->rank);
        return;
    }
    snprintf(service->code, sizeof service->code, "%s-%c", families[family].code, zone_codes[zone]);
    service->rank[zone] = families[family].rank;
    for (const char *other = neighbours[zone]; *other != '\0'; other++)
        service->rank[strchr(zone_codes, *other) - zone_codes] =
            (uint8_t)(families[family].rank + 1);
}

static void add_services(struct county *county, uint32_t load)
{
    double weights = 0;

    for (unsigned zone = 0; zone < COUNTY_ZONES; zone++)
        weights += zone_weights[zone];
    add_service(county, HART, COUNTY_ZONES, 1, load);
    add_service(county, DOUBLE_HANDED, COUNTY_ZONES, 1, load);
    add_service(county, CRISIS, COUNTY_ZONES, 1, load);
    for (unsigned zone = 0; zone < COUNTY_ZONES; zone++) {
        double part = zone_weights[zone] / weights;

        add_service(county, LEAD, zone, part, load);
        add_service(county, SECOND, zone, part, load);
        add_service(county, INTERMEDIATE, zone, part, load);
        add_service(county, RESIDENTIAL, zone, part, load);
        add_service(county, NURSING, zone, part, load);
    }
    for (unsigned zone = 1; zone <= 3; zone++) /* Three community hospitals: each zone has one. */
        add_service(county, WARD, zone, 1.0 / 3, load);
}

/* ---- people ---- */

static uint32_t needs_of(uint64_t *state, enum county_class class)
{
    uint32_t percent = below(state, 100), care = NEED(PERSONAL_CARE);

    switch (class) { /* Shares: assumed. */
    case COUNTY_P1:
        if (below(state, 100) < 12)
            care |= NEED(DOUBLE_HANDED);
        return care |
            (percent < 50          ? NEED(THERAPY)
                    : percent < 88 ? NEED(MEDICATION)
                                   : NEED(DEMENTIA));
    case COUNTY_P2:
        return care | NEED(THERAPY) |
            (percent < 60          ? 0
                    : percent < 85 ? NEED(NURSING)
                                   : NEED(DEMENTIA));
    case COUNTY_P3:
        return care | (percent < 50 ? 0 : percent < 70 ? NEED(DEMENTIA) : NEED(NURSING));
    case COUNTY_CRISIS:
        return care | NEED(CARER_BREAKDOWN);
    case COUNTY_TWO_DAY:
    case COUNTY_CLASSES:
        break;
    }
    return care | NEED(THERAPY);
}

static uint8_t zone_of(uint64_t *state)
{
    uint32_t sum = 0, at;

    for (unsigned zone = 0; zone < COUNTY_ZONES; zone++)
        sum += zone_weights[zone];
    at = below(state, sum);
    for (uint8_t zone = 0; zone + 1 < COUNTY_ZONES; zone++) {
        if (at < zone_weights[zone])
            return zone;
        at -= zone_weights[zone];
    }
    return COUNTY_ZONES - 1;
}

static int64_t hours_ms(double hours)
{
    return (int64_t)(hours * (double)HW_HOUR_MS);
}

static void add_person(
    struct county *county, uint64_t *state, enum county_class class, int64_t ready_ms)
{
    static const int32_t packages[] = {4, 7, 11, 14, 19}; /* hours a week: assumed, mean 11 */
    struct county_person *person = &county->people[county->people_count];

    if (county->people_count == COUNTY_PEOPLE_MAX)
        return;
    *person = (struct county_person){.ready_ms = ready_ms,
        .stay_ms = hours_ms(24 * stay_days(state, class)),
        .needs = needs_of(state, class),
        .hours = packages[below(state, 5)],
        .zone = zone_of(state),
        .class = (uint8_t) class};
    county->people_count++;
}

/* Ready on a ward round from 9 to 17; crises come at any hour.  Step-up knows no weekday. */
static void add_day(
    struct county *county, uint64_t *state, int64_t midnight_ms, unsigned weekday, double week)
{
    for (unsigned class = 0; class < COUNTY_CLASSES; class ++) {
        bool is_up = class == COUNTY_CRISIS || class == COUNTY_TWO_DAY;
        double mean = classes[class].a_day * (is_up ? 1 : weekdays[weekday] / week);
        double limit = exp(-mean), product = share(state);

        for (; product > limit; product *= share(state)) { /* Poisson, by Knuth's way */
            double hour = class == COUNTY_CRISIS ? 24 * share(state) : 9 + 8 * share(state);

            add_person(county, state, (enum county_class) class, midnight_ms + hours_ms(hour));
        }
    }
}

static int by_ready(const void *left, const void *right)
{
    const struct county_person *a = left, *b = right;

    if (a->ready_ms != b->ready_ms)
        return a->ready_ms < b->ready_ms ? -1 : 1;
    return memcmp(a, b, sizeof *a);
}

/* Somebody is there for everybody: if all would decline, one of those that fit does not. */
static void settle_certain(struct county *county, uint32_t person)
{
    uint32_t fitting = 0, chosen = 0;
    uint64_t state = about(county, person, COUNTY_SERVICES_MAX);

    for (uint32_t service = 0; service < county->services_count; service++)
        if (county_fits(county, person, service) && below(&state, ++fitting) == 0)
            chosen = service;
    if (fitting == 0) {
        fprintf(stderr, "quality_bench: nobody serves person %u\n", (unsigned)person);
        exit(1);
    }
    county->people[person].certain = (uint8_t)chosen;
}

/* As full as the load says, each for the rest of a stay that was under way. */
static void add_placed(struct county *county, uint64_t *state, uint32_t load)
{
    for (uint32_t i = 0; i < county->services_count; i++) {
        const struct county_service *service = &county->services[i];
        enum county_class class = service->kind == HW_SERVICE_CRISIS_RESPONSE ? COUNTY_CRISIS
            : service->unit != HW_UNIT_BEDS                                   ? COUNTY_P1
            : (service->capabilities & NEED(THERAPY)) != 0                    ? COUNTY_P2
                                                                              : COUNTY_P3;
        int32_t units = service->unit == HW_UNIT_HOURS ? COUNTY_HOURS_MEAN : 1;
        int32_t full = (int32_t)((double)service->capacity * (load < 1000 ? load : 1000) / 1000);

        for (int32_t used = 0; used + units <= full; used += units) {
            double days;

            if (county->placed_count == COUNTY_PLACED_MAX)
                return;
            do /* A long stay is met more often than a short one. */
                days = stay_days(state, class);
            while (days < share(state) * classes[class].longest_days);
            county->placed[county->placed_count++] = (struct county_placed){.service = i,
                .units = units,
                .ends_ms = county->start_ms + hours_ms(24 * days * share(state))};
        }
    }
}

void county_make(
    struct county *county, uint64_t seed, uint32_t days, uint32_t load, uint32_t chance)
{
    int32_t first = hw_day_from_civil(2026, 1, 5); /* a Monday */
    uint64_t state = mix(seed);
    double week = 0;

    memset(county, 0, sizeof *county);
    county->seed = mix(seed ^ 77);
    county->chance = chance;
    county->start_ms = hw_london_midnight(first);
    county->end_ms = hw_london_midnight(first + (int32_t)days);
    for (unsigned i = 0; i < 7; i++)
        week += weekdays[i] / 7;
    add_services(county, load);
    for (uint32_t day = 0; day < days; day++)
        add_day(county, &state, hw_london_midnight(first + (int32_t)day), day % 7, week);
    qsort(county->people, county->people_count, sizeof *county->people, by_ready);
    for (uint32_t i = 0; i < county->people_count; i++)
        settle_certain(county, i);
    add_placed(county, &state, load);
}

/* ---- asking ---- */

enum hw_direction county_direction(const struct county_person *person)
{
    return person->class == COUNTY_CRISIS || person->class == COUNTY_TWO_DAY ? HW_STEP_UP
                                                                             : HW_STEP_DOWN;
}

bool county_fits(const struct county *county, uint32_t of, uint32_t by)
{
    const struct county_person *person = &county->people[of];
    const struct county_service *service = &county->services[by];
    bool bed = service->unit == HW_UNIT_BEDS;

    return (service->directions & county_direction(person)) != 0 &&
        service->rank[person->zone] != 0 && (person->needs & ~service->capabilities) == 0 &&
        bed == (person->class == COUNTY_P2 || person->class == COUNTY_P3) &&
        (person->class != COUNTY_P2 || (service->capabilities & NEED(THERAPY)) != 0) &&
        (person->class != COUNTY_P3 || (service->capabilities & NEED(THERAPY)) == 0);
}

int32_t county_units(const struct county *county, uint32_t person, uint32_t service)
{
    return county->services[service].unit == HW_UNIT_HOURS ? county->people[person].hours : 1;
}

bool county_says_yes(const struct county *county, uint32_t person, uint32_t service)
{
    uint64_t state = about(county, person, service);

    return county->people[person].certain == service ||
        below(&state, 10000) >= county->services[service].declines_percent * county->chance;
}

/* Of its answer hours. */
static int64_t thinking_ms(const struct county *county, uint32_t person, uint32_t by)
{
    const struct county_service *service = &county->services[by];
    uint64_t state = mix(about(county, person, by));
    double span = (double)(service->slowest_ms - service->fastest_ms);

    return service->fastest_ms +
        (int64_t)((0.5 + (share(&state) - 0.5) * county->chance / 100) * span);
}

int64_t county_answer_ms(
    const struct county *county, uint32_t person, uint32_t by, int64_t asked_ms)
{
    return hw_hours_after(
        &county->services[by].answer_hours, asked_ms, thinking_ms(county, person, by));
}

int64_t county_begin_ms(const struct county *county, uint32_t service, int64_t agreed_ms)
{
    return hw_hours_next(&county->services[service].hours, agreed_ms);
}

int64_t county_hub_open_ms(int64_t ms)
{
    static struct hw_hours hours;

    if (hours.close[0] == 0)
        read_hours("Mo-Su 08:00-18:00", &hours);
    return hw_hours_next(&hours, ms);
}

/* ---- outcomes ---- */

static const char *const cause_names[COUNTY_CAUSES] = {
    "no_place_known", "approval", "in_vain", "closed", "thinking", "opening"};

const char *county_cause_name(enum county_cause cause)
{
    return cause_names[cause];
}

void county_outcome_init(const struct county *county, struct county_outcome *outcome)
{
    memset(outcome, 0, sizeof *outcome);
    for (uint32_t i = 0; i < county->people_count; i++) {
        outcome->started_ms[i] = HW_TIME_OPEN;
        outcome->since_ms[i] = county->people[i].ready_ms;
    }
}

static int64_t in_quarter(const struct county *county, int64_t ms)
{
    return ms < county->end_ms ? ms : county->end_ms;
}

void county_waits_for(const struct county *county, struct county_outcome *outcome, uint32_t person,
    enum county_cause cause, int64_t at_ms)
{
    at_ms = in_quarter(county, at_ms);
    outcome->spent_ms[person][outcome->cause[person]] += at_ms - outcome->since_ms[person];
    outcome->since_ms[person] = at_ms;
    outcome->cause[person] = (uint8_t)cause;
}

void county_agrees(const struct county *county, struct county_outcome *outcome, uint32_t person,
    uint32_t service, int64_t asked_ms, int64_t at_ms)
{
    int64_t all_ms = at_ms - asked_ms, thought_ms = thinking_ms(county, person, service);

    county_waits_for(county, outcome, person, COUNTY_OPENING, at_ms);
    outcome->spent_ms[person][COUNTY_IN_VAIN] -= all_ms;
    outcome->spent_ms[person][COUNTY_THINKING] += thought_ms;
    outcome->spent_ms[person][COUNTY_CLOSED] += all_ms - thought_ms;
}

void county_starts(const struct county *county, struct county_outcome *outcome, uint32_t person,
    uint32_t service, int64_t at_ms)
{
    outcome->started_ms[person] = at_ms;
    outcome->service[person] = (uint8_t)service;
    county_waits_for(county, outcome, person, COUNTY_OPENING, at_ms);
}

static bool is_of(const struct county *county, uint32_t person, enum county_class class)
{
    return class == COUNTY_CLASSES || county->people[person].class == class;
}

double county_ready_hours(
    const struct county *county, const struct county_outcome *outcome, enum county_class class)
{
    int64_t ms = 0;

    for (uint32_t i = 0; i < county->people_count; i++)
        if (is_of(county, i, class))
            ms += in_quarter(county, outcome->started_ms[i]) - county->people[i].ready_ms;
    return (double)ms / (double)HW_HOUR_MS;
}

double county_spent_hours(
    const struct county *county, const struct county_outcome *outcome, enum county_cause cause)
{
    int64_t ms = 0;

    for (uint32_t i = 0; i < county->people_count; i++) {
        ms += outcome->spent_ms[i][cause];
        if (outcome->started_ms[i] >= county->end_ms && outcome->cause[i] == cause)
            ms += county->end_ms - outcome->since_ms[i];
    }
    return (double)ms / (double)HW_HOUR_MS;
}

double county_next_door(
    const struct county *county, const struct county_outcome *outcome, enum county_class class)
{
    uint32_t started = 0, next_door = 0;

    for (uint32_t i = 0; i < county->people_count; i++) {
        const struct county_service *service = &county->services[outcome->service[i]];

        if (!is_of(county, i, class) || outcome->started_ms[i] >= county->end_ms)
            continue;
        started++;
        next_door += service->rank[county->people[i].zone] > service->rank_at_home;
    }
    return started == 0 ? 0 : 100.0 * next_door / started;
}
