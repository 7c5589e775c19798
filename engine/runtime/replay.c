#include "runtime/replay.h"
#include "homeward/version.h"
#include "runtime/memory.h"
#include "runtime/snapshot.h"

#include <inttypes.h>
#include <stdlib.h>

struct run {
    const struct hw_replay_options *options;
    struct hw_replay replay;
    struct hw_log *log;
    struct hw_engine_options engine_options;
    struct hw_hash log_id;
    uint64_t expected; /* the newest snapshot's sequence: the journal reaches it */
    bool done;         /* until was reached */
};

struct hw_replay_options hw_replay_options_default(struct hw_env *env, const char *data_dir)
{
    return (struct hw_replay_options){
        .env = env,
        .data_dir = data_dir,
        .dedupe_ms = -1,
        .history_open_ms = -1,
        .until_ms = HW_TIME_OPEN,
    };
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

struct hw_limits hw_limits_larger(const struct hw_limits *a, const struct hw_limits *b)
{
    return (struct hw_limits){
        .identifiers = larger(a->identifiers, b->identifiers),
        .stays = larger(a->stays, b->stays),
        .facts = larger(a->facts, b->facts),
        .charges = larger(a->charges, b->charges),
        .texts = larger(a->texts, b->texts),
        .text_bytes = larger(a->text_bytes, b->text_bytes),
        .message_ids = larger(a->message_ids, b->message_ids),
    };
}

/* The newest segment's header is what the log says of itself now. */
static enum hw_status read_settings(
    struct run *run, const char *journal_dir, char error[HW_ERROR_TEXT_SIZE])
{
    const struct hw_replay_options *options = run->options;
    struct hw_engine_options *engine = &run->engine_options;
    const struct hw_segment_header *newest;
    struct hw_log *log;
    enum hw_status status = hw_log_open(options->env, journal_dir, UINT64_MAX, &log, error);

    if (status != HW_OK)
        return status;
    newest = hw_log_segment(log);
    if (options->county != NULL && strcmp(options->county, newest->county) != 0) {
        hw_error_set(error,
            "%s holds the log of county '%s', not of '%s'; set county to '%s', or name another "
            "data_dir",
            options->data_dir, newest->county, options->county, newest->county);
        hw_log_close(log);
        return HW_E_COUNTY;
    }
    if (newest->rules > HW_RULES_VERSION) {
        hw_error_set(error,
            "%s was written under rules version %" PRIu32 " by a newer version of homeward, this "
            "one knows %u; install that version, or restore a copy made before it ran",
            options->data_dir, newest->rules, HW_RULES_VERSION);
        hw_log_close(log);
        return HW_E_VERSION;
    }
    *engine = (struct hw_engine_options){
        .limits = hw_limits_larger(&options->limits, &newest->limits),
        .memory = hw_memory_system(),
        .hash_key = {newest->hash_key[0], newest->hash_key[1]},
        .dedupe_ms = options->dedupe_ms < 0 ? newest->dedupe_ms : options->dedupe_ms,
        .history_open_ms =
            options->history_open_ms < 0 ? newest->history_open_ms : options->history_open_ms,
    };
    run->log_id = newest->log_id;
    hw_log_close(log);
    return HW_OK;
}

static enum hw_status new_engine(struct run *run, char error[HW_ERROR_TEXT_SIZE])
{
    enum hw_status status = hw_engine_new(&run->engine_options, &run->replay.engine);

    if (status != HW_OK)
        hw_error_set(error,
            "no memory for the engine's state; lower the limits in the configuration, or give the "
            "process more address space");
    return status;
}

static void warn(const struct run *run, const char *text)
{
    if (run->options->on_warning != NULL)
        run->options->on_warning(run->options->context, text);
}

/* Whether a snapshot of this log is of these settings and not behind the moment asked for. */
static bool snapshot_serves(const struct run *run, const struct hw_snapshot *snapshot)
{
    const struct hw_engine_options *engine = &run->engine_options;
    const struct hw_replay_options *options = run->options;

    return snapshot->rules == HW_RULES_VERSION && snapshot->dedupe_ms == engine->dedupe_ms &&
        snapshot->history_open_ms == engine->history_open_ms &&
        memcmp(&snapshot->limits, &engine->limits, sizeof engine->limits) == 0 &&
        snapshot->accepted_ms <= options->until_ms &&
        (options->until_sequence == 0 || snapshot->sequence <= options->until_sequence);
}

/* Load one into the new engine.  Not loaded: the engine is a new one again. */
static enum hw_status try_snapshot(
    struct run *run, uint64_t sequence, bool *ret_loaded, char error[HW_ERROR_TEXT_SIZE])
{
    const struct hw_replay_options *options = run->options;
    struct hw_snapshot snapshot;
    enum hw_status status =
        hw_snapshot_header(options->env, options->data_dir, sequence, &snapshot, error);

    if (status != HW_OK) {
        warn(run, error);
        return HW_OK;
    }
    if (!hw_hash_equal(snapshot.log_id, run->log_id)) {
        hw_error_set(error,
            "%s/snapshots: that of record %" PRIu64 " is of another log and not used; remove it",
            options->data_dir, sequence);
        warn(run, error);
        return HW_OK;
    }
    if (sequence > run->expected)
        run->expected = sequence;
    if (options->full || !snapshot_serves(run, &snapshot))
        return HW_OK;
    status = hw_snapshot_load(options->env, options->data_dir, sequence, run->replay.engine, error);
    if (status != HW_OK) {
        warn(run, error);
        hw_engine_free(run->replay.engine);
        run->replay.engine = NULL;
        return new_engine(run, error);
    }
    *ret_loaded = true;
    run->replay.sequence = run->replay.snapshot_sequence = sequence;
    run->replay.clock_pending_ms = snapshot.clock_pending_ms;
    return HW_OK;
}

/* The newest good snapshot that serves; none is no failure. */
static enum hw_status load_snapshot(struct run *run, char error[HW_ERROR_TEXT_SIZE])
{
    uint64_t *sequences;
    size_t count;
    bool loaded = false;
    enum hw_status status = HW_OK;

    if (hw_snapshot_list(run->options->env, run->options->data_dir, &sequences, &count) < 0)
        return HW_OK;
    for (size_t i = count; i > 0 && !loaded && status == HW_OK; i--)
        status = try_snapshot(run, sequences[i - 1], &loaded, error);
    free(sequences);
    return status;
}

static enum hw_status apply(struct run *run, struct hw_slice record,
    const struct hw_log_block *from, char error[HW_ERROR_TEXT_SIZE])
{
    uint64_t place;
    enum hw_status status = hw_engine_apply(run->replay.engine, record);

    if (status == HW_E_FULL)
        hw_error_set(error, "the log holds more than the limits allow; raise them and start again");
    else if (status != HW_OK)
        hw_error_set(error,
            "%s: offset %" PRIu64 ": record %" PRIu64
            ": %s; keep the data directory and report this, or restore it from a backup",
            hw_log_place(run->log, &place), from->offset, run->replay.sequence + 1,
            hw_status_text(status));
    if (status != HW_OK)
        return status;
    run->replay.sequence++;
    if (run->options->on_record != NULL)
        run->options->on_record(run->options->context, run->replay.engine, record);
    return HW_OK;
}

/* Whether this record lies behind the moment asked for. */
static bool is_behind(const struct run *run, struct hw_slice record)
{
    struct hw_record_header header;

    HW_ASSERT(hw_record_header(record, &header) == HW_OK); /* The reader has checked it. */
    return header.accepted_ms > run->options->until_ms ||
        (run->options->until_sequence != 0 && header.sequence > run->options->until_sequence);
}

enum { BETWEEN = 2, AHEAD = BETWEEN * HW_EXPECT_STEPS, PLACES = 16 }; /* records */
_Static_assert(AHEAD < PLACES, "each has its own place until it is applied");

/* Reads a block some records ahead of the one that is applied next (hw_engine_expect). */
struct lookout {
    struct hw_slice records; /* not yet looked at */
    struct hw_expect expects[PLACES];
    uint64_t seen;
};

/* Another record is looked at, and those before it go a step further. */
static void look_ahead(struct lookout *lookout, const struct hw_engine *engine, uint64_t applied)
{
    struct hw_slice record;

    while (lookout->seen <= applied + AHEAD && hw_records_next(&lookout->records, &record)) {
        hw_record_about(record, &lookout->expects[lookout->seen % PLACES].about);
        hw_engine_expect(engine, &lookout->expects[lookout->seen % PLACES], 0);
        lookout->seen++;
    }
    for (unsigned step = 1; step < HW_EXPECT_STEPS; step++) {
        uint64_t at = applied + AHEAD - BETWEEN * step;

        if (at < lookout->seen && at >= AHEAD)
            hw_engine_expect(engine, &lookout->expects[at % PLACES], step);
    }
}

static enum hw_status apply_block(
    struct run *run, const struct hw_log_block *from, char error[HW_ERROR_TEXT_SIZE])
{
    struct hw_slice records = from->block.records, record;
    uint64_t sequence = from->block.first_sequence, applied = 0;
    struct lookout lookout = {.records = records};
    enum hw_status status = HW_OK;

    for (; status == HW_OK && hw_records_next(&records, &record); sequence++, applied++) {
        look_ahead(&lookout, run->replay.engine, applied);
        if (sequence <= run->replay.sequence)
            continue;
        run->done = is_behind(run, record);
        if (run->done)
            break;
        status = apply(run, record, from, error);
    }
    return status;
}

static void check_one(struct run *run, struct hw_hash left, struct hw_hash here)
{
    char warning[HW_ERROR_TEXT_SIZE];

    run->replay.digests_checked++;
    if (hw_hash_equal(left, here))
        return;
    run->replay.digests_differ++;
    hw_error_set(warning,
        "the state after record %" PRIu64 " is not what it was when the journal was written: the "
        "digests differ; keep the data directory and report this",
        run->replay.sequence);
    warn(run, warning);
}

/*
 * The digests the writer left at the start of this segment, where this engine stands now: the quick
 * one always, the whole one where the writer had the time for it.
 */
static void check_digests(struct run *run, const struct hw_log_block *from)
{
    const struct hw_segment_header *segment = from->segment;

    if (!from->first_in_segment || segment->rules != HW_RULES_VERSION ||
        run->replay.sequence + 1 != segment->first_sequence ||
        segment->dedupe_ms != run->engine_options.dedupe_ms ||
        segment->history_open_ms != run->engine_options.history_open_ms)
        return;
    if (!hw_hash_is_zero(segment->quick_digest))
        check_one(run, segment->quick_digest, hw_engine_quick_digest(run->replay.engine));
    if (!hw_hash_is_zero(segment->digest))
        check_one(run, segment->digest, hw_engine_state_digest(run->replay.engine));
}

static bool is_given_up(const struct run *run)
{
    return run->options->given_up != NULL && atomic_load(run->options->given_up);
}

static enum hw_status apply_log(struct run *run, char error[HW_ERROR_TEXT_SIZE])
{
    struct hw_log_block block;
    enum hw_status status = HW_OK;

    while (!run->done && (status = hw_log_next(run->log, &block, error)) == HW_OK) {
        check_digests(run, &block);
        status = apply_block(run, &block, error);
        if (status != HW_OK)
            return status;
        run->done = run->done || is_given_up(run);
    }
    if (run->done)
        return HW_OK;
    if (status != HW_E_NOT_FOUND)
        return status;
    hw_log_tail(run->log, &run->replay.tail);
    return HW_OK;
}

size_t hw_tick_encode(uint64_t sequence, int64_t accepted_ms, uint8_t *buffer, size_t buffer_size)
{
    struct hw_event tick;

    hw_event_init(&tick, HW_KIND_CLOCK_TICK);
    return hw_record_encode(&tick, sequence, accepted_ms, buffer, buffer_size);
}

/* Between records time went on: what was due by the moment asked for has happened. */
static enum hw_status fire_timers(struct run *run, char error[HW_ERROR_TEXT_SIZE])
{
    uint8_t tick[512];
    size_t size;
    enum hw_status status;

    if (run->options->until_ms == HW_TIME_OPEN ||
        hw_engine_due_ms(run->replay.engine) > run->options->until_ms)
        return HW_OK;
    size = hw_tick_encode(run->replay.sequence + 1, run->options->until_ms, tick, sizeof tick);
    HW_ASSERT(size > 0);
    status = hw_engine_apply(run->replay.engine, hw_slice_of(tick, size));
    if (status != HW_OK)
        hw_error_set(error, "timers cannot fire: %s", hw_status_text(status));
    return status;
}

static enum hw_status replay(
    struct run *run, const char *journal_dir, char error[HW_ERROR_TEXT_SIZE])
{
    enum hw_status status = read_settings(run, journal_dir, error);

    if (status == HW_OK)
        status = new_engine(run, error);
    if (status == HW_OK)
        status = load_snapshot(run, error);
    if (status == HW_OK)
        status =
            hw_log_open(run->options->env, journal_dir, run->replay.sequence + 1, &run->log, error);
    if (status != HW_OK)
        return status;
    hw_log_expect(run->log, run->expected);
    status = apply_log(run, error);
    hw_log_close(run->log);
    return status == HW_OK ? fire_timers(run, error) : status;
}

enum hw_status hw_replay(const struct hw_replay_options *options, struct hw_replay *ret_replay,
    char error[HW_ERROR_TEXT_SIZE])
{
    struct run run = {.options = options, .replay.clock_pending_ms = HW_TIME_NONE};
    char journal_dir[HW_PATH_SIZE];
    enum hw_status status;

    if (!hw_file_path(journal_dir, options->data_dir, "journal")) {
        hw_error_set(error, "the path of data_dir is too long; name a shorter one");
        return HW_E_INVALID;
    }
    status = replay(&run, journal_dir, error);
    if (status != HW_OK) {
        if (run.replay.engine != NULL)
            hw_engine_free(run.replay.engine);
        return status;
    }
    *ret_replay = run.replay;
    return HW_OK;
}
