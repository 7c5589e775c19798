/*
 * report_step_up.c - how soon people in crisis were reached (CONTRACT 5.3, R8; domain 1.4).
 *
 * Denominator: step-up referrals received in these days, by urgency and council; numerator: those
 * whose first contact was within 2 hours (2 days) of receipt.  Those received outside cover hours
 * stand apart: when no crisis response service of the council was open, by its hours as they are
 * known, and never less than the standard's minimum, 08:00 to 20:00 in London on all days.
 * Referrals that ended without contact count as not reached; those whose time is not up yet are
 * told apart and left out.
 */
#include "cli/report.h"

#include <stdlib.h>
#include <string.h>

static const char *const columns[] = {"from", "to", "council", "standard", "referrals", "in_time",
    "in_time_percent", "late", "not_contacted", "not_due_yet", "outside_cover_referrals",
    "outside_cover_in_time", NULL};

enum { COVER_FROM_HOUR = 8, COVER_TO_HOUR = 20, COUNCILS_MAX = 256 };

/* Standards: what referrals ask for, within how long. */
static const struct {
    uint8_t urgency;
    const char *name;
    int64_t within_ms;
} standards[] = {
    {HW_URGENCY_2H, "2h", 2 * HW_HOUR_MS},
    {HW_URGENCY_2D, "2d", 48 * HW_HOUR_MS},
};
enum { STANDARDS = sizeof standards / sizeof *standards };

struct row {
    int64_t referrals, in_time, late, not_contacted, not_due, outside, outside_in_time;
};

struct rows {
    struct hw_slice councils[COUNCILS_MAX];
    struct row of[COUNCILS_MAX][STANDARDS];
    unsigned count;
};

static bool is_open(const struct hw_engine *engine, struct hw_slice council, int64_t ms)
{
    for (uint32_t i = 0; i < hw_services_count(engine); i++) {
        struct hw_service_view view;

        hw_service_view(engine, i, &view);
        if (view.kind != NULL && strcmp(view.kind, "crisis_response") == 0 &&
            (view.directions & HW_STEP_UP) != 0 && hw_service_is_for(engine, i, council) &&
            hw_service_is_open(engine, i, ms))
            return true;
    }
    return false;
}

static bool is_covered(const struct hw_engine *engine, const struct hw_referral_view *view)
{
    int64_t ms = view->received_ms;
    int64_t hour = (ms + hw_london_offset(ms)) / HW_HOUR_MS % 24;

    return (hour >= COVER_FROM_HOUR && hour < COVER_TO_HOUR) || is_open(engine, view->council, ms);
}

static struct row *row_of(struct rows *rows, struct hw_slice council, unsigned standard)
{
    unsigned at = 0;

    while (at < rows->count && !hw_slice_equal(rows->councils[at], council))
        at++;
    if (at == COUNCILS_MAX)
        return &rows->of[COUNCILS_MAX - 1][standard];
    if (at == rows->count)
        rows->councils[rows->count++] = council;
    return &rows->of[at][standard];
}

static void count(struct row *row, const struct hw_referral_view *view, bool covered,
    int64_t within_ms, int64_t now_ms)
{
    bool contacted = view->first_contact_ms != HW_TIME_NONE;
    bool in_time = contacted && view->first_contact_ms - view->received_ms <= within_ms;

    if (!contacted && strcmp(view->state, "ended") != 0 && now_ms < view->received_ms + within_ms) {
        row->not_due++;
        return;
    }
    if (!covered) {
        row->outside++;
        row->outside_in_time += in_time;
        return;
    }
    row->referrals++;
    row->in_time += in_time;
    row->late += contacted && !in_time;
    row->not_contacted += !contacted;
}

static void write(const struct hw_report_asked *asked, const struct rows *rows)
{
    struct hw_report_table table;

    hw_report_begin(&table, asked, columns);
    for (unsigned i = 0; i < rows->count; i++)
        for (unsigned j = 0; j < STANDARDS; j++) {
            const struct row *row = &rows->of[i][j];

            hw_report_days(&table, asked);
            hw_report_text(&table, rows->councils[i]);
            hw_report_text(&table, hw_slice_text(standards[j].name));
            hw_report_number(&table, row->referrals);
            hw_report_number(&table, row->in_time);
            hw_report_share(&table, row->in_time, row->referrals);
            hw_report_number(&table, row->late);
            hw_report_number(&table, row->not_contacted);
            hw_report_number(&table, row->not_due);
            hw_report_number(&table, row->outside);
            hw_report_number(&table, row->outside_in_time);
        }
    hw_report_end(&table, asked);
}

bool hw_report_step_up(const struct hw_report_asked *asked)
{
    struct hw_engine *engine = hw_report_engine(asked, asked->known_ms, NULL, NULL);
    struct rows *rows = engine == NULL ? NULL : calloc(1, sizeof *rows);
    struct hw_referral_view view;
    int64_t now_ms;
    bool done = rows != NULL;

    if (!done) {
        hw_engine_free(engine);
        return false;
    }
    now_ms = hw_engine_accepted_ms(engine);
    (void)row_of(rows, hw_slice_text("all"), 0);
    for (uint32_t at = 0; (at = hw_referral_walk(engine, at, &view)) != 0;) {
        struct hw_slice council = view.council.size > 0 ? view.council : hw_slice_text("unknown");

        if (view.direction != HW_STEP_UP || !hw_report_has(asked, view.received_ms))
            continue;
        for (unsigned i = 0; i < STANDARDS; i++) {
            if (standards[i].urgency != view.urgency)
                continue;
            bool covered = is_covered(engine, &view);

            count(row_of(rows, hw_slice_text("all"), i), &view, covered, standards[i].within_ms,
                now_ms);
            count(row_of(rows, council, i), &view, covered, standards[i].within_ms, now_ms);
        }
    }
    write(asked, rows);
    free(rows);
    hw_engine_free(engine);
    return true;
}
