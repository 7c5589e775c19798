/*
 * queue.h - messages on their way: a heap by the moment they arrive, then by the order in which
 * they were put in.  It copies what it holds; buffers are used again.
 */
#ifndef HW_SIM_QUEUE_H
#define HW_SIM_QUEUE_H

#include "homeward/slice.h"

struct hw_sim_queue_entry {
    int64_t at_ms;
    uint64_t order;
    uint8_t *bytes;
    uint32_t size, room;
};

struct hw_sim_queue {
    struct hw_sim_queue_entry *entries; /* a heap of count, then spare buffers up to kept */
    size_t count, kept, capacity;
    uint64_t order;
};

/* bytes are copied, and not empty.  False: out of memory. */
bool hw_sim_queue_push(struct hw_sim_queue *queue, int64_t at_ms, struct hw_slice bytes);

/* When the first is due; HW_TIME_OPEN when empty. */
int64_t hw_sim_queue_due(const struct hw_sim_queue *queue);

/* Take the first; borrowed until the next push.  Not when empty. */
struct hw_slice hw_sim_queue_pop(struct hw_sim_queue *queue);

void hw_sim_queue_free(struct hw_sim_queue *queue);

#endif
