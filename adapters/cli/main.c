/*
 * main.c - the executable: finds the command and hands it the rest of the line.
 */
#include "cli/command.h"
#include "commit.h"
#include "config/nearest.h"
#include "config/tree.h"
#include "homeward/version.h"

#include <cyaml/cyaml.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

struct command {
    const char *name, *does;
    int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
#define COMMAND_ROW(name, does) {#name, does, hw_command_##name},
    HW_COMMAND_LIST(COMMAND_ROW)
#undef COMMAND_ROW
        {NULL, NULL, NULL},
};

static void print_help(FILE *out)
{
    fputs("Usage: homeward COMMAND [ARGUMENTS]\n\n"
          "Homeward keeps a live picture of everybody's way home from hospital, and matches\n"
          "people to support at home: the engine proposes, a named person decides.\n\nCommands:\n",
        out);
    for (const struct command *command = commands; command->name != NULL; command++)
        fprintf(out, "  %-12s %s\n", command->name, command->does);
    fputs("\n  homeward COMMAND --help    the arguments of one command\n"
          "  homeward --version         versions of the program and of what it stands on\n"
          "\nExit codes: 0 ok, 1 failed, 2 wrong usage.\n",
        out);
}

static void print_version(void)
{
    printf("homeward %s%s%s%s\n", HW_VERSION, *HW_COMMIT ? " (commit " : "", HW_COMMIT,
        *HW_COMMIT ? ")" : "");
    printf("rules %u, format %u\n", HW_RULES_VERSION, HW_FORMAT_VERSION);
    printf("libuv %s, jansson %s, libcyaml %s\n", uv_version_string(), jansson_version_str(),
        cyaml_version_str);
}

static int unknown_command(const char *name)
{
    struct hw_nearest nearest;

    hw_nearest_init(&nearest, name);
    for (const struct command *command = commands; command->name != NULL; command++)
        hw_nearest_offer(&nearest, command->name);
    fprintf(stderr, "homeward: %s: unknown command", name);
    if (nearest.best != NULL)
        fprintf(stderr, "; did you mean %s?", nearest.best);
    fputs("\nMore: homeward --help\n", stderr);
    return HW_EXIT_USAGE;
}

/* Output that did not reach its file is a failure, whatever the command thought. */
static int flushed(int code)
{
    if ((fflush(stdout) != 0 || ferror(stdout)) && code == HW_EXIT_OK) {
        perror("homeward: standard output");
        return HW_EXIT_FAILED;
    }
    return code;
}

/* A command that prints ends where its JSON finds no memory: what it printed would lack a part. */
static void *take_or_end(size_t size)
{
    void *memory = malloc(size);

    if (memory == NULL)
        hw_no_memory();
    return memory;
}

/* The server goes on and says less; top has a terminal to give back. */
static void set_memory(const char *command)
{
    if (strcmp(command, "serve") != 0 && strcmp(command, "top") != 0)
        json_set_alloc_funcs(take_or_end, free);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN); /* A peer that went away is an error of write(), not our end. */
    if (argc < 2) {
        print_help(stderr);
        return HW_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return flushed(HW_EXIT_OK);
    }
    if (strcmp(argv[1], "--version") == 0) {
        print_version();
        return flushed(HW_EXIT_OK);
    }
    for (const struct command *command = commands; command->name != NULL; command++) {
        if (strcmp(argv[1], command->name) != 0)
            continue;
        set_memory(command->name);
        return flushed(command->run(argc - 1, argv + 1));
    }
    return unknown_command(argv[1]);
}
