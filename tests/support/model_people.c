/* Facts about people (R0 registers, R7 death): folded first, per person. */
#include "support/model_parts.h"

/* One statement about a death, in the order of its key. */
struct death_said {
    const struct hw_event *event;
    struct hw_time moment; /* of the death */
    bool named;            /* the moment was said, not only that it happened */
    bool withdrawn;
    bool far;
    int person;
};
typedef LIST(struct death_said) death_list;

static void add_said(said_list *list, const struct hw_event *event, enum hw_field field)
{
    if (hw_event_has(event, field))
        LIST_ADD(list, (struct said){event->happened.start_ms, hw_event_text(event, field)});
    else if (hw_event_clears(event, field))
        LIST_ADD(list, (struct said){event->happened.start_ms, {0}});
}

static void say(struct person *person, const struct hw_event *event)
{
    add_said(&person->council, event, HW_FIELD_COUNCIL);
    add_said(&person->council_proposed, event, HW_FIELD_COUNCIL_PROPOSED);
    add_said(&person->zone, event, HW_FIELD_ZONE);
    if (hw_event_has(event, HW_FIELD_RESTRICTED))
        person->restricted = event->values[HW_FIELD_RESTRICTED].number != 0;
    else if (hw_event_clears(event, HW_FIELD_RESTRICTED))
        person->restricted = false;
    if (hw_event_has(event, HW_FIELD_ADULT_FROM_DAY)) {
        person->age_known = true;
        person->adult_from_day = (int32_t)event->values[HW_FIELD_ADULT_FROM_DAY].number;
    } else if (hw_event_clears(event, HW_FIELD_ADULT_FROM_DAY)) {
        person->age_known = false;
    }
}

/* R7: PID-29/30, person.died and its withdrawal. */
static void death_of_event(const struct hw_event *event, int person, death_list *deaths)
{
    struct death_said said = {.event = event, .moment = event->happened, .person = person};
    bool died = event->kind == HW_KIND_PERSON_DIED;

    if (hw_event_has(event, HW_FIELD_DIED)) {
        died = event->values[HW_FIELD_DIED].number != 0;
        said.withdrawn = !died;
    } else if (hw_event_clears(event, HW_FIELD_DIED)) {
        said.withdrawn = true;
    }
    if (hw_event_has(event, HW_FIELD_DIED_AT) && !said.withdrawn) {
        died = true;
        said.named = true;
        said.moment = event->values[HW_FIELD_DIED_AT].time;
    } else if (hw_event_clears(event, HW_FIELD_DIED_AT) && !died) {
        said.withdrawn = true;
    }
    if (event->kind == HW_KIND_PERSON_DEATH_WITHDRAWN)
        said.withdrawn = true;
    if (!died && !said.withdrawn)
        return;
    said.far = too_far_ahead(event, said.moment) || too_far_ahead(event, event->happened);
    LIST_ADD(deaths, said);
}

/* R7: destination 79 or method 4 of a discharge that stands. */
static void deaths_of_stay(const struct stay *stay, death_list *deaths)
{
    for (uint32_t i = 0; i < stay->facts.count; i++) {
        const struct fact *fact = &stay->facts.at[i];
        const struct hw_event *event = fact->event;

        if (fact->kind != FACT_DISCHARGE || !fact_stands(fact) || stay->person < 0)
            continue;
        if (!hw_slice_is(hw_event_text(event, HW_FIELD_DESTINATION), "79") &&
            !hw_slice_is(hw_event_text(event, HW_FIELD_DISCHARGE_METHOD), "4"))
            continue;
        LIST_ADD(deaths,
            (struct death_said){.event = event, .moment = fact->moment, .person = stay->person});
    }
}

static int by_key(const void *a, const void *b)
{
    const struct death_said *x = a, *y = b;

    return event_order(x->event, y->event);
}

/* R0, registers: the last by key wins; the same again, without a moment, is not said. */
static void settle_death(struct person *person, const struct death_said *said)
{
    if (said->far) {
        person->far_ahead = true;
        return;
    }
    if (said->withdrawn) {
        person->dead = false;
    } else if (said->named || !person->dead) {
        person->dead = true;
        person->death = said->moment;
    }
}

static int event_by_key(const void *a, const void *b)
{
    return event_order(*(struct hw_event *const *)a, *(struct hw_event *const *)b);
}

/* A stay's message that names nobody speaks of the person of its stay. */
static int person_of_event(const struct model *model, const struct hw_event *event)
{
    const struct hw_identifier *identifier = event_identifier(event);

    if (identifier != NULL)
        return identity_person(model->identity, identifier->hash);
    for (uint32_t i = 0; i < model->stays.count; i++)
        for (uint32_t j = 0; j < model->stays.at[i].facts.count; j++)
            if (model->stays.at[i].facts.at[j].event == event)
                return model->stays.at[i].person;
    return -1;
}

void model_people(struct model *model)
{
    struct hw_event **ordered = calloc(model->events.count + 1u, sizeof *ordered);
    death_list deaths = {0};

    HW_ASSERT(ordered != NULL);
    if (model->events.count > 0)
        memcpy(ordered, model->events.at, model->events.count * sizeof *ordered);
    qsort(ordered, model->events.count, sizeof *ordered, event_by_key);
    for (int i = 0; i < identity_persons(model->identity); i++)
        LIST_ADD(&model->persons,
            (struct person){.possible_match = identity_possible_match(model->identity, i),
                .unconfirmed = identity_unconfirmed(model->identity, i),
                .merge_ring = identity_ring(model->identity, i)});
    for (uint32_t i = 0; i < model->events.count; i++) {
        int person = person_of_event(model, ordered[i]);

        if (person < 0 || event_is_identity(ordered[i]))
            continue;
        if (!too_far_ahead(ordered[i], ordered[i]->happened))
            say(&model->persons.at[person], ordered[i]);
        death_of_event(ordered[i], person, &deaths);
    }
    for (uint32_t i = 0; i < model->stays.count; i++)
        deaths_of_stay(&model->stays.at[i], &deaths);
    if (deaths.count > 0)
        qsort(deaths.at, deaths.count, sizeof *deaths.at, by_key);
    for (uint32_t i = 0; i < deaths.count; i++)
        settle_death(&model->persons.at[deaths.at[i].person], &deaths.at[i]);
    free(deaths.at);
    free(ordered);
}
