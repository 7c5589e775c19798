/*
 * histogram.h - how long things took: counts in buckets whose width grows with the value.
 *
 * Each power of two is divided into 32 buckets, so a quantile is at most 3.1 % above the truth,
 * from nanoseconds to centuries, in 15 KB.  One thread.
 */
#ifndef HW_CLI_HISTOGRAM_H
#define HW_CLI_HISTOGRAM_H

#include <stdint.h>

enum { HW_HISTOGRAM_STEPS = 32, HW_HISTOGRAM_BUCKETS = 60 * HW_HISTOGRAM_STEPS };

struct hw_histogram {
    uint64_t buckets[HW_HISTOGRAM_BUCKETS];
    uint64_t count;
    uint64_t greatest; /* exact */
};

void hw_histogram_init(struct hw_histogram *histogram);
void hw_histogram_add(struct hw_histogram *histogram, uint64_t value);

/*
 * The value that share of a million (500,000: the median) are not above, rounded up to the end of
 * its bucket, at most the greatest; 0 when nothing was added.
 */
uint64_t hw_histogram_quantile(const struct hw_histogram *histogram, uint32_t share);

#endif
