#include "homeward/figures.h"

#include "core/figures/rows.h"

static void read_row(
    const struct hw_row_record *row, int32_t today, int64_t as_at_ms, struct hw_figures *figures)
{
    int64_t within[HW_STAY_DAYS_MAX + 1] = {0}; /* came in the last n days */

    for (int32_t n = 1; n <= HW_STAY_DAYS_MAX; n++)
        within[n] = within[n - 1] + row->first_day[(uint32_t)(today - n + 1) % HW_FIRST_DAYS];
    *figures = (struct hw_figures){
        .in_hospital = row->in_hospital,
        .ready = row->ready,
        .ready_ms = row->ready * as_at_ms - row->ready_start_sum,
        .delayed = row->ready - row->ready_started_today,
        .delayed_days = row->ready * today - row->ready_day_sum,
        .ready_today_ms = row->ready * as_at_ms - row->today_base_sum + row->today_closed_ms,
        .expected_today = row->expected_day[(uint32_t)today % HW_EXPECTED_DAYS],
        .stay_7 = row->in_hospital - within[7],
        .stay_14 = row->in_hospital - within[14],
        .stay_21 = row->in_hospital - within[21],
        .admitted_today = row->admitted_today,
        .discharged_today = row->discharged_today,
    };
    for (int i = 0; i < HW_PATHWAYS; i++)
        figures->by_pathway[i] = row->by_pathway[i];
}

static int32_t day_of(const struct hw_engine *engine)
{
    return engine->root.today == HW_DAY_NONE ? 0 : engine->root.today;
}

void hw_figures_total(
    const struct hw_engine *engine, int64_t as_at_ms, struct hw_figures *ret_figures)
{
    read_row(hw_row_at(engine, HW_ROW_TOTAL), day_of(engine), as_at_ms, ret_figures);
}

int64_t hw_figures_beds(const struct hw_engine *engine)
{
    int64_t beds = -1;

    for (uint32_t handle = HW_ROW_TOTAL + 1; handle < engine->rows.count; handle++) {
        const struct hw_row_record *row = hw_row_at(engine, handle);

        if (row->dimension == HW_BY_SITE && row->beds >= 0)
            beds = (beds < 0 ? 0 : beds) + row->beds;
    }
    return beds;
}

/* Rows are taken in one arena; those of a dimension are counted through it. */
static uint32_t nth(const struct hw_engine *engine, enum hw_dimension dimension, uint32_t index)
{
    for (uint32_t handle = HW_ROW_TOTAL + 1; handle < engine->rows.count; handle++)
        if (hw_row_at(engine, handle)->dimension == dimension && index-- == 0)
            return handle;
    return 0;
}

uint32_t hw_figures_rows(const struct hw_engine *engine, enum hw_dimension dimension)
{
    uint32_t count = 0;

    for (uint32_t handle = HW_ROW_TOTAL + 1; handle < engine->rows.count; handle++)
        count += hw_row_at(engine, handle)->dimension == dimension;
    return count;
}

void hw_figures_row(const struct hw_engine *engine, enum hw_dimension dimension, uint32_t index,
    int64_t as_at_ms, struct hw_row *ret_row)
{
    uint32_t handle = nth(engine, dimension, index);
    const struct hw_row_record *row;

    HW_ASSERT(handle != 0);
    row = hw_row_at(engine, handle);
    *ret_row = (struct hw_row){
        .code = hw_engine_text(engine, row->code == 0 ? engine->text_unknown : row->code),
        .site = hw_engine_text(engine, row->site),
        .name = hw_engine_text(engine, row->name),
        .beds = row->beds,
        .version = row->version,
    };
    if (dimension == HW_BY_WARD && row->site == 0)
        ret_row->site = hw_engine_text(engine, engine->text_unknown);
    read_row(row, day_of(engine), as_at_ms, &ret_row->figures);
}

static const struct hw_account_record *account_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, accounts, hw_account_record, handle);
}

static int64_t account_ms(const struct hw_account_record *account, int64_t as_at_ms)
{
    return account->closed_ms + account->running * as_at_ms - account->running_start_sum;
}

/* Most hours first, then key: insertion into a short sorted list. */
static bool comes_before(const struct hw_reason_row *a, const struct hw_reason_row *b)
{
    int order;

    if (a->ms != b->ms)
        return a->ms > b->ms;
    order = hw_slice_compare(a->reason, b->reason);
    if (order == 0)
        order = hw_slice_compare(a->responsible, b->responsible);
    if (order == 0)
        order = (a->inferred - b->inferred) * 2 + (a->contested - b->contested);
    return order < 0;
}

uint32_t hw_figures_reasons(const struct hw_engine *engine, uint32_t site_index, int64_t as_at_ms,
    struct hw_reason_row *rows, uint32_t rows_max)
{
    uint32_t site = nth(engine, HW_BY_SITE, site_index), count = 0;

    HW_ASSERT(site != 0);
    for (uint32_t handle = 1; handle < engine->accounts.count; handle++) {
        const struct hw_account_record *account = account_at(engine, handle);
        struct hw_reason_row row;
        uint32_t at;

        if (account->row != site)
            continue;
        row = (struct hw_reason_row){
            .reason = hw_engine_text(engine, account->reason),
            .responsible = hw_engine_text(engine, account->side),
            .inferred = account->inferred != 0,
            .contested = account->contested != 0,
            .people = account->people,
            .ms = account_ms(account, as_at_ms),
        };
        if (row.people == 0 && row.ms == 0)
            continue;
        if (count == rows_max)
            count--; /* The last gives way if this one comes before it. */
        for (at = count; at > 0 && comes_before(&row, &rows[at - 1]); at--)
            if (at < rows_max)
                rows[at] = rows[at - 1];
        if (at < rows_max)
            rows[at] = row;
        count++;
    }
    return count;
}

static uint32_t nth_ledger(const struct hw_engine *engine, uint32_t index)
{
    for (uint32_t handle = 1; handle < engine->accounts.count; handle++)
        if (account_at(engine, handle)->row == 0 && index-- == 0)
            return handle;
    return 0;
}

uint32_t hw_figures_accounts(const struct hw_engine *engine)
{
    uint32_t count = 0;

    for (uint32_t handle = 1; handle < engine->accounts.count; handle++)
        count += account_at(engine, handle)->row == 0;
    return count;
}

void hw_figures_account(const struct hw_engine *engine, uint32_t index, int64_t as_at_ms,
    struct hw_account_row *ret_row)
{
    uint32_t handle = nth_ledger(engine, index);
    const struct hw_account_record *account;

    HW_ASSERT(handle != 0);
    account = account_at(engine, handle);
    *ret_row = (struct hw_account_row){
        .reason = hw_engine_text(engine, account->reason),
        .responsible = hw_engine_text(engine, account->side),
        .site = hw_engine_text(engine, account->site == 0 ? engine->text_unknown : account->site),
        .council =
            hw_engine_text(engine, account->council == 0 ? engine->text_unknown : account->council),
        .ms = account_ms(account, as_at_ms),
    };
}

const char *hw_finding_name(enum hw_finding finding)
{
    static const char *const names[] = {
#define FINDING_NAME(number, name, sentence) #name,
        HW_FINDING_LIST(FINDING_NAME)
#undef FINDING_NAME
    };

    HW_ASSERT(finding < HW_FINDING_COUNT);
    return names[finding];
}

const char *hw_finding_text(enum hw_finding finding)
{
    static const char *const sentences[] = {
#define FINDING_TEXT(number, name, sentence) sentence,
        HW_FINDING_LIST(FINDING_TEXT)
#undef FINDING_TEXT
    };

    HW_ASSERT(finding < HW_FINDING_COUNT);
    return sentences[finding];
}

void hw_findings_count(const struct hw_engine *engine, uint64_t *counts)
{
    memcpy(counts, engine->root.findings, sizeof engine->root.findings);
}
