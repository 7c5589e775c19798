#include "cli/send_input.h"

#include "codec/hl7v2/batch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

void hw_send_input_init(struct hw_send_input *input)
{
    *input = (struct hw_send_input){0};
}

void hw_send_input_free(struct hw_send_input *input)
{
    for (size_t i = 0; i < input->texts_count; i++)
        free(input->texts[i]);
    free(input->texts);
    free(input->messages);
    hw_send_input_init(input);
}

/* ---- What a message says about itself ---- */

static struct hw_slice first_line(struct hw_slice bytes)
{
    size_t size = 0;

    while (size < bytes.size && bytes.data[size] != '\r' && bytes.data[size] != '\n')
        size++;
    return hw_slice_of(bytes.data, size);
}

struct hw_slice hw_send_msh(struct hw_slice bytes, unsigned number)
{
    struct hw_slice line = first_line(bytes);

    if (line.size < 4 || memcmp(line.data, "MSH", 3) != 0)
        return (struct hw_slice){NULL, 0};
    /* MSH-1 is the separator itself, so MSH-2 stands between the first and the second. */
    size_t start = 4;
    for (unsigned at = 2; at < number && start <= line.size; at++) {
        while (start < line.size && line.data[start] != line.data[3])
            start++;
        start++;
    }
    if (start > line.size)
        return (struct hw_slice){NULL, 0};
    size_t end = start;
    while (end < line.size && line.data[end] != line.data[3])
        end++;
    return hw_slice_of(line.data + start, end - start);
}

enum ask { ASK_EMPTY, ASK_ALWAYS, ASK_NEVER, ASK_SOMETIMES };

static enum ask ask_of(struct hw_slice text)
{
    if (hw_slice_is(text, "AL"))
        return ASK_ALWAYS;
    if (hw_slice_is(text, "NE"))
        return ASK_NEVER;
    if (hw_slice_is(text, "ER") || hw_slice_is(text, "SU"))
        return ASK_SOMETIMES;
    return ASK_EMPTY;
}

static enum hw_send_expects expects_of(struct hw_slice message)
{
    enum ask commit = ask_of(hw_send_msh(message, 15));
    enum ask application = ask_of(hw_send_msh(message, 16));

    if (commit == ASK_EMPTY && application == ASK_EMPTY)
        return HW_EXPECTS_ONE;
    if (commit == ASK_ALWAYS)
        return application == ASK_ALWAYS ? HW_EXPECTS_TWO : HW_EXPECTS_ONE;
    if (application == ASK_ALWAYS)
        return HW_EXPECTS_ONE;
    if (commit == ASK_SOMETIMES || application == ASK_SOMETIMES)
        return HW_EXPECTS_MAYBE;
    return HW_EXPECTS_NONE;
}

/* ---- Finding messages ---- */

static enum hw_status add_message(struct hw_send_input *input, struct hw_slice bytes)
{
    if (input->count == input->capacity) {
        size_t capacity = input->capacity > 0 ? 2 * input->capacity : 64;
        struct hw_send_message *messages =
            realloc(input->messages, capacity * sizeof *input->messages);
        if (messages == NULL)
            return HW_E_MEMORY;
        input->messages = messages;
        input->capacity = capacity;
    }
    input->messages[input->count++] = (struct hw_send_message){
        .bytes = bytes, .control_id = hw_send_msh(bytes, 10), .expects = expects_of(bytes)};
    return HW_OK;
}

static enum hw_status add_text(struct hw_send_input *input, struct hw_slice text)
{
    struct hw_slice message;
    enum hw_status status = HW_OK;

    while (status == HW_OK && hw_hl7_batch_next(&text, &message))
        status = add_message(input, message);
    return status;
}

/* ---- Files ---- */

static enum hw_status read_all(FILE *file, uint8_t **ret_data, size_t *ret_size)
{
    size_t size = 0, capacity = 64 * 1024;
    uint8_t *data = malloc(capacity);

    while (data != NULL) {
        size_t got = fread(data + size, 1, capacity - size, file);
        size += got;
        if (size < capacity) {
            if (ferror(file)) {
                free(data);
                return HW_E_IO;
            }
            *ret_data = data;
            *ret_size = size;
            return HW_OK;
        }
        capacity *= 2;
        uint8_t *larger = realloc(data, capacity);
        if (larger == NULL)
            free(data);
        data = larger;
    }
    return HW_E_MEMORY;
}

enum hw_status hw_send_read_file(const char *path, uint8_t **ret_data, size_t *ret_size)
{
    if (strcmp(path, "-") == 0)
        return read_all(stdin, ret_data, ret_size);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return HW_E_IO;
    enum hw_status status = read_all(file, ret_data, ret_size);
    int error = errno;
    fclose(file); /* Only read from. */
    errno = error;
    return status;
}

enum hw_status hw_send_input_add(struct hw_send_input *input, const char *path)
{
    size_t before = input->count, size;
    uint8_t **texts = realloc(input->texts, (input->texts_count + 1) * sizeof *texts);
    uint8_t *data;

    if (texts == NULL)
        return HW_E_MEMORY;
    input->texts = texts;
    enum hw_status status = hw_send_read_file(path, &data, &size);
    if (status != HW_OK)
        return status;
    input->texts[input->texts_count++] = data;
    status = add_text(input, hw_slice_of(data, size));
    if (status != HW_OK)
        return status;
    return input->count > before ? HW_OK : HW_E_NOT_FOUND;
}
