#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "homeward/time.h"

Test(time, epoch)
{
    char text[HW_TIME_TEXT_SIZE];

    cr_expect_str_eq(hw_time_format(0, text), "1970-01-01T00:00:00.000Z");
}
