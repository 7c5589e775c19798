/*
 * snapshotter.h - snapshots of a running server, written beside it.
 *
 * A second engine (second.h), in the state after a durable record, has its state digest compared
 * with the one the live engine had there, and is written.  The live engine never stops; a
 * difference is a warning and no snapshot.  Loop thread.
 */
#ifndef HW_SNAPSHOTTER_H
#define HW_SNAPSHOTTER_H

#include "runtime/snapshot.h"
#include "runtime/wakeup.h"

struct hw_snapshotter; /* Opaque. */

/*
 * NULL: no memory.  data_dir is copied; env is borrowed until free.  threadless: all of it happens
 * inside start, for simulations.
 */
struct hw_snapshotter *hw_snapshotter_new(
    struct hw_env *env, const char *data_dir, struct hw_wakeup *wakeup, bool threadless);

/* Waits for what it is at, then releases it. */
void hw_snapshotter_free(struct hw_snapshotter *snapshotter);

/*
 * Begin one of the state after about->sequence, which is durable; about has that state's digest
 * (zero: not known, not compared) and what hw_snapshot_write() needs.  False: it is at another
 * still, or no thread could be started.
 */
bool hw_snapshotter_start(struct hw_snapshotter *snapshotter, const struct hw_snapshot *about);

/* Whether one has begun whose end was not heard of. */
bool hw_snapshotter_is_busy(const struct hw_snapshotter *snapshotter);

/*
 * Whether one has ended since the last call: *ret_sequence is its sequence, *ret_status what it
 * came to, and error says more when that is not HW_OK.
 */
bool hw_snapshotter_ended(struct hw_snapshotter *snapshotter, uint64_t *ret_sequence,
    enum hw_status *ret_status, char error[HW_ERROR_TEXT_SIZE]);

#endif
