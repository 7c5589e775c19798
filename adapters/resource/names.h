/*
 * names.h - what outputs call what the engine numbers: directions, pathways, holds, references.
 *
 * Names are static.  JSON values are new references, NULL without memory.  Any thread.
 */
#ifndef HW_RESOURCE_NAMES_H
#define HW_RESOURCE_NAMES_H

#include <jansson.h>
#include <stdint.h>

/* NULL: not said. */
const char *hw_name_of_direction(unsigned direction);
const char *hw_name_of_pathway(unsigned pathway);
const char *hw_name_of_urgency(unsigned urgency);

/* A name or null. */
json_t *hw_json_name(const char *name);

/* 'R' and a sequence as the outside names it; null for 0. */
json_t *hw_json_reference(char prefix, uint64_t sequence);

/* ["person", ...]: the holds of a referral. */
json_t *hw_json_held(unsigned held);

#endif
