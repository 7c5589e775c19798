/*
 * Goal: what the contract says of histories and figures, told as stories that a discharge nurse
 *       could check, holds whatever order the messages came in.
 * Method: each story is told to the reference model and to the engine; both must give the answers
 *         worked by hand.  Then the engine hears it in other orders and must end with the same
 *         history digest and the same figures.
 *
 * A title with [engine differs] names a difference that is known: it is shown, and fails only the
 * model.  Prints TAP.  Without the engine (HW_TEST_ENGINE not defined) only the model is asked.
 */
#include "support/model.h"
#include "support/story.h"
#ifdef HW_TEST_ENGINE
#include "support/story_drive.h"
#endif

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS_MAX = 64, ALL_ORDERS_UP_TO = 6, MESSAGES_MAX = 8, SAMPLED_ORDERS = 500 };

/* TAP's word for a test that is known not to pass: the engine's reading is not the model's. */
static const char known_difference[] = " # TO"
                                       "DO the engine reads the contract differently";

static struct hw_slice unassigned(struct hw_slice side)
{
    return side.size > 0 ? side : hw_slice_text("unassigned");
}

/* What one teller answers to a question. */
struct answer {
    int64_t value;
    int64_t people;
};

static void add_history(
    const struct story_expectation *asked, const struct chronicle *told, struct answer *answer)
{
    if (asked->kind == EXPECT_STAYS)
        answer->value++;
    if (asked->kind == EXPECT_DIED)
        answer->value += told->end == HW_END_DIED;
    if (asked->kind == EXPECT_LEAVE)
        answer->value += told->on_leave;
    if (asked->kind == EXPECT_PERIODS)
        answer->value += told->periods_count;
    for (uint32_t i = 0; i < told->periods_count && asked->kind == EXPECT_PERIOD; i++)
        answer->value +=
            told->periods[i].start_ms == asked->from_ms && told->periods[i].end_ms == asked->to_ms;
    if (asked->kind == EXPECT_FINDING)
        answer->value += asked->finding < 0 ? told->findings != 0
                                            : (int64_t)(told->findings >> asked->finding & 1u);
}

static struct answer from_histories(
    const struct story_expectation *asked, const struct chronicle *told, uint32_t count)
{
    struct answer answer = {0};

    for (uint32_t i = 0; i < count; i++)
        add_history(asked, &told[i], &answer);
    return answer;
}

static struct answer from_reasons(const struct story_expectation *asked,
    const struct hw_reason_row *rows, uint32_t count, struct answer answer)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!hw_slice_equal(rows[i].reason, asked->reason) ||
            !hw_slice_equal(unassigned(rows[i].responsible), asked->side) ||
            rows[i].inferred != asked->inferred || rows[i].contested != asked->contested)
            continue;
        answer.value += rows[i].ms;
        answer.people += rows[i].people;
    }
    return answer;
}

static bool same_account(const struct story_expectation *asked, const struct hw_account_row *row)
{
    return hw_slice_equal(row->reason, asked->reason) &&
        hw_slice_equal(unassigned(row->responsible), asked->side) &&
        (asked->site.size == 0 || hw_slice_equal(row->site, asked->site)) &&
        (asked->council.size == 0 || hw_slice_equal(row->council, asked->council));
}

static enum hw_dimension dimension_of(enum story_scope scope)
{
    HW_ASSERT(scope != SCOPE_TOTAL);
    return (enum hw_dimension)(scope - SCOPE_SITE);
}

static struct answer ask_model(struct model *model, const struct story_expectation *asked)
{
    static struct model_row rows[ROWS_MAX];
    struct hw_reason_row reasons[ROWS_MAX];
    struct hw_account_row accounts[ROWS_MAX];
    const struct chronicle *told;
    struct hw_figures figures = {0};
    struct answer answer = {0};
    uint32_t count;

    switch (asked->kind) {
    case EXPECT_FIGURE:
        if (asked->scope == SCOPE_TOTAL) {
            model_total(model, asked->at_ms, &figures);
            return (struct answer){.value = story_figure(&figures, asked)};
        }
        memset(rows, 0, sizeof rows);
        count = model_rows(model, dimension_of(asked->scope), asked->at_ms, rows, ROWS_MAX);
        for (uint32_t i = 0; i < count; i++)
            if (hw_slice_equal(rows[i].code, asked->code) &&
                hw_slice_equal(rows[i].site, asked->site))
                answer.value = story_figure(&rows[i].figures, asked);
        return answer;
    case EXPECT_REASON:
        memset(rows, 0, sizeof rows);
        count = model_rows(model, HW_BY_SITE, asked->at_ms, rows, ROWS_MAX);
        for (uint32_t i = 0; i < count; i++)
            if (asked->scope == SCOPE_TOTAL || hw_slice_equal(rows[i].code, asked->code))
                answer = from_reasons(asked, reasons,
                    model_reasons(model, rows[i].code, asked->at_ms, reasons, ROWS_MAX), answer);
        return answer;
    case EXPECT_ACCOUNT:
        count = model_accounts(model, asked->at_ms, accounts, ROWS_MAX);
        for (uint32_t i = 0; i < count; i++)
            answer.value += same_account(asked, &accounts[i]) ? accounts[i].ms : 0;
        return answer;
    case EXPECT_FINDING:
    case EXPECT_STAYS:
    case EXPECT_DIED:
    case EXPECT_LEAVE:
    case EXPECT_PERIODS:
    case EXPECT_PERIOD:
        break;
    }
    count = model_chronicles(model, &told);
    return from_histories(asked, told, count);
}

static int64_t expected_value(const struct story_expectation *asked)
{
    if (asked->kind == EXPECT_PERIOD)
        return 1;
    return asked->kind == EXPECT_FINDING && asked->finding < 0 ? 0 : asked->value;
}

static bool agrees(const char *teller, const struct story *story,
    const struct story_expectation *asked, struct answer answer)
{
    char at[HW_TIME_TEXT_SIZE] = "";

    if (answer.value == expected_value(asked) && answer.people == asked->people)
        return true;
    printf("# %s: line %d, at %s: %s says %" PRId64 " (people %" PRId64 "), by hand %" PRId64
           " (people %" PRId64 ")\n",
        story->title, asked->line, hw_time_format(asked->at_ms, at), teller, answer.value,
        answer.people, expected_value(asked), asked->people);
    return false;
}

static void model_hears(struct model *model, const struct hw_event *event, uint64_t sequence)
{
    static uint64_t buffer[HW_RECORD_SIZE_MAX / sizeof(uint64_t)];
    size_t size = hw_record_encode(event, sequence, 0, (uint8_t *)buffer, sizeof buffer);

    HW_ASSERT(size > 0);
    model_take(model, hw_slice_of(buffer, size));
}

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

static void engine_row(const struct hw_engine *engine, const struct story_expectation *asked,
    struct hw_figures *ret_figures)
{
    enum hw_dimension dimension = dimension_of(asked->scope);

    for (uint32_t i = 0; i < hw_figures_rows(engine, dimension); i++) {
        struct hw_row row;

        hw_figures_row(engine, dimension, i, asked->at_ms, &row);
        if (hw_slice_equal(row.code, asked->code) && hw_slice_equal(row.site, asked->site))
            *ret_figures = row.figures;
    }
}

static struct answer ask_engine(struct hw_engine *engine, const struct story_expectation *asked)
{
    struct hw_reason_row reasons[ROWS_MAX];
    struct hw_figures figures = {0};
    struct answer answer = {0};
    struct chronicle *told;
    uint32_t count;

    switch (asked->kind) {
    case EXPECT_FIGURE:
        if (asked->scope == SCOPE_TOTAL)
            hw_figures_total(engine, asked->at_ms, &figures);
        else
            engine_row(engine, asked, &figures);
        return (struct answer){.value = story_figure(&figures, asked)};
    case EXPECT_REASON:
        for (uint32_t i = 0; i < hw_figures_rows(engine, HW_BY_SITE); i++) {
            struct hw_row row;

            hw_figures_row(engine, HW_BY_SITE, i, asked->at_ms, &row);
            if (asked->scope == SCOPE_TOTAL || hw_slice_equal(row.code, asked->code))
                answer = from_reasons(asked, reasons,
                    hw_figures_reasons(engine, i, asked->at_ms, reasons, ROWS_MAX), answer);
        }
        return answer;
    case EXPECT_ACCOUNT:
        for (uint32_t i = 0; i < hw_figures_accounts(engine); i++) {
            struct hw_account_row row;

            hw_figures_account(engine, i, asked->at_ms, &row);
            answer.value += same_account(asked, &row) ? row.ms : 0;
        }
        return answer;
    case EXPECT_FINDING:
    case EXPECT_STAYS:
    case EXPECT_DIED:
    case EXPECT_LEAVE:
    case EXPECT_PERIODS:
    case EXPECT_PERIOD:
        break;
    }
    count = chronicles_of_engine(engine, &told);
    answer = from_histories(asked, told, count);
    chronicles_free(told, count);
    return answer;
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
    bool good = tell_model(story);

    *ret_orders = 0;
    *ret_engine = true;
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

    for (int i = 1; i < argc; i++) {
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
    printf("1..%u\n", number);
    return failed > 0;
}
