/*
 * Goal: a snapshot taken beside a running server is of the state the server had, or is not written;
 *       one is taken at a time, and whoever stops waits for it.
 * Method: the journal of a runtime on a disk in memory, without a thread and with one.
 */
#include "runtime/snapshotter.h"
#include "support/failing.h"
#include "support/logged.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static struct fault_env *fault;
static struct hw_env *env;
static struct hw_snapshotter *snapshotter;
static struct hw_snapshot about; /* of the state the journal gives */
static char error[HW_ERROR_TEXT_SIZE];

static void begin(void)
{
    fault = fault_new(54);
    env = failing_table(fault_table(fault));
    about = logged_closed(fault, env, "/data");
}

static void end(void)
{
    fault_free(fault);
}

TestSuite(snapshotter, .init = begin, .fini = end);

static void new_one(bool threadless)
{
    snapshotter = hw_snapshotter_new(env, "/data", NULL, threadless);
    cr_assert(ne(ptr, snapshotter, NULL));
}

static size_t snapshots(void)
{
    uint64_t *sequences;
    size_t count;

    cr_assert(eq(int, hw_snapshot_list(env, "/data", &sequences, &count), 0));
    free(sequences);
    return count;
}

static enum hw_status ended(void)
{
    uint64_t sequence = 0;
    enum hw_status status = HW_E_IO;

    while (!hw_snapshotter_ended(snapshotter, &sequence, &status, error))
        usleep(1000);
    cr_expect(eq(u64, sequence, about.sequence));
    return status;
}

Test(snapshotter, without_a_thread_it_is_done_at_once)
{
    uint64_t sequence;
    enum hw_status status;

    new_one(true);
    cr_expect(not(hw_snapshotter_ended(snapshotter, &sequence, &status, error)), "none began");
    cr_expect(hw_snapshotter_start(snapshotter, &about));
    cr_expect(not(hw_snapshotter_start(snapshotter, &about)), "nobody heard of the first yet");
    cr_expect(eq(int, ended(), HW_OK), "%s", error);
    cr_expect(eq(sz, snapshots(), 1));
    cr_expect(hw_snapshotter_start(snapshotter, &about));
    hw_snapshotter_free(snapshotter);
}

Test(snapshotter, with_a_thread_it_is_waited_for)
{
    new_one(false);
    cr_expect(hw_snapshotter_start(snapshotter, &about));
    cr_expect(eq(int, ended(), HW_OK), "%s", error);
    cr_expect(eq(sz, snapshots(), 1));
    env->unlink(env->context, "/data/snapshots/00000000000000000020.hws");
    cr_expect(hw_snapshotter_start(snapshotter, &about));
    hw_snapshotter_free(snapshotter);
    cr_expect(eq(sz, snapshots(), 1), "it was finished");
    hw_snapshotter_free(NULL);
}

Test(snapshotter, a_state_that_differs_is_not_written)
{
    new_one(true);
    about.digest.low++;
    cr_expect(hw_snapshotter_start(snapshotter, &about));
    cr_expect(eq(int, ended(), HW_E_DAMAGED));
    cr_expect(strstr(error, "differs from that of the running engine") != NULL, "%s", error);
    about.digest = (struct hw_hash){0, 0};
    about.sequence = 1000; /* The journal does not reach it. */
    cr_expect(hw_snapshotter_start(snapshotter, &about));
    cr_expect(eq(int, ended(), HW_E_DAMAGED));
    cr_expect(eq(sz, snapshots(), 0));
    about.sequence = 19; /* Nobody said what the state was there: it is taken as it comes. */
    cr_expect(hw_snapshotter_start(snapshotter, &about));
    cr_expect(eq(int, ended(), HW_OK), "%s", error);
    cr_expect(eq(sz, snapshots(), 1));
    hw_snapshotter_free(snapshotter);
}

Test(snapshotter, a_journal_that_cannot_be_read_is_told)
{
    new_one(true);
    fault_fail(fault, FAULT_READ, 1, -EIO, true);
    cr_expect(hw_snapshotter_start(snapshotter, &about));
    cr_expect(eq(int, ended(), HW_E_IO));
    cr_expect(strstr(error, "/data/journal") != NULL, "%s", error);
    hw_snapshotter_free(snapshotter);
}

Test(snapshotter, no_memory_no_thread)
{
    for (uint64_t nth = 1; nth <= 2; nth++) {
        failing_memory(nth, false);
        cr_expect(eq(ptr, hw_snapshotter_new(env, "/data", NULL, false), NULL));
    }
    failing_memory(0, false);
    new_one(false);
    failing_memory(1, false);
    cr_expect(not(hw_snapshotter_start(snapshotter, &about)), "no thread");
    failing_memory(0, false);
    cr_expect(hw_snapshotter_start(snapshotter, &about), "the next time there is one");
    cr_expect(eq(int, ended(), HW_OK), "%s", error);
    hw_snapshotter_free(snapshotter);
}
