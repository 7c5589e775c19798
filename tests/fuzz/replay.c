/*
 * replay.c - a corpus as a plain test: every input, whole and cut short at every byte.
 *
 * usage: replay-NAME FOLDER.  Prints TAP, one case an input.  An input that breaks something ends
 * the program, so that the plan, which is printed first, is not met.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "fuzz.h"

enum { CUTS_MAX = 2048 }; /* a longer input is cut at its first bytes only */

static int is_input(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* A copy of its own for each length: the sanitizer then sees one byte too many. */
static void feed(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);

    if (copy == NULL)
        abort();
    memcpy(copy, data, size);
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static uint8_t *read_whole(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = NULL;
    size_t size = 0, capacity = 0, got;

    if (file == NULL)
        return NULL;
    do {
        uint8_t *grown = realloc(data, capacity + 65536);

        if (grown == NULL)
            abort();
        data = grown;
        capacity += 65536;
        got = fread(data + size, 1, capacity - size, file);
        size += got;
    } while (size == capacity);
    if (ferror(file)) {
        free(data);
        data = NULL;
    }
    (void)fclose(file);
    *ret_size = size;
    return data;
}

static bool replay(const char *folder, const char *name)
{
    char path[4096];
    uint8_t *data;
    size_t size = 0;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    data = read_whole(path, &size);
    if (data == NULL)
        return false;
    for (size_t cut = 0; cut < size && cut < CUTS_MAX; cut++)
        feed(data, cut);
    feed(data, size);
    free(data);
    return true;
}

int main(int argc, char **argv)
{
    struct dirent **entries;
    int count = argc == 2 ? scandir(argv[1], &entries, is_input, alphasort) : -1;
    int failed = 0;

    if (count <= 0) {
        printf("1..1\nnot ok 1 - a corpus with at least one input\n");
        return 1;
    }
    printf("1..%d\n", count);
    (void)fflush(stdout);
    for (int i = 0; i < count; i++) {
        bool fine = replay(argv[1], entries[i]->d_name);

        printf("%sok %d - %s\n", fine ? "" : "not ", i + 1, entries[i]->d_name);
        (void)fflush(stdout);
        failed += !fine;
        free(entries[i]);
    }
    free(entries);
    return failed > 0;
}
