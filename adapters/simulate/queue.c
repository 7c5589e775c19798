#include "simulate/queue.h"

#include "homeward/status.h"
#include "homeward/time.h"

#include <stdlib.h>

static bool before(const struct hw_sim_queue_entry *a, const struct hw_sim_queue_entry *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void swap(struct hw_sim_queue_entry *a, struct hw_sim_queue_entry *b)
{
    struct hw_sim_queue_entry held = *a;

    *a = *b;
    *b = held;
}

static bool grow(struct hw_sim_queue *queue)
{
    size_t capacity = queue->capacity == 0 ? 256 : queue->capacity * 2;
    struct hw_sim_queue_entry *entries = realloc(queue->entries, capacity * sizeof *entries);

    if (entries == NULL)
        return false;
    queue->entries = entries;
    queue->capacity = capacity;
    return true;
}

/* The entry past the heap, with the buffer of one that has gone where there is one. */
static struct hw_sim_queue_entry *spare(struct hw_sim_queue *queue, size_t size)
{
    if (queue->count == queue->capacity && !grow(queue))
        return NULL;
    struct hw_sim_queue_entry *entry = &queue->entries[queue->count];
    if (queue->count == queue->kept) {
        *entry = (struct hw_sim_queue_entry){0};
        queue->kept++;
    }
    if (entry->bytes == NULL || entry->room < size) {
        size_t room = (size + 255) / 256 * 256;
        uint8_t *bytes = realloc(entry->bytes, room);

        if (bytes == NULL)
            return NULL;
        entry->bytes = bytes;
        entry->room = (uint32_t)room;
    }
    return entry;
}

bool hw_sim_queue_push(struct hw_sim_queue *queue, int64_t at_ms, struct hw_slice bytes)
{
    HW_ASSERT(bytes.size > 0);
    struct hw_sim_queue_entry *entry = spare(queue, bytes.size);

    if (entry == NULL)
        return false;
    entry->at_ms = at_ms;
    entry->order = queue->order++;
    entry->size = (uint32_t)bytes.size;
    memcpy(entry->bytes, bytes.data, bytes.size);
    for (size_t i = queue->count++; i > 0;) {
        size_t parent = (i - 1) / 2;

        if (!before(&queue->entries[i], &queue->entries[parent]))
            break;
        swap(&queue->entries[i], &queue->entries[parent]);
        i = parent;
    }
    return true;
}

int64_t hw_sim_queue_due(const struct hw_sim_queue *queue)
{
    return queue->count == 0 ? HW_TIME_OPEN : queue->entries[0].at_ms;
}

struct hw_slice hw_sim_queue_pop(struct hw_sim_queue *queue)
{
    HW_ASSERT(queue->count > 0);
    size_t last = --queue->count;

    swap(&queue->entries[0], &queue->entries[last]);
    for (size_t i = 0;;) {
        size_t child = i * 2 + 1;

        if (child >= last)
            break;
        if (child + 1 < last && before(&queue->entries[child + 1], &queue->entries[child]))
            child++;
        if (!before(&queue->entries[child], &queue->entries[i]))
            break;
        swap(&queue->entries[child], &queue->entries[i]);
        i = child;
    }
    return hw_slice_of(queue->entries[last].bytes, queue->entries[last].size);
}

void hw_sim_queue_free(struct hw_sim_queue *queue)
{
    for (size_t i = 0; i < queue->kept; i++)
        free(queue->entries[i].bytes);
    free(queue->entries);
    *queue = (struct hw_sim_queue){0};
}
