/*
 * starts.h - how many of a service's live matches begin on a day, from today on (R9: a start free).
 *
 * Kept beside the matches and never counted anew; days that are over are dropped with the next.
 */
#ifndef HW_STARTS_H
#define HW_STARTS_H

#include "core/state.h"

/* One more (1) or one less (-1) begins at starts_ms; HW_TIME_NONE: nobody said when. */
void hw_starts_add(struct hw_engine *engine, uint32_t service, int64_t starts_ms, int sign);

/* Those of a day that is not over. */
uint32_t hw_starts_on(
    const struct hw_engine *engine, const struct hw_service *service, int32_t day);

#endif
