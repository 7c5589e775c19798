/*
 * verify.c - homeward verify: every byte of a data directory, read again and compared.
 */
#include "cli/args.h"
#include "cli/command.h"
#include "cli/settle.h"
#include "runtime/verify.h"

#include <inttypes.h>
#include <jansson.h>

enum { JSON = 256 };

static const struct hw_option options[] = {
    {'d', "data", "DIR", "the data directory (data_dir)"},
    {'c', "config", "FILE", "the configuration that names it"},
    {JSON, "json", NULL, "the summary as one JSON object"},
};

static const struct hw_usage usage = {
    .command = "verify",
    .synopsis = "-d DIR [--json]",
    .sentence = "Reads every record, snapshot and refused input again, applies the journal from\n"
                "its first record, compares digests and makes each decision of the engine again.\n"
                "What is damaged, or decided otherwise, is named;\n"
                "then the exit code is 1. Reads only; safe beside a running server.",
    .options = options,
    .options_count = sizeof options / sizeof *options,
};

static void say_damage(void *context, const char *text)
{
    (void)context;
    fprintf(stderr, "damage: %s\n", text);
}

static void say_notice(void *context, const char *text)
{
    (void)context;
    fprintf(stderr, "notice: %s\n", text);
}

static const char *hash_text(struct hw_hash hash, char text[40])
{
    snprintf(text, 40, "%016" PRIx64 "%016" PRIx64, hash.high, hash.low);
    return text;
}

static void print_json(const struct hw_verify_report *report)
{
    char state[40], history[40];
    json_t *object = json_pack(
        "{s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:s}", "ok",
        report->damages == 0, "damages", (json_int_t)report->damages, "segments",
        (json_int_t)report->segments, "blocks", (json_int_t)report->blocks, "records",
        (json_int_t)report->records, "sequence", (json_int_t)report->last_sequence, "torn_bytes",
        (json_int_t)report->torn_size, "snapshots", (json_int_t)report->snapshots, "digests",
        (json_int_t)report->digests, "quarantined", (json_int_t)report->quarantined, "decisions",
        (json_int_t)report->decisions, "decisions_differ", (json_int_t)report->decisions_differ,
        "state_digest", hash_text(report->state_digest, state), "history_digest",
        hash_text(report->history_digest, history));

    json_dumpf(object, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(object);
}

static void print_text(const char *data_dir, const struct hw_verify_report *report)
{
    char state[40], history[40];

    printf("%s: %s: %" PRIu64 " records in %" PRIu64 " blocks of %" PRIu64
           " segments, last %" PRIu64 "; %u snapshots, %u digests, %" PRIu64 " refused inputs\n",
        data_dir, report->damages == 0 ? "ok" : "damaged", report->records, report->blocks,
        report->segments, report->last_sequence, report->snapshots, report->digests,
        report->quarantined);
    if (report->decisions > 0)
        printf("decisions of the engine: %" PRIu64
               ", of which this version would have made %" PRIu64 " otherwise\n",
            report->decisions, report->decisions_differ);
    printf("state %s\nhistory %s\n", hash_text(report->state_digest, state),
        hash_text(report->history_digest, history));
}

static int verify(const char *data_dir, bool json)
{
    struct hw_verify_options verify_options = {
        .env = hw_env_posix(),
        .data_dir = data_dir,
        .on_damage = say_damage,
        .on_notice = say_notice,
    };
    struct hw_verify_report report = {0};
    char error[HW_ERROR_TEXT_SIZE] = "";
    enum hw_status status = hw_verify(&verify_options, &report, error);

    if (status != HW_OK && status != HW_E_DAMAGED) {
        if (*error == '\0')
            snprintf(error, sizeof error, "%.300s: %s", data_dir,
                status == HW_E_NOT_FOUND ? "there is no journal here" : hw_status_text(status));
        fprintf(stderr, "homeward verify: %s\n", error);
        return HW_EXIT_FAILED;
    }
    if (json)
        print_json(&report);
    else
        print_text(data_dir, &report);
    return status == HW_OK ? HW_EXIT_OK : HW_EXIT_FAILED;
}

int hw_command_verify(int argc, char **argv)
{
    struct hw_settle settle = {0};
    struct hw_config config;
    struct hw_args args;
    const char *value = NULL;
    bool json = false;
    int found;

    hw_args_init(&args, &usage, argc, argv);
    while ((found = hw_args_next(&args, &value)) != HW_ARG_END) {
        if (found == HW_ARG_HELP)
            return HW_EXIT_OK;
        if (found == HW_ARG_WRONG)
            return HW_EXIT_USAGE;
        if (found == JSON)
            json = true;
        else if (!hw_settle_take(&settle, found, value))
            return hw_args_wrong(&usage, "%s: unexpected", value);
    }
    if (!hw_settle_load(&settle, &config))
        return HW_EXIT_FAILED;
    int code = verify(config.keys->data_dir, json);
    hw_config_free(&config);
    return code;
}
