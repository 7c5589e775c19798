#include "core/stays/stay.h"

#include "core/figures/rows.h"
#include "core/people/people.h"
#include "core/timers/heap.h"
#include "core/stays/share.h"

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

static uint64_t stay_key(const struct hw_engine *engine, uint32_t identifier, uint32_t visit)
{
    uint32_t key[2] = {identifier, visit};

    return hw_hash_keyed(engine->options.hash_key, hw_slice_of(key, sizeof key));
}

uint64_t hw_stay_hash(const void *owner, uint32_t handle)
{
    const struct hw_engine *engine = owner;
    const struct hw_stay *stay = hw_stay_at(engine, handle);

    return stay_key(engine, stay->identifier, stay->visit);
}

uint32_t hw_stay_take(struct hw_engine *engine, uint32_t identifier, struct hw_hash visit_hash,
    uint64_t sequence, bool *ret_new)
{
    uint32_t visit = hw_visit_take(engine, visit_hash);
    uint64_t key = stay_key(engine, identifier, visit);
    uint32_t position = 0, handle;
    struct hw_stay *stay;

    *ret_new = false;
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
    stay->admitted_ms = HW_TIME_NONE;
    stay->ended_ms = HW_TIME_OPEN;
    stay->deaths[0].died_ms = stay->deaths[1].died_ms = HW_TIME_OPEN;
    stay->delay_since_ms = HW_TIME_NONE;
    stay->wins = 1;
    hw_table_put(&engine->stay_table, key, handle);
    return handle;
}

/* ---- facts ---- */

/* The place of a fact in a stay's list: behind the returned one (0: first). */
static uint32_t place_of(
    const struct hw_engine *engine, const struct hw_stay *stay, const struct hw_fact *fact)
{
    uint32_t at = stay->fact_last;

    while (at != 0 && hw_fact_order(fact, hw_fact_at(engine, at)) < 0)
        at = hw_fact_at(engine, at)->previous;
    return at;
}

static void link_fact(struct hw_engine *engine, struct hw_stay *stay, uint32_t handle)
{
    struct hw_fact *fact = hw_fact_at(engine, handle);

    fact->previous = place_of(engine, stay, fact);
    fact->next = fact->previous == 0 ? stay->fact_first : hw_fact_at(engine, fact->previous)->next;
    if (fact->previous == 0)
        stay->fact_first = handle;
    else
        hw_fact_at(engine, fact->previous)->next = handle;
    if (fact->next == 0)
        stay->fact_last = handle;
    else
        hw_fact_at(engine, fact->next)->previous = handle;
}

static void unlink_fact(struct hw_engine *engine, struct hw_stay *stay, uint32_t handle)
{
    struct hw_fact *fact = hw_fact_at(engine, handle);

    if (fact->previous == 0)
        stay->fact_first = fact->next;
    else
        hw_fact_at(engine, fact->previous)->next = fact->next;
    if (fact->next == 0)
        stay->fact_last = fact->previous;
    else
        hw_fact_at(engine, fact->next)->previous = fact->previous;
}

/*
 * The same fact in a list, which may stand under another MSH-7, 13 or 10: among the facts of its
 * event and recorded time.
 */
static uint32_t find_same(
    const struct hw_engine *engine, const struct hw_stay *stay, const struct hw_fact *fact)
{
    for (uint32_t at = stay->fact_last; at != 0; at = hw_fact_at(engine, at)->previous) {
        const struct hw_fact *other = hw_fact_at(engine, at);

        if (other->key.event_ms < fact->key.event_ms)
            return 0;
        if (other->key.event_ms == fact->key.event_ms && other->kind == fact->kind &&
            hw_hash_equal(other->key.content, fact->key.content))
            return at;
    }
    return 0;
}

static uint32_t find_same_personal(
    const struct hw_engine *engine, uint32_t identifier, const struct hw_fact *fact)
{
    for (uint32_t at = hw_identifier_at(engine, identifier)->facts; at != 0;
         at = hw_fact_at(engine, at)->person_next) {
        const struct hw_fact *other = hw_fact_at(engine, at);

        if (other->stay == 0 && other->kind == fact->kind &&
            hw_hash_equal(other->key.content, fact->key.content))
            return at;
    }
    return 0;
}

/* Past this a stay is frozen: its messages are still taken, its history stands (DESIGN). */
static bool is_frozen(const struct hw_stay *stay)
{
    return stay->facts_count >= HW_FOLD_FACTS_MAX / 2;
}

bool hw_stay_add_fact(
    struct hw_engine *engine, uint32_t stay, uint32_t identifier, const struct hw_fact *fact)
{
    struct hw_stay *record = stay == 0 ? NULL : hw_stay_at(engine, stay);
    uint32_t same = record == NULL ? find_same_personal(engine, identifier, fact)
                                   : find_same(engine, record, fact);
    struct hw_fact *copy;
    uint32_t handle;

    if (same != 0 && record != NULL && record->sealed)
        return false;
    if (same != 0) {
        /* Of equal facts the least of MSH-7, 13, 10 counts: it may have to move. */
        struct hw_fact *known = hw_fact_at(engine, same);

        if (hw_fact_order(fact, known) >= 0)
            return false;
        if (record != NULL)
            unlink_fact(engine, record, same);
        known->key = fact->key;
        if (record != NULL)
            link_fact(engine, record, same);
        return true;
    }
    if (record != NULL && (is_frozen(record) || record->sealed))
        return false;
    handle = hw_arena_take(&engine->facts);
    copy = hw_fact_at(engine, handle);
    *copy = *fact;
    copy->stay = stay;
    copy->identifier = 0;
    copy->person_next = 0;
    if (hw_fact_is_personal(fact)) {
        copy->identifier = identifier;
        copy->person_next = hw_identifier_at(engine, identifier)->facts;
        hw_identifier_at(engine, identifier)->facts = handle;
    }
    if (record != NULL) {
        link_fact(engine, record, handle);
        record->facts_count++;
    }
    return true;
}

/* The value of a personal register in force just before a fact, by key. */
static uint32_t said_before(const struct hw_engine *engine, uint32_t person,
    const struct hw_fact *fact, enum hw_register reg)
{
    const struct hw_fact *last = NULL;
    uint32_t at = person;

    do {
        for (uint32_t handle = hw_identifier_at(engine, at)->facts; handle != 0;
             handle = hw_fact_at(engine, handle)->person_next) {
            const struct hw_fact *other = hw_fact_at(engine, handle);

            if (((unsigned)(other->set | other->cleared) >> reg & 1u) == 0 ||
                hw_far_ahead(other, other->key.event_ms) || hw_fact_order(other, fact) >= 0)
                continue;
            if (last == NULL || hw_fact_order(other, last) > 0)
                last = other;
        }
        at = hw_identifier_at(engine, at)->person_next;
    } while (at != person);
    return last == NULL ? 0 : hw_fact_value(last, reg);
}

bool hw_person_hears(
    const struct hw_engine *engine, uint32_t identifier, const struct hw_fact *fact)
{
    static const uint8_t personal[] = {HW_REG_COUNCIL, HW_REG_COUNCIL_PROPOSED, HW_REG_ZONE};
    uint32_t person = hw_person_of(engine, identifier);

    if (fact->kind == HW_FACT_DEATH)
        return true;
    for (size_t i = 0; i < sizeof personal / sizeof *personal; i++) {
        enum hw_register reg = (enum hw_register)personal[i];

        if (((unsigned)(fact->set | fact->cleared) >> reg & 1u) != 0 &&
            said_before(engine, person, fact, reg) != hw_fact_value(fact, reg))
            return true;
    }
    return false;
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

/* Walk the stays of a person: identifier by identifier. */
struct walk {
    uint32_t first, identifier, stay;
};

static struct walk walk_person(const struct hw_engine *engine, uint32_t identifier)
{
    uint32_t first = hw_person_of(engine, identifier);

    return (struct walk){first, first, hw_identifier_at(engine, first)->stays};
}

static uint32_t walk_next(const struct hw_engine *engine, struct walk *walk)
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
    struct walk walk = walk_person(engine, identifier);
    uint32_t person = hw_person_of(engine, identifier), stay;

    while ((stay = walk_next(engine, &walk)) != 0) {
        struct hw_stay *record = hw_stay_at(engine, stay);
        const struct hw_visit_record *visit = hw_visit_at(engine, record->visit_now);
        struct walk others = walk_person(engine, identifier);
        uint32_t other = visit->stays;

        record->leader = record->group_next = stay;
        /* Where nothing leads here, only who said this visit can be of it. */
        for (; visit->incoming == 0 && other != 0; other = hw_stay_at(engine, other)->visit_next)
            if (hw_person_of(engine, hw_stay_at(engine, other)->owner) == person)
                lead(engine, stay, other);
        while (visit->incoming != 0 && (other = walk_next(engine, &others)) != 0)
            lead(engine, stay, other);
    }
    walk = walk_person(engine, identifier);
    while ((stay = walk_next(engine, &walk)) != 0)
        if (hw_stay_at(engine, stay)->leader != stay)
            ring_in(engine, hw_stay_at(engine, stay)->leader, stay);
}

/* ---- folding a group ---- */

/* Put a fact among those gathered; most come in order. */
static uint32_t gather_fact(struct hw_engine *engine, uint32_t count, uint32_t handle)
{
    const struct hw_fact **facts = engine->scratch->facts;
    const struct hw_fact *fact = hw_fact_at(engine, handle);
    uint32_t place = count;

    if (count == HW_FOLD_FACTS_MAX)
        return count;
    for (; place > 0 && hw_fact_order(fact, facts[place - 1]) < 0; place--)
        facts[place] = facts[place - 1];
    /* Said under two keys of one stay, it is still one fact. */
    if (place > 0 && hw_fact_order(fact, facts[place - 1]) == 0) {
        memmove(&facts[place], &facts[place + 1], (count - place) * sizeof facts[0]);
        return count;
    }
    facts[place] = fact;
    return count + 1;
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

    do {
        const struct hw_stay *stay = hw_stay_at(engine, at);
        uint32_t bare = hw_visit_at(engine, stay->visit)->bare;

        if (is_frozen(stay))
            *findings |= UINT64_C(1) << HW_FINDING_TOO_MANY_FACTS;
        for (uint32_t fact = stay->fact_first; fact != 0; fact = hw_fact_at(engine, fact)->next) {
            if (count == 0 || at != leader)
                count = gather_fact(engine, count, fact);
            else /* The first list is in order. */
                engine->scratch->facts[count++] = hw_fact_at(engine, fact);
        }
        if (bare != 0 && !visit_is_of(engine, stay->visit, leader)) {
            *findings |= UINT64_C(1) << HW_FINDING_AMBIGUOUS_SPELL;
            bare = 0;
        }
        for (; bare != 0; bare = hw_fact_at(engine, bare)->person_next)
            count = gather_fact(engine, count, bare);
        at = stay->group_next;
    } while (at != leader);
    return count;
}

static uint32_t gather_person_facts(struct hw_engine *engine, uint32_t person, uint64_t *findings)
{
    const struct hw_fact **facts = engine->scratch->person_facts;
    uint32_t count = 0, at = person;

    do {
        const struct hw_identifier_record *identifier = hw_identifier_at(engine, at);

        for (uint32_t fact = identifier->facts; fact != 0 && count < HW_FOLD_FACTS_MAX;
             fact = hw_fact_at(engine, fact)->person_next) {
            const struct hw_fact *moving = hw_fact_at(engine, fact);
            uint32_t place;

            if (hw_far_ahead(moving, moving->key.event_ms)) {
                if (moving->kind == HW_FACT_DEATH)
                    *findings |= UINT64_C(1) << HW_FINDING_FAR_AHEAD;
                continue;
            }
            place = count++;

            /* Newest first in the list: what is walked last goes in front. */
            for (; place > 0 && hw_fact_order(moving, facts[place - 1]) > 0; place--)
                facts[place] = facts[place - 1];
            facts[place] = moving;
        }
        at = identifier->person_next;
    } while (at != person);
    for (uint32_t i = 0; i < count / 2; i++) {
        const struct hw_fact *swap = facts[i];

        facts[i] = facts[count - 1 - i];
        facts[count - 1 - i] = swap;
    }
    return count;
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
    struct walk walk = walk_person(engine, hw_stay_at(engine, leader)->owner);

    for (uint32_t stay; (stay = walk_next(engine, &walk)) != 0;) {
        const struct hw_stay *record = hw_stay_at(engine, stay);

        if (stay == leader || record->leader != stay)
            continue;
        add_death(input, record->deaths[0]);
        if (record->deaths[1].said_ms != record->deaths[0].said_ms)
            add_death(input, record->deaths[1]);
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
    struct hw_fold_input input = {
        .facts = engine->scratch->facts,
        .person_facts = engine->scratch->person_facts,
        .key = hw_hash_bytes(hw_slice_of(parts, sizeof parts)),
        .findings = hw_identifier_at(engine, person)->findings,
        .adult_known = born != NULL && born->value2 != HW_ADULT_UNKNOWN,
        .adult_from_day = born == NULL ? 0 : born->value2,
        .restricted = restricted != NULL && restricted->value != 0,
    };

    find_deaths_elsewhere(engine, leader, &input);
    input.facts_count = gather_facts(engine, leader, &input.findings);
    input.person_facts_count = gather_person_facts(engine, person, &input.findings);
    hw_fold(engine, &input, ret_history);
    ret_history->reference = stay->reference;
}

/* ---- what names a visit alone ---- */

void hw_visit_add_fact(struct hw_engine *engine, uint32_t visit, const struct hw_fact *fact)
{
    struct hw_visit_record *record = hw_visit_at(engine, visit);
    uint32_t handle;

    for (uint32_t at = record->bare; at != 0; at = hw_fact_at(engine, at)->person_next) {
        struct hw_fact *known = hw_fact_at(engine, at);

        if (known->kind != fact->kind || !hw_hash_equal(known->key.content, fact->key.content))
            continue;
        if (hw_fact_order(fact, known) < 0)
            known->key = fact->key;
        return;
    }
    handle = hw_arena_take(&engine->facts);
    *hw_fact_at(engine, handle) = *fact;
    hw_fact_at(engine, handle)->person_next = record->bare;
    record->bare = handle;
}

/* ---- shares of a person ---- */

void hw_person_withdraw(struct hw_engine *engine, uint32_t identifier)
{
    struct walk walk = walk_person(engine, identifier);
    uint32_t stay;

    while ((stay = walk_next(engine, &walk)) != 0)
        hw_share_withdraw(engine, stay);
}

/* Of two open stays the one admitted last counts; ties by outside key, never by handle. */
static uint32_t winner(struct hw_engine *engine, uint32_t identifier, unsigned *ret_open)
{
    struct walk walk = walk_person(engine, identifier);
    uint32_t best = 0, stay;

    *ret_open = 0;
    while ((stay = walk_next(engine, &walk)) != 0) {
        const struct hw_stay *record = hw_stay_at(engine, stay);
        const struct hw_stay *leading = best == 0 ? NULL : hw_stay_at(engine, best);

        if (record->leader != stay || !record->open_now)
            continue;
        (*ret_open)++;
        if (leading == NULL || record->admitted_ms > leading->admitted_ms ||
            (record->admitted_ms == leading->admitted_ms &&
                hw_hash_compare(hw_visit_at(engine, record->visit_now)->hash,
                    hw_visit_at(engine, leading->visit_now)->hash) > 0))
            best = stay;
    }
    return best;
}

/* Who counts may have changed: bring the shares of the others up to date, too. */
static void settle_winner(struct hw_engine *engine, uint32_t identifier)
{
    unsigned open;
    uint32_t best = winner(engine, identifier, &open), stay;
    struct walk walk = walk_person(engine, identifier);

    while ((stay = walk_next(engine, &walk)) != 0) {
        struct hw_stay *record = hw_stay_at(engine, stay);
        bool wins = stay == best || !record->open_now;
        bool rivals = open > 1 && record->open_now;

        if (record->leader != stay)
            continue;
        if (record->wins == wins &&
            ((record->findings >> HW_FINDING_TWO_OPEN_STAYS & 1u) != 0) == rivals)
            continue;
        record->wins = wins;
        hw_share_withdraw(engine, stay);
        hw_share_contribute(engine, stay, rivals);
    }
}

static bool same_deaths(const struct hw_death *a, const struct hw_death *b)
{
    return a[0].died_ms == b[0].died_ms && a[0].said_ms == b[0].said_ms &&
        a[1].died_ms == b[1].died_ms && a[1].said_ms == b[1].said_ms;
}

/* Put in the shares of all leaders.  True when discharges say otherwise of a death than before. */
static bool contribute_all(struct hw_engine *engine, uint32_t identifier)
{
    const struct hw_death none[2] = {{.died_ms = HW_TIME_OPEN}, {.died_ms = HW_TIME_OPEN}};
    struct walk walk = walk_person(engine, identifier);
    bool changed = false;
    uint32_t stay;

    while ((stay = walk_next(engine, &walk)) != 0) {
        struct hw_stay *record = hw_stay_at(engine, stay);
        struct hw_death before[2] = {record->deaths[0], record->deaths[1]};

        if (record->leader != stay) {
            memcpy(record->deaths, none, sizeof record->deaths);
            hw_share_retire(engine, stay);
        } else {
            record->wins = 1;
            hw_share_contribute(engine, stay, false);
        }
        changed |= !same_deaths(before, record->deaths);
    }
    return changed;
}

void hw_person_contribute(struct hw_engine *engine, uint32_t identifier)
{
    /* A death that one stay says ends the others: what each says depends on its own facts only. */
    if (contribute_all(engine, identifier)) {
        hw_person_withdraw(engine, identifier);
        (void)contribute_all(engine, identifier);
    }
    settle_winner(engine, identifier);
}

void hw_stay_refresh(struct hw_engine *engine, uint32_t stay)
{
    uint32_t leader = hw_stay_at(engine, stay)->leader;
    struct hw_stay *record = hw_stay_at(engine, leader);
    bool rivals = (record->findings >> HW_FINDING_TWO_OPEN_STAYS & 1u) != 0;
    struct hw_death before[2] = {record->deaths[0], record->deaths[1]};
    int64_t admitted_ms = record->admitted_ms;
    uint8_t open = record->open_now;

    hw_share_withdraw(engine, leader);
    hw_share_contribute(engine, leader, rivals);
    if (!same_deaths(before, record->deaths)) {
        hw_person_withdraw(engine, record->owner);
        hw_person_contribute(engine, record->owner);
        return;
    }
    /* Who counts goes by what is open and when it began. */
    if (record->open_now != open || record->admitted_ms != admitted_ms)
        settle_winner(engine, record->owner);
}

void hw_stay_due(struct hw_engine *engine, uint32_t leader)
{
    const struct hw_stay *stay = hw_stay_at(engine, leader);

    if (hw_share_is_sealable(engine, stay))
        hw_share_seal(engine, leader);
    else
        hw_stay_refresh(engine, leader);
}
