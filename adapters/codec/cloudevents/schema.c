#include "codec/cloudevents/schema.h"

#include "codec/cloudevents/cloudevents.h"
#include "homeward/engine.h"
#include "homeward/reasons.h"

#include <stdio.h>
#include <string.h>

static const char time_pattern[] =
    "^[0-9]{4}(-[0-9]{2}(-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]+)?)?"
    "(Z|[+-][0-9]{2}:?[0-9]{2})?)?)?)?$";

static const char hours_pattern[] =
    "^(24/7|(Mo|Tu|We|Th|Fr|Sa|Su)(-(Mo|Tu|We|Th|Fr|Sa|Su))? *"
    "[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}(, *(Mo|Tu|We|Th|Fr|Sa|Su)(-(Mo|Tu|We|Th|Fr|Sa|Su))? *"
    "[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2})*)$";

/* ---- parts ---- */

static json_t *words_of(const char *codes)
{
    json_t *words = json_array();

    if (codes == hw_ce_reasons) {
        for (unsigned i = 0; i < HW_REASONS_COUNT; i++)
            json_array_append_new(words, json_string(hw_reason_at(i)->key));
        return words;
    }
    while (*codes != '\0') {
        size_t size = strcspn(codes, "|");

        if (size > 0)
            json_array_append_new(words, json_stringn(codes, size));
        codes += size + (codes[size] != '\0');
    }
    return words;
}

/* A text; of known words others are taken too, flagged. */
static json_t *text_schema(const char *codes)
{
    if (codes == NULL)
        return json_pack("{s:s}", "type", "string");
    return json_pack("{s:[{s:o},{s:s}]}", "anyOf", "enum", words_of(codes), "type", "string");
}

static json_t *whole_schema(int least, int most)
{
    return json_pack("{s:s, s:i, s:i}", "type", "integer", "minimum", least, "maximum", most);
}

static json_t *list_schema(json_t *entry)
{
    return json_pack("{s:s, s:o}", "type", "array", "items", entry);
}

static json_t *pattern_schema(const char *pattern)
{
    return json_pack("{s:s, s:s}", "type", "string", "pattern", pattern);
}

static json_t *ref_schema(const char *name)
{
    char text[64];

    (void)snprintf(text, sizeof text, "#/$defs/%s", name);
    return json_pack("{s:s}", "$ref", text);
}

static json_t *zones_schema(void)
{
    return json_pack("{s:[{s:s}, {s:s, s:{s:[{s:s}, {s:s, s:[s], s:{s:{s:s}, s:{s:s, s:i}}}]}}]}",
        "anyOf", "const", "all", "type", "array", "items", "anyOf", "type", "string", "type",
        "object", "required", "zone", "properties", "zone", "type", "string", "rank", "type",
        "integer", "minimum", 1);
}

static json_t *form_schema(const struct hw_ce_field *field)
{
    switch ((enum hw_ce_form)field->form) {
    case HW_CE_TEXT:
    case HW_CE_CODE:
    case HW_CE_PAIR_TEXT:
    case HW_CE_PAIR_KIND:
    case HW_CE_POSTCODE:
        return text_schema(field->codes);
    case HW_CE_TIME:
    case HW_CE_AT:
        return pattern_schema(time_pattern);
    case HW_CE_BOOL:
    case HW_CE_SAYS:
    case HW_CE_PAIR_FLAG:
        return json_pack("{s:s}", "type", "boolean");
    case HW_CE_NUMBER:
    case HW_CE_PAIR_COUNT:
    case HW_CE_PAIR_PENCE:
        return whole_schema(0, 1000000);
    case HW_CE_LIST:
    case HW_CE_PAIR_LIST:
    case HW_CE_PAIR_CODES:
        return list_schema(text_schema(field->codes));
    case HW_CE_PACKAGE:
        return ref_schema("package");
    case HW_CE_PERSON:
    case HW_CE_OTHER:
        return ref_schema("person");
    case HW_CE_WHOM:
    case HW_CE_WHOM_OTHER:
        return json_pack("{s:[o,o]}", "anyOf", ref_schema("person"),
            pattern_schema("^ *[SsRr][0-9A-Za-z]+[0-9A-Za-z*~$=] *$"));
    case HW_CE_SPELL:
    case HW_CE_REFERRAL:
        return pattern_schema("[^/]$");
    case HW_CE_OFFER:
        return pattern_schema("^[Oo][0-9A-Za-z]+[0-9A-Za-z*~$=]$");
    case HW_CE_ALERT:
        return pattern_schema("^[Aa][0-9A-Za-z]+[0-9A-Za-z*~$=]$");
    case HW_CE_SPELLS:
        return list_schema(pattern_schema("[^/]$"));
    case HW_CE_PAIR_CHOICE:
        return json_pack("{s:o}", "enum", words_of(field->codes));
    case HW_CE_PAIR_ZONES:
        return zones_schema();
    case HW_CE_PAIR_MINUTES:
        return json_pack("{s:[o,o]}", "anyOf", whole_schema(0, 3660 * 24 * 60),
            pattern_schema("^[0-9]{1,7} *(min|h|d|day|days)?$"));
    case HW_CE_PAIR_HOURS:
        return pattern_schema(hours_pattern);
    case HW_CE_PAIR_AGES:
        return pattern_schema("^(any|[0-9]+\\.\\.[0-9]*|\\.\\.[0-9]+)$");
    case HW_CE_FORMS:
        break;
    }
    return NULL;
}

static json_t *field_schema(const struct hw_ce_field *field)
{
    json_t *schema = form_schema(field);

    if (field->need != HW_CE_REQUIRED)
        schema = json_pack("{s:[o,{s:s}]}", "anyOf", schema, "type", "null");
    json_object_set_new(schema, "description", json_string(field->saying));
    return schema;
}

static json_t *type_schema(const struct hw_ce_type *type)
{
    json_t *required = json_array(), *properties = json_object(), *one_of = json_array(), *schema;

    for (const struct hw_ce_field *field = type->fields; field->name != NULL; field++) {
        if (hw_ce_is_needed(field->need))
            json_array_append_new(required, json_string(field->name));
        if (field->need == HW_CE_ONE_OF)
            json_array_append_new(one_of,
                json_pack("{s:[s], s:{s:{s:{s:s}}}}", "required", field->name, "properties",
                    field->name, "not", "type", "null"));
        json_object_set_new(properties, field->name, field_schema(field));
    }
    schema = json_pack("{s:s, s:s, s:o, s:o}", "description", type->saying, "type", "object",
        "required", required, "properties", properties);
    if (json_array_size(one_of) > 0)
        json_object_set(schema, "anyOf", one_of);
    json_decref(one_of);
    return schema;
}

static json_t *nullable(json_t *schema)
{
    return json_pack("{s:[o,{s:s}]}", "anyOf", schema, "type", "null");
}

static json_t *person_schema(void)
{
    json_t *entry = json_pack("{s:s, s:[s], s:{s:o, s:o}}", "type", "object", "required", "id",
        "properties", "authority", nullable(text_schema(NULL)), "id",
        json_pack("{s:s, s:i}", "type", "string", "minLength", 1));
    json_t *some = json_pack("{s:o, s:i}", "items", json_true(), "minItems", 1);
    json_t *properties = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "nhs",
        nullable(pattern_schema("^[ -]*([0-9][ -]*){10}$")), "local", nullable(list_schema(entry)),
        "born", nullable(pattern_schema(time_pattern)), "sex",
        nullable(text_schema("male|female|other|unknown|M|F|O|U")), "postcode",
        nullable(text_schema(NULL)), "name", nullable(text_schema(NULL)));

    return json_pack("{s:s, s:s, s:o, s:[{s:[s], s:{s:{s:s}}}, {s:[s], s:{s:o}}]}", "description",
        "somebody, by at least one identifier", "type", "object", "properties", properties, "anyOf",
        "required", "nhs", "properties", "nhs", "type", "string", "required", "local", "properties",
        "local", some);
}

static json_t *package_schema(void)
{
    return json_pack("{s:s, s:s, s:[s,s], s:{s:o, s:o, s:o, s:o}}", "description",
        "visits of carers", "type", "object", "required", "calls", "minutes", "properties", "calls",
        whole_schema(1, 48), "minutes", whole_schema(1, 1440), "carers",
        nullable(whole_schema(1, 9)), "times", nullable(list_schema(pattern_schema("^[0-9:]+$"))));
}

/* ---- the whole ---- */

/* As it is written: with the prefix of events. */
static const char *written_name(const struct hw_ce_type *type, bool decisions, char text[64])
{
    (void)snprintf(text, 64, "%s%s", decisions ? "" : "homeward.", type->name);
    return text;
}

/* Members beside the data: envelope of an event, or of a decision. */
static json_t *beside(bool decisions, json_t *names)
{
    if (decisions)
        return json_pack("{s:{s:o}, s:{s:s}, s:{s:s}}", "decision", "enum", names, "id", "type",
            "string", "dry_run", "type", "boolean");
    return json_pack("{s:{s:s}, s:{s:s, s:i}, s:{s:s, s:i}, s:{s:o}, s:o, s:o, s:{s:s}}",
        "specversion", "const", "1.0", "id", "type", "string", "minLength", 1, "source", "type",
        "string", "minLength", 1, "type", "enum", names, "time", pattern_schema(time_pattern),
        "recordedtime", pattern_schema(time_pattern), "data", "type", "object");
}

/* What the data must be if the name is this one. */
static json_t *choice(const struct hw_ce_type *type, bool decisions)
{
    char name[64];
    json_t *data = ref_schema(type->name);

    if (!decisions)
        data = json_pack("{s:{s:o}}", "properties", "data", data);
    return json_pack("{s:{s:{s:{s:s}}}, s:o}", "if", "properties", decisions ? "decision" : "type",
        "const", written_name(type, decisions, name), "then", data);
}

json_t *hw_ce_schema(bool decisions)
{
    unsigned first = decisions ? hw_ce_events_count() : 0;
    unsigned end = decisions ? hw_ce_types_count() : hw_ce_events_count();
    json_t *names = json_array(), *choices = json_array(), *types = json_object();
    json_t *required = decisions
        ? json_pack("[s]", "decision")
        : json_pack("[s,s,s,s,s,s]", "specversion", "id", "source", "type", "time", "data");
    char name[64];

    for (unsigned i = first; i < end; i++) {
        const struct hw_ce_type *type = hw_ce_type_at(i);

        json_array_append_new(names, json_string(written_name(type, decisions, name)));
        json_array_append_new(choices, choice(type, decisions));
        json_object_set_new(types, type->name, type_schema(type));
    }
    json_object_set_new(types, "person", person_schema());
    json_object_set_new(types, "package", package_schema());
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "$schema",
        "https://json-schema.org/draft/2020-12/schema", "$id",
        decisions ? "urn:homeward:decisions" : "urn:homeward:events", "title",
        decisions ? "Decisions of people for Homeward" : "CloudEvents for Homeward", "type",
        "object", "required", required, "properties", beside(decisions, names), "allOf", choices,
        "$defs", types);
}

/* ---- examples ---- */

static json_t *example_word(const struct hw_ce_field *field)
{
    json_t *words, *first;

    if (field->codes == NULL)
        return json_string("X1");
    words = words_of(field->codes);
    first = json_incref(json_array_get(words, 0));
    json_decref(words);
    return first;
}

static json_t *example_person(bool other)
{
    return json_pack("{s:s, s:[{s:s, s:s}], s:s, s:s, s:s, s:s}", "nhs",
        other ? "999 000 0026" : "999 000 0018", "local", "authority", "RWE", "id",
        other ? "S2" : "S1", "born", "1940-05-04", "sex", "female", "postcode", "LE8 3AB", "name",
        "EXAMPLE");
}

static json_t *example_reference(char prefix)
{
    char text[HW_REFERENCE_TEXT_SIZE];

    return json_string(hw_reference_format(prefix, 60, text));
}

static json_t *example_value(const struct hw_ce_field *field)
{
    switch ((enum hw_ce_form)field->form) {
    case HW_CE_TIME:
    case HW_CE_AT:
        return json_string("2026-03-02T09:00:00Z");
    case HW_CE_BOOL:
    case HW_CE_SAYS:
    case HW_CE_PAIR_FLAG:
        return json_true();
    case HW_CE_NUMBER:
    case HW_CE_PAIR_COUNT:
    case HW_CE_PAIR_PENCE:
        return json_integer(1);
    case HW_CE_LIST:
    case HW_CE_PAIR_LIST:
    case HW_CE_PAIR_CODES:
        return json_pack("[o]", example_word(field));
    case HW_CE_PACKAGE:
        return json_pack("{s:i, s:i, s:i, s:[s,s]}", "calls", 4, "minutes", 30, "carers", 1,
            "times", "08:00", "18:30");
    case HW_CE_PERSON:
    case HW_CE_OTHER:
        return example_person(field->form == HW_CE_OTHER);
    case HW_CE_WHOM:
        return example_person(false);
    case HW_CE_WHOM_OTHER:
        return example_reference('S');
    case HW_CE_SPELL:
        return json_string("RWE/V1");
    case HW_CE_REFERRAL:
        return json_string("LCC/17");
    case HW_CE_OFFER:
        return example_reference('O');
    case HW_CE_ALERT:
        return example_reference('A');
    case HW_CE_POSTCODE:
        return json_string("LE8 3AB");
    case HW_CE_SPELLS:
        return json_pack("[s]", "RWE/V1");
    case HW_CE_PAIR_ZONES:
        return json_pack("[s, {s:s, s:i}]", "BLA:1", "zone", "CHA", "rank", 2);
    case HW_CE_PAIR_MINUTES:
        return json_string("2 h");
    case HW_CE_PAIR_HOURS:
        return json_string("Mo-Fr 08:00-18:00, Sa 09:00-13:00");
    case HW_CE_PAIR_AGES:
        return json_string("18..");
    case HW_CE_TEXT:
    case HW_CE_CODE:
    case HW_CE_PAIR_TEXT:
    case HW_CE_PAIR_KIND:
    case HW_CE_PAIR_CHOICE:
    case HW_CE_FORMS:
        break;
    }
    return example_word(field);
}

json_t *hw_ce_example(const struct hw_ce_type *type, bool full)
{
    json_t *data = json_object();
    char name[64];

    for (const struct hw_ce_field *field = type->fields; field->name != NULL; field++)
        if (full || hw_ce_is_needed(field->need) ||
            (field->need == HW_CE_ONE_OF && json_object_size(data) == 0))
            json_object_set_new(data, field->name, example_value(field));
    if (type->kind >= HW_KIND_DECIDE_ROUTING_MODE) {
        json_object_set_new(data, "decision", json_string(type->name));
        return data;
    }
    (void)snprintf(name, sizeof name, "%s-%s", type->name, full ? "full" : "minimal");
    return json_pack("{s:s, s:s, s:s, s:o, s:s, s:o}", "specversion", "1.0", "id", name, "source",
        "LCC/HUB", "type", json_sprintf("homeward.%s", type->name), "time", "2026-03-02T09:00:00Z",
        "data", data);
}
