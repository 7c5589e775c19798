/*
 * model_parts.h - what the parts of the reference model share.  Not for tests.
 */
#ifndef HW_TEST_MODEL_PARTS_H
#define HW_TEST_MODEL_PARTS_H

#include "support/model.h"

#include <stdlib.h>

/* A list that grows; nothing is ever taken out of the middle. */
#define LIST(type)                                                                                 \
    struct {                                                                                       \
        type *at;                                                                                  \
        uint32_t count;                                                                            \
    }
#define LIST_ADD(list, ...)                                                                        \
    do {                                                                                           \
        (list)->at = realloc((list)->at, ((list)->count + 1u) * sizeof *(list)->at);               \
        HW_ASSERT((list)->at != NULL);                                                             \
        (list)->at[(list)->count++] = __VA_ARGS__;                                                 \
    } while (0)

enum { AHEAD_HOURS = 48 };

/* Kinds of facts in the order of R0's kind rank. */
enum fact_kind {
    FACT_ADMIT,
    FACT_CLASS,
    FACT_MOVE,
    FACT_LEAVE_START,
    FACT_LEAVE_END,
    FACT_UPDATE,
    FACT_READY,
    FACT_REASON,
    FACT_DISCHARGE,
    FACT_DEATH,
    FACT_CANCEL,
    FACT_KINDS,
};

struct fact {
    const struct hw_event *event;
    enum fact_kind kind;
    struct hw_time moment;
    bool annulled; /* as if never said */
    bool ahead;    /* more than 48 h ahead of its record: no effect */
};

typedef LIST(struct fact) fact_list;

/* R0: the sort key of two facts.  Less than, equal to or greater than 0. */
int fact_order(const struct fact *a, const struct fact *b);
int event_order(const struct hw_event *a, const struct hw_event *b);

/* R0: the facts of one message. */
void facts_of_event(const struct hw_event *event, fact_list *facts);

/* R0: sorted by key, the same fact once, those too far ahead marked, cancels carried out. */
void facts_settle(fact_list *facts, uint64_t *findings);

static inline bool fact_stands(const struct fact *fact)
{
    return !fact->annulled && !fact->ahead;
}

static inline bool fact_is_movement(const struct fact *fact)
{
    return fact->kind <= FACT_LEAVE_END || fact->kind == FACT_DISCHARGE;
}

/* Whether what a fact's message says of class and place is this fact's: of movements, and of
 * updates that are not said beside one. */
bool fact_owns_place(const struct fact *fact);

/* R0: whether a moment lies more than 48 hours ahead of the record of event. */
bool too_far_ahead(const struct hw_event *event, struct hw_time moment);

/* [start_ms, end_ms). */
struct span {
    int64_t start_ms;
    int64_t end_ms;
};
typedef LIST(struct span) span_list;

/* A code said at a time; an empty one clears. */
struct said {
    int64_t from_ms;
    struct hw_slice text;
};
typedef LIST(struct said) said_list;

/* R4: the last said by key at an instant, the first said also before it; empty: unknown. */
struct hw_slice said_at(const said_list *list, int64_t at_ms);

/* What people are: registers of their own (R0), folded before any stay. */
struct person {
    said_list council, council_proposed, zone;
    bool restricted;
    bool age_known;
    int32_t adult_from_day;
    bool dead;
    struct hw_time death;
    bool possible_match, unconfirmed, merge_ring;
    bool far_ahead; /* a death said more than 48 h ahead */
};

/* One stay, everything worked out. */
struct stay {
    int person; /* -1: nobody named */
    struct hw_hash visit;
    int64_t minute; /* of PV1-44 where there is no visit number */
    fact_list facts;
    uint64_t findings;
    span_list presence;  /* from admission to end */
    span_list inpatient; /* as inpatient */
    int64_t admitted_ms, ended_ms;
    enum hw_end end;
    bool inferred;
    LIST(struct chronicle_place) places;
    said_list classes;
    said_list pathways;
    LIST(struct hw_period) periods;
    LIST(struct chronicle_charge) charges;
    bool counted;
    bool ambiguous;
    struct chronicle told;
};

struct setting {
    struct hw_slice key, value;
};

struct model {
    LIST(void *) copies; /* bytes of records; events borrow from them */
    LIST(struct hw_event *) events;
    LIST(struct setting) settings;
    LIST(struct person) persons;
    LIST(struct stay) stays;
    LIST(struct chronicle) chronicles;
    struct identity *identity;
    bool folded;
};

/* R6: who is who, from all events. */
struct identity;
struct identity *identity_new(const struct model *model);
void identity_free(struct identity *identity);
int identity_persons(const struct identity *identity);
/* The person an identifier resolves to; -1: never heard of. */
int identity_person(const struct identity *identity, struct hw_hash identifier);
bool identity_possible_match(const struct identity *identity, int person);
bool identity_unconfirmed(const struct identity *identity, int person);
bool identity_ring(const struct identity *identity, int person);

/* The identifier a message speaks of a person or stay by; NULL when it names nobody. */
static inline const struct hw_identifier *event_identifier(const struct hw_event *event)
{
    return event->identifiers_count == 0 ? NULL : &event->identifiers[event->stay_identifier];
}

/* Whether a message is about identifiers only: nothing else is taken from it (3.1). */
static inline bool event_is_identity(const struct hw_event *event)
{
    return event->kind == HW_KIND_PERSON_MERGED || event->kind == HW_KIND_PERSON_UNMERGED ||
        event->kind == HW_KIND_PERSON_LINKED || event->kind == HW_KIND_IDENTIFIER_MOVED ||
        event->kind == HW_KIND_IDENTIFIER_CHANGED || event->kind == HW_KIND_VISITS_MERGED ||
        event->kind == HW_KIND_SPELL_REASSIGNED;
}

/* Stages of the fold, in order (R0, R7, R1, R3). */
void model_group(struct model *model);  /* facts to stays */
void model_people(struct model *model); /* registers of people; death */
void stay_presence(const struct model *model, struct stay *stay);
void stay_ready(struct stay *stay);
void stay_charge(const struct model *model, struct stay *stay);
void stay_tell(const struct model *model, struct stay *stay);
bool inpatient_class(struct hw_slice class_);

/* A ready period with what opened and what preceded it, for stay_charge(). */
struct opened {
    struct hw_period period;
    const struct fact *opener;    /* the statement that opened it */
    const struct fact *closed_by; /* the statement that closed the one before it; or NULL */
    int64_t closed_ms;            /* when the one before it was closed; HW_TIME_NONE */
    struct span contested;        /* where organisations' ready times differ; empty: nowhere */
};
typedef LIST(struct opened) opened_list;
void stay_opened(struct stay *stay, opened_list *periods);

/* R3: the list of reasons: whether it is one, its only side, whether a side is allowed. */
bool reason_known(struct hw_slice reason);
struct hw_slice reason_only_side(struct hw_slice reason);
bool reason_allows(struct hw_slice reason, struct hw_slice side);

#endif
