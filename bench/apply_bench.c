/*
 * apply_bench.c - how many records a second does the core take?
 *
 * Records of mix.h go through what the runtime asks of the core for each: was it seen, is a timer
 * due, apply.  They are made in batches, apart from the clock, which is CPU time of the thread.
 */
#include "feed.h"

#include "homeward/figures.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 10000, BATCH_SIZE = BATCH * 512 };

enum { PEOPLE, RECORDS, TURNS };

static struct bench_option options[] = {
    [PEOPLE] = {"people", 100000, 500},
    [RECORDS] = {"records", 400000, 5000}, /* of each turn */
    [TURNS] = {"turns", 5, 2},
    {NULL, 0, 0},
};

struct run {
    struct bench_feed feed;
    struct bench_mix *mix;
    uint8_t *bytes;
    struct bench_mixed mixed[BATCH];
    uint64_t first_ns; /* admitting everybody */
    uint64_t turns_ns[BENCH_TURNS_MAX];
};

static void stop(const char *what)
{
    fprintf(stderr, "apply_bench: %s\n", what);
    exit(1);
}

static void make_batch(struct run *run, uint32_t count)
{
    static uint8_t record[HW_RECORD_SIZE_MAX];
    size_t used = 0;

    for (uint32_t i = 0; i < count; i++) {
        bench_mix_next(run->mix, record, &run->mixed[i]);
        if (used + run->mixed[i].size > BATCH_SIZE)
            stop("records are longer than thought");
        memcpy(run->bytes + used, record, run->mixed[i].size);
        run->mixed[i].start = used;
        used += run->mixed[i].size;
    }
}

static uint64_t take_batch(struct run *run, uint32_t count)
{
    uint64_t start = bench_cpu_ns();

    bench_feed_take_all(&run->feed, run->mixed, count, run->bytes);
    return bench_cpu_ns() - start;
}

static uint64_t take(struct run *run, uint64_t records)
{
    uint64_t ns = 0;

    while (records > 0) {
        uint32_t count = records < BATCH ? (uint32_t)records : BATCH;

        make_batch(run, count);
        ns += take_batch(run, count);
        records -= count;
    }
    return ns;
}

static void run_free(struct run *run)
{
    bench_mix_free(run->mix);
    bench_feed_close(&run->feed);
    free(run->bytes);
    free(run);
}

static struct run *run_all(void)
{
    struct run *run = calloc(1, sizeof *run);
    uint32_t people = (uint32_t)options[PEOPLE].value;

    if (run == NULL || (run->bytes = malloc(BATCH_SIZE)) == NULL)
        stop("out of memory");
    if (options[TURNS].value > BENCH_TURNS_MAX)
        stop("too many turns");
    run->mix = bench_mix_new(people, 1, BENCH_STEP_MS);
    bench_feed_open(&run->feed, people, 35 * HW_DAY_MS, 90 * HW_DAY_MS);
    run->first_ns = take(run, bench_mix_first(run->mix));
    for (uint64_t turn = 0; turn < options[TURNS].value; turn++)
        run->turns_ns[turn] = take(run, options[RECORDS].value);
    return run;
}

static void print_figures(const struct run *run)
{
    bench_figure("admission_ns", (double)run->first_ns / (double)options[PEOPLE].value);
    for (uint64_t turn = 0; turn < options[TURNS].value; turn++)
        bench_figure("apply_ns", (double)run->turns_ns[turn] / (double)options[RECORDS].value);
    bench_figure("resident_bytes", (double)bench_feed_resident(&run->feed));
}

/* The same records give the same state, and as many stays as were begun. */
static void check(const struct run *run)
{
    struct bench_mix_counts counts = bench_mix_counts(run->mix);
    uint64_t records = options[RECORDS].value * options[TURNS].value;
    const struct bench_feed *feed = &run->feed;
    struct run *other = run_all();

    bench_case(hw_hash_equal(hw_engine_state_digest(feed->engine),
                   hw_engine_state_digest(other->feed.engine)),
        "the same records give the same state");
    bench_case(feed->duplicates == counts.doubled, "every doubled message is known");
    bench_case(
        feed->sequence == counts.all - counts.doubled + feed->ticks, "all others are applied");
    bench_case(counts.updates * 1000 > records * 540 && counts.late * 1000 > records * 30 &&
            counts.merges > 0 && counts.cancels > 0,
        "the mix is what it says");
    bench_case(bench_feed_resident(feed) > 100000, "its memory can be weighed");
    run_free(other);
}

int main(int argc, char **argv)
{
    bool is_tiny = bench_arguments(argc, argv, "Records through the core.", options);
    struct run *run = run_all();
    struct bench_mix_counts counts = bench_mix_counts(run->mix);

    printf("# apply_bench: %" PRIu64 " people, all admitted once, then %" PRIu64
           " records a turn; of all %" PRIu64 " updates, %" PRIu64 " late, %" PRIu64
           " doubled, %" PRIu64 " cancels, %" PRIu64 " merges; %" PRIu64 " ticks\n",
        options[PEOPLE].value, options[RECORDS].value, counts.updates, counts.late, counts.doubled,
        counts.cancels, counts.merges, run->feed.ticks);
    bench_print_hash("state", hw_engine_state_digest(run->feed.engine));
    bench_print_hash("history", hw_engine_history_digest(run->feed.engine));
    print_figures(run);
    if (is_tiny)
        check(run);
    run_free(run);
    return is_tiny ? bench_end() : 0;
}
