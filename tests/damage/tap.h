/*
 * tap.h - the cases of a program that damages disks: a name and how many judgements were wrong.
 */
#ifndef HW_TEST_DAMAGE_TAP_H
#define HW_TEST_DAMAGE_TAP_H

#include <stdio.h>

static unsigned tap_number, tap_failed;

static inline void tap_case(const char *name, const char *disk, unsigned wrong)
{
    printf("%sok %u - %s: %s\n", wrong == 0 ? "" : "not ", ++tap_number, name, disk);
    tap_failed += wrong > 0;
    (void)fflush(stdout);
}

static inline int tap_end(void)
{
    printf("1..%u\n", tap_number);
    return tap_failed > 0;
}

#endif
