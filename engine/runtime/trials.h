/*
 * trials.h - events that somebody wants to try before submitting them, waiting in line.
 *
 * Each is tried on a second engine (second.h) in the state of the moment it was asked in, which
 * begins as soon as that state is durable; the live engine neither stops nor changes.  One at a
 * time, in the order they came.  Loop thread, but for what is said otherwise.
 */
#ifndef HW_TRIALS_H
#define HW_TRIALS_H

#include "runtime/runtime.h"
#include "runtime/second.h"
#include "runtime/trial.h"

struct hw_trials; /* Opaque. */

enum { HW_TRIALS_MAX = 16 }; /* that wait or run: each takes as long as reading the state */

/* As hw_second_new(). */
struct hw_trials *hw_trials_new(
    struct hw_env *env, const char *data_dir, struct hw_wakeup *wakeup, bool threadless);

/* Waits for the one that runs and gives up the others: each attempt's done() is called. */
void hw_trials_free(struct hw_trials *trials);

/*
 * Another one: event as the trial it makes has it, in the state after about->sequence.  HW_OK;
 * HW_E_FULL: too many wait; HW_E_MEMORY.
 */
HW_MUST_CHECK enum hw_status hw_trials_add(struct hw_trials *trials,
    const struct hw_snapshot *about, const struct hw_event *event, const struct hw_trial *trial,
    const struct hw_attempt *attempt);

/* Call done() of the one that has ended, if one has. */
void hw_trials_settle(struct hw_trials *trials);

/* Begin the first that waits, if what it needs is durable and none runs. */
void hw_trials_begin(struct hw_trials *trials, uint64_t durable);

/* done() for the first that waits, unless it runs: what it needs will not be durable. */
void hw_trials_refuse(struct hw_trials *trials, enum hw_status status, const char *error);

/* Whether one runs; how many run or wait. */
bool hw_trials_is_running(const struct hw_trials *trials);
uint32_t hw_trials_count(const struct hw_trials *trials);

/* Sequence that the first one needs; 0: there is none, or it runs. */
uint64_t hw_trials_wants(const struct hw_trials *trials);

/* None is wanted any more: those that wait are done, the one that runs ends soon. */
void hw_trials_give_up(struct hw_trials *trials);

#endif
