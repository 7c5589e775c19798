/*
 * quality_bench.c - how long would people have waited?  One simulated quarter, matched by
 * telephone, first come first served (phone.h); by this engine (matched.h); each also where one
 * service is asked at a time and where several are; by telephone told everything; and how few
 * ready hours any way could have come to (bound.h).
 *
 * Simulated: what the numbers rest on stands in county.c.
 */
#include "bound.h"
#include "matched.h"
#include "phone.h"
#include "schedule.h"

#include "../bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { SEED, DAYS, LOAD, CHANCE, STEPS };

static struct bench_option options[] = {
    [SEED] = {"seed", 1, 1},
    [DAYS] = {"days", 91, 14},
    [LOAD] = {"load", 900, 900},     /* parts of a thousand of what the services could do */
    [CHANCE] = {"chance", 100, 100}, /* in answers, per cent; 0: none */
    [STEPS] = {"steps", 400, 60},
    {NULL, 0, 0},
};

static const char *const short_names[COUNTY_CLASSES + 1] = {
    "p1", "p2", "p3", "crisis", "two_day", "all"};

static void print_hours(
    const char *way, const struct county *county, const struct county_outcome *outcome)
{
    for (unsigned class = 0; class <= COUNTY_CLASSES; class ++) {
        char name[48];

        snprintf(name, sizeof name, "%s_%s_hours", way, short_names[class]);
        bench_figure(name, county_ready_hours(county, outcome, (enum county_class) class));
    }
}

/* What was waited for, and how many P3 went next door. */
static void print_causes(
    const char *way, const struct county *county, const struct county_outcome *outcome)
{
    char name[64];

    for (unsigned cause = 0; cause < COUNTY_CAUSES; cause++) {
        snprintf(
            name, sizeof name, "%s_%s_hours", way, county_cause_name((enum county_cause)cause));
        bench_figure(name, county_spent_hours(county, outcome, (enum county_cause)cause));
    }
    snprintf(name, sizeof name, "%s_next_door_percent", way);
    bench_figure(name, county_next_door(county, outcome, COUNTY_P3));
}

/* By group, beside what ours came to; returns the sum. */
static double print_bound(const struct county *county, const struct county_outcome *ours)
{
    double all = 0;

    for (unsigned group = 0; group < COUNTY_GROUPS; group++) {
        const char *group_name = group == 0 ? "home" : short_names[group];
        double hours = 0;
        char name[48];

        for (unsigned class = 0; class < COUNTY_CLASSES; class ++)
            if (county_group((enum county_class) class) == group)
                hours += county_ready_hours(county, ours, (enum county_class) class);
        snprintf(name, sizeof name, "matcher_%s_group_hours", group_name);
        bench_figure(name, hours);
        hours = bound_ready_hours(county, group, hours, (uint32_t)options[STEPS].value);
        snprintf(name, sizeof name, "bound_%s_group_hours", group_name);
        bench_figure(name, hours);
        all += hours;
    }
    bench_figure("bound_all_hours", all);
    return all;
}

/* Nobody starts before they are ready, and every ready hour was waited for something. */
static bool is_sound(const struct county *county, const struct county_outcome *outcome)
{
    double left = county_ready_hours(county, outcome, COUNTY_CLASSES);

    for (unsigned cause = 0; cause < COUNTY_CAUSES; cause++)
        left -= county_spent_hours(county, outcome, (enum county_cause)cause);
    if (left > 0.01 || left < -0.01)
        return false;
    for (uint32_t i = 0; i < county->people_count; i++)
        if (outcome->started_ms[i] < county->people[i].ready_ms)
            return false;
    return true;
}

int main(int argc, char **argv)
{
    static struct county county;
    static struct county_outcome phone, phone_several, told, single, ours, again;
    struct matched matched, other, twice;
    bool is_tiny = bench_arguments(argc, argv, "How long people wait (simulated).", options);
    double bound, phoned, reached;

    if (options[DAYS].value == 0 || options[DAYS].value > 120 || options[LOAD].value < 300) {
        fputs("quality_bench: --days is 1 to 120, --load at least 300\n", stderr);
        return 2;
    }
    county_make(&county, options[SEED].value, (uint32_t)options[DAYS].value,
        (uint32_t)options[LOAD].value, (uint32_t)options[CHANCE].value);
    printf("# quality_bench: simulated: %" PRIu32 " people in %" PRIu64 " days, %" PRIu32
           " services at %.1f %% of their room, seed %" PRIu64 "\n",
        county.people_count, options[DAYS].value, county.services_count,
        (double)options[LOAD].value / 10, options[SEED].value);
    phone_run(&county, PHONE_ONE, &phone);
    phone_run(&county, PHONE_SEVERAL, &phone_several);
    phone_run(&county, PHONE_TOLD, &told);
    matched_run(&county, false, &single, &other);
    matched_run(&county, true, &ours, &matched);
    phoned = county_ready_hours(&county, &phone, COUNTY_CLASSES);
    reached = county_ready_hours(&county, &ours, COUNTY_CLASSES);
    bound = print_bound(&county, &ours);
    print_hours("phone", &county, &phone);
    print_hours("phone_several", &county, &phone_several);
    print_hours("told", &county, &told);
    print_hours("single", &county, &single);
    print_hours("matcher", &county, &ours);
    print_causes("phone", &county, &phone);
    print_causes("matcher", &county, &ours);
    bench_figure("people", county.people_count);
    bench_figure("offers", (double)matched.offers);
    bench_figure("declined", (double)matched.declined);
    bench_print_hash("state", matched.digest);
    if (is_tiny) {
        matched_run(&county, true, &again, &twice);
        bench_case(hw_hash_equal(matched.digest, twice.digest), "the same seed, the same quarter");
        bench_case(
            matched.holds && other.holds, "only what fits was offered, and what is held adds up");
        bench_case(is_sound(&county, &phone) && is_sound(&county, &phone_several) &&
                is_sound(&county, &told) && is_sound(&county, &single) && is_sound(&county, &ours),
            "nobody starts before they are ready, and what was waited for adds up");
        bench_case(bound > 0 && bound <= phoned && bound <= reached &&
                bound <= county_ready_hours(&county, &told, COUNTY_CLASSES) &&
                bound <= county_ready_hours(&county, &phone_several, COUNTY_CLASSES) &&
                bound <= county_ready_hours(&county, &single, COUNTY_CLASSES),
            "no way comes below the bound");
        bench_case(
            matched.declined > 0 && matched.offers > matched.declined, "some offers are declined");
    }
    return is_tiny ? bench_end() : 0;
}
