/*
 * quarantine.c - homeward quarantine: what was refused, why, and the bytes themselves.
 *
 * The list names nobody.  The bytes of an entry are the message as it came, with all it says of a
 * person: they are shown one at a time, to whoever may read the data directory.
 */
#include "cli/args.h"
#include "cli/command.h"
#include "cli/event_json.h"
#include "cli/explain_words.h"
#include "cli/settle.h"
#include "runtime/quarantine_log.h"

#include <inttypes.h>
#include <stdlib.h>

enum { JSON = 256, RAW };

static const struct hw_option options[] = {
    {'d', "data", "DIR", "the data directory (data_dir)"},
    {'c', "config", "FILE", "the configuration that names it"},
    {JSON, "json", NULL, "list: one JSON object a line"},
    {RAW, "raw", NULL, "show: nothing but the bytes, as they came"},
};

static const struct hw_usage usage = {
    .command = "quarantine",
    .synopsis = "list [-d DIR] [--json] | show [-d DIR] [--raw] ID",
    .sentence = "Lists the messages that were refused, with the reason, or shows one of them.\n"
                "A message shown names people. Safe beside a running server.",
    .options = options,
    .options_count = sizeof options / sizeof *options,
};

enum { REASON_COLUMNS = 4 };

struct asked {
    bool list, json, raw;
    uint64_t id;
};

static bool print_line(void *context, const struct hw_quarantined *entry)
{
    const struct asked *asked = context;
    const struct hw_refused *refused = &entry->refused;
    char time[HW_TIME_TEXT_SIZE];
    struct hw_words words;

    if (entry->dropped)
        return true;
    hw_time_format(entry->time_ms, time);
    if (!asked->json) {
        printf("%" PRIu64 "  %s  %.*s  %.*s  %.*s  %u bytes\n", entry->id, time,
            HW_SLICE_ARGS(refused->source), HW_SLICE_ARGS(refused->code),
            HW_SLICE_ARGS(refused->where), entry->whole_size);
        hw_words_init(&words);
        hw_words_add(&words, "%.*s", HW_SLICE_ARGS(refused->reason));
        hw_words_print(&words, "", REASON_COLUMNS, stdout);
        return true;
    }
    json_t *line =
        json_pack("{s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:I}", "id", (json_int_t)entry->id, "time",
            time, "source", hw_text_json(refused->source), "link", hw_text_json(refused->link),
            "code", hw_text_json(refused->code), "where", hw_text_json(refused->where), "reason",
            hw_text_json(refused->reason), "size", (json_int_t)entry->whole_size);
    json_dumpf(line, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(line);
    return true;
}

/* Segments end in CR, which a terminal would write over one another. */
static void print_segments(struct hw_slice bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        uint8_t byte = bytes.data[i];

        if (byte == '\r' && i + 1 < bytes.size && bytes.data[i + 1] == '\n')
            continue;
        if (byte == '\r' || byte == '\n')
            putchar('\n');
        else if (byte < 0x20 || byte == 0x7f)
            printf("\\x%02x", byte);
        else
            putchar(byte);
    }
    putchar('\n');
}

static bool print_entry(void *context, const struct hw_quarantined *entry)
{
    struct asked *asked = context;

    if (asked->raw) {
        fwrite(entry->refused.bytes.data, 1, entry->refused.bytes.size, stdout);
        return false;
    }
    print_line(context, entry);
    if (entry->refused.bytes.size < entry->whole_size)
        printf("(the first %zu bytes)\n", entry->refused.bytes.size);
    print_segments(entry->refused.bytes);
    return false;
}

static int answer(struct asked *asked, const char *data_dir)
{
    struct hw_env *env = hw_env_posix();
    char error[HW_ERROR_TEXT_SIZE] = "";
    enum hw_status status;

    if (asked->list)
        status = hw_quarantine_list(env, data_dir, print_line, asked, error);
    else
        status = hw_quarantine_show(env, data_dir, asked->id, print_entry, asked, error);
    if (status == HW_E_NOT_FOUND && *error == '\0')
        snprintf(error, sizeof error, "there is no entry %" PRIu64 " (homeward quarantine list)",
            asked->id);
    if (status != HW_OK) {
        fprintf(stderr, "homeward quarantine: %s\n", *error ? error : hw_status_text(status));
        return HW_EXIT_FAILED;
    }
    return HW_EXIT_OK;
}

/* "list", or "show" and an id.  False: it is neither. */
static bool take_operands(struct asked *asked, const char *const *operands, unsigned count)
{
    char *end;

    if (count == 1 && strcmp(operands[0], "list") == 0) {
        asked->list = true;
        return true;
    }
    if (count != 2 || strcmp(operands[0], "show") != 0)
        return false;
    asked->id = strtoull(operands[1], &end, 10);
    return asked->id > 0 && *end == '\0' && operands[1][0] != '-';
}

int hw_command_quarantine(int argc, char **argv)
{
    const char *operands[3], *value = NULL;
    unsigned operands_count = 0;
    struct hw_settle settle = {0};
    struct hw_config config;
    struct asked asked = {0};
    struct hw_args args;
    int found;

    hw_args_init(&args, &usage, argc, argv);
    while ((found = hw_args_next(&args, &value)) != HW_ARG_END) {
        if (found == HW_ARG_HELP)
            return HW_EXIT_OK;
        if (found == HW_ARG_WRONG)
            return HW_EXIT_USAGE;
        if (found == JSON)
            asked.json = true;
        else if (found == RAW)
            asked.raw = true;
        else if (found == HW_ARG_OPERAND && operands_count < 3)
            operands[operands_count++] = value;
        else if (!hw_settle_take(&settle, found, value))
            return hw_args_wrong(&usage, "%s: unexpected", value);
    }
    if (!take_operands(&asked, operands, operands_count))
        return hw_args_wrong(&usage, "say list, or show and the number of an entry");
    if (!hw_settle_load(&settle, &config))
        return HW_EXIT_FAILED;
    int code = answer(&asked, config.keys->data_dir);
    hw_config_free(&config);
    return code;
}
