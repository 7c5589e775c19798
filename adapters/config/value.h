/*
 * value.h - the texts of configuration values and what they mean.  Pure; any thread.
 */
#ifndef HW_CONFIG_VALUE_H
#define HW_CONFIG_VALUE_H

#include <stdbool.h>
#include <stdint.h>

/* A whole decimal number within the range "LEAST..MOST".  false: none. */
bool hw_value_count(const char *text, const char *range, int64_t *ret_value);

/* The same, with KiB, MiB or GiB behind it allowed. */
bool hw_value_bytes(const char *text, const char *range, int64_t *ret_value);

/* "90 min", "2 h", "42 days" in minutes; a number alone is minutes.  At most ten years. */
bool hw_value_minutes(const char *text, int64_t *ret_minutes);

/* "any", "18..", "..17", "18..64": years, from and to; 0 and 65535 where there is no limit. */
bool hw_value_ages(const char *text, unsigned *ret_from, unsigned *ret_to);

/* true/yes/on or false/no/off. */
bool hw_value_bool(const char *text, bool *ret_value);

/* The place of a word in "a|b|c", from 0; -1: not among them. */
int hw_value_choice(const char *text, const char *choices);

/* HOST:PORT or [HOST]:PORT, port 0..65535. */
bool hw_value_address(const char *text);

/* tcp://HOST:PORT, ipc://PATH (or off). */
bool hw_value_url(const char *text);

/* Whether an address or URL can be reached from this machine only: 127/8, ::1, localhost, ipc. */
bool hw_value_is_loopback(const char *text);

/* "always", "interval:MS" (1..60000), "never": enum hw_sync_policy in *ret_policy. */
bool hw_value_sync(const char *text, int *ret_policy, int64_t *ret_interval_ms);

/* Printable ASCII without blanks, 1..64 bytes. */
bool hw_value_code(const char *text);

/* A message's place: "ZDS-2", "ZDS-2-1" or "OBX:CODE"; *ret_code is borrowed from text or NULL. */
bool hw_value_source(const char *text, char ret_segment[4], unsigned *ret_field,
    unsigned *ret_component, const char **ret_code);

/* The field of a name of HW_FIELD_LIST; -1: none. */
int hw_value_attribute(const char *text);

#endif
