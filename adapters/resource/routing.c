/*
 * The resources of routing: services, waiting, proposals, offers, alerts, referral, why-not.
 *
 * Everything names referrals (R...) and offers (O...) by reference; restricted people are counted
 * and never listed.
 */
#include "homeward/routing.h"
#include "resource/json.h"
#include "resource/alerts.h"
#include "resource/modes.h"
#include "resource/names.h"
#include "resource/resources.h"

#include <stdio.h>
#include <stdlib.h>

enum { LIST_DEFAULT = 100, LIST_MAX = 1000 };

#define PAGE                                                                                       \
    {                                                                                              \
        "limit", "how many at most", HW_PARAMETER_INTEGER, false, 1, LIST_MAX, NULL                \
    }
#define BY_CODE(name, sentence)                                                                    \
    {                                                                                              \
        name, sentence, HW_PARAMETER_TEXT, false, 0, 0, NULL                                       \
    }

#define NEXT_PAGE                                                                                  \
    {                                                                                              \
        "cursor", "where the page before ended", HW_PARAMETER_TEXT, false, 0, 0, NULL              \
    }
#define DIRECTION                                                                                  \
    {                                                                                              \
        "direction", "which way", HW_PARAMETER_CHOICE, false, 0, 0, "step_up step_down"            \
    }
#define PATHWAY                                                                                    \
    {                                                                                              \
        "pathway", "on this pathway only", HW_PARAMETER_CHOICE, false, 0, 0, "P0 P1 P2 P3 none"    \
    }

const struct hw_parameter hw_services_parameters[] = {
    BY_CODE("service", "this service only"),
    BY_CODE("kind", "of this kind only, such as reablement"),
    DIRECTION,
    PAGE,
    NEXT_PAGE,
    {0},
};
const struct hw_parameter hw_waiting_parameters[] = {
    DIRECTION,
    PATHWAY,
    {"state", "as far as this only", HW_PARAMETER_CHOICE, false, 0, 0,
        "waiting proposed offered accepted"},
    BY_CODE("council", "of this council only"),
    BY_CODE("zone", "of this zone only"),
    BY_CODE("site", "in this hospital only"),
    PAGE,
    NEXT_PAGE,
    {0},
};
const struct hw_parameter hw_matches_parameters[] = {
    BY_CODE("service", "of this service only"),
    DIRECTION,
    PATHWAY,
    BY_CODE("council", "of people of this council only"),
    BY_CODE("zone", "of people of this zone only"),
    BY_CODE("site", "of people in this hospital only"),
    PAGE,
    NEXT_PAGE,
    {0},
};
const struct hw_parameter hw_referral_parameters[] = {
    {"reference", "the referral's reference, R...", HW_PARAMETER_TEXT, true, 0, 0, NULL},
    {0},
};
const struct hw_parameter hw_why_not_parameters[] = {
    {"referral", "the referral's reference, R...", HW_PARAMETER_TEXT, true, 0, 0, NULL},
    {"service", "the service's code", HW_PARAMETER_TEXT, true, 0, 0, NULL},
    {0},
};

static json_t *needs_json(uint32_t needs)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < HW_NEED_COUNT; i++)
        if ((needs >> i & 1u) != 0)
            json_array_append_new(list, json_string(hw_need_name(i)));
    return list;
}

static json_t *directions_json(unsigned directions)
{
    json_t *list = json_array();

    if (directions & HW_STEP_UP)
        json_array_append_new(list, json_string("step_up"));
    if (directions & HW_STEP_DOWN)
        json_array_append_new(list, json_string("step_down"));
    return list;
}

/* ---- services ---- */

struct hw_slice hw_summary_add_service(
    const struct hw_summary *summary, uint32_t index, json_t *row)
{
    struct hw_service_view view;

    hw_service_view(summary->engine, index, &view);
    json_object_set_new(row, "service", hw_json_text(view.code));
    json_object_set_new(row, "name", hw_json_text(view.name));
    json_object_set_new(row, "kind", hw_json_name(view.kind));
    json_object_set_new(row, "directions", directions_json(view.directions));
    json_object_set_new(row, "unit", hw_json_name(view.unit));
    json_object_set_new(row, "capacity", json_integer(view.capacity));
    json_object_set_new(row, "held", json_integer(view.held));
    json_object_set_new(row, "free", json_integer(view.available));
    json_object_set_new(row, "waiting", json_integer(view.waiting));
    json_object_set_new(row, "past_review", json_integer(view.past_review));
    json_object_set_new(row, "suspended", json_boolean(view.suspended));
    json_object_set_new(row, "paused", hw_paused_json(summary->engine, 0, view.code));
    json_object_set_new(row, "declared_at", hw_json_moment(view.declared_at_ms));
    json_object_set_new(row, "stale", json_boolean(summary->as_at_ms >= view.stale_from_ms));
    return view.code;
}

static uint64_t mixed(uint64_t version, uint64_t with)
{
    return (version ^ with) * 0x9E3779B97F4A7C15u + (version >> 29);
}

/* By what a service is paused, and since and until when. */
static uint64_t mixed_paused(
    uint64_t version, const struct hw_engine *engine, struct hw_slice service)
{
    struct hw_mode_view view;

    for (uint32_t at = 0; (at = hw_paused_walk(engine, 0, service, at, &view)) != 0;) {
        version = mixed(version, at);
        version = mixed(version, (uint64_t)view.since_ms);
        version = mixed(version, (uint64_t)view.until_ms);
        version = mixed(version, (uintptr_t)view.by.data);
        version = mixed(version, (uintptr_t)view.reason.data);
    }
    return version;
}

uint64_t hw_summary_service_version(const struct hw_summary *summary, uint32_t index)
{
    struct hw_service_view view;
    uint64_t version;

    hw_service_view(summary->engine, index, &view);
    version = mixed((uint64_t)view.capacity, (uint64_t)view.held);
    version = mixed(version, (uint64_t)view.available);
    version = mixed(version, (uint64_t)view.waiting);
    version = mixed(version, (uint64_t)view.past_review);
    version = mixed(version, (uint64_t)view.declared_at_ms);
    version = mixed(version,
        (uint64_t)view.directions << 2 | (uint64_t)view.suspended << 1 |
            (uint64_t)(summary->as_at_ms >= view.stale_from_ms));
    version = mixed(version, (uintptr_t)view.kind);
    version = mixed(version, (uintptr_t)view.unit);
    version = mixed_paused(version, summary->engine, view.code);
    return mixed(version, (uintptr_t)view.name.data);
}

json_t *hw_services_json(const struct hw_summary *summary)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < hw_services_count(summary->engine); i++) {
        json_t *row = json_object();

        (void)hw_summary_add_service(summary, i, row);
        json_array_append_new(list, row);
    }
    return list;
}

static bool wants_service(const struct hw_service_view *view, const json_t *parameters)
{
    struct hw_slice code = hw_resource_text(parameters, "service");
    struct hw_slice kind = hw_resource_text(parameters, "kind");
    struct hw_slice direction = hw_resource_text(parameters, "direction");

    return (code.size == 0 || hw_slice_equal(code, view->code)) &&
        (kind.size == 0 || (view->kind != NULL && hw_slice_is(kind, view->kind))) &&
        (direction.size == 0 || (hw_direction_of(direction) & view->directions) != 0);
}

/* Index behind the service a page ended with; false: there is none of that code. */
static bool service_after(
    const struct hw_engine *engine, struct hw_slice cursor, uint32_t *ret_index)
{
    struct hw_service_view view;

    *ret_index = 0;
    if (cursor.size == 0)
        return true;
    for (uint32_t i = 0; i < hw_services_count(engine); i++) {
        hw_service_view(engine, i, &view);
        *ret_index = i + 1;
        if (hw_slice_equal(view.code, cursor))
            return true;
    }
    return false;
}

static enum hw_answer wrong_cursor(json_t **ret_body)
{
    *ret_body = hw_resource_wrong("cursor", "take it as it is from `next` of a page");
    return HW_ANSWER_BAD_REQUEST;
}

enum hw_answer hw_resource_services(
    struct hw_resources *resources, const json_t *parameters, json_t **ret_body)
{
    const struct hw_engine *engine = resources->options.engine;
    struct hw_summary summary = hw_resources_summary(resources);
    int64_t limit = hw_resource_integer(parameters, "limit", LIST_MAX), count = 0;
    json_t *rows, *next = NULL;
    struct hw_service_view view;
    uint32_t index;

    if (!service_after(engine, hw_resource_text(parameters, "cursor"), &index))
        return wrong_cursor(ret_body);
    rows = json_array();
    for (struct hw_slice last = {0}; index < hw_services_count(engine); index++) {
        json_t *row;

        hw_service_view(engine, index, &view);
        if (!wants_service(&view, parameters))
            continue;
        if (count++ == limit) {
            next = hw_json_text(last);
            break;
        }
        last = view.code;
        row = json_object();
        (void)hw_summary_add_service(&summary, index, row);
        json_array_append_new(rows, row);
    }
    *ret_body = hw_summary_head(&summary);
    json_object_set_new(*ret_body, "services", rows);
    json_object_set_new(*ret_body, "next", next != NULL ? next : json_null());
    return HW_ANSWER_OK;
}

/* ---- referrals ---- */

static json_t *referral_json(
    const struct hw_engine *engine, const struct hw_referral_view *view, int64_t now_ms)
{
    json_t *row = json_object();

    json_object_set_new(row, "reference", hw_json_reference('R', view->reference));
    json_object_set_new(row, "spell", hw_json_reference('S', view->stay));
    json_object_set_new(row, "state", json_string(view->state));
    json_object_set_new(row, "direction", hw_json_name(hw_name_of_direction(view->direction)));
    json_object_set_new(row, "urgency", hw_json_name(hw_name_of_urgency(view->urgency)));
    json_object_set_new(row, "fast_track", json_boolean(view->fast_track));
    json_object_set_new(row, "pathway", hw_json_name(hw_name_of_pathway(view->pathway)));
    json_object_set_new(row, "needs", needs_json(view->needs));
    json_object_set_new(row, "site", hw_json_text(view->site));
    json_object_set_new(row, "council", hw_json_text(view->council));
    json_object_set_new(row, "zone", hw_json_text(view->zone));
    json_object_set_new(row, "received_at", hw_json_moment(view->received_ms));
    json_object_set_new(row, "clock", hw_json_moment(view->clock_ms));
    json_object_set_new(row, "due", hw_json_moment(view->due_ms));
    hw_json_set_duration(row, "waited", now_ms > view->clock_ms ? now_ms - view->clock_ms : 0);
    json_object_set_new(row, "home_since", hw_json_moment(view->left_ms));
    json_object_set_new(row, "first_contact", hw_json_moment(view->first_contact_ms));
    json_object_set_new(row, "held", hw_json_held(view->held));
    json_object_set_new(
        row, "paused", hw_paused_json(engine, view->reference, (struct hw_slice){0}));
    json_object_set_new(row, "alert", hw_json_name(view->alert));
    json_object_set_new(row, "double", json_boolean(view->double_referral));
    json_object_set_new(row, "double_offer", json_boolean(view->double_offer));
    json_object_set_new(row, "onward", json_boolean(view->onward));
    return row;
}

/* Home without care: who is referred on from a service has some. */
static bool is_home(const struct hw_referral_view *view)
{
    return view->left_ms != HW_TIME_NONE && !view->onward;
}

/* Home without care heads the list (R14); then by due time, clock, reference (R8). */
static int by_queue(const void *a, const void *b)
{
    const struct hw_referral_view *left = a, *right = b;
    int order = is_home(right) - is_home(left);

    if (order == 0)
        order = (right->urgency == HW_URGENCY_2H) - (left->urgency == HW_URGENCY_2H);
    if (order == 0)
        order = right->fast_track - left->fast_track;
    if (order == 0)
        order = (left->due_ms > right->due_ms) - (left->due_ms < right->due_ms);
    if (order == 0)
        order = (left->clock_ms > right->clock_ms) - (left->clock_ms < right->clock_ms);
    return order != 0 ? order
                      : (left->reference > right->reference) - (left->reference < right->reference);
}

bool hw_resource_wants_referral(const struct hw_referral_view *view, const json_t *parameters)
{
    struct hw_slice direction = hw_resource_text(parameters, "direction");
    struct hw_slice pathway = hw_resource_text(parameters, "pathway");
    struct hw_slice council = hw_resource_text(parameters, "council");
    struct hw_slice zone = hw_resource_text(parameters, "zone");
    struct hw_slice site = hw_resource_text(parameters, "site");
    const char *on = hw_name_of_pathway(view->pathway);

    return (direction.size == 0 || hw_direction_of(direction) == view->direction) &&
        (pathway.size == 0 || hw_slice_is(pathway, on == NULL ? "none" : on)) &&
        (council.size == 0 || hw_slice_equal(council, view->council)) &&
        (zone.size == 0 || hw_slice_equal(zone, view->zone)) &&
        (site.size == 0 || hw_slice_equal(site, view->site));
}

static bool waits(const struct hw_referral_view *view, const json_t *parameters)
{
    struct hw_slice state = hw_resource_text(parameters, "state");

    return strcmp(view->state, "ended") != 0 && strcmp(view->state, "placed") != 0 &&
        (state.size == 0 || hw_slice_is(state, view->state)) &&
        hw_resource_wants_referral(view, parameters);
}

/* A cursor is the place in the queue of the last row: "HOME.2H.FAST.DUE.CLOCK.REFERENCE". */
static json_t *place_json(const struct hw_referral_view *view)
{
    char reference[HW_REFERENCE_TEXT_SIZE], text[80];

    (void)snprintf(text, sizeof text, "%d.%d.%d.%lld.%lld.%s", is_home(view),
        view->urgency == HW_URGENCY_2H, view->fast_track, (long long)view->due_ms,
        (long long)view->clock_ms, hw_reference_format('R', view->reference, reference));
    return json_string(text);
}

static bool place_read(struct hw_slice cursor, struct hw_referral_view *ret_view)
{
    int home, urgent, fast, end = 0;
    long long due, clock;
    char text[80];

    if (cursor.size >= sizeof text)
        return false;
    memcpy(text, cursor.data, cursor.size);
    text[cursor.size] = '\0';
    if (sscanf(text, "%1d.%1d.%1d.%20lld.%20lld.%n", &home, &urgent, &fast, &due, &clock, &end) !=
            5 ||
        end == 0)
        return false;
    *ret_view = (struct hw_referral_view){
        .left_ms = home ? 0 : HW_TIME_NONE,
        .urgency = urgent ? HW_URGENCY_2H : HW_URGENCY_ROUTINE,
        .fast_track = fast != 0,
        .due_ms = due,
        .clock_ms = clock,
    };
    return hw_reference_parse(hw_slice_text(text + end), 'R', &ret_view->reference) == HW_OK;
}

/* The rows of a page, and how many there are on all pages. */
struct gathered {
    struct hw_referral_view *list; /* room for twice the limit */
    size_t limit, count;
    int64_t total, behind, restricted; /* all; behind the cursor; not listed */
};

/* The first of all that are wanted, in order; keeps at most limit of them while walking. */
static void gather(const struct hw_resources *resources, const json_t *parameters,
    const struct hw_referral_view *after, struct gathered *gathered)
{
    struct hw_referral_view view;

    for (uint32_t at = 0; (at = hw_referral_walk(resources->options.engine, at, &view)) != 0;) {
        if (!waits(&view, parameters))
            continue;
        gathered->total++;
        gathered->restricted += view.restricted;
        if (view.restricted || (after != NULL && by_queue(&view, after) <= 0))
            continue;
        gathered->behind++;
        if (gathered->count == 2 * gathered->limit) {
            qsort(gathered->list, gathered->count, sizeof view, by_queue);
            gathered->count = gathered->limit;
        }
        gathered->list[gathered->count++] = view;
    }
    qsort(gathered->list, gathered->count, sizeof view, by_queue);
    if (gathered->count > gathered->limit)
        gathered->count = gathered->limit;
}

enum hw_answer hw_resource_waiting(
    struct hw_resources *resources, const json_t *parameters, json_t **ret_body)
{
    struct hw_summary summary = hw_resources_summary(resources);
    struct hw_slice cursor = hw_resource_text(parameters, "cursor");
    struct gathered gathered = {
        .limit = (size_t)hw_resource_integer(parameters, "limit", LIST_DEFAULT)};
    struct hw_referral_view after;
    json_t *rows;

    if (cursor.size > 0 && !place_read(cursor, &after))
        return wrong_cursor(ret_body);
    *ret_body = NULL;
    gathered.list = malloc(2 * gathered.limit * sizeof *gathered.list);
    if (gathered.list == NULL)
        return HW_ANSWER_NO_MEMORY;
    rows = json_array();
    gather(resources, parameters, cursor.size > 0 ? &after : NULL, &gathered);
    for (size_t i = 0; i < gathered.count; i++)
        json_array_append_new(
            rows, referral_json(summary.engine, &gathered.list[i], summary.as_at_ms));
    *ret_body = hw_summary_head(&summary);
    json_object_set_new(*ret_body, "count", json_integer(gathered.total));
    json_object_set_new(*ret_body, "waiting", rows);
    json_object_set_new(*ret_body, "restricted", json_integer(gathered.restricted));
    json_object_set_new(*ret_body, "next",
        gathered.behind > (int64_t)gathered.count ? place_json(&gathered.list[gathered.count - 1])
                                                  : json_null());
    free(gathered.list);
    return HW_ANSWER_OK;
}

/* ---- proposals and offers ---- */

static json_t *match_json(const struct hw_engine *engine, const struct hw_match_view *view)
{
    json_t *row = json_object();

    json_object_set_new(row, "reference", hw_json_reference('O', view->reference));
    json_object_set_new(row, "version", json_integer(view->version));
    json_object_set_new(row, "referral", hw_json_reference('R', view->referral));
    json_object_set_new(row, "service", hw_json_text(view->service));
    json_object_set_new(row, "state", json_string(view->state));
    json_object_set_new(row, "paused", hw_paused_json(engine, view->referral, view->service));
    json_object_set_new(row, "units", json_integer(view->units));
    json_object_set_new(row, "automatic", json_boolean(view->automatic));
    json_object_set_new(row, "by", hw_json_text(view->by));
    json_object_set_new(row, "proposed_at", hw_json_moment(view->proposed_ms));
    json_object_set_new(row, "offered_at", hw_json_moment(view->offered_ms));
    json_object_set_new(row, "answered_at", hw_json_moment(view->answered_ms));
    json_object_set_new(row, "expires_at", hw_json_moment(view->expires_ms));
    json_object_set_new(row, "starts_at", hw_json_moment(view->starts_ms));
    json_object_set_new(row, "started_at", hw_json_moment(view->started_ms));
    json_object_set_new(row, "ended_at", hw_json_moment(view->ended_ms));
    json_object_set_new(row, "suspended_until", hw_json_moment(view->suspended_until_ms));
    json_object_set_new(row, "assessing", json_boolean(view->assessing));
    json_object_set_new(row, "past_review", json_boolean(view->past_review));
    json_object_set_new(row, "review_due", hw_json_moment(view->review_due_ms));
    json_object_set_new(row, "reviewed_at", hw_json_moment(view->reviewed_ms));
    json_object_set_new(row, "ready_to_leave", json_boolean(view->ready_to_leave));
    json_object_set_new(row, "onward", hw_json_text(view->onward));
    json_object_set_new(row, "unasked", json_boolean(view->unasked));
    json_object_set_new(row, "reason", hw_json_text(view->reason));
    json_object_set_new(row, "outcome", hw_json_text(view->outcome));
    return row;
}

/* Whether a match in a state is one of those asked for; *ret_restricted: of somebody restricted. */
static bool wants_match(const struct hw_engine *engine, const struct hw_match_view *view,
    const char *state, const json_t *parameters, bool *ret_restricted)
{
    struct hw_slice service = hw_resource_text(parameters, "service");
    struct hw_referral_view referral;

    if (strcmp(view->state, state) != 0 ||
        (service.size > 0 && !hw_slice_equal(service, view->service)) ||
        hw_referral_view(engine, view->referral, &referral) != HW_OK)
        return false;
    *ret_restricted = referral.restricted;
    return hw_resource_wants_referral(&referral, parameters);
}

/* In the order they were made; a cursor is the reference of the last of a page. */
static enum hw_answer list_matches(struct hw_resources *resources, const json_t *parameters,
    const char *state, const char *name, json_t **ret_body)
{
    const struct hw_engine *engine = resources->options.engine;
    struct hw_summary summary = hw_resources_summary(resources);
    struct hw_slice cursor = hw_resource_text(parameters, "cursor");
    int64_t limit = hw_resource_integer(parameters, "limit", LIST_DEFAULT), total = 0, held = 0;
    int64_t listed = 0;
    uint64_t after = 0, last = 0;
    struct hw_match_view view;
    bool restricted = false, more = false;
    json_t *rows;

    if (cursor.size > 0 && hw_reference_parse(cursor, 'O', &after) != HW_OK)
        return wrong_cursor(ret_body);
    rows = json_array();
    for (uint32_t at = 0; (at = hw_match_walk(engine, 0, at, &view)) != 0;) {
        if (!wants_match(engine, &view, state, parameters, &restricted))
            continue;
        total++;
        held += restricted;
        if (restricted || view.reference <= after)
            continue;
        more = listed == limit;
        if (more)
            continue;
        listed++;
        last = view.reference;
        json_array_append_new(rows, match_json(engine, &view));
    }
    *ret_body = hw_summary_head(&summary);
    json_object_set_new(*ret_body, "count", json_integer(total));
    json_object_set_new(*ret_body, name, rows);
    json_object_set_new(*ret_body, "restricted", json_integer(held));
    json_object_set_new(*ret_body, "next", hw_json_reference('O', more ? last : 0));
    return HW_ANSWER_OK;
}

enum hw_answer hw_resource_proposals(
    struct hw_resources *resources, const json_t *parameters, json_t **ret_body)
{
    return list_matches(resources, parameters, "proposed", "proposals", ret_body);
}

enum hw_answer hw_resource_offers(
    struct hw_resources *resources, const json_t *parameters, json_t **ret_body)
{
    return list_matches(resources, parameters, "offered", "offers", ret_body);
}

/* ---- one referral, with its explanation ---- */

static const char *rule_words(enum hw_rule rule)
{
    return rule == HW_RULE_NONE ? "it could take the person now" : hw_rule_words(rule);
}

/* What stands between the referral and each service now, as a rule and as a sentence. */
static json_t *explanation_json(struct hw_engine *engine, uint64_t referral)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < hw_services_count(engine); i++) {
        struct hw_service_view view;
        enum hw_rule rule;
        json_t *row;

        hw_service_view(engine, i, &view);
        if (hw_why_not(engine, referral, view.code, &rule) != HW_OK)
            continue;
        row = json_object();
        json_object_set_new(row, "service", hw_json_text(view.code));
        json_object_set_new(row, "name", hw_json_text(view.name));
        json_object_set_new(row, "rule", hw_json_name(hw_rule_name(rule)));
        json_object_set_new(row, "words", json_string(rule_words(rule)));
        if (rule == HW_RULE_PAUSED)
            json_object_set_new(row, "paused", hw_paused_json(engine, referral, view.code));
        json_array_append_new(list, row);
    }
    return list;
}

enum hw_answer hw_resource_referral(
    struct hw_resources *resources, const json_t *parameters, json_t **ret_body)
{
    struct hw_engine *engine = resources->options.engine;
    struct hw_summary summary = hw_resources_summary(resources);
    struct hw_referral_view view;
    struct hw_match_view match;
    uint64_t reference;
    json_t *rows;

    if (hw_reference_parse(hw_resource_text(parameters, "reference"), 'R', &reference) != HW_OK) {
        *ret_body = hw_resource_wrong("reference", "must be a reference such as R5DBR2");
        return HW_ANSWER_BAD_REQUEST;
    }
    if (hw_referral_view(engine, reference, &view) != HW_OK || view.restricted) {
        *ret_body = hw_resource_error("there is no such referral, or it may not be shown");
        return HW_ANSWER_NOT_FOUND;
    }
    *ret_body = hw_summary_head(&summary);
    json_object_set_new(*ret_body, "referral", referral_json(engine, &view, summary.as_at_ms));
    rows = json_array();
    for (uint32_t at = 0; (at = hw_match_walk(engine, reference, at, &match)) != 0;)
        json_array_append_new(rows, match_json(engine, &match));
    json_object_set_new(*ret_body, "matches", rows);
    json_object_set_new(*ret_body, "alerts", hw_alerts_json(engine, reference));
    json_object_set_new(*ret_body, "services", explanation_json(engine, reference));
    return HW_ANSWER_OK;
}

enum hw_answer hw_resource_why_not(
    struct hw_resources *resources, const json_t *parameters, json_t **ret_body)
{
    struct hw_summary summary = hw_resources_summary(resources);
    struct hw_slice service = hw_resource_text(parameters, "service");
    enum hw_rule rule;
    uint64_t reference;

    if (hw_reference_parse(hw_resource_text(parameters, "referral"), 'R', &reference) != HW_OK) {
        *ret_body = hw_resource_wrong("referral", "must be a reference such as R5DBR2");
        return HW_ANSWER_BAD_REQUEST;
    }
    if (hw_why_not(resources->options.engine, reference, service, &rule) != HW_OK) {
        *ret_body = hw_resource_error("the referral or the service is not known");
        return HW_ANSWER_NOT_FOUND;
    }
    *ret_body = hw_summary_head(&summary);
    json_object_set_new(*ret_body, "rule", hw_json_name(hw_rule_name(rule)));
    json_object_set_new(*ret_body, "words", json_string(rule_words(rule)));
    json_object_set_new(
        *ret_body, "paused", hw_paused_json(resources->options.engine, reference, service));
    return HW_ANSWER_OK;
}
