/*
 * story_service.c - services as a story describes them: settings before it begins, a setting while
 * it runs, or what a service declares of itself.
 */
#include "support/story_parts.h"

#include <stdio.h>
#include <stdlib.h>

enum { VALUE_SIZE = 512 };

/* What a phrase's value is written like. */
enum form {
    WORD,  /* one word */
    LIST,  /* words joined by "and" */
    HOURS, /* "Mo-Fr 08:00-18:00", also joined by "and" */
    TIMED, /* "30 minutes", "48 hours", "42 days": in minutes */
    FLAG,  /* nothing: the phrase says it */
    UNITS, /* "10 slots": two keys */
};

static const struct {
    const char *phrase, *key;
    enum form form;
    const char *value; /* of a flag */
} phrases[] = {
    {"of kind", "kind", WORD, NULL},
    {"with", "capacity", UNITS, NULL},
    {"in all zones", "zones", FLAG, "all"},
    {"in zones", "zones", LIST, NULL},
    {"for councils", "councils", LIST, NULL},
    {"for council", "councils", LIST, NULL},
    {"gives", "capabilities", LIST, NULL},
    {"step down only", "directions", FLAG, "step_down"},
    {"step up only", "directions", FLAG, "step_up"},
    {"named", "name", WORD, NULL},
    {"of provider", "provider", WORD, NULL},
    {"commissioned by", "commissioner", WORD, NULL},
    {"on pathways", "pathways", LIST, NULL},
    {"funded by", "funding", LIST, NULL},
    {"open", "hours", HOURS, NULL},
    {"answers", "answer_hours", HOURS, NULL},
    {"starts a day", "starts_per_day", WORD, NULL},
    {"stays at most", "max_stay_minutes", TIMED, NULL},
    {"proposals last", "proposal_ttl_minutes", TIMED, NULL},
    {"offers last", "offer_ttl_minutes", TIMED, NULL},
    {"offers at once", "offers_at_once", WORD, NULL},
    {"accepts by itself", "auto_accept", FLAG, "true"},
    {"keeps for step up", "step_up_reserve", WORD, NULL},
    {"holds when suspended", "suspend_hold_minutes", TIMED, NULL},
    {"costs pence a day", "cost_per_day_pence", WORD, NULL},
    {"from age", "age_from", WORD, NULL},
    {"to age", "age_to", WORD, NULL},
    {"of sex", "sex", WORD, NULL},
    {"as declared", "basis", FLAG, "declared"},
    {"believed for", "capacity_ttl_minutes", TIMED, NULL},
};

/* Words joined by "and", with a separator between them. */
static void list_said(struct reader *reader, char *value, char separator, bool pairs)
{
    size_t used = 0;

    do {
        const char *word = story_word(reader, "a word of a list");
        const char *second = pairs ? story_word(reader, "hours") : "";
        int size = snprintf(value + used, VALUE_SIZE - used, "%s%s%s%s",
            used == 0 ? "" : (char[]){separator, 0}, word, pairs ? " " : "", second);

        if (size < 0 || (size_t)size >= VALUE_SIZE - used)
            story_wrong(reader, "a list that is too long");
        used += (size_t)size;
    } while (story_take(reader, "and"));
}

const char *story_list(struct reader *reader)
{
    char *value = story_keep(reader, VALUE_SIZE);

    list_said(reader, value, ';', false);
    return value;
}

static void minutes_said(struct reader *reader, char *value)
{
    long long count = story_number(reader);

    if (story_take(reader, "hours") || story_take(reader, "hour"))
        count *= 60;
    else if (story_take(reader, "days") || story_take(reader, "day"))
        count *= 24 * 60;
    else if (!story_take(reader, "minute"))
        story_demand(reader, "minutes");
    snprintf(value, VALUE_SIZE, "%lld", count);
}

static const char *unit_said(struct reader *reader)
{
    if (story_take(reader, "slots") || story_take(reader, "slot"))
        return "slots";
    if (story_take(reader, "beds") || story_take(reader, "bed"))
        return "beds";
    story_demand(reader, "hours a week");
    return "hours_per_week";
}

/* One phrase: up to two keys with their values. */
static int phrase_said(struct reader *reader, const char *keys[2], const char *values[2])
{
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
        char *value;

        if (!story_take(reader, phrases[i].phrase))
            continue;
        value = story_keep(reader, VALUE_SIZE);
        keys[0] = phrases[i].key;
        values[0] = phrases[i].form == FLAG ? phrases[i].value : value;
        switch (phrases[i].form) {
        case WORD:
            values[0] = story_word(reader, phrases[i].key);
            break;
        case LIST:
            list_said(reader, value, ';', false);
            break;
        case HOURS:
            if (story_take(reader, "always"))
                values[0] = "24/7";
            else
                list_said(reader, value, ',', true);
            break;
        case TIMED:
            minutes_said(reader, value);
            break;
        case UNITS:
            values[0] = story_word(reader, "a capacity");
            keys[1] = "unit";
            values[1] = unit_said(reader);
            return 2;
        case FLAG:
            break;
        }
        return 1;
    }
    if (story_take(reader, "setting")) {
        keys[0] = story_word(reader, "a key");
        values[0] = story_word(reader, "a value");
        return 1;
    }
    story_wrong(reader, "'%s' is nothing of a service", story_peek(reader));
}

/* A service that was described reaches everywhere unless its line says where. */
struct described {
    bool kind, zones;
};

static void note(struct described *described, const char *key)
{
    described->kind = described->kind || strcmp(key, "kind") == 0;
    described->zones = described->zones || strcmp(key, "zones") == 0;
}

static void service_given(struct reader *reader)
{
    const char *code = story_word(reader, "a service");
    struct described described = {false, false};

    /* A story tells what matters: who is not heard of meanwhile is not stale (R16). */
    story_setting(reader, "44640", "silence/*");
    while (reader->at < reader->count) {
        const char *keys[2] = {NULL, NULL}, *values[2] = {NULL, NULL};
        int count = phrase_said(reader, keys, values);

        for (int i = 0; i < count; i++) {
            story_setting(reader, values[i], "services/%s/%s", code, keys[i]);
            note(&described, keys[i]);
        }
    }
    if (described.kind && !described.zones)
        story_setting(reader, "all", "services/%s/zones", code);
}

const char *story_service_declared(struct reader *reader)
{
    char *text = story_keep(reader, VALUE_SIZE);
    struct described described = {false, false};
    size_t used = 0;

    while (reader->at < reader->count) {
        const char *keys[2] = {NULL, NULL}, *values[2] = {NULL, NULL};
        int count = phrase_said(reader, keys, values);

        for (int i = 0; i < count && used < VALUE_SIZE; i++) {
            used += (size_t)snprintf(text + used, VALUE_SIZE - used, "%s%s=%s",
                used == 0 ? "" : "\n", keys[i], values[i]);
            note(&described, keys[i]);
        }
    }
    if (described.kind && !described.zones && used < VALUE_SIZE)
        used += (size_t)snprintf(text + used, VALUE_SIZE - used, "\nzones=all");
    if (used >= VALUE_SIZE)
        story_wrong(reader, "a declaration that is too long");
    return text;
}

bool story_routing_given(struct reader *reader)
{
    if (story_take(reader, "service")) {
        service_given(reader);
    } else if (story_take(reader, "mode")) {
        story_setting(reader, story_word(reader, "a mode"), "routing/mode");
    } else if (story_take(reader, "automation for")) {
        story_setting(reader, story_list(reader), "routing/automation");
    } else if (story_take(reader, "setting")) {
        const char *key = story_word(reader, "a key");

        story_setting(reader, story_word(reader, "a value"), "%s", key);
    } else {
        return false;
    }
    if (reader->at < reader->count)
        story_wrong(reader, "'%s' is not understood", story_peek(reader));
    return true;
}
