/*
 * Goal: what was acknowledged is there again, in the same state, whatever happened in between; and
 *       where a data directory cannot be opened, a person is told what to do.
 * Method: the real engine over a disk in memory, without threads; with them over a real folder.
 */
#include "runtime/runtime.h"
#include "runtime/clock.h"
#include "runtime/replay.h"
#include "runtime/segment.h"
#include "homeward/version.h"
#include "support/logged.h"
#include "support/temporary.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct fault_env *fault;
static struct logged logged;
static struct hw_runtime_options options;
static struct hw_runtime *runtime;
static char error[HW_ERROR_TEXT_SIZE];

static void begin(void)
{
    fault = fault_new(11);
    logged = (struct logged){0};
    options = logged_options(fault_table(fault), "/data", &logged);
    fault_set_clock(fault, LOGGED_START_MS, 0);
}

static void end(void)
{
    fault_free(fault);
}

TestSuite(runtime, .init = begin, .fini = end);

static void open_it(void)
{
    cr_assert(eq(int, hw_runtime_open(&options, &runtime, error), HW_OK), "%s", error);
}

static void close_it(bool snapshot)
{
    cr_assert(eq(int, hw_runtime_close(runtime, snapshot), HW_OK));
}

/* Submit messages numbered from to to, a turn after each. */
static void feed(uint64_t from, uint64_t to)
{
    for (uint64_t number = from; number <= to; number++) {
        cr_assert(eq(int, logged_submit(runtime, number, LOGGED_START_MS + (int64_t)number).outcome,
            HW_OUTCOME_TAKEN));
        hw_runtime_turn(runtime);
    }
}

static struct hw_hash digest_of(void)
{
    return hw_engine_state_digest(hw_runtime_engine(runtime));
}

Test(runtime, a_new_log_begins_with_log_opened)
{
    open_it();
    cr_expect(eq(u64, hw_engine_sequence(hw_runtime_engine(runtime)), 1));
    hw_runtime_turn(runtime);
    cr_expect(eq(u64, logged.durable, 1));
    cr_expect(eq(u64, hw_runtime_durable(runtime), 1));
    close_it(false);
}

Test(runtime, nothing_is_durable_before_the_turn)
{
    struct hw_submitted submitted;

    open_it();
    hw_runtime_turn(runtime);
    submitted = logged_submit(runtime, 1, LOGGED_START_MS);
    cr_expect(eq(int, submitted.outcome, HW_OUTCOME_TAKEN));
    cr_expect(ge(u64, submitted.release_sequence, 2));
    cr_expect(eq(u64, logged.durable, 1));
    hw_runtime_turn(runtime);
    cr_expect(eq(u64, logged.durable, submitted.release_sequence));
    cr_expect(ge(uint, logged.applied, 2));
    close_it(false);
}

Test(runtime, a_duplicate_changes_nothing_and_a_reused_id_is_taken)
{
    struct hw_submitted first, again, reused;
    struct hw_event event;
    struct hw_hash before;

    open_it();
    first = logged_submit(runtime, 1, LOGGED_START_MS);
    before = digest_of();
    again = logged_submit(runtime, 1, LOGGED_START_MS);
    cr_expect(eq(int, again.outcome, HW_OUTCOME_DUPLICATE));
    cr_expect(eq(u64, again.release_sequence, first.release_sequence));
    cr_expect(hw_hash_equal(before, digest_of()));
    logged_event(&event, 1, LOGGED_START_MS);
    event.message_hash.low++;
    reused = hw_runtime_submit(runtime, &event, 1);
    cr_expect(eq(int, reused.outcome, HW_OUTCOME_TAKEN));
    cr_expect(ne(uint, event.flags & HW_FLAG_CONTROL_ID_REUSED, 0));
    close_it(false);
}

Test(runtime, all_events_of_a_message_stand_in_one_block)
{
    struct hw_event events[3];
    struct hw_log *log;
    struct hw_log_block block;
    struct hw_submitted submitted;
    bool found = false;

    open_it();
    hw_runtime_turn(runtime);
    for (unsigned i = 0; i < 3; i++)
        logged_event(&events[i], 70 + i, LOGGED_START_MS);
    submitted = hw_runtime_submit(runtime, events, 3);
    close_it(false);
    cr_assert(eq(int,
        hw_log_open(fault_table(fault), "/data/journal", submitted.release_sequence, &log, error),
        HW_OK));
    while (hw_log_next(log, &block, error) == HW_OK)
        found |= block.block.first_sequence <= submitted.release_sequence - 2 &&
            block.block.first_sequence + block.block.count > submitted.release_sequence;
    cr_expect(found);
    hw_log_close(log);
}

/* The settings of a configuration: all or none, so all in one commit block (CONTRACT 2). */
enum { SETTINGS = 2000 };

/* settings_count of them, with values of value_size digits; until the next call. */
static struct hw_event *settings_events(uint32_t settings_count, size_t value_size)
{
    static struct hw_event events[SETTINGS];
    static char keys[SETTINGS][32], values[SETTINGS][HW_TEXT_SIZE_MAX];

    cr_assert(settings_count <= SETTINGS);
    for (uint32_t i = 0; i < settings_count; i++) {
        snprintf(keys[i], sizeof keys[i], "zones/Z%u/name", i);
        snprintf(values[i], sizeof values[i], "%0*u", (int)value_size, i);
        hw_event_init(&events[i], HW_KIND_CONFIGURATION);
        events[i].message_sequence = -1;
        hw_event_set_text(&events[i], HW_FIELD_CONFIGURATION_KEY, hw_slice_text(keys[i]));
        hw_event_set_text(&events[i], HW_FIELD_CONFIGURATION_VALUE, hw_slice_text(values[i]));
        hw_event_finish(&events[i]);
    }
    return events;
}

Test(runtime, thousands_of_settings_stand_in_one_block)
{
    struct hw_event *events = settings_events(SETTINGS, 8);
    struct hw_submitted submitted;
    struct hw_log_block block;
    struct hw_log *log;
    bool found = false;

    open_it();
    hw_runtime_turn(runtime);
    submitted = hw_runtime_submit(runtime, events, SETTINGS);
    cr_assert(eq(int, submitted.outcome, HW_OUTCOME_TAKEN));
    cr_expect(eq(u64, submitted.release_sequence, 1 + SETTINGS));
    cr_expect(eq(u32, hw_engine_settings(hw_runtime_engine(runtime)), SETTINGS));
    cr_expect(eq(u64, logged.durable, 1), "nothing of it before the turn");
    hw_runtime_turn(runtime);
    cr_expect(eq(u64, logged.durable, 1 + SETTINGS), "all of it after");
    close_it(false);
    cr_assert(eq(int, hw_log_open(fault_table(fault), "/data/journal", 2, &log, error), HW_OK));
    while (hw_log_next(log, &block, error) == HW_OK)
        found |= block.block.first_sequence == 2 && block.block.count == SETTINGS;
    cr_expect(found);
    hw_log_close(log);
    open_it();
    cr_expect(eq(u32, hw_engine_settings(hw_runtime_engine(runtime)), SETTINGS));
    cr_expect(hw_slice_is(
        hw_engine_setting(hw_runtime_engine(runtime), hw_slice_text("zones/Z1999/name")),
        "00001999"));
    close_it(false);
}

Test(runtime, more_than_a_block_holds_is_full_and_nothing_has_happened)
{
    struct hw_event *events = settings_events(SETTINGS, 1000); /* 2 MB; a block holds 1 MiB */
    struct hw_hash before;

    open_it();
    hw_runtime_turn(runtime);
    before = digest_of();
    cr_expect(eq(int, hw_runtime_submit(runtime, events, SETTINGS).outcome, HW_OUTCOME_FULL));
    cr_expect(hw_hash_equal(before, digest_of()));
    cr_expect(eq(u64, hw_engine_sequence(hw_runtime_engine(runtime)), 1));
    cr_expect(eq(int, hw_runtime_submit(runtime, events, SETTINGS / 4).outcome, HW_OUTCOME_TAKEN));
    /* Beside what waits already there is no room until it has gone. */
    cr_expect(eq(int, hw_runtime_submit(runtime, events + SETTINGS / 4, SETTINGS / 3).outcome,
        HW_OUTCOME_FULL));
    hw_runtime_turn(runtime);
    cr_expect(eq(int, hw_runtime_submit(runtime, events + SETTINGS / 4, SETTINGS / 3).outcome,
        HW_OUTCOME_TAKEN));
    cr_expect(eq(uint, logged.failed, 0));
    close_it(false);
}

Test(runtime, accepted_time_never_goes_back)
{
    int64_t before;

    open_it();
    feed(1, 1);
    before = hw_engine_accepted_ms(hw_runtime_engine(runtime));
    fault_set_clock(fault, LOGGED_START_MS - HW_HOUR_MS, 0);
    feed(2, 2);
    cr_expect(eq(i64, hw_engine_accepted_ms(hw_runtime_engine(runtime)), before));
    cr_expect(ge(i64, hw_runtime_now_ms(runtime), before));
    cr_expect(eq(uint, logged.warned, 1));
    cr_expect(strstr(logged.warning, "clock") != NULL, "%s", logged.warning);
    feed(3, 3);
    cr_expect(eq(uint, logged.warned, 1), "once is enough");
    close_it(false);
}

Test(runtime, a_due_timer_ticks_before_the_record_and_alone)
{
    struct hw_engine *engine;
    int64_t due;
    uint64_t before;

    open_it();
    feed(1, 1);
    engine = hw_runtime_engine(runtime);
    due = hw_engine_due_ms(engine);
    cr_assert(lt(i64, due, HW_TIME_OPEN), "somebody is in hospital: midnight is a timer");
    fault_set_clock(fault, due - 1, 0);
    cr_expect(eq(i64, hw_runtime_turn(runtime), 1));
    before = hw_engine_sequence(engine);
    fault_set_clock(fault, due, 0);
    hw_runtime_turn(runtime);
    cr_expect(eq(u64, hw_engine_sequence(engine), before + 1), "a tick, alone");
    cr_expect(eq(u64, logged.durable, before + 1));
    due = hw_engine_due_ms(engine);
    fault_set_clock(fault, due + 5, 0);
    before = hw_engine_sequence(engine);
    logged_submit(runtime, 2, due);
    cr_expect(eq(u64, hw_engine_sequence(engine), before + 2), "a tick, then the record");
    close_it(false);
}

Test(runtime, the_event_clock)
{
    static const struct {
        const char *name;
        int64_t hours[5]; /* event times, from START; -1 none */
        int64_t now;      /* hours from START afterwards */
    } stories[] = {
        {"the greatest so far", {0, 5, 3, -1}, 5},
        {"48 hours ahead is near enough", {0, 48, -1}, 48},
        {"further ahead waits for a second", {0, 49, -1}, 0},
        {"which comes", {0, 1000, 1001, -1}, 1001},
        {"which comes from before it", {0, 1000, 990, -1}, 1000},
        {"or does not: another far one waits instead", {0, 1000, 2000, -1}, 0},
        {"what is late says nothing", {10, 1000, 5, -1}, 10},
    };

    for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
        struct hw_clock clock;

        hw_clock_init(&clock, true);
        for (int j = 0; stories[i].hours[j] >= 0; j++) {
            struct hw_event event;

            logged_event(&event, 1, LOGGED_START_MS + stories[i].hours[j] * HW_HOUR_MS);
            clock = hw_clock_after(&clock, 0, &event, 1);
        }
        cr_expect(eq(i64, (clock.now_ms - LOGGED_START_MS) / HW_HOUR_MS, stories[i].now), "%s",
            stories[i].name);
    }
}

Test(runtime, under_the_event_clock_events_tell_the_time)
{
    options.event_clock = true;
    open_it();
    logged_submit(runtime, 1, LOGGED_START_MS - 300 * HW_DAY_MS);
    cr_expect(eq(i64, hw_runtime_now_ms(runtime), LOGGED_START_MS - 300 * HW_DAY_MS));
    close_it(false);
    open_it();
    cr_expect(eq(i64, hw_runtime_now_ms(runtime), LOGGED_START_MS - 300 * HW_DAY_MS));
    cr_expect(eq(i64, hw_runtime_turn(runtime), HW_HOUR_MS), "no timer but the next snapshot");
    close_it(false);
}

/* --- opening again ------------------------------------------------------------------------ */

Test(runtime, journal_alone_snapshot_and_both_give_the_same_state)
{
    struct hw_hash whole, history;
    struct hw_replay_options full = hw_replay_options_default(fault_table(fault), "/data");
    struct hw_replay replay;

    open_it();
    feed(1, 60);
    close_it(true); /* A snapshot here ... */
    open_it();
    feed(61, 100);
    whole = digest_of();
    history = hw_engine_history_digest(hw_runtime_engine(runtime));
    close_it(false); /* ... and a tail behind it. */

    open_it();
    cr_expect(hw_hash_equal(digest_of(), whole));
    close_it(false);
    cr_assert(eq(int, hw_replay(&full, &replay, error), HW_OK), "%s", error);
    cr_expect(gt(u64, replay.snapshot_sequence, 0));
    cr_expect(hw_hash_equal(hw_engine_state_digest(replay.engine), whole));
    hw_engine_free(replay.engine);
    full.full = true;
    cr_assert(eq(int, hw_replay(&full, &replay, error), HW_OK), "%s", error);
    cr_expect(eq(u64, replay.snapshot_sequence, 0));
    cr_expect(hw_hash_equal(hw_engine_state_digest(replay.engine), whole));
    cr_expect(hw_hash_equal(hw_engine_history_digest(replay.engine), history));
    cr_expect(gt(u32, replay.digests_checked, 0), "segments were turned over");
    cr_expect(eq(u32, replay.digests_differ, 0));
    hw_engine_free(replay.engine);
}

Test(runtime, replay_stops_where_it_is_told)
{
    struct hw_replay_options until = hw_replay_options_default(fault_table(fault), "/data");
    struct hw_replay replay;
    struct hw_hash at_20;

    open_it();
    feed(1, 20);
    at_20 = digest_of();
    until.until_sequence = hw_engine_sequence(hw_runtime_engine(runtime));
    fault_set_clock(fault, LOGGED_START_MS + 1000, 0);
    feed(21, 40);
    cr_assert(eq(int, hw_replay(&until, &replay, error), HW_OK), "beside the server: %s", error);
    cr_expect(hw_hash_equal(hw_engine_state_digest(replay.engine), at_20));
    hw_engine_free(replay.engine);
    close_it(true);
    until.until_sequence = 0;
    until.until_ms = LOGGED_START_MS; /* Later, timers of that time would have fired. */
    cr_assert(eq(int, hw_replay(&until, &replay, error), HW_OK), "%s", error);
    cr_expect(hw_hash_equal(hw_engine_state_digest(replay.engine), at_20));
    cr_expect(eq(u64, replay.snapshot_sequence, 0), "the snapshot lies behind the moment");
    hw_engine_free(replay.engine);
}

Test(runtime, a_reader_needs_no_lock_and_writes_nothing)
{
    struct hw_runtime *reader;
    struct hw_runtime_options read_only;
    uint64_t writes;

    open_it();
    feed(1, 10);
    read_only = options;
    read_only.read_only = true;
    writes = fault_count(fault, FAULT_WRITE);
    cr_assert(eq(int, hw_runtime_open(&read_only, &reader, error), HW_OK), "%s", error);
    cr_expect(hw_hash_equal(hw_engine_state_digest(hw_runtime_engine(reader)), digest_of()));
    cr_expect(eq(int, logged_submit(reader, 11, LOGGED_START_MS).outcome, HW_OUTCOME_FULL));
    cr_expect(eq(int, hw_runtime_wakeup_fd(reader), -1));
    cr_expect(eq(int, hw_runtime_close(reader, true), HW_OK));
    cr_expect(eq(u64, fault_count(fault, FAULT_WRITE), writes));
    close_it(false);
}

/* --- directories that are refused --------------------------------------------------------- */

static void refused(enum hw_status status, const char *words)
{
    cr_expect(eq(int, hw_runtime_open(&options, &runtime, error), status), "%s", error);
    cr_expect(strstr(error, words) != NULL, "\"%s\" is not in: %s", words, error);
    cr_expect(strstr(error, "/data") != NULL || status == HW_E_INVALID, "where? %s", error);
}

Test(runtime, locked)
{
    struct hw_runtime *first;
    char pid[32];

    open_it();
    first = runtime;
    snprintf(pid, sizeof pid, "locked by pid %ld", (long)getpid());
    refused(HW_E_LOCKED, pid);
    cr_expect(eq(int, hw_runtime_close(first, false), HW_OK));
    open_it();
    close_it(false);
}

Test(runtime, of_another_county)
{
    open_it();
    close_it(false);
    options.county = "Kent";
    refused(HW_E_COUNTY, "'Leicestershire', not of 'Kent'");
    options.county = "";
    refused(HW_E_INVALID, "1 to 200 bytes");
}

/* Write the first segment's header anew, its checksum right, with these versions. */
static void rewrite_header(struct hw_segment_header *header, uint32_t format, uint32_t rules)
{
    size_t size;
    uint8_t *bytes = fault_bytes(fault, "/data/journal/00000000000000000001.hwj", &size);

    cr_assert(ne(ptr, bytes, NULL));
    if (header->format == 0)
        cr_assert(eq(int, hw_segment_header_read(bytes, header), HW_OK));
    header->format = format;
    header->rules = rules;
    hw_segment_header_write(header, bytes);
}

Test(runtime, of_a_newer_version)
{
    struct hw_segment_header header = {0};

    open_it();
    feed(1, 1);
    close_it(false);
    rewrite_header(&header, HW_FORMAT_VERSION + 1, HW_RULES_VERSION);
    refused(HW_E_VERSION, "format 2 by a newer version");
    rewrite_header(&header, HW_FORMAT_VERSION, HW_RULES_VERSION + 1);
    refused(HW_E_VERSION, "rules version 2");
    rewrite_header(&header, HW_FORMAT_VERSION, HW_RULES_VERSION);
    open_it();
    close_it(false);
}

Test(runtime, that_cannot_be_written)
{
    fault_fail(fault, FAULT_OPEN, 1, -EROFS, true);
    refused(HW_E_READ_ONLY, "right to write");
    fault_fail(fault, FAULT_OPEN, 1, -EACCES, true);
    refused(HW_E_READ_ONLY, "right to write");
    fault_fail(fault, FAULT_OPEN, 0, 0, false);
    fault_disk_size(fault, 2048);
    refused(HW_E_NO_SPACE, "free some space");
}

Test(runtime, that_is_damaged)
{
    size_t size;
    uint8_t *bytes;

    open_it();
    feed(1, 3);
    close_it(false);
    bytes = fault_bytes(fault, "/data/journal/00000000000000000001.hwj", &size);
    bytes[HW_SEGMENT_HEADER_SIZE + 60] ^= 1;
    refused(HW_E_DAMAGED, "offset 4096");
    cr_expect(strstr(error, "restore") != NULL, "%s", error);
}

Test(runtime, a_journal_that_is_gone_is_no_new_journal)
{
    struct hw_env *env = fault_table(fault);
    uint64_t *firsts;
    size_t count;
    char path[HW_PATH_SIZE];

    open_it();
    feed(1, 30);
    close_it(true);
    cr_assert(eq(int, hw_file_numbers(env, "/data/journal", ".hwj", &firsts, &count), 0));
    for (size_t i = 0; i < count; i++) {
        hw_file_number_path(path, "/data/journal", firsts[i], ".hwj");
        cr_assert(eq(int, env->unlink(env->context, path), 0));
    }
    free(firsts);
    cr_expect(eq(int, hw_runtime_open(&options, &runtime, error), HW_E_DAMAGED));
    cr_expect(strstr(error, "acknowledged records 1 to 31") != NULL, "%s", error);
    cr_assert(eq(int, env->unlink(env->context, "/data/journal/watermark"), 0));
    cr_expect(eq(int, hw_runtime_open(&options, &runtime, error), HW_E_DAMAGED));
    cr_expect(strstr(error, "a snapshot of record 31") != NULL, "%s", error);
    cr_expect(strstr(error, "move the folder snapshots away") != NULL, "%s", error);
}

Test(runtime, a_bad_snapshot_costs_time_only)
{
    struct hw_hash whole;
    size_t size;
    uint8_t *bytes;
    char path[HW_PATH_SIZE];

    open_it();
    feed(1, 30);
    whole = digest_of();
    hw_file_number_path(
        path, "/data/snapshots", hw_engine_sequence(hw_runtime_engine(runtime)), ".hws");
    close_it(true);
    bytes = fault_bytes(fault, path, &size);
    cr_assert(ne(ptr, bytes, NULL));
    bytes[size - 1] ^= 1;
    logged.warned = 0;
    open_it();
    cr_expect(hw_hash_equal(digest_of(), whole));
    cr_expect(eq(uint, logged.warned, 1));
    cr_expect(strstr(logged.warning, path) != NULL, "%s", logged.warning);
    close_it(false);
}

/* --- a world that fails ------------------------------------------------------------------- */

Test(runtime, after_a_failed_sync_nothing_is_acknowledged)
{
    uint64_t durable;

    open_it();
    feed(1, 5);
    durable = logged.durable;
    fault_fail(fault, FAULT_SYNC, 1, -EIO, false);
    logged_submit(runtime, 6, LOGGED_START_MS);
    hw_runtime_turn(runtime);
    cr_expect(eq(uint, logged.failed, 1));
    cr_expect(strstr(logged.failure, "sync") != NULL, "%s", logged.failure);
    for (uint64_t number = 7; number < 12; number++) {
        cr_expect(
            eq(int, logged_submit(runtime, number, LOGGED_START_MS).outcome, HW_OUTCOME_FULL));
        hw_runtime_turn(runtime);
    }
    cr_expect(eq(u64, logged.durable, durable));
    cr_expect(eq(u64, hw_runtime_durable(runtime), durable));
    cr_expect(eq(uint, logged.failed, 1), "told once");
    cr_expect(ne(int, hw_runtime_close(runtime, true), HW_OK));
}

/* A failed sync of any kind, a start on the machine that stayed up, and then the power goes. */
Test(runtime, a_start_after_a_failed_sync_relies_on_nothing_it_left)
{
    for (uint64_t nth = 1; nth <= 24; nth++) {
        end();
        begin();
        options.segment_size = options.prepare_size = 8 * 1024;
        open_it();
        fault_fail(fault, FAULT_SYNC, nth, -EIO, false);
        for (uint64_t number = 1; number <= 40 && logged.failed == 0; number++) {
            logged_submit(runtime, number, LOGGED_START_MS);
            hw_runtime_turn(runtime);
        }
        (void)hw_runtime_close(runtime, false); /* It has failed; it says so. */
        fault_kill(fault);
        open_it();
        close_it(false);
        fault_crash(fault);
        cr_assert(eq(int, hw_runtime_open(&options, &runtime, error), HW_OK), "sync %lu: %s",
            (unsigned long)nth, error);
        close_it(false);
    }
}

/* The cache of a machine that stays up still shows it, marked clean: no sync writes it any more. */
Test(runtime, what_a_failed_sync_left_behind_is_written_again_before_it_is_told)
{
    open_it();
    feed(1, 5);
    fault_fail(fault, FAULT_SYNC, 1, -EIO, false);
    logged_submit(runtime, 6, LOGGED_START_MS);
    hw_runtime_turn(runtime);
    cr_expect(eq(uint, logged.failed, 1));
    (void)hw_runtime_close(runtime, false); /* It has failed; it says so. */
    fault_kill(fault);
    open_it();
    cr_expect(eq(int, logged_submit(runtime, 6, LOGGED_START_MS).outcome, HW_OUTCOME_DUPLICATE));
    close_it(false);
    fault_crash(fault);
    open_it();
    cr_expect(eq(int, logged_submit(runtime, 6, LOGGED_START_MS).outcome, HW_OUTCOME_DUPLICATE));
    close_it(false);
}

Test(runtime, a_full_disk_is_back_pressure)
{
    uint64_t number = 0;

    open_it();
    fault_disk_size(fault, 300 * 1024);
    while (number < 100000 &&
        logged_submit(runtime, ++number, LOGGED_START_MS).outcome == HW_OUTCOME_TAKEN)
        hw_runtime_turn(runtime);
    cr_expect(lt(u64, number, 100000));
    cr_expect(eq(uint, logged.failed, 0));
    cr_expect(strstr(logged.warning, "space") != NULL, "%s", logged.warning);
    cr_expect(eq(uint, logged.warned, 1));
    cr_expect(hw_runtime_is_full(runtime));
    for (int64_t second = 2; second < 10; second++) {
        fault_set_clock(fault, LOGGED_START_MS, second * 1000000000);
        hw_runtime_turn(runtime);
    }
    cr_expect(eq(uint, logged.warned, 1), "the same is not said again");
    fault_disk_size(fault, UINT64_MAX);
    fault_set_clock(fault, LOGGED_START_MS, INT64_C(20000000000));
    hw_runtime_turn(runtime);
    hw_runtime_turn(runtime);
    cr_expect(eq(int, logged_submit(runtime, number, LOGGED_START_MS).outcome, HW_OUTCOME_TAKEN));
    hw_runtime_turn(runtime);
    cr_expect(eq(u64, logged.durable, hw_engine_sequence(hw_runtime_engine(runtime))));
    cr_expect(eq(uint, logged.warned, 2));
    cr_expect(strstr(logged.warning, "has room again") != NULL, "%s", logged.warning);
    cr_expect(not(hw_runtime_is_full(runtime)));
    close_it(false);
}

/* On a disk smaller than the room it likes to have ahead it works until that is really full. */
Test(runtime, a_tiny_disk_at_the_first_start)
{
    uint64_t size, number = 0;
    enum hw_status status = HW_E_NO_SPACE;

    for (size = 0; status != HW_OK; size += 8 * 1024) {
        fault_disk_size(fault, size);
        status = hw_runtime_open(&options, &runtime, error);
        if (status != HW_OK) {
            cr_assert(eq(int, status, HW_E_NO_SPACE), "%s", error);
            cr_assert(strstr(error, "free some space") != NULL, "%s", error);
            cr_assert(lt(u64, size, options.prepare_size), "it starts where a little is free");
        }
    }
    hw_runtime_turn(runtime);
    while (number < 1000 &&
        logged_submit(runtime, ++number, LOGGED_START_MS).outcome == HW_OUTCOME_TAKEN)
        hw_runtime_turn(runtime);
    cr_expect(lt(u64, number, 1000));
    cr_expect(eq(uint, logged.warned, 1));
    cr_expect(hw_runtime_is_full(runtime));
    cr_expect(eq(int, hw_runtime_close(runtime, true), HW_E_NO_SPACE));
    fault_disk_size(fault, UINT64_MAX);
    open_it();
    cr_expect(ge(u64, hw_engine_sequence(hw_runtime_engine(runtime)), logged.durable));
    close_it(false);
}

Test(runtime, no_power_cut_loses_what_was_acknowledged)
{
    for (uint64_t seed = 1; seed <= 60; seed++) {
        uint64_t number = 0, acknowledged = 0;

        end();
        begin();
        fault_free(fault);
        fault = fault_new(seed);
        fault_set_clock(fault, LOGGED_START_MS, 0);
        options = logged_options(fault_table(fault), "/data", &logged);
        options.segment_size = 8192;
        for (int cut = 0; cut < 6; cut++) {
            static const enum fault_call calls[] = {
                FAULT_SYNC, FAULT_WRITE, FAULT_RENAME, FAULT_SYNC_DIR};

            cr_assert(eq(int, hw_runtime_open(&options, &runtime, error), HW_OK), "seed %lu: %s",
                seed, error);
            cr_expect(ge(u64, hw_engine_sequence(hw_runtime_engine(runtime)), acknowledged),
                "seed %lu", seed);
            fault_fail(fault, calls[(seed + (uint64_t)cut) % 4], 1 + seed * 7 % 23, -EIO, true);
            logged.durable = 0;
            for (int i = 0; i < 30; i++) {
                logged_submit(runtime, ++number, LOGGED_START_MS);
                if (i % 3 == 0)
                    hw_runtime_turn(runtime);
            }
            acknowledged = logged.durable > acknowledged ? logged.durable : acknowledged;
            (void)hw_runtime_close(runtime, cut % 2 == 0); /* Whatever it still manages. */
            for (enum fault_call call = 0; call < FAULT_CALLS; call++)
                fault_fail(fault, call, 0, 0, false);
            fault_crash(fault);
        }
    }
}

/* --- threads, on a real disk -------------- ------------------------------------------------ */

static char folder[HW_PATH_SIZE];

static void real_begin(void)
{
    temporary_make(folder);
    logged = (struct logged){0};
    options = logged_options(hw_env_posix(), folder, &logged);
    options.threadless = false;
    options.segment_size = 256 * 1024;
}

static void real_end(void)
{
    temporary_remove(folder);
}

TestSuite(runtime_threads, .init = real_begin, .fini = real_end);

static void wait_for(uint64_t sequence)
{
    while (logged.durable < sequence && logged.failed == 0) {
        struct pollfd wait = {.fd = hw_runtime_wakeup_fd(runtime), .events = POLLIN};

        hw_runtime_turn(runtime);
        if (logged.durable < sequence)
            poll(&wait, 1, 1000);
    }
}

Test(runtime_threads, all_becomes_durable)
{
    uint64_t number = 0;
    struct hw_hash whole;

    open_it();
    while (number < 20000) {
        if (logged_submit(runtime, ++number, LOGGED_START_MS).outcome == HW_OUTCOME_FULL) {
            number--;
            wait_for(hw_engine_sequence(hw_runtime_engine(runtime)));
        }
        if (number % 50 == 0)
            hw_runtime_turn(runtime);
    }
    wait_for(hw_engine_sequence(hw_runtime_engine(runtime)));
    whole = digest_of();
    close_it(true);
    open_it();
    cr_expect(hw_hash_equal(digest_of(), whole));
    close_it(false);
}

Test(runtime_threads, snapshots_are_written_beside_the_engine)
{
    struct hw_replay_options after = hw_replay_options_default(hw_env_posix(), folder);
    struct hw_replay replay = {0};

    options.snapshot_records = 500;
    open_it();
    for (uint64_t number = 1; replay.snapshot_sequence == 0 && number < 200000; number++) {
        logged_submit(runtime, number, LOGGED_START_MS);
        hw_runtime_turn(runtime);
        if (number % 500 != 0)
            continue;
        wait_for(hw_engine_sequence(hw_runtime_engine(runtime)));
        cr_assert(eq(int, hw_replay(&after, &replay, error), HW_OK), "%s", error);
        hw_engine_free(replay.engine);
    }
    cr_expect(gt(u64, replay.snapshot_sequence, 0));
    cr_expect(eq(uint, logged.warned, 0), "%s", logged.warning);
    close_it(false);
}
