#include "scenario/routing.h"

#include "scenario/answer.h"
#include "scenario/routing_answer.h"
#include "scenario/visited.h"
#include "support/story_drive.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* How often the journal is replayed, each time through an image made somewhere else. */
enum { REPLAYS = 3 };

struct told {
    const struct story *story;
    struct drive drive;
    struct model *model; /* hears the facts */
    struct explanations explanations;
    enum hw_status last; /* what became of the last command */
    int64_t now_ms;
};

static void hear(void *context, const struct hw_event *event)
{
    struct told *told = context;

    explanations_hear(&told->explanations, event);
    /* What the engine decides, and ticks, say nothing of a command. */
    if (event->kind < HW_KIND_DECIDED_PROPOSAL && event->kind != HW_KIND_CLOCK_TICK)
        told->last = hw_engine_command_result(told->drive.engine).status;
    visited_record(event, event->kind < HW_KIND_DECIDED_PROPOSAL ? told->last : HW_OK);
}

/* ---- messages ---- */

/* Settings come before the first message; what has no time of arrival arrives when it happened. */
static int64_t arrival_ms(const struct told *told, uint32_t step)
{
    const struct story_step *steps = told->story->steps;
    int64_t at_ms;

    if (step < told->story->given_count)
        step = told->story->given_count;
    at_ms = !steps[step].is_message                 ? steps[step].expectation.at_ms
        : steps[step].arrival.at_ms != HW_TIME_NONE ? steps[step].arrival.at_ms
                                                    : steps[step].event.happened.start_ms;
    return at_ms > told->now_ms ? at_ms : told->now_ms;
}

/* The proposal or offer that is meant, as whoever answers would name it. */
static void name_match(
    const struct told *told, const struct story_step *step, struct hw_event *event)
{
    const struct story_arrival *means = &step->arrival;
    const struct hw_engine *engine = told->drive.engine;
    struct hw_match_view match;

    if (means->referral.size == 0 || hw_event_has(event, HW_FIELD_OFFER))
        return;
    if (!match_of(
            engine, referral_of(engine, means->referral), means->service, means->oldest, &match))
        return;
    hw_event_set_number(event, HW_FIELD_OFFER, (int64_t)match.reference);
    if (!means->any && !hw_event_has(event, HW_FIELD_VERSION))
        hw_event_set_number(event, HW_FIELD_VERSION, match.version);
}

static bool was_refused_on_purpose(const struct story *story, uint32_t step)
{
    return step + 1 < story->steps_count && !story->steps[step + 1].is_message &&
        story->steps[step + 1].expectation.kind == EXPECT_ROUTING &&
        story->steps[step + 1].expectation.ask.kind == ASK_REFUSED;
}

static bool tell_message(struct told *told, uint32_t number)
{
    const struct story_step *step = &told->story->steps[number];
    struct hw_event event = step->event;

    told->now_ms = arrival_ms(told, number);
    if (step->arrival.away)
        drive_resume(&told->drive, told->now_ms);
    else if (told->drive.sequence > 0)
        drive_until(&told->drive, told->now_ms);
    name_match(told, step, &event);
    hw_event_finish(&event);
    event.has_stay = step->event.has_stay;
    drive_take(&told->drive, &event, told->now_ms);
    if (!step->arrival.is_command)
        model_hears(told->model, &event, told->drive.sequence);
    if (!step->arrival.is_command || told->last == HW_OK ||
        was_refused_on_purpose(told->story, number))
        return true;
    printf("# %s: message %u (%s) was refused: %s\n", told->story->title,
        number + 1 - told->story->given_count, hw_kind_type(event.kind),
        hw_engine_command_result(told->drive.engine).words);
    return false;
}

/* ---- questions ---- */

static bool answers_routing(struct told *told, const struct story_expectation *asked)
{
    char answer[ROUTING_ANSWER_SIZE] = "";

    routing_answer(told->drive.engine, &told->explanations, told->last, asked, answer);
    if (strcmp(answer, asked->ask.expected) == 0) {
        visited_answer(asked);
        return true;
    }
    printf("# %s: line %d: %.*s %.*s %s: the engine says '%s', by hand '%s'\n", told->story->title,
        asked->line, (int)asked->ask.referral.size,
        asked->ask.referral.size == 0 ? "" : (const char *)asked->ask.referral.data,
        (int)asked->ask.service.size,
        asked->ask.service.size == 0 ? "" : (const char *)asked->ask.service.data,
        asked->ask.what == NULL ? "" : asked->ask.what, answer, asked->ask.expected);
    return false;
}

/* The model knows of facts only: what is inferred from referrals it is not asked. */
static bool answers_facts(struct told *told, const struct story_expectation *asked)
{
    bool good = agrees("the engine", told->story, asked, ask_engine(told->drive.engine, asked));

    if (asked->kind == EXPECT_REASON || asked->kind == EXPECT_ACCOUNT)
        return good;
    return agrees("the model", told->story, asked, ask_model(told->model, asked)) && good;
}

static bool tell_question(struct told *told, uint32_t number)
{
    const struct story_expectation *asked = &told->story->steps[number].expectation;

    if (asked->at_ms != HW_TIME_NONE) {
        if (asked->at_ms > told->now_ms)
            told->now_ms = asked->at_ms;
        drive_until(&told->drive, told->now_ms);
    }
    return asked->kind == EXPECT_ROUTING ? answers_routing(told, asked)
                                         : answers_facts(told, asked);
}

/* ---- the whole ---- */

/* Somewhere else in the journal each time, the same in every run. */
static uint64_t image_place(const struct told *told, unsigned replay)
{
    return 1 + (replay + 1) * UINT64_C(2654435761) % told->drive.sequence;
}

static bool holds(const struct told *told)
{
    bool good = true;

    if (told->drive.broken_at != 0) {
        printf("# %s: after record %" PRIu64
               " units do not add up, an offer has no approval, or a pause is broken\n",
            told->story->title, told->drive.broken_at);
        good = false;
    }
    for (unsigned replay = 0; replay < REPLAYS && good; replay++) {
        const char *differs = drive_replay(&told->drive, image_place(told, replay));

        if (differs == NULL)
            continue;
        printf("# %s: through an image after record %" PRIu64 ": %s\n", told->story->title,
            image_place(told, replay), differs);
        good = false;
    }
    return good;
}

bool tell_routing(const struct story *story)
{
    static struct told told;
    bool good = true;

    told = (struct told){.story = story, .model = model_new(), .now_ms = INT64_MIN};
    drive_open(&told.drive);
    told.drive.heard = hear;
    told.drive.context = &told;
    for (uint32_t i = 0; i < story->steps_count; i++)
        good =
            (story->steps[i].is_message ? tell_message(&told, i) : tell_question(&told, i)) && good;
    good = holds(&told) && good;
    drive_close(&told.drive);
    model_free(told.model);
    return good;
}
