/*
 * Goal: what the contract says of histories and figures, told as stories that a discharge nurse
 *       could check, holds whatever order the messages came in.
 * Method: each story is told to the reference model and to the engine; both must give the answers
 *         worked by hand.  Then the engine hears it in other orders and must end with the same
 *         history digest and the same figures.
 *
 * Stories of referrals, offers and decisions are told in the order of their lines (routing.c).
 * A title with [engine differs] names a difference that is known: it is shown, and fails only the
 * model.  Prints TAP.  Without the engine (HW_TEST_ENGINE not defined) only the model is asked.
 */
#include "scenario/answer.h"
#include "scenario/routing.h"
#include "scenario/visited.h"
#ifdef HW_TEST_ENGINE
#include "support/story_drive.h"
#endif

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { ALL_ORDERS_UP_TO = 6, MESSAGES_MAX = 8, SAMPLED_ORDERS = 500 };

/* TAP's word for a test that is known not to pass: the engine's reading is not the model's. */
static const char known_difference[] = " # TO"
                                       "DO the engine reads the contract differently";

static bool tell_model(const struct story *story)
{
    struct model *model = model_new();
    bool good = true;

    for (uint32_t i = 0; i < story->steps_count; i++) {
        const struct story_step *step = &story->steps[i];

        if (step->is_message)
            model_hears(model, &step->event, i + 1);
        else
            good = agrees("the model", story, &step->expectation,
                       ask_model(model, &step->expectation)) &&
                good;
    }
    model_free(model);
    return good;
}

/* The model hears the story backwards: the same histories. */
static bool tell_model_backwards(const struct story *story)
{
    char *texts[2];
    bool good;

    for (unsigned way = 0; way < 2; way++) {
        struct model *model = model_new();
        const struct chronicle *told;
        uint32_t count;

        for (uint32_t i = 0; i < story->steps_count; i++) {
            uint32_t at = i < story->given_count || way == 0
                ? i
                : story->steps_count - 1 - (i - story->given_count);

            if (story->steps[at].is_message)
                model_hears(model, &story->steps[at].event, i + 1);
        }
        count = model_chronicles(model, &told);
        texts[way] = dump_chronicles(told, count, UINT64_MAX);
        model_free(model);
    }
    good = strcmp(texts[0], texts[1]) == 0;
    if (!good)
        printf("# %s: the model tells another history backwards:\n%s--\n%s", story->title, texts[0],
            texts[1]);
    free(texts[0]);
    free(texts[1]);
    return good;
}

#ifdef HW_TEST_ENGINE
/*
 * Messages arrive one millisecond apart, the last of them at the moment that is asked about next,
 * so that asking is at the end of what is known.
 */
static int64_t arrival_ms(const struct story *story, uint32_t step)
{
    int64_t after = 0;

    while (step < story->steps_count && story->steps[step].is_message) {
        step++;
        after++;
    }
    HW_ASSERT(step < story->steps_count); /* A story ends with a question. */
    return story->steps[step].expectation.at_ms - after + 1;
}

static bool tell_engine(const struct story *story, struct hw_hash *ret_digest)
{
    struct drive drive;
    bool good = true;

    drive_open(&drive);
    for (uint32_t i = 0; i < story->steps_count; i++) {
        const struct story_step *step = &story->steps[i];

        if (step->is_message) {
            drive_take(&drive, &step->event, arrival_ms(story, i));
            continue;
        }
        drive_until(&drive, step->expectation.at_ms);
        good = agrees("the engine", story, &step->expectation,
                   ask_engine(drive.engine, &step->expectation)) &&
            good;
    }
    *ret_digest = hw_engine_history_digest(drive.engine);
    drive_close(&drive);
    return good;
}

/* The questions after the last message: those that hold in any order. */
static uint32_t last_questions(const struct story *story)
{
    uint32_t first = story->steps_count;

    while (first > 0 && !story->steps[first - 1].is_message)
        first--;
    return first;
}

static bool tell_in_order(const struct story *story, const uint32_t *order, uint32_t count,
    struct hw_hash digest, bool ask)
{
    uint32_t first = last_questions(story);
    int64_t at_ms = story->steps[first].expectation.at_ms;
    struct hw_hash other;
    struct drive drive;
    bool good = true;

    drive_open(&drive);
    for (uint32_t i = 0; i < story->given_count; i++)
        drive_take(&drive, &story->steps[i].event, at_ms - count - 1);
    for (uint32_t i = 0; i < count; i++)
        drive_take(&drive, &story->steps[order[i]].event, at_ms - count + 1 + i);
    for (uint32_t i = first; i < story->steps_count && ask; i++) {
        drive_until(&drive, story->steps[i].expectation.at_ms);
        good = agrees("the engine, in another order,", story, &story->steps[i].expectation,
                   ask_engine(drive.engine, &story->steps[i].expectation)) &&
            good;
    }
    other = hw_engine_history_digest(drive.engine);
    drive_close(&drive);
    if (good && hw_hash_equal(digest, other))
        return true;
    printf("# %s: order of steps", story->title);
    for (uint32_t i = 0; i < count; i++)
        printf(" %u", order[i] + 1);
    printf("%s\n", hw_hash_equal(digest, other) ? "" : ": another history digest");
    return false;
}

static void exchange(uint32_t *a, uint32_t *b)
{
    uint32_t kept = *a;

    *a = *b;
    *b = kept;
}

/* The next permutation of step numbers; false after the last. */
static bool next_order(uint32_t *order, uint32_t count)
{
    uint32_t i = count, j = count;

    while (i > 1 && order[i - 2] >= order[i - 1])
        i--;
    if (i <= 1)
        return false;
    while (order[j - 1] <= order[i - 2])
        j--;
    exchange(&order[i - 2], &order[j - 1]);
    for (uint32_t low = i - 1, high = count - 1; low < high; low++, high--)
        exchange(&order[low], &order[high]);
    return true;
}

/* Knuth's shuffle with a small generator: the same orders in every run. */
static void shuffle(uint32_t *order, uint32_t count, uint64_t *state)
{
    for (uint32_t i = count; i > 1; i--) {
        *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        exchange(&order[i - 1], &order[(uint32_t)(*state >> 33) % i]);
    }
}

static bool tell_in_orders(const struct story *story, struct hw_hash digest, unsigned *ret_orders)
{
    uint32_t order[256], count = 0;
    uint64_t state = 1;

    *ret_orders = 0;
    for (uint32_t i = story->given_count; i < story->steps_count; i++) {
        HW_ASSERT(count < sizeof order / sizeof *order);
        if (story->steps[i].is_message)
            order[count++] = i;
    }
    if (count <= ALL_ORDERS_UP_TO || (story->every_order && count <= MESSAGES_MAX)) {
        do {
            if (!tell_in_order(story, order, count, digest, *ret_orders < SAMPLED_ORDERS))
                return false;
            ++*ret_orders;
        } while (next_order(order, count));
        return true;
    }
    for (; *ret_orders < SAMPLED_ORDERS; ++*ret_orders) {
        shuffle(order, count, &state);
        if (!tell_in_order(story, order, count, digest, true))
            return false;
    }
    return true;
}
#endif

/* The model must always be right; whether the engine is goes to *ret_engine. */
static bool tell(const struct story *story, bool *ret_engine, unsigned *ret_orders)
{
    bool good;

    *ret_orders = 0;
    *ret_engine = true;
#ifdef HW_TEST_ENGINE
    if (story->in_order)
        return tell_routing(story);
#endif
    good = tell_model(story);
    good = tell_model_backwards(story) && good;
#ifdef HW_TEST_ENGINE
    if (getenv("HOMEWARD_MODEL_ONLY") == NULL) {
        struct hw_hash digest;

        *ret_engine = tell_engine(story, &digest) && tell_in_orders(story, digest, ret_orders);
    }
#endif
    return good;
}

int main(int argc, char **argv)
{
    unsigned number = 0, failed = 0;
    const char *only = getenv("HOMEWARD_SCENARIO");
    bool visit_all = argc > 1 && strcmp(argv[1], "--visit-all") == 0;

    for (int i = visit_all ? 2 : 1; i < argc; i++) {
        struct stories stories;

        stories_read(argv[i], &stories);
        for (uint32_t j = 0; j < stories.count; j++) {
            const struct story *story = &stories.stories[j];
            bool known = strstr(story->title, "[engine differs]") != NULL;
            unsigned orders;
            bool good, engine;

            if (only != NULL && strstr(story->title, only) == NULL)
                continue;
            good = tell(story, &engine, &orders);
            failed += !good || (!engine && !known);
            printf("%s %u - %s (%u orders)%s\n", good && engine ? "ok" : "not ok", ++number,
                story->title, orders, good && known && !engine ? known_difference : "");
            fflush(stdout);
        }
        stories_free(&stories);
    }
#ifdef HW_TEST_ENGINE
    if (visit_all && only == NULL) {
        bool all = visited_all();

        failed += !all;
        printf("%s %u - some story tells of every entry of every table of routing\n",
            all ? "ok" : "not ok", ++number);
    }
#endif
    printf("1..%u\n", number);
    return failed > 0;
}
