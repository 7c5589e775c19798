/* R2: figures at a moment, and what a stay's history is to the outside. */
#include "support/model_parts.h"

#include <stdio.h>

/* hw_history: the last value of a register, over all facts by key. */
static struct hw_slice last_text(const struct stay *stay, enum hw_field field)
{
    struct hw_slice text = {0};

    for (uint32_t i = 0; i < stay->facts.count; i++) {
        const struct fact *fact = &stay->facts.at[i];
        bool of_discharge =
            field == HW_FIELD_DESTINATION && fact->event->kind == HW_KIND_SPELL_DISCHARGED;
        bool owner = fact->kind == (of_discharge ? FACT_DISCHARGE : FACT_UPDATE);

        if (!owner || !fact_stands(fact))
            continue;
        if (hw_event_has(fact->event, field) || hw_event_clears(fact->event, field))
            text = hw_event_text(fact->event, field);
    }
    return text;
}

static struct hw_time expected_discharge(const struct stay *stay)
{
    struct hw_time expected = hw_time_none();

    for (uint32_t i = 0; i < stay->facts.count; i++) {
        const struct fact *fact = &stay->facts.at[i];

        if (fact->kind != FACT_UPDATE || fact->ahead)
            continue;
        if (hw_event_has(fact->event, HW_FIELD_EXPECTED_DISCHARGE))
            expected = fact->event->values[HW_FIELD_EXPECTED_DISCHARGE].time;
        else if (hw_event_clears(fact->event, HW_FIELD_EXPECTED_DISCHARGE))
            expected = hw_time_none();
    }
    return expected;
}

/* Leave: the last word by moment, while the stay lasts. */
static bool on_leave(const struct stay *stay)
{
    bool leave = false;

    for (uint32_t i = 0; i < stay->facts.count; i++) {
        const struct fact *fact = &stay->facts.at[i];

        if (fact->moment.start_ms < stay->admitted_ms)
            continue;
        if (fact_stands(fact) && fact->kind == FACT_LEAVE_START)
            leave = true;
        if (fact_stands(fact) && fact->kind == FACT_LEAVE_END)
            leave = false;
    }
    return leave && stay->ended_ms == HW_TIME_OPEN && stay->admitted_ms != HW_TIME_NONE;
}

static enum hw_pathway pathway_of(struct hw_slice text)
{
    static const char *const pathways[] = {"P0", "P1", "P2", "P3"};

    for (unsigned i = 0; i < sizeof pathways / sizeof *pathways; i++)
        if (hw_slice_is(text, pathways[i]))
            return (enum hw_pathway)i;
    return HW_P_NONE;
}

static const struct chronicle_place *place_at(const struct stay *stay, int64_t at_ms)
{
    const struct chronicle_place *place = NULL;

    for (uint32_t i = 0; i < stay->places.count; i++)
        if (place == NULL || stay->places.at[i].start_ms <= at_ms)
            place = &stay->places.at[i];
    return place;
}

static struct hw_slice ward_kind(const struct model *model, const struct chronicle_place *place)
{
    char key[512];

    if (place == NULL || place->ward.size == 0)
        return (struct hw_slice){0};
    snprintf(key, sizeof key, "sites/%.*s/wards/%.*s/kind", HW_SLICE_ARGS(place->site),
        HW_SLICE_ARGS(place->ward));
    for (uint32_t i = 0; i < model->settings.count; i++)
        if (hw_slice_is(model->settings.at[i].key, key))
            return model->settings.at[i].value;
    return (struct hw_slice){0};
}

static bool acute_specialty(struct hw_slice specialty)
{
    static const char *const others[] = {"501", "560", "420", "421", "171"};
    int code = 0;

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (hw_slice_is(specialty, others[i]))
            return false;
    for (size_t i = 0; i < specialty.size; i++)
        code = specialty.data[i] >= '0' && specialty.data[i] <= '9' && code < 1000
            ? code * 10 + specialty.data[i] - '0'
            : 1000;
    return specialty.size != 3 || code < 700 || code > 727;
}

/* "Adult acute: ward kind if configured, else class, else specialty, else acute." */
static bool is_acute(const struct model *model, const struct stay *stay)
{
    struct hw_slice kind = ward_kind(model, place_at(stay, HW_TIME_OPEN));

    if (kind.size > 0)
        return hw_slice_is(kind, "acute");
    return acute_specialty(last_text(stay, HW_FIELD_SPECIALTY));
}

static bool is_adult(const struct model *model, struct stay *stay)
{
    const struct person *person = stay->person < 0 ? NULL : &model->persons.at[stay->person];

    if (person == NULL || !person->age_known) {
        stay->findings |= UINT64_C(1) << HW_FINDING_AGE_UNKNOWN;
        return true;
    }
    if (stay->admitted_ms == HW_TIME_NONE)
        return true;
    return hw_london_day(stay->admitted_ms) >= person->adult_from_day;
}

static struct hw_slice person_text(
    const struct model *model, const struct stay *stay, bool council, int64_t at_ms)
{
    const struct person *person;
    struct hw_slice text;

    if (stay->person < 0)
        return (struct hw_slice){0};
    person = &model->persons.at[stay->person];
    if (!council)
        return said_at(&person->zone, at_ms);
    text = said_at(&person->council, at_ms);
    return text.size > 0 ? text : said_at(&person->council_proposed, at_ms);
}

/* Whether another stay of the same person is open beside this one. */
static bool two_open(const struct model *model, const struct stay *stay)
{
    if (stay->person < 0 || stay->ended_ms != HW_TIME_OPEN || stay->inpatient.count == 0)
        return false;
    for (uint32_t i = 0; i < model->stays.count; i++) {
        const struct stay *other = &model->stays.at[i];

        if (other != stay && other->person == stay->person && other->ended_ms == HW_TIME_OPEN &&
            other->inpatient.count > 0)
            return true;
    }
    return false;
}

static void find_findings(const struct model *model, struct stay *stay)
{
#define SET(condition, name)                                                                       \
    do {                                                                                           \
        if (condition)                                                                             \
            stay->findings |= UINT64_C(1) << HW_FINDING_##name;                                    \
    } while (0)
    SET(stay->ambiguous, AMBIGUOUS_SPELL);
    SET(two_open(model, stay), TWO_OPEN_STAYS);
    if (stay->person >= 0) {
        SET(model->persons.at[stay->person].possible_match, POSSIBLE_MATCH);
        SET(model->persons.at[stay->person].far_ahead, FAR_AHEAD);
        SET(model->persons.at[stay->person].unconfirmed, IDENTITY_UNCONFIRMED);
        SET(model->persons.at[stay->person].merge_ring, MERGE_RING);
    }
#undef SET
}

void stay_tell(const struct model *model, struct stay *stay)
{
    struct hw_time expected = expected_discharge(stay);
    bool adult = is_adult(model, stay);

    stay->counted = adult && is_acute(model, stay);
    find_findings(model, stay);
    stay->told = (struct chronicle){
        .findings = stay->findings,
        .admitted_ms = stay->admitted_ms,
        .ended_ms = stay->ended_ms,
        .inpatient_ms = stay->inpatient.count == 0 ? HW_TIME_NONE : stay->inpatient.at[0].start_ms,
        .expected_discharge_ms = expected.start_ms,
        .expected_discharge_day =
            hw_time_is(expected) ? hw_london_day(expected.start_ms) : HW_DAY_NONE,
        .end = (uint8_t)stay->end,
        .admission_inferred = stay->inferred,
        .counted = stay->counted,
        .restricted = stay->person >= 0 && model->persons.at[stay->person].restricted,
        .on_leave = on_leave(stay),
        .pathway = (uint8_t)pathway_of(said_at(&stay->pathways, HW_TIME_OPEN)),
        .specialty = last_text(stay, HW_FIELD_SPECIALTY),
        .class_ = said_at(&stay->classes, HW_TIME_OPEN),
        .council = person_text(model, stay, true, HW_TIME_OPEN),
        .zone = person_text(model, stay, false, HW_TIME_OPEN),
        .destination = last_text(stay, HW_FIELD_DESTINATION),
        .places = stay->places.at,
        .periods = stay->periods.at,
        .charges = stay->charges.at,
        .places_count = stay->places.count,
        .periods_count = stay->periods.count,
        .charges_count = stay->charges.count,
    };
}

static bool present(const struct stay *stay, int64_t at_ms)
{
    for (uint32_t i = 0; i < stay->inpatient.count; i++)
        if (stay->inpatient.at[i].start_ms <= at_ms && at_ms < stay->inpatient.at[i].end_ms)
            return true;
    return false;
}

/* "Of two open stays of one person the one admitted last counts." */
static bool counts_now(const struct model *model, const struct stay *stay, int64_t at_ms)
{
    if (!present(stay, at_ms))
        return false;
    for (uint32_t i = 0; i < model->stays.count; i++) {
        const struct stay *other = &model->stays.at[i];

        if (other == stay || stay->person < 0 || other->person != stay->person ||
            !present(other, at_ms))
            continue;
        if (other->admitted_ms > stay->admitted_ms ||
            (other->admitted_ms == stay->admitted_ms && other > stay))
            return false;
    }
    return true;
}

static void add_ready(const struct stay *stay, int64_t at_ms, struct hw_figures *figures)
{
    for (uint32_t i = 0; i < stay->periods.count; i++) {
        const struct hw_period *period = &stay->periods.at[i];
        int64_t days = hw_london_day(at_ms) - period->start_day;

        if (period->start_ms > at_ms || at_ms >= period->end_ms)
            continue;
        figures->ready++;
        figures->ready_ms += at_ms - period->start_ms;
        figures->delayed_days += days;
        figures->delayed += days >= 1;
        figures->by_pathway[stay->told.pathway]++; /* "By the last pathway said." */
    }
}

static void add_now(const struct stay *stay, int64_t at_ms, struct hw_figures *figures)
{
    int32_t days = hw_london_day(at_ms) - hw_london_day(stay->inpatient.at[0].start_ms);

    figures->in_hospital++;
    figures->stay_7 += days >= 7;
    figures->stay_14 += days >= 14;
    figures->stay_21 += days >= 21;
    figures->expected_today += stay->told.expected_discharge_day == hw_london_day(at_ms);
    add_ready(stay, at_ms, figures);
}

static bool today(int64_t ms, int64_t at_ms)
{
    return ms <= at_ms && ms >= hw_london_midnight(hw_london_day(at_ms));
}

/* Of two open stays the hours of one count; of the other only that it began. */
static void add_today(
    const struct stay *stay, int64_t at_ms, bool hours, struct hw_figures *figures)
{
    int64_t midnight_ms = hw_london_midnight(hw_london_day(at_ms));

    if (stay->inpatient.count > 0) {
        const struct span *last = &stay->inpatient.at[stay->inpatient.count - 1];

        figures->admitted_today += today(stay->inpatient.at[0].start_ms, at_ms);
        figures->discharged_today += stay->end == HW_END_DISCHARGED &&
            last->end_ms == stay->ended_ms && today(stay->ended_ms, at_ms);
    }
    for (uint32_t i = 0; i < stay->periods.count && hours; i++) {
        int64_t from_ms = stay->periods.at[i].start_ms, to_ms = stay->periods.at[i].end_ms;

        from_ms = from_ms < midnight_ms ? midnight_ms : from_ms;
        to_ms = to_ms > at_ms ? at_ms : to_ms;
        if (from_ms < to_ms)
            figures->ready_today_ms += to_ms - from_ms;
    }
}

static void add_stay(
    const struct model *model, const struct stay *stay, int64_t at_ms, struct hw_figures *figures)
{
    if (!stay->counted)
        return;
    if (counts_now(model, stay, at_ms))
        add_now(stay, at_ms, figures);
    add_today(stay, at_ms, !present(stay, at_ms) || counts_now(model, stay, at_ms), figures);
}

void model_total(struct model *model, int64_t at_ms, struct hw_figures *ret_figures)
{
    const struct chronicle *chronicles;

    (void)model_chronicles(model, &chronicles);
    *ret_figures = (struct hw_figures){0};
    for (uint32_t i = 0; i < model->stays.count; i++)
        add_stay(model, &model->stays.at[i], at_ms, ret_figures);
}

static struct hw_slice or_unknown(struct hw_slice text)
{
    return text.size > 0 ? text : hw_slice_text("unknown");
}

/* The row a stay is counted in: where the person is, or last was. */
static struct model_row row_of(
    const struct model *model, const struct stay *stay, enum hw_dimension dimension, int64_t at_ms)
{
    const struct chronicle_place *place = place_at(stay, at_ms);
    struct hw_slice site = place == NULL ? (struct hw_slice){0} : place->site;
    struct hw_slice ward = place == NULL ? (struct hw_slice){0} : place->ward;

    if (dimension == HW_BY_SITE)
        return (struct model_row){.code = or_unknown(site)};
    if (dimension == HW_BY_WARD)
        return (struct model_row){.code = or_unknown(ward), .site = or_unknown(site)};
    return (struct model_row){
        .code = or_unknown(person_text(model, stay, dimension == HW_BY_COUNCIL, HW_TIME_OPEN))};
}

uint32_t model_rows(struct model *model, enum hw_dimension dimension, int64_t at_ms,
    struct model_row *rows, uint32_t rows_max)
{
    const struct chronicle *chronicles;
    uint32_t count = 0;

    (void)model_chronicles(model, &chronicles);
    for (uint32_t i = 0; i < model->stays.count; i++) {
        const struct stay *stay = &model->stays.at[i];
        struct model_row row = row_of(model, stay, dimension, at_ms);
        uint32_t at = 0;

        while (at < count &&
            !(hw_slice_equal(rows[at].code, row.code) && hw_slice_equal(rows[at].site, row.site)))
            at++;
        if (at == count) {
            HW_ASSERT(count < rows_max);
            rows[count++] = row;
        }
        add_stay(model, stay, at_ms, &rows[at].figures);
    }
    return count;
}

static void add_reason(const struct chronicle_charge *charge, int64_t at_ms,
    struct hw_reason_row *rows, uint32_t *count, uint32_t rows_max)
{
    struct hw_slice side =
        charge->responsible.size > 0 ? charge->responsible : hw_slice_text("unassigned");
    int64_t end_ms = charge->end_ms < at_ms ? charge->end_ms : at_ms;
    uint32_t at = 0;

    while (at < *count &&
        !(hw_slice_equal(rows[at].reason, charge->reason) &&
            hw_slice_equal(rows[at].responsible, side) && rows[at].inferred == charge->inferred &&
            rows[at].contested == charge->contested))
        at++;
    if (at == *count) {
        HW_ASSERT(*count < rows_max);
        rows[(*count)++] =
            (struct hw_reason_row){charge->reason, side, charge->inferred, charge->contested, 0, 0};
    }
    rows[at].ms += end_ms - charge->start_ms;
    rows[at].people += charge->start_ms <= at_ms && at_ms < charge->end_ms;
}

uint32_t model_reasons(struct model *model, struct hw_slice site, int64_t at_ms,
    struct hw_reason_row *rows, uint32_t rows_max)
{
    const struct chronicle *chronicles;
    uint32_t count = 0;

    (void)model_chronicles(model, &chronicles);
    for (uint32_t i = 0; i < model->stays.count; i++) {
        const struct stay *stay = &model->stays.at[i];
        struct model_row row = row_of(model, stay, HW_BY_SITE, at_ms);

        if (!stay->counted || !counts_now(model, stay, at_ms) || !hw_slice_equal(row.code, site))
            continue;
        for (uint32_t j = 0; j < stay->charges.count; j++) {
            const struct chronicle_charge *charge = &stay->charges.at[j];
            const struct hw_period *period = &stay->periods.at[charge->period];

            if (period->start_ms <= at_ms && at_ms < period->end_ms && charge->start_ms <= at_ms)
                add_reason(charge, at_ms, rows, &count, rows_max);
        }
    }
    return count;
}

uint32_t model_accounts(
    struct model *model, int64_t at_ms, struct hw_account_row *rows, uint32_t rows_max)
{
    const struct chronicle *chronicles;
    uint32_t count = 0;

    (void)model_chronicles(model, &chronicles);
    for (uint32_t i = 0; i < model->stays.count; i++) {
        const struct stay *stay = &model->stays.at[i];

        for (uint32_t j = 0; j < stay->charges.count && stay->counted; j++) {
            const struct chronicle_charge *charge = &stay->charges.at[j];
            struct hw_account_row row = {charge->reason,
                charge->responsible.size > 0 ? charge->responsible : hw_slice_text("unassigned"),
                or_unknown(charge->site), or_unknown(charge->council), 0};
            int64_t end_ms = charge->end_ms < at_ms ? charge->end_ms : at_ms;
            uint32_t at = 0;

            if (charge->start_ms >= end_ms)
                continue;
            while (at < count &&
                !(hw_slice_equal(rows[at].reason, row.reason) &&
                    hw_slice_equal(rows[at].responsible, row.responsible) &&
                    hw_slice_equal(rows[at].site, row.site) &&
                    hw_slice_equal(rows[at].council, row.council)))
                at++;
            if (at == count) {
                HW_ASSERT(count < rows_max);
                rows[count++] = row;
            }
            rows[at].ms += end_ms - charge->start_ms;
        }
    }
    return count;
}
