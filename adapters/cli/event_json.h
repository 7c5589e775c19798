/*
 * event_json.h - an event as JSON for people to read: decode and replay --print events.
 *
 * Without identities nothing that names a person is in it, nor what a name could be guessed from:
 * a birthday, even hashed, a free note.  Any thread.
 */
#ifndef HW_CLI_EVENT_JSON_H
#define HW_CLI_EVENT_JSON_H

#include "homeward/event.h"

#include <jansson.h>

/* A new object. */
json_t *hw_event_json(const struct hw_event *event, bool identities);

/* A text as JSON: bytes that are no UTF-8 become question marks. */
json_t *hw_text_json(struct hw_slice text);

#endif
