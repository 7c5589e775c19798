/*
 * report_capacity.c - what each service had, and what became of what it was asked (CONTRACT 5.3).
 *
 * Position columns are of the end of the last day, flows of all days.  Hours waited are those from
 * the clock of a referral to the start of its support, of starts in these days.
 */
#include "cli/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const columns[] = {"from", "to", "service", "name", "kind", "unit", "capacity",
    "held", "free", "proposed", "rejected", "offered", "accepted", "declined", "declined_reasons",
    "expired", "withdrawn", "handed_back", "started", "ended", "waited_hours_mean",
    "waited_hours_max", NULL};

enum { REASONS_MAX = 12 };

struct row {
    struct hw_slice code;
    int64_t proposed, rejected, offered, accepted, declined, expired, withdrawn, handed_back;
    int64_t started, ended, waited_ms, waited_max_ms;
    struct {
        struct hw_slice code;
        int64_t count;
    } reasons[REASONS_MAX]; /* the first of them; others are in declined alone */
};

static int by_code(const void *a, const void *b)
{
    return hw_slice_compare(((const struct row *)a)->code, ((const struct row *)b)->code);
}

static struct row *rows_new(const struct hw_engine *engine)
{
    uint32_t count = hw_services_count(engine);
    struct row *rows = calloc(count + 1, sizeof *rows);
    struct hw_service_view view;

    for (uint32_t i = 0; rows != NULL && i < count; i++) {
        hw_service_view(engine, i, &view);
        rows[i].code = view.code;
    }
    if (rows != NULL)
        qsort(rows, count, sizeof *rows, by_code);
    return rows;
}

static void count_reason(struct row *row, struct hw_slice reason)
{
    for (size_t i = 0; i < REASONS_MAX; i++) {
        if (row->reasons[i].count > 0 && !hw_slice_equal(row->reasons[i].code, reason))
            continue;
        row->reasons[i].code = reason;
        row->reasons[i].count++;
        return;
    }
}

static void count_end(struct row *row, const struct hw_match_view *match)
{
    row->rejected += strcmp(match->state, "rejected") == 0;
    row->expired += strcmp(match->state, "expired") == 0;
    row->withdrawn += strcmp(match->state, "withdrawn") == 0;
    row->handed_back += strcmp(match->state, "handed_back") == 0;
    row->ended += match->started_ms != HW_TIME_NONE;
    if (strcmp(match->state, "declined") != 0)
        return;
    row->declined++;
    count_reason(row, match->reason.size > 0 ? match->reason : hw_slice_text("not_said"));
}

static void count_start(
    const struct hw_engine *engine, struct row *row, const struct hw_match_view *match)
{
    struct hw_referral_view referral;
    int64_t waited;

    row->started++;
    if (hw_referral_view(engine, match->referral, &referral) != HW_OK)
        return;
    waited = match->started_ms > referral.clock_ms ? match->started_ms - referral.clock_ms : 0;
    row->waited_ms += waited;
    if (waited > row->waited_max_ms)
        row->waited_max_ms = waited;
}

/* Accepted: answered, and neither declined nor assessing still. */
static bool was_accepted(const struct hw_match_view *match)
{
    return match->answered_ms != HW_TIME_NONE && !match->assessing &&
        strcmp(match->state, "declined") != 0 && strcmp(match->state, "offered") != 0;
}

static void count(const struct hw_report_asked *asked, const struct hw_engine *engine,
    struct row *rows, const struct hw_match_view *match)
{
    struct row key = {.code = match->service};
    struct row *row = bsearch(&key, rows, hw_services_count(engine), sizeof *rows, by_code);

    if (row == NULL || strcmp(match->state, "observed") == 0)
        return;
    row->proposed += hw_report_has(asked, match->proposed_ms);
    row->offered += hw_report_has(asked, match->offered_ms);
    row->accepted += hw_report_has(asked, match->answered_ms) && was_accepted(match);
    if (hw_report_has(asked, match->started_ms))
        count_start(engine, row, match);
    if (hw_report_has(asked, match->ended_ms))
        count_end(row, match);
}

/* ---- writing ---- */

static void write_reasons(struct hw_report_table *table, const struct row *row)
{
    char text[256] = "";
    size_t size = 0;

    for (size_t i = 0; i < REASONS_MAX && row->reasons[i].count > 0 && size + 1 < sizeof text; i++)
        size += (size_t)snprintf(text + size, sizeof text - size, "%s%.*s:%lld", i > 0 ? ";" : "",
            (int)row->reasons[i].code.size, (const char *)row->reasons[i].code.data,
            (long long)row->reasons[i].count);
    hw_report_text(table, hw_slice_text(text));
}

/* Hours with one decimal, as tenths. */
static void write_hours(struct hw_report_table *table, bool known, int64_t ms)
{
    const int64_t tenth_ms = HW_HOUR_MS / 10;
    char text[32];
    int64_t tenths = (ms + tenth_ms / 2) / tenth_ms;

    if (!known) {
        hw_report_missing(table);
        return;
    }
    snprintf(text, sizeof text, "%lld.%lld", (long long)(tenths / 10), (long long)(tenths % 10));
    hw_report_text(table, hw_slice_text(text));
}

static struct hw_slice name_of(const char *name)
{
    return hw_slice_text(name == NULL ? "" : name);
}

static void write_row(struct hw_report_table *table, const struct hw_report_asked *asked,
    const struct row *row, const struct hw_service_view *now, const struct hw_service_view *then)
{
    const int64_t counts[] = {
        row->expired, row->withdrawn, row->handed_back, row->started, row->ended};

    hw_report_days(table, asked);
    hw_report_text(table, now->code);
    hw_report_text(table, now->name);
    hw_report_text(table, name_of(now->kind));
    hw_report_text(table, name_of(now->unit));
    hw_report_known(table, then != NULL, then != NULL ? then->capacity : 0);
    hw_report_known(table, then != NULL, then != NULL ? then->held : 0);
    hw_report_known(table, then != NULL, then != NULL ? then->available : 0);
    hw_report_number(table, row->proposed);
    hw_report_number(table, row->rejected);
    hw_report_number(table, row->offered);
    hw_report_number(table, row->accepted);
    hw_report_number(table, row->declined);
    write_reasons(table, row);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        hw_report_number(table, counts[i]);
    write_hours(table, row->started > 0, row->started > 0 ? row->waited_ms / row->started : 0);
    write_hours(table, row->started > 0, row->waited_max_ms);
}

/* Services come in the order of their first appearance, so an index is the same at both moments. */
static void write_rows(const struct hw_report_asked *asked, const struct hw_engine *engine,
    const struct hw_engine *position, const struct row *rows)
{
    struct hw_report_table table;

    hw_report_begin(&table, asked, columns);
    for (uint32_t i = 0; i < hw_services_count(engine); i++) {
        struct hw_service_view now, then;
        const struct row *row;
        struct row key = {0};
        bool there = i < hw_services_count(position);

        hw_service_view(engine, i, &now);
        if (there)
            hw_service_view(position, i, &then);
        key.code = now.code;
        row = bsearch(&key, rows, hw_services_count(engine), sizeof *rows, by_code);
        HW_ASSERT(row != NULL); /* There is a row for every service. */
        write_row(&table, asked, row, &now, there ? &then : NULL);
    }
    hw_report_end(&table, asked);
}

bool hw_report_capacity(const struct hw_report_asked *asked)
{
    int64_t end_ms = hw_report_end_ms(asked) - 1;
    struct hw_engine *engine = hw_report_engine(asked, asked->known_ms, NULL, NULL);
    struct hw_engine *position = engine == NULL
        ? NULL
        : hw_report_engine(asked, end_ms < asked->known_ms ? end_ms : asked->known_ms, NULL, NULL);
    struct row *rows = position == NULL ? NULL : rows_new(engine);
    struct hw_match_view match;

    if (rows != NULL) {
        for (uint32_t at = 0; (at = hw_match_walk(engine, 0, at, &match)) != 0;)
            count(asked, engine, rows, &match);
        write_rows(asked, engine, position, rows);
    }
    free(rows);
    hw_engine_free(position);
    hw_engine_free(engine);
    return rows != NULL;
}
