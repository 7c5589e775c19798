#include "core/routing/situation.h"

#include "core/people/people.h"
#include "core/stays/stay.h"

/* HW_TIME_NONE: sealed, or none was said. */
static int64_t admitted_of(const struct hw_engine *engine, uint32_t leader)
{
    uint32_t open = hw_stay_at(engine, leader)->open;

    return open == 0 ? HW_TIME_NONE : hw_open_at(engine, open)->admitted_ms;
}

/* The later admission is where the person is now. */
static bool is_later(const struct hw_engine *engine, uint32_t leader, uint32_t than)
{
    int64_t left = admitted_of(engine, leader), right;

    if (than == 0)
        return true;
    right = admitted_of(engine, than);
    return left != right ? left > right : leader > than;
}

uint32_t hw_situation_latest(const struct hw_engine *engine, uint32_t identifier)
{
    uint32_t latest = 0, at = identifier;

    do {
        for (uint32_t stay = hw_identifier_at(engine, at)->stays; stay != 0;
             stay = hw_stay_at(engine, stay)->owner_next) {
            uint32_t leader = hw_stay_at(engine, stay)->leader;

            if (is_later(engine, leader, latest))
                latest = leader;
        }
        at = hw_identifier_at(engine, at)->person_next;
    } while (at != identifier);
    return latest;
}

static void read_stay(
    struct hw_engine *engine, uint32_t leader, struct hw_situation *situation, bool named)
{
    int64_t now = engine->root.accepted_ms;
    struct hw_history history;

    if (named)
        situation->stay = leader;
    if (hw_stay_at(engine, leader)->sealed)
        return; /* Long over: its facts are gone. */
    hw_stay_fold(engine, leader, &history);
    situation->dead |= history.died_ms <= now;
    situation->dead_twice |= situation->dead && history.death_sources > 1;
    if (history.ended_ms > now && hw_inpatient_at(&history, now)) {
        situation->in_hospital = true;
        if (history.admitted_ms > situation->admitted_ms)
            situation->admitted_ms = history.admitted_ms;
    }
    situation->restricted |= history.restricted;
    for (uint32_t i = 0; i < history.periods_count; i++)
        situation->ready |= history.periods[i].start_ms <= now && history.periods[i].end_ms > now;
    if (!named)
        return;
    if (history.periods_count > 0 && history.periods[0].start_ms <= now)
        situation->first_ready_ms = history.periods[0].start_ms;
    situation->expected_ms = history.expected_discharge_ms;
    situation->left_ms = history.ended_ms <= now ? history.ended_ms : HW_TIME_NONE;
    situation->pathway = history.pathway;
    situation->council = history.council;
    situation->zone = history.zone;
    situation->destination = history.destination;
    situation->blocks_offer = (history.blocks & HW_BLOCKS_OFFER) != 0;
    situation->blocks_start = (history.blocks & HW_BLOCKS_START) != 0;
    if (history.places_count > 0)
        situation->site = history.places[history.places_count - 1].site;
}

/* What is known of the person, whatever their stays say. */
static void read_person(struct hw_engine *engine, uint32_t person, struct hw_situation *situation)
{
    const struct hw_last *born = hw_last_of_person(engine, person, true);
    const struct hw_last *restricted = hw_last_of_person(engine, person, false);
    uint32_t findings = hw_identifier_at(engine, person)->findings;
    struct hw_person_death death = hw_person_death(engine, person);

    situation->dead |= death.died_ms <= engine->root.accepted_ms;
    situation->dead_twice |= situation->dead && death.sources > 1;
    situation->restricted |= restricted != NULL && restricted->value != 0;
    situation->minor =
        born != NULL && born->value2 != HW_ADULT_UNKNOWN && born->value2 > engine->root.today;
    situation->possible_match = (findings >> HW_FINDING_POSSIBLE_MATCH & 1u) != 0;
    situation->unconfirmed =
        situation->possible_match || (findings >> HW_FINDING_IDENTITY_UNCONFIRMED & 1u) != 0;
}

void hw_situation_of(struct hw_engine *engine, uint32_t identifier, uint32_t stay,
    struct hw_situation *ret_situation)
{
    uint32_t latest, named;

    *ret_situation = (struct hw_situation){
        .first_ready_ms = HW_TIME_NONE,
        .expected_ms = HW_TIME_NONE,
        .left_ms = HW_TIME_NONE,
        .admitted_ms = HW_TIME_NONE,
        .pathway = HW_P_NONE,
    };
    if (identifier == 0)
        return;
    latest = hw_situation_latest(engine, identifier);
    named = stay != 0 ? hw_stay_at(engine, stay)->leader : latest;
    if (latest != 0 && latest != named)
        read_stay(engine, latest, ret_situation, false);
    if (named != 0)
        read_stay(engine, named, ret_situation, true);
    read_person(engine, hw_person_of(engine, identifier), ret_situation);
}
