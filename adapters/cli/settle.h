/*
 * settle.h - the arguments by which commands say which configuration they mean.
 */
#ifndef HW_CLI_SETTLE_H
#define HW_CLI_SETTLE_H

#include "config/config.h"

enum { HW_SETTLE_SETS_MAX = 64 };

/* -c FILE, --set KEY=VALUE, -d DIR; borrowed from argv. */
struct hw_settle {
    const char *file;
    const char *sets[HW_SETTLE_SETS_MAX + 1]; /* the last one for -d */
    unsigned sets_count;
    char data_dir[4096]; /* "data_dir=DIR" */
};

/* Take one argument that hw_args_next() found: 'c', 's' or 'd'.  false: it is none of them. */
bool hw_settle_take(struct hw_settle *settle, int found, const char *value);

/* Load it, with the environment; what is wrong goes to stderr. */
bool hw_settle_load(const struct hw_settle *settle, struct hw_config *ret_config);

/* Say what is allowed and may still surprise. */
void hw_settle_warn(const struct hw_config_top *keys, FILE *out);

#endif
