/*
 * rows.h - live totals: a row a site, ward, council and zone, and one for all.
 *
 * Each stay remembers its share of them; a change takes the old share out and puts the new one in
 * (DESIGN).  Open hours are kept as a count and a sum of starts, so that no time need pass in here;
 * a midnight costs the rows and not the people.
 */
#ifndef HW_ROWS_H
#define HW_ROWS_H

#include "core/state.h"

/* The row of all; taken first in every engine. */
enum { HW_ROW_TOTAL = 1 };

/* A row by its codes (texts; site for wards only, else 0); 0 when there is none. */
uint32_t hw_row_find(
    const struct hw_engine *engine, enum hw_dimension dimension, uint32_t site, uint32_t code);

/* The same, made when there is none (room was ensured).  code 0 is the row "unknown". */
uint32_t hw_row_take(
    struct hw_engine *engine, enum hw_dimension dimension, uint32_t site, uint32_t code);

/* The account of a site's open periods (row), or of the ledger (row 0). */
uint32_t hw_account_take(struct hw_engine *engine, const struct hw_account_record *like);

/* Put the share of a stay into all its rows (sign 1) or take it out (-1). */
void hw_share_add(struct hw_engine *engine, const struct hw_share *share, int sign);

/* Count a share that is in its rows for another expected day; HW_DAY_NONE: for none. */
void hw_rows_expect(struct hw_engine *engine, const struct hw_share *share, int32_t day);

/* A new London day: what counts since midnight starts again. */
void hw_rows_new_day(struct hw_engine *engine, int32_t day);

hw_table_hash hw_row_hash, hw_account_hash;

#endif
