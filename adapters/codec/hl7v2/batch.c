#include "codec/hl7v2/batch.h"

#include "codec/hl7v2/message.h"

enum { FRAME_START = 0x0b, FRAME_END = 0x1c };

static bool is_named(struct hw_slice line, const char *name)
{
    return line.size >= 4 && memcmp(line.data, name, 3) == 0 && hl7_is_punctuation(line.data[3]);
}

static bool is_batch_line(struct hw_slice line)
{
    return is_named(line, "FHS") || is_named(line, "BHS") || is_named(line, "BTS") ||
        is_named(line, "FTS");
}

/* A line without what may stand before its name: byte order mark and start of a frame. */
static struct hw_slice without_lead(struct hw_slice line)
{
    if (line.size >= 3 && memcmp(line.data, "\xef\xbb\xbf", 3) == 0)
        line = (struct hw_slice){line.data + 3, line.size - 3};
    while (line.size > 0 && (line.data[0] == FRAME_START || line.data[0] == FRAME_END))
        line = (struct hw_slice){line.data + 1, line.size - 1};
    return line;
}

/* Where a frame ends inside a line; NULL if it does not. */
static const uint8_t *frame_end(struct hw_slice line)
{
    const uint8_t *end = line.data + line.size;

    for (const uint8_t *at = line.data; at != end; at++)
        if (*at == FRAME_END && (at + 1 == end || at[1] == FRAME_START))
            return at;
    return NULL;
}

/* Up to a start of a frame that stands in the middle of a line, the rest of it is pushed back. */
static bool next_line(struct hw_slice *rest, struct hw_slice *ret_line)
{
    const uint8_t *end = rest->data + rest->size;
    const uint8_t *start;

    if (!hl7_line_next(rest, ret_line))
        return false;
    if (ret_line->size < 2)
        return true;
    start = memchr(ret_line->data + 1, FRAME_START, ret_line->size - 1);
    if (start != NULL && is_named(without_lead(hw_slice_of(start, (size_t)(end - start))), "MSH")) {
        ret_line->size = (size_t)(start - ret_line->data);
        *rest = hw_slice_of(start, (size_t)(end - start));
    }
    return true;
}

static bool find_start(struct hw_slice *rest, struct hw_slice *ret_line)
{
    while (next_line(rest, ret_line)) {
        *ret_line = without_lead(*ret_line);
        if (is_named(*ret_line, "MSH"))
            return true;
    }
    return false;
}

bool hw_hl7_batch_next(struct hw_slice *rest, struct hw_slice *ret_message)
{
    struct hw_slice line, ahead;
    const uint8_t *start, *end, *stop;

    if (!find_start(rest, &line))
        return false;
    start = line.data;
    end = line.data + line.size;
    stop = frame_end(line);
    ahead = *rest;
    while (stop == NULL && next_line(&ahead, &line)) {
        struct hw_slice text = without_lead(line);

        if (is_named(text, "MSH") || is_batch_line(text))
            break;
        stop = frame_end(line);
        if (line.size > 0)
            end = line.data + line.size;
        *rest = ahead;
    }
    if (stop != NULL)
        end = stop;
    *ret_message = hw_slice_of(start, (size_t)(end - start));
    return true;
}
