#include "config/config.h"
#include "config/check.h"
#include "config/schema.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

enum { FILE_SIZE_MAX = 16 * 1024 * 1024 };

/* The whole file, to be freed; NULL with the reason reported. */
static char *read_file(const char *path, size_t *ret_size, struct hw_report *report)
{
    struct hw_node place = {.origin = path};
    FILE *file = fopen(path, "rb");
    char *text = NULL;

    if (file != NULL)
        text = malloc(FILE_SIZE_MAX + 1);
    if (text != NULL)
        *ret_size = fread(text, 1, FILE_SIZE_MAX + 1, file);
    if (file == NULL || text == NULL || ferror(file)) {
        hw_report_error(report, &place, NULL, "cannot be read: %s", strerror(errno));
        free(text);
        text = NULL;
    } else if (*ret_size > FILE_SIZE_MAX) {
        hw_report_error(report, &place, NULL, "larger than 16 MiB: this is no configuration");
        free(text);
        text = NULL;
    }
    if (file != NULL)
        fclose(file);
    return text;
}

/* Variables with our prefix that tell the tests something, not us. */
static bool is_for_tests(const char *name, size_t size)
{
    return (size == 4 && memcmp(name, "LONG", size) == 0) ||
        (size == 7 && memcmp(name, "SAMPLES", size) == 0);
}

/* HOMEWARD_MLLP__LISTEN is mllp.listen. */
static bool variable_path(const char *variable, char path[128])
{
    static const char prefix[] = "HOMEWARD_";
    const char *name = variable + sizeof prefix - 1;
    size_t size = 0;

    if (strncmp(variable, prefix, sizeof prefix - 1) != 0 || is_for_tests(name, strcspn(name, "=")))
        return false;
    for (const char *at = name; *at != '=' && size < 120; at++) {
        if (at[0] == '_' && at[1] == '_') {
            path[size++] = '.';
            at++;
        } else {
            path[size++] = (char)tolower((unsigned char)*at);
        }
    }
    path[size] = '\0';
    return true;
}

static void take_environment(
    struct hw_tree *tree, struct hw_node *top, char **environment, struct hw_report *report)
{
    char path[128], origin[160];

    for (char **variable = environment; *variable != NULL; variable++) {
        size_t name_size = strcspn(*variable, "=");

        if ((*variable)[name_size] != '=' || !variable_path(*variable, path))
            continue;
        snprintf(origin, sizeof origin, "%.*s", (int)name_size, *variable);
        hw_check_set(tree, top, path, *variable + name_size + 1, origin, report);
    }
}

static void take_sets(struct hw_tree *tree, struct hw_node *top,
    const struct hw_config_sources *sources, struct hw_report *report)
{
    for (unsigned i = 0; i < sources->sets_count; i++) {
        const char *set = sources->sets[i];
        size_t size = strcspn(set, "=");
        char path[128];

        if (set[size] != '=' || size == 0 || size >= sizeof path) {
            hw_report_error(report, NULL, NULL, "--set %.60s: KEY=VALUE is wanted", set);
            continue;
        }
        snprintf(path, sizeof path, "%.*s", (int)size, set);
        hw_check_set(tree, top, path, set + size + 1, "--set", report);
    }
}

static struct hw_node *read_top(
    struct hw_tree *tree, const char *file, struct hw_report *report, enum hw_status *ret_status)
{
    size_t size = 0;

    *ret_status = HW_E_INVALID;
    if (file == NULL)
        return hw_tree_map(tree, "default");
    char *text = read_file(file, &size, report);
    if (text == NULL) {
        *ret_status = HW_E_IO;
        return NULL;
    }
    struct hw_node *top = hw_tree_parse(tree, file, true, hw_slice_of(text, size), report);
    free(text);
    if (top != NULL && top->kind == HW_NODE_SCALAR && top->empty)
        top->kind = HW_NODE_MAP;
    if (top != NULL && top->kind != HW_NODE_MAP) {
        hw_report_error(report, top, NULL, "keys with values are wanted at the top of the file");
        return NULL;
    }
    return top;
}

/* The normal form as text, read back by schema. */
static struct hw_config_top *read_keys(const struct hw_node *top, struct hw_report *report)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (out != NULL)
        hw_node_print(out, top);
    if (out == NULL || fclose(out) != 0 || text == NULL)
        hw_no_memory();
    struct hw_config_top *keys = hw_schema_load(hw_slice_of(text, size), report);
    free(text);
    return keys;
}

enum hw_status hw_config_load(
    const struct hw_config_sources *sources, struct hw_report *report, struct hw_config *ret_config)
{
    struct hw_config config = {0};
    enum hw_status status;
    unsigned before = report->errors;

    config.top = read_top(&config.tree, sources->file, report, &status);
    if (config.top != NULL) {
        if (sources->environment != NULL)
            take_environment(&config.tree, config.top, sources->environment, report);
        take_sets(&config.tree, config.top, sources, report);
        hw_check_top(&config.tree, config.top, report);
        if (report->errors == before)
            hw_check_together(config.top, report);
        if (report->errors == before)
            config.keys = read_keys(config.top, report);
    }
    if (config.keys == NULL) {
        hw_tree_free(&config.tree);
        return status;
    }
    *ret_config = config;
    return HW_OK;
}

void hw_config_free(struct hw_config *config)
{
    hw_schema_free(config->keys);
    hw_tree_free(&config->tree);
    *config = (struct hw_config){0};
}

void hw_config_print(const struct hw_config *config, FILE *out)
{
    hw_node_print(out, config->top);
}
