/*
 * Who is in service, by when their review is due: the flow out of reablement as a list of its own
 * (CONTRACT 3.2 placement.reviewed, R12).
 */
#include "homeward/routing.h"
#include "resource/json.h"
#include "resource/names.h"
#include "resource/resources.h"

#include <stdio.h>
#include <stdlib.h>

enum { LIST_DEFAULT = 100, LIST_MAX = 1000 };

const struct hw_parameter hw_placements_parameters[] = {
    {"service", "in this service only", HW_PARAMETER_TEXT, false, 0, 0, NULL},
    {"kind", "in services of this kind only, such as reablement", HW_PARAMETER_TEXT, false, 0, 0,
        NULL},
    {"direction", "which way they came", HW_PARAMETER_CHOICE, false, 0, 0, "step_up step_down"},
    {"pathway", "on this pathway only", HW_PARAMETER_CHOICE, false, 0, 0, "P0 P1 P2 P3 none"},
    {"council", "of people of this council only", HW_PARAMETER_TEXT, false, 0, 0, NULL},
    {"zone", "of people of this zone only", HW_PARAMETER_TEXT, false, 0, 0, NULL},
    {"site", "of people of this hospital only", HW_PARAMETER_TEXT, false, 0, 0, NULL},
    {"past_review", "past their review date, or not yet", HW_PARAMETER_CHOICE, false, 0, 0,
        "true false"},
    {"ready_to_leave", "could go on, as their last review says, or not", HW_PARAMETER_CHOICE, false,
        0, 0, "true false"},
    {"limit", "how many at most", HW_PARAMETER_INTEGER, false, 1, LIST_MAX, NULL},
    {"cursor", "where the page before ended", HW_PARAMETER_TEXT, false, 0, 0, NULL},
    {0},
};

/* ---- a row ---- */

/* How they are to go on: the referral that was made for it, as far as it got; all null: none. */
static void add_onward(
    const struct hw_engine *engine, const struct hw_match_view *view, json_t *row)
{
    uint64_t reference = hw_onward_referral(engine, view->referral);
    struct hw_referral_view onward;
    bool is = reference != 0 && hw_referral_view(engine, reference, &onward) == HW_OK;

    json_object_set_new(row, "onward", hw_json_text(view->onward));
    json_object_set_new(row, "onward_referral", hw_json_reference('R', is ? reference : 0));
    json_object_set_new(row, "onward_state", is ? json_string(onward.state) : json_null());
}

static json_t *placement_json(const struct hw_summary *summary, const struct hw_match_view *view)
{
    int64_t now_ms = summary->as_at_ms, since_ms = view->ready_since_ms;
    json_t *row = json_object();

    json_object_set_new(row, "reference", hw_json_reference('O', view->reference));
    json_object_set_new(row, "referral", hw_json_reference('R', view->referral));
    json_object_set_new(row, "service", hw_json_text(view->service));
    json_object_set_new(row, "kind", hw_json_name(view->kind));
    json_object_set_new(row, "units", json_integer(view->units));
    json_object_set_new(row, "started_at", hw_json_moment(view->started_ms));
    json_object_set_new(row, "suspended_until", hw_json_moment(view->suspended_until_ms));
    json_object_set_new(row, "review_due", hw_json_moment(view->review_due_ms));
    json_object_set_new(row, "past_review", json_boolean(view->past_review));
    json_object_set_new(row, "reviewed_at", hw_json_moment(view->reviewed_ms));
    json_object_set_new(row, "ready_to_leave", json_boolean(view->ready_to_leave));
    json_object_set_new(row, "ready_to_leave_since", hw_json_moment(since_ms));
    hw_json_set_duration(
        row, "waited", view->ready_to_leave && now_ms > since_ms ? now_ms - since_ms : 0);
    add_onward(summary->engine, view, row);
    return row;
}

/* ---- which ---- */

static bool is_as_asked(const json_t *parameters, const char *name, bool is)
{
    struct hw_slice wanted = hw_resource_text(parameters, name);

    return wanted.size == 0 || hw_slice_is(wanted, is ? "true" : "false");
}

/* *ret_restricted: of somebody restricted. */
static bool is_wanted(const struct hw_engine *engine, const struct hw_match_view *view,
    const json_t *parameters, bool *ret_restricted)
{
    struct hw_slice service = hw_resource_text(parameters, "service");
    struct hw_slice kind = hw_resource_text(parameters, "kind");
    struct hw_referral_view referral;

    if (strcmp(view->state, "started") != 0 ||
        (service.size > 0 && !hw_slice_equal(service, view->service)) ||
        (kind.size > 0 && (view->kind == NULL || !hw_slice_is(kind, view->kind))) ||
        !is_as_asked(parameters, "past_review", view->past_review) ||
        !is_as_asked(parameters, "ready_to_leave", view->ready_to_leave) ||
        hw_referral_view(engine, view->referral, &referral) != HW_OK)
        return false;
    *ret_restricted = referral.restricted;
    return hw_resource_wants_referral(&referral, parameters);
}

/* First whose review is due first; without a date last. */
static int by_review(const void *a, const void *b)
{
    const struct hw_match_view *left = a, *right = b;
    int order =
        (left->review_due_ms > right->review_due_ms) - (left->review_due_ms < right->review_due_ms);

    return order != 0 ? order
                      : (left->reference > right->reference) - (left->reference < right->reference);
}

/* ---- pages ---- */

/* A cursor is the place in the list of the last row: "DUE.REFERENCE". */
static json_t *place_json(const struct hw_match_view *view)
{
    char reference[HW_REFERENCE_TEXT_SIZE], text[48];

    (void)snprintf(text, sizeof text, "%lld.%s", (long long)view->review_due_ms,
        hw_reference_format('O', view->reference, reference));
    return json_string(text);
}

static bool place_read(struct hw_slice cursor, struct hw_match_view *ret_view)
{
    char text[48], *end;

    if (cursor.size >= sizeof text)
        return false;
    memcpy(text, cursor.data, cursor.size);
    text[cursor.size] = '\0';
    *ret_view = (struct hw_match_view){.review_due_ms = strtoll(text, &end, 10)};
    return end != text && *end == '.' &&
        hw_reference_parse(hw_slice_text(end + 1), 'O', &ret_view->reference) == HW_OK;
}

/* The rows of a page, and how many there are on all pages. */
struct page {
    struct hw_match_view *list; /* room for twice the limit */
    size_t limit, count;
    int64_t total, behind, restricted; /* all; behind the cursor; not listed */
    int64_t past_review, ready;        /* of all */
};

/* The first of all that are wanted, in order; keeps at most twice the limit while walking. */
static void gather(const struct hw_engine *engine, const json_t *parameters,
    const struct hw_match_view *after, struct page *page)
{
    struct hw_match_view view;
    bool restricted = false;

    for (uint32_t at = 0; (at = hw_match_walk(engine, 0, at, &view)) != 0;) {
        if (!is_wanted(engine, &view, parameters, &restricted))
            continue;
        page->total++;
        page->restricted += restricted;
        page->past_review += view.past_review;
        page->ready += view.ready_to_leave;
        if (restricted || (after != NULL && by_review(&view, after) <= 0))
            continue;
        page->behind++;
        if (page->count == 2 * page->limit) {
            qsort(page->list, page->count, sizeof view, by_review);
            page->count = page->limit;
        }
        page->list[page->count++] = view;
    }
    qsort(page->list, page->count, sizeof view, by_review);
    if (page->count > page->limit)
        page->count = page->limit;
}

enum hw_answer hw_resource_placements(
    struct hw_resources *resources, const json_t *parameters, json_t **ret_body)
{
    struct hw_summary summary = hw_resources_summary(resources);
    struct hw_slice cursor = hw_resource_text(parameters, "cursor");
    struct page page = {.limit = (size_t)hw_resource_integer(parameters, "limit", LIST_DEFAULT)};
    struct hw_match_view after;
    json_t *rows;

    if (cursor.size > 0 && !place_read(cursor, &after)) {
        *ret_body = hw_resource_wrong("cursor", "take it as it is from `next` of a page");
        return HW_ANSWER_BAD_REQUEST;
    }
    *ret_body = NULL;
    page.list = malloc(2 * page.limit * sizeof *page.list);
    if (page.list == NULL)
        return HW_ANSWER_NO_MEMORY;
    gather(resources->options.engine, parameters, cursor.size > 0 ? &after : NULL, &page);
    rows = json_array();
    for (size_t i = 0; i < page.count; i++)
        json_array_append_new(rows, placement_json(&summary, &page.list[i]));
    *ret_body = hw_summary_head(&summary);
    json_object_set_new(*ret_body, "count", json_integer(page.total));
    json_object_set_new(*ret_body, "past_review", json_integer(page.past_review));
    json_object_set_new(*ret_body, "ready_to_leave", json_integer(page.ready));
    json_object_set_new(*ret_body, "placements", rows);
    json_object_set_new(*ret_body, "restricted", json_integer(page.restricted));
    json_object_set_new(*ret_body, "next",
        page.behind > (int64_t)page.count ? place_json(&page.list[page.count - 1]) : json_null());
    free(page.list);
    return HW_ANSWER_OK;
}
