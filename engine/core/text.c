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

static uint32_t find_text(const struct hw_engine *engine, struct hw_slice text, uint64_t hash)
{
    uint32_t position = 0, handle;

    while ((handle = hw_table_next(&engine->text_table, hash, &position)) != 0)
        if (hw_slice_equal(hw_engine_text(engine, handle), text))
            return handle;
    return 0;
}

uint32_t hw_text_find(const struct hw_engine *engine, struct hw_slice text)
{
    if (text.size == 0)
        return 0;
    return find_text(engine, text, hw_hash_keyed(engine->options.hash_key, text));
}

/* Where a short text stands among the recent ones; its bytes as two words, without a loop. */
static uint32_t recent_of(struct hw_slice text, uint64_t words[2])
{
    uint64_t mixed;

    words[0] = words[1] = 0;
    if (text.size >= sizeof *words) {
        memcpy(&words[0], text.data, sizeof *words);
        /* The last eight bytes; those also in the first word are shifted out. */
        memcpy(&words[1], text.data + text.size - sizeof *words, sizeof *words);
        words[1] = text.size == sizeof *words ? 0 : words[1] >> (8 * (16 - text.size));
    } else {
        for (size_t i = 0; i < text.size; i++)
            words[0] |= (uint64_t)text.data[i] << (8 * i);
    }
    mixed = (words[0] ^ words[1] * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xd6e8feb86659fd93);
    return (uint32_t)((mixed ^ text.size) >> 40) % HW_TEXTS_RECENT;
}

static uint32_t add_text(struct hw_engine *engine, struct hw_slice text, uint64_t hash)
{
    uint32_t words =
        (uint32_t)((text.size + sizeof(struct hw_text_word) - 1) / sizeof(struct hw_text_word));
    uint32_t handle = hw_arena_take(&engine->texts);
    struct hw_text_record *record;

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
    hw_table_put(&engine->text_table, hash, handle);
    return handle;
}

static uint32_t intern(struct hw_engine *engine, struct hw_slice text)
{
    uint64_t hash = hw_hash_keyed(engine->options.hash_key, text);
    uint32_t handle = find_text(engine, text, hash);

    return handle != 0 ? handle : add_text(engine, text, hash);
}

uint32_t hw_text_intern(struct hw_engine *engine, struct hw_slice text)
{
    struct hw_text_recent *recent;
    uint64_t words[2];

    if (text.size == 0)
        return 0;
    if (text.size > HW_TEXT_SHORT_MAX)
        return intern(engine, text);
    recent = &engine->texts_recent[recent_of(text, words)];
    if (recent->handle != 0 && recent->size == text.size && recent->words[0] == words[0] &&
        recent->words[1] == words[1])
        return recent->handle;
    *recent =
        (struct hw_text_recent){{words[0], words[1]}, (uint32_t)text.size, intern(engine, text)};
    return recent->handle;
}

void hw_texts_forget(struct hw_engine *engine)
{
    memset(engine->texts_recent, 0, sizeof engine->texts_recent);
}

unsigned hw_text_reason_sides(const struct hw_engine *engine, uint32_t text)
{
    return text == 0 ? 0 : text_at(engine, text)->reason_sides;
}

unsigned hw_text_side(const struct hw_engine *engine, uint32_t text)
{
    return text == 0 ? 0 : text_at(engine, text)->side;
}
