#include "resource/summary.h"

#include "homeward/routing.h"
#include "resource/json.h"
#include "resource/modes.h"
#include "resource/resources.h"

#include <stdlib.h>

enum { REASON_ROWS_MAX = 256 };

/* How a figure is written. */
enum kind { COUNT, DURATION, PATHWAYS, BEDS, ROUTING };

/* The fields of every row, in their order. */
static const struct {
    const char *name;
    enum kind kind;
    size_t offset; /* in struct hw_figures; ROUTING: enum hw_routing_figure */
} fields[] = {
    {"in_hospital", COUNT, offsetof(struct hw_figures, in_hospital)},
    {"beds", BEDS, 0},
    {"not_meeting_criteria", COUNT, offsetof(struct hw_figures, ready)},
    {"ready", COUNT, offsetof(struct hw_figures, ready)},
    {"ready", DURATION, offsetof(struct hw_figures, ready_ms)},
    {"delayed", COUNT, offsetof(struct hw_figures, delayed)},
    {"delayed_days", COUNT, offsetof(struct hw_figures, delayed_days)},
    {"ready_today", DURATION, offsetof(struct hw_figures, ready_today_ms)},
    {"by_pathway", PATHWAYS, offsetof(struct hw_figures, by_pathway)},
    {"waiting_step_down", ROUTING, HW_ROUTING_WAITING_STEP_DOWN},
    {"waiting_step_up", ROUTING, HW_ROUTING_WAITING_STEP_UP},
    {"proposed", ROUTING, HW_ROUTING_PROPOSED},
    {"offered", ROUTING, HW_ROUTING_OFFERED},
    {"accepted_not_started", ROUTING, HW_ROUTING_ACCEPTED},
    {"placed", ROUTING, HW_ROUTING_PLACED},
    {"home_not_started", ROUTING, HW_ROUTING_HOME},
    {"held", ROUTING, HW_ROUTING_HELD},
    {"past_review", ROUTING, HW_ROUTING_PAST_REVIEW},
    {"expected_today", COUNT, offsetof(struct hw_figures, expected_today)},
    {"starting_today", ROUTING, HW_ROUTING_STARTING},
    {"stay_7", COUNT, offsetof(struct hw_figures, stay_7)},
    {"stay_14", COUNT, offsetof(struct hw_figures, stay_14)},
    {"stay_21", COUNT, offsetof(struct hw_figures, stay_21)},
    {"admitted_today", COUNT, offsetof(struct hw_figures, admitted_today)},
    {"discharged_today", COUNT, offsetof(struct hw_figures, discharged_today)},
};

static json_t *pathways(const int64_t by_pathway[HW_PATHWAYS])
{
    static const char *const names[HW_PATHWAYS] = {
        [HW_P0] = "P0", [HW_P1] = "P1", [HW_P2] = "P2", [HW_P3] = "P3", [HW_P_NONE] = "none"};
    json_t *object = json_object();

    for (unsigned i = 0; i < HW_PATHWAYS; i++)
        json_object_set_new(object, names[i], json_integer(by_pathway[i]));
    return object;
}

/* routing: NULL where referrals are not counted (wards). */
static void add_figures(
    json_t *object, const struct hw_figures *figures, int64_t beds, const int64_t *routing)
{
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const void *value =
            (const char *)figures + (fields[i].kind == ROUTING ? 0 : fields[i].offset);
        const char *name = fields[i].name;

        switch (fields[i].kind) {
        case COUNT:
            json_object_set_new(object, name, json_integer(*(const int64_t *)value));
            break;
        case DURATION:
            hw_json_set_duration(object, name, *(const int64_t *)value);
            break;
        case PATHWAYS:
            json_object_set_new(object, name, pathways(figures->by_pathway));
            break;
        case BEDS:
            json_object_set_new(object, name, hw_json_known(beds));
            break;
        case ROUTING:
            json_object_set_new(object, name,
                routing == NULL ? json_null() : json_integer(routing[fields[i].offset]));
            break;
        }
    }
}

json_t *hw_summary_head(const struct hw_summary *summary)
{
    json_t *object = json_object();
    uint64_t sequence = hw_engine_sequence(summary->engine);

    json_object_set_new(object, "sequence", json_integer((json_int_t)sequence));
    json_object_set_new(object, "as_at", hw_json_moment(summary->as_at_ms));
    return object;
}

void hw_summary_add_total(const struct hw_summary *summary, json_t *object)
{
    struct hw_figures figures;

    hw_figures_total(summary->engine, summary->as_at_ms, &figures);
    int64_t routing[HW_ROUTING_FIGURES];

    hw_routing_total(summary->engine, routing);
    add_figures(object, &figures, hw_figures_beds(summary->engine), routing);
}

/* Most hours first; then by key. */
static int reason_order(const void *a, const void *b)
{
    const struct hw_reason_row *left = a;
    const struct hw_reason_row *right = b;

    if (left->ms != right->ms)
        return left->ms > right->ms ? -1 : 1;
    int order = hw_slice_compare(left->reason, right->reason);
    if (order == 0)
        order = hw_slice_compare(left->responsible, right->responsible);
    if (order == 0)
        order = left->inferred - right->inferred;
    return order != 0 ? order : left->contested - right->contested;
}

static json_t *reasons(const struct hw_summary *summary, uint32_t site_index)
{
    struct hw_reason_row rows[REASON_ROWS_MAX];
    uint32_t count =
        hw_figures_reasons(summary->engine, site_index, summary->as_at_ms, rows, REASON_ROWS_MAX);
    json_t *list = json_array();

    if (count > REASON_ROWS_MAX)
        count = REASON_ROWS_MAX;
    qsort(rows, count, sizeof *rows, reason_order);
    for (uint32_t i = 0; i < count; i++) {
        json_t *row = json_object();

        json_object_set_new(row, "reason", hw_json_text(rows[i].reason));
        json_object_set_new(row, "responsible", hw_json_text(rows[i].responsible));
        json_object_set_new(row, "inferred", json_boolean(rows[i].inferred));
        json_object_set_new(row, "contested", json_boolean(rows[i].contested));
        json_object_set_new(row, "people", json_integer(rows[i].people));
        hw_json_set_duration(row, NULL, rows[i].ms);
        json_array_append_new(list, row);
    }
    return list;
}

static void add_row(
    json_t *object, const char *key, const struct hw_row *row, const int64_t *routing)
{
    json_object_set_new(object, key, hw_json_text(row->code));
    json_object_set_new(object, "name", hw_json_text(row->name));
    add_figures(object, &row->figures, row->beds, routing);
}

/* Wards of one site, of all rows of wards. */
static json_t *wards(const struct hw_summary *summary, struct hw_slice site)
{
    uint32_t count = hw_figures_rows(summary->engine, HW_BY_WARD);
    json_t *list = json_array();

    for (uint32_t i = 0; i < count; i++) {
        struct hw_row row;

        hw_figures_row(summary->engine, HW_BY_WARD, i, summary->as_at_ms, &row);
        if (!hw_slice_equal(row.site, site))
            continue;
        json_t *ward = json_object();
        add_row(ward, "ward", &row, NULL);
        json_array_append_new(list, ward);
    }
    return list;
}

static const char *const keys[HW_DIMENSIONS] = {[HW_BY_SITE] = "site",
    [HW_BY_WARD] = "ward",
    [HW_BY_COUNCIL] = "council",
    [HW_BY_ZONE] = "zone"};

void hw_summary_add_row(
    const struct hw_summary *summary, enum hw_dimension dimension, uint32_t index, json_t *object)
{
    int64_t routing[HW_ROUTING_FIGURES];
    struct hw_row row;

    HW_ASSERT(dimension < HW_DIMENSIONS);
    HW_ASSERT(dimension != HW_BY_WARD);
    hw_figures_row(summary->engine, dimension, index, summary->as_at_ms, &row);
    hw_routing_row(summary->engine, dimension, index, routing);
    add_row(object, keys[dimension], &row, routing);
    if (dimension != HW_BY_SITE)
        return;

    bool stale = hw_feeds_site_stale(summary->feeds, row.code, summary->as_at_ms);
    json_object_set_new(object, "stale", json_boolean(stale));
    json_object_set_new(object, "reasons", reasons(summary, index));
    json_object_set_new(object, "wards", wards(summary, row.code));
}

static json_t *dimension_rows(const struct hw_summary *summary, enum hw_dimension dimension)
{
    uint32_t count = hw_figures_rows(summary->engine, dimension);
    json_t *list = json_array();

    for (uint32_t i = 0; i < count; i++) {
        json_t *row = json_object();

        hw_summary_add_row(summary, dimension, i, row);
        json_array_append_new(list, row);
    }
    return list;
}

json_t *hw_summary_feeds(const struct hw_summary *summary)
{
    uint32_t count = hw_feeds_count(summary->feeds);
    json_t *list = json_array();

    for (uint32_t i = 0; i < count; i++) {
        struct hw_feed feed;
        json_t *row = json_object();

        hw_feeds_at(summary->feeds, i, summary->as_at_ms, &feed);
        json_object_set_new(row, "source", hw_json_text(hw_slice_text(feed.source)));
        json_object_set_new(row, "last_event", hw_json_moment(feed.last_event_ms));
        json_object_set_new(row, "last_arrival", hw_json_moment(feed.last_arrival_ms));
        json_object_set_new(row, "stale", json_boolean(feed.stale));
        if (feed.not_asserted > 0)
            json_object_set_new(row, "not_asserted", json_integer((json_int_t)feed.not_asserted));
        json_array_append_new(list, row);
    }
    return list;
}

json_t *hw_summary_all(const struct hw_summary *summary)
{
    json_t *all = hw_summary_head(summary);
    json_t *total = json_object();

    hw_summary_add_total(summary, total);
    json_object_set_new(all, "total", total);
    json_object_set_new(all, "sites", dimension_rows(summary, HW_BY_SITE));
    json_object_set_new(all, "councils", dimension_rows(summary, HW_BY_COUNCIL));
    json_object_set_new(all, "zones", dimension_rows(summary, HW_BY_ZONE));
    json_object_set_new(all, "services", hw_services_json(summary));
    json_object_set_new(all, "modes", hw_modes_json(summary->engine));
    json_object_set_new(all, "feeds", hw_summary_feeds(summary));
    return all;
}
