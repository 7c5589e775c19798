#include "runtime/trials.h"

#include <stdlib.h>

struct waiting {
    struct hw_snapshot about;
    struct hw_trial trial;
    struct hw_attempt attempt;
    uint8_t *record; /* owned; the trial's */
};

struct hw_trials {
    struct hw_second *second;
    struct waiting ring[HW_TRIALS_MAX];
    uint32_t first, count;
    bool given_up;
};

static const char stopping[] = "the engine is stopping: try again when it is back";

struct hw_trials *hw_trials_new(
    struct hw_env *env, const char *data_dir, struct hw_wakeup *wakeup, bool threadless)
{
    struct hw_trials *trials = calloc(1, sizeof *trials);

    if (trials == NULL)
        return NULL;
    trials->second = hw_second_new(env, data_dir, wakeup, threadless);
    if (trials->second != NULL)
        return trials;
    free(trials);
    return NULL;
}

/* The first one leaves the line before it is told: it may ask again. */
static void finish_first(struct hw_trials *trials, enum hw_status status, const char *error)
{
    struct waiting ended = trials->ring[trials->first];

    trials->first = (trials->first + 1) % HW_TRIALS_MAX;
    trials->count--;
    ended.attempt.done(ended.attempt.context, status, error);
    free(ended.record);
}

void hw_trials_free(struct hw_trials *trials)
{
    if (trials == NULL)
        return;
    hw_second_give_up(trials->second);
    hw_second_free(trials->second);
    while (trials->count > 0)
        finish_first(trials, HW_E_PARTIAL, stopping);
    free(trials);
}

enum hw_status hw_trials_add(struct hw_trials *trials, const struct hw_snapshot *about,
    const struct hw_event *event, const struct hw_trial *trial, const struct hw_attempt *attempt)
{
    struct waiting *waiting = &trials->ring[(trials->first + trials->count) % HW_TRIALS_MAX];
    size_t size;

    if (trials->count == HW_TRIALS_MAX || trials->given_up)
        return HW_E_FULL;
    *waiting = (struct waiting){.about = *about,
        .trial = *trial,
        .attempt = *attempt,
        .record = malloc(HW_RECORD_SIZE_MAX)};
    if (waiting->record == NULL)
        return HW_E_MEMORY;
    size = hw_record_encode(event, 1, 0, waiting->record, HW_RECORD_SIZE_MAX);
    HW_ASSERT(size > 0);
    waiting->trial.record = hw_slice_of(waiting->record, size);
    trials->count++;
    return HW_OK;
}

/* On the second engine's thread. */
static enum hw_status use(void *context, struct hw_engine *engine, char error[HW_ERROR_TEXT_SIZE])
{
    const struct waiting *waiting = context;

    (void)error; /* Its caller has its own words for what went wrong. */
    waiting->attempt.call(waiting->attempt.context, engine, &waiting->trial);
    return HW_OK;
}

void hw_trials_settle(struct hw_trials *trials)
{
    char error[HW_ERROR_TEXT_SIZE];
    enum hw_status status;

    if (!hw_second_ended(trials->second, &status, error))
        return;
    finish_first(trials, status, status == HW_E_PARTIAL ? stopping : error);
}

void hw_trials_begin(struct hw_trials *trials, uint64_t durable)
{
    struct hw_second_use how = {use, &trials->ring[trials->first]};
    uint64_t wants = hw_trials_wants(trials);

    if (wants == 0 || wants > durable)
        return;
    if (!hw_second_start(trials->second, &trials->ring[trials->first].about, &how))
        finish_first(trials, HW_E_MEMORY, "no thread could be started; give the process more");
}

void hw_trials_refuse(struct hw_trials *trials, enum hw_status status, const char *error)
{
    if (hw_trials_wants(trials) != 0)
        finish_first(trials, status, error);
}

bool hw_trials_is_running(const struct hw_trials *trials)
{
    return hw_second_is_busy(trials->second);
}

uint32_t hw_trials_count(const struct hw_trials *trials)
{
    return trials->count;
}

uint64_t hw_trials_wants(const struct hw_trials *trials)
{
    if (trials->count == 0 || hw_trials_is_running(trials))
        return 0;
    return trials->ring[trials->first].about.sequence;
}

void hw_trials_give_up(struct hw_trials *trials)
{
    uint32_t running = hw_trials_is_running(trials);
    uint32_t waiting = trials->count - running;

    trials->given_up = true;
    hw_second_give_up(trials->second);
    while (waiting-- > 0) { /* The last ones first: the first may be running. */
        struct waiting ended = trials->ring[(trials->first + --trials->count) % HW_TRIALS_MAX];

        ended.attempt.done(ended.attempt.context, HW_E_PARTIAL, stopping);
        free(ended.record);
    }
}
