/*
 * want.h - what people are referred for: which way they come, what they need, and which service of
 * Leicestershire would be rung up for it where nobody had asked an engine.
 */
#ifndef HW_SIM_WANT_H
#define HW_SIM_WANT_H

#include "homeward/services.h"
#include "simulate/chance.h"

/* Those before WANTS_FROM_HOME come from home; the others are people on their way out of hospital.
 */
enum hw_sim_want {
    HW_SIM_WANT_CRISIS,
    HW_SIM_WANT_MIND_CRISIS,
    HW_SIM_WANT_REABLEMENT, /* step-up, within two days */
    HW_SIM_WANT_MIND,
    HW_SIM_WANT_EQUIPMENT,
    HW_SIM_WANT_TELECARE,
    HW_SIM_WANT_HOUSING,
    HW_SIM_WANT_CARER,
    HW_SIM_WANTS_FROM_HOME,
    HW_SIM_WANT_HOME = HW_SIM_WANTS_FROM_HOME,
    HW_SIM_WANT_HOME_DOUBLE,
    HW_SIM_WANT_HOME_DEMENTIA,
    HW_SIM_WANT_HOME_NURSING,
    HW_SIM_WANT_HOME_UNMET,
    HW_SIM_WANT_BED,
    HW_SIM_WANT_BED_NURSING,
    HW_SIM_WANT_CARE,
    HW_SIM_WANT_CARE_NURSING,
    HW_SIM_WANT_HOSTEL,
    HW_SIM_WANTS,
};

enum { HW_SIM_CODE_SIZE = 32 };

/* Calls a day, minutes each, carers; calls 0: no package. */
struct hw_sim_package {
    uint8_t calls, minutes, carers;
};

/* People a year from home for this, of council "508", "509" or "510", of the whole county. */
uint32_t hw_sim_want_year(enum hw_sim_want want, const char *council);

/* What somebody wants who is ready to leave hospital on pathway 1, 2 or 3. */
enum hw_sim_want hw_sim_want_of_pathway(struct hw_sim_chance *chance, unsigned pathway);

enum hw_urgency hw_sim_want_urgency(enum hw_sim_want want);

/* Bits of enum hw_need. */
uint32_t hw_sim_want_needs(enum hw_sim_want want, struct hw_sim_chance *chance);

struct hw_sim_package hw_sim_want_package(enum hw_sim_want want, struct hw_sim_chance *chance);

/* The service rung up, for somebody of a council living in a postcode district. */
void hw_sim_want_service(enum hw_sim_want want, const char *council, const char *district,
    struct hw_sim_chance *chance, char code[HW_SIM_CODE_SIZE], enum hw_service_kind *ret_kind);

/* Whole days that a placement of this kind lasts. */
int hw_sim_days_of(enum hw_service_kind kind, struct hw_sim_chance *chance);

#endif
