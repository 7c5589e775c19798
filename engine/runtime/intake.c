#include "homeward/record.h"
#include "homeward/routing.h"
#include "runtime/parts.h"

#include <inttypes.h>

enum {
    MESSAGE_EVENTS_MAX = 8,
    USED_PERCENT_MAX = 99, /* of an arena: room for all events of a message stays */
};

#define FROZEN_MS (60 * HW_SECOND_MS) /* the clock stands still so long: alarm (R17) */

/* A record of event at the end of the batch: written, applied, then part of the batch. */
static enum hw_status take_record(
    struct hw_runtime *runtime, const struct hw_event *event, int64_t accepted_ms)
{
    uint64_t sequence = hw_journal_next(runtime->journal);
    size_t room, size;
    uint8_t *space = hw_journal_space(runtime->journal, &room);
    enum hw_status status;

    size = hw_record_encode(event, sequence, accepted_ms, space, room);
    HW_ASSERT(size > 0); /* Room was seen to. */
    status = hw_engine_apply_event(runtime->engine, sequence, accepted_ms, event);
    if (status != HW_OK)
        return status;
    hw_journal_append(runtime->journal, size);
    if (runtime->options.on_applied != NULL)
        runtime->options.on_applied(runtime->options.context, runtime->engine);
    return HW_OK;
}

static void begin_batch(struct hw_runtime *runtime)
{
    struct hw_hash digest = {0}, quick_digest = {0};

    if (!hw_journal_empty(runtime->journal))
        return;
    if (hw_journal_turns_over(runtime->journal)) {
        digest = hw__runtime_digest(runtime);
        quick_digest = hw_engine_quick_digest(runtime->engine);
    }
    hw_journal_begin(
        runtime->journal, hw_engine_accepted_ms(runtime->engine), digest, quick_digest);
}

enum { DECISIONS_AT_ONCE = 128 }; /* some ten microseconds each, and the loop has other work */

/*
 * What the engine decides stands right behind the message or the tick that caused it, in the same
 * batch (R5), and nothing is taken before it.  False: some are left, for want of room in the batch
 * or in an arena, or because one cause has more of them than the loop may wait for.
 */
bool hw__intake_decide(struct hw_runtime *runtime)
{
    const struct hw_event *decided;

    for (unsigned i = 0; (decided = hw_engine_decided(runtime->engine)) != NULL; i++) {
        struct hw_event event = *decided; /* Applying it brings the next. */

        if (i == DECISIONS_AT_ONCE || !hw_journal_has_room(runtime->journal, HW_RECORD_SIZE_MAX))
            return false;
        begin_batch(runtime);
        if (take_record(runtime, &event, hw_engine_accepted_ms(runtime->engine)) != HW_OK)
            return false;
    }
    return true;
}

/* Timers due by accepted_ms fire, in a tick before the record that found them due (R17). */
enum hw_status hw__intake_tick(struct hw_runtime *runtime, int64_t accepted_ms)
{
    struct hw_event tick;
    enum hw_status status;

    if (hw_engine_due_ms(runtime->engine) > accepted_ms && !runtime->resumes)
        return HW_OK;
    begin_batch(runtime);
    hw_event_init(&tick, HW_KIND_CLOCK_TICK);
    /* Nobody could answer while the engine stood still: it is told that it did (R16). */
    if (runtime->resumes)
        hw_event_set_text(&tick, HW_FIELD_DETAIL, hw_slice_text("resumed"));
    status = take_record(runtime, &tick, accepted_ms);
    if (status == HW_OK)
        runtime->resumes = false;
    return status;
}

enum hw_status hw__intake_event(
    struct hw_runtime *runtime, const struct hw_event *event, int64_t accepted_ms)
{
    enum hw_status status = hw__intake_tick(runtime, accepted_ms);

    if (status != HW_OK)
        return status;
    begin_batch(runtime);
    return take_record(runtime, event, accepted_ms);
}

/*
 * What belongs to a command that was refused is refused with it: it would have no effect, and the
 * answer is the command's.  Facts beside it are true all the same.
 */
static bool is_refused_with(
    const struct hw_runtime *runtime, const struct hw_event *before, const struct hw_event *event)
{
    return before->kind >= HW_KIND_REFERRAL_RECEIVED && event->kind >= HW_KIND_REFERRAL_RECEIVED &&
        hw_engine_command_result(runtime->engine).status != HW_OK;
}

/*
 * What was wrong with the command that a message ends with; NULL: nothing, or it is a fact.  Of a
 * referral that is not known nothing is left to withdraw: that is as its sender wants it.
 */
static const char *refused_words(const struct hw_runtime *runtime, const struct hw_event *last)
{
    struct hw_command_result result = hw_engine_command_result(runtime->engine);

    if (last->kind < HW_KIND_REFERRAL_RECEIVED || result.status == HW_OK ||
        (last->kind == HW_KIND_REFERRAL_WITHDRAWN && result.status == HW_E_NOT_FOUND))
        return NULL;
    return result.words != NULL ? result.words : hw_status_text(result.status);
}

/* All events of a message, in one batch and so in one commit block. */
static bool take_message(struct hw_runtime *runtime, const struct hw_event *events, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        enum hw_status status;

        if (i > 0 && is_refused_with(runtime, &events[i - 1], &events[i]))
            return true;
        status = hw__intake_event(runtime, &events[i], runtime->clock.now_ms);
        if (status == HW_OK)
            continue;
        HW_ASSERT(status == HW_E_FULL); /* What was made here can be read. */
        if (i == 0)
            return false; /* Half a message is what may not be. */
        hw_journal_drop(runtime->journal);
        hw__runtime_fail(runtime,
            "a message could be applied only in part: the limits leave no room for it; "
            "raise them and start again");
        return false;
    }
    return true;
}

/* The machine's clock may stand behind the last record; not for long without a word. */
static void watch_clock(struct hw_runtime *runtime, int64_t wall)
{
    char text[HW_ERROR_TEXT_SIZE];
    int64_t behind = runtime->clock.now_ms - wall;

    if (runtime->clock.events || behind <= FROZEN_MS) {
        runtime->frozen = false;
        return;
    }
    if (runtime->frozen)
        return;
    runtime->frozen = true;
    hw_error_set(text,
        "the machine's clock is %" PRId64 " s behind the last record: time stands still until it "
        "has caught up; check its time service",
        behind / 1000);
    hw__runtime_warn(runtime, text);
}

bool hw__intake_has_room(const struct hw_runtime *runtime, size_t size)
{
    unsigned used_percent = 0;

    (void)hw_engine_has_room(runtime->engine, &used_percent); /* How full is what counts. */
    return hw_journal_has_room(runtime->journal, size) && used_percent < USED_PERCENT_MAX;
}

/*
 * Bytes that events may take, each after a tick; SIZE_MAX: more than a batch.  Few are not
 * measured, because they always fit an empty one; of many each is written where it may stand.
 */
static size_t size_of(
    const struct hw_runtime *runtime, const struct hw_event *events, uint32_t events_count)
{
    size_t most = HW_RECORD_SIZE_MAX + HW_TICK_SIZE_MAX, total = 0, room;

    if (events_count <= runtime->options.batch_size / most)
        return events_count * most;
    uint8_t *space = hw_journal_space(runtime->journal, &room);
    for (uint32_t i = 0; i < events_count && total <= runtime->options.batch_size; i++) {
        size_t size = hw_record_encode(&events[i], 1, 0, space, room);

        if (size == 0)
            return SIZE_MAX;
        total += size;
        if (i == 0 || events[i].kind != HW_KIND_CONFIGURATION) /* They set no timer. */
            total += HW_TICK_SIZE_MAX;
    }
    return total;
}

/* Each of many events may need a little of every arena. */
static bool has_room_for_many(const struct hw_runtime *runtime, uint32_t events_count)
{
    unsigned used_percent = 0;
    uint64_t least = runtime->options.limits.texts / 4; /* the smallest arena (engine.c) */

    if (events_count <= MESSAGE_EVENTS_MAX)
        return true;
    (void)hw_engine_has_room(runtime->engine, &used_percent);
    return events_count <= least * (USED_PERCENT_MAX - used_percent) / 100 / 4;
}

static enum hw_seen seen(const struct hw_runtime *runtime, const struct hw_event *event,
    int64_t now_ms, uint64_t *ret_sequence)
{
    if (hw_hash_is_zero(event->message_id_hash))
        return HW_SEEN_NEW;
    return hw_engine_seen(
        runtime->engine, event->message_id_hash, event->message_hash, now_ms, ret_sequence);
}

static bool has_room_for(
    const struct hw_runtime *runtime, const struct hw_event *events, uint32_t events_count)
{
    return has_room_for_many(runtime, events_count) &&
        hw__intake_has_room(runtime, size_of(runtime, events, events_count));
}

/* What was decided before, the tick the message finds due, and what is decided behind that. */
static bool make_way(struct hw_runtime *runtime, int64_t now_ms, const struct hw_event *events,
    uint32_t events_count)
{
    if (!hw__intake_decide(runtime) || !has_room_for(runtime, events, events_count))
        return false;
    if (hw_engine_due_ms(runtime->engine) > now_ms)
        return true;
    runtime->clock.now_ms = now_ms; /* All else of the clock is the message's, if it is taken. */
    return hw__intake_tick(runtime, now_ms) == HW_OK && hw__intake_decide(runtime) &&
        has_room_for(runtime, events, events_count);
}

struct hw_submitted hw_runtime_submit(
    struct hw_runtime *runtime, struct hw_event *events, uint32_t events_count)
{
    struct hw_submitted submitted = {.outcome = HW_OUTCOME_FULL};
    int64_t wall = runtime->clock.events ? 0 : hw__runtime_wall_ms(runtime);
    struct hw_clock clock = hw_clock_after(&runtime->clock, wall, events, events_count);
    enum hw_seen known;

    HW_ASSERT(events_count > 0);
    if (runtime->failed || runtime->journal == NULL)
        return submitted;
    watch_clock(runtime, wall);
    known = seen(runtime, &events[0], clock.now_ms, &submitted.release_sequence);
    if (known == HW_SEEN_DUPLICATE) {
        submitted.outcome = HW_OUTCOME_DUPLICATE;
        return submitted;
    }
    submitted.release_sequence = 0;
    if (!make_way(runtime, clock.now_ms, events, events_count))
        return submitted;
    runtime->clock = clock;
    for (uint32_t i = 0; known == HW_SEEN_REUSED && i < events_count; i++)
        events[i].flags |= HW_FLAG_CONTROL_ID_REUSED;
    if (!take_message(runtime, events, events_count))
        return submitted;
    submitted.refused = refused_words(runtime, &events[events_count - 1]);
    (void)hw__intake_decide(runtime); /* What is left goes with the next turn. */
    submitted.outcome = HW_OUTCOME_TAKEN;
    submitted.release_sequence = hw_journal_next(runtime->journal) - 1;
    return submitted;
}
