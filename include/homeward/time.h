/*
 * time.h - moments, their precision, and London days.
 *
 * Inside, a moment is int64 milliseconds since 1970-01-01T00:00:00Z; functions that take one want
 * it within the years 0..9999, so neither HW_TIME_NONE nor HW_TIME_OPEN.  Feeds without an offset
 * mean Europe/London (CONTRACT, opening; HL7 UK A.3).  London follows the rule in force since 1996:
 * summer time from 01:00 UTC on the last Sunday of March to 01:00 UTC on the last Sunday of
 * October; for earlier years the same rule is applied.  Pure; any thread.
 */
#ifndef HOMEWARD_TIME_H
#define HOMEWARD_TIME_H

#include "homeward/slice.h"
#include "homeward/status.h"

#define HW_TIME_NONE INT64_MIN /* no moment */
#define HW_TIME_OPEN INT64_MAX /* an interval that has not ended; a timer that is not set */
#define HW_SECOND_MS INT64_C(1000)
#define HW_MINUTE_MS INT64_C(60000)
#define HW_HOUR_MS   INT64_C(3600000)
#define HW_DAY_MS    INT64_C(86400000) /* of 24 hours; London days may have 23 or 25 */
#define HW_DAY_NONE  INT32_MIN

/* Years accepted from feeds: outside is unreadable. */
enum { HW_YEAR_FIRST = 1850, HW_YEAR_LAST = 2199 };

enum hw_precision {
    HW_PRECISION_NONE, /* no time */
    HW_PRECISION_YEAR,
    HW_PRECISION_MONTH,
    HW_PRECISION_DAY,
    HW_PRECISION_HOUR,
    HW_PRECISION_MINUTE,
    HW_PRECISION_SECOND,
    HW_PRECISION_MS,
};

/* How a wall-clock time without an offset was settled. */
enum hw_time_flag {
    HW_TIME_EXACT = 0,
    HW_TIME_AMBIGUOUS = 1, /* the hour that happens twice in October: first occurrence taken */
    HW_TIME_MISSING = 2,   /* the hour that March leaves out: moved forward one hour */
};

/* A time as said: the interval [start_ms, hw_time_end(t)) in which the moment lies. */
struct hw_time {
    int64_t start_ms;  /* HW_TIME_NONE when precision is HW_PRECISION_NONE */
    uint8_t precision; /* enum hw_precision */
    uint8_t flags;     /* enum hw_time_flag */
    uint8_t unused[6]; /* zero: times are hashed and imaged byte for byte */
};

static inline bool hw_time_is(struct hw_time time)
{
    return time.precision != HW_PRECISION_NONE;
}

static inline struct hw_time hw_time_none(void)
{
    return (struct hw_time){.start_ms = HW_TIME_NONE};
}

/* A time exact to the millisecond. */
static inline struct hw_time hw_time_at(int64_t ms)
{
    return (struct hw_time){.start_ms = ms, .precision = HW_PRECISION_MS};
}

/* First millisecond after the interval that time stands for (start_ms + 1 for MS precision). */
int64_t hw_time_end(struct hw_time time);

/*
 * HL7 v2 DTM/TS: YYYY[MM[DD[HH[MM[SS[.S...]]]]]][+/-ZZZZ]; also 17 digits (milliseconds without a
 * point); fraction digits past the third are cut off.  Z and +hh:mm are taken as offsets too.  A
 * component after ^ must be cut off by the caller.  Blanks around it are passed over.  HW_OK or
 * HW_E_INVALID with *ret_time untouched.
 */
HW_MUST_CHECK enum hw_status hw_time_parse_hl7(struct hw_slice text, struct hw_time *ret_time);

/*
 * RFC 3339 / ISO 8601: YYYY[-MM[-DD[Thh:mm[:ss[.s...]][Z|+hh:mm|-hhmm]]]]; a blank serves as T.
 * Without an offset: London.  HW_OK or HW_E_INVALID with *ret_time untouched.
 */
HW_MUST_CHECK enum hw_status hw_time_parse_iso(struct hw_slice text, struct hw_time *ret_time);

enum { HW_TIME_TEXT_SIZE = 32 }; /* bytes, NUL included */

/* "2026-11-21T10:15:00.000Z"; for years 0..9999.  Returns text. */
char *hw_time_format(int64_t ms, char text[HW_TIME_TEXT_SIZE]);

/* "20261121101500" in London, or with +0000 style offset when offset is true. Returns text. */
char *hw_time_format_hl7(int64_t ms, bool offset, char text[HW_TIME_TEXT_SIZE]);

/* Offset of London from UTC at a moment: 0 or HW_HOUR_MS. */
int64_t hw_london_offset(int64_t ms);

/* The London calendar day a moment falls on, as days since 1970-01-01. */
int32_t hw_london_day(int64_t ms);

/* The moment a London calendar day begins. */
int64_t hw_london_midnight(int32_t day);

/* Wall clock in London to moment; *ret_flags takes enum hw_time_flag. */
int64_t hw_london_to_utc(int64_t wall_ms, uint8_t *ret_flags);

/* Proleptic Gregorian calendar; day counts from 1970-01-01. */
int32_t hw_day_from_civil(int year, int month, int day);
void hw_civil_from_day(int32_t day, int *ret_year, int *ret_month, int *ret_day);

/* The day somebody born on born_day reaches the age of years (29 February: 1 March). */
int32_t hw_day_of_age(int32_t born_day, int years);

#endif
