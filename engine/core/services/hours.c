#include "core/services/hours.h"

enum { DAY_MINUTES = 24 * 60, WEEK = 7, MINUTE_MS = 60 * 1000 };
enum { WINDOWS_MAX = 1000 }; /* that a time runs in: years, and a moment to reckon */

/* ---- reading ---- */

struct reader {
    struct hw_slice text;
    size_t at;
};

static void skip_blanks(struct reader *reader)
{
    while (reader->at < reader->text.size && reader->text.data[reader->at] == ' ')
        reader->at++;
}

static bool take(struct reader *reader, char c)
{
    if (reader->at == reader->text.size || reader->text.data[reader->at] != (uint8_t)c)
        return false;
    reader->at++;
    return true;
}

static bool take_weekday(struct reader *reader, unsigned *ret_day)
{
    static const char names[WEEK][3] = {"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"};

    if (reader->text.size - reader->at < 2)
        return false;
    for (unsigned day = 0; day < WEEK; day++)
        if (memcmp(reader->text.data + reader->at, names[day], 2) == 0) {
            reader->at += 2;
            *ret_day = day;
            return true;
        }
    return false;
}

static bool take_two_digits(struct reader *reader, unsigned *ret_number)
{
    const uint8_t *at = reader->text.data + reader->at;

    if (reader->text.size - reader->at < 2 || at[0] < '0' || at[0] > '9' || at[1] < '0' ||
        at[1] > '9')
        return false;
    *ret_number = (unsigned)(at[0] - '0') * 10 + (unsigned)(at[1] - '0');
    reader->at += 2;
    return true;
}

static bool take_minute(struct reader *reader, uint16_t *ret_minute)
{
    unsigned hour, minute;

    if (!take_two_digits(reader, &hour) || !take(reader, ':') ||
        !take_two_digits(reader, &minute) || minute > 59 || hour * 60 + minute > DAY_MINUTES)
        return false;
    *ret_minute = (uint16_t)(hour * 60 + minute);
    return true;
}

static bool take_part(struct reader *reader, struct hw_hours *hours)
{
    unsigned first, last;
    uint16_t open, close;

    if (!take_weekday(reader, &first))
        return false;
    last = first;
    if (take(reader, '-') && !take_weekday(reader, &last))
        return false;
    skip_blanks(reader);
    if (!take_minute(reader, &open) || !take(reader, '-') || !take_minute(reader, &close) ||
        close <= open)
        return false;
    for (unsigned day = first;; day = (day + 1) % WEEK) { /* Sa-Mo goes over the week's end. */
        hours->open[day] = open;
        hours->close[day] = close;
        if (day == last)
            return true;
    }
}

struct hw_hours hw_hours_always(void)
{
    struct hw_hours hours = {.open = {0}};

    for (unsigned day = 0; day < WEEK; day++)
        hours.close[day] = DAY_MINUTES;
    return hours;
}

bool hw_hours_read(struct hw_slice text, struct hw_hours *ret_hours)
{
    struct reader reader = {.text = text};
    struct hw_hours hours = {.open = {0}};

    skip_blanks(&reader);
    if (hw_slice_is(text, "24/7")) {
        *ret_hours = hw_hours_always();
        return true;
    }
    do {
        skip_blanks(&reader);
        if (!take_part(&reader, &hours))
            return false;
        skip_blanks(&reader);
    } while (take(&reader, ','));
    if (reader.at != text.size)
        return false;
    *ret_hours = hours;
    return true;
}

/* ---- windows as absolute times ---- */

struct window {
    int64_t start_ms, end_ms; /* equal: closed that day */
};

/* 1970-01-01, day 0, was a Thursday. */
static unsigned weekday_of(int32_t day)
{
    return (unsigned)(((day + 3) % WEEK + WEEK) % WEEK);
}

/* A minute of a London day: on the days that clocks change the wall decides, not the count. */
static int64_t moment_of(int32_t day, unsigned minute)
{
    uint8_t flags = 0;

    if (minute == DAY_MINUTES)
        return hw_london_midnight(day + 1);
    return hw_london_to_utc((int64_t)day * HW_DAY_MS + (int64_t)minute * MINUTE_MS, &flags);
}

static struct window window_of(const struct hw_hours *hours, int32_t day)
{
    unsigned weekday = weekday_of(day);

    if (hours->open[weekday] >= hours->close[weekday])
        return (struct window){0, 0};
    return (struct window){
        moment_of(day, hours->open[weekday]), moment_of(day, hours->close[weekday])};
}

bool hw_hours_is_open(const struct hw_hours *hours, int64_t ms)
{
    struct window window = window_of(hours, hw_london_day(ms));

    return ms >= window.start_ms && ms < window.end_ms;
}

int64_t hw_hours_next(const struct hw_hours *hours, int64_t ms)
{
    int32_t day = hw_london_day(ms);

    for (int i = 0; i <= WEEK; i++) {
        struct window window = window_of(hours, day + i);

        if (window.end_ms > ms && window.start_ms < window.end_ms)
            return window.start_ms > ms ? window.start_ms : ms;
    }
    return HW_TIME_OPEN;
}

int64_t hw_hours_after(const struct hw_hours *hours, int64_t ms, int64_t duration_ms)
{
    int64_t at = hw_hours_next(hours, ms);

    for (unsigned windows = 0; at != HW_TIME_OPEN; windows++) {
        struct window window = window_of(hours, hw_london_day(at));

        if (duration_ms <= window.end_ms - at)
            return at + duration_ms;
        if (windows == WINDOWS_MAX)
            return window.end_ms;
        duration_ms -= window.end_ms - at;
        at = hw_hours_next(hours, window.end_ms);
    }
    return HW_TIME_OPEN;
}
