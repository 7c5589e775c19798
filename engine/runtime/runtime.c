#include "homeward/record.h"
#include "homeward/routing.h"
#include "homeward/version.h"
#include "runtime/memory.h"
#include "runtime/parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    BATCH_SIZE = 4 * 1024 * 1024,
    SEGMENT_SIZE = 64 * 1024 * 1024,
    PREPARE_SIZE = 4 * 1024 * 1024,
    QUARANTINE_QUOTA = 64 * 1024 * 1024,
    SNAPSHOT_RECORDS = 4000000,
};

#define SNAPSHOT_INTERVAL_MS HW_HOUR_MS
#define DIGEST_NS_MAX        INT64_C(1000000) /* longer does nothing take on the loop */

void hw__runtime_warn(void *runtime, const char *text)
{
    const struct hw_runtime *of = runtime;

    if (of->options.on_warning != NULL)
        of->options.on_warning(of->options.context, text);
}

void hw__runtime_fail(struct hw_runtime *runtime, const char *what)
{
    if (runtime->failed)
        return;
    runtime->failed = true;
    if (runtime->options.on_failed != NULL)
        runtime->options.on_failed(runtime->options.context, what);
}

struct hw_hash hw__runtime_digest(struct hw_runtime *runtime)
{
    struct hw_hash digest = {0};
    int64_t start = runtime->env->monotonic_ns(runtime->env->context);

    if (runtime->digest_ns > DIGEST_NS_MAX)
        return digest;
    digest = hw_engine_state_digest(runtime->engine);
    runtime->digest_ns = runtime->env->monotonic_ns(runtime->env->context) - start;
    return digest;
}

/* --- what is known ------------------------------------------------------------------------ */

int hw_runtime_wakeup_fd(const struct hw_runtime *runtime)
{
    return runtime->wakeup.handle;
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

bool hw_runtime_is_full(const struct hw_runtime *runtime)
{
    return (runtime->journal != NULL && hw_journal_full(runtime->journal)) ||
        (runtime->quarantine != NULL && hw_quarantine_full(runtime->quarantine));
}

int64_t hw_runtime_now_ms(const struct hw_runtime *runtime)
{
    int64_t last = hw_engine_accepted_ms(runtime->engine);
    int64_t due = hw_engine_due_ms(runtime->engine);
    int64_t now = runtime->clock.events ? runtime->clock.now_ms : hw__runtime_wall_ms(runtime);

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
    return hw_quarantine_add(runtime->quarantine, hw__runtime_wall_ms(runtime), refused, ret_id);
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

    if (!runtime->clock.events)
        return;
    HW_ASSERT(hw_record_decode(record, false, &event) == HW_OK); /* It was applied. */
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
    hw__runtime_warn(runtime, text);
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
    options.on_warning = hw__runtime_warn;
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
        .wakeup = &runtime->wakeup,
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
    int64_t accepted_ms = runtime->clock.events ? HW_CLOCK_START : hw__runtime_wall_ms(runtime);
    enum hw_status status;

    hw_event_init(&event, HW_KIND_LOG_OPENED);
    runtime->clock.now_ms = accepted_ms;
    status = hw__intake_event(runtime, &event, accepted_ms);
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
    /* With the clock of events no time passes while nobody listens. */
    runtime->resumes = !runtime->clock.events && hw_engine_wants_resuming(runtime->engine);
    warn_of_tail(runtime, &replay->tail);
    header.limits = hw_limits_larger(&header.limits, &runtime->options.limits);
    return open_journal(runtime, &header, &replay->tail, error);
}

/*
 * Where there is a snapshot there was a journal, and it was acknowledged: a new one would begin at
 * record 1 as if nothing had been.
 */
static enum hw_status check_snapshots(struct hw_runtime *runtime, char error[HW_ERROR_TEXT_SIZE])
{
    uint64_t *sequences, newest;
    size_t count;
    int failed = hw_snapshot_list(runtime->env, runtime->data_dir, &sequences, &count);

    if (failed < 0)
        return hw_error_file(error, "list the snapshots of", runtime->data_dir, failed);
    newest = count > 0 ? sequences[count - 1] : 0;
    free(sequences);
    if (newest == 0)
        return HW_OK;
    hw_error_set(error,
        "%s: the journal is gone: there is no segment and no watermark, but a snapshot of record "
        "%" PRIu64 "; restore the folder journal from a backup; to begin a new log without it "
        "move the folder snapshots away",
        runtime->journal_dir, newest);
    return HW_E_DAMAGED;
}

static enum hw_status open_new(struct hw_runtime *runtime, char error[HW_ERROR_TEXT_SIZE])
{
    struct hw_segment_header header;
    enum hw_status status;

    if (runtime->options.read_only) {
        hw_error_set(error, "%s holds no journal; check the path of data_dir", runtime->data_dir);
        return HW_E_NOT_FOUND;
    }
    status = check_snapshots(runtime, error);
    if (status != HW_OK)
        return status;
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
        .segment_size = runtime->options.quarantine_segment_size,
        .threadless = runtime->options.threadless,
        .wakeup = &runtime->wakeup,
    };
    enum hw_status status = hw_quarantine_open(&options, &runtime->quarantine, error);

    if (status == HW_OK)
        runtime->quarantine_durable = hw_quarantine_durable(runtime->quarantine);
    return status;
}

/* What looks at the log from beside it. */
static enum hw_status open_beside(struct hw_runtime *runtime, char error[HW_ERROR_TEXT_SIZE])
{
    runtime->snapshot_ns = runtime->env->monotonic_ns(runtime->env->context);
    runtime->snapshotter = hw_snapshotter_new(
        runtime->env, runtime->data_dir, &runtime->wakeup, runtime->options.threadless);
    runtime->trials = hw_trials_new(
        runtime->env, runtime->data_dir, &runtime->wakeup, runtime->options.threadless);
    if (runtime->snapshotter != NULL && runtime->trials != NULL)
        return HW_OK;
    hw_error_set(error, "no memory; give the process more");
    return HW_E_MEMORY;
}

static enum hw_status open_all(struct hw_runtime *runtime, char error[HW_ERROR_TEXT_SIZE])
{
    enum hw_status status = HW_OK;

    if (!runtime->options.read_only) {
        hw_wakeup_open(&runtime->wakeup);
        status = hw_directory_lock(runtime->env, runtime->data_dir, &runtime->lock_file, error);
    }
    if (status == HW_OK)
        status = open_state(runtime, error);
    if (status == HW_OK && !runtime->options.read_only)
        status = open_quarantine(runtime, error);
    if (status == HW_OK && !runtime->options.read_only)
        status = open_beside(runtime, error);
    if (status == HW_OK && runtime->journal != NULL) {
        runtime->durable = hw_journal_durable(runtime->journal);
        (void)hw__runtime_digest(runtime); /* For its time. */
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

/* The last thing before the lock is given up; without it the next start takes longer. */
static void snapshot_at_close(struct hw_runtime *runtime)
{
    struct hw_snapshot about = hw__runtime_snapshot(runtime);
    char text[HW_ERROR_TEXT_SIZE];

    if (hw_snapshot_write(runtime->env, runtime->data_dir, runtime->engine, &about, text) != HW_OK)
        hw__runtime_warn(runtime, text);
}

static enum hw_status release(
    struct hw_runtime *runtime, bool snapshot, char error[HW_ERROR_TEXT_SIZE])
{
    enum hw_status status = HW_OK, quarantine = HW_OK;

    hw_trials_free(runtime->trials);
    hw_snapshotter_free(runtime->snapshotter);
    if (runtime->journal != NULL)
        status = hw_journal_close(runtime->journal, error);
    if (snapshot && runtime->journal != NULL && status == HW_OK && !runtime->failed)
        snapshot_at_close(runtime);
    if (runtime->quarantine != NULL)
        quarantine = hw_quarantine_close(runtime->quarantine, error);
    if (runtime->engine != NULL)
        hw_engine_free(runtime->engine);
    hw_wakeup_close(&runtime->wakeup);
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
    runtime->lock_file = runtime->wakeup.handle = -1;
    set_defaults(&runtime->options);
    (void)snprintf(runtime->data_dir, sizeof runtime->data_dir, "%s", options->data_dir);
    HW_ASSERT(hw_file_path(runtime->journal_dir, runtime->data_dir, "journal"));
    *error = '\0';
    status = open_all(runtime, error);
    if (status != HW_OK) {
        if (*error == '\0')
            hw_error_set(error, "%s: %s", runtime->data_dir, hw_status_text(status));
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
