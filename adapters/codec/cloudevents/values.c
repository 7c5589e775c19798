#include "codec/cloudevents/values.h"

#include "homeward/engine.h"

#include <stdio.h>
#include <string.h>

bool hw_ce_refuse(struct hw_ce_reader *reader, const char *member, const char *words)
{
    (void)snprintf(reader->reading->pointer, sizeof reader->reading->pointer, "%s%s%s",
        reader->in_data ? "/data" : "", *member ? "/" : "", member);
    (void)snprintf(reader->reading->words, sizeof reader->reading->words, "%s %s", member, words);
    return false;
}

/* ---- texts ---- */

static struct hw_slice text_of(const json_t *value)
{
    return hw_slice_of(json_string_value(value), json_string_length(value));
}

static struct hw_slice trimmed(struct hw_slice text)
{
    while (text.size > 0 && text.data[0] == ' ')
        text = hw_slice_of(text.data + 1, text.size - 1);
    while (text.size > 0 && text.data[text.size - 1] == ' ')
        text.size--;
    return text;
}

/* Parts one behind the other in the scratch; empty when there is no room. */
static struct hw_slice keep(
    struct hw_ce_reader *reader, const struct hw_slice *parts, size_t parts_count)
{
    uint8_t *start = reader->scratch;

    for (size_t i = 0; i < parts_count; i++) {
        if ((size_t)(reader->scratch_end - reader->scratch) < parts[i].size)
            return (struct hw_slice){0};
        hw_slice_copy(reader->scratch, parts[i]);
        reader->scratch += parts[i].size;
    }
    return hw_slice_of(start, (size_t)(reader->scratch - start));
}

static bool take_text(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value)
{
    struct hw_slice text;

    if (!json_is_string(value))
        return hw_ce_refuse(reader, field->name, "must be a text");
    text = field->form == HW_CE_CODE ? trimmed(text_of(value)) : text_of(value);
    if (text.size == 0)
        hw_event_clear(reader->event, (enum hw_field)field->field);
    else
        hw_event_set_text(reader->event, (enum hw_field)field->field, text);
    return true;
}

/* Entries as one text, separated by ; (event.h). */
static bool take_list(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value)
{
    struct hw_slice semicolon = hw_slice_text(";");
    uint8_t *start = reader->scratch;
    size_t index;
    json_t *entry;

    if (json_is_string(value))
        return take_text(reader, field, value);
    if (!json_is_array(value))
        return hw_ce_refuse(reader, field->name, "must be a list of texts");
    json_array_foreach(value, index, entry)
    {
        struct hw_slice text;

        if (!json_is_string(entry))
            return hw_ce_refuse(reader, field->name, "must be a list of texts");
        text = trimmed(text_of(entry));
        if (index > 0)
            (void)keep(reader, &semicolon, 1);
        (void)keep(reader, &text, 1);
    }
    if (reader->scratch - start > HW_TEXT_SIZE_MAX)
        return hw_ce_refuse(reader, field->name, "is too long");
    if (reader->scratch == start)
        hw_event_clear(reader->event, (enum hw_field)field->field);
    else
        hw_event_set_text(reader->event, (enum hw_field)field->field,
            hw_slice_of(start, (size_t)(reader->scratch - start)));
    return true;
}

/* ---- numbers and times ---- */

static bool take_time(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value)
{
    struct hw_time time;

    if (!json_is_string(value) || hw_time_parse_iso(text_of(value), &time) != HW_OK)
        return hw_ce_refuse(reader, field->name, "is no time such as 2026-03-02T09:00:00Z");
    if (field->form == HW_CE_AT)
        reader->event->happened = time;
    else
        hw_event_set_time(reader->event, (enum hw_field)field->field, time);
    return true;
}

static bool take_number(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0 ||
        json_integer_value(value) > 1000000)
        return hw_ce_refuse(reader, field->name, "must be a whole number from 0 to 1,000,000");
    hw_event_set_number(
        reader->event, (enum hw_field)field->field, (int64_t)json_integer_value(value));
    return true;
}

static bool take_offer(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value)
{
    uint64_t sequence;

    if (!json_is_string(value) || hw_reference_parse(text_of(value), 'O', &sequence) != HW_OK)
        return hw_ce_refuse(reader, field->name, "must be a reference such as O5DBR2");
    hw_event_set_number(reader->event, (enum hw_field)field->field, (int64_t)sequence);
    return true;
}

static int64_t integer_of(const json_t *object, const char *name, int64_t otherwise)
{
    const json_t *value = json_object_get(object, name);

    return json_is_integer(value) ? (int64_t)json_integer_value(value) : otherwise;
}

static bool take_package(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value)
{
    int64_t calls = integer_of(value, "calls", -1), minutes = integer_of(value, "minutes", -1);
    int64_t carers = integer_of(value, "carers", 1);
    struct hw_slice text;
    char buffer[64];

    if (!json_is_object(value) || calls < 1 || calls > 48 || minutes < 1 || minutes > 1440 ||
        carers < 1 || carers > 9)
        return hw_ce_refuse(reader, field->name,
            "must be {\"calls\":1..48 a day,\"minutes\":1..1440 a call,\"carers\":1..9}");
    (void)snprintf(buffer, sizeof buffer, "%d;%d;%d", (int)calls, (int)minutes, (int)carers);
    text = hw_slice_text(buffer);
    hw_event_set_text(reader->event, (enum hw_field)field->field, keep(reader, &text, 1));
    return true;
}

/* ---- names of things: AUTHORITY/ID ---- */

/* Split at the last slash; a bare id is of the source's authority. */
static void split(const struct hw_ce_reader *reader, struct hw_slice name,
    struct hw_slice *ret_authority, struct hw_slice *ret_id)
{
    size_t at = name.size;

    while (at > 0 && name.data[at - 1] != '/')
        at--;
    *ret_authority = at == 0 ? reader->authority : hw_slice_of(name.data, at - 1);
    *ret_id = hw_slice_of(name.data + at, name.size - at);
}

static bool take_spell(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value)
{
    struct hw_slice authority, id;

    if (!json_is_string(value))
        return hw_ce_refuse(reader, field->name, "must be a text AUTHORITY/ID");
    split(reader, trimmed(text_of(value)), &authority, &id);
    if (id.size == 0)
        return hw_ce_refuse(reader, field->name, "has no id");
    reader->event->visit.authority = authority;
    reader->event->visit.number = id;
    return true;
}

static bool take_referral(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value)
{
    struct hw_slice parts[3] = {{0}, hw_slice_text("/"), {0}};

    if (!json_is_string(value))
        return hw_ce_refuse(reader, field->name, "must be a text AUTHORITY/ID");
    split(reader, trimmed(text_of(value)), &parts[0], &parts[2]);
    if (parts[2].size == 0 || parts[0].size + parts[2].size + 1 > HW_TEXT_SIZE_MAX)
        return hw_ce_refuse(reader, field->name, "has no id, or is too long");
    hw_event_set_text(reader->event, (enum hw_field)field->field, keep(reader, parts, 3));
    return true;
}

/* ---- people ---- */

enum { POSTCODE_SIZE = 8 };

/* The zone of a postcode, by the longest district that fits; NULL: none. */
static const struct hw_ce_postcode *zone_of(
    const struct hw_ce_reader *reader, struct hw_slice postcode)
{
    const struct hw_ce_postcode *longest = NULL;

    for (uint32_t i = 0; i < reader->options->postcodes_count; i++) {
        const struct hw_ce_postcode *row = &reader->options->postcodes[i];

        if (row->district.size > postcode.size ||
            memcmp(row->district.data, postcode.data, row->district.size) != 0)
            continue;
        if (longest == NULL || row->district.size > longest->district.size)
            longest = row;
    }
    return longest;
}

/* Capitals and digits only: "le11 3ab" is LE113AB. */
static struct hw_slice normal_postcode(struct hw_ce_reader *reader, struct hw_slice said)
{
    uint8_t text[POSTCODE_SIZE];
    struct hw_slice normal = {text, 0};

    for (size_t i = 0; i < said.size && normal.size < POSTCODE_SIZE; i++) {
        uint8_t c = said.data[i];

        if (c >= 'a' && c <= 'z')
            c = (uint8_t)(c - 'a' + 'A');
        if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
            text[normal.size++] = c;
    }
    return keep(reader, &normal, 1);
}

static void take_home(struct hw_ce_reader *reader, struct hw_slice said)
{
    struct hw_slice postcode = normal_postcode(reader, said);
    const struct hw_ce_postcode *zone = zone_of(reader, postcode);

    reader->event->postcode = postcode;
    if (zone == NULL)
        return;
    if (zone->zone.size > 0 && !hw_event_has(reader->event, HW_FIELD_ZONE))
        hw_event_set_text(reader->event, HW_FIELD_ZONE, zone->zone);
    if (zone->council.size > 0) {
        hw_event_set_text(reader->event, HW_FIELD_COUNCIL_PROPOSED, zone->council);
        reader->event->flags |= HW_FLAG_COUNCIL_PROPOSED;
    }
}

/* Where the person will be goes before where they live (R9). */
static bool take_destination(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value)
{
    const struct hw_ce_postcode *zone;

    if (!json_is_string(value))
        return hw_ce_refuse(reader, field->name, "must be a text");
    zone = zone_of(reader, normal_postcode(reader, text_of(value)));
    if (zone != NULL && zone->zone.size > 0)
        hw_event_set_text(reader->event, HW_FIELD_ZONE, zone->zone);
    return true;
}

static bool add_identifier(struct hw_ce_reader *reader, bool retired, uint8_t type,
    struct hw_slice authority, struct hw_slice id)
{
    return retired ? hw_event_add_retired(reader->event, type, authority, id)
                   : hw_event_add_identifier(reader->event, type, authority, id);
}

/* An NHS number that fails its check digit is not used; alone it is refused (3.1). */
static bool take_nhs(struct hw_ce_reader *reader, bool retired, const json_t *value, bool alone)
{
    char digits[10];
    struct hw_slice id = {(const uint8_t *)digits, sizeof digits};

    if (json_is_null(value) || value == NULL)
        return true;
    if (!json_is_string(value) || !hw_nhs_number(text_of(value), digits)) {
        if (alone)
            return hw_ce_refuse(
                reader, "person", "has only an NHS number that fails its check digit");
        reader->event->flags |= HW_FLAG_NHS_NUMBER_INVALID;
        return true;
    }
    (void)add_identifier(
        reader, retired, HW_IDENTIFIER_NHS, hw_slice_text(""), keep(reader, &id, 1));
    return true;
}

static bool take_local(struct hw_ce_reader *reader, bool retired, const json_t *list)
{
    size_t index;
    json_t *entry;

    if (list == NULL || json_is_null(list))
        return true;
    if (!json_is_array(list))
        return hw_ce_refuse(reader, "person", "local must be a list of {\"authority\",\"id\"}");
    json_array_foreach(list, index, entry)
    {
        const json_t *authority = json_object_get(entry, "authority");
        const json_t *id = json_object_get(entry, "id");

        if (!json_is_string(id) || json_string_length(id) == 0)
            return hw_ce_refuse(reader, "person", "local has an entry without an id");
        (void)add_identifier(reader, retired, HW_IDENTIFIER_LOCAL,
            json_is_string(authority) ? trimmed(text_of(authority)) : reader->authority,
            trimmed(text_of(id)));
    }
    return true;
}

static bool take_person(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value)
{
    const json_t *local = json_object_get(value, "local");
    /* Who retires leads: person.merged names the retired one first, then into. */
    bool retired = reader->event->kind == HW_KIND_PERSON_MERGED && field->form == HW_CE_PERSON;
    const json_t *born = json_object_get(value, "born"), *sex = json_object_get(value, "sex");
    const json_t *name = json_object_get(value, "name");
    const json_t *postcode = json_object_get(value, "postcode");

    if (!json_is_object(value))
        return hw_ce_refuse(reader, field->name, "must be an object");
    if (json_object_get(value, "nhs") == NULL && json_array_size(local) == 0)
        return hw_ce_refuse(reader, field->name, "has no identifier: nhs or local is wanted");
    if (!take_nhs(reader, retired, json_object_get(value, "nhs"), json_array_size(local) == 0) ||
        !take_local(reader, retired, local))
        return false;
    if (retired)
        return true;
    if (json_is_string(born)) {
        if (hw_time_parse_iso(text_of(born), &reader->born_time) != HW_OK)
            return hw_ce_refuse(reader, field->name, "born is no date such as 1940-05-04");
        reader->born = text_of(born);
    }
    if (json_is_string(sex))
        hw_event_set_text(reader->event, HW_FIELD_SEX, text_of(sex));
    if (json_is_string(name))
        reader->event->name = text_of(name);
    if (json_is_string(postcode))
        take_home(reader, text_of(postcode));
    return true;
}

void hw_ce_finish_person(struct hw_ce_reader *reader)
{
    int32_t born_day, day;
    int years = 0;

    if (reader->born.size == 0)
        return;
    reader->event->born = reader->born;
    hw_event_set_born(reader->event, reader->born_time);
    born_day = hw_london_day(reader->born_time.start_ms);
    day = hw_london_day(reader->event->happened.start_ms);
    while (years < 130 && hw_day_of_age(born_day, years + 1) <= day)
        years++;
    hw_event_set_number(reader->event, HW_FIELD_AGE_YEARS, years);
}

/* ---- by form ---- */

bool hw_ce_value(struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value)
{
    if (json_is_null(value) && field->form <= HW_CE_PACKAGE && !field->required) {
        hw_event_clear(reader->event, (enum hw_field)field->field);
        return true;
    }
    if (json_is_null(value) && field->form <= HW_CE_PACKAGE &&
        (field->field == HW_FIELD_REASON || field->field == HW_FIELD_READY_AT)) {
        hw_event_clear(reader->event, (enum hw_field)field->field);
        return true;
    }
    switch ((enum hw_ce_form)field->form) {
    case HW_CE_TEXT:
    case HW_CE_CODE:
        return take_text(reader, field, value);
    case HW_CE_TIME:
    case HW_CE_AT:
        return take_time(reader, field, value);
    case HW_CE_BOOL:
        if (!json_is_boolean(value))
            return hw_ce_refuse(reader, field->name, "must be true or false");
        hw_event_set_bool(reader->event, (enum hw_field)field->field, json_is_true(value));
        return true;
    case HW_CE_SAYS:
        if (!json_is_boolean(value))
            return hw_ce_refuse(reader, field->name, "must be true or false");
        if (json_is_true(value))
            hw_event_set_text(
                reader->event, (enum hw_field)field->field, hw_slice_text(field->name));
        return true;
    case HW_CE_NUMBER:
        return take_number(reader, field, value);
    case HW_CE_LIST:
        return take_list(reader, field, value);
    case HW_CE_PACKAGE:
        return take_package(reader, field, value);
    case HW_CE_PERSON:
    case HW_CE_INTO:
        return take_person(reader, field, value);
    case HW_CE_SPELL:
        return take_spell(reader, field, value);
    case HW_CE_REFERRAL:
        return take_referral(reader, field, value);
    case HW_CE_OFFER:
        return take_offer(reader, field, value);
    case HW_CE_POSTCODE:
        return take_destination(reader, field, value);
    }
    return false;
}
