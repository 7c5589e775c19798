/*
 * runtime.h - one data directory at work: the journal, the engine it feeds, and who is told when.
 *
 * submit() is the only door to the core: it stamps the accepted time, puts a clock.tick before a
 * record that finds a timer due, encodes, appends to the journal's open batch and applies.  What
 * was applied is not yet durable: whoever answers a feed keeps the answer until its release
 * sequence is durable (the output gate).  All calls on the loop thread unless said otherwise.
 */
#ifndef HW_RUNTIME_H
#define HW_RUNTIME_H

#include "homeward/engine.h"
#include "runtime/env.h"

struct hw_runtime; /* Opaque. */

enum hw_sync_policy { HW_SYNC_ALWAYS, HW_SYNC_INTERVAL, HW_SYNC_NEVER };

struct hw_runtime_options {
    struct hw_env *env;      /* files, clock, randomness; borrowed until close */
    const char *data_dir;    /* made when absent */
    const char *county;      /* name of this log's county: a directory of another is refused */
    struct hw_limits limits; /* those in the log, where larger, win */
    int64_t dedupe_ms;
    int64_t history_open_ms;
    enum hw_sync_policy sync;
    int64_t sync_interval_ms; /* with HW_SYNC_INTERVAL */
    bool event_clock;         /* clock: events - now is the greatest event time (R17) */
    bool read_only;           /* open beside a running server: no lock, no writes */
    /* Called on the loop thread whenever more became durable, in the journal (sequence is the last
     * that is) or in quarantine (hw_runtime_quarantine_durable). */
    void (*on_durable)(void *context, uint64_t sequence);
    /* A write or sync failed: nothing more will be acknowledged; the process must stop. */
    void (*on_failed)(void *context, const char *what);
    /* Called on the loop thread after each applied record, for effects and publication. */
    void (*on_applied)(void *context, const struct hw_engine *engine);
    void *context;

    /* Something that does not stop the server but that a person should read: a full disk, a torn
     * tail that was dropped, a clock that stands still.  Loop thread.  May be NULL. */
    void (*on_warning)(void *context, const char *text);

    /* Sizes and times; 0 takes the default. */
    size_t batch_size;                /* bytes of records in one commit block: 4 MiB */
    uint64_t segment_size;            /* bytes of a journal segment: 64 MiB */
    uint64_t prepare_size;            /* bytes of zeros written ahead at a time: 4 MiB */
    uint64_t snapshot_records;        /* a snapshot every so many records: 4 million */
    int64_t snapshot_interval_ms;     /* ... and so often, if there are new records: 1 hour */
    uint64_t quarantine_quota;        /* bytes kept of one source's refused input: 64 MiB */
    uint64_t quarantine_segment_size; /* bytes of a file of it: 16 MiB */
    bool threadless;                  /* no threads, everything inside turn: for simulations */
};

enum { HW_ERROR_TEXT_SIZE = 512 };

/*
 * Open or make a data directory: lock, newest good snapshot, segments, tail.  On failure error
 * says what, where (file and offset) and how to mend it.
 *   HW_E_LOCKED, HW_E_COUNTY, HW_E_VERSION, HW_E_DAMAGED, HW_E_READ_ONLY, HW_E_NO_SPACE, HW_E_IO,
 *   HW_E_MEMORY
 */
HW_MUST_CHECK enum hw_status hw_runtime_open(const struct hw_runtime_options *options,
    struct hw_runtime **ret_runtime, char error[HW_ERROR_TEXT_SIZE]);

/* Flush, sync, optionally write a snapshot, stop the journal's thread, release all. */
enum hw_status hw_runtime_close(struct hw_runtime *runtime, bool snapshot);

enum hw_outcome { HW_OUTCOME_TAKEN, HW_OUTCOME_DUPLICATE, HW_OUTCOME_FULL };

struct hw_submitted {
    enum hw_outcome outcome;
    uint64_t release_sequence; /* answer when this is durable */
    const char *refused; /* what was taken is a command that was refused: why; static; else NULL */
};

/*
 * Take the events of one message (all or none: they stand in one commit block, so there may be as
 * many as have room in an empty one).  A duplicate (hw_engine_seen of the first
 * event's message_id_hash and message_hash) changes nothing; a reused id is flagged
 * CONTROL_ID_REUSED and taken.  HW_OUTCOME_FULL: journal or arenas have no room now: stop reading,
 * answer nothing, try again after on_durable.
 */
struct hw_submitted hw_runtime_submit(
    struct hw_runtime *runtime, struct hw_event *events, uint32_t events_count);

/* Who wants to know what would come of an event (trial.h). */
struct hw_trial;

struct hw_attempt {
    /* On another thread, once: engine, in the state asked for, is thrown away afterwards. */
    void (*call)(void *context, struct hw_engine *engine, const struct hw_trial *trial);
    /* Loop thread, once, in a later turn or when the runtime closes: call() has returned, or (not
     * HW_OK, error says why) was not called, or need not have been: HW_E_PARTIAL, it was given up.
     */
    void (*done)(void *context, enum hw_status status, const char *error);
    void *context; /* borrowed until done() */
};

/*
 * Have event tried as if it were submitted now (hw_trial_run()): nothing is journaled, told or
 * changed.  It runs beside the loop on an engine read from disk, so it costs a second state in
 * memory and the time to read it; several wait for each other.  event is copied.  HW_OK: done()
 * will be called; HW_E_FULL: too many wait; HW_E_MEMORY; HW_E_READ_ONLY; HW_E_IO: it has failed.
 */
HW_MUST_CHECK enum hw_status hw_runtime_try(
    struct hw_runtime *runtime, const struct hw_event *event, const struct hw_attempt *attempt);

/* Nobody waits for trials any more: those in line are done, the one that runs is soon. */
void hw_runtime_give_up_trials(struct hw_runtime *runtime);

/* Whether a done() is still to come. */
bool hw_runtime_is_trying(const struct hw_runtime *runtime);

/*
 * End of a turn of the loop: hand the open batch to the disk (inline when little waits), run timers
 * that are due.  Returns milliseconds until it wants to be called again; -1: no timer.
 */
int64_t hw_runtime_turn(struct hw_runtime *runtime);

/* The handle that becomes readable when the journal's thread has news (for uv_poll); -1: none. */
int hw_runtime_wakeup_fd(const struct hw_runtime *runtime);

struct hw_engine *hw_runtime_engine(struct hw_runtime *runtime);
uint64_t hw_runtime_durable(const struct hw_runtime *runtime);

/*
 * Whether what was taken waits for room on a full disk.  It goes on by itself when there is some;
 * who is about to stop need not wait for it: nobody was told of what is not durable.
 */
bool hw_runtime_is_full(const struct hw_runtime *runtime);

/* Now as answers state it: never before the last record; under event_clock the greatest event time.
 */
int64_t hw_runtime_now_ms(const struct hw_runtime *runtime);

/* Keep refused bytes with the reason (quarantine.h); answered when *ret_release is durable there.
 */
struct hw_refused {
    struct hw_slice source; /* "RWE/PAS" or the peer's address */
    struct hw_slice link;   /* "mllp" */
    struct hw_slice code;   /* "AE 101" */
    struct hw_slice where;  /* "PID^1^3" */
    struct hw_slice reason; /* words, without identifiers */
    struct hw_slice bytes;  /* as received */
};
HW_MUST_CHECK enum hw_status hw_runtime_quarantine(
    struct hw_runtime *runtime, const struct hw_refused *refused, uint64_t *ret_id);

/* The last id that is durable in quarantine; as on_durable tells. */
uint64_t hw_runtime_quarantine_durable(const struct hw_runtime *runtime);

/* Refused inputs that made room for newer ones of their source since open. */
uint64_t hw_runtime_quarantine_dropped(const struct hw_runtime *runtime);

#endif
