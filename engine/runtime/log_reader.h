/*
 * log_reader.h - the journal read block by block, from any sequence to its last whole block.
 *
 * It checks everything that can be checked without an engine: headers, checksums, that sequences
 * have no gap, that accepted times never decrease, that what follows the last block is zeros.
 * It needs no lock: beside a running server it reads what has been written so far.
 *
 * Where the newest segment ends in something that is no whole block, that is either a torn tail (a
 * crash while writing; nobody had been told) or damage.  It is damage when the watermark, or a
 * later whole block, says that more than this was durable.
 */
#ifndef HW_LOG_READER_H
#define HW_LOG_READER_H

#include "homeward/record.h"
#include "runtime/segment.h"
#include "runtime/watermark.h"

struct hw_log; /* Opaque.  One thread. */

struct hw_log_block {
    struct hw_block block;                   /* borrowed until the next call */
    const struct hw_segment_header *segment; /* borrowed until the next call */
    uint64_t offset;                         /* in that segment */
    bool first_in_segment;
};

/* Where the log ends; what a writer needs to go on. */
struct hw_log_tail {
    struct hw_segment_header segment; /* of the newest segment */
    uint64_t next_sequence;
    uint64_t end;        /* offset in the newest segment behind its last block */
    uint64_t file_size;  /* of that segment */
    uint64_t torn_size;  /* bytes from end to the last that is not zero: a torn tail; 0 none */
    int64_t accepted_ms; /* of the last record; HW_TIME_NONE before any */
};

/*
 * Open the log in dir (DATA_DIR/journal) to read from the block that holds from_sequence on (0 and
 * 1: all).  HW_E_NOT_FOUND: there is no segment (error untouched).  Else as hw_log_next().
 */
HW_MUST_CHECK enum hw_status hw_log_open(struct hw_env *env, const char *dir,
    uint64_t from_sequence, struct hw_log **ret_log, char error[HW_ERROR_TEXT_SIZE]);
void hw_log_close(struct hw_log *log);

/* Header of the segment being read. */
const struct hw_segment_header *hw_log_segment(const struct hw_log *log);

/* How far the log must reach at least: from a snapshot beside the watermark, which open reads. */
void hw_log_expect(struct hw_log *log, uint64_t sequence);

/*
 * The next block.  HW_E_NOT_FOUND: the end; call again to see whether a running server has written
 * more.  HW_E_DAMAGED, HW_E_VERSION, HW_E_IO, HW_E_MEMORY: error names file, offset and remedy.
 */
HW_MUST_CHECK enum hw_status hw_log_next(
    struct hw_log *log, struct hw_log_block *ret_block, char error[HW_ERROR_TEXT_SIZE]);

/* After HW_E_NOT_FOUND from hw_log_next(). */
void hw_log_tail(const struct hw_log *log, struct hw_log_tail *ret_tail);

/* Where the last call found damage: path is borrowed until close. */
const char *hw_log_place(const struct hw_log *log, uint64_t *ret_offset);

/* Take the first record off records (which hw_log_next() has checked).  False: there is none. */
static inline bool hw_records_next(struct hw_slice *records, struct hw_slice *ret_record)
{
    uint32_t size;

    if (records->size == 0)
        return false;
    memcpy(&size, records->data, sizeof size);
    *ret_record = hw_slice_of(records->data, size);
    *records = hw_slice_of(records->data + size, records->size - size);
    return true;
}

#endif
