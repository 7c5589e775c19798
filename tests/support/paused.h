/*
 * paused.h - the promise of a pause: from its record on no proposal and no offer goes out there.
 */
#ifndef HW_TEST_PAUSED_H
#define HW_TEST_PAUSED_H

#include "homeward/routing.h"

/* Whether the last record, whoever caused it, proposed or offered something in a paused scope. */
bool paused_is_broken(const struct hw_engine *engine);

#endif
