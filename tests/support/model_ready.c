/* R1: ready periods, from what was said of criteria to reside and ready times. */
#include "support/model_parts.h"

/* A ready time said in the period being told. */
struct ready_said {
    const struct fact *fact;
    struct hw_time time;
};

/* What has been said since the last period ended. */
struct telling {
    const struct fact *opener;
    int64_t not_met_ms; /* first not met; HW_TIME_NONE */
    LIST(struct ready_said) ready;
    bool ready_stands;
    /* The period before. */
    const struct fact *closed_by;
    int64_t closed_ms; /* where it was closed; HW_TIME_NONE: there was none */
    int64_t last_end_ms;
};

struct start {
    int64_t ms; /* HW_TIME_NONE: nothing says that it starts */
    int32_t day;
    bool of_date;
};

/* "A ready date starts at the moment it was first said in the period if that is the same day,
 * else at the day's end." */
static struct start start_of_ready(const struct telling *telling, struct hw_time time)
{
    struct start start = {time.start_ms, hw_london_day(time.start_ms), false};

    if (time.precision >= HW_PRECISION_HOUR)
        return start;
    start.of_date = true;
    for (uint32_t i = 0; i < telling->ready.count; i++) {
        const struct ready_said *said = &telling->ready.at[i];

        if (said->time.start_ms != time.start_ms || said->time.precision != time.precision)
            continue;
        start.ms = hw_london_day(said->fact->event->happened.start_ms) == start.day
            ? said->fact->event->happened.start_ms
            : hw_london_midnight(start.day + 1);
        return start;
    }
    return start;
}

/* "Starts at the earlier of its first not-met and the ready time last said in it." */
static struct start start_of(const struct telling *telling)
{
    struct start start = {HW_TIME_NONE, HW_DAY_NONE, false};
    struct start ready;

    if (telling->not_met_ms != HW_TIME_NONE)
        start = (struct start){telling->not_met_ms, hw_london_day(telling->not_met_ms), false};
    if (!telling->ready_stands)
        return start;
    ready = start_of_ready(telling, telling->ready.at[telling->ready.count - 1].time);
    return start.ms == HW_TIME_NONE || ready.ms < start.ms ? ready : start;
}

/* Put off to ms, a start is no longer that of a date. */
static void not_before(struct start *start, int64_t ms)
{
    if (start->ms < ms)
        *start = (struct start){ms, hw_london_day(ms), false};
}

/*
 * Where the period that is being told lies: "never before the admission (what was said before is
 * carried in) nor before the last period's end", inside an inpatient stay.  False: nowhere.
 */
static bool place_period(
    const struct stay *stay, const struct telling *telling, struct hw_period *ret_period)
{
    struct start start = start_of(telling);

    if (start.ms == HW_TIME_NONE)
        return false;
    if (telling->last_end_ms != HW_TIME_NONE)
        not_before(&start, telling->last_end_ms);
    for (uint32_t i = 0; i < stay->inpatient.count; i++) {
        struct span span = stay->inpatient.at[i];

        if (span.end_ms <= start.ms)
            continue;
        not_before(&start, span.start_ms);
        *ret_period = (struct hw_period){start.ms, span.end_ms, start.day, start.of_date};
        return true;
    }
    return false;
}

/* R4: where the ready times that organisations said last in the period differ. */
static struct span contested_ready(const struct telling *telling)
{
    struct span contested = {0};
    int64_t least_ms = HW_TIME_OPEN, most_ms = HW_TIME_NONE;

    for (uint32_t i = 0; i < telling->ready.count; i++) {
        struct start start = start_of_ready(telling, telling->ready.at[i].time);
        bool last = true;

        for (uint32_t j = i + 1; j < telling->ready.count; j++)
            if (hw_slice_equal(telling->ready.at[i].fact->event->organisation,
                    telling->ready.at[j].fact->event->organisation))
                last = false;
        if (!last)
            continue;
        least_ms = start.ms < least_ms ? start.ms : least_ms;
        most_ms = start.ms > most_ms ? start.ms : most_ms;
    }
    if (telling->ready_stands && least_ms < most_ms)
        contested = (struct span){least_ms, most_ms};
    return contested;
}

static void forget_said(struct telling *telling)
{
    telling->opener = NULL;
    telling->not_met_ms = HW_TIME_NONE;
    telling->ready.count = 0;
    telling->ready_stands = false;
}

/* The period ends at end_ms; it is kept if any of it lies before that. */
static void close_period(struct telling *telling, struct hw_period period, int64_t end_ms,
    const struct fact *closed_by, opened_list *periods)
{
    period.end_ms = end_ms;
    if (period.start_ms < period.end_ms)
        LIST_ADD(periods,
            (struct opened){period, telling->opener, telling->closed_by, telling->closed_ms,
                contested_ready(telling)});
    telling->last_end_ms = end_ms;
    telling->closed_by = closed_by;
    telling->closed_ms = end_ms;
    forget_said(telling);
}

/* "The end of the stay, death, or a class no longer inpatient ends it": all before at_ms. */
static void close_by_leaving(
    const struct stay *stay, struct telling *telling, int64_t at_ms, opened_list *periods)
{
    struct hw_period period;

    if (place_period(stay, telling, &period) && period.end_ms <= at_ms)
        close_period(telling, period, period.end_ms, NULL, periods);
}

/* "Criteria met, readiness withdrawn" at the statement's moment. */
static void end_statement(
    const struct stay *stay, struct telling *telling, const struct fact *fact, opened_list *periods)
{
    struct hw_period period;
    int64_t end_ms = fact->moment.start_ms;

    close_by_leaving(stay, telling, end_ms, periods);
    if (place_period(stay, telling, &period)) {
        if (period.start_ms > end_ms && period.start_ms < hw_time_end(fact->moment))
            end_ms = period.start_ms; /* Coarse: it ends at what it must follow. */
        if (period.start_ms <= end_ms) {
            close_period(telling, period, end_ms, fact, periods);
            return;
        }
    }
    forget_said(telling);
}

static void take_ready(struct telling *telling, const struct fact *fact)
{
    struct hw_time time = fact->event->values[HW_FIELD_READY_AT].time;

    if (too_far_ahead(fact->event, time))
        return;
    /* "Not later than the last period's end is a repetition and says nothing." */
    if (telling->last_end_ms != HW_TIME_NONE && time.start_ms <= telling->last_end_ms)
        return;
    if (telling->opener == NULL)
        telling->opener = fact;
    LIST_ADD(&telling->ready, (struct ready_said){fact, time});
    telling->ready_stands = true;
}

static void statement(
    const struct stay *stay, struct telling *telling, const struct fact *fact, opened_list *periods)
{
    const struct hw_event *event = fact->event;
    bool met = hw_event_has(event, HW_FIELD_MEETS) && event->values[HW_FIELD_MEETS].number != 0;
    bool not_met = hw_event_has(event, HW_FIELD_MEETS) && !met;

    if (met || (!not_met && hw_event_clears(event, HW_FIELD_READY_AT))) {
        end_statement(stay, telling, fact, periods);
        return;
    }
    close_by_leaving(stay, telling, event->happened.start_ms, periods);
    if (not_met) {
        if (telling->opener == NULL)
            telling->opener = fact;
        if (telling->not_met_ms == HW_TIME_NONE)
            telling->not_met_ms = fact->moment.start_ms;
        if (hw_event_clears(event, HW_FIELD_READY_AT))
            telling->ready_stands = false;
    }
    if (hw_event_has(event, HW_FIELD_READY_AT))
        take_ready(telling, fact);
}

void stay_opened(struct stay *stay, opened_list *periods)
{
    struct telling telling = {
        .not_met_ms = HW_TIME_NONE, .closed_ms = HW_TIME_NONE, .last_end_ms = HW_TIME_NONE};

    for (uint32_t i = 0; i < stay->facts.count; i++)
        if (stay->facts.at[i].kind == FACT_READY && !stay->facts.at[i].ahead)
            statement(stay, &telling, &stay->facts.at[i], periods);
    close_by_leaving(stay, &telling, HW_TIME_OPEN, periods);
    if (telling.opener != NULL && stay->admitted_ms != HW_TIME_NONE)
        stay->findings |= UINT64_C(1) << HW_FINDING_READY_OUTSIDE_STAY;
    free(telling.ready.at);
}

/* R4: a claim dated before its own day. */
static bool backdated(const struct fact *fact)
{
    struct hw_time dated = fact->event->happened;

    if (fact->kind == FACT_READY && hw_event_has(fact->event, HW_FIELD_READY_AT))
        dated = fact->event->values[HW_FIELD_READY_AT].time;
    else if (fact->kind != FACT_REASON || !hw_event_has(fact->event, HW_FIELD_REASON))
        return false;
    return hw_time_is(fact->event->recorded) &&
        hw_london_day(dated.start_ms) < hw_london_day(fact->event->recorded.start_ms);
}

void stay_ready(struct stay *stay)
{
    opened_list opened = {0};

    stay_opened(stay, &opened);
    for (uint32_t i = 0; i < opened.count; i++)
        LIST_ADD(&stay->periods, opened.at[i].period);
    free(opened.at);
    for (uint32_t i = 0; i < stay->facts.count; i++) {
        const struct fact *fact = &stay->facts.at[i];

        if (backdated(fact))
            stay->findings |= UINT64_C(1) << HW_FINDING_BACKDATED;
        if (fact->kind == FACT_READY && hw_event_has(fact->event, HW_FIELD_READY_AT) &&
            too_far_ahead(fact->event, fact->event->values[HW_FIELD_READY_AT].time))
            stay->findings |= UINT64_C(1) << HW_FINDING_FAR_AHEAD;
    }
}
