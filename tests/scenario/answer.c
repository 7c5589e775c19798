#include "scenario/answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS_MAX = 64 };

static struct hw_slice unassigned(struct hw_slice side)
{
    return side.size > 0 ? side : hw_slice_text("unassigned");
}

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

struct answer ask_model(struct model *model, const struct story_expectation *asked)
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
    case EXPECT_ROUTING:
        break;
    }
    count = model_chronicles(model, &told);
    return from_histories(asked, told, count);
}

#ifdef HW_TEST_ENGINE
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

struct answer ask_engine(struct hw_engine *engine, const struct story_expectation *asked)
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
    case EXPECT_ROUTING:
        break;
    }
    count = chronicles_of_engine(engine, &told);
    answer = from_histories(asked, told, count);
    chronicles_free(told, count);
    return answer;
}
#endif

static int64_t expected_value(const struct story_expectation *asked)
{
    if (asked->kind == EXPECT_PERIOD)
        return 1;
    return asked->kind == EXPECT_FINDING && asked->finding < 0 ? 0 : asked->value;
}

bool agrees(const char *teller, const struct story *story, const struct story_expectation *asked,
    struct answer answer)
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

void model_hears(struct model *model, const struct hw_event *event, uint64_t sequence)
{
    static uint64_t buffer[HW_RECORD_SIZE_MAX / sizeof(uint64_t)];
    size_t size = hw_record_encode(event, sequence, 0, (uint8_t *)buffer, sizeof buffer);

    HW_ASSERT(size > 0);
    model_take(model, hw_slice_of(buffer, size));
}
