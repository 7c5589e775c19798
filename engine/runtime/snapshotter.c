#include "runtime/snapshotter.h"
#include "runtime/second.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct hw_snapshotter {
    struct hw_env *env;
    char data_dir[HW_PATH_SIZE];
    struct hw_second *second;
    struct hw_snapshot about;
};

static enum hw_status check_and_write(
    void *context, struct hw_engine *engine, char error[HW_ERROR_TEXT_SIZE])
{
    struct hw_snapshotter *snapshotter = context;
    const struct hw_snapshot *about = &snapshotter->about;

    if (!hw_hash_is_zero(about->digest) &&
        !hw_hash_equal(hw_engine_state_digest(engine), about->digest)) {
        hw_error_set(error,
            "the state replayed up to record %" PRIu64 " differs from that of the running engine; "
            "no snapshot was written; run 'homeward verify', and report this",
            about->sequence);
        return HW_E_DAMAGED;
    }
    return hw_snapshot_write(snapshotter->env, snapshotter->data_dir, engine, about, error);
}

struct hw_snapshotter *hw_snapshotter_new(
    struct hw_env *env, const char *data_dir, struct hw_wakeup *wakeup, bool threadless)
{
    struct hw_snapshotter *snapshotter = calloc(1, sizeof *snapshotter);

    if (snapshotter == NULL)
        return NULL;
    snapshotter->env = env;
    (void)snprintf(snapshotter->data_dir, sizeof snapshotter->data_dir, "%s", data_dir);
    snapshotter->second = hw_second_new(env, data_dir, wakeup, threadless);
    if (snapshotter->second != NULL)
        return snapshotter;
    free(snapshotter);
    return NULL;
}

void hw_snapshotter_free(struct hw_snapshotter *snapshotter)
{
    if (snapshotter == NULL)
        return;
    hw_second_free(snapshotter->second);
    free(snapshotter);
}

bool hw_snapshotter_start(struct hw_snapshotter *snapshotter, const struct hw_snapshot *about)
{
    struct hw_second_use use = {check_and_write, snapshotter};

    if (hw_second_is_busy(snapshotter->second))
        return false;
    snapshotter->about = *about;
    return hw_second_start(snapshotter->second, about, &use);
}

bool hw_snapshotter_is_busy(const struct hw_snapshotter *snapshotter)
{
    return hw_second_is_busy(snapshotter->second);
}

bool hw_snapshotter_ended(struct hw_snapshotter *snapshotter, uint64_t *ret_sequence,
    enum hw_status *ret_status, char error[HW_ERROR_TEXT_SIZE])
{
    if (!hw_second_ended(snapshotter->second, ret_status, error))
        return false;
    *ret_sequence = snapshotter->about.sequence;
    return true;
}
