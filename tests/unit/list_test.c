/*
 * Goal: a packed list gives back what was put in, in the order of R0, whatever the order it came
 * in. Method: facts of every shape from a seed, put in by turns, against a plain sorted array.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "core/blocks.h"
#include "core/stays/list.h"
#include "runtime/memory.h"
#include "random.h"

enum { FACTS = 400, MANY = 5000 };

static struct hw_engine *make(void)
{
    struct hw_engine_options options = {
        .limits = hw_limits_default(), .memory = hw_memory_system(), .hash_key = {1, 2}};
    struct hw_engine *engine = NULL;

    cr_assert(eq(int, hw_engine_new(&options, &engine), HW_OK));
    return engine;
}

static int64_t draw_ms(struct random *random)
{
    static const int64_t odd[] = {0, -1, INT64_C(1) << 47, -(INT64_C(1) << 47) - 1, INT64_MAX - 5};

    if (random_below(random, 20) == 0)
        return odd[random_below(random, 5)];
    return INT64_C(1767225600000) + (int64_t)random_below(random, 40) * 60000;
}

static struct hw_time draw_time(struct random *random)
{
    if (random_below(random, 2) == 0)
        return hw_time_none();
    return (struct hw_time){.start_ms = draw_ms(random),
        .precision = (uint8_t)(1 + random_below(random, HW_PRECISION_MS))};
}

/* Few different values, so that ties and doubles are many. */
static struct hw_fact draw(struct random *random, bool content_known)
{
    struct hw_fact fact;
    unsigned values = 0;

    memset(&fact, 0, sizeof fact);
    fact.kind = (uint8_t)(1 + random_below(random, HW_FACT_KINDS - 1));
    fact.key.event_ms = draw_ms(random);
    fact.key.recorded_ms = random_below(random, 2) ? fact.key.event_ms : draw_ms(random);
    fact.key.sent_ms = random_below(random, 3) == 0 ? HW_TIME_NONE
        : random_below(random, 2)                   ? fact.key.recorded_ms
                                                    : draw_ms(random);
    fact.key.message_sequence = random_below(random, 2) ? -1 : (int64_t)random_below(random, 3);
    for (uint32_t i = random_below(random, HW_CONTROL_KEY_SIZE + 1); i-- > 0;)
        fact.key.control[i] = (uint8_t)(1 + random_below(random, 255));
    fact.event_precision = (uint8_t)(1 + random_below(random, HW_PRECISION_MS));
    fact.moment = random_below(random, 2)
        ? (struct hw_time){.start_ms = fact.key.event_ms, .precision = fact.event_precision}
        : (struct hw_time){.start_ms = draw_ms(random), .precision = 1};
    fact.admitted = draw_time(random);
    fact.discharged = draw_time(random);
    fact.expected = draw_time(random);
    fact.meets = (uint8_t)random_below(random, 3);
    fact.expected_cleared = (uint8_t)random_below(random, 2);
    fact.died = (uint8_t)random_below(random, 2);
    fact.moment_said = (uint8_t)random_below(random, 2);
    fact.organisation = random_below(random, 3);
    fact.cleared = (uint16_t)random_below(random, 2);
    for (unsigned reg = 0; reg < HW_REGISTERS && values < HW_FACT_VALUES_MAX; reg++)
        if (random_below(random, 3) == 0) {
            fact.set = (uint16_t)(fact.set | 1u << reg);
            fact.values[reg] = random_below(random, 2);
            values++;
        }
    fact.content_known = content_known;
    if (content_known)
        fact.key.content = (struct hw_hash){random_below(random, 1000), random_below(random, 3)};
    return fact;
}

static bool equal(const struct hw_fact *a, const struct hw_fact *b)
{
    return hw_fact_same(a, b) && a->content_known == b->content_known &&
        hw_fact_same_message(a, b) && hw_hash_equal(a->key.content, b->key.content);
}

Test(list, what_is_put_in_comes_out_in_order)
{
    static struct hw_fact facts[FACTS], out[FACTS];

    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct hw_engine *engine = make();
        struct random random = (struct random){seed};
        uint32_t list = 0;

        for (uint32_t i = 0; i < FACTS; i++) {
            enum hw_list_added added;
            uint32_t place = i;
            bool last;

            facts[i] = draw(&random, true);
            facts[i].key.content.high = i; /* All different. */
            last = true;
            for (uint32_t j = 0; j < i; j++)
                last &= hw_fact_order(engine, &facts[j], &facts[i]) < 0;
            cr_assert(eq(int, hw_blocks_ensure(engine), HW_OK));
            added = hw_list_add(engine, &list, FACTS, &facts[i]);
            cr_assert(eq(int, added, last ? HW_LIST_LAST : HW_LIST_ADDED));
            for (; place > 0 && hw_fact_order(engine, &facts[place - 1], &facts[place]) > 0;
                 place--) {
                struct hw_fact swap = facts[place];

                facts[place] = facts[place - 1];
                facts[place - 1] = swap;
            }
        }
        cr_assert(eq(u32, hw_list_unpack(engine, list, 0, out, FACTS), FACTS));
        for (uint32_t i = 0; i < FACTS; i++)
            cr_assert(equal(&out[i], &facts[i]), "seed %u, fact %u", (unsigned)seed, i);
        cr_expect(eq(int, hw_list_add(engine, &list, FACTS, &facts[7]), HW_LIST_KNOWN));
        facts[7].key.content.high = FACTS;
        cr_expect(eq(int, hw_list_add(engine, &list, FACTS, &facts[7]), HW_LIST_FULL));
        hw_engine_free(engine);
    }
}

/* The same fact under another control id is one fact; the least of them counts. */
Test(list, of_equal_facts_the_least_key_counts)
{
    struct hw_engine *engine = make();
    struct random random = (struct random){5};
    struct hw_fact fact = draw(&random, true), out;
    uint32_t list = 0;

    fact.key.control[0] = 5;
    cr_assert(eq(int, hw_list_add(engine, &list, 8, &fact), HW_LIST_LAST));
    fact.key.control[0] = 6;
    cr_expect(eq(int, hw_list_add(engine, &list, 8, &fact), HW_LIST_KNOWN));
    fact.key.control[0] = 4;
    cr_expect(eq(int, hw_list_add(engine, &list, 8, &fact), HW_LIST_MOVED));
    cr_assert(eq(u32, hw_list_unpack(engine, list, 0, &out, 1), 1));
    cr_expect(equal(&out, &fact));
    hw_engine_free(engine);
}

/* Lists given up are taken again: what was once enough stays enough. */
Test(list, blocks_are_taken_again)
{
    struct hw_engine *engine = make();
    uint32_t units = 0;

    for (int turn = 0; turn < 3; turn++) {
        struct random random = (struct random){9};
        uint32_t list = 0;

        for (uint32_t i = 0; i < MANY; i++) {
            struct hw_fact fact = draw(&random, true);

            fact.key.event_ms = (int64_t)i * 1000;
            cr_assert(eq(int, hw_blocks_ensure(engine), HW_OK));
            (void)hw_list_add(engine, &list, MANY, &fact);
        }
        cr_expect(eq(u32, hw_list_count(engine, list), MANY));
        hw_list_free(engine, &list);
        cr_expect(eq(u32, list, 0));
        if (turn == 0)
            units = engine->blocks.count;
        cr_expect(eq(u32, engine->blocks.count, units));
        cr_expect(eq(u32, engine->blocks.free_count, units - 1));
    }
    hw_engine_free(engine);
}

/* A fact that says all there is to say. */
static struct hw_fact longest(int64_t ms)
{
    struct hw_fact fact;

    memset(&fact, 0, sizeof fact);
    fact.kind = HW_FACT_UPDATE;
    fact.key.event_ms = (INT64_C(1) << 48) + ms;
    fact.key.recorded_ms = fact.key.event_ms + INT64_C(1) * INT32_MAX + 1;
    fact.key.sent_ms = fact.key.event_ms;
    fact.event_precision = HW_PRECISION_MS;
    memset(fact.key.control, 1, sizeof fact.key.control);
    fact.moment = fact.admitted = fact.discharged = fact.expected = hw_time_at(ms);
    for (unsigned reg = 0; reg < HW_FACT_VALUES_MAX; reg++) {
        fact.set = (uint16_t)(fact.set | 1u << reg);
        fact.values[reg] = 1;
    }
    fact.content_known = 1;
    return fact;
}

/* As little room as is ensured, and not a unit more. */
static void take_spare_room(struct hw_engine *engine)
{
    uint32_t count;

    cr_assert(eq(int, hw_blocks_ensure(engine), HW_OK));
    do {
        count = engine->blocks.count;
        engine->blocks.count++;
    } while (hw_blocks_have_room(engine));
    engine->blocks.count = count;
}

/* All facts of an event to its stay, two of them also to its person: lists of any length. */
Test(list, the_room_ensured_is_enough_for_an_event)
{
    struct hw_engine *engine = make();
    uint32_t stay = 0, person = 0;

    for (int64_t event = 0; event < 200; event++) {
        take_spare_room(engine);
        for (int64_t i = 0; i < HW_FACTS_PER_EVENT_MAX; i++) {
            struct hw_fact fact = longest(event * HW_FACTS_PER_EVENT_MAX + i);

            cr_assert(eq(int, hw_list_add(engine, &stay, FACTS * 10, &fact), HW_LIST_LAST));
            if (i < 2)
                cr_assert(eq(int, hw_list_add(engine, &person, FACTS * 10, &fact), HW_LIST_LAST));
        }
        cr_assert(le(u32, engine->blocks.count, engine->blocks.ready));
    }
    hw_engine_free(engine);
}
