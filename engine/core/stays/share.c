#include "core/stays/share.h"

#include "core/blocks.h"
#include "core/figures/rows.h"
#include "core/stays/inferred.h"
#include "core/stays/list.h"
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

static void withdraw_charges(struct hw_engine *engine, struct hw_open *open)
{
    while (open->charges != 0) {
        uint32_t handle = open->charges;
        struct hw_charge_record *charge = charge_at(engine, handle);

        add_to_account(engine, charge->reason_row, charge, -1);
        add_to_account(engine, charge->ledger_row, charge, -1);
        open->charges = charge->next;
        hw_arena_give(&engine->charges, handle);
    }
}

/* What a charge that began is to the accounts: to the ledger, and to the row of an open period. */
static void charge_record(const struct hw_history *history, const struct hw_charge *charge,
    uint32_t site_row, int64_t now, struct hw_charge_record *ret_record,
    struct hw_account_record *ret_ledger, struct hw_account_record *ret_row)
{
    const struct hw_period *period = &history->periods[charge->period];
    bool running = charge->end_ms > now;
    bool in_row = site_row != 0 && period->start_ms <= now && period->end_ms > now;

    *ret_record = (struct hw_charge_record){
        .start_ms = charge->start_ms,
        .end_ms = charge->end_ms,
        .running = running,
        .people = in_row && running,
    };
    *ret_ledger = (struct hw_account_record){
        .reason = charge->reason,
        .side = charge->responsible,
        .site = charge->site,
        .council = charge->council,
    };
    *ret_row = (struct hw_account_record){
        .reason = charge->reason,
        .side = charge->responsible,
        .row = in_row ? site_row : 0,
        .inferred = charge->inferred,
        .contested = charge->contested,
    };
}

static bool is_charged(
    const struct hw_history *history, const struct hw_charge *charge, int64_t now)
{
    return charge->start_ms <= now && history->counted;
}

static bool is_account(
    const struct hw_engine *engine, uint32_t handle, const struct hw_account_record *like)
{
    const struct hw_account_record *account = account_at(engine, handle);

    return account->reason == like->reason && account->side == like->side &&
        account->site == like->site && account->council == like->council &&
        account->row == like->row && account->inferred == like->inferred &&
        account->contested == like->contested;
}

/* The chain of charges has the last charge first. */
static bool same_charges(const struct hw_engine *engine, const struct hw_open *open,
    const struct hw_history *history, uint32_t site_row, int64_t now)
{
    uint32_t at = open->charges;

    for (uint32_t i = history->charges_count; i-- > 0;) {
        const struct hw_charge_record *known;
        struct hw_charge_record record;
        struct hw_account_record ledger, row;

        if (!is_charged(history, &history->charges[i], now))
            continue;
        if (at == 0)
            return false;
        known = charge_at(engine, at);
        charge_record(history, &history->charges[i], site_row, now, &record, &ledger, &row);
        if (known->start_ms != record.start_ms || known->end_ms != record.end_ms ||
            known->running != record.running || known->people != record.people ||
            !is_account(engine, known->ledger_row, &ledger) ||
            (known->reason_row != 0) != (row.row != 0) ||
            (row.row != 0 && !is_account(engine, known->reason_row, &row)))
            return false;
        at = known->next;
    }
    return at == 0;
}

static void contribute_charges(struct hw_engine *engine, struct hw_open *open,
    const struct hw_history *history, uint32_t site_row, int64_t now)
{
    for (uint32_t i = 0; i < history->charges_count; i++) {
        struct hw_charge_record *record;
        struct hw_account_record ledger, row;
        uint32_t handle;

        if (!is_charged(history, &history->charges[i], now))
            continue;
        handle = hw_arena_take(&engine->charges);
        record = charge_at(engine, handle);
        charge_record(history, &history->charges[i], site_row, now, record, &ledger, &row);
        record->next = open->charges;
        open->charges = handle;
        record->ledger_row = hw_account_take(engine, &ledger);
        record->reason_row = row.row == 0 ? 0 : hw_account_take(engine, &row);
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

/* The row of a code: most often the one it was in before. */
static uint32_t row_of(struct hw_engine *engine, uint32_t before, enum hw_dimension dimension,
    uint32_t site, uint32_t code)
{
    if (before != 0) {
        const struct hw_row_record *row = hw_row_at(engine, before);

        if (row->site == site && row->code == code && row->dimension == dimension)
            return before;
    }
    return hw_row_take(engine, dimension, site, code);
}

static void take_rows(struct hw_engine *engine, const struct hw_history *history,
    const struct hw_place *place, const uint32_t *before, uint32_t *rows)
{
    uint32_t site = place == NULL ? 0 : place->site, ward = place == NULL ? 0 : place->ward;

    rows[HW_BY_SITE] = row_of(engine, before[HW_BY_SITE], HW_BY_SITE, 0, site);
    rows[HW_BY_WARD] = row_of(engine, before[HW_BY_WARD], HW_BY_WARD, site, ward);
    rows[HW_BY_COUNCIL] = row_of(engine, before[HW_BY_COUNCIL], HW_BY_COUNCIL, 0, history->council);
    rows[HW_BY_ZONE] = row_of(engine, before[HW_BY_ZONE], HW_BY_ZONE, 0, history->zone);
}

int32_t hw_share_expected_day(const struct hw_engine *engine, int32_t day)
{
    int32_t today = engine->root.today;

    return day >= today && day < today + HW_EXPECTED_DAYS ? day : HW_DAY_NONE;
}

static void share_of(struct hw_engine *engine, const struct hw_open *open,
    const struct hw_history *history, struct hw_share *ret_share)
{
    int64_t now = engine->root.accepted_ms, midnight = engine->root.midnight_ms;
    const struct hw_period *period = open_period(history, now);
    struct hw_share share = {
        .present = history->counted && history->inpatient_ms != HW_TIME_NONE &&
            history->inpatient_ms <= now,
        .in_hospital = open->open_now && open->wins,
        .ready = period != NULL && open->wins,
        .pathway = history->pathway,
        .eval_day = engine->root.today,
        .first_day = HW_DAY_NONE,
        .expected_day = HW_DAY_NONE,
        .admitted_day = HW_DAY_NONE,
        .discharged_day = HW_DAY_NONE,
    };

    if (!share.present) {
        *ret_share = share;
        return;
    }
    share.first_day = share.admitted_day = hw_london_day(history->inpatient_ms);
    /* Who was no inpatient any more is no discharge of an inpatient. */
    if (history->end == HW_END_DISCHARGED && history->ended_ms <= now &&
        history->intervals[2 * history->intervals_count - 1] == history->ended_ms)
        share.discharged_day = hw_london_day(history->ended_ms);
    if (share.ready) {
        share.ready_start_ms = period->start_ms;
        share.ready_day = period->start_day;
    }
    if (share.in_hospital)
        share.expected_day = hw_share_expected_day(engine, history->expected_discharge_day);
    for (uint32_t i = 0; i < history->periods_count && open->wins; i++)
        if (history->periods[i].end_ms <= now)
            share.ready_closed_ms +=
                overlap(history->periods[i].start_ms, history->periods[i].end_ms, midnight, now);
    take_rows(engine, history,
        place_at(history, history->ended_ms <= now ? history->ended_ms - 1 : now), open->share.rows,
        share.rows);
    *ret_share = share;
}

/* ---- what the outside hears of a delay ---- */

static void tell(struct hw_engine *engine, uint32_t stay, enum hw_effect_kind kind, bool annulled,
    const struct hw_history *history)
{
    const struct hw_stay *record = hw_stay_at(engine, stay);
    const struct hw_open *open = hw_open_at(engine, record->open);

    if (engine->effects_count == HW_EFFECTS_MAX)
        return;
    engine->effects[engine->effects_count++] = (struct hw_effect){
        .sequence = engine->root.sequence,
        .reference = record->reference,
        .since_ms = open->delay_since_ms,
        .ms = engine->root.accepted_ms - open->delay_since_ms,
        .site = open->delay_site,
        .reason = open->delay_reason,
        .responsible = open->delay_side,
        .kind = (uint8_t)kind,
        .inferred = open->delay_inferred != 0,
        .annulled = annulled,
        .restricted = history->restricted != 0,
    };
}

/* What is running now, as told outside. */
static const struct hw_charge *running_charge(const struct hw_engine *engine,
    const struct hw_history *history, const struct hw_period *period)
{
    int64_t now = engine->root.accepted_ms;

    if (period == NULL || !history->counted)
        return NULL;
    for (uint32_t i = history->charges_count; i-- > 0;)
        if (history->charges[i].start_ms <= now && history->charges[i].end_ms > now)
            return &history->charges[i];
    return NULL;
}

static bool never_was(const struct hw_history *history, int64_t since_ms)
{
    for (uint32_t i = 0; i < history->periods_count; i++)
        if (history->periods[i].end_ms > since_ms)
            return false;
    return true;
}

static void forget_delay(struct hw_open *open)
{
    open->delay_since_ms = HW_TIME_NONE;
    open->delay_reason = open->delay_side = open->delay_site = 0;
    open->delay_inferred = open->delay_day = 0;
}

static void tell_delay_ended(
    struct hw_engine *engine, uint32_t stay, const struct hw_history *history)
{
    struct hw_open *open = hw_open_at(engine, hw_stay_at(engine, stay)->open);
    int64_t since = open->delay_since_ms;

    for (uint32_t i = 0; i < history->periods_count; i++)
        if (history->periods[i].start_ms <= since && history->periods[i].end_ms > since &&
            history->periods[i].end_ms <= engine->root.accepted_ms) {
            /* It lasted until its end, not until we heard of it. */
            open->delay_since_ms += engine->root.accepted_ms - history->periods[i].end_ms;
            break;
        }
    tell(engine, stay, HW_EFFECT_DELAY_ENDED, never_was(history, since), history);
    if (engine->effects_count > 0)
        engine->effects[engine->effects_count - 1].since_ms = since;
    forget_delay(open);
}

static void tell_delay(struct hw_engine *engine, uint32_t stay, const struct hw_history *history,
    const struct hw_period *period)
{
    struct hw_open *open = hw_open_at(engine, hw_stay_at(engine, stay)->open);
    const struct hw_charge *charge = running_charge(engine, history, period);
    bool was = open->delay_since_ms != HW_TIME_NONE, day;

    if (charge == NULL) {
        if (was)
            tell_delay_ended(engine, stay, history);
        return;
    }
    day = engine->root.today > period->start_day;
    if (was && open->delay_since_ms == period->start_ms && open->delay_reason == charge->reason &&
        open->delay_side == charge->responsible && open->delay_site == charge->site &&
        open->delay_inferred == charge->inferred && open->delay_day == day)
        return;
    open->delay_since_ms = period->start_ms;
    open->delay_reason = charge->reason;
    open->delay_side = charge->responsible;
    open->delay_site = charge->site;
    open->delay_inferred = charge->inferred;
    open->delay_day = day;
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
    const struct hw_stay *record = hw_stay_at(engine, stay);
    struct hw_open *open;

    if (record->sealed)
        return;
    open = hw_open_at(engine, record->open);
    hw_share_add(engine, &open->share, -1);
    open->share = (struct hw_share){0};
    withdraw_charges(engine, open);
    count_findings(engine, open->findings, false);
    open->findings = 0;
}

/*
 * Room for the rows and charges of one history.  A record may bring back any number of them (a
 * birth date corrected, an admission restored), so what was ensured for a record need not do; and
 * only the limits decide, never how much memory happens to be committed.
 */
static bool has_room(
    struct hw_engine *engine, const struct hw_open *open, const struct hw_history *history)
{
    const struct hw_memory *memory = &engine->options.memory;
    uint32_t charges = history->charges_count, had = 0;

    for (uint32_t at = open->charges; at != 0; at = charge_at(engine, at)->next)
        had++; /* It will give back. */
    return hw_arena_ensure(&engine->rows, memory, HW_DIMENSIONS) == HW_OK &&
        hw_arena_ensure(&engine->charges, memory, charges > had ? charges - had : 0) == HW_OK &&
        hw_arena_ensure(&engine->accounts, memory, 2 * charges) == HW_OK &&
        hw_table_ensure(&engine->row_table, memory, HW_DIMENSIONS) == HW_OK &&
        hw_table_ensure(&engine->account_table, memory, 2 * charges) == HW_OK;
}

/* Put the share in place of what was there; equal ones stay where they are. */
static void replace_share(
    struct hw_engine *engine, struct hw_open *open, const struct hw_share *share)
{
    if (memcmp(&open->share, share, sizeof *share) == 0)
        return;
    hw_share_add(engine, &open->share, -1);
    open->share = *share;
    hw_share_add(engine, &open->share, 1);
}

static void replace_findings(struct hw_engine *engine, struct hw_open *open, uint64_t findings)
{
    count_findings(engine, open->findings & ~findings, false);
    count_findings(engine, findings & ~open->findings, true);
    open->findings = findings;
}

/* What is in force after the last fact: what the short cut goes by. */
static void keep_in_force(const struct hw_engine *engine, uint32_t leader, struct hw_open *open,
    const struct hw_history *history)
{
    const struct hw_scratch *scratch = engine->scratch;
    bool admitted = history->admitted_ms != HW_TIME_NONE && !history->admission_inferred;

    open->specialty = history->specialty;
    open->pathway = history->pathway;
    open->expected_day = history->expected_discharge_day;
    open->plain = 0;
    if (scratch->alone && hw_stay_at(engine, leader)->leader == leader && admitted)
        open->plain |= HW_PLAIN;
    if (scratch->runs_count == 1)
        open->plain |= HW_PLAIN_ONE_RUN;
    if (history->periods_count == 0)
        open->plain |= HW_PLAIN_NEVER_READY;
    /* Without a run there is only what an earlier fold, of any stay, left in scratch. */
    open->admitted_precision =
        scratch->runs_count > 0 ? scratch->runs[0].moment.precision : HW_PRECISION_NONE;
}

void hw_share_update(struct hw_engine *engine, uint32_t leader, bool rivals)
{
    struct hw_open *open;
    int64_t now = engine->root.accepted_ms;
    struct hw_history history;
    struct hw_share share;
    const struct hw_period *period;
    uint32_t site_row;
    bool room;

    if (hw_stay_at(engine, leader)->sealed)
        return;
    open = hw_open_at(engine, hw_stay_at(engine, leader)->open);
    hw_stay_fold(engine, leader, &history);
    keep_in_force(engine, leader, open, &history);
    period = open_period(&history, now);
    open->admitted_ms = history.admitted_ms;
    open->ended_ms = history.ended_ms;
    memcpy(open->deaths, history.deaths, sizeof open->deaths);
    open->open_now = is_open(&history, now);
    room = has_room(engine, open, &history);
    if (rivals)
        history.findings |= UINT64_C(1) << HW_FINDING_TWO_OPEN_STAYS;
    if (!room) { /* Left out of the figures, and said so. */
        history.findings |= UINT64_C(1) << HW_FINDING_TOO_MANY_FACTS;
        history.counted = 0;
    }
    replace_findings(engine, open, history.findings);
    share_of(engine, open, &history, &share);
    replace_share(engine, open, &share);
    site_row = share.present && open->wins ? share.rows[HW_BY_SITE] : 0;
    if (!same_charges(engine, open, &history, site_row, now)) {
        withdraw_charges(engine, open);
        contribute_charges(engine, open, &history, site_row, now);
    }
    tell_delay(engine, leader, &history, open->wins ? period : NULL);
    hw_timer_set(engine, leader, next_boundary(engine, &history, period));
}

/* Shares of the same stay that add the same to rows; what is of a day gone adds nothing. */
static bool same_share(
    const struct hw_engine *engine, const struct hw_share *a, const struct hw_share *b)
{
    struct hw_share left = *a, right = *b;

    if (!left.present || !right.present)
        return left.present == right.present;
    if (left.eval_day != engine->root.today && right.ready_closed_ms == 0)
        left.ready_closed_ms = 0;
    left.eval_day = right.eval_day;
    if (left.expected_day < engine->root.today)
        left.expected_day = HW_DAY_NONE;
    return memcmp(&left, &right, sizeof left) == 0;
}

bool hw_share_is_current(struct hw_engine *engine, uint32_t leader)
{
    const struct hw_open *open = hw_open_at(engine, hw_stay_at(engine, leader)->open);
    struct hw_open after = *open;
    uint64_t rivals = open->findings & UINT64_C(1) << HW_FINDING_TWO_OPEN_STAYS;
    int64_t now = engine->root.accepted_ms, due;
    struct hw_history history;

    hw_stay_fold(engine, leader, &history);
    keep_in_force(engine, leader, &after, &history);
    share_of(engine, open, &history, &after.share);
    due = next_boundary(engine, &history, open_period(&history, now));
    return same_share(engine, &open->share, &after.share) &&
        open->admitted_ms == history.admitted_ms && open->ended_ms == history.ended_ms &&
        open->findings == (history.findings | rivals) && open->open_now == is_open(&history, now) &&
        open->specialty == after.specialty && open->pathway == after.pathway &&
        open->plain == after.plain && open->expected_day == after.expected_day &&
        due == hw_timer_of(engine, leader) &&
        memcmp(open->deaths, history.deaths, sizeof open->deaths) == 0 &&
        same_charges(engine, open, &history,
            open->share.present && open->wins ? open->share.rows[HW_BY_SITE] : 0, now);
}

void hw_share_retire(struct hw_engine *engine, uint32_t stay)
{
    struct hw_open *open = hw_open_at(engine, hw_stay_at(engine, stay)->open);
    struct hw_history none = {.restricted = 0};

    hw_timer_set(engine, stay, HW_TIME_OPEN);
    open->open_now = open->plain = 0;
    if (open->delay_since_ms == HW_TIME_NONE)
        return;
    tell(engine, stay, HW_EFFECT_DELAY_ENDED, true, &none);
    forget_delay(open);
}

/* ---- sealing ---- */

bool hw_share_is_sealable(const struct hw_engine *engine, uint32_t leader)
{
    const struct hw_stay *stay = hw_stay_at(engine, leader);
    int64_t open_ms = engine->options.history_open_ms, ended_ms;

    if (stay->sealed || open_ms <= 0)
        return false;
    ended_ms = hw_open_at(engine, stay->open)->ended_ms;
    return ended_ms != HW_TIME_OPEN && ended_ms + open_ms <= engine->root.accepted_ms;
}

/* What a stay said of a death ends others of its person: with that it stays as it is. */
static void drop_open(struct hw_engine *engine, struct hw_stay *stay)
{
    struct hw_open *open = hw_open_at(engine, stay->open);

    hw_inferred_free(engine, open);
    if (open->deaths[0].died_ms != HW_TIME_OPEN)
        return;
    hw_arena_give(&engine->opens, stay->open);
    stay->open = 0;
}

static bool has_open_stay(const struct hw_engine *engine, uint32_t identifier)
{
    for (uint32_t at = hw_identifier_at(engine, identifier)->stays; at != 0;
         at = hw_stay_at(engine, at)->owner_next)
        if (!hw_stay_at(engine, at)->sealed)
            return true;
    return false;
}

/* Whether a fact of a person says, of any register, other than what was last said; then it did. */
static bool says_anew(const struct hw_fact *fact, uint32_t *last, bool died)
{
    bool anew = fact->kind == HW_FACT_DEATH && died;

    for (unsigned reg = 0; reg < HW_REGISTERS; reg++) {
        if (!hw_fact_has(fact, (enum hw_register)reg) &&
            !hw_fact_clears(fact, (enum hw_register)reg))
            continue;
        anew |= last[reg] != fact->values[reg];
        last[reg] = fact->values[reg];
    }
    return anew;
}

/* What is last said of anything holds against what comes late, though it changed nothing. */
static void mark_last(const struct hw_fact *facts, uint32_t count, uint8_t *is_last)
{
    uint32_t said = 0;

    for (uint32_t i = count; i-- > 0;) {
        uint32_t says = facts[i].kind == HW_FACT_DEATH ? 1u << HW_REGISTERS
                                                       : (uint32_t)facts[i].set | facts[i].cleared;

        is_last[i] = (says & ~said) != 0;
        if (!hw_far_ahead(&facts[i], facts[i].key.event_ms))
            said |= says;
    }
}

/*
 * Sealed stays give up their facts; what each message said again of council and zone, and that
 * nobody had died, would stay with the person for good.  Once no stay of a person known by one
 * identifier is open, the list keeps what changed something, and what was said last.
 */
static void thin_personal(struct hw_engine *engine, uint32_t identifier)
{
    struct hw_identifier_record *record = hw_identifier_at(engine, identifier);
    struct hw_fact *facts = engine->scratch->person_store;
    uint32_t last[HW_REGISTERS] = {0};
    uint32_t count = hw_list_unpack(engine, record->facts, 0, facts, HW_FOLD_FACTS_MAX), kept = 0;

    if (record->person_next != identifier || has_open_stay(engine, identifier))
        return;
    mark_last(facts, count, engine->scratch->annulled);
    for (uint32_t i = 0; i < count; i++)
        if (hw_far_ahead(&facts[i], facts[i].key.event_ms) ||
            says_anew(&facts[i], last, record->died) || engine->scratch->annulled[i] != 0)
            facts[kept++] = facts[i];
    /* A tick seals any number of people, and room was ensured for one record's lists. */
    if (kept < count && hw_blocks_ensure(engine) == HW_OK)
        hw_list_replace(engine, &record->facts, facts, kept);
}

void hw_share_seal(struct hw_engine *engine, uint32_t leader)
{
    struct hw_open *open = hw_open_at(engine, hw_stay_at(engine, leader)->open);
    struct hw_history history;
    struct hw_hash hash;
    uint32_t at = leader;

    hw_stay_fold(engine, leader, &history);
    hash = hw_history_hash(engine, &history);
    engine->root.history_digest.low += hash.low;
    engine->root.history_digest.high += hash.high;
    hw_share_add(engine, &open->share, -1);
    open->share = (struct hw_share){0};
    while (open->charges != 0) {
        uint32_t handle = open->charges;

        open->charges = charge_at(engine, handle)->next;
        hw_arena_give(&engine->charges, handle);
    }
    hw_timer_set(engine, leader, HW_TIME_OPEN);
    do {
        struct hw_stay *member = hw_stay_at(engine, at);

        at = member->group_next;
        if (member->sealed)
            continue;
        hw_list_free(engine, &member->facts); /* What is the person's stays with the person. */
        member->sealed = 1;
        drop_open(engine, member);
        thin_personal(engine, member->identifier);
    } while (at != leader);
}
