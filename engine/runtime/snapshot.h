/*
 * snapshot.h - the engine's state as a file, so that opening need not replay the whole journal.
 *
 * DATA_DIR/snapshots/NNNNNNNNNNNNNNNNNNNN.hws is named by the sequence of the last record in it.
 * It is written under another name, synced, renamed, and the folder synced: under its own name it
 * is whole.  Only durable records are ever in one.  The newest two are kept; a bad one costs time,
 * never a message: the older one, or the journal alone, serves as well.
 *
 * Header (HW_SNAPSHOT_PAGE bytes; integers little-endian, offsets in bytes):
 *
 *      0  u64  magic           "HWSNAP1\n"; it, the checksum and the format keep their place
 *      8  u32  checksum        CRC-32C from offset 12 to the header's end
 *     12  u32  format          HW_FORMAT_VERSION
 *     16  u32  rules           HW_RULES_VERSION; of another version it is not loaded
 *     20  u32  parts           how many, at most HW_SNAPSHOT_PARTS_MAX
 *     24  u64  log id          two words
 *     40  u64  sequence
 *     48  i64  accepted_ms     of that record
 *     56  u64  state digest    two words
 *     72  i64  clock pending   clock.h
 *     80  i64  dedupe_ms       settings of the engine: with others it is not loaded
 *     88  i64  history_open_ms
 *     96  u32  limits          seven words
 *    128       a row for each part: u64 size, u32 checksum (CRC-32C), u32 0
 *
 * Then the parts (hw_engine_image_part), each from a multiple of HW_SNAPSHOT_PAGE on, zeros between
 * them.  The file ends with the last one.
 */
#ifndef HW_SNAPSHOT_H
#define HW_SNAPSHOT_H

#include "homeward/engine.h"
#include "runtime/file.h"

enum { HW_SNAPSHOT_PAGE = 4096, HW_SNAPSHOT_PARTS_MAX = 240, HW_SNAPSHOTS_KEPT = 2 };

struct hw_snapshot {
    uint32_t format, rules, parts;
    struct hw_hash log_id;
    uint64_t sequence;
    int64_t accepted_ms;
    struct hw_hash digest;
    int64_t clock_pending_ms;
    int64_t dedupe_ms, history_open_ms;
    struct hw_limits limits;
};

/* Sequences of the snapshots there are, ascending; *ret_sequences is to be freed.  0 or -errno. */
int hw_snapshot_list(
    struct hw_env *env, const char *data_dir, uint64_t **ret_sequences, size_t *ret_count);

/*
 * Write engine's state and drop all but the newest snapshots.  about says what the engine cannot:
 * log_id, clock_pending_ms, dedupe_ms, history_open_ms, limits.  HW_OK, or HW_E_IO, HW_E_NO_SPACE,
 * HW_E_READ_ONLY: error says why, and nothing is left behind.
 */
HW_MUST_CHECK enum hw_status hw_snapshot_write(struct hw_env *env, const char *data_dir,
    const struct hw_engine *engine, const struct hw_snapshot *about,
    char error[HW_ERROR_TEXT_SIZE]);

/* The header.  HW_E_DAMAGED, HW_E_VERSION, HW_E_IO: error says where. */
HW_MUST_CHECK enum hw_status hw_snapshot_header(struct hw_env *env, const char *data_dir,
    uint64_t sequence, struct hw_snapshot *ret_snapshot, char error[HW_ERROR_TEXT_SIZE]);

/*
 * Load it into a new engine; engine NULL: only read all of it.  After anything but HW_OK
 * (HW_E_DAMAGED also when the state's digest is not the one in the header) the engine is to be
 * freed.
 */
HW_MUST_CHECK enum hw_status hw_snapshot_load(struct hw_env *env, const char *data_dir,
    uint64_t sequence, struct hw_engine *engine, char error[HW_ERROR_TEXT_SIZE]);

#endif
