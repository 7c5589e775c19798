#include "codec/cloudevents/values.h"

#include "homeward/engine.h"

#include <stdio.h>
#include <string.h>

enum { NUMBER_MAX = 1000000 };

bool hw_ce_refuse(struct hw_ce_reader *reader, const char *member, const char *words)
{
    (void)snprintf(reader->reading->pointer, sizeof reader->reading->pointer, "%s%s%s",
        reader->in_data ? "/data" : "", *member ? "/" : "", member);
    (void)snprintf(reader->reading->words, sizeof reader->reading->words, "%s%s%s", member,
        *member ? " " : "", words);
    return false;
}

bool hw_ce_refuse_form(struct hw_ce_reader *reader, const struct hw_ce_field *field)
{
    char words[HW_CE_WORDS_SIZE];

    (void)snprintf(
        words, sizeof words, "must be %s", hw_ce_form_words((enum hw_ce_form)field->form));
    return hw_ce_refuse(reader, field->name, words);
}

/* ---- texts ---- */

struct hw_slice hw_ce_text(const json_t *value)
{
    return hw_slice_of(json_string_value(value), json_string_length(value));
}

struct hw_slice hw_ce_trimmed(const json_t *value)
{
    struct hw_slice text = hw_ce_text(value);

    while (text.size > 0 && text.data[0] == ' ')
        text = hw_slice_of(text.data + 1, text.size - 1);
    while (text.size > 0 && text.data[text.size - 1] == ' ')
        text.size--;
    return text;
}

struct hw_slice hw_ce_keep(
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

void hw_ce_know(struct hw_ce_reader *reader, const char *codes, struct hw_slice text)
{
    if (!hw_ce_code_is_known(codes, text))
        reader->event->flags |= HW_FLAG_CODE_UNKNOWN;
}

void hw_ce_know_time(struct hw_ce_reader *reader, struct hw_time time)
{
    if (time.flags & HW_TIME_AMBIGUOUS)
        reader->event->flags |= HW_FLAG_TIME_AMBIGUOUS;
    if (time.flags & HW_TIME_MISSING)
        reader->event->flags |= HW_FLAG_TIME_MISSING;
}

void hw_ce_count_unknown(struct hw_ce_reader *reader, const json_t *object, const char *names)
{
    const char *name;
    json_t *value;

    /* jansson's iteration takes a pointer it does not write through. */
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        if (!hw_ce_code_is_known(names, hw_slice_text(name)))
            reader->unknown++;
    }
}

static bool take_text(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value)
{
    struct hw_slice text;

    if (!json_is_string(value))
        return hw_ce_refuse_form(reader, field);
    text = field->form == HW_CE_TEXT ? hw_ce_text(value) : hw_ce_trimmed(value);
    if (text.size == 0 && field->need == HW_CE_REQUIRED)
        return hw_ce_refuse(reader, field->name, "is empty, and must be there");
    if (text.size == 0) {
        hw_event_clear(reader->event, (enum hw_field)field->field);
        return true;
    }
    hw_ce_know(reader, field->codes, text);
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

    if (!json_is_array(value))
        return hw_ce_refuse_form(reader, field);
    json_array_foreach(value, index, entry)
    {
        struct hw_slice text = json_is_string(entry) ? hw_ce_trimmed(entry) : (struct hw_slice){0};

        if (text.size == 0 || memchr(text.data, ';', text.size) != NULL)
            return hw_ce_refuse(
                reader, field->name, "must be a list of texts, none empty or with a semicolon");
        if ((size_t)(reader->scratch - start) + text.size + 1 > HW_TEXT_SIZE_MAX)
            return hw_ce_refuse(reader, field->name, "is too long: 1,024 bytes with separators");
        hw_ce_know(reader, field->codes, text);
        if (reader->scratch > start)
            (void)hw_ce_keep(reader, &semicolon, 1);
        (void)hw_ce_keep(reader, &text, 1);
    }
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

    if (!json_is_string(value) || hw_time_parse_iso(hw_ce_text(value), &time) != HW_OK)
        return hw_ce_refuse_form(reader, field);
    hw_ce_know_time(reader, time);
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
        json_integer_value(value) > NUMBER_MAX)
        return hw_ce_refuse_form(reader, field);
    hw_event_set_number(
        reader->event, (enum hw_field)field->field, (int64_t)json_integer_value(value));
    return true;
}

static bool take_flag(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value)
{
    if (!json_is_boolean(value))
        return hw_ce_refuse_form(reader, field);
    if (field->form == HW_CE_BOOL)
        hw_event_set_bool(reader->event, (enum hw_field)field->field, json_is_true(value));
    else if (json_is_true(value))
        hw_event_set_text(reader->event, (enum hw_field)field->field, hw_slice_text(field->name));
    return true;
}

/* A whole number in an object; otherwise where it is absent, -1 where it is something else. */
static int64_t integer_of(const json_t *object, const char *name, int64_t otherwise)
{
    const json_t *value = json_object_get(object, name);

    if (value == NULL || json_is_null(value))
        return otherwise;
    return json_is_integer(value) ? (int64_t)json_integer_value(value) : -1;
}

/* Times of the day, as far as they are said: "08:00". */
static bool times_are_good(const json_t *times)
{
    size_t index;
    json_t *entry;

    if (times == NULL || json_is_null(times))
        return true;
    if (!json_is_array(times) || json_array_size(times) > 48)
        return false;
    json_array_foreach(times, index, entry)
    {
        if (!json_is_string(entry) || json_string_length(entry) == 0 ||
            strspn(json_string_value(entry), "0123456789:") != json_string_length(entry))
            return false;
    }
    return true;
}

static bool take_package(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value)
{
    int64_t calls = integer_of(value, "calls", -1), minutes = integer_of(value, "minutes", -1);
    int64_t carers = integer_of(value, "carers", 1);
    const json_t *times = json_object_get(value, "times");
    char buffer[512];
    size_t used;
    size_t index;
    json_t *entry;

    if (!json_is_object(value) || calls < 1 || calls > 48 || minutes < 1 || minutes > 1440 ||
        carers < 1 || carers > 9 || !times_are_good(times))
        return hw_ce_refuse_form(reader, field);
    used =
        (size_t)snprintf(buffer, sizeof buffer, "%d;%d;%d", (int)calls, (int)minutes, (int)carers);
    json_array_foreach(times, index, entry)
    {
        size_t size = json_string_length(entry);

        if (used + size + 1 >= sizeof buffer)
            return hw_ce_refuse(reader, field->name, "has times that are too long");
        buffer[used++] = ';';
        memcpy(buffer + used, json_string_value(entry), size);
        used += size;
    }
    hw_ce_count_unknown(reader, value, "calls|minutes|carers|times");
    hw_event_set_text(reader->event, (enum hw_field)field->field,
        hw_ce_keep(reader, &(struct hw_slice){(const uint8_t *)buffer, used}, 1));
    return true;
}

/* ---- names of things: references, AUTHORITY/ID ---- */

static bool take_reference(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value, char prefix)
{
    uint64_t sequence;

    if (!json_is_string(value) ||
        hw_reference_parse(hw_ce_trimmed(value), prefix, &sequence) != HW_OK ||
        sequence > INT64_MAX)
        return hw_ce_refuse_form(reader, field);
    hw_event_set_number(reader->event, (enum hw_field)field->field, (int64_t)sequence);
    return true;
}

void hw_ce_split(struct hw_slice authority, struct hw_slice name, struct hw_slice *ret_authority,
    struct hw_slice *ret_id)
{
    size_t at = name.size;

    while (at > 0 && name.data[at - 1] != '/')
        at--;
    *ret_authority = at <= 1 ? authority : hw_slice_of(name.data, at - 1);
    *ret_id = hw_slice_of(name.data + at, name.size - at);
}

/* Both parts of a name; false: refused. */
static bool take_name(struct hw_ce_reader *reader, const struct hw_ce_field *field,
    const json_t *value, struct hw_slice *ret_authority, struct hw_slice *ret_id)
{
    if (!json_is_string(value))
        return hw_ce_refuse_form(reader, field);
    hw_ce_split(reader->authority, hw_ce_trimmed(value), ret_authority, ret_id);
    if (ret_id->size == 0)
        return hw_ce_refuse(reader, field->name, "has no id behind its authority");
    if (ret_authority->size + ret_id->size + 1 > HW_TEXT_SIZE_MAX)
        return hw_ce_refuse(reader, field->name, "is too long: at most 1,023 bytes");
    return true;
}

static bool take_spell(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value)
{
    struct hw_visit *visit = &reader->event->visit;
    uint64_t sequence;

    if (reader->references && json_is_string(value) &&
        hw_reference_parse(hw_ce_trimmed(value), 'S', &sequence) == HW_OK) {
        hw_event_set_text(reader->event, HW_FIELD_DETAIL, hw_ce_trimmed(value));
        return true;
    }
    return take_name(reader, field, value, &visit->authority, &visit->number);
}

static bool take_referral(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value)
{
    struct hw_slice parts[3] = {{0}, hw_slice_text("/"), {0}};
    uint64_t sequence;

    if (!take_name(reader, field, value, &parts[0], &parts[2]))
        return false;
    if (reader->references && hw_reference_parse(hw_ce_trimmed(value), 'R', &sequence) == HW_OK)
        hw_event_set_text(reader->event, HW_FIELD_REFERRAL, hw_ce_trimmed(value));
    else
        hw_event_set_text(reader->event, HW_FIELD_REFERRAL, hw_ce_keep(reader, parts, 3));
    return true;
}

/* A person, or a line that names a spell or a referral of theirs. */
static bool take_whom(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value, bool other)
{
    struct hw_slice text = json_is_string(value) ? hw_ce_trimmed(value) : (struct hw_slice){0};
    uint64_t sequence;

    if (!json_is_string(value))
        return hw_ce_take_person(reader, field, value, other);
    if (hw_reference_parse(text, 'S', &sequence) != HW_OK &&
        hw_reference_parse(text, 'R', &sequence) != HW_OK)
        return hw_ce_refuse_form(reader, field);
    return hw_ce_take_pair(reader, field, value);
}

/* Each becomes an event of its own (hw_ce_more): here they are only looked at. */
static bool take_spells(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value)
{
    size_t index;
    json_t *entry;

    if (!json_is_array(value))
        return hw_ce_refuse_form(reader, field);
    if (json_array_size(value) > HW_CE_SPELLS_MAX)
        return hw_ce_refuse(reader, field->name, "are more than 2,000: send one event a ward");
    json_array_foreach(value, index, entry)
    {
        struct hw_slice authority, id;

        if (!take_name(reader, field, entry, &authority, &id))
            return false;
    }
    reader->reading->more = (unsigned)json_array_size(value);
    return true;
}

/* ---- by form ---- */

/* null says nothing where there is nothing to clear. */
static bool take_null(struct hw_ce_reader *reader, const struct hw_ce_field *field)
{
    if (field->need == HW_CE_REQUIRED)
        return hw_ce_refuse(reader, field->name, "is null, and must be there");
    if (field->form <= HW_CE_PACKAGE)
        hw_event_clear(reader->event, (enum hw_field)field->field);
    return true;
}

bool hw_ce_value(struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value)
{
    if (json_is_null(value))
        return take_null(reader, field);
    switch ((int)field->form) {
    case HW_CE_TEXT:
    case HW_CE_CODE:
        return take_text(reader, field, value);
    case HW_CE_TIME:
    case HW_CE_AT:
        return take_time(reader, field, value);
    case HW_CE_BOOL:
    case HW_CE_SAYS:
        return take_flag(reader, field, value);
    case HW_CE_NUMBER:
        return take_number(reader, field, value);
    case HW_CE_LIST:
        return take_list(reader, field, value);
    case HW_CE_PACKAGE:
        return take_package(reader, field, value);
    case HW_CE_PERSON: /* Who retires leads: person.merged names that one, then into. */
        return hw_ce_take_person(
            reader, field, value, reader->event->kind == HW_KIND_PERSON_MERGED);
    case HW_CE_OTHER:
        return hw_ce_take_person(
            reader, field, value, reader->event->kind != HW_KIND_PERSON_MERGED);
    case HW_CE_WHOM:
    case HW_CE_WHOM_OTHER:
        return take_whom(reader, field, value, field->form == HW_CE_WHOM_OTHER);
    case HW_CE_SPELL:
        return take_spell(reader, field, value);
    case HW_CE_REFERRAL:
        return take_referral(reader, field, value);
    case HW_CE_OFFER:
        return take_reference(reader, field, value, 'O');
    case HW_CE_ALERT:
        return take_reference(reader, field, value, 'A');
    case HW_CE_POSTCODE:
        return hw_ce_take_destination(reader, field, value);
    case HW_CE_SPELLS:
        return take_spells(reader, field, value);
    default:
        return hw_ce_take_pair(reader, field, value);
    }
}
