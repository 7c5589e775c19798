#include "scenario/visited.h"

#include "core/routing/command.h"
#include "core/routing/explain.h"
#include "core/routing/mode.h"
#include "core/services/service.h"
#include "scenario/routing_answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KINDS = 256, MODES = HW_MODE_PAUSED + 1 };

static bool rules[HW_RULES], alerts[HW_ALERT_KINDS], kinds[KINDS], figures[HW_ROUTING_FIGURES];
static bool modes[HW_SCOPES][MODES];

static const char *const scopes[HW_SCOPES] = {[HW_SCOPE_ALL] = "all",
    [HW_SCOPE_DIRECTION] = "direction",
    [HW_SCOPE_COUNCIL] = "council",
    [HW_SCOPE_PATHWAY] = "pathway",
    [HW_SCOPE_ZONE] = "zone",
    [HW_SCOPE_SITE] = "site",
    [HW_SCOPE_SERVICE] = "service"};

static const char *const answers[] = {
    "accepted", "accepted_with_changes", "declined", "assessing", "withdrawn", "handed_back"};
enum { ANSWERS = sizeof answers / sizeof *answers };
static bool answered[2][ANSWERS]; /* by a service, by the hub */

static const char *const keys[] = {
#define KEY_NAME(name, reader, member) name,
    HW_SERVICE_KEY_LIST(KEY_NAME)
#undef KEY_NAME
};
enum { KEYS = sizeof keys / sizeof *keys };
static bool keys_set[KEYS];

/* ---- records ---- */

static void visit_mode(const struct hw_event *event)
{
    struct hw_slice scope = hw_event_text(event, HW_FIELD_DETAIL);
    unsigned mode = hw_mode_number(hw_event_text(event, HW_FIELD_ANSWER));

    for (unsigned i = 0; i < HW_SCOPES; i++)
        if (scope.size >= strlen(scopes[i]) &&
            memcmp(scope.data, scopes[i], strlen(scopes[i])) == 0)
            modes[i][mode] = true;
}

static void visit_answer(const struct hw_event *event)
{
    struct hw_slice answer = hw_event_text(event, HW_FIELD_ANSWER);

    for (unsigned i = 0; i < ANSWERS; i++)
        if (hw_slice_is(answer, answers[i]))
            answered[event->kind == HW_KIND_DECIDE_OFFER_ANSWERED][i] = true;
}

/* "services/HART/capacity" */
static void visit_setting(const struct hw_event *event)
{
    struct hw_slice key = hw_event_text(event, HW_FIELD_CONFIGURATION_KEY);

    for (unsigned i = 0; i < KEYS; i++) {
        size_t size = strlen(keys[i]);

        if (key.size > size && memcmp(key.data, "services/", 9) == 0 &&
            key.data[key.size - size - 1] == '/' &&
            memcmp(key.data + key.size - size, keys[i], size) == 0)
            keys_set[i] = true;
    }
}

void visited_record(const struct hw_event *event, enum hw_status status)
{
    if (event->kind == HW_KIND_CONFIGURATION)
        visit_setting(event);
    if (status != HW_OK)
        return;
    kinds[event->kind] = true;
    if (event->kind == HW_KIND_DECIDE_ROUTING_MODE)
        visit_mode(event);
    if (event->kind == HW_KIND_OFFER_ANSWERED || event->kind == HW_KIND_DECIDE_OFFER_ANSWERED)
        visit_answer(event);
}

/* ---- answers ---- */

static bool is_of_rule(const struct story_ask *ask, enum hw_rule rule)
{
    char words[ROUTING_ANSWER_SIZE];

    routing_words(rule, words);
    if (ask->kind == ASK_WHY_NOT)
        return strcmp(ask->expected, words) == 0;
    return ask->kind == ASK_PASSED_OVER && strcmp(ask->expected, hw_rule_name(rule)) == 0;
}

void visited_answer(const struct story_expectation *asked)
{
    const struct story_ask *ask = &asked->ask;

    for (unsigned i = 1; i < HW_RULES; i++)
        if (hw_rule_name((enum hw_rule)i) != NULL && is_of_rule(ask, (enum hw_rule)i))
            rules[i] = true;
    if ((ask->kind == ASK_REFERRAL || ask->kind == ASK_SERVICE) && strcmp(ask->what, "alert") == 0)
        alerts[hw_alert_of(hw_slice_text(ask->expected))] = true;
    if (ask->kind == ASK_SPELL)
        alerts[hw_alert_of(hw_slice_text(ask->expected))] = true;
    if (ask->kind == ASK_FIGURE && strcmp(ask->expected, "0") != 0)
        figures[ask->figure] = true;
}

/* ---- what was left out ---- */

static bool told(bool visited, const char *table, const char *what, const char *of)
{
    if (!visited)
        printf("# no story tells of %s %s%s%s\n", table, what, *of == '\0' ? "" : " of ", of);
    return visited;
}

/* What has no effect on routing: reports, and what is taken and kept for them. */
static bool is_elsewhere(enum hw_kind kind)
{
    return kind == HW_KIND_DECIDE_REPORT_SENT || kind == HW_KIND_DECIDED_RESTATEMENT ||
        kind == HW_KIND_OUTCOME_REVIEWED || kind == HW_KIND_PACKAGE_SUSPENDED ||
        kind == HW_KIND_PACKAGE_LAPSED || kind == HW_KIND_PACKAGE_RESTARTED;
}

static bool all_kinds(void)
{
    bool all = true;

    for (unsigned kind = 0; kind < KINDS; kind++)
        if (hw_kind_type((enum hw_kind)kind) != NULL && !is_elsewhere((enum hw_kind)kind) &&
            (hw_command_is((enum hw_kind)kind) || kind >= HW_KIND_DECIDED_PROPOSAL))
            all = told(kinds[kind], "the record", hw_kind_type((enum hw_kind)kind), "") && all;
    return all;
}

static bool all_modes(void)
{
    bool all = true;

    for (unsigned scope = 0; scope < HW_SCOPES; scope++)
        for (unsigned mode = HW_MODE_OBSERVE; mode < MODES; mode++)
            all = told(modes[scope][mode], "the mode", hw_mode_name(mode), scopes[scope]) && all;
    return all;
}

bool visited_all(void)
{
#define FIGURE_NAME(name, member) #member,
    static const char *const figure_names[] = {HW_ROUTING_FIGURE_LIST(FIGURE_NAME)};
#undef FIGURE_NAME
    bool all = all_kinds();

    all = all_modes() && all;
    for (unsigned i = 1; i < HW_RULES; i++)
        if (hw_rule_name((enum hw_rule)i) != NULL)
            all = told(rules[i], "the rule", hw_rule_name((enum hw_rule)i), "") && all;
    for (unsigned i = 1; i < HW_ALERT_KINDS; i++)
        all = told(alerts[i], "the alert", hw_alert_name(i), "") && all;
    for (unsigned i = 0; i < ANSWERS; i++) {
        all = told(answered[0][i], "the answer", answers[i], "a service") && all;
        all = told(answered[1][i], "the answer", answers[i], "the hub") && all;
    }
    for (unsigned i = 0; i < HW_ROUTING_FIGURES; i++)
        all = told(figures[i], "the figure", figure_names[i], "") && all;
    for (unsigned i = 0; i < KEYS; i++)
        all = told(keys_set[i], "the key", keys[i], "a service") && all;
    return all;
}
