/*
 * fold.h - the history of a stay as a pure function of its facts (CONTRACT R0-R4, R7).
 *
 * The fold does not see now: it gives absolute intervals.  It works in scratch memory of the
 * engine; what it gives is borrowed until the next fold.
 */
#ifndef HW_FOLD_H
#define HW_FOLD_H

#include "core/stays/fact.h"
#include "core/stays/inferred.h"
#include "core/stays/order.h"

enum {
    HW_RUNS_MAX = 4096,      /* admissions and discharges that take turns */
    HW_INTERVALS_MAX = 4096, /* in hospital as an inpatient */
    HW_CLAIMANTS_MAX = 16,   /* organisations that claim a reason for one stay */
    HW_WAITS_MAX = 64,       /* waits open at one time */
    HW_DEATHS_MAX = 16,      /* statements of other stays that their person died */
    HW_CANCELLING_MAX = 4 * HW_FOLD_FACTS_MAX,
    HW_ROWS_NEAR = 1024,
};

/* The facts of a group, sorted, and what is known of the person. */
struct hw_fold_input {
    const struct hw_fact *const *facts;
    uint32_t facts_count;
    const struct hw_fact *const *person_facts; /* council, zone, death; sorted */
    uint32_t person_facts_count;
    struct hw_hash key;                              /* outside key of the stay */
    uint64_t findings;                               /* of the person */
    int64_t adult_from_day;                          /* of the person; with adult_known */
    struct hw_death deaths_elsewhere[HW_DEATHS_MAX]; /* of the person's other stays, as said */
    uint32_t deaths_elsewhere_count;
    const struct hw_inference *inferences; /* decided, in order of time */
    uint32_t inferences_count;
    bool adult_known;
    bool restricted;
};

struct hw_interval {
    int64_t start_ms, end_ms;
};

/* A run: admissions (or discharges) with none of the other between them. */
struct hw_run {
    struct hw_time moment;
    const struct hw_fact *fact; /* that gave it; NULL: inferred */
    bool discharge;
};

/* How a ready period came about, for the ledger. */
struct hw_opening {
    const struct hw_fact *opener;    /* the fact that opened it */
    const struct hw_fact *closed_by; /* the fact that closed the one before; NULL: none did */
    int64_t closed_ms;               /* when that one closed; HW_TIME_NONE: there was none */
    struct hw_interval contested;    /* where organisations' ready times differ */
};

/* Memory of the fold, taken once per engine. */
struct hw_scratch {
    uint32_t rows_near[HW_ROWS_NEAR]; /* rows found lately, by their codes */
    uint32_t runs_count;
    bool alone; /* what was gathered is of one stay, and nothing of its visit */
    struct hw_fact fact_store[HW_FOLD_FACTS_MAX];
    struct hw_fact person_store[HW_FOLD_FACTS_MAX];
    struct hw_ordered ordered[HW_FOLD_FACTS_MAX], ordered_spare[HW_FOLD_FACTS_MAX];
    struct hw_ordered cancelling[HW_CANCELLING_MAX];
    const struct hw_fact *facts[HW_FOLD_FACTS_MAX];
    const struct hw_fact *person_facts[HW_FOLD_FACTS_MAX];
    const struct hw_fact *by_moment[HW_FOLD_FACTS_MAX];
    uint8_t annulled[HW_FOLD_FACTS_MAX];
    struct hw_run runs[HW_RUNS_MAX];
    struct hw_interval episodes[HW_INTERVALS_MAX];  /* in hospital, whatever the class */
    struct hw_interval intervals[HW_INTERVALS_MAX]; /* of those, as an inpatient */
    struct hw_place places[HW_FOLD_FACTS_MAX + 1];
    struct hw_period periods[HW_FOLD_FACTS_MAX + 1];
    struct hw_opening openings[HW_FOLD_FACTS_MAX + 1]; /* of each period */
    struct hw_charge charges[2 * HW_FOLD_FACTS_MAX + HW_INFERENCES_MAX];
    struct hw_inference inferences[HW_INFERENCES_MAX];
    uint8_t bytes[1 << 16];
};

/* What was set aside as without effect: scratch->annulled, by index of the fact. */
struct hw_aside {
    int64_t cancel_recorded_ms; /* of the cancel recorded last ... */
    bool cancelled;             /* ... if an admission was cancelled */
    uint32_t kinds;             /* bits of the kinds there are, standing or not */
};
void hw_set_aside(struct hw_engine *engine, const struct hw_fold_input *input,
    struct hw_history *history, struct hw_aside *ret_aside);

/* Fold; *ret_history points into engine->scratch. */
void hw_fold(
    struct hw_engine *engine, const struct hw_fold_input *input, struct hw_history *ret_history);

/*
 * The hash of a history for the history digest: outside keys and codes by content, no handle, no
 * sequence, no inferred reason.
 */
struct hw_hash hw_history_hash(struct hw_engine *engine, const struct hw_history *history);

/* Charges of the periods (delays/ledger.c): fills scratch->charges and findings. */
void hw_ledger_fold(
    struct hw_engine *engine, const struct hw_fold_input *input, struct hw_history *history);

/* What the waits that are open in the end block (delays/waits.c): bits of enum hw_blocks. */
uint8_t hw_waits_block(const struct hw_engine *engine, const struct hw_fold_input *input);

/* Ready periods of the inpatient intervals (delays/ready.c): periods and openings of scratch. */
void hw_ready_fold(
    struct hw_engine *engine, const struct hw_fold_input *input, struct hw_history *history);

/* The pathway of a code: HW_P0 to HW_P3; any other is HW_P_NONE. */
uint8_t hw_pathway_of(const struct hw_engine *engine, uint32_t text);

/* Known classes that are not inpatient are E O P R B C N U W; any other word is. */
bool hw_class_is_inpatient(const struct hw_engine *engine, uint32_t class_);

/* Whether the history is inside one of its inpatient intervals at ms. */
static inline bool hw_inpatient_at(const struct hw_history *history, int64_t ms)
{
    for (uint32_t i = 0; i < history->intervals_count; i++)
        if (history->intervals[2 * i] <= ms && history->intervals[2 * i + 1] > ms)
            return true;
    return false;
}

#endif
