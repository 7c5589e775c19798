/*
 * config.h - the configuration: defaults, then the file, then the environment, then --set.
 *
 * Later ones win, key by key; a list is replaced as a whole.  The members of struct hw_config are
 * the keys of keys.h, and all are set: texts are never NULL, lists have a NAME_count.  Everything
 * belongs to the configuration until hw_config_free().  One thread.
 */
#ifndef HW_CONFIG_CONFIG_H
#define HW_CONFIG_CONFIG_H

#include "config/keys.h"
#include "config/tree.h"
#include "homeward/status.h"

#include <stdint.h>

#define HW_MEMBER(tag, kind, member, inside, allowed, sentence) HW_MEMBER_##kind(member, inside)
#define HW_MEMBER_TEXT(member, inside)                          char *member;
#define HW_MEMBER_CODE(member, inside)                          char *member;
#define HW_MEMBER_ID(member, inside)                            char *member;
#define HW_MEMBER_ADDRESS(member, inside)                       char *member;
#define HW_MEMBER_URL(member, inside)                           char *member;
#define HW_MEMBER_SOURCE(member, inside)                        char *member;
#define HW_MEMBER_ATTRIBUTE(member, inside)                     char *member;
#define HW_MEMBER_CHOICE(member, inside)                        char *member;
#define HW_MEMBER_SYNC(member, inside)                          char *member;
#define HW_MEMBER_AGES(member, inside)                          char *member;
#define HW_MEMBER_HOURS(member, inside)                         char *member;
#define HW_MEMBER_COUNT(member, inside)                         int64_t member;
#define HW_MEMBER_MINUTES(member, inside)                       int64_t member; /* minutes */
#define HW_MEMBER_BYTES(member, inside)                         int64_t member;
#define HW_MEMBER_BOOL(member, inside)                          bool member;
#define HW_MEMBER_GROUP(member, inside)                         struct hw_config_##inside member;
#define HW_MEMBER_TEXTS(member, inside)                                                            \
    char **member;                                                                                 \
    uint32_t member##_count;
#define HW_MEMBER_WORDS HW_MEMBER_TEXTS
#define HW_MEMBER_ITEMS(member, inside)                                                            \
    struct hw_config_##inside *member;                                                             \
    uint32_t member##_count;
#define HW_MEMBER_MODES HW_MEMBER_ITEMS

/* struct hw_config_mllp, struct hw_config_site ... */
#define HW_CONFIG_STRUCT(tag, LIST)                                                                \
    struct hw_config_##tag {                                                                       \
        LIST(HW_MEMBER, tag)                                                                       \
    };
HW_KEYS_LIST(HW_CONFIG_STRUCT)

struct hw_config {
    struct hw_config_top *keys; /* borrowed until hw_config_free() */
    struct hw_node *top;        /* the same as a tree, for --print */
    struct hw_tree tree;
};

/* Where the configuration comes from; all borrowed for the call. */
struct hw_config_sources {
    const char *file;        /* NULL: none, the defaults */
    char **environment;      /* "NAME=VALUE", NULL at the end; NULL: not looked at */
    const char *const *sets; /* "KEY=VALUE" of --set */
    unsigned sets_count;
};

/*
 * Read and check.  HW_OK; HW_E_IO (the file cannot be read) or HW_E_INVALID, with everything that
 * is wrong reported and nothing to free.
 */
HW_MUST_CHECK enum hw_status hw_config_load(const struct hw_config_sources *sources,
    struct hw_report *report, struct hw_config *ret_config);

void hw_config_free(struct hw_config *config);

/* The effective configuration as YAML. */
void hw_config_print(const struct hw_config *config, FILE *out);

#endif
