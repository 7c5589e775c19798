/*
 * check.h - whether a tree of configuration says only what keys.h allows, and its normal form.
 *
 * In normal form every key is there: defaults filled in, BYTES as plain numbers, BOOL as true or
 * false, one word for all senders as a list.  libcyaml then reads it by schema, and --print shows
 * it.  All errors are reported, not only the first.  One thread.
 */
#ifndef HW_CONFIG_CHECK_H
#define HW_CONFIG_CHECK_H

#include "config/keys.h"
#include "config/tree.h"

/* Check map (the top of a file) against the keys and bring it into normal form. */
void hw_check_top(struct hw_tree *tree, struct hw_node *map, struct hw_report *report);

/*
 * Put one value from the environment or the command line at a dotted path; lists are YAML flow
 * text, everything else is taken as it stands.  origin is what errors name.
 */
void hw_check_set(struct hw_tree *tree, struct hw_node *top, const char *path, const char *value,
    const char *origin, struct hw_report *report);

/* What stands between keys: addresses beyond loopback, councils that are not listed ... */
void hw_check_together(const struct hw_node *top, struct hw_report *report);

#endif
