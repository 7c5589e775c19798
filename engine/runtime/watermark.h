/*
 * watermark.h - how far the journal is known to be on stable storage.
 *
 * After a crash the end of the newest segment may be torn: harmless, for nobody was told.  A
 * record that *was* acknowledged and is gone looks just the same.  The watermark tells them apart:
 * DATA_DIR/journal/watermark has two slots, written in turn, so that a torn write leaves the other.
 * It is written when the journal falls idle (10 ms after the last commit), at rotation and at
 * shutdown, always after the sync of what it speaks of; each commit block says the same of the one
 * before it (segment.h).  What no later write can vouch for is said in README.md.
 *
 * Slot (at 0 and at HW_WATERMARK_SLOT_SIZE; integers little-endian, offsets in bytes):
 *
 *      0  u64  magic          "HWMARK1\n"
 *      8  u32  checksum       CRC-32C of offsets 12 to 72
 *     12  u32  0
 *     16  u64  generation     one more each time; the greater of the two slots counts
 *     24  u64  log id         two words
 *     40  u64  segment        first sequence of the segment
 *     48  u64  end            offset in it behind the last durable block
 *     56  u64  sequence       of the last durable record; 0 none
 *     64  u64  size           the segment file reached at least so far, zeros ahead included
 *
 * A slot holds generations of its own number, even or odd.  Beside one of generation 2 or more the
 * other has been written too: if it is empty, it was lost.
 */
#ifndef HW_WATERMARK_H
#define HW_WATERMARK_H

#include "homeward/hash.h"
#include "runtime/file.h"

enum { HW_WATERMARK_SLOT_SIZE = 4096, HW_WATERMARK_SIZE = 2 * HW_WATERMARK_SLOT_SIZE };

struct hw_watermark {
    uint64_t generation;
    struct hw_hash log_id;
    uint64_t segment;
    uint64_t end;
    uint64_t sequence;
    uint64_t size;
};

/* What each slot says: HW_OK, HW_E_NOT_FOUND (never written), HW_E_DAMAGED. */
void hw_watermark_slots_read(const uint8_t slots[HW_WATERMARK_SIZE],
    struct hw_watermark ret_marks[2], enum hw_status ret_read[2]);

/*
 * Read dir/watermark.  One bad slot is a torn write and passed over (*ret_torn, may be NULL).
 *   HW_E_NOT_FOUND  no file, or never written: *ret_mark is all zero
 *   HW_E_DAMAGED    neither slot can be read
 *   HW_E_IO         error says why
 */
HW_MUST_CHECK enum hw_status hw_watermark_read(struct hw_env *env, const char *dir,
    struct hw_watermark *ret_mark, bool *ret_torn, char error[HW_ERROR_TEXT_SIZE]);

/* Open dir/watermark for writing, made when absent.  A handle or a negative errno. */
int hw_watermark_open(struct hw_env *env, const char *dir);

/* Write and sync mark to the slot its generation falls to.  0 or a negative errno. */
int hw_watermark_write(struct hw_env *env, int file, const struct hw_watermark *mark);

#endif
