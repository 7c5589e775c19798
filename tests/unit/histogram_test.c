/*
 * Goal: a quantile is never below the truth and at most a thirty-second part above it.
 * Method: values of every size against a sorted list.
 */
#include "cli/histogram.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

enum { COUNT = 20000 };

static int order(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

Test(histogram, quantiles_of_known_values)
{
    static const uint32_t shares[] = {1, 10000, 500000, 900000, 990000, 999000, 1000000};
    static uint64_t values[COUNT];
    static struct hw_histogram histogram;
    uint64_t state = 42;

    hw_histogram_init(&histogram);
    cr_expect(eq(u64, hw_histogram_quantile(&histogram, 500000), 0), "nothing was added");
    for (unsigned i = 0; i < COUNT; i++) {
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
        values[i] = state >> (i % 64);
        hw_histogram_add(&histogram, values[i]);
    }
    qsort(values, COUNT, sizeof *values, order);
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        uint64_t rank = ((uint64_t)COUNT * shares[i] + 999999) / 1000000;
        uint64_t truth = values[rank - 1], found = hw_histogram_quantile(&histogram, shares[i]);

        cr_expect(ge(u64, found, truth), "share %u", shares[i]);
        cr_expect(le(u64, found - truth, truth / 32), "share %u", shares[i]);
    }
    cr_expect(eq(u64, histogram.greatest, values[COUNT - 1]));
    cr_expect(eq(u64, histogram.count, COUNT));
}

Test(histogram, small_values_are_exact)
{
    static struct hw_histogram histogram;

    hw_histogram_init(&histogram);
    for (uint64_t value = 0; value < 64; value++)
        hw_histogram_add(&histogram, value);
    for (uint32_t i = 1; i <= 64; i++)
        cr_expect(eq(u64, hw_histogram_quantile(&histogram, i * 1000000 / 64), i - 1));
}
