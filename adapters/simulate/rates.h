/*
 * rates.h - how often things go wrong or differ: one table, from which the options of
 * `homeward simulate`, their help and the tests are made.
 *
 * name, option, default, of what, sentence.  Rates are in 100,000; W of the world (part of what
 * truly happens, also in a clean run), D of disorder on the way (none in a clean run).  The
 * proportions of disorder follow what receivers of real feeds report: messages doubled, out of
 * order, cancels before what they cancel.
 */
#ifndef HW_SIM_RATES_H
#define HW_SIM_RATES_H

#include <stdint.h>

/* clang-format off */
#define HW_SIM_RATE_LIST(X)                                                                        \
    X(DELAYED, "delayed", 14000, W, "discharges that come a day or more after readiness")          \
    X(SETBACK, "setback", 12000, W, "long delays interrupted by meeting the criteria again")       \
    X(DIED, "died", 3500, W, "adult stays that end in death")                                      \
    X(CANCEL_ADMIT, "cancel-admit", 500, W, "admissions cancelled (A11)")                          \
    X(CANCEL_MOVE, "cancel-move", 1500, W, "moves cancelled (A12)")                                \
    X(CANCEL_DISCHARGE, "cancel-discharge", 1200, W, "discharges said too early and cancelled (A13)") \
    X(MERGED, "merged", 400, W, "people admitted under a temporary number, then merged (A40)")     \
    X(UNMERGED, "unmerged", 8000, W, "of those merges, taken back once (A37) and made again")      \
    X(LEAVE, "leave", 2000, W, "longer stays with leave at home (A21, A22)")                       \
    X(RESTRICTED, "restricted", 300, W, "people marked in PV1-16")                                 \
    X(OUT_OF_AREA, "out-of-area", 6000, W, "people who live outside the county")                   \
    X(NO_NHS_NUMBER, "no-nhs-number", 2000, W, "people known by a hospital number only")           \
    X(STANDARD_SEGMENT, "zu1", 12000, W, "stays whose readiness is told in ZU1 and not in ZDT")    \
    X(LATE, "late", 4000, D, "messages that arrive five minutes to six hours late")                \
    X(VERY_LATE, "very-late", 200, D, "messages that arrive one to three days late")               \
    X(SWAPPED, "swapped", 2000, D, "messages overtaken by others within minutes")                  \
    X(DOUBLED, "doubled", 2000, D, "messages sent twice, byte for byte")                           \
    X(RESENT, "resent", 500, D, "messages sent again under a new control id")                      \
    X(CANCEL_FIRST, "cancel-first", 15000, D, "cancels that overtake what they cancel")            \
    X(MALFORMED, "malformed", 200, D, "messages first sent broken, then again in order")
/* clang-format on */

enum hw_sim_rate {
#define HW_SIM_RATE_ENUM(name, option, normal, of, sentence) HW_SIM_RATE_##name,
    HW_SIM_RATE_LIST(HW_SIM_RATE_ENUM)
#undef HW_SIM_RATE_ENUM
        HW_SIM_RATES
};

#endif
