/*
 * decode.c - homeward decode: what a message would be read as, ignored or refused for.
 *
 * The same codec and the same keys as the server's; nothing is stored.  What names a person, and
 * what a name can be guessed from (a birthday, a free note), is shown with --identities only.
 */
#include "cli/args.h"
#include "cli/command.h"
#include "cli/derive.h"
#include "cli/event_json.h"
#include "cli/input.h"
#include "cli/settle.h"
#include "codec/hl7v2/batch.h"

#include <jansson.h>
#include <stdlib.h>

enum { JSON = 256, IDENTITIES };

static const struct hw_option options[] = {
    {'c', "config", "FILE", "the configuration (hl7.*, zones)"},
    {'s', "set", "KEY=VALUE", "set one key; may be repeated"},
    {JSON, "json", NULL, "one JSON object a message"},
    {IDENTITIES, "identities", NULL, "show names, numbers, birth dates, postcodes"},
};

static const struct hw_usage usage = {
    .command = "decode",
    .synopsis = "[-c FILE] [--json] [--identities] [FILE]...",
    .sentence = "Says what each HL7 v2 message of the files (without any: standard input) would\n"
                "be read as, and how it would be answered. Stores nothing.",
    .options = options,
    .options_count = sizeof options / sizeof *options,
};

struct decoding {
    struct hw_hl7_options hl7;
    bool json, identities;
    unsigned messages_count;
};

static json_t *answers_json(const struct hw_hl7_reading *reading)
{
    struct hw_hl7_answers answers = hw_hl7_answers_for(reading, HW_ACK_AUTO);
    json_t *list = json_array();

    for (unsigned i = 0; i < answers.count; i++)
        json_array_append_new(list, json_string(answers.code[i]));
    return list;
}

static json_t *header_json(const struct hw_hl7_reading *reading)
{
    json_t *header = json_object();

    json_object_set_new(header, "facility", hw_text_json(reading->sending_facility));
    json_object_set_new(header, "application", hw_text_json(reading->sending_application));
    json_object_set_new(header, "control_id", hw_text_json(reading->control_id));
    json_object_set_new(header, "trigger", hw_text_json(reading->trigger));
    json_object_set_new(header, "version", hw_text_json(reading->version));
    return header;
}

static json_t *reading_json(const struct hw_hl7_reading *reading, unsigned number, bool identities)
{
    static const char *const verdicts[] = {"taken", "ignored", "refused", "unanswered"};
    json_t *object =
        json_pack("{s:i, s:s}", "message", (int)number, "verdict", verdicts[reading->verdict]);
    json_t *events = json_array();

    json_object_set_new(object, "meaning", json_string(reading->meaning ? reading->meaning : ""));
    json_object_set_new(object, "answers", answers_json(reading));
    json_object_set_new(object, "header", header_json(reading));
    if (reading->verdict == HW_VERDICT_REFUSED) {
        json_object_set_new(object, "code", json_integer(reading->code));
        json_object_set_new(object, "where", json_string(reading->where));
        json_object_set_new(object, "reason", json_string(reading->reason));
    }
    for (uint32_t i = 0; i < reading->events_count; i++)
        json_array_append_new(events, hw_event_json(&reading->events[i], identities));
    json_object_set_new(object, "events", events);
    return object;
}

/* "name: value" lines; a time and an identifier as one value each. */
static void print_value(const char *name, const json_t *value, int depth);

static void print_object(const json_t *object, int depth)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)object, name, value) print_value(name, value, depth);
}

static void print_time(const char *name, const json_t *time, int depth)
{
    printf("%*s%s: %s (to the %s)\n", depth, "", name,
        json_string_value(json_object_get(time, "at")),
        json_string_value(json_object_get(time, "to")));
}

static void print_list(const char *name, const json_t *list, int depth)
{
    size_t index;
    json_t *value;

    printf("%*s%s:", depth, "", name);
    json_array_foreach((json_t *)list, index, value)
    {
        const char *part;
        json_t *member;

        fputs(index ? ", " : " ", stdout);
        if (json_is_string(value))
            fputs(json_string_value(value), stdout);
        else
            json_object_foreach(value, part, member)
                printf("%s%s", strcmp(part, "type") ? " " : "", json_string_value(member));
    }
    fputs(json_array_size(list) ? "\n" : " none\n", stdout);
}

static void print_value(const char *name, const json_t *value, int depth)
{
    if (json_is_object(value) && json_object_get(value, "to") != NULL) {
        print_time(name, value, depth);
    } else if (json_is_object(value)) {
        if (json_object_size(value) == 0)
            return;
        printf("%*s%s:\n", depth, "", name);
        print_object(value, depth + 2);
    } else if (json_is_array(value)) {
        print_list(name, value, depth);
    } else if (json_is_string(value)) {
        if (json_string_length(value) > 0)
            printf("%*s%s: %s\n", depth, "", name, json_string_value(value));
    } else if (json_is_boolean(value)) {
        printf("%*s%s: %s\n", depth, "", name, json_is_true(value) ? "yes" : "no");
    } else if (json_is_integer(value)) {
        printf("%*s%s: %lld\n", depth, "", name, (long long)json_integer_value(value));
    }
}

static void print_message(const json_t *object)
{
    const json_t *events = json_object_get(object, "events");
    size_t index;
    json_t *event;

    const char *verdict = json_string_value(json_object_get(object, "verdict"));
    const char *meaning = json_string_value(json_object_get(object, "meaning"));

    printf("message %lld: ", (long long)json_integer_value(json_object_get(object, "message")));
    if (json_object_get(object, "code") != NULL) {
        const char *where = json_string_value(json_object_get(object, "where"));

        printf("%s, code %lld%s%s: %s\n", verdict,
            (long long)json_integer_value(json_object_get(object, "code")), *where ? " at " : "",
            where, json_string_value(json_object_get(object, "reason")));
    } else {
        /* "ignored (class O)" says both. */
        bool is_said = strncmp(meaning, verdict, strlen(verdict)) == 0;

        printf("%s%s%s\n", is_said ? "" : verdict, is_said ? "" : ": ", meaning);
    }
    print_list("answers", json_object_get(object, "answers"), 2);
    print_value("header", json_object_get(object, "header"), 2);
    json_array_foreach((json_t *)events, index, event)
    {
        printf("  event %zu\n", index + 1);
        print_object(event, 4);
    }
}

static void decode_message(struct decoding *decoding, struct hw_slice message)
{
    static uint8_t scratch[HW_HL7_SCRATCH_SIZE];
    static struct hw_hl7_reading reading;

    hw_hl7_read(&decoding->hl7, message, scratch, &reading);
    json_t *object = reading_json(&reading, ++decoding->messages_count, decoding->identities);
    if (decoding->json) {
        json_dumpf(object, stdout, JSON_COMPACT);
        putchar('\n');
    } else {
        print_message(object);
    }
    json_decref(object);
}

/* Where no message is found, the whole is one that would be refused. */
static void decode_bytes(struct decoding *decoding, struct hw_slice bytes)
{
    struct hw_slice rest = bytes, message;
    unsigned before = decoding->messages_count;

    while (hw_hl7_batch_next(&rest, &message))
        decode_message(decoding, message);
    if (decoding->messages_count == before)
        decode_message(decoding, bytes);
}

static int decode_file(struct decoding *decoding, const char *path)
{
    struct hw_input input;

    if (!hw_input_read(path, &input)) {
        fprintf(stderr, "homeward decode: %s\n", input.error);
        return HW_EXIT_FAILED;
    }
    decode_bytes(decoding, input.bytes);
    hw_input_free(&input);
    return HW_EXIT_OK;
}

int hw_command_decode(int argc, char **argv)
{
    struct decoding decoding = {0};
    struct hw_settle settle = {0};
    struct hw_config config;
    struct hw_args args;
    const char **files = calloc((size_t)argc + 1, sizeof *files);
    unsigned files_count = 0;
    const char *value = NULL;
    int found, code = HW_EXIT_OK;

    if (files == NULL)
        hw_no_memory();
    hw_args_init(&args, &usage, argc, argv);
    while ((found = hw_args_next(&args, &value)) > HW_ARG_END || found == HW_ARG_OPERAND) {
        if (found == HW_ARG_OPERAND)
            files[files_count++] = value;
        else if (found == JSON)
            decoding.json = true;
        else if (found == IDENTITIES)
            decoding.identities = true;
        else if (!hw_settle_take(&settle, found, value)) {
            (void)hw_args_wrong(&usage, "%s: one too many", value);
            code = HW_EXIT_USAGE;
        }
    }
    if (found == HW_ARG_HELP || found == HW_ARG_WRONG || code != HW_EXIT_OK) {
        free(files);
        return found == HW_ARG_HELP ? HW_EXIT_OK : HW_EXIT_USAGE;
    }
    if (!hw_settle_load(&settle, &config)) {
        free(files);
        return HW_EXIT_FAILED;
    }
    hw_derive_hl7(&config, &decoding.hl7);
    for (unsigned i = 0; i < files_count && code == HW_EXIT_OK; i++)
        code = decode_file(&decoding, files[i]);
    if (files_count == 0)
        code = decode_file(&decoding, "-");
    hw_config_free(&config);
    free(files);
    return code;
}
