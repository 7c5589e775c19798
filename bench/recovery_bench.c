/*
 * recovery_bench.c - how fast is a data directory read back?
 *
 * A: hw_replay() of the whole journal, from disk to state.  B: the same records, in memory already,
 * applied to an engine.  In turns; both by the CPU time of the process (figures of the clock on the
 * wall stand beside).  Then the snapshot: written,
 * synced and renamed, and loaded.  The directory is made by the runtime from the records of mix.h,
 * which end at the present hour, and stays, with its snapshot, for whoever wants to start on it.
 *
 * usage: recovery_bench DIR [--people N] ...
 */
#include "feed.h"

#include "runtime/memory.h"
#include "runtime/log_reader.h"
#include "runtime/replay.h"
#include "runtime/runtime.h"
#include "runtime/snapshot.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PEOPLE, RECORDS, PAIRS };

static struct bench_option options[] = {
    [PEOPLE] = {"people", 100000, 1000},
    [RECORDS] = {"records", 100000, 2000},
    [PAIRS] = {"pairs", 5, 1},
    {NULL, 0, 0},
};

static char error[HW_ERROR_TEXT_SIZE];
static uint8_t buffer[HW_RECORD_SIZE_MAX];

static void stop(const char *what)
{
    fprintf(stderr, "recovery_bench: %s: %s\n", what, error);
    exit(1);
}

static void ignore_durable(void *context, uint64_t sequence)
{
    (void)context;
    (void)sequence;
}

static void failed(void *context, const char *what)
{
    (void)context;
    stop(what);
}

static void submit(struct hw_runtime *runtime, struct hw_slice record)
{
    struct pollfd wakeup = {.fd = hw_runtime_wakeup_fd(runtime), .events = POLLIN};
    struct hw_event event;

    if (hw_record_decode(record, true, &event) != HW_OK)
        stop("a record cannot be read");
    while (hw_runtime_submit(runtime, &event, 1).outcome == HW_OUTCOME_FULL) {
        (void)hw_runtime_turn(runtime);
        (void)poll(&wakeup, 1, 1000);
    }
}

static void make_directory(const char *folder)
{
    struct hw_runtime_options how = {.env = hw_env_posix(),
        .data_dir = folder,
        .county = "county",
        .limits = bench_limits((uint32_t)options[PEOPLE].value),
        .dedupe_ms = 35 * HW_DAY_MS,
        .history_open_ms = 90 * HW_DAY_MS,
        .sync = HW_SYNC_NEVER,
        .event_clock = true,
        .on_durable = ignore_durable,
        .on_failed = failed,
        .snapshot_records = UINT64_MAX};
    uint64_t count = options[PEOPLE].value + options[RECORDS].value;
    struct bench_mix *mix = bench_mix_new((uint32_t)options[PEOPLE].value, 1, BENCH_STEP_MS);
    struct hw_runtime *runtime;
    struct bench_mixed mixed;

    bench_mix_start(mix, (int64_t)time(NULL) * 1000 - (int64_t)count * BENCH_STEP_MS);
    if (hw_runtime_open(&how, &runtime, error) != HW_OK)
        stop(folder);
    for (uint64_t i = 0; i < count; i++) {
        bench_mix_next(mix, buffer, &mixed);
        submit(runtime, hw_slice_of(buffer, mixed.size));
        if (i % 500 == 0)
            (void)hw_runtime_turn(runtime);
    }
    if (hw_runtime_close(runtime, true) != HW_OK)
        stop("the directory could not be closed");
    bench_mix_free(mix);
}

/* All records of the journal, one after the other, and where each is. */
struct journal {
    uint8_t *bytes;
    size_t size;
    struct bench_mixed *records;
    int64_t count;
};

static void index_records(struct journal *journal)
{
    struct hw_slice left = hw_slice_of(journal->bytes, journal->size), record;
    int64_t room = 0;

    while (hw_records_next(&left, &record)) {
        if (journal->count == room) {
            room = room * 2 + 1024;
            struct bench_mixed *more =
                realloc(journal->records, (size_t)room * sizeof *journal->records);
            if (more == NULL)
                stop("out of memory");
            journal->records = more;
        }
        journal->records[journal->count++] = (struct bench_mixed){
            .start = (size_t)(record.data - journal->bytes), .size = record.size};
    }
}

static struct journal read_journal(const char *folder)
{
    char path[HW_PATH_SIZE];
    struct hw_log *log;
    struct hw_log_block block;
    size_t size = 0, room = 1 << 20;
    uint8_t *bytes = malloc(room);

    snprintf(path, sizeof path, "%s/journal", folder);
    if (bytes == NULL)
        stop("out of memory");
    if (hw_log_open(hw_env_posix(), path, 1, &log, error) != HW_OK)
        stop(path);
    while (hw_log_next(log, &block, error) == HW_OK) {
        struct hw_slice records = block.block.records;

        if (size + records.size > room) {
            room = room * 2 + records.size;
            uint8_t *more = realloc(bytes, room);
            if (more == NULL)
                stop("out of memory");
            bytes = more;
        }
        memcpy(bytes + size, records.data, records.size);
        size += records.size;
    }
    hw_log_close(log);
    struct journal journal = {.bytes = bytes, .size = size};
    index_records(&journal);
    return journal;
}

static struct hw_replay replay(const char *folder, bool full)
{
    struct hw_replay_options how = hw_replay_options_default(hw_env_posix(), folder);
    struct hw_replay result;

    how.full = full;
    if (hw_replay(&how, &result, error) != HW_OK)
        stop("replay");
    return result;
}

/* All threads of the process. */
static uint64_t cpu_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Nanoseconds; the digest is what both ways must come to. */
static uint64_t time_recovery(const char *folder, uint64_t *ret_records, struct hw_hash *ret_digest)
{
    uint64_t start = cpu_ns(), wall = bench_wall_ns();
    struct hw_replay result = replay(folder, true);
    uint64_t took = cpu_ns() - start;

    bench_figure("recovery_wall_ns", (double)(bench_wall_ns() - wall) / (double)result.sequence);

    *ret_records = result.sequence;
    *ret_digest = hw_engine_state_digest(result.engine);
    hw_engine_free(result.engine);
    return took;
}

static uint64_t time_apply(
    const struct hw_snapshot *about, const struct journal *journal, struct hw_hash *ret_digest)
{
    struct hw_engine_options how = {.limits = about->limits,
        .memory = hw_memory_system(),
        .hash_key = {about->log_id.high, about->log_id.low},
        .dedupe_ms = about->dedupe_ms,
        .history_open_ms = about->history_open_ms};
    struct bench_feed feed = {0};
    uint64_t start = cpu_ns();

    if (hw_engine_new(&how, &feed.engine) != HW_OK)
        stop("out of memory");
    for (int64_t i = -BENCH_AHEAD; i < journal->count; i++) {
        bench_feed_expect(&feed, journal->records, journal->count, journal->bytes, i);
        if (i >= 0 &&
            hw_engine_apply(feed.engine,
                hw_slice_of(
                    journal->bytes + journal->records[i].start, journal->records[i].size)) != HW_OK)
            stop("a record was not applied");
    }
    uint64_t took = cpu_ns() - start;
    *ret_digest = hw_engine_history_digest(feed.engine);
    hw_engine_free(feed.engine);
    return took;
}

static uint64_t image_bytes(const struct hw_engine *engine)
{
    uint64_t bytes = 0;

    for (uint32_t part = 0; part < hw_engine_image_count(engine); part++)
        bytes += hw_engine_image_part(engine, part).size;
    return bytes;
}

/* The newest snapshot there is. */
static struct hw_snapshot newest(const char *folder)
{
    struct hw_snapshot about;
    uint64_t *sequences;
    size_t count;

    if (hw_snapshot_list(hw_env_posix(), folder, &sequences, &count) != 0 || count == 0)
        stop("there is no snapshot");
    if (hw_snapshot_header(hw_env_posix(), folder, sequences[count - 1], &about, error) != HW_OK)
        stop("snapshot");
    free(sequences);
    return about;
}

static void measure_snapshot(const char *folder)
{
    struct hw_replay result = replay(folder, false);
    struct hw_snapshot about = newest(folder);
    double bytes = (double)image_bytes(result.engine);

    for (uint64_t pair = 0; pair < options[PAIRS].value; pair++) {
        uint64_t start = bench_wall_ns();
        if (hw_snapshot_write(hw_env_posix(), folder, result.engine, &about, error) != HW_OK)
            stop("snapshot");
        uint64_t wrote = bench_wall_ns() - start;
        start = bench_wall_ns();
        struct hw_replay again = replay(folder, false);
        uint64_t loaded = bench_wall_ns() - start;
        if (again.snapshot_sequence == 0)
            stop("the snapshot was not used");
        hw_engine_free(again.engine);
        bench_figure("snapshot_write_gb_s", bytes / (double)wrote);
        bench_figure("snapshot_load_gb_s", bytes / (double)loaded);
        bench_figure("load_ns", (double)loaded);
    }
    bench_figure("snapshot_bytes", bytes);
    hw_engine_free(result.engine);
}

int main(int argc, char **argv)
{
    struct hw_hash digest = {0}, applied = {0};
    uint64_t records = 0;

    if (argc < 2 || *argv[1] == '-') {
        fprintf(stderr, "usage: %s DIR [--tiny] [--people N] [--records N] [--pairs N]\n", argv[0]);
        return 2;
    }
    const char *folder = argv[1];
    argv[1] = argv[0];
    bool is_tiny = bench_arguments(argc - 1, argv + 1, "A data directory read back.", options);
    make_directory(folder);
    struct journal journal = read_journal(folder);
    struct hw_snapshot about = newest(folder);
    printf("# recovery_bench: %" PRIu64 " people admitted, then %" PRIu64 " records; %zu bytes\n",
        options[PEOPLE].value, options[RECORDS].value, journal.size);
    for (uint64_t pair = 0; pair < options[PAIRS].value; pair++) {
        uint64_t recovered = time_recovery(folder, &records, &digest);

        bench_figure("recovery_ns", (double)recovered / (double)records);
        bench_figure("apply_ns", (double)time_apply(&about, &journal, &applied) / (double)records);
    }
    bench_figure("records", (double)records);
    measure_snapshot(folder);
    if (is_tiny) {
        struct hw_replay result = replay(folder, true);

        bench_case(records >= options[PEOPLE].value, "all records are there");
        bench_case(hw_hash_equal(digest, about.digest), "replayed, the state is the snapshot's");
        bench_case(hw_hash_equal(applied, hw_engine_history_digest(result.engine)),
            "applied from memory, the history is the same");
        hw_engine_free(result.engine);
    }
    free(journal.bytes);
    free(journal.records);
    return is_tiny ? bench_end() : 0;
}
