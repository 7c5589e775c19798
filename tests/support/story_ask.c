/*
 * story_ask.c - what a story asks of routing, with the answers worked by hand.
 */
#include "support/story_parts.h"

#include "homeward/routing.h"

#include <stdio.h>
#include <stdlib.h>

static struct story_ask *ask(struct reader *reader, enum story_ask_kind kind)
{
    struct story_step *step = story_add_step(reader);

    step->expectation = (struct story_expectation){.kind = EXPECT_ROUTING,
        .at_ms = reader->ask_ms,
        .line = reader->line,
        .ask = {.kind = kind, .expected = ""}};
    reader->story->in_order = true;
    return &step->expectation.ask;
}

static const char *time_text(struct reader *reader)
{
    char *text = story_keep(reader, HW_TIME_TEXT_SIZE);

    if (story_take(reader, "never"))
        return "never";
    return hw_time_format(story_time_said(reader).start_ms, text);
}

static const char *number_text(struct reader *reader)
{
    char *text = story_keep(reader, 24);

    snprintf(text, 24, "%lld", (long long)story_number(reader));
    return text;
}

/* How an answer is written down. */
enum form { NUMBER, WORD, TIME, YES, NO };

struct question {
    const char *phrase, *what;
    enum form form;
};

static const struct question of_service[] = {
    {"held", "held", NUMBER},
    {"free", "free", NUMBER},
    {"capacity", "capacity", NUMBER},
    {"waiting", "waiting", NUMBER},
    {"past review", "past review", NUMBER},
    {"is suspended", "suspended", YES},
    {"is not suspended", "suspended", NO},
    {"alert", "alert", WORD},
    {"is stale", "stale", YES},
    {"is not stale", "stale", NO},
};

static const struct question of_referral[] = {
    {"is", "state", WORD},
    {"no alert", "no alert", WORD},
    {"alert", "alert", WORD},
    {"due", "due", TIME},
    {"clock", "clock", TIME},
    {"received", "received", TIME},
    {"first contact", "contact", TIME},
    {"left", "left", TIME},
    {"pathway", "pathway", WORD},
    {"council", "council", WORD},
    {"zone", "zone", WORD},
    {"site", "site", WORD},
    {"on hold by", "hold", WORD},
    {"not on hold", "hold none", YES},
    {"double", "double", YES},
    {"not double", "double", NO},
    {"restricted", "restricted", YES},
    {"with nobody", "with nobody", YES},
    {"from a service", "onward", YES},
    {"not from a service", "onward", NO},
    {"out to", "live", NUMBER},
};

static const struct question of_match[] = {
    {"version", "version", NUMBER},
    {"units", "units", NUMBER},
    {"starts", "starts", TIME},
    {"expires", "expires", TIME},
    {"started at", "started", TIME},
    {"ended at", "ended", TIME},
    {"suspended until", "suspended", TIME},
    {"because", "reason", WORD},
    {"outcome", "outcome", WORD},
    {"unasked", "unasked", YES},
    {"asked", "unasked", NO},
    {"automatic", "automatic", YES},
    {"by hand", "automatic", NO},
    {"by", "by", WORD},
    {"assessing", "assessing", YES},
    {"not assessing", "assessing", NO},
    {"past review", "past review", YES},
    {"not past review", "past review", NO},
    {"ready to leave since", "ready since", TIME},
    {"ready to leave", "ready to leave", YES},
    {"not ready to leave", "ready to leave", NO},
    {"review due", "review due", TIME},
    {"reviewed at", "reviewed", TIME},
    {"onward", "onward", WORD},
};

static void read_answer(struct reader *reader, struct story_ask *asked, const struct question *of)
{
    asked->what = of->what;
    switch (of->form) {
    case NUMBER:
        asked->expected = number_text(reader);
        return;
    case WORD:
        asked->expected = story_word(reader, of->phrase);
        return;
    case TIME:
        asked->expected = time_text(reader);
        return;
    case YES:
        asked->expected = "yes";
        return;
    case NO:
        asked->expected = "no";
    }
}

static const struct question *question_said(
    struct reader *reader, const struct question *questions, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (story_take(reader, questions[i].phrase))
            return &questions[i];
    return NULL;
}
#define SAID(reader, table) question_said(reader, table, sizeof table / sizeof *(table))

static void read_service(struct reader *reader)
{
    struct hw_slice service = hw_slice_text(story_word(reader, "a service"));

    while (reader->at < reader->count) {
        const struct question *of = SAID(reader, of_service);
        struct story_ask *asked;

        if (of == NULL)
            story_wrong(reader, "'%s' is not known of a service", story_peek(reader));
        asked = ask(reader, ASK_SERVICE);
        asked->service = service;
        read_answer(reader, asked, of);
    }
}

/* "referral LCC/1 is offered, alert none, with HART offered, version 2" */
static void read_referral(struct reader *reader)
{
    struct hw_slice referral = hw_slice_text(story_word(reader, "a referral")), service = {0};

    while (reader->at < reader->count) {
        const struct question *of = service.size > 0 ? SAID(reader, of_match) : NULL;
        struct story_ask *asked;

        if (of == NULL && story_take(reader, "with nobody"))
            reader->at -= 2;
        else if (of == NULL && story_take(reader, "with")) {
            service = hw_slice_text(story_word(reader, "a service"));
            asked = ask(reader, ASK_MATCH);
            asked->what = "state";
            asked->expected = story_word(reader, "a state");
            asked->referral = referral;
            asked->service = service;
            continue;
        }
        if (of != NULL) {
            asked = ask(reader, ASK_MATCH);
        } else {
            of = SAID(reader, of_referral);
            if (of == NULL)
                story_wrong(reader, "'%s' is not known of a referral", story_peek(reader));
            asked = ask(reader, ASK_REFERRAL);
        }
        asked->referral = referral;
        asked->service = service;
        read_answer(reader, asked, of);
    }
}

/* "no HART for LCC/1 because it has no room"; "nothing between HART and LCC/1" */
static bool read_why_not(struct reader *reader)
{
    bool nothing = story_take(reader, "nothing between");
    struct story_ask *asked;

    if (!nothing && !story_take(reader, "no"))
        return false;
    asked = ask(reader, ASK_WHY_NOT);
    asked->service = hw_slice_text(story_word(reader, "a service"));
    story_demand(reader, nothing ? "and" : "for");
    asked->referral = hw_slice_text(story_word(reader, "a referral"));
    asked->expected = "nothing";
    if (nothing)
        return true;
    story_demand(reader, "because");
    asked->expected = story_rest(reader);
    return true;
}

/* "chosen for LCC/1 HART before LOT2 by its code"; "passed over for LCC/1 LOT2 because units" */
static bool read_chosen(struct reader *reader)
{
    bool chosen = story_take(reader, "chosen for");
    struct story_ask *asked;

    if (!chosen && !story_take(reader, "passed over for"))
        return false;
    asked = ask(reader, chosen ? ASK_CHOSEN : ASK_PASSED_OVER);
    asked->referral = hw_slice_text(story_word(reader, "a referral"));
    asked->service = hw_slice_text(story_word(reader, "a service"));
    if (chosen && story_take(reader, "alone")) {
        asked->expected = "alone";
        return true;
    }
    story_demand(reader, chosen ? "before" : "because");
    if (chosen) {
        asked->other = hw_slice_text(story_word(reader, "a service"));
        story_demand(reader, "by");
    }
    asked->expected = story_rest(reader);
    return true;
}

static const struct {
    const char *name;
    enum hw_routing_figure figure;
} figures[] = {
    {"waiting step down", HW_ROUTING_WAITING_STEP_DOWN},
    {"waiting step up", HW_ROUTING_WAITING_STEP_UP},
    {"proposed", HW_ROUTING_PROPOSED},
    {"offered", HW_ROUTING_OFFERED},
    {"accepted", HW_ROUTING_ACCEPTED},
    {"placed", HW_ROUTING_PLACED},
    {"on hold", HW_ROUTING_HELD},
    {"home not started", HW_ROUTING_HOME},
    {"past review", HW_ROUTING_PAST_REVIEW},
    {"starting today", HW_ROUTING_STARTING},
};

bool story_routing_figure(struct reader *reader, const struct story_expectation *scope)
{
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        struct story_ask *asked;

        if (!story_take(reader, figures[i].name))
            continue;
        asked = ask(reader, ASK_FIGURE);
        asked->what = figures[i].name;
        asked->figure = figures[i].figure;
        asked->expected = number_text(reader);
        reader->story->steps[reader->story->steps_count - 1].expectation.scope = scope->scope;
        reader->story->steps[reader->story->steps_count - 1].expectation.code = scope->code;
        return true;
    }
    if (!story_take(reader, "alerts"))
        return false;
    ask(reader, ASK_ALERTS)->expected = number_text(reader);
    return true;
}

bool story_routing_question(struct reader *reader)
{
    if (story_take(reader, "service"))
        read_service(reader);
    else if (story_take(reader, "referral"))
        read_referral(reader);
    else if (story_take(reader, "spell alert"))
        ask(reader, ASK_SPELL)->expected = story_word(reader, "an alert");
    else
        return read_why_not(reader) || read_chosen(reader);
    return true;
}

void story_routing_refused(struct reader *reader)
{
    struct story *story = reader->story;
    struct story_ask *asked;
    const char *words;

    if (story == NULL || story->steps_count == 0 ||
        !story->steps[story->steps_count - 1].arrival.is_command)
        story_wrong(reader, "'But' follows a command");
    story_demand(reader, "refused as");
    words = story_rest(reader);
    asked = ask(reader, ASK_REFUSED);
    asked->expected = words;
    story->steps[story->steps_count - 1].expectation.at_ms = HW_TIME_NONE;
}
