/*
 * send.c - homeward send: messages or events to an engine, and what it said to them (CONTRACT 1).
 */
#include "cli/args.h"
#include "cli/ask.h"
#include "cli/command.h"
#include "cli/explain_words.h"
#include "cli/send_events.h"
#include "config/tree.h"
#include "link/mllp/address.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 10000, WINDOW_MAX = 100000, JSON = 256, REPEAT };
enum { WINDOW = 32, BATCH = 100 }; /* unless said otherwise */

static const struct hw_option options[] = {
    {'c', "connections", "N", "how many connections share the messages (1)"},
    {'w', "window", "N", "messages in flight on each connection (32); events in a batch (100)"},
    {'r', "rate", "N", "messages a second over all connections (as fast as they are taken)"},
    {REPEAT, "repeat", "N", "send everything N times; repeated messages are duplicates (1)"},
    {'t', "timeout", "SECONDS", "give up after so long without an answer (30)"},
    {'q', "quiet", NULL, "no progress and no remarks, only the summary"},
    {JSON, "json", NULL, "the summary as one JSON object"},
};

static const struct hw_usage usage = {
    .command = "send",
    .synopsis = "mllp://HOST:PORT|nn+tcp://HOST:PORT [FILE...]",
    .sentence = "Sends what is in files, or in standard input (also as \"-\"), and waits for the\n"
                "answers. Exit 1 if any was not accepted; duplicates and ignored messages are.\n\n"
                "To mllp://HOST:PORT: HL7 v2 messages. Files may hold one message, many, a batch\n"
                "or MLLP frames. A connection that closes is made again and what was not answered\n"
                "is sent again. With several connections messages arrive in another order than\n"
                "they have in the file.\n\n"
                "To nn+tcp://HOST:PORT or nn+ipc://PATH, the engine's nanomsg.query: CloudEvents.\n"
                "Files may hold one event, an array or NDJSON. They go in batches, in their\n"
                "order; each is acknowledged once it is on disk.",
    .options = options,
    .options_count = sizeof options / sizeof *options,
};

struct command {
    struct hw_send_options send;
    const char *target;
    const char **files;
    unsigned files_count;
    bool json;
    bool events; /* CloudEvents, not HL7 v2 */
};

static bool parse_number(const char *text, uint32_t least, uint32_t most, uint32_t *ret_number)
{
    size_t digits = strspn(text, "0123456789");
    unsigned long number = strtoul(text, NULL, 10);

    if (digits == 0 || digits > 9 || text[digits] != '\0' || number < least || number > most)
        return false;
    *ret_number = (uint32_t)number;
    return true;
}

static bool take_number(
    const char *name, const char *value, uint32_t least, uint32_t most, uint32_t *ret_number)
{
    if (parse_number(value, least, most, ret_number))
        return true;
    hw_args_wrong(&usage, "--%s %s: a whole number from %u to %u", name, value, least, most);
    return false;
}

static bool take_option(struct command *command, int option, const char *value)
{
    struct hw_send_options *send = &command->send;
    uint32_t seconds;

    switch (option) {
    case 'c':
        return take_number("connections", value, 1, CONNECTIONS_MAX, &send->connections);
    case 'w':
        return take_number("window", value, 1, WINDOW_MAX, &send->window);
    case 'r':
        return take_number("rate", value, 1, 10000000, &send->rate);
    case REPEAT:
        return take_number("repeat", value, 1, 100000000, &send->repeat);
    case 't':
        if (!take_number("timeout", value, 1, 86400, &seconds))
            return false;
        send->timeout_ms = (int64_t)seconds * 1000;
        return true;
    case 'q':
        send->quiet = true;
        return true;
    case JSON:
        command->json = true;
        return true;
    default:
        if (command->target == NULL)
            command->target = value;
        else
            command->files[command->files_count++] = value;
        return true;
    }
}

/* A target that is not in this build, or none at all; returns false. */
static bool refuse_target(const char *target)
{
    if (strncmp(target, "http://", 7) == 0 || strncmp(target, "https://", 8) == 0)
        hw_args_wrong(&usage,
            "%s: this build has no HTTP; send CloudEvents to nn+tcp://HOST:PORT, the engine's "
            "nanomsg.query",
            target);
    else if (strncmp(target, "nn+", 3) == 0)
        hw_args_wrong(
            &usage, "%s: not an address; write nn+tcp://HOST:PORT or nn+ipc://PATH", target);
    else
        hw_args_wrong(
            &usage, "%s: not a target; write mllp://HOST:PORT or nn+tcp://HOST:PORT", target);
    return false;
}

/* Whether target names an MLLP listener; *ret_text is its HOST:PORT, copied to buffer. */
static bool parse_target(const char *target, char *buffer, size_t buffer_size)
{
    static const char scheme[] = "mllp://";
    size_t size;

    if (strncmp(target, scheme, sizeof scheme - 1) != 0)
        return refuse_target(target);
    size = strlen(target) - (sizeof scheme - 1);
    if (size > 0 && target[strlen(target) - 1] == '/')
        size--;
    if (size >= buffer_size) {
        hw_args_wrong(&usage, "%s: too long", target);
        return false;
    }
    memcpy(buffer, target + sizeof scheme - 1, size);
    buffer[size] = '\0';
    return true;
}

/* HW_EXIT_OK, or the exit code of the reason that was printed. */
static int resolve_target(struct command *command)
{
    char text[300];

    if (command->target == NULL)
        return hw_args_wrong(&usage, "no target; write mllp://HOST:PORT or nn+tcp://HOST:PORT");
    if (hw_ask_is_url(command->target)) {
        command->send.target = command->target;
        command->events = true;
        if (command->send.connections > 1)
            return hw_args_wrong(&usage, "--connections: events go over one connection, in order");
        return HW_EXIT_OK;
    }
    if (!parse_target(command->target, text, sizeof text))
        return HW_EXIT_USAGE;
    command->send.target = command->target;
    enum hw_status status = hw_address_resolve(text, &command->send.address);
    if (status == HW_OK)
        return HW_EXIT_OK;
    if (status == HW_E_MEMORY)
        hw_no_memory();
    if (status != HW_E_NOT_FOUND)
        return hw_args_wrong(&usage, "%s: not an address; write mllp://HOST:PORT", command->target);
    fprintf(stderr, "homeward send: %s: the host name is not known\n", command->target);
    return HW_EXIT_FAILED;
}

/* Why a file cannot be sent; errno as its reader left it. */
static const char *input_error(enum hw_status status, bool events)
{
    if (status == HW_E_NOT_FOUND && events)
        return "no CloudEvent in it: it is empty";
    if (status == HW_E_NOT_FOUND)
        return "no HL7 v2 message in it; one begins with MSH at the start of a line";
    if (status == HW_E_MEMORY)
        return "too large for the memory there is";
    return strerror(errno);
}

/* What is to be sent: one of the two. */
struct input {
    struct hw_send_input messages;
    struct hw_send_events events;
};

static enum hw_status add_events(struct hw_send_events *events, const char *path)
{
    size_t before = events->count, size;
    uint64_t wrong = events->wrong;
    uint8_t *data;
    enum hw_status status = hw_send_read_file(path, &data, &size);
    bool good;

    if (status != HW_OK)
        return status;
    good = hw_send_events_add(events, hw_slice_of(data, size));
    free(data);
    if (!good)
        return HW_E_MEMORY;
    return events->count > before || events->wrong > wrong ? HW_OK : HW_E_NOT_FOUND;
}

static bool read_input(const struct command *command, struct input *input)
{
    static const char *const standard_input[] = {"-"};
    const char *const *files = command->files_count > 0 ? command->files : standard_input;
    unsigned count = command->files_count > 0 ? command->files_count : 1;

    for (unsigned i = 0; i < count; i++) {
        enum hw_status status = command->events ? add_events(&input->events, files[i])
                                                : hw_send_input_add(&input->messages, files[i]);
        if (status != HW_OK) {
            fprintf(stderr, "homeward send: %s: %s\n",
                strcmp(files[i], "-") == 0 ? "standard input" : files[i],
                input_error(status, command->events));
            return false;
        }
    }
    return true;
}

/* ---- The summary ---- */

static double seconds_of(const struct hw_send_result *result)
{
    return (double)result->elapsed_ns / 1e9;
}

static double rate_of(const struct hw_send_result *result)
{
    return result->elapsed_ns > 0 ? (double)result->ack_ns.count / seconds_of(result) : 0;
}

static double ms_of(uint64_t ns)
{
    return (double)ns / 1e6;
}

static void print_count(const char *name, uint64_t count, bool always)
{
    if (count > 0 || always)
        printf("%-12s %llu\n", name, (unsigned long long)count);
}

static void print_text(const struct hw_send_result *result)
{
    struct hw_words words;

    printf("%-12s %llu of %llu in %.3f s, %.0f answers/s\n", "sent",
        (unsigned long long)result->sent, (unsigned long long)result->messages, seconds_of(result),
        rate_of(result));
    print_count("accepted", result->accepted, true);
    print_count("duplicate", result->duplicate, true);
    print_count("ignored", result->ignored, false);
    print_count("no answer asked", result->unasked, false);
    print_count("rejected", result->rejected, true);
    for (uint32_t i = 0; i < result->reasons_count; i++) {
        const struct hw_send_reason *reason = &result->reasons[i];
        hw_words_init(&words);
        hw_words_add(&words, "%llu with %s%s%s: %s", (unsigned long long)reason->count,
            reason->code, *reason->condition == '\0' ? "" : " ", reason->condition, reason->words);
        hw_words_print(&words, "", 2, stdout);
    }
    print_count("mismatched", result->mismatched, false);
    print_count("resent", result->resent, false);
    print_count("stray answers", result->strays, false);
    if (result->ack_ns.count > 0)
        printf("%-12s p50 %.3f ms, p99 %.3f ms, max %.3f ms\n", "answered in",
            ms_of(hw_histogram_quantile(&result->ack_ns, 500000)),
            ms_of(hw_histogram_quantile(&result->ack_ns, 990000)), ms_of(result->ack_ns.greatest));
}

static json_t *reasons_json(const struct hw_send_result *result)
{
    json_t *reasons = json_array();

    for (uint32_t i = 0; i < result->reasons_count; i++) {
        const struct hw_send_reason *reason = &result->reasons[i];
        json_t *words = json_string(reason->words); /* NULL where it is not UTF-8. */
        json_array_append_new(reasons,
            json_pack("{s:s, s:s, s:o, s:I}", "code", reason->code, "condition", reason->condition,
                "words", words != NULL ? words : json_string("(not UTF-8)"), "count",
                (json_int_t)reason->count));
    }
    return reasons;
}

static void print_json(const struct hw_send_result *result)
{
    json_t *root = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:I, s:I, s:I}", "messages",
        (json_int_t)result->messages, "sent", (json_int_t)result->sent, "accepted",
        (json_int_t)result->accepted, "duplicate", (json_int_t)result->duplicate, "ignored",
        (json_int_t)result->ignored, "rejected", (json_int_t)result->rejected, "reasons",
        reasons_json(result), "unasked", (json_int_t)result->unasked, "mismatched",
        (json_int_t)result->mismatched, "resent", (json_int_t)result->resent);
    json_t *times = json_pack("{s:f, s:f, s:f, s:f, s:f}", "seconds", seconds_of(result), "rate",
        rate_of(result), "ack_p50_ms", ms_of(hw_histogram_quantile(&result->ack_ns, 500000)),
        "ack_p99_ms", ms_of(hw_histogram_quantile(&result->ack_ns, 990000)), "ack_max_ms",
        ms_of(result->ack_ns.greatest));

    json_object_update(root, times);
    json_decref(times);
    json_object_set_new(root, "gave_up", result->gave_up ? json_string(result->why) : json_null());
    json_dumpf(root, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(root);
}

static void send_input(
    struct command *command, const struct input *input, struct hw_send_result *result)
{
    command->send.progress = !command->send.quiet && isatty(STDERR_FILENO);
    if (command->events)
        hw_send_events_run(&command->send, &input->events, result);
    else
        hw_send_link_run(&command->send, &input->messages, result);
    if (command->json)
        print_json(result);
    else
        print_text(result);
    if (result->gave_up)
        fprintf(stderr, "homeward send: %s: %s\n", command->target, result->why);
}

static int run(struct command *command)
{
    struct input input = {.events = {.count = 0}};
    struct hw_send_result *result = malloc(sizeof *result);
    int code = resolve_target(command);

    if (command->send.window == 0)
        command->send.window = command->events ? BATCH : WINDOW;
    hw_send_input_init(&input.messages);
    if (code == HW_EXIT_OK && (result == NULL || !read_input(command, &input)))
        code = HW_EXIT_FAILED;
    if (code == HW_EXIT_OK) {
        send_input(command, &input, result);
        code = hw_send_is_ok(result) ? HW_EXIT_OK : HW_EXIT_FAILED;
    }
    hw_send_input_free(&input.messages);
    hw_send_events_free(&input.events);
    free(result);
    return code;
}

int hw_command_send(int argc, char **argv)
{
    struct command command = {
        .send = {.connections = 1, .repeat = 1, .timeout_ms = 30000},
        .files = calloc((size_t)argc, sizeof(char *)),
    };
    struct hw_args args;
    const char *value = NULL;
    int found, code = HW_EXIT_OK;

    if (command.files == NULL)
        return HW_EXIT_FAILED;
    hw_args_init(&args, &usage, argc, argv);
    while ((found = hw_args_next(&args, &value)) != HW_ARG_END) {
        if (found == HW_ARG_HELP || found == HW_ARG_WRONG || !take_option(&command, found, value)) {
            code = found == HW_ARG_HELP ? HW_EXIT_OK : HW_EXIT_USAGE;
            free(command.files);
            return code;
        }
    }
    code = run(&command);
    free(command.files);
    return code;
}
