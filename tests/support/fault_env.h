/*
 * fault_env.h - an environment in memory that fails on demand and forgets what was not synced.
 *
 * A file system of its own: each file has the bytes that were written and the bytes that would
 * survive a crash; names survive when their folder was synced (files made, renamed or removed after
 * the last sync of their folder are undone).  fault_crash() makes the crash: what was written and
 * not synced is kept, lost or torn, page by page, as the seed decides.  Time stands still unless
 * the test moves it.  Deterministic: the same calls and the same seed, the same bytes.
 *
 * Calls can be made to fail: the nth of a kind from now on, once or ever after, with an errno;
 * writes can come back short; the disk can have a size.  One lock inside, so threads may share it.
 */
#ifndef HW_TEST_FAULT_ENV_H
#define HW_TEST_FAULT_ENV_H

#include "runtime/env.h"

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
 * pages.  Handles of before must not be used.
 */
void fault_crash(struct fault_env *fault);

/* The process ends, the machine does not: handles and locks are gone, all that was written stays.
 */
void fault_kill(struct fault_env *fault);

/* Bytes of a file, for tests that look at or change them; NULL when there is none. */
uint8_t *fault_bytes(struct fault_env *fault, const char *path, size_t *ret_size);

/* Put a file there, as if synced. */
void fault_put(struct fault_env *fault, const char *path, const void *bytes, size_t size);

#endif
