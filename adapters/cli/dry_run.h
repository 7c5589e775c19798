/*
 * dry_run.h - what would come of a decision, told without taking it (CONTRACT 3.3).
 *
 * The decision is put to a second engine in the same state (runtime/trial.h), read beside the
 * running one, with all that the engine would then decide; then that engine is thrown away.  So the
 * answer comes later, after as long as it takes to read the state from disk.
 */
#ifndef HW_DRY_RUN_H
#define HW_DRY_RUN_H

#include "runtime/runtime.h"
#include "runtime/trial.h"

#include <jansson.h>

/*
 * The trial on an engine that is spoilt by it: what the decision would be answered with, and
 * {"dry_run":true,"follows":[{"decision","referral","offer","service","state","reason",
 * "explanation"}]}: who would move, in order; "more": further ones are not told.  Of a decision on
 * a proposal or an offer "stands":{"referral","offer","service","state"}, as it would stand behind
 * all that.  The caller's to release.  Any thread.
 */
json_t *hw_dry_run_on(struct hw_engine *engine, const struct hw_trial *trial);

struct hw_dry_run {
    struct hw_runtime *runtime;
    const struct hw_event *event; /* finished; copied */
    json_t *beside;               /* members for the answer; shared */
    uint64_t later;               /* number to answer under */
    /* answer is released when it returns. */
    void (*answer)(void *context, uint64_t later, const json_t *answer);
    void *context;
};

/*
 * Begin one.  NULL: *ret_later is its number, and answer() is called once, by a later turn of the
 * runtime's or by its close; else an answer that says why not.  Loop thread.
 */
json_t *hw_dry_run(const struct hw_dry_run *dry_run, uint64_t *ret_later);

#endif
