/*
 * assert.h - in a build that measures coverage, an assertion is no branch: its other side is what
 * no test can reach.  Included before everything (./dev coverage).
 */
#ifndef HW_TEST_COVERAGE_ASSERT_H
#define HW_TEST_COVERAGE_ASSERT_H

#include "../../include/homeward/status.h"

static inline void hw_assert_checked(int fact, const char *text, const char *file, int line)
{
    if (!fact)
        hw_assert_failed(text, file, line);
}

#undef HW_ASSERT
#define HW_ASSERT(fact) hw_assert_checked(!!(fact), #fact, __FILE__, __LINE__)

#endif
