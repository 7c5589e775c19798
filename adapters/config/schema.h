/*
 * schema.h - the declared schema of the configuration, for libcyaml; made from keys.h.
 */
#ifndef HW_CONFIG_SCHEMA_H
#define HW_CONFIG_SCHEMA_H

#include "config/config.h"

/*
 * Read the normal form of a checked configuration.  NULL when libcyaml refuses it; its words go
 * to the report.  Free with hw_schema_free().
 */
struct hw_config_top *hw_schema_load(struct hw_slice yaml, struct hw_report *report);
void hw_schema_free(struct hw_config_top *keys);

#endif
