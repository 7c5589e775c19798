#include "support/preloaded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Sanitizers want to come first, and end a program whose memory runs out; crashes are ours. */
static void set_sanitizers(void)
{
    const char *before = getenv("ASAN_OPTIONS");
    char options[1024];

    if (before != NULL && strstr(before, "verify_asan_link_order") != NULL)
        return;
    snprintf(options, sizeof options,
        "%s%sverify_asan_link_order=0:allocator_may_return_null=1:handle_segv=0",
        before != NULL ? before : "", before != NULL && *before != '\0' ? ":" : "");
    setenv("ASAN_OPTIONS", options, 1);
}

void failing_set(const struct failing *failing, const char *kind, const char *nth)
{
    char name[32];

    (void)unlink(failing->report); /* There is none before the first. */
    set_sanitizers();
    snprintf(name, sizeof name, "FAILING_%s", kind);
    setenv(name, nth, 1);
    setenv("FAILING_REPORT", failing->report, 1);
    setenv("LD_PRELOAD", failing->preloaded, 1);
}

void failing_clear(void)
{
    unsetenv("LD_PRELOAD");
    unsetenv("FAILING_SYNC");
    unsetenv("FAILING_MEMORY");
    unsetenv("FAILING_REPORT");
}

struct failed failing_read(const struct failing *failing)
{
    struct failed failed = {0};
    FILE *file = fopen(failing->report, "r");
    char what[32], place[64];
    unsigned long number;

    while (file != NULL && fscanf(file, "%31s %lu %63s", what, &number, place) == 3) {
        if (strcmp(what, "signal") == 0 && failed.signal == 0) {
            failed.signal = (int)number;
            memcpy(failed.crashed, place, sizeof place);
        } else if (!failed.happened) {
            failed.happened = true;
            memcpy(failed.asked, place, sizeof place);
        }
    }
    if (file != NULL)
        fclose(file);
    return failed;
}
