/*
 * Goal: a data directory is opened or refused with words, whatever the options, the disk and the
 *       memory are like; and what is opened after that holds all that was durable.
 * Method: a runtime over a disk in memory, without threads; each call and each request for memory
 *         of an opening fails in turn.
 */
#include "runtime/file.h"
#include "runtime/segment.h"
#include "support/opened.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

TestSuite(runtime_open, .init = opened_begin, .fini = opened_end);

static void feed(uint64_t from, uint64_t to)
{
    for (uint64_t number = from; number <= to; number++) {
        cr_assert(
            eq(int, logged_submit(runtime, number, LOGGED_START_MS).outcome, HW_OUTCOME_TAKEN));
        hw_runtime_turn(runtime);
    }
}

static uint64_t sequence(void)
{
    return hw_engine_sequence(hw_runtime_engine(runtime));
}

static void refused(enum hw_status status, const char *words)
{
    cr_expect(eq(int, hw_runtime_open(&options, &runtime, error), status), "%s", error);
    cr_expect(strstr(error, words) != NULL, "\"%s\" is not in: %s", words, error);
}

/* --- options ------------------------------------------------------------------------------- */

Test(runtime_open, sizes_left_out_and_sizes_given)
{
    options.batch_size = 0;
    options.segment_size = options.prepare_size = 0;
    opened_open();
    feed(1, 3);
    opened_close();
    options.batch_size = 1024 * 1024;
    options.segment_size = options.prepare_size = 16 * 1024;
    options.snapshot_records = 2;
    options.snapshot_interval_ms = 1000;
    options.quarantine_quota = 1000;
    opened_open();
    cr_expect(eq(u64, sequence(), 4));
    feed(4, 6);
    opened_close();
}

Test(runtime_open, how_often_it_syncs)
{
    static const struct {
        enum hw_sync_policy sync;
        int64_t interval_ms;
        uint64_t at_once, later; /* syncs: in its turn; 0.6 s later, the watermark's with it */
    } ways[] = {
        {HW_SYNC_ALWAYS, 0, 1, 1},
        {HW_SYNC_INTERVAL, 500, 0, 2},
        {HW_SYNC_INTERVAL, 0, 0, 2}, /* as often as can be: a millisecond */
        {HW_SYNC_NEVER, 0, 0, 0},
    };

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        uint64_t before;

        opened_end();
        opened_begin();
        options.sync = ways[i].sync;
        options.sync_interval_ms = ways[i].interval_ms;
        opened_open();
        hw_runtime_turn(runtime);
        fault_set_clock(fault, LOGGED_START_MS, INT64_C(1000000000));
        hw_runtime_turn(runtime);
        before = fault_count(fault, FAULT_SYNC);
        feed(1, 1);
        cr_expect(eq(u64, logged.durable, 2), "told, in every way");
        cr_expect(eq(u64, fault_count(fault, FAULT_SYNC) - before, ways[i].at_once), "way %zu", i);
        before = fault_count(fault, FAULT_SYNC);
        fault_set_clock(fault, LOGGED_START_MS, INT64_C(1600000000));
        hw_runtime_turn(runtime);
        hw_runtime_turn(runtime);
        cr_expect(eq(u64, fault_count(fault, FAULT_SYNC) - before, ways[i].later), "way %zu", i);
        opened_close();
    }
}

Test(runtime_open, options_that_cannot_be)
{
    static char path[HW_PATH_SIZE], county[HW_COUNTY_SIZE_MAX + 2];

    memset(path, 'd', sizeof path - 1);
    memset(county, 'c', sizeof county - 1);
    options.county = county;
    refused(HW_E_INVALID, "must have 1 to");
    options.county = NULL;
    refused(HW_E_INVALID, "must have 1 to");
    options.read_only = true; /* A reader takes whatever county it finds. */
    refused(HW_E_NOT_FOUND, "/data holds no journal");
    options.data_dir = path;
    refused(HW_E_INVALID, "too long");
}

/* --- what a kill leaves -------------------------------------------------------------------- */

Test(runtime_open, a_write_that_never_finished_is_dropped_and_said)
{
    char path[HW_PATH_SIZE];
    uint8_t *bytes;
    size_t size;

    opened_open();
    feed(1, 3);
    opened_close();
    fault_kill(fault);
    hw_file_number_path(path, "/data/journal", 1, HW_SEGMENT_ENDING);
    bytes = fault_bytes(fault, path, &size);
    cr_assert(ne(ptr, bytes, NULL));
    memset(bytes + size - 100, 0xa5, 24);
    opened_open();
    cr_expect(eq(u64, sequence(), 4));
    cr_expect(eq(uint, logged.warned, 1));
    cr_expect(strstr(logged.warning, "a write that never finished") != NULL, "%s", logged.warning);
    opened_close();
}

/* The segment was made, and its first record never written. */
Test(runtime_open, a_journal_without_a_record_gets_its_first)
{
    opened_open();
    fault_fail(fault, FAULT_WRITE, 1, -EIO, true);
    hw_runtime_turn(runtime);
    cr_expect(eq(uint, logged.failed, 1));
    (void)hw_runtime_close(runtime, false); /* It has failed; it says so. */
    fault_fail(fault, FAULT_WRITE, 0, 0, false);
    fault_kill(fault);
    opened_open();
    cr_expect(eq(u64, sequence(), 1));
    opened_close();
    opened_open();
    cr_expect(eq(u64, sequence(), 1));
    opened_close();
}

Test(runtime_open, the_event_clock_goes_on_where_it_stood)
{
    int64_t now;

    options.event_clock = true;
    opened_open();
    feed(1, 2);
    logged_submit(runtime, 3, LOGGED_START_MS + 1000 * HW_HOUR_MS); /* far ahead: it waits */
    now = hw_runtime_now_ms(runtime);
    opened_close();
    opened_open();
    cr_expect(eq(i64, hw_runtime_now_ms(runtime), now));
    logged_submit(runtime, 4, LOGGED_START_MS + 1001 * HW_HOUR_MS); /* its witness */
    cr_expect(eq(i64, hw_engine_accepted_ms(hw_runtime_engine(runtime)),
        LOGGED_START_MS + 1001 * HW_HOUR_MS));
    opened_close();
}

/* --- everything refused in turn ------------------------------------------------------------ */

/* A disk with a snapshot, refused inputs and a tail; or none. */
static void prepare(bool empty)
{
    struct hw_refused bytes = {.source = hw_slice_text("RWE/PAS"), .bytes = hw_slice_text("?")};
    uint64_t id;

    opened_end();
    opened_begin();
    if (empty)
        return;
    opened_open();
    feed(1, 5);
    cr_assert(eq(int, hw_runtime_quarantine(runtime, &bytes, &id), HW_OK));
    cr_assert(eq(int, hw_runtime_close(runtime, true), HW_OK));
    opened_open();
    feed(6, 8);
    opened_close();
}

/* Open it with the nth call or request refused; whether there were so many. */
static bool open_with(uint64_t nth, bool memory, bool empty)
{
    enum hw_status status;
    uint64_t count;

    failing_call(memory ? 0 : nth, EIO, false);
    failing_memory(memory ? nth : 0, false);
    status = hw_runtime_open(&options, &runtime, error);
    count = memory ? failing_memory_requests() : failing_calls();
    failing_call(0, 0, false);
    failing_memory(0, false);
    if (status == HW_OK)
        (void)hw_runtime_close(runtime, false); /* It may have failed since: what is next counts. */
    else
        cr_expect(ne(chr, error[0], '\0'), "refused without a word at %lu", (unsigned long)nth);
    fault_kill(fault);
    opened_open();
    cr_expect(ge(u64, sequence(), empty ? 1 : 9), "at %lu", (unsigned long)nth);
    opened_close();
    return count >= nth;
}

static void each_in_turn(bool memory)
{
    for (int empty = 0; empty < 2; empty++) {
        uint64_t nth = 1;

        for (;; nth++) {
            prepare(empty);
            if (!open_with(nth, memory, empty))
                break;
        }
        cr_expect(gt(u64, nth, 10), "an opening asks for more than that");
    }
}

Test(runtime_open, each_call_fails_in_turn)
{
    each_in_turn(false);
}

Test(runtime_open, each_request_for_memory_fails_in_turn)
{
    each_in_turn(true);
}
