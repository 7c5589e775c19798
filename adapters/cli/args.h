/*
 * args.h - the arguments of one command: a table of options, read one by one; --help from the same.
 *
 * Accepted: -d DIR, -dDIR, --data DIR, --data=DIR, switches, operands anywhere, "--" before
 * operands that begin with a hyphen; a single "-" is an operand.  Main thread.
 */
#ifndef HW_CLI_ARGS_H
#define HW_CLI_ARGS_H

#include <stdio.h>

/* What hw_args_next() found; options have ids from 1. */
enum { HW_ARG_END = 0, HW_ARG_OPERAND = -1, HW_ARG_HELP = -2, HW_ARG_WRONG = -3 };

struct hw_option {
    int id;            /* above 0; a letter such as 'd' is also the short option -d */
    const char *name;  /* "data": --data */
    const char *value; /* "DIR"; NULL for a switch */
    const char *help;  /* one sentence, without a full stop */
};

struct hw_usage {
    const char *command;  /* "check" */
    const char *synopsis; /* "-c FILE [--set KEY=VALUE]..." */
    const char *sentence; /* what it does; may be several lines */
    const struct hw_option *options;
    unsigned options_count;
};

struct hw_args {
    const struct hw_usage *usage;
    int argc;
    char **argv;
    int index;         /* of the next argument */
    int operands_only; /* "--" was seen */
};

/* Start with the first argument after argv[0]; usage and argv are borrowed. */
void hw_args_init(struct hw_args *args, const struct hw_usage *usage, int argc, char **argv);

/*
 * The next argument: an option's id with *ret_value its value (NULL for a switch), HW_ARG_OPERAND
 * with *ret_value the operand, or HW_ARG_END.  HW_ARG_HELP: the help was printed to stdout, exit 0.
 * HW_ARG_WRONG: the reason was printed to stderr, exit 2.
 */
int hw_args_next(struct hw_args *args, const char **ret_value);

/* Print a reason and where to read more, to stderr; returns HW_EXIT_USAGE. */
__attribute__((format(printf, 2, 3))) int hw_args_wrong(
    const struct hw_usage *usage, const char *format, ...);

void hw_usage_print(FILE *out, const struct hw_usage *usage);

#endif
