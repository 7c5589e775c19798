/*
 * state.c - what a data directory replays to, in words that programs built differently can compare.
 *
 * usage: state DATA_DIR [SEED COUNT]
 *
 * Decisions must be those that this program would make, and units held those of what is live.
 * Prints the digests, the size and checksum of every part of the state's image, from the journal's
 * first record on.  Then, at COUNT records drawn from SEED: the state as of that record is written
 * as a snapshot (its checksum is printed: the file is the same whoever writes it), and loaded with
 * the journal behind it; it must be the state of the full replay, byte for byte.  The directory's
 * own snapshots are put aside meanwhile and not used; nothing else in it changes.
 */
#include "homeward/routing.h"
#include "runtime/crc32c.h"
#include "runtime/log_reader.h"
#include "runtime/replay.h"
#include "runtime/snapshot.h"
#include "support/random.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *data_dir;
static char error[HW_ERROR_TEXT_SIZE];

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "state: %s: %s: %s\n", data_dir, what, error);
    exit(1);
}

static struct hw_replay read_state(bool full, uint64_t until)
{
    struct hw_replay_options options = hw_replay_options_default(hw_env_posix(), data_dir);
    struct hw_replay replay = {0};

    options.full = full;
    options.until_sequence = until;
    if (hw_replay(&options, &replay, error) != HW_OK)
        give_up("cannot be replayed");
    if (replay.digests_differ > 0)
        give_up("a digest of its own differs");
    if (hw_engine_decisions_differ(replay.engine) > 0)
        give_up("this program would have decided otherwise");
    if (!hw_routing_holds(replay.engine))
        give_up("units held do not add up");
    return replay;
}

static void print_hash(const char *name, struct hw_hash hash)
{
    printf("%s %016" PRIx64 "%016" PRIx64 "\n", name, hash.high, hash.low);
}

static void print_state(const struct hw_replay *replay)
{
    printf("records %" PRIu64 "\n", replay->sequence);
    print_hash("state", hw_engine_state_digest(replay->engine));
    print_hash("history", hw_engine_history_digest(replay->engine));
    for (uint32_t i = 0; i < hw_engine_image_count(replay->engine); i++) {
        struct hw_slice part = hw_engine_image_part(replay->engine, i);

        printf("part %u %zu %08x\n", i, part.size, hw_crc32c(part));
    }
}

/* The first part in which they differ; -1: none. */
static int different_part(const struct hw_engine *a, const struct hw_engine *b)
{
    if (hw_engine_image_count(a) != hw_engine_image_count(b))
        return 0;
    for (uint32_t i = 0; i < hw_engine_image_count(a); i++)
        if (!hw_slice_equal(hw_engine_image_part(a, i), hw_engine_image_part(b, i)))
            return (int)i;
    return -1;
}

/* What a snapshot says that the engine does not know. */
static struct hw_snapshot about_log(void)
{
    char journal_dir[HW_PATH_SIZE];
    struct hw_log *log;

    snprintf(journal_dir, sizeof journal_dir, "%s/journal", data_dir);
    if (hw_log_open(hw_env_posix(), journal_dir, UINT64_MAX, &log, error) != HW_OK)
        give_up("its journal cannot be read");
    const struct hw_segment_header *segment = hw_log_segment(log);
    struct hw_snapshot about = {
        .log_id = segment->log_id,
        .clock_pending_ms = HW_TIME_NONE,
        .dedupe_ms = segment->dedupe_ms,
        .history_open_ms = segment->history_open_ms,
        .limits = segment->limits,
    };
    hw_log_close(log);
    return about;
}

static uint32_t file_checksum(const char *path)
{
    FILE *file = fopen(path, "rb");
    static uint8_t bytes[1 << 26];

    if (file == NULL)
        give_up("its snapshot cannot be read");
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    return hw_crc32c(hw_slice_of(bytes, size));
}

/* Snapshot at the record, then the journal behind it.  Whether it comes to the whole. */
static bool restart_at(uint64_t sequence, const struct hw_replay *whole)
{
    struct hw_replay before = read_state(true, sequence);
    struct hw_snapshot about = about_log();
    char path[HW_PATH_SIZE];

    if (hw_snapshot_write(hw_env_posix(), data_dir, before.engine, &about, error) != HW_OK)
        give_up("no snapshot can be written");
    hw_engine_free(before.engine);
    snprintf(path, sizeof path, "%s/snapshots/%020" PRIu64 ".hws", data_dir, sequence);
    printf("snapshot %" PRIu64 " %08x\n", sequence, file_checksum(path));
    struct hw_replay after = read_state(false, 0);
    int part = different_part(after.engine, whole->engine);
    bool same = part < 0 && after.snapshot_sequence == sequence &&
        after.sequence == whole->sequence &&
        hw_hash_equal(
            hw_engine_state_digest(after.engine), hw_engine_state_digest(whole->engine)) &&
        hw_hash_equal(
            hw_engine_history_digest(after.engine), hw_engine_history_digest(whole->engine));
    hw_engine_free(after.engine);
    (void)unlink(path); /* The next one starts from its own. */
    if (!same)
        printf("restart at %" PRIu64 " differs in part %d\n", sequence, part);
    return same;
}

int main(int argc, char **argv)
{
    if (argc != 2 && argc != 4)
        return 2;
    data_dir = argv[1];
    struct hw_replay whole = read_state(true, 0);
    bool same = true;

    print_state(&whole);
    if (argc == 4) {
        struct random chance = {.state = strtoull(argv[2], NULL, 10)};
        char aside[HW_PATH_SIZE], own[HW_PATH_SIZE];

        snprintf(own, sizeof own, "%s/snapshots", data_dir);
        snprintf(aside, sizeof aside, "%s/snapshots-aside", data_dir);
        if (rename(own, aside) != 0 || hw_env_posix()->make_dir(NULL, own) != 0)
            give_up("its snapshots cannot be put aside");
        for (uint64_t i = strtoull(argv[3], NULL, 10); i > 0; i--)
            same = restart_at(1 + random_below(&chance, whole.sequence), &whole) && same;
        if (rmdir(own) != 0 || rename(aside, own) != 0)
            give_up("its snapshots cannot be put back");
    }
    hw_engine_free(whole.engine);
    return same ? 0 : 1;
}
