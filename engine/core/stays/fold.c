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
    int64_t death_ms;         /* HW_TIME_OPEN: alive */
    uint32_t elsewhere_taken; /* of what other stays say of a death */
    uint32_t death_source;    /* the first organisation whose word of it stands */
    struct hw_aside aside;
};

static void find(struct fold *fold, enum hw_finding finding)
{
    fold->history->findings |= UINT64_C(1) << finding;
}

static const struct hw_fact *standing(const struct fold *fold, uint32_t index)
{
    return fold->scratch->annulled[index] ? NULL : fold->input->facts[index];
}

/* Of an update only the field that is too far ahead has no effect. */
static bool says(struct fold *fold, const struct hw_fact *fact, struct hw_time time)
{
    if (!hw_time_is(time))
        return false;
    if (!hw_far_ahead(fact, time.start_ms))
        return true;
    find(fold, HW_FINDING_FAR_AHEAD);
    return false;
}

static struct hw_time event_time(const struct hw_fact *fact)
{
    return (struct hw_time){.start_ms = fact->key.event_ms, .precision = fact->event_precision};
}

/* ---- admission and end ---- */

/* Facts in order of their moments; those of one moment keep the order of their keys. */
static void add_by_moment(struct fold *fold, uint32_t *count, uint32_t index)
{
    fold->scratch->ordered[(*count)++] =
        (struct hw_ordered){.ms = fold->input->facts[index]->moment.start_ms, .index = index};
}

static void order_by_moment(struct fold *fold, uint32_t count)
{
    hw_order_by_ms(fold->scratch->ordered, count, fold->scratch->ordered_spare);
    for (uint32_t i = 0; i < count; i++)
        fold->scratch->by_moment[i] = fold->input->facts[fold->scratch->ordered[i].index];
}

/* In the order of their keys. */
static bool comes_before(const struct hw_fact *a, const struct hw_fact *b)
{
    return a->place < b->place;
}

static bool has_kind(const struct fold *fold, unsigned kinds)
{
    return (fold->aside.kinds & kinds) != 0;
}

static bool admits_inpatient(const struct fold *fold, const struct hw_fact *fact)
{
    return hw_class_is_inpatient(fold->engine, hw_fact_value(fact, HW_REG_CLASS));
}

/* Of several with none of the other between them the last recorded gives the moment. */
static void take_movement(struct fold *fold, const struct hw_fact *fact)
{
    bool discharge = fact->kind == HW_FACT_DISCHARGE;
    struct hw_run *last;

    HW_ASSERT(fold->runs != NULL);
    last = fold->runs_count > 0 ? &fold->runs[fold->runs_count - 1] : NULL;
    if (last == NULL || last->discharge != discharge) {
        if (fold->runs_count == HW_RUNS_MAX - 1) { /* One place is kept for an inferred one. */
            find(fold, HW_FINDING_TOO_MANY_FACTS);
            return;
        }
        fold->runs[fold->runs_count++] =
            (struct hw_run){.moment = fact->moment, .fact = fact, .discharge = discharge};
        return;
    }
    /* Through the emergency department to a ward is one way in, not two admissions. */
    if (discharge)
        find(fold, HW_FINDING_DISCHARGE_TWICE);
    else if (admits_inpatient(fold, last->fact) && admits_inpatient(fold, fact))
        find(fold, HW_FINDING_ADMISSION_TWICE);
    if (fact->key.recorded_ms < last->fact->key.recorded_ms ||
        (fact->key.recorded_ms == last->fact->key.recorded_ms && comes_before(fact, last->fact)))
        return;
    last->moment = fact->moment;
    last->fact = fact;
}

/* The run an update corrects: of those given before it, the one given last. */
static struct hw_run *corrected_run(
    const struct fold *fold, const struct hw_fact *update, bool discharge)
{
    struct hw_run *corrected = NULL;

    for (uint32_t i = 0; i < fold->runs_count; i++) {
        struct hw_run *run = &fold->runs[i];

        if (run->discharge != discharge || run->fact == NULL || comes_before(update, run->fact))
            continue;
        if (corrected == NULL || comes_before(corrected->fact, run->fact))
            corrected = run;
    }
    return corrected;
}

static void take_correction(
    struct fold *fold, const struct hw_fact *update, struct hw_time time, bool discharge)
{
    struct hw_run *run = says(fold, update, time) ? corrected_run(fold, update, discharge) : NULL;

    if (run != NULL)
        run->moment = time;
}

/*
 * Where no admission was said or cancelled, a movement or update with an inpatient class infers
 * one: at the earliest PV1-44, else the earliest event of such a fact.  After a cancelled
 * one: only once a movement was recorded after the cancel, and from what was recorded after it.
 */
static void infer_admission(struct fold *fold)
{
    struct hw_time said = hw_time_none(), happened = hw_time_none();
    bool may = !fold->aside.cancelled;

    for (uint32_t i = 0; i < fold->input->facts_count; i++) {
        const struct hw_fact *fact = standing(fold, i);
        bool moves = fact != NULL && hw_fact_is_movement(fact);

        if (fact == NULL ||
            (fold->aside.cancelled && fact->key.recorded_ms <= fold->aside.cancel_recorded_ms))
            continue;
        may |= moves;
        if (says(fold, fact, fact->admitted) &&
            (!hw_time_is(said) || fact->admitted.start_ms < said.start_ms))
            said = fact->admitted;
        if (!hw_time_is(happened) &&
            (moves ||
                (fact->kind == HW_FACT_UPDATE && hw_fact_has(fact, HW_REG_CLASS) &&
                    hw_class_is_inpatient(fold->engine, hw_fact_value(fact, HW_REG_CLASS)))))
            happened = event_time(fact);
    }
    if (!may || !hw_time_is(happened))
        return;
    /* By moment: at a discharge's own moment the admission comes first. */
    memmove(&fold->runs[1], &fold->runs[0], fold->runs_count * sizeof fold->runs[0]);
    fold->runs[0] = (struct hw_run){.moment = hw_time_is(said) ? said : happened};
    fold->runs_count++;
    fold->history->admission_inferred = 1;
    find(fold, HW_FINDING_ADMISSION_INFERRED);
}

static void gather_runs(struct fold *fold)
{
    uint32_t count = 0;
    bool admitted = false;

    for (uint32_t i = 0; i < fold->input->facts_count; i++) {
        const struct hw_fact *fact = standing(fold, i);

        if (fact == NULL || (fact->kind != HW_FACT_ADMIT && fact->kind != HW_FACT_DISCHARGE))
            continue;
        admitted |= fact->kind == HW_FACT_ADMIT;
        add_by_moment(fold, &count, i);
    }
    order_by_moment(fold, count);
    for (uint32_t i = 0; i < count; i++)
        take_movement(fold, fold->scratch->by_moment[i]);
    if (!admitted)
        infer_admission(fold);
    for (uint32_t i = 0; i < fold->input->facts_count; i++) {
        const struct hw_fact *fact = standing(fold, i);

        if (fact == NULL || fact->kind != HW_FACT_UPDATE)
            continue;
        take_correction(fold, fact, fact->admitted, false);
        take_correction(fold, fact, fact->discharged, true);
    }
}

/* A discharge to the minute is not before an admission to the second. */
static bool before(struct hw_time discharge, int64_t admitted_ms)
{
    return hw_time_end(discharge) <= admitted_ms;
}

/* The latest standing admission, by moment. */
static const struct hw_run *latest_admission(const struct fold *fold)
{
    const struct hw_run *latest = NULL;

    for (uint32_t i = 0; i < fold->runs_count; i++)
        if (!fold->runs[i].discharge &&
            (latest == NULL || !before(fold->runs[i].moment, latest->moment.start_ms)))
            latest = &fold->runs[i];
    return latest;
}

/* The discharge that ends the stay: the last standing one not before the latest admission. */
static const struct hw_run *ending_run(struct fold *fold, int64_t admitted_ms)
{
    bool discharged = false;

    for (uint32_t i = fold->runs_count; i-- > 0;) {
        discharged |= fold->runs[i].discharge;
        if (fold->runs[i].discharge && !before(fold->runs[i].moment, admitted_ms))
            return &fold->runs[i];
    }
    if (discharged)
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

/* Turns of admission and discharge as intervals in hospital, whatever the class. */
static void fold_episodes(struct fold *fold)
{
    const struct hw_run *admission = latest_admission(fold), *ending;
    struct hw_history *history = fold->history;

    if (admission == NULL)
        return;
    ending = ending_run(fold, admission->moment.start_ms);
    for (uint32_t i = 0; i + 1 < fold->runs_count; i++) {
        const struct hw_run *run = &fold->runs[i], *next = run + 1;

        /* An earlier admission lasts until the discharge that follows it. */
        if (!run->discharge && run != admission && next->discharge &&
            !before(next->moment, run->moment.start_ms) &&
            next->moment.start_ms < admission->moment.start_ms)
            add_interval(
                fold, run->moment.start_ms, at_least(next->moment.start_ms, run->moment.start_ms));
    }
    history->admitted_ms = admission->moment.start_ms;
    if (ending != NULL) {
        history->ended_ms = at_least(ending->moment.start_ms, history->admitted_ms);
        history->end = HW_END_DISCHARGED;
    }
    add_interval(fold, history->admitted_ms, history->ended_ms);
}

static bool says_died(const struct fold *fold, const struct hw_fact *fact)
{
    return fact->kind == HW_FACT_DISCHARGE &&
        (hw_fact_value(fact, HW_REG_DESTINATION) == fold->engine->text_died ||
            hw_fact_value(fact, HW_REG_METHOD) == fold->engine->text_method_died);
}

/* A second organisation confirms what the first said (R7). */
static void add_source(struct fold *fold, uint32_t organisation)
{
    if (fold->history->death_sources == 0)
        fold->death_source = organisation;
    if (fold->history->death_sources == 0 || fold->death_source != organisation)
        fold->history->death_sources = fold->history->death_sources == 0 ? 1 : 2;
}

/* Said again without a time says nothing new; a time said later corrects. */
static void take_death(struct fold *fold, const struct hw_fact *fact)
{
    bool withdrawn = fact->kind == HW_FACT_DEATH && !fact->died;

    if (hw_far_ahead(fact, fact->moment.start_ms)) {
        find(fold, HW_FINDING_FAR_AHEAD);
        return;
    }
    if (withdrawn)
        fold->history->death_sources = 0;
    else
        add_source(fold, fact->organisation);
    if (withdrawn)
        fold->death_ms = HW_TIME_OPEN;
    else if ((fact->kind == HW_FACT_DEATH && fact->moment_said) || fold->death_ms == HW_TIME_OPEN)
        fold->death_ms = fact->moment.start_ms;
}

/* What discharges of another stay said, when their turns by event time come. */
static void take_elsewhere(struct fold *fold, int64_t until_ms)
{
    for (; fold->elsewhere_taken < fold->input->deaths_elsewhere_count; fold->elsewhere_taken++) {
        const struct hw_death *death = &fold->input->deaths_elsewhere[fold->elsewhere_taken];

        if (death->said_ms > until_ms)
            return;
        if (fold->death_ms == HW_TIME_OPEN)
            fold->death_ms = death->died_ms;
    }
}

static void take_personal_deaths(struct fold *fold, uint32_t *at, const struct hw_fact *before)
{
    for (; *at < fold->input->person_facts_count; (*at)++) {
        const struct hw_fact *fact = fold->input->person_facts[*at];

        if (before != NULL && hw_fact_order(fold->engine, fact, before) > 0)
            return;
        if (fact->kind != HW_FACT_DEATH)
            continue;
        take_elsewhere(fold, fact->key.event_ms);
        take_death(fold, fact);
    }
}

/* One register of the person: what was said of a death, and discharges to it, by key. */
static void fold_death(struct fold *fold)
{
    uint32_t at = 0;

    for (uint32_t i = 0; i < fold->input->facts_count && has_kind(fold, 1u << HW_FACT_DISCHARGE);
         i++) {
        const struct hw_fact *fact = standing(fold, i);

        if (fact == NULL || !says_died(fold, fact))
            continue;
        /* The first and the last are told to the person's other stays. */
        fold->history->deaths[1] = (struct hw_death){fact->key.event_ms, fact->moment.start_ms};
        if (fold->history->deaths[0].died_ms == HW_TIME_OPEN)
            fold->history->deaths[0] = fold->history->deaths[1];
        take_personal_deaths(fold, &at, fact);
        take_elsewhere(fold, fact->key.event_ms);
        take_death(fold, fact);
    }
    take_personal_deaths(fold, &at, NULL);
    take_elsewhere(fold, HW_TIME_OPEN);
}

/* Death ends a stay at its moment (R7); one admitted after it is over where it begins. */
static void end_by_death(struct fold *fold)
{
    struct hw_history *history = fold->history;
    int64_t death_ms = fold->death_ms;

    if (history->admitted_ms == HW_TIME_NONE || death_ms == HW_TIME_OPEN ||
        death_ms > history->ended_ms)
        return;
    if (death_ms < history->admitted_ms)
        find(fold, HW_FINDING_AFTER_DEATH);
    history->ended_ms = at_least(death_ms, history->admitted_ms);
    history->end = HW_END_DIED;
    for (uint32_t i = 0; i < fold->intervals_count; i++) {
        struct hw_interval *interval = &fold->scratch->intervals[i];

        if (interval->end_ms > death_ms)
            interval->end_ms = at_least(death_ms, interval->start_ms);
    }
}

/* ---- class, place and the other registers ---- */

bool hw_class_is_inpatient(const struct hw_engine *engine, uint32_t class_)
{
    static const char others[] = "EOPRBCNUW"; /* HL7 table 0004 and W; what else counts as I */
    struct hw_slice text;

    if (class_ == engine->text_inpatient)
        return true;
    text = hw_engine_text(engine, class_);
    return text.size != 1 || memchr(others, text.data[0], sizeof others - 1) == NULL;
}

/*
 * What says class and place, by moment: movements own them, updates give them until the first
 * movement by key.
 */
static uint32_t gather_placing(struct fold *fold)
{
    uint32_t count = 0;
    bool moved = false;

    for (uint32_t i = 0; i < fold->input->facts_count; i++) {
        const struct hw_fact *fact = standing(fold, i);

        if (fact == NULL)
            continue;
        if (hw_fact_is_movement(fact))
            moved = true;
        else if (fact->kind != HW_FACT_UPDATE || moved)
            continue;
        add_by_moment(fold, &count, i);
    }
    order_by_moment(fold, count);
    return count;
}

/* What begins where the last one ends goes on with it. */
static void join_interval(struct fold *fold, int64_t start_ms, int64_t end_ms)
{
    struct hw_interval *last =
        fold->intervals_count == 0 ? NULL : &fold->scratch->intervals[fold->intervals_count - 1];

    if (last != NULL && last->end_ms == start_ms && last->start_ms < last->end_ms)
        last->end_ms = end_ms;
    else
        add_interval(fold, start_ms, end_ms);
}

/* Of each interval in hospital, the part that lies in [from, until). */
static void keep(
    struct fold *fold, const struct hw_interval *stays, uint32_t count, int64_t from, int64_t until)
{
    for (uint32_t i = 0; i < count; i++) {
        int64_t start = at_least(stays[i].start_ms, from);
        int64_t end = stays[i].end_ms < until ? stays[i].end_ms : until;

        /* One without length is kept: somebody came and left. */
        if (start < end ||
            (stays[i].start_ms == stays[i].end_ms && start == stays[i].start_ms && start < until))
            join_interval(fold, start, end);
    }
}

/* Of the time in hospital, that of an inpatient class; the first class said holds before it too. */
static void cut_by_class(struct fold *fold, uint32_t placing_count)
{
    struct hw_interval *stays = fold->scratch->episodes;
    uint32_t count = fold->intervals_count;
    bool inpatient = true;
    int64_t since = INT64_MIN;

    memcpy(stays, fold->scratch->intervals, count * sizeof *stays);
    fold->intervals_count = 0;
    for (uint32_t i = 0; i < placing_count; i++) {
        const struct hw_fact *fact = fold->scratch->by_moment[i];
        uint32_t class_ = hw_fact_value(fact, HW_REG_CLASS);
        bool is_inpatient;

        if (class_ == 0)
            continue;
        is_inpatient = hw_class_is_inpatient(fold->engine, class_);
        if (fold->history->class_ != 0 && is_inpatient != inpatient) {
            if (inpatient)
                keep(fold, stays, count, since, fact->moment.start_ms);
            since = fact->moment.start_ms;
        }
        inpatient = is_inpatient;
        fold->history->class_ = class_;
    }
    if (inpatient)
        keep(fold, stays, count, since, HW_TIME_OPEN);
    if (fold->intervals_count > 0)
        fold->history->inpatient_ms = fold->scratch->intervals[0].start_ms;
    /* An interval is two moments, start and end. */
    fold->history->intervals = &fold->scratch->intervals[0].start_ms;
    fold->history->intervals_count = fold->intervals_count;
}

static void take_register(const struct hw_fact *fact, enum hw_register reg, uint32_t *text)
{
    if (hw_fact_has(fact, reg) || hw_fact_clears(fact, reg))
        *text = hw_fact_value(fact, reg);
}

static bool take_place(const struct hw_fact *fact, struct hw_place *place)
{
    const unsigned fields =
        1u << HW_REG_SITE | 1u << HW_REG_WARD | 1u << HW_REG_ROOM | 1u << HW_REG_BED;

    take_register(fact, HW_REG_SITE, &place->site);
    take_register(fact, HW_REG_WARD, &place->ward);
    take_register(fact, HW_REG_ROOM, &place->room);
    take_register(fact, HW_REG_BED, &place->bed);
    return ((unsigned)(fact->set | fact->cleared) & fields) != 0;
}

static bool same_place(const struct hw_place *a, const struct hw_place *b)
{
    return a->site == b->site && a->ward == b->ward && a->room == b->room && a->bed == b->bed;
}

/* Places inside the stay; the first also before it was said. */
static void fold_places(struct fold *fold, uint32_t placing_count)
{
    struct hw_place *places = fold->scratch->places;
    struct hw_place place = {.start_ms = HW_TIME_NONE};
    bool present = fold->history->admitted_ms != HW_TIME_NONE;
    int64_t first_ms = present ? fold->scratch->episodes[0].start_ms : HW_TIME_NONE;
    uint32_t count = 0;

    for (uint32_t i = 0; i < placing_count && present; i++) {
        const struct hw_fact *fact = fold->scratch->by_moment[i];

        if (!take_place(fact, &place))
            continue;
        place.start_ms = at_least(fact->moment.start_ms, first_ms);
        if (count == 0)
            place.start_ms = first_ms;
        if (place.start_ms >= fold->history->ended_ms && count > 0 && place.start_ms > first_ms)
            continue;
        while (count > 0 && places[count - 1].start_ms >= place.start_ms)
            count--; /* Of several at one moment the last by key. */
        if (count > 0 && same_place(&places[count - 1], &place))
            continue;
        places[count++] = place;
    }
    fold->history->places = places;
    fold->history->places_count = count;
}

uint8_t hw_pathway_of(const struct hw_engine *engine, uint32_t text)
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
        if ((fact->kind == HW_FACT_LEAVE_START || fact->kind == HW_FACT_LEAVE_END) &&
            fact->moment.start_ms >= history->admitted_ms)
            history->on_leave = fact->kind == HW_FACT_LEAVE_START && history->end == HW_END_NONE;
        if (hw_fact_has(fact, HW_REG_DESTINATION))
            history->destination = hw_fact_value(fact, HW_REG_DESTINATION);
        if (fact->kind != HW_FACT_UPDATE)
            continue;
        if (hw_fact_has(fact, HW_REG_SPECIALTY))
            history->specialty = hw_fact_value(fact, HW_REG_SPECIALTY);
        if (hw_fact_has(fact, HW_REG_PATHWAY))
            history->pathway = hw_pathway_of(fold->engine, hw_fact_value(fact, HW_REG_PATHWAY));
        else if (hw_fact_clears(fact, HW_REG_PATHWAY))
            history->pathway = HW_P_NONE;
        if (hw_time_is(fact->expected)) {
            history->expected_discharge_ms = fact->expected.start_ms;
        } else if (fact->expected_cleared) {
            history->expected_discharge_ms = HW_TIME_NONE;
        }
    }
    if (history->expected_discharge_ms != HW_TIME_NONE)
        history->expected_discharge_day = hw_london_day(history->expected_discharge_ms);
    for (uint32_t i = 0; i < fold->input->person_facts_count; i++) {
        const struct hw_fact *fact = fold->input->person_facts[i];

        if (hw_fact_has(fact, HW_REG_ZONE))
            history->zone = hw_fact_value(fact, HW_REG_ZONE);
        else if (hw_fact_clears(fact, HW_REG_ZONE))
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
    uint32_t placing_count;

    *ret_history = (struct hw_history){
        .findings = input->findings,
        .admitted_ms = HW_TIME_NONE,
        .ended_ms = HW_TIME_OPEN,
        .inpatient_ms = HW_TIME_NONE,
        .expected_discharge_ms = HW_TIME_NONE,
        .expected_discharge_day = HW_DAY_NONE,
        .deaths = {{.died_ms = HW_TIME_OPEN}, {.died_ms = HW_TIME_OPEN}},
        .restricted = input->restricted,
        .pathway = HW_P_NONE,
        .key = input->key,
    };
    hw_set_aside(engine, input, ret_history, &fold.aside);
    gather_runs(&fold);
    engine->scratch->runs_count = fold.runs_count;
    fold_episodes(&fold);
    fold_death(&fold);
    ret_history->died_ms = fold.death_ms;
    end_by_death(&fold);
    placing_count = gather_placing(&fold);
    cut_by_class(&fold, placing_count);
    fold_places(&fold, placing_count);
    fold_registers(&fold);
    fold_care_type(&fold);
    hw_ready_fold(engine, input, ret_history);
    hw_ledger_fold(engine, input, ret_history);
    ret_history->blocks = hw_waits_block(engine, input);
}

/* Where only what was inferred changes, the history is the same: decisions are no part of it. */
static bool goes_on(const struct hw_charge *last, const struct hw_charge *charge)
{
    return last->inferred && charge->inferred && last->period == charge->period &&
        last->end_ms == charge->start_ms && last->site == charge->site &&
        last->council == charge->council && last->contested == charge->contested;
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
        while (i + 1 < history->charges_count && goes_on(charge, &history->charges[i + 1]))
            charge = &history->charges[++i];
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
