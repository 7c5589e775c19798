#include "homeward/routing.h"
#include "runtime/parts.h"

static void tell(struct hw_runtime *runtime)
{
    uint64_t durable = hw_journal_durable(runtime->journal);
    uint64_t quarantined = hw_quarantine_durable(runtime->quarantine);
    char text[HW_ERROR_TEXT_SIZE];

    while (hw_journal_warning(runtime->journal, text) ||
        hw_quarantine_warning(runtime->quarantine, text))
        hw__runtime_warn(runtime, text);
    if (durable > runtime->durable || quarantined > runtime->quarantine_durable) {
        runtime->durable = durable;
        runtime->quarantine_durable = quarantined;
        if (runtime->options.on_durable != NULL)
            runtime->options.on_durable(runtime->options.context, durable);
    }
    if (hw_journal_failed(runtime->journal, text) ||
        hw_quarantine_failed(runtime->quarantine, text))
        hw__runtime_fail(runtime, text);
}

/* Timers of the system clock fire by themselves; those of the event clock wait for an event. */
static void fire_timers(struct hw_runtime *runtime, int64_t wall)
{
    /* What was decided before comes first. */
    if (!hw__intake_decide(runtime) || runtime->clock.events ||
        (hw_engine_due_ms(runtime->engine) > wall && !runtime->resumes) ||
        wall < runtime->clock.now_ms ||
        !hw__intake_has_room(runtime, HW_RECORD_SIZE_MAX + HW_TICK_SIZE_MAX))
        return;
    runtime->clock.now_ms = wall;
    if (hw__intake_tick(runtime, wall) != HW_OK)
        hw__runtime_fail(runtime,
            "a timer could not fire: the limits leave no room for what it says; raise "
            "them and start again");
    (void)hw__intake_decide(runtime);
}

/* There is always one: midnight. */
static int64_t until_due(const struct hw_runtime *runtime, int64_t now)
{
    int64_t due = hw_engine_due_ms(runtime->engine);

    if (hw_engine_decided(runtime->engine) != NULL)
        return 1; /* There were too many for one turn. */
    if (runtime->clock.events)
        return -1;
    return due > now ? due - now : 1;
}

/* --- snapshots ---------------------------------------------------------------------------- */

/* How long until the next one is due by time; -1: there is nothing new. */
static int64_t until_snapshot(const struct hw_runtime *runtime)
{
    int64_t passed_ms =
        (runtime->env->monotonic_ns(runtime->env->context) - runtime->snapshot_ns) / 1000000;
    int64_t left_ms = runtime->options.snapshot_interval_ms - passed_ms;
    uint64_t records = hw_engine_sequence(runtime->engine) - runtime->snapshot.sequence;

    if (runtime->wanted.sequence != 0 || records == 0)
        return -1;
    return records >= runtime->options.snapshot_records || left_ms < 0 ? 0 : left_ms;
}

struct hw_snapshot hw__runtime_snapshot(struct hw_runtime *runtime)
{
    struct hw_snapshot snapshot = runtime->snapshot;

    snapshot.sequence = hw_engine_sequence(runtime->engine);
    snapshot.accepted_ms = hw_engine_accepted_ms(runtime->engine);
    snapshot.digest = hw__runtime_digest(runtime);
    snapshot.clock_pending_ms = runtime->clock.pending_ms;
    return snapshot;
}

static void take_snapshots(struct hw_runtime *runtime)
{
    char text[HW_ERROR_TEXT_SIZE];
    enum hw_status status;
    uint64_t sequence;

    if (hw_snapshotter_ended(runtime->snapshotter, &sequence, &status, text)) {
        runtime->snapshot.sequence = sequence;
        if (status != HW_OK)
            hw__runtime_warn(runtime, text);
    }
    if (until_snapshot(runtime) == 0)
        runtime->wanted = hw__runtime_snapshot(runtime);
    if (runtime->wanted.sequence == 0 || hw_runtime_durable(runtime) < runtime->wanted.sequence ||
        hw_trials_is_running(runtime->trials) ||
        !hw_snapshotter_start(runtime->snapshotter, &runtime->wanted))
        return;
    /* Counted from its beginning; should it fail, the next one is as far away as after success. */
    runtime->snapshot.sequence = runtime->wanted.sequence;
    runtime->snapshot_ns = runtime->env->monotonic_ns(runtime->env->context);
    runtime->wanted.sequence = 0;
}

/* --- trials ------------------------------------------------------------------------------- */

enum hw_status hw_runtime_try(
    struct hw_runtime *runtime, const struct hw_event *event, const struct hw_attempt *attempt)
{
    int64_t wall = runtime->clock.events ? 0 : hw__runtime_wall_ms(runtime);
    struct hw_trial trial = {.resumes = runtime->resumes};
    struct hw_snapshot about = runtime->snapshot;

    if (runtime->trials == NULL)
        return HW_E_READ_ONLY;
    if (runtime->failed)
        return HW_E_IO;
    trial.accepted_ms = hw_clock_after(&runtime->clock, wall, event, 1).now_ms;
    about.sequence = hw_engine_sequence(runtime->engine);
    return hw_trials_add(runtime->trials, &about, event, &trial, attempt);
}

void hw_runtime_give_up_trials(struct hw_runtime *runtime)
{
    if (runtime->trials != NULL)
        hw_trials_give_up(runtime->trials);
}

bool hw_runtime_is_trying(const struct hw_runtime *runtime)
{
    return runtime->trials != NULL && hw_trials_count(runtime->trials) > 0;
}

/* Beside the writing of a snapshot a third state would stand in memory: one waits for the other. */
static void begin_trial(struct hw_runtime *runtime)
{
    uint64_t durable = hw_runtime_durable(runtime);

    if (hw_trials_wants(runtime->trials) > durable && hw_journal_full(runtime->journal))
        hw_trials_refuse(runtime->trials, HW_E_NO_SPACE,
            "the disk is full, so what was taken last cannot be read back; free some space");
    if (!hw_snapshotter_is_busy(runtime->snapshotter))
        hw_trials_begin(runtime->trials, durable);
}

static int64_t sooner(int64_t a, int64_t b)
{
    if (a < 0 || b < 0)
        return a > b ? a : b;
    return a < b ? a : b;
}

int64_t hw_runtime_turn(struct hw_runtime *runtime)
{
    int64_t wall = hw__runtime_wall_ms(runtime);

    if (runtime->journal == NULL || runtime->failed)
        return -1;
    hw_wakeup_hear(&runtime->wakeup);
    fire_timers(runtime, wall);
    hw_journal_flush(runtime->journal);
    hw_quarantine_flush(runtime->quarantine);
    tell(runtime);
    hw_trials_settle(runtime->trials);
    take_snapshots(runtime);
    begin_trial(runtime);
    return sooner(until_due(runtime, wall), until_snapshot(runtime));
}
