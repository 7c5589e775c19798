/*
 * quarantine_log.h - how refused input lies on disk, and reading it, beside a running server too.
 *
 * DATA_DIR/quarantine/NNNNNNNNNNNNNNNNNNNN.hwq, each named by the id of its first entry (20
 * digits), holds entries one behind the other.  Integers little-endian, offsets in bytes:
 *
 *      0  u32  magic      "HWQR"; "HWQD": dropped, because its source had more than its quota
 *      4  u32  checksum   CRC-32C from offset 8 to the end of the entry
 *      8  u64  id         from 1, ascending
 *     16  i64  time_ms    when it was refused
 *     24  u32  sizes      six words: source, link, code, where, reason, bytes
 *     48  u32  whole size of the bytes as received; more than the sixth when they were cut
 *     52  u32  0
 *     56       the six, in that order, then zeros up to a multiple of 8
 */
#ifndef HW_QUARANTINE_LOG_H
#define HW_QUARANTINE_LOG_H

#include "runtime/file.h"

enum {
    HW_QUARANTINE_HEADER_SIZE = 56,
    HW_QUARANTINE_BYTES_MAX = 8 * 1024 * 1024, /* of one input; more is cut off */
    HW_QUARANTINE_TEXT_MAX = 1024,             /* of each of the other five */
    HW_QUARANTINE_SEGMENT_SIZE = 16 * 1024 * 1024,
};

struct hw_quarantined {
    uint64_t id;
    int64_t time_ms;
    uint32_t whole_size; /* of the bytes, before they were cut */
    bool dropped;
    struct hw_refused refused;
};

/* Bytes the entry takes. */
size_t hw_quarantine_entry_size(const struct hw_refused *refused);

/* Write it; texts and bytes too long are cut. */
void hw_quarantine_entry_write(
    uint8_t *bytes, uint64_t id, int64_t time_ms, const struct hw_refused *refused);

/* Mark it dropped.  0 or a negative errno. */
int hw_quarantine_entry_drop(struct hw_env *env, int file, uint64_t offset);

/* Walk one segment's bytes.  Called with offset and size of each whole entry; false stops. */
typedef bool (*hw_quarantine_walk)(
    void *context, const struct hw_quarantined *entry, uint64_t offset, size_t size);

/* What there was in a segment file. */
struct hw_quarantine_walked {
    uint64_t next_id;    /* behind the last entry; the file's own number when there is none */
    uint64_t end;        /* offset behind the last whole entry */
    uint64_t size;       /* of the file; more than end: the last entry is torn, or damaged */
    bool damaged;        /* an entry before end is damaged, missing, or has no business there */
    uint64_t damaged_at; /* offset of the first such */
};

/*
 * Walk a segment file, named by first, from its beginning: whole entries are found behind damaged
 * ones too.  0 or a negative errno.
 */
int hw_quarantine_segment_walk(struct hw_env *env, const char *path, uint64_t first,
    hw_quarantine_walk walk, void *context, struct hw_quarantine_walked *ret_walked);

/* Whether something before the end of path is damaged; then error says where, and what to do. */
bool hw_quarantine_damage(
    const char *path, const struct hw_quarantine_walked *walked, char error[HW_ERROR_TEXT_SIZE]);

/* DATA_DIR/quarantine and the ids its segments begin with, ascending; *ret_firsts is to be freed.
 */
int hw_quarantine_segments(struct hw_env *env, const char *data_dir, char dir[HW_PATH_SIZE],
    uint64_t **ret_firsts, size_t *ret_count);
void hw_quarantine_segment_path(const char *dir, uint64_t first, char path[HW_PATH_SIZE]);

/*
 * Visit all that is kept, by id, oldest first, until visit returns false.  The entry is borrowed
 * until it does.  HW_OK, HW_E_IO (error says why); HW_E_DAMAGED: all that can be read was visited,
 * error says where others were.
 */
HW_MUST_CHECK enum hw_status hw_quarantine_list(struct hw_env *env, const char *data_dir,
    bool (*visit)(void *context, const struct hw_quarantined *entry), void *context,
    char error[HW_ERROR_TEXT_SIZE]);

/* Visit one.  HW_E_NOT_FOUND: there is none of that id, or it was dropped, or it is damaged. */
HW_MUST_CHECK enum hw_status hw_quarantine_show(struct hw_env *env, const char *data_dir,
    uint64_t id, bool (*visit)(void *context, const struct hw_quarantined *entry), void *context,
    char error[HW_ERROR_TEXT_SIZE]);

#endif
