/*
 * Who is one person in a family (CONTRACT R6), as a pure function of its bonds sorted by key:
 *
 *   1. what was said together belongs together, unless one of the two was moved away later
 *   2. merges stand unless undone; of those that retire one identifier the last holds; one that
 *      would close a ring has no effect; its exact reverse undoes it
 *   3. links stand unless undone
 *   4. records whose last stated NHS number is the same are one, unless birth dates conflict
 */
#include "core/people/people.h"

#include "core/stays/fold.h"

struct merge {
    uint32_t retired, survivor; /* indexes into members */
    bool standing;
};

struct family {
    struct hw_engine *engine;
    uint32_t members[HW_FAMILY_MAX]; /* sorted by hash */
    uint32_t group[HW_FAMILY_MAX];   /* union-find over members */
    uint32_t count;
    const struct hw_bond *bonds[HW_FAMILY_MAX * 4];
    uint32_t bonds_count;
    struct merge merges[HW_FAMILY_MAX * 2];
    uint32_t merges_count;
    struct merge links[HW_FAMILY_MAX * 2];
    uint32_t links_count;
    uint32_t nhs[HW_FAMILY_MAX]; /* member the last stated NHS number of each is, or own index */
    uint32_t findings[HW_FAMILY_MAX];
};

_Static_assert(sizeof(struct family) < sizeof(((struct hw_scratch *)0)->charges),
    "a family is resolved in the scratch memory of charges");

static uint32_t index_of(const struct family *family, uint32_t identifier)
{
    for (uint32_t i = 0; i < family->count; i++)
        if (family->members[i] == identifier)
            return i;
    return family->count;
}

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

static bool bond_before(const struct hw_bond *a, const struct hw_bond *b)
{
    int order = hw_key_order(&a->key, &b->key);

    if (order == 0)
        order = (a->kind > b->kind) - (a->kind < b->kind);
    return order < 0;
}

/* Members by hash and bonds by key: insertion sort, families are a handful. */
static void gather(struct family *family, uint32_t first)
{
    uint32_t at = first;

    do {
        struct hw_identifier_record *record = hw_identifier_at(family->engine, at);
        uint32_t place = family->count++;

        for (; place > 0 && hw_hash_compare(record->hash, member(family, place - 1)->hash) < 0;
             place--)
            family->members[place] = family->members[place - 1];
        family->members[place] = at;
        at = record->family_next;
    } while (at != first && family->count < HW_FAMILY_MAX);

    for (uint32_t i = 0; i < family->count; i++) {
        for (uint32_t bond = member(family, i)->bonds; bond != 0;) {
            const struct hw_bond *record = HW_AT(family->engine, bonds, hw_bond, bond);
            uint32_t place;

            bond = record->next;
            if (family->bonds_count == HW_FAMILY_MAX * 4)
                return;
            place = family->bonds_count++;
            for (; place > 0 && bond_before(record, family->bonds[place - 1]); place--)
                family->bonds[place] = family->bonds[place - 1];
            family->bonds[place] = record;
        }
    }
}

/* Left was moved to another person after this was said. */
static bool moved_since(const struct family *family, uint32_t identifier, const struct hw_key *key)
{
    for (uint32_t i = 0; i < family->bonds_count; i++)
        if (family->bonds[i]->kind == HW_BOND_MOVED && family->bonds[i]->left == identifier &&
            hw_key_order(&family->bonds[i]->key, key) > 0)
            return true;
    return false;
}

/* The merge of retired that holds: the last standing one. */
static struct merge *merge_of(struct family *family, uint32_t retired)
{
    for (uint32_t i = family->merges_count; i-- > 0;)
        if (family->merges[i].standing && family->merges[i].retired == retired)
            return &family->merges[i];
    return NULL;
}

static bool undo_merge(struct family *family, uint32_t retired)
{
    struct merge *merge = merge_of(family, retired);

    if (merge == NULL)
        return false;
    merge->standing = false;
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
    if (family->merges_count < HW_FAMILY_MAX * 2)
        family->merges[family->merges_count++] =
            (struct merge){.retired = retired, .survivor = survivor, .standing = true};
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

static void take_bond(struct family *family, const struct hw_bond *bond)
{
    uint32_t left = index_of(family, bond->left), right = index_of(family, bond->right);

    if (left == family->count || right == family->count)
        return;
    switch ((enum hw_bond_kind)bond->kind) {
    case HW_BOND_TOGETHER:
        if (!moved_since(family, bond->left, &bond->key) &&
            !moved_since(family, bond->right, &bond->key))
            unite(family, left, right);
        return;
    case HW_BOND_POINTS:
        if (!moved_since(family, bond->left, &bond->key))
            family->nhs[left] = right; /* In order of keys: the last stated stands. */
        return;
    case HW_BOND_MERGED:
    case HW_BOND_MOVED:
        take_merge(family, left, right);
        return;
    case HW_BOND_UNMERGED:
        (void)undo_merge(family, left);
        return;
    case HW_BOND_LINKED:
    case HW_BOND_JOINED:
        if (family->links_count < HW_FAMILY_MAX * 2)
            family->links[family->links_count++] =
                (struct merge){.retired = left, .survivor = right, .standing = true};
        return;
    case HW_BOND_UNLINKED:
    case HW_BOND_PARTED:
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

/* Known birth date of a record: the last said of any identifier united by statement so far. */
static int64_t born_of(struct family *family, uint32_t index)
{
    const struct hw_last *last = NULL;

    for (uint32_t i = 0; i < family->count; i++) {
        const struct hw_last *born = &member(family, i)->born;

        if (root(family, i) == root(family, index) && hw_last_is(born) && born->value != 0 &&
            (last == NULL || hw_key_order(&born->key, &last->key) > 0))
            last = born;
    }
    return last == NULL ? 0 : last->value;
}

/* A record of an NHS number: who points to it, or is it and was spoken of by it alone. */
static bool is_record_of(const struct family *family, uint32_t index, uint32_t nhs)
{
    if (index == nhs)
        return member(family, index)->used;
    return family->nhs[index] == nhs;
}

static void unite_by_nhs(struct family *family, uint32_t nhs)
{
    int64_t first_born = 0;
    uint32_t first = family->count, records = 0;
    bool conflict = false, missing = false;
    int64_t born[HW_IDENTIFIERS_MAX * 4];
    uint32_t list[HW_IDENTIFIERS_MAX * 4];

    for (uint32_t i = 0; i < family->count && records < HW_IDENTIFIERS_MAX * 4; i++) {
        /* A retired record is its survivor's: it joins no others by its own number. */
        if (!is_record_of(family, i, nhs) || merge_of(family, i) != NULL)
            continue;
        list[records] = i;
        born[records] = born_of(family, i);
        if (born[records] == 0)
            missing = true;
        else if (first_born == 0)
            first_born = born[records];
        else if (born[records] != first_born)
            conflict = true;
        records++;
    }
    for (uint32_t i = 0; i < records; i++) {
        if (!conflict) {
            if (first != family->count)
                unite(family, first, list[i]);
            first = list[i];
            continue;
        }
        family->findings[list[i]] |= 1u << HW_FINDING_POSSIBLE_MATCH;
        for (uint32_t j = 0; j < i; j++)
            if (born[i] != 0 && born[j] == born[i])
                unite(family, list[j], list[i]);
    }
    if (!conflict && records > 0) {
        bool several = false;

        for (uint32_t i = 1; i < records; i++)
            several |= born[i] != born[0];
        if (missing && several)
            family->findings[list[0]] |= 1u << HW_FINDING_IDENTITY_UNCONFIRMED;
        if (root(family, nhs) != root(family, list[0]))
            unite(family, nhs, list[0]);
    }
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

void hw_family_resolve(struct hw_engine *engine, uint32_t identifier)
{
    struct family *family = (struct family *)(void *)engine->scratch->charges;

    family->engine = engine;
    family->count = family->bonds_count = family->merges_count = family->links_count = 0;
    gather(family, hw_identifier_at(engine, identifier)->family);
    for (uint32_t i = 0; i < family->count; i++) {
        family->group[i] = i;
        family->nhs[i] = family->count;
        family->findings[i] = 0;
    }
    for (uint32_t i = 0; i < family->bonds_count; i++)
        take_bond(family, family->bonds[i]);
    unite_standing(family);
    for (uint32_t i = 0; i < family->count; i++)
        if (member(family, i)->type == HW_IDENTIFIER_NHS)
            unite_by_nhs(family, i);
    set_people(family);
}
