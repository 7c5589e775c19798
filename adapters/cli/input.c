#include "cli/input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static bool fail(struct hw_input *input, const char *path, const char *why)
{
    snprintf(input->error, sizeof input->error, "%.160s: cannot be read: %s", path, why);
    return false;
}

/* Read until the end into memory that doubles. */
static bool read_all(FILE *file, const char *path, struct hw_input *input)
{
    size_t used = 0, room = 64 * 1024;
    uint8_t *bytes = malloc(room);

    while (bytes != NULL) {
        used += fread(bytes + used, 1, room - used, file);
        if (used < room)
            break;
        uint8_t *more = realloc(bytes, room *= 2);
        if (more == NULL)
            free(bytes);
        bytes = more;
    }
    if (bytes == NULL)
        return fail(input, path, "memory ran out");
    if (ferror(file)) {
        free(bytes);
        return fail(input, path, strerror(errno));
    }
    input->bytes = hw_slice_of(bytes, used);
    return true;
}

bool hw_input_read(const char *path, struct hw_input *ret_input)
{
    *ret_input = (struct hw_input){0};
    if (strcmp(path, "-") == 0)
        return read_all(stdin, "standard input", ret_input);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return fail(ret_input, path, strerror(errno));
    bool good = read_all(file, path, ret_input);
    fclose(file);
    return good;
}

void hw_input_free(struct hw_input *input)
{
    free((void *)(uintptr_t)input->bytes.data);
    *input = (struct hw_input){0};
}
