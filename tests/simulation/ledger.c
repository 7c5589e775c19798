#include "ledger.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

void tally_add(struct tally *sum, const struct tally *more)
{
    /* All of it is counters. */
    uint64_t to[sizeof *sum / sizeof(uint64_t)], from[sizeof *sum / sizeof(uint64_t)];

    _Static_assert(sizeof *sum % sizeof(uint64_t) == 0, "counters only");
    memcpy(to, sum, sizeof to);
    memcpy(from, more, sizeof from);
    for (size_t i = 0; i < sizeof to / sizeof *to; i++)
        to[i] += from[i];
    memcpy(sum, to, sizeof to);
}

static unsigned line(uint64_t count, const char *what, const char *more)
{
    printf("# %10" PRIu64 "  %s%s\n", count, what, more);
    return count == 0;
}

unsigned tally_print(const struct tally *tally)
{
    const struct fault_tally *disk = &tally->disk;
    unsigned zero = 0;

#define TALLY_LINE(name, text) zero += line(tally->name, text, "");
    TALLY_LIST(TALLY_LINE)
#undef TALLY_LINE
    for (unsigned i = 0; i < FAULT_CALLS; i++)
        zero += line(disk->failed[i], "failed calls: ", fault_call_name((enum fault_call)i));
    for (unsigned i = FAULT_WRITE; i < FAULT_CALLS; i++)
        zero += line(disk->crashes[i], "crashes at a ", fault_call_name((enum fault_call)i));
    zero += line(disk->short_reads, "reads that gave less", "");
    zero += line(disk->short_writes, "writes that took less", "");
    zero += line(disk->no_space, "writes that found no space", "");
    zero += line(disk->syncs_failed, "failed syncs of journal or quarantine", "");
    zero += line(disk->power_lost, "times the machine ended", "");
    zero += line(disk->killed, "times the process ended", "");
    zero += line(disk->sectors_lost, "sectors lost", "");
    zero += line(disk->sectors_kept, "sectors kept without a sync", "");
    zero += line(disk->sectors_torn, "sectors torn", "");
    zero += line(disk->reordered, "sectors that saw more than the one before", "");
    zero += line(disk->names_lost, "names undone", "");
    zero += line(disk->names_kept, "names kept without a sync", "");
    return zero;
}

void ledger_init(struct ledger *ledger, const struct feeds *feeds)
{
    *ledger = (struct ledger){.feeds = feeds};
    ledger->tally.late = feeds->late;
    ledger->tally.cancels = feeds->cancels;
    ledger->tally.merges = feeds->merges;
    ledger->tally.deaths = feeds->deaths;
}

void ledger_fail(struct ledger *ledger, const char *format, ...)
{
    va_list arguments;

    if (ledger_failed(ledger))
        return;
    va_start(arguments, format);
    (void)vsnprintf(ledger->failure, sizeof ledger->failure, format, arguments);
    va_end(arguments);
}

void ledger_note(struct ledger *ledger, const char *what, uint64_t number)
{
    struct hw_slice parts[] = {hw_slice_of(&ledger->trace, sizeof ledger->trace),
        hw_slice_text(what), hw_slice_of(&number, sizeof number)};

    ledger->trace = hw_hash_parts(parts, sizeof parts / sizeof *parts);
    if (ledger->told != NULL)
        fprintf(ledger->told, "-- %s %" PRIu64 "\n", what, number);
}

unsigned ledger_find(const struct ledger *ledger, struct hw_hash id, struct hw_hash content)
{
    const struct feeds *feeds = ledger->feeds;

    for (unsigned i = 0; i < feeds->count; i++)
        if (feeds->messages[i].same == i && feeds->messages[i].records_count > 0 &&
            hw_hash_equal(feeds->messages[i].id_hash, id) &&
            hw_hash_equal(feeds->messages[i].content_hash, content))
            return i;
    return MESSAGES_MAX;
}
