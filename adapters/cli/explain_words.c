#include "cli/explain_words.h"

#include "homeward/reasons.h"
#include "homeward/services.h"

#include <stdarg.h>
#include <string.h>

enum { COLUMNS = 80 };

void hw_words_init(struct hw_words *words)
{
    words->size = 0;
    words->text[0] = '\0';
}

/*
 * What would do something to a terminal becomes ?: names, reasons and codes come from outside.  The
 * byte before from may be the first of a C1 control character that was added byte by byte.
 */
static void clean(struct hw_words *words, size_t from)
{
    for (size_t i = from; i < words->size; i++) {
        unsigned char *at = (unsigned char *)&words->text[i];

        if (*at < 0x20 || *at == 0x7f || (i > 0 && at[-1] == 0xc2 && *at >= 0x80 && *at < 0xa0))
            *at = '?';
    }
}

void hw_words_add(struct hw_words *words, const char *format, ...)
{
    size_t from = words->size, room = sizeof words->text - from;
    va_list arguments;
    int size;

    va_start(arguments, format);
    size = vsnprintf(words->text + words->size, room, format, arguments);
    va_end(arguments);
    if (size > 0)
        words->size += (size_t)size < room ? (size_t)size : room - 1;
    clean(words, from);
}

/* ---- lines ---- */

/* Bytes of text that fit in width columns, up to a blank where there is one; UTF-8 counts once. */
static size_t line_size(const char *text, size_t width)
{
    size_t size = 0, columns = 0, blank = 0;

    for (; text[size] != '\0' && columns <= width; size++) {
        if (text[size] == ' ')
            blank = size;
        columns += ((unsigned char)text[size] & 0xc0) != 0x80;
    }
    if (text[size] == '\0' && columns <= width)
        return size;
    return blank > 0 ? blank : size;
}

void hw_words_print(const struct hw_words *words, const char *first, unsigned indent, FILE *out)
{
    const char *at = words->text;

    fprintf(out, "%-*s", (int)indent, first);
    for (;;) {
        size_t size = line_size(at, COLUMNS - indent);

        fprintf(out, "%.*s\n", (int)size, at);
        at += size;
        while (*at == ' ')
            at++;
        if (*at == '\0')
            return;
        fprintf(out, "%*s", (int)indent, "");
    }
}

/* ---- time ---- */

static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December"};
static const char *const weekdays[] = {
    "Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"};

static const char *weekday(int32_t day)
{
    return weekdays[(day % 7 + 7) % 7]; /* Day 0, 1 January 1970, was a Thursday. */
}

void hw_words_clock(int64_t ms, char text[8])
{
    int64_t wall = (ms + hw_london_offset(ms)) / HW_MINUTE_MS;

    wall = (wall % 1440 + 1440) % 1440;
    snprintf(text, 8, "%02d:%02d", (int)(wall / 60), (int)(wall % 60));
}

void hw_words_add_date(struct hw_words *words, int64_t ms)
{
    int32_t at = hw_london_day(ms);
    int year, month, day;

    hw_civil_from_day(at, &year, &month, &day);
    hw_words_add(words, "%s %d %s %d", weekday(at), day, months[month - 1], year);
}

static void add_day(struct hw_words *words, int64_t ms, int64_t about_ms)
{
    int32_t at = hw_london_day(ms), about = hw_london_day(about_ms);
    int year, month, day, about_year, unused;

    hw_civil_from_day(at, &year, &month, &day);
    hw_civil_from_day(about, &about_year, &unused, &unused);
    if (at == about)
        hw_words_add(words, " today");
    else if (at == about + 1)
        hw_words_add(words, " tomorrow");
    else if (at == about - 1)
        hw_words_add(words, " the day before");
    else
        hw_words_add(words, " on %s %d %s", weekday(at), day, months[month - 1]);
    if (year != about_year && at != about && at != about + 1 && at != about - 1)
        hw_words_add(words, " %d", year);
}

void hw_words_add_day_moment(struct hw_words *words, int64_t ms, int64_t about_ms)
{
    char clock[8];

    hw_words_clock(ms, clock);
    hw_words_add(words, "%s", clock);
    add_day(words, ms, about_ms);
}

void hw_words_add_moment(struct hw_words *words, int64_t ms, int64_t about_ms)
{
    char clock[8];

    if (hw_london_day(ms) != hw_london_day(about_ms)) {
        hw_words_add_day_moment(words, ms, about_ms);
        return;
    }
    hw_words_clock(ms, clock);
    hw_words_add(words, "%s", clock);
}

static void add_count(struct hw_words *words, int64_t count, const char *unit)
{
    hw_words_add(words, "%lld %s%s", (long long)count, unit, count == 1 ? "" : "s");
}

void hw_words_add_duration(struct hw_words *words, int64_t ms)
{
    int64_t minutes = ms / HW_MINUTE_MS, hours = minutes / 60, days = hours / 24;

    if (minutes < 1) {
        hw_words_add(words, "less than a minute");
    } else if (hours < 1) {
        add_count(words, minutes, "minute");
    } else if (days < 1) {
        add_count(words, hours, "hour");
        if (minutes % 60 != 0) {
            hw_words_add(words, " ");
            add_count(words, minutes % 60, "minute");
        }
    } else {
        add_count(words, days, "day");
        if (hours % 24 != 0) {
            hw_words_add(words, " ");
            add_count(words, hours % 24, "hour");
        }
    }
}

/* ---- codes ---- */

void hw_words_add_code(struct hw_words *words, struct hw_slice code)
{
    for (size_t i = 0; i < code.size; i++)
        hw_words_add(words, "%c", code.data[i] == '_' ? ' ' : code.data[i]);
}

void hw_words_add_service(
    struct hw_words *words, const struct hw_engine *engine, struct hw_slice code)
{
    for (uint32_t i = 0; i < hw_services_count(engine); i++) {
        struct hw_service_view view;

        hw_service_view(engine, i, &view);
        if (!hw_slice_equal(view.code, code) || view.name.size == 0 ||
            hw_slice_equal(view.name, code))
            continue;
        hw_words_add(words, "%.*s", (int)view.name.size, (const char *)view.name.data);
        return;
    }
    hw_words_add(words, "%.*s", (int)code.size, (const char *)code.data);
}

void hw_words_add_who(struct hw_words *words, struct hw_slice by)
{
    static const char local[] = "local:";

    if (by.size >= sizeof local - 1 && memcmp(by.data, local, sizeof local - 1) == 0)
        by = hw_slice_of(by.data + sizeof local - 1, by.size - (sizeof local - 1));
    if (by.size == 0)
        hw_words_add(words, "Somebody");
    else
        hw_words_add(words, "%.*s", (int)by.size, (const char *)by.data);
}

void hw_words_add_scope(struct hw_words *words, struct hw_slice scope, struct hw_slice name)
{
    static const struct {
        const char *scope, *words;
    } scopes[] = {
        {"service", ""},
        {"site", "the hospital "},
        {"zone", "the zone "},
        {"council", "the council "},
        {"pathway", "pathway "},
    };

    if (hw_slice_is(scope, "direction")) {
        hw_words_add(words, "%s",
            hw_slice_is(name, "step_up") ? "step-up referrals" : "step-down referrals");
        return;
    }
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
        if (hw_slice_is(scope, scopes[i].scope)) {
            hw_words_add(words, "%s%.*s", scopes[i].words, (int)name.size, (const char *)name.data);
            return;
        }
    hw_words_add(words, "everything");
}

void hw_words_add_needs(struct hw_words *words, struct hw_slice list)
{
    bool unknown;
    uint32_t needs = hw_needs_of(list, &unknown), left = needs;

    for (unsigned i = 0; i < HW_NEED_COUNT; i++) {
        if ((needs >> i & 1u) == 0)
            continue;
        if (left != needs)
            hw_words_add(words, (left & (left - 1)) == 0 && !unknown ? " and " : ", ");
        hw_words_add(words, "%s", hw_need_words(i));
        left &= ~(UINT32_C(1) << i);
    }
    if (unknown)
        hw_words_add(words, "%ssomething that is in no list", needs == 0 ? "" : " and ");
}

/* The words of a rule; NULL: it is none.  Some numbers are no rule's. */
static const char *words_of_rule(struct hw_slice name)
{
    for (unsigned rule = 1; rule < HW_RULES; rule++) {
        const char *known = hw_rule_name((enum hw_rule)rule);

        if (known != NULL && hw_slice_is(name, known))
            return hw_rule_words((enum hw_rule)rule);
    }
    return NULL;
}

void hw_words_add_rule(struct hw_words *words, struct hw_slice name)
{
    const char *text = words_of_rule(name);

    if (text == NULL)
        hw_words_add_code(words, name);
    else
        hw_words_add(words, "%s", text);
}

/* What is said of one service, said of several. */
static const struct {
    const char *one, *many;
} plurals[] = {
    {"it does not", "they do not"},
    {"it has ", "they have "},
    {"it takes ", "they take "},
    {"it cannot ", "they cannot "},
    {"it is not ", "they are not "},
    {"its place is ", "their places are "},
    {"its kind or unit is ", "their kind or unit is "},
    {"has refused it", "has refused them"},
    {"has excluded it", "has excluded them"},
    {"has rejected it", "has rejected them"},
};

void hw_words_add_of_many(struct hw_words *words, const char *text)
{
    for (size_t i = 0; i < sizeof plurals / sizeof *plurals; i++) {
        const char *at = strstr(text, plurals[i].one);

        if (at == NULL)
            continue;
        hw_words_add(words, "%.*s%s%s", (int)(at - text), text, plurals[i].many,
            at + strlen(plurals[i].one));
        return;
    }
    hw_words_add(words, "%s", text);
}

void hw_words_add_rule_of_many(struct hw_words *words, struct hw_slice name)
{
    const char *text = words_of_rule(name);

    if (text == NULL)
        hw_words_add_code(words, name);
    else
        hw_words_add_of_many(words, text);
}

void hw_words_add_reason(struct hw_words *words, struct hw_slice key)
{
    const struct hw_reason *reason = hw_reason_find(key);

    if (reason == NULL)
        hw_words_add_code(words, key);
    else
        hw_words_add(words, "%s (%s)", reason->text, reason->key);
}
