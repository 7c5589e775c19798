/*
 * refold_bench.c - a stay of a thousand facts hears of one more, early in it: how long is the
 * longest thing one message can ask for?  Reviews and moves by turns, so that much follows from
 * each; every late one happened at another moment of the first half.
 */
#include "feed.h"
#include "stay.h"

#include "homeward/figures.h"

#include <inttypes.h>
#include <stdio.h>

enum { FACTS, LATE };

static struct bench_option options[] = {
    [FACTS] = {"facts", 1000, 1000},
    [LATE] = {"late", 50, 5},
    {NULL, 0, 0},
};

static uint8_t record[HW_RECORD_SIZE_MAX];
static uint64_t messages;

static uint64_t say(struct bench_feed *feed, const struct bench_stay *stay, enum bench_said said,
    int64_t happened_ms, int64_t at_ms)
{
    struct bench_mixed mixed;

    bench_stay_message(stay, said, happened_ms, at_ms, ++messages, record, &mixed);
    bench_feed_tick(feed, at_ms);
    uint64_t start = bench_cpu_ns();
    bench_feed_take(feed, &mixed, record);
    return bench_cpu_ns() - start;
}

static enum bench_said said_of(uint32_t index)
{
    return index == 0 ? BENCH_ADMITTED : index % 2 == 0 ? BENCH_MOVED : BENCH_REVIEWED;
}

int main(int argc, char **argv)
{
    bool is_tiny = bench_arguments(argc, argv, "One late fact for a stay of many.", options);
    uint32_t facts = (uint32_t)options[FACTS].value;
    int64_t start_ms = hw_london_midnight(hw_day_from_civil(2026, 1, 5));
    struct bench_stay stay = {1, 1, facts + 1000, start_ms};
    int64_t at_ms = start_ms + facts * HW_HOUR_MS;
    struct bench_feed feed = {0};
    struct hw_history history;

    if (facts < 4) {
        fputs("refold_bench: --facts is at least 4\n", stderr);
        return 2;
    }
    bench_feed_open(&feed, 1000, 35 * HW_DAY_MS, 90 * HW_DAY_MS);
    for (uint32_t i = 0; i < facts; i++)
        (void)say(&feed, &stay, said_of(i), start_ms + i * HW_HOUR_MS, start_ms + i * HW_HOUR_MS);
    printf("# refold_bench: one stay of %" PRIu32 " facts, then %" PRIu64 " late ones\n", facts,
        options[LATE].value);
    for (uint64_t i = 0; i < options[LATE].value; i++) {
        int64_t early_ms = start_ms + (int64_t)(i * 37 % (facts / 2)) * HW_HOUR_MS;

        bench_figure("refold_ns",
            (double)say(&feed, &stay, BENCH_REVIEWED, early_ms + HW_HOUR_MS / 2,
                at_ms + (int64_t)i * HW_SECOND_MS));
    }
    bench_print_hash("history", hw_engine_history_digest(feed.engine));
    uint32_t handle = hw_history_next(feed.engine, 0, &history);
    bench_figure("places", history.places_count);
    bench_figure("periods", history.periods_count);
    if (is_tiny) {
        bench_case(handle != 0 && history.places_count > facts / 3, "the moves are in its history");
        bench_case(history.periods_count > facts / 30, "so are the ready periods");
    }
    bench_feed_close(&feed);
    return is_tiny ? bench_end() : 0;
}
