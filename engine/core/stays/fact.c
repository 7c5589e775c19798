#include "core/stays/fact.h"

static const uint8_t ranks[HW_FACT_KINDS] = {
#define KIND_RANK(number, name, rank, movement) [HW_FACT_##name] = rank,
    HW_FACT_LIST(KIND_RANK)
#undef KIND_RANK
};

static int order_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

int hw_key_order(const struct hw_key *a, const struct hw_key *b)
{
    int order = order_i64(a->event_ms, b->event_ms);

    if (order == 0)
        order = order_i64(a->recorded_ms, b->recorded_ms);
    if (order == 0)
        order = order_i64(a->sent_ms, b->sent_ms);
    if (order == 0)
        order = order_i64(a->message_sequence, b->message_sequence);
    if (order == 0)
        order = memcmp(a->control, b->control, sizeof a->control);
    if (order == 0)
        order = hw_hash_compare(a->content, b->content);
    return order;
}

static int key_order(const struct hw_key *a, const struct hw_key *b)
{
    int order = order_i64(a->sent_ms, b->sent_ms);

    if (order == 0)
        order = order_i64(a->message_sequence, b->message_sequence);
    if (order == 0)
        order = memcmp(a->control, b->control, sizeof a->control);
    return order;
}

int hw_fact_order(const struct hw_engine *engine, const struct hw_fact *a, const struct hw_fact *b)
{
    int order = order_i64(a->key.event_ms, b->key.event_ms);

    if (order == 0)
        order = order_i64(a->key.recorded_ms, b->key.recorded_ms);
    if (order == 0)
        order = ranks[a->kind] - ranks[b->kind];
    if (order == 0)
        order = key_order(&a->key, &b->key);
    if (order == 0)
        order = hw_hash_compare(hw_fact_content(engine, a), hw_fact_content(engine, b));
    return order;
}

static bool same_time(struct hw_time a, struct hw_time b)
{
    return a.start_ms == b.start_ms && a.precision == b.precision;
}

bool hw_fact_same(const struct hw_fact *a, const struct hw_fact *b)
{
    return a->kind == b->kind && a->key.event_ms == b->key.event_ms &&
        a->key.recorded_ms == b->key.recorded_ms && a->event_precision == b->event_precision &&
        a->set == b->set && a->cleared == b->cleared && a->organisation == b->organisation &&
        a->meets == b->meets && a->expected_cleared == b->expected_cleared && a->died == b->died &&
        a->moment_said == b->moment_said && same_time(a->moment, b->moment) &&
        same_time(a->admitted, b->admitted) && same_time(a->discharged, b->discharged) &&
        same_time(a->expected, b->expected) && memcmp(a->values, b->values, sizeof a->values) == 0;
}

bool hw_fact_same_message(const struct hw_fact *a, const struct hw_fact *b)
{
    return a->key.event_ms == b->key.event_ms && a->key.recorded_ms == b->key.recorded_ms &&
        key_order(&a->key, &b->key) == 0;
}

/* Numbers compare by value, before other ids; what is too long is cut (content decides then). */
static void control_key(struct hw_slice id, uint8_t key[HW_CONTROL_KEY_SIZE])
{
    size_t zeros = 0, digits = 0;

    memset(key, 0, HW_CONTROL_KEY_SIZE);
    while (digits < id.size && id.data[digits] >= '0' && id.data[digits] <= '9')
        digits++;
    if (digits == id.size && id.size > 0) {
        while (zeros + 1 < id.size && id.data[zeros] == '0')
            zeros++;
        digits = id.size - zeros;
        if (digits <= HW_CONTROL_KEY_SIZE - 2) {
            key[0] = 1;
            key[1] = (uint8_t)digits;
            memcpy(key + 2, id.data + zeros, digits);
            return;
        }
    }
    key[0] = 2;
    if (id.size > 0)
        memcpy(key + 1, id.data,
            id.size < HW_CONTROL_KEY_SIZE - 1 ? id.size : HW_CONTROL_KEY_SIZE - 1);
}

void hw_key_of_event(const struct hw_event *event, struct hw_key *ret_key)
{
    *ret_key = (struct hw_key){
        .event_ms = event->happened.start_ms,
        .recorded_ms =
            hw_time_is(event->recorded) ? event->recorded.start_ms : event->happened.start_ms,
        .sent_ms = event->sent.start_ms,
        .message_sequence = event->message_sequence,
    };
    control_key(event->control_id, ret_key->control);
}

/* Which field fills which register, and whose it is: of a movement, of a discharge ... */
enum owner { OF_PLACE = 1, OF_DISCHARGE = 2, OF_REST = 4, OF_REASON = 8, OF_WAIT = 16 };

static const struct {
    uint8_t field, reg, owners;
} registers[] = {
    {HW_FIELD_SITE, HW_REG_SITE, OF_PLACE},
    {HW_FIELD_WARD, HW_REG_WARD, OF_PLACE},
    {HW_FIELD_ROOM, HW_REG_ROOM, OF_PLACE},
    {HW_FIELD_BED, HW_REG_BED, OF_PLACE},
    {HW_FIELD_CLASS, HW_REG_CLASS, OF_PLACE},
    {HW_FIELD_SPECIALTY, HW_REG_SPECIALTY, OF_REST},
    {HW_FIELD_DESTINATION, HW_REG_DESTINATION, OF_DISCHARGE},
    {HW_FIELD_DISCHARGE_METHOD, HW_REG_METHOD, OF_DISCHARGE},
    {HW_FIELD_PATHWAY, HW_REG_PATHWAY, OF_REST},
    {HW_FIELD_REASON, HW_REG_REASON, OF_REASON | OF_WAIT},
    {HW_FIELD_RESPONSIBLE, HW_REG_SIDE, OF_REASON | OF_WAIT},
    {HW_FIELD_COUNCIL, HW_REG_COUNCIL, OF_REST},
    {HW_FIELD_COUNCIL_PROPOSED, HW_REG_COUNCIL_PROPOSED, OF_REST},
    {HW_FIELD_ZONE, HW_REG_ZONE, OF_REST},
    {HW_FIELD_WAIT, HW_REG_WAIT, OF_WAIT},
    {HW_FIELD_BLOCKS, HW_REG_BLOCKS, OF_WAIT},
};

/* Fields that fill registers, as bits; all below 64. */
static uint64_t register_fields(void)
{
    uint64_t fields = 0;

    for (size_t i = 0; i < sizeof registers / sizeof *registers; i++)
        fields |= UINT64_C(1) << registers[i].field;
    return fields;
}

static void take_registers(
    struct hw_engine *engine, const struct hw_event *event, unsigned owners, struct hw_fact *fact)
{
    unsigned count = 0;

    if (((event->set | event->cleared) & register_fields()) == 0)
        return;
    for (size_t i = 0; i < sizeof registers / sizeof *registers; i++) {
        enum hw_field field = (enum hw_field)registers[i].field;

        if ((registers[i].owners & owners) == 0)
            continue;
        if (hw_event_has(event, field)) {
            HW_ASSERT(count < HW_FACT_VALUES_MAX);
            fact->set = (uint16_t)(fact->set | 1u << registers[i].reg);
            fact->values[registers[i].reg] = hw_text_intern(engine, event->values[field].text);
            count++;
        } else if (hw_event_clears(event, field)) {
            fact->cleared = (uint16_t)(fact->cleared | 1u << registers[i].reg);
        }
    }
}

static struct hw_time field_time(const struct hw_event *event, enum hw_field field)
{
    return hw_event_has(event, field) ? event->values[field].time : hw_time_none();
}

/* The movement a kind of event makes, and the field that names its moment. */
static const struct {
    uint8_t kind, fact, moment;
} movements[] = {
    {HW_KIND_SPELL_ADMITTED, HW_FACT_ADMIT, HW_FIELD_ADMITTED_AT},
    {HW_KIND_SPELL_CLASS_CHANGED, HW_FACT_CLASS, HW_FIELD_COUNT},
    {HW_KIND_SPELL_MOVED, HW_FACT_MOVE, HW_FIELD_COUNT},
    {HW_KIND_SPELL_DISCHARGED, HW_FACT_DISCHARGE, HW_FIELD_DISCHARGED_AT},
    {HW_KIND_SPELL_LEAVE_STARTED, HW_FACT_LEAVE_START, HW_FIELD_COUNT},
    {HW_KIND_SPELL_LEAVE_ENDED, HW_FACT_LEAVE_END, HW_FIELD_COUNT},
    {HW_KIND_SPELL_ADMISSION_CANCELLED, HW_FACT_CANCEL_ADMIT, HW_FIELD_COUNT},
    {HW_KIND_SPELL_MOVE_CANCELLED, HW_FACT_CANCEL_MOVE, HW_FIELD_COUNT},
    {HW_KIND_SPELL_DISCHARGE_CANCELLED, HW_FACT_CANCEL_DISCHARGE, HW_FIELD_COUNT},
    {HW_KIND_SPELL_LEAVE_START_CANCELLED, HW_FACT_CANCEL_LEAVE_START, HW_FIELD_COUNT},
    {HW_KIND_SPELL_LEAVE_END_CANCELLED, HW_FACT_CANCEL_LEAVE_END, HW_FIELD_COUNT},
};

struct maker {
    struct hw_engine *engine;
    const struct hw_event *event;
    struct hw_fact *facts;
    uint32_t count;
    struct hw_key key;
    uint32_t organisation;
};

static struct hw_fact *add(struct maker *maker, enum hw_fact_kind kind)
{
    struct hw_fact *fact = &maker->facts[maker->count++];

    HW_ASSERT(maker->count <= HW_FACTS_PER_EVENT_MAX);
    *fact = (struct hw_fact){
        .key = maker->key,
        .moment = maker->event->happened,
        .admitted = hw_time_none(),
        .discharged = hw_time_none(),
        .expected = hw_time_none(),
        .kind = (uint8_t)kind,
        .event_precision = maker->event->happened.precision,
        .organisation = maker->organisation,
    };
    return fact;
}

static void name_moment(struct hw_fact *fact, struct hw_time time)
{
    if (!hw_time_is(time))
        return;
    fact->moment = time;
    fact->moment_said = 1;
}

/* The movement the event makes; HW_FACT_NONE when it makes none. */
static enum hw_fact_kind add_movement(struct maker *maker)
{
    for (size_t i = 0; i < sizeof movements / sizeof *movements; i++) {
        struct hw_fact *fact;

        if (movements[i].kind != maker->event->kind)
            continue;
        fact = add(maker, (enum hw_fact_kind)movements[i].fact);
        if (!hw_fact_is_movement(fact))
            return HW_FACT_NONE; /* A cancel owns nothing but what it cancels. */
        take_registers(maker->engine, maker->event,
            fact->kind == HW_FACT_DISCHARGE ? OF_PLACE | OF_DISCHARGE : OF_PLACE, fact);
        fact->admitted = field_time(maker->event, HW_FIELD_ADMITTED_AT);
        if (movements[i].moment != HW_FIELD_COUNT)
            name_moment(fact, field_time(maker->event, (enum hw_field)movements[i].moment));
        return (enum hw_fact_kind)fact->kind;
    }
    return HW_FACT_NONE;
}

/* Dated too far ahead: kept, so that the finding shows (R0), even where it says nothing here. */
static bool says_too_early(const struct hw_event *event)
{
    return hw_time_is(event->recorded) && event->set != 0 &&
        event->happened.start_ms > event->recorded.start_ms + HW_AHEAD_HOURS_MAX * HW_HOUR_MS;
}

/* Updates own the rest: all that the movement of the same message does not (R0). */
static void add_update(struct maker *maker, enum hw_fact_kind movement)
{
    const struct hw_event *event = maker->event;
    struct hw_fact *fact = add(maker, HW_FACT_UPDATE);
    unsigned owners = OF_REST;

    if (movement == HW_FACT_NONE)
        owners |= OF_PLACE;
    if (movement != HW_FACT_DISCHARGE)
        owners |= OF_DISCHARGE;
    take_registers(maker->engine, event, owners, fact);
    fact->expected = field_time(event, HW_FIELD_EXPECTED_DISCHARGE);
    fact->expected_cleared = hw_event_clears(event, HW_FIELD_EXPECTED_DISCHARGE);
    if (movement != HW_FACT_ADMIT)
        fact->admitted = field_time(event, HW_FIELD_ADMITTED_AT);
    if (movement != HW_FACT_DISCHARGE)
        fact->discharged = field_time(event, HW_FIELD_DISCHARGED_AT);
    if (!says_too_early(event) && fact->set == 0 && fact->cleared == 0 &&
        !hw_time_is(fact->expected) && !fact->expected_cleared && !hw_time_is(fact->admitted) &&
        !hw_time_is(fact->discharged))
        maker->count--; /* It says nothing. */
}

static void add_ready(struct maker *maker)
{
    const struct hw_event *event = maker->event;
    struct hw_time reviewed = field_time(event, HW_FIELD_REVIEWED_AT);
    struct hw_fact *fact;

    if (!hw_event_has(event, HW_FIELD_MEETS) && !hw_event_has(event, HW_FIELD_READY_AT) &&
        !hw_event_clears(event, HW_FIELD_READY_AT))
        return;
    fact = add(maker, HW_FACT_READY);
    if (hw_event_has(event, HW_FIELD_MEETS))
        fact->meets = event->values[HW_FIELD_MEETS].number != 0 ? HW_MEETS_YES : HW_MEETS_NO;
    fact->expected = field_time(event, HW_FIELD_READY_AT);
    fact->expected_cleared = hw_event_clears(event, HW_FIELD_READY_AT);
    if (fact->meets != HW_MEETS_NOT_SAID)
        name_moment(fact, reviewed);
}

static void add_reason(struct maker *maker)
{
    const struct hw_event *event = maker->event;
    uint64_t fields = UINT64_C(1) << HW_FIELD_REASON | UINT64_C(1) << HW_FIELD_RESPONSIBLE;

    switch ((int)event->kind) {
    case HW_KIND_WAIT_OPENED:
        take_registers(maker->engine, event, OF_WAIT, add(maker, HW_FACT_WAIT_OPEN));
        return;
    case HW_KIND_WAIT_CLOSED:
        take_registers(maker->engine, event, OF_WAIT, add(maker, HW_FACT_WAIT_CLOSE));
        return;
    case HW_KIND_WAIT_VERIFIED:
        take_registers(maker->engine, event, OF_WAIT, add(maker, HW_FACT_WAIT_SEEN));
        return;
    case HW_KIND_DECIDE_REASON_SETTLED:
        take_registers(maker->engine, event, OF_REASON, add(maker, HW_FACT_SETTLED));
        return;
    default:
        if (((event->set | event->cleared) & fields) != 0)
            take_registers(maker->engine, event, OF_REASON, add(maker, HW_FACT_REASON));
    }
}

static void add_death(struct maker *maker)
{
    const struct hw_event *event = maker->event;
    struct hw_time died_at = field_time(event, HW_FIELD_DIED_AT);
    bool said = event->kind == HW_KIND_PERSON_DIED || hw_time_is(died_at) ||
        (hw_event_has(event, HW_FIELD_DIED) && event->values[HW_FIELD_DIED].number != 0);
    bool withdrawn = event->kind == HW_KIND_PERSON_DEATH_WITHDRAWN ||
        hw_event_clears(event, HW_FIELD_DIED_AT) || hw_event_clears(event, HW_FIELD_DIED) ||
        (hw_event_has(event, HW_FIELD_DIED) && !hw_time_is(died_at) &&
            event->values[HW_FIELD_DIED].number == 0);
    struct hw_fact *fact;

    if (!said && !withdrawn)
        return;
    fact = add(maker, HW_FACT_DEATH);
    fact->died = said;
    name_moment(fact, died_at);
}

static struct hw_hash hash_content(const struct hw_engine *engine, struct hw_hash visit,
    struct hw_hash identifier, const struct hw_fact *fact)
{
    struct {
        struct hw_hash visit, identifier;
        int64_t times[5];
        int64_t organisation;
        uint64_t values[HW_FACT_VALUES_MAX];
        int64_t recorded;
        uint16_t set, cleared;
        uint8_t precisions[5];
        uint8_t kind, meets, expected_cleared, died, moment_said;
    } content;
    unsigned count = 0;

    memset(&content, 0, sizeof content);
    content.visit = visit;
    content.identifier = identifier;
    content.times[0] = fact->key.event_ms;
    content.times[1] = fact->moment.start_ms;
    content.times[2] = fact->admitted.start_ms;
    content.times[3] = fact->discharged.start_ms;
    content.times[4] = fact->expected.start_ms;
    content.precisions[0] = fact->event_precision;
    content.precisions[1] = fact->moment.precision;
    content.precisions[2] = fact->admitted.precision;
    content.precisions[3] = fact->discharged.precision;
    content.precisions[4] = fact->expected.precision;
    content.organisation = (int64_t)hw_text_hash(engine, fact->organisation);
    content.recorded = fact->key.recorded_ms;
    for (unsigned reg = 0; reg < HW_REGISTERS; reg++)
        if (hw_fact_has(fact, (enum hw_register)reg))
            content.values[count++] = hw_text_hash(engine, fact->values[reg]);
    content.set = fact->set;
    content.cleared = fact->cleared;
    content.kind = fact->kind;
    content.meets = fact->meets;
    content.expected_cleared = fact->expected_cleared;
    content.died = fact->died;
    content.moment_said = fact->moment_said;
    return hw_hash_bytes(hw_slice_of(&content, sizeof content));
}

struct hw_hash hw_fact_content(const struct hw_engine *engine, const struct hw_fact *fact)
{
    const struct hw_stay *stay;
    struct hw_hash visit = {0};

    if (fact->content_known)
        return fact->key.content;
    stay = hw_stay_at(engine, fact->stay);
    if (stay->numbered)
        visit = hw_visit_at(engine, stay->visit)->hash;
    return hash_content(engine, visit, hw_identifier_at(engine, stay->identifier)->hash, fact);
}

void hw_fact_know_content(
    const struct hw_engine *engine, const struct hw_event *event, struct hw_fact *fact)
{
    struct hw_hash identifier = {0};

    if (event->identifiers_count > 0)
        identifier = event->identifiers[event->stay_identifier].hash;
    fact->key.content = hash_content(engine, event->visit.hash, identifier, fact);
    fact->content_known = 1;
}

uint32_t hw_facts_of_event(
    struct hw_engine *engine, const struct hw_event *event, struct hw_fact *facts)
{
    struct maker maker = {.engine = engine, .event = event, .facts = facts};

    hw_key_of_event(event, &maker.key);
    maker.organisation = hw_text_intern(engine, event->organisation);
    add_update(&maker, add_movement(&maker));
    add_ready(&maker);
    add_reason(&maker);
    add_death(&maker);
    return maker.count;
}

bool hw_fact_is_personal(const struct hw_fact *fact)
{
    return fact->kind == HW_FACT_DEATH ||
        (fact->kind == HW_FACT_UPDATE &&
            ((fact->set | fact->cleared) & HW_PERSONAL_REGISTERS) != 0);
}
