/*
 * report_outcomes.c - what came of reablement (CONTRACT 5.3; domain 3).
 *
 * Sequels: support of these services that ended in these days, by outcome as said.  The 91-day
 * measure: people of 65 or over who left hospital in these days to reablement, and whether they
 * lived at home on the 91st day, by the first outcome.reviewed of that day or later; who is dead,
 * not at home or not to be reached is not at home.  Who has no review yet is told apart, and then
 * there is no share: it would be a guess.  The published measure takes October to December: ask for
 * those days.  Its second part, coverage, wants all who left hospital at 65 or over: of
 * people who were never referred only is known whether they are adults (hw_event_set_born), so it
 * is not told here.
 */
#define _GNU_SOURCE /* memmem */
#include "cli/report.h"
#include "homeward/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const columns[] = {"from", "to", "service", "name", "kind", "ended",
    "independent", "low_level", "long_term", "further_short_term", "signposted", "ended_early",
    "hospital", "care_home", "died", "other_outcome", "outcome_not_said", "cohort_91",
    "age_unknown", "not_due_yet", "not_reviewed", "at_home", "not_at_home", "not_contacted",
    "died_before", "at_home_percent", NULL};

/* Outcomes with a column of their own, in its order; any other is in other_outcome. */
static const char *const sequels[] = {"independent", "low_level", "long_term", "further_short_term",
    "signposted", "ended_early", "hospital", "care_home", "died"};

enum { SEQUELS = sizeof sequels / sizeof *sequels, OLD_YEARS = 65, DAYS_91 = 91, HELD_DEATH = 4 };

/* Kinds of service whose support is short and meant to give independence back. */
static const char *const kinds[] = {
    "reablement", "bed_intermediate", "community_hospital", "extra_care"};

struct row {
    int64_t ended, sequels[SEQUELS], other, not_said;
    int64_t cohort, age_unknown, not_due, not_reviewed, at_home, not_at_home, not_contacted, died;
};

/* What is known of one referral beside its view. */
struct person {
    int64_t age_years; /* below 0: not known */
    int64_t reviewed_ms;
    bool at_home, contacted;
};

struct outcomes {
    const struct hw_report_asked *asked;
    struct person *people; /* by handle of the referral */
    uint32_t people_count;
    bool failed; /* no memory */
};

/* ---- hearing the journal ---- */

static struct person *person_at(struct outcomes *outcomes, uint32_t handle)
{
    while (handle >= outcomes->people_count && !outcomes->failed) {
        uint32_t count = outcomes->people_count == 0 ? 1024 : outcomes->people_count * 2;
        struct person *people = realloc(outcomes->people, count * sizeof *people);

        outcomes->failed = people == NULL;
        if (outcomes->failed)
            return NULL;
        for (uint32_t i = outcomes->people_count; i < count; i++)
            people[i] = (struct person){.age_years = -1, .reviewed_ms = HW_TIME_NONE};
        outcomes->people = people;
        outcomes->people_count = count;
    }
    return outcomes->failed ? NULL : &outcomes->people[handle];
}

static bool says(const struct hw_event *event, const char *pair)
{
    struct hw_slice detail = hw_event_text(event, HW_FIELD_DETAIL);

    return detail.size > 0 && memmem(detail.data, detail.size, pair, strlen(pair)) != NULL;
}

/* The first review on the 91st day or later is the one that counts. */
static void take_review(struct outcomes *outcomes, const struct hw_engine *engine, uint32_t handle,
    const struct hw_referral_view *view, const struct hw_event *event)
{
    int64_t at_ms = event->happened.start_ms;
    struct person *person;

    if (!hw_report_has(outcomes->asked, view->left_ms) ||
        hw_london_day(at_ms) < hw_london_day(view->left_ms) + DAYS_91 ||
        !hw_event_concerns(engine, event, view->reference, 0))
        return;
    person = person_at(outcomes, handle);
    if (person == NULL || (person->reviewed_ms != HW_TIME_NONE && person->reviewed_ms <= at_ms))
        return;
    person->reviewed_ms = at_ms;
    person->contacted = !says(event, "contacted=false");
    person->at_home = person->contacted && says(event, "at_home=true");
}

static void hear(void *context, const struct hw_engine *engine, struct hw_slice record)
{
    struct outcomes *outcomes = context;
    struct hw_referral_view view;
    struct hw_record_header header;
    struct hw_event event;
    bool review, referral;

    if (hw_record_header(record, &header) != HW_OK)
        return;
    review = header.kind == HW_KIND_OUTCOME_REVIEWED;
    referral = header.kind == HW_KIND_REFERRAL_RECEIVED || header.kind == HW_KIND_REFERRAL_UPDATED;
    if ((!review && !referral) || hw_record_decode(record, false, &event) != HW_OK ||
        (referral && !hw_event_has(&event, HW_FIELD_AGE_YEARS)))
        return;
    for (uint32_t at = 0; (at = hw_referral_walk(engine, at, &view)) != 0;) {
        struct person *person;

        if (review) {
            take_review(outcomes, engine, at, &view, &event);
            continue;
        }
        if (!hw_slice_equal(view.name, hw_event_text(&event, HW_FIELD_REFERRAL)))
            continue;
        person = person_at(outcomes, at);
        if (person != NULL)
            person->age_years = event.values[HW_FIELD_AGE_YEARS].number;
    }
}

/* ---- counting ---- */

static void count_sequel(struct row *row, struct hw_slice outcome)
{
    row->ended++;
    if (outcome.size == 0) {
        row->not_said++;
        return;
    }
    for (size_t i = 0; i < SEQUELS; i++)
        if (hw_slice_is(outcome, sequels[i])) {
            row->sequels[i]++;
            return;
        }
    row->other++;
}

static void count_91(struct row *row, const struct hw_referral_view *view,
    const struct person *person, int64_t now_ms)
{
    if (person->age_years >= 0 && person->age_years < OLD_YEARS)
        return;
    if (person->age_years < 0) {
        row->age_unknown++;
        return;
    }
    row->cohort++;
    if (person->reviewed_ms != HW_TIME_NONE) {
        row->at_home += person->at_home;
        row->not_contacted += !person->contacted;
        row->not_at_home += person->contacted && !person->at_home;
    } else if (view->held & HELD_DEATH) {
        row->died++;
    } else if (hw_london_day(now_ms) < hw_london_day(view->left_ms) + DAYS_91) {
        row->not_due++;
    } else {
        row->not_reviewed++;
    }
}

static void count(const struct hw_report_asked *asked, const struct hw_engine *engine,
    struct outcomes *outcomes, struct hw_slice service, struct row *row)
{
    struct hw_referral_view view;
    struct hw_match_view match;

    for (uint32_t at = 0; (at = hw_referral_walk(engine, at, &view)) != 0;)
        for (uint32_t of = 0; (of = hw_match_walk(engine, view.reference, of, &match)) != 0;) {
            const struct person *person;

            if (!hw_slice_equal(match.service, service) || match.started_ms == HW_TIME_NONE)
                continue;
            if (hw_report_has(asked, match.ended_ms))
                count_sequel(row, match.outcome);
            person = person_at(outcomes, at);
            if (view.direction == HW_STEP_DOWN && hw_report_has(asked, view.left_ms) &&
                person != NULL)
                count_91(row, &view, person, hw_engine_accepted_ms(engine));
            break; /* Newest first: support begun again in the same place is one support. */
        }
}

/* ---- writing ---- */

static void write_row(struct hw_report_table *table, const struct hw_report_asked *asked,
    const struct hw_service_view *view, const struct row *row)
{
    const int64_t measure[] = {row->cohort, row->age_unknown, row->not_due, row->not_reviewed,
        row->at_home, row->not_at_home, row->not_contacted, row->died};

    hw_report_days(table, asked);
    hw_report_text(table, view->code);
    hw_report_text(table, view->name);
    hw_report_text(table, hw_slice_text(view->kind));
    hw_report_number(table, row->ended);
    for (size_t i = 0; i < SEQUELS; i++)
        hw_report_number(table, row->sequels[i]);
    hw_report_number(table, row->other);
    hw_report_number(table, row->not_said);
    for (size_t i = 0; i < sizeof measure / sizeof *measure; i++)
        hw_report_number(table, measure[i]);
    hw_report_share(table, row->at_home, row->not_reviewed > 0 ? 0 : row->cohort - row->not_due);
}

static bool is_reablement(const char *kind)
{
    for (size_t i = 0; kind != NULL && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kind, kinds[i]) == 0)
            return true;
    return false;
}

bool hw_report_outcomes(const struct hw_report_asked *asked)
{
    struct outcomes outcomes = {.asked = asked};
    struct hw_engine *engine = hw_report_engine(asked, asked->known_ms, hear, &outcomes);
    struct hw_report_table table;

    if (engine == NULL || outcomes.failed) {
        if (outcomes.failed)
            fprintf(stderr, "homeward report: memory ran out\n");
        hw_engine_free(engine);
        free(outcomes.people);
        return false;
    }
    hw_report_begin(&table, asked, columns);
    for (uint32_t i = 0; i < hw_services_count(engine); i++) {
        struct hw_service_view view;
        struct row row = {0};

        hw_service_view(engine, i, &view);
        if (!is_reablement(view.kind))
            continue;
        count(asked, engine, &outcomes, view.code, &row);
        write_row(&table, asked, &view, &row);
    }
    hw_report_end(&table, asked);
    free(outcomes.people);
    hw_engine_free(engine);
    return true;
}
