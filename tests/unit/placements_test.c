/*
 * Goal: who is in service is listed by when their review is due, page by page, as asked, with the
 *       referral they are to go on by; restricted people are counted only (CONTRACT 3.2
 *       placement.reviewed, R12).
 * Method: a small hub with three people in two services; the resource is asked as a link asks it.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "resource/resource.h"
#include "support/hub.h"

static int64_t now_of(void *context)
{
    return ((struct hub *)context)->now_ms;
}

static const char *const ten_days[] = {"kind", "reablement", "unit", "slots", "zones", "all",
    "capabilities", "personal_care", "capacity", "5", "max_stay_minutes", "14400", NULL};
static const char *const without_end[] = {"kind", "home_care", "unit", "slots", "zones", "all",
    "capabilities", "personal_care", "capacity", "5", NULL};

static void about(
    struct hub *hub, enum hw_kind kind, const char *referral, const char *local, const char *code)
{
    struct hw_event event = hub_said(hub, kind);

    hw_event_add_identifier(
        &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(local));
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text(referral));
    hw_event_set_text(&event, HW_FIELD_SERVICE, hw_slice_text(code));
    if (kind == HW_KIND_PLACEMENT_REVIEWED) {
        hw_event_set_text(&event, HW_FIELD_DETAIL, hw_slice_text("ready_to_leave"));
        hw_event_set_text(&event, HW_FIELD_DESTINATION, hw_slice_text("home_care"));
    }
    cr_assert(eq(int, hub_submit(hub, &event).status, HW_OK));
}

/* From 08:00 on the 2nd: S3 has no review due, S1's is on the 13th, S2's, ready since, the 14th. */
static struct hub begin(void)
{
    struct hub hub = hub_new();

    hub_service(&hub, "DAYS", ten_days);
    hub_service(&hub, "LONG", without_end);
    about(&hub, HW_KIND_PLACEMENT_STARTED, "LCC/3", "S3", "LONG");
    hub_pass(&hub, 24 * HW_HOUR_MS);
    about(&hub, HW_KIND_PLACEMENT_STARTED, "LCC/1", "S1", "DAYS");
    hub_pass(&hub, 24 * HW_HOUR_MS);
    about(&hub, HW_KIND_PLACEMENT_STARTED, "LCC/2", "S2", "DAYS");
    about(&hub, HW_KIND_PLACEMENT_REVIEWED, "LCC/2", "S2", "DAYS");
    hub_pass(&hub, HW_HOUR_MS);
    return hub;
}

static enum hw_answer answer(struct hub *hub, const char *text, json_t **ret_body)
{
    struct hw_resources *resources = hw_resources_new(
        &(struct hw_resources_options){.engine = hub->engine, .now_ms = now_of, .context = hub});
    json_t *parameters = json_loads(text, 0, NULL);
    enum hw_answer status;

    cr_assert(ne(ptr, parameters, NULL));
    status = hw_resources_answer(resources, "placements", parameters, ret_body);
    json_decref(parameters);
    hw_resources_free(resources);
    return status;
}

static json_t *ask(struct hub *hub, const char *text)
{
    json_t *body;

    cr_assert(eq(int, answer(hub, text, &body), HW_ANSWER_OK), "%s", text);
    return body;
}

static int64_t number(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

/* "null" where it is. */
static char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return (char *)(text == NULL ? "null" : text);
}

/* To the minute: each record of the hub takes a moment. */
static char *minute_of(const json_t *object, const char *name)
{
    static char minute[17];

    snprintf(minute, sizeof minute, "%s", text_of(object, name));
    return minute;
}

static const json_t *row(const json_t *body, size_t index)
{
    return json_array_get(json_object_get(body, "placements"), index);
}

static void counts(struct hub *hub, const char *parameters, int64_t count)
{
    json_t *body = ask(hub, parameters);

    cr_expect(eq(i64, number(body, "count"), count), "%s", parameters);
    cr_expect(eq(sz, json_array_size(json_object_get(body, "placements")), (size_t)count), "%s",
        parameters);
    json_decref(body);
}

Test(placements, come_by_review_date_and_page_by_page)
{
    struct hub hub = begin();
    char parameters[160];
    json_t *body = ask(&hub, "{\"limit\":2}");

    cr_expect(eq(i64, number(body, "count"), 3));
    cr_expect(eq(i64, number(body, "ready_to_leave"), 1));
    cr_expect(eq(sz, json_array_size(json_object_get(body, "placements")), 2));
    cr_expect(eq(str, minute_of(row(body, 0), "review_due"), "2026-03-13T08:00"));
    cr_expect(eq(str, minute_of(row(body, 1), "review_due"), "2026-03-14T08:00"));
    snprintf(
        parameters, sizeof parameters, "{\"limit\":2,\"cursor\":\"%s\"}", text_of(body, "next"));
    json_decref(body);
    body = ask(&hub, parameters);
    cr_expect(eq(i64, number(body, "count"), 3));
    cr_expect(eq(sz, json_array_size(json_object_get(body, "placements")), 1));
    cr_expect(eq(str, text_of(row(body, 0), "service"), "LONG"));
    cr_expect(eq(str, text_of(row(body, 0), "review_due"), "null"));
    cr_expect(eq(str, text_of(body, "next"), "null"));
    json_decref(body);
    hub_free(&hub);
}

/* Each page is one row: all are there, once, however many are asked for at a time. */
Test(placements, of_one_row_a_page_are_all_there)
{
    static const char *const services[] = {"DAYS", "DAYS", "LONG"};
    struct hub hub = begin();
    char parameters[160] = "{\"limit\":1}";

    for (size_t i = 0; i < 3; i++) {
        json_t *body = ask(&hub, parameters);

        cr_expect(eq(sz, json_array_size(json_object_get(body, "placements")), 1));
        cr_expect(eq(str, text_of(row(body, 0), "service"), (char *)services[i]));
        cr_expect(eq(int, strcmp(text_of(body, "next"), "null") == 0, i == 2));
        snprintf(parameters, sizeof parameters, "{\"limit\":1,\"cursor\":\"%s\"}",
            text_of(body, "next"));
        json_decref(body);
    }
    hub_free(&hub);
}

Test(placements, are_listed_as_asked)
{
    struct hub hub = begin();
    json_t *body = ask(&hub, "{\"ready_to_leave\":\"true\"}");

    cr_expect(eq(i64, number(body, "count"), 1));
    cr_expect(eq(str, text_of(row(body, 0), "onward"), "home_care"));
    cr_expect(eq(str, minute_of(row(body, 0), "ready_to_leave_since"), "2026-03-04T08:00"));
    cr_expect(eq(i64, number(row(body, 0), "waited_ms") / HW_MINUTE_MS, 60));
    json_decref(body);
    counts(&hub, "{\"ready_to_leave\":\"false\"}", 2);
    counts(&hub, "{\"service\":\"HART\"}", 0);
    counts(&hub, "{\"service\":\"DAYS\"}", 2);
    counts(&hub, "{\"kind\":\"home_care\"}", 1);
    counts(&hub, "{\"kind\":\"reablement\"}", 2);
    counts(&hub, "{\"site\":\"RWEAA\"}", 0);
    counts(&hub, "{\"council\":\"509\"}", 0);
    counts(&hub, "{\"past_review\":\"true\"}", 0);
    hub_pass(&hub, 9 * 24 * HW_HOUR_MS);
    counts(&hub, "{\"past_review\":\"true\"}", 1);
    counts(&hub, "{\"past_review\":\"false\"}", 2);
    about(&hub, HW_KIND_PLACEMENT_ENDED, "LCC/1", "S1", "DAYS");
    counts(&hub, "{}", 2);
    hub_free(&hub);
}

Test(placements, name_the_referral_by_which_somebody_goes_on)
{
    struct hub hub = begin();
    uint64_t reference = hub_refer(&hub, "LCC/4", "S2", NULL, "step_up", "dementia");
    char text[HW_REFERENCE_TEXT_SIZE];
    json_t *body = ask(&hub, "{\"ready_to_leave\":\"true\"}");

    cr_expect(eq(str, text_of(row(body, 0), "onward_referral"),
        (char *)hw_reference_format('R', reference, text)));
    cr_expect(eq(str, text_of(row(body, 0), "onward_state"), "waiting"));
    cr_expect(eq(i64, hub_referral(&hub, reference).clock_ms / HW_MINUTE_MS,
        hub_at("2026-03-04T08:00:00Z") / HW_MINUTE_MS));
    json_decref(body);
    body = ask(&hub, "{\"service\":\"LONG\"}");
    cr_expect(eq(str, text_of(row(body, 0), "onward_referral"), "null"));
    cr_expect(eq(str, text_of(row(body, 0), "onward_state"), "null"));
    json_decref(body);
    hub_free(&hub);
}

Test(placements, of_restricted_people_are_counted_only)
{
    struct hub hub = begin();
    struct hw_event event = hub_said(&hub, HW_KIND_PERSON_UPDATED);
    json_t *body;

    hw_event_add_identifier(&event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text("S1"));
    hw_event_set_bool(&event, HW_FIELD_RESTRICTED, true);
    (void)hub_submit(&hub, &event);
    body = ask(&hub, "{}");
    cr_expect(eq(i64, number(body, "count"), 3));
    cr_expect(eq(i64, number(body, "restricted"), 1));
    cr_expect(eq(sz, json_array_size(json_object_get(body, "placements")), 2));
    cr_expect(eq(str, minute_of(row(body, 0), "review_due"), "2026-03-14T08:00"));
    json_decref(body);
    hub_free(&hub);
}

Test(placements, refuse_a_cursor_that_is_none)
{
    static const char *const cursors[] = {"0", "x.O3", "1.", "1.R3", "1.O", ".O3",
        "99999999999999999999999999999999999999999999999.O3"};
    struct hub hub = begin();

    for (size_t i = 0; i < sizeof cursors / sizeof *cursors; i++) {
        char parameters[160];
        json_t *body;

        snprintf(parameters, sizeof parameters, "{\"cursor\":\"%s\"}", cursors[i]);
        cr_expect(
            eq(int, answer(&hub, parameters, &body), HW_ANSWER_BAD_REQUEST), "%s", cursors[i]);
        cr_expect(eq(str, text_of(body, "parameter"), "cursor"));
        json_decref(body);
    }
    hub_free(&hub);
}
