/*
 * Goal: what a CloudEvent says becomes one event, and what is wrong is said with its place.
 * Method: JSON texts read, fields looked at; each refusal by its pointer.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "codec/cloudevents/cloudevents.h"
#include "homeward/engine.h"

static const struct hw_ce_postcode postcodes[] = {
    {{(const uint8_t *)"LE", 2}, {(const uint8_t *)"LEI", 3}, {(const uint8_t *)"508", 3}},
    {{(const uint8_t *)"LE8", 3}, {(const uint8_t *)"BLA", 3}, {(const uint8_t *)"509", 3}},
};
static uint8_t scratch[HW_CE_SCRATCH_SIZE];
static struct hw_ce_reading reading;
static json_t *json;

static void let_go(void)
{
    json_decref(json);
    json = NULL;
}

TestSuite(cloudevents, .fini = let_go);

static void read_text(const char *text)
{
    struct hw_ce_options options = {.postcodes = postcodes, .postcodes_count = 2};

    let_go(); /* The one before, if any. */
    json = json_loads(text, 0, NULL);
    cr_assert(json != NULL, "%s", text);
    hw_ce_read(&options, json, scratch, &reading);
}

static bool says(enum hw_field field, const char *text)
{
    return hw_slice_is(hw_event_text(&reading.event, field), text);
}

static const char referral[] =
    "{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"/LCC/HUB\","
    "\"type\":\"homeward.referral.received\",\"time\":\"2026-03-02T09:00:00Z\",\"data\":{"
    "\"referral\":\"17\",\"person\":{\"nhs\":\"999 000 0018\",\"born\":\"1940-03-02\","
    "\"postcode\":\"le8 3ab\"},\"spell\":\"RWE/V1\",\"direction\":\"step_down\","
    "\"pathway\":\"P1\",\"needs\":[\"personal_care\",\" therapy\"],"
    "\"package\":{\"calls\":4,\"minutes\":30,\"carers\":2},\"urgency\":\"2d\",\"shoe\":43}}";

Test(cloudevents, a_referral_says_who_what_and_where)
{
    read_text(referral);
    cr_assert(reading.taken, "%s %s", reading.pointer, reading.words);
    cr_expect(eq(int, reading.event.kind, HW_KIND_REFERRAL_RECEIVED));
    cr_expect(says(HW_FIELD_REFERRAL, "LCC/17"));
    cr_expect(says(HW_FIELD_NEEDS, "personal_care;therapy"));
    cr_expect(says(HW_FIELD_PACKAGE, "4;30;2"));
    cr_expect(says(HW_FIELD_ZONE, "BLA"));
    cr_expect(says(HW_FIELD_COUNCIL_PROPOSED, "509"));
    cr_expect(hw_slice_is(reading.event.visit.authority, "RWE"));
    cr_expect(hw_slice_is(reading.event.visit.number, "V1"));
    cr_expect(hw_slice_is(reading.event.organisation, "LCC"));
    cr_expect(eq(i64, reading.event.values[HW_FIELD_AGE_YEARS].number, 86));
    cr_expect(eq(u8, reading.event.identifiers_count, 1));
    cr_expect(eq(uint, reading.unknown, 1));
}

Test(cloudevents, the_same_content_in_another_order_is_the_same)
{
    struct hw_hash first;

    read_text("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"A\",\"time\":\"2026-03-02\","
              "\"type\":\"homeward.spell.discharged\",\"data\":{\"spell\":\"A/1\"}}");
    cr_assert(reading.taken, "%s", reading.words);
    first = reading.event.message_hash;
    read_text(
        "{\"data\":{\"spell\":\"A/1\"},\"type\":\"homeward.spell.discharged\",\"source\":\"A\","
        "\"time\":\"2026-03-02\",\"id\":\"1\",\"specversion\":\"1.0\"}");
    cr_expect(hw_hash_equal(first, reading.event.message_hash));
}

/* A text, and where it is refused. */
static const struct {
    const char *text, *pointer;
} refusals[] = {
    {"[]", ""},
    {"{\"type\":\"homeward.weather\"}", "/type"},
    {"{\"type\":\"homeward.person.linked\"}", "/type"},
    {"{\"type\":\"homeward.spell.moved\"}", "/specversion"},
    {"{\"type\":\"homeward.spell.moved\",\"specversion\":\"1.0\"}", "/id"},
    {"{\"type\":\"homeward.spell.moved\",\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"A\"}",
        "/time"},
    {"{\"type\":\"homeward.spell.moved\",\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"A\","
     "\"time\":\"2026-03-02\"}",
        "/data"},
    {"{\"type\":\"homeward.spell.moved\",\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"A\","
     "\"time\":\"2026-03-02\",\"data\":{}}",
        "/data/spell"},
    {"{\"type\":\"homeward.person.died\",\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"A\","
     "\"time\":\"2026-03-02\",\"data\":{\"person\":{\"nhs\":\"1234567890\"},"
     "\"died_at\":\"2026-03-02\"}}",
        "/data/person/nhs"},
    {"{\"type\":\"homeward.offer.answered\",\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"A\","
     "\"time\":\"2026-03-02\",\"data\":{\"offer\":\"S1WQ\",\"version\":1,\"answer\":\"accepted\"}}",
        "/data/offer"},
    {"{\"type\":\"homeward.service.capacity\",\"specversion\":\"1.0\",\"id\":\"1\","
     "\"source\":\"A\",\"time\":\"2026-03-02\",\"data\":{\"service\":\"HART\",\"capacity\":-1}}",
        "/data/capacity"},
};

Test(cloudevents, a_refusal_says_where)
{
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        read_text(refusals[i].text);
        cr_expect(not(reading.taken), "%s", refusals[i].text);
        cr_expect(eq(str, reading.pointer, (char *)refusals[i].pointer), "%s", refusals[i].text);
    }
}

Test(cloudevents, a_decision_carries_who_made_it)
{
    struct hw_ce_options options = {.postcodes_count = 0};
    char text[HW_REFERENCE_TEXT_SIZE], question[200];

    snprintf(question, sizeof question,
        "{\"decision\":\"proposal.approved\",\"proposal\":\"%s\",\"version\":3,"
        "\"reason\":\"agreed\"}",
        hw_reference_format('O', 60, text));
    json = json_loads(question, 0, NULL);
    hw_ce_read_decision(&options, json, hw_slice_text("local:nurse"), 1000, scratch, &reading);
    cr_assert(reading.taken, "%s", reading.words);
    cr_expect(eq(int, reading.event.kind, HW_KIND_DECIDE_PROPOSAL_APPROVED));
    cr_expect(eq(i64, reading.event.values[HW_FIELD_OFFER].number, 60));
    cr_expect(says(HW_FIELD_BY, "local:nurse"));
    cr_expect(eq(uint, reading.unknown, 0));
}

static void read_decision(const char *text)
{
    struct hw_ce_options options = {0};

    let_go();
    json = json_loads(text, 0, NULL);
    cr_assert(json != NULL, "%s", text);
    hw_ce_read_decision(&options, json, hw_slice_text("local:nurse"), 1000, scratch, &reading);
}

/* References are the only names outside: whatever a decision is about goes by one. */
Test(cloudevents, decisions_name_spells_people_and_alerts_by_reference)
{
    char text[HW_REFERENCE_TEXT_SIZE], stay[HW_REFERENCE_TEXT_SIZE], lines[64], question[256];

    (void)hw_reference_format('S', 60, stay);
    snprintf(question, sizeof question,
        "{\"decision\":\"reason.settled\",\"spell\":\"%s\",\"reason\":\"E\","
        "\"responsible\":\"SC\"}",
        stay);
    read_decision(question);
    cr_assert(reading.taken, "%s", reading.words);
    cr_expect(says(HW_FIELD_DETAIL, stay));
    cr_expect(not(reading.event.has_stay));

    snprintf(question, sizeof question,
        "{\"decision\":\"identity.joined\",\"person\":\"%s\",\"other\":\"%s\"}", stay,
        hw_reference_format('R', 61, text));
    read_decision(question);
    cr_assert(reading.taken, "%s", reading.words);
    snprintf(lines, sizeof lines, "person=%s\nother=%s\n", stay, text);
    cr_expect(says(HW_FIELD_DETAIL, lines));

    snprintf(question, sizeof question,
        "{\"decision\":\"alert.acknowledged\",\"referral\":\"%s\",\"spell\":\"%s\"}", text, stay);
    read_decision(question);
    cr_assert(reading.taken, "%s", reading.words);
    cr_expect(says(HW_FIELD_REFERRAL, text));
    cr_expect(says(HW_FIELD_DETAIL, stay));
    cr_expect(not(hw_event_has(&reading.event, HW_FIELD_OFFER)));
}

Test(cloudevents, a_decision_that_names_nothing_says_what_is_wanted)
{
    static const struct {
        const char *text, *pointer, *words;
    } wrong[] = {
        {"{\"decision\":\"alert.acknowledged\",\"action\":\"seen\",\"referral\":null}", "/alert",
            "alert is missing: say it, or referral, or spell"},
        {"{\"decision\":\"identity.parted\",\"person\":\"S1\",\"other\":\"S2\"}", "/person",
            "person must be a person, or a reference of theirs such as S5DBR2 or R5DBR2"},
        {"{\"decision\":\"identity.parted\",\"person\":\"O1U\",\"other\":\"S2\"}", "/person",
            "person must be a person, or a reference of theirs such as S5DBR2 or R5DBR2"},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        read_decision(wrong[i].text);
        cr_expect(not(reading.taken), "%zu", i);
        cr_expect(eq(str, reading.pointer, (char *)wrong[i].pointer));
        cr_expect(eq(str, reading.words, (char *)wrong[i].words));
    }
}
