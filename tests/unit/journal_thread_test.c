/*
 * Goal: with its thread beside it or without, the journal syncs, marks and makes room when it is
 *       due, takes turns with the loop, and loses nothing when it is closed, fails or finds the
 *       disk full.
 * Method: a disk in memory whose clock the test moves; syncs that stop until the test is where it
 *         wants to be; each request for memory or a thread refused in turn.
 */
#include "runtime/journal.h"
#include "homeward/version.h"
#include "support/failing.h"
#include "support/fault_env.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#define MS INT64_C(1000000)

enum { PATIENCE_MS = 20000 };

static const char dir[] = "/journal";
static char error[HW_ERROR_TEXT_SIZE];
static struct fault_env *fault;
static struct hw_env env; /* the disk's, with a clock that counts who looks at it */
static struct hw_journal *journal;
static struct hw_journal_options options;
static pthread_t loop;
static atomic_uint looks; /* at the clock, by the journal's thread */

static int64_t look_at_clock(void *context)
{
    if (!pthread_equal(pthread_self(), loop))
        atomic_fetch_add(&looks, 1);
    return fault_table(fault)->monotonic_ns(context);
}

static void begin(void)
{
    loop = pthread_self();
    fault = fault_new(1);
    cr_assert(eq(int, fault_table(fault)->make_dir(fault, dir), 0));
    env = *fault_table(fault);
    env.monotonic_ns = look_at_clock;
    options = (struct hw_journal_options){
        .writer = {.env = &env,
            .dir = dir,
            .segment_size = 64 * 1024,
            .prepare_size = 16 * 1024,
            .ahead_size = 32 * 1024,
            .header = {.format = HW_FORMAT_VERSION,
                .rules = HW_RULES_VERSION,
                .log_id = {7, 9},
                .county = "Leicestershire"}},
        .batch_size = 8192,
    };
}

static void end(void)
{
    fault_free(fault);
}

TestSuite(journal_thread, .init = begin, .fini = end, .timeout = 120);

static void open_journal(void)
{
    cr_assert(eq(int, hw_journal_open(&options, NULL, &journal, error), HW_OK), "%s", error);
}

static void add(void)
{
    uint64_t sequence = hw_journal_next(journal);
    struct hw_event event;
    size_t room, size;
    uint8_t *space;

    hw_event_init(&event, HW_KIND_SPELL_UPDATED);
    if (hw_journal_empty(journal))
        hw_journal_begin(journal, sequence == 1 ? HW_TIME_NONE : (int64_t)sequence - 1,
            (struct hw_hash){0}, (struct hw_hash){0});
    space = hw_journal_space(journal, &room);
    size = hw_record_encode(&event, sequence, (int64_t)sequence, space, room);
    cr_assert(gt(sz, size, 0));
    hw_journal_append(journal, size);
}

static void add_and_flush(void)
{
    add();
    hw_journal_flush(journal);
}

static void set_clock(int64_t ns)
{
    fault_set_clock(fault, 0, ns);
}

/* How many records come back. */
static uint64_t read_back(void)
{
    struct hw_log *log;
    struct hw_log_block block;
    uint64_t records = 0;

    cr_assert(eq(int, hw_log_open(fault_table(fault), dir, 1, &log, error), HW_OK), "%s", error);
    while (hw_log_next(log, &block, error) == HW_OK)
        records += block.block.count;
    hw_log_close(log);
    return records;
}

static void sleep_ms(int64_t ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * MS};

    (void)nanosleep(&time, NULL);
}

/* Wait until what holds; false: it never did. */
#define WAIT_FOR(what)                                                                             \
    for (int waited = 0; !(what) && waited < PATIENCE_MS; waited++)                                \
        sleep_ms(1);                                                                               \
    cr_assert(what)

/* --- without a thread: when things are due ---------------------------------------------------- */

static uint64_t syncs(void)
{
    return fault_count(fault, FAULT_SYNC);
}

Test(journal_thread, an_interval_syncs_when_it_is_over_and_once)
{
    uint64_t before;

    options.threadless = true;
    options.sync_interval_ms = 100;
    options.writer.ahead_size = 0;
    open_journal();
    fault_only(fault, FAULT_SYNC, "spare"); /* So the segment was called when it was opened. */
    set_clock(1000 * MS);
    add_and_flush(); /* Makes room, too. */
    before = syncs();
    cr_expect(eq(u64, hw_journal_durable(journal), 1), "written is what counts");
    set_clock(1005 * MS);
    add_and_flush();
    cr_expect(eq(u64, syncs(), before));
    set_clock(1101 * MS); /* 101 ms behind the first of the two. */
    hw_journal_flush(journal);
    cr_expect(eq(u64, syncs(), before + 1));
    hw_journal_flush(journal);
    cr_expect(eq(u64, syncs(), before + 1));
    cr_expect(eq(int, hw_journal_close(journal, error), HW_OK));
    cr_expect(eq(u64, read_back(), 2));
}

Test(journal_thread, an_interval_sync_that_fails_is_final)
{
    options.threadless = true;
    options.sync_interval_ms = 100;
    open_journal();
    hw_journal_flush(journal);
    set_clock(1000 * MS);
    add_and_flush();
    set_clock(2000 * MS);
    fault_fail(fault, FAULT_SYNC, 1, -EIO, false);
    hw_journal_flush(journal);
    cr_expect(hw_journal_failed(journal, error));
    cr_expect(not(hw_journal_has_room(journal, 8)));
    cr_expect(eq(int, hw_journal_close(journal, error), HW_E_IO));
}

Test(journal_thread, never_means_at_the_end)
{
    uint64_t before;

    options.threadless = true;
    options.sync_interval_ms = -1;
    open_journal();
    hw_journal_flush(journal);
    before = syncs();
    for (int64_t i = 1; i <= 5; i++) {
        set_clock(i * 100000 * MS);
        add_and_flush();
    }
    cr_expect(eq(u64, syncs(), before));
    cr_expect(eq(int, hw_journal_close(journal, error), HW_OK));
    cr_expect(gt(u64, syncs(), before));
    fault_crash(fault);
    cr_expect(eq(u64, read_back(), 5));
}

/* Who does not ask whether there is room loses nothing, and order stays. */
Test(journal_thread, what_is_added_while_a_batch_waits_for_room_comes_behind_it)
{
    uint64_t last;

    options.threadless = true;
    options.writer.ahead_size = 0;
    options.writer.prepare_size = 512;
    open_journal();
    fault_disk_size(fault, fault_used(fault));
    for (int i = 0; i < 200 && hw_journal_has_room(journal, 1024); i++)
        add_and_flush();
    cr_assert(hw_journal_full(journal));
    cr_expect(hw_journal_warning(journal, error));
    for (int i = 0; i < 3; i++)
        add_and_flush();
    fault_disk_size(fault, UINT64_MAX);
    set_clock(10000 * MS);
    hw_journal_flush(journal);
    hw_journal_flush(journal);
    last = hw_journal_next(journal) - 1;
    cr_expect(eq(u64, hw_journal_durable(journal), last));
    cr_expect(eq(int, hw_journal_close(journal, error), HW_OK));
    cr_expect(eq(u64, read_back(), last));
}

/* --- the thread --------------------------------------------------------------------------------
 */

/* Syncs stop here as the test wishes. */
static atomic_bool stops_thread, stops_loop, stopped, goes_on;
static atomic_uint syncs_by_loop;

static void at_sync(void *context, const char *path)
{
    bool is_loop = pthread_equal(pthread_self(), loop);
    unsigned seen = atomic_load(&looks);

    (void)context;
    (void)path;
    atomic_fetch_add(&syncs_by_loop, is_loop);
    if (is_loop && atomic_load(&stops_loop)) { /* For the thread to look for work meanwhile. */
        for (int waited = 0; waited < 200 && atomic_load(&looks) == seen; waited++)
            sleep_ms(1);
        atomic_store(&stopped, atomic_load(&looks) > seen);
        atomic_store(&stops_loop, !atomic_load(&stopped));
    }
    if (!is_loop && atomic_exchange(&stops_thread, false)) {
        atomic_store(&stopped, true);
        WAIT_FOR(atomic_load(&goes_on));
        sleep_ms(50); /* For whoever is to wait for the thread. */
    }
}

/* With its thread, and the room ahead made, and nothing due. */
static void open_quiet(void)
{
    fault_meanwhile(fault, at_sync, NULL);
    open_journal();
    WAIT_FOR(fault_used(fault) >= options.writer.ahead_size + HW_WATERMARK_SIZE);
    sleep_ms(20); /* Behind its sync the thread falls asleep. */
    atomic_store(&syncs_by_loop, 0);
}

static uint64_t marks(void)
{
    fault_only(fault, FAULT_WRITE, "watermark");
    return fault_count(fault, FAULT_WRITE);
}

Test(journal_thread, a_small_batch_is_written_at_once_and_the_sleeping_thread_marks_it)
{
    uint64_t marked;

    open_quiet();
    for (int64_t i = 1; i <= 20; i++) {
        set_clock(i * 1000 * MS);
        marked = marks();
        add_and_flush();
        WAIT_FOR(hw_journal_durable(journal) == (uint64_t)i);
        set_clock(i * 1000 * MS + 20 * MS); /* It has been idle for long enough. */
        WAIT_FOR(marks() > marked);
    }
    cr_expect(gt(u32, atomic_load(&syncs_by_loop), 0));
    cr_expect(eq(int, hw_journal_close(journal, error), HW_OK));
    cr_expect(eq(u64, read_back(), 20));
}

Test(journal_thread, the_thread_keeps_away_while_the_loop_writes)
{
    uint64_t last;

    open_quiet();
    set_clock(1000 * MS);
    add_and_flush(); /* Now a mark is due in 10 ms by a clock that stands: the thread looks often.
                      */
    WAIT_FOR(hw_journal_durable(journal) == 1);
    atomic_store(&stops_loop, true);
    /* Again, if the thread was at work or had looked, and fallen asleep, before the sync began. */
    for (int i = 0; i < 100 && !atomic_load(&stopped); i++) {
        add_and_flush();
        sleep_ms(2);
    }
    cr_expect(atomic_load(&stopped));
    last = hw_journal_next(journal) - 1;
    cr_expect(eq(int, hw_journal_close(journal, error), HW_OK));
    cr_expect(eq(u64, read_back(), last));
}

Test(journal_thread, what_is_due_in_less_than_a_millisecond_is_not_done_before)
{
    uint64_t marked;
    unsigned seen;

    open_quiet();
    set_clock(1000 * MS);
    marked = marks();
    add_and_flush();
    WAIT_FOR(hw_journal_durable(journal) == 1);
    set_clock(1000 * MS + 9900000);
    seen = atomic_load(&looks);
    WAIT_FOR(atomic_load(&looks) > seen + 4);
    cr_expect(eq(u64, marks(), marked), "not before it is due");
    set_clock(1010 * MS);
    WAIT_FOR(marks() > marked);
    cr_expect(eq(int, hw_journal_close(journal, error), HW_OK));
}

/* Get a batch to the thread and stop it in the middle of its sync. */
static void stop_thread_at_work(void)
{
    atomic_store(&stops_thread, true);
    add();
    while (hw_journal_has_room(journal, 1024)) /* More than goes inline without room for it. */
        add();
    hw_journal_flush(journal);
    WAIT_FOR(atomic_load(&stopped));
}

Test(journal_thread, close_waits_for_what_is_out_and_writes_the_rest)
{
    uint64_t last;

    options.writer.ahead_size = 0; /* No room is ready: the thread has to make it. */
    options.writer.prepare_size = 512;
    fault_meanwhile(fault, at_sync, NULL);
    open_journal();
    stop_thread_at_work();
    add_and_flush(); /* The one before is out. */
    add();
    last = hw_journal_next(journal) - 1;
    cr_expect(lt(u64, hw_journal_durable(journal), last));
    atomic_store(&goes_on, true);
    cr_expect(eq(int, hw_journal_close(journal, error), HW_OK), "%s", error);
    fault_crash(fault);
    cr_expect(eq(u64, read_back(), last));
}

Test(journal_thread, close_does_not_wait_for_what_has_failed)
{
    options.writer.ahead_size = 0;
    options.writer.prepare_size = 512;
    fault_meanwhile(fault, at_sync, NULL);
    open_journal();
    fault_fail(fault, FAULT_SYNC, 1, -EIO, true);
    stop_thread_at_work();
    atomic_store(&goes_on, true);
    WAIT_FOR(hw_journal_failed(journal, error));
    cr_expect(eq(u64, hw_journal_durable(journal), 0));
    cr_expect(eq(int, hw_journal_close(journal, error), HW_E_IO));
}

Test(journal_thread, close_does_not_wait_for_a_full_disk)
{
    for (int freed = 0; freed < 2; freed++) {
        uint64_t last, durable;

        options.writer.ahead_size = 0;
        open_journal();
        fault_disk_size(fault, fault_used(fault));
        for (int i = 0; i < 100000 && hw_journal_has_room(journal, 1024); i++)
            add_and_flush();
        WAIT_FOR(hw_journal_full(journal));
        hw_journal_flush(journal);
        last = hw_journal_next(journal) - 1;
        durable = hw_journal_durable(journal);
        cr_expect(lt(u64, durable, last));
        if (freed)
            fault_disk_size(fault, UINT64_MAX);
        cr_expect(eq(int, hw_journal_close(journal, error), freed ? HW_OK : HW_E_NO_SPACE));
        cr_expect(eq(u64, read_back(), freed ? last : durable));
        end();
        begin();
    }
}

/* --- memory ------------------------------------------------------------------------------------
 */

Test(journal_thread, each_request_of_a_start_refused_ends_it_with_words)
{
    uint64_t nth;
    enum hw_status status;

    for (nth = 1; nth < 100; nth++) {
        error[0] = '\0';
        options.writer.env = failing_table(fault_table(fault));
        failing_memory(nth, false);
        status = hw_journal_open(&options, NULL, &journal, error);
        failing_memory(0, false);
        if (status == HW_OK)
            break;
        cr_expect(eq(int, status, HW_E_MEMORY), "request %lu: %s", nth, error);
        cr_expect(ne(chr, error[0], '\0'));
        end();
        begin();
    }
    cr_expect(gt(u64, nth, 5), "the journal, two batches, the writer, the thread");
    cr_expect(eq(int, hw_journal_close(journal, error), HW_OK));
}
