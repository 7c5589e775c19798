/*
 * fault_env.h - an environment in memory that fails on demand and forgets what was not synced.
 *
 * A file system of its own: each file has the bytes that were written and the bytes that would
 * survive a crash; names survive when their folder was synced (files made, renamed or removed after
 * the last sync of their folder are undone).  fault_crash() makes the crash: what was written and
 * not synced is kept, lost or torn, sector by sector (512 bytes) and in no order, as the seed
 * decides.  What a failed sync could not write is not made durable by a later one.  Time stands
 * still unless the test moves it.  Deterministic: the same calls and the same seed, the same bytes.
 *
 * Calls can be made to fail: the nth of a kind from now on, once or ever after, with an errno;
 * writes can come back short; the disk can have a size.  One lock inside, so threads may share it.
 *
 * Simulations have more, below: the machine ends at a chosen call, calls fail by chance, a sync
 * takes time in which other things happen, and all of it is counted.
 */
#ifndef HW_TEST_FAULT_ENV_H
#define HW_TEST_FAULT_ENV_H

#include "homeward/hash.h"
#include "runtime/env.h"

#include <stdio.h>

/* Kinds of call that can be made to fail. */
enum fault_call {
    FAULT_OPEN,
    FAULT_READ,
    FAULT_WRITE,
    FAULT_SYNC,
    FAULT_SYNC_DIR,
    FAULT_TRUNCATE,
    FAULT_RENAME,
    FAULT_UNLINK,
    FAULT_CALLS
};

/* In place of an errno, for fault_fail(): the machine ends, as with fault_crash_at(). */
enum { FAULT_ENDS = 1 };

struct fault_env; /* Opaque. */

/* An empty disk without faults.  random() and crashes follow from seed. */
struct fault_env *fault_new(uint64_t seed);
void fault_free(struct fault_env *fault);

/* The table to hand to what is tested; borrowed until fault_free(). */
struct hw_env *fault_table(struct fault_env *fault);

/*
 * Let call number nth (1: the next) of a kind return error (a negative errno); with forever, all
 * after it too.  nth 0 takes the fault back.
 */
void fault_fail(
    struct fault_env *fault, enum fault_call call, uint64_t nth, int error, bool forever);

/* Only calls on paths that end so count and fail; NULL: all. */
void fault_only(struct fault_env *fault, enum fault_call call, const char *ending);

/* How many calls of a kind there have been. */
uint64_t fault_count(const struct fault_env *fault, enum fault_call call);

/* Let writes take at most so many bytes at a time; 0: all. */
void fault_short_writes(struct fault_env *fault, size_t most);

/* The disk holds so many bytes in all; UINT64_MAX: no end. */
void fault_disk_size(struct fault_env *fault, uint64_t size);

/* Both clocks; they stand still otherwise. */
void fault_set_clock(struct fault_env *fault, int64_t wall_ms, int64_t monotonic_ns);

/*
 * Power off and on: all handles and locks are gone, what was not synced is kept, lost or torn by
 * sectors.  Handles of before must not be used.
 */
void fault_crash(struct fault_env *fault);

/* The process ends, the machine does not: handles and locks are gone, all that was written stays.
 */
void fault_kill(struct fault_env *fault);

/* Bytes of a file, for tests that look at or change them; NULL when there is none. */
uint8_t *fault_bytes(struct fault_env *fault, const char *path, size_t *ret_size);

/* Put a file there, as if synced. */
void fault_put(struct fault_env *fault, const char *path, const void *bytes, size_t size);

/* --- for simulations: one thread only ------------------------------------------------------ */

/*
 * A boundary is a write, sync, sync of a folder, truncation, rename or removal.  At the nth from
 * now (1: the next; 0: never) the machine ends, before the call has any effect or behind it: that
 * call and all later ones fail and change nothing, until fault_crash() or fault_kill().
 */
void fault_crash_at(struct fault_env *fault, uint64_t boundary, bool after);
void fault_die(struct fault_env *fault); /* now, between calls */
uint64_t fault_boundaries(const struct fault_env *fault);
bool fault_is_dead(const struct fault_env *fault);

/* Of names not synced a crash keeps as many as luck has, in order; otherwise none. */
void fault_names_by_luck(struct fault_env *fault, bool by_luck);

/* How often calls go wrong by themselves, in ten thousand: -EIO, or fewer bytes than asked for. */
struct fault_chances {
    unsigned fail[FAULT_CALLS];
    unsigned short_reads, short_writes;
};

void fault_set_chances(struct fault_env *fault, const struct fault_chances *chances);

/* Called at the beginning of each sync, of a file or folder: time in which other things happen. */
void fault_meanwhile(
    struct fault_env *fault, void (*meanwhile)(void *context, const char *path), void *context);

/* Print every call that may fail, for whoever must find out what happened; NULL: no more. */
void fault_tell(struct fault_env *fault, FILE *out);
const char *fault_call_name(enum fault_call call);

/* Bytes on the disk. */
uint64_t fault_used(const struct fault_env *fault);

/* A hash over all calls so far, what they wrote and what came of them. */
struct hw_hash fault_trace(const struct fault_env *fault);

struct fault_tally {
    uint64_t failed[FAULT_CALLS];  /* by kind of call */
    uint64_t crashes[FAULT_CALLS]; /* fault_crash_at(), by kind of the call it happened at */
    uint64_t syncs_failed;         /* of journal and quarantine, files and folders */
    uint64_t short_reads, short_writes, no_space;
    uint64_t power_lost, killed;
    uint64_t sectors_lost, sectors_kept, sectors_torn, reordered; /* by crashes */
    uint64_t names_lost, names_kept;
};

const struct fault_tally *fault_tally(const struct fault_env *fault);

#endif
