/*
 * oracle.h - what may come of damage, by what the damaged bytes are.
 *
 * The rule stands in one table (oracle.c): a row for each part of a data directory, a column for
 * each way to look at it.  Where bytes of several parts are damaged, the gravest row counts.
 */
#ifndef HW_TEST_ORACLE_H
#define HW_TEST_ORACLE_H

#include "look.h"

/*
 * X(name, words, open, replay, full, verify, refused): masks of enum outcome.  Gravest last.
 *
 * What is harmless: bytes nobody reads (a file "spare" that the next start deletes; zeros at the
 * end of a segment cut off); one slot of the watermark, for the other one serves; snapshots, for
 * the journal gives the same state; and, for a start, what a snapshot spares it from reading.
 * verify reports all of these but the first.
 *
 * What cannot be noticed: blocks at the very end, behind the last watermark, with nothing whole
 * behind them, which look like a write that never finished (LAST); refused inputs at the very end
 * (ENTRY_END); the newest segment's end together with the watermark.
 */
#define PART_LIST(X)                                                                               \
    X(NOTHING, "bytes nobody reads", SAME, SAME, SAME, SAME, SAME)                                 \
    X(ENTRY, "refused inputs", SAME | SAID, SAME, SAME, REPORTED | SAID, SAME | SHORTER)           \
    X(ENTRY_END, "refused inputs at the end", SAME | SAID, SAME, SAME, SAME | SAID | REPORTED,     \
        SAME | SHORTER | LOST)                                                                     \
    X(MARK, "watermark", SAME | REPORTED, SAME | REPORTED, SAME | REPORTED, REPORTED, SAME)        \
    X(SNAPSHOT_OLDER, "older snapshot", SAME | SAID, SAME | SAID, SAME | SAID, REPORTED, SAME)     \
    X(SNAPSHOT_NEWEST, "newest snapshot", SAID, SAID, SAME | SAID, REPORTED, SAME)                 \
    X(ZEROS, "zeros ahead", SAID | REPORTED, SAID | REPORTED, SAID | REPORTED, SAID | REPORTED,    \
        SAME)                                                                                      \
    X(LAST, "blocks at the end, behind the watermark", SHORTER | LOST | REPORTED,                  \
        SHORTER | LOST | REPORTED, SHORTER | LOST | REPORTED, SHORTER | LOST | REPORTED, SAME)     \
    X(SPARED, "segments a snapshot spares", SAME, SAME, REPORTED, REPORTED, SAME)                  \
    X(CLOSED, "segments read at every start", REPORTED, REPORTED, REPORTED, REPORTED, SAME)        \
    X(TAIL, "newest segment", REPORTED, REPORTED, REPORTED, REPORTED, SAME)

enum part {
#define PART_ENUM(name, words, open, replay, full, verify, refused) PART_##name,
    PART_LIST(PART_ENUM)
#undef PART_ENUM
        PARTS
};

struct oracle; /* Opaque: a sound disk, what its bytes are, and what was seen. */

struct oracle *oracle_new(enum disk_kind kind);
void oracle_free(struct oracle *oracle);

/* A copy to damage, the same each time it is asked for; the oracle's. */
struct disk *oracle_disk(struct oracle *oracle);

/* The copy is damaged: look at it, judge it, and make it sound again.  what: for the log. */
void oracle_judge(struct oracle *oracle, const char *what);

/* Whether HOMEWARD_LONG=1 asks for all of it. */
bool oracle_is_long(void);

/* Whether anything that counts differs from the sound disk. */
bool oracle_is_damaged(struct oracle *oracle);

/* Cases judged wrong since the last call: 0 is well.  Prints the counts of outcomes as comments. */
unsigned oracle_report(struct oracle *oracle, const char *what);

#endif
