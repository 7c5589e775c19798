/*
 * model.h - the slow and obvious twin of the engine's core, written from CONTRACT.md alone.
 *
 * It keeps every record it was given and works everything out again from the whole set whenever
 * something new was said: no state machine, no short cut, no index.  Each function names the rule
 * it states.  Where the contract leaves room the simplest reading is taken and listed in
 * tests/scenario/README.md ("Readings").
 *
 * Slices in answers are borrowed until the next model_take().
 */
#ifndef HW_TEST_MODEL_H
#define HW_TEST_MODEL_H

#include "support/dump.h"

struct model; /* Opaque. */

struct model *model_new(void);
void model_free(struct model *model);

/* One more record (record.h), in order of arrival; copied.  Ticks are passed over. */
void model_take(struct model *model, struct hw_slice record);

/* Histories of all stays (R0, R1, R3, R6, R7). */
uint32_t model_chronicles(struct model *model, const struct chronicle **ret_chronicles);

/* Figures (R2) at a moment. */
void model_total(struct model *model, int64_t at_ms, struct hw_figures *ret_figures);

struct model_row {
    struct hw_slice code; /* "unknown" where it is not known */
    struct hw_slice site; /* of a ward */
    struct hw_figures figures;
};
uint32_t model_rows(struct model *model, enum hw_dimension dimension, int64_t at_ms,
    struct model_row *rows, uint32_t rows_max);

/* Who waits for what at a site now, and the open hours by account (R3). */
uint32_t model_reasons(struct model *model, struct hw_slice site, int64_t at_ms,
    struct hw_reason_row *rows, uint32_t rows_max);

/* The ledger: all ready time up to at_ms by account (R3). */
uint32_t model_accounts(
    struct model *model, int64_t at_ms, struct hw_account_row *rows, uint32_t rows_max);

#endif
