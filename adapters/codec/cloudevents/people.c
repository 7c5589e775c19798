#include "codec/cloudevents/values.h"

#include <stdio.h>
#include <string.h>

enum { POSTCODE_SIZE = 8, YEARS_MAX = 130 };

/* ---- where they live ---- */

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
    return hw_ce_keep(reader, &normal, 1);
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

bool hw_ce_take_destination(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value)
{
    const struct hw_ce_postcode *zone;

    if (!json_is_string(value))
        return hw_ce_refuse_form(reader, field);
    zone = zone_of(reader, normal_postcode(reader, hw_ce_text(value)));
    if (zone != NULL && zone->zone.size > 0)
        hw_event_set_text(reader->event, HW_FIELD_ZONE, zone->zone);
    return true;
}

/* ---- what they are known by ---- */

static bool add_identifier(struct hw_ce_reader *reader, bool retired, uint8_t type,
    struct hw_slice authority, struct hw_slice id)
{
    return retired ? hw_event_add_retired(reader->event, type, authority, id)
                   : hw_event_add_identifier(reader->event, type, authority, id);
}

static bool refuse_part(struct hw_ce_reader *reader, const struct hw_ce_field *field,
    const char *part, const char *words)
{
    char member[64];

    (void)snprintf(member, sizeof member, "%s/%s", field->name, part);
    return hw_ce_refuse(reader, member, words);
}

/* An NHS number that fails its check digit is not used; alone it is refused (3.1). */
static bool take_nhs(struct hw_ce_reader *reader, const struct hw_ce_field *field,
    const json_t *value, bool retired, bool alone)
{
    char digits[10];
    struct hw_slice id = {(const uint8_t *)digits, sizeof digits};

    if (value == NULL || json_is_null(value))
        return true;
    if (!json_is_string(value))
        return refuse_part(reader, field, "nhs", "must be a text of ten digits");
    if (hw_nhs_number(hw_ce_text(value), digits)) {
        (void)add_identifier(
            reader, retired, HW_IDENTIFIER_NHS, hw_slice_text(""), hw_ce_keep(reader, &id, 1));
        return true;
    }
    if (alone)
        return refuse_part(
            reader, field, "nhs", "fails its check digit, and there is no other identifier");
    reader->event->flags |= HW_FLAG_NHS_NUMBER_INVALID;
    return true;
}

static bool take_local(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *list, bool retired)
{
    size_t index;
    json_t *entry;

    if (list == NULL || json_is_null(list))
        return true;
    if (!json_is_array(list))
        return refuse_part(reader, field, "local", "must be a list of {\"authority\",\"id\"}");
    json_array_foreach(list, index, entry)
    {
        const json_t *authority = json_object_get(entry, "authority");
        const json_t *id = json_object_get(entry, "id");

        if (!json_is_string(id) || hw_ce_trimmed(id).size == 0)
            return refuse_part(reader, field, "local", "has an entry without an id");
        if (authority != NULL && !json_is_null(authority) && !json_is_string(authority))
            return refuse_part(reader, field, "local", "has an authority that is no text");
        (void)add_identifier(reader, retired, HW_IDENTIFIER_LOCAL,
            json_is_string(authority) ? hw_ce_trimmed(authority) : reader->authority,
            hw_ce_trimmed(id));
        hw_ce_count_unknown(reader, entry, "authority|id");
    }
    return true;
}

/* ---- what else is known of them ---- */

/* A text that may be absent or null; false: it is something else. */
static bool part_text(struct hw_ce_reader *reader, const struct hw_ce_field *field,
    const json_t *object, const char *name, struct hw_slice *ret_text)
{
    const json_t *value = json_object_get(object, name);

    *ret_text = (struct hw_slice){0};
    if (value == NULL || json_is_null(value))
        return true;
    if (!json_is_string(value))
        return refuse_part(reader, field, name, "must be a text");
    *ret_text = hw_ce_trimmed(value);
    return true;
}

static bool take_particulars(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value)
{
    struct hw_slice born, sex, name, postcode;

    if (!part_text(reader, field, value, "born", &born) ||
        !part_text(reader, field, value, "sex", &sex) ||
        !part_text(reader, field, value, "name", &name) ||
        !part_text(reader, field, value, "postcode", &postcode))
        return false;
    if (born.size > 0 && hw_time_parse_iso(born, &reader->born_time) != HW_OK)
        return refuse_part(reader, field, "born", "must be a date such as 1940-05-04");
    reader->born = born;
    if (sex.size > 0) {
        hw_ce_know(reader, "male|female|other|unknown|M|F|O|U", sex);
        hw_event_set_text(reader->event, HW_FIELD_SEX, sex);
    }
    reader->event->name = name;
    if (postcode.size > 0)
        take_home(reader, postcode);
    return true;
}

bool hw_ce_take_person(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value, bool retired)
{
    const json_t *nhs = json_object_get(value, "nhs"), *local = json_object_get(value, "local");
    bool has_local = json_array_size(local) > 0;

    if (!json_is_object(value))
        return hw_ce_refuse_form(reader, field);
    if ((nhs == NULL || json_is_null(nhs)) && !has_local && !json_is_string(local))
        return hw_ce_refuse(reader, field->name, "has no identifier: nhs or local is wanted");
    if (!take_nhs(reader, field, nhs, retired, !has_local) ||
        !take_local(reader, field, local, retired))
        return false;
    hw_ce_count_unknown(reader, value, "nhs|local|born|sex|postcode|name");
    return retired || take_particulars(reader, field, value);
}

/* Somebody born after the event, or older than anybody, was not: the date is left out, flagged. */
void hw_ce_finish_person(struct hw_ce_reader *reader)
{
    int32_t born_day, day;
    int years = 0;

    if (reader->born.size == 0)
        return;
    born_day = hw_london_day(reader->born_time.start_ms);
    day = hw_london_day(reader->event->happened.start_ms);
    while (years <= YEARS_MAX && hw_day_of_age(born_day, years + 1) <= day)
        years++;
    if (born_day > day || years > YEARS_MAX) {
        reader->event->flags |= HW_FLAG_VALUE_DROPPED;
        return;
    }
    reader->event->born = reader->born;
    hw_event_set_born(reader->event, reader->born_time);
    hw_event_set_number(reader->event, HW_FIELD_AGE_YEARS, years);
}
