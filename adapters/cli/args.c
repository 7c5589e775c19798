#include "cli/args.h"
#include "cli/command.h"
#include "config/nearest.h"

#include <stdarg.h>
#include <string.h>

void hw_args_init(struct hw_args *args, const struct hw_usage *usage, int argc, char **argv)
{
    *args = (struct hw_args){.usage = usage, .argc = argc, .argv = argv, .index = 1};
}

int hw_args_wrong(const struct hw_usage *usage, const char *format, ...)
{
    va_list list;

    fprintf(stderr, "homeward %s: ", usage->command);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fprintf(stderr, "\nUsage: homeward %s %s\nMore: homeward %s --help\n", usage->command,
        usage->synopsis, usage->command);
    return HW_EXIT_USAGE;
}

static void print_option(FILE *out, const struct hw_option *option)
{
    char left[64];
    char letter[8] = "    ";

    if (option->id < 128)
        snprintf(letter, sizeof letter, "-%c, ", option->id);
    snprintf(left, sizeof left, "%s--%s%s%s", letter, option->name, option->value ? " " : "",
        option->value ? option->value : "");
    fprintf(out, "  %-26s %s\n", left, option->help);
}

void hw_usage_print(FILE *out, const struct hw_usage *usage)
{
    fprintf(out, "Usage: homeward %s %s\n\n%s\n\nOptions:\n", usage->command, usage->synopsis,
        usage->sentence);
    for (unsigned i = 0; i < usage->options_count; i++)
        print_option(out, &usage->options[i]);
    fprintf(out, "  %-26s %s\n", "-h, --help", "this text");
}

static const struct hw_option *find_long(
    const struct hw_usage *usage, const char *name, size_t size)
{
    for (unsigned i = 0; i < usage->options_count; i++) {
        const struct hw_option *option = &usage->options[i];

        if (strlen(option->name) == size && memcmp(option->name, name, size) == 0)
            return option;
    }
    return NULL;
}

static const struct hw_option *find_letter(const struct hw_usage *usage, int letter)
{
    for (unsigned i = 0; i < usage->options_count; i++) {
        if (usage->options[i].id == letter)
            return &usage->options[i];
    }
    return NULL;
}

static int unknown_option(const struct hw_usage *usage, const char *argument)
{
    struct hw_nearest nearest;

    hw_nearest_init(&nearest, argument + strspn(argument, "-"));
    for (unsigned i = 0; i < usage->options_count; i++)
        hw_nearest_offer(&nearest, usage->options[i].name);
    if (nearest.best != NULL)
        hw_args_wrong(usage, "%s: unknown option; did you mean --%s?", argument, nearest.best);
    else
        hw_args_wrong(usage, "%s: unknown option", argument);
    return HW_ARG_WRONG;
}

/* value is what stood in the same argument, or NULL. */
static int take_option(
    struct hw_args *args, const struct hw_option *option, const char *value, const char **ret_value)
{
    if (option->value == NULL) {
        if (value != NULL) {
            hw_args_wrong(args->usage, "--%s takes no value", option->name);
            return HW_ARG_WRONG;
        }
    } else if (value == NULL) {
        if (args->index >= args->argc) {
            hw_args_wrong(args->usage, "--%s needs a value: %s", option->name, option->value);
            return HW_ARG_WRONG;
        }
        value = args->argv[args->index++];
    }
    *ret_value = value;
    return option->id;
}

int hw_args_next(struct hw_args *args, const char **ret_value)
{
    if (args->index >= args->argc)
        return HW_ARG_END;

    const char *argument = args->argv[args->index++];
    *ret_value = argument;
    if (args->operands_only || argument[0] != '-' || argument[1] == '\0')
        return HW_ARG_OPERAND;
    if (strcmp(argument, "--") == 0) {
        args->operands_only = 1;
        return hw_args_next(args, ret_value);
    }
    if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0) {
        hw_usage_print(stdout, args->usage);
        return HW_ARG_HELP;
    }

    const struct hw_option *option;
    const char *value = NULL;
    if (argument[1] == '-') {
        const char *equals = strchr(argument, '=');
        size_t size = equals ? (size_t)(equals - argument) - 2 : strlen(argument) - 2;

        option = find_long(args->usage, argument + 2, size);
        value = equals ? equals + 1 : NULL;
    } else {
        option = find_letter(args->usage, (unsigned char)argument[1]);
        value = argument[2] != '\0' ? argument + 2 : NULL;
    }
    if (option == NULL)
        return unknown_option(args->usage, argument);
    return take_option(args, option, value, ret_value);
}
