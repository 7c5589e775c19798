#include "cli/send_answer.h"

/* Part number (from 0) of text between separators. */
static struct hw_slice part(struct hw_slice text, uint8_t separator, unsigned number)
{
    size_t start = 0;

    for (unsigned at = 0; at < number; at++) {
        while (start < text.size && text.data[start] != separator)
            start++;
        if (start == text.size)
            return (struct hw_slice){NULL, 0};
        start++;
    }
    size_t end = start;
    while (end < text.size && text.data[end] != separator)
        end++;
    return hw_slice_of(text.data + start, end - start);
}

/* The next segment of *bytes, which moves behind it. */
static struct hw_slice next_segment(struct hw_slice *bytes)
{
    size_t size = 0;

    while (size < bytes->size && bytes->data[size] != '\r' && bytes->data[size] != '\n')
        size++;
    struct hw_slice segment = hw_slice_of(bytes->data, size);
    size_t skip = size < bytes->size ? size + 1 : size;
    *bytes = hw_slice_of(bytes->data + skip, bytes->size - skip);
    return segment;
}

static struct hw_slice first_of(struct hw_slice a, struct hw_slice b)
{
    return a.size > 0 ? a : b;
}

static bool is_segment(struct hw_slice segment, const char *name, uint8_t separator)
{
    return segment.size > 3 && memcmp(segment.data, name, 3) == 0 && segment.data[3] == separator;
}

static bool is_code(struct hw_slice code)
{
    return code.size == 2 && (code.data[0] == 'A' || code.data[0] == 'C') &&
        (code.data[1] == 'A' || code.data[1] == 'E' || code.data[1] == 'R');
}

bool hw_send_answer_read(struct hw_slice bytes, struct hw_send_answer *ret_answer)
{
    struct hw_send_answer answer = {.code = {NULL, 0}};
    bool has_error = false;

    if (bytes.size < 5 || memcmp(bytes.data, "MSH", 3) != 0)
        return false;
    uint8_t field = bytes.data[3], component = bytes.data[4];
    while (bytes.size > 0) {
        struct hw_slice segment = next_segment(&bytes);
        if (is_segment(segment, "MSA", field)) {
            answer.code = part(segment, field, 1);
            answer.control_id = part(segment, field, 2);
            answer.note = part(segment, field, 3);
            answer.condition = part(part(segment, field, 6), component, 0);
        } else if (is_segment(segment, "ERR", field) && !has_error) {
            struct hw_slice code = part(segment, field, 3);
            has_error = true;
            answer.condition = first_of(part(code, component, 0), answer.condition);
            answer.words = first_of(part(segment, field, 8), part(segment, field, 7));
            answer.words = first_of(answer.words, part(code, component, 1));
        }
    }
    answer.words = first_of(answer.words, answer.note);
    if (!is_code(answer.code))
        return false;
    *ret_answer = answer;
    return true;
}
