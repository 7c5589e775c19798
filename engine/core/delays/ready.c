/*
 * Ready periods (CONTRACT R1): from the first statement that somebody no longer meets the criteria
 * to reside, or a ready time reached, until they meet them again, leave, die or are no inpatient.
 */
#include "core/stays/fold.h"

struct ready {
    const struct hw_interval *intervals;
    uint32_t intervals_count, at; /* the interval statements now fall into */
    struct hw_history *history;
    struct hw_scratch *scratch;
    int64_t last_end_ms; /* of the last period; HW_TIME_NONE: none yet */
    /* The period being spoken of. */
    const struct hw_fact *opener; /* NULL: none */
    int64_t not_met_ms;           /* first not-met statement; HW_TIME_NONE */
    struct hw_time ready_at;      /* last said in it */
    int64_t ready_said_ms;        /* when that value was first said */
};

static void forget(struct ready *ready)
{
    ready->opener = NULL;
    ready->not_met_ms = HW_TIME_NONE;
    ready->ready_at = hw_time_none();
}

static bool is_date(struct hw_time time)
{
    return hw_time_is(time) && time.precision <= HW_PRECISION_DAY;
}

/* A ready date: the moment it was first said if that is the same day, else the day's end. */
static int64_t ready_start(const struct ready *ready)
{
    if (!is_date(ready->ready_at))
        return ready->ready_at.start_ms;
    if (ready->ready_said_ms >= ready->ready_at.start_ms &&
        ready->ready_said_ms < hw_time_end(ready->ready_at))
        return ready->ready_said_ms;
    return hw_time_end(ready->ready_at);
}

/* The period as it stands; start_ms HW_TIME_NONE when nothing opened it. */
static struct hw_period period_now(const struct ready *ready, const struct hw_interval *interval)
{
    struct hw_period period = {.start_ms = ready->not_met_ms};
    int64_t floor = interval->start_ms;

    if (ready->last_end_ms != HW_TIME_NONE && ready->last_end_ms > floor)
        floor = ready->last_end_ms;
    if (hw_time_is(ready->ready_at)) {
        int64_t start = ready_start(ready);

        if (period.start_ms == HW_TIME_NONE || start < period.start_ms) {
            period.start_ms = start;
            period.day_precision = is_date(ready->ready_at);
        }
    }
    if (period.start_ms == HW_TIME_NONE)
        return period;
    period.start_day =
        hw_london_day(period.day_precision ? ready->ready_at.start_ms : period.start_ms);
    if (period.start_ms < floor) {
        period.start_ms = floor;
        if (period.start_day < hw_london_day(floor))
            period.start_day = hw_london_day(floor);
    }
    return period;
}

/* End what is open at end_ms; a period without length never was. */
static void close_period(struct ready *ready, const struct hw_interval *interval, int64_t end_ms)
{
    struct hw_period period;

    if (ready->opener == NULL)
        return;
    period = period_now(ready, interval);
    period.end_ms = end_ms < interval->end_ms ? end_ms : interval->end_ms;
    if (period.start_ms != HW_TIME_NONE && period.start_ms < period.end_ms) {
        ready->scratch->openers[ready->history->periods_count] = ready->opener;
        ready->scratch->periods[ready->history->periods_count++] = period;
        ready->last_end_ms = period.end_ms;
    }
    forget(ready);
}

/* A ready time not later than the last period's end is a repetition and says nothing. */
static bool is_repetition(const struct ready *ready, struct hw_time time)
{
    if (ready->last_end_ms == HW_TIME_NONE)
        return false;
    if (is_date(time))
        return hw_time_end(time) - 1 <= ready->last_end_ms;
    return time.start_ms <= ready->last_end_ms;
}

static void take_ready_time(struct ready *ready, const struct hw_fact *fact)
{
    if (!hw_time_is(fact->expected) || is_repetition(ready, fact->expected))
        return;
    if (ready->opener == NULL)
        ready->opener = fact;
    if (!hw_time_is(ready->ready_at) || ready->ready_at.start_ms != fact->expected.start_ms ||
        ready->ready_at.precision != fact->expected.precision)
        ready->ready_said_ms = fact->key.event_ms;
    ready->ready_at = fact->expected;
}

static void take_statement(
    struct ready *ready, const struct hw_interval *interval, const struct hw_fact *fact)
{
    switch ((enum hw_meets)fact->meets) {
    case HW_MEETS_YES:
        close_period(ready, interval, fact->moment.start_ms);
        return;
    case HW_MEETS_NO:
        if (fact->expected_cleared)
            ready->ready_at = hw_time_none();
        if (ready->opener == NULL)
            ready->opener = fact;
        if (ready->not_met_ms == HW_TIME_NONE)
            ready->not_met_ms = fact->moment.start_ms;
        break;
    case HW_MEETS_NOT_SAID:
        if (fact->expected_cleared) {
            close_period(ready, interval, fact->key.event_ms);
            return;
        }
        break;
    }
    take_ready_time(ready, fact);
}

/* Said after the last interval: a ready time inside it still opens what nothing had opened. */
static void take_late(struct ready *ready, const struct hw_fact *fact)
{
    const struct hw_interval *last = &ready->intervals[ready->intervals_count - 1];

    if (fact->meets == HW_MEETS_YES || !hw_time_is(fact->expected) ||
        fact->expected.start_ms >= last->end_ms) {
        ready->history->findings |= UINT64_C(1) << HW_FINDING_READY_OUTSIDE_STAY;
        return;
    }
    take_ready_time(ready, fact);
    close_period(ready, last, last->end_ms);
}

static void note_backdated(struct ready *ready, const struct hw_fact *fact)
{
    struct hw_time said = hw_time_is(fact->expected) ? fact->expected : fact->moment;

    if (hw_time_end(said) - 1 < hw_london_midnight(hw_london_day(fact->key.recorded_ms)))
        ready->history->findings |= UINT64_C(1) << HW_FINDING_BACKDATED;
}

void hw_ready_fold(struct hw_engine *engine, const struct hw_fold_input *input,
    uint32_t intervals_count, struct hw_history *history)
{
    struct ready ready = {
        .intervals = engine->scratch->intervals,
        .intervals_count = intervals_count,
        .history = history,
        .scratch = engine->scratch,
        .last_end_ms = HW_TIME_NONE,
    };

    history->periods = engine->scratch->periods;
    history->periods_count = 0;
    if (intervals_count == 0)
        return;
    forget(&ready);
    for (uint32_t i = 0; i < input->facts_count; i++) {
        const struct hw_fact *fact = input->facts[i];

        if (fact->kind != HW_FACT_READY || engine->scratch->annulled[i])
            continue;
        note_backdated(&ready, fact);
        while (
            ready.at < intervals_count && fact->key.event_ms >= ready.intervals[ready.at].end_ms) {
            close_period(&ready, &ready.intervals[ready.at], HW_TIME_OPEN);
            forget(&ready);
            ready.at++;
        }
        if (ready.at == intervals_count)
            take_late(&ready, fact);
        else
            take_statement(&ready, &ready.intervals[ready.at], fact);
    }
    for (; ready.at < intervals_count; ready.at++)
        close_period(&ready, &ready.intervals[ready.at], HW_TIME_OPEN);
}
