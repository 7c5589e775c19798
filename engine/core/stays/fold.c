#include "core/stays/fold.h"

#include "core/figures/rows.h"

struct fold {
    struct hw_engine *engine;
    const struct hw_fold_input *input;
    struct hw_scratch *scratch;
    struct hw_history *history;
    struct hw_run *runs;
    uint32_t runs_count;
    uint32_t intervals_count;
    int64_t death_ms;           /* HW_TIME_OPEN: alive */
    bool cancelled;             /* an admission was cancelled ... */
    int64_t cancel_recorded_ms; /* ... by a message recorded then */
};

static void find(struct fold *fold, enum hw_finding finding)
{
    fold->history->findings |= UINT64_C(1) << finding;
}

static const struct hw_fact *standing(const struct fold *fold, uint32_t index)
{
    return fold->scratch->annulled[index] ? NULL : fold->input->facts[index];
}

/* ---- what has no effect: far ahead, and what was cancelled ---- */

static void set_far_ahead_aside(struct fold *fold)
{
    for (uint32_t i = 0; i < fold->input->facts_count; i++) {
        const struct hw_fact *fact = fold->input->facts[i];
        int64_t moment = fact->kind == HW_FACT_READY && hw_time_is(fact->expected)
            ? fact->expected.start_ms
            : fact->moment.start_ms;

        fold->scratch->annulled[i] =
            hw_far_ahead(fact, fact->key.event_ms) || hw_far_ahead(fact, moment);
        if (fold->scratch->annulled[i])
            find(fold, HW_FINDING_FAR_AHEAD);
    }
}

static enum hw_fact_kind cancels(uint8_t kind)
{
    switch (kind) {
    case HW_FACT_CANCEL_ADMIT:
        return HW_FACT_ADMIT;
    case HW_FACT_CANCEL_MOVE:
        return HW_FACT_MOVE;
    case HW_FACT_CANCEL_DISCHARGE:
        return HW_FACT_DISCHARGE;
    case HW_FACT_CANCEL_LEAVE_START:
        return HW_FACT_LEAVE_START;
    case HW_FACT_CANCEL_LEAVE_END:
        return HW_FACT_LEAVE_END;
    default:
        return HW_FACT_NONE;
    }
}

static struct hw_time event_time(const struct hw_fact *fact)
{
    return (struct hw_time){.start_ms = fact->key.event_ms, .precision = fact->event_precision};
}

/* Coarse times compare as intervals (R0). */
static bool same_time(struct hw_time a, struct hw_time b)
{
    return a.start_ms < hw_time_end(b) && b.start_ms < hw_time_end(a);
}

/* With a cancelled admission (discharge) go those before it, back to the last standing opposite. */
static void annul_back(struct fold *fold, uint32_t from, enum hw_fact_kind kind)
{
    enum hw_fact_kind opposite = kind == HW_FACT_ADMIT ? HW_FACT_DISCHARGE : HW_FACT_ADMIT;

    for (uint32_t i = from; i-- > 0;) {
        const struct hw_fact *fact = standing(fold, i);

        if (fact == NULL)
            continue;
        if (fact->kind == opposite)
            return;
        if (fact->kind == kind)
            fold->scratch->annulled[i] = 1;
    }
}

static void cancel(struct fold *fold, const struct hw_fact *by, enum hw_fact_kind kind)
{
    const struct hw_fact *const *facts = fold->input->facts;
    uint32_t none = fold->input->facts_count, first = none, latest = none;

    for (uint32_t i = 0; i < fold->input->facts_count; i++) {
        if (facts[i]->kind != kind)
            continue;
        if (same_time(event_time(facts[i]), event_time(by)) ||
            (facts[i]->moment_said && same_time(facts[i]->moment, event_time(by)))) {
            fold->scratch->annulled[i] = 1;
            if (first == none)
                first = i;
        }
        if (facts[i]->key.recorded_ms < by->key.recorded_ms &&
            (latest == none || facts[i]->key.recorded_ms >= facts[latest]->key.recorded_ms))
            latest = i;
    }
    if (first == none && latest == none) {
        find(fold, HW_FINDING_CANCEL_WITHOUT_TARGET);
        return;
    }
    if (first == none) {
        first = latest;
        fold->scratch->annulled[first] = 1;
    }
    if (kind == HW_FACT_ADMIT || kind == HW_FACT_DISCHARGE)
        annul_back(fold, first, kind);
    if (kind == HW_FACT_ADMIT) {
        if (!fold->cancelled || by->key.recorded_ms > fold->cancel_recorded_ms)
            fold->cancel_recorded_ms = by->key.recorded_ms;
        fold->cancelled = true;
    }
}

static void set_cancelled_aside(struct fold *fold)
{
    for (uint32_t i = 0; i < fold->input->facts_count; i++) {
        const struct hw_fact *fact = standing(fold, i);
        enum hw_fact_kind kind = fact == NULL ? HW_FACT_NONE : cancels(fact->kind);

        if (kind != HW_FACT_NONE)
            cancel(fold, fact, kind);
    }
}

/* ---- admission and end ---- */

static struct hw_run *add_run(struct fold *fold, const struct hw_fact *fact)
{
    struct hw_run *run;

    if (fold->runs_count == HW_RUNS_MAX) {
        find(fold, HW_FINDING_TOO_MANY_FACTS);
        return NULL;
    }
    run = &fold->runs[fold->runs_count++];
    *run = (struct hw_run){.moment = fact->moment,
        .recorded_ms = fact->key.recorded_ms,
        .fact = fact,
        .discharge = fact->kind == HW_FACT_DISCHARGE};
    return run;
}

/* Of several with none of the other between them the last recorded gives the moment. */
static void take_movement(struct fold *fold, const struct hw_fact *fact)
{
    bool discharge = fact->kind == HW_FACT_DISCHARGE;
    struct hw_run *last = fold->runs_count > 0 ? &fold->runs[fold->runs_count - 1] : NULL;

    if (last == NULL || last->discharge != discharge) {
        (void)add_run(fold, fact);
        return;
    }
    if (last->moment.start_ms != fact->moment.start_ms)
        find(fold, discharge ? HW_FINDING_DISCHARGE_TWICE : HW_FINDING_ADMISSION_TWICE);
    if (fact->key.recorded_ms < last->recorded_ms)
        return;
    last->moment = fact->moment;
    last->recorded_ms = fact->key.recorded_ms;
    last->fact = fact;
}

/* An update's PV1-44 and PV1-45 correct the admission and the discharge that stand. */
static void take_correction(struct fold *fold, const struct hw_fact *fact)
{
    if (hw_time_is(fact->admitted) && !hw_far_ahead(fact, fact->admitted.start_ms)) {
        for (uint32_t i = fold->runs_count; i-- > 0;) {
            if (fold->runs[i].discharge)
                continue;
            fold->runs[i].moment = fact->admitted;
            break;
        }
    }
    if (hw_time_is(fact->discharged) && !hw_far_ahead(fact, fact->discharged.start_ms) &&
        fold->runs_count > 0 && fold->runs[fold->runs_count - 1].discharge)
        fold->runs[fold->runs_count - 1].moment = fact->discharged;
}

/*
 * Where no admission was said (or after it was cancelled, for what was recorded later), a movement
 * or update with an inpatient class infers one: at the earliest PV1-44, else the earliest event.
 */
static void infer_admission(struct fold *fold)
{
    struct hw_time said = hw_time_none(), happened = hw_time_none();
    bool movement_since = !fold->cancelled;

    for (uint32_t i = 0; i < fold->input->facts_count; i++) {
        const struct hw_fact *fact = standing(fold, i);

        if (fact == NULL || fact->kind == HW_FACT_ADMIT)
            continue;
        if (!hw_fact_is_movement(fact) && fact->kind != HW_FACT_UPDATE)
            continue;
        if (fold->cancelled && fact->key.recorded_ms <= fold->cancel_recorded_ms)
            continue;
        if (hw_fact_value(fact, HW_REG_CLASS) != fold->engine->text_inpatient)
            continue;
        if (hw_fact_is_movement(fact))
            movement_since = true;
        if (!hw_time_is(happened))
            happened = event_time(fact);
        if (hw_time_is(fact->admitted) && !hw_far_ahead(fact, fact->admitted.start_ms) &&
            (!hw_time_is(said) || fact->admitted.start_ms < said.start_ms))
            said = fact->admitted;
    }
    if (!movement_since || !hw_time_is(happened))
        return;
    if (fold->runs_count == HW_RUNS_MAX) {
        find(fold, HW_FINDING_TOO_MANY_FACTS);
        return;
    }
    memmove(&fold->runs[1], &fold->runs[0], fold->runs_count * sizeof fold->runs[0]);
    fold->runs[0] = (struct hw_run){.moment = hw_time_is(said) ? said : happened};
    fold->runs_count++;
    fold->history->admission_inferred = 1;
    find(fold, HW_FINDING_ADMISSION_INFERRED);
}

static void gather_runs(struct fold *fold)
{
    bool admitted = false;

    for (uint32_t i = 0; i < fold->input->facts_count; i++) {
        const struct hw_fact *fact = standing(fold, i);

        if (fact == NULL)
            continue;
        if (fact->kind == HW_FACT_ADMIT || fact->kind == HW_FACT_DISCHARGE) {
            admitted |= fact->kind == HW_FACT_ADMIT;
            take_movement(fold, fact);
        } else if (fact->kind == HW_FACT_UPDATE) {
            take_correction(fold, fact);
        }
    }
    if (!admitted)
        infer_admission(fold);
}

/* A discharge to the minute is not before an admission to the second. */
static bool before(struct hw_time discharge, int64_t admitted_ms)
{
    return hw_time_end(discharge) <= admitted_ms;
}

static const struct hw_run *latest_run(const struct fold *fold, bool discharge)
{
    for (uint32_t i = fold->runs_count; i-- > 0;)
        if (fold->runs[i].discharge == discharge)
            return &fold->runs[i];
    return NULL;
}

/* The discharge that ends the stay: the last standing one not before the latest admission. */
static const struct hw_run *ending_run(struct fold *fold, int64_t admitted_ms)
{
    for (uint32_t i = fold->runs_count; i-- > 0;)
        if (fold->runs[i].discharge && !before(fold->runs[i].moment, admitted_ms))
            return &fold->runs[i];
    if (latest_run(fold, true) != NULL)
        find(fold, HW_FINDING_DISCHARGE_BEFORE_ADMISSION);
    return NULL;
}

static int64_t at_least(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void add_interval(struct fold *fold, int64_t start_ms, int64_t end_ms)
{
    if (fold->intervals_count == HW_INTERVALS_MAX) {
        find(fold, HW_FINDING_TOO_MANY_FACTS);
        return;
    }
    fold->scratch->intervals[fold->intervals_count++] = (struct hw_interval){start_ms, end_ms};
}

/* Turns of admission and discharge into intervals in hospital, whatever the class. */
static void fold_episodes(struct fold *fold)
{
    const struct hw_run *admission = latest_run(fold, false), *ending;
    int64_t start = HW_TIME_NONE, end = HW_TIME_NONE;

    if (admission == NULL)
        return;
    ending = ending_run(fold, admission->moment.start_ms);
    for (uint32_t i = 0; i < fold->runs_count; i++) {
        const struct hw_run *run = &fold->runs[i];

        if (!run->discharge && start == HW_TIME_NONE) {
            /* Said again after its own discharge: still the stay that is over. */
            if (end != HW_TIME_NONE && run->moment.start_ms < end)
                continue;
            start = run->moment.start_ms;
        } else if (run->discharge && start != HW_TIME_NONE && !before(run->moment, start)) {
            end = at_least(run->moment.start_ms, start);
            add_interval(fold, start, end);
            start = HW_TIME_NONE;
        }
    }
    if (start != HW_TIME_NONE)
        add_interval(
            fold, start, ending == NULL ? HW_TIME_OPEN : at_least(ending->moment.start_ms, start));
    if (fold->intervals_count == 0)
        return;
    fold->history->admitted_ms = fold->scratch->intervals[0].start_ms;
    fold->history->ended_ms = fold->scratch->intervals[fold->intervals_count - 1].end_ms;
    if (ending != NULL) {
        fold->history->end = HW_END_DISCHARGED;
        if (hw_fact_value(ending->fact, HW_REG_DESTINATION) == fold->engine->text_died ||
            hw_fact_value(ending->fact, HW_REG_METHOD) == fold->engine->text_method_died)
            fold->history->end = HW_END_DIED;
    }
}

/* Said again without a time says nothing new; a time said later corrects. */
static void fold_death(struct fold *fold)
{
    fold->death_ms = HW_TIME_OPEN;
    for (uint32_t i = 0; i < fold->input->person_facts_count; i++) {
        const struct hw_fact *fact = fold->input->person_facts[i];

        if (fact->kind != HW_FACT_DEATH)
            continue;
        if (hw_far_ahead(fact, fact->moment.start_ms))
            find(fold, HW_FINDING_FAR_AHEAD);
        else if (!fact->died)
            fold->death_ms = HW_TIME_OPEN;
        else if (fact->moment_said || fold->death_ms == HW_TIME_OPEN)
            fold->death_ms = fact->moment.start_ms;
    }
}

/* Death ends a stay at its moment (R7). */
static void end_by_death(struct fold *fold)
{
    struct hw_interval *intervals = fold->scratch->intervals;
    struct hw_history *history = fold->history;

    if (fold->death_ms == HW_TIME_OPEN || fold->intervals_count == 0)
        return;
    while (fold->intervals_count > 0 &&
        intervals[fold->intervals_count - 1].start_ms >= fold->death_ms) {
        find(fold, HW_FINDING_AFTER_DEATH);
        fold->intervals_count--;
    }
    if (fold->intervals_count == 0) {
        history->admitted_ms = HW_TIME_NONE;
        history->ended_ms = HW_TIME_OPEN;
        history->end = HW_END_NONE;
        return;
    }
    history->ended_ms = intervals[fold->intervals_count - 1].end_ms;
    if (history->ended_ms >= fold->death_ms) {
        history->ended_ms = intervals[fold->intervals_count - 1].end_ms = fold->death_ms;
        history->end = HW_END_DIED;
    }
}

/* ---- class, place and the other registers ---- */

/* Movements own class and place; updates give them until the first movement by key. */
static const struct hw_fact *placing(const struct fold *fold, uint32_t index, bool *moved)
{
    const struct hw_fact *fact = standing(fold, index);

    if (fact == NULL)
        return NULL;
    if (hw_fact_is_movement(fact)) {
        *moved = true;
        return fact;
    }
    return fact->kind == HW_FACT_UPDATE && !*moved ? fact : NULL;
}

/* Of each interval in hospital, the part that lies in [from, until). */
static void keep(
    struct fold *fold, const struct hw_interval *stays, uint32_t count, int64_t from, int64_t until)
{
    for (uint32_t i = 0; i < count; i++) {
        int64_t start = at_least(stays[i].start_ms, from);
        int64_t end = stays[i].end_ms < until ? stays[i].end_ms : until;

        if (start < end)
            add_interval(fold, start, end);
    }
}

/* Of the time in hospital, that of an inpatient class; the first class said holds before it too. */
static void cut_by_class(struct fold *fold)
{
    struct hw_interval *stays = fold->scratch->episodes;
    uint32_t count = fold->intervals_count;
    bool moved = false, inpatient = true;
    int64_t since = INT64_MIN;

    memcpy(stays, fold->scratch->intervals, count * sizeof *stays);
    fold->intervals_count = 0;
    for (uint32_t i = 0; i < fold->input->facts_count; i++) {
        const struct hw_fact *fact = placing(fold, i, &moved);
        uint32_t class_ = fact == NULL ? 0 : hw_fact_value(fact, HW_REG_CLASS);
        bool is_inpatient = class_ == fold->engine->text_inpatient;

        if (class_ == 0)
            continue;
        if (fold->history->class_ != 0 && is_inpatient != inpatient) {
            if (inpatient)
                keep(fold, stays, count, since, fact->key.event_ms);
            since = fact->key.event_ms;
        }
        inpatient = is_inpatient;
        fold->history->class_ = class_;
    }
    if (inpatient)
        keep(fold, stays, count, since, HW_TIME_OPEN);
    if (fold->intervals_count > 0)
        fold->history->inpatient_ms = fold->scratch->intervals[0].start_ms;
    /* An interval is two milliseconds counts, start and end. */
    fold->history->intervals = &fold->scratch->intervals[0].start_ms;
    fold->history->intervals_count = fold->intervals_count;
}

static bool take_place(const struct hw_fact *fact, struct hw_place *place)
{
    struct hw_place before_it = *place;

    if (hw_fact_has(fact, HW_REG_SITE)) {
        place->site = hw_fact_value(fact, HW_REG_SITE);
        if (!hw_fact_has(fact, HW_REG_WARD) && place->site != before_it.site)
            place->ward = place->room = place->bed = 0;
    }
    if (hw_fact_has(fact, HW_REG_WARD)) {
        place->ward = hw_fact_value(fact, HW_REG_WARD);
        place->room = place->bed = 0;
    }
    if (hw_fact_has(fact, HW_REG_ROOM))
        place->room = hw_fact_value(fact, HW_REG_ROOM);
    if (hw_fact_has(fact, HW_REG_BED))
        place->bed = hw_fact_value(fact, HW_REG_BED);
    return place->site != before_it.site || place->ward != before_it.ward ||
        place->room != before_it.room || place->bed != before_it.bed;
}

static void fold_places(struct fold *fold)
{
    struct hw_place place = {.start_ms = HW_TIME_NONE};
    bool moved = false;
    uint32_t count = 0;

    for (uint32_t i = 0; i < fold->input->facts_count; i++) {
        const struct hw_fact *fact = placing(fold, i, &moved);

        if (fact == NULL || !take_place(fact, &place))
            continue;
        place.start_ms = count == 0 ? fold->history->admitted_ms : fact->key.event_ms;
        if (count > 0 && place.start_ms <= fold->scratch->places[count - 1].start_ms)
            place.start_ms = fold->scratch->places[count - 1].start_ms;
        if (count > 0 && place.start_ms == fold->scratch->places[count - 1].start_ms)
            count--; /* Nobody was there: it was said otherwise for the same moment. */
        fold->scratch->places[count++] = place;
    }
    fold->history->places = fold->scratch->places;
    fold->history->places_count = count;
}

static uint8_t pathway_of(const struct hw_engine *engine, uint32_t text)
{
    for (uint8_t i = 0; i < 4; i++)
        if (text == engine->text_pathways[i])
            return i;
    return HW_P_NONE;
}

static void fold_registers(struct fold *fold)
{
    struct hw_history *history = fold->history;

    for (uint32_t i = 0; i < fold->input->facts_count; i++) {
        const struct hw_fact *fact = standing(fold, i);

        if (fact == NULL)
            continue;
        if (fact->kind == HW_FACT_LEAVE_START || fact->kind == HW_FACT_LEAVE_END)
            history->on_leave = fact->kind == HW_FACT_LEAVE_START;
        if (hw_fact_has(fact, HW_REG_DESTINATION))
            history->destination = hw_fact_value(fact, HW_REG_DESTINATION);
        if (fact->kind != HW_FACT_UPDATE)
            continue;
        if (hw_fact_has(fact, HW_REG_SPECIALTY))
            history->specialty = hw_fact_value(fact, HW_REG_SPECIALTY);
        if (hw_fact_has(fact, HW_REG_PATHWAY))
            history->pathway = pathway_of(fold->engine, hw_fact_value(fact, HW_REG_PATHWAY));
        else if ((fact->cleared >> HW_REG_PATHWAY & 1u) != 0)
            history->pathway = HW_P_NONE;
        if (hw_time_is(fact->expected)) {
            history->expected_discharge_ms = fact->expected.start_ms;
            history->expected_discharge_day = hw_london_day(fact->expected.start_ms);
        } else if (fact->expected_cleared) {
            history->expected_discharge_ms = HW_TIME_NONE;
            history->expected_discharge_day = HW_DAY_NONE;
        }
    }
    for (uint32_t i = 0; i < fold->input->person_facts_count; i++) {
        const struct hw_fact *fact = fold->input->person_facts[i];

        if (hw_fact_has(fact, HW_REG_ZONE))
            history->zone = hw_fact_value(fact, HW_REG_ZONE);
        else if ((fact->cleared >> HW_REG_ZONE & 1u) != 0)
            history->zone = 0;
    }
}

/* ---- care type: adult acute stays are counted (R2) ---- */

static bool specialty_is_other(struct hw_slice code)
{
    static const char *const others[] = {"501", "560", "420", "421", "171"};

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (hw_slice_is(code, others[i]))
            return true;
    /* 700-727 mental health. */
    return code.size == 3 && code.data[0] == '7' &&
        ((code.data[1] >= '0' && code.data[1] <= '1') ||
            (code.data[1] == '2' && code.data[2] <= '7'));
}

static uint32_t ward_kind(const struct hw_engine *engine, const struct hw_place *place)
{
    uint32_t row = place->ward == 0 ? 0 : hw_row_find(engine, HW_BY_WARD, place->site, place->ward);

    return row == 0 ? 0 : hw_row_at(engine, row)->kind;
}

static void fold_care_type(struct fold *fold)
{
    struct hw_history *history = fold->history;
    int32_t day =
        history->admitted_ms == HW_TIME_NONE ? HW_DAY_NONE : hw_london_day(history->admitted_ms);
    uint32_t kind = history->places_count == 0
        ? 0
        : ward_kind(fold->engine, &history->places[history->places_count - 1]);
    struct hw_slice text = hw_engine_text(fold->engine, kind);

    history->counted = 1;
    if (!fold->input->adult_known)
        find(fold, HW_FINDING_AGE_UNKNOWN);
    else if (day != HW_DAY_NONE && day < fold->input->adult_from_day)
        history->counted = 0;
    if (kind != 0 && !hw_slice_is(text, "acute"))
        history->counted = 0;
    if (kind == 0 && specialty_is_other(hw_engine_text(fold->engine, history->specialty)))
        history->counted = 0;
}

void hw_fold(
    struct hw_engine *engine, const struct hw_fold_input *input, struct hw_history *ret_history)
{
    struct fold fold = {
        .engine = engine,
        .input = input,
        .scratch = engine->scratch,
        .history = ret_history,
        .runs = engine->scratch->runs,
        .death_ms = HW_TIME_OPEN,
    };

    *ret_history = (struct hw_history){
        .findings = input->findings,
        .admitted_ms = HW_TIME_NONE,
        .ended_ms = HW_TIME_OPEN,
        .inpatient_ms = HW_TIME_NONE,
        .expected_discharge_ms = HW_TIME_NONE,
        .expected_discharge_day = HW_DAY_NONE,
        .restricted = input->restricted,
        .pathway = HW_P_NONE,
        .key = input->key,
    };
    set_far_ahead_aside(&fold);
    set_cancelled_aside(&fold);
    gather_runs(&fold);
    fold_episodes(&fold);
    fold_death(&fold);
    end_by_death(&fold);
    cut_by_class(&fold);
    fold_places(&fold);
    fold_registers(&fold);
    fold_care_type(&fold);
    hw_ready_fold(engine, input, fold.intervals_count, ret_history);
    hw_ledger_fold(engine, input, ret_history);
}

struct hw_hash hw_history_hash(struct hw_engine *engine, const struct hw_history *history)
{
    struct hw_scratch *scratch = engine->scratch;
    uint64_t *words = (uint64_t *)(void *)scratch->bytes;
    const size_t words_max = sizeof scratch->bytes / sizeof *words;
    size_t used = 0;
    struct hw_hash hash;

#define WORD(value)                                                                                \
    do {                                                                                           \
        if (used == words_max) {                                                                   \
            hash = hw_hash_bytes(hw_slice_of(words, used * sizeof *words));                        \
            words[0] = hash.low;                                                                   \
            words[1] = hash.high;                                                                  \
            used = 2;                                                                              \
        }                                                                                          \
        words[used++] = (uint64_t)(value);                                                         \
    } while (0)
    WORD(history->key.low);
    WORD(history->key.high);
    WORD(history->admitted_ms);
    WORD(history->ended_ms);
    WORD(history->inpatient_ms);
    WORD(history->expected_discharge_ms);
    WORD((uint64_t)history->end << 32 | (uint64_t)history->counted << 24 |
        (uint64_t)history->restricted << 16 | (uint64_t)history->on_leave << 8 | history->pathway);
    WORD(hw_text_hash(engine, history->specialty));
    WORD(hw_text_hash(engine, history->class_));
    WORD(hw_text_hash(engine, history->council));
    WORD(hw_text_hash(engine, history->zone));
    WORD(hw_text_hash(engine, history->destination));
    for (uint32_t i = 0; i < 2 * history->intervals_count; i++)
        WORD(history->intervals[i]);
    for (uint32_t i = 0; i < history->places_count; i++) {
        const struct hw_place *place = &history->places[i];

        WORD(place->start_ms);
        WORD(hw_text_hash(engine, place->site));
        WORD(hw_text_hash(engine, place->ward));
        WORD(hw_text_hash(engine, place->room));
        WORD(hw_text_hash(engine, place->bed));
    }
    for (uint32_t i = 0; i < history->periods_count; i++) {
        WORD(history->periods[i].start_ms);
        WORD(history->periods[i].end_ms);
        WORD(history->periods[i].start_day);
    }
    for (uint32_t i = 0; i < history->charges_count; i++) {
        const struct hw_charge *charge = &history->charges[i];

        WORD(charge->start_ms);
        WORD(charge->end_ms);
        WORD(charge->inferred ? 0 : hw_text_hash(engine, charge->reason));
        WORD(charge->inferred ? 0 : hw_text_hash(engine, charge->responsible));
        WORD(hw_text_hash(engine, charge->site));
        WORD(hw_text_hash(engine, charge->council));
        WORD(charge->contested);
    }
#undef WORD
    return hw_hash_bytes(hw_slice_of(words, used * sizeof *words));
}
