#include "runtime/snapshotter.h"
#include "runtime/replay.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct hw_snapshotter {
    struct hw_env *env;
    char data_dir[HW_PATH_SIZE];
    struct hw_wakeup *wakeup;
    bool threadless;
    pthread_t thread;
    bool started; /* and not joined yet */
    struct hw_snapshot about;
    enum hw_status status; /* the thread's until ended */
    char error[HW_ERROR_TEXT_SIZE];
    atomic_bool ended;
};

static enum hw_status check_and_write(
    struct hw_snapshotter *snapshotter, const struct hw_engine *engine)
{
    const struct hw_snapshot *about = &snapshotter->about;

    if (hw_engine_sequence(engine) != about->sequence ||
        (!hw_hash_is_zero(about->digest) &&
            !hw_hash_equal(hw_engine_state_digest(engine), about->digest))) {
        hw_error_set(snapshotter->error,
            "the state replayed up to record %" PRIu64 " differs from that of the running engine; "
            "no snapshot was written; run 'homeward verify', and report this",
            about->sequence);
        return HW_E_DAMAGED;
    }
    return hw_snapshot_write(
        snapshotter->env, snapshotter->data_dir, engine, about, snapshotter->error);
}

static void *snapshotter_thread(void *argument)
{
    struct hw_snapshotter *snapshotter = argument;
    struct hw_replay_options options =
        hw_replay_options_default(snapshotter->env, snapshotter->data_dir);
    struct hw_replay replay;

    options.limits = snapshotter->about.limits;
    options.dedupe_ms = snapshotter->about.dedupe_ms;
    options.history_open_ms = snapshotter->about.history_open_ms;
    options.until_sequence = snapshotter->about.sequence;
    snapshotter->status = hw_replay(&options, &replay, snapshotter->error);
    if (snapshotter->status == HW_OK) {
        snapshotter->status = check_and_write(snapshotter, replay.engine);
        hw_engine_free(replay.engine);
    }
    atomic_store(&snapshotter->ended, true);
    hw_wakeup_tell(snapshotter->wakeup);
    return NULL;
}

struct hw_snapshotter *hw_snapshotter_new(
    struct hw_env *env, const char *data_dir, struct hw_wakeup *wakeup, bool threadless)
{
    struct hw_snapshotter *snapshotter = calloc(1, sizeof *snapshotter);

    if (snapshotter == NULL)
        return NULL;
    snapshotter->env = env;
    snapshotter->wakeup = wakeup;
    snapshotter->threadless = threadless;
    (void)snprintf(snapshotter->data_dir, sizeof snapshotter->data_dir, "%s", data_dir);
    return snapshotter;
}

void hw_snapshotter_free(struct hw_snapshotter *snapshotter)
{
    if (snapshotter == NULL)
        return;
    if (snapshotter->started && !snapshotter->threadless)
        pthread_join(snapshotter->thread, NULL);
    free(snapshotter);
}

bool hw_snapshotter_start(struct hw_snapshotter *snapshotter, const struct hw_snapshot *about)
{
    if (snapshotter->started)
        return false;
    snapshotter->about = *about;
    snapshotter->error[0] = '\0';
    atomic_store(&snapshotter->ended, false);
    if (snapshotter->threadless) {
        snapshotter->started = true;
        (void)snapshotter_thread(snapshotter); /* Says nothing by its return. */
        return true;
    }
    snapshotter->started =
        pthread_create(&snapshotter->thread, NULL, snapshotter_thread, snapshotter) == 0;
    return snapshotter->started;
}

bool hw_snapshotter_ended(struct hw_snapshotter *snapshotter, uint64_t *ret_sequence,
    enum hw_status *ret_status, char error[HW_ERROR_TEXT_SIZE])
{
    if (!snapshotter->started || !atomic_load(&snapshotter->ended))
        return false;
    if (!snapshotter->threadless)
        pthread_join(snapshotter->thread, NULL);
    snapshotter->started = false;
    *ret_sequence = snapshotter->about.sequence;
    *ret_status = snapshotter->status;
    memcpy(error, snapshotter->error, HW_ERROR_TEXT_SIZE);
    return true;
}
