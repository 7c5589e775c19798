#include "runtime/verify.h"

#include "homeward/routing.h"
#include "homeward/version.h"
#include "runtime/quarantine_log.h"
#include "runtime/replay.h"
#include "runtime/snapshot.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

struct check {
    const struct hw_verify_options *options;
    struct hw_verify_report report;
    char journal_dir[HW_PATH_SIZE];
    struct hw_snapshot *snapshots; /* headers that could be read */
    size_t snapshots_count;
    struct hw_segment_header newest; /* of the segments: its settings are the replay's */
    bool other_rules;                /* some segment was written under another rules version */
};

static void damage(struct check *check, const char *text)
{
    check->report.damages++;
    if (check->options->on_damage != NULL)
        check->options->on_damage(check->options->context, text);
}

static void notice(struct check *check, const char *text)
{
    if (check->options->on_notice != NULL)
        check->options->on_notice(check->options->context, text);
}

/* --- the watermark ------------------------------------------------------------------------ */

static void check_watermark(struct check *check)
{
    uint8_t slots[HW_WATERMARK_SIZE] = {0};
    char path[HW_PATH_SIZE], text[HW_ERROR_TEXT_SIZE];
    struct hw_env *env = check->options->env;
    struct hw_watermark marks[2];
    enum hw_status read[2];
    int file;

    HW_ASSERT(hw_file_path(path, check->journal_dir, "watermark"));
    file = env->open(env->context, path, HW_ENV_READ);
    if (file < 0) {
        (void)hw_error_file(text, "read", path, file);
        damage(check, text);
        return;
    }
    if (hw_file_read(env, file, slots, sizeof slots, 0) < 0)
        damage(check, "the watermark cannot be read; look at the disk");
    (void)env->close(env->context, file); /* Read only. */
    hw_watermark_slots_read(slots, marks, read);
    if (read[0] == HW_E_NOT_FOUND && read[1] == HW_E_NOT_FOUND && check->report.records > 0) {
        hw_error_set(text,
            "%s: offset 0: it is empty, beside a journal that is not; a server that runs writes it "
            "again, but cannot tell whether records at the end were lost before",
            path);
        damage(check, text);
    }
    for (int i = 0; i < 2; i++) {
        bool strange = read[i] == HW_OK && check->report.records > 0 &&
            !hw_hash_equal(marks[i].log_id, check->newest.log_id);

        if (read[i] != HW_E_DAMAGED && !strange)
            continue;
        hw_error_set(text,
            "%s: offset %d: this slot of the watermark is %s; the other one serves, and a server "
            "that runs writes this one again",
            path, i * HW_WATERMARK_SLOT_SIZE, strange ? "of another log" : "damaged");
        damage(check, text);
    }
}

/* --- segments, blocks, records ------------------------------------------------------------ */

/* Read on from a segment until the end, or the first damage: HW_E_DAMAGED. */
static enum hw_status check_blocks(
    struct check *check, uint64_t from, uint64_t *ret_segment, char error[HW_ERROR_TEXT_SIZE])
{
    struct hw_log_block block;
    struct hw_log_tail tail;
    struct hw_log *log;
    enum hw_status status = hw_log_open(check->options->env, check->journal_dir, from, &log, error);

    *ret_segment = from;
    if (status != HW_OK)
        return status;
    while ((status = hw_log_next(log, &block, error)) == HW_OK) {
        *ret_segment = block.segment->first_sequence;
        check->newest = *block.segment;
        check->other_rules |= block.segment->rules != HW_RULES_VERSION;
        check->report.segments += block.first_in_segment;
        check->report.blocks++;
        check->report.records += block.block.count;
        check->report.last_sequence = block.block.first_sequence + block.block.count - 1;
    }
    if (status == HW_E_NOT_FOUND) {
        hw_log_tail(log, &tail);
        check->report.torn_size = tail.torn_size;
        status = HW_OK;
    } else {
        *ret_segment = hw_log_segment(log)->first_sequence;
    }
    hw_log_close(log);
    return status;
}

static uint64_t segment_behind(const uint64_t *firsts, size_t count, uint64_t segment)
{
    for (size_t i = 0; i < count; i++)
        if (firsts[i] > segment)
            return firsts[i];
    return 0;
}

/* All segments: after damage in one, the next. */
static enum hw_status check_journal(struct check *check, char error[HW_ERROR_TEXT_SIZE])
{
    uint64_t *firsts, segment;
    size_t count;
    char text[HW_ERROR_TEXT_SIZE];
    enum hw_status status = HW_OK;
    int failed = hw_file_numbers(
        check->options->env, check->journal_dir, HW_SEGMENT_ENDING, &firsts, &count);

    if (failed < 0)
        return hw_error_file(error, "list", check->journal_dir, failed);
    if (count == 0) {
        hw_error_set(error, "%s holds no journal; check the path", check->journal_dir);
        status = HW_E_NOT_FOUND;
    }
    if (count > 0 && firsts[0] != 1) {
        hw_error_set(text, "%s: records 1 to %" PRIu64 " are missing; restore them from a backup",
            check->journal_dir, firsts[0] - 1);
        damage(check, text);
    }
    for (uint64_t from = count > 0 ? firsts[0] : 0; from != 0 && status == HW_OK;) {
        status = check_blocks(check, from, &segment, error);
        from = 0;
        if (status == HW_E_DAMAGED) {
            damage(check, error);
            from = segment_behind(firsts, count, segment);
            status = HW_OK;
        }
    }
    free(firsts);
    if (status == HW_OK && check->report.torn_size > 0) {
        hw_error_set(text,
            "%s: %" PRIu64 " bytes at the end are no whole block: a write that never finished, or "
            "one going on now; nothing in them was acknowledged",
            check->journal_dir, check->report.torn_size);
        notice(check, text);
    }
    return status;
}

/* --- snapshots ---------------------------------------------------------------------------- */

static enum hw_status check_snapshots(struct check *check, char error[HW_ERROR_TEXT_SIZE])
{
    char text[HW_ERROR_TEXT_SIZE];
    struct hw_env *env = check->options->env;
    uint64_t *sequences;
    size_t count;
    int failed = hw_snapshot_list(env, check->options->data_dir, &sequences, &count);

    if (failed < 0) /* No folder, no snapshots. */
        return failed == -ENOENT
            ? HW_OK
            : hw_error_file(error, "list the snapshots of", check->options->data_dir, failed);
    check->snapshots = calloc(count + 1, sizeof *check->snapshots);
    if (check->snapshots == NULL) {
        free(sequences);
        hw_error_set(error, "no memory for the list of snapshots; give the process more");
        return HW_E_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        struct hw_snapshot *snapshot = &check->snapshots[check->snapshots_count];
        enum hw_status status =
            hw_snapshot_header(env, check->options->data_dir, sequences[i], snapshot, text);

        if (status == HW_OK)
            status = hw_snapshot_load(env, check->options->data_dir, sequences[i], NULL, text);
        if (status == HW_E_NOT_FOUND) /* A running server has dropped it. */
            continue;
        if (status == HW_OK)
            check->snapshots_count++;
        else
            damage(check, text);
        check->report.snapshots++;
    }
    free(sequences);
    return HW_OK;
}

/* --- applying again ----------------------------------------------------------------------- */

static void replay_warning(void *context, const char *text)
{
    damage(context, text);
}

/* Whether a snapshot's state should be the one that a replay comes to. */
static bool comparable(const struct hw_snapshot *a, const struct hw_segment_header *b)
{
    return a->rules == HW_RULES_VERSION && hw_hash_equal(a->log_id, b->log_id) &&
        a->dedupe_ms == b->dedupe_ms && a->history_open_ms == b->history_open_ms;
}

/*
 * Decisions are taken as they were made; under the same rules this program would have made the same
 * (CONTRACT R5): the first that differs is told, all are counted.
 */
static void check_decisions(struct check *check, const struct hw_engine *engine)
{
    uint64_t differ = hw_engine_decisions_differ(engine);
    char text[HW_ERROR_TEXT_SIZE];

    if (differ > 0 && check->report.decisions_differ == 0) {
        hw_error_set(text,
            "record %" PRIu64
            ": a decision of the engine that this version would not have made there%s",
            hw_engine_sequence(engine),
            check->other_rules ? ", because it was made under another rules version"
                               : "; keep the data directory and report this");
        if (check->other_rules)
            notice(check, text);
        else
            damage(check, text);
    }
    check->report.decisions_differ = differ;
}

static void count_decision(struct check *check, struct hw_slice record)
{
    struct hw_record_header header;

    if (hw_record_header(record, &header) == HW_OK && header.kind >= HW_KIND_DECIDED_PROPOSAL)
        check->report.decisions++;
}

/* The replay has come to a snapshot: is it what the snapshot says? */
static void replayed(void *context, const struct hw_engine *engine, struct hw_slice record)
{
    struct check *check = context;
    char text[HW_ERROR_TEXT_SIZE];

    count_decision(check, record);
    check_decisions(check, engine);
    for (size_t i = 0; i < check->snapshots_count; i++) {
        const struct hw_snapshot *snapshot = &check->snapshots[i];

        if (snapshot->sequence != hw_engine_sequence(engine) ||
            !comparable(snapshot, &check->newest))
            continue;
        if (hw_hash_equal(snapshot->digest, hw_engine_state_digest(engine))) {
            check->report.digests++;
            continue;
        }
        hw_error_set(text,
            "%s/snapshots: that of record %" PRIu64
            " holds another state than the journal gives; remove it, and report this",
            check->options->data_dir, snapshot->sequence);
        damage(check, text);
    }
}

static enum hw_status apply_again(struct check *check, char error[HW_ERROR_TEXT_SIZE])
{
    struct hw_replay_options options =
        hw_replay_options_default(check->options->env, check->options->data_dir);
    struct hw_replay replay;
    enum hw_status status;

    options.full = true;
    options.on_record = replayed;
    options.on_warning = replay_warning;
    options.context = check;
    status = hw_replay(&options, &replay, error);
    if (status == HW_E_DAMAGED) {
        damage(check, error);
        return HW_OK;
    }
    if (status != HW_OK)
        return status;
    check->report.digests += replay.digests_checked - replay.digests_differ;
    check->report.state_digest = hw_engine_state_digest(replay.engine);
    check->report.history_digest = hw_engine_history_digest(replay.engine);
    hw_engine_free(replay.engine);
    return HW_OK;
}

/* --- quarantine --------------------------------------------------------------------------- */

static bool count_entry(
    void *context, const struct hw_quarantined *entry, uint64_t offset, size_t size)
{
    struct check *check = context;

    (void)offset;
    (void)size;
    check->report.quarantined += !entry->dropped;
    return true;
}

/* The end of a file: torn in the newest (next 0), else it goes on in the next one. */
static void check_quarantine_end(
    struct check *check, const char *path, const struct hw_quarantine_walked *walked, uint64_t next)
{
    char text[HW_ERROR_TEXT_SIZE];

    if (walked->end == walked->size && (next == 0 || next == walked->next_id))
        return;
    hw_error_set(text,
        "%s: offset %" PRIu64 ": a refused input is damaged or missing here, or is being written; "
        "the journal is not concerned; restore this file from a backup if there is one",
        path, walked->end);
    if (next == 0)
        notice(check, text);
    else
        damage(check, text);
}

static void check_quarantine(struct check *check)
{
    char dir[HW_PATH_SIZE], path[HW_PATH_SIZE], text[HW_ERROR_TEXT_SIZE];
    struct hw_env *env = check->options->env;
    uint64_t *firsts;
    size_t count;
    int listed = hw_quarantine_segments(env, check->options->data_dir, dir, &firsts, &count);

    if (listed < 0) {
        (void)hw_error_file(text, "list the quarantine of", check->options->data_dir, listed);
        if (listed != -ENOENT) /* No folder, nothing refused. */
            damage(check, text);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct hw_quarantine_walked walked;
        int failed;

        hw_quarantine_segment_path(dir, firsts[i], path);
        failed = hw_quarantine_segment_walk(env, path, firsts[i], count_entry, check, &walked);
        if (failed == -ENOENT) /* A running server made room. */
            continue;
        if (failed < 0) {
            (void)hw_error_file(text, "read", path, failed);
            damage(check, text);
            continue;
        }
        if (hw_quarantine_damage(path, &walked, text))
            damage(check, text);
        check_quarantine_end(check, path, &walked, i + 1 < count ? firsts[i + 1] : 0);
    }
    free(firsts);
}

enum hw_status hw_verify(const struct hw_verify_options *options,
    struct hw_verify_report *ret_report, char error[HW_ERROR_TEXT_SIZE])
{
    struct check check = {.options = options};
    enum hw_status status;
    bool journal_whole;

    if (!hw_file_path(check.journal_dir, options->data_dir, "journal")) {
        hw_error_set(error, "the path of data_dir is too long; name a shorter one");
        return HW_E_INVALID;
    }
    status = check_journal(&check, error);
    journal_whole = status == HW_OK && check.report.damages == 0;
    if (status == HW_OK) {
        check_watermark(&check);
        check_quarantine(&check);
        status = check_snapshots(&check, error);
    }
    if (journal_whole && status == HW_OK)
        status = apply_again(&check, error);
    free(check.snapshots);
    *ret_report = check.report;
    if (status != HW_OK)
        return status;
    if (check.report.damages == 0)
        return HW_OK;
    hw_error_set(error, "%" PRIu32 " damages were found", check.report.damages);
    return HW_E_DAMAGED;
}
