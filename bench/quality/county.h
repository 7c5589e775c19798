/*
 * county.h - a simulated quarter of step-down and step-up referrals, and the services they are for.
 *
 * The same seed gives the same people, stays and answers whoever matches them: whether a service
 * says yes to a person, how long it takes to say so and how long the person stays follow from seed,
 * person and service alone.  Everything here is simulated; what each number rests on stands beside
 * it in county.c, "assumed" where no document gives it.
 */
#ifndef HW_BENCH_COUNTY_H
#define HW_BENCH_COUNTY_H

#include "core/services/hours.h"
#include "homeward/services.h"

#include <stdbool.h>

enum {
    COUNTY_HOURS_MEAN = 11, /* a week, of a home-care package */
    COUNTY_ZONES = 7,
    COUNTY_SERVICES_MAX = 48,
    COUNTY_PEOPLE_MAX = 6000,
    COUNTY_PLACED_MAX = 4000,
};

enum county_class {
    COUNTY_P1,
    COUNTY_P2,
    COUNTY_P3,
    COUNTY_CRISIS,  /* step up, within 2 hours */
    COUNTY_TWO_DAY, /* step up, within 2 days */
    COUNTY_CLASSES
};

struct county_service {
    char code[16];
    uint8_t kind; /* enum hw_service_kind */
    uint8_t unit; /* enum hw_unit */
    uint8_t directions;
    uint8_t rank[COUNTY_ZONES]; /* of the contract; 0: does not serve the zone */
    uint8_t rank_at_home;
    uint8_t at_once;       /* of its kind, one person may be offered to: where that is allowed */
    uint32_t capabilities; /* bits of enum hw_need */
    int32_t capacity;
    uint32_t declines_percent;
    int64_t fastest_ms, slowest_ms; /* to answer, in its answer hours */
    const char *answer_hours_text, *hours_text;
    struct hw_hours answer_hours, hours;
};

struct county_person {
    int64_t ready_ms; /* and referred */
    int64_t stay_ms;
    uint32_t needs;
    int32_t hours; /* a week, of a service counted in hours */
    uint8_t zone;
    uint8_t class;   /* enum county_class */
    uint8_t certain; /* the service that takes them if no other would */
};

/* In service when the quarter begins. */
struct county_placed {
    uint32_t service;
    int32_t units;
    int64_t ends_ms;
};

struct county {
    uint64_t seed;
    uint32_t chance; /* in answers, per cent; 0: all say yes, each service in its usual time */
    int64_t start_ms, end_ms;
    struct county_service services[COUNTY_SERVICES_MAX];
    struct county_person people[COUNTY_PEOPLE_MAX]; /* by ready_ms */
    struct county_placed placed[COUNTY_PLACED_MAX];
    uint32_t services_count, people_count, placed_count;
};

/* load: what arrives, in parts of a thousand of what the services could do; chance: as above. */
void county_make(
    struct county *county, uint64_t seed, uint32_t days, uint32_t load, uint32_t chance);

const char *county_class_name(enum county_class class);

/* Classes that services in common make one problem: P1 and two-day step-up are. */
enum { COUNTY_GROUPS = 4 };
unsigned county_group(enum county_class class);
enum hw_direction county_direction(const struct county_person *person);

/* Whether the rules let this service take this person, whatever is free; and how many units. */
bool county_fits(const struct county *county, uint32_t person, uint32_t service);
int32_t county_units(const struct county *county, uint32_t person, uint32_t service);

/* What it says when asked, when, and when support then begins; asked_ms: when it is asked. */
bool county_says_yes(const struct county *county, uint32_t person, uint32_t service);
int64_t county_answer_ms(
    const struct county *county, uint32_t person, uint32_t service, int64_t asked_ms);
int64_t county_begin_ms(const struct county *county, uint32_t service, int64_t agreed_ms);

/* When the hub itself is at work (people who approve, and who telephone): 08:00 to 18:00, daily. */
int64_t county_hub_open_ms(int64_t ms);

/* What somebody waits for, from ready to start. */
enum county_cause {
    COUNTY_NO_PLACE, /* nobody is asked: no place is free, or none that is known */
    COUNTY_APPROVAL, /* proposed, and the hub is yet to say yes */
    COUNTY_IN_VAIN,  /* out to services of which none says yes */
    COUNTY_CLOSED,   /* out to the one that will take them, outside its answer hours */
    COUNTY_THINKING, /* the same, inside them */
    COUNTY_OPENING,  /* agreed, until support can begin */
    COUNTY_CAUSES
};
const char *county_cause_name(enum county_cause cause);

/* What came of it, under one way of matching. */
struct county_outcome {
    int64_t started_ms[COUNTY_PEOPLE_MAX]; /* HW_TIME_OPEN: not in the quarter */
    uint8_t service[COUNTY_PEOPLE_MAX];    /* with which, if started */
    int64_t spent_ms[COUNTY_PEOPLE_MAX][COUNTY_CAUSES], since_ms[COUNTY_PEOPLE_MAX];
    uint8_t cause[COUNTY_PEOPLE_MAX]; /* enum county_cause, since since_ms */
};
void county_outcome_init(const struct county *county, struct county_outcome *outcome);

/* From at_ms on they wait for this. */
void county_waits_for(const struct county *county, struct county_outcome *outcome, uint32_t person,
    enum county_cause cause, int64_t at_ms);

/* A service that was asked at asked_ms says yes at at_ms. */
void county_agrees(const struct county *county, struct county_outcome *outcome, uint32_t person,
    uint32_t service, int64_t asked_ms, int64_t at_ms);
void county_starts(const struct county *county, struct county_outcome *outcome, uint32_t person,
    uint32_t service, int64_t at_ms);

/* Σ from ready to start, or to the end of the quarter, of a class; COUNTY_CLASSES: of all. */
double county_ready_hours(
    const struct county *county, const struct county_outcome *outcome, enum county_class class);

/* What of that, of all people, was waited for this: it adds up. */
double county_spent_hours(
    const struct county *county, const struct county_outcome *outcome, enum county_cause cause);

/* Per cent of those who started, with a service whose contract is for the zone next door. */
double county_next_door(
    const struct county *county, const struct county_outcome *outcome, enum county_class class);

#endif
