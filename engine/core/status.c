#include "homeward/status.h"

const char *hw_status_text(enum hw_status status)
{
    switch (status) {
#define STATUS_CASE(number, name, sentence)                                                        \
    case HW_##name:                                                                                \
        return sentence;
        HW_STATUS_LIST(STATUS_CASE)
#undef STATUS_CASE
    }
    return "unknown status";
}

void hw_assert_failed(const char *fact, const char *file, int line)
{
    fprintf(stderr, "homeward: %s:%d: this should be true: %s\n", file, line, fact);
    abort();
}
