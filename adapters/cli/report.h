/*
 * report.h - what the reports share: a span of London days, a state of knowledge, a table written
 * as CSV or JSON.
 *
 * Columns are stable: a new one comes last.  What is not known is - in CSV and null in JSON, never
 * 0.  One thread.
 */
#ifndef HW_CLI_REPORT_H
#define HW_CLI_REPORT_H

#include "homeward/routing.h"

#include <jansson.h>

struct hw_report_asked {
    const char *name, *data_dir;
    int32_t from_day, to_day; /* London days, both included */
    int64_t known_ms;         /* accepted by then; HW_TIME_OPEN: all */
    bool json;
};

/* Of asked: the first moment of its first day, the first behind its last. */
int64_t hw_report_start_ms(const struct hw_report_asked *asked);
int64_t hw_report_end_ms(const struct hw_report_asked *asked);

/* Whether a moment (HW_TIME_NONE: none) lies in its days. */
bool hw_report_has(const struct hw_report_asked *asked, int64_t ms);

/*
 * An engine with what was accepted by until_ms; on_record (or NULL) hears every record from the
 * first.  NULL: why is on stderr.
 */
struct hw_engine *hw_report_engine(const struct hw_report_asked *asked, int64_t until_ms,
    void (*on_record)(void *context, const struct hw_engine *engine, struct hw_slice record),
    void *context);

/* ---- the table ---- */

struct hw_report_table {
    bool json;
    const char *const *columns; /* NULL at the end */
    unsigned column;            /* the next one to be written */
    json_t *rows, *row;
};

void hw_report_begin(
    struct hw_report_table *table, const struct hw_report_asked *asked, const char *const *columns);

/* The next value of the row; the last of them ends it. */
void hw_report_text(struct hw_report_table *table, struct hw_slice text);
void hw_report_number(struct hw_report_table *table, int64_t number);
void hw_report_missing(struct hw_report_table *table);

/* Where known, else missing. */
void hw_report_known(struct hw_report_table *table, bool known, int64_t number);

/* part of whole in per cent with one decimal, missing of nothing. */
void hw_report_share(struct hw_report_table *table, int64_t part, int64_t whole);

/* The two days of asked, in the first two columns. */
void hw_report_days(struct hw_report_table *table, const struct hw_report_asked *asked);

/* Print what is not printed yet. */
void hw_report_end(struct hw_report_table *table, const struct hw_report_asked *asked);

/* ---- the reports: false, why on stderr ---- */

bool hw_report_capacity(const struct hw_report_asked *asked);
bool hw_report_outcomes(const struct hw_report_asked *asked);
bool hw_report_step_up(const struct hw_report_asked *asked);

#endif
