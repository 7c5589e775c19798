/*
 * stay.h - the messages of one stay, made one at a time: what is needed to ask what a stay costs.
 */
#ifndef HW_BENCH_STAY_H
#define HW_BENCH_STAY_H

#include "mix.h"

struct bench_stay {
    uint32_t person;     /* known by an NHS number and a local identifier of its own */
    uint32_t visit;      /* number of the stay */
    uint32_t messages;   /* of the whole stay: an admission, the others, a discharge */
    int64_t admitted_ms; /* messages follow an hour apart */
};

enum bench_said { BENCH_ADMITTED, BENCH_MOVED, BENCH_REVIEWED, BENCH_UPDATED, BENCH_DISCHARGED };

/* What message index of a stay says: in between every sixth a review, every tenth a move. */
enum bench_said bench_stay_said(const struct bench_stay *stay, uint32_t index);

/*
 * Write message index of a stay as a record (HW_RECORD_SIZE_MAX bytes), happening at happened_ms
 * and accepted at at_ms; number makes its control id.
 */
void bench_stay_message(const struct bench_stay *stay, enum bench_said said, int64_t happened_ms,
    int64_t at_ms, uint64_t number, uint8_t *record, struct bench_mixed *ret_mixed);

#endif
