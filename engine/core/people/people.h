/*
 * people.h - people as linked identifiers (CONTRACT R6).
 *
 * Nothing is moved between people: a person is what identifiers resolve to now.  All identifiers
 * that any statement ever connected are a family, which only grows; within a family the statements
 * (bonds), sorted by key, decide who is one person.  So the answer does not depend on the order of
 * arrival, and a statement costs its family, never the population.
 */
#ifndef HW_PEOPLE_H
#define HW_PEOPLE_H

#include "core/state.h"

/* The record of an identifier of an event, made when new (room was ensured). */
uint32_t hw_identifier_take(struct hw_engine *engine, const struct hw_identifier *identifier);

/* By hash; 0 when unknown. */
uint32_t hw_identifier_find(const struct hw_engine *engine, struct hw_hash hash);

/*
 * Take what an event says about identifiers: those of one PID-3 belong to one person, merges,
 * links and their undoing, birth date, restriction.  Returns true when who is whom may have changed
 * (hw_family_resolve must follow).  record: the event's own identifier (of the stay key).
 */
bool hw_people_take(struct hw_engine *engine, const struct hw_event *event, uint32_t record);

/* In place of the day somebody comes of age: not known. */
#define HW_ADULT_UNKNOWN INT32_MIN

/* A message about identifiers only: beside them it states nothing, no NHS number, no place. */
bool hw_people_is_identity(enum hw_kind kind);

/* The two of them that people decide. */
static inline bool hw_people_is_settled(enum hw_kind kind)
{
    return kind == HW_KIND_DECIDE_IDENTITY_JOINED || kind == HW_KIND_DECIDE_IDENTITY_PARTED;
}

/* Decide anew who is one person in the family of identifier; sets person rings and findings. */
void hw_family_resolve(struct hw_engine *engine, uint32_t identifier);

/* The first of a family and of a person. */
static inline uint32_t hw_person_of(const struct hw_engine *engine, uint32_t identifier)
{
    return hw_identifier_at(engine, identifier)->person;
}

/* A register (born or restricted) as last said of any identifier of a person; NULL: never. */
const struct hw_last *hw_last_of_person(const struct hw_engine *engine, uint32_t person, bool born);

/* The same of one identifier. */
static inline const struct hw_last *hw_last_of(
    const struct hw_engine *engine, uint32_t identifier, bool born)
{
    const struct hw_identifier_record *record = hw_identifier_at(engine, identifier);
    uint32_t handle = born ? record->born : record->restricted;

    return handle == 0 ? NULL : HW_AT(engine, registers, hw_last, handle);
}

hw_table_hash hw_identifier_hash;

/* How many bonds and identifiers one event may add at most. */
enum { HW_BONDS_PER_EVENT_MAX = HW_IDENTIFIERS_MAX * HW_IDENTIFIERS_MAX };

#endif
