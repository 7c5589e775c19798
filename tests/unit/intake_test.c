/*
 * Goal: a message is taken whole or not at all, whatever there is no room for: memory, a block, an
 *       arena; and who is told of nothing need not be asked.
 * Method: a runtime over a disk in memory, without threads; requests for memory are refused when
 *         the test says so.
 */
#include "core/state.h"
#include "homeward/routing.h"
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

/* --- decisions ------------------------------------------------------------------------------ */

enum { REFERRALS = 300, AT_ONCE = 128 }; /* decisions that the loop waits for (intake.c) */

static struct hw_submitted say(struct hw_event *event)
{
    event->happened = event->recorded = event->sent = hw_time_at(LOGGED_START_MS);
    event->source = event->organisation = hw_slice_text("HUB");
    hw_event_finish(event);
    return hw_runtime_submit(runtime, event, 1);
}

static void set(const char *key, const char *value)
{
    struct hw_event event;

    hw_event_init(&event, HW_KIND_CONFIGURATION);
    hw_event_set_text(&event, HW_FIELD_CONFIGURATION_KEY, hw_slice_text(key));
    hw_event_set_text(&event, HW_FIELD_CONFIGURATION_VALUE, hw_slice_text(value));
    cr_assert(eq(int, say(&event).outcome, HW_OUTCOME_TAKEN));
}

static struct hw_submitted set_mode(const char *mode)
{
    struct hw_event event;

    hw_event_init(&event, HW_KIND_DECIDE_ROUTING_MODE);
    hw_event_set_text(&event, HW_FIELD_DETAIL, hw_slice_text("all"));
    hw_event_set_text(&event, HW_FIELD_ANSWER, hw_slice_text(mode));
    return say(&event);
}

/* zone NULL: of nobody in particular, anywhere; else of one person, who will be there. */
static struct hw_submitted refer_to(unsigned number, const char *zone)
{
    struct hw_event event;
    char name[32];

    snprintf(name, sizeof name, "HUB/%u", number);
    hw_event_init(&event, HW_KIND_REFERRAL_RECEIVED);
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text(name));
    hw_event_set_text(&event, HW_FIELD_DIRECTION, hw_slice_text("step_up"));
    hw_event_set_text(&event, HW_FIELD_NEEDS, hw_slice_text("personal_care"));
    hw_event_set_text(&event, HW_FIELD_URGENCY, hw_slice_text("2d"));
    if (zone != NULL) {
        hw_event_set_text(&event, HW_FIELD_ZONE, hw_slice_text(zone));
        hw_event_add_identifier(
            &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text("S1"));
    }
    return say(&event);
}

static struct hw_submitted refer(unsigned number)
{
    return refer_to(number, NULL);
}

/* A service with room for all of them. */
static void begin_service(void)
{
    set("services/HART/kind", "reablement");
    set("services/HART/unit", "slots");
    set("services/HART/capacity", "1000");
    set("services/HART/zones", "all");
    set("services/HART/capabilities", "personal_care");
}

/* Nobody is proposed to it yet. */
static void refer_while_paused(void)
{
    begin_service();
    cr_assert(eq(int, set_mode("paused").outcome, HW_OUTCOME_TAKEN));
    for (unsigned i = 0; i < REFERRALS; i++)
        cr_assert(eq(int, refer(i).outcome, HW_OUTCOME_TAKEN));
    hw_runtime_turn(runtime);
    cr_assert(hw_engine_decided(hw_runtime_engine(runtime)) == NULL, "paused, all is said");
}

static struct hw_event of_service(enum hw_kind kind, const char *code, int64_t capacity)
{
    struct hw_event event;

    hw_event_init(&event, kind);
    hw_event_set_text(&event, HW_FIELD_SERVICE, hw_slice_text(code));
    hw_event_set_number(&event, HW_FIELD_UNITS, capacity);
    event.happened = event.recorded = event.sent = hw_time_at(LOGGED_START_MS);
    event.source = event.organisation = hw_slice_text("HUB");
    return event;
}

/* A declaration in several records: what it says, and its capacity behind it. */
static void declare(const char *code, const char *detail, int64_t capacity)
{
    struct hw_event events[2] = {of_service(HW_KIND_SERVICE_DECLARED, code, capacity),
        of_service(HW_KIND_SERVICE_CAPACITY, code, capacity)};

    hw_event_set_text(&events[0], HW_FIELD_DETAIL, hw_slice_text(detail));
    hw_event_finish(&events[0]);
    hw_event_finish(&events[1]);
    cr_assert(eq(int, hw_runtime_submit(runtime, events, 2).outcome, HW_OUTCOME_TAKEN));
}

Test(intake, a_message_of_several_records_is_taken_whole_or_refused_whole)
{
    const struct hw_engine *engine;
    struct hw_service_view view;
    uint64_t before;

    opened_open();
    engine = hw_runtime_engine(runtime);
    declare("HART", "kind=reablement\nunit=slots\n", 3);
    cr_expect(eq(int, hw_engine_command_result(engine).status, HW_OK));
    hw_service_view(engine, 0, &view);
    cr_expect(eq(i64, view.capacity, 3));

    /* A wrong line: what stands beside it is not taken, nor the capacity in the record behind. */
    before = sequence();
    declare("HART", "kind=home_care\noffer_ttl_minutes=0\n", 9);
    cr_expect(eq(int, hw_engine_command_result(engine).status, HW_E_INVALID));
    cr_expect(hw_engine_command_result(engine).words != NULL);
    cr_expect(eq(u64, sequence(), before + 1), "what was refused stands in the journal, once");
    hw_service_view(engine, 0, &view);
    cr_expect(eq(str, (char *)view.kind, (char *)"reablement"));
    cr_expect(eq(i64, view.capacity, 3));

    /* One that is made by no part of a message that is refused. */
    declare("OTHER", "kind=home_care\nunit=camels\n", 9);
    cr_expect(eq(int, hw_engine_command_result(engine).status, HW_E_INVALID));
    cr_expect(eq(u32, hw_services_count(engine), 1));
    cr_expect(eq(int, hw_runtime_close(runtime, false), HW_OK));
}

static int64_t held(void)
{
    struct hw_service_view view;

    cr_assert(hw_routing_holds(hw_runtime_engine(runtime)));
    hw_service_view(hw_runtime_engine(runtime), 0, &view);
    return view.held;
}

Test(intake, a_command_that_is_refused_is_taken_and_said_to_be)
{
    struct hw_event event;
    struct hw_submitted submitted;
    uint64_t before;

    opened_open();
    cr_expect(eq(ptr, (void *)refer(1).refused, NULL));
    before = sequence();
    hw_event_init(&event, HW_KIND_DECIDE_REFERRAL_HELD);
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("HUB/2"));
    submitted = say(&event);
    cr_expect(eq(int, submitted.outcome, HW_OUTCOME_TAKEN));
    cr_expect(eq(str, (char *)submitted.refused, "the referral is not known"));
    cr_expect(eq(u64, submitted.release_sequence, before + 1));
    cr_expect(eq(int, submit_message(1, 1), HW_OUTCOME_TAKEN));
    hw_event_init(&event, HW_KIND_REFERRAL_WITHDRAWN);
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("HUB/1"));
    cr_expect(eq(ptr, (void *)say(&event).refused, NULL));
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("HUB/2"));
    cr_expect(eq(ptr, (void *)say(&event).refused, NULL), "there is nothing to withdraw");
    opened_close();
}

Test(intake, more_decisions_than_the_loop_waits_for_come_before_all_else)
{
    uint64_t before;
    struct hw_submitted submitted;

    opened_open();
    refer_while_paused();
    before = sequence();
    submitted = set_mode("propose");
    cr_expect(eq(int, submitted.outcome, HW_OUTCOME_TAKEN));
    cr_expect(eq(u64, submitted.release_sequence, before + 1 + AT_ONCE));
    cr_expect(eq(i64, held(), AT_ONCE));
    cr_expect(eq(int, refer(REFERRALS).outcome, HW_OUTCOME_FULL), "as many again, and some left");
    cr_expect(eq(i64, held(), 2 * AT_ONCE));
    hw_runtime_turn(runtime);
    cr_expect(eq(i64, held(), REFERRALS));
    cr_expect(eq(int, refer(REFERRALS).outcome, HW_OUTCOME_TAKEN));
    cr_expect(eq(i64, held(), REFERRALS + 1));
    opened_close();
}

Test(intake, what_was_left_to_decide_goes_on_after_a_restart)
{
    opened_open();
    refer_while_paused();
    cr_expect(eq(int, set_mode("propose").outcome, HW_OUTCOME_TAKEN));
    opened_close();
    opened_open();
    cr_expect(eq(i64, held(), AT_ONCE));
    cr_expect(eq(i64, hw_runtime_turn(runtime), 1), "it wants to be called again at once");
    cr_expect(eq(i64, held(), 2 * AT_ONCE));
    hw_runtime_turn(runtime);
    cr_expect(eq(i64, held(), REFERRALS));
    cr_expect(eq(u64, hw_engine_decisions_differ(hw_runtime_engine(runtime)), 0));
    opened_close();
}

/* A tick ends all proposals at once: renewed in place, the next message behind all of that. */
Test(intake, a_message_behind_a_tick_of_many_timers_waits_for_what_they_decide)
{
    opened_open();
    refer_while_paused();
    cr_expect(eq(int, set_mode("propose").outcome, HW_OUTCOME_TAKEN));
    while (hw_runtime_turn(runtime) == 1 && held() < REFERRALS)
        continue;
    cr_expect(eq(i64, held(), REFERRALS));
    fault_set_clock(fault, LOGGED_START_MS + 31 * HW_MINUTE_MS, 0);
    for (unsigned i = 0; i < REFERRALS / AT_ONCE; i++)
        cr_expect(eq(int, refer(REFERRALS).outcome, HW_OUTCOME_FULL));
    cr_expect(eq(int, refer(REFERRALS).outcome, HW_OUTCOME_TAKEN));
    cr_expect(eq(i64, held(), REFERRALS + 1));
    opened_close();
}

Test(intake, a_batch_without_room_keeps_decisions_for_the_next)
{
    uint64_t before;

    options.batch_size = 2 * (HW_RECORD_SIZE_MAX + 1024);
    opened_open();
    refer_while_paused();
    before = sequence();
    cr_expect(eq(int, set_mode("propose").outcome, HW_OUTCOME_TAKEN));
    for (unsigned i = 0; i < REFERRALS && hw_engine_decided(hw_runtime_engine(runtime)) != NULL;
         i++)
        hw_runtime_turn(runtime);
    cr_expect(eq(i64, held(), REFERRALS));
    cr_expect(eq(u64, hw_runtime_durable(runtime), before + 1 + REFERRALS));
    opened_close();
}

Test(intake, decisions_without_room_wait_and_so_does_all_else)
{
    struct hw_arena *matches;
    uint32_t most, ready;

    opened_open();
    refer_while_paused();
    matches = &hw_runtime_engine(runtime)->matches;
    most = matches->count_max;
    ready = matches->ready;
    matches->count_max = matches->ready = matches->count + 50;
    cr_expect(eq(int, set_mode("propose").outcome, HW_OUTCOME_TAKEN));
    cr_expect(lt(i64, held(), 50 + 1), "the last record takes a little room more");
    cr_expect(gt(i64, held(), 40));
    cr_expect(eq(int, refer(REFERRALS).outcome, HW_OUTCOME_FULL));
    cr_expect(eq(i64, hw_runtime_turn(runtime), 1));
    cr_expect(eq(uint, logged.failed, 0));
    matches->count_max = most;
    matches->ready = ready;
    for (unsigned i = 0; i < REFERRALS && hw_engine_decided(hw_runtime_engine(runtime)) != NULL;
         i++)
        hw_runtime_turn(runtime);
    cr_expect(eq(i64, held(), REFERRALS));
    opened_close();
}

/* After a start while something is proposed, a tick that says so comes before the next message. */
Test(intake, without_room_to_say_that_it_stood_still_a_message_waits)
{
    enum { FEW = 10 };
    struct hw_arena *matches;
    uint32_t most, ready;
    uint64_t before;

    opened_open();
    begin_service();
    for (unsigned i = 0; i < FEW; i++)
        cr_assert(eq(int, refer(i).outcome, HW_OUTCOME_TAKEN));
    cr_assert(eq(i64, held(), FEW));
    opened_close();
    opened_open();
    before = sequence();
    matches = &hw_runtime_engine(runtime)->matches;
    most = matches->count_max;
    ready = matches->ready;
    matches->count_max = matches->ready = matches->count + 1;
    cr_expect(eq(int, refer(FEW).outcome, HW_OUTCOME_FULL));
    cr_expect(eq(u64, sequence(), before));
    cr_expect(eq(uint, logged.failed, 0));
    matches->count_max = most;
    matches->ready = ready;
    cr_expect(eq(int, refer(FEW).outcome, HW_OUTCOME_TAKEN));
    cr_expect(eq(u64, sequence(), before + 3), "the tick, the referral, the proposal");
    opened_close();
}

/* More than any record is given room for: each waits where nobody else does, and all move. */
Test(intake, one_person_with_very_many_referrals_changes_council)
{
    enum { MANY = 2200 }; /* twice as many profiles are more than the first step of their arena */
    struct hw_event event;
    char zone[16];

    options.limits.texts = 1 << 18;
    options.limits.stays = 1 << 18;
    opened_open();
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(zone, sizeof zone, "Z%u", i);
        cr_assert(eq(int, refer_to(i, zone).outcome, HW_OUTCOME_TAKEN));
        if (i % 100 == 0)
            hw_runtime_turn(runtime);
    }
    hw_event_init(&event, HW_KIND_SPELL_ADMITTED);
    hw_event_add_identifier(&event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text("S1"));
    event.visit.authority = hw_slice_text("RWE");
    event.visit.number = hw_slice_text("V1");
    hw_event_set_text(&event, HW_FIELD_CLASS, hw_slice_text("O"));
    hw_event_set_text(&event, HW_FIELD_COUNCIL, hw_slice_text("509"));
    for (unsigned i = 0; i < MANY && hw_engine_decided(hw_runtime_engine(runtime)) != NULL; i++)
        hw_runtime_turn(runtime);
    cr_expect(eq(int, say(&event).outcome, HW_OUTCOME_TAKEN));
    cr_expect(gt(uint, hw_runtime_engine(runtime)->profiles.count, 2 * MANY), "all moved");
    cr_expect(hw_routing_holds(hw_runtime_engine(runtime)));
    opened_close();
}
