/*
 * Goal: the duplicate window knows each message for as long as it should and no longer, and tells
 *       messages apart whose ids fall on one place of its table.
 * Method: messages that say nothing else, at times and with ids of the test's choosing.
 */
#include "core/state.h"
#include "runtime/memory.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

enum { IDS = 400000, FORGOTTEN_AT_ONCE = 8, SAME_ID = 64 };

static const int64_t start_ms = INT64_C(1795255200000);
static struct hw_engine *engine;

static void begin(void)
{
    struct hw_engine_options options = {
        .limits = hw_limits_default(),
        .memory = hw_memory_system(),
        .hash_key = {1, 2},
        .dedupe_ms = HW_HOUR_MS,
        .history_open_ms = HW_DAY_MS,
    };

    cr_assert(eq(int, hw_engine_new(&options, &engine), HW_OK));
}

static void end(void)
{
    hw_engine_free(engine);
}

TestSuite(window, .init = begin, .fini = end);

static struct hw_hash hash_of(uint64_t value)
{
    return (struct hw_hash){value, value};
}

static void apply(struct hw_event *event, int64_t after_ms)
{
    cr_assert(eq(int,
        hw_engine_apply_event(engine, hw_engine_sequence(engine) + 1, start_ms + after_ms, event),
        HW_OK));
}

/* id 0: the message has none. */
static void take(uint64_t id, uint64_t content, int64_t after_ms)
{
    struct hw_event event;

    hw_event_init(&event, HW_KIND_SPELL_UPDATED);
    event.message_id_hash = hash_of(id);
    event.message_hash = hash_of(content);
    apply(&event, after_ms);
}

static enum hw_seen look(uint64_t id, uint64_t content, int64_t after_ms, uint64_t *ret_sequence)
{
    return hw_engine_seen(engine, hash_of(id), hash_of(content), start_ms + after_ms, ret_sequence);
}

Test(window, an_id_is_known_for_its_time_and_not_a_moment_longer)
{
    uint64_t sequence = 0;

    cr_expect(eq(int, look(7, 1, 0, &sequence), HW_SEEN_NEW));
    take(7, 1, 0);
    cr_expect(eq(int, look(7, 1, HW_HOUR_MS - 1, &sequence), HW_SEEN_DUPLICATE));
    cr_expect(eq(u64, sequence, 1));
    cr_expect(eq(int, look(7, 2, HW_HOUR_MS - 1, &sequence), HW_SEEN_REUSED));
    cr_expect(eq(int, look(7, 1, HW_HOUR_MS, &sequence), HW_SEEN_NEW));
    cr_expect(eq(int, look(7, 2, HW_HOUR_MS, &sequence), HW_SEEN_NEW));
}

Test(window, a_message_without_an_id_is_never_known)
{
    uint64_t sequence = 0;

    take(0, 1, 0);
    cr_expect(eq(int, look(0, 1, 0, &sequence), HW_SEEN_NEW));
    cr_expect(eq(u32, engine->message_table.used, 0));
}

Test(window, what_is_known_already_is_remembered_once)
{
    uint64_t sequence = 0;

    take(7, 1, 0);
    take(7, 1, 1);
    cr_expect(eq(u32, engine->message_table.used, 1));
    cr_expect(eq(int, look(7, 1, 2, &sequence), HW_SEEN_DUPLICATE));
    cr_expect(eq(u64, sequence, 1), "the first taking is the one");
}

/* A sender that gives every message one id tells nothing by it. */
Test(window, of_one_id_so_many_contents_are_remembered)
{
    uint64_t sequence = 0;

    for (uint64_t content = 1; content <= SAME_ID + 1; content++)
        take(7, content, 0);
    cr_expect(eq(u32, engine->message_table.used, SAME_ID));
    cr_expect(eq(int, look(7, SAME_ID, 0, &sequence), HW_SEEN_DUPLICATE));
    cr_expect(eq(int, look(7, SAME_ID + 1, 0, &sequence), HW_SEEN_REUSED));
}

/* As many go as come and a few more; when all are gone the next one begins anew. */
Test(window, old_messages_go_a_few_at_a_time)
{
    uint64_t sequence = 0;

    for (uint64_t id = 1; id <= FORGOTTEN_AT_ONCE + 4; id++)
        take(id, id, 0);
    take(100, 1, 2 * HW_HOUR_MS);
    cr_expect(eq(u32, engine->message_table.used, 5));
    cr_expect(eq(int, look(1, 1, 2 * HW_HOUR_MS, &sequence), HW_SEEN_NEW));
    cr_expect(eq(int, look(100, 1, 2 * HW_HOUR_MS, &sequence), HW_SEEN_DUPLICATE));
    take(0, 0, 4 * HW_HOUR_MS);
    cr_expect(eq(u32, engine->message_table.used, 0));
    cr_expect(eq(u32, engine->messages.count - 1, engine->messages.free_count));
    take(101, 1, 4 * HW_HOUR_MS);
    cr_expect(eq(u32, engine->message_table.used, 1));
    cr_expect(eq(int, look(101, 1, 4 * HW_HOUR_MS, &sequence), HW_SEEN_DUPLICATE));
}

/* --- ids that share a place ---------------------------------------------------------------- */

struct placed {
    uint32_t place; /* what the table keeps of the hash */
    uint32_t id;
};

static int by_place(const void *a, const void *b)
{
    uint32_t first = ((const struct placed *)a)->place, second = ((const struct placed *)b)->place;

    return (first > second) - (first < second);
}

/* Of so many ids some share their place: the birthdays of 400,000 in a year of 4 billion days. */
static struct placed *find_pair(struct placed *ids)
{
    for (uint32_t i = 0; i < IDS; i++)
        ids[i] = (struct placed){
            (uint32_t)(hw_hash_keyed_u64(engine->options.hash_key, i + 1) >> 32), i + 1};
    qsort(ids, IDS, sizeof *ids, by_place);
    for (uint32_t i = 0; i + 1 < IDS; i++)
        if (ids[i].place == ids[i + 1].place)
            return &ids[i];
    return NULL;
}

Test(window, two_ids_at_one_place_are_two)
{
    struct placed *ids = calloc(IDS, sizeof *ids), *pair;
    uint64_t sequence = 0;

    cr_assert(ne(ptr, ids, NULL));
    pair = find_pair(ids);
    cr_assert(ne(ptr, pair, NULL));
    take(pair[0].id, 1, 0);
    cr_expect(eq(int, look(pair[1].id, 1, 0, &sequence), HW_SEEN_NEW));
    cr_expect(eq(int, look(pair[1].id, 2, 0, &sequence), HW_SEEN_NEW), "no reuse of the other");
    take(pair[1].id, 1, 0);
    cr_expect(eq(int, look(pair[0].id, 1, 0, &sequence), HW_SEEN_DUPLICATE));
    cr_expect(eq(u64, sequence, 1));
    cr_expect(eq(int, look(pair[1].id, 1, 0, &sequence), HW_SEEN_DUPLICATE));
    cr_expect(eq(u64, sequence, 2));
    free(ids);
}
