/*
 * Goal: an image is taken in whole or refused with the right word, whatever is wrong with it and
 *       however little memory there is.
 * Method: the image of a small engine, changed in one place at a time, loaded by another whose
 *         memory refuses when told to.
 */
#include "core/state.h"
#include "runtime/memory.h"
#include "support/hub.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

enum { ADMITTED = 40, SHAPES = 40, MANY = 60000, TABLE_GROWS = 20000 };

/* What an image's first part ends with: the shape of each arena. */
struct shape {
    uint32_t item_size, count, free_first, free_count;
};

enum {
#define ARENA_NUMBER(name, type) ARENA_##name,
    HW_ARENA_LIST(ARENA_NUMBER)
#undef ARENA_NUMBER
        ARENAS
};

static struct hw_memory system_memory;
static unsigned commits_left; /* before memory is refused */
static struct hw_engine *whole, *loaded;
static uint8_t root[8192];
static size_t root_size;
static struct shape *shapes;

static void *reserve(void *context, size_t size)
{
    return system_memory.reserve(context, size);
}

static bool commit(void *context, void *address, size_t size)
{
    if (commits_left == 0)
        return false;
    commits_left--;
    return system_memory.commit(context, address, size);
}

static void release(void *context, void *address, size_t size)
{
    system_memory.release(context, address, size);
}

static struct hw_engine *make(void)
{
    struct hw_engine_options options = {
        .limits = hw_limits_default(),
        .memory = {NULL, reserve, commit, release},
        .hash_key = {1, 2},
        .dedupe_ms = HW_DAY_MS,
        .history_open_ms = HW_DAY_MS,
    };
    struct hw_engine *engine = NULL;

    commits_left = UINT32_MAX;
    cr_assert(eq(int, hw_engine_new(&options, &engine), HW_OK));
    return engine;
}

static void admit(struct hw_engine *engine, uint64_t number)
{
    struct hw_event event;
    char text[32];
    int64_t now = INT64_C(1795255200000);

    snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    hw_event_init(&event, HW_KIND_SPELL_ADMITTED);
    event.happened = event.recorded = event.sent = hw_time_at(now);
    event.control_id = hw_slice_text(text);
    event.source = hw_slice_text("RWE/PAS");
    event.organisation = event.visit.authority = hw_slice_text("RWE");
    event.visit.number = hw_slice_text(text);
    event.message_id_hash = event.message_hash = hw_hash_bytes(hw_slice_text(text));
    hw_event_set_text(&event, HW_FIELD_SITE, hw_slice_text("RWEAA"));
    hw_event_set_text(&event, HW_FIELD_CLASS, hw_slice_text("I"));
    hw_event_add_identifier(&event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(text));
    hw_event_finish(&event);
    cr_assert(eq(int, hw_engine_apply_event(engine, number, now, &event), HW_OK));
}

static void begin(void)
{
    struct hw_slice part;

    system_memory = hw_memory_system();
    whole = make();
    for (uint64_t number = 1; number <= ADMITTED; number++)
        admit(whole, number);
    loaded = make();
    part = hw_engine_image_part(whole, 0);
    root_size = part.size;
    cr_assert(root_size <= sizeof root);
    memcpy(root, part.data, root_size);
    shapes = (struct shape *)(void *)(root + root_size - SHAPES * sizeof *shapes);
}

static void end(void)
{
    hw_engine_free(whole);
    hw_engine_free(loaded);
}

TestSuite(image, .init = begin, .fini = end);

static enum hw_status load_root(void)
{
    return hw_engine_image_load(loaded, 0, hw_slice_of(root, root_size));
}

Test(image, a_sound_one_gives_the_same_state)
{
    cr_assert(eq(u32, hw_engine_image_count(whole), 1 + ARENAS));
    cr_assert(eq(int, load_root(), HW_OK));
    for (uint32_t part = 1; part < hw_engine_image_count(whole); part++)
        cr_assert(
            eq(int, hw_engine_image_load(loaded, part, hw_engine_image_part(whole, part)), HW_OK));
    cr_assert(eq(int, hw_engine_image_end(loaded), HW_OK));
    cr_expect(hw_hash_equal(hw_engine_state_digest(loaded), hw_engine_state_digest(whole)));
    cr_expect(hw_hash_equal(hw_engine_quick_digest(loaded), hw_engine_quick_digest(whole)));
    /* Its tables are whole as well: the next message and a repeated one fall where they should. */
    admit(loaded, ADMITTED + 1);
    admit(whole, ADMITTED + 1);
    cr_expect(hw_hash_equal(hw_engine_state_digest(loaded), hw_engine_state_digest(whole)));
}

Test(image, a_first_part_of_another_size_is_damaged)
{
    root_size--;
    cr_expect(eq(int, load_root(), HW_E_DAMAGED));
    root_size = 0;
    cr_expect(eq(int, load_root(), HW_E_DAMAGED));
}

Test(image, other_rules_or_records_are_another_version)
{
    uint32_t *versions = (uint32_t *)(void *)root; /* of the rules; how many arenas */

    versions[0]++;
    cr_expect(eq(int, load_root(), HW_E_VERSION));
    versions[0]--;
    versions[1]--;
    cr_expect(eq(int, load_root(), HW_E_VERSION));
    versions[1]++;
    shapes[ARENA_stays].item_size += 4;
    cr_expect(eq(int, load_root(), HW_E_VERSION));
    shapes[ARENA_stays].item_size -= 4;
    shapes[ARENA_heap].count = 0;
    cr_expect(eq(int, load_root(), HW_E_VERSION), "not even the record that is none");
}

Test(image, more_than_the_limits_allow_is_full)
{
    shapes[ARENA_visits].count = loaded->visits.count_max + 1;
    cr_expect(eq(int, load_root(), HW_E_FULL));
    shapes[ARENA_visits].count = loaded->visits.count_max;
    commits_left = 0;
    cr_expect(eq(int, load_root(), HW_E_FULL), "nor is there memory for it");
}

Test(image, a_part_has_its_place_and_its_size)
{
    struct hw_slice part = hw_engine_image_part(whole, 1);

    cr_assert(eq(int, load_root(), HW_OK));
    cr_expect(hw_engine_image_space(loaded, 1, part.size) != NULL);
    cr_expect(hw_engine_image_space(loaded, 1, part.size + 1) == NULL);
    cr_expect(hw_engine_image_space(loaded, 1 + ARENAS, 0) == NULL);
    part.size--;
    cr_expect(eq(int, hw_engine_image_load(loaded, 1, part), HW_E_DAMAGED));
    cr_expect(eq(int, hw_engine_image_load(loaded, 1 + ARENAS, part), HW_E_DAMAGED));
}

/* So many records that each table needs more memory than a new engine's has. */
Test(image, no_memory_for_a_table_is_full)
{
    static const unsigned arenas[] = {ARENA_identifiers, ARENA_visits, ARENA_stays, ARENA_rows,
        ARENA_accounts, ARENA_texts, ARENA_messages, ARENA_settings, ARENA_services,
        ARENA_referrals, ARENA_referred, ARENA_profiles, ARENA_areas};

    for (size_t i = 0; i < sizeof arenas / sizeof *arenas; i++) {
        struct shape sound = shapes[arenas[i]];

        hw_engine_free(loaded);
        loaded = make();
        shapes[arenas[i]].count = MANY;
        cr_assert(eq(int, load_root(), HW_OK));
        commits_left = 0;
        cr_expect(eq(int, hw_engine_image_end(loaded), HW_E_FULL), "arena %u", arenas[i]);
        shapes[arenas[i]] = sound;
    }
}

/* --- a second engine ------------------------------------------------------------------------ */

/* Refused at each request in turn: of a new engine, of an arena, of a table. */
Test(image, a_second_engine_without_memory_is_none)
{
    enum hw_status status = HW_E_MEMORY;
    struct hw_engine *clone = NULL;
    unsigned none = 0, full = 0;

    for (uint64_t number = ADMITTED + 1; number <= TABLE_GROWS; number++)
        admit(whole, number);
    for (unsigned left = 0; status != HW_OK; left++) {
        commits_left = left;
        status = hw_engine_clone(whole, &clone);
        commits_left = UINT32_MAX;
        none += status == HW_E_MEMORY;
        full += status == HW_E_FULL;
        cr_assert(eq(uint, none + full + (status == HW_OK), left + 1));
        cr_assert(eq(int, clone != NULL, status == HW_OK));
    }
    cr_expect(gt(uint, none, 0));
    cr_expect(gt(uint, full, 0));
    cr_expect(hw_hash_equal(hw_engine_state_digest(clone), hw_engine_state_digest(whole)));
    hw_engine_free(clone);
}

static struct hw_engine *second;
static size_t followed;

static void follow(struct hub *hub)
{
    struct hw_slice record = hw_slice_of(hub->journal + followed, hub->size - followed);

    followed = hub->size;
    cr_assert(eq(int, hw_engine_apply(second, record), HW_OK));
    cr_assert(hw_routing_holds(second));
}

/* Services, referrals, people, profiles and councils are found again, and what is next decided. */
Test(image, of_a_hub_goes_on_as_the_hub_does)
{
    struct hub hub = hub_new();
    uint64_t referral;
    struct hw_match_view match;

    hub_service(&hub, "HART", hub_hart);
    hub_admit(&hub, "S1", "V1", "P1");
    hub_admit(&hub, "S2", "V2", "P1");
    referral = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    hub_refer(&hub, "LCC/2", "S2", "V2", "step_down", "personal_care"); /* It waits. */
    cr_assert(eq(int, hw_engine_clone(hub.engine, &second), HW_OK));
    cr_expect(eq(sz, hw_engine_image_size(second), hw_engine_image_size(hub.engine)));
    followed = hub.size;
    hub.on_record = follow;
    cr_expect(
        eq(u64, hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care"), referral));
    match = hub_newest(&hub, referral);
    cr_expect(eq(str, (char *)match.state, "proposed"));
    hub_tell(&hub, HW_KIND_DECIDE_PROPOSAL_APPROVED, match.reference, match.version, NULL);
    hub_refer(&hub, "LCC/3", "S2", "V2", "step_down", "therapy");
    hub_service(&hub, "HART", (const char *const[]){"capacity", "3", NULL});
    hub_service(&hub, "WARD", hub_ward);
    hub_pass(&hub, HW_HOUR_MS);
    cr_expect(gt(i64, hub_service_of(&hub, "HART").held, 1), "who waited is matched");
    cr_expect(hw_engine_decided(second) == NULL);
    cr_expect(hw_hash_equal(hw_engine_state_digest(second), hw_engine_state_digest(hub.engine)));
    hw_engine_free(second);
    hub_free(&hub);
}
