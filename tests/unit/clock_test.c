/*
 * Goal: accepted time never goes back, and one wrong date does not move it.
 * Method: the clock alone, one message or record after another.  (runtime_test.c has the stories
 *         of the event clock.)
 */
#include "runtime/clock.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const int64_t start_ms = INT64_C(1795255200000);

static struct hw_event said(enum hw_kind kind, int64_t hours)
{
    struct hw_event event;

    hw_event_init(&event, kind);
    event.happened = hw_time_at(start_ms + hours * HW_HOUR_MS);
    return event;
}

static struct hw_event update(int64_t hours)
{
    return said(HW_KIND_SPELL_UPDATED, hours);
}

static struct hw_clock after(struct hw_clock clock, int64_t hours)
{
    struct hw_event event = update(hours);

    return hw_clock_after(&clock, 0, &event, 1);
}

Test(clock, the_machines_clock_may_go_back_and_time_does_not)
{
    struct hw_event event = update(5);
    struct hw_clock clock;

    hw_clock_init(&clock, false);
    cr_expect(eq(i64, clock.now_ms, HW_TIME_NONE));
    clock = hw_clock_after(&clock, start_ms, &event, 1);
    cr_expect(eq(i64, clock.now_ms, start_ms), "events say nothing to it");
    clock = hw_clock_after(&clock, start_ms - 1, &event, 1);
    cr_expect(eq(i64, clock.now_ms, start_ms));
    clock = hw_clock_after(&clock, start_ms + 1, &event, 1);
    cr_expect(eq(i64, clock.now_ms, start_ms + 1));
}

Test(clock, of_one_message_the_latest_event_speaks)
{
    struct hw_event events[] = {update(2), update(5), update(3)};
    struct hw_clock clock;

    hw_clock_init(&clock, true);
    clock = hw_clock_after(&clock, 0, events, 3);
    cr_expect(eq(i64, clock.now_ms, start_ms + 5 * HW_HOUR_MS));
}

Test(clock, what_tells_no_time_does_not_move_it)
{
    struct hw_event events[] = {said(HW_KIND_CONFIGURATION, 5), update(5)};
    struct hw_clock clock;

    hw_clock_init(&clock, true);
    events[1].happened = hw_time_none();
    clock = hw_clock_after(&clock, 0, events, 2);
    cr_expect(eq(i64, clock.now_ms, HW_CLOCK_START));
}

/* H-20 */
Test(clock, a_date_far_ahead_needs_a_witness_near_it)
{
    struct hw_clock clock;

    hw_clock_init(&clock, true);
    clock = after(after(clock, 0), 1000);
    cr_expect(eq(i64, clock.pending_ms, start_ms + 1000 * HW_HOUR_MS));
    clock = after(clock, 10);
    cr_expect(eq(i64, clock.now_ms, start_ms + 10 * HW_HOUR_MS), "near enough to be believed");
    cr_expect(eq(i64, clock.pending_ms, start_ms + 1000 * HW_HOUR_MS), "the far one still waits");
    clock = after(clock, 500);
    cr_expect(eq(i64, clock.pending_ms, start_ms + 500 * HW_HOUR_MS), "too far from both");
    clock = after(clock, 460);
    cr_expect(eq(i64, clock.now_ms, start_ms + 500 * HW_HOUR_MS));
    cr_expect(eq(i64, clock.pending_ms, HW_TIME_NONE));
}

/* What a record was accepted at is what the clock said then: replay comes to the same clock. */
Test(clock, replay_finds_what_was_waiting)
{
    struct hw_event far = update(1000), near = update(1), tick = said(HW_KIND_CLOCK_TICK, 0);
    struct hw_clock clock;

    hw_clock_init(&clock, true);
    hw_clock_replay(&clock, start_ms, &far);
    cr_expect(eq(i64, clock.pending_ms, far.happened.start_ms));
    hw_clock_replay(&clock, start_ms + HW_HOUR_MS, &near);
    cr_expect(eq(i64, clock.now_ms, start_ms + HW_HOUR_MS));
    cr_expect(eq(i64, clock.pending_ms, far.happened.start_ms), "nobody has confirmed it yet");
    hw_clock_replay(&clock, far.happened.start_ms, &tick);
    cr_expect(eq(i64, clock.pending_ms, HW_TIME_NONE));
    hw_clock_replay(&clock, far.happened.start_ms, &near);
    cr_expect(eq(i64, clock.pending_ms, HW_TIME_NONE), "what is late says nothing");
}

Test(clock, replay_under_the_machines_clock_takes_the_accepted_time)
{
    struct hw_event far = update(1000);
    struct hw_clock clock;

    hw_clock_init(&clock, false);
    hw_clock_replay(&clock, start_ms, &far);
    cr_expect(eq(i64, clock.now_ms, start_ms));
    cr_expect(eq(i64, clock.pending_ms, HW_TIME_NONE));
}
