/*
 * settings.h - what of the configuration is journaled, and what of it has changed (CONTRACT 2).
 *
 * Sites, wards, zones and councils change figures, so the journal must tell them: they are compared
 * with the settings the engine holds, and only what differs becomes configuration.changed events.
 * Addresses, intervals, mappings and logs are not journaled.  Loop thread.
 */
#ifndef HW_CONFIG_SETTINGS_H
#define HW_CONFIG_SETTINGS_H

#include "config/config.h"
#include "homeward/engine.h"

/* key and value as engine.h names them: "sites/RWEAA/beds", "900". */
struct hw_setting {
    const char *key;
    const char *value;
};

/*
 * The settings of a configuration, in order of key, none empty; they live as long as it does.
 */
const struct hw_setting *hw_settings_of(struct hw_config *config, uint32_t *ret_count);

/*
 * The events that bring the engine's settings to these: those that differ are set, those the
 * configuration no longer has are cleared.  They live as long as the configuration, say no time of
 * their own (the accepted time is enough, and clock: events must not be moved by a configuration)
 * and no message id.  Returns how many.
 */
uint32_t hw_settings_changes(struct hw_config *config, const struct hw_setting *settings,
    uint32_t settings_count, const struct hw_engine *engine, struct hw_event **ret_events);

#endif
