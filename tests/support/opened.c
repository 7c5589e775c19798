#include "support/opened.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

struct fault_env *fault;
struct logged logged;
struct hw_runtime_options options;
struct hw_runtime *runtime;
char error[HW_ERROR_TEXT_SIZE];

void opened_begin(void)
{
    fault = fault_new(11);
    logged = (struct logged){0};
    options = logged_options(failing_table(fault_table(fault)), "/data", &logged);
    fault_set_clock(fault, LOGGED_START_MS, 0);
}

void opened_end(void)
{
    failing_memory(0, false);
    fault_free(fault);
}

void opened_open(void)
{
    cr_assert(eq(int, hw_runtime_open(&options, &runtime, error), HW_OK), "%s", error);
}

void opened_close(void)
{
    cr_assert(eq(int, hw_runtime_close(runtime, false), HW_OK));
}
