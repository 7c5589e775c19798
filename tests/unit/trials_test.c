/*
 * Goal: what is tried is what would have come of it, and leaves no trace; the loop goes on
 *       meanwhile; nobody who asked is forgotten, whatever is refused, full or closed.
 * Method: a runtime over a disk in memory, without threads and with them.  For a day of things said
 *         in a hub, each is tried first and submitted then: result and state must be the same.
 */
#include "homeward/routing.h"
#include "runtime/trials.h"
#include "support/opened.h"
#include "support/random.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

TestSuite(trials, .init = opened_begin, .fini = opened_end);

/* What came of an event: submitted, or tried. */
struct came {
    bool heard; /* call() ran */
    unsigned done;
    enum hw_status ended; /* of done() */
    char error[HW_ERROR_TEXT_SIZE];
    enum hw_status tried; /* of hw_trial_run() */
    struct hw_command_result result;
    struct hw_hash digest;
    uint64_t sequence;
    bool duplicate;
};

static struct came state_of(const struct hw_engine *engine)
{
    return (struct came){.result = hw_engine_command_result(engine),
        .digest = hw_engine_state_digest(engine),
        .sequence = hw_engine_sequence(engine)};
}

static void on_call(void *context, struct hw_engine *engine, const struct hw_trial *trial)
{
    struct came *came = context;
    struct hw_tried tried = {.seen = HW_SEEN_NEW};
    enum hw_status status = hw_trial_run(engine, trial, &tried);
    unsigned done = came->done;

    *came = state_of(engine);
    came->done = done;
    came->heard = true;
    came->tried = status;
    came->duplicate = tried.seen == HW_SEEN_DUPLICATE;
}

static void on_done(void *context, enum hw_status status, const char *words)
{
    struct came *came = context;

    came->done++;
    came->ended = status;
    snprintf(came->error, sizeof came->error, "%s", words);
}

static enum hw_status try_event(struct hw_event *event, struct came *came)
{
    *came = (struct came){.ended = HW_E_IO};
    return hw_runtime_try(runtime, event, &(struct hw_attempt){on_call, on_done, came});
}

static void turn_until_done(const struct came *came)
{
    for (unsigned i = 0; came->done == 0 && i < 20000; i++) {
        (void)hw_runtime_turn(runtime);
        if (!options.threadless)
            usleep(1000);
    }
    cr_assert(eq(uint, came->done, 1));
}

static struct hw_engine *engine(void)
{
    return hw_runtime_engine(runtime);
}

/* ---- a day in a hub ----------------------------------------------------------------------- */

static struct random chances = {2026};
static int64_t wall_ms = LOGGED_START_MS;
static unsigned number;

static uint64_t below(uint64_t bound)
{
    return random_below(&chances, bound);
}

static struct hw_event said(enum hw_kind kind)
{
    struct hw_event event;

    number++;
    hw_event_init(&event, kind);
    event.happened = event.recorded = event.sent = hw_time_at(wall_ms);
    event.source = hw_slice_text("RWE/HUB");
    event.organisation = hw_slice_text("RWE");
    event.message_id_hash = hw_hash_bytes(hw_slice_of(&number, sizeof number));
    event.message_hash = event.message_id_hash;
    return event;
}

static void put(struct hw_event *event, enum hw_field field, const char *text)
{
    hw_event_set_text(event, field, hw_slice_text(text));
}

static struct hw_event service(const char *code, const char *detail)
{
    struct hw_event event = said(HW_KIND_SERVICE_DECLARED);

    put(&event, HW_FIELD_SERVICE, code);
    put(&event, HW_FIELD_DETAIL, detail);
    return event;
}

static struct hw_event referral(void)
{
    static char name[16];
    struct hw_event event = said(HW_KIND_REFERRAL_RECEIVED);

    snprintf(name, sizeof name, "LCC/%u", number);
    hw_event_add_identifier(&event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(name));
    put(&event, HW_FIELD_REFERRAL, name);
    put(&event, HW_FIELD_DIRECTION, "step_up");
    put(&event, HW_FIELD_NEEDS, below(4) == 0 ? "nursing" : "personal_care");
    put(&event, HW_FIELD_URGENCY, below(3) == 0 ? "2h" : "2d");
    put(&event, HW_FIELD_ZONE, "BLA");
    return event;
}

/* About any referral there is, ended ones too. */
static bool about_referral(struct hw_event *event)
{
    static const enum hw_kind kinds[] = {HW_KIND_DECIDE_REFERRAL_HELD,
        HW_KIND_DECIDE_REFERRAL_RELEASED, HW_KIND_DECIDE_REFERRAL_PINNED,
        HW_KIND_DECIDE_REFERRAL_UNPINNED, HW_KIND_DECIDE_REFERRAL_EXCLUDED,
        HW_KIND_DECIDE_REFERRAL_INCLUDED, HW_KIND_DECIDE_REFERRAL_PRIORITY,
        HW_KIND_DECIDE_OFFER_MADE, HW_KIND_CONTACT_FIRST, HW_KIND_REFERRAL_WITHDRAWN};
    struct hw_referral_view view, chosen;
    unsigned seen = 0;

    for (uint32_t handle = 0; (handle = hw_referral_walk(engine(), handle, &view)) != 0;)
        if (below(++seen) == 0)
            chosen = view;
    if (seen == 0)
        return false;
    *event = said(kinds[below(sizeof kinds / sizeof *kinds)]);
    hw_event_set_text(event, HW_FIELD_REFERRAL, chosen.name);
    put(event, HW_FIELD_SERVICE, below(2) == 0 ? "HART" : "CRISIS");
    put(event, HW_FIELD_BY, "nurse");
    if (below(2) == 0)
        hw_event_set_time(
            event, HW_FIELD_UNTIL, hw_time_at(wall_ms + (int64_t)below(90) * HW_MINUTE_MS));
    return true;
}

static bool about_match(struct hw_event *event)
{
    static const enum hw_kind kinds[] = {HW_KIND_DECIDE_PROPOSAL_APPROVED,
        HW_KIND_DECIDE_PROPOSAL_APPROVED, HW_KIND_DECIDE_PROPOSAL_REJECTED, HW_KIND_OFFER_ANSWERED,
        HW_KIND_DECIDE_OFFER_ANSWERED, HW_KIND_DECIDE_OFFER_EXTENDED,
        HW_KIND_DECIDE_OFFER_WITHDRAWN};
    static const char *const answers[] = {"accepted", "accepted", "declined", "assessing"};
    struct hw_match_view view, chosen;
    unsigned seen = 0;

    for (uint32_t handle = 0; (handle = hw_match_walk(engine(), 0, handle, &view)) != 0;)
        if ((view.live || below(20) == 0) && below(++seen) == 0)
            chosen = view;
    if (seen == 0)
        return false;
    *event = said(kinds[below(sizeof kinds / sizeof *kinds)]);
    hw_event_set_number(event, HW_FIELD_OFFER, (int64_t)chosen.reference);
    hw_event_set_number(event, HW_FIELD_VERSION, chosen.version - (below(8) == 0));
    put(event, HW_FIELD_BY, "nurse");
    put(event, HW_FIELD_ANSWER, answers[below(4)]);
    if (event->kind == HW_KIND_DECIDE_OFFER_EXTENDED)
        hw_event_set_time(
            event, HW_FIELD_UNTIL, hw_time_at(wall_ms + (int64_t)below(60) * HW_MINUTE_MS));
    return true;
}

static struct hw_event mode(void)
{
    static const char *const scopes[] = {"all", "service:HART", "zone:BLA"};
    static const char *const modes[] = {"propose", "offer", "paused"};
    struct hw_event event = said(HW_KIND_DECIDE_ROUTING_MODE);

    put(&event, HW_FIELD_DETAIL, scopes[below(3)]);
    put(&event, HW_FIELD_ANSWER, modes[below(3)]);
    put(&event, HW_FIELD_BY, "nurse");
    return event;
}

static struct hw_event something(void)
{
    struct hw_event event;
    uint64_t what = below(100);

    if (what < 45 && about_match(&event))
        return event;
    if (what < 65 && about_referral(&event))
        return event;
    if (what < 70)
        return mode();
    if (what < 75) {
        event = said(HW_KIND_SERVICE_CAPACITY);
        put(&event, HW_FIELD_SERVICE, "HART");
        hw_event_set_number(&event, HW_FIELD_UNITS, (int64_t)below(4));
        return event;
    }
    return referral();
}

/* Tried, then submitted: true if it was refused. */
static bool both_ways(struct hw_event *event)
{
    struct came tried, real;
    struct hw_submitted submitted;

    hw_event_finish(event);
    cr_assert(eq(int, try_event(event, &tried), HW_OK));
    submitted = hw_runtime_submit(runtime, event, 1);
    cr_assert(ne(int, submitted.outcome, HW_OUTCOME_FULL));
    while (hw_engine_decided(engine()) != NULL)
        (void)hw_runtime_turn(runtime);
    real = state_of(engine());
    turn_until_done(&tried);
    cr_assert(eq(int, tried.ended, HW_OK), "%s", tried.error);
    cr_assert(eq(int, tried.tried, HW_OK));
    cr_expect(eq(int, tried.duplicate, submitted.outcome == HW_OUTCOME_DUPLICATE));
    cr_expect(eq(u64, tried.sequence, real.sequence), "event %u", number);
    cr_expect(hw_hash_equal(tried.digest, real.digest), "event %u", number);
    if (tried.duplicate) /* It is no command, and what was before is not kept on disk. */
        return false;
    cr_expect(eq(int, tried.result.status, real.result.status), "event %u", number);
    cr_expect(eq(ptr, (void *)tried.result.words, (void *)real.result.words));
    cr_expect(eq(u64, tried.result.reference, real.result.reference));
    cr_expect(eq(u32, tried.result.version, real.result.version));
    return real.result.status != HW_OK;
}

static void begin_day(void)
{
    struct hw_event event;

    opened_open();
    event = service("HART",
        "kind=reablement\nunit=slots\ncapacity=2\nzones=BLA\ncapabilities=personal_care\n"
        "proposal_ttl_minutes=20\noffer_ttl_minutes=30\nauto_accept=true");
    both_ways(&event);
    event = service("CRISIS",
        "kind=crisis_response\nunit=slots\ncapacity=2\nzones=all\n"
        "capabilities=personal_care;nursing\noffer_ttl_minutes=20\nmax_stay_minutes=60");
    both_ways(&event);
}

Test(trials, each_of_a_day_comes_to_what_was_tried)
{
    unsigned refused = 0, done = 0, again = 0, ticks = 0;
    struct hw_event event;

    begin_day();
    for (unsigned i = 0; i < 400; i++) {
        wall_ms += (int64_t)below(12) * HW_MINUTE_MS;
        fault_set_clock(fault, wall_ms, 0);
        if (below(3) == 0)
            (void)hw_runtime_turn(runtime); /* Else the event itself finds the timers due. */
        ticks += hw_engine_due_ms(engine()) <= wall_ms;
        if (i == 0 || below(20) > 0)
            event = something();
        else
            again++; /* The same once more: a duplicate. */
        if (both_ways(&event))
            refused++;
        else
            done++;
    }
    cr_expect(gt(i64, wall_ms, LOGGED_START_MS + HW_DAY_MS), "it was a day");
    cr_expect(gt(uint, refused, 30));
    cr_expect(gt(uint, done, 150));
    cr_expect(gt(uint, again, 5));
    cr_expect(gt(uint, ticks, 30), "timers were due");
    opened_close();
}

/* Nobody could answer while the engine stood still: its first tick says so, tried or not. */
Test(trials, the_first_after_a_stop)
{
    struct hw_event event;

    begin_day();
    event = mode();
    put(&event, HW_FIELD_DETAIL, "all");
    put(&event, HW_FIELD_ANSWER, "offer");
    both_ways(&event);
    for (unsigned i = 0; i < 4; i++) {
        event = referral();
        both_ways(&event);
    }
    cr_assert(hw_engine_wants_resuming(engine()));
    opened_close();
    wall_ms += HW_HOUR_MS;
    fault_set_clock(fault, wall_ms, 0);
    opened_open();
    event = referral();
    both_ways(&event);
    opened_close();
}

/* ---- no trace ----------------------------------------------------------------------------- */

static struct hw_hash journal_bytes(void)
{
    static uint8_t bytes[256 * 1024];
    struct hw_env *table = fault_table(fault);
    int file = table->open(table->context, "/data/journal/00000000000000000001.hwj", HW_ENV_READ);
    int64_t size;

    cr_assert(ge(int, file, 0));
    size = table->read(table->context, file, bytes, sizeof bytes, 0);
    cr_assert(gt(i64, size, 0));
    (void)table->close(table->context, file);
    return hw_hash_bytes(hw_slice_of(bytes, (size_t)size));
}

Test(trials, nothing_is_left_of_it)
{
    struct hw_hash digest, bytes;
    struct came came;
    struct hw_event event;
    uint64_t sequence, durable;
    unsigned applied;

    begin_day();
    (void)hw_runtime_turn(runtime);
    (void)hw_runtime_turn(runtime);
    digest = hw_engine_state_digest(engine());
    sequence = hw_engine_sequence(engine());
    durable = logged.durable;
    applied = logged.applied;
    bytes = journal_bytes();
    event = referral();
    hw_event_finish(&event);
    cr_assert(eq(int, try_event(&event, &came), HW_OK));
    turn_until_done(&came);
    cr_expect(eq(int, came.ended, HW_OK), "%s", came.error);
    cr_expect(gt(u64, came.sequence, sequence), "something came of it there");
    cr_expect(not(hw_runtime_is_trying(runtime)));
    cr_expect(hw_hash_equal(hw_engine_state_digest(engine()), digest));
    cr_expect(hw_hash_equal(journal_bytes(), bytes));
    cr_expect(eq(u64, logged.durable, durable));
    cr_expect(eq(uint, logged.applied, applied));
    opened_close();
}

/* ---- beside the loop ---------------------------------------------------------------------- */

static uint64_t fill(uint64_t from, size_t image_size)
{
    while (hw_engine_image_size(engine()) < image_size) {
        if (logged_submit(runtime, from, wall_ms).outcome == HW_OUTCOME_TAKEN)
            from++;
        else
            (void)hw_runtime_turn(runtime);
    }
    return from;
}

static void ask(struct came *came)
{
    struct hw_event event = referral();

    hw_event_finish(&event);
    cr_assert(eq(int, try_event(&event, came), HW_OK));
}

Test(trials, much_state_is_tried_while_more_comes)
{
    struct came came;
    uint64_t from, before, sequence;

    options.threadless = false;
    options.segment_size = 1 << 20;
    opened_open();
    from = fill(1, 6 << 20);
    sequence = hw_engine_sequence(engine());
    ask(&came);
    before = from;
    while (came.done == 0) {
        (void)hw_runtime_turn(runtime);
        from += logged_submit(runtime, from, wall_ms).outcome == HW_OUTCOME_TAKEN;
    }
    cr_expect(eq(int, came.ended, HW_OK), "%s", came.error);
    cr_expect(gt(u64, from, before), "messages were taken meanwhile");
    cr_expect(eq(u64, came.result.reference, sequence + 1), "it was the state when it was asked");
    opened_close();
}

Test(trials, closing_in_the_middle_of_it)
{
    for (unsigned i = 0; i < 10; i++) {
        struct came came[3];

        options.threadless = false;
        opened_open();
        (void)fill(hw_engine_sequence(engine()), 1 << 20);
        for (unsigned k = 0; k < 3; k++)
            ask(&came[k]);
        for (unsigned k = 0; k < i; k++) {
            (void)hw_runtime_turn(runtime);
            usleep(1000);
        }
        opened_close();
        for (unsigned k = 0; k < 3; k++) {
            cr_expect(eq(uint, came[k].done, 1), "each was told, once");
            if (came[k].ended != HW_OK)
                cr_expect(strstr(came[k].error, "stopping") != NULL, "%s", came[k].error);
        }
    }
}

Test(trials, given_up_before_the_end)
{
    struct came came[3];
    struct hw_event event;

    options.threadless = false;
    opened_open();
    (void)fill(1, 1 << 20);
    for (unsigned k = 0; k < 3; k++)
        ask(&came[k]);
    while (hw_runtime_durable(runtime) < hw_engine_sequence(engine()))
        (void)hw_runtime_turn(runtime);
    (void)hw_runtime_turn(runtime);
    hw_runtime_give_up_trials(runtime);
    cr_expect(eq(uint, came[1].done, 1), "those in line at once");
    cr_expect(eq(int, came[1].ended, HW_E_PARTIAL));
    cr_expect(eq(uint, came[2].done, 1));
    turn_until_done(&came[0]);
    cr_expect(not(hw_runtime_is_trying(runtime)));
    event = referral();
    hw_event_finish(&event);
    cr_expect(eq(int, try_event(&event, &came[0]), HW_E_FULL), "no more are taken");
    opened_close();
}

Test(trials, no_more_than_can_wait)
{
    struct came came[HW_TRIALS_MAX + 1];
    struct hw_event event;

    opened_open();
    for (unsigned k = 0; k < HW_TRIALS_MAX; k++)
        ask(&came[k]);
    event = referral();
    hw_event_finish(&event);
    cr_expect(eq(int, try_event(&event, &came[HW_TRIALS_MAX]), HW_E_FULL));
    for (unsigned k = 0; k < HW_TRIALS_MAX; k++) {
        turn_until_done(&came[k]);
        cr_expect(eq(int, came[k].ended, HW_OK), "%s", came[k].error);
        cr_expect(k + 1 == HW_TRIALS_MAX || came[k + 1].done == 0, "in their order");
    }
    opened_close();
}

/* Two states stand in memory at most: a snapshot and a trial wait for each other. */
Test(trials, a_snapshot_and_a_trial_take_turns)
{
    struct came came;

    options.snapshot_records = 3;
    opened_open();
    logged_submit(runtime, 1, wall_ms);
    ask(&came);
    logged_submit(runtime, 2, wall_ms);
    logged_submit(runtime, 3, wall_ms);
    turn_until_done(&came);
    cr_expect(eq(int, came.ended, HW_OK), "%s", came.error);
    ask(&came);
    turn_until_done(&came);
    cr_expect(eq(int, came.ended, HW_OK), "%s", came.error);
    cr_expect(eq(uint, logged.warned, 0), "%s", logged.warning);
    opened_close();
}

/* ---- what goes wrong ---------------------------------------------------------------------- */

Test(trials, a_full_disk_is_told)
{
    struct came came;

    opened_open();
    fault_disk_size(fault, 300 * 1024);
    for (uint64_t i = 1; !hw_runtime_is_full(runtime); i++) {
        (void)logged_submit(runtime, i, wall_ms);
        (void)hw_runtime_turn(runtime);
    }
    cr_assert(lt(u64, hw_runtime_durable(runtime), hw_engine_sequence(engine())));
    ask(&came);
    turn_until_done(&came);
    cr_expect(eq(int, came.ended, HW_E_NO_SPACE));
    cr_expect(strstr(came.error, "free some space") != NULL, "%s", came.error);
    fault_disk_size(fault, UINT64_MAX);
    fault_set_clock(fault, wall_ms, INT64_C(20000000000));
    (void)hw_runtime_turn(runtime);
    (void)hw_runtime_turn(runtime);
    ask(&came);
    turn_until_done(&came);
    cr_expect(eq(int, came.ended, HW_OK), "%s", came.error);
    opened_close();
}

Test(trials, a_reader_and_a_runtime_that_failed_try_nothing)
{
    struct came came;
    struct hw_event event = referral();

    hw_event_finish(&event);
    opened_open();
    (void)hw_runtime_turn(runtime);
    fault_fail(fault, FAULT_SYNC, 1, -EIO, true);
    logged_submit(runtime, 1, wall_ms);
    (void)hw_runtime_turn(runtime);
    cr_assert(eq(uint, logged.failed, 1));
    cr_expect(eq(int, try_event(&event, &came), HW_E_IO));
    (void)hw_runtime_close(runtime, false);
    fault_fail(fault, FAULT_SYNC, 0, 0, false);
    options.read_only = true;
    opened_open();
    cr_expect(eq(int, try_event(&event, &came), HW_E_READ_ONLY));
    cr_expect(not(hw_runtime_is_trying(runtime)));
    hw_runtime_give_up_trials(runtime);
    opened_close();
}

Test(trials, no_memory_for_the_line_itself)
{
    for (uint64_t nth = 1; nth <= 2; nth++) {
        failing_memory(nth, false);
        cr_expect(eq(ptr, hw_trials_new(fault_table(fault), "/data", NULL, true), NULL));
    }
    failing_memory(0, false);
    hw_trials_free(NULL);
}

/* Each request for memory, and for a thread, refused in turn. */
Test(trials, memory_that_is_refused)
{
    unsigned refused = 0;

    for (unsigned threadless = 0; threadless < 2; threadless++) {
        options.threadless = threadless != 0;
        opened_open();
        (void)hw_runtime_turn(runtime);
        for (uint64_t nth = 1, requests = nth; requests >= nth - 1; nth++) { /* It was reached. */
            struct came came;
            struct hw_event event = referral();
            struct hw_hash digest = hw_engine_state_digest(engine());
            enum hw_status status;

            hw_event_finish(&event);
            failing_memory(nth, false);
            status = try_event(&event, &came);
            if (status == HW_OK)
                turn_until_done(&came);
            requests = failing_memory_requests();
            failing_memory(0, false);
            refused += status != HW_OK || came.ended != HW_OK || came.tried != HW_OK;
            cr_expect(status == HW_OK || status == HW_E_MEMORY);
            if (status == HW_OK && came.ended != HW_OK)
                cr_expect(came.error[0] != '\0', "request %u", (unsigned)nth);
            cr_expect(hw_hash_equal(hw_engine_state_digest(engine()), digest));
        }
        opened_close();
    }
    cr_expect(gt(uint, refused, 20));
}
