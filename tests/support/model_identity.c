/* R6: a person is what identifiers resolve to now. */
#include "support/model_parts.h"

/* A merge: the first identifier now means the second. */
struct merge {
    const struct hw_event *event;
    int retired, into; /* nodes */
    bool standing, ring;
};

/* Anything a person was ever called by. */
struct node {
    struct hw_hash hash;
    uint8_t type;
    bool alone; /* an NHS number that came with no local identifier */
    int record; /* local identifiers that came in one PID-3 are one record */
    int nhs;    /* of a record: node of the NHS number last stated; -1 */
    bool born_known;
    int64_t born; /* of a record: last stated */
    int person;   /* of a record */
};

struct identity {
    LIST(struct node) nodes;
    LIST(struct merge) merges;
    LIST(struct merge) links;       /* reversible: both records go on */
    LIST(struct hw_event *) events; /* by key */
    LIST(int) persons;              /* the record each is named after */
    LIST(bool) possible, unconfirmed, ring;
};

static int node_of(struct identity *identity, const struct hw_identifier *identifier)
{
    for (uint32_t i = 0; i < identity->nodes.count; i++)
        if (hw_hash_equal(identity->nodes.at[i].hash, identifier->hash))
            return (int)i;
    LIST_ADD(&identity->nodes,
        (struct node){.hash = identifier->hash,
            .type = identifier->type,
            .record = (int)identity->nodes.count - 1,
            .nhs = -1,
            .person = -1});
    identity->nodes.at[identity->nodes.count - 1].record = (int)identity->nodes.count - 1;
    return (int)identity->nodes.count - 1;
}

static void join_records(struct identity *identity, int a, int b)
{
    int from = identity->nodes.at[a].record, to = identity->nodes.at[b].record;

    for (uint32_t i = 0; i < identity->nodes.count; i++)
        if (identity->nodes.at[i].record == from)
            identity->nodes.at[i].record = to;
}

/* "Identifiers in one PID-3 belong to one person": the local ones are one record. */
static void join_locals(struct identity *identity, const struct hw_event *event)
{
    int first = -1;

    for (uint8_t i = 0; i < event->identifiers_count; i++) {
        int node = node_of(identity, &event->identifiers[i]);

        if (event->identifiers[i].type != HW_IDENTIFIER_LOCAL || event_is_identity(event))
            continue;
        if (first >= 0)
            join_records(identity, node, first);
        first = node;
    }
    if (first < 0 && event->identifiers_count > 0 && !event_is_identity(event))
        identity->nodes.at[node_of(identity, &event->identifiers[0])].alone = true;
    for (uint8_t i = 0; i < event->retired_count; i++)
        (void)node_of(identity, &event->retired[i]); /* Heard of, if only now. */
}

/* "A local identifier points to the NHS number last stated for it"; so with the birth date. */
static void state_record(struct identity *identity, const struct hw_event *event)
{
    const struct hw_identifier *named = event_identifier(event);
    struct node *record;

    if (named == NULL || event_is_identity(event))
        return;
    record = &identity->nodes.at[identity->nodes.at[node_of(identity, named)].record];
    if (named->type == HW_IDENTIFIER_LOCAL && event->identifiers[0].type == HW_IDENTIFIER_NHS)
        record->nhs = node_of(identity, &event->identifiers[0]);
    if (too_far_ahead(event, event->happened))
        return;
    if (hw_event_has(event, HW_FIELD_BORN_HASH)) {
        record->born_known = true;
        record->born = event->values[HW_FIELD_BORN_HASH].number;
    } else if (hw_event_clears(event, HW_FIELD_BORN_HASH)) {
        record->born_known = false;
    }
}

/* "Of merges that retire one identifier the last by key holds." */
static struct merge *standing_merge(struct identity *identity, int retired)
{
    struct merge *last = NULL;

    for (uint32_t i = 0; i < identity->merges.count; i++) {
        struct merge *merge = &identity->merges.at[i];

        if (merge->retired == retired && merge->standing)
            last = merge;
    }
    return last;
}

static int follow(struct identity *identity, int node)
{
    struct merge *merge;

    while ((merge = standing_merge(identity, node)) != NULL)
        node = merge->into;
    return node;
}

static void add_merge(
    struct identity *identity, const struct hw_event *event, int retired, int into)
{
    struct merge *opposite = standing_merge(identity, into);
    bool ring;

    if (opposite != NULL && opposite->into == retired) {
        opposite->standing = false; /* A reversed A40 undoes it. */
        return;
    }
    ring = retired == into;
    for (struct merge *step = standing_merge(identity, into); step != NULL && !ring;
         step = standing_merge(identity, step->into))
        ring = step->into == retired;
    LIST_ADD(&identity->merges, (struct merge){event, retired, into, !ring, ring});
}

static bool undo_link(struct identity *identity, const struct hw_event *event)
{
    for (uint32_t i = identity->links.count; i-- > 0;) {
        struct merge *link = &identity->links.at[i];

        for (uint8_t r = 0; r < event->retired_count && link->standing; r++) {
            int retired = node_of(identity, &event->retired[r]);
            int named = node_of(identity, event_identifier(event));

            if ((link->retired == retired && link->into == named) ||
                (link->retired == named && link->into == retired)) {
                link->standing = false;
                return true;
            }
        }
    }
    return false;
}

/* "Undo the latest standing merge of that identifier": of those retired, else of those named. */
static void undo_merge(struct identity *identity, const struct hw_event *event)
{
    if (undo_link(identity, event))
        return;
    for (unsigned pass = 0; pass < 2; pass++) {
        const struct hw_identifier *list = pass == 0 ? event->retired : event->identifiers;
        uint8_t count = pass == 0 ? event->retired_count : event->identifiers_count;
        struct merge *latest = NULL;

        for (uint8_t i = 0; i < count; i++) {
            struct merge *merge = standing_merge(identity, node_of(identity, &list[i]));

            if (merge != NULL && (latest == NULL || merge > latest))
                latest = merge;
        }
        if (latest != NULL) {
            latest->standing = false;
            return;
        }
    }
}

static void apply_merges(struct identity *identity)
{
    for (uint32_t i = 0; i < identity->events.count; i++) {
        const struct hw_event *event = identity->events.at[i];

        if (event->kind == HW_KIND_PERSON_UNMERGED) {
            undo_merge(identity, event);
            continue;
        }
        if (event->kind == HW_KIND_PERSON_LINKED && event_identifier(event) != NULL)
            for (uint8_t r = 0; r < event->retired_count; r++)
                LIST_ADD(&identity->links,
                    (struct merge){event, node_of(identity, &event->retired[r]),
                        node_of(identity, event_identifier(event)), true, false});
        if (event->kind != HW_KIND_PERSON_MERGED && event->kind != HW_KIND_IDENTIFIER_MOVED &&
            event->kind != HW_KIND_IDENTIFIER_CHANGED)
            continue;
        if (event_identifier(event) == NULL)
            continue;
        for (uint8_t r = 0; r < event->retired_count; r++)
            add_merge(identity, event, node_of(identity, &event->retired[r]),
                node_of(identity, event_identifier(event)));
    }
}

/* The record that a record means after all merges of any of its identifiers. */
static int final_record(struct identity *identity, int record)
{
    for (uint32_t steps = 0; steps <= identity->nodes.count; steps++) {
        struct merge *last = NULL;

        for (uint32_t i = 0; i < identity->nodes.count; i++) {
            struct merge *merge = NULL;

            if (identity->nodes.at[i].record == record)
                merge = standing_merge(identity, (int)i);
            if (merge != NULL && (last == NULL || merge > last))
                last = merge;
        }
        if (last == NULL)
            return record;
        record = identity->nodes.at[last->into].record;
    }
    return record;
}

/* The NHS number a record goes by, if it stands for itself; -1. */
static int number_of(struct identity *identity, int record)
{
    const struct node *node = &identity->nodes.at[record];

    if (node->record != record || final_record(identity, record) != record)
        return -1;
    if (node->type == HW_IDENTIFIER_NHS)
        return record;
    if (node->nhs < 0)
        return -1;
    return identity->nodes.at[follow(identity, node->nhs)].type == HW_IDENTIFIER_NHS
        ? follow(identity, node->nhs)
        : -1;
}

/* An NHS number is a record of its own only where it came alone, or others merged into it. */
static bool is_record(struct identity *identity, int record)
{
    const struct node *node = &identity->nodes.at[record];

    if (node->record != record)
        return false;
    if (node->type == HW_IDENTIFIER_LOCAL || node->alone)
        return true;
    for (uint32_t i = 0; i < identity->merges.count; i++)
        if (identity->merges.at[i].into == record && identity->merges.at[i].standing)
            return true;
    return false;
}

struct sharing {
    bool conflict, missing;
    uint32_t records;
};

/* What records that share an NHS number say of the birth date. */
static struct sharing share(struct identity *identity, int number)
{
    struct sharing sharing = {0};
    const struct node *known = NULL;

    for (uint32_t i = 0; i < identity->nodes.count; i++) {
        const struct node *node = &identity->nodes.at[i];

        if (!is_record(identity, (int)i) || number_of(identity, (int)i) != number)
            continue;
        sharing.records++;
        if (!node->born_known)
            sharing.missing = true;
        else if (known != NULL && known->born != node->born)
            sharing.conflict = true;
        else
            known = node;
    }
    return sharing;
}

static int new_person(struct identity *identity, int record, struct sharing sharing)
{
    LIST_ADD(&identity->persons, record);
    LIST_ADD(&identity->possible, sharing.conflict);
    LIST_ADD(&identity->unconfirmed, sharing.records > 1 && !sharing.conflict && sharing.missing);
    LIST_ADD(&identity->ring, false);
    return (int)identity->persons.count - 1;
}

/* "Records that share an NHS number are one person unless known birth dates conflict: then those
 * stay apart, and a record without a birth date stays alone." */
static bool one_person(struct identity *identity, int a, int b, struct sharing sharing)
{
    const struct node *x = &identity->nodes.at[a], *y = &identity->nodes.at[b];

    if (!sharing.conflict)
        return true;
    return x->born_known && y->born_known && x->born == y->born;
}

static void name_person(struct identity *identity, int record)
{
    struct node *node = &identity->nodes.at[record];
    int number = number_of(identity, record);
    struct sharing sharing = {0};

    if (number >= 0)
        sharing = share(identity, number);
    for (uint32_t i = 0; i < identity->persons.count && number >= 0; i++) {
        int other = identity->persons.at[i];

        if (number_of(identity, other) == number && one_person(identity, record, other, sharing)) {
            node->person = (int)i;
            return;
        }
    }
    node->person = new_person(identity, record, sharing);
}

static int event_by_key(const void *a, const void *b)
{
    return event_order(*(struct hw_event *const *)a, *(struct hw_event *const *)b);
}

/* Linked people are one for as long as the link stands. */
static void join_linked(struct identity *identity)
{
    for (uint32_t i = 0; i < identity->links.count; i++) {
        const struct merge *link = &identity->links.at[i];
        int from = identity->nodes.at[link->retired].person;
        int to = identity->nodes.at[link->into].person;

        if (!link->standing || from == to)
            continue;
        for (uint32_t j = 0; j < identity->nodes.count; j++)
            if (identity->nodes.at[j].person == from)
                identity->nodes.at[j].person = to;
        identity->possible.at[to] = identity->possible.at[to] || identity->possible.at[from];
        identity->unconfirmed.at[to] =
            identity->unconfirmed.at[to] || identity->unconfirmed.at[from];
    }
}

static void name_persons(struct identity *identity)
{
    for (uint32_t i = 0; i < identity->nodes.count; i++)
        if (is_record(identity, (int)i) && final_record(identity, (int)i) == (int)i)
            name_person(identity, (int)i);
    /* An NHS number that only came beside local identifiers is who they are. */
    for (uint32_t i = 0; i < identity->nodes.count; i++) {
        int record = final_record(identity, identity->nodes.at[i].record);

        if (identity->nodes.at[record].person < 0)
            name_person(identity, record);
        identity->nodes.at[i].person = identity->nodes.at[record].person;
    }
    join_linked(identity);
    for (uint32_t i = 0; i < identity->merges.count; i++)
        if (identity->merges.at[i].ring)
            identity->ring.at[identity->nodes.at[identity->merges.at[i].retired].person] = true;
}

struct identity *identity_new(const struct model *model)
{
    struct identity *identity = calloc(1, sizeof *identity);

    HW_ASSERT(identity != NULL);
    for (uint32_t i = 0; i < model->events.count; i++)
        LIST_ADD(&identity->events, model->events.at[i]);
    if (identity->events.count > 0)
        qsort(
            identity->events.at, identity->events.count, sizeof *identity->events.at, event_by_key);
    for (uint32_t i = 0; i < identity->events.count; i++)
        join_locals(identity, identity->events.at[i]);
    for (uint32_t i = 0; i < identity->events.count; i++)
        state_record(identity, identity->events.at[i]);
    apply_merges(identity);
    name_persons(identity);
    return identity;
}

void identity_free(struct identity *identity)
{
    if (identity == NULL)
        return;
    free(identity->nodes.at);
    free(identity->merges.at);
    free(identity->links.at);
    free(identity->events.at);
    free(identity->persons.at);
    free(identity->possible.at);
    free(identity->unconfirmed.at);
    free(identity->ring.at);
    free(identity);
}

int identity_persons(const struct identity *identity)
{
    return (int)identity->persons.count;
}

int identity_person(const struct identity *identity, struct hw_hash identifier)
{
    for (uint32_t i = 0; i < identity->nodes.count; i++)
        if (hw_hash_equal(identity->nodes.at[i].hash, identifier))
            return identity->nodes.at[i].person;
    return -1;
}

bool identity_possible_match(const struct identity *identity, int person)
{
    return identity->possible.at[person];
}

bool identity_unconfirmed(const struct identity *identity, int person)
{
    return identity->unconfirmed.at[person];
}

bool identity_ring(const struct identity *identity, int person)
{
    return identity->ring.at[person];
}
