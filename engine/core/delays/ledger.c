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
    uint32_t order;        /* index of the fact that said it: the later by key has the greater */
    bool standing;
};

struct wait {
    uint32_t id, reason, side;
    int64_t opened_ms;
    bool open;
};

struct account {
    uint32_t reason, side, site, council;
    bool inferred;
    uint8_t contested; /* BY_CLAIMS, BY_READY_TIMES */
};

/* Why an interval is contested; only what claims differ on can be settled by a reason. */
enum { BY_CLAIMS = 1, BY_READY_TIMES = 2 };

struct ledger {
    struct hw_engine *engine;
    const struct hw_fold_input *input;
    struct hw_history *history;
    /* Standing facts that can change an account, by key. */
    const struct hw_fact *const *facts;
    uint32_t facts_count, settled_count;
    /* How far they were walked: for claims, settlements, all else, for people, for places. */
    uint32_t claim_at, settled_at, fact_at, person_at, place_at, inference_at;
    /* In force. */
    uint32_t claims_count;
    uint32_t waits_count;
    uint32_t settled_reason, settled_side;
    int64_t settled_ms;    /* HW_TIME_NONE: nothing is settled */
    int64_t settled_until; /* a statement dated after it */
    uint32_t pathway;
    uint32_t council, council_proposed;
    uint32_t site;
    struct claim *claims; /* HW_CLAIMANTS_MAX */
    struct wait *waits;   /* HW_WAITS_MAX */
};

static void find(struct ledger *ledger, enum hw_finding finding)
{
    ledger->history->findings |= UINT64_C(1) << finding;
}

static void forget_claims(struct ledger *ledger)
{
    ledger->claims_count = 0;
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

/* The claim that stands: the later by key of those not withdrawn. */
static const struct claim *standing_claim(const struct ledger *ledger)
{
    const struct claim *standing = NULL;

    for (uint32_t i = 0; i < ledger->claims_count; i++)
        if (ledger->claims[i].standing &&
            (standing == NULL || ledger->claims[i].order > standing->order))
            standing = &ledger->claims[i];
    return standing;
}

/* A settlement holds until a statement dated after it. */
static int64_t settled_until(const struct ledger *ledger, uint32_t index)
{
    for (uint32_t i = index + 1; i < ledger->facts_count; i++)
        if (ledger->facts[i]->kind == HW_FACT_REASON &&
            ledger->facts[i]->key.event_ms > ledger->facts[index]->key.event_ms)
            return ledger->facts[i]->key.event_ms;
    return HW_TIME_OPEN;
}

/* Reason and side are one register of the organisation; a clear withdraws its claim. */
static void take_claim(struct ledger *ledger, const struct hw_fact *fact, uint32_t index)
{
    struct claim *claim = claim_of(ledger, fact->organisation);
    uint32_t reason = hw_fact_value(fact, HW_REG_REASON);

    claim->order = index;
    claim->reason = reason;
    claim->side = hw_fact_value(fact, HW_REG_SIDE);
    claim->standing = reason != 0;
}

static void take_wait(struct ledger *ledger, const struct hw_fact *fact)
{
    uint32_t id = hw_fact_value(fact, HW_REG_WAIT), at = 0;
    struct wait *wait;

    while (at < ledger->waits_count && ledger->waits[at].id != id)
        at++;
    if (at == HW_WAITS_MAX) {
        find(ledger, HW_FINDING_TOO_MANY_FACTS);
        return;
    }
    wait = &ledger->waits[at];
    if (at == ledger->waits_count) {
        *wait = (struct wait){.id = id};
        ledger->waits_count++;
    }
    if (fact->kind == HW_FACT_WAIT_OPEN && !wait->open)
        wait->opened_ms = fact->key.event_ms;
    wait->open =
        fact->kind == HW_FACT_WAIT_OPEN || (wait->open && fact->kind != HW_FACT_WAIT_CLOSE);
    if (hw_fact_has(fact, HW_REG_REASON)) {
        wait->reason = hw_fact_value(fact, HW_REG_REASON);
        wait->side = hw_fact_value(fact, HW_REG_SIDE);
    }
}

/* The open wait opened earliest; ties by id. */
static const struct wait *primary_wait(const struct ledger *ledger)
{
    const struct wait *least = NULL;

    for (uint32_t i = 0; i < ledger->waits_count; i++) {
        const struct wait *wait = &ledger->waits[i];

        if (!wait->open || wait->reason == 0)
            continue;
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
    const struct hw_engine *engine = ledger->engine;

    if (side != 0)
        return side;
    switch (hw_text_reason_sides(engine, reason)) {
    case HW_SIDE_NHS:
        return engine->text_nhs;
    case HW_SIDE_SC:
        return engine->text_sc;
    default:
        return engine->text_unassigned;
    }
}

/* Codes that are in no list, and sides their code does not allow: taken, and shown. */
static void find_codes(struct ledger *ledger, const struct hw_fact *fact)
{
    uint32_t side = hw_fact_value(fact, HW_REG_SIDE);
    unsigned sides = hw_text_reason_sides(ledger->engine, hw_fact_value(fact, HW_REG_REASON));

    if (sides == 0)
        find(ledger, HW_FINDING_REASON_UNKNOWN);
    else if (side != 0 && (hw_text_side(ledger->engine, side) & sides) == 0)
        find(ledger, HW_FINDING_SIDE_NOT_ALLOWED);
    if (fact->key.event_ms < fact->key.recorded_ms &&
        hw_london_day(fact->key.event_ms) < hw_london_day(fact->key.recorded_ms))
        find(ledger, HW_FINDING_BACKDATED);
}

static bool changes_account(const struct hw_fact *fact)
{
    switch (fact->kind) {
    case HW_FACT_REASON:
    case HW_FACT_SETTLED:
    case HW_FACT_WAIT_OPEN:
    case HW_FACT_WAIT_CLOSE:
    case HW_FACT_WAIT_SEEN:
        return true;
    case HW_FACT_UPDATE:
        return hw_fact_has(fact, HW_REG_PATHWAY) || hw_fact_clears(fact, HW_REG_PATHWAY);
    default:
        return false;
    }
}

static void gather(struct ledger *ledger)
{
    const struct hw_fold_input *input = ledger->input;
    const struct hw_fact **facts = ledger->engine->scratch->by_moment;

    for (uint32_t i = 0; i < input->facts_count; i++) {
        const struct hw_fact *fact = input->facts[i];

        if (hw_fact_has(fact, HW_REG_REASON))
            find_codes(ledger, fact);
        if (ledger->engine->scratch->annulled[i] || !changes_account(fact))
            continue;
        facts[ledger->facts_count++] = fact;
        ledger->settled_count += fact->kind == HW_FACT_SETTLED;
    }
    ledger->facts = facts;
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

/*
 * What was decided last; before any decision, or where it says so, P1 to P3 await a referral and
 * anything else is the hospital's process (R3).
 */
static void infer(const struct ledger *ledger, struct account *account)
{
    const struct hw_engine *engine = ledger->engine;
    const struct hw_inference *last =
        ledger->inference_at == 0 ? NULL : &ledger->input->inferences[ledger->inference_at - 1];
    bool supported = ledger->pathway != 0 &&
        (ledger->pathway == engine->text_pathways[1] ||
            ledger->pathway == engine->text_pathways[2] ||
            ledger->pathway == engine->text_pathways[3]);

    account->reason = supported ? engine->text_hp3 : engine->text_hp0;
    account->side = engine->text_unassigned;
    account->inferred = true;
    if (last != NULL && last->reason != 0) {
        account->reason = last->reason;
        account->side = last->side;
    }
}

/* From when it was settled until a statement dated after it. */
static bool is_settled(const struct ledger *ledger, int64_t ms)
{
    return ledger->settled_ms != HW_TIME_NONE && ledger->settled_ms <= ms &&
        ms < ledger->settled_until;
}

/* Exactly one account: settled, else said outright, else the first open wait, else inferred. */
static struct account account_now(
    struct ledger *ledger, const struct hw_opening *opening, int64_t ms)
{
    uint32_t council = ledger->council != 0 ? ledger->council : ledger->council_proposed;
    struct account account = {.site = ledger->site, .council = council};
    const struct claim *claim = standing_claim(ledger);
    const struct wait *wait = primary_wait(ledger);

    if (is_settled(ledger, ms)) {
        account.reason = ledger->settled_reason;
        account.side = side_of(ledger, ledger->settled_reason, ledger->settled_side);
        return account;
    }
    if (claim != NULL) {
        account.reason = claim->reason;
        account.side = side_of(ledger, claim->reason, claim->side);
        account.contested = is_contested(ledger) ? BY_CLAIMS : 0;
    } else if (wait != NULL) {
        account.reason = wait->reason;
        account.side = side_of(ledger, wait->reason, wait->side);
    } else {
        infer(ledger, &account);
    }
    if (ms >= opening->contested.start_ms && ms < opening->contested.end_ms)
        account.contested |= BY_READY_TIMES;
    return account;
}

static void take_register(const struct hw_fact *fact, enum hw_register reg, uint32_t *text)
{
    if (hw_fact_has(fact, reg) || hw_fact_clears(fact, reg))
        *text = hw_fact_value(fact, reg);
}

/* A settled reason ends what was claimed, back over the contested interval that leads to until. */
static void settle(struct ledger *ledger, uint32_t index, int64_t until)
{
    const struct hw_fact *fact = ledger->facts[index];
    struct hw_charge *charges = ledger->engine->scratch->charges;
    uint32_t side;

    for (uint32_t i = 0; i < ledger->claims_count; i++)
        if (ledger->claims[i].order < index)
            ledger->claims[i].standing = false;
    ledger->settled_reason = hw_fact_value(fact, HW_REG_REASON);
    ledger->settled_side = hw_fact_value(fact, HW_REG_SIDE);
    ledger->settled_ms = fact->key.event_ms;
    ledger->settled_until = settled_until(ledger, index);
    side = side_of(ledger, ledger->settled_reason, ledger->settled_side);
    for (uint32_t i = ledger->history->charges_count; i-- > 0;) {
        if ((charges[i].contested & BY_CLAIMS) == 0 || charges[i].end_ms != until)
            return;
        until = charges[i].start_ms;
        charges[i].reason = ledger->settled_reason;
        charges[i].responsible = side;
        charges[i].contested = charges[i].inferred = 0;
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
    HW_ASSERT(count < 2 * HW_FOLD_FACTS_MAX + HW_INFERENCES_MAX);
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

static void take_fact(struct ledger *ledger, const struct hw_fact *fact)
{
    switch (fact->kind) {
    case HW_FACT_WAIT_OPEN:
    case HW_FACT_WAIT_CLOSE:
    case HW_FACT_WAIT_SEEN:
        take_wait(ledger, fact);
        return;
    case HW_FACT_UPDATE:
        take_register(fact, HW_REG_PATHWAY, &ledger->pathway);
        return;
    default:
        return;
    }
}

static int64_t next_of(const struct ledger *ledger, uint32_t at, int64_t next)
{
    return at < ledger->facts_count && ledger->facts[at]->key.event_ms < next
        ? ledger->facts[at]->key.event_ms
        : next;
}

/* When the next change lies. */
static int64_t next_change(const struct ledger *ledger)
{
    const struct hw_fold_input *input = ledger->input;
    int64_t next = HW_TIME_OPEN;

    next = next_of(ledger, ledger->claim_at, next);
    next = next_of(ledger, ledger->settled_at, next);
    next = next_of(ledger, ledger->fact_at, next);
    if (ledger->person_at < input->person_facts_count &&
        input->person_facts[ledger->person_at]->key.event_ms < next)
        next = input->person_facts[ledger->person_at]->key.event_ms;
    if (ledger->place_at < ledger->history->places_count &&
        ledger->history->places[ledger->place_at].start_ms < next)
        next = ledger->history->places[ledger->place_at].start_ms;
    if (ledger->inference_at < input->inferences_count &&
        input->inferences[ledger->inference_at].at_ms < next)
        next = input->inferences[ledger->inference_at].at_ms;
    return next;
}

/* A statement before the last period's end ended with it. */
static bool is_over(const struct hw_opening *opening, const struct hw_fact *fact)
{
    if (opening->closed_by != NULL)
        return fact->place < opening->closed_by->place;
    return opening->closed_ms != HW_TIME_NONE && fact->key.event_ms < opening->closed_ms;
}

/* The first fact that is not over when a period opens: claims are looked for from there on. */
static uint32_t first_claim(const struct ledger *ledger, const struct hw_opening *opening)
{
    uint32_t low = 0, high = ledger->facts_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (is_over(opening, ledger->facts[middle]))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* What was said in opening the period, where another's statement of the moment stands before it. */
static void take_said_in_opening(struct ledger *ledger, const struct hw_opening *opening)
{
    const struct hw_fact *opener = opening->opener;

    for (uint32_t i = ledger->claim_at;
         i < ledger->facts_count && ledger->facts[i]->key.event_ms == opener->key.event_ms; i++)
        if (ledger->facts[i]->kind == HW_FACT_REASON &&
            ledger->facts[i]->organisation == opener->organisation &&
            hw_fact_same_message(ledger->facts[i], opener))
            take_claim(ledger, ledger->facts[i], i);
}

static void take_claims(struct ledger *ledger, const struct hw_opening *opening, int64_t ms)
{
    for (; ledger->claim_at < ledger->facts_count; ledger->claim_at++) {
        const struct hw_fact *fact = ledger->facts[ledger->claim_at];
        /* What stood when the period opened, or was said in opening it, holds from its start. */
        bool opened = fact->place < opening->opener->place ||
            (hw_fact_same_message(fact, opening->opener) &&
                fact->organisation == opening->opener->organisation);

        if (fact->key.event_ms > ms && !opened) {
            take_said_in_opening(ledger, opening);
            return;
        }
        if (fact->kind == HW_FACT_REASON && !is_over(opening, fact))
            take_claim(ledger, fact, ledger->claim_at);
    }
}

/* Settlements take effect at their own time, whatever opened the period. */
static void take_settlements(struct ledger *ledger, int64_t ms)
{
    for (; ledger->settled_at < ledger->facts_count &&
         ledger->facts[ledger->settled_at]->key.event_ms <= ms;
         ledger->settled_at++)
        if (ledger->facts[ledger->settled_at]->kind == HW_FACT_SETTLED)
            settle(ledger, ledger->settled_at, ledger->facts[ledger->settled_at]->key.event_ms);
}

static void apply_until(struct ledger *ledger, const struct hw_opening *opening, int64_t ms)
{
    const struct hw_fold_input *input = ledger->input;

    take_claims(ledger, opening, ms);
    take_settlements(ledger, ms);
    for (; ledger->fact_at < ledger->facts_count &&
         ledger->facts[ledger->fact_at]->key.event_ms <= ms;
         ledger->fact_at++)
        take_fact(ledger, ledger->facts[ledger->fact_at]);
    for (; ledger->person_at < input->person_facts_count &&
         input->person_facts[ledger->person_at]->key.event_ms <= ms;
         ledger->person_at++) {
        take_register(input->person_facts[ledger->person_at], HW_REG_COUNCIL, &ledger->council);
        take_register(input->person_facts[ledger->person_at], HW_REG_COUNCIL_PROPOSED,
            &ledger->council_proposed);
    }
    for (; ledger->place_at < ledger->history->places_count &&
         ledger->history->places[ledger->place_at].start_ms <= ms;
         ledger->place_at++)
        ledger->site = ledger->history->places[ledger->place_at].site;
    while (ledger->inference_at < input->inferences_count &&
        input->inferences[ledger->inference_at].at_ms <= ms)
        ledger->inference_at++;
}

/* The first value said of a register, which holds before it was said, too (R4). */
static uint32_t first_said(const struct hw_fact *const *facts, uint32_t count, enum hw_register reg)
{
    for (uint32_t i = 0; i < count; i++)
        if (facts[i]->kind == HW_FACT_UPDATE && hw_fact_value(facts[i], reg) != 0)
            return hw_fact_value(facts[i], reg);
    return 0;
}

static void start(struct ledger *ledger)
{
    const struct hw_fold_input *input = ledger->input;

    ledger->pathway = first_said(ledger->facts, ledger->facts_count, HW_REG_PATHWAY);
    ledger->council = first_said(input->person_facts, input->person_facts_count, HW_REG_COUNCIL);
    ledger->council_proposed =
        first_said(input->person_facts, input->person_facts_count, HW_REG_COUNCIL_PROPOSED);
    if (ledger->history->places_count > 0)
        ledger->site = ledger->history->places[0].site;
}

/* Settled after the period: over what was contested when it ended, if nothing agreed since. */
static void settle_late(
    struct ledger *ledger, const struct hw_opening *opening, const struct hw_period *period)
{
    for (uint32_t i = ledger->claim_at; i < ledger->facts_count && is_contested(ledger); i++) {
        const struct hw_fact *fact = ledger->facts[i];

        if (fact->kind == HW_FACT_REASON && !is_over(opening, fact))
            take_claim(ledger, fact, i);
        else if (fact->kind == HW_FACT_SETTLED && i >= ledger->settled_at)
            settle(ledger, i, period->end_ms);
    }
}

/* From here on contested is yes or no. */
static void show_contested(struct ledger *ledger, uint32_t from)
{
    for (uint32_t i = from; i < ledger->history->charges_count; i++) {
        struct hw_charge *charge = &ledger->engine->scratch->charges[i];

        charge->contested = charge->contested != 0;
        if (charge->contested)
            find(ledger, HW_FINDING_CONTESTED);
    }
}

/* The earlier of until and ms, if ms lies after from. */
static int64_t sooner(int64_t until, int64_t ms, int64_t from)
{
    return ms > from && ms < until ? ms : until;
}

static void charge_period(struct ledger *ledger, uint32_t index)
{
    const struct hw_period *period = &ledger->history->periods[index];
    const struct hw_opening *opening = &ledger->engine->scratch->openings[index];
    uint32_t first = ledger->history->charges_count;
    int64_t from = period->start_ms;

    forget_claims(ledger);
    ledger->claim_at = first_claim(ledger, opening);
    ledger->settled_at = ledger->settled_count == 0 ? ledger->facts_count : 0;
    apply_until(ledger, opening, from);
    while (from < period->end_ms) {
        int64_t until = next_change(ledger);
        const struct hw_interval *contested = &opening->contested;

        if (until <= from || until > period->end_ms)
            until = period->end_ms;
        until = sooner(until, contested->start_ms, from);
        until = sooner(until, contested->end_ms, from);
        if (ledger->settled_ms != HW_TIME_NONE) {
            until = sooner(until, ledger->settled_ms, from);
            until = sooner(until, ledger->settled_until, from);
        }
        add_charge(ledger, index, from, until, account_now(ledger, opening, from));
        from = until;
        if (from < period->end_ms)
            apply_until(ledger, opening, from);
    }
    settle_late(ledger, opening, period);
    show_contested(ledger, first);
    join_charges(ledger, first);
}

/* The council and pathway last said by key. */
static void take_last(struct ledger *ledger)
{
    const struct hw_fold_input *input = ledger->input;
    uint32_t said = 0, proposed = 0;

    for (uint32_t i = 0; i < input->person_facts_count; i++) {
        take_register(input->person_facts[i], HW_REG_COUNCIL, &said);
        take_register(input->person_facts[i], HW_REG_COUNCIL_PROPOSED, &proposed);
    }
    ledger->history->council = said != 0 ? said : proposed;
}

void hw_ledger_fold(
    struct hw_engine *engine, const struct hw_fold_input *input, struct hw_history *history)
{
    /* Not cleared: only the first so many of each are looked at. */
    struct claim claims[HW_CLAIMANTS_MAX];
    struct wait waits[HW_WAITS_MAX];
    struct ledger ledger = {.engine = engine,
        .input = input,
        .history = history,
        .settled_ms = HW_TIME_NONE,
        .claims = claims,
        .waits = waits};

    history->charges = engine->scratch->charges;
    history->charges_count = 0;
    take_last(&ledger);
    gather(&ledger);
    if (history->periods_count == 0)
        return;
    start(&ledger);
    for (uint32_t i = 0; i < history->periods_count; i++)
        charge_period(&ledger, i);
}
