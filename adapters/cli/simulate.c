/*
 * simulate.c - the command: options to a synthetic county, its messages to a file or a receiver.
 */
#include "simulate/simulate.h"

#include "cli/args.h"
#include "cli/command.h"
#include "cli/simulate_send.h"
#include "homeward/time.h"
#include "simulate/person.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPTION_PEOPLE = 1000,
    OPTION_FORMAT,
    OPTION_START,
    OPTION_TRUTH,
    OPTION_CLEAN,
    OPTION_SPEED,
    OPTION_HUB,
    OPTION_RATES
};

static const struct hw_option option_list[] = {
    {'n', "days", "N", "how many days (default 30; with --speed 7)"},
    {'s', "seed", "S", "any number; same seed and options, same bytes (default 1)"},
    {OPTION_PEOPLE, "people", "N",
        "people of the county: beds and arrivals scale (default 900000)"},
    {OPTION_FORMAT, "format", "FORMAT",
        "hl7 (default), the hospitals; or cloudevents, the hub and services"},
    {OPTION_START, "start", "DATE", "first day, YYYY-MM-DD (default 2026-01-05)"},
    {'o', "output", "FILE", "a file or mllp://HOST:PORT; standard output by default"},
    {OPTION_SPEED, "speed", "X", "live: N days to now at once, then X times as fast as the clock"},
    {OPTION_HUB, "hub", "URL",
        "with -o mllp://: hub and services too, and they answer; nn+tcp://HOST:PORT"},
    {OPTION_TRUTH, "truth", "FILE", "also write what truly happened, one JSON object a stay"},
    {OPTION_CLEAN, "clean", NULL, "no disorder on the way: nothing late, doubled or broken"},
#define RATE_OPTION(name, option, normal, of, sentence)                                            \
    {OPTION_RATES + HW_SIM_RATE_##name, option, "RATE",                                            \
        sentence "; in 100,000 (default " #normal ")"},
    HW_SIM_RATE_LIST(RATE_OPTION)
#undef RATE_OPTION
};

static const struct hw_usage usage = {
    .command = "simulate",
    .synopsis = "[--days N] [--seed S] [--people N] [--speed X] [-o FILE|mllp://HOST:PORT] "
                "[--hub nn+tcp://HOST:PORT]",
    .sentence = "Writes the messages of a synthetic county: three hospitals, realistic stays,\n"
                "weekdays, corrections, and the disorder of real feeds. Nobody in it exists:\n"
                "family names begin with ZZ, NHS numbers are of the range 999, never issued.\n"
                "\n"
                "To a receiver with --speed, the county begins N days before now, catches up as\n"
                "fast as it is taken, and goes on until stopped. Its now is then the real now:\n"
                "times are shifted to today, and what happens later is written as happening at\n"
                "the real clock, X times as densely. Such output differs from run to run.\n"
                "\n"
                "With --hub the county is whole: people are referred, and services answer what\n"
                "the server at that address offers, as often with no as services do. Somebody\n"
                "at the simulated hub approves what waits for a person. In a file of\n"
                "cloudevents nobody can be asked: services then start as if rung up.",
    .options = option_list,
    .options_count = sizeof option_list / sizeof *option_list,
};

struct request {
    struct hw_simulation_options options;
    const char *output; /* NULL: standard output */
    const char *truth;
    const char *hub; /* NULL: hospitals only */
    uint64_t days;   /* 0: by default */
    int32_t start_day;
    bool has_start, is_live, events; /* events: a file of them */
};

static bool read_number(const char *text, uint64_t least, uint64_t most, uint64_t *ret_number)
{
    char *end;

    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || text[0] < '0' || text[0] > '9' || number < least ||
        number > most)
        return false;
    *ret_number = number;
    return true;
}

static int need_number(
    const char *name, const char *text, uint64_t least, uint64_t most, uint64_t *ret_number)
{
    if (read_number(text, least, most, ret_number))
        return HW_EXIT_OK;
    return hw_args_wrong(
        &usage, "--%s %s: a whole number from %" PRIu64 " to %" PRIu64, name, text, least, most);
}

static int read_start(const char *text, int32_t *ret_day)
{
    struct hw_time time;

    if (hw_time_parse_iso(hw_slice_text(text), &time) != HW_OK ||
        time.precision != HW_PRECISION_DAY || time.start_ms < 365 * HW_DAY_MS)
        return hw_args_wrong(&usage, "--start %s: a day such as 2026-01-05, from 1971 on", text);
    *ret_day = hw_london_day(time.start_ms);
    return HW_EXIT_OK;
}

/* A number with at most three decimals, in thousandths. */
static int read_speed(const char *text, uint32_t *ret_thousand)
{
    char *end;
    uint64_t whole = strtoull(text, &end, 10), part = 0;
    unsigned digits = 0;

    if (*end == '.') {
        for (end++; *end >= '0' && *end <= '9' && digits < 3; end++, digits++)
            part = part * 10 + (uint64_t)(*end - '0');
        for (; digits < 3; digits++)
            part *= 10;
    }
    if (*end != '\0' || text[0] < '0' || text[0] > '9' || whole > 100000 ||
        whole * 1000 + part == 0)
        return hw_args_wrong(&usage, "--speed %s: a number from 0.001 to 100000", text);
    *ret_thousand = (uint32_t)(whole * 1000 + part);
    return HW_EXIT_OK;
}

static const char *name_of(int id)
{
    unsigned i = 0;

    while (option_list[i].id != id)
        i++;
    return option_list[i].name;
}

static int read_option(struct request *request, int id, const char *value)
{
    uint64_t number = 0;
    int code;

    switch (id) {
    case 'n':
        return need_number("days", value, 1, 36500, &request->days);
    case 's':
        return need_number("seed", value, 0, UINT64_MAX, &request->options.seed);
    case 'o':
        request->output = strcmp(value, "-") == 0 ? NULL : value;
        return HW_EXIT_OK;
    case OPTION_PEOPLE:
        code = need_number("people", value, HW_SIM_PEOPLE_MIN, HW_SIM_PEOPLE_MAX, &number);
        if (code == HW_EXIT_OK)
            request->options.people = (uint32_t)number;
        return code;
    case OPTION_FORMAT:
        request->events = strcmp(value, "cloudevents") == 0;
        if (request->events || strcmp(value, "hl7") == 0)
            return HW_EXIT_OK;
        return hw_args_wrong(&usage, "--format %s: hl7 or cloudevents", value);
    case OPTION_HUB:
        request->hub = value;
        return HW_EXIT_OK;
    case OPTION_SPEED:
        request->is_live = true;
        return read_speed(value, &request->options.speed_thousand);
    case OPTION_START:
        request->has_start = true;
        return read_start(value, &request->start_day);
    case OPTION_TRUTH:
        request->truth = value;
        return HW_EXIT_OK;
    case OPTION_CLEAN:
        request->options.clean = true;
        return HW_EXIT_OK;
    default:
        break;
    }
    code = need_number(name_of(id), value, 0, HW_SIM_RATE_WHOLE, &number);
    if (code == HW_EXIT_OK)
        request->options.rates[id - OPTION_RATES] = (uint32_t)number;
    return code;
}

static FILE *open_output(const char *path)
{
    FILE *file = fopen(path, "wb");

    if (file == NULL)
        fprintf(stderr, "homeward: simulate: %s: %s\n", path, strerror(errno));
    return file;
}

static int close_output(FILE *file, const char *path, int code)
{
    if (file == NULL)
        return code;
    bool is_bad = ferror(file) != 0;
    if ((file == stdout ? fflush(file) : fclose(file)) != 0 || is_bad) {
        fprintf(stderr, "homeward: simulate: %s: %s\n", path, strerror(errno));
        return HW_EXIT_FAILED;
    }
    return code;
}

/*
 * Each message and a line feed: receivers pass over blank lines, people can read it; events so are
 * NDJSON.
 */
static uint64_t write_all(struct hw_simulation *simulation, bool events, FILE *out)
{
    struct hw_simulation_message message;
    uint64_t count = 0;

    while (hw_simulation_next(simulation, &message)) {
        if (message.is_event != events)
            continue;
        fwrite(message.bytes.data, 1, message.bytes.size, out);
        putc('\n', out);
        count++;
        if (ferror(out))
            break; /* Said by close_output(). */
    }
    return count;
}

static bool is_target(const struct request *request)
{
    return request->output != NULL && strncmp(request->output, "mllp://", 7) == 0;
}

static int run(struct request *request, FILE *out)
{
    struct hw_simulation *simulation = hw_simulation_new(&request->options);

    if (simulation == NULL) {
        fputs("homeward: simulate: out of memory\n", stderr);
        return HW_EXIT_FAILED;
    }
    int code = HW_EXIT_OK;
    if (out == NULL)
        code = hw_simulate_send(simulation, request->output, request->hub, &request->options);
    else
        fprintf(stderr, "%" PRIu64 " %s of %" PRIu64 " days\n",
            write_all(simulation, request->events, out), request->events ? "events" : "messages",
            request->days);
    if (hw_simulation_failed(simulation)) {
        fputs("homeward: simulate: out of memory: the output is not complete\n", stderr);
        code = HW_EXIT_FAILED;
    }
    hw_simulation_free(simulation);
    return code;
}

static int run_to_file(struct request *request)
{
    FILE *out = request->output == NULL ? stdout : open_output(request->output);

    if (out == NULL)
        return HW_EXIT_FAILED;
    setvbuf(out, NULL, _IOFBF, 1 << 20);
    int code = run(request, out);
    return close_output(out, request->output == NULL ? "standard output" : request->output, code);
}

/* The days that options mean.  Live, the county begins so many days before now and never ends. */
static int settle(struct request *request)
{
    struct hw_simulation_options *options = &request->options;

    options->hub = request->events || request->hub != NULL;
    if (request->hub != NULL && !is_target(request))
        return hw_args_wrong(&usage, "--hub: the hospitals need a receiver: -o mllp://HOST:PORT");
    if (request->events && is_target(request))
        return hw_args_wrong(&usage,
            "--format cloudevents: a file; to a server go both: -o mllp://HOST:PORT --hub "
            "nn+tcp://HOST:PORT");
    if (request->days == 0)
        request->days = request->is_live ? 7 : 30;
    if (!request->is_live) {
        options->start_ms = hw_london_midnight(request->start_day);
        options->end_ms = hw_london_midnight(request->start_day + (int32_t)request->days);
        /* Without --speed nothing waits for the clock, whatever the days are. */
        options->live_from_ms = HW_TIME_OPEN;
        return HW_EXIT_OK;
    }
    if (!is_target(request))
        return hw_args_wrong(&usage, "--speed: live needs a receiver: -o mllp://HOST:PORT");
    if (request->has_start)
        return hw_args_wrong(&usage, "--start: with --speed the county begins --days before now");
    options->live_from_ms = hw_simulate_now_ms() / HW_MINUTE_MS * HW_MINUTE_MS;
    options->start_ms = options->live_from_ms - (int64_t)request->days * HW_DAY_MS;
    options->end_ms = HW_TIME_OPEN;
    return HW_EXIT_OK;
}

int hw_command_simulate(int argc, char **argv)
{
    struct request request = {.start_day = hw_day_from_civil(2026, 1, 5)};
    struct hw_args args;
    const char *value;
    int id;

    hw_simulation_options_init(&request.options);
    hw_args_init(&args, &usage, argc, argv);
    while ((id = hw_args_next(&args, &value)) != HW_ARG_END) {
        if (id == HW_ARG_HELP)
            return HW_EXIT_OK;
        if (id == HW_ARG_WRONG)
            return HW_EXIT_USAGE;
        if (id == HW_ARG_OPERAND)
            return hw_args_wrong(&usage, "%s: no operands are taken; the output is -o FILE", value);
        int code = read_option(&request, id, value);
        if (code != HW_EXIT_OK)
            return code;
    }
    if (settle(&request) != HW_EXIT_OK)
        return HW_EXIT_USAGE;
    if (request.truth != NULL) {
        request.options.truth = open_output(request.truth);
        if (request.options.truth == NULL)
            return HW_EXIT_FAILED;
    }
    int code = is_target(&request) ? run(&request, NULL) : run_to_file(&request);
    return close_output(request.options.truth, request.truth, code);
}
