#include "cli/settle.h"

#include <string.h>

extern char **environ;

bool hw_settle_take(struct hw_settle *settle, int found, const char *value)
{
    switch (found) {
    case 'c':
        settle->file = value;
        return true;
    case 's':
        if (settle->sets_count >= HW_SETTLE_SETS_MAX)
            return false;
        settle->sets[settle->sets_count++] = value;
        return true;
    case 'd':
        if (*settle->data_dir == '\0')
            settle->sets[settle->sets_count++] = settle->data_dir;
        snprintf(settle->data_dir, sizeof settle->data_dir, "data_dir=%s", value);
        return true;
    default:
        return false;
    }
}

static void say(void *context, const char *line)
{
    fprintf(context, "%s\n", line);
}

bool hw_settle_load(const struct hw_settle *settle, struct hw_config *ret_config)
{
    struct hw_report report = {.say = say, .context = stderr};
    struct hw_config_sources sources = {
        .file = settle->file,
        .environment = environ,
        .sets = settle->sets,
        .sets_count = settle->sets_count,
    };

    return hw_config_load(&sources, &report, ret_config) == HW_OK;
}

void hw_settle_warn(const struct hw_config_top *keys, FILE *out)
{
    if (strcmp(keys->journal.sync, "always") != 0)
        fprintf(out,
            "warning: journal.sync: %s: what was acknowledged can be lost when the machine stops\n",
            keys->journal.sync);
    if (keys->listen.trusted_network)
        fprintf(out, "warning: listen.trusted_network: anybody on the network can send and read\n");
}
