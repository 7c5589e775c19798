/*
 * replay.h - an engine built from a data directory: its newest good snapshot and the journal.
 *
 * The server opens with it, and so do replay, verify, reports and the writer of snapshots, beside a
 * running server: it takes no lock and writes nothing.  Any thread, one at a time for one replay.
 */
#ifndef HW_REPLAY_H
#define HW_REPLAY_H

#include "runtime/log_reader.h"

#include <stdatomic.h>

struct hw_replay_options {
    struct hw_env *env;
    const char *data_dir;
    const char *county;      /* refuse the log of another; NULL: any */
    struct hw_limits limits; /* at least these; the log's where larger */
    int64_t dedupe_ms;       /* below 0: the log's own */
    int64_t history_open_ms; /* below 0: the log's own */
    uint64_t until_sequence; /* last record to apply; 0: all */
    int64_t until_ms;        /* last accepted time to apply; HW_TIME_OPEN: all */
    bool full;               /* from the first record, without a snapshot */
    /* Set by any thread: nobody waits for it, and what was applied by then is all.  May be NULL. */
    const atomic_bool *given_up;
    /* Each record, after it was applied; borrowed until it returns.  May be NULL. */
    void (*on_record)(void *context, const struct hw_engine *engine, struct hw_slice record);
    /* Something odd that does not stop it: a snapshot passed over, a digest that differs. */
    void (*on_warning)(void *context, const char *warning);
    void *context;
};

/* Options that take everything as the log says and apply all of it. */
struct hw_replay_options hw_replay_options_default(struct hw_env *env, const char *data_dir);

struct hw_replay {
    struct hw_engine *engine;   /* the caller's: hw_engine_free() */
    uint64_t sequence;          /* of the last record applied from the journal */
    uint64_t snapshot_sequence; /* the snapshot it began from; 0: from the first record */
    int64_t clock_pending_ms;   /* as that snapshot kept it (clock.h) */
    uint32_t digests_checked; /* digests of state left by the writer, compared with this engine's */
    uint32_t digests_differ;
    struct hw_log_tail tail; /* where the log ends; only when all was applied */
};

/*
 * Build it.  With until_ms, a timer due by then that no tick in the journal fired is fired here, so
 * that the state is that of the moment.  HW_E_NOT_FOUND: there is no log yet.  HW_E_COUNTY,
 * HW_E_VERSION, HW_E_DAMAGED, HW_E_FULL, HW_E_MEMORY, HW_E_IO: error says what, where and what to
 * do.
 */
HW_MUST_CHECK enum hw_status hw_replay(const struct hw_replay_options *options,
    struct hw_replay *ret_replay, char error[HW_ERROR_TEXT_SIZE]);

/* Of each limit the larger one. */
struct hw_limits hw_limits_larger(const struct hw_limits *a, const struct hw_limits *b);

/* Write a clock.tick record accepted at accepted_ms to buffer; returns its size. */
size_t hw_tick_encode(uint64_t sequence, int64_t accepted_ms, uint8_t *buffer, size_t buffer_size);

#endif
