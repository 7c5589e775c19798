/*
 * load.h - one driver for every MLLP server measured: connections with many messages in flight.
 */
#ifndef HW_BENCH_LOAD_H
#define HW_BENCH_LOAD_H

#include "bench.h"

struct load_result {
    uint64_t answered, accepted; /* AA and CA */
    uint64_t wall_ns;            /* from the first byte sent to the last answer */
};

/*
 * Send messages, dealt out in turn over connections to 127.0.0.1:port, at most window unanswered on
 * each, until all are answered.  False: a connection failed or was closed.
 */
bool bench_load(uint16_t port, const struct bench_messages *messages, unsigned connections,
    unsigned window, struct load_result *ret_result);

#endif
