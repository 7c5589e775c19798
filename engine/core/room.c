/*
 * room.c - an engine made and ended, and the room that each record needs before it is applied.
 */
#include "core/room.h"

#include "core/blocks.h"
#include "core/figures/rows.h"
#include "core/people/people.h"
#include "core/routing/mode.h"
#include "core/stays/fold.h"
#include "core/text.h"

/* ---- making and ending ---- */

struct hw_limits hw_limits_default(void)
{
    /* A million people with three identifiers each; 30 facts for each of 400,000 open stays. */
    return (struct hw_limits){
        .identifiers = 4u << 20,
        .stays = 2u << 20,
        .facts = 12u << 20,
        .charges = 4u << 20,
        .texts = 1u << 20,
        .text_bytes = 64u << 20,
        .message_ids = 32u << 20,
    };
}

/* A fact takes 30 to 60 bytes, and room to grow. */
enum { BLOCK_UNITS_PER_FACT = 3 };

/* As many as handles go at most. */
static uint32_t times(uint32_t limit, uint32_t factor)
{
    return limit > UINT32_MAX / factor ? UINT32_MAX - 1 : limit * factor;
}

/* How many records each arena may hold, from the limits. */
static uint32_t limit_of(
    const struct hw_limits *limits, const struct hw_engine *engine, const struct hw_arena *arena)
{
    if (arena == &engine->identifiers)
        return limits->identifiers;
    if (arena == &engine->bonds || arena == &engine->registers)
        return times(limits->identifiers, 2); /* One to its NHS number, one to spare. */
    if (arena == &engine->sayings)
        return times(limits->identifiers, 4); /* Each bond and each register said alone. */
    if (arena == &engine->visits || arena == &engine->stays || arena == &engine->heap ||
        arena == &engine->opens || arena == &engine->redirects)
        return limits->stays;
    if (arena == &engine->blocks)
        return times(limits->facts, BLOCK_UNITS_PER_FACT);
    if (arena == &engine->charges)
        return limits->charges;
    if (arena == &engine->inferences)
        return limits->charges / 2;
    if (arena == &engine->rows || arena == &engine->settings)
        return limits->texts / 4;
    if (arena == &engine->accounts)
        return limits->texts;
    if (arena == &engine->texts)
        return limits->texts;
    if (arena == &engine->services || arena == &engine->modes || arena == &engine->feeds ||
        arena == &engine->spoken)
        return limits->texts / 16;
    if (arena == &engine->referrals || arena == &engine->referred)
        return limits->stays / 2;
    if (arena == &engine->matches || arena == &engine->alerts)
        return limits->stays;
    if (arena == &engine->timers)
        return times(limits->stays, 3); /* Of each referral, match and alert. */
    if (arena == &engine->profiles)
        return limits->texts / 4;
    if (arena == &engine->areas || arena == &engine->covers || arena == &engine->starts ||
        arena == &engine->plans)
        return limits->texts;
    if (arena == &engine->links)
        return limits->texts;
    if (arena == &engine->reaches)
        return limits->texts * 8;
    if (arena == &engine->text_bytes)
        return limits->text_bytes / (uint32_t)sizeof(struct hw_text_word);
    HW_ASSERT(arena == &engine->messages);
    return limits->message_ids;
}

static enum hw_status init_arenas(struct hw_engine *engine, const struct hw_memory *memory)
{
    const struct hw_limits *limits = &engine->options.limits;

#define ARENA_INIT(name, type)                                                                     \
    if (hw_arena_init(&engine->name, memory, sizeof(type),                                         \
            limit_of(limits, engine, &engine->name)) != HW_OK)                                     \
        return HW_E_MEMORY;
    HW_ARENA_LIST(ARENA_INIT)
#undef ARENA_INIT
    return HW_OK;
}

/* Each table, and the arena it finds records of. */
#define TABLE_LIST(X)                                                                              \
    X(identifier_table, identifiers)                                                               \
    X(visit_table, visits)                                                                         \
    X(stay_table, stays)                                                                           \
    X(row_table, rows)                                                                             \
    X(account_table, accounts)                                                                     \
    X(text_table, texts)                                                                           \
    X(message_table, messages)                                                                     \
    X(setting_table, settings)

#define TABLE_ROUTING_LIST(X)                                                                      \
    X(service_table, services)                                                                     \
    X(referral_table, referrals)                                                                   \
    X(referred_table, referred)                                                                    \
    X(profile_table, profiles)                                                                     \
    X(area_table, areas)

static enum hw_status init_tables(struct hw_engine *engine, const struct hw_memory *memory)
{
#define TABLE_INIT(table, arena)                                                                   \
    if (hw_table_init(&engine->table, memory, engine->arena.count_max) != HW_OK)                   \
        return HW_E_MEMORY;
    TABLE_LIST(TABLE_INIT)
    TABLE_ROUTING_LIST(TABLE_INIT)
#undef TABLE_INIT
    return HW_OK;
}

/* Once to learn how much they need, and once more in what was reserved then. */
static enum hw_status init_state(struct hw_engine *engine)
{
    struct hw_region *region = &engine->region;
    struct hw_memory measuring = hw_region_measuring(region), carving = hw_region_carving(region);
    enum hw_status status;

    region->memory = engine->options.memory;
    status = init_arenas(engine, &measuring);
    if (status == HW_OK)
        status = init_tables(engine, &measuring);
    if (status == HW_OK)
        status = hw_region_reserve(region);
    if (status == HW_OK)
        status = init_arenas(engine, &carving);
    return status == HW_OK ? init_tables(engine, &carving) : status;
}

static void *take_memory(const struct hw_memory *memory, size_t size)
{
    void *address = memory->reserve(memory->context, size);

    if (address == NULL)
        return NULL;
    if (!memory->commit(memory->context, address, size)) {
        memory->release(memory->context, address, size);
        return NULL;
    }
    return address;
}

/* Codes with a meaning come first, in every engine, whatever arrives. */
static void intern_known(struct hw_engine *engine)
{
    static const char *const pathways[] = {"P0", "P1", "P2", "P3"};

    engine->text_inpatient = hw_text_intern(engine, hw_slice_text("I"));
    engine->text_hp0 = hw_text_intern(engine, hw_slice_text("HP0"));
    engine->text_hp3 = hw_text_intern(engine, hw_slice_text("HP3"));
    engine->text_unassigned = hw_text_intern(engine, hw_slice_text("unassigned"));
    engine->text_unknown = hw_text_intern(engine, hw_slice_text("unknown"));
    engine->text_died = hw_text_intern(engine, hw_slice_text("79"));
    engine->text_method_died = hw_text_intern(engine, hw_slice_text("4"));
    engine->text_nhs = hw_text_intern(engine, hw_slice_text("NHS"));
    engine->text_sc = hw_text_intern(engine, hw_slice_text("SC"));
    engine->text_consent_given = hw_text_intern(engine, hw_slice_text("given"));
    engine->text_best_interests = hw_text_intern(engine, hw_slice_text("best_interests"));
    for (int i = 0; i < 4; i++)
        engine->text_pathways[i] = hw_text_intern(engine, hw_slice_text(pathways[i]));
}

/* What one record may add to each arena at most. */
enum {
    ROOM_IDENTIFIERS = 2 * HW_IDENTIFIERS_MAX,
    ROOM_BONDS = 2 * HW_BONDS_PER_EVENT_MAX,
    ROOM_STAYS = 4,
    ROOM_CHARGES = 1024, /* of stays folded anew; what they had was given back before */
    ROOM_FIELDS = HW_FIELD_COUNT + 2 * HW_IDENTIFIERS_MAX + 8,
    ROOM_TEXTS = ROOM_FIELDS + HW_TEXT_SIZE_MAX, /* of two lists, as links */
    ROOM_ROWS = 64,
    ROOM_LINKS = HW_TEXT_SIZE_MAX, /* a list of codes of one letter, and of two lists */
    ROOM_PROFILES = 64,            /* of all referrals of one person */
    ROOM_ACCOUNTS = 256,
    ROOM_COVERS = HW_TEXT_SIZE_MAX, /* as links: a list of zones or councils of one letter */
    ROOM_STARTS = 4,
};

#define ROOM_LIST(X)                                                                               \
    X(identifiers, ROOM_IDENTIFIERS)                                                               \
    X(bonds, ROOM_BONDS)                                                                           \
    X(sayings, 1)                                                                                  \
    X(registers, 2)                                                                                \
    X(visits, ROOM_STAYS)                                                                          \
    X(stays, ROOM_STAYS)                                                                           \
    X(redirects, 1)                                                                                \
    X(opens, ROOM_STAYS)                                                                           \
    X(charges, ROOM_CHARGES)                                                                       \
    X(rows, ROOM_ROWS)                                                                             \
    X(accounts, ROOM_ACCOUNTS)                                                                     \
    X(texts, ROOM_TEXTS)                                                                           \
    X(text_bytes, ROOM_FIELDS *(HW_TEXT_SIZE_MAX / sizeof(struct hw_text_word)) + ROOM_TEXTS)      \
    X(settings, 1)                                                                                 \
    X(messages, 1)                                                                                 \
    X(heap, ROOM_STAYS + 1)

#define ROOM_ROUTING_LIST(X)                                                                       \
    X(services, 2)                                                                                 \
    X(links, ROOM_LINKS)                                                                           \
    X(referrals, 2)                                                                                \
    X(referred, 2)                                                                                 \
    X(profiles, ROOM_PROFILES)                                                                     \
    X(reaches, engine->services.count *ROOM_PROFILES + engine->profiles.count)                     \
    X(areas, ROOM_COVERS)                                                                          \
    X(covers, ROOM_COVERS)                                                                         \
    X(starts, ROOM_STARTS)                                                                         \
    X(plans, 1)                                                                                    \
    X(inferences, 1)                                                                               \
    X(matches, 2)                                                                                  \
    X(modes, 1)                                                                                    \
    X(feeds, 1)                                                                                    \
    X(spoken, 1)                                                                                   \
    X(timers, 2 * ROOM_PROFILES)                                                                   \
    X(alerts, 1)

/* A few comparisons, nearly always enough. */
static bool has_room(const struct hw_engine *engine)
{
    bool has = hw_blocks_have_room(engine);

#define ARENA_HAS(arena, room)  has &= hw_arena_room(&engine->arena) >= (room);
#define TABLE_HAS(table, arena) has &= hw_table_has_room(&engine->table, ROOM_ACCOUNTS);
    ROOM_LIST(ARENA_HAS)
    TABLE_LIST(TABLE_HAS)
    has &= hw_table_has_room(&engine->text_table, ROOM_TEXTS);
    /* Nobody has used any before there is one of these: what was ensured at first is all there. */
    if (engine->services.count + engine->referrals.count + engine->modes.count > 3) {
        ROOM_ROUTING_LIST(ARENA_HAS)
        TABLE_ROUTING_LIST(TABLE_HAS)
        has &= hw_table_has_room(&engine->area_table, ROOM_COVERS);
    }
#undef ARENA_HAS
#undef TABLE_HAS
    return has;
}

static enum hw_status make_room(struct hw_engine *engine)
{
    const struct hw_memory *memory = &engine->options.memory;
    enum hw_status status;

#define ARENA_ENSURE(arena, room)                                                                  \
    status = hw_arena_ensure(&engine->arena, memory, (room));                                      \
    if (status != HW_OK)                                                                           \
        return status;
    ROOM_LIST(ARENA_ENSURE)
    ROOM_ROUTING_LIST(ARENA_ENSURE)
#undef ARENA_ENSURE
#define TABLE_ENSURE(table, arena)                                                                 \
    status = hw_table_ensure(&engine->table, memory, ROOM_ACCOUNTS);                               \
    if (status != HW_OK)                                                                           \
        return status;
    TABLE_LIST(TABLE_ENSURE)
    TABLE_ROUTING_LIST(TABLE_ENSURE)
#undef TABLE_ENSURE
    status = hw_table_ensure(&engine->area_table, memory, ROOM_COVERS);
    if (status == HW_OK)
        status = hw_table_ensure(&engine->text_table, memory, ROOM_TEXTS);
    if (status != HW_OK)
        return status;
    return hw_blocks_ensure(engine);
}

enum hw_status hw_room_ensure(struct hw_engine *engine)
{
    return has_room(engine) ? HW_OK : make_room(engine);
}

void hw_room_more(struct hw_engine *engine)
{
    enum hw_status status = hw_room_ensure(engine);

    (void)status; /* What the record was given is still there; the next one is refused. */
}

static enum hw_status init(struct hw_engine *engine)
{
    const struct hw_memory *memory = &engine->options.memory;

    if (init_state(engine) != HW_OK)
        return HW_E_MEMORY;
    engine->scratch = take_memory(memory, sizeof *engine->scratch);
    engine->effects = take_memory(memory, HW_EFFECTS_MAX * sizeof *engine->effects);
    if (engine->scratch == NULL || engine->effects == NULL || hw_room_ensure(engine) != HW_OK)
        return HW_E_MEMORY;
    engine->root.accepted_ms = HW_TIME_NONE;
    engine->root.today = HW_DAY_NONE;
    engine->root.midnight_due_ms = HW_TIME_OPEN;
    engine->root.unsure_until_ms = HW_TIME_OPEN;
    engine->root.routing = hw_routing_usual();
    intern_known(engine);
    HW_ASSERT(hw_row_take(engine, HW_DIMENSIONS, 0, 0) == HW_ROW_TOTAL);
    return HW_OK;
}

enum hw_status hw_engine_new(const struct hw_engine_options *options, struct hw_engine **ret_engine)
{
    struct hw_engine *engine = take_memory(&options->memory, sizeof *engine);

    if (engine == NULL)
        return HW_E_MEMORY;
    engine->options = *options;
    if (init(engine) != HW_OK) {
        hw_engine_free(engine);
        return HW_E_MEMORY;
    }
    *ret_engine = engine;
    return HW_OK;
}

void hw_engine_free(struct hw_engine *engine)
{
    struct hw_memory memory;

    if (engine == NULL)
        return;
    memory = engine->options.memory;
    hw_region_release(&engine->region);
    if (engine->scratch != NULL)
        memory.release(memory.context, engine->scratch, sizeof *engine->scratch);
    if (engine->effects != NULL)
        memory.release(memory.context, engine->effects, HW_EFFECTS_MAX * sizeof *engine->effects);
    memory.release(memory.context, engine, sizeof *engine);
}
