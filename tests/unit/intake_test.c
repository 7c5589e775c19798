/*
 * Goal: a message is taken whole or not at all, whatever there is no room for: memory, a block, an
 *       arena; and who is told of nothing need not be asked.
 * Method: a runtime over a disk in memory, without threads; requests for memory are refused when
 *         the test says so.
 */
#include "core/state.h"
#include "runtime/segment.h"
#include "support/opened.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>

enum { TOO_MANY = 200000, MESSAGE = 5 };

/* Blocks and segments of the usual size, whatever the other tests take. */
static void begin(void)
{
    opened_begin();
    options.batch_size = HW_BLOCK_CONTENT_MAX;
    options.segment_size = 64 * 1024 * 1024;
}

TestSuite(intake, .init = begin, .fini = opened_end);

static uint64_t sequence(void)
{
    return hw_engine_sequence(hw_runtime_engine(runtime));
}

/* Admissions numbered from number on as one message. */
static enum hw_outcome submit_message(uint64_t number, uint32_t count)
{
    struct hw_event events[8];

    cr_assert(count <= 8);
    for (uint32_t i = 0; i < count; i++)
        logged_event(&events[i], number + i, LOGGED_START_MS);
    return hw_runtime_submit(runtime, events, count).outcome;
}

/* Messages until there is no memory for one more; its number. */
static uint64_t use_memory_up(void)
{
    failing_memory(1, true);
    for (uint64_t number = 1; number < TOO_MANY; number++)
        if (logged_submit(runtime, number, LOGGED_START_MS).outcome != HW_OUTCOME_TAKEN)
            return number;
    cr_fatal("memory has no end");
}

Test(intake, without_memory_a_message_waits)
{
    uint64_t number, before;

    opened_open();
    number = use_memory_up();
    before = sequence();
    cr_expect(eq(u64, before, number), "the log's first record and all but the last message");
    cr_expect(eq(int, logged_submit(runtime, number, LOGGED_START_MS).outcome, HW_OUTCOME_FULL));
    cr_expect(eq(uint, logged.failed, 0));
    failing_memory(0, false);
    cr_expect(eq(int, logged_submit(runtime, number, LOGGED_START_MS).outcome, HW_OUTCOME_TAKEN));
    hw_runtime_turn(runtime);
    cr_expect(eq(u64, logged.durable, before + 1));
    cr_expect(eq(int, hw_runtime_close(runtime, false), HW_OK));
    opened_open();
    cr_expect(eq(u64, sequence(), before + 1));
    cr_expect(eq(int, hw_runtime_close(runtime, false), HW_OK));
}

/* So many messages before it that memory ends at each event of one in turn. */
Test(intake, half_a_message_ends_the_server_and_is_never_written)
{
    unsigned waited = 0, failed = 0;

    for (uint64_t lead = 0; lead < MESSAGE; lead++) {
        uint64_t number = 1 + lead, whole;
        enum hw_outcome outcome = HW_OUTCOME_TAKEN;

        opened_end();
        begin();
        opened_open();
        failing_memory(1, true);
        for (uint64_t i = 1; i <= lead; i++)
            logged_submit(runtime, i, LOGGED_START_MS);
        for (whole = sequence(); outcome == HW_OUTCOME_TAKEN && number < TOO_MANY;
             number += MESSAGE) {
            whole = sequence();
            outcome = submit_message(number, MESSAGE);
        }
        cr_assert(eq(int, outcome, HW_OUTCOME_FULL));
        failing_memory(0, false);
        waited += logged.failed == 0;
        failed += logged.failed;
        if (logged.failed > 0) {
            cr_expect(strstr(logged.failure, "only in part") != NULL, "%s", logged.failure);
            cr_expect(eq(i64, hw_runtime_turn(runtime), -1));
            cr_expect(eq(int, submit_message(number, 1), HW_OUTCOME_FULL));
        }
        (void)hw_runtime_close(runtime, true); /* It has failed; it says so. */
        opened_open();
        cr_expect(le(u64, sequence(), whole), "lead %lu", (unsigned long)lead);
        cr_expect(ge(u64, sequence(), logged.durable));
        cr_expect(eq(int, hw_runtime_close(runtime, false), HW_OK));
    }
    cr_expect(eq(uint, waited, 1), "memory ended before a message");
    cr_expect(eq(uint, failed, MESSAGE - 1), "and within one");
}

Test(intake, a_timer_without_memory_waits_with_the_message_and_fails_alone)
{
    int64_t due;
    uint64_t number;

    opened_open();
    number = use_memory_up();
    due = hw_engine_due_ms(hw_runtime_engine(runtime));
    fault_set_clock(fault, due + 5000, 0);
    cr_expect(eq(int, logged_submit(runtime, number, due).outcome, HW_OUTCOME_FULL));
    cr_expect(eq(uint, logged.failed, 0));
    fault_set_clock(fault, due + 4000, 0);
    cr_expect(eq(i64, hw_runtime_turn(runtime), 1), "accepted time stands further on: not yet");
    cr_expect(eq(uint, logged.failed, 0));
    fault_set_clock(fault, due + 6000, 0);
    hw_runtime_turn(runtime);
    cr_expect(eq(uint, logged.failed, 1));
    cr_expect(strstr(logged.failure, "a timer could not fire") != NULL, "%s", logged.failure);
    failing_memory(0, false);
    (void)hw_runtime_close(runtime, false); /* It has failed; it says so. */
}

Test(intake, what_ended_it_first_is_what_is_told)
{
    opened_open();
    use_memory_up();
    fault_set_clock(fault, hw_engine_due_ms(hw_runtime_engine(runtime)), 0);
    fault_fail(fault, FAULT_SYNC, 1, -EIO, true);
    hw_runtime_turn(runtime);
    cr_expect(eq(uint, logged.failed, 1));
    cr_expect(strstr(logged.failure, "a timer could not fire") != NULL, "%s", logged.failure);
    failing_memory(0, false);
    cr_expect(ne(int, hw_runtime_close(runtime, false), HW_OK));
}

Test(intake, nobody_need_listen)
{
    struct hw_runtime *reader;

    options.on_applied = NULL;
    options.on_durable = NULL;
    options.on_failed = NULL;
    options.on_warning = NULL;
    opened_open();
    logged_submit(runtime, 1, LOGGED_START_MS);
    hw_runtime_turn(runtime);
    cr_expect(eq(u64, hw_runtime_durable(runtime), 2));
    fault_set_clock(fault, LOGGED_START_MS - HW_HOUR_MS, 0); /* It would warn of that ... */
    logged_submit(runtime, 2, LOGGED_START_MS);
    fault_fail(fault, FAULT_SYNC, 1, -EIO, false);
    hw_runtime_turn(runtime); /* ... and say that it has failed. */
    cr_expect(eq(u64, hw_runtime_durable(runtime), 2));
    cr_expect(ne(int, hw_runtime_close(runtime, false), HW_OK));
    options.read_only = true;
    cr_assert(eq(int, hw_runtime_open(&options, &reader, error), HW_OK), "%s", error);
    cr_expect(eq(int, hw_runtime_close(reader, false), HW_OK));
}

/* --- many events --------------------------------------------------------------------------- */

enum { SETTINGS = 10 };

/* A message of settings, whose keys and values have so many bytes. */
static enum hw_outcome submit_settings(unsigned from, int key_size, int value_size)
{
    static char keys[SETTINGS][HW_TEXT_SIZE_MAX + 32], values[SETTINGS][HW_TEXT_SIZE_MAX + 32];
    struct hw_event events[SETTINGS];

    for (unsigned i = 0; i < SETTINGS; i++) {
        snprintf(keys[i], sizeof keys[i], "zones/%0*u/name", key_size - 11, from + i);
        snprintf(values[i], sizeof values[i], "%0*u", value_size, from + i);
        hw_event_init(&events[i], HW_KIND_CONFIGURATION);
        hw_event_set_text(&events[i], HW_FIELD_CONFIGURATION_KEY, hw_slice_text(keys[i]));
        hw_event_set_text(&events[i], HW_FIELD_CONFIGURATION_VALUE, hw_slice_text(values[i]));
        hw_event_finish(&events[i]);
    }
    return hw_runtime_submit(runtime, events, SETTINGS).outcome;
}

/* Eight admissions, each of several thousand bytes. */
static enum hw_outcome submit_long(void)
{
    static const enum hw_field fields[] = {
        HW_FIELD_SITE, HW_FIELD_WARD, HW_FIELD_ROOM, HW_FIELD_BED, HW_FIELD_SPECIALTY};
    struct hw_event events[8];
    char text[HW_TEXT_SIZE_MAX];

    memset(text, 'T', sizeof text);
    for (uint32_t i = 0; i < 8; i++) {
        logged_event(&events[i], i + 1, LOGGED_START_MS);
        for (size_t field = 0; field < sizeof fields / sizeof *fields; field++)
            hw_event_set_text(&events[i], fields[field], hw_slice_of(text, sizeof text));
        hw_event_finish(&events[i]);
    }
    return hw_runtime_submit(runtime, events, 8).outcome;
}

Test(intake, behind_a_block_that_is_nearly_full_many_long_events_wait)
{
    unsigned number = 0;
    uint64_t before;

    options.batch_size = 1024 * 1024; /* Seven events may be as long as they like. */
    opened_open();
    while (submit_settings(number, 20, 1) == HW_OUTCOME_TAKEN && number < TOO_MANY)
        number += SETTINGS;
    cr_assert(lt(uint, number, TOO_MANY));
    before = sequence();
    cr_expect(eq(int, submit_long(), HW_OUTCOME_FULL));
    cr_expect(eq(u64, sequence(), before));
    hw_runtime_turn(runtime);
    cr_expect(eq(int, submit_long(), HW_OUTCOME_TAKEN));
    cr_expect(eq(int, hw_runtime_close(runtime, false), HW_OK));
}

Test(intake, an_arena_that_is_nearly_full_takes_nothing)
{
    struct hw_arena *settings;
    uint32_t most;

    opened_open();
    for (unsigned number = 0; number < 20 * SETTINGS; number += SETTINGS)
        cr_assert(eq(int, submit_settings(number, 20, 1), HW_OUTCOME_TAKEN));
    settings = &hw_runtime_engine(runtime)->settings;
    most = settings->count_max;
    settings->count_max = settings->count + 2; /* 99 per cent */
    cr_expect(eq(int, submit_message(1, 1), HW_OUTCOME_FULL));
    cr_expect(eq(int, submit_settings(1000, 20, 1), HW_OUTCOME_FULL));
    settings->count_max = most;
    cr_expect(eq(int, submit_message(1, 1), HW_OUTCOME_TAKEN));
    cr_expect(eq(int, submit_settings(1000, 20, 1), HW_OUTCOME_TAKEN));
    cr_expect(eq(uint, logged.failed, 0));
    cr_expect(eq(int, hw_runtime_close(runtime, false), HW_OK));
}
