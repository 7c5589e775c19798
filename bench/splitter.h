/*
 * splitter.h - the bare minimum a reader of HL7 v2 must do, as a yardstick: one table-driven pass
 * that finds every segment and every field.  No meaning, no checks, no copies.
 */
#ifndef HW_BENCH_SPLITTER_H
#define HW_BENCH_SPLITTER_H

#include "homeward/slice.h"

enum { BENCH_FIELDS_MAX = 1024 };

struct bench_field {
    uint32_t start;
    uint16_t size;
    uint8_t segment; /* from 0 */
    uint8_t number;  /* within its segment; 0 is its name */
};

/* Returns how many fields it found; at most BENCH_FIELDS_MAX. */
uint32_t bench_split(struct hw_slice message, struct bench_field fields[BENCH_FIELDS_MAX]);

#endif
