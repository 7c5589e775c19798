/*
 * record.h - one event as bytes, as the journal keeps it and the core applies it.
 *
 * Integers are little-endian; offsets and sizes in bytes.  A record is a multiple of 8 long.
 *
 *      0  u32  size           of the whole record, padding included
 *      4  u16  kind           enum hw_kind
 *      6  u8   schema         HW_RECORD_SCHEMA; a newer one is refused
 *      7  u8   0
 *      8  u32  flags          HW_FLAG_*
 *     12  u32  identity_size  of the identity section
 *     16  u64  sequence       1 for the first record of a log, then one more each
 *     24  i64  accepted_ms    when it was accepted; never decreases
 *     32       body           u32 size, u64 set, u64 cleared, then sections (see record.c)
 *      .       identity       texts that name a person; never read by the core
 *      .       zeros up to a multiple of 8
 *
 * The body holds the key, hashes of identities and the fields by number, each with its size, so
 * that a reader passes over numbers it does not know.  Pure; any thread.
 */
#ifndef HOMEWARD_RECORD_H
#define HOMEWARD_RECORD_H

#include "homeward/event.h"

enum {
    HW_RECORD_SCHEMA = 1,
    HW_RECORD_HEADER_SIZE = 32,
    HW_RECORD_SIZE_MAX = 128 * 1024, /* bytes; the longest event of all fields fits */
};

struct hw_record_header {
    uint32_t size;
    uint16_t kind;
    uint8_t schema;
    uint32_t flags;
    uint32_t identity_size;
    uint64_t sequence;
    int64_t accepted_ms;
};

/*
 * Write event, finished (hw_event_finish), as a record to buffer (HW_RECORD_SIZE_MAX bytes are
 * always enough).  Returns its size; 0 when buffer_size is too small.
 */
size_t hw_record_encode(const struct hw_event *event, uint64_t sequence, int64_t accepted_ms,
    uint8_t *buffer, size_t buffer_size);

/*
 * Read the header of the record at the start of bytes (which may be longer than the record).
 * HW_OK, HW_E_PARTIAL, HW_E_DAMAGED (impossible size), HW_E_VERSION (newer schema).
 */
HW_MUST_CHECK enum hw_status hw_record_header(
    struct hw_slice bytes, struct hw_record_header *ret_header);

/*
 * Read the event of a record; its slices are borrowed from record.  with_identity false leaves
 * all identity texts empty, as the core sees it.  HW_OK, or as hw_record_header().
 */
HW_MUST_CHECK enum hw_status hw_record_decode(
    struct hw_slice record, bool with_identity, struct hw_event *ret_event);

/* What a record is about, for whoever wants to have it at hand early (hw_engine_expect). */
enum { HW_ABOUT_IDENTIFIERS_MAX = 4 };

struct hw_about {
    struct hw_hash message_id;                            /* zero: none */
    struct hw_hash visit;                                 /* zero: none */
    struct hw_hash identifiers[HW_ABOUT_IDENTIFIERS_MAX]; /* the first of its person */
    uint8_t identifiers_count;
    uint8_t own; /* index of the one of the stay key; may lie beyond the first */
};

/* Cheap, and promises nothing: of bytes that are no record it says that they are about nothing. */
void hw_record_about(struct hw_slice record, struct hw_about *ret_about);

#endif
