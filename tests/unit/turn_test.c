/*
 * Goal: what a turn does and leaves for the next: timers, batches, refused inputs, snapshots; and
 *       when it wants to be called again.
 * Method: a runtime over a disk in memory whose calls fail when the test says so.
 */
#include "runtime/replay.h"
#include "support/opened.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

TestSuite(turn, .init = opened_begin, .fini = opened_end);

static void submit(uint64_t number)
{
    cr_assert(eq(int, logged_submit(runtime, number, LOGGED_START_MS).outcome, HW_OUTCOME_TAKEN));
}

static uint64_t sequence(void)
{
    return hw_engine_sequence(hw_runtime_engine(runtime));
}

static enum hw_status refuse(size_t size)
{
    static const char bytes[4096];
    struct hw_refused refused = {
        .source = hw_slice_text("RWE/PAS"), .bytes = hw_slice_of(bytes, size)};
    uint64_t id;

    return hw_runtime_quarantine(runtime, &refused, &id);
}

/* The record of the newest snapshot there is. */
static uint64_t newest_snapshot(void)
{
    struct hw_replay_options after = hw_replay_options_default(fault_table(fault), "/data");
    struct hw_replay replay;

    cr_assert(eq(int, hw_replay(&after, &replay, error), HW_OK), "%s", error);
    hw_engine_free(replay.engine);
    return replay.snapshot_sequence;
}

Test(turn, a_reader_has_nothing_to_do_and_nothing_of_its_own)
{
    opened_open();
    submit(1);
    opened_close();
    options.read_only = true;
    opened_open();
    cr_expect(eq(i64, hw_runtime_turn(runtime), -1));
    cr_expect(eq(u64, hw_runtime_durable(runtime), 2));
    cr_expect(eq(int, refuse(1), HW_E_READ_ONLY));
    cr_expect(eq(u64, hw_runtime_quarantine_durable(runtime), 0));
    cr_expect(eq(u64, hw_runtime_quarantine_dropped(runtime), 0));
    cr_expect(not(hw_runtime_is_full(runtime)));
    opened_close();
}

Test(turn, a_timer_waits_for_room_in_the_block)
{
    uint64_t number = 1, before;
    int64_t due;

    opened_open();
    while (logged_submit(runtime, number, LOGGED_START_MS).outcome == HW_OUTCOME_TAKEN)
        number++;
    before = sequence();
    due = hw_engine_due_ms(hw_runtime_engine(runtime));
    fault_set_clock(fault, due, 0);
    cr_expect(eq(i64, hw_runtime_now_ms(runtime), due));
    fault_set_clock(fault, due + 1000, 0);
    cr_expect(eq(i64, hw_runtime_now_ms(runtime), due), "figures stop short of it");
    cr_expect(eq(i64, hw_runtime_turn(runtime), 1), "at once again: it is due");
    cr_expect(eq(u64, sequence(), before));
    cr_expect(eq(u64, logged.durable, before));
    hw_runtime_turn(runtime);
    cr_expect(eq(u64, sequence(), before + 1));
    opened_close();
}

/* --- refused inputs ------------------------------------------------------------------------ */

Test(turn, a_refused_input_alone_is_told)
{
    opened_open();
    hw_runtime_turn(runtime);
    logged.durable = 0;
    cr_expect(eq(int, refuse(10), HW_OK));
    cr_expect(eq(u64, hw_runtime_quarantine_durable(runtime), 0));
    hw_runtime_turn(runtime);
    cr_expect(eq(u64, hw_runtime_quarantine_durable(runtime), 1));
    cr_expect(eq(u64, logged.durable, 1), "told, though the journal has nothing new");
    cr_expect(eq(u64, hw_runtime_quarantine_dropped(runtime), 0));
    opened_close();
}

Test(turn, a_disk_too_full_for_refused_inputs)
{
    opened_open();
    hw_runtime_turn(runtime);
    fault_only(fault, FAULT_WRITE, ".hwq");
    fault_fail(fault, FAULT_WRITE, 1, -ENOSPC, true);
    cr_expect(eq(int, refuse(10), HW_OK));
    hw_runtime_turn(runtime);
    cr_expect(hw_runtime_is_full(runtime));
    cr_expect(eq(uint, logged.warned, 1));
    cr_expect(strstr(logged.warning, "space") != NULL, "%s", logged.warning);
    submit(1);
    hw_runtime_turn(runtime);
    cr_expect(eq(u64, logged.durable, 2), "the journal has room");
    fault_fail(fault, FAULT_WRITE, 0, 0, false);
    fault_set_clock(fault, LOGGED_START_MS, INT64_C(20000000000));
    hw_runtime_turn(runtime);
    hw_runtime_turn(runtime);
    cr_expect(not(hw_runtime_is_full(runtime)));
    cr_expect(eq(u64, hw_runtime_quarantine_durable(runtime), 1));
    opened_close();
}

Test(turn, what_cannot_be_kept_of_refused_inputs_ends_it)
{
    opened_open();
    submit(1);
    hw_runtime_turn(runtime);
    fault_only(fault, FAULT_SYNC, ".hwq");
    fault_fail(fault, FAULT_SYNC, 1, -EIO, true);
    cr_expect(eq(int, refuse(10), HW_OK));
    hw_runtime_turn(runtime);
    cr_expect(eq(uint, logged.failed, 1));
    cr_expect(eq(u64, hw_runtime_quarantine_durable(runtime), 0));
    cr_expect(eq(u64, hw_runtime_durable(runtime), 2));
    cr_expect(eq(int, refuse(10), HW_E_IO));
    cr_expect(eq(int, logged_submit(runtime, 2, LOGGED_START_MS).outcome, HW_OUTCOME_FULL));
    cr_expect(ne(int, hw_runtime_close(runtime, true), HW_OK));
    fault_fail(fault, FAULT_SYNC, 0, 0, false);
    cr_expect(eq(u64, newest_snapshot(), 0), "no snapshot of a server that failed");
}

/* --- snapshots ----------------------------------------------------------------------------- */

Test(turn, a_snapshot_by_records_and_one_by_time)
{
    options.snapshot_records = 3;
    options.snapshot_interval_ms = 60000;
    opened_open();
    submit(1);
    cr_expect(eq(i64, hw_runtime_turn(runtime), 60000), "the next snapshot comes first");
    cr_expect(eq(u64, newest_snapshot(), 0));
    submit(2);
    cr_expect(gt(i64, hw_runtime_turn(runtime), 60000), "nothing new: midnight comes first");
    cr_expect(eq(u64, newest_snapshot(), 3));
    submit(3);
    fault_set_clock(fault, LOGGED_START_MS, INT64_C(59000000000));
    cr_expect(eq(i64, hw_runtime_turn(runtime), 1000));
    fault_set_clock(fault, LOGGED_START_MS, INT64_C(61000000000));
    hw_runtime_turn(runtime);
    cr_expect(eq(u64, newest_snapshot(), 4));
    opened_close();
    cr_expect(eq(uint, logged.warned, 0), "%s", logged.warning);
}

Test(turn, a_snapshot_that_fails_is_said_and_the_server_goes_on)
{
    options.snapshot_records = 2;
    opened_open();
    fault_fail(fault, FAULT_RENAME, 1, -EIO, false);
    submit(1);
    hw_runtime_turn(runtime);
    submit(2);
    hw_runtime_turn(runtime);
    cr_expect(eq(uint, logged.warned, 1));
    cr_expect(strstr(logged.warning, "snapshot") != NULL, "%s", logged.warning);
    cr_expect(eq(u64, newest_snapshot(), 0));
    submit(3);
    hw_runtime_turn(runtime);
    hw_runtime_turn(runtime);
    cr_expect(eq(u64, newest_snapshot(), 4));
    cr_expect(eq(uint, logged.failed, 0));
    opened_close();
}

Test(turn, a_snapshot_waits_until_its_records_are_durable)
{
    uint64_t number = 1;

    options.snapshot_interval_ms = 5000;
    opened_open();
    fault_disk_size(fault, 200 * 1024);
    while (logged_submit(runtime, number, LOGGED_START_MS).outcome == HW_OUTCOME_TAKEN) {
        hw_runtime_turn(runtime);
        number++;
    }
    cr_assert(lt(u64, logged.durable, sequence()), "the disk is full");
    fault_set_clock(fault, LOGGED_START_MS, INT64_C(6000000000));
    for (int i = 0; i < 3; i++)
        hw_runtime_turn(runtime);
    cr_expect(eq(u64, newest_snapshot(), 0));
    fault_disk_size(fault, UINT64_MAX);
    fault_set_clock(fault, LOGGED_START_MS, INT64_C(20000000000));
    hw_runtime_turn(runtime);
    hw_runtime_turn(runtime);
    cr_expect(eq(u64, logged.durable, sequence()));
    cr_expect(eq(u64, newest_snapshot(), sequence()));
    opened_close();
}

/* Threads over the disk in memory: it has a lock. */
Test(turn, a_snapshot_without_a_thread_for_it_comes_later)
{
    options.snapshot_records = 2;
    options.threadless = false;
    opened_open();
    failing_memory(1, true);
    submit(1);
    while (logged.durable < 2 && logged.failed == 0)
        hw_runtime_turn(runtime);
    for (int i = 0; i < 3; i++)
        hw_runtime_turn(runtime);
    failing_memory(0, false);
    cr_expect(eq(uint, logged.failed, 0), "%s", logged.failure);
    cr_expect(eq(u64, newest_snapshot(), 0));
    hw_runtime_turn(runtime);
    opened_close(); /* It waits for the thread. */
    cr_expect(eq(u64, newest_snapshot(), 2));
}
