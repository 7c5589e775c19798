/*
 * Goal: when a service is open, and when a clock that runs only then has run out.
 * Method: texts read; moments worked by hand, the two days that clocks change among them.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "core/services/hours.h"

static int64_t at(const char *text)
{
    struct hw_time time;

    cr_assert(eq(int, hw_time_parse_iso(hw_slice_text(text), &time), HW_OK));
    return time.start_ms;
}

static struct hw_hours hours(const char *text)
{
    struct hw_hours hours;

    cr_assert(hw_hours_read(hw_slice_text(text), &hours), "%s", text);
    return hours;
}

Test(hours, what_is_no_form_is_refused)
{
    static const char *const texts[] = {"", "Mo", "Mo-Fr", "Mo 8-18", "Mo 08:00-25:00",
        "Mo 18:00-08:00", "Xx 08:00-18:00", "Mo 08:00-18:00,", "Mo 08:00-18:00 Tu 08:00-18:00"};
    struct hw_hours hours;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        cr_expect(not(hw_hours_read(hw_slice_text(texts[i]), &hours)), "%s", texts[i]);
}

Test(hours, open_and_next)
{
    struct hw_hours office = hours("Mo-Fr 08:00-18:00, Sa 09:00-13:00");

    cr_expect(hw_hours_is_open(&office, at("2026-03-02T08:00:00Z"))); /* a Monday */
    cr_expect(not(hw_hours_is_open(&office, at("2026-03-02T18:00:00Z"))));
    cr_expect(eq(i64, hw_hours_next(&office, at("2026-03-06T18:00:00Z")),
        at("2026-03-07T09:00:00Z"))); /* Friday evening: Saturday */
    cr_expect(eq(i64, hw_hours_next(&office, at("2026-03-07T13:00:00Z")),
        at("2026-03-09T08:00:00Z"))); /* Saturday afternoon: Monday */
    /* In summer eight o'clock is seven in UTC. */
    cr_expect(
        eq(i64, hw_hours_next(&office, at("2026-06-01T00:00:00Z")), at("2026-06-01T07:00:00Z")));
}

Test(hours, a_clock_that_runs_only_then)
{
    struct hw_hours office = hours("Mo-Fr 08:00-18:00"), always = hw_hours_always();

    cr_expect(eq(i64, hw_hours_after(&office, at("2026-03-06T17:00:00Z"), 2 * HW_HOUR_MS),
        at("2026-03-09T09:00:00Z")));
    cr_expect(eq(i64, hw_hours_after(&office, at("2026-03-02T09:00:00Z"), 2 * HW_HOUR_MS),
        at("2026-03-02T11:00:00Z")));
    /* Days that touch at midnight are one stretch, also the one of 23 hours. */
    cr_expect(eq(i64, hw_hours_after(&always, at("2026-03-28T23:00:00Z"), 4 * HW_HOUR_MS),
        at("2026-03-29T03:00:00Z")));
}

Test(hours, a_service_that_never_opens)
{
    struct hw_hours never = {.open = {0}};

    cr_expect(eq(i64, hw_hours_next(&never, at("2026-03-02T09:00:00Z")), HW_TIME_OPEN));
    cr_expect(eq(i64, hw_hours_after(&never, at("2026-03-02T09:00:00Z"), 1), HW_TIME_OPEN));
}
