#include "core/figures/rows.h"

#include "core/stays/fold.h"

static uint64_t row_key(
    const struct hw_engine *engine, enum hw_dimension dimension, uint32_t site, uint32_t code)
{
    uint64_t codes = (uint64_t)site << 32 | code;

    return hw_hash_keyed_u64(engine->options.hash_key, codes ^ (uint64_t)dimension << 61);
}

uint64_t hw_row_hash(const void *owner, uint32_t handle)
{
    const struct hw_engine *engine = owner;
    const struct hw_row_record *row = hw_row_at(engine, handle);

    return row_key(engine, (enum hw_dimension)row->dimension, row->site, row->code);
}

static bool is_row(const struct hw_engine *engine, uint32_t handle, enum hw_dimension dimension,
    uint32_t site, uint32_t code)
{
    const struct hw_row_record *row = hw_row_at(engine, handle);

    return row->dimension == dimension && row->site == site && row->code == code;
}

uint32_t hw_row_find(
    const struct hw_engine *engine, enum hw_dimension dimension, uint32_t site, uint32_t code)
{
    uint32_t near = (code * 5 + site * 64 + (uint32_t)dimension) % HW_ROWS_NEAR;
    uint32_t position = 0, handle = engine->scratch->rows_near[near];
    uint64_t hash;

    /* Few rows are asked for again and again: where it was last time. */
    if (handle != 0 && handle < engine->rows.count && is_row(engine, handle, dimension, site, code))
        return handle;
    hash = row_key(engine, dimension, site, code);
    while ((handle = hw_table_next(&engine->row_table, hash, &position)) != 0)
        if (is_row(engine, handle, dimension, site, code)) {
            engine->scratch->rows_near[near] = handle;
            return handle;
        }
    return 0;
}

uint32_t hw_row_take(
    struct hw_engine *engine, enum hw_dimension dimension, uint32_t site, uint32_t code)
{
    uint32_t handle = hw_row_find(engine, dimension, site, code);
    struct hw_row_record *row;

    if (handle != 0)
        return handle;
    handle = hw_arena_take(&engine->rows);
    row = hw_row_at(engine, handle);
    row->dimension = (uint8_t)dimension;
    row->site = site;
    row->code = code;
    row->beds = -1;
    hw_table_put(&engine->row_table, row_key(engine, dimension, site, code), handle);
    return handle;
}

static uint64_t account_key(const struct hw_engine *engine, const struct hw_account_record *account)
{
    uint32_t key[6] = {account->reason, account->side, account->site, account->council,
        account->row, (uint32_t)account->inferred << 1 | account->contested};

    return hw_hash_keyed(engine->options.hash_key, hw_slice_of(key, sizeof key));
}

static struct hw_account_record *account_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, accounts, hw_account_record, handle);
}

uint64_t hw_account_hash(const void *owner, uint32_t handle)
{
    const struct hw_engine *engine = owner;

    return account_key(engine, account_at(engine, handle));
}

uint32_t hw_account_take(struct hw_engine *engine, const struct hw_account_record *like)
{
    uint64_t hash = account_key(engine, like);
    uint32_t position = 0, handle;
    struct hw_account_record *account;

    while ((handle = hw_table_next(&engine->account_table, hash, &position)) != 0) {
        account = account_at(engine, handle);
        if (account->reason == like->reason && account->side == like->side &&
            account->site == like->site && account->council == like->council &&
            account->row == like->row && account->inferred == like->inferred &&
            account->contested == like->contested)
            return handle;
    }
    handle = hw_arena_take(&engine->accounts);
    account = account_at(engine, handle);
    account->reason = like->reason;
    account->side = like->side;
    account->site = like->site;
    account->council = like->council;
    account->row = like->row;
    account->inferred = like->inferred;
    account->contested = like->contested;
    hw_table_put(&engine->account_table, hash, handle);
    return handle;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void add_to_row(
    struct hw_engine *engine, struct hw_row_record *row, const struct hw_share *share, int64_t sign)
{
    int32_t today = engine->root.today;

    row->version++;
    if (share->in_hospital) {
        row->in_hospital += sign;
        if (share->expected_day >= today) /* Slots of days gone were emptied. */
            row->expected_day[(uint32_t)share->expected_day % HW_EXPECTED_DAYS] += sign;
        /* A day that left the window counts as older; its slot has a new owner. */
        if (share->first_day > today - HW_FIRST_DAYS && share->first_day <= today)
            row->first_day[(uint32_t)share->first_day % HW_FIRST_DAYS] += sign;
    }
    if (share->ready) {
        row->ready += sign;
        row->ready_start_sum += sign * share->ready_start_ms;
        row->ready_day_sum += sign * share->ready_day;
        row->ready_started_today += share->ready_day >= today ? sign : 0;
        row->by_pathway[share->pathway] += sign;
        row->today_base_sum += sign * later(share->ready_start_ms, engine->root.midnight_ms);
    }
    if (share->eval_day == today) {
        row->today_closed_ms += sign * share->ready_closed_ms;
        row->admitted_today += share->admitted_day == today ? sign : 0;
        row->discharged_today += share->discharged_day == today ? sign : 0;
    }
}

void hw_share_add(struct hw_engine *engine, const struct hw_share *share, int sign)
{
    if (!share->present)
        return;
    add_to_row(engine, hw_row_at(engine, HW_ROW_TOTAL), share, sign);
    for (int i = 0; i < HW_DIMENSIONS; i++)
        add_to_row(engine, hw_row_at(engine, share->rows[i]), share, sign);
}

static void expect(struct hw_row_record *row, int32_t from, int32_t to, int32_t today)
{
    row->version++;
    if (from >= today)
        row->expected_day[(uint32_t)from % HW_EXPECTED_DAYS]--;
    if (to >= today)
        row->expected_day[(uint32_t)to % HW_EXPECTED_DAYS]++;
}

void hw_rows_expect(struct hw_engine *engine, const struct hw_share *share, int32_t day)
{
    int32_t today = engine->root.today;

    expect(hw_row_at(engine, HW_ROW_TOTAL), share->expected_day, day, today);
    for (int i = 0; i < HW_DIMENSIONS; i++)
        expect(hw_row_at(engine, share->rows[i]), share->expected_day, day, today);
}

void hw_rows_new_day(struct hw_engine *engine, int32_t day)
{
    int32_t before = engine->root.today;
    int32_t first = before < day - HW_FIRST_DAYS ? day - HW_FIRST_DAYS + 1 : before + 1;
    int32_t gone = before < day - HW_EXPECTED_DAYS ? day - HW_EXPECTED_DAYS : before;
    int64_t midnight = hw_london_midnight(day);

    engine->root.today = day;
    engine->root.midnight_ms = midnight;
    for (uint32_t handle = 1; handle < engine->rows.count; handle++) {
        struct hw_row_record *row = hw_row_at(engine, handle);

        /* Nobody can have come on a day that has just begun: its slot is an old day's. */
        for (int32_t d = first; d <= day; d++)
            row->first_day[(uint32_t)d % HW_FIRST_DAYS] = 0;
        /* Nor be expected on one that is gone: its slot is that of a day ahead from now on. */
        for (int32_t d = gone; d < day; d++)
            row->expected_day[(uint32_t)d % HW_EXPECTED_DAYS] = 0;
        row->today_closed_ms = 0;
        row->admitted_today = 0;
        row->discharged_today = 0;
        row->ready_started_today = 0;
        row->today_base_sum = row->ready * midnight;
        row->version++;
    }
}
