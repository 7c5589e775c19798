/*
 * second.h - a second engine beside a running server: the state after a durable record.
 *
 * A thread of its own builds it from the newest snapshot and the journal, read-only, hands it to
 * whoever asked for it, on that thread, and frees it.  The live engine never stops for it.  It
 * costs the time to read the state, and its memory once more.  One at a time; loop thread.
 */
#ifndef HW_SECOND_H
#define HW_SECOND_H

#include "runtime/snapshot.h"
#include "runtime/wakeup.h"

struct hw_second; /* Opaque. */

struct hw_second_use {
    /* On the thread; engine is what was asked for, and is freed when this returns. */
    enum hw_status (*call)(void *context, struct hw_engine *engine, char error[HW_ERROR_TEXT_SIZE]);
    void *context; /* borrowed until hw_second_ended() says so */
};

/*
 * NULL: no memory.  data_dir is copied; env is borrowed until free; wakeup is told of the end.
 * threadless: all of it happens inside start, for simulations.
 */
struct hw_second *hw_second_new(
    struct hw_env *env, const char *data_dir, struct hw_wakeup *wakeup, bool threadless);

/* Waits for what it is at, then releases it. */
void hw_second_free(struct hw_second *second);

/*
 * Begin one of the state after about->sequence, which is durable, with about's settings.  False: it
 * is at another still, or no thread could be started.
 */
bool hw_second_start(
    struct hw_second *second, const struct hw_snapshot *about, const struct hw_second_use *use);

/* Whether one has begun whose end was not heard of. */
bool hw_second_is_busy(const struct hw_second *second);

/* What it is at is no longer wanted: it ends soon, and calls nobody if it has not begun to. */
void hw_second_give_up(struct hw_second *second);

/*
 * Whether one has ended since the last call: *ret_status is what use came to, or why there was no
 * engine for it, and error says more when that is not HW_OK.  Given up: HW_E_PARTIAL.
 */
bool hw_second_ended(
    struct hw_second *second, enum hw_status *ret_status, char error[HW_ERROR_TEXT_SIZE]);

#endif
