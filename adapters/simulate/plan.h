/*
 * plan.h - what will truly happen in one stay, drawn once when it is booked or begins.
 *
 * Moments are milliseconds UTC; those that people write down are whole minutes.  HW_TIME_OPEN: it
 * does not happen.
 */
#ifndef HW_SIM_PLAN_H
#define HW_SIM_PLAN_H

#include "simulate/person.h"

enum hw_sim_end {
    HW_SIM_END_DISCHARGED,
    HW_SIM_END_DIED,
    HW_SIM_END_CANCELLED,    /* the admission never was (A11) */
    HW_SIM_END_WITHDRAWN,    /* booked, never admitted (A38) */
    HW_SIM_END_NOT_ADMITTED, /* seen in the emergency department and sent home */
};

enum { HW_SIM_MOVES_MAX = 3, HW_SIM_PERIODS_MAX = 2, HW_SIM_WHYS_MAX = 8 };

struct hw_sim_ready {
    int64_t start_ms;
    int64_t said_ms; /* when it is said; not before start_ms */
    int64_t end_ms;
};

/* From at_ms on this is why; it ends with the next one or with its period. */
struct hw_sim_why {
    int64_t at_ms;
    const struct hw_sim_reason *reason;
    const char *side;
};

struct hw_sim_plan {
    int64_t booked_ms, withdrawn_ms;
    int64_t registered_ms; /* in the emergency department */
    int64_t admitted_ms;   /* as an inpatient */
    int64_t admit_cancelled_ms;
    int64_t ended_ms;
    int64_t move_ms[HW_SIM_MOVES_MAX];
    int64_t move_cancelled_ms; /* of the last move */
    int64_t leave_ms, back_ms;
    int64_t expected_said_ms, expected_ms; /* the first expected discharge */
    int64_t false_end_ms, false_end_cancelled_ms;
    int64_t death_said_ms; /* apart from the discharge */
    int64_t merge_ms, unmerge_ms, merge_again_ms;
    int64_t pathway_changed_ms;
    struct hw_sim_ready ready[HW_SIM_PERIODS_MAX];
    struct hw_sim_why why[HW_SIM_WHYS_MAX];
    uint8_t move_kind[HW_SIM_MOVES_MAX]; /* enum hw_sim_ward_kind */
    uint8_t first_kind;
    uint8_t moves_count, ready_count, why_count;
    uint8_t care; /* enum hw_sim_care */
    uint8_t end;  /* enum hw_sim_end */
    uint8_t pathway, pathway_later;
    bool emergency;
    bool by_admission; /* after the emergency department an A01 follows, else an A06 */
    bool standard;     /* readiness is told in ZU1 */
    bool names_time;   /* the statement names when readiness began */
};

enum hw_sim_arrival {
    HW_SIM_ARRIVAL_EMERGENCY,
    HW_SIM_ARRIVAL_ELECTIVE,   /* booked on the day */
    HW_SIM_ARRIVAL_ATTENDANCE, /* to the emergency department only */
    HW_SIM_ARRIVAL_CHILD,
    HW_SIM_ARRIVAL_MOTHER,
    HW_SIM_ARRIVALS,
};

/* How many of each arrive on a day (0: Monday) per HW_SIM_PEOPLE_DEFAULT people. */
uint32_t hw_sim_arrivals(enum hw_sim_arrival arrival, unsigned weekday);

/* Draw a stay that arrives (or is booked) on a London day. */
void hw_sim_plan_draw(struct hw_sim_plan *plan, struct hw_sim_chance *chance,
    enum hw_sim_arrival arrival, int32_t day, const uint32_t *rates);

#endif
