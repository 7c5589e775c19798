/*
 * The resource `delays`: who is ready and still there, longest first, page by page.
 */
#include "resource/json.h"
#include "resource/resources.h"
#include "resource/stay.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    LIMIT_DEFAULT = 100,
    LIMIT_MAX = 500,
    LOOKED_AT_MAX = 500, /* stays per page, so that a page stays below a millisecond */
    CURSOR_SIZE = 64,
};

const struct hw_parameter hw_delays_parameters[] = {
    {"site", "only people at this site now", HW_PARAMETER_TEXT, false, 0, 0, NULL},
    {"ward", "only people on this ward now", HW_PARAMETER_TEXT, false, 0, 0, NULL},
    {"council", "only people of this council", HW_PARAMETER_TEXT, false, 0, 0, NULL},
    {"zone", "only people of this zone", HW_PARAMETER_TEXT, false, 0, 0, NULL},
    {"reason", "only people who wait for this now", HW_PARAMETER_TEXT, false, 0, 0, NULL},
    {"responsible", "only people who wait for this side", HW_PARAMETER_CHOICE, false, 0, 0,
        "NHS SC BOTH unassigned"},
    {"pathway", "only people on this pathway", HW_PARAMETER_CHOICE, false, 0, 0,
        "P0 P1 P2 P3 none"},
    {"care_type", "whose stays", HW_PARAMETER_CHOICE, false, 0, 0, "adult_acute all"},
    {"limit", "people on a page", HW_PARAMETER_INTEGER, false, 1, LIMIT_MAX, NULL},
    {"cursor", "where the page before ended", HW_PARAMETER_TEXT, false, 0, 0, NULL},
    {0},
};

/* One person's row, before it is written. */
struct delay {
    struct hw_slice site, ward, council, zone, reason, responsible;
    const struct hw_history *history;
    const struct hw_period *period;
    bool inferred, contested;
};

struct filter {
    struct hw_slice site, ward, council, zone, reason, responsible, pathway;
    bool all_care_types;
};

static struct hw_slice code_or(struct hw_slice code, const char *other)
{
    return code.size > 0 ? code : hw_slice_text(other);
}

/* False: not ready at now_ms. */
static bool delay_of(const struct hw_engine *engine, const struct hw_history *history,
    int64_t now_ms, struct delay *ret_delay)
{
    const struct hw_period *period = hw_stay_period(history, now_ms);
    const struct hw_place *place = hw_stay_place(history, now_ms);
    const struct hw_charge *charge = hw_stay_charge(history, now_ms);

    if (period == NULL)
        return false;
    *ret_delay = (struct delay){
        .site = code_or(hw_engine_text(engine, place != NULL ? place->site : 0), "unknown"),
        .ward = code_or(hw_engine_text(engine, place != NULL ? place->ward : 0), "unknown"),
        .council = code_or(hw_engine_text(engine, history->council), "unknown"),
        .zone = code_or(hw_engine_text(engine, history->zone), "unknown"),
        .reason = hw_engine_text(engine, charge != NULL ? charge->reason : 0),
        .responsible =
            code_or(hw_engine_text(engine, charge != NULL ? charge->responsible : 0), "unassigned"),
        .history = history,
        .period = period,
        .inferred = charge != NULL && charge->inferred,
        .contested = charge != NULL && charge->contested,
    };
    return true;
}

static bool passes(struct hw_slice wanted, struct hw_slice value)
{
    return wanted.size == 0 || hw_slice_equal(wanted, value);
}

static bool delay_passes(const struct delay *delay, const struct filter *filter)
{
    struct hw_slice pathway = hw_slice_text(hw_stay_pathway(delay->history->pathway));

    return (filter->all_care_types || delay->history->counted) &&
        passes(filter->site, delay->site) && passes(filter->ward, delay->ward) &&
        passes(filter->council, delay->council) && passes(filter->zone, delay->zone) &&
        passes(filter->reason, delay->reason) && passes(filter->responsible, delay->responsible) &&
        passes(filter->pathway, pathway);
}

static json_t *delay_json(const struct delay *delay, int64_t now_ms)
{
    char reference[HW_REFERENCE_TEXT_SIZE];
    int64_t start_ms = delay->period->start_ms;
    int32_t days = hw_london_day(now_ms) - delay->period->start_day;
    json_t *row = json_object();

    (void)hw_reference_format('S', delay->history->reference, reference);
    json_object_set_new(row, "reference", json_string(reference));
    json_object_set_new(row, "site", hw_json_text(delay->site));
    json_object_set_new(row, "ward", hw_json_text(delay->ward));
    json_object_set_new(row, "council", hw_json_text(delay->council));
    json_object_set_new(row, "zone", hw_json_text(delay->zone));
    json_object_set_new(row, "pathway", json_string(hw_stay_pathway(delay->history->pathway)));
    json_object_set_new(row, "reason", hw_json_text(delay->reason));
    json_object_set_new(row, "responsible", hw_json_text(delay->responsible));
    json_object_set_new(row, "inferred", json_boolean(delay->inferred));
    json_object_set_new(row, "contested", json_boolean(delay->contested));
    json_object_set_new(row, "since", hw_json_moment(start_ms));
    hw_json_set_duration(row, NULL, hw_stay_length_ms(start_ms, delay->period->end_ms, now_ms));
    json_object_set_new(row, "days", json_integer(days > 0 ? days : 0));
    return row;
}

/* A cursor names the last entry of a page: "SINCE_MS.REFERENCE". */
static json_t *cursor_json(const struct hw_ready_entry *entry)
{
    char reference[HW_REFERENCE_TEXT_SIZE];
    char text[CURSOR_SIZE];

    (void)hw_reference_format('S', entry->reference, reference);
    (void)snprintf(text, sizeof text, "%lld.%s", (long long)entry->since_ms, reference);
    return json_string(text);
}

static bool cursor_read(struct hw_slice cursor, struct hw_ready_entry *ret_entry)
{
    char text[CURSOR_SIZE];
    char *end;

    if (cursor.size >= sizeof text)
        return false;
    memcpy(text, cursor.data, cursor.size);
    text[cursor.size] = '\0';
    ret_entry->since_ms = strtoll(text, &end, 10);
    return end != text && *end == '.' &&
        hw_reference_parse(hw_slice_text(end + 1), 'S', &ret_entry->reference) == HW_OK;
}

/* Index of the first entry after the cursor. */
static uint32_t first_after(
    const struct hw_ready_entry *entries, uint32_t count, const struct hw_ready_entry *cursor)
{
    uint32_t low = 0;
    uint32_t high = count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (hw_ready_order(&entries[middle], cursor) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct page {
    json_t *rows;
    int64_t limit;
    int64_t matched; /* named or not: together they are at most limit */
    int64_t restricted;
};

/* Look one entry up and put it on the page if it belongs there. */
static void page_add(struct page *page, const struct hw_resources *resources, int64_t now_ms,
    const struct filter *filter, uint64_t reference)
{
    struct hw_engine *engine = resources->options.engine;
    struct hw_history history;
    struct delay delay;

    if (hw_history_find(engine, reference, &history) != HW_OK)
        return;
    /* Stays that became one answer to either reference: they are listed once. */
    if (history.reference != reference && hw_ready_has(resources->ready, history.reference))
        return;
    if (!delay_of(engine, &history, now_ms, &delay) || !delay_passes(&delay, filter))
        return;
    page->matched++;
    if (history.restricted)
        page->restricted++;
    else
        json_array_append_new(page->rows, delay_json(&delay, now_ms));
}

enum hw_answer hw_resource_delays(
    struct hw_resources *resources, const json_t *parameters, json_t **ret_body)
{
    struct filter filter = {
        .site = hw_resource_text(parameters, "site"),
        .ward = hw_resource_text(parameters, "ward"),
        .council = hw_resource_text(parameters, "council"),
        .zone = hw_resource_text(parameters, "zone"),
        .reason = hw_resource_text(parameters, "reason"),
        .responsible = hw_resource_text(parameters, "responsible"),
        .pathway = hw_resource_text(parameters, "pathway"),
        .all_care_types = hw_slice_is(hw_resource_text(parameters, "care_type"), "all"),
    };
    struct hw_slice cursor = hw_resource_text(parameters, "cursor");
    struct hw_summary summary = hw_resources_summary(resources);
    uint32_t count;
    const struct hw_ready_entry *entries = hw_ready_list(resources->ready, &count);
    uint32_t index = 0;

    if (cursor.size > 0) {
        struct hw_ready_entry last;

        if (!cursor_read(cursor, &last)) {
            *ret_body = hw_resource_wrong("cursor", "take it as it is from `next` of a page");
            return HW_ANSWER_BAD_REQUEST;
        }
        index = first_after(entries, count, &last);
    }

    struct page page = {
        .rows = json_array(), .limit = hw_resource_integer(parameters, "limit", LIMIT_DEFAULT)};
    uint32_t end = count - index > LOOKED_AT_MAX ? index + LOOKED_AT_MAX : count;
    for (; index < end && page.matched < page.limit; index++)
        page_add(&page, resources, summary.as_at_ms, &filter, entries[index].reference);

    *ret_body = hw_summary_head(&summary);
    json_object_set_new(*ret_body, "delays", page.rows);
    json_object_set_new(*ret_body, "restricted", json_integer(page.restricted));
    json_object_set_new(
        *ret_body, "next", index < count ? cursor_json(&entries[index - 1]) : json_null());
    return HW_ANSWER_OK;
}
