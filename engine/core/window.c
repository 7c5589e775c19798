#include "core/window.h"

static uint64_t message_key(const struct hw_engine *engine, uint64_t id)
{
    return hw_hash_keyed_u64(engine->options.hash_key, id);
}

static struct hw_message_record *message_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, messages, hw_message_record, handle);
}

uint64_t hw_message_hash(const void *owner, uint32_t handle)
{
    const struct hw_engine *engine = owner;

    return message_key(engine, message_at(engine, handle)->id);
}

static uint32_t find_message(const struct hw_engine *engine, uint64_t id, struct hw_hash content,
    int64_t now_ms, uint32_t *ret_others)
{
    uint64_t key = message_key(engine, id);
    uint32_t position = 0, handle;

    *ret_others = 0;
    while ((handle = hw_table_next(&engine->message_table, key, &position)) != 0) {
        const struct hw_message_record *message = message_at(engine, handle);

        if (message->id != id || message->accepted_ms + engine->options.dedupe_ms <= now_ms)
            continue;
        if (hw_hash_equal(message->content, content))
            return handle;
        (*ret_others)++;
    }
    return 0;
}

enum hw_seen hw_engine_seen(const struct hw_engine *engine, struct hw_hash message_id_hash,
    struct hw_hash content, int64_t now_ms, uint64_t *ret_sequence)
{
    uint32_t handle, others;

    if (hw_hash_is_zero(message_id_hash))
        return HW_SEEN_NEW;
    handle = find_message(engine, message_id_hash.low, content, now_ms, &others);
    if (handle == 0)
        return others > 0 ? HW_SEEN_REUSED : HW_SEEN_NEW;
    *ret_sequence = message_at(engine, handle)->sequence;
    return HW_SEEN_DUPLICATE;
}

static void forget_message(struct hw_engine *engine)
{
    uint32_t handle = engine->root.message_first;
    struct hw_message_record *message = message_at(engine, handle);

    hw_table_remove(&engine->message_table, message_key(engine, message->id), handle);
    engine->root.message_first = message->next;
    if (engine->root.message_first == 0)
        engine->root.message_last = 0;
    hw_arena_give(&engine->messages, handle);
}

/*
 * Contents remembered under one id.  A sender that gives many messages one id has ids that tell
 * nothing: what is not remembered is taken again, which changes nothing (the same fact twice is
 * one).
 */
enum { SAME_ID_MAX = 64 };

void hw_window_remember(struct hw_engine *engine, const struct hw_event *event)
{
    int64_t now = engine->root.accepted_ms;
    struct hw_message_record *message;
    uint32_t handle, others;

    /* A few each time: as many go as come, and no apply pays for a quiet month. */
    for (int i = 0; i < 8 && engine->root.message_first != 0 &&
         message_at(engine, engine->root.message_first)->accepted_ms + engine->options.dedupe_ms <=
             now;
         i++)
        forget_message(engine);
    if (hw_hash_is_zero(event->message_id_hash) ||
        find_message(engine, event->message_id_hash.low, event->message_hash, now, &others) != 0 ||
        others >= SAME_ID_MAX)
        return;
    handle = hw_arena_take(&engine->messages);
    message = message_at(engine, handle);
    message->id = event->message_id_hash.low;
    message->content = event->message_hash;
    message->accepted_ms = now;
    message->sequence = engine->root.sequence;
    if (engine->root.message_last == 0)
        engine->root.message_first = handle;
    else
        message_at(engine, engine->root.message_last)->next = handle;
    engine->root.message_last = handle;
    hw_table_put(&engine->message_table, message_key(engine, message->id), handle);
}
