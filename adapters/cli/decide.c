/*
 * decide.c - homeward decide: the decisions of people from a terminal (CONTRACT 1, 3.3).
 *
 * Which decisions there are and what they say is the table that the engine reads them by
 * (codec/cloudevents/types.h): what is wrong is said before anything is sent.  Who decides is the
 * user the engine runs as, until people sign in.
 */
#include "cli/args.h"
#include "cli/ask.h"
#include "cli/command.h"
#include "cli/send_input.h"
#include "codec/cloudevents/types.h"
#include "config/nearest.h"
#include "homeward/engine.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { HELP_SIZE = 32 * 1024, WIDTH = 70, TIMEOUT_MS = 10000, DRY_RUN = 256, JSON };

/* What is only tried is tried when the state has been read from disk. */
enum { PATIENT_MS = 120000 };

static const struct hw_option options[] = {
    {'u', "url", "URL", "the engine's nanomsg.query (nn+tcp://127.0.0.1:5562)"},
    {JSON, "json", "FILE", "the decision as a JSON object, from a file or standard input (-)"},
    {DRY_RUN, "dry-run", NULL, "what would happen; nothing is decided"},
};

static char help[HELP_SIZE];

static const struct hw_usage usage = {
    .command = "decide",
    .synopsis = "[--url URL] [--dry-run] DECISION [KEY=VALUE]... | --json FILE",
    .sentence = help,
    .options = options,
    .options_count = sizeof options / sizeof *options,
};

/* ---- help, from the table ---- */

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
    size_t used = strlen(help);
    va_list list;

    va_start(list, format);
    (void)vsnprintf(help + used, sizeof help - used, format, list);
    va_end(list);
}

/* People name a referral as the lists of the engine do. */
static const char *words_of(const struct hw_ce_field *field)
{
    if (field->codes != NULL && field->codes != hw_ce_reasons)
        return field->codes + (*field->codes == '|');
    if (field->form == HW_CE_REFERRAL)
        return "a reference such as R5DBR2, or AUTHORITY/ID";
    if (field->form == HW_CE_SPELL)
        return "a reference such as S5DBR2, or AUTHORITY/ID";
    if (field->form == HW_CE_WHOM || field->form == HW_CE_WHOM_OTHER)
        return "a reference such as S5DBR2 or R5DBR2, AUTHORITY/ID, or an NHS number";
    if (field->codes == hw_ce_reasons)
        return "a code of {\"query\":\"reasons\"}";
    return hw_ce_form_words((enum hw_ce_form)field->form);
}

static void say_field(const struct hw_ce_field *field)
{
    const char *words = words_of(field);

    say("    %s%s=%s%s\n        %s\n", field->name,
        hw_ce_is_needed(field->need)      ? "*"
            : field->need == HW_CE_ONE_OF ? "+"
                                          : "",
        strlen(field->name) + strlen(words) > WIDTH ? "\n      " : "", words, field->saying);
}

static bool is_why(const struct hw_ce_field *field)
{
    return field->need == HW_CE_OPTIONAL &&
        (strcmp(field->name, "reason") == 0 || strcmp(field->name, "note") == 0);
}

/* Whether help is to tell of it: of the decision that is named, of all where none is. */
static bool is_asked(const struct hw_ce_type *type, char *const *words, int words_count)
{
    bool named = false;

    for (int i = 0; i < words_count; i++) {
        const struct hw_ce_type *one = hw_ce_decision_named(hw_slice_text(words[i]));

        if (one == type)
            return true;
        named = named || one != NULL;
    }
    return !named;
}

static void say_help(char *const *words, int words_count)
{
    say("Tells a running engine what a person decided. Exit 0: done; 1: refused, with\n"
        "what stands; 2: wrong usage. A decision is undone by its opposite. DECISION\n"
        "and its KEYs (* must be there, of those with + one at least; a list is\n"
        "separated by commas):\n");
    for (unsigned i = hw_ce_events_count(); i < hw_ce_types_count(); i++) {
        const struct hw_ce_type *type = hw_ce_type_at(i);

        if (!is_asked(type, words, words_count))
            continue;
        say("\n  %s: %s\n", type->name, type->saying);
        for (const struct hw_ce_field *field = type->fields; field->name != NULL; field++)
            if (!is_why(field))
                say_field(field);
    }
    say("\n  and with each, why: reason=CODE, note=TEXT\n");
}

/* ---- what was said, as JSON ---- */

static json_t *list_of(const char *value)
{
    json_t *list = json_array();

    while (*value != '\0') {
        size_t size = strcspn(value, ",;");

        if (size > 0)
            json_array_append_new(list, json_stringn(value, size));
        value += size + (value[size] != '\0');
    }
    return list;
}

/* A reference, "AUTHORITY/ID", or the ten digits of an NHS number. */
static json_t *person_of(const char *value)
{
    const char *slash = strrchr(value, '/');
    uint64_t reference;

    if ((*value == 'S' || *value == 'R') &&
        hw_reference_parse(hw_slice_text(value), *value, &reference) == HW_OK)
        return json_string(value);
    if (slash == NULL)
        return json_pack("{s:s}", "nhs", value);
    return json_pack("{s:[{s:o, s:s}]}", "local", "authority",
        json_stringn(value, (size_t)(slash - value)), "id", slash + 1);
}

/* A value by the form of its field; NULL: it is none. */
static json_t *value_of(const struct hw_ce_field *field, const char *value)
{
    switch ((int)field->form) {
    case HW_CE_NUMBER:
        if (*value == '\0' || strlen(value) > 9 || strspn(value, "0123456789") != strlen(value))
            return NULL;
        return json_integer(strtol(value, NULL, 10));
    case HW_CE_BOOL:
    case HW_CE_SAYS:
        if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
            return NULL;
        return json_boolean(*value == 't');
    case HW_CE_LIST:
        return list_of(value);
    case HW_CE_PERSON:
    case HW_CE_OTHER:
    case HW_CE_WHOM:
    case HW_CE_WHOM_OTHER:
        return person_of(value);
    default:
        return json_string(value);
    }
}

static int unknown(const char *what, const char *name, const char *nearest, const char *all)
{
    if (nearest != NULL)
        return hw_args_wrong(&usage, "%s: no such %s; did you mean %s?", name, what, nearest);
    return hw_args_wrong(&usage, "%s: no such %s%s", name, what, all);
}

static const struct hw_ce_field *field_named(const struct hw_ce_type *type, const char *name)
{
    for (const struct hw_ce_field *field = type->fields; field->name != NULL; field++)
        if (strcmp(field->name, name) == 0)
            return field;
    return NULL;
}

static int unknown_key(const struct hw_ce_type *type, const char *name)
{
    struct hw_nearest nearest;

    hw_nearest_init(&nearest, name);
    for (const struct hw_ce_field *field = type->fields; field->name != NULL; field++)
        hw_nearest_offer(&nearest, field->name);
    return unknown("key of this decision", name, nearest.best, "");
}

/* KEY=VALUE into the decision; an exit code. */
static int take_pair(json_t *decision, const struct hw_ce_type *type, const char *pair)
{
    const char *equals = strchr(pair, '=');
    const struct hw_ce_field *field;
    char name[64];
    json_t *value;

    if (equals == NULL || (size_t)(equals - pair) >= sizeof name)
        return hw_args_wrong(&usage, "%s: write KEY=VALUE", pair);
    memcpy(name, pair, (size_t)(equals - pair));
    name[equals - pair] = '\0';
    field = field_named(type, name);
    if (field == NULL)
        return unknown_key(type, name);
    if (json_object_get(decision, name) != NULL)
        return hw_args_wrong(&usage, "%s is said twice", name);
    value = value_of(field, equals + 1);
    if (value == NULL)
        return hw_args_wrong(
            &usage, "%s must be %s", name, hw_ce_form_words((enum hw_ce_form)field->form));
    json_object_set_new(decision, name, value);
    return HW_EXIT_OK;
}

/* DECISION [KEY=VALUE]...; an exit code. */
static int take_words(json_t *decision, char *const *words, unsigned words_count)
{
    const struct hw_ce_type *type = hw_ce_decision_named(hw_slice_text(words[0]));
    int code = HW_EXIT_OK;

    if (type == NULL) {
        struct hw_nearest nearest;

        hw_nearest_init(&nearest, words[0]);
        for (unsigned i = hw_ce_events_count(); i < hw_ce_types_count(); i++)
            hw_nearest_offer(&nearest, hw_ce_type_at(i)->name);
        return unknown("decision", words[0], nearest.best, "; --help lists them");
    }
    json_object_set_new(decision, "decision", json_string(type->name));
    for (unsigned i = 1; i < words_count && code == HW_EXIT_OK; i++)
        code = take_pair(decision, type, words[i]);
    for (const struct hw_ce_field *field = type->fields; code == HW_EXIT_OK && field->name != NULL;
         field++)
        if (hw_ce_is_needed(field->need) && json_object_get(decision, field->name) == NULL)
            return hw_args_wrong(
                &usage, "%s: %s is missing: %s", type->name, field->name, field->saying);
    return code;
}

/* A decision as JSON; an exit code. */
static int take_file(json_t *decision, const char *path)
{
    json_error_t error;
    uint8_t *data = NULL;
    size_t size;
    json_t *json;

    if (hw_send_read_file(path, &data, &size) != HW_OK) {
        fprintf(stderr, "homeward decide: %s: %s\n", path, strerror(errno));
        return HW_EXIT_FAILED;
    }
    json = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, &error);
    free(data);
    if (!json_is_object(json)) {
        json_decref(json);
        return hw_args_wrong(
            &usage, "%s: no JSON object such as {\"decision\":\"referral.held\"}", path);
    }
    json_object_update(decision, json);
    json_decref(json);
    return HW_EXIT_OK;
}

/* ---- the answer in words ---- */

static const char *text_of(const json_t *answer, const char *name)
{
    return json_string_value(json_object_get(answer, name));
}

static void print_done(const json_t *answer)
{
    const char *reference = text_of(answer, "reference");
    const json_t *version = json_object_get(answer, "version");

    printf("done");
    if (reference != NULL)
        printf(": %s", reference);
    if (version != NULL)
        printf(", version %d", (int)json_integer_value(version));
    putchar('\n');
}

static int refused(const json_t *answer)
{
    const char *pointer = text_of(answer, "pointer"), *error = text_of(answer, "error");
    const char *status = text_of(answer, "status");
    const json_t *version = json_object_get(answer, "version");

    fprintf(stderr, "homeward decide: refused: %s%s%s", pointer == NULL ? "" : pointer,
        pointer == NULL ? "" : ": ", error == NULL ? "the engine does not say why" : error);
    if (version != NULL && status != NULL && strcmp(status, hw_status_text(HW_E_STALE)) == 0)
        fprintf(stderr, "; version %d stands now: look again, and decide on that",
            (int)json_integer_value(version));
    fputc('\n', stderr);
    return HW_EXIT_FAILED;
}

static int report(const json_t *answer, bool dry_run)
{
    const char *outcome = text_of(answer, "outcome");

    if (outcome == NULL || strcmp(outcome, "rejected") == 0 || strcmp(outcome, "full") == 0)
        return refused(answer);
    if (dry_run) { /* What would happen is more than a word. */
        json_dumpf(answer, stdout, JSON_INDENT(2));
        putchar('\n');
    } else if (strcmp(outcome, "duplicate") == 0) {
        puts("decided already: nothing changed");
    } else {
        print_done(answer);
    }
    return HW_EXIT_OK;
}

/*
 * A scope may be named before there is anything in it; somebody who pauses a misspelt one believes
 * that it stands still.
 */
static void warn_of_scope(struct hw_ask *ask, const json_t *decision)
{
    static const char question[] = "{\"query\":\"summary\"}";
    static const struct {
        const char *kind, *rows;
    } kinds[] = {
        {"service", "services"}, {"site", "sites"}, {"zone", "zones"}, {"council", "councils"}};
    const char *scope = text_of(decision, "scope");
    const char *colon = scope == NULL ? NULL : strchr(scope, ':');
    json_t *summary, *row;
    size_t index;

    for (size_t i = 0; colon != NULL && i < sizeof kinds / sizeof *kinds; i++) {
        size_t size = strlen(kinds[i].kind);
        bool found = false;

        if ((size_t)(colon - scope) != size || strncmp(scope, kinds[i].kind, size) != 0)
            continue;
        summary = hw_ask_for(ask, question, sizeof question - 1, TIMEOUT_MS);
        json_array_foreach(json_object_get(summary, kinds[i].rows), index, row) found = found ||
            (text_of(row, kinds[i].kind) != NULL &&
                strcmp(text_of(row, kinds[i].kind), colon + 1) == 0);
        if (summary != NULL && !found)
            fprintf(stderr,
                "homeward decide: warning: no %s %s is known now, so nothing is in this scope\n",
                kinds[i].kind, colon + 1);
        json_decref(summary);
    }
}

static int put_before(const char *url, json_t *decision, bool dry_run)
{
    json_t *question, *answer = NULL;
    struct hw_ask ask;
    int code = HW_EXIT_FAILED;
    char *text;

    if (dry_run)
        json_object_set_new(decision, "dry_run", json_true());
    question = json_pack("{s:O}", "decide", decision);
    text = json_dumps(question, JSON_COMPACT);
    json_decref(question);
    if (hw_ask_open(&ask, url) != HW_OK) {
        free(text);
        return hw_args_wrong(&usage, "--url %s: %s", url, ask.error);
    }
    if (dry_run)
        hw_ask_once(&ask);
    answer = hw_ask_for(&ask, text, strlen(text), dry_run ? PATIENT_MS : TIMEOUT_MS);
    free(text);
    if (answer == NULL)
        fprintf(stderr, "homeward decide: %s\n", ask.error);
    else
        code = report(answer, dry_run);
    if (code == HW_EXIT_OK)
        warn_of_scope(&ask, decision);
    json_decref(answer);
    hw_ask_close(&ask);
    return code;
}

/* ---- arguments ---- */

struct command {
    const char *url, *file;
    char **words;
    unsigned words_count;
    bool dry_run;
};

static int read_arguments(struct command *command, int argc, char **argv, bool *ret_done)
{
    struct hw_args args;
    const char *value = NULL;
    int found;

    *ret_done = true;
    hw_args_init(&args, &usage, argc, argv);
    while ((found = hw_args_next(&args, &value)) != HW_ARG_END) {
        switch (found) {
        case HW_ARG_HELP:
            return HW_EXIT_OK;
        case HW_ARG_WRONG:
            return HW_EXIT_USAGE;
        case 'u':
            command->url = value;
            break;
        case JSON:
            command->file = value;
            break;
        case DRY_RUN:
            command->dry_run = true;
            break;
        default:
            command->words[command->words_count++] = (char *)(uintptr_t)value;
        }
    }
    if ((command->file == NULL) == (command->words_count == 0))
        return hw_args_wrong(&usage,
            command->file == NULL ? "no decision; --help lists them"
                                  : "a decision as JSON has no words beside it");
    *ret_done = false;
    return HW_EXIT_OK;
}

int hw_command_decide(int argc, char **argv)
{
    struct command command = {
        .url = "nn+tcp://127.0.0.1:5562", .words = calloc((size_t)argc, sizeof(char *))};
    json_t *decision = json_object();
    bool done;
    int code;

    if (command.words == NULL || decision == NULL)
        return HW_EXIT_FAILED;
    help[0] = '\0';
    say_help(argv, argc);
    code = read_arguments(&command, argc, argv, &done);
    if (!done)
        code = command.file != NULL ? take_file(decision, command.file)
                                    : take_words(decision, command.words, command.words_count);
    if (!done && code == HW_EXIT_OK)
        code = put_before(command.url, decision, command.dry_run);
    json_decref(decision);
    free(command.words);
    return code;
}
