/*
 * Goal: what fails while the journal is written is final, unless it is a full disk before anything
 *       was promised; a log goes on where its reader says that it ends.
 * Method: a writer without a journal around it, on a disk in memory of which one call fails.
 */
#include "runtime/log_writer.h"
#include "homeward/version.h"
#include "support/fault_env.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>

static const char dir[] = "/journal";
static char error[HW_ERROR_TEXT_SIZE];
static struct fault_env *fault;
static struct hw_writer *writer;
static struct hw_writer_options options;

static void begin(void)
{
    fault = fault_new(1);
    cr_assert(eq(int, fault_table(fault)->make_dir(fault, dir), 0));
    options = (struct hw_writer_options){.env = fault_table(fault),
        .dir = dir,
        .segment_size = 16 * 1024,
        .prepare_size = 4096,
        .ahead_size = 8192,
        .header = {.format = HW_FORMAT_VERSION,
            .rules = HW_RULES_VERSION,
            .log_id = {7, 9},
            .county = "Leicestershire"}};
}

static void end(void)
{
    fault_free(fault);
}

TestSuite(log_writer, .init = begin, .fini = end);

/* Put a block of one record. */
static enum hw_status put(uint64_t sequence, bool turn_over)
{
    static _Alignas(8) uint8_t bytes[2048];
    struct hw_writer_block block = {.bytes = bytes,
        .first_sequence = sequence,
        .count = 1,
        .turn_over = turn_over,
        .accepted_ms = sequence == 1 ? HW_TIME_NONE : (int64_t)sequence - 1};
    struct hw_event event;
    enum hw_status status;

    hw_event_init(&event, HW_KIND_SPELL_UPDATED);
    block.size = HW_BLOCK_HEADER_SIZE +
        hw_record_encode(&event, sequence, (int64_t)sequence, bytes + HW_BLOCK_HEADER_SIZE,
            sizeof bytes - HW_BLOCK_HEADER_SIZE);
    status = hw_writer_make_room(writer, block.size, turn_over, error);
    return status == HW_OK ? hw_writer_put(writer, &block, error) : status;
}

static void open_new(void)
{
    cr_assert(eq(int, hw_writer_open(&options, NULL, &writer, error), HW_OK), "%s", error);
}

/* Where the log ends, and how many records it has. */
static uint64_t read_tail(struct hw_log_tail *ret_tail)
{
    struct hw_log *log;
    struct hw_log_block block;

    cr_assert(eq(int, hw_log_open(options.env, dir, 1, &log, error), HW_OK), "%s", error);
    while (hw_log_next(log, &block, error) == HW_OK)
        continue;
    hw_log_tail(log, ret_tail);
    hw_log_close(log);
    return ret_tail->next_sequence - 1;
}

/* A log of so many records, closed in order. */
static struct hw_log_tail log_of(uint64_t records)
{
    struct hw_log_tail tail;

    open_new();
    for (uint64_t sequence = 1; sequence <= records; sequence++)
        cr_assert(eq(int, put(sequence, false), HW_OK), "%s", error);
    cr_assert(eq(int, hw_writer_mark(writer, error), HW_OK));
    hw_writer_close(writer);
    cr_assert(eq(u64, read_tail(&tail), records));
    return tail;
}

/* --- what fails ---------------------------------------------------------------------------- */

Test(log_writer, a_sync_that_fails_while_blocks_wait_is_no_full_disk)
{
    open_new();
    cr_assert(eq(int, put(1, false), HW_OK), "%s", error);
    fault_fail(fault, FAULT_SYNC, 1, -ENOSPC, false);
    cr_expect(eq(int, hw_writer_prepare(writer, error), HW_E_IO), "the block may be gone");
    hw_writer_close(writer);
}

Test(log_writer, a_sync_of_zeros_alone_that_finds_the_disk_full_may_be_tried_again)
{
    open_new();
    cr_assert(eq(int, put(1, false), HW_OK), "%s", error);
    cr_assert(eq(int, hw_writer_sync(writer, error), HW_OK));
    fault_fail(fault, FAULT_SYNC, 1, -ENOSPC, false);
    cr_expect(eq(int, hw_writer_prepare(writer, error), HW_E_NO_SPACE));
    cr_expect(eq(int, hw_writer_prepare(writer, error), HW_OK));
    cr_expect(eq(int, put(2, false), HW_OK));
    hw_writer_close(writer);
}

Test(log_writer, no_segment_begins_over_blocks_that_could_not_be_synced)
{
    uint64_t renames;

    open_new();
    cr_assert(eq(int, put(1, false), HW_OK), "%s", error);
    renames = fault_count(fault, FAULT_RENAME);
    cr_assert(eq(int, hw_writer_make_room(writer, 2048, true, error), HW_OK));
    fault_fail(fault, FAULT_SYNC, 1, -EIO, false);
    cr_expect(eq(int, put(2, true), HW_E_IO));
    cr_expect(strstr(error, "sync") != NULL, "%s", error);
    cr_expect(eq(u64, fault_count(fault, FAULT_RENAME), renames));
    hw_writer_close(writer);
}

Test(log_writer, a_failed_sync_writes_no_watermark)
{
    struct hw_watermark mark;

    open_new();
    cr_assert(eq(int, put(1, false), HW_OK), "%s", error);
    fault_fail(fault, FAULT_SYNC, 1, -EIO, false);
    cr_expect(eq(int, hw_writer_mark(writer, error), HW_E_IO));
    hw_writer_close(writer);
    cr_assert(eq(int, hw_watermark_read(options.env, dir, &mark, NULL, error), HW_OK));
    cr_expect(eq(u64, mark.sequence, 0));
}

/* What a segment's turn asks of the system, each refused once: said, and nothing is lost. */
Test(log_writer, every_call_of_a_turn_over_that_fails_is_said)
{
    static const enum fault_call calls[] = {
        FAULT_OPEN, FAULT_WRITE, FAULT_SYNC, FAULT_SYNC_DIR, FAULT_RENAME};

    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        for (uint64_t nth = 1;; nth++) {
            struct hw_log_tail tail;
            enum hw_status status;

            open_new();
            cr_assert(eq(int, put(1, false), HW_OK), "%s", error);
            error[0] = '\0';
            fault_fail(fault, calls[i], nth, -EIO, false);
            status = put(2, true);
            if (status == HW_OK)
                status = hw_writer_sync(writer, error);
            cr_expect(eq(int, status == HW_OK, error[0] == 0));
            fault_fail(fault, calls[i], 0, 0, false);
            hw_writer_close(writer);
            fault_kill(fault);
            cr_expect(ge(u64, read_tail(&tail), status == HW_OK ? 2 : 1));
            end();
            begin();
            if (status == HW_OK)
                break; /* It asks no more often. */
        }
}

/* --- going on ------------------------------------------------------------------------------ */

Test(log_writer, a_log_is_never_begun_over_one_that_is_there)
{
    struct hw_log_tail tail = log_of(3);

    cr_expect(eq(int, hw_writer_open(&options, NULL, &writer, error), HW_E_IO));
    cr_expect(strstr(error, "holds segments") != NULL, "%s", error);
    cr_expect(eq(u64, read_tail(&tail), 3));
}

Test(log_writer, only_the_same_settings_go_on_in_the_segment)
{
    struct hw_log_tail tail = log_of(1), other;

    for (int setting = 0; setting < 6; setting++) {
        other = tail;
        if (setting == 1)
            other.segment.format--;
        else if (setting == 2)
            other.segment.rules--;
        else if (setting == 3)
            other.segment.dedupe_ms++;
        else if (setting == 4)
            other.segment.history_open_ms++;
        else if (setting == 5)
            other.segment.limits.stays++;
        cr_assert(eq(int, hw_writer_open(&options, &other, &writer, error), HW_OK), "%s", error);
        cr_expect(eq(int, hw_writer_turns_over(writer), setting != 0), "setting %d", setting);
        hw_writer_close(writer);
    }
}

Test(log_writer, room_for_other_settings_is_made_in_the_next_segment)
{
    struct hw_log_tail tail = log_of(1);
    size_t size = 0;

    options.header.dedupe_ms = 5;
    cr_assert(eq(int, hw_writer_open(&options, &tail, &writer, error), HW_OK), "%s", error);
    cr_expect(hw_writer_wants_room(writer));
    cr_expect(eq(int, hw_writer_prepare(writer, error), HW_OK), "%s", error);
    cr_expect(ne(ptr, fault_bytes(fault, "/journal/spare", &size), NULL));
    cr_expect(eq(sz, size, options.prepare_size));
    hw_writer_close(writer);
}

/*
 * A watermark beyond where the reader saw the end (which the reader itself would not accept) is not
 * relied on: all that stands there is written again before it counts.
 */
Test(log_writer, what_the_watermark_cannot_vouch_for_is_written_again)
{
    struct hw_log_tail tail = log_of(4), shorter = tail;
    uint64_t whole, part;

    fault_only(fault, FAULT_WRITE, HW_SEGMENT_ENDING);
    part = fault_count(fault, FAULT_WRITE);
    cr_assert(eq(int, hw_writer_open(&options, &tail, &writer, error), HW_OK), "%s", error);
    hw_writer_close(writer);
    part = fault_count(fault, FAULT_WRITE) - part;
    cr_expect(eq(u64, part, 0), "the watermark vouches for all of it");

    shorter.end -= 8;
    whole = fault_count(fault, FAULT_WRITE);
    cr_assert(eq(int, hw_writer_open(&options, &shorter, &writer, error), HW_OK), "%s", error);
    hw_writer_close(writer);
    whole = fault_count(fault, FAULT_WRITE) - whole;
    cr_expect(gt(u64, whole, 0));
}
