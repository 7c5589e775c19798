/*
 * stay.h - a stay at one moment: where the person is, whether ready, and what for (CONTRACT R1-R3).
 *
 * Reads a history; pure.  What is returned is borrowed from it.
 */
#ifndef HW_RESOURCE_STAY_H
#define HW_RESOURCE_STAY_H

#include "homeward/figures.h"

/* The ready period that runs at now_ms; NULL: none does. */
const struct hw_period *hw_stay_period(const struct hw_history *history, int64_t now_ms);

/* The place at now_ms; NULL: not known. */
const struct hw_place *hw_stay_place(const struct hw_history *history, int64_t now_ms);

/* What now_ms of a ready period is charged to; NULL: no ready period runs. */
const struct hw_charge *hw_stay_charge(const struct hw_history *history, int64_t now_ms);

/* Length of [start_ms, end_ms) by now_ms; 0 when it has not begun. */
int64_t hw_stay_length_ms(int64_t start_ms, int64_t end_ms, int64_t now_ms);

/* "P0".."P3", "none"; pathway as in hw_history. */
const char *hw_stay_pathway(unsigned pathway);

#endif
