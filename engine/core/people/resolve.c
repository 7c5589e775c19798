/*
 * Who is one person in a family (CONTRACT R6), as a pure function of its bonds sorted by key:
 *
 *   1. local identifiers said together are one record, unless one was moved away later; a record
 * has the NHS number and the birth date last stated for it
 *   2. merges stand unless undone; of those that retire one identifier the last holds; one that
 *      would close a ring has no effect; its exact reverse undoes it
 *   3. links stand unless undone
 *   4. records whose NHS number is the same are one person, unless birth dates conflict; a retired
 *      record is its survivor's, and joins no others by its own number
 */
#include "core/people/people.h"

#include "core/stays/fold.h"

struct merge {
    uint32_t retired, survivor; /* indexes into members */
    uint32_t previous;          /* merge of retired that held before; MERGE_NONE */
    bool standing;
};

enum { MERGE_NONE = UINT32_MAX >> 1 };

enum { BONDS_MAX = HW_FAMILY_MAX * 4 };

struct pair {
    uint32_t left, right; /* indexes into members */
};

struct family {
    struct hw_engine *engine;
    uint32_t members[HW_FAMILY_MAX]; /* sorted by hash */
    uint32_t group[HW_FAMILY_MAX];   /* union-find over members */
    uint32_t count;
    const struct hw_bond *bonds[BONDS_MAX];
    uint32_t bonds_count;
    struct merge merges[BONDS_MAX];
    uint32_t merges_count;
    uint32_t holds[HW_FAMILY_MAX];              /* the merge of a member that holds; MERGE_NONE */
    const struct hw_bond *moved[HW_FAMILY_MAX]; /* the last that moved a member; NULL */
    bool retired[HW_FAMILY_MAX];                /* of a record: merged into another */
    bool survives[HW_FAMILY_MAX];               /* others were merged into it */
    bool cut;                                   /* more than are looked at */
    struct merge links[BONDS_MAX];
    uint32_t links_count;
    struct pair settled[BONDS_MAX]; /* of whom a person said whether they are one (3.3) */
    uint32_t settled_count;
    uint32_t record[HW_FAMILY_MAX]; /* first member of the record each belongs to */
    uint32_t nhs[HW_FAMILY_MAX];    /* of a record: its NHS number; count: none */
    int64_t born[HW_FAMILY_MAX];    /* of a record: hash of its birth date; 0: not known */
    uint32_t findings[HW_FAMILY_MAX];
};

_Static_assert(sizeof(struct family) < sizeof(((struct hw_scratch *)0)->charges),
    "a family is resolved in the scratch memory of charges");

static uint32_t root(struct family *family, uint32_t index)
{
    while (family->group[index] != index)
        index = family->group[index] = family->group[family->group[index]];
    return index;
}

static void unite(struct family *family, uint32_t a, uint32_t b)
{
    a = root(family, a);
    b = root(family, b);
    /* The least member (they are sorted by hash) is the first of the person. */
    if (a < b)
        family->group[b] = a;
    else
        family->group[a] = b;
}

static const struct hw_identifier_record *member(const struct family *family, uint32_t index)
{
    return hw_identifier_at(family->engine, family->members[index]);
}

/* The index of an identifier among the members, which are sorted by hash; count: it is none. */
static uint32_t index_of(const struct family *family, uint32_t identifier)
{
    struct hw_hash hash = hw_identifier_at(family->engine, identifier)->hash;
    uint32_t low = 0, high = family->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (hw_hash_compare(member(family, middle)->hash, hash) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < family->count && family->members[low] == identifier ? low : family->count;
}

static bool bond_before(
    const struct family *family, const struct hw_bond *a, const struct hw_bond *b)
{
    int order =
        hw_key_order(hw_said_key(family->engine, a->said), hw_said_key(family->engine, b->said));

    if (order == 0)
        order = (a->kind > b->kind) - (a->kind < b->kind);
    return order < 0;
}

/* Of a family larger than is looked at, the members of least hash: whoever came first. */
static void gather_members(struct family *family, uint32_t first)
{
    uint32_t at = first;

    do {
        struct hw_identifier_record *record = hw_identifier_at(family->engine, at);
        uint32_t place = family->count, next = record->family_next;

        if (place == HW_FAMILY_MAX) {
            family->cut = true;
            place--;
            if (hw_hash_compare(record->hash, member(family, place)->hash) > 0) {
                at = next;
                continue;
            }
        } else {
            family->count++;
        }
        for (; place > 0 && hw_hash_compare(record->hash, member(family, place - 1)->hash) < 0;
             place--)
            family->members[place] = family->members[place - 1];
        family->members[place] = at;
        at = next;
    } while (at != first);
}

/* Bonds between members, by key; of more than are looked at, the latest. */
static void gather_bond(struct family *family, const struct hw_bond *bond)
{
    uint32_t place = family->bonds_count;

    if (index_of(family, bond->left) == family->count ||
        index_of(family, bond->right) == family->count)
        return;
    if (place == BONDS_MAX) {
        family->cut = true;
        if (bond_before(family, bond, family->bonds[0]))
            return;
        place--;
        memmove(&family->bonds[0], &family->bonds[1], place * sizeof family->bonds[0]);
    } else {
        family->bonds_count++;
    }
    for (; place > 0 && bond_before(family, bond, family->bonds[place - 1]); place--)
        family->bonds[place] = family->bonds[place - 1];
    family->bonds[place] = bond;
}

static void gather_bonds(struct family *family)
{
    for (uint32_t i = 0; i < family->count; i++)
        for (uint32_t bond = member(family, i)->bonds; bond != 0;) {
            const struct hw_bond *record = HW_AT(family->engine, bonds, hw_bond, bond);

            gather_bond(family, record);
            bond = record->next;
        }
    for (uint32_t i = 0; i < family->bonds_count; i++)
        if (family->bonds[i]->kind == HW_BOND_MOVED)
            family->moved[index_of(family, family->bonds[i]->left)] = family->bonds[i];
}

/* Who is left out is a person alone, and shown. */
static void set_left_out(struct family *family, uint32_t first)
{
    uint32_t at = first;

    do {
        struct hw_identifier_record *record = hw_identifier_at(family->engine, at);

        if (index_of(family, at) == family->count) {
            record->person = record->person_next = at;
            record->findings = 1u << HW_FINDING_TOO_MANY_FACTS;
        }
        at = record->family_next;
    } while (at != first);
}

/* The identifier was moved to another person after this was said. */
static bool moved_since(const struct family *family, uint32_t identifier, uint32_t said)
{
    const struct hw_bond *moved = family->moved[index_of(family, identifier)];

    return moved != NULL &&
        hw_key_order(hw_said_key(family->engine, moved->said), hw_said_key(family->engine, said)) >
        0;
}

/* The merge of retired that holds: the last standing one. */
static struct merge *merge_of(struct family *family, uint32_t retired)
{
    return family->holds[retired] == MERGE_NONE ? NULL : &family->merges[family->holds[retired]];
}

static bool undo_merge(struct family *family, uint32_t retired)
{
    struct merge *merge = merge_of(family, retired);

    if (merge == NULL)
        return false;
    merge->standing = false;
    family->holds[retired] = merge->previous;
    return true;
}

static void take_merge(struct family *family, uint32_t retired, uint32_t survivor)
{
    const struct merge *reverse = merge_of(family, survivor);
    uint32_t at = survivor;

    /* A40 the other way round undoes the merge it reverses. */
    if (reverse != NULL && reverse->survivor == retired) {
        (void)undo_merge(family, survivor);
        return;
    }
    for (const struct merge *step; (step = merge_of(family, at)) != NULL;) {
        at = step->survivor;
        if (at == retired) {
            family->findings[retired] |= 1u << HW_FINDING_MERGE_RING;
            return;
        }
    }
    HW_ASSERT(family->merges_count < BONDS_MAX); /* A bond makes one at most. */
    family->merges[family->merges_count] = (struct merge){.retired = retired,
        .survivor = survivor,
        .previous = family->holds[retired],
        .standing = true};
    family->holds[retired] = family->merges_count++;
}

static void take_unlink(struct family *family, uint32_t left, uint32_t right)
{
    for (uint32_t i = family->links_count; i-- > 0;) {
        struct merge *link = &family->links[i];

        if (link->standing &&
            ((link->retired == left && link->survivor == right) ||
                (link->retired == right && link->survivor == left))) {
            link->standing = false;
            return;
        }
    }
    if (!undo_merge(family, left))
        (void)undo_merge(family, right);
}

static bool is_moved(const struct family *family, const struct hw_bond *bond)
{
    return moved_since(family, bond->left, bond->said) ||
        moved_since(family, bond->right, bond->said);
}

/* Records: what was said together, the last number and birth date stated for it. */
static void make_records(struct family *family)
{
    for (uint32_t i = 0; i < family->bonds_count; i++)
        if (family->bonds[i]->kind == HW_BOND_TOGETHER && !is_moved(family, family->bonds[i]))
            unite(family, index_of(family, family->bonds[i]->left),
                index_of(family, family->bonds[i]->right));
    for (uint32_t i = 0; i < family->count; i++)
        family->record[i] = root(family, i);
    for (uint32_t i = 0; i < family->bonds_count; i++)
        if (family->bonds[i]->kind == HW_BOND_POINTS && !is_moved(family, family->bonds[i]))
            family->nhs[family->record[index_of(family, family->bonds[i]->left)]] =
                index_of(family, family->bonds[i]->right);
    for (uint32_t i = 0; i < family->count; i++) {
        const struct hw_last *last = NULL;

        for (uint32_t j = i; j < family->count && family->record[i] == i; j++) {
            const struct hw_last *said = hw_last_of(family->engine, family->members[j], true);

            if (family->record[j] == i && said != NULL &&
                (last == NULL ||
                    hw_key_order(hw_said_key(family->engine, said->said),
                        hw_said_key(family->engine, last->said)) > 0))
                last = said;
        }
        family->born[i] = last == NULL ? 0 : last->value;
    }
}

static void settle(struct family *family, uint32_t left, uint32_t right)
{
    HW_ASSERT(family->settled_count < BONDS_MAX); /* A bond makes one at most. */
    family->settled[family->settled_count++] = (struct pair){left, right};
}

/* A person has said of these two whether they are one: that is no question any more. */
static bool is_settled(struct family *family, uint32_t a, uint32_t b)
{
    uint32_t one = root(family, a), other = root(family, b);

    for (uint32_t i = 0; i < family->settled_count; i++) {
        uint32_t left = root(family, family->settled[i].left),
                 right = root(family, family->settled[i].right);

        if ((left == one && right == other) || (left == other && right == one))
            return true;
    }
    return false;
}

static void take_bond(struct family *family, const struct hw_bond *bond)
{
    uint32_t left = index_of(family, bond->left), right = index_of(family, bond->right);

    switch ((enum hw_bond_kind)bond->kind) {
    case HW_BOND_TOGETHER:
    case HW_BOND_POINTS:
        return; /* make_records() */
    case HW_BOND_MERGED:
    case HW_BOND_MOVED:
        take_merge(family, left, right);
        return;
    case HW_BOND_UNMERGED:
        (void)undo_merge(family, left);
        return;
    case HW_BOND_JOINED:
        settle(family, left, right);
        /* fall through */
    case HW_BOND_LINKED:
        HW_ASSERT(family->links_count < BONDS_MAX);
        family->links[family->links_count++] =
            (struct merge){.retired = left, .survivor = right, .standing = true};
        return;
    case HW_BOND_PARTED:
        settle(family, left, right);
        /* fall through */
    case HW_BOND_UNLINKED:
        take_unlink(family, left, right);
        return;
    }
}

static void unite_standing(struct family *family)
{
    for (uint32_t i = 0; i < family->count; i++) {
        const struct merge *merge = merge_of(family, i);

        if (merge != NULL)
            unite(family, merge->retired, merge->survivor);
    }
    for (uint32_t i = 0; i < family->links_count; i++)
        if (family->links[i].standing)
            unite(family, family->links[i].retired, family->links[i].survivor);
}

/* Records one of whose identifiers was merged into another record. */
static void find_retired(struct family *family)
{
    for (uint32_t i = 0; i < family->count; i++) {
        const struct merge *merge = merge_of(family, i);

        if (merge != NULL && family->record[merge->survivor] != family->record[i])
            family->retired[family->record[i]] = true;
    }
    for (uint32_t i = 0; i < family->merges_count; i++) {
        if (family->merges[i].standing)
            family->survives[family->merges[i].survivor] = true;
    }
}

/* The NHS number a record goes by, merges of numbers followed; count: none. */
static uint32_t number_of(struct family *family, uint32_t record)
{
    uint32_t number =
        member(family, record)->type == HW_IDENTIFIER_NHS ? record : family->nhs[record];

    if (number == family->count)
        return number;
    for (const struct merge *merge; (merge = merge_of(family, number)) != NULL;)
        number = merge->survivor;
    return member(family, number)->type == HW_IDENTIFIER_NHS ? number : family->count;
}

/* An NHS number is a record of its own where it came alone, or others were merged into it. */
static bool is_record(const struct family *family, uint32_t index)
{
    if (family->record[index] != index)
        return false;
    return member(family, index)->type == HW_IDENTIFIER_LOCAL || member(family, index)->used ||
        family->survives[index];
}

enum { SHARING_MAX = 64 }; /* records of one number that are looked at */

struct sharing {
    uint32_t records[SHARING_MAX];
    uint32_t count;
    bool conflict, missing;
};

static void gather_sharing(struct family *family, uint32_t nhs, struct sharing *sharing)
{
    int64_t known = 0;

    *sharing = (struct sharing){.count = 0};
    for (uint32_t i = 0; i < family->count && sharing->count < SHARING_MAX; i++) {
        if (!is_record(family, i) || family->retired[i] || number_of(family, i) != nhs)
            continue;
        sharing->records[sharing->count++] = i;
        if (family->born[i] == 0)
            sharing->missing = true;
        else if (known != 0 && known != family->born[i])
            sharing->conflict = true;
        else
            known = family->born[i];
    }
}

/* Whether some other record of the number may be the same person, and nobody has said. */
static bool may_be_another(struct family *family, const struct sharing *sharing, uint32_t record)
{
    for (uint32_t i = 0; i < sharing->count; i++) {
        uint32_t other = sharing->records[i];

        if (other != record &&
            (family->born[record] == 0 || family->born[record] != family->born[other]) &&
            !is_settled(family, record, other))
            return true;
    }
    return false;
}

/*
 * Records that share a number are one person; where birth dates conflict only those of one date
 * are, and one without stays alone.
 */
static void unite_by_nhs(struct family *family, uint32_t nhs)
{
    struct sharing sharing;

    gather_sharing(family, nhs, &sharing);
    for (uint32_t i = 0; i < sharing.count; i++) {
        uint32_t record = sharing.records[i];

        if (!sharing.conflict && sharing.missing && sharing.count > 1)
            family->findings[record] |= 1u << HW_FINDING_IDENTITY_UNCONFIRMED;
        for (uint32_t j = 0; j < i; j++)
            if (!sharing.conflict ||
                (family->born[record] != 0 &&
                    family->born[record] == family->born[sharing.records[j]]))
                unite(family, sharing.records[j], record);
    }
    for (uint32_t i = 0; i < sharing.count && sharing.conflict; i++)
        if (may_be_another(family, &sharing, sharing.records[i]))
            family->findings[sharing.records[i]] |= 1u << HW_FINDING_POSSIBLE_MATCH;
    /* A number that only came beside local identifiers is who they are. */
    if (sharing.count > 0 && !sharing.conflict && !family->retired[family->record[nhs]])
        unite(family, nhs, sharing.records[0]);
}

/* Rings of people, in order of members, with the least first. */
static void set_people(struct family *family)
{
    for (uint32_t i = 0; i < family->count; i++) {
        struct hw_identifier_record *record = hw_identifier_at(family->engine, family->members[i]);
        uint32_t first = family->members[root(family, i)];

        record->person = first;
        record->findings = 0;
        if (first == family->members[i]) {
            record->person_next = first;
        } else {
            struct hw_identifier_record *leader = hw_identifier_at(family->engine, first);

            record->person_next = leader->person_next;
            leader->person_next = family->members[i];
        }
    }
    for (uint32_t i = 0; i < family->count; i++)
        hw_identifier_at(family->engine, family->members[root(family, i)])->findings |=
            family->findings[i];
}

/* Its members and nothing said of them; what lies beyond the count is not looked at. */
static void begin(struct family *family, struct hw_engine *engine, uint32_t first)
{
    family->engine = engine;
    family->count = family->bonds_count = family->merges_count = family->links_count = 0;
    family->settled_count = 0;
    family->cut = false;
    gather_members(family, first);
    for (uint32_t i = 0; i < family->count; i++) {
        family->group[i] = i;
        family->nhs[i] = family->count;
        family->holds[i] = MERGE_NONE;
        family->moved[i] = NULL;
        family->retired[i] = family->survives[i] = false;
        family->findings[i] = 0;
    }
}

/* One identifier of which nothing but itself was ever said: a person by itself. */
static bool is_alone(struct hw_engine *engine, uint32_t first)
{
    const struct hw_identifier_record *record = hw_identifier_at(engine, first);

    return record->family_next == first && record->bonds == 0;
}

void hw_family_resolve(struct hw_engine *engine, uint32_t identifier)
{
    struct family *family = (struct family *)(void *)engine->scratch->charges;
    uint32_t first = hw_identifier_at(engine, identifier)->family;

    if (is_alone(engine, first))
        return;
    begin(family, engine, first);
    gather_bonds(family);
    make_records(family);
    for (uint32_t i = 0; i < family->bonds_count; i++)
        take_bond(family, family->bonds[i]);
    unite_standing(family);
    find_retired(family);
    for (uint32_t i = 0; i < family->count; i++)
        if (member(family, i)->type == HW_IDENTIFIER_NHS)
            unite_by_nhs(family, i);
    if (family->cut)
        family->findings[0] |= 1u << HW_FINDING_TOO_MANY_FACTS;
    set_people(family);
    if (family->cut)
        set_left_out(family, first);
}
