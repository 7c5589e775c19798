/*
 * apply_bench.c - how many records a second does the core take?
 *
 * Records of mix.h go through what the runtime asks of the core for each: was it seen, is a timer
 * due, apply.  They are made in batches, apart from the clock, which is CPU time of the thread.
 */
#include "bench.h"

#include "homeward/figures.h"
#include "mix.h"
#include "runtime/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 10000, BATCH_SIZE = BATCH * 512 };

static const struct {
    uint32_t people;
    uint64_t records;
} sizes[] = {
    [BENCH_TINY] = {500, 10000},
    [BENCH_QUICK] = {100000, 400000},
    [BENCH_NORMAL] = {100000, 1000000},
    [BENCH_FULL] = {1000000, 3000000},
};

struct run {
    struct hw_engine *engine;
    struct bench_mix *mix;
    uint8_t *bytes;
    struct bench_mixed mixed[BATCH];
    uint64_t sequence, duplicates, ticks;
    uint64_t first_ns, mix_ns; /* admitting everybody; the mix itself */
    uint64_t batch_max_ns;
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

/* Sequence and accepted time stand at 16 and 24 of a record (record.h). */
static void apply(struct run *run, uint8_t *record, size_t size, int64_t at_ms)
{
    uint64_t sequence = ++run->sequence;

    memcpy(record + 16, &sequence, sizeof sequence);
    memcpy(record + 24, &at_ms, sizeof at_ms);
    if (hw_engine_apply(run->engine, hw_slice_of(record, size)) != HW_OK)
        stop("a record was not applied");
}

static void tick(struct run *run, int64_t at_ms)
{
    uint8_t record[1024];
    struct hw_event event;

    while (hw_engine_due_ms(run->engine) <= at_ms) {
        hw_event_init(&event, HW_KIND_CLOCK_TICK);
        apply(run, record, hw_record_encode(&event, 1, at_ms, record, sizeof record), at_ms);
        run->ticks++;
    }
}

static uint64_t take_batch(struct run *run, uint32_t count)
{
    uint64_t start = bench_cpu_ns(), known;

    for (uint32_t i = 0; i < count; i++) {
        const struct bench_mixed *mixed = &run->mixed[i];

        if (hw_engine_seen(run->engine, mixed->message_id_hash, mixed->message_hash, mixed->at_ms,
                &known) == HW_SEEN_DUPLICATE) {
            run->duplicates++;
            continue;
        }
        tick(run, mixed->at_ms);
        apply(run, run->bytes + mixed->start, mixed->size, mixed->at_ms);
    }
    return bench_cpu_ns() - start;
}

static uint64_t take(struct run *run, uint64_t records)
{
    uint64_t ns = 0;

    while (records > 0) {
        uint32_t count = records < BATCH ? (uint32_t)records : BATCH;

        make_batch(run, count);
        uint64_t took = take_batch(run, count);
        ns += took;
        if (took > run->batch_max_ns && count == BATCH)
            run->batch_max_ns = took;
        records -= count;
    }
    return ns;
}

static struct run *run_new(uint32_t people)
{
    struct run *run = calloc(1, sizeof *run);
    struct hw_engine_options options = {.limits = hw_limits_default(),
        .memory = hw_memory_system(),
        .hash_key = {1, 2},
        .dedupe_ms = 35 * HW_DAY_MS,
        .history_open_ms = 90 * HW_DAY_MS};

    if (run == NULL || (run->bytes = malloc(BATCH_SIZE)) == NULL ||
        hw_engine_new(&options, &run->engine) != HW_OK)
        stop("out of memory");
    run->mix = bench_mix_new(people, 1);
    return run;
}

static void run_free(struct run *run)
{
    bench_mix_free(run->mix);
    hw_engine_free(run->engine);
    free(run->bytes);
    free(run);
}

static struct run *run_all(uint32_t people, uint64_t records)
{
    struct run *run = run_new(people);

    run->first_ns = take(run, bench_mix_first(run->mix));
    run->batch_max_ns = 0;
    run->mix_ns = take(run, records);
    return run;
}

static void print_figures(const struct run *run, uint32_t people, uint64_t records)
{
    printf("admissions: %8" PRIu64 " records/s, %5" PRIu64 " ns each\n",
        people * UINT64_C(1000000000) / (run->first_ns + 1), run->first_ns / people);
    printf("mix:        %8" PRIu64 " records/s, %5" PRIu64 " ns each; slowest batch of %u: %" PRIu64
           " ns each\n",
        records * UINT64_C(1000000000) / (run->mix_ns + 1), run->mix_ns / records, (unsigned)BATCH,
        run->batch_max_ns / BATCH);
}

/* The same records give the same state, and as many stays as were begun. */
static void check(const struct run *run, uint32_t people, uint64_t records)
{
    struct bench_mix_counts counts = bench_mix_counts(run->mix);
    struct run *other = run_all(people, records);

    bench_case(
        hw_hash_equal(hw_engine_state_digest(run->engine), hw_engine_state_digest(other->engine)),
        "the same records give the same state");
    bench_case(run->duplicates == counts.doubled, "every doubled message is known");
    bench_case(run->sequence == counts.all - counts.doubled + run->ticks, "all others are applied");
    bench_case(counts.updates * 1000 > records * 540 && counts.late * 1000 > records * 30 &&
            counts.merges > 0 && counts.cancels > 0,
        "the mix is what it says");
    run_free(other);
}

int main(int argc, char **argv)
{
    enum bench_size size = bench_arguments(argc, argv, "Records through the core.");
    uint32_t people = sizes[size].people;
    uint64_t records = sizes[size].records;
    struct run *run = run_all(people, records);
    struct bench_mix_counts counts = bench_mix_counts(run->mix);

    printf("# apply_bench: %u people, all admitted once, then %" PRIu64 " records: %" PRIu64
           " updates, %" PRIu64 " late, %" PRIu64 " doubled, %" PRIu64 " cancels, %" PRIu64
           " merges; %" PRIu64 " ticks\n",
        people, records, counts.updates, counts.late, counts.doubled, counts.cancels, counts.merges,
        run->ticks);
    bench_print_hash("state", hw_engine_state_digest(run->engine));
    bench_print_hash("history", hw_engine_history_digest(run->engine));
    if (size == BENCH_TINY)
        check(run, people, records);
    else
        print_figures(run, people, records);
    run_free(run);
    return size == BENCH_TINY ? bench_end() : 0;
}
