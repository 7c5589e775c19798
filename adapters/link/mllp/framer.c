#include "link/mllp/framer.h"

enum { FRAME_START = 0x0b, FRAME_END = 0x1c, FRAME_CR = 0x0d };

void hw_framer_init(struct hw_framer *framer, size_t frame_size_max)
{
    *framer = (struct hw_framer){.state = HW_FRAME_BETWEEN, .frame_size_max = frame_size_max};
}

/* Pass over stray bytes and the start of a frame; returns how many, state tells which. */
static size_t open_frame(struct hw_framer *framer, struct hw_slice bytes)
{
    const uint8_t *start = bytes.size == 0 ? NULL : memchr(bytes.data, FRAME_START, bytes.size);
    size_t stray = start == NULL ? bytes.size : (size_t)(start - bytes.data);

    framer->stray_bytes += stray;
    if (start == NULL)
        return stray;
    framer->state = HW_FRAME_INSIDE;
    framer->scanned = 0;
    return stray + 1;
}

/*
 * Where the content ends: at the first 0x1C before a 0x0D.  False when it does not yet; scanned is
 * then how much of it is content for certain, and an 0x1C that waits for its 0x0D stands there.
 */
static bool find_end(struct hw_framer *framer, struct hw_slice content)
{
    while (framer->scanned < content.size) {
        const uint8_t *at = content.data + framer->scanned;
        const uint8_t *end = memchr(at, FRAME_END, content.size - framer->scanned);

        framer->state = HW_FRAME_INSIDE;
        if (end == NULL) {
            framer->scanned = content.size;
            return false;
        }
        framer->scanned = (size_t)(end - content.data);
        if (framer->scanned + 1 == content.size) {
            framer->state = HW_FRAME_ENDING;
            return false;
        }
        if (end[1] == FRAME_CR)
            return true;
        framer->scanned++;
    }
    return false;
}

enum hw_status hw_framer_next(struct hw_framer *framer, struct hw_slice bytes,
    struct hw_slice *ret_frame, size_t *ret_consumed)
{
    struct hw_slice content;
    size_t consumed = 0;
    bool ended;

    if (framer->state == HW_FRAME_BETWEEN)
        consumed = open_frame(framer, bytes);
    *ret_consumed = consumed;
    if (framer->state == HW_FRAME_BETWEEN)
        return HW_E_PARTIAL;

    content = (struct hw_slice){bytes.data + consumed, bytes.size - consumed};
    ended = find_end(framer, content);
    if (framer->scanned > framer->frame_size_max) {
        content.size = framer->frame_size_max;
        *ret_frame = content;
        return HW_E_FULL;
    }
    if (!ended)
        return HW_E_PARTIAL;
    content.size = framer->scanned;
    *ret_frame = content;
    *ret_consumed = consumed + content.size + 2;
    framer->state = HW_FRAME_BETWEEN;
    framer->scanned = 0;
    return HW_OK;
}
