/*
 * Ready periods (CONTRACT R1): from the first statement that somebody no longer meets the criteria
 * to reside, or a ready time reached, until they meet them again, leave, die or are no inpatient.
 *
 * Statements are walked in the order of their keys.  What has been said since the last period ended
 * is a telling; where its period would lie follows from it and the inpatient intervals.
 */
#include "core/stays/fold.h"

/* The last ready time an organisation said in the telling. */
struct ready_said {
    uint32_t organisation;
    struct hw_time time;
    int64_t first_said_ms; /* when this value was first said, by anybody */
};

/* A value said in the telling, and when it was first said. */
struct first_said {
    struct hw_time time;
    int64_t ms;
};

enum { VALUES_MAX = 32 }; /* different ready times of one telling */

struct telling {
    struct hw_history *history;
    struct hw_scratch *scratch;
    const struct hw_fact *opener; /* NULL: nothing was said */
    int64_t not_met_ms;           /* first not-met statement; HW_TIME_NONE */
    struct ready_said *said;      /* HW_CLAIMANTS_MAX */
    uint32_t said_count;
    struct first_said *values; /* VALUES_MAX */
    uint32_t values_count;
    struct ready_said ready; /* last said by anybody; time none: withdrawn or not said */
    /* The period before. */
    const struct hw_fact *closed_by;
    int64_t closed_ms; /* HW_TIME_NONE: there was none */
};

static void find(struct telling *telling, enum hw_finding finding)
{
    telling->history->findings |= UINT64_C(1) << finding;
}

static void forget(struct telling *telling)
{
    telling->opener = NULL;
    telling->not_met_ms = HW_TIME_NONE;
    telling->said_count = telling->values_count = 0;
    telling->ready.time = hw_time_none();
}

static bool is_date(struct hw_time time)
{
    return time.precision <= HW_PRECISION_DAY;
}

/* A ready date: the moment it was first said if that is the same day, else the day's end. */
static int64_t ready_start(const struct ready_said *ready)
{
    if (!is_date(ready->time))
        return ready->time.start_ms;
    if (ready->first_said_ms >= ready->time.start_ms &&
        ready->first_said_ms < hw_london_midnight(hw_london_day(ready->time.start_ms) + 1))
        return ready->first_said_ms;
    return hw_london_midnight(hw_london_day(ready->time.start_ms) + 1);
}

/* The earlier of the first not-met and the ready time last said; start_ms HW_TIME_NONE: neither. */
static struct hw_period start_of(const struct telling *telling)
{
    struct hw_period period = {.start_ms = telling->not_met_ms};

    if (period.start_ms != HW_TIME_NONE)
        period.start_day = hw_london_day(period.start_ms);
    if (hw_time_is(telling->ready.time)) {
        int64_t start = ready_start(&telling->ready);

        if (period.start_ms == HW_TIME_NONE || start < period.start_ms) {
            period.start_ms = start;
            period.start_day = hw_london_day(telling->ready.time.start_ms);
            period.day_precision = is_date(telling->ready.time);
        }
    }
    return period;
}

/* Put off to a moment, a start is no longer that of a date. */
static void not_before(struct hw_period *period, int64_t ms)
{
    if (period->start_ms >= ms)
        return;
    period->start_ms = ms;
    period->start_day = hw_london_day(ms);
    period->day_precision = 0;
}

/*
 * Where the period being told lies: never before the admission (what was said before is carried
 * in) nor before the last period's end, inside an inpatient interval.  False: nowhere.
 */
static bool place(const struct telling *telling, struct hw_period *ret_period)
{
    const struct hw_history *history = telling->history;
    struct hw_period period = start_of(telling);

    if (period.start_ms == HW_TIME_NONE)
        return false;
    if (telling->closed_ms != HW_TIME_NONE)
        not_before(&period, telling->closed_ms);
    for (uint32_t i = 0; i < history->intervals_count; i++) {
        if (history->intervals[2 * i + 1] <= period.start_ms)
            continue;
        not_before(&period, history->intervals[2 * i]);
        period.end_ms = history->intervals[2 * i + 1];
        *ret_period = period;
        return true;
    }
    return false;
}

/* Where the ready times that organisations said last differ (R4). */
static struct hw_interval contested(const struct telling *telling)
{
    int64_t least = HW_TIME_OPEN, most = HW_TIME_NONE;

    for (uint32_t i = 0; i < telling->said_count; i++) {
        int64_t start = ready_start(&telling->said[i]);

        least = start < least ? start : least;
        most = start > most ? start : most;
    }
    if (!hw_time_is(telling->ready.time) || least >= most)
        return (struct hw_interval){0};
    return (struct hw_interval){least, most};
}

/* The period ends; one without length is not kept, but was. */
static void close_at(struct telling *telling, struct hw_period period, int64_t end_ms,
    const struct hw_fact *closed_by)
{
    struct hw_history *history = telling->history;

    period.end_ms = end_ms;
    if (period.start_ms < period.end_ms) {
        telling->scratch->openings[history->periods_count] =
            (struct hw_opening){.opener = telling->opener,
                .closed_by = telling->closed_by,
                .closed_ms = telling->closed_ms,
                .contested = contested(telling)};
        telling->scratch->periods[history->periods_count++] = period;
    }
    telling->closed_by = closed_by;
    telling->closed_ms = end_ms;
    forget(telling);
}

/* The end of the stay, death, or a class no longer inpatient, if one came by then. */
static void close_by_leaving(struct telling *telling, int64_t by_ms)
{
    struct hw_period period;

    if (telling->opener != NULL && place(telling, &period) && period.end_ms <= by_ms)
        close_at(telling, period, period.end_ms, NULL);
}

/* Criteria met, or readiness withdrawn, at the statement's moment. */
static void take_end(struct telling *telling, const struct hw_fact *fact)
{
    int64_t end_ms = fact->moment.start_ms;
    struct hw_period period;

    close_by_leaving(telling, end_ms);
    if (telling->opener != NULL && place(telling, &period)) {
        if (period.start_ms > end_ms && period.start_ms < hw_time_end(fact->moment))
            end_ms = period.start_ms; /* Coarse: at what it must follow. */
        if (period.start_ms <= end_ms) {
            close_at(telling, period, end_ms, fact);
            return;
        }
    }
    forget(telling);
}

static struct ready_said *said_by(struct telling *telling, uint32_t organisation)
{
    for (uint32_t i = 0; i < telling->said_count; i++)
        if (telling->said[i].organisation == organisation)
            return &telling->said[i];
    if (telling->said_count == HW_CLAIMANTS_MAX) {
        find(telling, HW_FINDING_TOO_MANY_FACTS);
        return &telling->said[HW_CLAIMANTS_MAX - 1];
    }
    telling->said[telling->said_count] = (struct ready_said){.organisation = organisation};
    return &telling->said[telling->said_count++];
}

/* When this value was first said; a new one is remembered. */
static int64_t first_said(struct telling *telling, const struct hw_fact *fact)
{
    for (uint32_t i = 0; i < telling->values_count; i++)
        if (telling->values[i].time.start_ms == fact->expected.start_ms &&
            telling->values[i].time.precision == fact->expected.precision)
            return telling->values[i].ms;
    if (telling->values_count < VALUES_MAX)
        telling->values[telling->values_count++] =
            (struct first_said){fact->expected, fact->key.event_ms};
    return fact->key.event_ms;
}

static void take_ready_time(struct telling *telling, const struct hw_fact *fact)
{
    struct ready_said said = {.organisation = fact->organisation, .time = fact->expected};

    if (!hw_time_is(fact->expected))
        return;
    if (hw_far_ahead(fact, fact->expected.start_ms)) {
        find(telling, HW_FINDING_FAR_AHEAD);
        return;
    }
    /* Not later than the last period's end: a repetition, which says nothing. */
    if (telling->closed_ms != HW_TIME_NONE && fact->expected.start_ms <= telling->closed_ms)
        return;
    if (telling->opener == NULL)
        telling->opener = fact;
    said.first_said_ms = first_said(telling, fact);
    *said_by(telling, fact->organisation) = said;
    telling->ready = said;
}

static void take_statement(struct telling *telling, const struct hw_fact *fact)
{
    if (fact->meets == HW_MEETS_YES ||
        (fact->meets == HW_MEETS_NOT_SAID && fact->expected_cleared)) {
        take_end(telling, fact);
        return;
    }
    close_by_leaving(telling, fact->key.event_ms);
    if (fact->meets == HW_MEETS_NO) {
        if (telling->opener == NULL)
            telling->opener = fact;
        if (telling->not_met_ms == HW_TIME_NONE)
            telling->not_met_ms = fact->moment.start_ms;
        if (fact->expected_cleared)
            telling->ready.time = hw_time_none();
    }
    take_ready_time(telling, fact);
}

/* A claim dated before its own day is shown (R4). */
static void note_backdated(struct telling *telling, const struct hw_fact *fact)
{
    if (hw_time_is(fact->expected) && fact->expected.start_ms < fact->key.recorded_ms &&
        hw_london_day(fact->expected.start_ms) < hw_london_day(fact->key.recorded_ms))
        find(telling, HW_FINDING_BACKDATED);
}

void hw_ready_fold(
    struct hw_engine *engine, const struct hw_fold_input *input, struct hw_history *history)
{
    /* Not cleared: only the first so many of each are looked at. */
    struct ready_said said[HW_CLAIMANTS_MAX];
    struct first_said values[VALUES_MAX];
    struct telling telling = {.history = history,
        .scratch = engine->scratch,
        .said = said,
        .values = values,
        .closed_ms = HW_TIME_NONE};

    history->periods = engine->scratch->periods;
    history->periods_count = 0;
    forget(&telling);
    for (uint32_t i = 0; i < input->facts_count; i++) {
        const struct hw_fact *fact = input->facts[i];

        if (fact->kind != HW_FACT_READY)
            continue;
        note_backdated(&telling, fact);
        if (!engine->scratch->annulled[i])
            take_statement(&telling, fact);
    }
    close_by_leaving(&telling, HW_TIME_OPEN);
    if (telling.opener != NULL)
        find(&telling, HW_FINDING_READY_OUTSIDE_STAY);
}
