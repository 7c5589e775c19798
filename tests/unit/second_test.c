/*
 * Goal: a second engine is in the state of the record that was asked for, or there is none and it
 *       is said why; one at a time; what is given up ends and calls nobody.
 * Method: the journal of a runtime on a disk in memory, without a thread and with one.
 */
#include "runtime/second.h"
#include "support/failing.h"
#include "support/logged.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <unistd.h>

static struct fault_env *fault;
static struct hw_env *env;
static struct hw_second *second;
static struct hw_snapshot about; /* of the state the journal gives */
static char error[HW_ERROR_TEXT_SIZE];
static unsigned calls;
static uint64_t sequence; /* of the engine that was handed over */
static struct hw_hash digest;

static void begin(void)
{
    fault = fault_new(54);
    env = failing_table(fault_table(fault));
    about = logged_closed(fault, env, "/data");
}

static void end(void)
{
    hw_second_free(second);
    fault_free(fault);
}

TestSuite(second, .init = begin, .fini = end);

static enum hw_status look(void *context, struct hw_engine *engine, char text[HW_ERROR_TEXT_SIZE])
{
    calls++;
    sequence = hw_engine_sequence(engine);
    digest = hw_engine_state_digest(engine);
    hw_error_set(text, "looked");
    return *(enum hw_status *)context;
}

static enum hw_status answer = HW_OK; /* of look() */
static const struct hw_second_use use = {look, &answer};

static void new_one(bool threadless)
{
    second = hw_second_new(env, "/data", NULL, threadless);
    cr_assert(ne(ptr, second, NULL));
}

static enum hw_status ended(void)
{
    enum hw_status status = HW_E_IO;

    while (!hw_second_ended(second, &status, error))
        usleep(1000);
    return status;
}

Test(second, is_the_state_after_the_record_asked_for)
{
    enum hw_status status;

    for (unsigned threadless = 0; threadless < 2; threadless++) {
        new_one(threadless);
        cr_expect(not(hw_second_is_busy(second)));
        cr_expect(not(hw_second_ended(second, &status, error)), "none began");
        cr_expect(hw_second_start(second, &about, &use));
        cr_expect(hw_second_is_busy(second));
        cr_expect(not(hw_second_start(second, &about, &use)), "nobody heard of the first yet");
        cr_expect(eq(int, ended(), HW_OK), "%s", error);
        cr_expect(not(hw_second_is_busy(second)));
        cr_expect(eq(uint, calls, threadless + 1));
        cr_expect(eq(u64, sequence, about.sequence));
        cr_expect(hw_hash_equal(digest, about.digest));
        hw_second_free(second);
    }
    second = NULL;
}

Test(second, an_earlier_record_and_one_that_is_not_there)
{
    new_one(true);
    about.sequence -= 5;
    cr_expect(hw_second_start(second, &about, &use));
    cr_expect(eq(int, ended(), HW_OK), "%s", error);
    cr_expect(eq(u64, sequence, about.sequence));
    about.sequence = 1000;
    cr_expect(hw_second_start(second, &about, &use));
    cr_expect(eq(int, ended(), HW_E_DAMAGED));
    cr_expect(strstr(error, "ends before record 1000") != NULL, "%s", error);
    cr_expect(eq(uint, calls, 1));
}

Test(second, what_it_was_used_for_has_the_last_word)
{
    new_one(true);
    answer = HW_E_NO_SPACE;
    cr_expect(hw_second_start(second, &about, &use));
    cr_expect(eq(int, ended(), HW_E_NO_SPACE));
    cr_expect(eq(str, error, "looked"));
}

Test(second, a_journal_that_cannot_be_read_is_told)
{
    new_one(true);
    fault_fail(fault, FAULT_READ, 1, -EIO, true);
    cr_expect(hw_second_start(second, &about, &use));
    cr_expect(eq(int, ended(), HW_E_IO));
    cr_expect(strstr(error, "/data/journal") != NULL, "%s", error);
    cr_expect(eq(uint, calls, 0));
}

Test(second, what_is_given_up_calls_nobody_or_had_called_before)
{
    enum hw_status status;

    new_one(false);
    for (unsigned i = 0; i < 20; i++) {
        calls = 0;
        cr_expect(hw_second_start(second, &about, &use));
        usleep(200 * i);
        hw_second_give_up(second);
        status = ended();
        cr_expect(eq(int, status, calls == 0 ? HW_E_PARTIAL : HW_OK), "%s", error);
    }
    hw_second_give_up(second); /* There is none: the next is wanted. */
    calls = 0;
    cr_expect(hw_second_start(second, &about, &use));
    cr_expect(eq(int, ended(), HW_OK), "%s", error);
    cr_expect(eq(uint, calls, 1));
}

/* Before the thread's first look: so the answer does not hang on who is quicker. */
static enum hw_status give_up_inside(
    void *context, struct hw_engine *engine, char text[HW_ERROR_TEXT_SIZE])
{
    (void)engine, (void)text;
    hw_second_give_up(context);
    return HW_OK;
}

Test(second, too_late_to_give_up)
{
    new_one(true);
    cr_expect(hw_second_start(second, &about, &(struct hw_second_use){give_up_inside, second}));
    cr_expect(eq(int, ended(), HW_OK), "%s", error);
}

Test(second, no_memory_no_thread)
{
    uint64_t requests;

    failing_memory(1, false);
    cr_expect(eq(ptr, hw_second_new(env, "/data", NULL, false), NULL));
    failing_memory(0, false);
    new_one(false);
    failing_memory(1, false);
    cr_expect(not(hw_second_start(second, &about, &use)), "no thread");
    cr_expect(not(hw_second_is_busy(second)));
    hw_second_free(second);
    new_one(true);
    failing_memory(0, false);
    cr_expect(hw_second_start(second, &about, &use));
    cr_expect(eq(int, ended(), HW_OK), "%s", error);
    requests = failing_memory_requests();
    for (uint64_t nth = 1; nth <= requests; nth++) { /* Each of them refused in turn. */
        calls = 0;
        failing_memory(nth, false);
        cr_expect(hw_second_start(second, &about, &use));
        failing_memory(0, false);
        cr_expect(eq(int, ended() == HW_OK, calls == 1), "request %u", (unsigned)nth);
        cr_expect(calls == 1 || *error != '\0', "request %u", (unsigned)nth);
    }
}
