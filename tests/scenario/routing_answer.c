#include "scenario/routing_answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- writing ---- */

static void write_text(char answer[ROUTING_ANSWER_SIZE], struct hw_slice text)
{
    snprintf(answer, ROUTING_ANSWER_SIZE, "%.*s", (int)text.size,
        text.size == 0 ? "" : (const char *)text.data);
    if (text.size == 0)
        snprintf(answer, ROUTING_ANSWER_SIZE, "none");
}

static void write_number(char answer[ROUTING_ANSWER_SIZE], int64_t value)
{
    snprintf(answer, ROUTING_ANSWER_SIZE, "%" PRId64, value);
}

static void write_flag(char answer[ROUTING_ANSWER_SIZE], bool flag)
{
    snprintf(answer, ROUTING_ANSWER_SIZE, "%s", flag ? "yes" : "no");
}

static void write_time(char answer[ROUTING_ANSWER_SIZE], int64_t ms)
{
    char text[HW_TIME_TEXT_SIZE];
    bool is = ms != HW_TIME_NONE && ms != HW_TIME_OPEN;

    snprintf(answer, ROUTING_ANSWER_SIZE, "%s", is ? hw_time_format(ms, text) : "never");
}

/* ---- finding ---- */

static bool find_referral(
    const struct hw_engine *engine, struct hw_slice name, struct hw_referral_view *ret_view)
{
    uint32_t handle = 0;

    while ((handle = hw_referral_walk(engine, handle, ret_view)) != 0)
        if (hw_slice_equal(ret_view->name, name))
            return true;
    return false;
}

uint64_t referral_of(const struct hw_engine *engine, struct hw_slice name)
{
    struct hw_referral_view view;

    return find_referral(engine, name, &view) ? view.reference : 0;
}

bool match_of(const struct hw_engine *engine, uint64_t referral, struct hw_slice service,
    bool oldest, struct hw_match_view *ret_view)
{
    struct hw_match_view view;
    uint32_t handle = 0;
    bool found = false;

    while (referral != 0 && (handle = hw_match_walk(engine, referral, handle, &view)) != 0) {
        if (!hw_slice_equal(view.service, service))
            continue;
        *ret_view = view;
        found = true;
        if (!oldest)
            return true;
    }
    return found;
}

/* ---- figures and services ---- */

static int64_t figure(const struct hw_engine *engine, const struct story_expectation *asked)
{
    enum hw_dimension dimension = (enum hw_dimension)(asked->scope - SCOPE_SITE);
    int64_t counts[HW_ROUTING_FIGURES];

    if (asked->scope == SCOPE_TOTAL) {
        hw_routing_total(engine, counts);
        return counts[asked->ask.figure];
    }
    for (uint32_t i = 0; i < hw_figures_rows(engine, dimension); i++) {
        struct hw_row row;

        hw_figures_row(engine, dimension, i, asked->at_ms, &row);
        if (!hw_slice_equal(row.code, asked->code))
            continue;
        hw_routing_row(engine, dimension, i, counts);
        return counts[asked->ask.figure];
    }
    return 0;
}

/* Whether an alert of that name stands about a referral or a service. */
static bool stands(
    const struct hw_engine *engine, uint64_t referral, struct hw_slice service, const char *name)
{
    struct hw_alert_view alert;
    uint32_t handle = 0;

    while ((handle = hw_alert_walk(engine, handle, &alert)) != 0)
        if ((referral != 0 ? alert.referral == referral : hw_slice_equal(alert.service, service)) &&
            (name == NULL || strcmp(alert.kind, name) == 0))
            return true;
    return false;
}

/* The alert that is asked about, where it stands (or does not); else "another" or "none". */
static void of_alert(const struct hw_engine *engine, uint64_t referral,
    const struct story_ask *asked, char answer[ROUTING_ANSWER_SIZE])
{
    bool it = stands(engine, referral, asked->service, asked->expected);
    bool any = stands(engine, referral, asked->service, NULL);

    if (strcmp(asked->what, "no alert") == 0)
        snprintf(answer, ROUTING_ANSWER_SIZE, "%s", it ? "it stands" : asked->expected);
    else
        snprintf(answer, ROUTING_ANSWER_SIZE, "%s",
            it        ? asked->expected
                : any ? "another"
                      : "none");
}

static void of_service(
    const struct hw_engine *engine, const struct story_ask *asked, char answer[ROUTING_ANSWER_SIZE])
{
    for (uint32_t i = 0; i < hw_services_count(engine); i++) {
        struct hw_service_view view;

        hw_service_view(engine, i, &view);
        if (!hw_slice_equal(view.code, asked->service))
            continue;
        if (strcmp(asked->what, "held") == 0)
            write_number(answer, view.held);
        else if (strcmp(asked->what, "free") == 0)
            write_number(answer, view.available);
        else if (strcmp(asked->what, "capacity") == 0)
            write_number(answer, view.capacity);
        else if (strcmp(asked->what, "waiting") == 0)
            write_number(answer, view.waiting);
        else if (strcmp(asked->what, "past review") == 0)
            write_number(answer, view.past_review);
        else if (strcmp(asked->what, "suspended") == 0)
            write_flag(answer, view.suspended);
        else if (strcmp(asked->what, "alert") == 0)
            of_alert(engine, 0, asked, answer);
        else
            write_flag(answer, view.stale);
        return;
    }
    snprintf(answer, ROUTING_ANSWER_SIZE, "no such service");
}

/* ---- referrals ---- */

static void write_hold(char answer[ROUTING_ANSWER_SIZE], uint8_t held)
{
    static const char *const names[] = {"person", "identity", "death", "wait"};
    size_t used = 0;

    for (unsigned bit = 0; bit < sizeof names / sizeof *names; bit++)
        if (held >> bit & 1u)
            used += (size_t)snprintf(answer + used, ROUTING_ANSWER_SIZE - used, "%s%s",
                used == 0 ? "" : "+", names[bit]);
    if (used == 0)
        snprintf(answer, ROUTING_ANSWER_SIZE, "none");
}

static int64_t live_of(const struct hw_engine *engine, uint64_t referral)
{
    struct hw_match_view view;
    uint32_t handle = 0;
    int64_t count = 0;

    while ((handle = hw_match_walk(engine, referral, handle, &view)) != 0)
        count += view.live;
    return count;
}

static const struct {
    const char *what;
    size_t offset;
} referral_times[] = {
    {"due", offsetof(struct hw_referral_view, due_ms)},
    {"clock", offsetof(struct hw_referral_view, clock_ms)},
    {"received", offsetof(struct hw_referral_view, received_ms)},
    {"contact", offsetof(struct hw_referral_view, first_contact_ms)},
    {"left", offsetof(struct hw_referral_view, left_ms)},
};

static void of_referral(
    const struct hw_engine *engine, const struct story_ask *asked, char answer[ROUTING_ANSWER_SIZE])
{
    static const char *const pathways[] = {"P0", "P1", "P2", "P3", "none"};
    struct hw_referral_view view;

    if (!find_referral(engine, asked->referral, &view)) {
        snprintf(answer, ROUTING_ANSWER_SIZE, "no such referral");
        return;
    }
    for (size_t i = 0; i < sizeof referral_times / sizeof *referral_times; i++)
        if (strcmp(asked->what, referral_times[i].what) == 0) {
            int64_t ms;

            memcpy(&ms, (const char *)&view + referral_times[i].offset, sizeof ms);
            write_time(answer, ms);
            return;
        }
    if (strcmp(asked->what, "state") == 0)
        snprintf(answer, ROUTING_ANSWER_SIZE, "%s", view.state);
    else if (strcmp(asked->what, "alert") == 0 || strcmp(asked->what, "no alert") == 0)
        of_alert(engine, view.reference, asked, answer);
    else if (strcmp(asked->what, "pathway") == 0)
        snprintf(answer, ROUTING_ANSWER_SIZE, "%s", pathways[view.pathway]);
    else if (strcmp(asked->what, "council") == 0)
        write_text(answer, view.council);
    else if (strcmp(asked->what, "zone") == 0)
        write_text(answer, view.zone);
    else if (strcmp(asked->what, "site") == 0)
        write_text(answer, view.site);
    else if (strcmp(asked->what, "hold") == 0)
        write_hold(answer, view.held);
    else if (strcmp(asked->what, "hold none") == 0)
        write_flag(answer, view.held == 0);
    else if (strcmp(asked->what, "double") == 0)
        write_flag(answer, view.double_referral);
    else if (strcmp(asked->what, "restricted") == 0)
        write_flag(answer, view.restricted);
    else if (strcmp(asked->what, "onward") == 0)
        write_flag(answer, view.onward);
    else if (strcmp(asked->what, "live") == 0)
        write_number(answer, live_of(engine, view.reference));
    else
        write_flag(answer, live_of(engine, view.reference) == 0);
}

/* ---- matches ---- */

static const struct {
    const char *what;
    size_t offset;
} match_times[] = {
    {"starts", offsetof(struct hw_match_view, starts_ms)},
    {"expires", offsetof(struct hw_match_view, expires_ms)},
    {"started", offsetof(struct hw_match_view, started_ms)},
    {"ended", offsetof(struct hw_match_view, ended_ms)},
    {"suspended", offsetof(struct hw_match_view, suspended_until_ms)},
    {"ready since", offsetof(struct hw_match_view, ready_since_ms)},
    {"review due", offsetof(struct hw_match_view, review_due_ms)},
    {"reviewed", offsetof(struct hw_match_view, reviewed_ms)},
};

static const struct {
    const char *what;
    size_t offset;
} match_flags[] = {
    {"unasked", offsetof(struct hw_match_view, unasked)},
    {"automatic", offsetof(struct hw_match_view, automatic)},
    {"assessing", offsetof(struct hw_match_view, assessing)},
    {"past review", offsetof(struct hw_match_view, past_review)},
    {"ready to leave", offsetof(struct hw_match_view, ready_to_leave)},
};

static void of_match(
    const struct hw_engine *engine, const struct story_ask *asked, char answer[ROUTING_ANSWER_SIZE])
{
    struct hw_match_view view;

    if (!match_of(engine, referral_of(engine, asked->referral), asked->service, false, &view)) {
        snprintf(answer, ROUTING_ANSWER_SIZE, "never proposed");
        return;
    }
    for (size_t i = 0; i < sizeof match_times / sizeof *match_times; i++)
        if (strcmp(asked->what, match_times[i].what) == 0) {
            int64_t ms;

            memcpy(&ms, (const char *)&view + match_times[i].offset, sizeof ms);
            write_time(answer, ms);
            return;
        }
    for (size_t i = 0; i < sizeof match_flags / sizeof *match_flags; i++)
        if (strcmp(asked->what, match_flags[i].what) == 0) {
            write_flag(answer, *((const bool *)&view + match_flags[i].offset));
            return;
        }
    if (strcmp(asked->what, "state") == 0)
        snprintf(answer, ROUTING_ANSWER_SIZE, "%s", view.state);
    else if (strcmp(asked->what, "version") == 0)
        write_number(answer, view.version);
    else if (strcmp(asked->what, "units") == 0)
        write_number(answer, view.units);
    else if (strcmp(asked->what, "by") == 0)
        write_text(answer, view.by);
    else if (strcmp(asked->what, "reason") == 0)
        write_text(answer, view.reason);
    else if (strcmp(asked->what, "onward") == 0)
        write_text(answer, view.onward);
    else
        write_text(answer, view.outcome);
}

/* ---- explanations: "A>B words>C words|D:rule;E:rule;" ---- */

void explanations_hear(struct explanations *explanations, const struct hw_event *event)
{
    struct hw_slice name, text;
    uint32_t at = 0;

    if (event->kind != HW_KIND_DECIDED_PROPOSAL || !hw_event_has(event, HW_FIELD_DETAIL))
        return;
    name = hw_event_text(event, HW_FIELD_REFERRAL);
    text = hw_event_text(event, HW_FIELD_DETAIL);
    while (at < explanations->count && !hw_slice_is(name, explanations->of[at].referral))
        at++;
    if (at == EXPLANATIONS_MAX)
        return;
    if (at == explanations->count)
        explanations->count++;
    snprintf(explanations->of[at].referral, sizeof explanations->of[at].referral, "%.*s",
        (int)name.size, (const char *)name.data);
    snprintf(explanations->of[at].text, sizeof explanations->of[at].text, "%.*s", (int)text.size,
        (const char *)text.data);
}

static const char *explanation_of(const struct explanations *explanations, struct hw_slice referral)
{
    for (uint32_t i = 0; i < explanations->count; i++)
        if (hw_slice_is(referral, explanations->of[i].referral))
            return explanations->of[i].text;
    return NULL;
}

static bool begins(const char *text, struct hw_slice code, const char *ends)
{
    return strncmp(text, (const char *)code.data, code.size) == 0 &&
        strchr(ends, text[code.size]) != NULL;
}

/* The words behind other, where it stands right behind service in the order of candidates. */
static void chosen(
    const char *text, const struct story_ask *asked, char answer[ROUTING_ANSWER_SIZE])
{
    const char *end = strchr(text, '|');
    bool first = true;

    if (end == NULL)
        end = text + strlen(text);
    if (asked->other.size == 0) {
        bool alone = begins(text, asked->service, "|");

        snprintf(answer, ROUTING_ANSWER_SIZE, "%s", alone ? "alone" : text);
        return;
    }
    while (text < end) {
        const char *next = memchr(text, '>', (size_t)(end - text));

        if (next == NULL)
            break;
        if (begins(text, asked->service, first ? ">" : " ") &&
            begins(next + 1, asked->other, " ")) {
            const char *words = next + 1 + asked->other.size + 1;

            snprintf(answer, ROUTING_ANSWER_SIZE, "%.*s", (int)strcspn(words, ">|"), words);
            return;
        }
        text = next + 1;
        first = false;
    }
    snprintf(answer, ROUTING_ANSWER_SIZE, "not one behind the other");
}

static void passed_over(
    const char *text, const struct story_ask *asked, char answer[ROUTING_ANSWER_SIZE])
{
    const char *at = strchr(text, '|');

    while (at != NULL && at[1] != '\0') {
        at++;
        if (begins(at, asked->service, ":")) {
            at += asked->service.size + 1;
            snprintf(answer, ROUTING_ANSWER_SIZE, "%.*s", (int)strcspn(at, ";"), at);
            return;
        }
        at = strchr(at, ';');
    }
    snprintf(answer, ROUTING_ANSWER_SIZE, "nothing");
}

static void of_explanation(const struct explanations *explanations, const struct story_ask *asked,
    char answer[ROUTING_ANSWER_SIZE])
{
    const char *text = explanation_of(explanations, asked->referral);

    if (text == NULL)
        snprintf(answer, ROUTING_ANSWER_SIZE, "never proposed");
    else if (asked->kind == ASK_CHOSEN)
        chosen(text, asked, answer);
    else
        passed_over(text, asked, answer);
}

/* ---- the rest ---- */

void routing_words(enum hw_rule rule, char words[ROUTING_ANSWER_SIZE])
{
    size_t used = 0;

    for (const char *from = hw_rule_words(rule); *from != '\0'; from++)
        if (*from != ',' && used + 1 < ROUTING_ANSWER_SIZE)
            words[used++] = *from;
    words[used] = '\0';
}

static void why_not(
    struct hw_engine *engine, const struct story_ask *asked, char answer[ROUTING_ANSWER_SIZE])
{
    enum hw_rule rule = HW_RULE_NONE;

    if (hw_why_not(engine, referral_of(engine, asked->referral), asked->service, &rule) != HW_OK)
        snprintf(answer, ROUTING_ANSWER_SIZE, "one of them is not known");
    else if (rule == HW_RULE_NONE)
        snprintf(answer, ROUTING_ANSWER_SIZE, "nothing");
    else
        routing_words(rule, answer);
}

/* The one alert about a spell that nobody was referred from; "several"; "none". */
static void of_spell(const struct hw_engine *engine, char answer[ROUTING_ANSWER_SIZE])
{
    struct hw_alert_view alert;
    const char *kind = "none";
    uint32_t handle = 0;

    while ((handle = hw_alert_walk(engine, handle, &alert)) != 0)
        if (alert.referral == 0 && alert.stay != 0)
            kind = strcmp(kind, "none") == 0 ? alert.kind : "several";
    snprintf(answer, ROUTING_ANSWER_SIZE, "%s", kind);
}

static int64_t alerts(const struct hw_engine *engine)
{
    struct hw_alert_view alert;
    uint32_t handle = 0;
    int64_t count = 0;

    while ((handle = hw_alert_walk(engine, handle, &alert)) != 0)
        count++;
    return count;
}

static const char *refused_as(enum hw_status status)
{
    switch ((int)status) {
    case HW_OK:
        return "nothing: it was done";
    case HW_E_STALE:
        return "stale";
    case HW_E_NOT_FOUND:
        return "not found";
    case HW_E_INVALID:
        return "invalid";
    case HW_E_CONFLICT:
        return "a conflict";
    default:
        return hw_status_text(status);
    }
}

void routing_answer(struct hw_engine *engine, const struct explanations *explanations,
    enum hw_status last, const struct story_expectation *asked, char answer[ROUTING_ANSWER_SIZE])
{
    switch (asked->ask.kind) {
    case ASK_FIGURE:
        write_number(answer, figure(engine, asked));
        return;
    case ASK_SERVICE:
        of_service(engine, &asked->ask, answer);
        return;
    case ASK_REFERRAL:
        of_referral(engine, &asked->ask, answer);
        return;
    case ASK_MATCH:
        of_match(engine, &asked->ask, answer);
        return;
    case ASK_WHY_NOT:
        why_not(engine, &asked->ask, answer);
        return;
    case ASK_CHOSEN:
    case ASK_PASSED_OVER:
        of_explanation(explanations, &asked->ask, answer);
        return;
    case ASK_REFUSED:
        snprintf(answer, ROUTING_ANSWER_SIZE, "%s", refused_as(last));
        return;
    case ASK_ALERTS:
        write_number(answer, alerts(engine));
        return;
    case ASK_SPELL:
        of_spell(engine, answer);
    }
}
