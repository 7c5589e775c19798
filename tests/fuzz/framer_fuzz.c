/*
 * A stream comes off a socket in pieces: wherever it is cut, the frames are the same.  The first
 * byte says where.
 */
#include <stdlib.h>

#include "fuzz.h"
#include "homeward/hash.h"
#include "link/mllp/framer.h"

enum { FRAME_MAX = 64 };

struct told {
    struct hw_hash frames; /* of all frames, in order */
    uint64_t count, stray_bytes;
    bool full;
};

static void note(struct told *told, struct hw_slice frame)
{
    struct hw_slice parts[] = {hw_slice_of(&told->frames, sizeof told->frames), frame};

    if (frame.size > FRAME_MAX)
        abort();
    told->frames = hw_hash_parts(parts, 2);
    told->count++;
}

/* Feed bytes step by step, keeping what is not consumed, as a link does. */
static struct told feed(struct hw_slice bytes, size_t step)
{
    struct told told = {{0}, 0, 0, false};
    struct hw_framer framer;
    size_t start = 0, end = 0;

    hw_framer_init(&framer, FRAME_MAX);
    while (end < bytes.size && !told.full) {
        enum hw_status status;

        end = bytes.size - end < step ? bytes.size : end + step;
        do {
            struct hw_slice pending = hw_slice_of(bytes.data + start, end - start);
            struct hw_slice frame = {0};
            size_t consumed = 0;

            status = hw_framer_next(&framer, pending, &frame, &consumed);
            if (consumed > pending.size)
                abort();
            start += consumed;
            if (status == HW_OK)
                note(&told, frame);
            told.full = status == HW_E_FULL;
        } while (status == HW_OK);
    }
    told.stray_bytes = framer.stray_bytes;
    return told;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hw_slice bytes;
    struct told whole, pieces;

    if (size < 1)
        return 0;
    bytes = hw_slice_of(data + 1, size - 1);
    whole = feed(bytes, size);
    pieces = feed(bytes, 1u + data[0] % 16u);
    if (whole.count != pieces.count || whole.stray_bytes != pieces.stray_bytes ||
        whole.full != pieces.full || !hw_hash_equal(whole.frames, pieces.frames))
        abort();
    return 0;
}
