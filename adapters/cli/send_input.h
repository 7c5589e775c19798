/*
 * send_input.h - what `homeward send` sends: the messages of its files, found and looked at once.
 */
#ifndef HW_SEND_INPUT_H
#define HW_SEND_INPUT_H

#include "homeward/slice.h"
#include "homeward/status.h"

/* Which answers a message asks for by MSH-15 and MSH-16 (CONTRACT 3.1). */
enum hw_send_expects {
    HW_EXPECTS_ONE,   /* the first answer settles it */
    HW_EXPECTS_TWO,   /* a commit, then an answer of the application */
    HW_EXPECTS_MAYBE, /* only on error, or only on success: silence is an answer */
    HW_EXPECTS_NONE,
};

struct hw_send_message {
    struct hw_slice bytes;      /* borrowed from the input */
    struct hw_slice control_id; /* MSH-10; empty when there is none */
    enum hw_send_expects expects;
};

struct hw_send_input {
    struct hw_send_message *messages;
    size_t count, capacity;
    uint8_t **texts; /* one a file */
    size_t texts_count;
};

void hw_send_input_init(struct hw_send_input *input);
void hw_send_input_free(struct hw_send_input *input);

/*
 * Read a whole file ("-": standard input) and add its messages: bare, framed or in a batch.
 *   HW_E_IO         errno says why
 *   HW_E_NOT_FOUND  it holds no message
 *   HW_E_MEMORY
 */
HW_MUST_CHECK enum hw_status hw_send_input_add(struct hw_send_input *input, const char *path);

/*
 * All bytes of a file ("-": standard input), for the caller to free.  HW_E_IO (errno says why),
 * HW_E_MEMORY.
 */
HW_MUST_CHECK enum hw_status hw_send_read_file(
    const char *path, uint8_t **ret_data, size_t *ret_size);

/* Field number (from 1) of the MSH segment at the start of bytes; empty when there is none. */
struct hw_slice hw_send_msh(struct hw_slice bytes, unsigned number);

#endif
