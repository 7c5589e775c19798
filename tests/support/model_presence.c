/* R0: when a stay begins and ends, where it is spent and in which class. */
#include "support/model_parts.h"

#define FINDING(name) (UINT64_C(1) << HW_FINDING_##name)

/* Admissions with no discharge between them, or discharges with no admission between them. */
struct run {
    bool admit;
    const struct fact *giver; /* the last recorded gives the moment; NULL: inferred */
    struct hw_time moment;
};
typedef LIST(struct run) run_list;
typedef LIST(const struct fact *) fact_refs;

/* CONTRACT 3.1: an unknown or empty class counts as inpatient. */
bool inpatient_class(struct hw_slice class_)
{
    static const char *const others[] = {"E", "O", "P", "R", "B", "C", "N", "U", "W"};

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (hw_slice_is(class_, others[i]))
            return false;
    return true;
}

/* "A discharge to the minute is not before an admission to the second": compared as intervals. */
static bool before(struct hw_time a, struct hw_time b)
{
    return hw_time_end(a) <= b.start_ms;
}

static int by_moment(const void *a, const void *b)
{
    const struct fact *x = *(const struct fact *const *)a, *y = *(const struct fact *const *)b;

    if (x->moment.start_ms != y->moment.start_ms)
        return x->moment.start_ms < y->moment.start_ms ? -1 : 1;
    return fact_order(x, y);
}

static void refer(const struct stay *stay, bool (*wanted)(const struct fact *), fact_refs *refs)
{
    for (uint32_t i = 0; i < stay->facts.count; i++)
        if (fact_stands(&stay->facts.at[i]) && wanted(&stay->facts.at[i]))
            LIST_ADD(refs, &stay->facts.at[i]);
    if (refs->count > 0)
        qsort(refs->at, refs->count, sizeof *refs->at, by_moment);
}

static bool admits_or_discharges(const struct fact *fact)
{
    return fact->kind == FACT_ADMIT || fact->kind == FACT_DISCHARGE;
}

static void find_runs(struct stay *stay, run_list *runs)
{
    fact_refs refs = {0};

    refer(stay, admits_or_discharges, &refs);
    for (uint32_t i = 0; i < refs.count; i++) {
        const struct fact *fact = refs.at[i];
        bool admit = fact->kind == FACT_ADMIT;
        struct run *last = runs->count == 0 ? NULL : &runs->at[runs->count - 1];

        if (last == NULL || last->admit != admit) {
            LIST_ADD(runs, (struct run){admit, fact, fact->moment});
            continue;
        }
        if (!admit)
            stay->findings |= FINDING(DISCHARGE_TWICE);
        else if (inpatient_class(hw_event_text(last->giver->event, HW_FIELD_CLASS)) &&
            inpatient_class(hw_event_text(fact->event, HW_FIELD_CLASS)))
            stay->findings |= FINDING(ADMISSION_TWICE);
        if (fact->event->recorded.start_ms > last->giver->event->recorded.start_ms ||
            (fact->event->recorded.start_ms == last->giver->event->recorded.start_ms &&
                fact_order(last->giver, fact) < 0)) {
            last->giver = fact;
            last->moment = fact->moment;
        }
    }
    free(refs.at);
}

/* Updates: their PV1-44/45 may correct the moment of an admission or discharge that stands. */
static void correct_runs(const struct stay *stay, run_list *runs)
{
    for (uint32_t i = 0; i < stay->facts.count; i++) {
        const struct fact *update = &stay->facts.at[i];

        for (unsigned admit = 0; admit < 2; admit++) {
            enum hw_field field = admit ? HW_FIELD_ADMITTED_AT : HW_FIELD_DISCHARGED_AT;
            enum hw_kind owner = admit ? HW_KIND_SPELL_ADMITTED : HW_KIND_SPELL_DISCHARGED;
            struct run *corrected = NULL;

            if (update->kind != FACT_UPDATE || !fact_stands(update) ||
                update->event->kind == owner || !hw_event_has(update->event, field) ||
                too_far_ahead(update->event, update->event->values[field].time))
                continue;
            for (uint32_t j = 0; j < runs->count; j++) {
                struct run *run = &runs->at[j];

                if (run->admit != admit || run->giver == NULL || fact_order(run->giver, update) > 0)
                    continue;
                if (corrected == NULL || fact_order(corrected->giver, run->giver) < 0)
                    corrected = run;
            }
            if (corrected != NULL)
                corrected->moment = update->event->values[field].time;
        }
    }
}

/* When the admission was last cancelled, as recorded; HW_TIME_NONE: it was not. */
static int64_t admission_cancelled(const struct stay *stay)
{
    int64_t last_ms = HW_TIME_NONE;

    for (uint32_t i = 0; i < stay->facts.count; i++) {
        const struct fact *fact = &stay->facts.at[i];

        if (fact->event->kind == HW_KIND_SPELL_ADMISSION_CANCELLED && fact->kind == FACT_CANCEL &&
            !fact->ahead && fact->event->recorded.start_ms > last_ms)
            last_ms = fact->event->recorded.start_ms;
    }
    return last_ms;
}

static bool infers(const struct fact *fact)
{
    if (fact_is_movement(fact))
        return true;
    return fact_owns_place(fact) && hw_event_has(fact->event, HW_FIELD_CLASS) &&
        fact->event->kind != HW_KIND_SPELL_EXPECTED &&
        fact->event->kind != HW_KIND_SPELL_EXPECTED_WITHDRAWN &&
        inpatient_class(hw_event_text(fact->event, HW_FIELD_CLASS));
}

static void earlier(struct hw_time *least, struct hw_time time)
{
    if (!hw_time_is(*least) || time.start_ms < least->start_ms)
        *least = time;
}

/*
 * "Where no admission was said or cancelled, a movement or an update with an inpatient class
 * infers one: at the earliest PV1-44 said, else at the earliest event time of such a fact."  After
 * a cancelled admission: only once a movement was recorded after it, and from what came after it.
 */
static void infer(struct stay *stay, run_list *runs)
{
    int64_t after_ms = admission_cancelled(stay);
    struct hw_time said = hw_time_none(), happened = hw_time_none();
    bool may = after_ms == HW_TIME_NONE;

    for (uint32_t i = 0; i < stay->facts.count; i++) {
        const struct fact *fact = &stay->facts.at[i];
        const struct hw_event *event = fact->event;

        if (!fact_stands(fact) || event->recorded.start_ms <= after_ms)
            continue;
        if (fact_is_movement(fact))
            may = true;
        if (hw_event_has(event, HW_FIELD_ADMITTED_AT) &&
            !too_far_ahead(event, event->values[HW_FIELD_ADMITTED_AT].time))
            earlier(&said, event->values[HW_FIELD_ADMITTED_AT].time);
        if (infers(fact))
            earlier(&happened, event->happened);
    }
    if (!may || !hw_time_is(happened))
        return;
    stay->inferred = true;
    stay->findings |= FINDING(ADMISSION_INFERRED);
    LIST_ADD(runs, (struct run){.admit = true, .moment = hw_time_is(said) ? said : happened});
}

static bool has_admission(const run_list *runs)
{
    for (uint32_t i = 0; i < runs->count; i++)
        if (runs->at[i].admit)
            return true;
    return false;
}

static int64_t at_or_after(struct hw_time moment, int64_t least_ms)
{
    return moment.start_ms > least_ms ? moment.start_ms : least_ms;
}

/*
 * "Over when a standing discharge has a moment not before the latest standing admission's."  An
 * earlier admission lasts until the discharge that follows it.
 */
static void find_presence(struct stay *stay, const run_list *runs)
{
    const struct run *latest = NULL;
    const struct run *end = NULL;
    bool discharged = false;

    for (uint32_t i = 0; i < runs->count; i++) {
        const struct run *run = &runs->at[i];

        if (!run->admit)
            continue;
        if (latest == NULL || !before(run->moment, latest->moment))
            latest = run;
    }
    if (latest == NULL)
        return;
    for (uint32_t i = 0; i < runs->count; i++) {
        discharged = discharged || !runs->at[i].admit;
        if (!runs->at[i].admit && !before(runs->at[i].moment, latest->moment))
            end = &runs->at[i];
    }
    for (uint32_t i = 0; i + 1 < runs->count; i++) {
        const struct run *run = &runs->at[i], *next = &runs->at[i + 1];

        if (run->admit && run != latest && !next->admit && !before(next->moment, run->moment) &&
            next->moment.start_ms < latest->moment.start_ms)
            LIST_ADD(&stay->presence,
                (struct span){
                    run->moment.start_ms, at_or_after(next->moment, run->moment.start_ms)});
    }
    stay->admitted_ms = latest->moment.start_ms;
    if (end != NULL) {
        stay->ended_ms = at_or_after(end->moment, stay->admitted_ms);
        stay->end = HW_END_DISCHARGED;
    } else if (discharged) {
        stay->findings |= FINDING(DISCHARGE_BEFORE_ADMISSION);
    }
    LIST_ADD(&stay->presence, (struct span){stay->admitted_ms, stay->ended_ms});
}

/* R7: death ends a stay at its moment. */
static void end_by_death(struct stay *stay, struct hw_time death)
{
    if (stay->admitted_ms == HW_TIME_NONE || death.start_ms > stay->ended_ms)
        return;
    if (death.start_ms < stay->admitted_ms)
        stay->findings |= FINDING(AFTER_DEATH);
    stay->ended_ms = at_or_after(death, stay->admitted_ms);
    stay->end = HW_END_DIED;
    for (uint32_t i = 0; i < stay->presence.count; i++) {
        struct span *span = &stay->presence.at[i];

        if (span->end_ms > death.start_ms)
            span->end_ms = at_or_after(death, span->start_ms);
    }
}

/* "Class and place come from updates until the first movement by key." */
static bool places(const struct fact *fact)
{
    return fact_owns_place(fact);
}

static bool counts_for_place(const struct stay *stay, const struct fact *fact)
{
    if (fact->kind != FACT_UPDATE)
        return true;
    for (uint32_t i = 0; i < stay->facts.count; i++) {
        const struct fact *other = &stay->facts.at[i];

        if (fact_is_movement(other) && fact_stands(other))
            return fact_order(fact, other) < 0;
    }
    return true;
}

static void take(const struct hw_event *event, enum hw_field field, struct hw_slice *text)
{
    if (hw_event_has(event, field) || hw_event_clears(event, field))
        *text = hw_event_text(event, field);
}

static void find_places(struct stay *stay)
{
    struct chronicle_place place = {0};
    const uint64_t fields = UINT64_C(1) << HW_FIELD_SITE | UINT64_C(1) << HW_FIELD_WARD |
        UINT64_C(1) << HW_FIELD_ROOM | UINT64_C(1) << HW_FIELD_BED;
    fact_refs refs = {0};

    refer(stay, places, &refs);
    for (uint32_t i = 0; i < refs.count; i++) {
        const struct hw_event *event = refs.at[i]->event;

        if (!counts_for_place(stay, refs.at[i]))
            continue;
        take(event, HW_FIELD_SITE, &place.site);
        take(event, HW_FIELD_WARD, &place.ward);
        take(event, HW_FIELD_ROOM, &place.room);
        take(event, HW_FIELD_BED, &place.bed);
        place.start_ms = refs.at[i]->moment.start_ms;
        if ((event->set | event->cleared) & fields)
            LIST_ADD(&stay->places, place);
        if (hw_event_has(event, HW_FIELD_CLASS))
            LIST_ADD(&stay->classes,
                (struct said){place.start_ms, hw_event_text(event, HW_FIELD_CLASS)});
    }
    free(refs.at);
}

/* The part of the places that lies inside the stay; the first also before it was said. */
static void clip_places(struct stay *stay)
{
    int64_t first_ms = stay->presence.count == 0 ? HW_TIME_NONE : stay->presence.at[0].start_ms;
    uint32_t kept = 0;

    for (uint32_t i = 0; i < stay->places.count; i++) {
        struct chronicle_place place = stay->places.at[i];

        if (stay->presence.count == 0 ||
            (place.start_ms >= stay->ended_ms && kept > 0 && place.start_ms > first_ms))
            continue;
        if (kept == 0 || place.start_ms < first_ms)
            place.start_ms = first_ms;
        while (kept > 0 && stay->places.at[kept - 1].start_ms >= place.start_ms)
            kept--; /* Of several at one moment the last by key. */
        if (kept == 0)
            place.start_ms = first_ms;
        stay->places.at[kept++] = place;
    }
    stay->places.count = kept;
}

/* The part of presence spent in an inpatient class. */
static void find_inpatient(struct stay *stay)
{
    for (uint32_t i = 0; i < stay->presence.count; i++) {
        struct span whole = stay->presence.at[i];
        int64_t from_ms = whole.start_ms;

        do {
            int64_t to_ms = whole.end_ms;
            span_list *spans = &stay->inpatient;

            for (uint32_t j = 0; j < stay->classes.count; j++)
                if (stay->classes.at[j].from_ms > from_ms && stay->classes.at[j].from_ms < to_ms)
                    to_ms = stay->classes.at[j].from_ms;
            if (inpatient_class(said_at(&stay->classes, from_ms))) {
                if (spans->count > 0 && spans->at[spans->count - 1].end_ms == from_ms)
                    spans->at[spans->count - 1].end_ms = to_ms;
                else
                    LIST_ADD(spans, (struct span){from_ms, to_ms});
            }
            from_ms = to_ms;
        } while (from_ms < whole.end_ms);
    }
}

void stay_presence(const struct model *model, struct stay *stay)
{
    run_list runs = {0};

    stay->admitted_ms = HW_TIME_NONE;
    stay->ended_ms = HW_TIME_OPEN;
    find_runs(stay, &runs);
    if (!has_admission(&runs))
        infer(stay, &runs);
    correct_runs(stay, &runs);
    find_presence(stay, &runs);
    free(runs.at);
    if (stay->person >= 0 && model->persons.at[stay->person].dead)
        end_by_death(stay, model->persons.at[stay->person].death);
    find_places(stay);
    clip_places(stay);
    find_inpatient(stay);
}
