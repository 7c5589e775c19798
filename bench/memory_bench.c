/*
 * memory_bench.c - what does it cost to remember?
 *
 * person  one stay of 30 messages, sealed: groups of people come, stay, leave and are sealed day by
 *         day, until all were there; what the engine holds then, less what it held when the first
 *         groups were sealed (facts and the duplicate window are used again), by person
 * again   the same people come once more: what one more sealed stay of somebody known costs
 * open    stays of 29 messages that are still open, by stay
 * slope   the same people once more, with stays of twice as many messages: what a message leaves
 *         behind when its stay is sealed
 * county  people who come and go for weeks, after some weeks that fill what is kept for a time:
 * what is held more at the end, by stay that was begun (and as many were sealed) and by message
 *
 * Bytes are pages that are really there, weighed by the system; small pages, since one large page
 * weighs as much as thousands of people.
 */
#include "feed.h"
#include "stay.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/prctl.h>

enum { MESSAGES = 30, KEPT_DAYS = 7, SEALED_DAYS = KEPT_DAYS + 3, GROUPS = 50 };

enum { PEOPLE, OPEN, COUNTY, WEEKS };

static struct bench_option options[] = {
    [PEOPLE] = {"people", 50000, 250},
    [OPEN] = {"open", 20000, 100},
    [COUNTY] = {"county", 4000, 50},
    [WEEKS] = {"weeks", 8, 3}, /* to fill, and as many again to measure */
    {NULL, 0, 0},
};

static uint8_t record[HW_RECORD_SIZE_MAX];
static uint64_t messages;

/* Bytes each. */
struct held {
    double person, again, message, open;
};

/* One stay, an hour from message to message; said at the end of that time. */
static void take_stay(struct bench_feed *feed, const struct bench_stay *stay, uint32_t count)
{
    struct bench_mixed mixed;

    for (uint32_t i = 0; i < count; i++) {
        int64_t happened_ms = stay->admitted_ms + (int64_t)i * HW_HOUR_MS;

        bench_stay_message(stay, bench_stay_said(stay, i), happened_ms,
            stay->admitted_ms + 2 * MESSAGES * HW_HOUR_MS, ++messages, record, &mixed);
        bench_feed_take(feed, &mixed, record);
    }
}

/* People from first on, each with the visit number of the person and visit more. */
static void take_group(struct bench_feed *feed, uint32_t first, uint32_t visit, uint32_t count,
    int64_t at_ms, uint32_t stay_messages, uint32_t of_messages)
{
    for (uint32_t i = 0; i < count; i++) {
        struct bench_stay stay = {first + i, visit + first + i, stay_messages, at_ms};

        take_stay(feed, &stay, of_messages);
    }
}

/* Days of a group each, from person 1 on; then days without anybody, at the end of which all are
 * sealed.  Returns what was held when the first days were over that fill what is used again. */
static uint64_t take_days(
    struct bench_feed *feed, int64_t *at_ms, uint32_t visit, unsigned days, uint32_t stay_messages)
{
    uint32_t group = (uint32_t)options[PEOPLE].value / GROUPS;
    uint64_t before = 0;

    for (unsigned day = 0; day < days; day++, *at_ms += HW_DAY_MS) {
        if (day == SEALED_DAYS)
            before = bench_feed_resident(feed);
        take_group(feed, 1 + day * group, visit, group, *at_ms, stay_messages, stay_messages);
    }
    *at_ms += SEALED_DAYS * HW_DAY_MS;
    bench_feed_tick(feed, *at_ms);
    return before;
}

static struct held measure_stays(struct bench_feed *feed)
{
    uint32_t group = (uint32_t)options[PEOPLE].value / GROUPS, days = GROUPS + SEALED_DAYS;
    uint32_t people = days * group, open = (uint32_t)options[OPEN].value;
    int64_t at_ms = hw_london_midnight(hw_day_from_civil(2026, 1, 5));
    struct held held;

    uint64_t before = take_days(feed, &at_ms, 0, days, MESSAGES);
    uint64_t once = bench_feed_resident(feed);
    (void)take_days(feed, &at_ms, people, days, MESSAGES);
    uint64_t twice = bench_feed_resident(feed);
    /* Longer stays want more of what is used again: the first time does not count. */
    (void)take_days(feed, &at_ms, 2 * people, days, 2 * MESSAGES);
    uint64_t before_long = bench_feed_resident(feed);
    (void)take_days(feed, &at_ms, 3 * people, days, 2 * MESSAGES);
    uint64_t after_long = bench_feed_resident(feed);
    held.person = (double)(once - before) / (GROUPS * (double)group);
    held.again = (double)(twice - once) / people;
    held.message = ((double)(after_long - before_long) / people - held.again) / MESSAGES;
    /* The first of these take what the sealed have left behind. */
    take_group(feed, people + 1, people, open, at_ms, MESSAGES, MESSAGES - 1);
    uint64_t filled = bench_feed_resident(feed);
    take_group(feed, people + open + 1, people, open, at_ms + HW_SECOND_MS, MESSAGES, MESSAGES - 1);
    held.open = (double)(bench_feed_resident(feed) - filled) / open;
    bench_figure("person_bytes", held.person);
    bench_figure("again_bytes", held.again);
    bench_figure("message_bytes", held.message);
    bench_figure("open_stay_bytes", held.open);
    return held;
}

static double measure_county(struct bench_feed *feed)
{
    uint32_t people = (uint32_t)options[COUNTY].value;
    int64_t weeks = (int64_t)options[WEEKS].value;
    /* Each person is spoken of twice a day. */
    struct bench_mix *mix = bench_mix_new(people, 1, HW_DAY_MS / (2 * (int64_t)people));
    uint64_t start = 0, taken = 0, stays = 0;
    struct bench_mixed mixed;

    bench_mix_no_merges(mix);
    bench_mix_next(mix, record, &mixed);
    for (int64_t week = 0, end_ms = mixed.at_ms; week < 2 * weeks; week++) {
        end_ms += 7 * HW_DAY_MS;
        for (; mixed.at_ms < end_ms; bench_mix_next(mix, record, &mixed), taken++)
            bench_feed_take(feed, &mixed, record);
        bench_figure("week_bytes", (double)bench_feed_resident(feed));
        if (week + 1 != weeks)
            continue;
        start = bench_feed_resident(feed);
        stays = bench_mix_counts(mix).admissions;
        taken = 0;
    }
    /* As many were sealed as were begun: the county is steady. */
    stays = bench_mix_counts(mix).admissions - stays;
    double grown = (double)bench_feed_resident(feed) - (double)start;
    bench_figure("county_stay_bytes", grown / (double)stays);
    bench_figure("county_message_bytes", grown / (double)taken);
    bench_mix_free(mix);
    return grown / (double)taken;
}

int main(int argc, char **argv)
{
    bool is_tiny = bench_arguments(argc, argv, "Bytes to remember.", options);
    int64_t kept_ms = KEPT_DAYS * HW_DAY_MS;
    struct bench_feed feed = {0};

    printf("# memory_bench: %" PRIu64 " people with a sealed stay of %d messages, %" PRIu64
           " open stays; a county of %" PRIu64 " people for twice %" PRIu64 " weeks\n",
        options[PEOPLE].value, MESSAGES, options[OPEN].value, options[COUNTY].value,
        options[WEEKS].value);
    if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) != 0)
        perror("memory_bench: large pages stay");
    bench_feed_open(&feed, 1000000, kept_ms, kept_ms);
    struct held held = measure_stays(&feed);
    bench_print_hash("stays", hw_engine_state_digest(feed.engine));
    bench_feed_close(&feed);
    bench_feed_open(&feed, 1000000, kept_ms, kept_ms);
    double grown = measure_county(&feed);
    bench_print_hash("county", hw_engine_state_digest(feed.engine));
    bench_feed_close(&feed);
    if (!is_tiny)
        return 0;
    bench_case(held.person > 50 && held.person < 5000, "a person is remembered, and not heavy");
    bench_case(held.message < 50, "a message of a sealed stay is hardly");
    bench_case(held.open > 500 && held.open < 50000, "so is an open stay");
    bench_case(grown < 1000, "a county does not grow with each message by a message");
    return bench_end();
}
