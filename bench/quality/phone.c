#include "phone.h"

#include "schedule.h"

#include <stdlib.h>
#include <string.h>

enum { CALL_MINUTES = 10, CRISIS_AGAIN_MINUTES = 30 };

enum step { RELEASE, ANSWER, RING };

struct run {
    const struct county *county;
    struct county_outcome *outcome;
    struct schedule schedule;
    enum phone_way way;
    int32_t used[COUNTY_SERVICES_MAX];
    uint64_t said_no[COUNTY_PEOPLE_MAX], rung[COUNTY_PEOPLE_MAX],
        asked[COUNTY_PEOPLE_MAX]; /* bits by service; asked: no answer yet */
    int64_t asked_ms[COUNTY_PEOPLE_MAX][COUNTY_SERVICES_MAX];
    int64_t ring_ms[COUNTY_PEOPLE_MAX]; /* when to ring next; what was planned before is void */
    bool settled[COUNTY_PEOPLE_MAX];
    uint32_t first; /* nobody before this one waits */
    uint32_t arrived;
};

_Static_assert((int)COUNTY_SERVICES_MAX <= 64, "a bit a service");

static bool has_room(const struct run *run, uint32_t person, uint32_t service)
{
    return run->used[service] + county_units(run->county, person, service) <=
        run->county->services[service].capacity;
}

/* The usual ones first: by the contract of the zone, then by the list. */
static bool next_usual(
    const struct run *run, uint32_t person, uint64_t passed, uint32_t *ret_service)
{
    uint8_t zone = run->county->people[person].zone;
    bool found = false;

    for (uint32_t service = 0; service < run->county->services_count; service++) {
        const struct county_service *of = &run->county->services[service];

        if ((passed >> service & 1) != 0 || !county_fits(run->county, person, service))
            continue;
        if (found && of->rank[zone] >= run->county->services[*ret_service].rank[zone])
            continue;
        *ret_service = service;
        found = true;
    }
    return found;
}

static void ask(struct run *run, uint32_t person, uint32_t service, int64_t now_ms)
{
    run->used[service] += county_units(run->county, person, service);
    if (run->asked[person] == 0)
        county_waits_for(run->county, run->outcome, person, COUNTY_IN_VAIN, now_ms);
    run->asked[person] |= UINT64_C(1) << service;
    run->asked_ms[person][service] = now_ms;
    schedule_add(&run->schedule, county_answer_ms(run->county, person, service, now_ms), ANSWER,
        person, service);
}

static void give_back(struct run *run, uint32_t person, uint32_t service)
{
    run->asked[person] &= ~(UINT64_C(1) << service);
    run->used[service] -= county_units(run->county, person, service);
}

/* ---- by telephone ---- */

static bool is_crisis(const struct run *run, uint32_t person)
{
    return run->county->people[person].class == COUNTY_CRISIS;
}

static void ring_at(struct run *run, uint32_t person, int64_t at_ms)
{
    run->ring_ms[person] = at_ms;
    schedule_add(&run->schedule, at_ms, RING, person, 0);
}

/* Beside those that are thinking it over: one more of a kind that may be asked several at once. */
static bool may_ask(const struct run *run, uint32_t person, uint32_t service)
{
    const struct county_service *services = run->county->services;
    uint32_t out = 0, least = services[service].at_once;

    for (uint32_t other = 0; other < run->county->services_count; other++)
        if ((run->asked[person] >> other & 1) != 0) {
            out++;
            least = services[other].at_once < least ? services[other].at_once : least;
        }
    return out == 0 || (run->way == PHONE_SEVERAL && out < least);
}

static int64_t next_round_ms(int64_t now_ms)
{
    int32_t today = hw_london_day(now_ms);

    for (int32_t day = today;; day++) {
        int64_t morning = hw_london_midnight(day) + 8 * HW_HOUR_MS;

        if (morning > now_ms)
            return morning;
        if (morning + 5 * HW_HOUR_MS > now_ms)
            return morning + 5 * HW_HOUR_MS;
    }
}

/* Nobody left to ring who is open: later, those that are closed, or the next round. */
static void ring_later(struct run *run, uint32_t person, int64_t now_ms)
{
    uint64_t passed = run->said_no[person] | run->asked[person] | run->rung[person];
    int64_t round_ms = is_crisis(run, person) ? now_ms + CRISIS_AGAIN_MINUTES * HW_MINUTE_MS
                                              : next_round_ms(now_ms);
    int64_t at_ms = round_ms;
    uint32_t service = 0;

    while (next_usual(run, person, passed, &service)) {
        int64_t opens_ms = hw_hours_next(&run->county->services[service].answer_hours, now_ms);

        passed |= UINT64_C(1) << service;
        if (!may_ask(run, person, service))
            continue;
        if (!is_crisis(run, person))
            opens_ms = county_hub_open_ms(opens_ms);
        at_ms = opens_ms < at_ms ? opens_ms : at_ms;
    }
    if (at_ms == round_ms)
        run->rung[person] = 0;
    ring_at(run, person, at_ms);
}

static void ring(struct run *run, uint32_t person, int64_t now_ms)
{
    int64_t open_ms = is_crisis(run, person) ? now_ms : county_hub_open_ms(now_ms);
    uint64_t passed = run->said_no[person] | run->asked[person] | run->rung[person];
    uint32_t service = 0;

    if (open_ms > now_ms) {
        ring_at(run, person, open_ms);
        return;
    }
    while (next_usual(run, person, passed, &service)) {
        passed |= UINT64_C(1) << service;
        if (!hw_hours_is_open(&run->county->services[service].answer_hours, now_ms) ||
            !may_ask(run, person, service))
            continue;
        run->rung[person] |= UINT64_C(1) << service;
        if (has_room(run, person, service))
            ask(run, person, service, now_ms);
        if (run->asked[person] == 0 || run->way == PHONE_SEVERAL)
            ring_at(run, person, now_ms + CALL_MINUTES * HW_MINUTE_MS);
        return;
    }
    ring_later(run, person, now_ms);
}

/* ---- told everything ---- */

static void ask_if_room(struct run *run, uint32_t person, int64_t now_ms)
{
    uint64_t passed = run->said_no[person];
    uint32_t service = 0;

    while (next_usual(run, person, passed, &service)) {
        passed |= UINT64_C(1) << service;
        if (has_room(run, person, service)) {
            ask(run, person, service, now_ms);
            return;
        }
    }
}

/* Everybody who waits, in order of receipt, 2-hour referrals before all others. */
static void ask_all(struct run *run, int64_t now_ms)
{
    while (run->first < run->arrived && run->settled[run->first])
        run->first++;
    for (int crisis = 1; crisis >= 0; crisis--)
        for (uint32_t person = run->first; person < run->arrived; person++)
            if (!run->settled[person] && run->asked[person] == 0 &&
                is_crisis(run, person) == (crisis != 0))
                ask_if_room(run, person, now_ms);
}

/* ---- both ---- */

static void take_answer(struct run *run, uint32_t person, uint32_t service, int64_t now_ms)
{
    int64_t begins_ms;

    if (run->settled[person])
        return; /* Another said yes first, and this one was told so. */
    if (!county_says_yes(run->county, person, service)) {
        run->said_no[person] |= UINT64_C(1) << service;
        give_back(run, person, service);
        if (run->asked[person] == 0)
            county_waits_for(run->county, run->outcome, person, COUNTY_NO_PLACE, now_ms);
        if (run->way != PHONE_TOLD)
            ring(run, person, now_ms);
        return;
    }
    begins_ms = county_begin_ms(run->county, service, now_ms);
    run->settled[person] = true;
    for (uint32_t other = 0; other < run->county->services_count; other++)
        if (other != service && (run->asked[person] >> other & 1) != 0)
            give_back(run, person, other);
    county_agrees(
        run->county, run->outcome, person, service, run->asked_ms[person][service], now_ms);
    county_starts(run->county, run->outcome, person, service, begins_ms);
    schedule_add(&run->schedule, begins_ms + run->county->people[person].stay_ms, RELEASE, service,
        (uint32_t)county_units(run->county, person, service));
}

static void take(struct run *run, const struct schedule_entry *entry)
{
    if (entry->what == RELEASE)
        run->used[entry->who] -= (int32_t)entry->which;
    else if (entry->what == ANSWER)
        take_answer(run, entry->who, entry->which, entry->at_ms);
    else if (!run->settled[entry->who] && run->ring_ms[entry->who] == entry->at_ms)
        ring(run, entry->who, entry->at_ms);
}

static void arrive(struct run *run)
{
    uint32_t person = run->arrived++;

    if (run->way != PHONE_TOLD)
        ring(run, person, run->county->people[person].ready_ms);
}

void phone_run(const struct county *county, enum phone_way way, struct county_outcome *outcome)
{
    struct run *run = schedule_need(calloc(1, sizeof *run));

    run->county = county;
    run->outcome = outcome;
    run->way = way;
    county_outcome_init(county, outcome);
    for (uint32_t i = 0; i < county->placed_count; i++) {
        run->used[county->placed[i].service] += county->placed[i].units;
        schedule_add(&run->schedule, county->placed[i].ends_ms, RELEASE, county->placed[i].service,
            (uint32_t)county->placed[i].units);
    }
    for (;;) {
        int64_t next_ms = schedule_next_ms(&run->schedule),
                ready_ms = run->arrived < county->people_count
            ? county->people[run->arrived].ready_ms
            : HW_TIME_OPEN;
        int64_t now_ms = next_ms <= ready_ms ? next_ms : ready_ms;
        struct schedule_entry entry;

        if (now_ms >= county->end_ms)
            break;
        if (next_ms <= ready_ms) {
            entry = schedule_take(&run->schedule);
            take(run, &entry);
        } else {
            arrive(run);
        }
        if (way == PHONE_TOLD)
            ask_all(run, now_ms);
    }
    schedule_free(&run->schedule);
    free(run);
}
