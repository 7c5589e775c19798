/*
 * Goal: what the journal says is durable can be read again, whole and in order.
 * Method: records of a few sizes through small segments and batches, with and without the thread.
 */
#include "runtime/journal.h"
#include "homeward/record.h"
#include "homeward/version.h"
#include "support/fault_env.h"
#include "support/temporary.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <poll.h>
#include <unistd.h>

static char folder[HW_PATH_SIZE];
static char folder_in_memory[HW_PATH_SIZE];
static char error[HW_ERROR_TEXT_SIZE];

static void begin(void)
{
    temporary_make(folder);
}

static void end(void)
{
    temporary_remove(folder);
}

TestSuite(journal, .init = begin, .fini = end);

static struct hw_journal_options options_of(size_t batch, uint64_t segment)
{
    struct hw_journal_options options = {
        .writer = {.env = hw_env_posix(),
            .dir = folder,
            .segment_size = segment,
            .prepare_size = 16 * 1024,
            .ahead_size = 32 * 1024,
            .header = {.format = HW_FORMAT_VERSION,
                .rules = HW_RULES_VERSION,
                .log_id = {7, 9},
                .county = "Leicestershire"}},
        .batch_size = batch,
    };
    return options;
}

static void add(struct hw_journal *journal, int64_t accepted_ms)
{
    uint64_t sequence = hw_journal_next(journal);
    struct hw_event event;
    char note[600];
    size_t room, size;
    uint8_t *space;

    memset(note, 'a' + sequence % 26, sizeof note);
    hw_event_init(&event, HW_KIND_SPELL_UPDATED);
    hw_event_set_text(&event, HW_FIELD_NOTE, hw_slice_of(note, sequence * 37 % sizeof note));
    if (hw_journal_empty(journal))
        hw_journal_begin(journal, sequence == 1 ? HW_TIME_NONE : accepted_ms - 1,
            (struct hw_hash){sequence, 1}, (struct hw_hash){sequence, 2});
    space = hw_journal_space(journal, &room);
    size = hw_record_encode(&event, sequence, accepted_ms, space, room);
    cr_assert(gt(sz, size, 0));
    hw_journal_append(journal, size);
}

/* Read the log: how many records, and how many segments. */
static uint64_t read_all(uint64_t from, uint64_t *ret_segments, struct hw_log_tail *ret_tail)
{
    struct hw_log *log;
    struct hw_log_block block;
    uint64_t records = 0;

    *ret_segments = 0;
    cr_assert(eq(int, hw_log_open(hw_env_posix(), folder, from, &log, error), HW_OK), "%s", error);
    while (hw_log_next(log, &block, error) == HW_OK) {
        records += block.block.count;
        *ret_segments += block.first_in_segment;
    }
    hw_log_tail(log, ret_tail);
    hw_log_close(log);
    return records;
}

Test(journal, comes_back_in_order_over_many_segments)
{
    struct hw_journal_options options = options_of(16 * 1024, 32 * 1024);
    struct hw_journal *journal;
    struct hw_log_tail tail;
    uint64_t segments;

    options.threadless = true;
    cr_assert(eq(int, hw_journal_open(&options, NULL, &journal, error), HW_OK), "%s", error);
    for (int64_t i = 1; i <= 500; i++) {
        add(journal, i);
        if (i % 7 == 0)
            hw_journal_flush(journal);
    }
    hw_journal_flush(journal);
    cr_expect(eq(u64, hw_journal_durable(journal), 500));
    cr_expect(eq(int, hw_journal_close(journal, error), HW_OK));
    cr_expect(eq(u64, read_all(1, &segments, &tail), 500));
    cr_expect(gt(u64, segments, 3));
    cr_expect(eq(u64, tail.next_sequence, 501));
    cr_expect(eq(i64, tail.accepted_ms, 500));
    cr_expect(eq(u64, tail.torn_size, 0));
}

Test(journal, goes_on_where_it_stopped)
{
    struct hw_journal_options options = options_of(16 * 1024, 64 * 1024);
    struct hw_journal *journal;
    struct hw_log_tail tail;
    uint64_t segments;

    options.threadless = true;
    for (int64_t run = 0; run < 20; run++) {
        bool fresh = run == 0;

        if (!fresh)
            cr_assert(eq(u64, read_all(1, &segments, &tail), run * 11));
        cr_assert(eq(int, hw_journal_open(&options, fresh ? NULL : &tail, &journal, error), HW_OK));
        for (int64_t i = 1; i <= 11; i++)
            add(journal, run * 11 + i);
        cr_assert(eq(int, hw_journal_close(journal, error), HW_OK));
    }
    cr_expect(eq(u64, read_all(1, &segments, &tail), 220));
}

Test(journal, is_read_from_the_block_asked_for)
{
    struct hw_journal_options options = options_of(16 * 1024, 32 * 1024);
    struct hw_journal *journal;
    struct hw_log *log;
    struct hw_log_block block;

    options.threadless = true;
    cr_assert(eq(int, hw_journal_open(&options, NULL, &journal, error), HW_OK));
    for (int64_t i = 1; i <= 300; i++) {
        add(journal, i);
        if (i % 3 == 0)
            hw_journal_flush(journal);
    }
    cr_assert(eq(int, hw_journal_close(journal, error), HW_OK));
    for (uint64_t from = 1; from <= 300; from++) {
        cr_assert(eq(int, hw_log_open(hw_env_posix(), folder, from, &log, error), HW_OK));
        cr_assert(eq(int, hw_log_next(log, &block, error), HW_OK));
        cr_expect(eq(u64, block.block.first_sequence, (from - 1) / 3 * 3 + 1), "from %lu", from);
        hw_log_close(log);
    }
}

Test(journal, the_thread_tells_when_all_is_durable)
{
    struct hw_journal_options options = options_of(64 * 1024, 256 * 1024);
    struct hw_journal *journal;
    struct hw_log_tail tail;
    struct hw_wakeup wakeup;
    uint64_t segments;
    int64_t time = 0;

    hw_wakeup_open(&wakeup);
    options.wakeup = &wakeup;
    cr_assert(eq(int, hw_journal_open(&options, NULL, &journal, error), HW_OK));
    while (hw_journal_durable(journal) < 3000) {
        struct pollfd wait = {.fd = wakeup.handle, .events = POLLIN};

        while (time < 3000 && hw_journal_has_room(journal, 1024))
            add(journal, ++time);
        hw_journal_flush(journal);
        if (hw_journal_durable(journal) < 3000 && poll(&wait, 1, 10000) == 1)
            hw_wakeup_hear(&wakeup);
    }
    cr_expect(eq(int, hw_journal_close(journal, error), HW_OK));
    hw_wakeup_close(&wakeup);
    cr_expect(eq(u64, read_all(1, &segments, &tail), 3000));
}

Test(journal, a_full_batch_has_no_room)
{
    struct hw_journal_options options = options_of(4096, 64 * 1024);
    struct hw_journal *journal;
    int64_t count = 0;

    options.threadless = true;
    cr_assert(eq(int, hw_journal_open(&options, NULL, &journal, error), HW_OK));
    while (hw_journal_has_room(journal, 1024))
        add(journal, ++count);
    cr_expect(gt(i64, count, 2));
    cr_expect(eq(u64, hw_journal_durable(journal), 0));
    hw_journal_flush(journal);
    cr_expect(hw_journal_has_room(journal, 1024));
    cr_expect(eq(u64, hw_journal_durable(journal), (uint64_t)count));
    cr_expect(eq(int, hw_journal_close(journal, error), HW_OK));
}

Test(journal, other_settings_begin_a_segment)
{
    struct hw_journal_options options = options_of(4096, 64 * 1024);
    struct hw_journal *journal;
    struct hw_log_tail tail;
    uint64_t segments;

    options.threadless = true;
    cr_assert(eq(int, hw_journal_open(&options, NULL, &journal, error), HW_OK));
    add(journal, 1);
    cr_assert(eq(int, hw_journal_close(journal, error), HW_OK));
    read_all(1, &segments, &tail);
    options.writer.header.limits.stays = 99;
    cr_assert(eq(int, hw_journal_open(&options, &tail, &journal, error), HW_OK));
    add(journal, 2);
    cr_assert(eq(int, hw_journal_close(journal, error), HW_OK));
    cr_expect(eq(u64, read_all(1, &segments, &tail), 2));
    cr_expect(eq(u64, segments, 2));
    cr_expect(eq(u32, tail.segment.limits.stays, 99));
    cr_expect(eq(u64, tail.segment.digest.low, 2));
    cr_expect(eq(u64, tail.segment.digest.high, 1));
    cr_expect(eq(u64, tail.segment.quick_digest.low, 2));
    cr_expect(eq(u64, tail.segment.quick_digest.high, 2));
}

/* --- damage ------------------------------------------------------------------------------- */

/* A small journal in memory: records in blocks of two, marked durable up to its end or not. */
static struct fault_env *small_journal(int64_t records, bool marked)
{
    struct fault_env *fault = fault_new(1);
    struct hw_journal_options options = options_of(4096, 2048);
    struct hw_journal *journal;

    snprintf(folder_in_memory, sizeof folder_in_memory, "/journal");
    options.writer.env = fault_table(fault);
    options.writer.dir = folder_in_memory;
    options.writer.prepare_size = 512;
    options.writer.ahead_size = 0;
    options.threadless = true;
    fault_table(fault)->make_dir(fault, folder_in_memory);
    cr_assert(eq(int, hw_journal_open(&options, NULL, &journal, error), HW_OK), "%s", error);
    for (int64_t i = 1; i <= records; i++) {
        add(journal, i);
        if (i % 2 == 0)
            hw_journal_flush(journal);
    }
    if (!marked) { /* As a crash leaves it: the watermark says nothing of the last segment's end. */
        fault_only(fault, FAULT_WRITE, "watermark");
        fault_fail(fault, FAULT_WRITE, 1, -EIO, true);
    }
    (void)hw_journal_close(journal, error);
    fault_fail(fault, FAULT_WRITE, 0, 0, false);
    fault_only(fault, FAULT_WRITE, NULL);
    fault_kill(fault);
    return fault;
}

/* Read it: the status at the end, how many records, and what it said. */
static enum hw_status read_small(struct fault_env *fault, uint64_t *ret_records, uint64_t *ret_torn)
{
    struct hw_log *log;
    struct hw_log_block block;
    struct hw_log_tail tail;
    enum hw_status status = hw_log_open(fault_table(fault), folder_in_memory, 1, &log, error);

    *ret_records = 0;
    *ret_torn = 0;
    if (status != HW_OK)
        return status;
    while ((status = hw_log_next(log, &block, error)) == HW_OK)
        *ret_records += block.block.count;
    if (status == HW_E_NOT_FOUND) {
        hw_log_tail(log, &tail);
        *ret_torn = tail.torn_size;
    }
    hw_log_close(log);
    return status;
}

static const char *last_segment(struct fault_env *fault)
{
    static char path[HW_PATH_SIZE];
    uint64_t *firsts;
    size_t count;

    cr_assert(eq(int,
        hw_file_numbers(fault_table(fault), folder_in_memory, HW_SEGMENT_ENDING, &firsts, &count),
        0));
    hw_file_number_path(path, folder_in_memory, firsts[count - 1], HW_SEGMENT_ENDING);
    free(firsts);
    return path;
}

Test(journal, a_torn_last_block_is_dropped_and_nothing_else)
{
    struct fault_env *fault = small_journal(8, false);
    const char *path = last_segment(fault);
    struct hw_log *log;
    struct hw_log_block block;
    uint64_t last_at = 0, records, torn;
    uint8_t saved[8192];
    size_t size, last_size = 0;
    uint8_t *bytes = fault_bytes(fault, path, &size);

    cr_assert(eq(int, hw_log_open(fault_table(fault), folder_in_memory, 1, &log, error), HW_OK));
    while (hw_log_next(log, &block, error) == HW_OK) {
        last_at = block.offset;
        last_size = HW_BLOCK_HEADER_SIZE + block.block.records.size;
    }
    hw_log_close(log);
    cr_assert(lt(sz, last_size, sizeof saved));
    memcpy(saved, bytes + last_at, last_size);
    for (size_t kept = 0; kept < last_size; kept++) {
        memcpy(bytes + last_at, saved, kept);
        memset(bytes + last_at + kept, 0, last_size - kept);
        /* The padding of the last record may be zeros anyway: then nothing is missing. */
        bool whole = memcmp(bytes + last_at, saved, last_size) == 0;

        cr_expect(
            eq(int, read_small(fault, &records, &torn), HW_E_NOT_FOUND), "%zu: %s", kept, error);
        cr_expect(eq(u64, records, whole ? 8 : 6), "kept %zu", kept);
        if (!whole && kept > 0)
            cr_expect(gt(u64, torn, 0), "kept %zu", kept);
    }
    fault_free(fault);
}

Test(journal, a_torn_tail_is_overwritten_when_writing_goes_on)
{
    struct fault_env *fault = small_journal(8, false);
    struct hw_journal_options options = options_of(4096, 1 << 20);
    struct hw_log *log;
    struct hw_log_block block;
    struct hw_log_tail tail;
    struct hw_journal *journal;
    uint64_t records, torn;
    size_t size;
    uint8_t *bytes = fault_bytes(fault, last_segment(fault), &size);

    for (size_t at = size; at > HW_SEGMENT_HEADER_SIZE; at--)
        if (bytes[at - 1] != 0) {
            bytes[at - 1] ^= 0x40; /* The last byte of the last block. */
            break;
        }
    cr_assert(eq(int, hw_log_open(fault_table(fault), folder_in_memory, 1, &log, error), HW_OK));
    while (hw_log_next(log, &block, error) == HW_OK)
        continue;
    hw_log_tail(log, &tail);
    hw_log_close(log);
    cr_expect(gt(u64, tail.torn_size, 0));
    options.writer.env = fault_table(fault);
    options.writer.dir = folder_in_memory;
    options.threadless = true;
    cr_assert(eq(int, hw_journal_open(&options, &tail, &journal, error), HW_OK));
    add(journal, 50);
    cr_assert(eq(int, hw_journal_close(journal, error), HW_OK));
    cr_expect(eq(int, read_small(fault, &records, &torn), HW_E_NOT_FOUND), "%s", error);
    cr_expect(eq(u64, records, 7));
    cr_expect(eq(u64, torn, 0));
    fault_free(fault);
}

/*
 * Every bit of every file: the damage is named, or all records are there all the same.  Of the long
 * runs of zeros in headers and slots (offsets 400 to 4096 of a page) every 61st.
 */
static size_t step_at(size_t offset, size_t pages)
{
    return offset / 4096 < pages && offset % 4096 >= 400 ? 61 : 1;
}

static void flip_every_bit(
    struct fault_env *fault, const char *path, size_t pages, uint64_t records_whole)
{
    size_t size;
    uint8_t *bytes = fault_bytes(fault, path, &size);
    uint64_t records, torn;

    cr_assert(ne(ptr, bytes, NULL));
    for (size_t bit = 0; bit < size * 8; bit += step_at(bit / 8, pages)) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        error[0] = '\0';
        enum hw_status status = read_small(fault, &records, &torn);

        if (status == HW_E_NOT_FOUND)
            cr_expect(eq(u64, records, records_whole), "%s: bit %zu went unnoticed", path, bit);
        else
            cr_expect(strstr(error, folder_in_memory) != NULL, "%s: bit %zu: %s", path, bit, error);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

Test(journal, every_bit_is_watched)
{
    struct fault_env *fault = small_journal(8, true);
    char path[HW_PATH_SIZE];
    uint64_t *firsts, records, torn;
    size_t count;

    cr_assert(eq(int, read_small(fault, &records, &torn), HW_E_NOT_FOUND));
    cr_assert(eq(u64, records, 8));
    cr_assert(eq(int,
        hw_file_numbers(fault_table(fault), folder_in_memory, HW_SEGMENT_ENDING, &firsts, &count),
        0));
    cr_expect(gt(sz, count, 1));
    for (size_t i = 0; i < count; i++) {
        hw_file_number_path(path, folder_in_memory, firsts[i], HW_SEGMENT_ENDING);
        flip_every_bit(fault, path, 1, 8);
    }
    flip_every_bit(fault, "/journal/watermark", 2, 8);
    free(firsts);
    fault_free(fault);
}

Test(journal, a_missing_segment_is_named)
{
    struct fault_env *fault = small_journal(12, true);
    uint64_t *firsts, records, torn;
    size_t count;
    char path[HW_PATH_SIZE];

    cr_assert(eq(int,
        hw_file_numbers(fault_table(fault), folder_in_memory, HW_SEGMENT_ENDING, &firsts, &count),
        0));
    cr_assert(gt(sz, count, 2));
    hw_file_number_path(path, folder_in_memory, firsts[1], HW_SEGMENT_ENDING);
    fault_table(fault)->unlink(fault, path);
    cr_expect(eq(int, read_small(fault, &records, &torn), HW_E_DAMAGED));
    cr_expect(strstr(error, "are missing") != NULL, "%s", error);
    fault_free(fault);

    fault = small_journal(12, true);
    hw_file_number_path(path, folder_in_memory, firsts[count - 1], HW_SEGMENT_ENDING);
    fault_table(fault)->unlink(fault, path);
    cr_expect(eq(int, read_small(fault, &records, &torn), HW_E_DAMAGED));
    cr_expect(strstr(error, "acknowledged records") != NULL, "%s", error);
    free(firsts);
    fault_free(fault);
}

/* --- a disk that fails -------------------------------------------------------------------- */

static struct hw_journal_options fault_options(struct fault_env *fault)
{
    struct hw_journal_options options = options_of(8192, 64 * 1024);

    snprintf(folder_in_memory, sizeof folder_in_memory, "/journal");
    fault_table(fault)->make_dir(fault, folder_in_memory);
    options.writer.env = fault_table(fault);
    options.writer.dir = folder_in_memory;
    options.threadless = true;
    return options;
}

Test(journal, after_a_failed_sync_nothing_is_durable_any_more)
{
    struct fault_env *fault = fault_new(3);
    struct hw_journal_options options = fault_options(fault);
    struct hw_journal *journal;

    cr_assert(eq(int, hw_journal_open(&options, NULL, &journal, error), HW_OK), "%s", error);
    add(journal, 1);
    hw_journal_flush(journal);
    cr_expect(eq(u64, hw_journal_durable(journal), 1));
    fault_fail(fault, FAULT_SYNC, 1, -EIO, false); /* Once: the next would seem to work. */
    add(journal, 2);
    hw_journal_flush(journal);
    cr_expect(eq(u64, hw_journal_durable(journal), 1));
    cr_expect(hw_journal_failed(journal, error));
    cr_expect(strstr(error, "sync") != NULL, "%s", error);
    cr_expect(not(hw_journal_has_room(journal, 1)));
    hw_journal_flush(journal);
    cr_expect(eq(u64, hw_journal_durable(journal), 1));
    cr_expect(eq(int, hw_journal_close(journal, error), HW_E_IO));
    fault_free(fault);
}

Test(journal, every_failure_of_every_call_acknowledges_nothing_lost)
{
    static const enum fault_call calls[] = {
        FAULT_OPEN, FAULT_WRITE, FAULT_SYNC, FAULT_SYNC_DIR, FAULT_RENAME};

    for (size_t kind = 0; kind < sizeof calls / sizeof *calls; kind++) {
        for (uint64_t nth = 1; nth < 60; nth++) {
            struct fault_env *fault = fault_new(nth);
            struct hw_journal_options options = fault_options(fault);
            struct hw_journal *journal;
            uint64_t durable = 0, records, torn;
            enum hw_status status;

            options.writer.segment_size = 8192;
            options.writer.prepare_size = 4096;
            fault_fail(fault, calls[kind], nth, -EIO, false);
            if (hw_journal_open(&options, NULL, &journal, error) == HW_OK) {
                for (int64_t i = 1; i <= 40 && hw_journal_has_room(journal, 1024); i++) {
                    add(journal, i);
                    hw_journal_flush(journal);
                    durable = hw_journal_durable(journal);
                }
                (void)hw_journal_close(journal, error);
            }
            fault_fail(fault, calls[kind], 0, 0, false);
            fault_crash(fault);
            status = read_small(fault, &records, &torn);
            cr_expect(status == HW_E_NOT_FOUND, "call %zu, %lu: %s", kind, nth, error);
            cr_expect(ge(u64, records, durable), "call %zu, %lu", kind, nth);
            fault_free(fault);
        }
    }
}

Test(journal, a_full_disk_is_waited_out)
{
    struct fault_env *fault = fault_new(5);
    struct hw_journal_options options = fault_options(fault);
    struct hw_journal *journal;
    uint64_t records, torn, durable, last;
    int64_t time = 0;

    cr_assert(eq(int, hw_journal_open(&options, NULL, &journal, error), HW_OK));
    fault_disk_size(fault, 100 * 1024);
    while (hw_journal_has_room(journal, 1024) && time < 10000) {
        add(journal, ++time);
        hw_journal_flush(journal);
    }
    cr_expect(lt(i64, time, 10000));
    cr_expect(hw_journal_warning(journal, error));
    cr_expect(strstr(error, "space") != NULL, "%s", error);
    cr_expect(not(hw_journal_failed(journal, error)));
    durable = hw_journal_durable(journal);
    last = hw_journal_next(journal) - 1;
    cr_expect(lt(u64, durable, last));
    fault_disk_size(fault, UINT64_MAX);
    fault_set_clock(fault, 0, INT64_C(10000000000));
    hw_journal_flush(journal);
    hw_journal_flush(journal);
    cr_expect(eq(u64, hw_journal_durable(journal), last));
    cr_expect(hw_journal_has_room(journal, 1024));
    cr_expect(eq(int, hw_journal_close(journal, error), HW_OK));
    cr_expect(eq(int, read_small(fault, &records, &torn), HW_E_NOT_FOUND));
    cr_expect(eq(u64, records, last));
    fault_free(fault);
}

Test(journal, room_made_before_is_used_while_the_disk_is_full)
{
    struct fault_env *fault = fault_new(7);
    struct hw_journal_options options = fault_options(fault);
    struct hw_journal *journal;

    cr_assert(eq(int, hw_journal_open(&options, NULL, &journal, error), HW_OK));
    fault_disk_size(fault, 0);
    for (int64_t i = 1; i <= 4; i++) { /* The clock stands: nothing is waited for. */
        add(journal, i);
        hw_journal_flush(journal);
        cr_expect(eq(u64, hw_journal_durable(journal), (uint64_t)i));
    }
    cr_expect(hw_journal_warning(journal, error), "that none can be made ahead is said");
    cr_expect(eq(int, hw_journal_close(journal, error), HW_OK));
    fault_free(fault);
}

Test(journal, short_writes_are_completed)
{
    struct fault_env *fault = fault_new(6);
    struct hw_journal_options options = fault_options(fault);
    struct hw_journal *journal;
    uint64_t records, torn;

    fault_short_writes(fault, 100);
    cr_assert(eq(int, hw_journal_open(&options, NULL, &journal, error), HW_OK));
    for (int64_t i = 1; i <= 30; i++) {
        add(journal, i);
        hw_journal_flush(journal);
    }
    cr_expect(eq(int, hw_journal_close(journal, error), HW_OK));
    cr_expect(eq(int, read_small(fault, &records, &torn), HW_E_NOT_FOUND));
    cr_expect(eq(u64, records, 30));
    fault_free(fault);
}
