/*
 * Goal: a data directory is one server's with all its folders, or it is refused with the reason,
 *       and what was taken is given back.
 * Method: a disk in memory of which each call fails in turn.
 */
#include "runtime/directory.h"
#include "support/failing.h"
#include "support/fault_env.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

static struct fault_env *fault;
static struct hw_env *env;
static char error[HW_ERROR_TEXT_SIZE];

static void begin(void)
{
    fault = fault_new(52);
    env = failing_table(fault_table(fault));
}

static void end(void)
{
    fault_free(fault);
}

TestSuite(directory, .init = begin, .fini = end);

Test(directory, has_its_folders_and_one_server)
{
    static const char *const folders[] = {"/data/journal", "/data/snapshots", "/data/quarantine"};
    int lock, second;

    cr_assert(eq(int, hw_directory_lock(env, "/data", &lock, error), HW_OK), "%s", error);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        cr_expect(eq(int, env->make_dir(env->context, folders[i]), -EEXIST), "%s", folders[i]);
    cr_expect(eq(int, hw_directory_lock(env, "/data", &second, error), HW_E_LOCKED));
    cr_expect(strstr(error, "locked by pid") != NULL, "%s", error);
    env->close(env->context, lock);
    cr_expect(eq(int, hw_directory_lock(env, "/data", &lock, error), HW_OK), "%s", error);
}

Test(directory, each_call_that_fails_is_told_and_leaves_no_lock)
{
    uint64_t calls, refused = 0;
    int lock = -1;

    for (uint64_t nth = 1;; nth++) {
        enum hw_status status;

        end();
        begin();
        failing_call(nth, EIO, false);
        error[0] = '\0';
        status = hw_directory_lock(env, "/data", &lock, error);
        calls = failing_calls();
        failing_call(0, 0, false);
        if (nth > calls)
            break;
        refused++;
        cr_expect(eq(int, status, HW_E_IO), "call %lu", nth);
        cr_expect(strstr(error, "/data") != NULL, "call %lu: %s", nth, error);
        cr_expect(eq(int, hw_directory_lock(env, "/data", &lock, error), HW_OK), "call %lu", nth);
    }
    cr_expect(eq(u64, refused, 8), "make, open, lock, write, three folders, sync");
}

Test(directory, a_full_disk_has_a_lock_without_a_number)
{
    int lock;

    failing_call(4, ENOSPC, false);
    cr_expect(eq(int, hw_directory_lock(env, "/data", &lock, error), HW_OK), "%s", error);
    failing_call(0, 0, false);
    cr_expect(eq(i64, env->size(env->context, lock), 0));
}

Test(directory, a_path_too_long_is_refused_before_anything_is_made)
{
    static char path[HW_PATH_SIZE];
    int lock;

    memset(path, 'd', HW_PATH_SIZE - 63);
    path[0] = '/';
    failing_call(0, 0, false);
    cr_expect(eq(int, hw_directory_lock(env, path, &lock, error), HW_E_INVALID));
    cr_expect(strstr(error, "too long") != NULL, "%s", error);
    cr_expect(eq(u64, failing_calls(), 0));
}
