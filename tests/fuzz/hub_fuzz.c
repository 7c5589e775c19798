/*
 * What feeds and people say of referrals, services and offers, in any order and however wrong: each
 * is taken or refused in words, units held stay those of what is live, what the engine decides
 * comes to an end, and the same records give the same state by the same decisions.
 *
 * The input is JSON, one value after the other: events, decisions of people (with "decision"), and
 * numbers: so many minutes pass.  There are three services to begin with.
 */
#include <stdlib.h>

#include "codec/cloudevents/cloudevents.h"
#include "codec/cloudevents/text.h"
#include "fuzz.h"
#include "homeward/record.h"
#include "homeward/routing.h"
#include "runtime/memory.h"

#define MUST(fact) ((fact) ? (void)0 : abort())

enum {
    VALUES_MAX = 64,
    DECISIONS_MAX = 2000, /* for one cause */
    JOURNAL_SIZE = 4 << 20,
    PASSING_MAX = 60 * 24 * 60, /* minutes */
    TICKS_MAX = 200             /* the first of those that fall due in that time */
};

static uint8_t journal[JOURNAL_SIZE], scratch[HW_CE_SCRATCH_SIZE];
static size_t used;
static uint64_t sequence;
static int64_t now_ms;
static struct hw_engine *engine;

static struct hw_engine *engine_new(void)
{
    struct hw_engine_options options = {.memory = hw_memory_system(),
        .limits = hw_limits_default(),
        .hash_key = {1, 2},
        .dedupe_ms = 35 * HW_DAY_MS,
        .history_open_ms = 90 * HW_DAY_MS};
    struct hw_engine *made = NULL;

    options.limits.message_ids = 1 << 10;
    MUST(hw_engine_new(&options, &made) == HW_OK);
    return made;
}

/* False: the journal is full, which ends the story. */
static bool apply(const struct hw_event *event)
{
    size_t size =
        hw_record_encode(event, sequence + 1, now_ms, journal + used, JOURNAL_SIZE - used);

    if (size == 0)
        return false;
    sequence++;
    MUST(hw_engine_apply(engine, hw_slice_of(journal + used, size)) == HW_OK);
    MUST(hw_routing_holds(engine));
    used += size;
    return true;
}

static bool decide(void)
{
    const struct hw_event *decided;
    unsigned decisions = 0;

    while ((decided = hw_engine_decided(engine)) != NULL) {
        struct hw_event copy = *decided;

        MUST(++decisions < DECISIONS_MAX);
        if (!apply(&copy))
            return false;
    }
    return true;
}

static bool pass(int64_t ms)
{
    int64_t until_ms = now_ms + ms;

    for (unsigned ticks = 0; hw_engine_due_ms(engine) <= until_ms; ticks++) {
        struct hw_event tick;

        hw_event_init(&tick, HW_KIND_CLOCK_TICK);
        if (now_ms < hw_engine_due_ms(engine))
            now_ms = hw_engine_due_ms(engine);
        if (ticks >= TICKS_MAX)
            now_ms = until_ms; /* As after a stop: one tick for all that fell due. */
        if (!apply(&tick) || !decide())
            return false;
    }
    now_ms = until_ms;
    return true;
}

static bool set(const char *key, const char *value)
{
    struct hw_event event;

    hw_event_init(&event, HW_KIND_CONFIGURATION);
    hw_event_set_text(&event, HW_FIELD_CONFIGURATION_KEY, hw_slice_text(key));
    hw_event_set_text(&event, HW_FIELD_CONFIGURATION_VALUE, hw_slice_text(value));
    hw_event_finish(&event);
    return apply(&event) && decide();
}

static void begin(void)
{
    static const char *const settings[][2] = {
        {"services/HART/kind", "reablement"},
        {"services/HART/unit", "slots"},
        {"services/HART/zones", "all"},
        {"services/HART/capabilities", "personal_care;therapy"},
        {"services/HART/capacity", "2"},
        {"services/HART/auto_accept", "true"},
        {"services/LOT/kind", "home_care"},
        {"services/LOT/unit", "hours_per_week"},
        {"services/LOT/zones", "all"},
        {"services/LOT/capabilities", "personal_care;double_handed"},
        {"services/LOT/capacity", "40"},
        {"services/WARD/kind", "community_hospital"},
        {"services/WARD/unit", "beds"},
        {"services/WARD/zones", "all"},
        {"services/WARD/capabilities", "personal_care;nursing;bed"},
        {"services/WARD/capacity", "1"},
        {"routing/automation", "reablement"},
    };

    used = 0;
    sequence = 0;
    now_ms = INT64_C(1769414400000); /* 2026-01-26T08:00:00Z */
    engine = engine_new();
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        MUST(set(settings[i][0], settings[i][1]));
}

/* All of one message, then what follows from it. */
static bool tell(const json_t *json)
{
    static const struct hw_ce_options options;
    static struct hw_ce_reading reading;
    static struct hw_event event;

    if (json_object_get(json, "decision") != NULL)
        hw_ce_read_decision(&options, json, hw_slice_text("nurse"), now_ms, scratch, &reading);
    else
        hw_ce_read(&options, json, scratch, &reading);
    if (!reading.taken)
        return true;
    if (!pass(HW_SECOND_MS) || !apply(&reading.event))
        return false;
    for (unsigned i = 0; i < reading.more; i++) {
        hw_ce_more(&reading, json, i, &event);
        if (!apply(&event))
            return false;
    }
    return decide();
}

static bool hear(const json_t *json)
{
    if (json_is_integer(json))
        return pass(llabs(json_integer_value(json)) % PASSING_MAX * HW_MINUTE_MS);
    return tell(json);
}

/* The journal read again gives the same, by the same decisions. */
static void read_again(void)
{
    struct hw_engine *again = engine_new();
    struct hw_record_header header;

    for (size_t at = 0; at < used; at += header.size) {
        MUST(hw_record_header(hw_slice_of(journal + at, used - at), &header) == HW_OK);
        MUST(hw_engine_apply(again, hw_slice_of(journal + at, header.size)) == HW_OK);
    }
    MUST(hw_engine_decisions_differ(again) == 0);
    MUST(hw_hash_equal(hw_engine_state_digest(engine), hw_engine_state_digest(again)));
    hw_engine_free(again);
}

/* Engines are dear: what is no JSON to its end tells no story. */
static bool is_whole(struct hw_slice text)
{
    char words[HW_CE_TEXT_WORDS_SIZE];
    struct hw_slice bytes;
    json_t *json;

    for (;;) {
        switch (hw_ce_text_next(&text, &json, &bytes, words)) {
        case HW_CE_NEXT_END:
            return true;
        case HW_CE_NEXT_VALUE:
            json_decref(json);
            break;
        case HW_CE_NEXT_WRONG:
            return false;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hw_slice text = hw_slice_of(data, size), bytes;
    char words[HW_CE_TEXT_WORDS_SIZE];
    json_t *json;

    if (!is_whole(text))
        return 0;
    begin();
    for (unsigned i = 0; i < VALUES_MAX; i++) {
        bool goes_on;

        if (hw_ce_text_next(&text, &json, &bytes, words) != HW_CE_NEXT_VALUE)
            break;
        goes_on = hear(json);
        json_decref(json);
        if (!goes_on)
            break;
    }
    read_again();
    hw_engine_free(engine);
    return 0;
}
