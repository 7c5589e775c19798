/*
 * paused.h - the promise of a pause: from its record on no proposal and no offer goes out there.
 */
#ifndef HW_TEST_PAUSED_H
#define HW_TEST_PAUSED_H

#include "homeward/routing.h"

/*
 * Whether the last record, whoever caused it, proposed or offered something in a paused scope.
 * by_person: it is no decision of the engine's own, and may have given more time to what was
 * proposed before.
 */
bool paused_is_broken(const struct hw_engine *engine, bool by_person);

#endif
