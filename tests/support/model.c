/* The model's memory, and whose stay each message is about (R6). */
#include "support/model_parts.h"

struct model *model_new(void)
{
    struct model *model = calloc(1, sizeof *model);

    HW_ASSERT(model != NULL);
    return model;
}

static void forget(struct model *model)
{
    for (uint32_t i = 0; i < model->stays.count; i++) {
        struct stay *stay = &model->stays.at[i];

        free(stay->facts.at);
        free(stay->presence.at);
        free(stay->inpatient.at);
        free(stay->places.at);
        free(stay->classes.at);
        free(stay->pathways.at);
        free(stay->periods.at);
        free(stay->charges.at);
    }
    for (uint32_t i = 0; i < model->persons.count; i++) {
        free(model->persons.at[i].council.at);
        free(model->persons.at[i].council_proposed.at);
        free(model->persons.at[i].zone.at);
    }
    identity_free(model->identity);
    model->identity = NULL;
    model->stays.count = 0;
    model->persons.count = 0;
    model->chronicles.count = 0;
    model->folded = false;
}

void model_free(struct model *model)
{
    forget(model);
    for (uint32_t i = 0; i < model->events.count; i++)
        free(model->events.at[i]);
    for (uint32_t i = 0; i < model->copies.count; i++)
        free(model->copies.at[i]);
    free(model->copies.at);
    free(model->events.at);
    free(model->settings.at);
    free(model->persons.at);
    free(model->stays.at);
    free(model->chronicles.at);
    free(model);
}

/* A changed setting is a record like any other: of a key, the last accepted counts. */
static void set(struct model *model, const struct hw_event *event)
{
    struct hw_slice key = hw_event_text(event, HW_FIELD_CONFIGURATION_KEY);
    struct hw_slice value = hw_event_text(event, HW_FIELD_CONFIGURATION_VALUE);

    for (uint32_t i = 0; i < model->settings.count; i++) {
        if (hw_slice_equal(model->settings.at[i].key, key)) {
            model->settings.at[i].value = value;
            return;
        }
    }
    LIST_ADD(&model->settings, (struct setting){key, value});
}

void model_take(struct model *model, struct hw_slice record)
{
    struct hw_event *event = malloc(sizeof *event);
    void *copy = malloc(record.size);
    enum hw_status status;

    HW_ASSERT(event != NULL && copy != NULL);
    memcpy(copy, record.data, record.size);
    status = hw_record_decode(hw_slice_of(copy, record.size), false, event);
    HW_ASSERT(status == HW_OK);
    forget(model);
    LIST_ADD(&model->copies, copy);
    LIST_ADD(&model->events, event);
    if (event->kind == HW_KIND_CONFIGURATION)
        set(model, event);
}

/* Which stay a message names: a person (-1: none named), a visit or a minute. */
struct named {
    int person;
    struct hw_hash visit;
    int64_t minute;
};

static bool same_named(const struct named *a, const struct named *b)
{
    return a->person == b->person && hw_hash_equal(a->visit, b->visit) && a->minute == b->minute;
}

static int person_of(const struct model *model, const struct hw_identifier *identifier)
{
    return identifier == NULL ? -1 : identity_person(model->identity, identifier->hash);
}

static int event_by_key(const void *a, const void *b)
{
    return event_order(*(struct hw_event *const *)a, *(struct hw_event *const *)b);
}

/* A42 unites two visits; A44 and A45 give a visit to somebody else.  In order of their keys. */
static void redirect(const struct model *model, const struct hw_event *event, struct named *named)
{
    struct hw_hash from =
        hw_hash_is_zero(event->retired_visit.hash) ? event->visit.hash : event->retired_visit.hash;
    struct hw_hash to = hw_hash_is_zero(event->visit.hash) ? from : event->visit.hash;
    int owner = person_of(model, event_identifier(event));
    int before = event->retired_count == 0 ? -1 : person_of(model, &event->retired[0]);

    if (!hw_hash_equal(named->visit, from) || hw_hash_is_zero(from) || named->person < 0)
        return;
    if (event->kind == HW_KIND_VISITS_MERGED) {
        if (owner < 0 || named->person < 0 || owner == named->person)
            named->visit = to;
    } else if (event->kind == HW_KIND_SPELL_REASSIGNED && owner >= 0) {
        if (named->person >= 0 && (before < 0 || before == named->person)) {
            named->person = owner;
            named->visit = to;
        }
    }
}

/* R6: the key of a stay as said, then as it resolves now. */
static bool name_stay(const struct model *model, struct hw_event *const *ordered,
    const struct hw_event *event, struct named *ret_named)
{
    struct named named = {.person = person_of(model, event_identifier(event)),
        .visit = event->visit.hash,
        .minute = HW_TIME_NONE};

    if (!event->has_stay || event_is_identity(event))
        return false;
    if (hw_hash_is_zero(named.visit)) {
        if (!hw_event_has(event, HW_FIELD_ADMITTED_AT))
            return false;
        named.minute = event->values[HW_FIELD_ADMITTED_AT].time.start_ms / HW_MINUTE_MS;
    }
    for (uint32_t i = 0; i < model->events.count; i++)
        redirect(model, ordered[i], &named);
    *ret_named = named;
    return true;
}

static struct stay *stay_of(struct model *model, const struct named *named)
{
    for (uint32_t i = 0; i < model->stays.count; i++) {
        struct stay *stay = &model->stays.at[i];
        struct named have = {stay->person, stay->visit, stay->minute};

        if (same_named(&have, named))
            return stay;
    }
    LIST_ADD(&model->stays,
        (struct stay){.person = named->person, .visit = named->visit, .minute = named->minute});
    return &model->stays.at[model->stays.count - 1];
}

/* Somebody named this visit when speaking of the stay, wherever it belongs now. */
static bool was_said(const struct stay *stay, struct hw_hash visit)
{
    for (uint32_t i = 0; i < stay->facts.count; i++)
        if (event_identifier(stay->facts.at[i].event) != NULL &&
            hw_hash_equal(stay->facts.at[i].event->visit.hash, visit))
            return true;
    return false;
}

/*
 * "spell without a person names the one stay of that authority and visit (several: no effect)."
 * None: it waits until there is one.
 */
static struct stay *nobodys(struct model *model, const struct named *named)
{
    struct stay *only = NULL;
    unsigned several = 0;

    for (uint32_t i = 0; i < model->stays.count; i++) {
        struct stay *stay = &model->stays.at[i];

        if (stay->person >= 0 && was_said(stay, named->visit)) {
            only = stay;
            several++;
        }
    }
    if (several <= 1)
        return only;
    for (uint32_t i = 0; i < model->stays.count; i++)
        if (model->stays.at[i].person >= 0 && was_said(&model->stays.at[i], named->visit))
            model->stays.at[i].ambiguous = true;
    return NULL;
}

void model_group(struct model *model)
{
    struct hw_event **ordered = calloc(model->events.count + 1u, sizeof *ordered);

    HW_ASSERT(ordered != NULL);
    if (model->events.count > 0)
        memcpy(ordered, model->events.at, model->events.count * sizeof *ordered);
    qsort(ordered, model->events.count, sizeof *ordered, event_by_key);
    for (unsigned pass = 0; pass < 2; pass++) { /* Those who name somebody come first. */
        for (uint32_t i = 0; i < model->events.count; i++) {
            const struct hw_event *event = ordered[i];
            struct named named;
            struct stay *stay;

            if (!name_stay(model, ordered, event, &named) || (named.person >= 0) != (pass == 0))
                continue;
            stay = pass == 0 ? stay_of(model, &named) : nobodys(model, &named);
            if (stay != NULL)
                facts_of_event(event, &stay->facts);
        }
    }
    free(ordered);
    for (uint32_t i = 0; i < model->stays.count; i++)
        facts_settle(&model->stays.at[i].facts, &model->stays.at[i].findings);
}

/* Work everything out from the set of all events. */
static void fold(struct model *model)
{
    if (model->folded)
        return;
    model->identity = identity_new(model);
    model_group(model);
    model_people(model);
    for (uint32_t i = 0; i < model->stays.count; i++) {
        struct stay *stay = &model->stays.at[i];

        stay_presence(model, stay);
        stay_ready(stay);
        stay_charge(model, stay);
    }
    for (uint32_t i = 0; i < model->stays.count; i++) {
        stay_tell(model, &model->stays.at[i]);
        LIST_ADD(&model->chronicles, model->stays.at[i].told);
    }
    model->folded = true;
}

uint32_t model_chronicles(struct model *model, const struct chronicle **ret_chronicles)
{
    fold(model);
    *ret_chronicles = model->chronicles.at;
    return model->chronicles.count;
}
