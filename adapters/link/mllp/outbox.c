#include "link/mllp/outbox.h"

#include "homeward/status.h"

static struct hw_answer answer_at(const struct hw_outbox *outbox, uint32_t index)
{
    struct hw_answer answer;

    HW_ASSERT(index < hw_outbox_count(outbox));
    HW_ASSERT(outbox->answers.data != NULL);
    memcpy(&answer, outbox->answers.data + outbox->answers.start + index * sizeof answer,
        sizeof answer);
    return answer;
}

uint8_t *hw_outbox_room(struct hw_buffers *buffers, struct hw_outbox *outbox, size_t size)
{
    if (hw_buffer_room(buffers, &outbox->answers, sizeof(struct hw_answer)) == NULL)
        return NULL;
    return hw_buffer_room(buffers, &outbox->bytes, size);
}

void hw_outbox_add(struct hw_outbox *outbox, const struct hw_answer *answer)
{
    HW_ASSERT(answer->size > 0);
    HW_ASSERT(sizeof *answer <= outbox->answers.capacity - outbox->answers.end);
    memcpy(outbox->answers.data + outbox->answers.end, answer, sizeof *answer);
    hw_buffer_add(&outbox->answers, sizeof *answer);
    hw_buffer_add(&outbox->bytes, answer->size);
}

static bool is_open(const struct hw_answer *answer, struct hw_durable durable)
{
    switch ((enum hw_gate)answer->gate) {
    case HW_GATE_OPEN:
        return true;
    case HW_GATE_JOURNAL:
        return answer->release <= durable.journal;
    case HW_GATE_QUARANTINE:
        return answer->release <= durable.quarantine;
    }
    return false;
}

uint32_t hw_outbox_release(struct hw_outbox *outbox, struct hw_durable durable)
{
    uint32_t before = outbox->answers_ready, count = hw_outbox_count(outbox);

    while (outbox->answers_ready < count) {
        struct hw_answer answer = answer_at(outbox, outbox->answers_ready);
        if (!is_open(&answer, durable))
            break;
        outbox->ready_size += answer.size;
        outbox->answers_ready++;
    }
    return outbox->answers_ready - before;
}

struct hw_slice hw_outbox_ready(const struct hw_outbox *outbox)
{
    return hw_slice_of(hw_buffer_bytes(&outbox->bytes).data, outbox->ready_size);
}

void hw_outbox_written(struct hw_buffers *buffers, struct hw_outbox *outbox, size_t size,
    void (*left)(void *context, const struct hw_answer *answer), void *context)
{
    HW_ASSERT(size <= outbox->ready_size);
    outbox->ready_size -= size;
    hw_buffer_take(buffers, &outbox->bytes, size);
    outbox->first_written += size;
    while (outbox->answers_ready > 0) {
        struct hw_answer answer = answer_at(outbox, 0);
        if (outbox->first_written < answer.size)
            break;
        outbox->first_written -= answer.size;
        outbox->answers_ready--;
        hw_buffer_take(buffers, &outbox->answers, sizeof answer);
        left(context, &answer);
    }
}

uint32_t hw_outbox_clear(struct hw_buffers *buffers, struct hw_outbox *outbox)
{
    uint32_t count = hw_outbox_count(outbox);

    hw_buffer_take(buffers, &outbox->bytes, hw_buffer_size(&outbox->bytes));
    hw_buffer_take(buffers, &outbox->answers, hw_buffer_size(&outbox->answers));
    outbox->ready_size = 0;
    outbox->first_written = 0;
    outbox->answers_ready = 0;
    return count;
}
