/*
 * Goal: what the journal says is durable can be read again, whole and in order.
 * Method: records of a few sizes through small segments and batches, with and without the thread.
 */
#include "runtime/journal.h"
#include "homeward/record.h"
#include "homeward/version.h"
#include "support/temporary.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/eventfd.h>
#include <poll.h>
#include <unistd.h>

static char folder[HW_PATH_SIZE];
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
        .wakeup_fd = -1,
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
        hw_journal_begin(
            journal, sequence == 1 ? HW_TIME_NONE : accepted_ms - 1, (struct hw_hash){sequence, 1});
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
    uint64_t segments, news;
    int64_t time = 0;

    options.wakeup_fd = eventfd(0, EFD_NONBLOCK);
    cr_assert(eq(int, hw_journal_open(&options, NULL, &journal, error), HW_OK));
    while (hw_journal_durable(journal) < 3000) {
        struct pollfd wait = {.fd = options.wakeup_fd, .events = POLLIN};

        while (time < 3000 && hw_journal_has_room(journal, 1024))
            add(journal, ++time);
        hw_journal_flush(journal);
        if (hw_journal_durable(journal) < 3000 && poll(&wait, 1, 10000) == 1)
            (void)!read(options.wakeup_fd, &news, sizeof news);
    }
    cr_expect(eq(int, hw_journal_close(journal, error), HW_OK));
    close(options.wakeup_fd);
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
}
