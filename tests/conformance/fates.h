/*
 * fates.h - the table of samples: what each message of each file must meet; for tests.
 *
 * Rows of one file stand together, in the order of its messages.
 */
#ifndef HW_TEST_FATES_H
#define HW_TEST_FATES_H

#include "conformance/csv.h"

/* Columns of fates.csv. */
enum {
    FATES_FILE,
    FATES_MESSAGE,
    FATES_TYPE,
    FATES_CONTROL_ID = 5,
    FATES_FATE,
    FATES_CODE,
    FATES_EVENT,
    FATES_WIRE = 11,
    FATES_FATE_PTD,
    FATES_CODE_PTD,
    FATES_EVENT_PTD,
    FATES_WIRE_PTD,
    FATES_COLUMNS
};

enum { FATES_PATH_SIZE = 1024 };

struct fate {
    const char *fate, *code, *event;
    const char *wire; /* "AA", "CA+AA", "none" */
};

struct fates_buffer {
    char *data; /* NULL: it could not be read */
    size_t size;
};

struct fates {
    char folder[FATES_PATH_SIZE];
    struct fates_buffer table;
    char *cells; /* the table once more, unquoted in place */
    struct csv row;
    bool more; /* row is a row */
};

/*
 * Open the table: in HOMEWARD_SAMPLES, else in samples (may be empty), else in
 * SOURCE_ROOT/../shared/samples.  False: there is none, which has been printed as a TAP skip.
 */
bool fates_open(struct fates *fates, const char *source_root, const char *samples);
void fates_rewind(struct fates *fates); /* to the first row */
void fates_close(struct fates *fates);

/* A whole sample file, to be freed, with a byte of room behind it. */
struct fates_buffer fates_read(const struct fates *fates, const char *file);

/* What the row says; allowed: with processing ids P, T and D.  Known mistakes are put right. */
struct fate fates_of(const struct csv *row, bool allowed);

/* Whether a text is printable ASCII: others are not compared byte by byte. */
bool fates_is_plain(const char *text);

#endif
