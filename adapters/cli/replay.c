/*
 * replay.c - homeward replay: the state as of any moment, from the journal alone, as JSON.
 *
 * Read-only: it takes no lock and writes nothing, so it is safe beside a running server.
 */
#include "cli/args.h"
#include "cli/command.h"
#include "cli/event_json.h"
#include "cli/settle.h"
#include "config/value.h"
#include "homeward/record.h"
#include "resource/resource.h"
#include "runtime/replay.h"

#include <stdlib.h>

enum { UNTIL = 256, PRINT };

#define PRINTS "summary|events|delays|waiting"

static const struct hw_option options[] = {
    {'d', "data", "DIR", "the data directory (data_dir)"},
    {'c', "config", "FILE", "the configuration that names it"},
    {UNTIL, "until", "TIME|SEQ", "stop behind this moment (2026-11-21T08:30) or record"},
    {PRINT, "print", "WHAT", "summary (the default), events, delays or waiting"},
};

static const struct hw_usage usage = {
    .command = "replay",
    .synopsis = "-d DIR [--until TIME|SEQ] [--print summary|events|delays|waiting]",
    .sentence = "Replays the journal and prints what was known then, as JSON. A time without an\n"
                "offset is London time, and means when the server took things, not when they\n"
                "happened. Reads only; safe beside a running server. Events name nobody.",
    .options = options,
    .options_count = sizeof options / sizeof *options,
};

struct asked {
    const char *print;
    uint64_t until_sequence; /* 0: all */
    int64_t until_ms;        /* HW_TIME_OPEN: all */
    const struct hw_engine *engine;
};

/* A number is a record; anything else a time; a day means its midnight. */
static bool take_until(struct asked *asked, const char *text)
{
    struct hw_time time;
    int64_t sequence;

    if (hw_value_count(text, "1..999999999999999999", &sequence)) {
        asked->until_sequence = (uint64_t)sequence;
        return true;
    }
    if (hw_time_parse_iso(hw_slice_text(text), &time) != HW_OK)
        return false;
    asked->until_ms = time.start_ms;
    return true;
}

static void print_event(void *context, const struct hw_engine *engine, struct hw_slice record)
{
    struct hw_record_header header;
    struct hw_event event;
    char accepted[HW_TIME_TEXT_SIZE];

    (void)context, (void)engine;
    if (hw_record_header(record, &header) != HW_OK ||
        hw_record_decode(record, false, &event) != HW_OK)
        return; /* It was applied a moment ago, so this does not happen. */
    hw_time_format(header.accepted_ms, accepted);
    json_t *line =
        json_pack("{s:I, s:s}", "sequence", (json_int_t)header.sequence, "accepted", accepted);
    json_t *said = hw_event_json(&event, false);
    json_object_update(line, said);
    json_dumpf(line, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(said);
    json_decref(line);
}

static void warn(void *context, const char *warning)
{
    (void)context;
    fprintf(stderr, "homeward replay: warning: %s\n", warning);
}

/* The moment asked for, or that of the last record: what the state is of. */
static int64_t as_at(void *context)
{
    const struct asked *asked = context;

    if (asked->until_ms != HW_TIME_OPEN)
        return asked->until_ms;
    return hw_engine_accepted_ms(asked->engine);
}

static int print_resource(struct asked *asked, struct hw_engine *engine)
{
    struct hw_resources_options resources_options = {
        .engine = engine, .now_ms = as_at, .context = asked};

    asked->engine = engine;
    struct hw_resources *resources = hw_resources_new(&resources_options);
    json_t *body = NULL;

    if (resources == NULL)
        hw_no_memory();
    enum hw_answer answer = hw_resources_answer(resources, asked->print, NULL, &body);
    if (answer == HW_ANSWER_OK) {
        json_dumpf(body, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
        putchar('\n');
    } else {
        fprintf(stderr, "homeward replay: %s\n",
            body ? json_string_value(json_object_get(body, "error")) : "memory ran out");
    }
    json_decref(body);
    hw_resources_free(resources);
    return answer == HW_ANSWER_OK ? HW_EXIT_OK : HW_EXIT_FAILED;
}

/* An answer about a moment the journal does not hold is given, and said to be one. */
static void warn_of_moment(const struct asked *asked, const struct hw_engine *engine)
{
    struct hw_env *env = hw_env_posix();
    unsigned long long last = hw_engine_sequence(engine);
    char words[160];

    if (last == 0)
        warn(NULL, "nothing had been taken by then");
    else if (asked->until_sequence > last) {
        snprintf(words, sizeof words,
            "the journal ends with record %llu: this is the state behind it", last);
        warn(NULL, words);
    }
    if (asked->until_ms != HW_TIME_OPEN && asked->until_ms > env->wall_ms(env->context))
        warn(NULL, "that time lies ahead: hours are counted up to it as if nothing more came");
}

/* Bytes at the end that are no whole block; zero when it stopped before the end. */
static void warn_of_tail(const struct hw_log_tail *tail)
{
    char words[200];

    if (tail->torn_size == 0)
        return;
    snprintf(words, sizeof words,
        "%llu bytes at the journal's end are no whole block and were left out: a write that never "
        "finished, or one going on now",
        (unsigned long long)tail->torn_size);
    warn(NULL, words);
}

static int replay(struct asked *asked, const char *data_dir)
{
    struct hw_replay_options replay_options = hw_replay_options_default(hw_env_posix(), data_dir);
    bool events = strcmp(asked->print, "events") == 0;
    char error[HW_ERROR_TEXT_SIZE] = "";
    struct hw_replay result = {0};

    replay_options.until_sequence = asked->until_sequence;
    replay_options.until_ms = asked->until_ms;
    replay_options.full = events;
    replay_options.on_record = events ? print_event : NULL;
    replay_options.on_warning = warn;
    enum hw_status status = hw_replay(&replay_options, &result, error);
    if (status != HW_OK) {
        if (*error == '\0')
            snprintf(error, sizeof error, "%.300s: %s", data_dir,
                status == HW_E_NOT_FOUND ? "there is no journal here" : hw_status_text(status));
        fprintf(stderr, "homeward replay: %s\n", error);
        return HW_EXIT_FAILED;
    }
    warn_of_moment(asked, result.engine);
    warn_of_tail(&result.tail);
    int code = events ? HW_EXIT_OK : print_resource(asked, result.engine);
    hw_engine_free(result.engine);
    return code;
}

int hw_command_replay(int argc, char **argv)
{
    struct asked asked = {.print = "summary", .until_ms = HW_TIME_OPEN};
    struct hw_settle settle = {0};
    struct hw_config config;
    struct hw_args args;
    const char *value = NULL;
    int found;

    hw_args_init(&args, &usage, argc, argv);
    while ((found = hw_args_next(&args, &value)) != HW_ARG_END) {
        if (found == HW_ARG_HELP)
            return HW_EXIT_OK;
        if (found == HW_ARG_WRONG)
            return HW_EXIT_USAGE;
        if (found == UNTIL && !take_until(&asked, value))
            return hw_args_wrong(
                &usage, "--until %s: neither the number of a record nor a time", value);
        if (found == PRINT && hw_value_choice(value, PRINTS) < 0)
            return hw_args_wrong(
                &usage, "--print %s: say summary, events, delays or waiting", value);
        if (found == PRINT)
            asked.print = value;
        else if (found != UNTIL && !hw_settle_take(&settle, found, value))
            return hw_args_wrong(&usage, "%s: unexpected", value);
    }
    if (!hw_settle_load(&settle, &config))
        return HW_EXIT_FAILED;
    int code = replay(&asked, config.keys->data_dir);
    hw_config_free(&config);
    return code;
}
