/*
 * reload.c - SIGHUP: all of a new configuration that can be taken over is, or nothing.
 */
#include "cli/notify.h"
#include "cli/server.h"
#include "config/settings.h"
#include "config/value.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

extern char **environ;

/* Keys that a reload takes over, with all inside them; all others need a restart. */
static bool can_reload(const char *path)
{
    return hw_value_choice(path, "hl7|sources|sites|zones|councils|log|metrics|mllp.ack_mode") >= 0;
}

bool hw_server_submit_settings(struct hw_server *server)
{
    if (server->settings_count > 0 &&
        hw_runtime_submit(server->runtime, server->settings, server->settings_count).outcome ==
            HW_OUTCOME_FULL)
        return false;
    server->settings_count = 0;
    return true;
}

void hw_server_take_settings(struct hw_server *server, struct hw_config *config)
{
    uint32_t count;
    const struct hw_setting *settings = hw_settings_of(config, &count);

    server->settings_count = hw_settings_changes(
        config, settings, count, hw_runtime_engine(server->runtime), &server->settings);
    if (server->settings_count > 0)
        hw_log(&server->log, HW_LOG_INFO, "settings changed", "{s:i}", "count",
            (int)server->settings_count);
}

static void say(void *context, const char *line)
{
    const struct hw_server *server = context;

    hw_log(&server->log, HW_LOG_ERROR, "configuration", "{s:s}", "error", line);
}

static char *node_text(const struct hw_node *node)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (out != NULL)
        hw_node_print(out, node);
    if (out == NULL || fclose(out) != 0 || text == NULL)
        hw_no_memory();
    return text;
}

/* Add the keys that differ from those of the start and are not taken over now. */
static void add_restart_keys(
    json_t *names, const struct hw_node *before, const struct hw_node *after, const char *above)
{
    for (const struct hw_node *node = before->first; node != NULL; node = node->next) {
        const struct hw_node *now = hw_node_find(after, node->name);
        char path[128];

        snprintf(path, sizeof path, "%s%s%s", above, *above ? "." : "", node->name);
        if (can_reload(path))
            continue;
        if (node->kind == HW_NODE_MAP) {
            add_restart_keys(names, node, now, path);
            continue;
        }
        char *old = node_text(node), *new = node_text(now);
        if (strcmp(old, new) != 0)
            json_array_append_new(names, json_string(path));
        free(old);
        free(new);
    }
}

static void notify_reloading(void)
{
    struct timespec now;
    char state[64];

    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
        (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    hw_notify(state);
}

/* What the links have of their own keys. */
static void tell_links(struct hw_server *server, struct hw_config *config)
{
    struct hw_mllp_options mllp;
    struct hw_ce_options events;

    hw_derive_mllp(config, &mllp);
    hw_mllp_set_ack_modes(server->mllp, mllp.senders, mllp.senders_count, mllp.ack_mode);
    hw_derive_ce(config, &server->hl7, &events);
    hw_entry_set_options(server->entry, &events);
    if (server->nanomsg != NULL)
        hw_nanomsg_set_interval(server->nanomsg, config->keys->metrics.interval_ms);
}

static void take_over(struct hw_server *server, struct hw_config *config)
{
    json_t *restart = json_array();

    add_restart_keys(restart, server->first.top, config->top, "");
    hw_derive_hl7(config, &server->hl7);
    hw_derive_feeds(config->keys, server->feeds);
    tell_links(server, config);
    hw_log_set(&server->log, stderr, config->keys->log.level, config->keys->log.format);
    hw_server_take_settings(server, config);
    (void)hw_server_submit_settings(server); /* What has no room now goes with the next turns. */
    if (server->current.keys != NULL)
        hw_config_free(&server->current);
    server->current = *config;
    if (json_array_size(restart) > 0)
        hw_log(&server->log, HW_LOG_WARNING, "reloaded; restart to take over the rest", "{s:o}",
            "restart", restart);
    else {
        json_decref(restart);
        hw_log(&server->log, HW_LOG_INFO, "reloaded", NULL);
    }
}

void hw_server_reload(struct hw_server *server)
{
    const struct hw_settle *settle = server->settle;
    struct hw_report report = {.say = say, .context = server};
    struct hw_config_sources sources = {
        .file = settle->file,
        .environment = environ,
        .sets = settle->sets,
        .sets_count = settle->sets_count,
    };
    struct hw_config config;

    if (server->settings_count > 0) {
        hw_log(&server->log, HW_LOG_WARNING, "not reloaded", "{s:s}", "reason",
            "the last reload is still being journaled; try again");
        return;
    }
    notify_reloading();
    if (hw_config_load(&sources, &report, &config) == HW_OK)
        take_over(server, &config);
    else
        hw_log(&server->log, HW_LOG_ERROR, "not reloaded", "{s:s}", "reason",
            "the configuration is wrong: nothing changed");
    hw_notify("READY=1");
}
