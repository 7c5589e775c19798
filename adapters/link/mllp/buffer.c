#include "link/mllp/buffer.h"

#include "homeward/status.h"

#include <stdlib.h>

void hw_buffers_init(struct hw_buffers *buffers, size_t used_max)
{
    buffers->used = 0;
    buffers->used_max = used_max;
    buffers->pieces_count = 0;
}

void hw_buffers_free(struct hw_buffers *buffers)
{
    HW_ASSERT(buffers->used == 0);
    while (buffers->pieces_count > 0)
        free(buffers->pieces[--buffers->pieces_count]);
}

static uint8_t *memory_take(struct hw_buffers *buffers, size_t capacity)
{
    if (capacity > buffers->used_max - buffers->used)
        return NULL;
    uint8_t *data;
    if (capacity == HW_BUFFER_PIECE_SIZE && buffers->pieces_count > 0)
        data = buffers->pieces[--buffers->pieces_count];
    else
        data = malloc(capacity);
    if (data != NULL)
        buffers->used += capacity;
    return data;
}

static void memory_give(struct hw_buffers *buffers, uint8_t *data, size_t capacity)
{
    if (data == NULL)
        return;
    HW_ASSERT(capacity <= buffers->used);
    buffers->used -= capacity;
    if (capacity == HW_BUFFER_PIECE_SIZE && buffers->pieces_count < HW_BUFFER_PIECES_KEPT)
        buffers->pieces[buffers->pieces_count++] = data;
    else
        free(data);
}

uint8_t *hw_buffer_room(struct hw_buffers *buffers, struct hw_buffer *buffer, size_t size)
{
    size_t held = buffer->end - buffer->start;

    if (size <= buffer->capacity - buffer->end)
        return buffer->data + buffer->end;

    /* Move up only where a good part was eaten: each byte is then moved a few times at most. */
    if (size <= buffer->capacity - held && buffer->start >= buffer->capacity / 4) {
        memmove(buffer->data, buffer->data + buffer->start, held);
    } else {
        size_t capacity = buffer->capacity > 0 ? 2 * buffer->capacity : HW_BUFFER_PIECE_SIZE;
        while (capacity < held + size)
            capacity *= 2;
        uint8_t *data = memory_take(buffers, capacity);
        if (data == NULL)
            return NULL;
        if (held > 0)
            memcpy(data, buffer->data + buffer->start, held);
        memory_give(buffers, buffer->data, buffer->capacity);
        buffer->data = data;
        buffer->capacity = capacity;
    }
    buffer->start = 0;
    buffer->end = held;
    return buffer->data + held;
}

void hw_buffer_add(struct hw_buffer *buffer, size_t size)
{
    HW_ASSERT(size <= buffer->capacity - buffer->end);
    buffer->end += size;
}

void hw_buffer_take(struct hw_buffers *buffers, struct hw_buffer *buffer, size_t size)
{
    HW_ASSERT(size <= buffer->end - buffer->start);
    buffer->start += size;
    if (buffer->start < buffer->end || buffer->data == NULL)
        return;
    memory_give(buffers, buffer->data, buffer->capacity);
    *buffer = (struct hw_buffer){0};
}
