/*
 * schema.h - JSON Schemas and examples of events and decisions, made from the table that they are
 * read by (types.h).
 *
 * The files in schemas/ are what these give; a test compares them.  Values are the caller's; NULL:
 * no memory.
 */
#ifndef HW_CE_SCHEMA_H
#define HW_CE_SCHEMA_H

#include "codec/cloudevents/types.h"

#include <jansson.h>

/* One schema (draft 2020-12) of all events, or of all decisions, each type under $defs. */
json_t *hw_ce_schema(bool decisions);

/* An event or decision that is taken: with what must be there only, or with all there is. */
json_t *hw_ce_example(const struct hw_ce_type *type, bool full);

#endif
