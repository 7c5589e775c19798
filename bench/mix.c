#include "mix.h"

#include "homeward/event.h"
#include "simulate/chance.h"

#include <stdio.h>
#include <stdlib.h>

enum kind { UPDATE, REVIEW, MOVE, ADMIT, DISCHARGE, CANCEL, MERGE };

/* In a thousand. */
static const uint16_t weights[] = {600, 120, 89, 90, 90, 10, 1};

enum { LATE = 5000, DOUBLED = 2000 };

struct person {
    uint32_t visit; /* 0: at home */
    uint32_t place; /* in present or absent */
    int64_t moved_ms;
    bool ready;
};

struct bench_mix {
    struct hw_sim_chance chance;
    struct person *persons;
    uint32_t *present, *absent;
    uint32_t people, present_count, absent_count, first, visit, merged;
    bool has_no_merges;
    int64_t now_ms, step_ms;
    uint64_t message;
    struct bench_mixed last;
    uint8_t *last_bytes;
    struct bench_mix_counts counts;
};

static void *need(void *memory)
{
    if (memory == NULL) {
        fputs("bench: out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

struct bench_mix *bench_mix_new(uint32_t people, uint64_t seed, int64_t step_ms)
{
    struct bench_mix *mix = need(calloc(1, sizeof *mix));

    hw_sim_chance_seed(&mix->chance, seed, 77);
    mix->people = people;
    mix->step_ms = step_ms;
    mix->persons = need(calloc(people, sizeof *mix->persons));
    mix->present = need(calloc(people, sizeof *mix->present));
    mix->absent = need(calloc(people, sizeof *mix->absent));
    mix->last_bytes = need(malloc(HW_RECORD_SIZE_MAX));
    mix->now_ms = hw_london_midnight(hw_day_from_civil(2026, 1, 5));
    return mix;
}

void bench_mix_start(struct bench_mix *mix, int64_t start_ms)
{
    mix->now_ms = start_ms;
}

void bench_mix_no_merges(struct bench_mix *mix)
{
    mix->has_no_merges = true;
}

void bench_mix_free(struct bench_mix *mix)
{
    free(mix->persons);
    free(mix->present);
    free(mix->absent);
    free(mix->last_bytes);
    free(mix);
}

uint32_t bench_mix_first(const struct bench_mix *mix)
{
    return mix->people;
}

struct bench_mix_counts bench_mix_counts(const struct bench_mix *mix)
{
    return mix->counts;
}

/* Take somebody out of one list and put them last in the other. */
static void shift(struct bench_mix *mix, uint32_t number, bool to_present)
{
    struct person *person = &mix->persons[number];
    uint32_t *from = to_present ? mix->absent : mix->present;
    uint32_t *from_count = to_present ? &mix->absent_count : &mix->present_count;

    if (*from_count > 0 && from[person->place] == number) {
        uint32_t last = from[--*from_count];

        from[person->place] = last;
        mix->persons[last].place = person->place;
    }
    if (to_present) {
        person->place = mix->present_count;
        mix->present[mix->present_count++] = number;
    } else {
        person->place = mix->absent_count;
        mix->absent[mix->absent_count++] = number;
    }
}

static void set_code(
    struct hw_event *event, enum hw_field field, const char *prefix, uint32_t number, char text[16])
{
    snprintf(text, 16, "%s%02u", prefix, number % 100u);
    hw_event_set_text(event, field, hw_slice_text(text));
}

static void set_place(struct bench_mix *mix, struct hw_event *event, char texts[3][16])
{
    static const char *const sites[] = {"RWEAA", "RWEAE", "RWEAK"};

    hw_event_set_text(event, HW_FIELD_SITE, hw_slice_text(sites[hw_sim_below(&mix->chance, 3)]));
    set_code(event, HW_FIELD_WARD, "W", hw_sim_below(&mix->chance, 60), texts[0]);
    set_code(event, HW_FIELD_BED, "", hw_sim_below(&mix->chance, 28), texts[1]);
    hw_event_set_text(event, HW_FIELD_CLASS, hw_slice_text("I"));
}

/* Ready or not, for one of the published reasons. */
static void set_review(struct bench_mix *mix, struct hw_event *event, struct person *person)
{
    static const char *const sides[] = {"NHS", "SC", "BOTH"};
    static const char *const reasons[] = {"HP1", "HP5", "IF1", "IF5", "CA1", "CA7", "E", "A"};
    static const char *const pathways[] = {"P0", "P1", "P2", "P3"};

    person->ready =
        person->ready ? hw_sim_below(&mix->chance, 10) > 0 : hw_sim_below(&mix->chance, 10) < 3;
    hw_event_set_bool(event, HW_FIELD_MEETS, !person->ready);
    if (!person->ready)
        return;
    hw_event_set_text(
        event, HW_FIELD_REASON, hw_slice_text(reasons[hw_sim_below(&mix->chance, 8)]));
    hw_event_set_text(
        event, HW_FIELD_RESPONSIBLE, hw_slice_text(sides[hw_sim_below(&mix->chance, 3)]));
    hw_event_set_text(
        event, HW_FIELD_PATHWAY, hw_slice_text(pathways[hw_sim_below(&mix->chance, 4)]));
}

static void set_update(struct bench_mix *mix, struct hw_event *event)
{
    static const char *const councils[] = {"508", "509", "510"};
    int64_t expected = mix->now_ms + (int64_t)hw_sim_below(&mix->chance, 10) * HW_DAY_MS;

    hw_event_set_time(event, HW_FIELD_EXPECTED_DISCHARGE, hw_time_at(expected));
    if (hw_sim_below(&mix->chance, 10) == 0)
        hw_event_set_text(
            event, HW_FIELD_COUNCIL, hw_slice_text(councils[hw_sim_below(&mix->chance, 3)]));
}

/* What this kind is called; somebody must be there for it. */
static enum hw_kind kind_of(enum kind kind)
{
    static const enum hw_kind kinds[] = {HW_KIND_SPELL_UPDATED, HW_KIND_SPELL_CRITERIA_TO_RESIDE,
        HW_KIND_SPELL_MOVED, HW_KIND_SPELL_ADMITTED, HW_KIND_SPELL_DISCHARGED,
        HW_KIND_SPELL_MOVE_CANCELLED, HW_KIND_PERSON_MERGED};

    return kinds[kind];
}

static enum kind draw_kind(struct bench_mix *mix)
{
    if (mix->first < mix->people)
        return ADMIT;
    enum kind kind = (enum kind)hw_sim_pick(&mix->chance, weights, 7);
    if (kind == MERGE && mix->has_no_merges)
        return UPDATE;
    if (kind == ADMIT && mix->absent_count == 0)
        return DISCHARGE;
    if (kind == DISCHARGE && mix->present_count * 2 < mix->people && mix->absent_count > 0)
        return ADMIT; /* Half the people are there, on the whole. */
    return kind;
}

static uint32_t draw_person(struct bench_mix *mix, enum kind kind)
{
    if (mix->first < mix->people)
        return mix->first++;
    if (kind == ADMIT)
        return mix->absent[hw_sim_below(&mix->chance, mix->absent_count)];
    return mix->present[hw_sim_below(&mix->chance, mix->present_count)];
}

static void fill(struct bench_mix *mix, enum kind kind, uint32_t number, struct hw_event *event,
    char texts[3][16])
{
    struct person *person = &mix->persons[number];

    switch (kind) {
    case UPDATE:
        set_update(mix, event);
        mix->counts.updates++;
        break;
    case REVIEW:
        set_review(mix, event, person);
        break;
    case MOVE:
        set_place(mix, event, texts);
        person->moved_ms = event->happened.start_ms;
        break;
    case ADMIT:
        mix->counts.admissions++;
        person->visit = ++mix->visit;
        person->ready = false;
        shift(mix, number, true);
        set_place(mix, event, texts);
        hw_event_set_time(event, HW_FIELD_ADMITTED_AT, event->happened);
        hw_event_set_born(event, hw_time_at(-(int64_t)(number % 20000) * HW_DAY_MS));
        person->moved_ms = event->happened.start_ms;
        break;
    case DISCHARGE:
        hw_event_set_time(event, HW_FIELD_DISCHARGED_AT, event->happened);
        hw_event_set_text(event, HW_FIELD_DESTINATION, hw_slice_text("19"));
        shift(mix, number, false);
        break;
    case CANCEL:
        event->happened = hw_time_at(person->moved_ms);
        mix->counts.cancels++;
        break;
    case MERGE:
        mix->counts.merges++;
        break;
    }
}

/* The same message once more. */
static void again(struct bench_mix *mix, uint8_t *buffer, struct bench_mixed *ret_mixed)
{
    mix->counts.doubled++;
    memcpy(buffer, mix->last_bytes, mix->last.size);
    mix->last.at_ms = mix->now_ms;
    *ret_mixed = mix->last;
}

void bench_mix_next(struct bench_mix *mix, uint8_t *buffer, struct bench_mixed *ret_mixed)
{
    struct hw_event event;
    char texts[3][16], local[16], visit[16], control[24];

    mix->now_ms += mix->step_ms;
    mix->counts.all++;
    if (mix->first == mix->people && hw_sim_happens(&mix->chance, DOUBLED)) {
        again(mix, buffer, ret_mixed);
        return;
    }
    enum kind kind = draw_kind(mix);
    uint32_t number = draw_person(mix, kind);
    bool is_late = kind != ADMIT && hw_sim_happens(&mix->chance, LATE);
    int64_t late_ms =
        is_late ? (int64_t)(1 + hw_sim_below(&mix->chance, 6 * 3600)) * HW_SECOND_MS : 0;

    mix->counts.late += is_late;
    hw_event_init(&event, kind_of(kind));
    event.happened = hw_time_at(mix->now_ms - late_ms);
    event.recorded = event.sent = hw_time_at(mix->now_ms);
    event.message_sequence = -1;
    snprintf(control, sizeof control, "B%llu", (unsigned long long)++mix->message);
    event.control_id = hw_slice_text(control);
    event.source = hw_slice_text("RWE/PAS");
    event.organisation = hw_slice_text("RWE");
    fill(mix, kind, number, &event, texts);
    snprintf(local, sizeof local, "S%u", number);
    hw_event_add_identifier(
        &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(local));
    snprintf(visit, sizeof visit, "%u", mix->persons[number].visit);
    if (kind == MERGE) {
        snprintf(visit, sizeof visit, "T%u", ++mix->merged);
        hw_event_add_retired(
            &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(visit));
    } else {
        event.visit.authority = hw_slice_text("RWE");
        event.visit.number = hw_slice_text(visit);
    }
    event.message_id_hash = hw_hash_bytes(event.control_id);
    event.message_hash = hw_hash_bytes(hw_slice_of(&event.message_id_hash, sizeof(struct hw_hash)));
    hw_event_finish(&event);
    ret_mixed->message_id_hash = event.message_id_hash;
    ret_mixed->message_hash = event.message_hash;
    ret_mixed->at_ms = mix->now_ms;
    ret_mixed->start = 0;
    ret_mixed->size = hw_record_encode(&event, 1, 0, buffer, HW_RECORD_SIZE_MAX);
    mix->last = *ret_mixed;
    memcpy(mix->last_bytes, buffer, ret_mixed->size);
}
