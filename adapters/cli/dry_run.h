/*
 * dry_run.h - what would come of a decision, told without taking it (CONTRACT 3.3).
 *
 * The decision is applied to a clone of the state, with all that the engine would then decide, and
 * the clone is thrown away.  A clone costs what the state weighs, on the loop's own thread: above
 * HW_DRY_RUN_SIZE_MAX it is refused in words.
 */
#ifndef HW_DRY_RUN_H
#define HW_DRY_RUN_H

#include "homeward/engine.h"

#include <jansson.h>

/* Bytes of state: a few milliseconds, once for a person who asks (an empty clone takes one). */
enum { HW_DRY_RUN_SIZE_MAX = 2 << 20 };

/*
 * {"outcome":"accepted"|"rejected","dry_run":true,"error":...,"follows":[{"decision","referral",
 * "offer","service","reason","explanation"}]}: who would move, in order.  event is finished; now_ms
 * as the runtime has it.  The caller's to release.
 */
json_t *hw_dry_run(const struct hw_engine *engine, const struct hw_event *event, int64_t now_ms);

#endif
