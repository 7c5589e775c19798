#include "simulate/county.h"

#include <stdio.h>
#include <string.h>

/* The code is followed by a number from first on; 0: the only one.  beds of each ward. */
struct ward_group {
    const char *site, *code, *specialty;
    uint8_t kind, first, count, beds;
};

static const struct ward_group groups[] = {
    {"RWEAA", "ED", "180", HW_SIM_EMERGENCY, 0, 1, 0},
    {"RWEAA", "AMU", "300", HW_SIM_ASSESSMENT, 1, 4, 30},
    {"RWEAE", "CDU", "340", HW_SIM_ASSESSMENT, 1, 2, 28},
    {"RWEAA", "W", "300", HW_SIM_MEDICAL, 21, 10, 28},
    {"RWEAA", "ST", "328", HW_SIM_MEDICAL, 1, 2, 26},
    {"RWEAK", "R", "361", HW_SIM_MEDICAL, 15, 2, 22},
    {"RWEAA", "W", "430", HW_SIM_ELDERLY, 31, 6, 28},
    {"RWEAK", "G", "430", HW_SIM_ELDERLY, 1, 4, 24},
    {"RWEAE", "C", "320", HW_SIM_HEART_LUNG, 27, 6, 28},
    {"RWEAE", "L", "340", HW_SIM_HEART_LUNG, 15, 6, 28},
    {"RWEAA", "W", "100", HW_SIM_SURGICAL, 7, 6, 28},
    {"RWEAE", "S", "172", HW_SIM_SURGICAL, 31, 2, 26},
    {"RWEAE", "V", "107", HW_SIM_SURGICAL, 23, 1, 24},
    {"RWEAK", "U", "101", HW_SIM_SURGICAL, 28, 2, 26},
    {"RWEAK", "S", "100", HW_SIM_SURGICAL, 22, 2, 26},
    {"RWEAA", "W", "110", HW_SIM_ORTHOPAEDIC, 14, 4, 30},
    {"RWEAK", "O", "110", HW_SIM_ORTHOPAEDIC, 18, 2, 24},
    {"RWEAA", "ITU", "192", HW_SIM_CRITICAL, 0, 1, 26},
    {"RWEAE", "AICU", "192", HW_SIM_CRITICAL, 0, 1, 22},
    {"RWEAA", "CH", "420", HW_SIM_CHILDREN, 1, 4, 24},
    {"RWEAA", "MAT", "501", HW_SIM_MATERNITY, 1, 3, 28},
};

void hw_sim_county_init(struct hw_sim_county *county)
{
    memset(county, 0, sizeof *county);
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        const struct ward_group *group = &groups[i];

        if (i == 0 || groups[i - 1].kind != group->kind)
            county->first[group->kind] = county->wards_count;
        for (unsigned n = 0; n < group->count; n++) {
            struct hw_sim_ward *ward = &county->wards[county->wards_count++];

            ward->site = group->site;
            ward->specialty = group->specialty;
            ward->kind = group->kind;
            ward->beds = group->beds;
            if (group->first == 0)
                snprintf(ward->code, sizeof ward->code, "%s", group->code);
            else
                snprintf(ward->code, sizeof ward->code, "%s%02u", group->code, group->first + n);
        }
    }
    county->first[HW_SIM_WARD_KINDS] = county->wards_count;
}

uint32_t hw_sim_county_beds(const struct hw_sim_county *county)
{
    uint32_t beds = 0;

    for (unsigned i = 0; i < county->first[HW_SIM_CHILDREN]; i++)
        beds += county->wards[i].beds;
    return beds;
}

static uint8_t free_bed(struct hw_sim_ward *ward)
{
    for (unsigned i = 0; i < ward->beds; i++) {
        unsigned bed = (ward->next_bed + i) % ward->beds;

        if ((ward->taken >> bed & 1u) == 0) {
            ward->taken |= UINT64_C(1) << bed;
            ward->next_bed = (uint8_t)((bed + 1) % ward->beds);
            return (uint8_t)bed;
        }
    }
    return HW_SIM_NO_BED;
}

uint8_t hw_sim_county_take(struct hw_sim_county *county, enum hw_sim_ward_kind kind, uint8_t except,
    struct hw_sim_chance *chance, uint8_t *ret_bed)
{
    uint32_t first = county->first[kind];
    uint32_t count = county->first[kind + 1] - first;
    uint8_t ward = (uint8_t)(first + hw_sim_below(chance, count));

    for (unsigned tries = 0; tries < 5; tries++) {
        if (ward != except) {
            *ret_bed = free_bed(&county->wards[ward]);
            if (*ret_bed != HW_SIM_NO_BED)
                return ward;
        }
        ward = (uint8_t)(first + hw_sim_below(chance, count));
    }
    *ret_bed = HW_SIM_NO_BED;
    return ward;
}

void hw_sim_county_give_back(struct hw_sim_county *county, uint8_t ward, uint8_t bed)
{
    if (ward != HW_SIM_NO_WARD && bed != HW_SIM_NO_BED)
        county->wards[ward].taken &= ~(UINT64_C(1) << bed);
}

/* Shares after population; 509 the city, 508 the county, 510 Rutland. */
static const struct hw_sim_district inside[] = {
    {"LE1", "LEICESTER", "509", 25},
    {"LE2", "LEICESTER", "509", 110},
    {"LE3", "LEICESTER", "509", 100},
    {"LE4", "LEICESTER", "509", 90},
    {"LE5", "LEICESTER", "509", 85},
    {"LE6", "LEICESTER", "508", 12},
    {"LE7", "LEICESTER", "508", 50},
    {"LE8", "LEICESTER", "508", 45},
    {"LE9", "LEICESTER", "508", 45},
    {"LE10", "HINCKLEY", "508", 50},
    {"LE11", "LOUGHBOROUGH", "508", 60},
    {"LE12", "LOUGHBOROUGH", "508", 60},
    {"LE13", "MELTON MOWBRAY", "508", 35},
    {"LE14", "MELTON MOWBRAY", "508", 20},
    {"LE15", "OAKHAM", "510", 35},
    {"LE16", "MARKET HARBOROUGH", "508", 40},
    {"LE17", "LUTTERWORTH", "508", 30},
    {"LE18", "WIGSTON", "508", 35},
    {"LE19", "LEICESTER", "508", 30},
    {"LE65", "ASHBY-DE-LA-ZOUCH", "508", 18},
    {"LE67", "COALVILLE", "508", 60},
};

static const struct hw_sim_district outside_county[] = {
    {"CV11", "NUNEATON", "", 20},
    {"DE12", "SWADLINCOTE", "", 15},
    {"NG12", "NOTTINGHAM", "", 15},
    {"NN14", "KETTERING", "", 15},
    {"PE9", "STAMFORD", "", 15},
};

static const struct hw_sim_district *district_of(
    struct hw_sim_chance *chance, const struct hw_sim_district *rows, uint32_t count)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < count; i++)
        sum += rows[i].weight;
    uint32_t at = hw_sim_below(chance, sum);
    uint32_t i = 0;
    while (at >= rows[i].weight)
        at -= rows[i++].weight;
    return &rows[i];
}

const struct hw_sim_district *hw_sim_district_pick(struct hw_sim_chance *chance, bool outside)
{
    if (outside)
        return district_of(chance, outside_county, sizeof outside_county / sizeof *outside_county);
    return district_of(chance, inside, sizeof inside / sizeof *inside);
}

/*
 * Weights make the shares published for stays of 14 days and more: interface 41 %, hospital
 * process 40 %, capacity 15 %, wellbeing 3 %, hub 1 %; about one wait in seven is still told in
 * the codes of the former return.
 */
#define P(n) (1u << (n))
static const struct hw_sim_reason reasons[] = {
    {"HP1", {"NHS"}, P(1) | P(2) | P(3), 90},
    {"HP2", {"NHS"}, P(0) | P(1) | P(2) | P(3), 70},
    {"HP3", {"NHS"}, P(1) | P(2) | P(3), 60},
    {"HP4", {"NHS"}, P(0) | P(1) | P(2), 40},
    {"HP5", {"NHS"}, P(0) | P(1) | P(2) | P(3), 60},
    {"HP6", {"NHS"}, P(0) | P(1) | P(2) | P(3), 20},
    {"HP7", {"NHS"}, P(0) | P(1) | P(2) | P(3), 60},
    {"WC1", {"NHS", "SC"}, P(0) | P(1) | P(2) | P(3), 12},
    {"WC2", {"SC", "NHS"}, P(0) | P(1) | P(3), 6},
    {"WC3", {"NHS", "SC"}, P(1) | P(3), 6},
    {"WC4", {"NHS", "SC"}, P(0) | P(1), 6},
    {"TH1", {"NHS", "SC", "BOTH"}, P(1) | P(2) | P(3), 6},
    {"TH2", {"NHS", "SC", "BOTH"}, P(1) | P(2) | P(3), 3},
    {"TH3", {"NHS", "SC", "BOTH"}, P(1) | P(2) | P(3), 3},
    {"IF1", {"SC", "BOTH", "NHS"}, P(1), 90},
    {"IF2", {"SC"}, P(1), 80},
    {"IF3", {"NHS"}, P(1), 30},
    {"IF4", {"SC", "NHS"}, P(0) | P(1), 12},
    {"IF5", {"NHS", "BOTH", "SC"}, P(2), 90},
    {"IF6", {"SC", "BOTH", "NHS"}, P(3), 90},
    {"IF7", {"NHS", "BOTH"}, P(1) | P(3), 20},
    {"IF8", {"SC", "NHS"}, P(1) | P(2) | P(3), 12},
    {"IF9", {"SC"}, P(0) | P(1), 2},
    {"IF10", {"SC"}, P(1) | P(3), 10},
    {"IF11", {"SC", "NHS"}, P(1) | P(2) | P(3), 20},
    {"IF12", {"NHS", "SC"}, P(1) | P(2) | P(3), 10},
    {"CA1", {"SC", "BOTH", "NHS"}, P(1), 28},
    {"CA2", {"SC"}, P(1), 24},
    {"CA3", {"NHS"}, P(1), 8},
    {"CA4", {"SC", "NHS"}, P(0) | P(1), 5},
    {"CA5", {"NHS", "BOTH", "SC"}, P(2), 45},
    {"CA6", {"NHS"}, P(2), 5},
    {"CA7", {"SC", "BOTH", "NHS"}, P(3), 36},
    {"CA8", {"NHS", "BOTH"}, P(1) | P(3), 6},
    {"CA9", {"SC"}, P(1) | P(3), 4},
    {"CA10", {"NHS", "SC", "BOTH"}, P(1) | P(2) | P(3), 8},
    {"CA11", {"SC"}, P(0), 12},
    {"A", {"SC", "NHS", "BOTH"}, P(1) | P(2) | P(3), 16},
    {"B", {"NHS", "SC", "BOTH"}, P(3), 5},
    {"C", {"NHS"}, P(2), 24},
    {"Di", {"SC", "NHS"}, P(3), 14},
    {"Dii", {"SC", "NHS", "BOTH"}, P(3), 14},
    {"E", {"SC", "NHS", "BOTH"}, P(1), 30},
    {"F", {"SC", "NHS", "BOTH"}, P(1), 8},
    {"G", {"NHS", "SC"}, P(0) | P(1) | P(2) | P(3), 10},
    {"H", {"NHS", "SC"}, P(1) | P(3), 2},
    {"I", {"NHS"}, P(0) | P(1), 3},
    {"O", {"NHS", "SC", "BOTH"}, P(0) | P(1) | P(2) | P(3), 3},
};
#undef P

static const uint32_t reasons_count = sizeof reasons / sizeof *reasons;

/* A wait begins with the hospital's own steps more often than it ends with them. */
static uint32_t weight_of(const struct hw_sim_reason *reason, unsigned pathway, bool early)
{
    if ((reason->pathways >> pathway & 1u) == 0)
        return 0;
    return reason->code[0] == 'H' && reason->code[1] == 'P' && early ? reason->weight * 4u
                                                                     : reason->weight;
}

const struct hw_sim_reason *hw_sim_reason_pick(
    struct hw_sim_chance *chance, unsigned pathway, bool early)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < reasons_count; i++)
        sum += weight_of(&reasons[i], pathway, early);
    uint32_t at = hw_sim_below(chance, sum);
    for (uint32_t i = 0; i < reasons_count; i++) {
        uint32_t weight = weight_of(&reasons[i], pathway, early);

        if (at < weight)
            return &reasons[i];
        at -= weight;
    }
    return &reasons[0];
}

const struct hw_sim_reason *hw_sim_reason_at(uint32_t index, uint32_t *ret_count)
{
    *ret_count = reasons_count;
    return index < reasons_count ? &reasons[index] : NULL;
}

/*
 * Solved for the published discharges by weekday (Mon 252, Tue 312, Wed 303, Thu 303, Fri 324,
 * Sat 209, Sun 154) from an even daily inflow plus what the day before left over.
 */
static const uint32_t leaves[7] = {57700, 69300, 75200, 83000, 99000, 77400, 47200};

uint32_t hw_sim_leaves_on(unsigned weekday)
{
    return leaves[weekday % 7];
}
