/*
 * Fetching ahead: each step reads what the one before asked for, and asks for what that leads to.
 * Only hints come of it; a record that is not the one looked for costs a line of cache.
 */
#include "core/blocks.h"
#include "core/state.h"

enum { LINE = 64 }; /* bytes of a cache line */

static void fetch(const void *record, size_t size)
{
    const uint8_t *bytes = record;

    for (size_t at = 0; at < size; at += LINE)
        __builtin_prefetch(bytes + at);
}

/* Tables: where the walks begin. */
static void expect_entries(const struct hw_engine *engine, struct hw_expect *expect)
{
    const struct hw_about *about = &expect->about;
    const uint64_t *key = engine->options.hash_key;

    expect->visit = expect->stay = 0;
    if (!hw_hash_is_zero(about->message_id)) {
        expect->message_key = hw_hash_keyed_u64(key, about->message_id.low);
        hw_table_prefetch(&engine->message_table, expect->message_key);
    }
    if (!hw_hash_is_zero(about->visit)) {
        expect->visit_key = hw_hash_keyed_hash(key, about->visit);
        hw_table_prefetch(&engine->visit_table, expect->visit_key);
    }
    for (uint8_t i = 0; i < about->identifiers_count; i++) {
        expect->identifiers[i] = 0;
        expect->identifier_keys[i] = hw_hash_keyed_hash(key, about->identifiers[i]);
        hw_table_prefetch(&engine->identifier_table, expect->identifier_keys[i]);
    }
}

static uint32_t first_of(const struct hw_table *table, uint64_t key)
{
    uint32_t position = 0;

    return hw_table_next(table, key, &position);
}

/* Records that the tables name. */
static void expect_records(const struct hw_engine *engine, struct hw_expect *expect)
{
    const struct hw_about *about = &expect->about;
    uint32_t message;

    if (!hw_hash_is_zero(about->message_id)) {
        message = first_of(&engine->message_table, expect->message_key);
        if (message != 0)
            fetch(HW_AT(engine, messages, hw_message_record, message), LINE);
    }
    if (!hw_hash_is_zero(about->visit)) {
        expect->visit = first_of(&engine->visit_table, expect->visit_key);
        if (expect->visit != 0)
            fetch(hw_visit_at(engine, expect->visit), sizeof(struct hw_visit_record));
    }
    for (uint8_t i = 0; i < about->identifiers_count; i++) {
        expect->identifiers[i] = first_of(&engine->identifier_table, expect->identifier_keys[i]);
        if (expect->identifiers[i] != 0)
            fetch(hw_identifier_at(engine, expect->identifiers[i]),
                sizeof(struct hw_identifier_record));
    }
}

/* The stay, and where it stands in its table; what was said of its people. */
static void expect_stay(const struct hw_engine *engine, struct hw_expect *expect)
{
    const struct hw_about *about = &expect->about;
    uint32_t own = about->own < about->identifiers_count ? expect->identifiers[about->own] : 0;

    if (expect->visit != 0 && own != 0) {
        hw_table_prefetch(&engine->stay_table, hw_stay_key(engine, own, expect->visit));
        expect->stay = hw_visit_at(engine, expect->visit)->stays;
        if (expect->stay != 0)
            fetch(hw_stay_at(engine, expect->stay), sizeof(struct hw_stay));
    }
    for (uint8_t i = 0; i < about->identifiers_count; i++) {
        const struct hw_identifier_record *record;

        if (expect->identifiers[i] == 0)
            continue;
        record = hw_identifier_at(engine, expect->identifiers[i]);
        if (record->born != 0)
            fetch(HW_AT(engine, registers, hw_last, record->born), sizeof(struct hw_last));
        if (record->bonds != 0)
            fetch(HW_AT(engine, bonds, hw_bond, record->bonds), sizeof(struct hw_bond));
    }
}

/* Where its facts lie and what is open of it, and keys of what was said. */
static void expect_facts(const struct hw_engine *engine, struct hw_expect *expect)
{
    const struct hw_about *about = &expect->about;
    const struct hw_stay *stay;

    for (uint8_t i = 0; i < about->identifiers_count; i++) {
        const struct hw_identifier_record *record;

        if (expect->identifiers[i] == 0)
            continue;
        record = hw_identifier_at(engine, expect->identifiers[i]);
        if (record->bonds != 0)
            fetch(hw_said_key(engine, HW_AT(engine, bonds, hw_bond, record->bonds)->said),
                sizeof(struct hw_said));
    }
    if (expect->stay == 0)
        return;
    stay = hw_stay_at(engine, expect->stay);
    if (stay->facts != 0)
        fetch(hw_block_at(engine, stay->facts), LINE);
    if (stay->open != 0)
        fetch(HW_AT(engine, opens, hw_open, stay->open), sizeof(struct hw_open));
}

enum { LIST_MAX = 1024 }; /* bytes of a list that are fetched at once */

/* The list itself, as long as it is. */
static void expect_list(const struct hw_engine *engine, struct hw_expect *expect)
{
    uint32_t list = expect->stay == 0 ? 0 : hw_stay_at(engine, expect->stay)->facts, size;

    if (list == 0)
        return;
    memcpy(&size, hw_block_at(engine, list), sizeof size);
    fetch(hw_block_at(engine, list) + LINE, size < LIST_MAX ? size : LIST_MAX);
}

void hw_engine_expect(const struct hw_engine *engine, struct hw_expect *expect, unsigned step)
{
    static void (*const steps[HW_EXPECT_STEPS])(
        const struct hw_engine *engine, struct hw_expect *expect) = {
        expect_entries, expect_records, expect_stay, expect_facts, expect_list};

    HW_ASSERT(step < HW_EXPECT_STEPS);
    steps[step](engine, expect);
}
