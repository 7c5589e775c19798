/*
 * The ledger (CONTRACT R3, R4): each millisecond of a ready period is charged to exactly one
 * account.  Facts are walked once, in the order of their keys; whenever what is in force changes
 * inside a period, the charge before it ends there.
 */
#include "core/stays/fold.h"
#include "homeward/reasons.h"

struct claim {
    uint32_t organisation;
    uint32_t reason, side; /* side 0: not said */
    bool standing;
};

struct wait {
    uint32_t id, reason, side;
    int64_t opened_ms;
};

struct account {
    uint32_t reason, side, site, council;
    bool inferred, contested;
};

struct ledger {
    struct hw_engine *engine;
    const struct hw_fold_input *input;
    struct hw_history *history;
    uint32_t fact_at, council_at, place_at;
    /* In force. */
    struct claim claims[HW_CLAIMANTS_MAX];
    uint32_t claims_count;
    uint32_t outright; /* index of the claim that holds the register; claims_count: none */
    struct wait waits[HW_WAITS_MAX];
    uint32_t waits_count;
    uint32_t settled_reason, settled_side;
    int64_t settled_ms; /* HW_TIME_NONE: nothing is settled */
    uint32_t pathway;
    uint32_t council;
    uint32_t site;
};

static void find(struct ledger *ledger, enum hw_finding finding)
{
    ledger->history->findings |= UINT64_C(1) << finding;
}

static void forget_claims(struct ledger *ledger)
{
    ledger->claims_count = 0;
    ledger->outright = HW_CLAIMANTS_MAX;
    ledger->settled_ms = HW_TIME_NONE;
}

static struct claim *claim_of(struct ledger *ledger, uint32_t organisation)
{
    for (uint32_t i = 0; i < ledger->claims_count; i++)
        if (ledger->claims[i].organisation == organisation)
            return &ledger->claims[i];
    if (ledger->claims_count == HW_CLAIMANTS_MAX) {
        find(ledger, HW_FINDING_TOO_MANY_FACTS);
        return &ledger->claims[HW_CLAIMANTS_MAX - 1];
    }
    ledger->claims[ledger->claims_count] = (struct claim){.organisation = organisation};
    return &ledger->claims[ledger->claims_count++];
}

/* Reason and side are one register: the same reason again without a side says nothing new. */
static void take_claim(struct ledger *ledger, const struct hw_fact *fact)
{
    struct claim *claim = claim_of(ledger, fact->organisation);
    struct claim held = {0};
    uint32_t reason = hw_fact_value(fact, HW_REG_REASON);
    uint32_t side = hw_fact_value(fact, HW_REG_SIDE);

    if (ledger->outright < ledger->claims_count)
        held = ledger->claims[ledger->outright];
    if ((fact->cleared >> HW_REG_REASON & 1u) != 0) {
        claim->standing = false;
        ledger->outright = HW_CLAIMANTS_MAX;
        return;
    }
    if (reason == 0)
        reason = claim->standing ? claim->reason : held.reason;
    if (reason == 0)
        return; /* A side of nothing. */
    if (side == 0 && claim->standing && claim->reason == reason &&
        (fact->cleared >> HW_REG_SIDE & 1u) == 0)
        side = claim->side;
    claim->reason = reason;
    claim->side = side;
    claim->standing = true;
    ledger->outright = (uint32_t)(claim - ledger->claims);
    if (ledger->settled_ms != HW_TIME_NONE && fact->key.event_ms > ledger->settled_ms)
        ledger->settled_ms = HW_TIME_NONE;
    if (hw_london_day(fact->key.event_ms) < hw_london_day(fact->key.recorded_ms))
        find(ledger, HW_FINDING_BACKDATED);
}

static void take_wait(struct ledger *ledger, const struct hw_fact *fact)
{
    uint32_t id = hw_fact_value(fact, HW_REG_WAIT), at = 0;

    while (at < ledger->waits_count && ledger->waits[at].id != id)
        at++;
    if (fact->kind == HW_FACT_WAIT_CLOSE) {
        if (at < ledger->waits_count)
            ledger->waits[at] = ledger->waits[--ledger->waits_count];
        return;
    }
    if (at == ledger->waits_count) {
        if (ledger->waits_count == HW_WAITS_MAX) {
            find(ledger, HW_FINDING_TOO_MANY_FACTS);
            return;
        }
        ledger->waits[ledger->waits_count++] =
            (struct wait){.id = id, .opened_ms = fact->key.event_ms};
    }
    ledger->waits[at].reason = hw_fact_value(fact, HW_REG_REASON);
    ledger->waits[at].side = hw_fact_value(fact, HW_REG_SIDE);
}

/* The open wait opened earliest; ties by id. */
static const struct wait *primary_wait(const struct ledger *ledger)
{
    const struct wait *least = NULL;

    for (uint32_t i = 0; i < ledger->waits_count; i++) {
        const struct wait *wait = &ledger->waits[i];

        if (least == NULL || wait->opened_ms < least->opened_ms ||
            (wait->opened_ms == least->opened_ms &&
                hw_slice_compare(hw_engine_text(ledger->engine, wait->id),
                    hw_engine_text(ledger->engine, least->id)) < 0))
            least = wait;
    }
    return least;
}

/* The side as said; else the code's only side, else unassigned. */
static uint32_t side_of(struct ledger *ledger, uint32_t reason, uint32_t side)
{
    struct hw_slice text = hw_engine_text(ledger->engine, reason);
    const struct hw_reason *known = hw_reason_find(text);

    if (known == NULL)
        find(ledger, HW_FINDING_REASON_UNKNOWN);
    if (side == 0) {
        struct hw_slice only = hw_slice_text(hw_reason_side(known));

        return hw_text_find(ledger->engine, only);
    }
    if (known != NULL && (hw_side_of(hw_engine_text(ledger->engine, side)) & known->sides) == 0)
        find(ledger, HW_FINDING_SIDE_NOT_ALLOWED);
    return side;
}

static bool is_contested(struct ledger *ledger)
{
    const struct claim *first = NULL;

    for (uint32_t i = 0; i < ledger->claims_count; i++) {
        const struct claim *claim = &ledger->claims[i];

        if (!claim->standing)
            continue;
        if (first == NULL)
            first = claim;
        else if (claim->reason != first->reason ||
            side_of(ledger, claim->reason, claim->side) !=
                side_of(ledger, first->reason, first->side))
            return true;
    }
    return false;
}

/* Without a referral: P1 to P3 await one, anything else is the hospital's process (R3). */
static void infer(const struct ledger *ledger, struct account *account)
{
    const struct hw_engine *engine = ledger->engine;
    bool supported = ledger->pathway != 0 &&
        (ledger->pathway == engine->text_pathways[1] ||
            ledger->pathway == engine->text_pathways[2] ||
            ledger->pathway == engine->text_pathways[3]);

    account->reason = supported ? engine->text_hp3 : engine->text_hp0;
    account->side = engine->text_unassigned;
    account->inferred = true;
}

/* Exactly one account: settled, else said outright, else the first open wait, else inferred. */
static struct account account_now(struct ledger *ledger)
{
    struct account account = {.site = ledger->site, .council = ledger->council};
    const struct wait *wait = primary_wait(ledger);

    if (ledger->settled_ms != HW_TIME_NONE) {
        account.reason = ledger->settled_reason;
        account.side = side_of(ledger, ledger->settled_reason, ledger->settled_side);
    } else if (ledger->outright < ledger->claims_count) {
        const struct claim *claim = &ledger->claims[ledger->outright];

        account.reason = claim->reason;
        account.side = side_of(ledger, claim->reason, claim->side);
        account.contested = is_contested(ledger);
        if (account.contested)
            find(ledger, HW_FINDING_CONTESTED);
    } else if (wait != NULL && wait->reason != 0) {
        account.reason = wait->reason;
        account.side = side_of(ledger, wait->reason, wait->side);
    } else {
        infer(ledger, &account);
    }
    return account;
}

/* A settled reason covers the contested interval that leads to it. */
static void settle(struct ledger *ledger, const struct hw_fact *fact)
{
    struct hw_charge *charges = ledger->engine->scratch->charges;
    uint32_t side;

    ledger->settled_reason = hw_fact_value(fact, HW_REG_REASON);
    ledger->settled_side = hw_fact_value(fact, HW_REG_SIDE);
    ledger->settled_ms = fact->key.event_ms;
    side = side_of(ledger, ledger->settled_reason, ledger->settled_side);
    for (uint32_t i = ledger->history->charges_count; i-- > 0 && charges[i].contested;) {
        charges[i].reason = ledger->settled_reason;
        charges[i].responsible = side;
        charges[i].contested = 0;
    }
}

static void add_charge(struct ledger *ledger, uint32_t period, int64_t start_ms, int64_t end_ms,
    struct account account)
{
    struct hw_charge *charges = ledger->engine->scratch->charges;
    uint32_t count = ledger->history->charges_count;
    struct hw_charge charge = {
        .start_ms = start_ms,
        .end_ms = end_ms,
        .period = period,
        .reason = account.reason,
        .responsible = account.side,
        .site = account.site,
        .council = account.council,
        .inferred = account.inferred,
        .contested = account.contested,
    };

    if (start_ms >= end_ms)
        return;
    HW_ASSERT(count < 2 * HW_FOLD_FACTS_MAX);
    charges[count] = charge;
    ledger->history->charges_count++;
}

/* Equal neighbours become one: only what changes is told. */
static void join_charges(struct ledger *ledger, uint32_t from)
{
    struct hw_charge *charges = ledger->engine->scratch->charges;
    uint32_t kept = from;

    for (uint32_t i = from; i < ledger->history->charges_count; i++) {
        struct hw_charge *last = kept > from ? &charges[kept - 1] : NULL;

        if (last != NULL && last->end_ms == charges[i].start_ms &&
            last->reason == charges[i].reason && last->responsible == charges[i].responsible &&
            last->site == charges[i].site && last->council == charges[i].council &&
            last->inferred == charges[i].inferred && last->contested == charges[i].contested)
            last->end_ms = charges[i].end_ms;
        else
            charges[kept++] = charges[i];
    }
    ledger->history->charges_count = kept;
}

static void take_fact(struct ledger *ledger, const struct hw_fact *fact, int64_t claims_from_ms)
{
    switch (fact->kind) {
    case HW_FACT_REASON:
        if (claims_from_ms == HW_TIME_NONE || fact->key.event_ms >= claims_from_ms)
            take_claim(ledger, fact);
        return;
    case HW_FACT_WAIT_OPEN:
    case HW_FACT_WAIT_CLOSE:
        take_wait(ledger, fact);
        return;
    case HW_FACT_SETTLED:
        if (claims_from_ms == HW_TIME_NONE || fact->key.event_ms >= claims_from_ms)
            settle(ledger, fact);
        return;
    case HW_FACT_UPDATE:
        if (hw_fact_has(fact, HW_REG_PATHWAY))
            ledger->pathway = hw_fact_value(fact, HW_REG_PATHWAY);
        else if ((fact->cleared >> HW_REG_PATHWAY & 1u) != 0)
            ledger->pathway = 0;
        return;
    default:
        return;
    }
}

/* The council as said by people; where none ever was, as proposed from the postcode. */
static bool council_of(const struct hw_fact *fact, bool proposed, uint32_t *ret_council)
{
    enum hw_register reg = proposed ? HW_REG_COUNCIL_PROPOSED : HW_REG_COUNCIL;

    if (hw_fact_has(fact, reg)) {
        *ret_council = hw_fact_value(fact, reg);
        return true;
    }
    if ((fact->cleared >> reg & 1u) != 0) {
        *ret_council = 0;
        return true;
    }
    return false;
}

static bool council_is_proposed(const struct hw_fold_input *input)
{
    for (uint32_t i = 0; i < input->person_facts_count; i++)
        if (hw_fact_has(input->person_facts[i], HW_REG_COUNCIL))
            return false;
    return true;
}

/* When the next change lies, and applying all that lie at or before a moment. */
static int64_t next_change(const struct ledger *ledger)
{
    const struct hw_fold_input *input = ledger->input;
    int64_t next = HW_TIME_OPEN;

    if (ledger->fact_at < input->facts_count)
        next = input->facts[ledger->fact_at]->key.event_ms;
    if (ledger->council_at < input->person_facts_count &&
        input->person_facts[ledger->council_at]->key.event_ms < next)
        next = input->person_facts[ledger->council_at]->key.event_ms;
    if (ledger->place_at < ledger->history->places_count &&
        ledger->history->places[ledger->place_at].start_ms < next)
        next = ledger->history->places[ledger->place_at].start_ms;
    return next;
}

static void apply_until(struct ledger *ledger, int64_t ms, int64_t claims_from_ms, bool proposed)
{
    const struct hw_fold_input *input = ledger->input;

    for (;
         ledger->fact_at < input->facts_count && input->facts[ledger->fact_at]->key.event_ms <= ms;
         ledger->fact_at++)
        if (!ledger->engine->scratch->annulled[ledger->fact_at])
            take_fact(ledger, input->facts[ledger->fact_at], claims_from_ms);
    for (; ledger->council_at < input->person_facts_count &&
         input->person_facts[ledger->council_at]->key.event_ms <= ms;
         ledger->council_at++)
        (void)council_of(input->person_facts[ledger->council_at], proposed, &ledger->council);
    for (; ledger->place_at < ledger->history->places_count &&
         ledger->history->places[ledger->place_at].start_ms <= ms;
         ledger->place_at++)
        ledger->site = ledger->history->places[ledger->place_at].site;
}

/* A reason first said in the fact that opened the period holds from its start. */
static void take_opening_reason(struct ledger *ledger, const struct hw_fact *opener)
{
    if (ledger->outright < ledger->claims_count)
        return;
    for (uint32_t i = ledger->fact_at; i < ledger->input->facts_count; i++) {
        const struct hw_fact *fact = ledger->input->facts[i];

        if (fact->key.event_ms > opener->key.event_ms)
            return;
        if (fact->kind == HW_FACT_REASON && hw_fact_same_message(fact, opener) &&
            fact->organisation == opener->organisation) {
            take_claim(ledger, fact);
            return;
        }
    }
}

/* What was said first holds before it was said, too (R4). */
static void start(struct ledger *ledger, bool proposed)
{
    const struct hw_fold_input *input = ledger->input;

    for (uint32_t i = 0; i < input->facts_count; i++) {
        if (ledger->engine->scratch->annulled[i] || input->facts[i]->kind != HW_FACT_UPDATE ||
            !hw_fact_has(input->facts[i], HW_REG_PATHWAY))
            continue;
        ledger->pathway = hw_fact_value(input->facts[i], HW_REG_PATHWAY);
        break;
    }
    for (uint32_t i = 0; i < input->person_facts_count; i++)
        if (council_of(input->person_facts[i], proposed, &ledger->council) && ledger->council != 0)
            break;
    if (ledger->history->places_count > 0)
        ledger->site = ledger->history->places[0].site;
}

static void charge_period(
    struct ledger *ledger, uint32_t index, int64_t claims_from_ms, bool proposed)
{
    const struct hw_period *period = &ledger->history->periods[index];
    uint32_t first = ledger->history->charges_count;
    int64_t from = period->start_ms;

    apply_until(ledger, from, claims_from_ms, proposed);
    take_opening_reason(ledger, ledger->engine->scratch->openers[index]);
    for (;;) {
        int64_t until = next_change(ledger);
        struct account account = account_now(ledger);

        if (until >= period->end_ms)
            until = period->end_ms;
        add_charge(ledger, index, from, until, account);
        from = until;
        if (until == period->end_ms)
            break;
        apply_until(ledger, until, claims_from_ms, proposed);
    }
    join_charges(ledger, first);
    forget_claims(ledger);
}

static void take_council(struct ledger *ledger, bool proposed)
{
    const struct hw_fold_input *input = ledger->input;

    for (uint32_t i = 0; i < input->person_facts_count; i++)
        (void)council_of(input->person_facts[i], proposed, &ledger->history->council);
}

void hw_ledger_fold(
    struct hw_engine *engine, const struct hw_fold_input *input, struct hw_history *history)
{
    struct ledger ledger = {.engine = engine, .input = input, .history = history};
    bool proposed = council_is_proposed(input);
    int64_t claims_from_ms = HW_TIME_NONE;

    history->charges = engine->scratch->charges;
    history->charges_count = 0;
    take_council(&ledger, proposed);
    if (history->periods_count == 0)
        return;
    forget_claims(&ledger);
    start(&ledger, proposed);
    for (uint32_t i = 0; i < history->periods_count; i++) {
        charge_period(&ledger, i, claims_from_ms, proposed);
        claims_from_ms = history->periods[i].end_ms;
    }
}
