/*
 * parts.h - the inside of a runtime, shared by the files it is made of: runtime (open, close, what
 * is known), intake (events to records, journal and engine) and turn (the end of a turn of the
 * loop).  Loop thread.
 */
#ifndef HW_RUNTIME_PARTS_H
#define HW_RUNTIME_PARTS_H

#include "runtime/clock.h"
#include "runtime/directory.h"
#include "runtime/journal.h"
#include "runtime/quarantine.h"
#include "runtime/replay.h"
#include "runtime/snapshotter.h"
#include "runtime/trials.h"

enum { HW_TICK_SIZE_MAX = 512 };

struct hw_runtime {
    struct hw_runtime_options options;
    struct hw_env *env;
    char data_dir[HW_PATH_SIZE];
    char journal_dir[HW_PATH_SIZE];
    struct hw_engine *engine;
    struct hw_journal *journal; /* NULL: read-only */
    struct hw_quarantine *quarantine;
    struct hw_clock clock;
    struct hw_snapshotter *snapshotter; /* NULL: read-only */
    struct hw_trials *trials;           /* NULL: read-only */
    struct hw_snapshot snapshot; /* what a snapshot says of this log; the last one's sequence */
    struct hw_snapshot wanted;   /* to be begun when its sequence is durable; 0 none */
    int64_t snapshot_ns;         /* when the last one was begun */
    int lock_file;
    struct hw_wakeup wakeup; /* for the loop */
    uint64_t durable;        /* as told to on_durable */
    uint64_t quarantine_durable;
    int64_t digest_ns; /* what the last digest took */
    bool failed;       /* as told to on_failed */
    bool frozen;       /* as warned of */
    bool resumes;      /* the first tick is to say that the engine stood still (R16) */
};

/* What a person should read, and what ends it (once). */
void hw__runtime_warn(void *runtime, const char *text);
void hw__runtime_fail(struct hw_runtime *runtime, const char *what);

static inline int64_t hw__runtime_wall_ms(const struct hw_runtime *runtime)
{
    return runtime->env->wall_ms(runtime->env->context);
}

/*
 * The state's digest, when it is to be had without holding up the loop; zero: not known.  It costs
 * what the state's size costs, so it is timed: the first time when the directory is opened.
 */
struct hw_hash hw__runtime_digest(struct hw_runtime *runtime);

/* intake.c: one event as a record, after the tick it finds due; timers that are due; whether size
 * bytes of records have room in the open batch, and a message in the arenas. */
HW_MUST_CHECK enum hw_status hw__intake_event(
    struct hw_runtime *runtime, const struct hw_event *event, int64_t accepted_ms);
/* Journal and apply what the engine has decided.  False: some of it is left for later. */
bool hw__intake_decide(struct hw_runtime *runtime);
HW_MUST_CHECK enum hw_status hw__intake_tick(struct hw_runtime *runtime, int64_t accepted_ms);
bool hw__intake_has_room(const struct hw_runtime *runtime, size_t size);

/* turn.c: what a snapshot of this very moment would say. */
struct hw_snapshot hw__runtime_snapshot(struct hw_runtime *runtime);

#endif
