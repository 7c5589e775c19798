/*
 * Goal: a snapshot is the state it was taken of, or it is refused; never something in between.
 * Method: the real engine, a disk in memory, every byte of a small snapshot changed.
 */
#include "runtime/snapshot.h"
#include "runtime/memory.h"
#include "support/logged.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdlib.h>

static struct fault_env *fault;
static struct logged logged;
static struct hw_runtime_options options;
static struct hw_runtime *runtime;
static char error[HW_ERROR_TEXT_SIZE];

static void begin(void)
{
    fault = fault_new(21);
    logged = (struct logged){0};
    options = logged_options(fault_table(fault), "/data", &logged);
    fault_set_clock(fault, LOGGED_START_MS, 0);
    cr_assert(eq(int, hw_runtime_open(&options, &runtime, error), HW_OK), "%s", error);
    for (uint64_t number = 1; number <= 12; number++)
        logged_submit(runtime, number, LOGGED_START_MS);
    hw_runtime_turn(runtime);
}

static void end(void)
{
    hw_runtime_close(runtime, false);
    fault_free(fault);
}

TestSuite(snapshot, .init = begin, .fini = end);

static struct hw_engine *engine_here(void)
{
    return hw_runtime_engine(runtime);
}

static struct hw_engine *new_engine(void)
{
    struct hw_engine_options engine_options = {
        .limits = hw_limits_default(),
        .memory = hw_memory_system(),
        .hash_key = {1, 2},
        .dedupe_ms = options.dedupe_ms,
        .history_open_ms = options.history_open_ms,
    };
    struct hw_engine *engine;

    cr_assert(eq(int, hw_engine_new(&engine_options, &engine), HW_OK));
    return engine;
}

static uint64_t write_one(void)
{
    struct hw_snapshot about = {.log_id = {5, 6}, .clock_pending_ms = 77, .dedupe_ms = 8};

    cr_assert(eq(
        int, hw_snapshot_write(fault_table(fault), "/data", engine_here(), &about, error), HW_OK));
    return hw_engine_sequence(engine_here());
}

Test(snapshot, comes_back_as_it_was)
{
    uint64_t sequence = write_one();
    struct hw_engine *engine = new_engine();
    struct hw_snapshot about;

    cr_assert(
        eq(int, hw_snapshot_header(fault_table(fault), "/data", sequence, &about, error), HW_OK));
    cr_expect(eq(u64, about.sequence, sequence));
    cr_expect(eq(u64, about.log_id.high, 6));
    cr_expect(eq(i64, about.clock_pending_ms, 77));
    cr_expect(eq(i64, about.accepted_ms, hw_engine_accepted_ms(engine_here())));
    cr_assert(
        eq(int, hw_snapshot_load(fault_table(fault), "/data", sequence, engine, error), HW_OK),
        "%s", error);
    cr_expect(hw_hash_equal(hw_engine_state_digest(engine), hw_engine_state_digest(engine_here())));
    cr_expect(eq(u64, hw_engine_sequence(engine), sequence));
    hw_engine_free(engine);
}

Test(snapshot, two_are_kept)
{
    uint64_t *sequences, last = 0;
    size_t count;

    for (uint64_t number = 100; number < 105; number++) {
        logged_submit(runtime, number, LOGGED_START_MS);
        last = write_one();
    }
    cr_assert(eq(int, hw_snapshot_list(fault_table(fault), "/data", &sequences, &count), 0));
    cr_expect(eq(sz, count, 2));
    cr_expect(eq(u64, sequences[1], last));
    free(sequences);
}

Test(snapshot, every_failure_leaves_the_older_one)
{
    static const enum fault_call calls[] = {FAULT_OPEN, FAULT_WRITE, FAULT_SYNC, FAULT_RENAME};
    struct hw_snapshot about = {.log_id = {5, 6}};
    uint64_t older = write_one(), *sequences;
    size_t count;

    logged_submit(runtime, 200, LOGGED_START_MS);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        fault_fail(fault, calls[i], 1, -EIO, true);
        cr_expect(ne(int,
            hw_snapshot_write(fault_table(fault), "/data", engine_here(), &about, error), HW_OK));
        fault_fail(fault, calls[i], 0, 0, false);
        cr_assert(eq(int, hw_snapshot_list(fault_table(fault), "/data", &sequences, &count), 0));
        cr_expect(eq(sz, count, 1), "call %zu", i);
        cr_expect(eq(u64, sequences[0], older));
        free(sequences);
    }
}

Test(snapshot, a_changed_byte_is_noticed)
{
    uint64_t sequence = write_one();
    struct hw_hash digest = hw_engine_state_digest(engine_here());
    char path[HW_PATH_SIZE];
    size_t size;
    uint8_t *bytes;

    hw_file_number_path(path, "/data/snapshots", sequence, ".hws");
    bytes = fault_bytes(fault, path, &size);
    cr_assert(ne(ptr, bytes, NULL));
    /* Each byte of the header, and a spread of the rest: gaps between parts say nothing. */
    for (size_t at = 0; at < size; at += at < HW_SNAPSHOT_PAGE ? 1 : 211) {
        struct hw_engine *engine = at % 16 == 0 ? new_engine() : NULL;
        enum hw_status status;

        bytes[at] ^= 0x10;
        status = hw_snapshot_load(fault_table(fault), "/data", sequence, engine, error);
        bytes[at] ^= 0x10;
        if (at < HW_SNAPSHOT_PAGE)
            cr_expect(ne(int, status, HW_OK), "byte %zu", at);
        if (status != HW_OK)
            cr_expect(strstr(error, path) != NULL, "byte %zu: %s", at, error);
        else if (engine != NULL)
            cr_expect(hw_hash_equal(hw_engine_state_digest(engine), digest), "byte %zu", at);
        if (engine != NULL)
            hw_engine_free(engine);
    }
}

Test(snapshot, a_short_file_is_noticed)
{
    uint64_t sequence = write_one();
    char path[HW_PATH_SIZE];
    size_t size;
    uint8_t *bytes, *copy;

    hw_file_number_path(path, "/data/snapshots", sequence, ".hws");
    bytes = fault_bytes(fault, path, &size);
    copy = malloc(size);
    memcpy(copy, bytes, size);
    for (size_t kept = 0; kept < size; kept += 1 + size / 50) {
        fault_put(fault, path, copy, kept);
        cr_expect(eq(int, hw_snapshot_load(fault_table(fault), "/data", sequence, NULL, error),
                      HW_E_DAMAGED),
            "kept %zu", kept);
    }
    free(copy);
}
