/*
 * logged.h - messages for tests of the runtime, and a runtime over a disk in memory.
 */
#ifndef HW_TEST_LOGGED_H
#define HW_TEST_LOGGED_H

#include "runtime/runtime.h"
#include "runtime/snapshot.h"
#include "support/fault_env.h"

/* 2026-11-21T10:00:00Z */
#define LOGGED_START_MS INT64_C(1795255200000)

/* What the callbacks were told. */
struct logged {
    uint64_t durable;
    unsigned applied, failed, warned;
    char failure[HW_ERROR_TEXT_SIZE];
    char warning[HW_ERROR_TEXT_SIZE];
};

/* Small sizes, a small engine, county Leicestershire, no threads; callbacks fill logged. */
struct hw_runtime_options logged_options(
    struct hw_env *env, const char *data_dir, struct logged *logged);

/* An admission: number gives it its own message id, visit, person and content. */
void logged_event(struct hw_event *event, uint64_t number, int64_t happened_ms);

/* Submit it. */
struct hw_submitted logged_submit(struct hw_runtime *runtime, uint64_t number, int64_t happened_ms);

/*
 * A journal of 20 messages in data_dir of env, whose clock is fault's, closed without a snapshot;
 * what a snapshot of its state would say of itself.
 */
struct hw_snapshot logged_closed(struct fault_env *fault, struct hw_env *env, const char *data_dir);

#endif
