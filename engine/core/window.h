/*
 * window.h - the duplicate window: which messages were taken lately (CONTRACT 3.1).
 *
 * An id is of a sender and its control id; it is remembered with the hash of the content for
 * dedupe_ms.  The window is part of state, so that a restart or a replica answers the same.
 * hw_engine_seen() of engine.h asks it.
 */
#ifndef HW_WINDOW_H
#define HW_WINDOW_H

#include "core/state.h"

/* Remember the message of an event just taken, and let go of some whose time is over. */
void hw_window_remember(struct hw_engine *engine, const struct hw_event *event);

hw_table_hash hw_message_hash;

#endif
