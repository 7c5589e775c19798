/*
 * load.h - one driver for every server measured: connections with many messages in flight, each
 * answer checked against the message it must belong to, and how long each took.
 */
#ifndef HW_BENCH_LOAD_H
#define HW_BENCH_LOAD_H

#include "cli/histogram.h"
#include "load_file.h"

#include <stdbool.h>

enum load_protocol {
    LOAD_MLLP,  /* the answer's MSA-2 must be the MSH-10 of the message it answers, in order */
    LOAD_REDIS, /* XADD of the message: each id answered must be greater than the last */
};

struct load_options {
    const struct load_file *file;
    size_t first, count; /* messages sent: these of the file, dealt out over the connections */
    enum load_protocol protocol;
    uint16_t port; /* 127.0.0.1 */
    unsigned connections;
    unsigned window; /* at most so many unanswered on each connection */
    /*
     * Messages a second, all connections together; 0: as fast as answers come.  With a rate each
     * message has a moment at which it is due, and its time runs from then on even when it could
     * not be sent yet: a server that stands still is not excused (no coordinated omission).
     */
    uint64_t rate;
};

struct load_result {
    uint64_t answered;
    uint64_t accepted; /* AA and CA; for Redis all */
    uint64_t wrong;    /* answers that name another message than the one they answer */
    uint64_t wall_ns;  /* from the first byte sent to the last answer */
    struct hw_histogram latency_ns;
};

/* Send, and wait for all answers.  False: a connection failed, or ten seconds without a word. */
bool load_run(const struct load_options *options, struct load_result *ret_result);

#endif
