/*
 * csv.h - rows of a CSV file (RFC 4180) that is held in memory; for tests.
 *
 * Cells are unquoted in place, so the buffer must be writable; they live as long as it does.
 */
#ifndef HW_TEST_CSV_H
#define HW_TEST_CSV_H

#include <stdbool.h>
#include <stddef.h>

enum { CSV_CELLS_MAX = 32 };

struct csv {
    char *at;
    char *end;
    size_t count;
    const char *cells[CSV_CELLS_MAX]; /* NUL-terminated */
};

/* The next row; false at the end. */
bool csv_next(struct csv *csv);

#endif
