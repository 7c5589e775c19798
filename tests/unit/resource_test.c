/*
 * Goal: every question has an answer that an integrator can act on; people are listed by reference
 *       only, longest first, page by page; restricted people are counted and never named.
 * Method: an engine double with a few stays whose rows can be worked out by hand.
 */
#include "resource/json.h"
#include "resource/resource.h"

#include "../support/engine_double.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

enum { NONE, SITE_A, SITE_B, WARD, REASON_E, SC, COUNCIL };

static struct hw_place places[2];
static struct hw_period periods[DOUBLE_STAYS_MAX];
static struct hw_charge charges[DOUBLE_STAYS_MAX];
static int64_t now_ms;

/* A stay ready since so many hours, at a site. */
static void stay_add(uint64_t reference, int64_t ready_hours, unsigned site, bool restricted)
{
    uint32_t i = double_engine.stays_count++;
    int64_t start_ms = now_ms - ready_hours * HW_HOUR_MS;

    periods[i] = (struct hw_period){start_ms, HW_TIME_OPEN, hw_london_day(start_ms), 0};
    charges[i] = (struct hw_charge){.start_ms = start_ms,
        .end_ms = HW_TIME_OPEN,
        .reason = REASON_E,
        .responsible = SC,
        .site = site,
        .inferred = 0,
        .contested = 1};
    double_engine.stays[i] = (struct hw_history){.reference = reference,
        .findings = 1u << HW_FINDING_CONTESTED,
        .admitted_ms = start_ms - HW_DAY_MS,
        .ended_ms = HW_TIME_OPEN,
        .inpatient_ms = start_ms - HW_DAY_MS,
        .expected_discharge_ms = HW_TIME_NONE,
        .counted = 1,
        .restricted = restricted,
        .pathway = HW_P1,
        .council = COUNCIL,
        .places = &places[site - SITE_A],
        .places_count = 1,
        .periods = &periods[i],
        .periods_count = 1,
        .charges = &charges[i],
        .charges_count = 1};
}

static void setup(void)
{
    double_engine_reset();
    now_ms = double_engine.accepted_ms;
    double_engine.texts[SITE_A] = "RWEAA";
    double_engine.texts[SITE_B] = "RWEAE";
    double_engine.texts[WARD] = "W1";
    double_engine.texts[REASON_E] = "E";
    double_engine.texts[SC] = "SC";
    double_engine.texts[COUNCIL] = "508";
    places[0] = (struct hw_place){.start_ms = 0, .site = SITE_A, .ward = WARD};
    places[1] = (struct hw_place){.start_ms = 0, .site = SITE_B};
}

static struct hw_resources *resources_new(void)
{
    struct hw_resources_options options = {
        .engine = double_engine_pointer(), .now_ms = double_now_ms, .context = &now_ms};

    return hw_resources_new(&options);
}

/* The answer to a question whose parameters are written as JSON. */
static enum hw_answer ask(
    struct hw_resources *resources, const char *name, const char *parameters, json_t **ret_body)
{
    json_error_t error;
    json_t *object = json_loads(parameters, 0, &error);
    cr_assert(object != NULL);
    enum hw_answer status = hw_resources_answer(resources, name, object, ret_body);

    json_decref(object);
    return status;
}

TestSuite(resource, .init = setup);

Test(resource, delays_are_listed_longest_first_by_reference)
{
    json_t *body;

    stay_add(7, 5, SITE_A, false);
    stay_add(9, 49, SITE_B, false);
    struct hw_resources *resources = resources_new();
    cr_assert(eq(int, ask(resources, "delays", "{}", &body), HW_ANSWER_OK));

    size_t size;
    char *text = hw_json_dump(body, &size);
    cr_expect(eq(str, text,
        "{\"sequence\":1234,\"as_at\":\"2026-11-21T10:15:00.000Z\",\"delays\":["
        "{\"reference\":\"S9\",\"site\":\"RWEAE\",\"ward\":\"unknown\",\"council\":\"508\","
        "\"zone\":\"unknown\",\"pathway\":\"P1\",\"reason\":\"E\",\"responsible\":\"SC\","
        "\"inferred\":false,\"contested\":true,\"since\":\"2026-11-19T09:15:00.000Z\","
        "\"hours\":49.0,\"ms\":176400000,\"days\":2},"
        "{\"reference\":\"S7\",\"site\":\"RWEAA\",\"ward\":\"W1\",\"council\":\"508\","
        "\"zone\":\"unknown\",\"pathway\":\"P1\",\"reason\":\"E\",\"responsible\":\"SC\","
        "\"inferred\":false,\"contested\":true,\"since\":\"2026-11-21T05:15:00.000Z\","
        "\"hours\":5.0,\"ms\":18000000,\"days\":0}],"
        "\"restricted\":0,\"next\":null}"));
    free(text);
    json_decref(body);
    hw_resources_free(resources);
}

Test(resource, stays_that_became_one_are_listed_once)
{
    json_t *body;

    stay_add(7, 5, SITE_A, false);
    stay_add(8, 6, SITE_A, false);
    struct hw_resources *resources = resources_new();
    double_engine.united[0] = 8;
    double_engine.united[1] = 7;
    cr_assert(eq(int, ask(resources, "delays", "{}", &body), HW_ANSWER_OK));
    cr_expect(eq(sz, json_array_size(json_object_get(body, "delays")), 1));
    json_decref(body);

    /* Known by the reference it lost only: still listed. */
    double_engine.effects[0] = (struct hw_effect){.kind = HW_EFFECT_DELAY_ENDED, .reference = 7};
    double_engine.effects_count = 1;
    hw_resources_applied(resources);
    cr_assert(eq(int, ask(resources, "delays", "{}", &body), HW_ANSWER_OK));
    cr_expect(eq(sz, json_array_size(json_object_get(body, "delays")), 1));
    json_decref(body);
    hw_resources_free(resources);
}

Test(resource, restricted_people_are_counted_and_not_named)
{
    json_t *body;

    stay_add(7, 5, SITE_A, true);
    stay_add(8, 6, SITE_A, false);
    struct hw_resources *resources = resources_new();
    cr_assert(eq(int, ask(resources, "delays", "{}", &body), HW_ANSWER_OK));
    cr_expect(eq(sz, json_array_size(json_object_get(body, "delays")), 1));
    cr_expect(eq(i64, json_integer_value(json_object_get(body, "restricted")), 1));
    json_decref(body);

    cr_expect(
        eq(int, ask(resources, "spell", "{\"reference\":\"S7\"}", &body), HW_ANSWER_NOT_FOUND));
    json_t *none;
    cr_expect(
        eq(int, ask(resources, "spell", "{\"reference\":\"S6\"}", &none), HW_ANSWER_NOT_FOUND));
    cr_expect(json_equal(body, none), "a restricted reference is told from a wrong one");
    json_decref(body);
    json_decref(none);
    hw_resources_free(resources);
}

/* Filter, and which of the stays 1 (A, P1), 2 (B, P1), 3 (A, ended), 4 (A, not adult) it leaves. */
static const struct {
    const char *parameters;
    const char *references; /* longest first */
} filters[] = {
    {"{}", "S2 S1 "},
    {"{\"site\":\"RWEAA\"}", "S1 "},
    {"{\"site\":\"RWEAE\"}", "S2 "},
    {"{\"site\":\"X\"}", ""},
    {"{\"ward\":\"W1\"}", "S1 "},
    {"{\"ward\":\"unknown\"}", "S2 "},
    {"{\"council\":\"508\"}", "S2 S1 "},
    {"{\"council\":\"509\"}", ""},
    {"{\"zone\":\"unknown\"}", "S2 S1 "},
    {"{\"reason\":\"E\"}", "S2 S1 "},
    {"{\"reason\":\"A\"}", ""},
    {"{\"responsible\":\"SC\"}", "S2 S1 "},
    {"{\"responsible\":\"NHS\"}", ""},
    {"{\"pathway\":\"P1\"}", "S2 S1 "},
    {"{\"pathway\":\"none\"}", ""},
    {"{\"care_type\":\"all\"}", "S4 S2 S1 "},
    {"{\"care_type\":\"all\",\"site\":\"RWEAA\"}", "S4 S1 "},
    {"{\"limit\":1}", "S2 "},
    {"{\"limit\":\"1\"}", "S2 "},
};

Test(resource, delays_are_filtered)
{
    stay_add(1, 5, SITE_A, false);
    stay_add(2, 6, SITE_B, false);
    stay_add(3, 7, SITE_A, false);
    periods[2].end_ms = now_ms;
    stay_add(4, 8, SITE_A, false);
    double_engine.stays[3].counted = 0;
    struct hw_resources *resources = resources_new();

    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        char got[128] = "";
        json_t *body;
        json_t *row;
        size_t index;

        cr_expect(eq(int, ask(resources, "delays", filters[i].parameters, &body), HW_ANSWER_OK));
        json_array_foreach(json_object_get(body, "delays"), index, row)
        {
            strcat(got, json_string_value(json_object_get(row, "reference")));
            strcat(got, " ");
        }
        cr_expect(eq(str, got, (char *)filters[i].references), "%s", filters[i].parameters);
        json_decref(body);
    }
    hw_resources_free(resources);
}

Test(resource, pages_join_without_gap_or_double)
{
    json_t *body;
    unsigned seen = 0;
    unsigned pages = 0;
    char parameters[128] = "{\"limit\":100}";

    /* 701 people; many share a start. More than one page looks at. */
    for (unsigned i = 0; i < 701; i++)
        stay_add(i + 1, 10 + i / 50, SITE_A, i % 10 == 0);
    struct hw_resources *resources = resources_new();

    for (;;) {
        cr_assert(eq(int, ask(resources, "delays", parameters, &body), HW_ANSWER_OK));
        json_int_t restricted = json_integer_value(json_object_get(body, "restricted"));
        size_t rows = json_array_size(json_object_get(body, "delays"));
        const char *next = json_string_value(json_object_get(body, "next"));

        pages++;
        seen += (unsigned)(rows + (size_t)restricted);
        cr_expect(rows + (size_t)restricted <= 100);
        if (next == NULL)
            break;
        snprintf(parameters, sizeof parameters, "{\"limit\":100,\"cursor\":\"%s\"}", next);
        json_decref(body);
    }
    json_decref(body);
    cr_expect(eq(uint, seen, 701));
    cr_expect(eq(uint, pages, 8));

    /* A filter that nobody passes still ends, in pages that each look at a few. */
    snprintf(parameters, sizeof parameters, "{\"site\":\"X\"}");
    cr_assert(eq(int, ask(resources, "delays", parameters, &body), HW_ANSWER_OK));
    cr_expect(json_string_value(json_object_get(body, "next")) != NULL);
    json_decref(body);
    hw_resources_free(resources);
}

Test(resource, the_list_of_the_ready_follows_the_effects)
{
    json_t *body;

    struct hw_resources *resources = resources_new();
    stay_add(7, 5, SITE_A, false); /* After the walk at the start. */
    stay_add(8, 6, SITE_A, false);
    double_engine.effects[0] = (struct hw_effect){
        .kind = HW_EFFECT_DELAY_STARTED, .reference = 7, .since_ms = periods[0].start_ms};
    double_engine.effects[1] = (struct hw_effect){
        .kind = HW_EFFECT_DELAY_STARTED, .reference = 8, .since_ms = periods[1].start_ms};
    double_engine.effects_count = 2;
    hw_resources_applied(resources);
    cr_assert(eq(int, ask(resources, "delays", "{}", &body), HW_ANSWER_OK));
    cr_expect(eq(sz, json_array_size(json_object_get(body, "delays")), 2));
    json_decref(body);

    /* 7 turns out to be ready for longer: it moves to the front. */
    periods[0].start_ms -= 9 * HW_HOUR_MS;
    double_engine.effects[0].kind = HW_EFFECT_DELAY_CHANGED;
    double_engine.effects[0].since_ms = periods[0].start_ms;
    double_engine.effects[1].kind = HW_EFFECT_DELAY_ENDED;
    hw_resources_applied(resources);
    cr_assert(eq(int, ask(resources, "delays", "{}", &body), HW_ANSWER_OK));
    json_t *rows = json_object_get(body, "delays");
    cr_assert(eq(sz, json_array_size(rows), 1));
    cr_expect(eq(
        i64, json_integer_value(json_object_get(json_array_get(rows, 0), "ms")), 14 * HW_HOUR_MS));
    json_decref(body);
    hw_resources_free(resources);
}

/* What is asked, what comes back, and words that must stand in the error. */
static const struct {
    const char *name, *parameters;
    enum hw_answer status;
    const char *error;
} wrong[] = {
    {"delays", "{\"limit\":0}", HW_ANSWER_BAD_REQUEST,
        "limit: must be a whole number from 1 to 500"},
    {"delays", "{\"limit\":501}", HW_ANSWER_BAD_REQUEST, "limit: must be"},
    {"delays", "{\"limit\":\"ten\"}", HW_ANSWER_BAD_REQUEST, "limit: must be"},
    {"delays", "{\"limit\":\"99999999999999999999\"}", HW_ANSWER_BAD_REQUEST, "limit: must be"},
    {"delays", "{\"limit\":1.5}", HW_ANSWER_BAD_REQUEST, "limit: must be"},
    {"delays", "{\"pathway\":\"P4\"}", HW_ANSWER_BAD_REQUEST,
        "pathway: must be one of: P0 P1 P2 P3 none"},
    {"delays", "{\"pathway\":\"P\"}", HW_ANSWER_BAD_REQUEST, "pathway: must be one of"},
    {"delays", "{\"site\":7}", HW_ANSWER_BAD_REQUEST, "site: must be a text of 1 to 64 bytes"},
    {"delays", "{\"site\":\"\"}", HW_ANSWER_BAD_REQUEST, "site: must be"},
    {"delays", "{\"cursor\":\"5\"}", HW_ANSWER_BAD_REQUEST, "cursor: take it"},
    {"delays", "{\"cursor\":\".S5\"}", HW_ANSWER_BAD_REQUEST, "cursor: take it"},
    {"delays", "{\"sight\":\"A\"}", HW_ANSWER_BAD_REQUEST,
        "delays does not know \"sight\"; it takes: site, ward, council"},
    {"delays", "{\"at\":\"2026-01-01\"}", HW_ANSWER_BAD_REQUEST, "at: the past is not answered"},
    {"summary", "{\"site\":\"A\"}", HW_ANSWER_BAD_REQUEST, "summary takes none"},
    {"spell", "{}", HW_ANSWER_BAD_REQUEST, "reference: is needed"},
    {"spell", "{\"reference\":\"R5\"}", HW_ANSWER_BAD_REQUEST, "reference: a spell's reference"},
    {"spell", "{\"reference\":\"S5\"}", HW_ANSWER_NOT_FOUND, "no spell"},
    {"messages", "{}", HW_ANSWER_NOT_YET,
        "messages comes with HTTP; available now: summary, delays"},
    {"waiting", "{\"direction\":\"up\"}", HW_ANSWER_BAD_REQUEST,
        "direction: must be one of: step_up step_down"},
    {"referral", "{\"reference\":\"S5\"}", HW_ANSWER_BAD_REQUEST, "reference: must be a reference"},
    {"referral", "{\"reference\":\"R5\"}", HW_ANSWER_NOT_FOUND, "there is no such referral"},
    {"why-not", "{\"referral\":\"R1\"}", HW_ANSWER_BAD_REQUEST, "service: is needed"},
    {"weather", "{}", HW_ANSWER_NOT_FOUND, "there is no \"weather\"; available: summary, delays"},
};

Test(resource, errors_say_what_is_wrong_and_what_is_allowed)
{
    struct hw_resources *resources = resources_new();

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        json_t *body;
        enum hw_answer status = ask(resources, wrong[i].name, wrong[i].parameters, &body);
        const char *error = json_string_value(json_object_get(body, "error"));

        cr_expect(eq(int, status, wrong[i].status), "%s %s", wrong[i].name, wrong[i].parameters);
        cr_assert(error != NULL);
        cr_expect(strstr(error, wrong[i].error) != NULL, "%s %s: %s", wrong[i].name,
            wrong[i].parameters, error);
        json_decref(body);
    }
    hw_resources_free(resources);
}

Test(resource, every_resource_of_the_table_answers_and_states_its_sequence)
{
    struct hw_resources *resources = resources_new();

    cr_assert(hw_resource_count() >= 7);
    for (unsigned i = 0; i < hw_resource_count(); i++) {
        const struct hw_resource *resource = hw_resource_at(i);
        json_t *body;

        if (resource->parameters->name != NULL && resource->parameters->required)
            continue; /* It needs something that is there: a stay, a referral. */
        cr_expect(eq(int, ask(resources, resource->name, "{}", &body), HW_ANSWER_OK), "%s",
            resource->name);
        cr_expect(eq(i64, json_integer_value(json_object_get(body, "sequence")), 1234), "%s",
            resource->name);
        json_decref(body);
    }
    hw_resources_free(resources);
}

Test(resource, reasons_have_words_and_sides)
{
    struct hw_resources *resources = resources_new();
    json_t *body;
    json_t *row;
    json_t *found = NULL;
    size_t index;

    cr_assert(eq(int, ask(resources, "reasons", "{}", &body), HW_ANSWER_OK));
    json_array_foreach(json_object_get(body, "reasons"), index, row)
    {
        cr_expect(json_string_length(json_object_get(row, "text")) > 0);
        cr_expect(json_array_size(json_object_get(row, "responsible")) > 0);
        if (strcmp(json_string_value(json_object_get(row, "reason")), "C") == 0)
            found = row;
    }
    cr_expect(eq(sz, index, 49)); /* 11 of DTOC, 37 of the SitRep, HP0 */
    json_t *sides = json_pack("[s]", "NHS");
    cr_expect(json_equal(json_object_get(found, "responsible"), sides));
    cr_expect(json_object_get(found, "dtoc") == json_null());
    json_decref(sides);
    json_decref(body);
    hw_resources_free(resources);
}

Test(resource, a_spell_tells_its_life)
{
    json_t *body;

    stay_add(7, 30, SITE_A, false);
    periods[0].end_ms = now_ms - 6 * HW_HOUR_MS;
    charges[0].end_ms = periods[0].end_ms;
    struct hw_resources *resources = resources_new();
    cr_assert(eq(int, ask(resources, "spell", "{\"reference\":\"S7\"}", &body), HW_ANSWER_OK));

    json_t *wanted = json_loads(
        "{\"sequence\":1234,\"as_at\":\"2026-11-21T10:15:00.000Z\",\"reference\":\"S7\","
        "\"admitted_at\":\"2026-11-19T04:15:00.000Z\",\"admission_inferred\":false,"
        "\"inpatient_since\":\"2026-11-19T04:15:00.000Z\",\"ended_at\":null,\"end\":null,"
        "\"expected_discharge\":null,\"on_leave\":false,\"adult_acute\":true,\"pathway\":\"P1\","
        "\"class\":null,\"specialty\":null,\"council\":\"508\",\"zone\":null,\"destination\":null,"
        "\"places_count\":1,\"places\":[{\"from\":\"1970-01-01T00:00:00.000Z\",\"site\":\"RWEAA\","
        "\"ward\":\"W1\",\"room\":null,\"bed\":null}],"
        "\"ready_periods_count\":1,\"ready_periods\":[{\"from\":\"2026-11-20T04:15:00.000Z\","
        "\"to\":\"2026-11-21T04:15:00.000Z\",\"hours\":24.0,\"ms\":86400000,\"days\":1,"
        "\"precision\":\"moment\"}],"
        "\"charges_count\":1,\"charges\":[{\"from\":\"2026-11-20T04:15:00.000Z\","
        "\"to\":\"2026-11-21T04:15:00.000Z\",\"reason\":\"E\",\"responsible\":\"SC\","
        "\"site\":\"RWEAA\",\"council\":null,\"inferred\":false,\"contested\":true,"
        "\"hours\":24.0,\"ms\":86400000}],"
        "\"findings\":[{\"finding\":\"CONTESTED\",\"sentence\":\"organisations claim different "
        "reasons, sides or ready times\"}],\"alerts\":[]}",
        0, NULL);
    cr_assert(wanted != NULL);
    char *got = json_dumps(body, JSON_COMPACT);
    cr_expect(json_equal(body, wanted), "%s", got);
    free(got);
    json_decref(wanted);
    json_decref(body);
    hw_resources_free(resources);
}

Test(resource, as_at_stays_between_the_last_record_and_the_next_timer)
{
    struct hw_resources *resources = resources_new();

    cr_expect(eq(i64, hw_resources_as_at_ms(resources), now_ms));
    now_ms += 5000;
    cr_expect(eq(i64, hw_resources_as_at_ms(resources), double_engine.accepted_ms + 5000));
    double_engine.due_ms = double_engine.accepted_ms + 3000;
    cr_expect(eq(i64, hw_resources_as_at_ms(resources), double_engine.accepted_ms + 3000));
    now_ms = double_engine.accepted_ms - 1;
    cr_expect(eq(i64, hw_resources_as_at_ms(resources), double_engine.accepted_ms));
    double_engine.accepted_ms = HW_TIME_NONE;
    now_ms = HW_TIME_NONE;
    cr_expect(eq(i64, hw_resources_as_at_ms(resources), 0));
    hw_resources_free(resources);
}
