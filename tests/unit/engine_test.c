/*
 * Goal: records in, figures out: what one small feed gives, and that replay gives it again.
 * Method: a handful of events through hw_engine_apply(), figures worked by hand.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "homeward/figures.h"
#include "runtime/memory.h"

static uint8_t journal[4 << 20];
static size_t journal_size;
static uint64_t sequence;

static struct hw_engine *make(void)
{
    struct hw_limits limits = hw_limits_default();
    struct hw_engine_options options = {.memory = hw_memory_system(),
        .hash_key = {1, 2},
        .dedupe_ms = 35 * HW_DAY_MS,
        .history_open_ms = 90 * HW_DAY_MS};
    struct hw_engine *engine = NULL;

    limits.message_ids = 1 << 16;
    options.limits = limits;
    cr_assert(eq(int, hw_engine_new(&options, &engine), HW_OK));
    journal_size = 0;
    sequence = 0;
    return engine;
}

static int64_t at(const char *text)
{
    struct hw_time time;

    cr_assert(eq(int, hw_time_parse_iso(hw_slice_text(text), &time), HW_OK));
    return time.start_ms;
}

static void submit(struct hw_engine *engine, struct hw_event *event, int64_t accepted_ms)
{
    size_t size;

    while (hw_engine_due_ms(engine) <= accepted_ms && hw_engine_sequence(engine) > 0) {
        struct hw_event tick;

        hw_event_init(&tick, HW_KIND_CLOCK_TICK);
        size = hw_record_encode(
            &tick, ++sequence, accepted_ms, journal + journal_size, sizeof journal - journal_size);
        cr_assert(
            eq(int, hw_engine_apply(engine, hw_slice_of(journal + journal_size, size)), HW_OK));
        journal_size += size;
    }
    size = hw_record_encode(
        event, ++sequence, accepted_ms, journal + journal_size, sizeof journal - journal_size);
    cr_assert(ne(sz, size, 0));
    cr_assert(eq(int, hw_engine_apply(engine, hw_slice_of(journal + journal_size, size)), HW_OK));
    journal_size += size;
}

static struct hw_event said(enum hw_kind kind, const char *when, const char *control_id)
{
    struct hw_event event;

    hw_event_init(&event, kind);
    event.happened = event.recorded = event.sent = hw_time_at(at(when));
    event.control_id = hw_slice_text(control_id);
    event.organisation = hw_slice_text("RWE");
    event.source = hw_slice_text("RWE/PAS");
    hw_event_add_identifier(
        &event, HW_IDENTIFIER_NHS, hw_slice_text(""), hw_slice_text("9990000018"));
    hw_event_add_identifier(
        &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text("S100"));
    event.visit.authority = hw_slice_text("RWE");
    event.visit.number = hw_slice_text("V1");
    return event;
}

static void feed(struct hw_engine *engine)
{
    struct hw_event event = said(HW_KIND_SPELL_ADMITTED, "2026-03-02T09:00:00Z", "1");

    hw_event_set_text(&event, HW_FIELD_SITE, hw_slice_text("RWEAA"));
    hw_event_set_text(&event, HW_FIELD_WARD, hw_slice_text("W1"));
    hw_event_set_text(&event, HW_FIELD_CLASS, hw_slice_text("I"));
    hw_event_finish(&event);
    submit(engine, &event, at("2026-03-02T09:00:01Z"));

    event = said(HW_KIND_SPELL_UPDATED, "2026-03-03T10:00:00Z", "2");
    hw_event_set_bool(&event, HW_FIELD_MEETS, false);
    hw_event_set_text(&event, HW_FIELD_PATHWAY, hw_slice_text("P1"));
    hw_event_set_text(&event, HW_FIELD_REASON, hw_slice_text("E"));
    hw_event_set_text(&event, HW_FIELD_RESPONSIBLE, hw_slice_text("SC"));
    hw_event_finish(&event);
    submit(engine, &event, at("2026-03-03T10:00:01Z"));
}

Test(engine, ready_hours_of_one_feed)
{
    struct hw_engine *engine = make();
    struct hw_figures figures;
    struct hw_reason_row reasons[4];
    struct hw_event event;

    feed(engine);
    hw_figures_total(engine, at("2026-03-03T12:00:00Z"), &figures);
    cr_expect(eq(i64, figures.in_hospital, 1));
    cr_expect(eq(i64, figures.ready, 1));
    cr_expect(eq(i64, figures.ready_ms, 2 * HW_HOUR_MS));
    cr_expect(eq(i64, figures.delayed, 0));
    cr_expect(eq(i64, figures.by_pathway[HW_P1], 1));
    cr_expect(eq(i64, figures.admitted_today, 0));

    /* Discharged on the fourth, which was cancelled after midnight. */
    event = said(HW_KIND_SPELL_DISCHARGED, "2026-03-04T23:50:00Z", "3");
    hw_event_finish(&event);
    submit(engine, &event, at("2026-03-04T23:50:01Z"));
    hw_figures_total(engine, at("2026-03-04T23:50:01Z"), &figures);
    cr_expect(eq(i64, figures.in_hospital, 0));
    cr_expect(eq(i64, figures.discharged_today, 1));
    event = said(HW_KIND_SPELL_DISCHARGE_CANCELLED, "2026-03-05T00:40:00Z", "4");
    hw_event_finish(&event);
    submit(engine, &event, at("2026-03-05T00:40:00Z"));
    hw_figures_total(engine, at("2026-03-05T12:00:00Z"), &figures);
    cr_expect(eq(i64, figures.in_hospital, 1));
    cr_expect(eq(i64, figures.ready_ms, 50 * HW_HOUR_MS));
    cr_expect(eq(i64, figures.ready_today_ms, 12 * HW_HOUR_MS));
    cr_expect(eq(i64, figures.delayed, 1));
    cr_expect(eq(i64, figures.delayed_days, 2));
    cr_expect(eq(i64, figures.discharged_today, 0));
    cr_assert(eq(u32, hw_figures_reasons(engine, 0, at("2026-03-05T12:00:00Z"), reasons, 4), 1));
    cr_expect(hw_slice_is(reasons[0].reason, "E"));
    cr_expect(hw_slice_is(reasons[0].responsible, "SC"));
    cr_expect(eq(i64, reasons[0].people, 1));
    cr_expect(eq(i64, reasons[0].ms, 50 * HW_HOUR_MS));
    hw_engine_free(engine);
}

/* A statement that its source may not make is in the journal and in the duplicate window. */
Test(engine, what_may_not_be_asserted_has_no_effect)
{
    struct hw_engine *engine = make();
    struct hw_figures figures;
    struct hw_event event;
    uint64_t known;

    feed(engine);
    event = said(HW_KIND_SPELL_DISCHARGED, "2026-03-03T11:00:00Z", "3");
    event.flags = HW_FLAG_NOT_ASSERTED;
    event.message_id_hash = hw_hash_bytes(hw_slice_text("id"));
    event.message_hash = hw_hash_bytes(hw_slice_text("content"));
    hw_event_finish(&event);
    submit(engine, &event, at("2026-03-03T11:00:01Z"));
    hw_figures_total(engine, at("2026-03-03T12:00:00Z"), &figures);
    cr_expect(eq(i64, figures.in_hospital, 1));
    cr_expect(eq(i64, figures.ready, 1));
    cr_expect(eq(i64, figures.discharged_today, 0));
    cr_expect(eq(u64, hw_engine_sequence(engine), sequence));
    cr_expect(eq(int,
        hw_engine_seen(
            engine, event.message_id_hash, event.message_hash, at("2026-03-03T11:00:02Z"), &known),
        HW_SEEN_DUPLICATE));
    cr_expect(eq(u64, known, sequence));

    /* The same statement from a source that may make it counts. */
    event.flags = 0;
    event.message_id_hash = hw_hash_bytes(hw_slice_text("another id"));
    submit(engine, &event, at("2026-03-03T11:00:03Z"));
    hw_figures_total(engine, at("2026-03-03T12:00:00Z"), &figures);
    cr_expect(eq(i64, figures.in_hospital, 0));
    cr_expect(eq(i64, figures.discharged_today, 1));
    hw_engine_free(engine);
}

Test(engine, replay_and_images_give_the_same_state)
{
    struct hw_engine *engine = make(), *again, *loaded;
    struct hw_hash state, history;
    size_t size;

    feed(engine);
    size = journal_size;
    state = hw_engine_state_digest(engine);
    history = hw_engine_history_digest(engine);
    again = make();
    for (size_t i = 0; i < size;) {
        struct hw_record_header header;

        cr_assert(eq(int, hw_record_header(hw_slice_of(journal + i, size - i), &header), HW_OK));
        cr_assert(eq(int, hw_engine_apply(again, hw_slice_of(journal + i, header.size)), HW_OK));
        i += header.size;
    }
    cr_expect(hw_hash_equal(hw_engine_state_digest(again), state));
    cr_expect(hw_hash_equal(hw_engine_history_digest(again), history));
    loaded = make();
    for (uint32_t part = 0; part < hw_engine_image_count(engine); part++)
        cr_assert(
            eq(int, hw_engine_image_load(loaded, part, hw_engine_image_part(engine, part)), HW_OK));
    cr_assert(eq(int, hw_engine_image_end(loaded), HW_OK));
    cr_expect(hw_hash_equal(hw_engine_state_digest(loaded), state));
    hw_engine_free(engine);
    hw_engine_free(again);
    hw_engine_free(loaded);
}

/*
 * The history digest is of what was said, not of who counts it: the same constant for every
 * compiler, optimisation and layout of records.  It changes with HW_RULES_VERSION only.
 */
Test(engine, the_history_digest_is_the_same_everywhere)
{
    struct hw_engine *engine = make();
    struct hw_hash history;

    feed(engine);
    history = hw_engine_history_digest(engine);
    cr_expect(eq(u64, history.low, UINT64_C(0x83b058be7856a069)));
    cr_expect(eq(u64, history.high, UINT64_C(0x9f81afc26f89c72c)));
    hw_engine_free(engine);
}

Test(engine, references_carry_their_check)
{
    const uint64_t samples[] = {1, 31, 32, 1234567, UINT64_MAX};
    char text[HW_REFERENCE_TEXT_SIZE];

    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        uint64_t back = 0;

        hw_reference_format('S', samples[i], text);
        cr_expect(eq(int, hw_reference_parse(hw_slice_text(text), 'S', &back), HW_OK), "%s", text);
        cr_expect(eq(u64, back, samples[i]));
        text[1] = text[1] == 'Z' ? 'Y' : 'Z';
        cr_expect(
            eq(int, hw_reference_parse(hw_slice_text(text), 'S', &back), HW_E_INVALID), "%s", text);
    }
}

/* A child's stays count in no figure until the birth date is put right: then all do at once. */
static void say_born(
    struct hw_engine *engine, const char *born, const char *when, const char *accepted)
{
    struct hw_event event = said(HW_KIND_PERSON_UPDATED, when, "born");

    hw_event_set_born(&event, hw_time_at(at(born)));
    hw_event_finish(&event);
    submit(engine, &event, at(accepted));
}

Test(engine, many_rows_at_once)
{
    enum { STAYS = 400 };
    struct hw_engine *engine = make();
    struct hw_figures figures;

    say_born(engine, "2020-01-01T00:00:00Z", "2026-03-01T09:00:00Z", "2026-03-01T09:00:00Z");
    for (int i = 0; i < STAYS; i++) {
        struct hw_event event = said(HW_KIND_SPELL_ADMITTED, "2026-03-02T09:00:00Z", "1");
        char visit[16], code[16];

        snprintf(visit, sizeof visit, "V%d", i);
        snprintf(code, sizeof code, "C%d", i);
        event.visit.number = hw_slice_text(visit);
        hw_event_set_text(&event, HW_FIELD_SITE, hw_slice_text(code));
        hw_event_set_text(&event, HW_FIELD_WARD, hw_slice_text(code));
        hw_event_finish(&event);
        submit(engine, &event, at("2026-03-10T09:00:00Z"));
    }
    say_born(engine, "1950-01-01T00:00:00Z", "2026-03-03T09:00:00Z", "2026-03-10T09:00:00Z");
    hw_figures_total(engine, at("2026-03-10T09:00:00Z"), &figures);
    cr_expect(eq(i64, figures.in_hospital, 1));
    hw_engine_free(engine);
}

Test(engine, many_accounts_at_once)
{
    enum { REASONS = 1500 };
    struct hw_engine *engine = make();
    struct hw_figures figures;
    int64_t start = at("2026-03-03T00:00:00Z");

    say_born(engine, "2020-01-01T00:00:00Z", "2026-03-01T09:00:00Z", "2026-03-01T09:00:00Z");
    feed(engine);
    for (int i = 0; i < REASONS; i++) {
        struct hw_event event = said(HW_KIND_SPELL_UPDATED, "2026-03-03T00:00:00Z", "2");
        char code[16];

        snprintf(code, sizeof code, "Q%d", i);
        event.happened = event.recorded = event.sent =
            hw_time_at(start + (i + 1440) * HW_MINUTE_MS);
        hw_event_set_text(&event, HW_FIELD_REASON, hw_slice_text(code));
        hw_event_finish(&event);
        submit(engine, &event, at("2026-03-10T09:00:00Z"));
    }
    say_born(engine, "1950-01-01T00:00:00Z", "2026-03-03T09:00:00Z", "2026-03-10T09:00:00Z");
    hw_figures_total(engine, at("2026-03-10T09:00:00Z"), &figures);
    cr_expect(eq(i64, figures.ready, 1));
    hw_engine_free(engine);
}

/* Each event by its number, in the order given: the same history whatever the order (R0). */
static struct hw_hash history_of(
    void (*say)(struct hw_engine *engine, int number), const int *order)
{
    struct hw_engine *engine = make();
    struct hw_hash history;

    for (int i = 0; i < 4; i++)
        say(engine, order[i]);
    history = hw_engine_history_digest(engine);
    hw_engine_free(engine);
    return history;
}

static struct hw_event said_of(enum hw_kind kind, const char *when, const char *id)
{
    struct hw_event event = said(kind, when, when);

    event.identifiers_count = 0;
    hw_event_add_identifier(&event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(id));
    event.visit.number = (struct hw_slice){0};
    event.message_hash = hw_hash_bytes(hw_slice_text(when));
    return event;
}

static void say_moved(struct hw_engine *engine, int number)
{
    static const char *const times[] = {"2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z",
        "2026-03-02T11:00:00Z", "2026-03-02T12:00:00Z"};
    bool moves = number == 2;
    struct hw_event event = said_of(moves ? HW_KIND_IDENTIFIER_MOVED : HW_KIND_PERSON_UPDATED,
        times[number], moves ? "S300" : "S100");

    if (moves)
        hw_event_add_retired(
            &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text("S200"));
    else if (number > 0)
        hw_event_add_identifier(
            &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text("S200"));
    hw_event_finish(&event);
    submit(engine, &event, at("2026-03-02T13:00:00Z"));
}

static void say_restricted(struct hw_engine *engine, int number)
{
    static const char *const times[] = {"2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z",
        "2026-03-02T11:00:00Z", "2026-03-02T12:00:00Z"};
    struct hw_event event = said_of(number == 0 ? HW_KIND_PERSON_LINKED : HW_KIND_SPELL_ADMITTED,
        times[number], number == 2 ? "S200" : "S100");

    if (number == 0) {
        hw_event_add_retired(
            &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text("S200"));
    } else {
        event.visit.number = hw_slice_text(number == 2 ? "V2" : "V1");
        hw_event_set_bool(&event, HW_FIELD_RESTRICTED, number != 2);
    }
    hw_event_finish(&event);
    submit(engine, &event, at("2026-03-02T13:00:00Z"));
}

Test(engine, what_is_said_again_may_change_who_is_whom)
{
    static const int first[] = {0, 1, 2, 3}, second[] = {0, 3, 2, 1}, third[] = {0, 1, 3, 2};

    cr_expect(hw_hash_equal(history_of(say_moved, first), history_of(say_moved, second)));
    cr_expect(hw_hash_equal(history_of(say_moved, first), history_of(say_moved, third)));
    cr_expect(hw_hash_equal(history_of(say_restricted, first), history_of(say_restricted, second)));
    cr_expect(hw_hash_equal(history_of(say_restricted, first), history_of(say_restricted, third)));
}

/*
 * A number that very many carry makes a family larger than is looked at: who is left out is a
 * person alone, the same ones in any order of arrival, and it shows.
 */
static struct hw_engine *crowd(bool backwards)
{
    enum { PEOPLE = 700 };
    struct hw_engine *engine = make();

    for (int i = 0; i < PEOPLE; i++) {
        struct hw_event event;
        char id[16], visit[16];
        int number = backwards ? PEOPLE - i : i + 1;

        snprintf(id, sizeof id, "S%d", number);
        snprintf(visit, sizeof visit, "V%d", number);
        hw_event_init(&event, HW_KIND_SPELL_ADMITTED);
        event.happened = event.recorded = event.sent = hw_time_at(at("2026-03-02T09:00:00Z"));
        event.control_id = hw_slice_text(id);
        event.organisation = hw_slice_text("RWE");
        event.visit.authority = hw_slice_text("RWE");
        event.visit.number = hw_slice_text(visit);
        hw_event_add_identifier(
            &event, HW_IDENTIFIER_NHS, hw_slice_text(""), hw_slice_text("9990000018"));
        hw_event_add_identifier(
            &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(id));
        hw_event_finish(&event);
        submit(engine, &event, at("2026-03-02T09:00:01Z"));
    }
    return engine;
}

Test(engine, a_number_that_very_many_carry)
{
    struct hw_engine *engine = crowd(false), *again;
    struct hw_hash history = hw_engine_history_digest(engine);
    uint64_t findings[HW_FINDING_COUNT];
    struct hw_figures figures;

    hw_figures_total(engine, at("2026-03-02T09:00:01Z"), &figures);
    hw_findings_count(engine, findings);
    cr_expect(ge(i64, figures.in_hospital, 700 - 512));
    cr_expect(lt(i64, figures.in_hospital, 700));
    cr_expect(gt(u64, findings[HW_FINDING_TOO_MANY_FACTS], 0));
    hw_engine_free(engine);
    again = crowd(true);
    cr_expect(hw_hash_equal(hw_engine_history_digest(again), history));
    hw_engine_free(again);
}

/* A sender whose control ids never change costs no more than any other; its messages are taken. */
Test(engine, one_control_id_for_very_many_messages)
{
    struct hw_engine *engine = make();
    struct hw_hash id = {7, 7}, first = {1, 1}, last = {0, 0};
    int64_t now = at("2026-03-02T09:00:01Z");
    uint64_t sequence_seen = 0;

    for (uint64_t i = 1; i <= 200; i++) {
        struct hw_event event = said(HW_KIND_SPELL_UPDATED, "2026-03-02T09:00:00Z", "1");

        hw_event_finish(&event);
        event.message_id_hash = id;
        event.message_hash = last = (struct hw_hash){i, i};
        submit(engine, &event, now);
    }
    cr_expect(eq(int, hw_engine_seen(engine, id, first, now, &sequence_seen), HW_SEEN_DUPLICATE));
    cr_expect(eq(u64, sequence_seen, 1));
    cr_expect(eq(int, hw_engine_seen(engine, id, last, now, &sequence_seen), HW_SEEN_REUSED));
    cr_expect(eq(u64, hw_engine_sequence(engine), 200));
    hw_engine_free(engine);
}

/* Two messages alike in time and control id, which say different councils: of a person's stay, or
 * (without a visit) of the person alone. */
static struct hw_hash two_councils(bool stay, const char *first, const char *second)
{
    struct hw_engine *engine = make();
    const char *councils[] = {first, second};
    struct hw_hash history;

    feed(engine);
    for (size_t i = 0; i < 2; i++) {
        struct hw_event event = said(
            stay ? HW_KIND_SPELL_UPDATED : HW_KIND_PERSON_UPDATED, "2026-03-03T11:00:00Z", "3");

        if (!stay)
            event.visit = (struct hw_visit){.hash = {0}};
        hw_event_set_text(&event, HW_FIELD_COUNCIL, hw_slice_text(councils[i]));
        hw_event_finish(&event);
        submit(engine, &event, at("2026-03-03T11:00:01Z"));
    }
    history = hw_engine_history_digest(engine);
    hw_engine_free(engine);
    return history;
}

Test(engine, one_control_id_and_moment_for_two_councils)
{
    for (int stay = 0; stay < 2; stay++)
        cr_expect(
            hw_hash_equal(two_councils(stay, "509", "510"), two_councils(stay, "510", "509")));
}
