/*
 * stay.h - one stay as it unfolds: its plan, where it stands, and what is said of it next.
 *
 * A stay is a small set of processes, each with the moment it is next due.  Stepping a stay runs
 * the earliest of them, which may give one notice: what a message is to say.  Nothing here knows
 * how a notice is written or how it travels.
 */
#ifndef HW_SIM_STAY_H
#define HW_SIM_STAY_H

#include "simulate/plan.h"

/* In the order in which they run when due at the same moment. */
enum hw_sim_process {
    HW_SIM_LOAD, /* the first transfer of somebody who was there before the feed began */
    HW_SIM_LOAD_STATE,
    HW_SIM_BOOK,
    HW_SIM_WITHDRAW,
    HW_SIM_REGISTER,
    HW_SIM_ADMIT,
    HW_SIM_CANCEL_ADMIT,
    HW_SIM_MERGE,
    HW_SIM_UNMERGE,
    HW_SIM_MERGE_AGAIN,
    HW_SIM_MOVE,
    HW_SIM_CANCEL_MOVE,
    HW_SIM_LEAVE,
    HW_SIM_BACK,
    HW_SIM_EXPECTED,
    HW_SIM_WORSE,
    HW_SIM_READY,
    HW_SIM_WHY,
    HW_SIM_PATHWAY,
    HW_SIM_REVIEW,
    HW_SIM_UPDATE,
    HW_SIM_PERSON,
    HW_SIM_FALSE_END,
    HW_SIM_CANCEL_FALSE_END,
    HW_SIM_PENDING,
    HW_SIM_DEATH,
    HW_SIM_END,
    HW_SIM_PROCESSES,
};

enum { HW_SIM_REST_SIZE = 128 };

struct hw_sim_stay {
    struct hw_sim_plan plan;
    struct hw_sim_chance chance;
    int64_t at_ms[HW_SIM_PROCESSES];
    int64_t expected_ms; /* the expected discharge as now said; HW_TIME_OPEN: none */
    struct hw_sim_person person;
    uint32_t serial; /* also the visit number */
    uint16_t rest_size;
    uint8_t ward, bed, prior_ward, prior_bed;
    uint8_t moves_done, ready_done, whys_done; /* how many were said */
    uint8_t first_ready, first_why;            /* the first that the feed could know of */
    char class_;                               /* P, E or I */
    bool ready;                                /* said to be, now */
    bool muted;                                /* not yet loaded: nothing is sent */
    bool temporary;                            /* known under a temporary number */
    bool over;
    char rest[HW_SIM_REST_SIZE]; /* PID-4 to PID-11, which do not change often */
};

/* What a message is to say of a stay; times HW_TIME_OPEN: not said. */
struct hw_sim_notice {
    const struct hw_sim_stay *stay;
    const char *trigger; /* "A08" */
    int64_t happened_ms;
    int64_t recorded_ms;
    int64_t cancelled_ms; /* when this very message will be cancelled */
    int64_t ready_ms;
    int64_t expected_ms;
    int64_t expected_admission_ms;
    int64_t died_ms;
    int64_t discharged_ms;
    const char *destination; /* NULL: not said */
    const struct hw_sim_why *why;
    int8_t pathway; /* -1: not said */
    uint8_t criteria_code;
    bool reviewed; /* the criteria to reside are said */
    bool meets;
    bool cancels; /* cancels an earlier message */
};

/* What all stays share. */
struct hw_sim_world {
    struct hw_sim_county county;
    const uint32_t *rates;
    uint64_t seed;
    int64_t start_ms; /* the feed begins */
    int year;
};

/* Draw a stay; its person is chosen by the caller. */
void hw_sim_stay_begin(struct hw_sim_stay *stay, const struct hw_sim_world *world,
    enum hw_sim_arrival arrival, int32_t day, uint32_t serial);
void hw_sim_stay_name(
    struct hw_sim_stay *stay, const struct hw_sim_world *world, uint32_t person_number);

/* When something is next to happen; HW_TIME_OPEN when over. */
int64_t hw_sim_stay_due(const struct hw_sim_stay *stay);

/* Run what is due next.  True: *ret_notice is to be sent. */
bool hw_sim_stay_step(
    struct hw_sim_stay *stay, struct hw_sim_world *world, struct hw_sim_notice *ret_notice);

/* PV1-44: when the visit began, as the last movement said it. */
int64_t hw_sim_stay_begun(const struct hw_sim_stay *stay);

#endif
