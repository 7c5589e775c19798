#include "cli/histogram.h"

#include "homeward/status.h"

#include <string.h>

enum { STEPS_BITS = 5 };
_Static_assert(1 << STEPS_BITS == HW_HISTOGRAM_STEPS, "the bits are those of the steps");

void hw_histogram_init(struct hw_histogram *histogram)
{
    memset(histogram, 0, sizeof *histogram);
}

/* Values below 32 have a bucket each; then 32 to each power of two. */
static unsigned bucket_of(uint64_t value)
{
    if (value < HW_HISTOGRAM_STEPS)
        return (unsigned)value;
    unsigned shift = 63u - (unsigned)__builtin_clzll(value) - STEPS_BITS;
    return (shift + 1) * HW_HISTOGRAM_STEPS +
        ((unsigned)(value >> shift) & (HW_HISTOGRAM_STEPS - 1u));
}

/* The greatest value of a bucket. */
static uint64_t bucket_end(unsigned index)
{
    if (index < HW_HISTOGRAM_STEPS)
        return index;
    unsigned shift = index / HW_HISTOGRAM_STEPS - 1;
    uint64_t first = (uint64_t)(HW_HISTOGRAM_STEPS + index % HW_HISTOGRAM_STEPS) << shift;
    return first + ((UINT64_C(1) << shift) - 1);
}

void hw_histogram_add(struct hw_histogram *histogram, uint64_t value)
{
    unsigned index = bucket_of(value);

    HW_ASSERT(index < HW_HISTOGRAM_BUCKETS);
    histogram->buckets[index]++;
    histogram->count++;
    if (value > histogram->greatest)
        histogram->greatest = value;
}

uint64_t hw_histogram_quantile(const struct hw_histogram *histogram, uint32_t share)
{
    /* The rank of the wanted value, from 1. */
    uint64_t whole = histogram->count / 1000000 * share;
    uint64_t rank = whole + (histogram->count % 1000000 * share + 999999) / 1000000;
    uint64_t seen = 0;

    HW_ASSERT(share <= 1000000);
    if (histogram->count == 0)
        return 0;
    for (unsigned index = 0; index < HW_HISTOGRAM_BUCKETS; index++) {
        seen += histogram->buckets[index];
        if (seen >= rank && seen > 0) {
            uint64_t end = bucket_end(index);
            return end < histogram->greatest ? end : histogram->greatest;
        }
    }
    return histogram->greatest;
}
