/*
 * quarantine.h - refused input is kept, with why it was refused, before the refusal is answered.
 *
 * A log beside the journal (quarantine_log.h) with a thread of its own, so that a flood of rubbish
 * does not stand in the way of good messages.  Batches are synced together; the refusal is answered
 * when hw_quarantine_durable() has reached its id.  Each source has a quota in bytes: its own
 * oldest entries make room.  Together no more than HW_QUARANTINE_SOURCES quotas are kept on disk.
 *
 * A failed write or sync is final, as in the journal; a full disk is waited out.  Loop thread.
 */
#ifndef HW_QUARANTINE_H
#define HW_QUARANTINE_H

#include "runtime/quarantine_log.h"
#include "runtime/wakeup.h"

enum { HW_QUARANTINE_SOURCES = 16 };

struct hw_quarantine; /* Opaque. */

struct hw_quarantine_options {
    struct hw_env *env;       /* borrowed until close */
    const char *data_dir;     /* with its folder quarantine */
    uint64_t source_quota;    /* bytes */
    uint64_t segment_size;    /* bytes of a file, about; 0: HW_QUARANTINE_SEGMENT_SIZE */
    bool threadless;          /* everything inside flush */
    struct hw_wakeup *wakeup; /* told of news; borrowed; NULL: nobody */
};

HW_MUST_CHECK enum hw_status hw_quarantine_open(const struct hw_quarantine_options *options,
    struct hw_quarantine **ret_quarantine, char error[HW_ERROR_TEXT_SIZE]);

/* Write what waits, stop the thread, release. */
enum hw_status hw_quarantine_close(
    struct hw_quarantine *quarantine, char error[HW_ERROR_TEXT_SIZE]);

/* Keep one (copied).  HW_E_FULL: too much waits for the disk: stop reading.  HW_E_IO: failed. */
HW_MUST_CHECK enum hw_status hw_quarantine_add(struct hw_quarantine *quarantine, int64_t time_ms,
    const struct hw_refused *refused, uint64_t *ret_id);

/* Hand on what was added. */
void hw_quarantine_flush(struct hw_quarantine *quarantine);

/* The last durable id; 0 none.  Any thread. */
uint64_t hw_quarantine_durable(const struct hw_quarantine *quarantine);

/* Entries dropped for their source's quota since open.  Any thread. */
uint64_t hw_quarantine_dropped(const struct hw_quarantine *quarantine);

bool hw_quarantine_failed(struct hw_quarantine *quarantine, char error[HW_ERROR_TEXT_SIZE]);

/* Whether entries wait for room on a full disk. */
bool hw_quarantine_full(const struct hw_quarantine *quarantine);

/* Once each time the disk has become full: what waits is tried again until there is space. */
bool hw_quarantine_warning(struct hw_quarantine *quarantine, char warning[HW_ERROR_TEXT_SIZE]);

#endif
