/*
 * make.c - writes the files of this folder to standard output: make events|decisions|examples.
 */
#include "codec/cloudevents/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print(json_t *json, size_t flags)
{
    if (json == NULL)
        exit(1);
    json_dumpf(json, stdout, flags);
    putchar('\n');
    json_decref(json);
}

int main(int argc, char **argv)
{
    const char *what = argc == 2 ? argv[1] : "";

    if (strcmp(what, "events") == 0 || strcmp(what, "decisions") == 0) {
        print(hw_ce_schema(*what == 'd'), JSON_INDENT(2));
        return 0;
    }
    if (strcmp(what, "examples") != 0) {
        fputs("usage: make events|decisions|examples\n", stderr);
        return 2;
    }
    for (unsigned i = 0; i < 2 * hw_ce_types_count(); i++)
        print(hw_ce_example(hw_ce_type_at(i / 2), i % 2 == 1), JSON_COMPACT);
    return 0;
}
