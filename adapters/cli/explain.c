/*
 * explain.c - homeward explain: the life of a stay or referral in plain English.
 *
 * With a data directory the journal is replayed and every record of the story told in order; of a
 * running server its present state is asked.  Reads only, and names nobody.
 */
#include "cli/args.h"
#include "cli/ask.h"
#include "cli/command.h"
#include "cli/explain_event.h"
#include "cli/explain_now.h"
#include "cli/settle.h"
#include "homeward/record.h"
#include "resource/resource.h"
#include "runtime/replay.h"

#include <stdlib.h>
#include <string.h>

enum { URL = 256, TIME_COLUMNS = 7 };

static const struct hw_option options[] = {
    {'d', "data", "DIR", "the data directory (data_dir)"},
    {'c', "config", "FILE", "the configuration that names it"},
    {URL, "url", "URL", "ask a running server: nn+tcp://HOST:PORT of its nanomsg.query"},
};

static const struct hw_usage usage = {
    .command = "explain",
    .synopsis = "(-d DIR | --url nn+tcp://HOST:PORT) REFERENCE",
    .sentence = "Tells the life of a stay (S...), a referral (R...), an offer (O...: its\n"
                "referral) or an alert (A...) in plain English: what happened, who decided what\n"
                "and why, what stood in the way, what happens next. Times are London's. With -d\n"
                "the whole journal is read; with --url (S... and R... only) what a running\n"
                "server knows now. What is paused is told: by whom, why, until when. Reads only;\n"
                "safe beside a running server. Names nobody.",
    .options = options,
    .options_count = sizeof options / sizeof *options,
};

struct asked {
    const char *url, *text;
    char prefix;
    uint64_t reference;
    uint64_t referral, stay; /* what the story is of, once it is known; 0: not yet */
    int32_t day;             /* of the last line */
    unsigned lines;
    const struct hw_engine *engine;
};

/* ---- which story ---- */

/* What a reference is about, from the state it left. */
static void resolve(struct asked *asked, const struct hw_engine *engine)
{
    struct hw_match_view match;

    if (asked->prefix == 'R')
        asked->referral = asked->reference;
    if (asked->prefix == 'S')
        asked->stay = asked->reference;
    if (asked->prefix == 'O' && hw_match_view(engine, asked->reference, &match) == HW_OK)
        asked->referral = match.referral;
}

/* Of an alert the journal alone says what it was about. */
static void find_alert(void *context, const struct hw_engine *engine, struct hw_slice record)
{
    struct asked *asked = context;
    struct hw_record_header header;
    struct hw_referral_view referral;
    struct hw_event event;

    if (asked->prefix != 'A' || hw_record_header(record, &header) != HW_OK ||
        header.sequence != asked->reference || hw_record_decode(record, false, &event) != HW_OK ||
        event.kind != HW_KIND_DECIDED_ALERT)
        return;
    if (hw_event_has(&event, HW_FIELD_DETAIL) &&
        hw_reference_parse(hw_event_text(&event, HW_FIELD_DETAIL), 'S', &asked->stay) != HW_OK)
        asked->stay = 0;
    for (uint32_t at = 0; (at = hw_referral_walk(engine, at, &referral)) != 0;)
        if (hw_slice_equal(referral.name, hw_event_text(&event, HW_FIELD_REFERRAL)))
            asked->referral = referral.reference;
}

/* ---- telling ---- */

static void print_day(struct asked *asked, int64_t ms)
{
    struct hw_words words;

    if (asked->lines > 0 && hw_london_day(ms) == asked->day)
        return;
    hw_words_init(&words);
    hw_words_add_date(&words, ms);
    printf("\n%s\n", words.text);
    asked->day = hw_london_day(ms);
}

/* The story of a referral begins with that of its stay; other referrals are not of it. */
static bool concerns(
    const struct asked *asked, const struct hw_engine *engine, const struct hw_event *event)
{
    if (asked->referral != 0 && hw_event_concerns(engine, event, asked->referral, 0))
        return true;
    return asked->stay != 0 &&
        (asked->referral == 0 ||
            (!hw_event_has(event, HW_FIELD_REFERRAL) && !hw_event_has(event, HW_FIELD_OFFER))) &&
        hw_event_concerns(engine, event, 0, asked->stay);
}

static void tell(void *context, const struct hw_engine *engine, struct hw_slice record)
{
    struct asked *asked = context;
    struct hw_record_header header;
    struct hw_event event;
    struct hw_words words;
    char clock[8];

    if (hw_record_header(record, &header) != HW_OK || header.kind < HW_KIND_SPELL_ADMITTED ||
        hw_record_decode(record, false, &event) != HW_OK || !concerns(asked, engine, &event))
        return;
    hw_words_init(&words);
    hw_explain_event(&words,
        &(struct hw_told){.engine = engine,
            .event = &event,
            .accepted_ms = header.accepted_ms,
            .sequence = header.sequence});
    if (words.size == 0)
        return;
    print_day(asked, header.accepted_ms);
    hw_words_clock(header.accepted_ms, clock);
    hw_words_print(&words, clock, TIME_COLUMNS, stdout);
    asked->lines++;
}

/* A stay's own story: it was asked for, or an alert is about it. */
static bool is_of_stay(const struct asked *asked)
{
    return asked->referral == 0;
}

static void print_title(const struct asked *asked)
{
    char reference[HW_REFERENCE_TEXT_SIZE];

    if (asked->prefix == 'R' || asked->prefix == 'S') {
        printf("%s %s\n", asked->prefix == 'R' ? "Referral" : "Stay", asked->text);
        return;
    }
    printf("%s %s, of %s %s\n", asked->prefix == 'O' ? "Offer" : "Alert", asked->text,
        is_of_stay(asked) ? "stay" : "referral",
        hw_reference_format(is_of_stay(asked) ? 'S' : 'R',
            is_of_stay(asked) ? asked->stay : asked->referral, reference));
}

/* ---- the end ---- */

static int64_t as_at(void *context)
{
    return hw_engine_accepted_ms(((const struct asked *)context)->engine);
}

/* The resource that shows how it stands, and its parameter. */
static json_t *question_of(const struct asked *asked)
{
    char reference[HW_REFERENCE_TEXT_SIZE];
    bool stay = is_of_stay(asked);

    (void)hw_reference_format(stay ? 'S' : 'R', stay ? asked->stay : asked->referral, reference);
    return json_pack("{s:s}", "reference", reference);
}

static void print_now(const struct asked *asked, const json_t *body)
{
    if (is_of_stay(asked))
        hw_explain_spell_now(body, stdout);
    else
        hw_explain_referral_now(body, stdout);
}

static int not_known(const struct asked *asked)
{
    fprintf(stderr,
        "homeward explain: %s: no stay, referral, offer or alert of this reference is known here, "
        "it is sealed long ago, or it may not be shown. Its check character is right, so it was "
        "copied as it is: is this the data of the right county?\n",
        asked->text);
    return HW_EXIT_FAILED;
}

/* ---- from the journal ---- */

static void warn(void *context, const char *warning)
{
    (void)context;
    fprintf(stderr, "homeward explain: warning: %s\n", warning);
}

/* An engine from the whole journal, each record told to on_record; NULL: why is on stderr. */
static struct hw_engine *replay(struct asked *asked, const char *data_dir,
    void (*on_record)(void *, const struct hw_engine *, struct hw_slice), bool full)
{
    struct hw_replay_options replay_options = hw_replay_options_default(hw_env_posix(), data_dir);
    char error[HW_ERROR_TEXT_SIZE] = "";
    struct hw_replay result = {0};
    enum hw_status status;

    replay_options.full = full;
    replay_options.on_record = on_record;
    replay_options.on_warning = warn;
    replay_options.context = asked;
    status = hw_replay(&replay_options, &result, error);
    if (status == HW_OK)
        return result.engine;
    if (*error == '\0')
        snprintf(error, sizeof error, "%.300s: %s", data_dir,
            status == HW_E_NOT_FOUND ? "there is no journal here" : hw_status_text(status));
    fprintf(stderr, "homeward explain: %s\n", error);
    return NULL;
}

/* Whose story it is, and whether it may be told, before a word of it is printed. */
static bool look_up(struct asked *asked, struct hw_engine *engine)
{
    struct hw_referral_view referral;
    struct hw_history history;

    if (asked->stay != 0)
        return hw_history_find(engine, asked->stay, &history) == HW_OK && !history.restricted;
    if (asked->referral == 0 || hw_referral_view(engine, asked->referral, &referral) != HW_OK)
        return false;
    asked->stay = referral.stay;
    return !referral.restricted;
}

static int explain_now(struct asked *asked, struct hw_engine *engine)
{
    struct hw_resources_options resources_options = {
        .engine = engine, .now_ms = as_at, .context = asked};
    struct hw_resources *resources;
    json_t *question = question_of(asked), *body = NULL;
    enum hw_answer answer;

    asked->engine = engine;
    resources = hw_resources_new(&resources_options);
    if (resources == NULL)
        hw_no_memory();
    answer =
        hw_resources_answer(resources, is_of_stay(asked) ? "spell" : "referral", question, &body);
    if (answer == HW_ANSWER_OK)
        print_now(asked, body);
    json_decref(body);
    json_decref(question);
    hw_resources_free(resources);
    return answer == HW_ANSWER_OK ? HW_EXIT_OK : HW_EXIT_FAILED;
}

static int explain_journal(struct asked *asked, const char *data_dir)
{
    struct hw_engine *engine = replay(asked, data_dir, find_alert, asked->prefix == 'A');
    bool known;
    int code;

    if (engine == NULL)
        return HW_EXIT_FAILED;
    resolve(asked, engine);
    known = look_up(asked, engine);
    hw_engine_free(engine);
    if (!known)
        return not_known(asked);
    print_title(asked);
    engine = replay(asked, data_dir, tell, true);
    if (engine == NULL)
        return HW_EXIT_FAILED;
    code = explain_now(asked, engine);
    hw_engine_free(engine);
    return code;
}

/* ---- from a running server ---- */

enum { ANSWER_MS = 10000 };

/* question is taken; NULL: why is on stderr. */
static json_t *ask(const struct asked *asked, json_t *question)
{
    char *text = json_dumps(question, JSON_COMPACT);
    json_t *body = NULL;
    struct hw_ask ask;

    json_decref(question);
    if (text == NULL)
        hw_no_memory();
    if (hw_ask_open(&ask, asked->url) == HW_OK) {
        body = hw_ask_for(&ask, text, strlen(text), ANSWER_MS);
        hw_ask_close(&ask);
    }
    if (body == NULL)
        fprintf(stderr, "homeward explain: %s\n", ask.error);
    free(text);
    return body;
}

/* The referral of an offer: only the journal has what an alert was about. */
static bool resolve_there(struct asked *asked)
{
    asked->stay = asked->prefix == 'S' ? asked->reference : 0;
    asked->referral = asked->prefix == 'R' ? asked->reference : 0;
    return asked->stay != 0 || asked->referral != 0;
}

static int explain_server(struct asked *asked)
{
    json_t *question, *body;
    int code = HW_EXIT_FAILED;

    if (!resolve_there(asked)) {
        fprintf(stderr,
            "homeward explain: %s: of a running server stays (S...) and referrals (R...) are "
            "told; of offers and alerts the journal: -d DIR\n",
            asked->text);
        return HW_EXIT_FAILED;
    }
    question = question_of(asked);
    json_object_set_new(
        question, "query", json_string(asked->prefix == 'S' ? "spell" : "referral"));
    body = ask(asked, question);
    if (body == NULL)
        return code;
    if (json_object_get(body, "error") != NULL) {
        code = not_known(asked);
    } else {
        print_title(asked);
        if (asked->prefix == 'R')
            hw_explain_referral_steps(body, stdout);
        print_now(asked, body);
        code = HW_EXIT_OK;
    }
    json_decref(body);
    return code;
}

/* ---- arguments ---- */

/* What is wrong with a reference; NULL: nothing. */
static const char *take_reference(struct asked *asked, const char *text)
{
    asked->text = text;
    asked->prefix = *text;
    if (*text == '\0' || strchr("SROA", *text) == NULL)
        return "a reference begins with S (stay), R (referral), O (offer) or A (alert)";
    if (hw_reference_parse(hw_slice_text(text), *text, &asked->reference) != HW_OK)
        return "its check character, the last one, does not fit the rest: a character was misread "
               "or is missing";
    return NULL;
}

int hw_command_explain(int argc, char **argv)
{
    struct asked asked = {0};
    struct hw_settle settle = {0};
    struct hw_config config;
    struct hw_args args;
    const char *value = NULL, *wrong;
    int found, code;

    hw_args_init(&args, &usage, argc, argv);
    while ((found = hw_args_next(&args, &value)) != HW_ARG_END) {
        if (found == HW_ARG_HELP)
            return HW_EXIT_OK;
        if (found == HW_ARG_WRONG)
            return HW_EXIT_USAGE;
        if (found == URL) {
            asked.url = value;
        } else if (found == HW_ARG_OPERAND && asked.text == NULL) {
            wrong = take_reference(&asked, value);
            if (wrong != NULL)
                return hw_args_wrong(&usage, "%s: %s", value, wrong);
        } else if (!hw_settle_take(&settle, found, value)) {
            return hw_args_wrong(&usage, "%s: unexpected", value);
        }
    }
    if (asked.text == NULL)
        return hw_args_wrong(&usage, "which stay, referral, offer or alert? Give its REFERENCE");
    if (asked.url != NULL)
        return explain_server(&asked);
    if (!hw_settle_load(&settle, &config))
        return HW_EXIT_FAILED;
    code = explain_journal(&asked, config.keys->data_dir);
    hw_config_free(&config);
    return code;
}
