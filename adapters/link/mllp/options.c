#include "link/mllp/mllp.h"

void hw_mllp_options_init(struct hw_mllp_options *options)
{
    *options = (struct hw_mllp_options){
        .listen = "127.0.0.1:2575",
        .frame_size_max = 1024 * 1024,
        .connections_max = 10000,
        .buffers_size_max = (size_t)256 * 1024 * 1024,
        .half_frame_ms = 60 * HW_SECOND_MS,
        .stalled_ms = 300 * HW_SECOND_MS,
        .linger_ms = 2 * HW_SECOND_MS,
        .ack_mode = HW_ACK_AUTO,
    };
}
