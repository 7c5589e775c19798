/*
 * Goal: a time in a feed becomes the moment a nurse in Leicester meant, and nothing that is no time
 *       becomes one.
 * Method: London against the installed time zone data, tables of forms with answers worked by
 *         hand, every form cut short at every byte in front of a page that cannot be read.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <time.h>

#include "guard.h"
#include "homeward/time.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static int64_t utc(int year, int month, int day, int hour, int minute)
{
    return hw_day_from_civil(year, month, day) * HW_DAY_MS + hour * HW_HOUR_MS +
        minute * HW_MINUTE_MS;
}

static void use_london(void)
{
    struct tm tm;
    time_t july = 1750000000; /* June 2025 */

    cr_assert_eq(setenv("TZ", "Europe/London", 1), 0);
    tzset();
    cr_assert_not_null(localtime_r(&july, &tm));
    cr_assert_eq(tm.tm_gmtoff, 3600, "no time zone data for Europe/London (package tzdata)");
}

Test(time, london_is_what_the_time_zone_data_says, .init = use_london)
{
    unsigned long wrong = 0;

    for (int64_t ms = utc(1997, 1, 1, 0, 0); ms < utc(2038, 1, 1, 0, 0); ms += 30 * HW_MINUTE_MS) {
        time_t seconds = (time_t)(ms / 1000);
        struct tm tm;
        int64_t offset;
        int32_t day;

        localtime_r(&seconds, &tm);
        offset = tm.tm_gmtoff * HW_SECOND_MS;
        day = hw_day_from_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
        wrong += hw_london_offset(ms) != offset;
        wrong += hw_london_day(ms) != day;
        wrong += hw_london_midnight(day) > ms;
        wrong += hw_london_midnight(day + 1) <= ms;
        if (tm.tm_hour == 0 && tm.tm_min == 0)
            wrong += hw_london_midnight(day) != ms;
    }
    cr_expect(eq(ulong, wrong, 0));
}

Test(time, wall_clock_and_back, .init = use_london)
{
    unsigned long wrong = 0;

    for (int64_t ms = utc(1997, 1, 1, 0, 0); ms < utc(2038, 1, 1, 0, 0); ms += 30 * HW_MINUTE_MS) {
        uint8_t flags;
        int64_t wall = ms + hw_london_offset(ms);
        int64_t back = hw_london_to_utc(wall, &flags);

        if (flags == HW_TIME_AMBIGUOUS)
            wrong += back != ms && back != ms - HW_HOUR_MS;
        else
            wrong += back != ms || flags != HW_TIME_EXACT;
    }
    cr_expect(eq(ulong, wrong, 0));
}

/* H-07 */
Test(time, days_of_clock_changes_are_23_and_25_hours)
{
    int32_t spring = hw_day_from_civil(2026, 3, 29);
    int32_t autumn = hw_day_from_civil(2026, 10, 25);

    cr_expect(
        eq(i64, hw_london_midnight(spring + 1) - hw_london_midnight(spring), 23 * HW_HOUR_MS));
    cr_expect(
        eq(i64, hw_london_midnight(autumn + 1) - hw_london_midnight(autumn), 25 * HW_HOUR_MS));
    cr_expect(eq(i64, hw_london_midnight(spring), utc(2026, 3, 29, 0, 0)));
    cr_expect(eq(i64, hw_london_midnight(spring + 1), utc(2026, 3, 29, 23, 0)));
    cr_expect(eq(i64, hw_london_midnight(autumn), utc(2026, 10, 24, 23, 0)));
    cr_expect(eq(i64, hw_london_midnight(autumn + 1), utc(2026, 10, 26, 0, 0)));
    cr_expect(eq(i64, hw_london_offset(utc(2026, 3, 29, 1, 0) - 1), 0));
    cr_expect(eq(i64, hw_london_offset(utc(2026, 3, 29, 1, 0)), HW_HOUR_MS));
    cr_expect(eq(i64, hw_london_offset(utc(2026, 10, 25, 1, 0) - 1), HW_HOUR_MS));
    cr_expect(eq(i64, hw_london_offset(utc(2026, 10, 25, 1, 0)), 0));
}

Test(time, civil_days_and_back)
{
    int32_t day = hw_day_from_civil(HW_YEAR_FIRST, 1, 1);
    int32_t end = hw_day_from_civil(HW_YEAR_LAST + 1, 1, 1);
    unsigned long wrong = 0;
    int year, month, dom, last_month = 12, last_dom = 31;

    cr_expect(eq(i32, hw_day_from_civil(1970, 1, 1), 0));
    cr_expect(eq(i32, hw_day_from_civil(2000, 2, 29), 11016));
    for (; day < end; day++) {
        hw_civil_from_day(day, &year, &month, &dom);
        wrong += hw_day_from_civil(year, month, dom) != day;
        /* The next day of the month, or the first of the next one. */
        wrong += !((month == last_month && dom == last_dom + 1) ||
            (month == last_month % 12 + 1 && dom == 1 && last_dom >= 28));
        last_month = month;
        last_dom = dom;
    }
    cr_expect(eq(ulong, wrong, 0));
}

/* Text; what it starts at, in UTC; precision; flags.  NULL: it is no time. */
static const struct {
    const char *text, *start;
    uint8_t precision, flags;
} hl7_forms[] = {
    {"2026", "2026-01-01T00:00:00.000Z", HW_PRECISION_YEAR, 0},
    {"202607", "2026-06-30T23:00:00.000Z", HW_PRECISION_MONTH, 0},
    {"20260701", "2026-06-30T23:00:00.000Z", HW_PRECISION_DAY, 0},
    {"20261121", "2026-11-21T00:00:00.000Z", HW_PRECISION_DAY, 0},
    {"2026112110", "2026-11-21T10:00:00.000Z", HW_PRECISION_HOUR, 0},
    {"202611211015", "2026-11-21T10:15:00.000Z", HW_PRECISION_MINUTE, 0},
    {"20260721101530", "2026-07-21T09:15:30.000Z", HW_PRECISION_SECOND, 0},
    {"20261121101530.1", "2026-11-21T10:15:30.100Z", HW_PRECISION_MS, 0},
    {"20261121101530.1239", "2026-11-21T10:15:30.123Z", HW_PRECISION_MS, 0},
    {"20261121101530999", "2026-11-21T10:15:30.999Z", HW_PRECISION_MS, 0},
    {"20261121101530123456", "2026-11-21T10:15:30.123Z", HW_PRECISION_MS, 0},
    {"20260721101530+0000", "2026-07-21T10:15:30.000Z", HW_PRECISION_SECOND, 0},
    {"20260721101530+0100", "2026-07-21T09:15:30.000Z", HW_PRECISION_SECOND, 0},
    {"202607211015-0530", "2026-07-21T15:45:00.000Z", HW_PRECISION_MINUTE, 0},
    {"20261121101530.250+0100", "2026-11-21T09:15:30.250Z", HW_PRECISION_MS, 0},
    {"  20261121  ", "2026-11-21T00:00:00.000Z", HW_PRECISION_DAY, 0},
    {"20240229", "2024-02-29T00:00:00.000Z", HW_PRECISION_DAY, 0},
    {"20000229", "2000-02-29T00:00:00.000Z", HW_PRECISION_DAY, 0},
    {"18500101", "1850-01-01T00:00:00.000Z", HW_PRECISION_DAY, 0},
    {"21991231", "2199-12-31T00:00:00.000Z", HW_PRECISION_DAY, 0},
    {"20161231235960", "2016-12-31T23:59:59.999Z", HW_PRECISION_SECOND, 0},
    /* October 2026: 01:30 happens twice, the first is summer time. */
    {"202610250059", "2026-10-24T23:59:00.000Z", HW_PRECISION_MINUTE, 0},
    {"202610250130", "2026-10-25T00:30:00.000Z", HW_PRECISION_MINUTE, HW_TIME_AMBIGUOUS},
    {"202610250200", "2026-10-25T02:00:00.000Z", HW_PRECISION_MINUTE, 0},
    {"202610250130+0000", "2026-10-25T01:30:00.000Z", HW_PRECISION_MINUTE, 0},
    /* March 2026: 01:30 never happens and is read as 02:30 summer time. */
    {"202603290130", "2026-03-29T01:30:00.000Z", HW_PRECISION_MINUTE, HW_TIME_MISSING},
    {"202603290059", "2026-03-29T00:59:00.000Z", HW_PRECISION_MINUTE, 0},
    {"202603290200", "2026-03-29T01:00:00.000Z", HW_PRECISION_MINUTE, 0},
    {"", NULL, 0, 0},
    {" ", NULL, 0, 0},
    {"202", NULL, 0, 0},
    {"20261", NULL, 0, 0},
    {"202613", NULL, 0, 0},
    {"202600", NULL, 0, 0},
    {"20261100", NULL, 0, 0},
    {"20261131", NULL, 0, 0},
    {"20260229", NULL, 0, 0},
    {"19000229", NULL, 0, 0},
    {"2026112124", NULL, 0, 0},
    {"202611211060", NULL, 0, 0},
    {"20261121101561", NULL, 0, 0},
    {"20261121101530.", NULL, 0, 0},
    {"202611211015301", NULL, 0, 0},
    {"2026112110153012", NULL, 0, 0},
    {"20261121101530.x", NULL, 0, 0},
    {"202611211015.5", NULL, 0, 0},
    {"20261121101530+", NULL, 0, 0},
    {"20261121101530+1", NULL, 0, 0},
    {"20261121101530+1500", NULL, 0, 0},
    {"20261121101530+0160", NULL, 0, 0},
    {"20261121101530+01000", NULL, 0, 0},
    {"20261121^D", NULL, 0, 0},
    {"2026-11-21", NULL, 0, 0},
    {"18491231", NULL, 0, 0},
    {"22000101", NULL, 0, 0},
    {"tomorrow", NULL, 0, 0},
    {"\"\"", NULL, 0, 0},
};

static const struct {
    const char *text, *start;
    uint8_t precision, flags;
} iso_forms[] = {
    {"2026", "2026-01-01T00:00:00.000Z", HW_PRECISION_YEAR, 0},
    {"2026-07", "2026-06-30T23:00:00.000Z", HW_PRECISION_MONTH, 0},
    {"2026-07-01", "2026-06-30T23:00:00.000Z", HW_PRECISION_DAY, 0},
    {"2026-07-01T10:15", "2026-07-01T09:15:00.000Z", HW_PRECISION_MINUTE, 0},
    {"2026-07-01T10:15Z", "2026-07-01T10:15:00.000Z", HW_PRECISION_MINUTE, 0},
    {"2026-07-01 10:15:30", "2026-07-01T09:15:30.000Z", HW_PRECISION_SECOND, 0},
    {"2026-07-01t10:15:30z", "2026-07-01T10:15:30.000Z", HW_PRECISION_SECOND, 0},
    {"2026-07-01T10:15:30.5Z", "2026-07-01T10:15:30.500Z", HW_PRECISION_MS, 0},
    {"2026-07-01T10:15:30,5Z", "2026-07-01T10:15:30.500Z", HW_PRECISION_MS, 0},
    {"2026-07-01T10:15:30.123456789Z", "2026-07-01T10:15:30.123Z", HW_PRECISION_MS, 0},
    {"2026-07-01T10:15:30+01:00", "2026-07-01T09:15:30.000Z", HW_PRECISION_SECOND, 0},
    {"2026-07-01T10:15:30-0530", "2026-07-01T15:45:30.000Z", HW_PRECISION_SECOND, 0},
    {"2026-07-01T10:15:30+01", "2026-07-01T09:15:30.000Z", HW_PRECISION_SECOND, 0},
    {"2026-10-25T01:30", "2026-10-25T00:30:00.000Z", HW_PRECISION_MINUTE, HW_TIME_AMBIGUOUS},
    {"2026-03-29T01:30", "2026-03-29T01:30:00.000Z", HW_PRECISION_MINUTE, HW_TIME_MISSING},
    {"", NULL, 0, 0},
    {"20260701", NULL, 0, 0},
    {"2026-7-1", NULL, 0, 0},
    {"2026-07-", NULL, 0, 0},
    {"2026-07-01T", NULL, 0, 0},
    {"2026-07-01T10", NULL, 0, 0},
    {"2026-07-01T10:", NULL, 0, 0},
    {"2026-07-01T1015", NULL, 0, 0},
    {"2026-07-01T24:00:00Z", NULL, 0, 0},
    {"2026-07-01T10:15:", NULL, 0, 0},
    {"2026-07-01T10:15:30.Z", NULL, 0, 0},
    {"2026-07-01T10:15:30ZZ", NULL, 0, 0},
    {"2026-07-01T10:15:30+1:00", NULL, 0, 0},
    {"2026-07-01T10:15:30+01:", NULL, 0, 0},
    {"2026-07-01T10:15:30+01:0", NULL, 0, 0},
    {"2026-07-01Z", NULL, 0, 0},
    {"01/07/2026", NULL, 0, 0},
};

typedef enum hw_status parse_fn(struct hw_slice text, struct hw_time *ret_time);

static void expect_form(
    parse_fn *parse, const char *text, const char *start, uint8_t precision, uint8_t flags)
{
    struct hw_time time = {.start_ms = 77, .precision = 77, .flags = 77};
    enum hw_status status = parse(hw_slice_text(text), &time);
    char got[HW_TIME_TEXT_SIZE];

    if (start == NULL) {
        cr_expect(status == HW_E_INVALID, "\"%s\" is no time", text);
        cr_expect(time.start_ms == 77 && time.precision == 77, "\"%s\" touched the result", text);
        return;
    }
    cr_assert(status == HW_OK, "\"%s\" is a time", text);
    cr_expect_str_eq(
        hw_time_format(time.start_ms, got), start, "\"%s\" is %s, not %s", text, start, got);
    cr_expect(time.precision == precision, "\"%s\": precision %d", text, time.precision);
    cr_expect(time.flags == flags, "\"%s\": flags %d", text, time.flags);
}

Test(time, hl7_forms)
{
    for (size_t i = 0; i < COUNT(hl7_forms); i++)
        expect_form(hw_time_parse_hl7, hl7_forms[i].text, hl7_forms[i].start,
            hl7_forms[i].precision, hl7_forms[i].flags);
}

Test(time, iso_forms)
{
    for (size_t i = 0; i < COUNT(iso_forms); i++)
        expect_form(hw_time_parse_iso, iso_forms[i].text, iso_forms[i].start,
            iso_forms[i].precision, iso_forms[i].flags);
}

/* Every form cut short: a coarser time that holds the whole one's start, or none. */
static void expect_cuts(parse_fn *parse, struct guard *guard, const char *text)
{
    struct hw_time whole;

    if (parse(hw_slice_text(text), &whole) != HW_OK)
        whole = hw_time_none();
    for (size_t size = 0; size <= strlen(text); size++) {
        struct hw_time time;

        if (parse(guard_copy(guard, text, size), &time) != HW_OK)
            continue;
        cr_expect(hw_time_end(time) > time.start_ms, "\"%.*s\"", (int)size, text);
        cr_expect(time.precision <= HW_PRECISION_MS, "\"%.*s\"", (int)size, text);
        if (!hw_time_is(whole) || strpbrk(text, "+-Zz ") != NULL)
            continue;
        /* A fraction cut short is another fraction; all else grows coarser around the start. */
        if (time.precision == HW_PRECISION_MS)
            cr_expect(whole.start_ms / HW_SECOND_MS == time.start_ms / HW_SECOND_MS);
        else
            cr_expect(time.start_ms <= whole.start_ms && whole.start_ms < hw_time_end(time) &&
                    time.precision <= whole.precision,
                "\"%.*s\" holds \"%s\"", (int)size, text, text);
    }
}

Test(time, cut_short_anywhere)
{
    struct guard guard = guard_new(64);

    for (size_t i = 0; i < COUNT(hl7_forms); i++)
        expect_cuts(hw_time_parse_hl7, &guard, hl7_forms[i].text);
    for (size_t i = 0; i < COUNT(iso_forms); i++)
        expect_cuts(hw_time_parse_iso, &guard, iso_forms[i].text);
    guard_free(&guard);
}

Test(time, nothing_at_all)
{
    struct hw_time time;

    cr_expect(hw_time_parse_hl7((struct hw_slice){0}, &time) == HW_E_INVALID);
    cr_expect(hw_time_parse_iso((struct hw_slice){0}, &time) == HW_E_INVALID);
    cr_expect(not(hw_time_is(hw_time_none())));
    cr_expect(hw_time_is(hw_time_at(0)));
}

Test(time, ends_of_coarse_times)
{
    static const struct {
        const char *text, *end;
    } rows[] = {
        {"2026", "2027-01-01T00:00:00.000Z"},
        {"202612", "2027-01-01T00:00:00.000Z"},
        {"202603", "2026-03-31T23:00:00.000Z"},
        {"20260329", "2026-03-29T23:00:00.000Z"}, /* 23 hours */
        {"20261025", "2026-10-26T00:00:00.000Z"}, /* 25 hours */
        {"2026112110", "2026-11-21T11:00:00.000Z"},
        {"202611211015", "2026-11-21T10:16:00.000Z"},
        {"20261121101530", "2026-11-21T10:15:31.000Z"},
        {"20261121101530.123", "2026-11-21T10:15:30.124Z"},
    };
    char got[HW_TIME_TEXT_SIZE];

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct hw_time time;

        cr_assert(hw_time_parse_hl7(hw_slice_text(rows[i].text), &time) == HW_OK);
        cr_expect_str_eq(
            hw_time_format(hw_time_end(time), got), rows[i].end, "%s ends %s", rows[i].text, got);
    }
}

Test(time, what_is_written_reads_back)
{
    char text[HW_TIME_TEXT_SIZE];
    unsigned long wrong = 0;

    /* 9 days, 7 hours and a bit: every part of the text changes. */
    for (int64_t ms = utc(1850, 1, 2, 0, 0); ms < utc(2199, 12, 30, 0, 0);
         ms += 9 * HW_DAY_MS + 7 * HW_HOUR_MS + 61037) {
        struct hw_time time;

        wrong += hw_time_parse_iso(hw_slice_text(hw_time_format(ms, text)), &time) != HW_OK ||
            time.start_ms != ms || time.precision != HW_PRECISION_MS;
        wrong +=
            hw_time_parse_hl7(hw_slice_text(hw_time_format_hl7(ms, true, text)), &time) != HW_OK ||
            time.start_ms != ms - ((ms % 1000) + 1000) % 1000;
    }
    cr_expect(eq(ulong, wrong, 0));
    cr_expect_str_eq(hw_time_format_hl7(utc(2026, 7, 1, 9, 5), false, text), "20260701100500");
    cr_expect_str_eq(hw_time_format_hl7(utc(2026, 7, 1, 9, 5), true, text), "20260701100500+0100");
    cr_expect_str_eq(hw_time_format_hl7(utc(2026, 1, 1, 9, 5), true, text), "20260101090500+0000");
    cr_expect_str_eq(hw_time_format(-1, text), "1969-12-31T23:59:59.999Z");
}

Test(time, eighteenth_birthdays)
{
    cr_expect(
        eq(i32, hw_day_of_age(hw_day_from_civil(2008, 5, 17), 18), hw_day_from_civil(2026, 5, 17)));
    cr_expect(
        eq(i32, hw_day_of_age(hw_day_from_civil(2008, 2, 29), 18), hw_day_from_civil(2026, 3, 1)));
    cr_expect(
        eq(i32, hw_day_of_age(hw_day_from_civil(2008, 2, 29), 20), hw_day_from_civil(2028, 2, 29)));
    cr_expect(eq(
        i32, hw_day_of_age(hw_day_from_civil(2007, 12, 31), 18), hw_day_from_civil(2025, 12, 31)));
}
