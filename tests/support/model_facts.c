/* R0: what a message says, in which order, and what cancels annul. */
#include "support/model_parts.h"

#define BIT(field) (UINT64_C(1) << HW_FIELD_##field)

static const uint64_t place_fields = BIT(SITE) | BIT(WARD) | BIT(ROOM) | BIT(BED) | BIT(CLASS);
static const uint64_t ready_fields =
    BIT(MEETS) | BIT(READY_AT) | BIT(CRITERIA_REASON) | BIT(REVIEWED_AT);
static const uint64_t reason_fields =
    BIT(REASON) | BIT(RESPONSIBLE) | BIT(WAIT) | BIT(OWNER) | BIT(BLOCKS) | BIT(SETTLED_UNTIL);
static const uint64_t death_fields = BIT(DIED) | BIT(DIED_AT);
static const uint64_t admit_fields = BIT(ADMITTED_AT);
static const uint64_t discharge_fields =
    BIT(DISCHARGED_AT) | BIT(DESTINATION) | BIT(DISCHARGE_METHOD);

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* MSH-10: numbers by value. */
static int control_id_order(struct hw_slice a, struct hw_slice b)
{
    bool numbers = true;

    for (size_t i = 0; i < a.size; i++)
        numbers = numbers && a.data[i] >= '0' && a.data[i] <= '9';
    for (size_t i = 0; i < b.size; i++)
        numbers = numbers && b.data[i] >= '0' && b.data[i] <= '9';
    if (!numbers)
        return hw_slice_compare(a, b);
    for (; a.size > 1 && a.data[0] == '0'; a.data++)
        a.size--;
    for (; b.size > 1 && b.data[0] == '0'; b.data++)
        b.size--;
    return a.size != b.size ? compare((int64_t)a.size, (int64_t)b.size) : hw_slice_compare(a, b);
}

static int sender_order(const struct hw_event *a, const struct hw_event *b)
{
    int order = compare(a->sent.start_ms, b->sent.start_ms);

    if (order == 0)
        order = compare(a->message_sequence, b->message_sequence);
    if (order == 0)
        order = control_id_order(a->control_id, b->control_id);
    return order;
}

static int time_order(const struct hw_event *a, const struct hw_event *b)
{
    int order = compare(a->happened.start_ms, b->happened.start_ms);

    return order != 0 ? order : compare(a->recorded.start_ms, b->recorded.start_ms);
}

int event_order(const struct hw_event *a, const struct hw_event *b)
{
    int order = time_order(a, b);

    if (order == 0)
        order = sender_order(a, b);
    if (order == 0)
        order = hw_hash_compare(a->message_hash, b->message_hash);
    return order;
}

int fact_order(const struct fact *a, const struct fact *b)
{
    int order = time_order(a->event, b->event);

    if (order == 0)
        order = compare(a->kind, b->kind);
    if (order == 0)
        order = sender_order(a->event, b->event);
    if (order == 0)
        order = hw_hash_compare(a->event->message_hash, b->event->message_hash);
    return order;
}

bool too_far_ahead(const struct hw_event *event, struct hw_time moment)
{
    return hw_time_is(event->recorded) && hw_time_is(moment) &&
        moment.start_ms - event->recorded.start_ms > AHEAD_HOURS * HW_HOUR_MS;
}

static struct hw_time field_time(const struct hw_event *event, enum hw_field field)
{
    return hw_event_has(event, field) ? event->values[field].time : hw_time_none();
}

/* R0: the moment is the field that names it, else event time. */
static struct hw_time moment_of(const struct hw_event *event, enum fact_kind kind)
{
    struct hw_time said = hw_time_none();

    if (kind == FACT_ADMIT)
        said = field_time(event, HW_FIELD_ADMITTED_AT);
    else if (kind == FACT_DISCHARGE)
        said = field_time(event, HW_FIELD_DISCHARGED_AT);
    else if (kind == FACT_READY)
        said = field_time(event, HW_FIELD_REVIEWED_AT);
    else if (kind == FACT_DEATH)
        said = field_time(event, HW_FIELD_DIED_AT);
    return hw_time_is(said) ? said : event->happened;
}

/* The kind of movement a message is; FACT_KINDS when it is none. */
static enum fact_kind movement_of(enum hw_kind kind)
{
    static const struct {
        enum hw_kind kind;
        enum fact_kind fact;
    } movements[] = {
        {HW_KIND_SPELL_ADMITTED, FACT_ADMIT},
        {HW_KIND_SPELL_MOVED, FACT_MOVE},
        {HW_KIND_SPELL_DISCHARGED, FACT_DISCHARGE},
        {HW_KIND_SPELL_CLASS_CHANGED, FACT_CLASS},
        {HW_KIND_SPELL_LEAVE_STARTED, FACT_LEAVE_START},
        {HW_KIND_SPELL_LEAVE_ENDED, FACT_LEAVE_END},
        {HW_KIND_SPELL_ADMISSION_CANCELLED, FACT_CANCEL},
        {HW_KIND_SPELL_MOVE_CANCELLED, FACT_CANCEL},
        {HW_KIND_SPELL_DISCHARGE_CANCELLED, FACT_CANCEL},
        {HW_KIND_SPELL_LEAVE_START_CANCELLED, FACT_CANCEL},
        {HW_KIND_SPELL_LEAVE_END_CANCELLED, FACT_CANCEL},
    };

    for (size_t i = 0; i < sizeof movements / sizeof *movements; i++)
        if (movements[i].kind == kind)
            return movements[i].fact;
    return FACT_KINDS;
}

bool fact_owns_place(const struct fact *fact)
{
    enum fact_kind movement = movement_of(fact->event->kind);

    if (fact->kind == FACT_UPDATE)
        return movement == FACT_KINDS || movement == FACT_CANCEL;
    return fact_is_movement(fact);
}

/* The fields that a fact of this kind is about, in a message of that kind. */
static uint64_t fields_of(enum fact_kind kind, enum fact_kind movement)
{
    uint64_t owned = ready_fields | reason_fields | death_fields;

    if (kind == FACT_READY)
        return ready_fields;
    if (kind == FACT_REASON)
        return reason_fields;
    if (kind == FACT_DEATH)
        return death_fields;
    if (movement == FACT_ADMIT)
        owned |= place_fields | admit_fields;
    else if (movement == FACT_DISCHARGE)
        owned |= place_fields | discharge_fields;
    else if (movement != FACT_KINDS && movement != FACT_CANCEL)
        owned |= place_fields;
    if (kind == FACT_UPDATE)
        return ~owned;
    return owned & ~(ready_fields | reason_fields | death_fields);
}

static void add_fact(const struct hw_event *event, enum fact_kind kind, fact_list *facts)
{
    struct hw_time moment = moment_of(event, kind);
    struct fact fact = {.event = event, .kind = kind, .moment = moment};

    fact.ahead = too_far_ahead(event, event->happened) || too_far_ahead(event, moment);
    LIST_ADD(facts, fact);
}

void facts_of_event(const struct hw_event *event, fact_list *facts)
{
    enum fact_kind movement = movement_of(event->kind);
    uint64_t said = event->set | event->cleared;
    bool waits = event->kind == HW_KIND_WAIT_OPENED || event->kind == HW_KIND_WAIT_VERIFIED ||
        event->kind == HW_KIND_WAIT_CLOSED;

    if (movement != FACT_KINDS)
        add_fact(event, movement, facts);
    if (said & ready_fields)
        add_fact(event, FACT_READY, facts);
    if (waits || said & (BIT(REASON) | BIT(RESPONSIBLE)))
        add_fact(event, FACT_REASON, facts);
    if (said & fields_of(FACT_UPDATE, movement))
        add_fact(event, FACT_UPDATE, facts);
}

static bool same_value(const struct hw_event *a, const struct hw_event *b, enum hw_field field)
{
    const struct hw_value *x = &a->values[field], *y = &b->values[field];

    if (hw_event_has(a, field) != hw_event_has(b, field) ||
        hw_event_clears(a, field) != hw_event_clears(b, field))
        return false;
    if (!hw_event_has(a, field))
        return true;
    if (hw_field_type(field) == HW_VALUE_TEXT)
        return hw_slice_equal(x->text, y->text);
    if (hw_field_type(field) == HW_VALUE_TIME)
        return x->time.start_ms == y->time.start_ms && x->time.precision == y->time.precision;
    return x->number == y->number;
}

/* R0: a fact is what it says; control id, source and identity are no part of it. */
static bool same_fact(const struct fact *a, const struct fact *b)
{
    uint64_t fields = fields_of(a->kind, movement_of(a->event->kind));
    const struct hw_identifier *x = event_identifier(a->event), *y = event_identifier(b->event);

    if (a->kind != b->kind || a->event->kind != b->event->kind ||
        time_order(a->event, b->event) != 0 ||
        !hw_slice_equal(a->event->organisation, b->event->organisation) ||
        !hw_hash_equal(a->event->visit.hash, b->event->visit.hash) || (x == NULL) != (y == NULL) ||
        (x != NULL && !hw_hash_equal(x->hash, y->hash)))
        return false;
    for (unsigned field = 0; field < HW_FIELD_COUNT; field++)
        if (fields >> field & 1u && !same_value(a->event, b->event, (enum hw_field)field))
            return false;
    return true;
}

static int by_key(const void *a, const void *b)
{
    return fact_order(a, b);
}

/* Sort, and keep of equal facts the first by key: the least MSH-7, 13, 10. */
static void sort_once_each(fact_list *facts)
{
    uint32_t kept = 0;

    if (facts->count > 0)
        qsort(facts->at, facts->count, sizeof *facts->at, by_key);
    for (uint32_t i = 0; i < facts->count; i++) {
        bool again = false;

        for (uint32_t j = 0; j < kept; j++)
            again = again || same_fact(&facts->at[j], &facts->at[i]);
        if (!again)
            facts->at[kept++] = facts->at[i];
    }
    facts->count = kept;
}

static enum fact_kind cancelled_kind(enum hw_kind cancel)
{
    if (cancel == HW_KIND_SPELL_ADMISSION_CANCELLED)
        return FACT_ADMIT;
    if (cancel == HW_KIND_SPELL_MOVE_CANCELLED)
        return FACT_MOVE;
    if (cancel == HW_KIND_SPELL_DISCHARGE_CANCELLED)
        return FACT_DISCHARGE;
    if (cancel == HW_KIND_SPELL_LEAVE_START_CANCELLED)
        return FACT_LEAVE_START;
    HW_ASSERT(cancel == HW_KIND_SPELL_LEAVE_END_CANCELLED);
    return FACT_LEAVE_END;
}

/* "A13 (A11) annuls every earlier discharge (admission) back to the last standing admission
 * (discharge)": target is an index into facts. */
static void annul(fact_list *facts, uint32_t target)
{
    enum fact_kind kind = facts->at[target].kind;
    enum fact_kind fence = kind == FACT_ADMIT ? FACT_DISCHARGE : FACT_ADMIT;

    facts->at[target].annulled = true;
    if (kind != FACT_ADMIT && kind != FACT_DISCHARGE)
        return;
    for (uint32_t i = target; i-- > 0;) {
        if (facts->at[i].kind == fence && fact_stands(&facts->at[i]))
            return;
        if (facts->at[i].kind == kind)
            facts->at[i].annulled = true;
    }
}

/* Those whose event time or moment equals the cancel's event time. */
static bool annul_named(fact_list *facts, const struct fact *cancel, enum fact_kind kind)
{
    int64_t named_ms = cancel->event->happened.start_ms;
    bool any = false;

    for (uint32_t i = 0; i < facts->count; i++) {
        const struct fact *fact = &facts->at[i];

        if (fact->kind != kind || fact->ahead ||
            (fact->event->happened.start_ms != named_ms && fact->moment.start_ms != named_ms))
            continue;
        annul(facts, i);
        any = true;
    }
    return any;
}

/* Else the latest recorded before the cancel, of those that still stand. */
static bool annul_latest(fact_list *facts, const struct fact *cancel, enum fact_kind kind)
{
    uint32_t latest = UINT32_MAX;

    for (uint32_t i = 0; i < facts->count; i++) {
        const struct fact *fact = &facts->at[i];

        if (fact->kind != kind || !fact_stands(fact) ||
            fact->event->recorded.start_ms >= cancel->event->recorded.start_ms)
            continue;
        if (latest == UINT32_MAX ||
            fact->event->recorded.start_ms >= facts->at[latest].event->recorded.start_ms)
            latest = i;
    }
    if (latest == UINT32_MAX)
        return false;
    annul(facts, latest);
    return true;
}

/* An update whose PV1-44 or 45 is too far ahead corrects nothing, and says so. */
static bool correction_ahead(const struct fact *fact)
{
    return fact->kind == FACT_UPDATE &&
        (too_far_ahead(fact->event, field_time(fact->event, HW_FIELD_ADMITTED_AT)) ||
            too_far_ahead(fact->event, field_time(fact->event, HW_FIELD_DISCHARGED_AT)));
}

void facts_settle(fact_list *facts, uint64_t *findings)
{
    sort_once_each(facts);
    for (uint32_t i = 0; i < facts->count; i++) {
        const struct fact *fact = &facts->at[i];
        enum fact_kind kind;

        if (fact->ahead || correction_ahead(fact))
            *findings |= UINT64_C(1) << HW_FINDING_FAR_AHEAD;
        if (fact->ahead || fact->kind != FACT_CANCEL)
            continue;
        kind = cancelled_kind(fact->event->kind);
        if (!annul_named(facts, fact, kind) && !annul_latest(facts, fact, kind))
            *findings |= UINT64_C(1) << HW_FINDING_CANCEL_WITHOUT_TARGET;
    }
}

struct hw_slice said_at(const said_list *list, int64_t at_ms)
{
    struct hw_slice text = {0};

    for (uint32_t i = 0; i < list->count && text.size == 0; i++)
        text = list->at[i].text; /* The first said holds also before it. */
    for (uint32_t i = 0; i < list->count; i++)
        if (list->at[i].from_ms <= at_ms)
            text = list->at[i].text;
    return text;
}
