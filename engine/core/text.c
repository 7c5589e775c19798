/*
 * Codes, each kept once: sites, wards, reasons, organisations ... named by outsiders, so found by a
 * keyed hash; their handles follow arrival and never reach a history digest.
 */
#include "core/state.h"

#include "core/text.h"
#include "homeward/reasons.h"

static struct hw_text_record *text_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, texts, hw_text_record, handle);
}

struct hw_slice hw_engine_text(const struct hw_engine *engine, uint32_t text)
{
    const struct hw_text_record *record;

    if (text == 0)
        return (struct hw_slice){0};
    record = text_at(engine, text);
    return hw_slice_of(
        engine->text_bytes.base + (size_t)record->offset * sizeof(struct hw_text_word),
        record->size);
}

uint64_t hw_text_hash(const struct hw_engine *engine, uint32_t text)
{
    return text == 0 ? 0 : text_at(engine, text)->hash;
}

uint64_t hw_text_table_hash(const void *owner, uint32_t handle)
{
    const struct hw_engine *engine = owner;

    return hw_hash_keyed(engine->options.hash_key, hw_engine_text(engine, handle));
}

uint32_t hw_text_find(const struct hw_engine *engine, struct hw_slice text)
{
    uint64_t hash = hw_hash_keyed(engine->options.hash_key, text);
    uint32_t position = 0, handle;

    if (text.size == 0)
        return 0;
    while ((handle = hw_table_next(&engine->text_table, hash, &position)) != 0)
        if (hw_slice_equal(hw_engine_text(engine, handle), text))
            return handle;
    return 0;
}

uint32_t hw_text_intern(struct hw_engine *engine, struct hw_slice text)
{
    uint32_t handle = hw_text_find(engine, text);
    struct hw_text_record *record;
    uint32_t words =
        (uint32_t)((text.size + sizeof(struct hw_text_word) - 1) / sizeof(struct hw_text_word));

    if (handle != 0 || text.size == 0)
        return handle;
    handle = hw_arena_take(&engine->texts);
    record = text_at(engine, handle);
    record->offset = hw_arena_take(&engine->text_bytes);
    for (uint32_t i = 1; i < words; i++)
        (void)hw_arena_take(&engine->text_bytes); /* Nothing is given back: they lie in a row. */
    HW_ASSERT(text.size <= HW_TEXT_SIZE_MAX);
    record->size = (uint16_t)text.size;
    record->side = (uint8_t)hw_side_of(text);
    record->reason_sides =
        (uint8_t)(hw_reason_find(text) == NULL ? 0 : hw_reason_find(text)->sides);
    record->hash = hw_hash_bytes(text).low;
    memcpy(engine->text_bytes.base + (size_t)record->offset * sizeof(struct hw_text_word),
        text.data, text.size);
    hw_table_put(&engine->text_table, hw_hash_keyed(engine->options.hash_key, text), handle);
    return handle;
}

unsigned hw_text_reason_sides(const struct hw_engine *engine, uint32_t text)
{
    return text == 0 ? 0 : text_at(engine, text)->reason_sides;
}

unsigned hw_text_side(const struct hw_engine *engine, uint32_t text)
{
    return text == 0 ? 0 : text_at(engine, text)->side;
}
