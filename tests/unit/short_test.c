/*
 * Goal: the short cut is taken where the table of short.h says so, nowhere else, and gives what the
 *       whole fold gives.
 * Method: one update after a story, for each row of the table; options.check_short_cuts folds the
 *         stay anew at each short cut and asserts that nothing differs.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "core/stays/short.h"
#include "core/stays/stay.h"
#include "homeward/figures.h"
#include "runtime/memory.h"

/* What happened before the update. */
enum {
    ADMITTED = 1,
    DISCHARGED = 2,
    READY = 4,
    UPDATED = 8,
    BARE = 16,
    TWO_KEYS = 32,
    UNSAID = 64
};

/* What the update says; an hour after all else unless it is late. */
enum {
    EXPECTED = 1,
    EXPECTED_FAR = 2,
    EXPECTED_NONE = 4,
    ADMITTED_SAME = 8,
    ADMITTED_OTHER = 16,
    DISCHARGED_AT = 32,
    PATHWAY_SAME = 64,
    PATHWAY_OTHER = 128,
    SPECIALTY_SAME = 256,
    SPECIALTY_OTHER = 512,
    PLACE = 1024,
    DESTINATION = 2048,
    AHEAD = 4096,
    PATHWAY_NONE = 8192,
    DISCHARGED_AHEAD = 16384,
};

static const struct {
    const char *name;
    unsigned before, says;
    bool is_short;
} rows[] = {
    {"another expected discharge", ADMITTED, EXPECTED, true},
    {"an expected discharge withdrawn", ADMITTED | UPDATED, EXPECTED_NONE, true},
    {"expected beyond what rows count has a timer", ADMITTED, EXPECTED_FAR, false},
    {"the moment of the admission again", ADMITTED, ADMITTED_SAME | EXPECTED, true},
    {"a corrected admission", ADMITTED, ADMITTED_OTHER, false},
    {"a discharge time where none was said", ADMITTED, DISCHARGED_AT, true},
    {"a discharge time far ahead is a finding", ADMITTED, DISCHARGED_AHEAD, false},
    {"a corrected discharge", ADMITTED | DISCHARGED, DISCHARGED_AT, false},
    {"the admission again after the discharge", ADMITTED | DISCHARGED, ADMITTED_SAME, false},
    {"expected after the discharge", ADMITTED | DISCHARGED, EXPECTED, true},
    {"a destination", ADMITTED | DISCHARGED, DESTINATION, true},
    {"the same pathway while ready", ADMITTED | READY, PATHWAY_SAME, true},
    {"another pathway while ready", ADMITTED | READY, PATHWAY_OTHER, false},
    {"a pathway cleared while ready", ADMITTED | READY, PATHWAY_NONE, false},
    {"another pathway where nobody is ready", ADMITTED | UPDATED, PATHWAY_OTHER, true},
    {"a pathway cleared where nobody is ready", ADMITTED | UPDATED, PATHWAY_NONE, true},
    {"the same specialty", ADMITTED | UPDATED, SPECIALTY_SAME, true},
    {"another specialty", ADMITTED | UPDATED, SPECIALTY_OTHER, false},
    {"a place, which movements own", ADMITTED, PLACE, true},
    {"dated too far ahead", ADMITTED, EXPECTED | AHEAD, false},
    {"an admission that nobody said", UNSAID, EXPECTED, false},
    {"something said of the visit alone", ADMITTED | BARE, EXPECTED, false},
    {"two keys of one stay", ADMITTED | TWO_KEYS, EXPECTED, false},
};

struct told {
    struct hw_engine *engine;
    uint64_t sequence;
    int64_t now_ms;
};

static struct told told_new(void)
{
    struct hw_engine_options options = {.limits = hw_limits_default(),
        .memory = hw_memory_system(),
        .hash_key = {1, 2},
        .dedupe_ms = HW_DAY_MS,
        .history_open_ms = 90 * HW_DAY_MS,
        .check_short_cuts = true};
    struct told told = {.now_ms = hw_london_midnight(hw_day_from_civil(2026, 3, 2))};

    options.limits.message_ids = 1 << 12;
    cr_assert(eq(int, hw_engine_new(&options, &told.engine), HW_OK));
    return told;
}

static struct hw_event said(struct told *told, enum hw_kind kind)
{
    static char control[16];
    struct hw_event event;

    told->now_ms += HW_HOUR_MS;
    snprintf(control, sizeof control, "C%u", (unsigned)told->sequence);
    hw_event_init(&event, kind);
    event.happened = event.recorded = event.sent = hw_time_at(told->now_ms);
    event.control_id = hw_slice_text(control);
    event.organisation = hw_slice_text("RWE");
    event.source = hw_slice_text("RWE/PAS");
    hw_event_add_identifier(&event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text("S1"));
    event.visit.authority = hw_slice_text("RWE");
    event.visit.number = hw_slice_text("V1");
    return event;
}

static void tell(struct told *told, struct hw_event *event)
{
    static uint64_t record[HW_RECORD_SIZE_MAX / sizeof(uint64_t)];
    size_t size;

    hw_event_finish(event);
    size =
        hw_record_encode(event, ++told->sequence, told->now_ms, (uint8_t *)record, sizeof record);
    cr_assert(eq(int, hw_engine_apply(told->engine, hw_slice_of(record, size)), HW_OK));
}

static void text(struct hw_event *event, enum hw_field field, const char *value)
{
    hw_event_set_text(event, field, hw_slice_text(value));
}

static void tell_before(struct told *told, unsigned before)
{
    struct hw_event event = said(told, HW_KIND_SPELL_ADMITTED);

    if (before & UNSAID)
        event.kind = HW_KIND_SPELL_MOVED;
    else
        hw_event_set_time(&event, HW_FIELD_ADMITTED_AT, event.happened);
    text(&event, HW_FIELD_CLASS, "I");
    text(&event, HW_FIELD_SITE, "RWEAA");
    tell(told, &event);
    if (before & (UPDATED | READY)) {
        event = said(told, HW_KIND_SPELL_UPDATED);
        text(&event, HW_FIELD_PATHWAY, "P1");
        text(&event, HW_FIELD_SPECIALTY, "300");
        hw_event_set_time(&event, HW_FIELD_EXPECTED_DISCHARGE, event.happened);
        if (before & READY)
            hw_event_set_bool(&event, HW_FIELD_MEETS, false);
        tell(told, &event);
    }
    if (before & BARE) {
        event = said(told, HW_KIND_SPELL_UPDATED);
        event.identifiers_count = 0;
        text(&event, HW_FIELD_SPECIALTY, "300");
        tell(told, &event);
    }
    if (before & TWO_KEYS) {
        event = said(told, HW_KIND_SPELL_UPDATED);
        event.identifiers_count = 0;
        hw_event_add_identifier(
            &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text("S2"));
        text(&event, HW_FIELD_SPECIALTY, "300");
        tell(told, &event);
        event = said(told, HW_KIND_PERSON_MERGED);
        hw_event_add_retired(
            &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text("S2"));
        tell(told, &event);
    }
    if (before & DISCHARGED) {
        event = said(told, HW_KIND_SPELL_DISCHARGED);
        tell(told, &event);
    }
}

static struct hw_event update(struct told *told, unsigned says)
{
    struct hw_event event = said(told, HW_KIND_SPELL_UPDATED);
    int64_t admitted_ms = hw_london_midnight(hw_day_from_civil(2026, 3, 2)) + HW_HOUR_MS;

    if (says & (EXPECTED | EXPECTED_FAR))
        hw_event_set_time(&event, HW_FIELD_EXPECTED_DISCHARGE,
            hw_time_at(told->now_ms + (says & EXPECTED ? 3 : 40) * HW_DAY_MS));
    if (says & EXPECTED_NONE)
        hw_event_clear(&event, HW_FIELD_EXPECTED_DISCHARGE);
    if (says & (ADMITTED_SAME | ADMITTED_OTHER))
        hw_event_set_time(&event, HW_FIELD_ADMITTED_AT,
            hw_time_at(admitted_ms - (says & ADMITTED_OTHER ? HW_MINUTE_MS : 0)));
    if (says & (DISCHARGED_AT | DISCHARGED_AHEAD))
        hw_event_set_time(&event, HW_FIELD_DISCHARGED_AT,
            hw_time_at(told->now_ms + (says & DISCHARGED_AHEAD ? 3 * HW_DAY_MS : 0)));
    if (says & (PATHWAY_SAME | PATHWAY_OTHER))
        text(&event, HW_FIELD_PATHWAY, says & PATHWAY_SAME ? "P1" : "P2");
    if (says & PATHWAY_NONE)
        hw_event_clear(&event, HW_FIELD_PATHWAY);
    if (says & (SPECIALTY_SAME | SPECIALTY_OTHER))
        text(&event, HW_FIELD_SPECIALTY, says & SPECIALTY_SAME ? "300" : "420");
    if (says & PLACE)
        text(&event, HW_FIELD_WARD, "W9");
    if (says & DESTINATION)
        text(&event, HW_FIELD_DESTINATION, "54");
    if (says & AHEAD)
        event.happened = hw_time_at(told->now_ms + 3 * HW_DAY_MS);
    hw_event_finish(&event);
    return event;
}

static void wait_until(struct told *told, int64_t ms)
{
    told->now_ms = ms;
    while (hw_engine_due_ms(told->engine) <= told->now_ms) {
        struct hw_event tick;

        hw_event_init(&tick, HW_KIND_CLOCK_TICK);
        tell(told, &tick);
    }
}

Test(short_cut, is_taken_where_the_table_says)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct told told = told_new();
        struct hw_fact facts[HW_FACTS_PER_EVENT_MAX];
        struct hw_event event;

        tell_before(&told, rows[i].before);
        event = update(&told, rows[i].says);
        cr_assert(eq(u32, hw_facts_of_event(told.engine, &event, facts), 1), "%s", rows[i].name);
        facts[0].stay = 1;
        cr_assert(eq(int, hw_stay_add_fact(told.engine, 1, 1, &facts[0]), HW_LIST_LAST));
        cr_expect(hw_short_cut(told.engine, 1, &facts[0]) == rows[i].is_short, "%s", rows[i].name);
        hw_engine_free(told.engine);
    }
}

/* Through the door: what was said late, twice, or of another council is folded; figures are right.
 */
Test(short_cut, an_expected_day_moves_from_row_to_row)
{
    struct told told = told_new();
    struct hw_figures figures;
    int64_t ms;

    tell_before(&told, ADMITTED);
    ms = told.now_ms;
    for (int day = 0; day < 60; day++) {
        struct hw_event event = said(&told, HW_KIND_SPELL_UPDATED);

        event.happened = hw_time_at(told.now_ms - (day % 7 == 3 ? 2 * HW_HOUR_MS : 0));
        hw_event_set_time(
            &event, HW_FIELD_EXPECTED_DISCHARGE, hw_time_at(ms + (int64_t)(day % 45) * HW_DAY_MS));
        text(&event, HW_FIELD_COUNCIL, day % 5 == 4 ? "508" : "509");
        wait_until(&told, told.now_ms);
        tell(&told, &event);
    }
    /* The last to come happened before the one before it, which said day 58 - 45. */
    hw_figures_total(told.engine, told.now_ms, &figures);
    cr_expect(eq(i64, figures.in_hospital, 1));
    cr_expect(eq(i64, figures.expected_today, 0));
    wait_until(&told, ms + 13 * HW_DAY_MS);
    hw_figures_total(told.engine, told.now_ms, &figures);
    cr_expect(eq(i64, figures.expected_today, 1));
    hw_engine_free(told.engine);
}

/* PID-30 N in every message withdraws no death; withdrawn, one that was said goes. */
Test(short_cut, not_dead_is_news_only_after_a_death)
{
    struct told told = told_new();
    struct hw_figures figures;

    tell_before(&told, ADMITTED);
    for (int said_dead = 0; said_dead < 2; said_dead++)
        for (int i = 0; i < 5; i++) {
            struct hw_event event = said(&told, HW_KIND_SPELL_UPDATED);
            bool dead = said_dead && i == 2;

            hw_event_set_bool(&event, HW_FIELD_DIED, dead);
            tell(&told, &event);
            hw_figures_total(told.engine, told.now_ms, &figures);
            cr_expect(eq(i64, figures.in_hospital, !dead));
        }
    hw_engine_free(told.engine);
}

/* What is kept of somebody whose stays are sealed does not grow with what was said again. */
Test(short_cut, sealing_keeps_of_a_person_what_changed)
{
    struct told told = told_new();
    struct hw_event event;

    tell_before(&told, ADMITTED);
    for (int i = 0; i < 20; i++) {
        event = said(&told, HW_KIND_SPELL_UPDATED);
        text(&event, HW_FIELD_COUNCIL, i < 10 ? "508" : "509");
        text(&event, HW_FIELD_ZONE, "N");
        hw_event_set_bool(&event, HW_FIELD_DIED, false);
        tell(&told, &event);
    }
    event = said(&told, HW_KIND_SPELL_DISCHARGED);
    tell(&told, &event);
    cr_expect(eq(u32, hw_list_count(told.engine, hw_identifier_at(told.engine, 1)->facts), 40));
    wait_until(&told, told.now_ms + 91 * HW_DAY_MS);
    cr_expect(eq(u32, hw_list_count(told.engine, hw_identifier_at(told.engine, 1)->facts), 4));
    cr_expect(eq(u32, hw_stay_at(told.engine, 1)->facts, 0));
    cr_expect(eq(u32, hw_stay_at(told.engine, 1)->open, 0));
    hw_engine_free(told.engine);
}

/* The fact that fills the list is the last one taken: the finding shows with it, not later. */
Test(short_cut, is_not_taken_by_the_fact_that_freezes_a_stay)
{
    struct told told = told_new();
    uint64_t *findings = &told.engine->root.findings[HW_FINDING_TOO_MANY_FACTS];
    uint32_t count;
    int64_t ms;

    told.engine->options.check_short_cuts = false; /* Each would fold all there are. */
    tell_before(&told, ADMITTED);
    ms = told.now_ms;
    while ((count = hw_list_count(told.engine, hw_stay_at(told.engine, 1)->facts)) <
        HW_LIST_FACTS_MAX) {
        struct hw_event event = said(&told, HW_KIND_SPELL_UPDATED);

        cr_assert(eq(u64, *findings, 0));
        told.now_ms = ms;
        event.happened = hw_time_at(ms + count);
        hw_event_set_time(&event, HW_FIELD_EXPECTED_DISCHARGE, hw_time_at(ms + HW_DAY_MS));
        tell(&told, &event);
    }
    cr_expect(eq(u64, *findings, 1));
    hw_engine_free(told.engine);
}

/* After a long silence thousands are due in one tick, and each list kept takes a block. */
Test(short_cut, one_tick_seals_any_number_of_people)
{
    enum { PEOPLE = 40000, UPDATES = 4 };
    struct told told = told_new();
    int64_t ms = told.now_ms;
    char id[16];

    for (int person = 0; person < PEOPLE; person++) {
        snprintf(id, sizeof id, "S%d", person);
        for (int i = 0; i < UPDATES + 2; i++) {
            struct hw_event event = said(&told,
                i == 0            ? HW_KIND_SPELL_ADMITTED
                    : i > UPDATES ? HW_KIND_SPELL_DISCHARGED
                                  : HW_KIND_SPELL_UPDATED);

            told.now_ms = ms;
            event.happened = hw_time_at(ms + i);
            event.identifiers_count = 0;
            hw_event_add_identifier(
                &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(id));
            event.visit.number = hw_slice_text(id);
            text(&event, HW_FIELD_ZONE, "N");
            tell(&told, &event);
        }
    }
    wait_until(&told, ms + 91 * HW_DAY_MS);
    for (uint32_t stay = 1; stay < told.engine->stays.count; stay++)
        cr_assert(hw_stay_at(told.engine, stay)->sealed);
    cr_expect(eq(u32, told.engine->stays.count, PEOPLE + 1));
    hw_engine_free(told.engine);
}

static void tell_of_person(struct told *told, int64_t ms, const char *zone, bool died)
{
    struct hw_event event = said(told, HW_KIND_PERSON_UPDATED);

    told->now_ms -= HW_HOUR_MS;
    event.visit = (struct hw_visit){0};
    event.happened = event.recorded = event.sent = hw_time_at(ms);
    text(&event, HW_FIELD_ZONE, zone);
    hw_event_set_bool(&event, HW_FIELD_DIED, died);
    tell(told, &event);
}

/* A death that was long withdrawn, told of after the seal, ends no later stay (R0, R7). */
Test(short_cut, what_comes_after_a_seal_does_not_outlast_what_was_said_later)
{
    for (int late = 0; late < 2; late++) {
        struct told told = told_new();
        int64_t ms = told.now_ms;
        struct hw_history history;
        struct hw_event event;

        tell_before(&told, ADMITTED);
        tell_of_person(&told, ms + 1, "A", false);
        if (!late)
            tell_of_person(&told, ms + 3, "B", true);
        tell_of_person(&told, ms + 5, "A", false);
        event = said(&told, HW_KIND_SPELL_DISCHARGED);
        tell(&told, &event);
        wait_until(&told, told.now_ms + 91 * HW_DAY_MS);
        if (late)
            tell_of_person(&told, ms + 3, "B", true);
        event = said(&told, HW_KIND_SPELL_ADMITTED);
        event.visit.number = hw_slice_text("V2");
        tell(&told, &event);
        cr_assert(eq(u32, hw_history_next(told.engine, 0, &history), 2));
        cr_expect(eq(int, history.end, HW_END_NONE));
        cr_expect(hw_slice_is(hw_engine_text(told.engine, history.zone), "A"));
        hw_engine_free(told.engine);
    }
}
