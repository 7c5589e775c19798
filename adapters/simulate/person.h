/*
 * person.h - the people of the county: each is a function of the seed and a number, and takes no
 * memory.  All are invented: family names begin with ZZ, NHS numbers are of the range 999, which
 * is never issued.
 */
#ifndef HW_SIM_PERSON_H
#define HW_SIM_PERSON_H

#include "simulate/county.h"

enum hw_sim_care { HW_SIM_ADULT, HW_SIM_OLDER, HW_SIM_CHILD, HW_SIM_MOTHER, HW_SIM_CARES };

/* Of so many people each can have an NHS number of their own: 100,000 beginnings, nine ends. */
enum { HW_SIM_PEOPLE_DEFAULT = 900000, HW_SIM_PEOPLE_MIN = 1000, HW_SIM_PEOPLE_MAX = 9000000 };

struct hw_sim_person {
    uint32_t number;
    int32_t born_day; /* days since 1970 */
    char nhs[11];     /* "" without */
    char local[12];
    char born[9]; /* YYYYMMDD */
    char postcode[10];
    char sex;
    bool restricted;
    const char *family, *given;
    const struct hw_sim_district *district;
    unsigned house;
};

/* A number of somebody who can need this care. */
uint32_t hw_sim_person_pick(struct hw_sim_chance *chance, enum hw_sim_care care, uint32_t people);

/* Ages count from the year given.  rates: HW_SIM_RATES of them (rates.h). */
void hw_sim_person_of(
    struct hw_sim_person *person, uint64_t seed, uint32_t number, int year, const uint32_t *rates);

#endif
