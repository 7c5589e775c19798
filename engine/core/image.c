/*
 * Images of state: the root, then each arena, as they lie in memory; and the state digest, which is
 * the hash of the same bytes.  Tables are made anew from the arenas.
 *
 * The state digest costs what the state's size costs and is made when it is asked for.  A sum kept
 * up to date would need each record hashed before and after each change: some fifteen records of 64
 * to 250 bytes for each one applied, a third of its time, against one tenth that it may cost.
 * Pages marked when written would be marked nearly all between two digests: what changes lies all
 * over the arenas.  So each segment has hw_engine_quick_digest(), and the whole is for snapshots
 * and verify.
 */
#include "core/figures/rows.h"
#include "core/people/people.h"
#include "core/routing/area.h"
#include "core/routing/decide.h"
#include "core/routing/profile.h"
#include "core/routing/referral.h"
#include "core/settings.h"
#include "core/services/service.h"
#include "core/stays/stay.h"
#include "core/text.h"
#include "core/window.h"
#include "homeward/version.h"

/* What stands in front: the root and the shape of each arena. */
struct image_root {
    uint32_t rules_version;
    uint32_t arenas_count;
    struct hw_engine_root root;
    struct {
        uint32_t item_size, count, free_first, free_count;
    } arenas[40];
};

enum {
#define ARENA_NUMBER(name, type) ARENA_##name,
    HW_ARENA_LIST(ARENA_NUMBER)
#undef ARENA_NUMBER
        ARENAS
};
_Static_assert(ARENAS <= 40, "the image root has a place for each arena");

#define ARENA_CASE(name, type)                                                                     \
    case ARENA_##name:                                                                             \
        return (struct hw_arena *)&engine->name;

static struct hw_arena *arena_of(const struct hw_engine *engine, uint32_t number)
{
    switch (number) {
        HW_ARENA_LIST(ARENA_CASE)
    default:
        return NULL;
    }
}
#undef ARENA_CASE

static struct image_root *make_root(const struct hw_engine *engine)
{
    struct image_root *image = (struct image_root *)(void *)engine->scratch->bytes;

    memset(image, 0, sizeof *image);
    image->rules_version = HW_RULES_VERSION;
    image->arenas_count = ARENAS;
    image->root = engine->root;
    for (uint32_t i = 0; i < ARENAS; i++) {
        const struct hw_arena *arena = arena_of(engine, i);

        image->arenas[i].item_size = arena->item_size;
        image->arenas[i].count = arena->count;
        image->arenas[i].free_first = arena->free_first;
        image->arenas[i].free_count = arena->free_count;
    }
    return image;
}

uint32_t hw_engine_image_count(const struct hw_engine *engine)
{
    (void)engine;
    return 1 + ARENAS;
}

struct hw_slice hw_engine_image_part(const struct hw_engine *engine, uint32_t part)
{
    const struct hw_arena *arena;

    if (part == 0)
        return hw_slice_of(make_root(engine), sizeof(struct image_root));
    arena = arena_of(engine, part - 1);
    HW_ASSERT(arena != NULL);
    return hw_slice_of(arena->base, (size_t)arena->count * arena->item_size);
}

static enum hw_status load_root(struct hw_engine *engine, struct hw_slice bytes)
{
    struct image_root image;

    if (bytes.size != sizeof image)
        return HW_E_DAMAGED;
    memcpy(&image, bytes.data, sizeof image);
    if (image.rules_version != HW_RULES_VERSION || image.arenas_count != ARENAS)
        return HW_E_VERSION;
    for (uint32_t i = 0; i < ARENAS; i++) {
        struct hw_arena *arena = arena_of(engine, i);

        if (image.arenas[i].item_size != arena->item_size || image.arenas[i].count == 0)
            return HW_E_VERSION;
        if (image.arenas[i].count > arena->count_max)
            return HW_E_FULL;
        if (image.arenas[i].count > arena->count &&
            hw_arena_ensure(arena, &engine->options.memory,
                image.arenas[i].count - arena->count + arena->free_count) != HW_OK)
            return HW_E_FULL;
        arena->count = image.arenas[i].count;
        arena->free_first = image.arenas[i].free_first;
        arena->free_count = image.arenas[i].free_count;
    }
    engine->root = image.root;
    return HW_OK;
}

enum { AHEAD = 12, AHEAD_PLACES = 16 }; /* entries whose place is fetched before they are put */

static enum hw_status fill_table(struct hw_engine *engine, struct hw_table *table,
    const struct hw_arena *arena, hw_table_hash *hash_of)
{
    uint64_t hashes[AHEAD_PLACES];

    if (hw_table_clear(table, &engine->options.memory, arena->count) != HW_OK)
        return HW_E_FULL;
    for (uint32_t handle = 1; handle < arena->count + AHEAD; handle++) {
        if (handle < arena->count) {
            hashes[handle % AHEAD_PLACES] = hash_of(engine, handle);
            hw_table_prefetch(table, hashes[handle % AHEAD_PLACES]);
        }
        if (handle > AHEAD)
            hw_table_put(table, hashes[(handle - AHEAD) % AHEAD_PLACES], handle - AHEAD);
    }
    return HW_OK;
}

static enum hw_status fill_tables(struct hw_engine *engine)
{
    enum hw_status status;

    hw_texts_forget(engine);
#define FILL(table, arena, hash)                                                                   \
    status = fill_table(engine, &engine->table, &engine->arena, hash);                             \
    if (status != HW_OK)                                                                           \
        return status;
    FILL(identifier_table, identifiers, hw_identifier_hash)
    FILL(visit_table, visits, hw_visit_hash)
    FILL(stay_table, stays, hw_stay_hash)
    FILL(row_table, rows, hw_row_hash)
    FILL(account_table, accounts, hw_account_hash)
    FILL(text_table, texts, hw_text_table_hash)
    FILL(setting_table, settings, hw_setting_hash)
    FILL(service_table, services, hw_service_hash)
    FILL(referral_table, referrals, hw_referral_hash)
    FILL(referred_table, referred, hw_referral_person_hash)
    FILL(profile_table, profiles, hw_profile_hash)
    FILL(area_table, areas, hw_area_hash)
#undef FILL
    /* Ids that left the window are free records: only the chain is live. */
    if (hw_table_clear(&engine->message_table, &engine->options.memory,
            engine->messages.count - engine->messages.free_count) != HW_OK)
        return HW_E_FULL;
    for (uint32_t at = engine->root.message_first; at != 0;
         at = HW_AT(engine, messages, hw_message_record, at)->next)
        hw_table_put(&engine->message_table, hw_message_hash(engine, at), at);
    hw_decide(engine); /* What was pending is no part of the image: it follows from state. */
    return HW_OK;
}

uint8_t *hw_engine_image_space(struct hw_engine *engine, uint32_t part, size_t size)
{
    const struct hw_arena *arena;

    HW_ASSERT(part > 0);
    arena = arena_of(engine, part - 1);
    return arena == NULL || size != (size_t)arena->count * arena->item_size ? NULL : arena->base;
}

enum hw_status hw_engine_image_load(struct hw_engine *engine, uint32_t part, struct hw_slice bytes)
{
    uint8_t *space;

    if (part == 0)
        return load_root(engine, bytes);
    space = hw_engine_image_space(engine, part, bytes.size);
    if (space == NULL)
        return HW_E_DAMAGED;
    memcpy(space, bytes.data, bytes.size);
    return HW_OK;
}

enum hw_status hw_engine_image_end(struct hw_engine *engine)
{
    return fill_tables(engine);
}

struct hw_hash hw_engine_state_digest(const struct hw_engine *engine)
{
    struct hw_hash hashes[1 + ARENAS];

    for (uint32_t part = 0; part <= ARENAS; part++)
        hashes[part] = hw_hash_bytes(hw_engine_image_part(engine, part));
    return hw_hash_bytes(hw_slice_of(hashes, sizeof hashes));
}

enum { QUICK_SIZE = 64 * 1024 }; /* bytes of a part that is looked at: microseconds each */

struct hw_hash hw_engine_quick_digest(const struct hw_engine *engine)
{
    struct hw_hash hashes[1 + ARENAS];

    for (uint32_t part = 0; part <= ARENAS; part++) {
        struct hw_slice bytes = hw_engine_image_part(engine, part);

        hashes[part] =
            bytes.size <= QUICK_SIZE ? hw_hash_bytes(bytes) : (struct hw_hash){.low = bytes.size};
    }
    return hw_hash_bytes(hw_slice_of(hashes, sizeof hashes));
}

/* ---- a second one ---- */

size_t hw_engine_image_size(const struct hw_engine *engine)
{
    size_t size = 0;

    for (uint32_t part = 0; part < hw_engine_image_count(engine); part++)
        size += hw_engine_image_part(engine, part).size;
    return size;
}

enum hw_status hw_engine_clone(const struct hw_engine *engine, struct hw_engine **ret_engine)
{
    struct hw_engine *clone;
    enum hw_status status = hw_engine_new(&engine->options, &clone);

    if (status != HW_OK)
        return status;
    for (uint32_t part = 0; part < hw_engine_image_count(engine) && status == HW_OK; part++)
        status = hw_engine_image_load(clone, part, hw_engine_image_part(engine, part));
    if (status == HW_OK)
        status = hw_engine_image_end(clone);
    if (status == HW_OK)
        *ret_engine = clone;
    else
        hw_engine_free(clone);
    return status;
}
