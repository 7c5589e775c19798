#include "cli/explain_now.h"

#include "cli/explain_words.h"
#include "homeward/services.h"

#include <string.h>

enum { INDENT = 2 };

/* ---- reading ---- */

static const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));

    return value == NULL ? "" : value;
}

static bool is(const json_t *object, const char *name, const char *value)
{
    return strcmp(text(object, name), value) == 0;
}

static bool flag(const json_t *object, const char *name)
{
    return json_is_true(json_object_get(object, name));
}

/* HW_TIME_NONE: null. */
static int64_t moment(const json_t *object, const char *name)
{
    struct hw_time time;

    if (hw_time_parse_iso(hw_slice_text(text(object, name)), &time) != HW_OK)
        return HW_TIME_NONE;
    return time.start_ms;
}

static void add_moment(
    struct hw_words *words, const char *before, int64_t ms, int64_t now_ms, const char *otherwise)
{
    if (ms == HW_TIME_NONE) {
        hw_words_add(words, "%s", otherwise);
        return;
    }
    hw_words_add(words, "%s", before);
    hw_words_add_day_moment(words, ms, now_ms);
}

/* "Home First Oadby" of a service's code in the list of an answer. */
static const char *service_name(const json_t *body, const char *code)
{
    const json_t *row;
    size_t index;

    json_array_foreach(json_object_get(body, "services"), index, row)
    {
        if (is(row, "service", code) && *text(row, "name") != '\0')
            return text(row, "name");
    }
    return code;
}

static bool is_live(const json_t *match)
{
    static const char *const live[] = {"proposed", "offered", "accepted", "started"};

    for (size_t i = 0; i < sizeof live / sizeof *live; i++)
        if (is(match, "state", live[i]))
            return true;
    return false;
}

static bool is_held(const json_t *referral)
{
    return json_array_size(json_object_get(referral, "held")) > 0;
}

static void print(struct hw_words *words, const char *first, FILE *out)
{
    if (words->size > 0)
        hw_words_print(words, first, INDENT, out);
    hw_words_init(words);
}

/* Whether what is arranged is suspended (R15). */
static bool is_suspended(const json_t *body)
{
    const json_t *match;
    size_t index;

    json_array_foreach(json_object_get(body, "matches"), index, match)
    {
        if (is_live(match) && moment(match, "suspended_until") != HW_TIME_NONE)
            return true;
    }
    return false;
}

/* ---- what happens next ---- */

static void add_held(struct hw_words *words, const json_t *referral)
{
    static const struct {
        const char *name, *words;
    } holds[] = {
        {"person", "Nothing goes on while the referral is on hold: a person has to release it."},
        {"identity",
            "Nothing goes on until somebody has looked at who this is about and releases it."},
        {"death", "Nothing goes on: the person is said to have died."},
        {"wait", "Nothing goes out until the wait that blocks it is over."},
    };
    const json_t *hold;
    size_t index;

    json_array_foreach(json_object_get(referral, "held"), index, hold)
    {
        for (size_t i = 0; i < sizeof holds / sizeof *holds; i++)
            if (strcmp(json_string_value(hold), holds[i].name) == 0)
                hw_words_add(words, "%s%s", words->size > 0 ? " " : "", holds[i].words);
    }
}

/* "Anna paused everything at 07:43 today, until 12:00 today, because: bed meeting." */
static void add_pause(
    struct hw_words *words, const json_t *body, const json_t *mode, int64_t now_ms)
{
    struct hw_slice scope = hw_slice_text(text(mode, "scope"));
    const char *code = text(mode, "code");

    if (words->size > 0)
        hw_words_add(words, " ");
    if (*text(mode, "by") == '\0')
        hw_words_add(words, "The configuration");
    else
        hw_words_add_who(words, hw_slice_text(text(mode, "by")));
    hw_words_add(words, " paused ");
    hw_words_add_scope(words, scope,
        hw_slice_text(hw_slice_is(scope, "service") ? service_name(body, code) : code));
    add_moment(words, " at ", moment(mode, "since"), now_ms, "");
    add_moment(words, ", until ", moment(mode, "until"), now_ms, "");
    if (*text(mode, "reason") != '\0')
        hw_words_add(words, ", because: %s", text(mode, "reason"));
    hw_words_add(words, ".");
}

/* What stops the referral whatever the service, and what is live of it; each scope once. */
static void print_paused(const json_t *body, const json_t *referral, int64_t now_ms, FILE *out)
{
    const json_t *of_all = json_object_get(referral, "paused"), *mode, *match;
    struct hw_words words;
    size_t index, at;

    hw_words_init(&words);
    json_array_foreach(of_all, index, mode)
    {
        add_pause(&words, body, mode, now_ms);
    }
    json_array_foreach(json_object_get(body, "matches"), at, match)
    {
        if (!is(match, "state", "proposed") && !is(match, "state", "offered"))
            continue;
        json_array_foreach(json_object_get(match, "paused"), index, mode)
        {
            if (is(mode, "scope", "service"))
                add_pause(&words, body, mode, now_ms);
        }
    }
    if (words.size > 0)
        hw_words_add(&words,
            " While it is paused nothing is proposed, approved or offered there; answers and "
            "starts are still taken.");
    print(&words, "", out);
}

/* Whether the whole referral stands still, whichever service it is. */
static bool is_paused(const json_t *referral)
{
    return json_array_size(json_object_get(referral, "paused")) > 0;
}

/* Whether the referral is on hold because its person is said to have died. */
static bool is_dead(const json_t *body)
{
    const json_t *hold;
    size_t index;

    json_array_foreach(json_object_get(json_object_get(body, "referral"), "held"), index, hold)
    {
        if (strcmp(json_string_value(hold), "death") == 0)
            return true;
    }
    return false;
}

static void add_next_of_match(
    struct hw_words *words, const json_t *body, const json_t *match, int64_t now_ms)
{
    const char *name = service_name(body, text(match, "service"));
    int64_t expires = moment(match, "expires_at");

    if (moment(match, "suspended_until") != HW_TIME_NONE) {
        hw_words_add(words, "The place at %s is kept", name);
        add_moment(words, " until ", moment(match, "suspended_until"), now_ms, "");
        hw_words_add(words, "%s",
            is_dead(body) ? ", or until the death is confirmed; then it is free for somebody else."
                          : "; then the hub is asked whether to keep it or give it up.");
    } else if (is(match, "state", "proposed")) {
        bool is_still = json_array_size(json_object_get(match, "paused")) > 0;

        hw_words_add(words, "%sroposal %s (version %lld) of %s",
            is_still ? "P" : "A person has to approve or reject p", text(match, "reference"),
            (long long)json_integer_value(json_object_get(match, "version")), name);
        if (is_still) {
            hw_words_add(words,
                " stands as it is meanwhile: a person may reject it now, and approve it once it is "
                "no longer paused.");
            return;
        }
        add_moment(words, ". It runs out at ", expires, now_ms, "");
        hw_words_add(words, "; if nothing has changed by then it is proposed on.");
    } else if (is(match, "state", "offered")) {
        add_moment(words, "The offer runs out at ", expires, now_ms, "The offer stands");
        hw_words_add(words, " unless %s answers.", name);
        if (flag(match, "assessing"))
            hw_words_add(words, " %s wants to assess the person first.", name);
    } else if (is(match, "state", "accepted")) {
        hw_words_add(words, "%s is to start", name);
        add_moment(words, " at ", moment(match, "starts_at"), now_ms, "");
        hw_words_add(words, ".");
    } else if (is(match, "state", "started")) {
        hw_words_add(words, "%s goes on with its support%s.", name,
            flag(match, "past_review") ? "; it is past its review date, so it has to be reviewed"
                : flag(match, "ready_to_leave") ? " until the person moves on: they are ready to"
                                                : " and reviews it");
    }
}

/* Who has to do something, where nothing goes on by itself; NULL: it does. */
static const char *words_of_stuck(const char *alert)
{
    static const struct {
        const char *alert, *words;
    } stuck[] = {
        {"no_commissioned_service",
            "Nothing by itself: no service is known that gives what the person needs. Either the "
            "referral is corrected, or a person chooses a service."},
        {"nobody_left",
            "Nothing by itself: a person changes the referral, takes a service back in, or chooses "
            "one."},
        {"code_unknown", "Nothing by itself: the referral has to be corrected."},
        {"incomplete", "Nothing by itself: the referral has to say more."},
    };

    for (size_t i = 0; i < sizeof stuck / sizeof *stuck; i++)
        if (strcmp(alert, stuck[i].alert) == 0)
            return stuck[i].words;
    return NULL;
}

static void print_next(const json_t *body, const json_t *referral, int64_t now_ms, FILE *out)
{
    const char *stuck;
    struct hw_words words;
    const json_t *match;
    size_t index;

    fputs("\nWhat happens next\n", out);
    hw_words_init(&words);
    if (is(referral, "state", "ended")) {
        hw_words_add(&words, "Nothing: the referral is over.");
        print(&words, "", out);
        return;
    }
    add_held(&words, referral);
    print(&words, "", out);
    if (!is(referral, "state", "accepted") && !is(referral, "state", "placed"))
        print_paused(body, referral, now_ms, out);
    json_array_foreach(json_object_get(body, "matches"), index, match)
    {
        if (!is_live(match))
            continue;
        add_next_of_match(&words, body, match, now_ms);
        print(&words, "", out);
    }
    stuck = words_of_stuck(text(referral, "alert"));
    if (is(referral, "state", "waiting") && stuck != NULL) {
        hw_words_add(&words, "%s", stuck);
        print(&words, "", out);
    } else if (is(referral, "state", "waiting") && is_paused(referral)) {
        hw_words_add(
            &words, "After that it is proposed to the first service that can take the person.");
        print(&words, "", out);
    } else if (is(referral, "state", "waiting") && !is_held(referral)) {
        hw_words_add(&words,
            "It is proposed to the first service that can take the person, in the order of the "
            "queue; it should be met ");
        add_moment(&words, "by ", moment(referral, "due"), now_ms, "when there is room");
        hw_words_add(&words, ".");
        print(&words, "", out);
    }
}

/* ---- what stands in the way ---- */

enum { NAMED_MAX = 6 };

static bool told_before(const json_t *services, size_t until, const char *rule)
{
    for (size_t i = 0; i < until; i++)
        if (is(json_array_get(services, i), "rule", rule))
            return true;
    return false;
}

static void print_rule(const json_t *services, const char *rule, const char *why, FILE *out)
{
    struct hw_words words;
    unsigned count = 0;
    const json_t *row;
    size_t index;

    hw_words_init(&words);
    json_array_foreach(services, index, row)
    {
        if (!is(row, "rule", rule) || ++count > NAMED_MAX)
            continue;
        hw_words_add(&words, "%s%s", count > 1 ? "; " : "",
            *text(row, "name") != '\0' ? text(row, "name") : text(row, "service"));
    }
    if (count > NAMED_MAX)
        hw_words_add(&words, " and %u more", count - NAMED_MAX);
    hw_words_add(&words, ": ");
    if (count > 1)
        hw_words_add_of_many(&words, why);
    else
        hw_words_add(&words, "%s", why);
    hw_words_add(&words, ".");
    print(&words, "", out);
}

static void print_in_the_way(const json_t *body, FILE *out)
{
    const json_t *services = json_object_get(body, "services"), *row;
    size_t index;

    if (json_array_size(services) == 0)
        return;
    fputs("\nWhat stands in the way now\n", out);
    json_array_foreach(services, index, row)
    {
        if (!told_before(services, index, text(row, "rule")))
            print_rule(services, text(row, "rule"), text(row, "words"), out);
    }
}

/* ---- where things stand ---- */

static const struct {
    const char *state, *words;
} states[] = {
    {"waiting", "Waiting for a service"},
    {"proposed", "A service is proposed"},
    {"offered", "Offered to a service, which has not answered yet"},
    {"accepted", "Accepted; support has not begun"},
    {"placed", "Support goes on"},
    {"ended", "Over"},
};

/* Support that is agreed or goes on is not stopped by a pause. */
static bool is_paused_now(const json_t *referral)
{
    return is_paused(referral) && !is(referral, "state", "accepted") &&
        !is(referral, "state", "placed") && !is(referral, "state", "ended");
}

void hw_explain_referral_now(const json_t *body, FILE *out)
{
    const json_t *referral = json_object_get(body, "referral");
    int64_t now_ms = moment(body, "as_at"), home_ms = moment(referral, "home_since");
    int64_t waited_ms = json_integer_value(json_object_get(referral, "waited_ms"));
    struct hw_words words;

    fputs("\nWhere things stand at ", out);
    hw_words_init(&words);
    hw_words_add_moment(&words, now_ms, now_ms);
    hw_words_add(&words, " on ");
    hw_words_add_date(&words, now_ms);
    fprintf(out, "%s\n", words.text);
    hw_words_init(&words);
    if (is_suspended(body))
        hw_words_add(&words, "What is arranged is suspended.");
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (is(referral, "state", states[i].state) && !is_suspended(body))
            hw_words_add(&words, "%s%s%s.", states[i].words,
                is_held(referral) ? ", and on hold" : "",
                is_paused_now(referral) ? ", and PAUSED" : "");
    if (!is(referral, "state", "ended") && !is(referral, "state", "placed")) {
        hw_words_add(&words, " Waited ");
        hw_words_add_duration(&words, waited_ms);
        add_moment(&words, ", due by ", moment(referral, "due"), now_ms, "");
        hw_words_add(&words, ".");
    }
    if (home_ms != HW_TIME_NONE && !is(referral, "state", "placed") && !is_held(referral) &&
        is(referral, "direction", "step_down") && !is(referral, "state", "ended"))
        add_moment(&words, " The person left hospital at ", home_ms, now_ms, ""),
            hw_words_add(&words, ".");
    if (*text(referral, "alert") != '\0')
        hw_words_add(&words, " ALERT: %s.",
            hw_alert_words(hw_alert_of(hw_slice_text(text(referral, "alert")))));
    if (flag(referral, "double"))
        hw_words_add(&words, " The person has another open referral of this kind.");
    print(&words, "", out);
    print_next(body, referral, now_ms, out);
    if (is(referral, "state", "waiting") && !is_held(referral))
        print_in_the_way(body, out);
}

/* ---- without a journal ---- */

static void print_step(const json_t *match, const char *field, const char *name, const char *what,
    int64_t now_ms, FILE *out)
{
    int64_t at_ms = moment(match, field);
    struct hw_words words;

    if (at_ms == HW_TIME_NONE)
        return;
    hw_words_init(&words);
    hw_words_add(&words, "%s: %s at ", name, what);
    hw_words_add_day_moment(&words, at_ms, now_ms);
    hw_words_add(&words, ".");
    print(&words, "", out);
}

void hw_explain_referral_steps(const json_t *body, FILE *out)
{
    const json_t *referral = json_object_get(body, "referral");
    const json_t *matches = json_object_get(body, "matches");
    int64_t now_ms = moment(body, "as_at");

    fputs("\nSo far\n", out);
    print_step(referral, "received_at", "Referral", "received", now_ms, out);
    print_step(
        referral, "first_contact", "First contact", "somebody was with the person", now_ms, out);
    for (size_t i = json_array_size(matches); i-- > 0;) {
        const json_t *match = json_array_get(matches, i);
        const char *name = service_name(body, text(match, "service"));

        print_step(match, "proposed_at", name, "proposed", now_ms, out);
        print_step(match, "offered_at", name, "offered", now_ms, out);
        print_step(match, "answered_at", name, "answered", now_ms, out);
        print_step(match, "started_at", name, "support began", now_ms, out);
        print_step(match, "ended_at", name, text(match, "state"), now_ms, out);
    }
}

void hw_explain_spell_now(const json_t *body, FILE *out)
{
    const json_t *periods = json_object_get(body, "ready_periods");
    const json_t *charges = json_object_get(body, "charges");
    const json_t *last = json_array_get(charges, json_array_size(charges) - 1);
    const json_t *period = json_array_get(periods, json_array_size(periods) - 1);
    int64_t now_ms = moment(body, "as_at"), ended_ms = moment(body, "ended_at");
    struct hw_words words;
    const json_t *alert;
    size_t index;

    hw_words_init(&words);
    fputs("\nWhere things stand at ", out);
    hw_words_add_moment(&words, now_ms, now_ms);
    hw_words_add(&words, " on ");
    hw_words_add_date(&words, now_ms);
    fprintf(out, "%s\n", words.text);
    hw_words_init(&words);
    if (ended_ms != HW_TIME_NONE && ended_ms <= now_ms) {
        hw_words_add(&words, is(body, "end", "died") ? "The person died at " : "Left hospital at ");
        hw_words_add_day_moment(&words, ended_ms, now_ms);
        hw_words_add(&words, ".");
    } else {
        add_moment(&words, "In hospital since ", moment(body, "admitted_at"), now_ms,
            "Expected in hospital");
        hw_words_add(&words, ".");
    }
    if (period != NULL && moment(period, "to") == HW_TIME_NONE) {
        hw_words_add(&words, " Ready to leave since ");
        hw_words_add_day_moment(&words, moment(period, "from"), now_ms);
        hw_words_add(&words, ", ");
        hw_words_add_duration(&words, json_integer_value(json_object_get(period, "ms")));
        hw_words_add(&words, ".");
        if (last != NULL && *text(last, "reason") != '\0') {
            hw_words_add(&words, " Waiting for: ");
            hw_words_add_reason(&words, hw_slice_text(text(last, "reason")));
            hw_words_add(&words, flag(last, "inferred") ? ", as Homeward takes it." : ".");
        }
    }
    print(&words, "", out);
    json_array_foreach(json_object_get(body, "alerts"), index, alert)
    {
        if (moment(alert, "cleared_at") != HW_TIME_NONE)
            continue;
        hw_words_add(&words, "ALERT: %s.", text(alert, "words"));
        print(&words, "", out);
    }
}
