#include "runtime/trial.h"

#include "homeward/routing.h"

#include <stdlib.h>

struct run {
    struct hw_engine *engine;
    const struct hw_trial *trial;
    uint8_t *record; /* HW_RECORD_SIZE_MAX bytes: a decision, which the next one overwrites */
    bool resumes;
};

static enum hw_status apply(
    struct hw_engine *engine, int64_t accepted_ms, const struct hw_event *event)
{
    return hw_engine_apply_event(engine, hw_engine_sequence(engine) + 1, accepted_ms, event);
}

/* One decision, kept as a record because applying it brings the next. */
static enum hw_status apply_decided(
    struct run *run, const struct hw_event *decided, struct hw_event *ret_event)
{
    int64_t accepted_ms = hw_engine_accepted_ms(run->engine);
    size_t size = hw_record_encode(
        decided, hw_engine_sequence(run->engine) + 1, accepted_ms, run->record, HW_RECORD_SIZE_MAX);
    enum hw_status status = hw_record_decode(hw_slice_of(run->record, size), false, ret_event);

    HW_ASSERT(size > 0);
    HW_ASSERT(status == HW_OK); /* It was written here. */
    return apply(run->engine, accepted_ms, ret_event);
}

/* All that the engine decides; behind the event (tried is not NULL) it is told. */
static enum hw_status follow(struct run *run, struct hw_tried *tried)
{
    const struct hw_trial *trial = run->trial;
    const struct hw_event *decided;

    while ((decided = hw_engine_decided(run->engine)) != NULL) {
        struct hw_event event;
        enum hw_status status = apply_decided(run, decided, &event);

        if (status != HW_OK)
            return status;
        if (tried != NULL && trial->decided != NULL &&
            !trial->decided(trial->context, run->engine, &event)) {
            tried->more = hw_engine_decided(run->engine) != NULL;
            return HW_OK;
        }
    }
    return HW_OK;
}

static enum hw_status tick(struct run *run)
{
    struct hw_event event;

    hw_event_init(&event, HW_KIND_CLOCK_TICK);
    if (run->resumes)
        hw_event_set_text(&event, HW_FIELD_DETAIL, hw_slice_text("resumed"));
    run->resumes = false;
    return apply(run->engine, run->trial->accepted_ms, &event);
}

/* As make_way() and hw__intake_event() of intake.c: what stands before the event. */
static enum hw_status make_way(struct run *run)
{
    int64_t accepted_ms = run->trial->accepted_ms;
    enum hw_status status = follow(run, NULL);

    if (status == HW_OK && hw_engine_due_ms(run->engine) <= accepted_ms) {
        status = tick(run);
        if (status == HW_OK)
            status = follow(run, NULL);
    }
    if (status == HW_OK && (hw_engine_due_ms(run->engine) <= accepted_ms || run->resumes))
        status = tick(run);
    return status;
}

static enum hw_seen seen(const struct run *run, const struct hw_event *event)
{
    uint64_t sequence;

    if (hw_hash_is_zero(event->message_id_hash))
        return HW_SEEN_NEW;
    return hw_engine_seen(run->engine, event->message_id_hash, event->message_hash,
        run->trial->accepted_ms, &sequence);
}

static enum hw_status try_event(struct run *run, struct hw_event *event, struct hw_tried *tried)
{
    enum hw_status status;

    *tried = (struct hw_tried){.seen = seen(run, event), .kind = event->kind};
    if (tried->seen == HW_SEEN_DUPLICATE)
        return HW_OK;
    status = make_way(run);
    if (status != HW_OK)
        return status;
    if (tried->seen == HW_SEEN_REUSED)
        event->flags |= HW_FLAG_CONTROL_ID_REUSED;
    tried->flags = event->flags;
    status = apply(run->engine, run->trial->accepted_ms, event);
    return status == HW_OK ? follow(run, tried) : status;
}

enum hw_status hw_trial_run(
    struct hw_engine *engine, const struct hw_trial *trial, struct hw_tried *ret_tried)
{
    struct run run = {engine, trial, malloc(HW_RECORD_SIZE_MAX), trial->resumes};
    struct hw_event event;
    enum hw_status status = HW_E_MEMORY;

    if (run.record != NULL)
        status = hw_record_decode(trial->record, false, &event);
    if (status == HW_OK)
        status = try_event(&run, &event, ret_tried);
    free(run.record);
    return status;
}
