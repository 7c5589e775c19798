/*
 * Goal: a start comes to the state the journal says, with the newest snapshot that serves or
 *       without any, or it is refused with the reason; nothing is passed over without a word.
 * Method: the journal of a runtime on a disk in memory: settings other than it was written with,
 *         headers, blocks and snapshots written again with right checksums and other sense, every
 *         call and every request for memory refused.
 */
#include "runtime/replay.h"
#include "homeward/version.h"
#include "runtime/bytes.h"
#include "runtime/crc32c.h"
#include "runtime/memory.h"
#include "runtime/segment.h"
#include "runtime/snapshot.h"
#include "support/failing.h"
#include "support/logged.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static struct fault_env *fault;
static struct hw_env *env;
static struct hw_replay_options options;
static struct hw_replay replayed;
static uint64_t last, snapshot_at; /* sequences: of the journal, of its one snapshot */
static struct hw_hash state;
static unsigned warned;
static char warning[HW_ERROR_TEXT_SIZE], error[HW_ERROR_TEXT_SIZE];

static void hear(void *context, const char *text)
{
    (void)context;
    warned++;
    (void)snprintf(warning, sizeof warning, "%s", text);
}

/* One segment or more: 40 messages, a snapshot, 20 messages; so many made durable together. */
static void fill(size_t segment_size, uint64_t together)
{
    struct logged logged = {0};
    struct hw_runtime_options runtime_options = logged_options(env, "/data", &logged);
    struct hw_runtime *runtime;

    runtime_options.segment_size = segment_size;
    for (uint64_t part = 0; part < 2; part++) {
        cr_assert(eq(int, hw_runtime_open(&runtime_options, &runtime, error), HW_OK), "%s", error);
        for (uint64_t number = 1; number <= 40 - 20 * part; number++) {
            logged_submit(runtime, 100 * part + number, LOGGED_START_MS);
            if (number % together == 0)
                hw_runtime_turn(runtime);
        }
        last = hw_engine_sequence(hw_runtime_engine(runtime));
        state = hw_engine_state_digest(hw_runtime_engine(runtime));
        snapshot_at = part == 0 ? last : snapshot_at;
        cr_assert(eq(int, hw_runtime_close(runtime, part == 0), HW_OK));
    }
}

static void begin(void)
{
    fault = fault_new(55);
    env = failing_table(fault_table(fault));
    fault_set_clock(fault, LOGGED_START_MS, 0);
    fill(1024 * 1024, 1);
    options = hw_replay_options_default(env, "/data");
    options.on_warning = hear;
    warned = 0;
}

static void end(void)
{
    fault_free(fault);
}

TestSuite(replay, .init = begin, .fini = end);

/* Another disk: several segments. */
static void begin_again(uint64_t together)
{
    end();
    fault = fault_new(56);
    env = failing_table(fault_table(fault));
    fault_set_clock(fault, LOGGED_START_MS, 0);
    fill(16 * 1024, together);
    options.env = env;
}

static enum hw_status run(void)
{
    warned = 0;
    warning[0] = error[0] = '\0';
    return hw_replay(&options, &replayed, error);
}

/* With all records, under the settings they were written with. */
static bool as_written(void)
{
    return options.until_sequence == 0 && options.dedupe_ms < 0 && options.history_open_ms < 0;
}

/* It comes to the journal's state, from the snapshot or not. */
static void is_whole(bool from_snapshot)
{
    cr_assert(eq(int, run(), HW_OK), "%s", error);
    cr_expect(eq(u64, hw_engine_sequence(replayed.engine), last));
    cr_expect(eq(u64, replayed.snapshot_sequence, from_snapshot ? snapshot_at : 0));
    if (as_written())
        cr_expect(hw_hash_equal(hw_engine_state_digest(replayed.engine), state));
    hw_engine_free(replayed.engine);
}

/* --- bytes written again ------------------------------------------------------------------- */

static uint8_t *bytes_of(const char *folder, uint64_t number, const char *ending)
{
    char path[HW_PATH_SIZE];
    size_t size;
    uint8_t *bytes;

    hw_file_number_path(path, folder, number, ending);
    bytes = fault_bytes(fault, path, &size);
    cr_assert(ne(ptr, bytes, NULL), "%s", path);
    return bytes;
}

static struct hw_segment_header segment_header(uint64_t first)
{
    struct hw_segment_header header;

    cr_assert(
        eq(int, hw_segment_header_read(bytes_of("/data/journal", first, ".hwj"), &header), HW_OK));
    return header;
}

static void put_segment_header(uint64_t first, const struct hw_segment_header *header)
{
    hw_segment_header_write(header, bytes_of("/data/journal", first, ".hwj"));
}

static uint8_t *snapshot_header(void)
{
    return bytes_of("/data/snapshots", snapshot_at, ".hws");
}

static void seal_snapshot(void)
{
    hw_put_u32(snapshot_header() + 8,
        hw_crc32c(hw_slice_of(snapshot_header() + 12, HW_SNAPSHOT_PAGE - 12)));
}

/* --- which snapshot serves ----------------------------------------------------------------- */

Test(replay, from_the_snapshot_and_in_full)
{
    is_whole(true);
    options.full = true;
    is_whole(false);
    cr_expect(eq(uint, warned, 0));
}

Test(replay, a_snapshot_of_other_settings_does_not_serve)
{
    options.dedupe_ms = HW_DAY_MS;
    is_whole(false);
    options.dedupe_ms = -1;
    options.history_open_ms = HW_DAY_MS;
    is_whole(false);
    options.history_open_ms = -1;
    options.limits = hw_limits_default();
    options.limits.stays *= 2;
    is_whole(false);
    options.limits = (struct hw_limits){0};
    options.until_sequence = last;
    is_whole(true);
    options.until_sequence = last = snapshot_at - 1;
    is_whole(false);
    cr_expect(eq(uint, warned, 0), "another can be asked for at any time");
}

Test(replay, a_snapshot_behind_the_moment_does_not_serve)
{
    options.until_ms = LOGGED_START_MS - 1;
    cr_assert(eq(int, run(), HW_OK), "%s", error);
    cr_expect(eq(u64, replayed.snapshot_sequence, 0));
    hw_engine_free(replayed.engine);
}

Test(replay, a_snapshot_under_other_rules_does_not_serve)
{
    hw_put_u32(snapshot_header() + 16, HW_RULES_VERSION + 1);
    seal_snapshot();
    is_whole(false);
}

Test(replay, a_damaged_snapshot_is_passed_over_with_a_word)
{
    snapshot_header()[50] ^= 1; /* the header */
    is_whole(false);
    cr_expect(eq(uint, warned, 1));
    cr_expect(strstr(warning, "header is damaged") != NULL, "%s", warning);
    snapshot_header()[50] ^= 1;
    snapshot_header()[HW_SNAPSHOT_PAGE] ^= 1; /* its first part */
    is_whole(false);
    cr_expect(eq(uint, warned, 1));
    cr_expect(strstr(warning, "a part of the snapshot") != NULL, "%s", warning);
    options.on_warning = NULL;
    is_whole(false);
    cr_expect(eq(uint, warned, 0), "nobody listens");
}

Test(replay, a_snapshot_of_another_log_is_passed_over_with_a_word)
{
    snapshot_header()[24] ^= 1;
    seal_snapshot();
    is_whole(false);
    cr_expect(eq(uint, warned, 1));
    cr_expect(strstr(warning, "is of another log") != NULL, "%s", warning);
}

/* One message more, and another snapshot behind it; the sequence of the older one. */
static uint64_t add_snapshot(void)
{
    struct logged logged = {0};
    struct hw_runtime_options runtime_options = logged_options(env, "/data", &logged);
    uint64_t older = snapshot_at;
    struct hw_runtime *runtime;

    runtime_options.segment_size = 1024 * 1024;
    cr_assert(eq(int, hw_runtime_open(&runtime_options, &runtime, error), HW_OK), "%s", error);
    logged_submit(runtime, 500, LOGGED_START_MS);
    hw_runtime_turn(runtime);
    last = snapshot_at = hw_engine_sequence(hw_runtime_engine(runtime));
    state = hw_engine_state_digest(hw_runtime_engine(runtime));
    cr_assert(eq(int, hw_runtime_close(runtime, true), HW_OK));
    return older;
}

Test(replay, of_two_snapshots_the_newest_that_is_good)
{
    uint64_t older = add_snapshot();

    is_whole(true);
    cr_expect(eq(uint, warned, 0));
    bytes_of("/data/snapshots", snapshot_at, ".hws")[HW_SNAPSHOT_PAGE] ^= 1;
    snapshot_at = older;
    is_whole(true);
    cr_expect(eq(uint, warned, 1));
}

/* The server takes them where a block ends; between the records of one they are as good. */
Test(replay, a_snapshot_from_the_middle_of_the_first_block)
{
    struct hw_segment_header header;
    struct hw_snapshot about = {.clock_pending_ms = HW_TIME_NONE};
    char path[HW_PATH_SIZE];
    uint64_t *firsts;
    size_t count;

    begin_again(5);
    cr_assert(eq(int, hw_file_numbers(env, "/data/journal", ".hwj", &firsts, &count), 0));
    cr_assert(gt(sz, count, 1));
    header = segment_header(firsts[1]);
    about.log_id = header.log_id;
    about.dedupe_ms = header.dedupe_ms;
    about.history_open_ms = header.history_open_ms;
    about.limits = header.limits;
    hw_file_number_path(path, "/data/snapshots", snapshot_at, ".hws");
    cr_assert(eq(int, env->unlink(env->context, path), 0));
    options.until_sequence = snapshot_at = firsts[1] + 1;
    cr_assert(eq(int, run(), HW_OK), "%s", error);
    cr_assert(eq(int, hw_snapshot_write(env, "/data", replayed.engine, &about, error), HW_OK));
    hw_engine_free(replayed.engine);
    options.until_sequence = 0;
    is_whole(true);
    cr_expect(eq(u32, replayed.digests_differ, 0));
    free(firsts);
}

/* --- what the log says of itself ------------------------------------------------------------ */

Test(replay, digests_of_other_rules_or_settings_are_not_compared)
{
    uint64_t *firsts;
    size_t count;
    struct hw_segment_header header;
    uint32_t checked;

    begin_again(1);
    options.full = true;
    is_whole(false);
    checked = replayed.digests_checked;
    cr_assert(gt(u32, checked, 1));
    options.dedupe_ms = 36 * HW_DAY_MS;
    is_whole(false);
    cr_expect(eq(u32, replayed.digests_checked, 0));
    options.dedupe_ms = -1;
    options.history_open_ms = 91 * HW_DAY_MS;
    is_whole(false);
    cr_expect(eq(u32, replayed.digests_checked, 0));
    options.history_open_ms = -1;
    cr_assert(eq(int, hw_file_numbers(env, "/data/journal", ".hwj", &firsts, &count), 0));
    cr_assert(gt(sz, count, 1));
    header = segment_header(firsts[1]);
    header.rules = 0;
    put_segment_header(firsts[1], &header);
    is_whole(false);
    cr_expect(lt(u32, replayed.digests_checked, checked));
    cr_expect(eq(u32, replayed.digests_differ, 0));
    header.rules = HW_RULES_VERSION;
    header.digest = (struct hw_hash){0, 0};
    header.quick_digest.low++;
    put_segment_header(firsts[1], &header);
    is_whole(false);
    cr_expect(eq(u32, replayed.digests_differ, 1));
    cr_expect(strstr(warning, "digests differ") != NULL, "%s", warning);
    free(firsts);
}

Test(replay, the_log_of_another_county_or_version_is_refused)
{
    struct hw_segment_header header = segment_header(1);

    options.county = "Leicestershire";
    is_whole(true);
    options.county = "Kent";
    cr_expect(eq(int, run(), HW_E_COUNTY));
    cr_expect(strstr(error, "'Leicestershire', not of 'Kent'") != NULL, "%s", error);
    options.county = NULL;
    header.rules = HW_RULES_VERSION + 1;
    put_segment_header(1, &header);
    cr_expect(eq(int, run(), HW_E_VERSION));
    cr_expect(strstr(error, "newer version of homeward") != NULL, "%s", error);
}

Test(replay, a_log_larger_than_its_limits_is_told)
{
    struct hw_segment_header header = segment_header(1);

    options.full = true;
    header.limits.stays = 30;
    put_segment_header(1, &header);
    cr_expect(eq(int, run(), HW_E_FULL));
    cr_expect(strstr(error, "raise them") != NULL, "%s", error);
    options.limits.stays = 1000;
    is_whole(false);
}

/* A record accepted two days later than those around it and without a tick. */
Test(replay, a_record_that_cannot_be_is_told)
{
    uint8_t *bytes = bytes_of("/data/journal", 1, ".hwj");
    struct hw_segment_header header = segment_header(1);
    size_t at = HW_SEGMENT_HEADER_SIZE, size = 0;
    struct hw_block block;
    char words[40];

    for (unsigned i = 0; i < 3; i++) {
        at += size;
        cr_assert(eq(int,
            hw_block_read(hw_slice_of(bytes + at, 512 * 1024), header.log_id.low, &block, &size),
            HW_OK));
    }
    hw_put_u64(bytes + at + HW_BLOCK_HEADER_SIZE + 24, (uint64_t)(LOGGED_START_MS + 2 * HW_DAY_MS));
    hw_block_write(bytes + at, block.first_sequence, block.count, block.records.size,
        block.durable_end, header.log_id.low);
    (void)snprintf(words, sizeof words, ": record %lu: ", (unsigned long)block.first_sequence);
    options.full = true;
    cr_expect(eq(int, run(), HW_E_DAMAGED));
    cr_expect(strstr(error, words) != NULL, "%s", error);
    cr_expect(strstr(error, "keep the data directory") != NULL, "%s", error);
}

/* --- time that went on ---------------------------------------------------------------------- */

Test(replay, what_was_due_by_the_moment_has_happened)
{
    options.until_ms = LOGGED_START_MS + 1000;
    cr_assert(eq(int, run(), HW_OK), "%s", error);
    cr_expect(eq(u64, hw_engine_sequence(replayed.engine), last), "nothing was due");
    hw_engine_free(replayed.engine);
    options.until_ms = LOGGED_START_MS + HW_DAY_MS;
    cr_assert(eq(int, run(), HW_OK), "%s", error);
    cr_expect(eq(u64, hw_engine_sequence(replayed.engine), last + 1), "a tick over midnight");
    cr_expect(eq(u64, replayed.sequence, last), "which is not in the journal");
    cr_expect(gt(i64, hw_engine_due_ms(replayed.engine), options.until_ms));
    hw_engine_free(replayed.engine);
}

Test(replay, timers_without_room_are_told)
{
    unsigned told = 0;
    enum hw_status status;

    options.full = true;
    options.until_ms = LOGGED_START_MS + HW_DAY_MS;
    for (uint32_t stays = 10; stays < 200; stays++) {
        struct hw_segment_header header = segment_header(1);

        header.limits.stays = stays;
        put_segment_header(1, &header);
        status = run();
        if (status == HW_OK)
            hw_engine_free(replayed.engine);
        else
            cr_expect(eq(int, status, HW_E_FULL), "%s", error);
        told += strstr(error, "timers cannot fire") != NULL;
    }
    cr_expect(eq(uint, told, 1), "where there is room for the records and not for one more");
    cr_expect(eq(int, status, HW_OK));
}

/* --- what the system refuses ---------------------------------------------------------------- */

/* Each once: a start says so, or comes to the same state without what it could not have. */
static void refuse_each(void (*refuse)(uint64_t nth), uint64_t (*counted)(void))
{
    unsigned refused = 0, passed = 0;

    for (uint64_t nth = 1;; nth++) {
        enum hw_status status;
        uint64_t count;

        refuse(nth);
        status = run();
        count = counted();
        refuse(0);
        if (status == HW_OK) {
            cr_expect(hw_hash_equal(hw_engine_state_digest(replayed.engine), state), "%lu", nth);
            hw_engine_free(replayed.engine);
        }
        if (nth > count)
            break;
        refused += status != HW_OK;
        passed += status == HW_OK;
        cr_expect(status == HW_OK || error[0] != '\0', "%lu: without a word", nth);
    }
    cr_expect(gt(uint, refused, 0));
    cr_expect(gt(uint, passed, 0));
}

static void refuse_call(uint64_t nth)
{
    failing_call(nth, EIO, false);
}

static void refuse_memory(uint64_t nth)
{
    failing_memory(nth, false);
}

Test(replay, each_call_fails)
{
    refuse_each(refuse_call, failing_calls);
}

Test(replay, each_request_for_memory_fails)
{
    refuse_each(refuse_memory, failing_memory_requests);
}

/* With its snapshot it cannot have the memory, and then not for a new engine either. */
Test(replay, memory_that_stays_away_is_told)
{
    unsigned told = 0;

    (void)add_snapshot(); /* Without memory the older one is not tried either. */
    for (uint64_t nth = 1;; nth++) {
        enum hw_status status;
        uint64_t count;

        failing_memory(nth, true);
        status = run();
        count = failing_memory_requests();
        failing_memory(0, false);
        if (status == HW_OK)
            hw_engine_free(replayed.engine);
        if (nth > count)
            break;
        told += strstr(error, "no memory for the engine's state") != NULL && warned > 0;
    }
    cr_expect(gt(uint, told, 0));
}

Test(replay, a_path_too_long_is_refused)
{
    static char path[HW_PATH_SIZE];

    memset(path, 'd', HW_PATH_SIZE - 4);
    options.data_dir = path;
    cr_expect(eq(int, run(), HW_E_INVALID));
    cr_expect(strstr(error, "too long") != NULL, "%s", error);
}
