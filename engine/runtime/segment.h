/*
 * segment.h - how the journal lies on disk.
 *
 * A log is a row of files DATA_DIR/journal/NNNNNNNNNNNNNNNNNNNN.hwj, each named by the sequence of
 * its first record (20 digits).  A segment is a header, then commit blocks one behind the other,
 * then zeros: it is filled with zeros ahead of need, because a sync into blocks never written
 * costs twice.  Integers are little-endian; offsets and sizes in bytes.
 *
 * Segment header (HW_SEGMENT_HEADER_SIZE):
 *
 *      0  u64  magic           "HWJRNL1\n"; it, the checksum and the format keep their place
 *      8  u32  checksum        CRC-32C of everything from offset 12 to the header's end
 *     12  u32  format          HW_FORMAT_VERSION; a newer one is refused
 *     16  u32  rules           HW_RULES_VERSION of the program that made it
 *     20  u32  0
 *     24  u64  log id          two words, drawn when the data directory was made
 *     40  u64  hash key        two words, likewise
 *     56  u64  first sequence
 *     64  i64  accepted_ms     of the record before the first; HW_TIME_NONE in the first segment
 *     72  u64  state digest    two words, after the record before the first; 0 not known
 *     88  i64  dedupe_ms       settings of the engine that gave that digest
 *     96  i64  history_open_ms
 *    104  u32  limits          seven words, in the order of struct hw_limits
 *    132  u32  county size     1..HW_COUNTY_SIZE_MAX
 *    136       county          at most 200 bytes, then zeros
 *    336  u64  quick digest    two words, of the same state (engine.h); 0 not known
 *
 * Commit block: what was written, and made durable, together.  All records of one message, and the
 * tick before them, stand in one block.
 *
 *      0  u32  magic           "HWCB"
 *      4  u32  checksum        CRC-32C of the block from offset 8 to its end
 *      8  u64  first sequence
 *     16  u32  count           of records, at least 1
 *     20  u32  size            of the records: a multiple of 8, at most HW_BLOCK_CONTENT_MAX
 *     24  u64  durable end     offset in this segment up to which all was known durable when this
 *                              block was written: what is damaged before it was acknowledged
 *     32  u64  log id          its first word, so that a stale block of another log never counts
 *     40       records         (record.h)
 *
 * A new block may share a disk sector with the end of the one before it: like every log that does
 * not pad to sectors, this one trusts that writing a sector again leaves equal bytes equal.
 */
#ifndef HW_SEGMENT_H
#define HW_SEGMENT_H

#include "homeward/engine.h"
#include "runtime/file.h"

enum {
    HW_SEGMENT_HEADER_SIZE = 4096,
    HW_BLOCK_HEADER_SIZE = 40,
    HW_BLOCK_CONTENT_MAX = 16 * 1024 * 1024,
    HW_COUNTY_SIZE_MAX = 200,
};

struct hw_segment_header {
    uint32_t format;
    uint32_t rules;
    struct hw_hash log_id;
    uint64_t hash_key[2];
    uint64_t first_sequence;
    int64_t accepted_ms;
    struct hw_hash digest, quick_digest;
    int64_t dedupe_ms;
    int64_t history_open_ms;
    struct hw_limits limits;
    char county[HW_COUNTY_SIZE_MAX + 1];
};

void hw_segment_header_write(
    const struct hw_segment_header *header, uint8_t bytes[HW_SEGMENT_HEADER_SIZE]);

/* HW_OK, HW_E_DAMAGED, HW_E_VERSION (newer format; *ret_header has format only). */
HW_MUST_CHECK enum hw_status hw_segment_header_read(
    const uint8_t bytes[HW_SEGMENT_HEADER_SIZE], struct hw_segment_header *ret_header);

struct hw_block {
    uint64_t first_sequence;
    uint32_t count;
    uint64_t durable_end;
    struct hw_slice records; /* borrowed from the bytes it was read from */
};

/* Complete a block whose records stand at bytes + HW_BLOCK_HEADER_SIZE, records_size long. */
void hw_block_write(uint8_t *bytes, uint64_t first_sequence, uint32_t count, size_t records_size,
    uint64_t durable_end, uint64_t log_id);

/*
 * The block at the start of bytes.  HW_OK; HW_E_PARTIAL: bytes end before the block does (its
 * whole size in *ret_size); HW_E_DAMAGED: no whole block of this log stands here.
 */
HW_MUST_CHECK enum hw_status hw_block_read(
    struct hw_slice bytes, uint64_t log_id, struct hw_block *ret_block, size_t *ret_size);

/* What names of segments end in, behind 20 digits (hw_file_numbers). */
#define HW_SEGMENT_ENDING ".hwj"

#endif
