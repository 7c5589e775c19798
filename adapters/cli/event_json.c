#include "cli/event_json.h"

#include "config/tree.h"

#include <stdlib.h>

json_t *hw_text_json(struct hw_slice text)
{
    json_t *value = json_stringn((const char *)text.data, text.size);

    if (value != NULL)
        return value;
    char *copy = calloc(1, text.size + 1);
    if (copy == NULL)
        hw_no_memory();
    for (size_t i = 0; i < text.size; i++)
        copy[i] = text.data[i] < 0x80 ? (char)text.data[i] : '?';
    value = json_stringn(copy, text.size);
    free(copy);
    return value;
}

static json_t *time_json(struct hw_time time)
{
    static const char *const precisions[] = {
        "none", "year", "month", "day", "hour", "minute", "second", "millisecond"};
    char text[HW_TIME_TEXT_SIZE];

    if (!hw_time_is(time))
        return json_null();
    return json_pack(
        "{s:s, s:s}", "at", hw_time_format(time.start_ms, text), "to", precisions[time.precision]);
}

/* A birthday, even hashed, and free words can name somebody. */
static bool field_is_identity(unsigned field)
{
    return field == HW_FIELD_BORN_HASH || field == HW_FIELD_ADULT_FROM_DAY ||
        field == HW_FIELD_NOTE || field == HW_FIELD_REFERRAL;
}

static json_t *value_json(const struct hw_event *event, enum hw_field field)
{
    const struct hw_value *value = &event->values[field];

    switch (hw_field_type(field)) {
    case HW_VALUE_TEXT:
        return hw_text_json(value->text);
    case HW_VALUE_TIME:
        return time_json(value->time);
    case HW_VALUE_BOOL:
        return json_boolean(value->number != 0);
    case HW_VALUE_NUMBER:
        return json_integer(value->number);
    }
    return json_null();
}

static void add_fields(const struct hw_event *event, bool identities, json_t *object)
{
    json_t *fields = json_object(), *cleared = json_array();

    for (unsigned field = 0; field < HW_FIELD_COUNT; field++) {
        const char *name = hw_field_name((enum hw_field)field);

        if (hw_event_clears(event, (enum hw_field)field))
            json_array_append_new(cleared, json_string(name));
        if (!hw_event_has(event, (enum hw_field)field))
            continue;
        if (field_is_identity(field) && !identities)
            json_object_set_new(fields, name, json_string("(given, not shown)"));
        else
            json_object_set_new(fields, name, value_json(event, (enum hw_field)field));
    }
    json_object_set_new(object, "fields", fields);
    if (json_array_size(cleared) > 0)
        json_object_set_new(object, "cleared", cleared);
    else
        json_decref(cleared);
}

static void add_flags(uint32_t flags, json_t *object)
{
    static const struct {
        uint32_t bit;
        const char *name, *sentence;
    } all[] = {
#define FLAG_ROW(number, name, sentence) {1u << number, #name, sentence},
        HW_FLAG_LIST(FLAG_ROW)
#undef FLAG_ROW
    };
    json_t *list = json_object();

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (flags & all[i].bit)
            json_object_set_new(list, all[i].name, json_string(all[i].sentence));
    }
    json_object_set_new(object, "flags", list);
}

/* How many of which kind; the numbers themselves only where asked for. */
static json_t *identifiers_json(
    const struct hw_identifier *identifiers, unsigned count, bool identities)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < count; i++) {
        bool nhs = identifiers[i].type == HW_IDENTIFIER_NHS;
        json_t *one = json_pack("{s:s}", "type", nhs ? "nhs" : "local");

        if (!nhs)
            json_object_set_new(one, "authority", hw_text_json(identifiers[i].authority));
        if (identities)
            json_object_set_new(one, "id", hw_text_json(identifiers[i].id));
        json_array_append_new(list, one);
    }
    return list;
}

static void add_identity(const struct hw_event *event, json_t *object)
{
    json_t *identity = json_object();

    json_object_set_new(identity, "name", hw_text_json(event->name));
    json_object_set_new(identity, "born", hw_text_json(event->born));
    json_object_set_new(identity, "postcode", hw_text_json(event->postcode));
    json_object_set_new(identity, "visit", hw_text_json(event->visit.number));
    json_object_set_new(object, "identity", identity);
}

json_t *hw_event_json(const struct hw_event *event, bool identities)
{
    json_t *object = json_pack("{s:s}", "type", hw_kind_type(event->kind));

    json_object_set_new(object, "happened", time_json(event->happened));
    json_object_set_new(object, "recorded", time_json(event->recorded));
    json_object_set_new(object, "source", hw_text_json(event->source));
    json_object_set_new(object, "organisation", hw_text_json(event->organisation));
    json_object_set_new(object, "stay", json_boolean(event->has_stay));
    if (event->visit.authority.size > 0)
        json_object_set_new(object, "visit_authority", hw_text_json(event->visit.authority));
    json_object_set_new(object, "identifiers",
        identifiers_json(event->identifiers, event->identifiers_count, identities));
    if (event->retired_count > 0)
        json_object_set_new(
            object, "retired", identifiers_json(event->retired, event->retired_count, identities));
    add_fields(event, identities, object);
    add_flags(event->flags, object);
    if (identities)
        add_identity(event, object);
    return object;
}
