#include "homeward/time.h"

/* 400 years of the calendar. */
enum { ERA_YEARS = 400, ERA_DAYS = 146097 };

/* Days from civil and back: the usual shift of the year to begin in March, in eras of 400 years. */
static inline int32_t day_from_civil(int year, int month, int day)
{
    static const int16_t days_before[] = {306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275};
    int shifted = month <= 2 ? year - 1 : year;
    int eras = shifted >= 0 ? 0 : (ERA_YEARS - 1 - shifted) / ERA_YEARS; /* to pass over */
    unsigned y = (unsigned)(shifted + eras * ERA_YEARS);
    unsigned centuries = y / 100;

    return (int32_t)(y * 365 + y / 4 - centuries + centuries / 4) + days_before[month - 1] + day -
        719469 - eras * ERA_DAYS;
}

int32_t hw_day_from_civil(int year, int month, int day)
{
    return day_from_civil(year, month, day);
}

void hw_civil_from_day(int32_t day, int *ret_year, int *ret_month, int *ret_day)
{
    int z = day + 719468;
    int era = (z >= 0 ? z : z - 146096) / 146097;
    int day_of_era = z - era * 146097;
    int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month_shifted = (5 * day_of_year + 2) / 153;

    *ret_day = day_of_year - (153 * month_shifted + 2) / 5 + 1;
    *ret_month = month_shifted < 10 ? month_shifted + 3 : month_shifted - 9;
    *ret_year = year_of_era + era * 400 + (*ret_month <= 2);
}

static int32_t day_of_ms(int64_t ms)
{
    int64_t days = ms / HW_DAY_MS;

    return (int32_t)(days - (ms < days * HW_DAY_MS));
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* 01:00 UTC on the last Sunday of a month.  1970-01-01 was a Thursday. */
static int64_t last_sunday(int year, int month)
{
    int32_t day = hw_day_from_civil(year, month, 31); /* March and October have 31 days. */
    int weekday = (int)(((day + 4) % 7 + 7) % 7);     /* 0 Sunday */

    return (int64_t)(day - weekday) * HW_DAY_MS + HW_HOUR_MS;
}

/*
 * Days from the first of March, each to within some days, between which it is summer for certain,
 * and outside of which it is winter.
 */
enum { SURELY_SUMMER_FROM = 42, SURELY_SUMMER_TO = 225, MAYBE_FROM = 18, MAYBE_TO = 255 };

/* In days from the first of March of the year 0, which begins an era. */
enum { YEAR_1970 = 719468, YEAR_9999 = 9999 * 365 };

static __attribute__((noinline)) int64_t exact_offset(int64_t ms)
{
    int year, month, day;

    hw_civil_from_day(day_of_ms(ms), &year, &month, &day);
    return ms >= last_sunday(year, 3) && ms < last_sunday(year, 10) ? HW_HOUR_MS : 0;
}

int64_t hw_london_offset(int64_t ms)
{
    int32_t day = day_of_ms(ms) + YEAR_1970;

    if (day >= 0 && day <= YEAR_9999) {
        unsigned of_year = (unsigned)day * ERA_YEARS % ERA_DAYS / ERA_YEARS;

        if (of_year >= SURELY_SUMMER_FROM && of_year < SURELY_SUMMER_TO)
            return HW_HOUR_MS;
        if (of_year < MAYBE_FROM || of_year >= MAYBE_TO)
            return 0;
    }
    return exact_offset(ms);
}

int32_t hw_london_day(int64_t ms)
{
    return day_of_ms(ms + hw_london_offset(ms));
}

int64_t hw_london_midnight(int32_t day)
{
    int64_t wall = (int64_t)day * HW_DAY_MS;

    /* Clocks change at 01:00 or 02:00: midnight is never ambiguous or missing. */
    return wall - hw_london_offset(wall - HW_HOUR_MS);
}

int64_t hw_london_to_utc(int64_t wall_ms, uint8_t *ret_flags)
{
    int64_t as_summer = wall_ms - HW_HOUR_MS;
    bool summer_fits = hw_london_offset(as_summer) == HW_HOUR_MS;
    bool winter_fits = hw_london_offset(wall_ms) == 0;

    *ret_flags = HW_TIME_EXACT;
    if (summer_fits) {
        if (winter_fits)
            *ret_flags = HW_TIME_AMBIGUOUS;
        return as_summer;
    }
    if (!winter_fits)
        *ret_flags = HW_TIME_MISSING; /* 01:30 becomes 02:30 BST, which is 01:30 UTC. */
    return wall_ms;
}

int64_t hw_time_end(struct hw_time time)
{
    int year, month, day;

    switch ((enum hw_precision)time.precision) {
    case HW_PRECISION_YEAR:
        hw_civil_from_day(hw_london_day(time.start_ms), &year, &month, &day);
        return hw_london_midnight(hw_day_from_civil(year + 1, 1, 1));
    case HW_PRECISION_MONTH:
        hw_civil_from_day(hw_london_day(time.start_ms), &year, &month, &day);
        return hw_london_midnight(month == 12 ? hw_day_from_civil(year + 1, 1, 1)
                                              : hw_day_from_civil(year, month + 1, 1));
    case HW_PRECISION_DAY:
        return hw_london_midnight(hw_london_day(time.start_ms) + 1);
    case HW_PRECISION_HOUR:
        return time.start_ms + HW_HOUR_MS;
    case HW_PRECISION_MINUTE:
        return time.start_ms + HW_MINUTE_MS;
    case HW_PRECISION_SECOND:
        return time.start_ms + HW_SECOND_MS;
    case HW_PRECISION_MS:
    case HW_PRECISION_NONE:
        break;
    }
    return time.start_ms + 1;
}

/* A cursor over digits. */
struct digits {
    const uint8_t *at;
    const uint8_t *end;
};

static bool take_number(struct digits *digits, int count, int *ret_number)
{
    int number = 0;

    if (digits->end - digits->at < count)
        return false;
    for (int i = 0; i < count; i++) {
        if (digits->at[i] < '0' || digits->at[i] > '9')
            return false;
        number = number * 10 + (digits->at[i] - '0');
    }
    digits->at += count;
    *ret_number = number;
    return true;
}

static bool at_char(const struct digits *digits, char c)
{
    return digits->at != digits->end && *digits->at == (uint8_t)c;
}

static bool take_char(struct digits *digits, char c)
{
    if (!at_char(digits, c))
        return false;
    digits->at++;
    return true;
}

static bool at_digit(const struct digits *digits)
{
    return digits->at != digits->end && *digits->at >= '0' && *digits->at <= '9';
}

struct civil {
    int year, month, day, hour, minute, second, ms;
    int offset_minutes;
    bool has_offset;
    enum hw_precision precision;
};

/*
 * Digits after the point (or the last three of 17), at least digits_min: past the third they are
 * cut off.
 */
static bool take_fraction(struct digits *digits, struct civil *civil, int digits_min)
{
    int scale = 100, count = 0;

    civil->ms = 0;
    while (at_digit(digits)) {
        civil->ms += (*digits->at - '0') * scale;
        scale /= 10;
        digits->at++;
        count++;
    }
    civil->precision = HW_PRECISION_MS;
    return count >= digits_min;
}

static bool take_offset(struct digits *digits, struct civil *civil)
{
    int sign, hours, minutes = 0;
    bool colon;

    if (take_char(digits, 'Z') || take_char(digits, 'z')) {
        civil->has_offset = true;
        return true;
    }
    if (take_char(digits, '+'))
        sign = 1;
    else if (take_char(digits, '-'))
        sign = -1;
    else
        return false;
    if (!take_number(digits, 2, &hours))
        return false;
    colon = take_char(digits, ':');
    if ((colon || at_digit(digits)) && !take_number(digits, 2, &minutes))
        return false;
    if (hours > 14 || minutes > 59)
        return false;
    civil->has_offset = true;
    civil->offset_minutes = sign * (hours * 60 + minutes);
    return true;
}

static enum hw_status settle(const struct civil *civil, struct hw_time *ret_time)
{
    struct hw_time time = {.precision = (uint8_t)civil->precision};
    int64_t wall_ms;

    if (civil->year < HW_YEAR_FIRST || civil->year > HW_YEAR_LAST)
        return HW_E_INVALID;
    if (civil->month < 1 || civil->month > 12)
        return HW_E_INVALID;
    if (civil->day < 1 ||
        (civil->day > 28 && civil->day > days_in_month(civil->year, civil->month)))
        return HW_E_INVALID;
    if (civil->hour > 23 || civil->minute > 59 || civil->second > 60)
        return HW_E_INVALID;

    wall_ms = (int64_t)hw_day_from_civil(civil->year, civil->month, civil->day) * HW_DAY_MS +
        civil->hour * HW_HOUR_MS + civil->minute * HW_MINUTE_MS;
    /* A leap second is the last millisecond of its minute. */
    if (civil->second == 60)
        wall_ms += 59 * HW_SECOND_MS + 999;
    else
        wall_ms += civil->second * HW_SECOND_MS + civil->ms;

    if (civil->has_offset)
        time.start_ms = wall_ms - civil->offset_minutes * HW_MINUTE_MS;
    else if (civil->month != 3 && civil->month != 10) /* Clocks change neither in it nor near it. */
        time.start_ms = civil->month > 3 && civil->month < 10 ? wall_ms - HW_HOUR_MS : wall_ms;
    else if (civil->precision <= HW_PRECISION_DAY)
        time.start_ms = hw_london_midnight(day_of_ms(wall_ms));
    else
        time.start_ms = hw_london_to_utc(wall_ms, &time.flags);
    *ret_time = time;
    return HW_OK;
}

static struct digits trimmed(struct hw_slice text)
{
    struct digits digits = {text.data, text.data};

    if (text.size > 0)
        digits.end += text.size; /* Not so with nothing: data may be NULL. */
    while (digits.at != digits.end && *digits.at == ' ')
        digits.at++;
    while (digits.at != digits.end && digits.end[-1] == ' ')
        digits.end--;
    return digits;
}

/* Numbers of two digits each, as many as there are and seven at most.  Returns how many. */
static int take_pairs(struct digits *digits, int pairs[7])
{
    int count = 0;

    while (count < 7 && digits->end - digits->at >= 2) {
        unsigned tens = digits->at[0] - (unsigned)'0', ones = digits->at[1] - (unsigned)'0';

        if (tens > 9 || ones > 9)
            break;
        pairs[count++] = (int)(tens * 10 + ones);
        digits->at += 2;
    }
    return count;
}

static __attribute__((noinline)) enum hw_status parse_hl7_form(
    struct hw_slice text, struct hw_time *ret_time)
{
    struct digits digits = trimmed(text);
    struct civil civil;
    int pairs[7] = {[2] = 1, [3] = 1}; /* century, year, month, day, hour, minute, second */
    int count = take_pairs(&digits, pairs);

    if (count < 2)
        return HW_E_INVALID;
    civil = (struct civil){.year = pairs[0] * 100 + pairs[1],
        .month = pairs[2],
        .day = pairs[3],
        .hour = pairs[4],
        .minute = pairs[5],
        .second = pairs[6],
        .precision = (enum hw_precision)(HW_PRECISION_YEAR + count - 2)};
    if (count < 7 && at_digit(&digits))
        return HW_E_INVALID;
    if (civil.precision == HW_PRECISION_SECOND && (at_digit(&digits) || at_char(&digits, '.'))) {
        int digits_min = take_char(&digits, '.') ? 1 : 3;

        if (!take_fraction(&digits, &civil, digits_min))
            return HW_E_INVALID;
    }
    if (digits.at != digits.end && !take_offset(&digits, &civil))
        return HW_E_INVALID;
    if (digits.at != digits.end)
        return HW_E_INVALID;
    return settle(&civil, ret_time);
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first digit is the lowest byte");

/* Eight digits at as four numbers of two, in bytes 0, 2, 4, 6; false if they are not all digits. */
static bool take_eight(const uint8_t *at, uint64_t *ret_pairs)
{
    const uint64_t high = UINT64_C(0xf0f0f0f0f0f0f0f0), zeros = UINT64_C(0x3030303030303030);
    uint64_t word;

    memcpy(&word, at, sizeof word);
    if ((word & high) != zeros || ((word + UINT64_C(0x0606060606060606)) & high) != zeros)
        return false;
    word -= zeros;
    *ret_pairs = word * 10 + (word >> 8);
    return true;
}

static unsigned pair_of(uint64_t pairs, int index)
{
    return (unsigned)(pairs >> (16 * index) & 0xff);
}

_Static_assert(HW_PRECISION_DAY == 8 / 2 - 1 && HW_PRECISION_MINUTE == 12 / 2 - 1 &&
        HW_PRECISION_SECOND == 14 / 2 - 1,
    "a pair of digits more is one precision more");

/*
 * The forms that nearly all times have, digits alone, to the day, the minute or the second, in a
 * month in which the clocks do not change.  False says nothing: read it with all rules.
 */
static bool parse_plain(struct hw_slice text, struct hw_time *ret_time)
{
    uint64_t date, clock = 0;
    unsigned year, month, day, hour, minute, second;
    int64_t seconds;

    if ((text.size != 14 && text.size != 12 && text.size != 8) || !take_eight(text.data, &date) ||
        (text.size > 8 && !take_eight(text.data + text.size - 8, &clock)))
        return false;
    if (text.size == 12) /* The last eight are month, day, hour, minute. */
        clock >>= 16;
    year = pair_of(date, 0) * 100 + pair_of(date, 1);
    month = pair_of(date, 2);
    day = pair_of(date, 3);
    hour = pair_of(clock, 1);
    minute = pair_of(clock, 2);
    second = pair_of(clock, 3);
    if (year - HW_YEAR_FIRST > HW_YEAR_LAST - HW_YEAR_FIRST || month - 1 > 11 || month == 3 ||
        month == 10 || day - 1 > 30 ||
        (day > 28 && day > (unsigned)days_in_month((int)year, (int)month)) || hour > 23 ||
        minute > 59 || second > 59)
        return false;
    seconds = (int64_t)day_from_civil((int)year, (int)month, (int)day) * (HW_DAY_MS / 1000) +
        hour * 3600 + minute * 60 + second;
    if (month > 3 && month < 10)
        seconds -= 3600;
    *ret_time = (struct hw_time){
        .start_ms = seconds * HW_SECOND_MS, .precision = (uint8_t)(text.size / 2 - 1)};
    return true;
}

enum hw_status hw_time_parse_hl7(struct hw_slice text, struct hw_time *ret_time)
{
    if (parse_plain(text, ret_time))
        return HW_OK;
    return parse_hl7_form(text, ret_time);
}

static enum hw_status parse_iso_clock(struct digits *digits, struct civil *civil)
{
    if (!take_number(digits, 2, &civil->hour) || !take_char(digits, ':') ||
        !take_number(digits, 2, &civil->minute))
        return HW_E_INVALID;
    civil->precision = HW_PRECISION_MINUTE;
    if (take_char(digits, ':')) {
        if (!take_number(digits, 2, &civil->second))
            return HW_E_INVALID;
        civil->precision = HW_PRECISION_SECOND;
        if ((take_char(digits, '.') || take_char(digits, ',')) && !take_fraction(digits, civil, 1))
            return HW_E_INVALID;
    }
    if (digits->at != digits->end && !take_offset(digits, civil))
        return HW_E_INVALID;
    return HW_OK;
}

enum hw_status hw_time_parse_iso(struct hw_slice text, struct hw_time *ret_time)
{
    struct digits digits = trimmed(text);
    struct civil civil = {.month = 1, .day = 1, .precision = HW_PRECISION_YEAR};

    if (!take_number(&digits, 4, &civil.year))
        return HW_E_INVALID;
    if (take_char(&digits, '-')) {
        if (!take_number(&digits, 2, &civil.month))
            return HW_E_INVALID;
        civil.precision = HW_PRECISION_MONTH;
        if (take_char(&digits, '-')) {
            if (!take_number(&digits, 2, &civil.day))
                return HW_E_INVALID;
            civil.precision = HW_PRECISION_DAY;
            if ((take_char(&digits, 'T') || take_char(&digits, 't') || take_char(&digits, ' ')) &&
                parse_iso_clock(&digits, &civil) != HW_OK)
                return HW_E_INVALID;
        }
    }
    if (digits.at != digits.end)
        return HW_E_INVALID;
    return settle(&civil, ret_time);
}

/* A number as that many digits, its last ones; returns where to go on. */
static char *put_digits(char *at, int number, int count)
{
    for (int i = count - 1; i >= 0; i--) {
        at[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return at + count;
}

/* Year, month and day with between them; '\0' for nothing. */
static char *put_date(char *at, int32_t day, char between)
{
    int year, month, day_of_month;

    hw_civil_from_day(day, &year, &month, &day_of_month);
    at = put_digits(at, year, 4);
    if (between != '\0')
        *at++ = between;
    at = put_digits(at, month, 2);
    if (between != '\0')
        *at++ = between;
    return put_digits(at, day_of_month, 2);
}

static char *put_clock(char *at, int64_t in_day, char between)
{
    int seconds = (int)(in_day / HW_SECOND_MS);

    at = put_digits(at, seconds / 3600, 2);
    if (between != '\0')
        *at++ = between;
    at = put_digits(at, seconds / 60 % 60, 2);
    if (between != '\0')
        *at++ = between;
    return put_digits(at, seconds % 60, 2);
}

char *hw_time_format(int64_t ms, char text[HW_TIME_TEXT_SIZE])
{
    int64_t in_day = ms - (int64_t)day_of_ms(ms) * HW_DAY_MS;
    char *at = put_date(text, day_of_ms(ms), '-');

    *at++ = 'T';
    at = put_clock(at, in_day, ':');
    *at++ = '.';
    at = put_digits(at, (int)(in_day % 1000), 3);
    memcpy(at, "Z", 2);
    return text;
}

char *hw_time_format_hl7(int64_t ms, bool offset, char text[HW_TIME_TEXT_SIZE])
{
    int64_t london_offset = hw_london_offset(ms);
    int64_t wall = ms + london_offset;
    char *at = put_date(text, day_of_ms(wall), '\0');

    at = put_clock(at, wall - (int64_t)day_of_ms(wall) * HW_DAY_MS, '\0');
    if (!offset)
        *at = '\0';
    else
        memcpy(at, london_offset == 0 ? "+0000" : "+0100", 6);
    return text;
}

int32_t hw_day_of_age(int32_t born_day, int years)
{
    int year, month, day;

    hw_civil_from_day(born_day, &year, &month, &day);
    if (month == 2 && day == 29 && !is_leap(year + years))
        return hw_day_from_civil(year + years, 3, 1);
    return hw_day_from_civil(year + years, month, day);
}
