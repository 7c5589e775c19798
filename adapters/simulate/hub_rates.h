/*
 * hub_rates.h - how often what happens between the hub, services and people at home: each number
 * with where it is from.
 *
 * MPS: Leicestershire County Council, Market Position Statement, 2016.  ICRS: local.gov.uk,
 * Leicester Integrated Crisis Response Service, 2016/17.  OSC: Leicestershire, Adults and
 * Communities Overview and Scrutiny Committee, 11 November 2019.  SALT: sequels of short-term
 * services, England, 2022-23.  D2A: the public discharge-to-assess model of Bristol, North Somerset
 * and South Gloucestershire.  assumed: our guess.
 */
#ifndef HW_SIM_HUB_RATES_H
#define HW_SIM_HUB_RATES_H

/* clang-format off */

/* Name, in 100,000, source. */
#define HW_SIM_HUB_RATE_LIST(X)                                                                    \
    X(SEEN_IN_TIME, 85000, "2-hour referrals reached in time: assumed; the standard is 70 %")      \
    X(FAST_TRACK, 1000, "of people on their way home, end of life: assumed")                       \
    X(UNMET, 600, "with needs that no service can give together: assumed")                         \
    X(DOUBLE_HANDED, 8000, "of people going home: assumed; few, says OSC, home care, 8")           \
    X(DEMENTIA_HOME, 6000, "of people going home: assumed")                                        \
    X(NURSING_HOME, 5000, "of people going home: assumed")                                         \
    X(NURSING_BED, 45000, "of people going to a bed: assumed")                                     \
    X(NURSING_CARE, 31600, "of care-home places: 1,521 of 4,818 beds, MPS, Meeting need")          \
    X(RECOVERY_HOSTEL, 1500, "of people going to a care home or hostel: assumed")                  \
    X(BY_PHONE, 15000, "arranged by phone at discharge, without an offer: assumed")                \
    X(UNITS_LESS, 40000, "packages made smaller on the way, 4 visits a day falling to 1: D2A")     \
    X(MOVES_ON_LATE, 20000, "ready to leave, delayed in moving on from reablement: MPS, assumed")  \
    X(HANDED_ON, 26000, "of crisis response, to further support: assumed")                         \
    X(BACK_IN_HOSPITAL, 9000, "admitted again from a placement: assumed")                          \
    X(DIED, 2500, "who die in a placement: assumed")                                               \
    X(AT_HOME_91, 82000, "at home on day 91: ASCOF 2B(1), England, about 82 %")                    \
    X(NOT_REACHED_91, 3000, "of the others, not contacted on day 91: assumed")

/* Sequels of a placement: name, how many in England 2022-23 (SALT). */
#define HW_SIM_SEQUEL_LIST(X)                                                                      \
    X("no_needs", 7954)                                                                            \
    X("long_term_support", 3724)                                                                   \
    X("ended_early", 2881)                                                                         \
    X("further_short_term", 2091)                                                                  \
    X("signposted", 1662)                                                                          \
    X("low_level_support", 1203)

/*
 * How a service answers an offer, by kind: in 100 offers those accepted, accepted with changes,
 * declined; the rest let it lapse.  Declines are the normal case.  Then the minutes until it
 * answers, least and most.
 */
#define HW_SIM_ANSWER_LIST(X)                                                                      \
    X(CRISIS_RESPONSE, 70, 4, 24, 3, 20)        /* 976 of 1,318 supported, 74 %: MPS */            \
    X(REABLEMENT, 72, 8, 17, 10, 90)            /* assumed */                                      \
    X(HOME_CARE, 40, 12, 40, 15, 100)           /* assumed; rural pick-up, lots refusing: OSC */   \
    X(COMMUNITY_NURSING, 65, 8, 24, 20, 100)    /* assumed */                                      \
    X(BED_INTERMEDIATE, 55, 5, 36, 20, 110)     /* assumed */                                      \
    X(COMMUNITY_HOSPITAL, 55, 5, 36, 20, 110)   /* assumed */                                      \
    X(EXTRA_CARE, 45, 5, 44, 20, 110)           /* assumed */                                      \
    X(CARE_HOME_RESIDENTIAL, 42, 5, 48, 60, 600) /* assumed; homes assess for themselves first */  \
    X(CARE_HOME_NURSING, 38, 5, 52, 60, 600)    /* assumed */                                      \
    X(VIRTUAL_WARD, 70, 5, 22, 10, 60)          /* assumed */                                      \
    X(HOSPICE, 50, 0, 45, 30, 110)              /* assumed */                                      \
    X(HOSTEL, 35, 0, 60, 60, 900)               /* assumed */                                      \
    X(EQUIPMENT, 90, 5, 3, 5, 60)               /* assumed */                                      \
    X(HOUSING, 70, 5, 20, 20, 110)              /* assumed */                                      \
    X(VOLUNTARY, 75, 5, 15, 20, 110)            /* assumed */                                      \
    X(NIGHT_SITTING, 50, 5, 40, 15, 100)        /* assumed */

/* Why a service declines: reason, weight (assumed). */
#define HW_SIM_DECLINE_LIST(X)                                                                     \
    X("no_capacity", 42)                                                                           \
    X("times_unavailable", 18)                                                                     \
    X("no_double_handed_crew", 8)                                                                  \
    X("start_too_soon", 12)                                                                        \
    X("out_of_area", 8)                                                                            \
    X("cannot_meet_need", 12)

/* clang-format on */

enum {
#define HW_SIM_HUB_RATE_ENUM(name, rate, source) HW_SIM_HUB_##name = rate,
    HW_SIM_HUB_RATE_LIST(HW_SIM_HUB_RATE_ENUM)
#undef HW_SIM_HUB_RATE_ENUM
};

#endif
