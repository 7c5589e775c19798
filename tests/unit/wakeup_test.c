/*
 * Goal: no news is lost, and the handle is not readable when all was heard: a loop would spin.
 * Method: a thread counts up and tells; a loop that only looks when the handle is readable hears
 *         all of it, in every way the two can fall together that many rounds bring about.  Calls
 *         that a signal interrupts: the linker leads read and write through this file.
 */
#include "runtime/wakeup.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

enum { ROUNDS = 200000 };

static struct hw_wakeup wakeup;
static atomic_int news;

static atomic_int interrupted; /* so many calls from now on */

ssize_t __real_read(int handle, void *bytes, size_t size);
ssize_t __wrap_read(int handle, void *bytes, size_t size);
ssize_t __real_write(int handle, const void *bytes, size_t size);
ssize_t __wrap_write(int handle, const void *bytes, size_t size);

static bool is_interrupted(void)
{
    if (atomic_load(&interrupted) == 0)
        return false;
    atomic_fetch_sub(&interrupted, 1);
    errno = EINTR;
    return true;
}

ssize_t __wrap_read(int handle, void *bytes, size_t size)
{
    return is_interrupted() ? -1 : __real_read(handle, bytes, size);
}

ssize_t __wrap_write(int handle, const void *bytes, size_t size)
{
    return is_interrupted() ? -1 : __real_write(handle, bytes, size);
}

static bool is_readable(void)
{
    struct pollfd wait = {.fd = wakeup.handle, .events = POLLIN};

    return poll(&wait, 1, 0) == 1;
}

static void *tell_all(void *unused)
{
    for (int i = 1; i <= ROUNDS; i++) {
        atomic_store(&news, i);
        hw_wakeup_tell(&wakeup);
    }
    return unused;
}

Test(wakeup, what_is_told_is_heard_and_then_it_is_quiet)
{
    struct pollfd wait;
    pthread_t thread;
    int seen = 0;

    hw_wakeup_open(&wakeup);
    wait = (struct pollfd){.fd = wakeup.handle, .events = POLLIN};
    cr_assert(pthread_create(&thread, NULL, tell_all, NULL) == 0);
    while (seen < ROUNDS) {
        cr_assert(poll(&wait, 1, 10000) == 1, "news were lost after %d", seen);
        hw_wakeup_hear(&wakeup);
        seen = atomic_load(&news);
    }
    pthread_join(thread, NULL);
    hw_wakeup_hear(&wakeup); /* A write that came late. */
    cr_expect(not(is_readable()));
    hw_wakeup_close(&wakeup);
}

Test(wakeup, told_often_it_is_written_once)
{
    uint64_t count = 0;

    hw_wakeup_open(&wakeup);
    cr_expect(not(is_readable()));
    for (int i = 0; i < 5; i++)
        hw_wakeup_tell(&wakeup);
    cr_assert(is_readable());
    cr_assert(read(wakeup.handle, &count, sizeof count) == sizeof count);
    cr_expect(count == 1);
    hw_wakeup_close(&wakeup);
}

Test(wakeup, a_write_that_comes_late_is_read_then)
{
    uint64_t one = 1;

    hw_wakeup_open(&wakeup);
    atomic_store(&wakeup.told, true); /* A teller that has not written yet. */
    hw_wakeup_hear(&wakeup);
    hw_wakeup_tell(&wakeup); /* Another, meanwhile. */
    hw_wakeup_hear(&wakeup);
    cr_assert(write(wakeup.handle, &one, sizeof one) == sizeof one);
    cr_assert(is_readable());
    hw_wakeup_hear(&wakeup);
    cr_expect(not(is_readable()));
    hw_wakeup_close(&wakeup);
}

Test(wakeup, nobody_waits)
{
    struct hw_wakeup closed = {.handle = -1};

    hw_wakeup_tell(NULL);
    hw_wakeup_tell(&closed);
    hw_wakeup_hear(&closed);
    cr_expect(not(atomic_load(&closed.told)));
}

Test(wakeup, an_interrupted_call_is_made_again)
{
    hw_wakeup_open(&wakeup);
    atomic_store(&interrupted, 2);
    hw_wakeup_tell(&wakeup);
    cr_expect(eq(int, atomic_load(&interrupted), 0));
    cr_assert(is_readable());
    atomic_store(&interrupted, 2);
    hw_wakeup_hear(&wakeup);
    cr_expect(eq(int, atomic_load(&interrupted), 0));
    cr_expect(not(is_readable()));
    hw_wakeup_close(&wakeup);
}

/* Nobody writes so often; should it ever be so, the handle is readable, which is what matters. */
Test(wakeup, a_full_counter_is_readable_already)
{
    uint64_t most = UINT64_MAX - 1;

    hw_wakeup_open(&wakeup);
    cr_assert(__real_write(wakeup.handle, &most, sizeof most) == sizeof most);
    hw_wakeup_tell(&wakeup);
    cr_expect(is_readable());
    hw_wakeup_close(&wakeup);
}
