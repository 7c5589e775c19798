/*
 * input.h - a whole file, or standard input, in memory.
 */
#ifndef HW_CLI_INPUT_H
#define HW_CLI_INPUT_H

#include "homeward/slice.h"

struct hw_input {
    struct hw_slice bytes; /* until hw_input_free() */
    char error[256];       /* what, where, why, when it could not be read */
};

/* path "-" is standard input.  False with error. */
bool hw_input_read(const char *path, struct hw_input *ret_input);
void hw_input_free(struct hw_input *input);

#endif
