#include "core/stays/share.h"

#include "core/figures/rows.h"
#include "core/stays/stay.h"
#include "core/timers/heap.h"

static struct hw_charge_record *charge_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, charges, hw_charge_record, handle);
}

static struct hw_account_record *account_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, accounts, hw_account_record, handle);
}

/* ---- accounts ---- */

static void add_to_account(
    struct hw_engine *engine, uint32_t account, const struct hw_charge_record *charge, int64_t sign)
{
    struct hw_account_record *record;

    if (account == 0)
        return;
    record = account_at(engine, account);
    record->people += sign * charge->people;
    if (charge->running) {
        record->running += sign;
        record->running_start_sum += sign * charge->start_ms;
    } else {
        record->closed_ms += sign * (charge->end_ms - charge->start_ms);
    }
}

static void withdraw_charges(struct hw_engine *engine, struct hw_stay *stay)
{
    while (stay->charges != 0) {
        uint32_t handle = stay->charges;
        struct hw_charge_record *charge = charge_at(engine, handle);

        add_to_account(engine, charge->reason_row, charge, -1);
        add_to_account(engine, charge->ledger_row, charge, -1);
        stay->charges = charge->next;
        hw_arena_give(&engine->charges, handle);
    }
}

/* Charges that began, each to the ledger and, while its period is open, to the site's row. */
static void contribute_charges(struct hw_engine *engine, struct hw_stay *stay,
    const struct hw_history *history, uint32_t site_row, int64_t now)
{
    for (uint32_t i = 0; i < history->charges_count; i++) {
        const struct hw_charge *charge = &history->charges[i];
        const struct hw_period *period = &history->periods[charge->period];
        struct hw_account_record like = {.reason = charge->reason,
            .side = charge->responsible,
            .site = charge->site,
            .council = charge->council};
        struct hw_charge_record *record;
        uint32_t handle;

        if (charge->start_ms > now || !history->counted)
            continue;
        handle = hw_arena_take(&engine->charges);
        record = charge_at(engine, handle);
        record->start_ms = charge->start_ms;
        record->end_ms = charge->end_ms;
        record->running = charge->end_ms > now;
        record->next = stay->charges;
        stay->charges = handle;
        record->ledger_row = hw_account_take(engine, &like);
        if (site_row != 0 && period->start_ms <= now && period->end_ms > now) {
            like.site = like.council = 0;
            like.row = site_row;
            like.inferred = charge->inferred;
            like.contested = charge->contested;
            record->reason_row = hw_account_take(engine, &like);
            record->people = record->running;
        }
        add_to_account(engine, record->ledger_row, record, 1);
        add_to_account(engine, record->reason_row, record, 1);
    }
}

/* ---- the share ---- */

static const struct hw_period *open_period(const struct hw_history *history, int64_t now)
{
    for (uint32_t i = history->periods_count; i-- > 0;)
        if (history->periods[i].start_ms <= now && history->periods[i].end_ms > now)
            return &history->periods[i];
    return NULL;
}

static int64_t overlap(int64_t start, int64_t end, int64_t from, int64_t until)
{
    int64_t a = start > from ? start : from, b = end < until ? end : until;

    return b > a ? b - a : 0;
}

static const struct hw_place *place_at(const struct hw_history *history, int64_t ms)
{
    const struct hw_place *place = NULL;

    for (uint32_t i = 0; i < history->places_count; i++)
        if (i == 0 || history->places[i].start_ms <= ms)
            place = &history->places[i];
    return place;
}

static bool is_open(const struct hw_history *history, int64_t now)
{
    return history->inpatient_ms != HW_TIME_NONE && history->inpatient_ms <= now &&
        history->ended_ms > now && hw_inpatient_at(history, now);
}

static struct hw_share share_of(
    struct hw_engine *engine, const struct hw_stay *stay, const struct hw_history *history)
{
    int64_t now = engine->root.accepted_ms, midnight = engine->root.midnight_ms;
    const struct hw_period *open = open_period(history, now);
    const struct hw_place *place =
        place_at(history, history->ended_ms <= now ? history->ended_ms - 1 : now);
    struct hw_share share = {
        .present = history->counted && history->inpatient_ms != HW_TIME_NONE &&
            history->inpatient_ms <= now,
        .in_hospital = stay->open_now && stay->wins,
        .ready = open != NULL && stay->wins,
        .pathway = history->pathway,
        .eval_day = engine->root.today,
        .first_day = HW_DAY_NONE,
        .expected_day = HW_DAY_NONE,
        .admitted_day = HW_DAY_NONE,
        .discharged_day = HW_DAY_NONE,
    };

    if (!share.present)
        return share;
    share.first_day = share.admitted_day = hw_london_day(history->inpatient_ms);
    /* Who was no inpatient any more is no discharge of an inpatient. */
    if (history->end == HW_END_DISCHARGED && history->ended_ms <= now &&
        history->intervals[2 * history->intervals_count - 1] == history->ended_ms)
        share.discharged_day = hw_london_day(history->ended_ms);
    if (share.ready) {
        share.ready_start_ms = open->start_ms;
        share.ready_day = open->start_day;
    }
    /* Rows count some days ahead, so that no midnight need look at each stay. */
    if (share.in_hospital && history->expected_discharge_day >= engine->root.today &&
        history->expected_discharge_day < engine->root.today + HW_EXPECTED_DAYS)
        share.expected_day = history->expected_discharge_day;
    for (uint32_t i = 0; i < history->periods_count && stay->wins; i++)
        if (history->periods[i].end_ms <= now)
            share.ready_closed_ms +=
                overlap(history->periods[i].start_ms, history->periods[i].end_ms, midnight, now);
    share.rows[HW_BY_SITE] = hw_row_take(engine, HW_BY_SITE, 0, place == NULL ? 0 : place->site);
    share.rows[HW_BY_WARD] = hw_row_take(
        engine, HW_BY_WARD, place == NULL ? 0 : place->site, place == NULL ? 0 : place->ward);
    share.rows[HW_BY_COUNCIL] = hw_row_take(engine, HW_BY_COUNCIL, 0, history->council);
    share.rows[HW_BY_ZONE] = hw_row_take(engine, HW_BY_ZONE, 0, history->zone);
    return share;
}

/* ---- what the outside hears of a delay ---- */

static void tell(struct hw_engine *engine, const struct hw_stay *stay, enum hw_effect_kind kind,
    bool annulled, const struct hw_history *history)
{
    if (engine->effects_count == HW_EFFECTS_MAX)
        return;
    engine->effects[engine->effects_count++] = (struct hw_effect){
        .sequence = engine->root.sequence,
        .reference = stay->reference,
        .since_ms = stay->delay_since_ms,
        .ms = engine->root.accepted_ms - stay->delay_since_ms,
        .site = stay->delay_site,
        .reason = stay->delay_reason,
        .responsible = stay->delay_side,
        .kind = (uint8_t)kind,
        .inferred = stay->delay_inferred != 0,
        .annulled = annulled,
        .restricted = history->restricted != 0,
    };
}

/* What is running now, as told outside. */
static bool delay_now(const struct hw_engine *engine, const struct hw_history *history,
    const struct hw_period *open, struct hw_stay *ret_like)
{
    int64_t now = engine->root.accepted_ms;

    if (open == NULL || !history->counted)
        return false;
    for (uint32_t i = history->charges_count; i-- > 0;) {
        const struct hw_charge *charge = &history->charges[i];

        if (charge->start_ms > now || charge->end_ms <= now)
            continue;
        ret_like->delay_since_ms = open->start_ms;
        ret_like->delay_reason = charge->reason;
        ret_like->delay_side = charge->responsible;
        ret_like->delay_site = charge->site;
        ret_like->delay_inferred = charge->inferred;
        ret_like->delay_day = engine->root.today > open->start_day;
        return true;
    }
    return false;
}

static bool never_was(const struct hw_history *history, int64_t since_ms)
{
    for (uint32_t i = 0; i < history->periods_count; i++)
        if (history->periods[i].end_ms > since_ms)
            return false;
    return true;
}

static void tell_delay(struct hw_engine *engine, struct hw_stay *stay,
    const struct hw_history *history, const struct hw_period *open)
{
    struct hw_stay now = *stay;
    bool was = stay->delay_since_ms != HW_TIME_NONE;
    bool is = delay_now(engine, history, open, &now);

    if (was && !is) {
        int64_t since = stay->delay_since_ms;

        for (uint32_t i = 0; i < history->periods_count; i++)
            if (history->periods[i].start_ms <= since && history->periods[i].end_ms > since &&
                history->periods[i].end_ms <= engine->root.accepted_ms) {
                /* It lasted until its end, not until we heard of it. */
                stay->delay_since_ms += engine->root.accepted_ms - history->periods[i].end_ms;
                break;
            }
        tell(engine, stay, HW_EFFECT_DELAY_ENDED, never_was(history, since), history);
        if (engine->effects_count > 0)
            engine->effects[engine->effects_count - 1].since_ms = since;
        stay->delay_since_ms = HW_TIME_NONE;
        stay->delay_reason = stay->delay_side = stay->delay_site = 0;
        stay->delay_inferred = stay->delay_day = 0;
        return;
    }
    if (!is)
        return;
    if (was && now.delay_since_ms == stay->delay_since_ms &&
        now.delay_reason == stay->delay_reason && now.delay_side == stay->delay_side &&
        now.delay_site == stay->delay_site && now.delay_inferred == stay->delay_inferred &&
        now.delay_day == stay->delay_day)
        return;
    stay->delay_since_ms = now.delay_since_ms;
    stay->delay_reason = now.delay_reason;
    stay->delay_side = now.delay_side;
    stay->delay_site = now.delay_site;
    stay->delay_inferred = now.delay_inferred;
    stay->delay_day = now.delay_day;
    tell(engine, stay, was ? HW_EFFECT_DELAY_CHANGED : HW_EFFECT_DELAY_STARTED, false, history);
}

/* ---- timers ---- */

static void sooner(int64_t *due, int64_t ms, int64_t now)
{
    if (ms != HW_TIME_NONE && ms > now && ms < *due)
        *due = ms;
}

/* The next moment at which the share changes by itself. */
static int64_t next_boundary(
    const struct hw_engine *engine, const struct hw_history *history, const struct hw_period *open)
{
    int64_t now = engine->root.accepted_ms, due = HW_TIME_OPEN;

    sooner(&due, history->inpatient_ms, now);
    for (uint32_t i = 0; i < history->intervals_count; i++) {
        sooner(&due, history->intervals[2 * i], now);
        sooner(&due, history->intervals[2 * i + 1], now);
    }
    for (uint32_t i = 0; i < history->places_count; i++)
        sooner(&due, history->places[i].start_ms, now);
    for (uint32_t i = 0; i < history->charges_count; i++) {
        sooner(&due, history->charges[i].start_ms, now);
        sooner(&due, history->charges[i].end_ms, now);
    }
    if (open != NULL)
        sooner(&due, hw_london_midnight(open->start_day + 1), now);
    /* Expected later than rows count ahead. */
    if (history->expected_discharge_day >= engine->root.today + HW_EXPECTED_DAYS &&
        history->ended_ms > now)
        sooner(
            &due, hw_london_midnight(history->expected_discharge_day - HW_EXPECTED_DAYS + 1), now);
    if (history->ended_ms != HW_TIME_OPEN && engine->options.history_open_ms > 0)
        sooner(&due, history->ended_ms + engine->options.history_open_ms, now);
    return due;
}

/* ---- in and out ---- */

static void count_findings(struct hw_engine *engine, uint64_t findings, bool add)
{
    for (; findings != 0; findings &= findings - 1)
        engine->root.findings[__builtin_ctzll(findings)] += add ? 1 : UINT64_MAX;
}

void hw_share_withdraw(struct hw_engine *engine, uint32_t stay)
{
    struct hw_stay *record = hw_stay_at(engine, stay);

    if (record->sealed)
        return;
    hw_share_add(engine, &record->share, -1);
    record->share = (struct hw_share){0};
    withdraw_charges(engine, record);
    count_findings(engine, record->findings, false);
    record->findings = 0;
}

/*
 * Room for the rows and charges of one history.  A record may bring back any number of them (a
 * birth date corrected, an admission restored), so what was ensured for a record need not do; and
 * only the limits decide, never how much memory happens to be committed.
 */
static bool has_room(struct hw_engine *engine, const struct hw_history *history)
{
    const struct hw_memory *memory = &engine->options.memory;
    uint32_t charges = history->charges_count;

    return hw_arena_ensure(&engine->rows, memory, HW_DIMENSIONS) == HW_OK &&
        hw_arena_ensure(&engine->charges, memory, charges) == HW_OK &&
        hw_arena_ensure(&engine->accounts, memory, 2 * charges) == HW_OK &&
        hw_table_ensure(&engine->row_table, memory, HW_DIMENSIONS) == HW_OK &&
        hw_table_ensure(&engine->account_table, memory, 2 * charges) == HW_OK;
}

void hw_share_contribute(struct hw_engine *engine, uint32_t leader, bool rivals)
{
    struct hw_stay *stay = hw_stay_at(engine, leader);
    int64_t now = engine->root.accepted_ms;
    struct hw_history history;
    const struct hw_period *open;
    bool room;

    if (stay->sealed)
        return;
    hw_stay_fold(engine, leader, &history);
    room = has_room(engine, &history);
    open = open_period(&history, now);
    stay->admitted_ms = history.admitted_ms;
    stay->ended_ms = history.ended_ms;
    memcpy(stay->deaths, history.deaths, sizeof stay->deaths);
    stay->open_now = is_open(&history, now);
    stay->findings = history.findings;
    if (rivals)
        stay->findings |= UINT64_C(1) << HW_FINDING_TWO_OPEN_STAYS;
    if (!room)
        stay->findings |= UINT64_C(1) << HW_FINDING_TOO_MANY_FACTS;
    count_findings(engine, stay->findings, true);
    if (!room) /* Left out of the figures, and said so. */
        history.counted = 0;
    stay->share = share_of(engine, stay, &history);
    hw_share_add(engine, &stay->share, 1);
    contribute_charges(engine, stay, &history,
        stay->share.present && stay->wins ? stay->share.rows[HW_BY_SITE] : 0, now);
    tell_delay(engine, stay, &history, stay->wins ? open : NULL);
    hw_timer_set(engine, leader, next_boundary(engine, &history, open));
}

void hw_share_retire(struct hw_engine *engine, uint32_t stay)
{
    struct hw_stay *record = hw_stay_at(engine, stay);
    struct hw_history none = {.restricted = 0};

    hw_timer_set(engine, stay, HW_TIME_OPEN);
    record->open_now = 0;
    if (record->delay_since_ms == HW_TIME_NONE)
        return;
    tell(engine, record, HW_EFFECT_DELAY_ENDED, true, &none);
    record->delay_since_ms = HW_TIME_NONE;
    record->delay_reason = record->delay_side = record->delay_site = 0;
    record->delay_inferred = record->delay_day = 0;
}

bool hw_share_is_sealable(const struct hw_engine *engine, const struct hw_stay *leader)
{
    return !leader->sealed && engine->options.history_open_ms > 0 &&
        leader->ended_ms != HW_TIME_OPEN &&
        leader->ended_ms + engine->options.history_open_ms <= engine->root.accepted_ms;
}

/* Facts of a person stay with the person; the others go. */
static void drop_facts(struct hw_engine *engine, struct hw_stay *stay)
{
    uint32_t at = stay->fact_first;

    while (at != 0) {
        struct hw_fact *fact = hw_fact_at(engine, at);
        uint32_t next = fact->next;

        if (fact->identifier != 0) {
            fact->stay = fact->previous = fact->next = 0;
        } else {
            hw_arena_give(&engine->facts, at);
        }
        at = next;
    }
    stay->fact_first = stay->fact_last = stay->facts_count = 0;
}

void hw_share_seal(struct hw_engine *engine, uint32_t leader)
{
    struct hw_stay *stay = hw_stay_at(engine, leader);
    struct hw_history history;
    struct hw_hash hash;
    uint32_t at = leader;

    hw_stay_fold(engine, leader, &history);
    hash = hw_history_hash(engine, &history);
    engine->root.history_digest.low += hash.low;
    engine->root.history_digest.high += hash.high;
    hw_share_add(engine, &stay->share, -1);
    stay->share = (struct hw_share){0};
    while (stay->charges != 0) {
        uint32_t handle = stay->charges;

        stay->charges = charge_at(engine, handle)->next;
        hw_arena_give(&engine->charges, handle);
    }
    hw_timer_set(engine, leader, HW_TIME_OPEN);
    do {
        struct hw_stay *member = hw_stay_at(engine, at);

        drop_facts(engine, member);
        member->sealed = 1;
        at = member->group_next;
    } while (at != leader);
}
