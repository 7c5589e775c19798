/*
 * Goal: every status says something, numbers never move, and a false fact ends the process.
 * Method: the table against the numbers that journals and scripts already hold.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdio.h>

#include "homeward/status.h"

Test(status, every_one_has_its_sentence)
{
    static const enum hw_status all[] = {
#define STATUS_NUMBER(number, name, sentence) HW_##name,
        HW_STATUS_LIST(STATUS_NUMBER)
#undef STATUS_NUMBER
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        cr_expect_str_neq(hw_status_text(all[i]), "unknown status", "status %zu", i);
        for (size_t k = 0; k < i; k++)
            cr_expect_str_neq(hw_status_text(all[i]), hw_status_text(all[k]), "%zu and %zu", i, k);
    }
    cr_expect_str_eq(hw_status_text((enum hw_status)9999), "unknown status");
}

Test(status, numbers_stay_what_they_were)
{
    cr_expect(eq(int, HW_OK, 0));
    cr_expect(eq(int, HW_E_PARTIAL, 1));
    cr_expect(eq(int, HW_E_DAMAGED, 4));
    cr_expect(eq(int, HW_E_VERSION, 5));
    cr_expect(eq(int, HW_E_MEMORY, 12));
}

Test(status, a_true_fact_is_passed_over)
{
    int asked = 0;

    HW_ASSERT(++asked == 1);
    cr_expect(eq(int, asked, 1), "a fact is asked once");
}

Test(status, a_false_fact_ends_the_process, .signal = SIGABRT)
{
    HW_ASSERT(1 + 1 == 3);
    cr_fatal("went on");
}
