#include "core/people/people.h"

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

bool hw_last_say(struct hw_last *last, const struct hw_key *key, int64_t value, int64_t value2)
{
    bool said = hw_last_is(last);
    bool changes;

    if (said && hw_key_order(key, &last->key) <= 0)
        return false;
    changes = !said || last->value != value || last->value2 != value2;
    last->key = *key;
    last->value = value;
    last->value2 = value2;
    return changes;
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

static void add_bond(struct hw_engine *engine, uint32_t left, uint32_t right,
    enum hw_bond_kind kind, const struct hw_key *key)
{
    uint32_t handle = hw_arena_take(&engine->bonds);
    struct hw_bond *bond = bond_at(engine, handle);

    bond->key = *key;
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

/* Said again: only the latest key of a pair matters.  True when who is whom may change by it. */
static bool say_pair(struct hw_engine *engine, uint32_t left, uint32_t right,
    enum hw_bond_kind kind, const struct hw_key *key)
{
    struct hw_bond *bond = find_bond(engine, left, right, kind);

    if (bond == NULL) {
        add_bond(engine, left, right, kind, key);
        return true;
    }
    if (hw_key_order(key, &bond->key) <= 0)
        return false;
    bond->key = *key;
    return was_moved(engine, left) || was_moved(engine, right);
}

/* How many different NHS numbers a local identifier was ever said to have. */
static unsigned pointers(const struct hw_engine *engine, uint32_t local)
{
    unsigned count = 0;

    for (uint32_t at = hw_identifier_at(engine, local)->bonds; at != 0;
         at = bond_at(engine, at)->next)
        count += bond_at(engine, at)->kind == HW_BOND_POINTS;
    return count;
}

static bool take_together(
    struct hw_engine *engine, const uint32_t *ids, uint8_t count, const struct hw_key *key)
{
    bool changes = false;
    uint32_t first_local = 0;

    for (uint8_t i = 0; i < count; i++) {
        if (hw_identifier_at(engine, ids[i])->type != HW_IDENTIFIER_LOCAL)
            continue;
        if (first_local == 0)
            first_local = ids[i];
        else
            changes |= say_pair(engine, first_local, ids[i], HW_BOND_TOGETHER, key);
        for (uint8_t j = 0; j < count; j++) {
            if (hw_identifier_at(engine, ids[j])->type != HW_IDENTIFIER_NHS)
                continue;
            changes |= say_pair(engine, ids[i], ids[j], HW_BOND_POINTS, key);
            changes |= pointers(engine, ids[i]) > 1; /* A later key may change the last one. */
        }
    }
    /* Two NHS numbers of one message belong to one person, too. */
    for (uint8_t i = 1; i < count; i++)
        if (hw_identifier_at(engine, ids[i])->type == HW_IDENTIFIER_NHS)
            changes |= say_pair(engine, ids[0], ids[i], HW_BOND_TOGETHER, key);
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

static struct hw_last *last_of(const struct hw_engine *engine, uint32_t identifier, bool born)
{
    struct hw_identifier_record *record = hw_identifier_at(engine, identifier);

    return born ? &record->born : &record->restricted;
}

/*
 * Say a register of identifier own.  True when the person's may change: its own value did, or
 * another identifier said otherwise since it was last said here.
 */
static bool say_last(struct hw_engine *engine, uint32_t own, bool born, const struct hw_key *key,
    int64_t value, int64_t value2)
{
    struct hw_last *last = last_of(engine, own, born);
    struct hw_key before = last->key;

    if (hw_last_is(last) && hw_key_order(key, &before) <= 0)
        return false;
    if (hw_last_say(last, key, value, value2))
        return true;
    for (uint32_t at = hw_identifier_at(engine, own)->family_next; at != own;
         at = hw_identifier_at(engine, at)->family_next) {
        const struct hw_last *other = last_of(engine, at, born);

        if (hw_last_is(other) && (other->value != value || other->value2 != value2) &&
            hw_key_order(&other->key, &before) > 0)
            return true;
    }
    return false;
}

/* The same statement with the same key is one statement. */
static bool has_bond(const struct hw_engine *engine, uint32_t left, uint32_t right,
    enum hw_bond_kind kind, const struct hw_key *key)
{
    for (uint32_t at = hw_identifier_at(engine, left)->bonds; at != 0;
         at = bond_at(engine, at)->next) {
        const struct hw_bond *bond = bond_at(engine, at);

        if (bond->right == right && bond->kind == kind && hw_key_order(key, &bond->key) == 0)
            return true;
    }
    return false;
}

static bool take_bonds(struct hw_engine *engine, const struct hw_event *event, uint32_t record,
    const struct hw_key *key)
{
    enum hw_bond_kind kind = bond_kind(event->kind);
    bool changes = false;

    if (kind == 0)
        return false;
    if (kind == HW_BOND_UNLINKED && event->retired_count == 0) {
        /* person.unmerged names the one person only. */
        for (uint8_t i = 0; i < event->identifiers_count; i++) {
            uint32_t id = hw_identifier_take(engine, &event->identifiers[i]);

            if (has_bond(engine, id, id, HW_BOND_UNMERGED, key))
                continue;
            add_bond(engine, id, id, HW_BOND_UNMERGED, key);
            changes = true;
        }
        return changes;
    }
    for (uint8_t i = 0; i < event->retired_count; i++) {
        uint32_t retired = hw_identifier_take(engine, &event->retired[i]);

        if (retired == record || has_bond(engine, retired, record, kind, key))
            continue;
        add_bond(engine, retired, record, kind, key);
        changes = true;
    }
    return changes;
}

bool hw_people_take(struct hw_engine *engine, const struct hw_event *event, uint32_t record)
{
    uint32_t ids[HW_IDENTIFIERS_MAX];
    struct hw_key key;
    bool changes = false;
    struct hw_identifier_record *own = hw_identifier_at(engine, record);

    hw_key_of_event(event, &key);
    key.content = event->message_hash;
    if (hw_people_is_identity(event->kind))
        return take_bonds(engine, event, record, &key);
    for (uint8_t i = 0; i < event->identifiers_count; i++)
        ids[i] = hw_identifier_take(engine, &event->identifiers[i]);
    if (!own->used) {
        own->used = 1;
        changes = true;
    }
    changes |= take_together(engine, ids, event->identifiers_count, &key);
    if (key.event_ms > key.recorded_ms + HW_AHEAD_HOURS_MAX * HW_HOUR_MS)
        return changes;
    if (hw_event_has(event, HW_FIELD_BORN_HASH) || hw_event_has(event, HW_FIELD_ADULT_FROM_DAY))
        changes |= say_last(engine, record, true, &key,
            hw_event_has(event, HW_FIELD_BORN_HASH) ? event->values[HW_FIELD_BORN_HASH].number : 0,
            hw_event_has(event, HW_FIELD_ADULT_FROM_DAY)
                ? event->values[HW_FIELD_ADULT_FROM_DAY].number
                : HW_ADULT_UNKNOWN);
    else if (hw_event_clears(event, HW_FIELD_BORN_HASH))
        changes |= say_last(
            engine, record, offsetof(struct hw_identifier_record, born), &key, 0, HW_ADULT_UNKNOWN);
    if (hw_event_has(event, HW_FIELD_RESTRICTED))
        changes |=
            say_last(engine, record, false, &key, event->values[HW_FIELD_RESTRICTED].number, 0);
    return changes;
}
