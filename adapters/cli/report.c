/*
 * report.c - homeward report: figures of days, from the journal alone (CONTRACT 5.3).
 *
 * Read-only: it takes no lock and writes nothing, so it is safe beside a running server.
 */
#include "cli/report.h"

#include "cli/args.h"
#include "cli/command.h"
#include "cli/settle.h"

#include <string.h>

enum { DATE = 256, TO, KNOWN_AT, FORMAT };

static const struct hw_option options[] = {
    {'d', "data", "DIR", "the data directory (data_dir)"},
    {'c', "config", "FILE", "the configuration that names it"},
    {DATE, "date", "DAY", "the day, or the first of several (2026-11-21); London's"},
    {TO, "to", "DAY", "the last day, included (the same day)"},
    {KNOWN_AT, "known-at", "TIME", "as known then: what came later is left out (all)"},
    {FORMAT, "format", "csv|json", "CSV, the default, or JSON"},
};

static const struct hw_usage usage = {
    .command = "report",
    .synopsis = "NAME -d DIR --date DAY [--to DAY] [--known-at TIME] [--format csv|json]",
    .sentence = "Prints a report of whole London days from the journal:\n"
                "  capacity   per service: position, offers and their answers, starts, waits\n"
                "  outcomes   per reablement service: sequels, at home 91 days after hospital\n"
                "  step-up    first contact within 2 hours and 2 days, by council; apart what\n"
                "             came when no crisis response of the council was open\n"
                "What is not known is - (null in JSON), never 0. Reads only; safe beside a\n"
                "running server. Names nobody.",
    .options = options,
    .options_count = sizeof options / sizeof *options,
};

static const struct {
    const char *name;
    bool (*report)(const struct hw_report_asked *asked); /* NULL: not built yet */
} reports[] = {
    {"capacity", hw_report_capacity},
    {"outcomes", hw_report_outcomes},
    {"step-up", hw_report_step_up},
    {"sitrep", NULL},
    {"dtoc", NULL},
    {"discharge-ready", NULL},
};

enum { REPORTS = sizeof reports / sizeof *reports };

static int report_of(const char *name)
{
    for (int i = 0; i < REPORTS; i++)
        if (strcmp(reports[i].name, name) == 0)
            return i;
    return -1;
}

static bool take_day(const char *text, int32_t *ret_day)
{
    struct hw_time time;

    if (hw_time_parse_iso(hw_slice_text(text), &time) != HW_OK ||
        time.precision != HW_PRECISION_DAY)
        return false;
    *ret_day = hw_london_day(time.start_ms);
    return true;
}

/* What is wrong with an option; 0: nothing, 1: it is none of these, else HW_EXIT_USAGE said. */
static int take(struct hw_report_asked *asked, int found, const char *value)
{
    struct hw_time time;

    if (found == DATE && !take_day(value, &asked->from_day))
        return hw_args_wrong(&usage, "--date %s: give a day such as 2026-11-21", value);
    if (found == TO && !take_day(value, &asked->to_day))
        return hw_args_wrong(&usage, "--to %s: give a day such as 2026-11-21", value);
    if (found == KNOWN_AT) {
        if (hw_time_parse_iso(hw_slice_text(value), &time) != HW_OK)
            return hw_args_wrong(
                &usage, "--known-at %s: give a time such as 2026-11-21T08:30", value);
        asked->known_ms = time.start_ms;
    }
    if (found == FORMAT) {
        asked->json = strcmp(value, "json") == 0;
        if (!asked->json && strcmp(value, "csv") != 0)
            return hw_args_wrong(&usage, "--format %s: say csv or json", value);
    }
    if (found == HW_ARG_OPERAND && asked->name == NULL) {
        asked->name = value;
        if (report_of(value) < 0)
            return hw_args_wrong(
                &usage, "%s: no such report; there are capacity, outcomes, step-up", value);
        return 0;
    }
    return found >= DATE ? 0 : 1;
}

static int check(struct hw_report_asked *asked)
{
    if (asked->name == NULL)
        return hw_args_wrong(&usage, "which report: capacity, outcomes or step-up?");
    if (reports[report_of(asked->name)].report == NULL) {
        fprintf(stderr,
            "homeward report: %s is not built yet; there are capacity, outcomes, step-up\n",
            asked->name);
        return HW_EXIT_FAILED;
    }
    if (asked->from_day == INT32_MIN)
        return hw_args_wrong(&usage, "of which day? Give --date, such as --date 2026-11-21");
    if (asked->to_day == INT32_MIN)
        asked->to_day = asked->from_day;
    if (asked->to_day < asked->from_day)
        return hw_args_wrong(&usage, "--to is before --date: give the first day as --date");
    return HW_EXIT_OK;
}

int hw_command_report(int argc, char **argv)
{
    struct hw_report_asked asked = {
        .from_day = INT32_MIN, .to_day = INT32_MIN, .known_ms = HW_TIME_OPEN};
    struct hw_settle settle = {0};
    struct hw_config config;
    struct hw_args args;
    const char *value = NULL;
    int found, code;

    hw_args_init(&args, &usage, argc, argv);
    while ((found = hw_args_next(&args, &value)) != HW_ARG_END) {
        if (found == HW_ARG_HELP)
            return HW_EXIT_OK;
        if (found == HW_ARG_WRONG)
            return HW_EXIT_USAGE;
        code = take(&asked, found, value);
        if (code == HW_EXIT_USAGE)
            return code;
        if (code == 1 && !hw_settle_take(&settle, found, value))
            return hw_args_wrong(&usage, "%s: unexpected", value);
    }
    code = check(&asked);
    if (code != HW_EXIT_OK)
        return code;
    if (!hw_settle_load(&settle, &config))
        return HW_EXIT_FAILED;
    asked.data_dir = config.keys->data_dir;
    code = reports[report_of(asked.name)].report(&asked) ? HW_EXIT_OK : HW_EXIT_FAILED;
    hw_config_free(&config);
    return code;
}
