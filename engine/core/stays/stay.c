#include "core/stays/stay.h"

#include "core/people/people.h"

/* ---- lookup ---- */

static uint64_t visit_key(const struct hw_engine *engine, struct hw_hash hash)
{
    return hw_hash_keyed(engine->options.hash_key, hw_slice_of(&hash, sizeof hash));
}

uint64_t hw_visit_hash(const void *owner, uint32_t handle)
{
    const struct hw_engine *engine = owner;

    return visit_key(engine, hw_visit_at(engine, handle)->hash);
}

uint32_t hw_visit_take(struct hw_engine *engine, struct hw_hash visit_hash)
{
    uint64_t key = visit_key(engine, visit_hash);
    uint32_t position = 0, handle;

    while ((handle = hw_table_next(&engine->visit_table, key, &position)) != 0)
        if (hw_hash_equal(hw_visit_at(engine, handle)->hash, visit_hash))
            return handle;
    handle = hw_arena_take(&engine->visits);
    hw_visit_at(engine, handle)->hash = visit_hash;
    hw_table_put(&engine->visit_table, key, handle);
    return handle;
}

struct hw_hash hw_visit_of_admission(int64_t admitted_ms)
{
    int64_t minute = admitted_ms - ((admitted_ms % HW_MINUTE_MS) + HW_MINUTE_MS) % HW_MINUTE_MS;
    struct hw_slice parts[] = {hw_slice_text("admitted"), hw_slice_of(&minute, sizeof minute)};

    return hw_hash_parts(parts, 2);
}

uint64_t hw_stay_hash(const void *owner, uint32_t handle)
{
    const struct hw_engine *engine = owner;
    const struct hw_stay *stay = hw_stay_at(engine, handle);

    return hw_stay_key(engine, stay->identifier, stay->visit);
}

static uint32_t take_open(struct hw_engine *engine)
{
    uint32_t handle = hw_arena_take(&engine->opens);
    struct hw_open *open = hw_open_at(engine, handle);

    open->admitted_ms = HW_TIME_NONE;
    open->ended_ms = HW_TIME_OPEN;
    open->expected_day = HW_DAY_NONE;
    open->deaths[0].died_ms = open->deaths[1].died_ms = HW_TIME_OPEN;
    open->delay_since_ms = HW_TIME_NONE;
    open->wins = 1;
    return handle;
}

uint32_t hw_stay_take(struct hw_engine *engine, uint32_t identifier, struct hw_hash visit_hash,
    uint64_t sequence, bool *ret_new)
{
    uint32_t newest = hw_identifier_at(engine, identifier)->stays;
    uint32_t position = 0, handle, visit;
    struct hw_stay *stay;
    uint64_t key;

    *ret_new = false;
    /* Most is said of the newest stay: no table need be asked. */
    if (newest != 0 && hw_stay_at(engine, newest)->identifier == identifier &&
        hw_hash_equal(hw_visit_at(engine, hw_stay_at(engine, newest)->visit)->hash, visit_hash))
        return newest;
    visit = hw_visit_take(engine, visit_hash);
    key = hw_stay_key(engine, identifier, visit);
    while ((handle = hw_table_next(&engine->stay_table, key, &position)) != 0) {
        stay = hw_stay_at(engine, handle);
        if (stay->identifier == identifier && stay->visit == visit)
            return handle;
    }
    *ret_new = true;
    handle = hw_arena_take(&engine->stays);
    stay = hw_stay_at(engine, handle);
    stay->reference = sequence;
    stay->identifier = identifier;
    stay->visit = stay->visit_now = visit;
    stay->visit_next = hw_visit_at(engine, visit)->stays;
    hw_visit_at(engine, visit)->stays = handle;
    stay->owner = identifier;
    stay->owner_next = hw_identifier_at(engine, identifier)->stays;
    hw_identifier_at(engine, identifier)->stays = handle;
    stay->leader = stay->group_next = handle;
    stay->open = take_open(engine);
    hw_table_put(&engine->stay_table, key, handle);
    return handle;
}

uint32_t hw_stay_by_reference(const struct hw_engine *engine, uint64_t reference)
{
    /* References rise with handles. */
    uint32_t low = 1, high = engine->stays.count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (hw_stay_at(engine, middle)->reference < reference)
            low = middle + 1;
        else
            high = middle;
    }
    return low < engine->stays.count && hw_stay_at(engine, low)->reference == reference ? low : 0;
}

uint32_t hw_stay_named(const struct hw_engine *engine, struct hw_slice text)
{
    uint64_t reference;

    if (text.size == 0 || hw_reference_parse(text, 'S', &reference) != HW_OK)
        return 0;
    return hw_stay_by_reference(engine, reference);
}

/* ---- facts ---- */

/* Past this a stay is frozen: its messages are still taken, its history stands (DESIGN). */
bool hw_stay_is_frozen(const struct hw_engine *engine, const struct hw_stay *stay)
{
    return hw_list_count(engine, stay->facts) >= HW_LIST_FACTS_MAX;
}

/* What a person's list keeps of a fact: council, zone, death. */
static struct hw_fact personal_part(const struct hw_fact *fact)
{
    struct hw_fact part = *fact;

    if (fact->kind == HW_FACT_DEATH)
        return part;
    part.set &= HW_PERSONAL_REGISTERS;
    part.cleared &= HW_PERSONAL_REGISTERS;
    for (unsigned reg = 0; reg < HW_REGISTERS; reg++)
        if (!hw_fact_has(&part, (enum hw_register)reg))
            part.values[reg] = 0;
    part.moment =
        (struct hw_time){.start_ms = fact->key.event_ms, .precision = fact->event_precision};
    part.admitted = part.discharged = part.expected = hw_time_none();
    part.expected_cleared = part.moment_said = 0;
    return part;
}

static enum hw_list_added add_personal(
    struct hw_engine *engine, uint32_t identifier, const struct hw_fact *fact)
{
    struct hw_fact part = personal_part(fact);

    hw_identifier_at(engine, identifier)->died |= fact->died;
    part.stay = 0;
    part.key.content = hw_fact_content(engine, fact);
    part.content_known = 1;
    return hw_list_add(
        engine, &hw_identifier_at(engine, identifier)->facts, HW_LIST_FACTS_MAX, &part);
}

enum hw_list_added hw_stay_add_fact(
    struct hw_engine *engine, uint32_t stay, uint32_t identifier, const struct hw_fact *fact)
{
    struct hw_stay *record = stay == 0 ? NULL : hw_stay_at(engine, stay);
    enum hw_list_added added;

    if (record == NULL)
        return add_personal(engine, identifier, fact);
    if (record->sealed)
        return HW_LIST_FULL;
    added = hw_list_add(engine, &record->facts, HW_LIST_FACTS_MAX, fact);
    if (added >= HW_LIST_MOVED && hw_fact_is_personal(fact))
        (void)add_personal(engine, identifier, fact);
    return added;
}

/* The value of a personal register in force just before a fact, by key. */
static uint32_t said_before(const struct hw_engine *engine, uint32_t person,
    const struct hw_fact *fact, enum hw_register reg)
{
    struct hw_fact last = {.kind = HW_FACT_NONE}, other;
    uint32_t at = person;

    do {
        struct hw_list_walk walk = hw_list_walk(engine, hw_identifier_at(engine, at)->facts);

        while (hw_list_previous(&walk, &other)) {
            if ((!hw_fact_has(&other, reg) && !hw_fact_clears(&other, reg)) ||
                hw_far_ahead(&other, other.key.event_ms) ||
                hw_fact_order(engine, &other, fact) >= 0)
                continue;
            if (last.kind == HW_FACT_NONE || hw_fact_order(engine, &other, &last) > 0)
                last = other;
            break; /* Those before it say less. */
        }
        at = hw_identifier_at(engine, at)->person_next;
    } while (at != person);
    return last.kind == HW_FACT_NONE ? 0 : hw_fact_value(&last, reg);
}

/* Whether there is any death to withdraw, standing or not. */
static bool death_was_said(const struct hw_engine *engine, uint32_t person)
{
    struct hw_stay_walk walk = hw_stay_walk(engine, person);
    uint32_t at = person, stay;

    do {
        if (hw_identifier_at(engine, at)->died)
            return true;
        at = hw_identifier_at(engine, at)->person_next;
    } while (at != person);
    while ((stay = hw_stay_next(engine, &walk)) != 0) {
        uint32_t open = hw_stay_at(engine, stay)->open;

        if (open != 0 && hw_open_at(engine, open)->deaths[0].died_ms != HW_TIME_OPEN)
            return true;
    }
    return false;
}

bool hw_person_hears(
    const struct hw_engine *engine, uint32_t identifier, const struct hw_fact *fact)
{
    static const uint8_t personal[] = {HW_REG_COUNCIL, HW_REG_COUNCIL_PROPOSED, HW_REG_ZONE};
    uint32_t person = hw_person_of(engine, identifier);

    if (fact->kind == HW_FACT_DEATH)
        return fact->died || hw_far_ahead(fact, fact->key.event_ms) ||
            hw_far_ahead(fact, fact->moment.start_ms) || death_was_said(engine, person);
    for (size_t i = 0; i < sizeof personal / sizeof *personal; i++) {
        enum hw_register reg = (enum hw_register)personal[i];

        if ((hw_fact_has(fact, reg) || hw_fact_clears(fact, reg)) &&
            said_before(engine, person, fact, reg) != hw_fact_value(fact, reg))
            return true;
    }
    return false;
}

/* What names a visit alone. */
void hw_visit_add_fact(struct hw_engine *engine, uint32_t visit, const struct hw_fact *fact)
{
    (void)hw_list_add(engine, &hw_visit_at(engine, visit)->bare, HW_LIST_FACTS_MAX, fact);
}

/* ---- where a stay belongs ---- */

static struct hw_redirect *redirect_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, redirects, hw_redirect, handle);
}

void hw_visit_add_redirect(
    struct hw_engine *engine, uint32_t from_visit, const struct hw_redirect *redirect)
{
    struct hw_visit_record *visit = hw_visit_at(engine, from_visit);
    uint32_t handle;

    for (uint32_t at = visit->redirects; at != 0; at = redirect_at(engine, at)->next)
        if (hw_key_order(&redirect_at(engine, at)->key, &redirect->key) == 0)
            return;
    handle = hw_arena_take(&engine->redirects);
    *redirect_at(engine, handle) = *redirect;
    redirect_at(engine, handle)->next = visit->redirects;
    visit->redirects = handle;
    hw_visit_at(engine, redirect->visit)->incoming++;
}

/* The first redirect away from a visit, after a key, of the one who owns the stay then. */
static const struct hw_redirect *next_redirect(
    const struct hw_engine *engine, uint32_t visit, uint32_t owner, const struct hw_key *after)
{
    const struct hw_redirect *next = NULL;
    bool alone = hw_visit_at(engine, visit)->stays != 0 &&
        hw_stay_at(engine, hw_visit_at(engine, visit)->stays)->visit_next == 0;

    for (uint32_t at = hw_visit_at(engine, visit)->redirects; at != 0;
         at = redirect_at(engine, at)->next) {
        const struct hw_redirect *redirect = redirect_at(engine, at);
        bool is_of = redirect->from == 0
            ? alone
            : hw_person_of(engine, redirect->from) == hw_person_of(engine, owner);

        if (!is_of || (after != NULL && hw_key_order(&redirect->key, after) <= 0))
            continue;
        if (next == NULL || hw_key_order(&redirect->key, &next->key) < 0)
            next = redirect;
    }
    return next;
}

static void set_owner(struct hw_engine *engine, uint32_t stay, uint32_t owner)
{
    struct hw_stay *record = hw_stay_at(engine, stay);
    uint32_t *at = &hw_identifier_at(engine, record->owner)->stays;

    if (record->owner == owner)
        return;
    while (*at != stay)
        at = &hw_stay_at(engine, *at)->owner_next;
    *at = record->owner_next;
    record->owner = owner;
    record->owner_next = hw_identifier_at(engine, owner)->stays;
    hw_identifier_at(engine, owner)->stays = stay;
}

void hw_stay_settle(struct hw_engine *engine, uint32_t stay)
{
    struct hw_stay *record = hw_stay_at(engine, stay);
    uint32_t owner = record->identifier;
    const struct hw_redirect *redirect = NULL;

    record->visit_now = record->visit;
    while ((redirect = next_redirect(engine, record->visit_now, owner,
                redirect == NULL ? NULL : &redirect->key)) != NULL) {
        owner = redirect->to == 0 ? owner : redirect->to;
        record->visit_now = redirect->visit;
    }
    set_owner(engine, stay, owner);
}

void hw_visit_each_stay(
    struct hw_engine *engine, uint32_t visit, void (*call)(struct hw_engine *engine, uint32_t stay))
{
    for (uint32_t at = hw_visit_at(engine, visit)->stays; at != 0;
         at = hw_stay_at(engine, at)->visit_next)
        call(engine, at);
}

/* ---- groups ---- */

struct hw_stay_walk hw_stay_walk(const struct hw_engine *engine, uint32_t identifier)
{
    uint32_t first = hw_person_of(engine, identifier);

    return (struct hw_stay_walk){first, first, hw_identifier_at(engine, first)->stays};
}

uint32_t hw_stay_next(const struct hw_engine *engine, struct hw_stay_walk *walk)
{
    uint32_t stay;

    while (walk->stay == 0) {
        walk->identifier = hw_identifier_at(engine, walk->identifier)->person_next;
        if (walk->identifier == walk->first)
            return 0;
        walk->stay = hw_identifier_at(engine, walk->identifier)->stays;
    }
    stay = walk->stay;
    walk->stay = hw_stay_at(engine, stay)->owner_next;
    return stay;
}

static void ring_in(struct hw_engine *engine, uint32_t leader, uint32_t stay)
{
    struct hw_stay *first = hw_stay_at(engine, leader), *record = hw_stay_at(engine, stay);

    record->group_next = first->group_next;
    first->group_next = stay;
}

static void lead(struct hw_engine *engine, uint32_t stay, uint32_t other)
{
    struct hw_stay *record = hw_stay_at(engine, stay);

    if (hw_stay_at(engine, other)->visit_now == record->visit_now &&
        hw_stay_at(engine, other)->reference < hw_stay_at(engine, record->leader)->reference)
        record->leader = other;
}

/* Stays of one person and one visit now; the first named leads, so that its reference stays. */
void hw_person_regroup(struct hw_engine *engine, uint32_t identifier)
{
    struct hw_stay_walk walk = hw_stay_walk(engine, identifier);
    uint32_t person = hw_person_of(engine, identifier), stay;

    while ((stay = hw_stay_next(engine, &walk)) != 0) {
        struct hw_stay *record = hw_stay_at(engine, stay);
        const struct hw_visit_record *visit = hw_visit_at(engine, record->visit_now);
        struct hw_stay_walk others = hw_stay_walk(engine, identifier);
        uint32_t other = visit->stays;

        record->leader = record->group_next = stay;
        /* Where nothing leads here, only who said this visit can be of it. */
        for (; visit->incoming == 0 && other != 0; other = hw_stay_at(engine, other)->visit_next)
            if (hw_person_of(engine, hw_stay_at(engine, other)->owner) == person)
                lead(engine, stay, other);
        while (visit->incoming != 0 && (other = hw_stay_next(engine, &others)) != 0)
            lead(engine, stay, other);
    }
    walk = hw_stay_walk(engine, identifier);
    while ((stay = hw_stay_next(engine, &walk)) != 0)
        if (hw_stay_at(engine, stay)->leader != stay)
            ring_in(engine, hw_stay_at(engine, stay)->leader, stay);
}
