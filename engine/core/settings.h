/*
 * settings.h - journaled configuration and what it changes: names, beds, ward kinds.
 */
#ifndef HW_SETTINGS_H
#define HW_SETTINGS_H

#include "core/state.h"

/* Apply configuration.changed: set a key, or clear it. */
void hw_setting_apply(struct hw_engine *engine, const struct hw_event *event);

hw_table_hash hw_setting_hash;

#endif
