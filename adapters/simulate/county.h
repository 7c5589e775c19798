/*
 * county.h - the synthetic county: hospitals with wards and beds, districts, reasons, and how
 * many people come and go.  Tables and sums over them; figures of University Hospitals of
 * Leicester as published, 2022 to 2025.
 */
#ifndef HW_SIM_COUNTY_H
#define HW_SIM_COUNTY_H

#include "simulate/chance.h"

enum hw_sim_ward_kind {
    HW_SIM_EMERGENCY, /* the emergency department: no beds */
    HW_SIM_ASSESSMENT,
    HW_SIM_MEDICAL,
    HW_SIM_ELDERLY,
    HW_SIM_HEART_LUNG,
    HW_SIM_SURGICAL,
    HW_SIM_ORTHOPAEDIC,
    HW_SIM_CRITICAL,
    HW_SIM_CHILDREN,
    HW_SIM_MATERNITY,
    HW_SIM_WARD_KINDS,
};

enum { HW_SIM_WARDS_MAX = 96, HW_SIM_NO_WARD = 255, HW_SIM_NO_BED = 255 };

struct hw_sim_ward {
    char code[8];
    const char *site;
    const char *specialty; /* treatment function code */
    uint64_t taken;        /* bit of each bed in use */
    uint8_t kind;
    uint8_t beds;
    uint8_t next_bed; /* where to look for the next free one */
};

struct hw_sim_county {
    struct hw_sim_ward wards[HW_SIM_WARDS_MAX];
    uint8_t first[HW_SIM_WARD_KINDS + 1]; /* wards are sorted by kind */
    uint8_t wards_count;
};

void hw_sim_county_init(struct hw_sim_county *county);

/* Adult beds of all wards (children and maternity apart). */
uint32_t hw_sim_county_beds(const struct hw_sim_county *county);

/*
 * Take a bed in a ward of a kind, another one than `except`.  *ret_bed is HW_SIM_NO_BED where the
 * wards tried are full: such people wait on a trolley.
 */
uint8_t hw_sim_county_take(struct hw_sim_county *county, enum hw_sim_ward_kind kind, uint8_t except,
    struct hw_sim_chance *chance, uint8_t *ret_bed);
void hw_sim_county_give_back(struct hw_sim_county *county, uint8_t ward, uint8_t bed);

/* Where people live: postcode district, council ("" outside the county), share. */
struct hw_sim_district {
    const char *code;
    const char *town;
    const char *council;
    uint16_t weight;
};
const struct hw_sim_district *hw_sim_district_pick(struct hw_sim_chance *chance, bool outside);

/* Why somebody who is ready has not left (CONTRACT R3) and who may be responsible. */
struct hw_sim_reason {
    const char *code;
    const char *sides[3]; /* NULL where fewer */
    uint8_t pathways;     /* bit of each it is said for */
    uint16_t weight;
};

/* A reason for a pathway 0..3; early in a wait those of the hospital's own process prevail. */
const struct hw_sim_reason *hw_sim_reason_pick(
    struct hw_sim_chance *chance, unsigned pathway, bool early);
const struct hw_sim_reason *hw_sim_reason_at(uint32_t index, uint32_t *ret_count);

/* How many of 100,000 due to leave on a weekday do; the others leave a day later.  0: Monday. */
uint32_t hw_sim_leaves_on(unsigned weekday);

#endif
