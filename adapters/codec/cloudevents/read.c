#include "codec/cloudevents/cloudevents.h"

#include "codec/cloudevents/types.h"
#include "codec/cloudevents/values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char prefix[] = "homeward.";

/* ---- the envelope ---- */

static struct hw_slice member_text(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return json_is_string(value) ? hw_slice_of(json_string_value(value), json_string_length(value))
                                 : (struct hw_slice){0};
}

/* The organisation of a source: as configured, else the source up to its first slash. */
static struct hw_slice organisation_of(struct hw_slice source)
{
    const uint8_t *slash;

    while (source.size > 0 && source.data[0] == '/')
        source = hw_slice_of(source.data + 1, source.size - 1);
    slash = source.size == 0 ? NULL : memchr(source.data, '/', source.size);
    return slash == NULL ? source : hw_slice_of(source.data, (size_t)(slash - source.data));
}

static const struct hw_ce_source *source_of(
    const struct hw_ce_options *options, struct hw_slice source)
{
    for (uint32_t i = 0; i < options->sources_count; i++)
        if (hw_slice_equal(options->sources[i].source, source))
            return &options->sources[i];
    return NULL;
}

/* The row of a type such as "homeward.spell.moved"; NULL: none. */
static const struct hw_ce_type *type_of(struct hw_slice name)
{
    size_t size = sizeof prefix - 1;

    if (name.size <= size || memcmp(name.data, prefix, size) != 0)
        return NULL;
    return hw_ce_event_named(hw_slice_of(name.data + size, name.size - size));
}

/* How many bytes two texts begin or end with in common: a slip of the keyboard leaves most. */
static size_t alike(struct hw_slice a, const char *text)
{
    struct hw_slice b = hw_slice_text(text);
    size_t least = a.size < b.size ? a.size : b.size, first = 0, last = 0;

    while (first < least && a.data[first] == b.data[first])
        first++;
    while (first + last < least && a.data[a.size - 1 - last] == b.data[b.size - 1 - last])
        last++;
    return first + last;
}

/* Names no type that was sent, which may be anything: only the known one it was probably to be. */
static bool refuse_type(struct hw_ce_reader *reader, struct hw_slice name)
{
    size_t size = sizeof prefix - 1, best = 0;
    const char *nearest = NULL;
    char words[HW_CE_WORDS_SIZE];

    if (name.size > size && memcmp(name.data, prefix, size) == 0)
        name = hw_slice_of(name.data + size, name.size - size);
    for (unsigned i = 0; i < hw_ce_events_count(); i++) {
        const char *known = hw_ce_type_at(i)->name;
        size_t same = alike(name, known);

        if (same > best && same * 4 >= name.size * 3 && same * 4 >= strlen(known) * 3) {
            best = same;
            nearest = known;
        }
    }
    if (nearest == NULL)
        return hw_ce_refuse(
            reader, "type", "is none that is taken here: homeward.spell.admitted is one");
    (void)snprintf(
        words, sizeof words, "is none that is taken here; did you mean %s%s?", prefix, nearest);
    return hw_ce_refuse(reader, "type", words);
}

/* Same content, however its members are ordered. */
static struct hw_hash content_of(const json_t *json)
{
    struct hw_hash hash = {0};
    char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);

    if (text != NULL)
        hash = hw_hash_bytes(hw_slice_text(text));
    free(text);
    return hash;
}

static bool read_time(struct hw_ce_reader *reader, const json_t *json, const char *name,
    bool required, struct hw_time *ret_time)
{
    struct hw_slice text = member_text(json, name);

    if (json_object_get(json, name) == NULL && !required)
        return true;
    if (hw_time_parse_iso(text, ret_time) != HW_OK)
        return hw_ce_refuse(reader, name, "must be a time such as 2026-03-02T09:00:00Z");
    hw_ce_know_time(reader, *ret_time);
    return true;
}

static const char attributes[] =
    "specversion|id|source|type|time|recordedtime|data|subject|datacontenttype|dataschema";

/* What the source is known for, by configuration. */
static void read_source(struct hw_ce_reader *reader)
{
    struct hw_event *event = reader->event;
    const struct hw_ce_source *source = source_of(reader->options, event->source);

    event->organisation = source != NULL && source->organisation.size > 0
        ? source->organisation
        : organisation_of(event->source);
    reader->authority = source != NULL && source->visit_authority.size > 0 ? source->visit_authority
                                                                           : event->organisation;
    if (source != NULL && (source->asserted[event->kind / 64] >> (event->kind % 64) & 1u) == 0)
        event->flags |= HW_FLAG_NOT_ASSERTED;
}

static bool is_json(const json_t *json)
{
    const json_t *type = json_object_get(json, "datacontenttype");

    return type == NULL ||
        (json_is_string(type) && strstr(json_string_value(type), "json") != NULL);
}

static bool read_envelope(struct hw_ce_reader *reader, const json_t *json)
{
    struct hw_event *event = reader->event;
    struct hw_slice parts[2];

    event->source = member_text(json, "source");
    event->control_id = member_text(json, "id");
    if (!hw_slice_is(member_text(json, "specversion"), "1.0"))
        return hw_ce_refuse(reader, "specversion", "must be \"1.0\"");
    if (event->control_id.size == 0)
        return hw_ce_refuse(reader, "id", "must be a text, another for each event of a source");
    if (event->source.size == 0)
        return hw_ce_refuse(
            reader, "source", "must be a text that names the system, such as RWE/PAS");
    if (!is_json(json))
        return hw_ce_refuse(reader, "datacontenttype", "must be application/json");
    if (!read_time(reader, json, "time", true, &event->happened))
        return false;
    event->sent = event->recorded = event->happened;
    if (!read_time(reader, json, "recordedtime", false, &event->recorded))
        return false;
    read_source(reader);
    parts[0] = event->source;
    parts[1] = event->control_id;
    event->message_id_hash = hw_hash_parts(parts, 2);
    event->message_hash = content_of(json);
    hw_ce_count_unknown(reader, json, attributes);
    return true;
}

/* ---- the data ---- */

/* None of those is there of which one must be. */
static bool refuse_none(
    struct hw_ce_reader *reader, const struct hw_ce_type *type, const char *first)
{
    char words[HW_CE_WORDS_SIZE] = "is missing: say it";
    size_t used = strlen(words);

    for (const struct hw_ce_field *field = type->fields; field->name != NULL; field++)
        if (field->need == HW_CE_ONE_OF && field->name != first && used < sizeof words)
            used += (size_t)snprintf(words + used, sizeof words - used, ", or %s", field->name);
    return hw_ce_refuse(reader, first, words);
}

/* In the order of the table: members of an object have none. */
static bool read_data(
    struct hw_ce_reader *reader, const struct hw_ce_type *type, const json_t *data)
{
    const struct hw_ce_field *wanted = NULL; /* one of several, and none of them was there yet */
    size_t known = 0;
    bool found = false;

    for (const struct hw_ce_field *field = type->fields; field->name != NULL; field++) {
        const json_t *value = json_object_get(data, field->name);

        if (value == NULL && hw_ce_is_needed(field->need))
            return hw_ce_refuse(reader, field->name, "is missing");
        if (field->need == HW_CE_ONE_OF) {
            wanted = wanted == NULL ? field : wanted;
            found = found || (value != NULL && !json_is_null(value));
        }
        known += value != NULL;
        if (value != NULL && !hw_ce_value(reader, field, value))
            return false;
    }
    reader->unknown += (unsigned)(json_object_size(data) - known);
    return wanted == NULL || found || refuse_none(reader, type, wanted->name);
}

/* A census that was cut on its way would say that people are gone. */
static bool count_census(struct hw_ce_reader *reader)
{
    const struct hw_event *event = reader->event;

    if (event->kind != HW_KIND_CENSUS_TAKEN ||
        event->values[HW_FIELD_UNITS].number == (int64_t)reader->reading->more)
        return true;
    return hw_ce_refuse(reader, "count", "is not how many spells there are: was the list cut?");
}

/* ---- what does not fit one record ---- */

/* Whole lines, as many as a text may have. */
static struct hw_slice lines_of(struct hw_slice *details)
{
    size_t size = details->size < HW_TEXT_SIZE_MAX ? details->size : HW_TEXT_SIZE_MAX;
    struct hw_slice lines;

    while (size > 0 && details->data[size - 1] != '\n')
        size--;
    lines = hw_slice_of(details->data, size);
    *details = hw_slice_of(details->data + size, details->size - size);
    return lines;
}

static void share_details(struct hw_ce_reader *reader, uint8_t *start)
{
    struct hw_ce_reading *reading = reader->reading;
    struct hw_slice left;

    reading->details = hw_slice_of(start, (size_t)(reader->details - start));
    if (reading->details.size > 0)
        hw_event_set_text(reader->event, HW_FIELD_DETAIL, lines_of(&reading->details));
    for (left = reading->details; left.size > 0; reading->more++)
        (void)lines_of(&left);
    /* Its capacity is a declaration like any other, and the last of its records. */
    if (reader->event->kind == HW_KIND_SERVICE_DECLARED &&
        hw_event_has(reader->event, HW_FIELD_UNITS))
        reading->more++;
}

static void more_of_census(
    const struct hw_ce_reading *reading, const json_t *json, unsigned index, struct hw_event *event)
{
    const json_t *spells = json_object_get(json_object_get(json, "data"), "spells");

    event->set &= ~(UINT64_C(1) << HW_FIELD_UNITS);
    hw_ce_split(reading->authority, hw_ce_trimmed(json_array_get(spells, index)),
        &event->visit.authority, &event->visit.number);
}

static void more_of_service(
    const struct hw_ce_reading *reading, unsigned index, struct hw_event *event)
{
    struct hw_slice left = reading->details, lines = {0};

    for (unsigned i = 0; i <= index; i++)
        lines = lines_of(&left);
    if (lines.size > 0) {
        hw_event_set_text(event, HW_FIELD_DETAIL, lines);
        return;
    }
    event->set &= ~(UINT64_C(1) << HW_FIELD_DETAIL);
    event->kind = HW_KIND_SERVICE_CAPACITY;
}

void hw_ce_more(const struct hw_ce_reading *reading, const json_t *json, unsigned index,
    struct hw_event *ret_event)
{
    HW_ASSERT(reading->taken);
    HW_ASSERT(index < reading->more);
    *ret_event = reading->event;
    if (reading->event.kind == HW_KIND_CENSUS_TAKEN)
        more_of_census(reading, json, index, ret_event);
    else
        more_of_service(reading, index, ret_event);
    hw_event_finish(ret_event);
}

/* ---- reading ---- */

static void finish(struct hw_ce_reader *reader, uint8_t *details, bool good)
{
    struct hw_ce_reading *reading = reader->reading;

    reader->in_data = true;
    good = good && count_census(reader);
    reading->taken = good;
    reading->unknown = reader->unknown;
    reading->authority = reader->authority;
    if (!good)
        return;
    hw_ce_finish_person(reader);
    share_details(reader, details);
    hw_event_finish(&reading->event);
}

static struct hw_ce_reader begin(const struct hw_ce_options *options, uint8_t *scratch,
    struct hw_ce_reading *reading, enum hw_kind kind)
{
    uint8_t *middle = scratch + HW_CE_SCRATCH_SIZE / 2;

    memset(reading->pointer, 0, sizeof reading->pointer);
    memset(reading->words, 0, sizeof reading->words);
    reading->more = 0;
    reading->details = (struct hw_slice){0};
    hw_event_init(&reading->event, kind);
    return (struct hw_ce_reader){.options = options,
        .event = &reading->event,
        .reading = reading,
        .scratch = scratch,
        .scratch_end = middle,
        .details = middle,
        .details_end = scratch + HW_CE_SCRATCH_SIZE};
}

void hw_ce_read(const struct hw_ce_options *options, const json_t *json, uint8_t *scratch,
    struct hw_ce_reading *ret_reading)
{
    const struct hw_ce_type *type = type_of(member_text(json, "type"));
    struct hw_ce_reader reader =
        begin(options, scratch, ret_reading, type == NULL ? HW_KIND_NONE : type->kind);
    const json_t *data = json_object_get(json, "data");
    uint8_t *details = reader.details;
    bool good;

    if (!json_is_object(json))
        good = hw_ce_refuse(&reader, "", "an event is a JSON object");
    else if (type == NULL)
        good = refuse_type(&reader, member_text(json, "type"));
    else if (!read_envelope(&reader, json))
        good = false;
    else if (!json_is_object(data))
        good = hw_ce_refuse(&reader, "data", "is missing or no object");
    else {
        reader.in_data = true;
        good = read_data(&reader, type, data);
    }
    /* Who sent it is said even of what is refused: quarantine has a quota for each source. */
    if (type == NULL)
        ret_reading->event.source = member_text(json, "source");
    finish(&reader, details, good);
}

/* ---- decisions ---- */

static void read_decider(
    struct hw_ce_reader *reader, const json_t *json, struct hw_slice by, int64_t now_ms)
{
    struct hw_event *event = reader->event;
    struct hw_slice id = member_text(json, "id");

    event->happened = event->recorded = event->sent = hw_time_at(now_ms);
    event->source = hw_slice_text("homeward/decisions");
    event->organisation = hw_slice_text("homeward");
    event->control_id = id;
    if (id.size > 0) {
        struct hw_slice parts[] = {event->source, by, id};

        event->message_id_hash = hw_hash_parts(parts, 3);
        event->message_hash = content_of(json);
    }
}

void hw_ce_read_decision(const struct hw_ce_options *options, const json_t *json,
    struct hw_slice by, int64_t now_ms, uint8_t *scratch, struct hw_ce_reading *ret_reading)
{
    const struct hw_ce_type *type = hw_ce_decision_named(member_text(json, "decision"));
    struct hw_ce_reader reader =
        begin(options, scratch, ret_reading, type == NULL ? HW_KIND_NONE : type->kind);
    uint8_t *details = reader.details;
    static const char *const beside[] = {"decision", "id", "dry_run"};
    bool good;

    reader.references = true;
    if (!json_is_object(json)) {
        good = hw_ce_refuse(&reader, "", "a decision is a JSON object");
    } else if (type == NULL) {
        good = hw_ce_refuse(
            &reader, "decision", "is none that is taken here: homeward decide --help lists them");
    } else {
        read_decider(&reader, json, by, now_ms);
        good = read_data(&reader, type, json);
        hw_event_set_text(reader.event, HW_FIELD_BY, by);
        for (size_t i = 0; good && i < sizeof beside / sizeof *beside; i++)
            reader.unknown -= json_object_get(json, beside[i]) != NULL;
    }
    finish(&reader, details, good);
    if (!good && type == NULL)
        ret_reading->event.source = hw_slice_text("homeward/decisions");
}
