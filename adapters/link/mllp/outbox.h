/*
 * outbox.h - the answers of one connection, in order, each held until it may leave.
 *
 * An answer has a gate: the log whose sequence must be durable first.  Answers leave strictly in
 * the order they were put in: one that may leave waits for those before it.
 *
 *      bytes:    |  may be written  |  wait for their gate  |
 *                 ready_size          the rest
 *
 * One thread.  Memory comes from a pool that several outboxes share (buffer.h).
 */
#ifndef HW_MLLP_OUTBOX_H
#define HW_MLLP_OUTBOX_H

#include "link/mllp/buffer.h"

enum hw_gate {
    HW_GATE_OPEN,       /* waits for nothing but the answers before it */
    HW_GATE_JOURNAL,    /* the journal's sequence */
    HW_GATE_QUARANTINE, /* the quarantine's id */
};

/* How far each log is durable. */
struct hw_durable {
    uint64_t journal;
    uint64_t quarantine;
};

struct hw_answer {
    uint64_t release; /* sequence or id that must be durable */
    int64_t since_ns; /* when its message had come */
    uint32_t size;    /* bytes */
    uint8_t gate;     /* enum hw_gate */
};

struct hw_outbox {
    struct hw_buffer bytes;
    struct hw_buffer answers; /* struct hw_answer each */
    size_t ready_size;        /* bytes at the start that may be written */
    size_t first_written;     /* bytes of the first answer that are gone already */
    uint32_t answers_ready;   /* answers at the start that may be written */
};

/* Room for one answer of size bytes, written by the caller before hw_outbox_add().  NULL: none. */
uint8_t *hw_outbox_room(struct hw_buffers *buffers, struct hw_outbox *outbox, size_t size);

/* The answer written to the room; answer->size is what was used of it. */
void hw_outbox_add(struct hw_outbox *outbox, const struct hw_answer *answer);

/* Let go what has become durable.  Returns the number of answers let go. */
uint32_t hw_outbox_release(struct hw_outbox *outbox, struct hw_durable durable);

/* What may be written now; borrowed until the next call on this outbox. */
struct hw_slice hw_outbox_ready(const struct hw_outbox *outbox);

/*
 * size bytes of it were written.  Calls left() for each answer whose last byte was among them.
 */
void hw_outbox_written(struct hw_buffers *buffers, struct hw_outbox *outbox, size_t size,
    void (*left)(void *context, const struct hw_answer *answer), void *context);

static inline size_t hw_outbox_size(const struct hw_outbox *outbox)
{
    return hw_buffer_size(&outbox->bytes);
}

static inline uint32_t hw_outbox_count(const struct hw_outbox *outbox)
{
    return (uint32_t)(hw_buffer_size(&outbox->answers) / sizeof(struct hw_answer));
}

/* Forget all of it.  Returns the number of answers that had not left. */
uint32_t hw_outbox_clear(struct hw_buffers *buffers, struct hw_outbox *outbox);

#endif
