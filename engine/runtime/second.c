#include "runtime/second.h"
#include "runtime/replay.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct hw_second {
    struct hw_env *env;
    char data_dir[HW_PATH_SIZE];
    struct hw_wakeup *wakeup;
    bool threadless;
    pthread_t thread;
    bool started; /* and not joined yet */
    struct hw_snapshot about;
    struct hw_second_use use;
    enum hw_status status; /* the thread's until ended */
    char error[HW_ERROR_TEXT_SIZE];
    atomic_bool given_up, ended;
};

static enum hw_status build(struct hw_second *second, struct hw_engine **ret_engine)
{
    const struct hw_snapshot *about = &second->about;
    struct hw_replay_options options = hw_replay_options_default(second->env, second->data_dir);
    struct hw_replay replay;
    enum hw_status status;

    options.limits = about->limits;
    options.dedupe_ms = about->dedupe_ms;
    options.history_open_ms = about->history_open_ms;
    options.until_sequence = about->sequence;
    options.given_up = &second->given_up;
    status = hw_replay(&options, &replay, second->error);
    if (status == HW_OK)
        *ret_engine = replay.engine;
    return status;
}

static enum hw_status build_and_use(struct hw_second *second)
{
    uint64_t wanted = second->about.sequence;
    struct hw_engine *engine;
    enum hw_status status = build(second, &engine);

    if (status != HW_OK)
        return status;
    if (atomic_load(&second->given_up)) {
        hw_error_set(second->error, "it was given up");
        status = HW_E_PARTIAL;
    } else if (hw_engine_sequence(engine) != wanted) {
        hw_error_set(second->error,
            "the journal ends before record %" PRIu64 ", which the running engine has applied; run "
            "'homeward verify', and report this",
            wanted);
        status = HW_E_DAMAGED;
    } else {
        status = second->use.call(second->use.context, engine, second->error);
    }
    hw_engine_free(engine);
    return status;
}

static void *second_thread(void *argument)
{
    struct hw_second *second = argument;

    second->status = build_and_use(second);
    atomic_store(&second->ended, true);
    hw_wakeup_tell(second->wakeup);
    return NULL;
}

struct hw_second *hw_second_new(
    struct hw_env *env, const char *data_dir, struct hw_wakeup *wakeup, bool threadless)
{
    struct hw_second *second = calloc(1, sizeof *second);

    if (second == NULL)
        return NULL;
    second->env = env;
    second->wakeup = wakeup;
    second->threadless = threadless;
    (void)snprintf(second->data_dir, sizeof second->data_dir, "%s", data_dir);
    return second;
}

void hw_second_free(struct hw_second *second)
{
    if (second == NULL)
        return;
    if (second->started && !second->threadless)
        pthread_join(second->thread, NULL);
    free(second);
}

bool hw_second_start(
    struct hw_second *second, const struct hw_snapshot *about, const struct hw_second_use *use)
{
    if (second->started)
        return false;
    second->about = *about;
    second->use = *use;
    second->error[0] = '\0';
    atomic_store(&second->given_up, false);
    atomic_store(&second->ended, false);
    if (second->threadless) {
        second->started = true;
        (void)second_thread(second); /* Says nothing by its return. */
        return true;
    }
    second->started = pthread_create(&second->thread, NULL, second_thread, second) == 0;
    return second->started;
}

bool hw_second_is_busy(const struct hw_second *second)
{
    return second->started;
}

void hw_second_give_up(struct hw_second *second)
{
    atomic_store(&second->given_up, true);
}

bool hw_second_ended(
    struct hw_second *second, enum hw_status *ret_status, char error[HW_ERROR_TEXT_SIZE])
{
    if (!second->started || !atomic_load(&second->ended))
        return false;
    if (!second->threadless)
        pthread_join(second->thread, NULL);
    second->started = false;
    *ret_status = second->status;
    memcpy(error, second->error, HW_ERROR_TEXT_SIZE);
    return true;
}
