/*
 * serve.c - homeward serve: runs the engine until it is told to stop.
 */
#include "cli/args.h"
#include "cli/command.h"
#include "cli/server.h"

#include <stdlib.h>

static const struct hw_option options[] = {
    {'c', "config", "FILE", "the configuration; without: defaults and environment"},
    {'d', "data", "DIR", "the data directory (data_dir)"},
    {'s', "set", "KEY=VALUE", "set one key, over file and environment; may be repeated"},
};

static const struct hw_usage usage = {
    .command = "serve",
    .synopsis = "[-c FILE] [-d DIR] [--set KEY=VALUE]...",
    .sentence = "Runs the engine: takes HL7 v2 messages, CloudEvents and decisions of people,\n"
                "publishes figures, answers questions. How far it proposes or offers by itself:\n"
                "routing.mode (homeward check --keys) and the decision routing.mode.\n"
                "The line \"ready\" on standard error names all addresses.\n\n"
                "SIGTERM, SIGINT  finish what was taken, write a snapshot, exit 0; again: at once\n"
                "SIGHUP           read the configuration again; says what needs a restart\n"
                "SIGUSR1          log what it has done so far",
    .options = options,
    .options_count = sizeof options / sizeof *options,
};

int hw_command_serve(int argc, char **argv)
{
    struct hw_settle settle = {0};
    struct hw_args args;
    const char *value = NULL;
    int found, code = HW_EXIT_FAILED;

    hw_args_init(&args, &usage, argc, argv);
    while ((found = hw_args_next(&args, &value)) != HW_ARG_END) {
        if (found == HW_ARG_HELP)
            return HW_EXIT_OK;
        if (found == HW_ARG_WRONG)
            return HW_EXIT_USAGE;
        if (!hw_settle_take(&settle, found, value))
            return hw_args_wrong(&usage, "%s: unexpected", value);
    }

    struct hw_server *server = calloc(1, sizeof *server);
    if (server == NULL) {
        fputs("homeward serve: no memory to start; give the process more\n", stderr);
        return HW_EXIT_FAILED;
    }
    server->settle = &settle;
    if (hw_settle_load(&settle, &server->first)) {
        if (hw_server_start(server))
            code = hw_server_run(server);
        hw_config_free(&server->first);
    }
    free(server);
    return code;
}
