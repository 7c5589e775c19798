/*
 * trial.h - an event put to an engine as hw_runtime_submit() would put it, without a journal.
 *
 * What the engine decided before, the tick that the event finds due, the event, and all that is
 * then decided are applied in the order in which submit would have journaled them; so what comes of
 * it is what would have come of submitting it.  The engine is one that is thrown away.  Any thread.
 */
#ifndef HW_TRIAL_H
#define HW_TRIAL_H

#include "homeward/engine.h"

struct hw_trial {
    struct hw_slice record; /* the event, as hw_record_encode() writes it; borrowed */
    int64_t accepted_ms;    /* when submit would have accepted it */
    bool resumes;           /* the first tick is to say that the engine stood still (R16) */
    /*
     * Each decision behind the event, after it was applied; false: no more of them need be made.
     * event is borrowed until it returns.
     */
    bool (*decided)(void *context, const struct hw_engine *engine, const struct hw_event *event);
    void *context;
};

struct hw_tried {
    enum hw_seen seen; /* HW_SEEN_DUPLICATE: nothing was applied */
    uint32_t flags;    /* of the event as it was applied: HW_FLAG_* */
    enum hw_kind kind;
    bool more; /* decided() had enough before the engine had */
};

/*
 * HW_OK, HW_E_FULL: no room in the engine, HW_E_MEMORY: none for a record.  What became of a
 * command is hw_engine_command_result().
 */
HW_MUST_CHECK enum hw_status hw_trial_run(
    struct hw_engine *engine, const struct hw_trial *trial, struct hw_tried *ret_tried);

#endif
