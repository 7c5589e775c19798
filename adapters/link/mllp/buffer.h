/*
 * buffer.h - bytes that wait on a connection, and the one sum of them all.
 *
 * A buffer is a run of bytes that grows at its end and is eaten from its start.  It holds memory
 * only while it holds bytes: ten thousand silent connections hold none.  Small pieces are kept in a
 * pool, so that a message costs no allocation.  One thread per pool.
 */
#ifndef HW_MLLP_BUFFER_H
#define HW_MLLP_BUFFER_H

#include "homeward/slice.h"

enum {
    HW_BUFFER_PIECE_SIZE = 4096, /* the smallest; these are pooled */
    HW_BUFFER_PIECES_KEPT = 256, /* of them, unused: 1 MiB */
};

struct hw_buffers {
    size_t used;     /* bytes of all buffers */
    size_t used_max; /* a buffer that would pass it does not grow */
    uint32_t pieces_count;
    uint8_t *pieces[HW_BUFFER_PIECES_KEPT];
};

struct hw_buffer {
    uint8_t *data; /* NULL while empty */
    size_t start, end, capacity;
};

void hw_buffers_init(struct hw_buffers *buffers, size_t used_max);
void hw_buffers_free(struct hw_buffers *buffers);

/* Room for size more bytes at the end, to be written before hw_buffer_add().  NULL: no room. */
uint8_t *hw_buffer_room(struct hw_buffers *buffers, struct hw_buffer *buffer, size_t size);

/* size bytes written to the room are part of the buffer from now on. */
void hw_buffer_add(struct hw_buffer *buffer, size_t size);

/* Forget size bytes at the start; an empty buffer gives its memory back. */
void hw_buffer_take(struct hw_buffers *buffers, struct hw_buffer *buffer, size_t size);

/* What it holds; borrowed until the next call on this buffer. */
static inline struct hw_slice hw_buffer_bytes(const struct hw_buffer *buffer)
{
    if (buffer->start == buffer->end)
        return (struct hw_slice){NULL, 0};
    return (struct hw_slice){buffer->data + buffer->start, buffer->end - buffer->start};
}

static inline size_t hw_buffer_size(const struct hw_buffer *buffer)
{
    return buffer->end - buffer->start;
}

#endif
