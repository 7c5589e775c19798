/*
 * What a fold is given: the facts of a group of stays and of its person, unpacked and in order.
 */
#include "core/people/people.h"
#include "core/stays/list.h"
#include "core/stays/stay.h"

/* ---- order ---- */

/* Merge list[from, middle) and list[middle, until), each in order, by way of spare. */
static void merge(const struct hw_engine *engine, const struct hw_fact **list, uint32_t from,
    uint32_t middle, uint32_t until, const struct hw_fact **spare)
{
    uint32_t left = 0, count = middle - from, right = middle, to = from;

    memcpy(spare, list + from, count * sizeof *list);
    while (left < count && right < until)
        if (hw_fact_order(engine, list[right], spare[left]) < 0)
            list[to++] = list[right++];
        else
            list[to++] = spare[left++];
    memcpy(list + to, spare + left, (count - left) * sizeof *list);
}

/* The lists gathered stand one behind the other, each in order: [0, starts[0]), and so on. */
static void merge_next(
    struct hw_engine *engine, const struct hw_fact **list, uint32_t middle, uint32_t until)
{
    /* Most lists follow one another as they are. */
    if (middle == 0 || middle == until || hw_fact_order(engine, list[middle - 1], list[middle]) < 0)
        return;
    merge(engine, list, 0, middle, until, engine->scratch->by_moment);
}

/* Said under two keys of one stay, it is still one fact. */
static uint32_t drop_doubles(
    const struct hw_engine *engine, const struct hw_fact **list, uint32_t count)
{
    uint32_t kept = count > 0;

    for (uint32_t i = 1; i < count; i++)
        if (list[i]->key.event_ms != list[kept - 1]->key.event_ms ||
            hw_fact_order(engine, list[kept - 1], list[i]) != 0)
            list[kept++] = list[i];
    return kept;
}

/* ---- facts of a group ---- */

/* Unpack one more list behind count facts; returns how many there are then. */
static uint32_t gather_list(struct hw_engine *engine, uint32_t list, uint32_t stay, uint32_t count)
{
    struct hw_scratch *scratch = engine->scratch;
    uint32_t more =
        hw_list_unpack(engine, list, stay, &scratch->fact_store[count], HW_FOLD_FACTS_MAX - count);

    for (uint32_t i = count; i < count + more; i++)
        scratch->facts[i] = &scratch->fact_store[i];
    merge_next(engine, scratch->facts, count, count + more);
    return count + more;
}

/* All stays of a visit are of one group: what names the visit alone is theirs. */
static bool visit_is_of(const struct hw_engine *engine, uint32_t visit, uint32_t leader)
{
    for (uint32_t at = hw_visit_at(engine, visit)->stays; at != 0;
         at = hw_stay_at(engine, at)->visit_next)
        if (hw_stay_at(engine, at)->leader != leader)
            return false;
    return true;
}

static uint32_t gather_facts(struct hw_engine *engine, uint32_t leader, uint64_t *findings)
{
    uint32_t count = 0, at = leader;
    bool alone = hw_stay_at(engine, leader)->group_next == leader;

    do {
        const struct hw_stay *stay = hw_stay_at(engine, at);
        uint32_t bare = hw_visit_at(engine, stay->visit)->bare;

        if (hw_stay_is_frozen(engine, stay))
            *findings |= UINT64_C(1) << HW_FINDING_TOO_MANY_FACTS;
        count = gather_list(engine, stay->facts, at, count);
        if (bare != 0 && !visit_is_of(engine, stay->visit, leader)) {
            *findings |= UINT64_C(1) << HW_FINDING_AMBIGUOUS_SPELL;
            bare = 0;
        }
        alone &= bare == 0;
        if (bare != 0)
            count = gather_list(engine, bare, 0, count);
        at = stay->group_next;
    } while (at != leader);
    if (!alone)
        count = drop_doubles(engine, engine->scratch->facts, count);
    engine->scratch->alone = alone;
    for (uint32_t i = 0; i < count; i++)
        engine->scratch->fact_store[engine->scratch->facts[i] - engine->scratch->fact_store].place =
            i;
    return count;
}

/* What is dated too far ahead has no effect; of a death it shows. */
static uint32_t drop_far_ahead(const struct hw_fact **facts, uint32_t count, uint64_t *findings)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < count; i++)
        if (!hw_far_ahead(facts[i], facts[i]->key.event_ms))
            facts[kept++] = facts[i];
        else if (facts[i]->kind == HW_FACT_DEATH)
            *findings |= UINT64_C(1) << HW_FINDING_FAR_AHEAD;
    return kept;
}

static uint32_t gather_person_facts(struct hw_engine *engine, uint32_t person, uint64_t *findings)
{
    struct hw_scratch *scratch = engine->scratch;
    uint32_t count = 0, at = person;

    do {
        uint32_t more = hw_list_unpack(engine, hw_identifier_at(engine, at)->facts, 0,
            &scratch->person_store[count], HW_FOLD_FACTS_MAX - count);

        for (uint32_t i = count; i < count + more; i++)
            scratch->person_facts[i] = &scratch->person_store[i];
        merge_next(engine, scratch->person_facts, count, count + more);
        count += more;
        at = hw_identifier_at(engine, at)->person_next;
    } while (at != person);
    return drop_far_ahead(scratch->person_facts, count, findings);
}

/* ---- what is known of the person ---- */

struct hw_person_death hw_person_death(struct hw_engine *engine, uint32_t person)
{
    struct hw_person_death death = {.died_ms = HW_TIME_OPEN};
    uint64_t findings = 0;
    uint32_t count = gather_person_facts(engine, person, &findings), first = 0;

    for (uint32_t i = 0; i < count; i++) {
        const struct hw_fact *fact = engine->scratch->person_facts[i];

        if (fact->kind != HW_FACT_DEATH || hw_far_ahead(fact, fact->moment.start_ms))
            continue;
        if (!fact->died) {
            death = (struct hw_person_death){.died_ms = HW_TIME_OPEN};
            continue;
        }
        if (fact->moment_said || death.died_ms == HW_TIME_OPEN)
            death.died_ms = fact->moment.start_ms;
        if (death.sources == 0)
            first = fact->organisation;
        if (death.sources == 0 || first != fact->organisation)
            death.sources++;
    }
    return death;
}

static void add_death(struct hw_fold_input *input, struct hw_death death)
{
    uint32_t at = input->deaths_elsewhere_count;

    if (death.died_ms == HW_TIME_OPEN || at == HW_DEATHS_MAX)
        return;
    for (; at > 0 && input->deaths_elsewhere[at - 1].said_ms > death.said_ms; at--)
        input->deaths_elsewhere[at] = input->deaths_elsewhere[at - 1];
    input->deaths_elsewhere[at] = death;
    input->deaths_elsewhere_count++;
}

/* A discharge that says its person died ends the other stays, too (R7). */
static void find_deaths_elsewhere(
    const struct hw_engine *engine, uint32_t leader, struct hw_fold_input *input)
{
    struct hw_stay_walk walk = hw_stay_walk(engine, hw_stay_at(engine, leader)->owner);

    for (uint32_t stay; (stay = hw_stay_next(engine, &walk)) != 0;) {
        const struct hw_stay *record = hw_stay_at(engine, stay);
        const struct hw_death *deaths;

        if (stay == leader || record->leader != stay || record->open == 0)
            continue;
        deaths = hw_open_at(engine, record->open)->deaths;
        add_death(input, deaths[0]);
        if (deaths[1].said_ms != deaths[0].said_ms)
            add_death(input, deaths[1]);
    }
}

void hw_stay_fold(struct hw_engine *engine, uint32_t leader, struct hw_history *ret_history)
{
    const struct hw_stay *stay = hw_stay_at(engine, leader);
    uint32_t person = hw_person_of(engine, stay->owner);
    const struct hw_last *born = hw_last_of_person(engine, person, true);
    const struct hw_last *restricted = hw_last_of_person(engine, person, false);
    struct hw_hash parts[2] = {
        hw_visit_at(engine, stay->visit_now)->hash, hw_identifier_at(engine, person)->hash};
    struct hw_fold_input input; /* Not cleared: deaths elsewhere are next to none. */

    input.facts = engine->scratch->facts;
    input.person_facts = engine->scratch->person_facts;
    input.key = hw_hash_bytes(hw_slice_of(parts, sizeof parts));
    input.findings = hw_identifier_at(engine, person)->findings;
    input.adult_known = born != NULL && born->value2 != HW_ADULT_UNKNOWN;
    input.adult_from_day = born == NULL ? 0 : born->value2;
    input.restricted = restricted != NULL && restricted->value != 0;
    input.deaths_elsewhere_count = 0;
    input.inferences = engine->scratch->inferences;
    input.inferences_count = hw_inferred_gather(engine, leader, engine->scratch->inferences);
    find_deaths_elsewhere(engine, leader, &input);
    input.facts_count = gather_facts(engine, leader, &input.findings);
    input.person_facts_count = gather_person_facts(engine, person, &input.findings);
    hw_fold(engine, &input, ret_history);
    ret_history->reference = stay->reference;
}
