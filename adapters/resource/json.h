/*
 * json.h - values as answers write them: moments, durations, codes (CONTRACT, opening).
 *
 * Every function returns a new reference, or NULL without memory (jansson's *_set_new functions
 * take that as failure).  Pure; any thread.
 */
#ifndef HW_RESOURCE_JSON_H
#define HW_RESOURCE_JSON_H

#include "homeward/slice.h"
#include "homeward/time.h"

#include <jansson.h>

/* RFC 3339 UTC with milliseconds; null for HW_TIME_NONE and HW_TIME_OPEN. */
json_t *hw_json_moment(int64_t ms);

/* Hours, rounded half up to four decimals, from whole milliseconds without a float's surprises. */
json_t *hw_json_hours(int64_t ms);

/* NAME_hours and NAME_ms of object (hours and ms where name is NULL). */
void hw_json_set_duration(json_t *object, const char *name, int64_t ms);

/* A code or name; null when empty.  Bytes that are not UTF-8 become U+FFFD. */
json_t *hw_json_text(struct hw_slice text);

/* A count that may be unknown: null below 0. */
json_t *hw_json_known(int64_t count);

/* As a link sends it: compact, keys in the order they were set, hours with their decimals only.
 * The caller frees it; NULL: no memory. */
char *hw_json_dump(const json_t *json, size_t *ret_size);

#endif
