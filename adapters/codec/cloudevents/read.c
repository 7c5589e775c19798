#include "codec/cloudevents/cloudevents.h"

#include "codec/cloudevents/types.h"
#include "codec/cloudevents/values.h"

#include <stdio.h>
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

static enum hw_kind kind_of(struct hw_slice type)
{
    size_t size = sizeof prefix - 1;

    if (type.size <= size || memcmp(type.data, prefix, size) != 0)
        return HW_KIND_NONE;
    return hw_kind_of(hw_slice_of(type.data + size, type.size - size));
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
    if (hw_time_parse_iso(text, ret_time) == HW_OK)
        return true;
    return hw_ce_refuse(reader, name, "is no time such as 2026-03-02T09:00:00Z");
}

static bool read_envelope(struct hw_ce_reader *reader, const json_t *json)
{
    struct hw_event *event = reader->event;
    struct hw_slice id = member_text(json, "id");
    struct hw_slice parts[2];
    const struct hw_ce_source *source;

    event->source = member_text(json, "source");
    if (!hw_slice_is(member_text(json, "specversion"), "1.0"))
        return hw_ce_refuse(reader, "specversion", "must be \"1.0\"");
    if (id.size == 0)
        return hw_ce_refuse(reader, "id", "is missing or no text");
    if (event->source.size == 0)
        return hw_ce_refuse(reader, "source", "is missing or no text");
    if (!read_time(reader, json, "time", true, &event->happened))
        return false;
    event->sent = event->recorded = event->happened;
    if (!read_time(reader, json, "recordedtime", false, &event->recorded))
        return false;
    event->control_id = id;
    source = source_of(reader->options, event->source);
    event->organisation = source != NULL && source->organisation.size > 0
        ? source->organisation
        : organisation_of(event->source);
    reader->authority = source != NULL && source->visit_authority.size > 0 ? source->visit_authority
                                                                           : event->organisation;
    if (source != NULL && (source->asserted[event->kind / 64] >> (event->kind % 64) & 1u) == 0)
        event->flags |= HW_FLAG_NOT_ASSERTED;
    parts[0] = event->source;
    parts[1] = id;
    event->message_id_hash = hw_hash_parts(parts, 2);
    event->message_hash = content_of(json);
    return true;
}

/* ---- the data ---- */

static const struct hw_ce_field *field_of(const struct hw_ce_type *type, const char *name)
{
    for (const struct hw_ce_field *field = type->fields; field->name != NULL; field++)
        if (strcmp(field->name, name) == 0)
            return field;
    return NULL;
}

static bool read_data(
    struct hw_ce_reader *reader, const struct hw_ce_type *type, const json_t *data)
{
    const char *name;
    json_t *value;

    for (const struct hw_ce_field *field = type->fields; field->name != NULL; field++)
        if (field->required && json_object_get(data, field->name) == NULL)
            return hw_ce_refuse(reader, field->name, "is missing");
    /* jansson's iteration takes a pointer it does not write through. */
    json_object_foreach((json_t *)(uintptr_t)data, name, value)
    {
        const struct hw_ce_field *field = field_of(type, name);

        if (field == NULL)
            reader->unknown++;
        else if (!hw_ce_value(reader, field, value))
            return false;
    }
    return true;
}

static void finish(struct hw_ce_reader *reader, struct hw_ce_reading *reading, bool good)
{
    reading->taken = good;
    reading->unknown = reader->unknown;
    if (!good)
        return;
    hw_ce_finish_person(reader);
    hw_event_finish(&reading->event);
}

static struct hw_ce_reader begin(const struct hw_ce_options *options, uint8_t *scratch,
    struct hw_ce_reading *reading, enum hw_kind kind)
{
    memset(reading->pointer, 0, sizeof reading->pointer);
    memset(reading->words, 0, sizeof reading->words);
    hw_event_init(&reading->event, kind);
    return (struct hw_ce_reader){.options = options,
        .event = &reading->event,
        .reading = reading,
        .scratch = scratch,
        .scratch_end = scratch + HW_CE_SCRATCH_SIZE};
}

void hw_ce_read(const struct hw_ce_options *options, const json_t *json, uint8_t *scratch,
    struct hw_ce_reading *ret_reading)
{
    enum hw_kind kind = json_is_object(json) ? kind_of(member_text(json, "type")) : HW_KIND_NONE;
    struct hw_ce_reader reader = begin(options, scratch, ret_reading, kind);
    const struct hw_ce_type *type = hw_ce_type_of(kind);
    const json_t *data = json_object_get(json, "data");
    bool good;

    if (!json_is_object(json))
        good = hw_ce_refuse(&reader, "", "an event is a JSON object");
    else if (kind == HW_KIND_NONE || kind >= HW_KIND_DECIDE_ROUTING_MODE)
        good = hw_ce_refuse(&reader, "type", "is none of the types that are taken here");
    else if (type == NULL)
        good = hw_ce_refuse(&reader, "type", "is not taken in this version");
    else if (!read_envelope(&reader, json))
        good = false;
    else if (!json_is_object(data))
        good = hw_ce_refuse(&reader, "data", "is missing or no object");
    else {
        reader.in_data = true;
        good = read_data(&reader, type, data);
    }
    finish(&reader, ret_reading, good);
}

void hw_ce_read_decision(const struct hw_ce_options *options, const json_t *json,
    struct hw_slice by, int64_t now_ms, uint8_t *scratch, struct hw_ce_reading *ret_reading)
{
    enum hw_kind kind =
        json_is_object(json) ? hw_kind_of(member_text(json, "decision")) : HW_KIND_NONE;
    struct hw_ce_reader reader = begin(options, scratch, ret_reading, kind);
    const struct hw_ce_type *type =
        kind >= HW_KIND_DECIDE_ROUTING_MODE ? hw_ce_type_of(kind) : NULL;
    struct hw_slice id = member_text(json, "id");
    bool good;

    if (hw_slice_is(member_text(json, "decision"), "offer.answered")) {
        ret_reading->event.kind = HW_KIND_DECIDE_OFFER_ANSWERED;
        type = hw_ce_type_of(HW_KIND_DECIDE_OFFER_ANSWERED);
    }
    if (type == NULL) {
        good = hw_ce_refuse(&reader, "decision", "is none of the decisions that are taken here");
    } else {
        struct hw_event *event = reader.event;

        event->happened = event->recorded = event->sent = hw_time_at(now_ms);
        event->source = hw_slice_text("homeward/decisions");
        event->control_id = id;
        if (id.size > 0) {
            struct hw_slice parts[] = {event->source, by, id};

            event->message_id_hash = hw_hash_parts(parts, 3);
            event->message_hash = content_of(json);
        }
        good = read_data(&reader, type, json);
        hw_event_set_text(event, HW_FIELD_BY, by);
        if (reader.unknown >= 1) /* "decision" itself, and "id". */
            reader.unknown -= id.size > 0 ? 2 : 1;
    }
    finish(&reader, ret_reading, good);
}
