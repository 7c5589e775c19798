/*
 * Goal: each type and decision is taken with what must be there and with all there is, and refused,
 *       with the place, where a member is missing, of a wrong type or absurd.
 * Method: the table's own examples, one member changed at a time.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "codec/cloudevents/cloudevents.h"
#include "codec/cloudevents/schema.h"
#include "codec/cloudevents/text.h"
#include "homeward/record.h"

static uint8_t scratch[HW_CE_SCRATCH_SIZE];
static struct hw_ce_reading reading;

static bool is_decision(const struct hw_ce_type *type)
{
    return type->kind >= HW_KIND_DECIDE_ROUTING_MODE;
}

static void read_one(const struct hw_ce_type *type, const json_t *json)
{
    struct hw_ce_options options = {.sources_count = 0};

    if (is_decision(type))
        hw_ce_read_decision(&options, json, hw_slice_text("local:nurse"), 1000, scratch, &reading);
    else
        hw_ce_read(&options, json, scratch, &reading);
}

static json_t *data_of(const struct hw_ce_type *type, json_t *json)
{
    return is_decision(type) ? json : json_object_get(json, "data");
}

/* "/data/spell" is at or below it. */
static bool points_at(const struct hw_ce_type *type, const char *member)
{
    char place[80];

    (void)snprintf(place, sizeof place, "%s/%s", "/data", member);
    if (is_decision(type))
        (void)snprintf(place, sizeof place, "/%s", member);
    return strncmp(reading.pointer, place, strlen(place)) == 0;
}

#define FOR_TYPES(type)                                                                            \
    for (unsigned number = 0; number < hw_ce_types_count(); number++)                              \
        for (const struct hw_ce_type *type = hw_ce_type_at(number); type != NULL; type = NULL)

#define FOR_FIELDS(type, field)                                                                    \
    for (const struct hw_ce_field *field = (type)->fields; field->name != NULL; field++)

Test(cloudevents_types, each_is_taken_with_little_and_with_all)
{
    static uint8_t record[HW_RECORD_SIZE_MAX];

    FOR_TYPES(type)
    {
        for (int full = 0; full < 2; full++) {
            json_t *json = hw_ce_example(type, full);

            read_one(type, json);
            cr_assert(reading.taken, "%s: %s %s", type->name, reading.pointer, reading.words);
            cr_expect(eq(int, reading.event.kind, type->kind), "%s", type->name);
            cr_expect(eq(uint, reading.unknown, 0), "%s", type->name);
            cr_expect(zero(u32, reading.event.flags & HW_FLAG_CODE_UNKNOWN), "%s", type->name);
            cr_expect(hw_record_encode(&reading.event, 1, 0, record, sizeof record) > 0);
            for (unsigned i = 0; i < reading.more; i++) {
                struct hw_event event;

                hw_ce_more(&reading, json, i, &event);
                cr_expect(hw_record_encode(&event, 1, 0, record, sizeof record) > 0);
            }
            json_decref(json);
        }
    }
}

Test(cloudevents_types, what_must_be_there_is_asked_for)
{
    FOR_TYPES(type)
    {
        FOR_FIELDS(type, field)
        {
            json_t *json = hw_ce_example(type, true);

            json_object_del(data_of(type, json), field->name);
            read_one(type, json);
            /* Of those of which one must be there the others are there still. */
            cr_expect(reading.taken == !hw_ce_is_needed(field->need), "%s without %s: %s",
                type->name, field->name, reading.words);
            cr_expect(reading.taken || points_at(type, field->name), "%s without %s: at %s",
                type->name, field->name, reading.pointer);
            json_decref(json);
        }
    }
}

/* Values no member can have, whatever its form: an object without members, a broken number. */
static json_t *wrong_value(const struct hw_ce_field *field, int which)
{
    switch (which) {
    case 0:
        return json_pack("{s:[f]}", "wrong", 1.5);
    case 1:
        return json_real(1.5);
    case 2:
        return json_integer(-1);
    case 3: /* Not a list of texts, nor anything else. */
        return json_pack("[[i]]", 1);
    default:
        return field->form == HW_CE_BOOL || field->form == HW_CE_SAYS ||
                field->form == HW_CE_PAIR_FLAG
            ? json_string("true")
            : json_false();
    }
}

Test(cloudevents_types, a_wrong_type_is_refused_with_its_place)
{
    FOR_TYPES(type)
    {
        FOR_FIELDS(type, field)
        {
            for (int which = 0; which < 5; which++) {
                json_t *json = hw_ce_example(type, true);

                json_object_set_new(data_of(type, json), field->name, wrong_value(field, which));
                read_one(type, json);
                cr_expect(not(reading.taken), "%s: %s, %d", type->name, field->name, which);
                cr_expect(points_at(type, field->name), "%s: %s, %d: at %s", type->name,
                    field->name, which, reading.pointer);
                cr_expect(strlen(reading.words) > strlen(field->name) + 5, "%s", field->name);
                json_decref(json);
            }
        }
    }
}

Test(cloudevents_types, null_clears_or_says_nothing_and_is_refused_where_it_must_be_there)
{
    FOR_TYPES(type)
    {
        FOR_FIELDS(type, field)
        {
            json_t *json = hw_ce_example(type, true);

            json_object_set_new(data_of(type, json), field->name, json_null());
            read_one(type, json);
            cr_expect(reading.taken == (field->need != HW_CE_REQUIRED), "%s: %s: %s", type->name,
                field->name, reading.words);
            if (reading.taken && field->form <= HW_CE_PACKAGE)
                cr_expect(hw_event_clears(&reading.event, (enum hw_field)field->field), "%s: %s",
                    type->name, field->name);
            json_decref(json);
        }
    }
}

/* An absurd value, and whether it is taken all the same: a type, a member, JSON, flag or words. */
static const struct {
    const char *type, *member, *value, *words; /* words NULL: taken */
    uint32_t flag;
} absurd[] = {
    {"spell.admitted", "class", "\"Q\"", NULL, HW_FLAG_CODE_UNKNOWN},
    {"spell.admitted", "site", "\"  \"", "is empty", 0},
    {"spell.admitted", "admitted_at", "\"2026-02-30\"", "must be a time", 0},
    {"spell.admitted", "admitted_at", "\"yesterday\"", "must be a time", 0},
    {"spell.admitted", "admitted_at", "\"2026-10-25 01:30\"", NULL, HW_FLAG_TIME_AMBIGUOUS},
    {"spell.admitted", "spell", "\"RWE/\"", "has no id", 0},
    {"spell.admitted", "person", "{}", "has no identifier", 0},
    {"spell.admitted", "person", "{\"nhs\":\"1234567890\"}", "check digit", 0},
    {"spell.admitted", "person", "{\"nhs\":9990000018}", "ten digits", 0},
    {"spell.admitted", "person", "{\"local\":[{\"authority\":\"A\"}]}", "without an id", 0},
    {"spell.admitted", "person", "{\"local\":\"S1\"}", "must be a list", 0},
    {"spell.admitted", "person", "{\"local\":[{\"id\":\"1\"}],\"nhs\":\"1234567890\"}", NULL,
        HW_FLAG_NHS_NUMBER_INVALID},
    {"spell.admitted", "person", "{\"local\":[{\"id\":\"1\"}],\"born\":\"1880-01-01\"}", NULL,
        HW_FLAG_VALUE_DROPPED},
    {"spell.admitted", "person", "{\"local\":[{\"id\":\"1\"}],\"born\":\"2030-01-01\"}", NULL,
        HW_FLAG_VALUE_DROPPED},
    {"spell.admitted", "person", "{\"local\":[{\"id\":\"1\"}],\"born\":17}", "must be a text", 0},
    {"spell.delay_reason", "reason", "\"ZZ\"", NULL, HW_FLAG_CODE_UNKNOWN},
    {"census.taken", "count", "7", "was the list cut", 0},
    {"census.taken", "spells", "[\"RWE/\"]", "has no id", 0},
    {"referral.received", "needs", "[\"flying\"]", NULL, HW_FLAG_CODE_UNKNOWN},
    {"referral.received", "needs", "[\"a;b\"]", "semicolon", 0},
    {"referral.received", "needs", "[\"\"]", "none empty", 0},
    {"referral.received", "units", "1000001", "from 0 to 1,000,000", 0},
    {"referral.received", "package", "{\"calls\":49,\"minutes\":30}", "1..48", 0},
    {"referral.received", "package", "{\"calls\":4}", "minutes", 0},
    {"referral.received", "package", "{\"calls\":4,\"minutes\":30,\"times\":[\"noon\"]}", "times",
        0},
    {"referral.received", "direction", "\"sideways\"", NULL, HW_FLAG_CODE_UNKNOWN},
    {"offer.answered", "offer", "\"O1\"", "reference such as", 0},
    {"service.capacity", "capacity", "-1", "from 0 to", 0},
    {"service.declared", "kind", "\"circus\"", NULL, HW_FLAG_CODE_UNKNOWN},
    {"service.declared", "unit", "\"camels\"", "must be one of slots|beds", 0},
    {"service.declared", "capabilities", "[\"flying\",\"therapy\"]", NULL, HW_FLAG_CODE_UNKNOWN},
    {"service.declared", "capabilities", "[\"flying\"]", "no word that is known", 0},
    {"service.declared", "name", "\"a\\nkind=hostel\"", "one line", 0},
    {"service.declared", "zones", "\"everywhere\"", "\"all\"", 0},
    {"service.declared", "zones", "[\"BLA:0\"]", "RANK", 0},
    {"service.declared", "offer_ttl", "\"2 weeks\"", "minutes", 0},
    {"service.declared", "offer_ttl", "99999999", "minutes", 0},
    {"service.declared", "offer_ttl", "0", "from 1 minute to 366 days", 0},
    {"service.declared", "suspend_hold", "\"0 h\"", "from 1 minute to 366 days", 0},
    {"service.declared", "offers_at_once", "17", "from 1 to 16", 0},
    {"service.declared", "directions", "[]", "step_up, step_down or both", 0},
    {"service.declared", "age", "\"64..18\"", "18..64", 0},
    {"service.declared", "hours", "\"sometimes\"", "24/7", 0},
    {"service.declared", "hours", "\"Mo 18:00-08:00\"", "24/7", 0},
    {"service.declared", "hours", "\"Mo 08:00-25:00\"", "24/7", 0},
    {"service.declared", "hours", "\"Mo 08:00-18:00,\"", "24/7", 0},
    {"service.declared", "answer_hours", "\"24/7\"", NULL, 0},
    {"service.declared", "answer_hours", "\"Sa-Mo08:00-24:00,Tu 09:30-10:00\"", NULL, 0},
};

Test(cloudevents_types, absurd_values_are_refused_or_flagged)
{
    for (size_t i = 0; i < sizeof absurd / sizeof *absurd; i++) {
        const struct hw_ce_type *type = hw_ce_event_named(hw_slice_text(absurd[i].type));
        json_t *json = hw_ce_example(type, true);
        json_t *value = json_loads(absurd[i].value, JSON_DECODE_ANY, NULL);

        cr_assert(value != NULL, "%s", absurd[i].value);
        json_object_set_new(data_of(type, json), absurd[i].member, value);
        read_one(type, json);
        cr_expect(reading.taken == (absurd[i].words == NULL), "%s %s: %s", absurd[i].member,
            absurd[i].value, reading.words);
        if (absurd[i].words != NULL)
            cr_expect(strstr(reading.words, absurd[i].words) != NULL, "%s: %s", absurd[i].value,
                reading.words);
        cr_expect(
            eq(u32, reading.event.flags & absurd[i].flag, absurd[i].flag), "%s", absurd[i].value);
        json_decref(json);
    }
}

static bool has(struct hw_slice text, const char *part)
{
    size_t size = strlen(part);

    for (size_t at = 0; at + size <= text.size; at++)
        if (memcmp(text.data + at, part, size) == 0)
            return true;
    return false;
}

Test(cloudevents_types, a_service_is_what_the_engine_reads)
{
    json_t *json = hw_ce_example(hw_ce_event_named(hw_slice_text("service.declared")), true);
    struct hw_event last;

    read_one(hw_ce_event_named(hw_slice_text("service.declared")), json);
    cr_assert(reading.taken, "%s", reading.words);
    struct hw_slice detail = hw_event_text(&reading.event, HW_FIELD_DETAIL);
    const char *const lines[] = {"kind=crisis_response\n", "zones=BLA:1;CHA:2\n",
        "capacity_ttl_minutes=120\n", "cost_per_day_pence=1\n", "age_from=18\nage_to=65535\n"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        cr_expect(has(detail, lines[i]), "%s", lines[i]);
    cr_assert(reading.more >= 1);
    hw_ce_more(&reading, json, reading.more - 1, &last);
    cr_expect(eq(int, last.kind, HW_KIND_SERVICE_CAPACITY));
    cr_expect(eq(i64, last.values[HW_FIELD_UNITS].number, 1));
    json_decref(json);
}

Test(cloudevents_types, long_lists_of_a_service_are_several_records)
{
    json_t *json = hw_ce_example(hw_ce_event_named(hw_slice_text("service.declared")), false);
    json_t *data = json_object_get(json, "data"), *zones = json_array(), *councils = json_array();
    size_t lines = 0, wanted = 3;

    for (int i = 0; i < 120; i++) {
        json_array_append_new(zones, json_sprintf("ZONE%d", i));
        json_array_append_new(councils, json_sprintf("C%d", i));
    }
    json_object_set_new(data, "councils", councils);
    json_object_set_new(data, "zones", zones);
    json_object_set_new(data, "name", json_string("a service of many places"));
    read_one(hw_ce_event_named(hw_slice_text("service.declared")), json);
    cr_assert(reading.taken, "%s", reading.words);
    cr_expect(eq(uint, reading.more, 1));
    for (unsigned i = 0; i <= reading.more; i++) {
        struct hw_event event = reading.event;
        struct hw_slice detail;

        if (i > 0)
            hw_ce_more(&reading, json, i - 1, &event);
        detail = hw_event_text(&event, HW_FIELD_DETAIL);
        cr_assert(detail.size > 0 && detail.data[detail.size - 1] == '\n');
        for (size_t at = 0; at < detail.size; at++)
            lines += detail.data[at] == '\n';
    }
    cr_expect(eq(sz, lines, wanted));
    json_decref(json);
}

/* A text, and its values: v a value, w what is wrong. */
static const struct {
    const char *text, *values;
} texts[] = {
    {"", ""},
    {" \r\n\t", ""},
    {"{\"a\":1}", "v"},
    {"\xef\xbb\xbf{\"a\":1}\n{\"b\":2}", "vv"},
    {"[{},{}]", "v"},
    {"{}{}", "vv"},
    {"{}\nrubbish\n{}", "vwv"},
    {"{\"a\":1,\"a\":2}\n{}", "wv"},
    {"{\"a\":", "w"},
    {"\x1e{}\n\x1e{}", "vv"},
    {"17\n{}", "wv"},
};

Test(cloudevents_types, texts_of_many_values)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct hw_slice text = hw_slice_text(texts[i].text), bytes;
        char found[8] = "", words[HW_CE_TEXT_WORDS_SIZE];
        json_t *json = NULL;
        enum hw_ce_next next;

        while ((next = hw_ce_text_next(&text, &json, &bytes, words)) != HW_CE_NEXT_END) {
            strcat(found, next == HW_CE_NEXT_VALUE ? "v" : "w");
            if (next == HW_CE_NEXT_VALUE)
                json_decref(json);
            cr_assert(strlen(found) < sizeof found - 1);
        }
        cr_expect_str_eq(found, texts[i].values, "%s", texts[i].text);
    }
}
