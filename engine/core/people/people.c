#include "core/people/people.h"

#include "core/named.h"
#include "core/stays/fold.h"

static uint64_t key_of(const struct hw_engine *engine, struct hw_hash hash)
{
    return hw_hash_keyed_hash(engine->options.hash_key, hash);
}

uint64_t hw_identifier_hash(const void *owner, uint32_t handle)
{
    const struct hw_engine *engine = owner;

    return key_of(engine, hw_identifier_at(engine, handle)->hash);
}

uint32_t hw_identifier_find(const struct hw_engine *engine, struct hw_hash hash)
{
    uint64_t key = key_of(engine, hash);
    uint32_t position = 0, handle;

    while ((handle = hw_table_next(&engine->identifier_table, key, &position)) != 0)
        if (hw_hash_equal(hw_identifier_at(engine, handle)->hash, hash))
            return handle;
    return 0;
}

uint32_t hw_identifier_take(struct hw_engine *engine, const struct hw_identifier *identifier)
{
    uint32_t handle = hw_identifier_find(engine, identifier->hash);
    struct hw_identifier_record *record;

    if (handle != 0)
        return handle;
    handle = hw_arena_take(&engine->identifiers);
    record = hw_identifier_at(engine, handle);
    record->hash = identifier->hash;
    record->authority = hw_text_intern(engine, identifier->authority);
    record->type = identifier->type;
    record->family = record->family_next = handle;
    record->person = record->person_next = handle;
    hw_table_put(&engine->identifier_table, key_of(engine, record->hash), handle);
    return handle;
}

/* What one message says of identifiers: its key is kept once, when something is said under it. */
struct statement {
    struct hw_engine *engine;
    struct hw_key key;
    uint32_t said; /* 0: not yet */
};

static struct hw_said *said_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, sayings, hw_said, handle);
}

/* Whether a statement is later than what was said before. */
static bool is_later(const struct statement *statement, uint32_t said)
{
    return hw_key_order(&statement->key, hw_said_key(statement->engine, said)) > 0;
}

/* One bond or register more is said by this statement. */
static uint32_t hold(struct statement *statement)
{
    if (statement->said == 0) {
        statement->said = hw_arena_take(&statement->engine->sayings);
        said_at(statement->engine, statement->said)->key = statement->key;
    }
    said_at(statement->engine, statement->said)->count++;
    return statement->said;
}

/* Said again later: the key of before goes when nothing else was said under it. */
static void say_again(struct statement *statement, uint32_t *said)
{
    uint32_t before = *said;

    *said = hold(statement);
    if (--said_at(statement->engine, before)->count == 0)
        hw_arena_give(&statement->engine->sayings, before);
}

static struct hw_bond *bond_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, bonds, hw_bond, handle);
}

/* Two families become one: their rings are spliced, the first of the first stays first. */
static void join_families(struct hw_engine *engine, uint32_t left, uint32_t right)
{
    uint32_t keeper = hw_identifier_at(engine, left)->family;
    uint32_t other = hw_identifier_at(engine, right)->family;
    uint32_t next, at = other;

    if (keeper == other)
        return;
    do {
        hw_identifier_at(engine, at)->family = keeper;
        at = hw_identifier_at(engine, at)->family_next;
    } while (at != other);
    next = hw_identifier_at(engine, keeper)->family_next;
    hw_identifier_at(engine, keeper)->family_next = hw_identifier_at(engine, other)->family_next;
    hw_identifier_at(engine, other)->family_next = next;
}

static struct hw_bond *find_bond(
    const struct hw_engine *engine, uint32_t left, uint32_t right, enum hw_bond_kind kind)
{
    for (uint32_t at = hw_identifier_at(engine, left)->bonds; at != 0;
         at = bond_at(engine, at)->next) {
        struct hw_bond *bond = bond_at(engine, at);

        if (bond->right == right && bond->kind == kind)
            return bond;
    }
    return NULL;
}

static void add_bond(
    struct statement *statement, uint32_t left, uint32_t right, enum hw_bond_kind kind)
{
    struct hw_engine *engine = statement->engine;
    uint32_t handle = hw_arena_take(&engine->bonds);
    struct hw_bond *bond = bond_at(engine, handle);

    bond->said = hold(statement);
    bond->left = left;
    bond->right = right;
    bond->kind = (uint8_t)kind;
    bond->next = hw_identifier_at(engine, left)->bonds;
    hw_identifier_at(engine, left)->bonds = handle;
    join_families(engine, left, right);
}

/* Said to have left its person: what was said together counts only if said after that. */
static bool was_moved(const struct hw_engine *engine, uint32_t identifier)
{
    for (uint32_t at = hw_identifier_at(engine, identifier)->bonds; at != 0;
         at = bond_at(engine, at)->next)
        if (bond_at(engine, at)->kind == HW_BOND_MOVED)
            return true;
    return false;
}

/* Whether more than one NHS number was ever said of a family: which a record has is then by key. */
static bool has_numbers(const struct hw_engine *engine, uint32_t identifier)
{
    uint32_t at = identifier;
    unsigned count = 0;

    do {
        count += hw_identifier_at(engine, at)->type == HW_IDENTIFIER_NHS;
        at = hw_identifier_at(engine, at)->family_next;
    } while (at != identifier && count < 2);
    return count > 1;
}

/* Said again: only the latest key of a pair matters.  True when who is whom may change by it. */
static bool say_pair(
    struct statement *statement, uint32_t left, uint32_t right, enum hw_bond_kind kind)
{
    struct hw_engine *engine = statement->engine;
    struct hw_bond *bond = find_bond(engine, left, right, kind);

    if (bond == NULL) {
        add_bond(statement, left, right, kind);
        return true;
    }
    if (!is_later(statement, bond->said))
        return false;
    say_again(statement, &bond->said);
    /* Of several numbers of a record the one said last holds, whichever local it was said of. */
    return (kind == HW_BOND_POINTS && has_numbers(engine, left)) || was_moved(engine, left) ||
        was_moved(engine, right);
}

static bool take_together(struct statement *statement, const uint32_t *ids, uint8_t count)
{
    struct hw_engine *engine = statement->engine;
    bool changes = false;
    uint32_t first_local = 0;

    for (uint8_t i = 0; i < count; i++) {
        if (hw_identifier_at(engine, ids[i])->type != HW_IDENTIFIER_LOCAL)
            continue;
        if (first_local == 0)
            first_local = ids[i];
        else
            changes |= say_pair(statement, first_local, ids[i], HW_BOND_TOGETHER);
        /* Numbers come first.  Of several the least: under one key none would be the last. */
        if (hw_identifier_at(engine, ids[0])->type == HW_IDENTIFIER_NHS)
            changes |= say_pair(statement, ids[i], ids[0], HW_BOND_POINTS);
    }
    /* Two NHS numbers of one message belong to one person, too. */
    for (uint8_t i = 1; i < count; i++)
        if (hw_identifier_at(engine, ids[i])->type == HW_IDENTIFIER_NHS)
            changes |= say_pair(statement, ids[0], ids[i], HW_BOND_TOGETHER);
    return changes;
}

bool hw_people_is_identity(enum hw_kind kind)
{
    switch ((int)kind) {
    case HW_KIND_PERSON_MERGED:
    case HW_KIND_PERSON_UNMERGED:
    case HW_KIND_PERSON_LINKED:
    case HW_KIND_IDENTIFIER_MOVED:
    case HW_KIND_IDENTIFIER_CHANGED:
    case HW_KIND_VISITS_MERGED:
    case HW_KIND_SPELL_REASSIGNED:
    case HW_KIND_DECIDE_IDENTITY_JOINED:
    case HW_KIND_DECIDE_IDENTITY_PARTED:
        return true;
    default:
        return false;
    }
}

/* Which bond a kind of event makes from each retired identifier to the one that survives. */
static enum hw_bond_kind bond_kind(enum hw_kind kind)
{
    switch ((int)kind) {
    case HW_KIND_PERSON_MERGED:
    case HW_KIND_IDENTIFIER_CHANGED:
        return HW_BOND_MERGED;
    case HW_KIND_PERSON_UNMERGED:
        return HW_BOND_UNLINKED;
    case HW_KIND_PERSON_LINKED:
        return HW_BOND_LINKED;
    case HW_KIND_IDENTIFIER_MOVED:
        return HW_BOND_MOVED;
    case HW_KIND_DECIDE_IDENTITY_JOINED:
        return HW_BOND_JOINED;
    case HW_KIND_DECIDE_IDENTITY_PARTED:
        return HW_BOND_PARTED;
    default:
        return (enum hw_bond_kind)0;
    }
}

/* An own register changed its key: another may have stood between that of before and this. */
static bool others_differ(const struct hw_engine *engine, uint32_t own, bool born,
    const struct hw_key *before, const struct hw_last *last)
{
    for (uint32_t at = hw_identifier_at(engine, own)->family_next; at != own;
         at = hw_identifier_at(engine, at)->family_next) {
        const struct hw_last *other = hw_last_of(engine, at, born);

        if (other != NULL && (other->value != last->value || other->value2 != last->value2) &&
            hw_key_order(hw_said_key(engine, other->said), before) > 0)
            return true;
    }
    return false;
}

/*
 * Say a register of identifier own.  True when the person's may change: its own value did, or
 * another identifier said otherwise since it was last said here.
 */
static bool say_last(
    struct statement *statement, uint32_t own, bool born, int64_t value, int32_t value2)
{
    struct hw_engine *engine = statement->engine;
    struct hw_identifier_record *record = hw_identifier_at(engine, own);
    uint32_t *handle = born ? &record->born : &record->restricted;
    struct hw_last *last;
    struct hw_key before;
    bool changes;

    if (*handle == 0) {
        *handle = hw_arena_take(&engine->registers);
        *HW_AT(engine, registers, hw_last, *handle) =
            (struct hw_last){.value = value, .value2 = value2, .said = hold(statement)};
        return true;
    }
    last = HW_AT(engine, registers, hw_last, *handle);
    if (!is_later(statement, last->said))
        return false;
    changes = last->value != value || last->value2 != value2;
    before = *hw_said_key(engine, last->said);
    say_again(statement, &last->said);
    last->value = value;
    last->value2 = value2;
    return changes || others_differ(engine, own, born, &before, last);
}

const struct hw_last *hw_last_of_person(const struct hw_engine *engine, uint32_t person, bool born)
{
    const struct hw_last *last = NULL;
    uint32_t at = person;

    do {
        const struct hw_last *own = hw_last_of(engine, at, born);

        if (own != NULL &&
            (last == NULL ||
                hw_key_order(hw_said_key(engine, own->said), hw_said_key(engine, last->said)) > 0))
            last = own;
        at = hw_identifier_at(engine, at)->person_next;
    } while (at != person);
    return last;
}

/* The same statement with the same key is one statement. */
static bool has_bond(
    const struct statement *statement, uint32_t left, uint32_t right, enum hw_bond_kind kind)
{
    const struct hw_engine *engine = statement->engine;

    for (uint32_t at = hw_identifier_at(engine, left)->bonds; at != 0;
         at = bond_at(engine, at)->next) {
        const struct hw_bond *bond = bond_at(engine, at);

        if (bond->right == right && bond->kind == kind &&
            hw_key_order(&statement->key, hw_said_key(engine, bond->said)) == 0)
            return true;
    }
    return false;
}

static bool add_bond_once(
    struct statement *statement, uint32_t left, uint32_t right, enum hw_bond_kind kind)
{
    if (has_bond(statement, left, right, kind))
        return false;
    add_bond(statement, left, right, kind);
    return true;
}

/* Who is whom, by a reference of the other's. */
static bool take_named(struct statement *statement, const struct hw_event *event, uint32_t record,
    enum hw_bond_kind kind)
{
    uint32_t other = 0;

    if (kind == HW_BOND_JOINED || kind == HW_BOND_PARTED)
        other = hw_named_person(statement->engine, hw_named_part(event, "other"));
    return other != 0 && other != record && add_bond_once(statement, other, record, kind);
}

static bool take_bonds(struct statement *statement, const struct hw_event *event, uint32_t record)
{
    enum hw_bond_kind kind = bond_kind(event->kind);
    bool changes = false;

    if (kind == 0)
        return false;
    if (kind == HW_BOND_UNLINKED && event->retired_count == 0) {
        /* person.unmerged names the one person only. */
        for (uint8_t i = 0; i < event->identifiers_count; i++) {
            uint32_t id = hw_identifier_take(statement->engine, &event->identifiers[i]);

            changes |= add_bond_once(statement, id, id, HW_BOND_UNMERGED);
        }
        return changes;
    }
    for (uint8_t i = 0; i < event->retired_count; i++) {
        uint32_t retired = hw_identifier_take(statement->engine, &event->retired[i]);

        if (retired != record)
            changes |= add_bond_once(statement, retired, record, kind);
    }
    return take_named(statement, event, record, kind) || changes;
}

/* The day somebody comes of age as kept: a day beyond all calendars is none that is met. */
static int32_t adult_day(const struct hw_event *event)
{
    int64_t day = event->values[HW_FIELD_ADULT_FROM_DAY].number;

    if (!hw_event_has(event, HW_FIELD_ADULT_FROM_DAY))
        return HW_ADULT_UNKNOWN;
    if (day <= INT32_MIN)
        return INT32_MIN + 1;
    return day > INT32_MAX ? INT32_MAX : (int32_t)day;
}

static bool take_registers(
    struct statement *statement, const struct hw_event *event, uint32_t record)
{
    bool changes = false;
    int64_t born =
        hw_event_has(event, HW_FIELD_BORN_HASH) ? event->values[HW_FIELD_BORN_HASH].number : 0;

    if (hw_event_has(event, HW_FIELD_BORN_HASH) || hw_event_has(event, HW_FIELD_ADULT_FROM_DAY))
        changes |= say_last(statement, record, true, born, adult_day(event));
    else if (hw_event_clears(event, HW_FIELD_BORN_HASH))
        changes |= say_last(statement, record, true, 0, HW_ADULT_UNKNOWN);
    if (hw_event_has(event, HW_FIELD_RESTRICTED))
        changes |= say_last(statement, record, false, event->values[HW_FIELD_RESTRICTED].number, 0);
    return changes;
}

bool hw_people_take(struct hw_engine *engine, const struct hw_event *event, uint32_t record)
{
    struct statement statement = {.engine = engine};
    struct hw_identifier_record *own = hw_identifier_at(engine, record);
    const struct hw_key *key = &statement.key;
    uint32_t ids[HW_IDENTIFIERS_MAX];
    bool changes = !own->used;

    hw_key_of_event(event, &statement.key);
    statement.key.content = event->message_hash;
    if (hw_people_is_identity(event->kind))
        return take_bonds(&statement, event, record);
    own->used = 1;
    if (event->identifiers_count > 1) {
        for (uint8_t i = 0; i < event->identifiers_count; i++)
            ids[i] = hw_identifier_take(engine, &event->identifiers[i]);
        changes |= take_together(&statement, ids, event->identifiers_count);
    }
    if (key->event_ms <= key->recorded_ms + HW_AHEAD_HOURS_MAX * HW_HOUR_MS)
        changes |= take_registers(&statement, event, record);
    return changes;
}
