#include "homeward/engine.h"
#include "runtime/memory.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>

static struct hw_engine *new_engine(void)
{
    struct hw_engine_options options = {.limits = hw_limits_default(),
        .memory = hw_memory_system(),
        .hash_key = {3, 4},
        .dedupe_ms = HW_HOUR_MS,
        .history_open_ms = HW_DAY_MS};
    struct hw_engine *engine;

    cr_assert(eq(int, hw_engine_new(&options, &engine), HW_OK));
    return engine;
}

enum { RECORDS = 400, SIZE = 1024 };

/* Of twenty people, some with two identifiers, some without a visit number; each id comes twice. */
static size_t make_record(unsigned number, uint8_t record[SIZE])
{
    static const enum hw_kind kinds[] = {
        HW_KIND_SPELL_ADMITTED, HW_KIND_SPELL_UPDATED, HW_KIND_SPELL_MOVED};
    int64_t now = INT64_C(1770000000000) + (int64_t)number * HW_MINUTE_MS;
    char local[16], visit[16], control[16];
    unsigned person = number % 20;
    struct hw_event event;

    hw_event_init(&event, kinds[number / 20 % 3]);
    event.happened = event.recorded = event.sent = hw_time_at(now);
    snprintf(control, sizeof control, "C%u", number / 2);
    event.control_id = hw_slice_text(control);
    event.organisation = hw_slice_text("RWE");
    snprintf(local, sizeof local, "S%u", person);
    hw_event_add_identifier(
        &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(local));
    if (person % 3 == 0)
        hw_event_add_identifier(
            &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RX1"), hw_slice_text(local));
    hw_event_set_born(&event, hw_time_at(0));
    snprintf(visit, sizeof visit, "V%u", number / 20 % 4 * 100 + person);
    if (person % 5 != 0) {
        event.visit.authority = hw_slice_text("RWE");
        event.visit.number = hw_slice_text(visit);
    }
    event.message_id_hash = hw_hash_bytes(event.control_id);
    event.message_hash = hw_hash_bytes(hw_slice_of(&number, sizeof number));
    hw_event_finish(&event);
    return hw_record_encode(&event, number + 1, now, record, SIZE);
}

static void apply(struct hw_engine *engine, const uint8_t *record, size_t size)
{
    struct hw_record_header header;

    cr_assert(eq(int, hw_record_header(hw_slice_of(record, size), &header), HW_OK));
    cr_assert(eq(int, hw_engine_apply(engine, hw_slice_of(record, size)), HW_OK));
}

/* Expected whole, in part, out of order, again, and for records that never come. */
Test(expect, changes_nothing)
{
    struct hw_engine *with = new_engine(), *without = new_engine();
    static struct hw_expect expects[RECORDS];
    static uint8_t bytes[SIZE];

    for (unsigned i = 0; i < RECORDS; i++) {
        size_t size = make_record(i * 7919 % RECORDS, bytes);

        hw_record_about(hw_slice_of(bytes, size), &expects[i].about);
        hw_engine_expect(with, &expects[i], 0);
    }
    for (unsigned i = 0; i < RECORDS; i++) {
        size_t size = make_record(i, bytes);

        for (unsigned j = 0; j < RECORDS; j += 1 + i % 7) {
            unsigned last = (i + j) % HW_EXPECT_STEPS;

            for (unsigned step = 0; step <= last; step++)
                hw_engine_expect(with, &expects[j], step);
        }
        apply(with, bytes, size);
        apply(without, bytes, size);
    }
    cr_expect(hw_hash_equal(hw_engine_state_digest(with), hw_engine_state_digest(without)));
    hw_engine_free(with);
    hw_engine_free(without);
}

Test(expect, knows_what_a_record_is_about)
{
    static uint8_t bytes[SIZE];
    struct hw_about about;
    struct hw_event event;

    for (unsigned i = 0; i < 60; i++) {
        struct hw_slice record = hw_slice_of(bytes, make_record(i, bytes));

        cr_assert(eq(int, hw_record_decode(record, false, &event), HW_OK));
        hw_record_about(record, &about);
        cr_expect(hw_hash_equal(about.message_id, event.message_id_hash));
        cr_expect(hw_hash_equal(about.visit, event.visit.hash));
        cr_assert(eq(u8, about.identifiers_count, event.identifiers_count));
        cr_expect(eq(u8, about.own, event.stay_identifier));
        for (uint8_t j = 0; j < about.identifiers_count; j++)
            cr_expect(hw_hash_equal(about.identifiers[j], event.identifiers[j].hash));
    }
}

/* Bytes that end anywhere, or say anything, are about nothing or something; nobody is hurt. */
Test(expect, bytes_that_are_no_record)
{
    uint8_t *bytes = malloc(SIZE), *cut;
    size_t size = make_record(3, bytes);
    struct hw_about about;

    for (size_t i = 0; i < size; i++) {
        cut = malloc(i + 1); /* its very end, for the sanitizer */
        memcpy(cut, bytes, i);
        hw_record_about(hw_slice_of(cut, i), &about);
        cr_expect(i > 200 || about.identifiers_count == 0, "cut at %zu", i);
        free(cut);
        bytes[i] ^= 0xff;
        hw_record_about(hw_slice_of(bytes, size), &about);
        cr_expect(le(u8, about.identifiers_count, HW_ABOUT_IDENTIFIERS_MAX));
        bytes[i] ^= 0xff;
    }
    free(bytes);
}
