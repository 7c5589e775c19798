/*
 * journal.h - the log interface: append records to a batch, be told when they are durable.
 *
 * Two batches: one filling, one being written.  hw_journal_flush(), called at the end of a turn of
 * the loop, writes and syncs a small batch at once when the disk has been quick and nothing is out;
 * otherwise it hands the batch to the journal's own thread and the next one fills meanwhile, so
 * that a busy log does one sync for many records (group commit).  The thread also makes room ahead
 * and writes the watermark when the log falls idle.
 *
 * What *durable* means follows sync_interval_ms: 0: written and synced; above 0: written, and
 * synced at most so much later; below 0: written, synced only when a segment ends and at shutdown.
 *
 * A failed write or sync is final (fail-stop): nothing becomes durable any more and nothing is
 * tried again.  A disk found full while making room ahead is not: the journal refuses records until
 * there is room, with a warning.
 *
 * Reading a log from a sequence: log_reader.h.  All calls on the loop thread.
 */
#ifndef HW_JOURNAL_H
#define HW_JOURNAL_H

#include "runtime/log_writer.h"
#include "runtime/wakeup.h"

struct hw_journal; /* Opaque. */

struct hw_journal_options {
    struct hw_writer_options writer;
    size_t batch_size;        /* bytes of records; at most HW_BLOCK_CONTENT_MAX */
    int64_t sync_interval_ms; /* see above */
    bool threadless;          /* everything inside flush: for simulations */
    struct hw_wakeup *wakeup; /* told of news from the thread; borrowed; NULL: nobody */
};

/* As hw_writer_open(). */
HW_MUST_CHECK enum hw_status hw_journal_open(const struct hw_journal_options *options,
    const struct hw_log_tail *tail, struct hw_journal **ret_journal,
    char error[HW_ERROR_TEXT_SIZE]);

/* Write, sync and mark all that was appended, stop the thread, release.  Not HW_OK: error says why,
 * and what was not durable before may not be now. */
enum hw_status hw_journal_close(struct hw_journal *journal, char error[HW_ERROR_TEXT_SIZE]);

/* Sequence of the record appended next. */
uint64_t hw_journal_next(const struct hw_journal *journal);

/* Whether the open batch takes size bytes more.  False while the disk is full, and after failure.
 */
bool hw_journal_has_room(const struct hw_journal *journal, size_t size);

/* Whether the open batch is empty: then hw_journal_begin() comes before its first record. */
bool hw_journal_empty(const struct hw_journal *journal);

/* Whether a batch begun now begins a segment: then the state's digest is wanted. */
bool hw_journal_turns_over(const struct hw_journal *journal);

/* Begin a batch: accepted time of the record before, and the state's two digests there (zero:
 * unknown), which count when it begins a segment. */
void hw_journal_begin(struct hw_journal *journal, int64_t accepted_ms, struct hw_hash digest,
    struct hw_hash quick_digest);

/* Where the next record is to be written, and how much fits; borrowed until the next flush. */
uint8_t *hw_journal_space(struct hw_journal *journal, size_t *ret_size);

/* The record of size bytes that stands there is part of the batch. */
void hw_journal_append(struct hw_journal *journal, size_t size);

/*
 * Nothing of the open batch will be written, by hw_journal_close() either: its last records are
 * half a message.  Nobody was told of any of them.
 */
void hw_journal_drop(struct hw_journal *journal);

/* Hand the open batch on, unless one is out still; then it goes with a later call. */
void hw_journal_flush(struct hw_journal *journal);

/* The last durable sequence.  Any thread. */
uint64_t hw_journal_durable(const struct hw_journal *journal);

/* Whether the journal has failed for good; what and where to error. */
bool hw_journal_failed(struct hw_journal *journal, char error[HW_ERROR_TEXT_SIZE]);

/* Whether records wait for room on a full disk: none of them becomes durable before there is. */
bool hw_journal_full(const struct hw_journal *journal);

/* A warning not given before; false: none. */
bool hw_journal_warning(struct hw_journal *journal, char warning[HW_ERROR_TEXT_SIZE]);

#endif
