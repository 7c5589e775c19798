/*
 * room.h - room for what one record may add, made before it is applied: nothing after it can fail.
 */
#ifndef HW_ROOM_H
#define HW_ROOM_H

#include "core/state.h"

/* HW_OK, or HW_E_FULL or HW_E_MEMORY with nothing changed that is seen. */
HW_MUST_CHECK enum hw_status hw_room_ensure(struct hw_engine *engine);

/* In the middle of one that does the same for very many: as much again, where the limits allow. */
void hw_room_more(struct hw_engine *engine);

#endif
