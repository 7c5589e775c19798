/*
 * framer.h - MLLP frames out of a stream of bytes (HL7 v2 transport, appendix C; CONTRACT 3.1).
 *
 * 0x0B content 0x1C 0x0D.  Pure: bytes in any split give the same frames.  Bytes between frames are
 * passed over and counted.
 */
#ifndef HW_MLLP_FRAMER_H
#define HW_MLLP_FRAMER_H

#include "homeward/slice.h"
#include "homeward/status.h"

enum hw_frame_state { HW_FRAME_BETWEEN, HW_FRAME_INSIDE, HW_FRAME_ENDING };

struct hw_framer {
    enum hw_frame_state state;
    size_t scanned;        /* bytes of the open frame already looked at */
    size_t frame_size_max; /* bytes of content */
    uint64_t stray_bytes;  /* passed over between frames, since the start */
};

void hw_framer_init(struct hw_framer *framer, size_t frame_size_max);

/*
 * Find the next frame in bytes, which start where the last call's *ret_consumed left off (the
 * caller keeps what was not consumed and appends to it).
 *   HW_OK         *ret_frame is the content; borrowed from bytes
 *   HW_E_PARTIAL  no whole frame yet
 *   HW_E_FULL     the open frame is larger than frame_size_max: refuse it and close; *ret_frame is
 *                 its first frame_size_max bytes, so that the answer can name the message
 */
HW_MUST_CHECK enum hw_status hw_framer_next(struct hw_framer *framer, struct hw_slice bytes,
    struct hw_slice *ret_frame, size_t *ret_consumed);

#endif
