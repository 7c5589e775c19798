#include "support/generate.h"
#include "support/random.h"

#include <inttypes.h>

enum { PEOPLE_MAX = 4, STAYS_MAX = 5, DAYS = 9 };

/* Every other history has only some of what can go wrong, so that failures stay readable. */
enum feature {
    COARSE = 1,
    AHEAD = 2,
    CLAIMS = 4,
    WAITS = 8,
    IDENTITY = 16,
    CANCELS = 32,
    LATE = 64,
    DOUBLES = 128,
    DEATHS = 256,
    CLASSES = 512,
    READY_DATES = 1024,
    BIRTHS = 2048,
    COUNCILS = 4096,
    PERSONLESS = 8192,
    SETTLED = 16384,
    CORRECTIONS = 32768,
};

struct world {
    struct random random;
    unsigned features;
    int people, stays;
    int64_t base_ms;
    int owner[STAYS_MAX]; /* person */
    int64_t admitted_ms[STAYS_MAX];
    struct generated *out;
};

static const char *const nhs_numbers[PEOPLE_MAX] = {
    "9990000018", "9990000050", "9991234578", "9998765439"};
static const char *const locals[PEOPLE_MAX] = {"S1", "S2", "S3", "S4"};
static const char *const others[PEOPLE_MAX] = {"T1", "T2", "T3", "T4"};
static const char *const visits[STAYS_MAX] = {"V1", "V2", "V3", "V4", "V5"};
static const char *const control_ids[GENERATED_MAX] = {"100", "101", "102", "103", "104", "105",
    "106", "107", "108", "109", "110", "111", "112", "113", "114", "115", "116", "117", "118",
    "119", "120", "121", "122", "123", "124", "125", "126", "127", "128", "129", "130", "131",
    "132", "133", "134", "135", "136", "137", "138", "139", "140", "141", "142", "143", "144",
    "145", "146", "147", "148", "149", "150", "151", "152", "153", "154", "155", "156", "157",
    "158", "159", "160", "161", "162", "163"};

static uint64_t below(struct world *world, uint64_t bound)
{
    return random_below(&world->random, bound);
}

static bool chance(struct world *world, unsigned percent)
{
    return below(world, 100) < percent;
}

static bool may(struct world *world, unsigned feature, unsigned percent)
{
    return (world->features & feature) != 0 && chance(world, percent);
}

static const char *one_of(struct world *world, const char *const *texts, unsigned count)
{
    return texts[below(world, count)];
}

static void set_one(struct world *world, struct hw_event *event, enum hw_field field,
    const char *const *texts, unsigned count)
{
    hw_event_set_text(event, field, hw_slice_text(one_of(world, texts, count)));
}

static struct hw_time coarse(int64_t ms, enum hw_precision precision)
{
    return (struct hw_time){.start_ms = ms, .precision = precision};
}

/* A moment of the history, mostly to the minute. */
static struct hw_time some_time(struct world *world)
{
    int64_t ms = world->base_ms + (int64_t)below(world, DAYS * 24 * 60) * HW_MINUTE_MS;
    struct hw_time time = coarse(ms, HW_PRECISION_MINUTE);

    if (may(world, COARSE, 20)) {
        switch (below(world, 3)) {
        case 0:
            time = hw_time_at(ms + (int64_t)below(world, 60) * HW_SECOND_MS);
            break;
        case 1:
            time = coarse(ms - ms % HW_HOUR_MS, HW_PRECISION_HOUR);
            break;
        default:
            time = coarse(hw_london_midnight(hw_london_day(ms)), HW_PRECISION_DAY);
        }
    }
    return time;
}

static struct hw_event *new_event(struct world *world, enum hw_kind kind)
{
    struct generated *out = world->out;
    struct hw_event *event = &out->events[out->count];

    HW_ASSERT(out->count < GENERATED_MAX);
    hw_event_init(event, kind);
    event->happened = some_time(world);
    event->recorded = coarse(event->happened.start_ms, HW_PRECISION_SECOND);
    if (may(world, LATE, 25))
        event->recorded.start_ms += (int64_t)below(world, 4000) * HW_MINUTE_MS;
    if (may(world, AHEAD, 8))
        event->recorded.start_ms -= (int64_t)below(world, 80) * HW_HOUR_MS;
    event->sent = event->recorded;
    event->control_id = hw_slice_text(control_ids[out->count]);
    event->source = hw_slice_text("RWE/PAS");
    event->organisation = hw_slice_text("RWE");
    if (may(world, CLAIMS, 30)) {
        event->source = hw_slice_text("508/LAS");
        event->organisation = hw_slice_text("508");
    }
    out->count++;
    return event;
}

static void name_person(struct world *world, struct hw_event *event, int person, bool other)
{
    struct hw_time born = coarse(hw_london_midnight(-10834 + person * 400), HW_PRECISION_DAY);
    bool numbers = person % 2 == 0 || (world->features & BIRTHS) != 0;

    if (other)
        (void)hw_event_add_identifier(
            event, HW_IDENTIFIER_LOCAL, hw_slice_text("RT5"), hw_slice_text(others[person]));
    else
        (void)hw_event_add_identifier(
            event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(locals[person]));
    if (numbers && chance(world, 70)) {
        int number = may(world, BIRTHS, 10) ? (int)below(world, PEOPLE_MAX) : person;

        (void)hw_event_add_identifier(
            event, HW_IDENTIFIER_NHS, hw_slice_text(""), hw_slice_text(nhs_numbers[number]));
    }
    if (may(world, BIRTHS, 15))
        born.start_ms = hw_london_midnight(13940 + (int)below(world, 20)); /* About eighteen. */
    if (!may(world, BIRTHS, 15))
        hw_event_set_born(event, born);
}

/* Odd stays are of the other trust. */
static void name_stay(struct world *world, struct hw_event *event, int stay)
{
    bool other = stay % 2 == 1;

    event->visit.authority = hw_slice_text(other ? "RT5" : "RWE");
    event->visit.number = hw_slice_text(visits[stay]);
    if (!may(world, PERSONLESS, 20))
        name_person(world, event, world->owner[stay], other);
}

static void finish(struct world *world, struct hw_event *event)
{
    struct hw_slice parts[] = {event->source, event->control_id};

    (void)world;
    event->message_id_hash = hw_hash_parts(parts, 2);
    event->message_hash = event->message_id_hash;
    hw_event_finish(event);
}

static void say_place(struct world *world, struct hw_event *event)
{
    static const char *const sites[] = {"RWEAA", "RWEAE"};
    static const char *const wards[] = {"W1", "W2", "W3"};

    set_one(world, event, HW_FIELD_WARD, wards, 3);
    set_one(world, event, HW_FIELD_SITE, sites, 2);
}

static void say_class(struct world *world, struct hw_event *event)
{
    static const char *const classes[] = {"I", "I", "I", "E", "O"};

    if (world->features & CLASSES)
        set_one(world, event, HW_FIELD_CLASS, classes, 5);
    else
        hw_event_set_text(event, HW_FIELD_CLASS, hw_slice_text("I"));
}

static void say_readiness(struct world *world, struct hw_event *event)
{
    if (chance(world, 60))
        hw_event_set_bool(event, HW_FIELD_MEETS, chance(world, 30));
    if (chance(world, 40)) {
        struct hw_time time = event->happened;

        time.precision = HW_PRECISION_MINUTE;
        time.start_ms += ((int64_t)below(world, 60) - 45) * HW_HOUR_MS;
        if (may(world, READY_DATES, 50))
            time = coarse(hw_london_midnight(hw_london_day(time.start_ms)), HW_PRECISION_DAY);
        hw_event_set_time(event, HW_FIELD_READY_AT, time);
    } else if (chance(world, 6) && !hw_event_has(event, HW_FIELD_MEETS)) {
        hw_event_clear(event, HW_FIELD_READY_AT);
    }
}

static void say_reason(struct world *world, struct hw_event *event)
{
    static const char *const reasons[] = {"E", "A", "C", "Di", "CA5", "I"};
    static const char *const sides[] = {"NHS", "SC", "BOTH"};

    if (chance(world, 10) && event->kind != HW_KIND_WAIT_OPENED &&
        event->kind != HW_KIND_DECIDE_REASON_SETTLED) {
        hw_event_clear(event, HW_FIELD_REASON);
        return;
    }
    set_one(world, event, HW_FIELD_REASON, reasons, 6);
    if (chance(world, 60))
        set_one(world, event, HW_FIELD_RESPONSIBLE, sides, 3);
}

static void say_registers(struct world *world, struct hw_event *event)
{
    static const char *const pathways[] = {"P0", "P1", "P2", "P3", "odd"};
    static const char *const specialties[] = {"300", "430", "300", "501"};

    if (chance(world, 30))
        set_one(world, event, HW_FIELD_PATHWAY, pathways, 5);
    if (chance(world, 10))
        set_one(world, event, HW_FIELD_SPECIALTY, specialties, 4);
    if (chance(world, 15)) {
        int64_t ms = event->happened.start_ms + (int64_t)below(world, 5) * HW_DAY_MS;

        hw_event_set_time(event, HW_FIELD_EXPECTED_DISCHARGE,
            coarse(hw_london_midnight(hw_london_day(ms)), HW_PRECISION_DAY));
    } else if (chance(world, 5)) {
        hw_event_clear(event, HW_FIELD_EXPECTED_DISCHARGE);
    }
}

static void say_council(struct world *world, struct hw_event *event)
{
    static const char *const councils[] = {"508", "509"};
    static const char *const zones[] = {"LE11", "LE2"};

    if (event->identifiers_count == 0)
        return;
    if (may(world, COUNCILS, 20))
        set_one(world, event, HW_FIELD_COUNCIL, councils, 2);
    if (may(world, COUNCILS, 15))
        set_one(world, event, HW_FIELD_COUNCIL_PROPOSED, councils, 2);
    if (may(world, COUNCILS, 15))
        set_one(world, event, HW_FIELD_ZONE, zones, 2);
}

static void admit(struct world *world, int stay)
{
    struct hw_event *event = new_event(world, HW_KIND_SPELL_ADMITTED);

    name_stay(world, event, stay);
    event->happened.start_ms = world->admitted_ms[stay];
    event->happened.precision = HW_PRECISION_MINUTE;
    event->recorded = event->sent = event->happened;
    say_place(world, event);
    say_class(world, event);
    if (may(world, CORRECTIONS, 20)) {
        struct hw_time at = event->happened;

        at.start_ms -= (int64_t)below(world, 600) * HW_MINUTE_MS;
        hw_event_set_time(event, HW_FIELD_ADMITTED_AT, at);
    }
    say_council(world, event);
    finish(world, event);
}

/* After its admission, mostly. */
static void after_admission(struct world *world, struct hw_event *event, int stay)
{
    int64_t behind = world->admitted_ms[stay] - event->happened.start_ms;

    if (behind <= 0 || chance(world, 10))
        return;
    behind += HW_MINUTE_MS + (int64_t)below(world, 3000) * HW_MINUTE_MS;
    behind -= behind % HW_MINUTE_MS;
    event->happened.start_ms += behind;
    event->happened.precision = HW_PRECISION_MINUTE;
    event->recorded.start_ms += behind;
    event->sent = event->recorded;
}

static void move(struct world *world, int stay)
{
    static const enum hw_kind kinds[] = {HW_KIND_SPELL_MOVED, HW_KIND_SPELL_MOVED,
        HW_KIND_SPELL_LEAVE_STARTED, HW_KIND_SPELL_LEAVE_ENDED, HW_KIND_SPELL_CLASS_CHANGED};
    enum hw_kind kind = kinds[below(world, world->features & CLASSES ? 5 : 4)];
    struct hw_event *event = new_event(world, kind);

    name_stay(world, event, stay);
    after_admission(world, event, stay);
    if (kind == HW_KIND_SPELL_MOVED || chance(world, 30))
        say_place(world, event);
    if (kind == HW_KIND_SPELL_CLASS_CHANGED || chance(world, 10))
        say_class(world, event);
    else
        hw_event_set_text(event, HW_FIELD_CLASS, hw_slice_text("I")); /* PV1-2 is required. */
    finish(world, event);
}

static void discharge(struct world *world, int stay)
{
    struct hw_event *event = new_event(world, HW_KIND_SPELL_DISCHARGED);

    name_stay(world, event, stay);
    after_admission(world, event, stay);
    hw_event_set_text(event, HW_FIELD_CLASS, hw_slice_text("I"));
    if (may(world, DEATHS, 20))
        hw_event_set_text(event, HW_FIELD_DESTINATION, hw_slice_text("79"));
    else if (chance(world, 50))
        hw_event_set_text(event, HW_FIELD_DESTINATION, hw_slice_text("19"));
    if (may(world, CORRECTIONS, 20)) {
        struct hw_time at = event->happened;

        at.start_ms -= (int64_t)below(world, 300) * HW_MINUTE_MS;
        hw_event_set_time(event, HW_FIELD_DISCHARGED_AT, at);
    }
    finish(world, event);
}

static enum hw_kind cancel_of(enum hw_kind kind)
{
    if (kind == HW_KIND_SPELL_ADMITTED)
        return HW_KIND_SPELL_ADMISSION_CANCELLED;
    if (kind == HW_KIND_SPELL_MOVED)
        return HW_KIND_SPELL_MOVE_CANCELLED;
    if (kind == HW_KIND_SPELL_DISCHARGED)
        return HW_KIND_SPELL_DISCHARGE_CANCELLED;
    if (kind == HW_KIND_SPELL_LEAVE_STARTED)
        return HW_KIND_SPELL_LEAVE_START_CANCELLED;
    if (kind == HW_KIND_SPELL_LEAVE_ENDED)
        return HW_KIND_SPELL_LEAVE_END_CANCELLED;
    return HW_KIND_NONE;
}

static void cancel(struct world *world)
{
    const struct hw_event *target = &world->out->events[below(world, world->out->count)];
    enum hw_kind kind = cancel_of(target->kind);
    struct hw_event *event;

    if (kind == HW_KIND_NONE || (kind == HW_KIND_SPELL_ADMISSION_CANCELLED && chance(world, 60)))
        return;
    event = new_event(world, kind);
    event->visit = target->visit;
    memcpy(event->identifiers, target->identifiers, sizeof event->identifiers);
    event->identifiers_count = target->identifiers_count;
    event->recorded.start_ms =
        target->recorded.start_ms + (int64_t)below(world, 900) * HW_MINUTE_MS;
    event->sent = event->recorded;
    event->happened = chance(world, 70) ? target->happened : event->recorded;
    finish(world, event);
}

static void update(struct world *world, int stay)
{
    static const enum hw_kind kinds[] = {HW_KIND_SPELL_UPDATED, HW_KIND_SPELL_UPDATED,
        HW_KIND_SPELL_CRITERIA_TO_RESIDE, HW_KIND_SPELL_DISCHARGE_READY,
        HW_KIND_SPELL_DELAY_REASON};
    enum hw_kind kind = kinds[below(world, 5)];
    struct hw_event *event = new_event(world, kind);

    name_stay(world, event, stay);
    after_admission(world, event, stay);
    if (kind == HW_KIND_SPELL_UPDATED)
        say_registers(world, event);
    if (kind == HW_KIND_SPELL_UPDATED && chance(world, 10)) {
        say_place(world, event);
        say_class(world, event);
    }
    if (kind == HW_KIND_SPELL_UPDATED && may(world, CORRECTIONS, 15))
        hw_event_set_time(event, chance(world, 60) ? HW_FIELD_ADMITTED_AT : HW_FIELD_DISCHARGED_AT,
            some_time(world));
    if (kind == HW_KIND_SPELL_CRITERIA_TO_RESIDE)
        hw_event_set_bool(event, HW_FIELD_MEETS, chance(world, 25));
    else if (kind != HW_KIND_SPELL_DELAY_REASON)
        say_readiness(world, event);
    if (kind == HW_KIND_SPELL_DELAY_REASON || (kind == HW_KIND_SPELL_UPDATED && chance(world, 25)))
        say_reason(world, event);
    if (kind == HW_KIND_SPELL_UPDATED)
        say_council(world, event);
    finish(world, event);
}

static void wait(struct world *world, int stay)
{
    static const enum hw_kind kinds[] = {
        HW_KIND_WAIT_OPENED, HW_KIND_WAIT_OPENED, HW_KIND_WAIT_VERIFIED, HW_KIND_WAIT_CLOSED};
    static const char *const waits[] = {"w1", "w2", "w3"};
    enum hw_kind kind = kinds[below(world, 4)];
    struct hw_event *event = new_event(world, kind);

    name_stay(world, event, stay);
    set_one(world, event, HW_FIELD_WAIT, waits, 3);
    if (kind == HW_KIND_WAIT_OPENED)
        say_reason(world, event);
    finish(world, event);
}

static void settle(struct world *world, int stay)
{
    struct hw_event *event = new_event(world, HW_KIND_DECIDE_REASON_SETTLED);

    name_stay(world, event, stay);
    say_reason(world, event);
    if (!hw_event_has(event, HW_FIELD_RESPONSIBLE))
        hw_event_set_text(event, HW_FIELD_RESPONSIBLE, hw_slice_text("NHS"));
    finish(world, event);
}

static void add_local(struct hw_event *event, bool retired, int person)
{
    if (retired)
        (void)hw_event_add_retired(
            event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(locals[person]));
    else
        (void)hw_event_add_identifier(
            event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(locals[person]));
}

static void identity(struct world *world, int stay)
{
    static const enum hw_kind kinds[] = {HW_KIND_PERSON_MERGED, HW_KIND_PERSON_MERGED,
        HW_KIND_PERSON_UNMERGED, HW_KIND_PERSON_LINKED, HW_KIND_IDENTIFIER_CHANGED,
        HW_KIND_SPELL_REASSIGNED, HW_KIND_VISITS_MERGED};
    struct hw_event *event = new_event(world, kinds[below(world, 7)]);
    int other = (int)below(world, (uint64_t)world->people);

    /* Of two at one moment the order is not the contract's: every one has a second of its own. */
    event->happened.start_ms += (int64_t)world->out->count * HW_SECOND_MS;
    event->happened.precision = HW_PRECISION_SECOND;
    if (event->kind == HW_KIND_VISITS_MERGED) {
        add_local(event, false, world->owner[stay]);
        event->retired_visit.authority = event->visit.authority = hw_slice_text("RWE");
        event->retired_visit.number = hw_slice_text(visits[stay]);
        event->visit.number = hw_slice_text(visits[below(world, (uint64_t)world->stays)]);
    } else {
        if (other == world->owner[stay])
            other = (other + 1) % PEOPLE_MAX;
        add_local(event, false, other);
        add_local(event, true, world->owner[stay]);
        if (event->kind == HW_KIND_SPELL_REASSIGNED) {
            event->visit.authority = hw_slice_text("RWE");
            event->visit.number = hw_slice_text(visits[stay]);
        }
    }
    finish(world, event);
    event->has_stay = false;
}

static void person_says(struct world *world, int person)
{
    enum hw_kind kind = HW_KIND_PERSON_UPDATED;
    struct hw_event *event;

    if (may(world, DEATHS, 25))
        kind = chance(world, 60) ? HW_KIND_PERSON_DIED : HW_KIND_PERSON_DEATH_WITHDRAWN;
    event = new_event(world, kind);
    name_person(world, event, person, chance(world, 30));
    say_council(world, event);
    if (kind == HW_KIND_PERSON_DIED) {
        hw_event_set_bool(event, HW_FIELD_DIED, true);
        if (chance(world, 60))
            hw_event_set_time(event, HW_FIELD_DIED_AT, some_time(world));
    } else if (kind == HW_KIND_PERSON_DEATH_WITHDRAWN) {
        hw_event_set_bool(event, HW_FIELD_DIED, false);
    } else if (chance(world, 10)) {
        hw_event_set_bool(event, HW_FIELD_RESTRICTED, chance(world, 50));
    }
    finish(world, event);
    event->has_stay = false;
}

/* The same again: the same fact, sent once more. */
static void double_up(struct world *world)
{
    struct generated *out = world->out;
    uint32_t of = (uint32_t)below(world, out->count);
    struct hw_event *event = &out->events[out->count];

    HW_ASSERT(out->count < GENERATED_MAX);
    *event = out->events[of];
    event->control_id = hw_slice_text(control_ids[out->count]);
    event->sent.start_ms += (int64_t)below(world, 100) * HW_SECOND_MS;
    event->message_id_hash = hw_hash_bytes(event->control_id);
    event->message_hash = event->message_id_hash;
    out->count++;
}

static void say_something(struct world *world)
{
    int stay = (int)below(world, (uint64_t)world->stays);
    uint64_t what = below(world, 100);

    if (what < 45)
        update(world, stay);
    else if (what < 57)
        move(world, stay);
    else if (what < 65)
        discharge(world, stay);
    else if (what < 75 && (world->features & CANCELS))
        cancel(world);
    else if (what < 82 && (world->features & WAITS))
        wait(world, stay);
    else if (what < 88 && (world->features & IDENTITY))
        identity(world, stay);
    else if (what < 92)
        person_says(world, (int)below(world, (uint64_t)world->people));
    else if (what < 96 && (world->features & DOUBLES))
        double_up(world);
    else if (what < 98 && (world->features & SETTLED))
        settle(world, stay);
    else if (what < 99)
        admit(world, stay);
}

/* Around ordinary days and around both days on which the clocks change. */
static int64_t base_of(struct world *world)
{
    static const int days[][3] = {{2026, 3, 2}, {2026, 3, 25}, {2026, 10, 21}, {2026, 6, 1}};
    const int *day = days[below(world, 4)];

    return hw_london_midnight(hw_day_from_civil(day[0], day[1], day[2]));
}

void generate(uint64_t seed, struct generated *ret_generated)
{
    struct world world = {.random = {seed}, .out = ret_generated};
    uint32_t wanted;

    ret_generated->count = 0;
    world.features = (unsigned)random_next(&world.random);
    if (chance(&world, 50))
        world.features &= (unsigned)random_next(&world.random);
    world.people = 1 + (int)below(&world, PEOPLE_MAX);
    world.stays = 1 + (int)below(&world, STAYS_MAX);
    world.base_ms = base_of(&world);
    for (int i = 0; i < world.stays; i++) {
        world.owner[i] = (int)below(&world, (uint64_t)world.people);
        world.admitted_ms[i] = world.base_ms + (int64_t)below(&world, 4 * 24 * 60) * HW_MINUTE_MS;
    }
    wanted = 5 + (uint32_t)below(&world, 36);
    for (int i = 0; i < world.stays; i++)
        if (chance(&world, 90))
            admit(&world, i);
    if (ret_generated->count == 0)
        admit(&world, 0);
    for (unsigned tries = 0; ret_generated->count < wanted && tries < 400; tries++)
        say_something(&world);
    ret_generated->asked_ms =
        world.base_ms + (int64_t)below(&world, (DAYS + 4) * 24 * 60) * HW_MINUTE_MS;
    generate_shuffle(ret_generated, random_next(&world.random));
}

void generate_shuffle(struct generated *generated, uint64_t seed)
{
    struct random random = {seed};

    for (uint32_t i = generated->count; i > 1; i--) {
        uint32_t other = (uint32_t)random_below(&random, i);
        struct hw_event kept = generated->events[i - 1];

        generated->events[i - 1] = generated->events[other];
        generated->events[other] = kept;
    }
}

static const char *precise(struct hw_time time)
{
    static const char *const words[] = {"-", "y", "m", "d", "h", "min", "s", "ms"};

    return words[time.precision];
}

static void print_time(struct hw_time time, FILE *out)
{
    char text[HW_TIME_TEXT_SIZE];

    if (hw_time_is(time))
        fprintf(out, "%s(%s)", hw_time_format(time.start_ms, text), precise(time));
    else
        fprintf(out, "-");
}

static void print_identifiers(
    const char *what, const struct hw_identifier *list, uint8_t count, FILE *out)
{
    for (uint8_t i = 0; i < count; i++)
        fprintf(out, " %s %.*s/%.*s", what, HW_SLICE_ARGS(list[i].authority),
            HW_SLICE_ARGS(list[i].id));
}

static void print_field(const struct hw_event *event, enum hw_field field, FILE *out)
{
    if (hw_event_clears(event, field))
        fprintf(out, " %s=\"\"", hw_field_name(field));
    if (!hw_event_has(event, field))
        return;
    fprintf(out, " %s=", hw_field_name(field));
    if (hw_field_type(field) == HW_VALUE_TEXT)
        fprintf(out, "%.*s", HW_SLICE_ARGS(event->values[field].text));
    else if (hw_field_type(field) == HW_VALUE_TIME)
        print_time(event->values[field].time, out);
    else
        fprintf(out, "%" PRId64, event->values[field].number);
}

void generate_print(const struct generated *generated, FILE *out)
{
    for (uint32_t i = 0; i < generated->count; i++) {
        const struct hw_event *event = &generated->events[i];

        fprintf(out, "#   ");
        print_time(event->happened, out);
        fprintf(out, " %s", hw_kind_type(event->kind));
        if (event->recorded.start_ms != event->happened.start_ms) {
            fprintf(out, " recorded ");
            print_time(event->recorded, out);
        }
        fprintf(out, " by %.*s id %.*s", HW_SLICE_ARGS(event->organisation),
            HW_SLICE_ARGS(event->control_id));
        print_identifiers("id", event->identifiers, event->identifiers_count, out);
        print_identifiers("retires", event->retired, event->retired_count, out);
        if (event->retired_visit.number.size > 0)
            fprintf(out, " retires visit %.*s", HW_SLICE_ARGS(event->retired_visit.number));
        if (event->visit.number.size > 0)
            fprintf(out, " visit %.*s/%.*s", HW_SLICE_ARGS(event->visit.authority),
                HW_SLICE_ARGS(event->visit.number));
        for (unsigned field = 0; field < HW_FIELD_COUNT; field++)
            print_field(event, (enum hw_field)field, out);
        fprintf(out, "\n");
    }
}
