/*
 * figures.h - what the engine knows, as figures and histories (CONTRACT R2, R3, 5.2).
 *
 * Everything here reads; nothing changes state.  Durations are exact milliseconds.  as_at_ms is
 * not before the last record's accepted time and not past the next due timer: between records
 * hours grow linearly.
 */
#ifndef HOMEWARD_FIGURES_H
#define HOMEWARD_FIGURES_H

#include "homeward/engine.h"

enum hw_pathway { HW_P0, HW_P1, HW_P2, HW_P3, HW_P_NONE, HW_PATHWAYS };

/* Figures of one row: people who are there now, and the open hours they carry. */
struct hw_figures {
    int64_t in_hospital;
    int64_t ready;    /* = not_meeting_criteria */
    int64_t ready_ms; /* of open ready periods */
    int64_t delayed;  /* ready over at least one London midnight */
    int64_t delayed_days;
    int64_t ready_today_ms; /* in ready periods since the last London midnight */
    int64_t by_pathway[HW_PATHWAYS];
    int64_t expected_today;
    int64_t stay_7;
    int64_t stay_14;
    int64_t stay_21;
    int64_t admitted_today;
    int64_t discharged_today;
};

enum hw_dimension { HW_BY_SITE, HW_BY_WARD, HW_BY_COUNCIL, HW_BY_ZONE, HW_DIMENSIONS };

void hw_figures_total(
    const struct hw_engine *engine, int64_t as_at_ms, struct hw_figures *ret_figures);

/* Beds of all configured sites; -1 when none is configured. */
int64_t hw_figures_beds(const struct hw_engine *engine);

/* Rows of a dimension, in order of first appearance; index below the count. */
uint32_t hw_figures_rows(const struct hw_engine *engine, enum hw_dimension dimension);

struct hw_row {
    struct hw_slice code; /* "unknown" where it is not known */
    struct hw_slice site; /* of a ward; else empty */
    struct hw_slice name; /* as configured; else empty */
    int64_t beds;         /* as configured; -1 unknown */
    uint64_t version;     /* changes whenever the row does */
    struct hw_figures figures;
};
void hw_figures_row(const struct hw_engine *engine, enum hw_dimension dimension, uint32_t index,
    int64_t as_at_ms, struct hw_row *ret_row);

/* Reasons of a site: who waits for what now, and all hours of their open periods by account. */
struct hw_reason_row {
    struct hw_slice reason;
    struct hw_slice responsible;
    bool inferred;
    bool contested;
    int64_t people; /* whose primary reason now is this */
    int64_t ms;     /* of open ready periods, charged to this */
};
uint32_t hw_figures_reasons(const struct hw_engine *engine, uint32_t site_index, int64_t as_at_ms,
    struct hw_reason_row *rows, uint32_t rows_max);

/* The ledger: every millisecond of every ready period, open or over, in exactly one account. */
struct hw_account_row {
    struct hw_slice reason;
    struct hw_slice responsible;
    struct hw_slice site;
    struct hw_slice council;
    int64_t ms;
};
uint32_t hw_figures_accounts(const struct hw_engine *engine);
void hw_figures_account(const struct hw_engine *engine, uint32_t index, int64_t as_at_ms,
    struct hw_account_row *ret_row);

/*
 * Findings: what the engine noticed and left out of the figure it would spoil.  number, name,
 * sentence.  Bits of hw_history.findings.
 */
#define HW_FINDING_LIST(X)                                                                         \
    X(0, DISCHARGE_BEFORE_ADMISSION, "a discharge stands that is earlier than the admission")      \
    X(1, ADMISSION_TWICE, "several admissions with no discharge between them")                     \
    X(2, DISCHARGE_TWICE, "several discharges with no admission between them")                     \
    X(3, ADMISSION_INFERRED, "no admission was said: one was inferred")                            \
    X(4, CANCEL_WITHOUT_TARGET, "a cancellation has nothing to cancel yet")                        \
    X(5, FAR_AHEAD, "a time lies more than 48 hours ahead of its record and has no effect")        \
    X(6, READY_OUTSIDE_STAY, "readiness was said outside the stay")                                \
    X(7, CONTESTED, "organisations claim different reasons, sides or ready times")                 \
    X(8, BACKDATED, "a claim is dated before its own day")                                         \
    X(9, SIDE_NOT_ALLOWED, "the responsible side is not one the reason allows")                    \
    X(10, REASON_UNKNOWN, "the reason is in no list")                                              \
    X(11, POSSIBLE_MATCH, "records share an NHS number but their birth dates differ")              \
    X(12, IDENTITY_UNCONFIRMED, "records share an NHS number and a birth date is missing")         \
    X(13, MERGE_RING, "a merge would close a ring and has no effect")                              \
    X(14, AMBIGUOUS_SPELL, "several stays have this visit number")                                 \
    X(15, LATE_SEALED, "a message came for a sealed stay")                                         \
    X(16, TOO_MANY_FACTS, "the stay has more facts than are folded and is frozen")                 \
    X(17, TWO_OPEN_STAYS, "the person has two open stays: the later admission counts")             \
    X(18, AGE_UNKNOWN, "the age is unknown: counted as an adult")                                  \
    X(19, AFTER_DEATH, "a fact lies after the person's death")                                     \
    X(20, HOME_NOT_REFERRED, "home on pathway P1, P2 or P3, and nobody has referred them")

enum hw_finding {
#define HW_FINDING_ENUM(number, name, sentence) HW_FINDING_##name = number,
    HW_FINDING_LIST(HW_FINDING_ENUM)
#undef HW_FINDING_ENUM
        HW_FINDING_COUNT
};

const char *hw_finding_name(enum hw_finding finding);
const char *hw_finding_text(enum hw_finding finding);

/* A ready period [start_ms, end_ms). */
struct hw_period {
    int64_t start_ms;
    int64_t end_ms;        /* HW_TIME_OPEN while it lasts */
    int32_t start_day;     /* London day that delayed days count from */
    uint8_t day_precision; /* 1: only the ready date was said */
};

/* Where the person was from start_ms on; texts, 0 unknown. */
struct hw_place {
    int64_t start_ms;
    uint32_t site, ward, room, bed;
};

/* [start_ms, end_ms) of a ready period is charged to this account; texts, 0 none. */
struct hw_charge {
    int64_t start_ms;
    int64_t end_ms;
    uint32_t period; /* index of its period */
    uint32_t reason;
    uint32_t responsible;
    uint32_t site;
    uint32_t council;
    uint8_t inferred;
    uint8_t contested;
};

/* What an open wait blocks (wait.opened, blocks). */
enum hw_blocks { HW_BLOCKS_OFFER = 1, HW_BLOCKS_START = 2 };

enum hw_end { HW_END_NONE, HW_END_DISCHARGED, HW_END_DIED };

/* A discharge that says its person died (destination 79, method 4; CONTRACT R7). */
struct hw_death {
    int64_t said_ms; /* event time of the discharge */
    int64_t died_ms; /* HW_TIME_OPEN: none says so */
};

/* What the facts of one stay fold to. */
struct hw_history {
    uint64_t reference;            /* sequence that first named the stay */
    uint64_t findings;             /* bits of HW_FINDING_* */
    int64_t admitted_ms;           /* HW_TIME_NONE: no admission stands */
    int64_t ended_ms;              /* HW_TIME_OPEN: not over */
    int64_t inpatient_ms;          /* first moment as an inpatient; HW_TIME_NONE: never */
    int64_t expected_discharge_ms; /* HW_TIME_NONE: not said */
    int64_t died_ms;               /* of the person, as this stay knows it; HW_TIME_OPEN: alive */
    struct hw_death deaths[2];     /* said by standing discharges: the first and the last */
    int32_t expected_discharge_day;
    uint8_t end; /* enum hw_end */
    uint8_t admission_inferred;
    uint8_t counted; /* adult acute: figures of stays count it */
    uint8_t restricted;
    uint8_t on_leave;      /* at the end of what is known */
    uint8_t death_sources; /* organisations whose word of the death stands; 2: two or more */
    uint8_t blocks;        /* bits of enum hw_blocks: of waits open at the end of what is known */
    uint8_t pathway;       /* enum hw_pathway: last said */
    uint32_t specialty, class_, council, zone, destination; /* texts: last */
    uint32_t intervals_count, places_count, periods_count, charges_count;
    const int64_t
        *intervals; /* as an inpatient: starts and ends by turns, end HW_TIME_OPEN: lasts */
    const struct hw_place *places;
    const struct hw_period *periods;
    const struct hw_charge *charges;
    struct hw_hash key; /* outside key: least identifier and visit, hashed */
};

/*
 * Stays, each once (keys that resolve to one person and visit are one stay), by handle: start with
 * 0, go on with the handle returned, until 0.  *ret_history is borrowed until the next call or
 * apply.
 */
uint32_t hw_history_next(struct hw_engine *engine, uint32_t handle, struct hw_history *ret_history);

/* The stay of a reference.  HW_E_NOT_FOUND. */
HW_MUST_CHECK enum hw_status hw_history_find(
    struct hw_engine *engine, uint64_t reference, struct hw_history *ret_history);

/* How many stays have each finding now; counts has HW_FINDING_COUNT places. */
void hw_findings_count(const struct hw_engine *engine, uint64_t *counts);

#endif
