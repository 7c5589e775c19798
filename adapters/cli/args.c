#include "cli/args.h"
#include "cli/command.h"
#include "config/nearest.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

enum {
    WIDTH = 80,
    HELP_COLUMN = 28, /* where the meaning of an option begins */
};

void hw_args_init(struct hw_args *args, const struct hw_usage *usage, int argc, char **argv)
{
    *args = (struct hw_args){.usage = usage, .argc = argc, .argv = argv, .index = 1};
}

/*
 * Words of text from this column on, further lines from indent on; what stands in brackets stays
 * together.
 */
static void print_wrapped(FILE *out, size_t column, size_t indent, const char *text)
{
    bool is_first = true;

    while (*text != '\0') {
        size_t size = 0;
        int depth = 0;

        for (; text[size] != '\0' && (text[size] != ' ' || depth > 0); size++)
            depth += (text[size] == '[') - (text[size] == ']');
        if (!is_first && column + 1 + size > WIDTH) {
            fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (!is_first) {
            fputc(' ', out);
            column++;
        }
        fwrite(text, 1, size, out);
        column += size;
        text += size + (text[size] == ' ');
        is_first = false;
    }
    fputc('\n', out);
}

static void print_synopsis(FILE *out, const struct hw_usage *usage)
{
    int size = fprintf(out, "Usage: homeward %s ", usage->command);

    print_wrapped(out, (size_t)size, (size_t)size, usage->synopsis);
}

int hw_args_wrong(const struct hw_usage *usage, const char *format, ...)
{
    va_list list;

    fprintf(stderr, "homeward %s: ", usage->command);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
    print_synopsis(stderr, usage);
    fprintf(stderr, "More: homeward %s --help\n", usage->command);
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
    int size = fprintf(out, "  %-25s ", left);
    print_wrapped(out, (size_t)size, HELP_COLUMN, option->help);
}

void hw_usage_print(FILE *out, const struct hw_usage *usage)
{
    print_synopsis(out, usage);
    fprintf(out, "\n%s\n\nOptions:\n", usage->sentence);
    for (unsigned i = 0; i < usage->options_count; i++)
        print_option(out, &usage->options[i]);
    fprintf(out, "  %-25s %s\n", "-h, --help", "this text");
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
    if (option->value != NULL && strcmp(option->value, "KEY=VALUE") == 0 &&
        (*value == '=' || strchr(value, '=') == NULL)) {
        hw_args_wrong(args->usage, "--%s %s: say KEY=VALUE, such as mllp.listen=127.0.0.1:2600",
            option->name, value);
        return HW_ARG_WRONG;
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
