/*
 * log_writer.h - the journal's end on disk: room made ahead, blocks written, segments turned over.
 *
 * No thread and no buffer of its own: journal.h has both.  One caller at a time.
 *
 * Room comes first: hw_writer_make_room() writes zeros ahead, in the newest segment or in a file
 * "spare" that becomes the next one.  A full disk shows there, where nothing is promised yet, and
 * may be tried again.  Every other failure is final: the caller must stop (HW_E_IO), for after a
 * failed sync nobody knows what the disk holds.
 */
#ifndef HW_LOG_WRITER_H
#define HW_LOG_WRITER_H

#include "runtime/log_reader.h"

struct hw_writer; /* Opaque. */

struct hw_writer_options {
    struct hw_env *env;              /* borrowed until close */
    const char *dir;                 /* DATA_DIR/journal, there already */
    struct hw_segment_header header; /* of segments made from now on; place and digest aside */
    uint64_t segment_size;           /* bytes a segment should have, about */
    uint64_t prepare_size;           /* zeros written at a time */
    uint64_t ahead_size;             /* room to keep ready */
};

/*
 * Go on behind tail (a torn tail is overwritten with zeros), or begin a log when tail is NULL.
 * What the tail holds is synced before this returns.  The next segment is begun at once when the
 * header to be is not that of the newest segment (other rules, limits or settings).
 */
HW_MUST_CHECK enum hw_status hw_writer_open(const struct hw_writer_options *options,
    const struct hw_log_tail *tail, struct hw_writer **ret_writer, char error[HW_ERROR_TEXT_SIZE]);

/* Close the files; nothing is written. */
void hw_writer_close(struct hw_writer *writer);

/* Whether the next block begins a segment, whatever it says: the settings are others. */
bool hw_writer_turns_over(const struct hw_writer *writer);

/* Whether a block of size bytes, beginning a segment or not, finds its room made. */
bool hw_writer_has_room(const struct hw_writer *writer, size_t size, bool turn_over);

/* Make it.  HW_E_NO_SPACE: the disk is full, nothing changed, try again later. */
HW_MUST_CHECK enum hw_status hw_writer_make_room(
    struct hw_writer *writer, size_t size, bool turn_over, char error[HW_ERROR_TEXT_SIZE]);

/* Whether less than ahead_size is ready, so that an idle moment should make room. */
bool hw_writer_wants_room(const struct hw_writer *writer);
HW_MUST_CHECK enum hw_status hw_writer_prepare(
    struct hw_writer *writer, char error[HW_ERROR_TEXT_SIZE]);

/* A block to write: bytes has HW_BLOCK_HEADER_SIZE free bytes, then the records. */
struct hw_writer_block {
    uint8_t *bytes;
    size_t size; /* with the header */
    uint64_t first_sequence;
    uint32_t count;
    bool turn_over;                      /* begin a segment with it */
    int64_t accepted_ms;                 /* of the record before its first */
    struct hw_hash digest, quick_digest; /* of state before its first record; zero: not known */
};

/* Write a block that has room.  Not durable yet. */
HW_MUST_CHECK enum hw_status hw_writer_put(
    struct hw_writer *writer, const struct hw_writer_block *block, char error[HW_ERROR_TEXT_SIZE]);

/* All blocks put are durable from here on. */
HW_MUST_CHECK enum hw_status hw_writer_sync(
    struct hw_writer *writer, char error[HW_ERROR_TEXT_SIZE]);

/* Whether there is anything to sync; anything the watermark does not say yet. */
bool hw_writer_unsynced(const struct hw_writer *writer);
bool hw_writer_unmarked(const struct hw_writer *writer);

/* Sync what is not, then write the watermark. */
HW_MUST_CHECK enum hw_status hw_writer_mark(
    struct hw_writer *writer, char error[HW_ERROR_TEXT_SIZE]);

#endif
