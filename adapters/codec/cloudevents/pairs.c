/*
 * pairs.c - keys of a service and words of a review: lines "key=value" of HW_FIELD_DETAIL, as the
 * engine reads them (HW_SERVICE_KEY_LIST of core/services/service.h).
 */
#include "codec/cloudevents/values.h"

#include "homeward/services.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { COUNT_MAX = 1000000, MINUTES_MAX = 3660 * 24 * 60, YEARS_MAX = 150 };

/* ---- writing lines ---- */

static void put(struct hw_ce_reader *reader, struct hw_slice text)
{
    HW_ASSERT((size_t)(reader->details_end - reader->details) >= text.size);
    hw_slice_copy(reader->details, text);
    reader->details += text.size;
}

/* Whether the engine would take the line that was written; refused in its words where not. */
static bool may_say(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const uint8_t *line)
{
    size_t size = (size_t)(reader->details - line);
    const uint8_t *equals = memchr(line, '=', size);
    const char *words;

    HW_ASSERT(equals != NULL);
    if (reader->event->kind != HW_KIND_SERVICE_DECLARED)
        return true;
    words = hw_service_key_wrong(hw_slice_of(line, (size_t)(equals - line)),
        hw_slice_of(equals + 1, size - (size_t)(equals + 1 - line)));
    return words == NULL || hw_ce_refuse(reader, field->name, words);
}

/* A line; false: refused, because there is no room for it in a record or in all. */
static bool say(struct hw_ce_reader *reader, const struct hw_ce_field *field, const char *suffix,
    struct hw_slice value)
{
    size_t size = strlen(field->name) + strlen(suffix) + value.size + 2;
    uint8_t *line = reader->details;

    if (size > HW_TEXT_SIZE_MAX || size > (size_t)(reader->details_end - reader->details))
        return hw_ce_refuse(reader, field->name, "is too long: at most 1,000 bytes");
    put(reader, hw_slice_text(field->name));
    put(reader, hw_slice_text(suffix));
    put(reader, hw_slice_text("="));
    put(reader, value);
    return may_say(reader, field, line) && (put(reader, hw_slice_text("\n")), true);
}

static bool say_number(struct hw_ce_reader *reader, const struct hw_ce_field *field,
    const char *suffix, int64_t number)
{
    char text[24];

    (void)snprintf(text, sizeof text, "%" PRId64, number);
    return say(reader, field, suffix, hw_slice_text(text));
}

/* ---- texts and lists ---- */

static bool is_one_line(struct hw_slice text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < ' ')
            return false;
    return true;
}

static bool take_text(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value)
{
    struct hw_slice text;

    if (!json_is_string(value) || !is_one_line(hw_ce_text(value)))
        return hw_ce_refuse_form(reader, field);
    text = hw_ce_trimmed(value);
    if (field->form == HW_CE_PAIR_CHOICE && !hw_ce_code_is_known(field->codes, text)) {
        char words[HW_CE_WORDS_SIZE];

        (void)snprintf(words, sizeof words, "must be one of %s", field->codes);
        return hw_ce_refuse(reader, field->name, words);
    }
    hw_ce_know(reader, field->codes, text);
    /* A kind nobody knows is no kind: nobody is proposed to it until it is put right (3.2). */
    if (field->form == HW_CE_PAIR_KIND && !hw_ce_code_is_known(field->codes, text))
        text.size = 0;
    return say(reader, field, "", text);
}

/* An entry of a list without what separates entries and lines; empty: it is none. */
static struct hw_slice entry_of(const json_t *entry)
{
    struct hw_slice text = {0};

    if (json_is_string(entry))
        text = hw_ce_trimmed(entry);
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < ' ' || text.data[i] == ';' || text.data[i] == ':')
            return (struct hw_slice){0};
    return text;
}

struct list {
    char text[HW_TEXT_SIZE_MAX];
    size_t used;
    bool full;
};

static void add(struct list *list, struct hw_slice entry, int64_t rank)
{
    char number[24] = "";

    if (rank > 0)
        (void)snprintf(number, sizeof number, ":%" PRId64, rank);
    if (list->used + entry.size + strlen(number) + 1 > sizeof list->text) {
        list->full = true;
        return;
    }
    if (list->used > 0)
        list->text[list->used++] = ';';
    memcpy(list->text + list->used, entry.data, entry.size);
    list->used += entry.size;
    memcpy(list->text + list->used, number, strlen(number));
    list->used += strlen(number);
}

static bool say_list(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const struct list *list)
{
    if (list->full)
        return hw_ce_refuse(reader, field->name, "is too long: at most 1,000 bytes");
    return say(reader, field, "", hw_slice_of(list->text, list->used));
}

/* Words in no list are left out, flagged: what a service might give is not given on a guess. */
static bool take_list(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value)
{
    struct list list = {.used = 0};
    size_t index;
    json_t *entry;

    if (!json_is_array(value))
        return hw_ce_refuse_form(reader, field);
    json_array_foreach(value, index, entry)
    {
        struct hw_slice text = entry_of(entry);

        if (text.size == 0)
            return hw_ce_refuse(reader, field->name, "has an entry that is no code");
        hw_ce_know(reader, field->codes, text);
        if (hw_ce_code_is_known(field->codes, text))
            add(&list, text, 0);
    }
    if (list.used == 0 && json_array_size(value) > 0)
        return hw_ce_refuse(reader, field->name, "has no word that is known here");
    return say_list(reader, field, &list);
}

/* "CODE", "CODE:RANK" or {"zone","rank"}; false: none of them. */
static bool add_zone(struct list *list, const json_t *entry)
{
    const json_t *zone = json_is_object(entry) ? json_object_get(entry, "zone") : entry;
    const json_t *rank = json_object_get(entry, "rank");
    struct hw_slice text = json_is_string(zone) ? hw_ce_trimmed(zone) : (struct hw_slice){0};
    const uint8_t *colon = text.size == 0 ? NULL : memchr(text.data, ':', text.size);
    int64_t number = json_is_integer(rank) ? (int64_t)json_integer_value(rank) : 0;

    if (rank != NULL && (number < 1 || number > UINT16_MAX))
        return false;
    if (colon != NULL) {
        size_t size = (size_t)(colon - text.data);

        if (rank != NULL || text.size - size - 1 > 4 || text.size - size < 2)
            return false;
        for (size_t i = size + 1; i < text.size; i++) {
            if (text.data[i] < '0' || text.data[i] > '9')
                return false;
            number = number * 10 + (text.data[i] - '0');
        }
        if (number == 0)
            return false;
        text.size = size;
    }
    if (text.size == 0 || !is_one_line(text) || memchr(text.data, ';', text.size) != NULL)
        return false;
    add(list, text, number);
    return true;
}

static bool take_zones(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value)
{
    struct list list = {.used = 0};
    size_t index;
    json_t *entry;

    if (json_is_string(value) && hw_slice_is(hw_ce_trimmed(value), "all"))
        return say(reader, field, "", hw_slice_text("all"));
    if (!json_is_array(value))
        return hw_ce_refuse_form(reader, field);
    json_array_foreach(value, index, entry)
    {
        if (!add_zone(&list, entry))
            return hw_ce_refuse_form(reader, field);
    }
    return say_list(reader, field, &list);
}

/* ---- numbers ---- */

static bool take_count(struct hw_ce_reader *reader, const struct hw_ce_field *field,
    const json_t *value, const char *suffix)
{
    int64_t number = json_is_integer(value) ? (int64_t)json_integer_value(value) : -1;

    if (number < 0 || number > COUNT_MAX)
        return hw_ce_refuse_form(reader, field);
    return say_number(reader, field, suffix, number);
}

/* A whole number and a word behind it; -1: it is none.  *at moves behind both. */
static int64_t number_at(const char **at)
{
    size_t digits = strspn(*at, "0123456789");
    int64_t number = 0;

    if (digits == 0 || digits > 7)
        return -1;
    for (size_t i = 0; i < digits; i++)
        number = number * 10 + ((*at)[i] - '0');
    *at += digits;
    return number;
}

static int64_t minutes_of(const char *text)
{
    static const struct {
        const char *name;
        int minutes;
    } units[] = {
        {"", 1}, {"min", 1}, {"h", 60}, {"d", 24 * 60}, {"day", 24 * 60}, {"days", 24 * 60}};
    int64_t number = number_at(&text);

    text += strspn(text, " ");
    for (size_t i = 0; i < sizeof units / sizeof *units && number >= 0; i++)
        if (strcmp(text, units[i].name) == 0)
            return number * units[i].minutes;
    return -1;
}

static bool take_minutes(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value)
{
    int64_t minutes = -1;

    if (json_is_integer(value))
        minutes = (int64_t)json_integer_value(value);
    else if (json_is_string(value))
        minutes = minutes_of(json_string_value(value));
    if (minutes < 0 || minutes > MINUTES_MAX)
        return hw_ce_refuse_form(reader, field);
    return say_number(reader, field, "_minutes", minutes);
}

static bool take_ages(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value)
{
    const char *at = json_is_string(value) ? json_string_value(value) : "";
    int64_t from = 0, to = UINT16_MAX;
    bool any = strcmp(at, "any") == 0, good = any;

    if (!any && *at != '\0') {
        if (*at != '.')
            from = number_at(&at);
        good = from >= 0 && strncmp(at, "..", 2) == 0;
        at += good ? 2 : 0;
        if (good && *at != '\0')
            to = number_at(&at);
        good = good && *at == '\0' && to >= from && from <= YEARS_MAX &&
            (to <= YEARS_MAX || to == UINT16_MAX);
    }
    return good ? say_number(reader, field, "_from", from) && say_number(reader, field, "_to", to)
                : hw_ce_refuse_form(reader, field);
}

/* ---- hours, as core/services/hours.h reads them ---- */

static bool pass_weekday(const char **at)
{
    static const char names[] = "MoTuWeThFrSaSu";

    for (size_t i = 0; i + 1 < sizeof names; i += 2)
        if (strncmp(*at, names + i, 2) == 0) {
            *at += 2;
            return true;
        }
    return false;
}

/* "08:00" to "24:00" as a minute of the day; -1: it is none. */
static int pass_minute(const char **at)
{
    int hour, minute;

    for (int i = 0; i < 5; i++)
        if (i == 2 ? (*at)[i] != ':' : (*at)[i] < '0' || (*at)[i] > '9')
            return -1;
    hour = ((*at)[0] - '0') * 10 + (*at)[1] - '0';
    minute = ((*at)[3] - '0') * 10 + (*at)[4] - '0';
    *at += 5;
    return minute > 59 || hour * 60 + minute > 24 * 60 ? -1 : hour * 60 + minute;
}

/* One part: days and a window. */
static bool pass_part(const char **at)
{
    int open, close;

    if (!pass_weekday(at))
        return false;
    if (**at == '-') {
        (*at)++;
        if (!pass_weekday(at))
            return false;
    }
    *at += strspn(*at, " ");
    open = pass_minute(at);
    if (open < 0 || **at != '-')
        return false;
    (*at)++;
    close = pass_minute(at);
    return close > open;
}

static bool are_hours(const char *at)
{
    if (strcmp(at, "24/7") == 0)
        return true;
    for (;;) {
        if (!pass_part(&at))
            return false;
        if (*at == '\0')
            return true;
        if (*at != ',')
            return false;
        at++;
        at += strspn(at, " ");
    }
}

bool hw_ce_take_pair(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value)
{
    switch ((int)field->form) {
    case HW_CE_PAIR_FLAG:
        if (!json_is_boolean(value))
            return hw_ce_refuse_form(reader, field);
        return say(reader, field, "", hw_slice_text(json_is_true(value) ? "true" : "false"));
    case HW_CE_PAIR_LIST:
    case HW_CE_PAIR_CODES:
        return take_list(reader, field, value);
    case HW_CE_PAIR_ZONES:
        return take_zones(reader, field, value);
    case HW_CE_PAIR_COUNT:
        return take_count(reader, field, value, "");
    case HW_CE_PAIR_PENCE:
        return take_count(reader, field, value, "_pence");
    case HW_CE_PAIR_MINUTES:
        return take_minutes(reader, field, value);
    case HW_CE_PAIR_AGES:
        return take_ages(reader, field, value);
    case HW_CE_PAIR_HOURS:
        return json_is_string(value) && are_hours(json_string_value(value))
            ? take_text(reader, field, value)
            : hw_ce_refuse_form(reader, field);
    default:
        return take_text(reader, field, value);
    }
}
