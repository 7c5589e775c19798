#include "runtime/runtime.h"
#include "homeward/record.h"
#include "homeward/version.h"
#include "runtime/clock.h"
#include "runtime/directory.h"
#include "runtime/journal.h"
#include "runtime/memory.h"
#include "runtime/quarantine.h"
#include "runtime/replay.h"
#include "runtime/snapshotter.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    BATCH_SIZE = 4 * 1024 * 1024,
    SEGMENT_SIZE = 64 * 1024 * 1024,
    PREPARE_SIZE = 4 * 1024 * 1024,
    QUARANTINE_QUOTA = 64 * 1024 * 1024,
    SNAPSHOT_RECORDS = 4000000,
    TICK_SIZE_MAX = 512,
    MESSAGE_EVENTS_MAX = 8,
    USED_PERCENT_MAX = 99, /* of an arena: room for all events of a message stays */
};

#define SNAPSHOT_INTERVAL_MS HW_HOUR_MS
#define DIGEST_NS_MAX        INT64_C(1000000) /* longer does nothing take on the loop */

#define FROZEN_MS (60 * HW_SECOND_MS) /* the clock stands still so long: alarm (R17) */

struct hw_runtime {
    struct hw_runtime_options options;
    struct hw_env *env;
    char data_dir[HW_PATH_SIZE];
    char journal_dir[HW_PATH_SIZE];
    struct hw_engine *engine;
    struct hw_journal *journal; /* NULL: read-only */
    struct hw_quarantine *quarantine;
    struct hw_clock clock;
    struct hw_snapshotter *snapshotter; /* NULL: read-only, or without threads */
    struct hw_snapshot snapshot; /* what a snapshot says of this log; the last one's sequence */
    struct hw_snapshot wanted;   /* to be begun when its sequence is durable; 0 none */
    int64_t snapshot_ns;         /* when the last one was begun */
    int lock_file, wakeup_fd;
    uint64_t durable; /* as told to on_durable */
    uint64_t quarantine_durable;
    int64_t digest_ns; /* what the last digest took */
    bool failed;       /* as told to on_failed */
    bool frozen;       /* as warned of */
};

static void warn(void *context, const char *text)
{
    struct hw_runtime *runtime = context;

    if (runtime->options.on_warning != NULL)
        runtime->options.on_warning(runtime->options.context, text);
}

static void fail(struct hw_runtime *runtime, const char *what)
{
    if (runtime->failed)
        return;
    runtime->failed = true;
    if (runtime->options.on_failed != NULL)
        runtime->options.on_failed(runtime->options.context, what);
}

static int64_t wall_ms(const struct hw_runtime *runtime)
{
    return runtime->env->wall_ms(runtime->env->context);
}

/* --- records ------------------------------------------------------------------------------ */

/* The record of size bytes at the end of the batch: applied, then part of the batch. */
static enum hw_status take_record(struct hw_runtime *runtime, const uint8_t *record, size_t size)
{
    enum hw_status status;

    HW_ASSERT(size > 0);
    status = hw_engine_apply(runtime->engine, hw_slice_of(record, size));
    if (status != HW_OK)
        return status;
    hw_journal_append(runtime->journal, size);
    if (runtime->options.on_applied != NULL)
        runtime->options.on_applied(runtime->options.context, runtime->engine);
    return HW_OK;
}

/*
 * The state's digest, when it is to be had without holding up the loop; zero: not known.  It costs
 * what the state's size costs, so it is timed: the first time when the directory is opened.
 */
static struct hw_hash quick_digest(struct hw_runtime *runtime)
{
    struct hw_hash digest = {0};
    int64_t start = runtime->env->monotonic_ns(runtime->env->context);

    if (runtime->digest_ns > DIGEST_NS_MAX)
        return digest;
    digest = hw_engine_state_digest(runtime->engine);
    runtime->digest_ns = runtime->env->monotonic_ns(runtime->env->context) - start;
    return digest;
}

static void begin_batch(struct hw_runtime *runtime)
{
    struct hw_hash digest = {0};

    if (!hw_journal_empty(runtime->journal))
        return;
    if (hw_journal_turns_over(runtime->journal))
        digest = quick_digest(runtime);
    hw_journal_begin(runtime->journal, hw_engine_accepted_ms(runtime->engine), digest);
}

/* Timers due by accepted_ms fire, in a tick before the record that found them due (R17). */
static enum hw_status take_tick(struct hw_runtime *runtime, int64_t accepted_ms)
{
    size_t room;
    uint8_t *space;

    if (hw_engine_due_ms(runtime->engine) > accepted_ms)
        return HW_OK;
    begin_batch(runtime);
    space = hw_journal_space(runtime->journal, &room);
    return take_record(runtime, space,
        hw_tick_encode(hw_journal_next(runtime->journal), accepted_ms, space, room));
}

static enum hw_status take_event(
    struct hw_runtime *runtime, const struct hw_event *event, int64_t accepted_ms)
{
    enum hw_status status = take_tick(runtime, accepted_ms);
    size_t room;
    uint8_t *space;

    if (status != HW_OK)
        return status;
    begin_batch(runtime);
    space = hw_journal_space(runtime->journal, &room);
    return take_record(runtime, space,
        hw_record_encode(event, hw_journal_next(runtime->journal), accepted_ms, space, room));
}

/* All events of a message, in one batch and so in one commit block. */
static bool take_message(struct hw_runtime *runtime, const struct hw_event *events, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        enum hw_status status = take_event(runtime, &events[i], runtime->clock.now_ms);

        if (status == HW_OK)
            continue;
        /* A tick alone may have gone in: a whole record.  Half a message may not. */
        if (status == HW_E_FULL && i == 0)
            return false;
        fail(runtime,
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

    if (runtime->clock.events || runtime->clock.now_ms == HW_TIME_NONE || behind <= FROZEN_MS) {
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
    warn(runtime, text);
}

/* Whether size bytes of records have room in the open batch, and a message in the arenas. */
static bool has_room(const struct hw_runtime *runtime, size_t size)
{
    unsigned used_percent = 0;

    return !runtime->failed && runtime->journal != NULL &&
        hw_journal_has_room(runtime->journal, size) &&
        hw_engine_has_room(runtime->engine, &used_percent) && used_percent < USED_PERCENT_MAX;
}

/*
 * Bytes that events may take, each after a tick; SIZE_MAX: more than a batch.  Few are not
 * measured, because they always fit an empty one; of many each is written where it may stand.
 */
static size_t size_of(
    const struct hw_runtime *runtime, const struct hw_event *events, uint32_t events_count)
{
    size_t most = HW_RECORD_SIZE_MAX + TICK_SIZE_MAX, total = 0, room;

    if (events_count <= runtime->options.batch_size / most)
        return events_count * most;
    uint8_t *space = hw_journal_space(runtime->journal, &room);
    for (uint32_t i = 0; i < events_count && total <= runtime->options.batch_size; i++) {
        size_t size = hw_record_encode(&events[i], 1, 0, space, room);

        if (size == 0)
            return SIZE_MAX;
        total += size;
        if (i == 0 || events[i].kind != HW_KIND_CONFIGURATION) /* They set no timer. */
            total += TICK_SIZE_MAX;
    }
    return total;
}

/* Each of many events may need a little of every arena. */
static bool has_room_for_many(const struct hw_runtime *runtime, uint32_t events_count)
{
    unsigned used_percent = 0;
    uint64_t least = runtime->options.limits.texts / 4; /* the smallest arena (engine.c) */

    (void)hw_engine_has_room(runtime->engine, &used_percent);
    return events_count <= MESSAGE_EVENTS_MAX ||
        events_count <= least * (USED_PERCENT_MAX - used_percent) / 100 / 4;
}

static enum hw_seen seen(const struct hw_runtime *runtime, const struct hw_event *event,
    int64_t now_ms, uint64_t *ret_sequence)
{
    if (hw_hash_is_zero(event->message_id_hash))
        return HW_SEEN_NEW;
    return hw_engine_seen(
        runtime->engine, event->message_id_hash, event->message_hash, now_ms, ret_sequence);
}

struct hw_submitted hw_runtime_submit(
    struct hw_runtime *runtime, struct hw_event *events, uint32_t events_count)
{
    struct hw_submitted submitted = {HW_OUTCOME_FULL, 0};
    int64_t wall = runtime->clock.events ? 0 : wall_ms(runtime);
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
    if (!has_room_for_many(runtime, events_count) ||
        !has_room(runtime, size_of(runtime, events, events_count)))
        return submitted;
    for (uint32_t i = 0; known == HW_SEEN_REUSED && i < events_count; i++)
        events[i].flags |= HW_FLAG_CONTROL_ID_REUSED;
    runtime->clock = clock;
    if (!take_message(runtime, events, events_count))
        return submitted;
    submitted.outcome = HW_OUTCOME_TAKEN;
    submitted.release_sequence = hw_journal_next(runtime->journal) - 1;
    return submitted;
}

/* --- a turn of the loop ------------------------------------------------------------------- */

static void clear_wakeup(const struct hw_runtime *runtime)
{
    uint64_t count;

    if (runtime->wakeup_fd >= 0)
        while (read(runtime->wakeup_fd, &count, sizeof count) < 0 && errno == EINTR)
            continue;
}

static void tell(struct hw_runtime *runtime)
{
    uint64_t durable = hw_journal_durable(runtime->journal);
    uint64_t quarantined = hw_quarantine_durable(runtime->quarantine);
    char text[HW_ERROR_TEXT_SIZE];

    while (hw_journal_warning(runtime->journal, text) ||
        hw_quarantine_warning(runtime->quarantine, text))
        warn(runtime, text);
    if (durable > runtime->durable || quarantined > runtime->quarantine_durable) {
        runtime->durable = durable;
        runtime->quarantine_durable = quarantined;
        if (runtime->options.on_durable != NULL)
            runtime->options.on_durable(runtime->options.context, durable);
    }
    if (hw_journal_failed(runtime->journal, text) ||
        hw_quarantine_failed(runtime->quarantine, text))
        fail(runtime, text);
}

/* Timers of the system clock fire by themselves; those of the event clock wait for an event. */
static void fire_timers(struct hw_runtime *runtime)
{
    int64_t wall = wall_ms(runtime);
    int64_t due = hw_engine_due_ms(runtime->engine);

    if (runtime->clock.events || due > wall || wall < runtime->clock.now_ms ||
        !has_room(runtime, HW_RECORD_SIZE_MAX + TICK_SIZE_MAX))
        return;
    runtime->clock.now_ms = wall;
    if (take_tick(runtime, wall) != HW_OK)
        fail(runtime,
            "a timer could not fire: the limits leave no room for what it says; raise "
            "them and start again");
}

static int64_t until_due(const struct hw_runtime *runtime)
{
    int64_t due = hw_engine_due_ms(runtime->engine);
    int64_t now = wall_ms(runtime);

    if (runtime->clock.events || due == HW_TIME_OPEN)
        return -1;
    return due > now ? due - now : 1;
}

/* --- snapshots ---------------------------------------------------------------------------- */

/* How long until the next one is due by time; -1: there is nothing new. */
static int64_t until_snapshot(const struct hw_runtime *runtime)
{
    int64_t passed_ms =
        (runtime->env->monotonic_ns(runtime->env->context) - runtime->snapshot_ns) / 1000000;
    int64_t left_ms = runtime->options.snapshot_interval_ms - passed_ms;
    uint64_t records = hw_engine_sequence(runtime->engine) - runtime->snapshot.sequence;

    if (runtime->snapshotter == NULL || runtime->wanted.sequence != 0 || records == 0)
        return -1;
    return records >= runtime->options.snapshot_records || left_ms < 0 ? 0 : left_ms;
}

/* What a snapshot of this very moment would say. */
static struct hw_snapshot snapshot_now(struct hw_runtime *runtime)
{
    struct hw_snapshot snapshot = runtime->snapshot;

    snapshot.sequence = hw_engine_sequence(runtime->engine);
    snapshot.accepted_ms = hw_engine_accepted_ms(runtime->engine);
    snapshot.digest = quick_digest(runtime);
    snapshot.clock_pending_ms = runtime->clock.pending_ms;
    return snapshot;
}

static void take_snapshots(struct hw_runtime *runtime)
{
    char text[HW_ERROR_TEXT_SIZE];
    enum hw_status status;
    uint64_t sequence;

    if (runtime->snapshotter == NULL)
        return;
    if (hw_snapshotter_ended(runtime->snapshotter, &sequence, &status, text)) {
        runtime->snapshot.sequence = sequence;
        if (status != HW_OK)
            warn(runtime, text);
    }
    if (until_snapshot(runtime) == 0)
        runtime->wanted = snapshot_now(runtime);
    if (runtime->wanted.sequence == 0 || hw_runtime_durable(runtime) < runtime->wanted.sequence ||
        !hw_snapshotter_start(runtime->snapshotter, &runtime->wanted))
        return;
    /* Counted from its beginning; should it fail, the next one is as far away as after success. */
    runtime->snapshot.sequence = runtime->wanted.sequence;
    runtime->snapshot_ns = runtime->env->monotonic_ns(runtime->env->context);
    runtime->wanted.sequence = 0;
}

/* The last thing before the lock is given up; without it the next start takes longer. */
static void snapshot_at_close(struct hw_runtime *runtime)
{
    struct hw_snapshot about = snapshot_now(runtime);
    char text[HW_ERROR_TEXT_SIZE];

    if (about.sequence > 0 &&
        hw_snapshot_write(runtime->env, runtime->data_dir, runtime->engine, &about, text) != HW_OK)
        warn(runtime, text);
}

static int64_t sooner(int64_t a, int64_t b)
{
    if (a < 0 || b < 0)
        return a > b ? a : b;
    return a < b ? a : b;
}

int64_t hw_runtime_turn(struct hw_runtime *runtime)
{
    if (runtime->journal == NULL || runtime->failed)
        return -1;
    clear_wakeup(runtime);
    fire_timers(runtime);
    hw_journal_flush(runtime->journal);
    hw_quarantine_flush(runtime->quarantine);
    tell(runtime);
    take_snapshots(runtime);
    return sooner(until_due(runtime), until_snapshot(runtime));
}

/* --- what is known ------------------------------------------------------------------------ */

int hw_runtime_wakeup_fd(const struct hw_runtime *runtime)
{
    return runtime->wakeup_fd;
}

struct hw_engine *hw_runtime_engine(struct hw_runtime *runtime)
{
    return runtime->engine;
}

uint64_t hw_runtime_durable(const struct hw_runtime *runtime)
{
    if (runtime->journal == NULL)
        return hw_engine_sequence(runtime->engine);
    return runtime->failed ? runtime->durable : hw_journal_durable(runtime->journal);
}

int64_t hw_runtime_now_ms(const struct hw_runtime *runtime)
{
    int64_t last = hw_engine_accepted_ms(runtime->engine);
    int64_t due = hw_engine_due_ms(runtime->engine);
    int64_t now = runtime->clock.events ? runtime->clock.now_ms : wall_ms(runtime);

    if (now > due) /* It fires with the next turn; until then figures stop short of it. */
        now = due;
    return now > last ? now : last;
}

enum hw_status hw_runtime_quarantine(
    struct hw_runtime *runtime, const struct hw_refused *refused, uint64_t *ret_id)
{
    if (runtime->quarantine == NULL)
        return HW_E_READ_ONLY;
    if (runtime->failed)
        return HW_E_IO;
    return hw_quarantine_add(runtime->quarantine, wall_ms(runtime), refused, ret_id);
}

uint64_t hw_runtime_quarantine_durable(const struct hw_runtime *runtime)
{
    return runtime->quarantine == NULL ? 0 : hw_quarantine_durable(runtime->quarantine);
}

uint64_t hw_runtime_quarantine_dropped(const struct hw_runtime *runtime)
{
    return runtime->quarantine == NULL ? 0 : hw_quarantine_dropped(runtime->quarantine);
}

/* --- open and close ----------------------------------------------------------------------- */

static void set_defaults(struct hw_runtime_options *options)
{
    struct hw_limits defaults = hw_limits_default();

    options->limits = hw_limits_larger(&options->limits, &defaults);
    if (options->read_only) /* A reader goes by what the log says. */
        options->dedupe_ms = options->history_open_ms = -1;
    if (options->batch_size == 0)
        options->batch_size = BATCH_SIZE;
    if (options->segment_size == 0)
        options->segment_size = SEGMENT_SIZE;
    if (options->prepare_size == 0)
        options->prepare_size = PREPARE_SIZE;
    if (options->snapshot_records == 0)
        options->snapshot_records = SNAPSHOT_RECORDS;
    if (options->snapshot_interval_ms == 0)
        options->snapshot_interval_ms = SNAPSHOT_INTERVAL_MS;
    if (options->quarantine_quota == 0)
        options->quarantine_quota = QUARANTINE_QUOTA;
}

static void hear_record(void *context, const struct hw_engine *engine, struct hw_slice record)
{
    struct hw_runtime *runtime = context;
    struct hw_event event;

    if (runtime->clock.events && hw_record_decode(record, false, &event) == HW_OK)
        hw_clock_replay(&runtime->clock, hw_engine_accepted_ms(engine), &event);
}

static void warn_of_tail(struct hw_runtime *runtime, const struct hw_log_tail *tail)
{
    char text[HW_ERROR_TEXT_SIZE], path[HW_PATH_SIZE];

    if (tail->torn_size == 0)
        return;
    hw_file_number_path(
        path, runtime->journal_dir, tail->segment.first_sequence, HW_SEGMENT_ENDING);
    hw_error_set(text,
        "%s: offset %" PRIu64 ": %" PRIu64 " bytes of a write that never finished were dropped; "
        "nothing in them had been acknowledged",
        path, tail->end, tail->torn_size);
    warn(runtime, text);
}

static enum hw_status load(
    struct hw_runtime *runtime, struct hw_replay *replay, char error[HW_ERROR_TEXT_SIZE])
{
    struct hw_replay_options options = hw_replay_options_default(runtime->env, runtime->data_dir);

    options.county = runtime->options.county;
    options.limits = runtime->options.limits;
    options.dedupe_ms = runtime->options.dedupe_ms;
    options.history_open_ms = runtime->options.history_open_ms;
    options.on_record = hear_record;
    options.on_warning = warn;
    options.context = runtime;
    return hw_replay(&options, replay, error);
}

/* The settings of a log that is about to be made. */
static void draw_header(struct hw_runtime *runtime, struct hw_segment_header *header)
{
    *header = (struct hw_segment_header){.limits = runtime->options.limits};
    (void)snprintf(header->county, sizeof header->county, "%s", runtime->options.county);
    runtime->env->random(runtime->env->context, &header->log_id, sizeof header->log_id);
    runtime->env->random(runtime->env->context, header->hash_key, sizeof header->hash_key);
}

static enum hw_status new_engine(struct hw_runtime *runtime, const struct hw_segment_header *header,
    char error[HW_ERROR_TEXT_SIZE])
{
    struct hw_engine_options options = {
        .limits = header->limits,
        .memory = hw_memory_system(),
        .hash_key = {header->hash_key[0], header->hash_key[1]},
        .dedupe_ms = runtime->options.dedupe_ms,
        .history_open_ms = runtime->options.history_open_ms,
    };
    enum hw_status status = hw_engine_new(&options, &runtime->engine);

    if (status != HW_OK)
        hw_error_set(
            error, "no memory for the engine's state; lower the limits in the configuration");
    return status;
}

static enum hw_status open_journal(struct hw_runtime *runtime, struct hw_segment_header *header,
    const struct hw_log_tail *tail, char error[HW_ERROR_TEXT_SIZE])
{
    struct hw_journal_options options = {
        .writer =
            {
                .env = runtime->env,
                .dir = runtime->journal_dir,
                .segment_size = runtime->options.segment_size,
                .prepare_size = runtime->options.prepare_size,
                .ahead_size = 2 * runtime->options.prepare_size,
            },
        .batch_size = runtime->options.batch_size,
        .threadless = runtime->options.threadless,
        .wakeup_fd = runtime->wakeup_fd,
    };

    if (runtime->options.sync == HW_SYNC_INTERVAL)
        options.sync_interval_ms =
            runtime->options.sync_interval_ms > 0 ? runtime->options.sync_interval_ms : 1;
    if (runtime->options.sync == HW_SYNC_NEVER)
        options.sync_interval_ms = -1;
    header->format = HW_FORMAT_VERSION;
    header->rules = HW_RULES_VERSION;
    header->dedupe_ms = runtime->options.dedupe_ms;
    header->history_open_ms = runtime->options.history_open_ms;
    options.writer.header = *header;
    runtime->snapshot.log_id = header->log_id;
    runtime->snapshot.dedupe_ms = header->dedupe_ms;
    runtime->snapshot.history_open_ms = header->history_open_ms;
    runtime->snapshot.limits = header->limits;
    return hw_journal_open(&options, tail, &runtime->journal, error);
}

/* The first record of every log. */
static enum hw_status open_log(struct hw_runtime *runtime, char error[HW_ERROR_TEXT_SIZE])
{
    struct hw_event event;
    int64_t accepted_ms = runtime->clock.events ? HW_CLOCK_START : wall_ms(runtime);
    enum hw_status status;

    hw_event_init(&event, HW_KIND_LOG_OPENED);
    runtime->clock.now_ms = accepted_ms;
    status = take_event(runtime, &event, accepted_ms);
    if (status != HW_OK)
        hw_error_set(error, "the engine does not take the log's first record: %s; raise the limits",
            hw_status_text(status));
    return status;
}

static enum hw_status open_existing(
    struct hw_runtime *runtime, struct hw_replay *replay, char error[HW_ERROR_TEXT_SIZE])
{
    struct hw_segment_header header = replay->tail.segment;

    runtime->engine = replay->engine;
    runtime->snapshot.sequence = replay->snapshot_sequence;
    if (hw_engine_sequence(runtime->engine) > 0)
        runtime->clock.now_ms = hw_engine_accepted_ms(runtime->engine);
    if (runtime->options.read_only)
        return HW_OK;
    warn_of_tail(runtime, &replay->tail);
    header.limits = hw_limits_larger(&header.limits, &runtime->options.limits);
    return open_journal(runtime, &header, &replay->tail, error);
}

static enum hw_status open_new(struct hw_runtime *runtime, char error[HW_ERROR_TEXT_SIZE])
{
    struct hw_segment_header header;
    enum hw_status status;

    if (runtime->options.read_only) {
        hw_error_set(error, "%s holds no journal; check the path of data_dir", runtime->data_dir);
        return HW_E_NOT_FOUND;
    }
    draw_header(runtime, &header);
    status = new_engine(runtime, &header, error);
    return status == HW_OK ? open_journal(runtime, &header, NULL, error) : status;
}

static enum hw_status open_state(struct hw_runtime *runtime, char error[HW_ERROR_TEXT_SIZE])
{
    struct hw_replay replay;
    enum hw_status status;

    hw_clock_init(&runtime->clock, runtime->options.event_clock);
    status = load(runtime, &replay, error);
    if (status == HW_OK)
        status = open_existing(runtime, &replay, error);
    else if (status == HW_E_NOT_FOUND)
        status = open_new(runtime, error);
    if (status == HW_OK && !runtime->options.read_only && hw_engine_sequence(runtime->engine) == 0)
        status = open_log(runtime, error);
    return status;
}

static enum hw_status open_quarantine(struct hw_runtime *runtime, char error[HW_ERROR_TEXT_SIZE])
{
    struct hw_quarantine_options options = {
        .env = runtime->env,
        .data_dir = runtime->data_dir,
        .source_quota = runtime->options.quarantine_quota,
        .threadless = runtime->options.threadless,
        .wakeup_fd = runtime->wakeup_fd,
    };
    enum hw_status status = hw_quarantine_open(&options, &runtime->quarantine, error);

    if (status == HW_OK)
        runtime->quarantine_durable = hw_quarantine_durable(runtime->quarantine);
    return status;
}

static enum hw_status open_snapshotter(struct hw_runtime *runtime, char error[HW_ERROR_TEXT_SIZE])
{
    runtime->snapshot_ns = runtime->env->monotonic_ns(runtime->env->context);
    if (runtime->options.threadless)
        return HW_OK;
    runtime->snapshotter = hw_snapshotter_new(runtime->env, runtime->data_dir, runtime->wakeup_fd);
    if (runtime->snapshotter != NULL)
        return HW_OK;
    hw_error_set(error, "no memory; give the process more");
    return HW_E_MEMORY;
}

static enum hw_status open_all(struct hw_runtime *runtime, char error[HW_ERROR_TEXT_SIZE])
{
    enum hw_status status = HW_OK;

    if (!runtime->options.read_only) {
        runtime->wakeup_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        status = hw_directory_lock(runtime->env, runtime->data_dir, &runtime->lock_file, error);
    }
    if (status == HW_OK)
        status = open_state(runtime, error);
    if (status == HW_OK && !runtime->options.read_only)
        status = open_quarantine(runtime, error);
    if (status == HW_OK && !runtime->options.read_only)
        status = open_snapshotter(runtime, error);
    if (status == HW_OK && runtime->journal != NULL) {
        runtime->durable = hw_journal_durable(runtime->journal);
        (void)quick_digest(runtime); /* For its time. */
    }
    return status;
}

static bool check_options(const struct hw_runtime_options *options, char error[HW_ERROR_TEXT_SIZE])
{
    size_t county_size = options->county == NULL ? 0 : strlen(options->county);

    if (strlen(options->data_dir) > HW_PATH_SIZE - 64)
        hw_error_set(error, "the path of data_dir is too long; name a shorter one");
    else if (county_size > HW_COUNTY_SIZE_MAX || (county_size == 0 && !options->read_only))
        hw_error_set(error, "the name of the county must have 1 to %d bytes", HW_COUNTY_SIZE_MAX);
    else
        return true;
    return false;
}

static enum hw_status release(
    struct hw_runtime *runtime, bool snapshot, char error[HW_ERROR_TEXT_SIZE])
{
    enum hw_status status = HW_OK, quarantine = HW_OK;

    hw_snapshotter_free(runtime->snapshotter);
    if (runtime->journal != NULL)
        status = hw_journal_close(runtime->journal, error);
    if (snapshot && runtime->journal != NULL && status == HW_OK && !runtime->failed)
        snapshot_at_close(runtime);
    if (runtime->quarantine != NULL)
        quarantine = hw_quarantine_close(runtime->quarantine, error);
    if (runtime->engine != NULL)
        hw_engine_free(runtime->engine);
    if (runtime->wakeup_fd >= 0)
        (void)close(runtime->wakeup_fd);
    if (runtime->lock_file >= 0)
        (void)runtime->env->close(
            runtime->env->context, runtime->lock_file); /* Gives the lock up. */
    free(runtime);
    return status != HW_OK ? status : quarantine;
}

enum hw_status hw_runtime_open(const struct hw_runtime_options *options,
    struct hw_runtime **ret_runtime, char error[HW_ERROR_TEXT_SIZE])
{
    struct hw_runtime *runtime;
    char ignored[HW_ERROR_TEXT_SIZE];
    enum hw_status status;

    if (!check_options(options, error))
        return HW_E_INVALID;
    runtime = calloc(1, sizeof *runtime);
    if (runtime == NULL) {
        hw_error_set(error, "no memory; give the process more");
        return HW_E_MEMORY;
    }
    runtime->options = *options;
    runtime->env = options->env;
    runtime->lock_file = runtime->wakeup_fd = -1;
    set_defaults(&runtime->options);
    (void)snprintf(runtime->data_dir, sizeof runtime->data_dir, "%s", options->data_dir);
    HW_ASSERT(hw_file_path(runtime->journal_dir, runtime->data_dir, "journal"));
    status = open_all(runtime, error);
    if (status != HW_OK) {
        (void)release(runtime, false, ignored); /* The first failure is the one to tell. */
        return status;
    }
    *ret_runtime = runtime;
    return HW_OK;
}

enum hw_status hw_runtime_close(struct hw_runtime *runtime, bool snapshot)
{
    char error[HW_ERROR_TEXT_SIZE] = "";
    enum hw_status status = release(runtime, snapshot, error);

    return status;
}
