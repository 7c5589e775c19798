/*
 * Goal: an event read back is the event that was written, and damage is seen, never followed.
 * Method: random events over every field from a seed; every cut, every changed byte and every
 *         buffer too small, in front of a page that cannot be touched.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "guard.h"
#include "homeward/record.h"
#include "random.h"

enum { EVENTS = 300, SEQUENCE = 7, ACCEPTED_MS = 12345 };

static uint8_t buffer[HW_RECORD_SIZE_MAX];

/* Texts of a random event lie here, one after the other. */
struct pool {
    struct random random;
    uint8_t bytes[HW_RECORD_SIZE_MAX];
    size_t used;
};

static struct hw_slice random_text(struct pool *pool, size_t size_max)
{
    size_t size = (size_t)random_below(&pool->random, size_max + 1);
    struct hw_slice text = hw_slice_of(pool->bytes + pool->used, size);

    cr_assert(le(sz, pool->used + size, sizeof pool->bytes));
    for (size_t i = 0; i < size; i++)
        pool->bytes[pool->used++] = (uint8_t)random_next(&pool->random);
    return text;
}

static struct hw_time random_time(struct pool *pool)
{
    if (random_below(&pool->random, 8) == 0)
        return hw_time_none();
    return (struct hw_time){
        .start_ms = (int64_t)random_below(&pool->random, UINT64_C(1) << 42),
        .precision = (uint8_t)(1 + random_below(&pool->random, HW_PRECISION_MS)),
        .flags = (uint8_t)random_below(&pool->random, 3),
    };
}

static struct hw_hash random_hash(struct pool *pool)
{
    return (struct hw_hash){random_next(&pool->random), random_next(&pool->random)};
}

static void random_field(struct pool *pool, struct hw_event *event, enum hw_field field)
{
    switch (hw_field_type(field)) {
    case HW_VALUE_TEXT:
        hw_event_set_text(event, field, random_text(pool, 40));
        return;
    case HW_VALUE_TIME:
        hw_event_set_time(event, field, hw_time_at((int64_t)random_next(&pool->random) >> 20));
        return;
    case HW_VALUE_BOOL:
        hw_event_set_bool(event, field, random_below(&pool->random, 2) == 1);
        return;
    case HW_VALUE_NUMBER:
        hw_event_set_number(event, field, (int64_t)random_next(&pool->random));
        return;
    }
}

static enum hw_kind random_kind(struct pool *pool)
{
    unsigned number;

    do
        number = (unsigned)random_below(&pool->random, 256);
    while (hw_kind_type((enum hw_kind)number) == NULL);
    return (enum hw_kind)number;
}

static void random_people(struct pool *pool, struct hw_event *event)
{
    uint64_t identifiers = random_below(&pool->random, HW_IDENTIFIERS_MAX + 1);
    uint64_t retired = random_below(&pool->random, HW_IDENTIFIERS_MAX + 1);

    while (identifiers-- > 0)
        (void)hw_event_add_identifier(event, (uint8_t)(1 + random_below(&pool->random, 2)),
            random_text(pool, 8), random_text(pool, 12));
    while (retired-- > 0)
        (void)hw_event_add_retired(event, (uint8_t)(1 + random_below(&pool->random, 2)),
            random_text(pool, 8), random_text(pool, 12));
    event->visit.authority = random_text(pool, 8);
    event->visit.number = random_text(pool, 12);
    event->retired_visit.authority = random_text(pool, 8);
    event->retired_visit.number = random_text(pool, 12);
    event->name = random_text(pool, 60);
    event->born = random_text(pool, 10);
    event->postcode = random_text(pool, 8);
}

static void random_event(struct pool *pool, struct hw_event *event)
{
    pool->used = 0;
    hw_event_init(event, random_kind(pool));
    event->flags = (uint32_t)random_next(&pool->random);
    event->happened = random_time(pool);
    event->recorded = random_time(pool);
    event->sent = random_time(pool);
    event->message_sequence = (int64_t)random_next(&pool->random);
    event->control_id = random_text(pool, 20);
    event->source = random_text(pool, 20);
    event->organisation = random_text(pool, 5);
    event->message_id_hash = random_hash(pool);
    event->message_hash = random_hash(pool);
    for (int field = 0; field < HW_FIELD_COUNT; field++) {
        uint64_t choice = random_below(&pool->random, 3);

        if (choice == 1)
            random_field(pool, event, field);
        else if (choice == 2)
            hw_event_clear(event, field);
    }
    random_people(pool, event);
    hw_event_finish(event);
}

static bool same_time(struct hw_time a, struct hw_time b)
{
    return a.start_ms == b.start_ms && a.precision == b.precision && a.flags == b.flags;
}

static bool same_value(const struct hw_event *a, const struct hw_event *b, enum hw_field field)
{
    switch (hw_field_type(field)) {
    case HW_VALUE_TEXT:
        return hw_slice_equal(a->values[field].text, b->values[field].text);
    case HW_VALUE_TIME:
        return same_time(a->values[field].time, b->values[field].time);
    case HW_VALUE_BOOL:
    case HW_VALUE_NUMBER:
        return a->values[field].number == b->values[field].number;
    }
    return false;
}

static void expect_same_people(const struct hw_identifier *a, const struct hw_identifier *b,
    unsigned count, bool with_identity)
{
    for (unsigned i = 0; i < count; i++) {
        cr_expect(eq(u8, a[i].type, b[i].type));
        cr_expect(hw_hash_equal(a[i].hash, b[i].hash));
        cr_expect(hw_slice_equal(a[i].authority, b[i].authority));
        if (with_identity)
            cr_expect(hw_slice_equal(a[i].id, b[i].id));
        else
            cr_expect(eq(sz, b[i].id.size, 0));
    }
}

static void expect_same_identity(
    const struct hw_event *a, const struct hw_event *b, bool with_identity)
{
    const struct hw_slice wanted[] = {
        a->visit.number, a->retired_visit.number, a->name, a->born, a->postcode};
    const struct hw_slice got[] = {
        b->visit.number, b->retired_visit.number, b->name, b->born, b->postcode};

    for (size_t i = 0; i < sizeof got / sizeof *got; i++) {
        if (with_identity)
            cr_expect(hw_slice_equal(got[i], wanted[i]), "identity text %zu", i);
        else
            cr_expect(eq(sz, got[i].size, 0), "identity text %zu", i);
    }
    expect_same_people(a->identifiers, b->identifiers, a->identifiers_count, with_identity);
    expect_same_people(a->retired, b->retired, a->retired_count, with_identity);
}

static void expect_same(const struct hw_event *a, const struct hw_event *b, bool with_identity)
{
    cr_expect(a->kind == b->kind);
    cr_expect(eq(u32, a->flags, b->flags));
    cr_expect(same_time(a->happened, b->happened));
    cr_expect(same_time(a->recorded, b->recorded));
    cr_expect(same_time(a->sent, b->sent));
    cr_expect(eq(i64, a->message_sequence, b->message_sequence));
    cr_expect(hw_slice_equal(a->control_id, b->control_id));
    cr_expect(hw_slice_equal(a->source, b->source));
    cr_expect(hw_slice_equal(a->organisation, b->organisation));
    cr_expect(hw_hash_equal(a->message_id_hash, b->message_id_hash));
    cr_expect(hw_hash_equal(a->message_hash, b->message_hash));
    cr_expect(eq(u64, a->set, b->set));
    cr_expect(eq(u64, a->cleared, b->cleared));
    for (int field = 0; field < HW_FIELD_COUNT; field++)
        if (hw_event_has(a, field))
            cr_expect(same_value(a, b, field), "field %s", hw_field_name(field));
    cr_assert(eq(u8, a->identifiers_count, b->identifiers_count));
    cr_assert(eq(u8, a->retired_count, b->retired_count));
    cr_expect(eq(u8, a->stay_identifier, b->stay_identifier));
    cr_expect(a->has_stay == b->has_stay);
    cr_expect(hw_hash_equal(a->visit.hash, b->visit.hash));
    cr_expect(hw_hash_equal(a->retired_visit.hash, b->retired_visit.hash));
    cr_expect(hw_slice_equal(a->visit.authority, b->visit.authority));
    cr_expect(hw_slice_equal(a->retired_visit.authority, b->retired_visit.authority));
    expect_same_identity(a, b, with_identity);
}

Test(record, random_events_come_back_as_they_went)
{
    static struct pool pool = {.random = {1}};
    struct guard guard = guard_new(sizeof buffer);

    for (int i = 0; i < EVENTS; i++) {
        struct hw_event event, got;
        struct hw_record_header header;
        struct hw_slice record;
        size_t size;

        random_event(&pool, &event);
        size = hw_record_encode(&event, SEQUENCE + i, ACCEPTED_MS - i, buffer, sizeof buffer);
        cr_assert(gt(sz, size, 0));
        cr_expect(eq(sz, size % 8, 0));
        record = guard_copy(&guard, buffer, size);
        cr_assert(hw_record_header(record, &header) == HW_OK);
        cr_expect(eq(u32, header.size, size));
        cr_expect(eq(u16, header.kind, event.kind));
        cr_expect(eq(u8, header.schema, HW_RECORD_SCHEMA));
        cr_expect(eq(u32, header.flags, event.flags));
        cr_expect(eq(u64, header.sequence, SEQUENCE + i));
        cr_expect(eq(i64, header.accepted_ms, ACCEPTED_MS - i));
        cr_assert(hw_record_decode(record, true, &got) == HW_OK);
        expect_same(&event, &got, true);
        cr_assert(hw_record_decode(record, false, &got) == HW_OK);
        expect_same(&event, &got, false);
    }
    guard_free(&guard);
}

/* One event with something everywhere. */
static size_t full_record(void)
{
    static struct pool pool = {.random = {2}};
    struct hw_event event;

    do
        random_event(&pool, &event);
    while (event.identifiers_count < 3 || event.retired_count < 2 || event.name.size == 0 ||
        event.visit.number.size == 0 || event.born.size == 0);
    return hw_record_encode(&event, SEQUENCE, ACCEPTED_MS, buffer, sizeof buffer);
}

Test(record, cut_anywhere_it_is_partial)
{
    size_t size = full_record();
    struct guard guard = guard_new(size);

    for (size_t cut = 0; cut < size; cut++) {
        struct hw_event event;
        struct hw_record_header header = {.sequence = 99};

        cr_expect(hw_record_header(guard_copy(&guard, buffer, cut), &header) == HW_E_PARTIAL,
            "%zu bytes", cut);
        cr_expect(eq(u64, header.sequence, 99), "a refusal leaves the header alone");
        cr_expect(hw_record_decode(guard_copy(&guard, buffer, cut), true, &event) == HW_E_PARTIAL,
            "%zu bytes", cut);
    }
    guard_free(&guard);
}

static void put_u32(size_t at, uint32_t value)
{
    memcpy(buffer + at, &value, sizeof value);
}

/* A record that says it is shorter than it is: its insides do not fit. */
Test(record, cut_anywhere_and_saying_so_it_is_damaged)
{
    size_t whole = full_record();
    struct guard guard = guard_new(whole);
    uint32_t body_size;

    memcpy(&body_size, buffer + 32, sizeof body_size);
    for (size_t size = 32; size + 8 <= 32 + body_size; size += 8) {
        struct hw_event event;

        put_u32(0, (uint32_t)size);
        cr_expect(hw_record_decode(guard_copy(&guard, buffer, size), true, &event) == HW_E_DAMAGED,
            "%zu bytes", size);
    }
    put_u32(0, (uint32_t)whole);
    for (uint32_t size = 0; size < body_size; size++) {
        struct hw_event event;

        put_u32(32, size);
        cr_expect(
            hw_record_decode(guard_copy(&guard, buffer, whole), false, &event) == HW_E_DAMAGED,
            "body of %u bytes", size);
    }
    guard_free(&guard);
}

Test(record, any_changed_byte_is_read_within_bounds)
{
    size_t size = full_record();
    struct guard guard = guard_new(size);
    struct random random = {3};
    unsigned refused = 0;

    for (size_t at = 0; at < size; at++) {
        uint8_t kept = buffer[at];
        uint8_t others[] = {
            (uint8_t)(kept ^ 1), (uint8_t)(kept ^ 0x80), 0, 0xff, (uint8_t)random_next(&random)};

        for (size_t i = 0; i < sizeof others; i++) {
            struct hw_event event;

            buffer[at] = others[i];
            refused += hw_record_decode(guard_copy(&guard, buffer, size), true, &event) != HW_OK;
        }
        buffer[at] = kept;
    }
    cr_expect(gt(uint, refused, 100));
    guard_free(&guard);
}

Test(record, sizes_that_cannot_be)
{
    static const uint32_t sizes[] = {0, 8, 32, 152, 157, HW_RECORD_SIZE_MAX + 8, UINT32_MAX};
    size_t size = full_record();

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct hw_record_header header;

        put_u32(0, sizes[i]);
        cr_expect(
            hw_record_header(hw_slice_of(buffer, size), &header) == HW_E_DAMAGED, "%u", sizes[i]);
    }
    put_u32(0, (uint32_t)size);
    for (uint32_t over = 0; over < 32; over++) {
        struct hw_event event;

        put_u32(12, (uint32_t)size - 32 - over);
        cr_expect(hw_record_decode(hw_slice_of(buffer, size), true, &event) == HW_E_DAMAGED);
    }
}

Test(record, a_newer_schema_and_an_unknown_kind_are_refused_by_name)
{
    size_t size = full_record();
    struct hw_record_header header;
    struct hw_event event;

    buffer[6] = HW_RECORD_SCHEMA + 1;
    cr_expect(hw_record_header(hw_slice_of(buffer, size), &header) == HW_E_VERSION);
    cr_expect(hw_record_decode(hw_slice_of(buffer, size), true, &event) == HW_E_VERSION);
    buffer[6] = HW_RECORD_SCHEMA;
    cr_expect(hw_record_decode(hw_slice_of(buffer, size), true, &event) == HW_OK);
    buffer[4] = 0xff;
    buffer[5] = 0xff;
    cr_expect(hw_record_decode(hw_slice_of(buffer, size), true, &event) == HW_E_VERSION);
}

/* What a later version of this schema would write: three fields more behind ours. */
Test(record, fields_of_the_future_are_passed_over)
{
    static const uint8_t more[] = {3, 0, 'n', 'e', 'w', 0, 0, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8};
    uint64_t future = UINT64_C(7) << 61, set, cleared;
    struct hw_event event, wanted;
    struct hw_slice record = {buffer, 0};
    uint32_t body_size, identity_size;
    size_t size = full_record(), end;
    uint8_t before[sizeof buffer];

    memcpy(before, buffer, size);
    cr_assert(hw_record_decode(hw_slice_of(before, size), true, &wanted) == HW_OK);
    memcpy(&body_size, buffer + 32, sizeof body_size);
    memcpy(&identity_size, buffer + 12, sizeof identity_size);
    memcpy(&set, buffer + 36, sizeof set);
    memcpy(&cleared, buffer + 44, sizeof cleared);
    set |= future;
    cleared |= UINT64_C(1) << 60;
    memcpy(buffer + 36, &set, sizeof set);
    memcpy(buffer + 44, &cleared, sizeof cleared);
    end = 32 + body_size;
    memmove(buffer + end + sizeof more, buffer + end, identity_size);
    memcpy(buffer + end, more, sizeof more);
    put_u32(32, body_size + (uint32_t)sizeof more);
    end += sizeof more + identity_size;
    memset(buffer + end, 0, 8);
    record.size = (end + 7) / 8 * 8;
    put_u32(0, (uint32_t)record.size);

    cr_assert(hw_record_decode(record, true, &event) == HW_OK);
    expect_same(&wanted, &event, true);
}

Test(record, a_buffer_too_small_is_left_within_bounds)
{
    size_t size = full_record();
    struct guard guard = guard_new(size);
    struct hw_event event;
    static uint8_t before[sizeof buffer];

    memcpy(before, buffer, size);
    cr_assert(hw_record_decode(hw_slice_of(before, size), true, &event) == HW_OK);
    for (size_t room = 0; room < size; room++) {
        struct hw_slice end = guard_copy(&guard, before, room);

        cr_expect(
            eq(sz, hw_record_encode(&event, SEQUENCE, ACCEPTED_MS, (uint8_t *)end.data, room), 0));
    }
    cr_expect(eq(sz,
        hw_record_encode(
            &event, SEQUENCE, ACCEPTED_MS, (uint8_t *)guard_copy(&guard, before, size).data, size),
        size));
    guard_free(&guard);
}

/* Whatever a codec can be told, HW_RECORD_SIZE_MAX bytes hold it. */
Test(record, the_longest_event_fits)
{
    static uint8_t texts[2 * HW_IDENTIFIERS_MAX][4000];
    struct hw_slice longest = hw_slice_of(texts, sizeof texts[0]);
    struct hw_event event, got;
    size_t size;

    hw_event_init(&event, HW_KIND_SPELL_ADMITTED);
    for (int field = 0; field < HW_FIELD_COUNT; field++)
        if (hw_field_type(field) == HW_VALUE_TEXT)
            hw_event_set_text(&event, field, longest);
    for (int i = 0; i < HW_IDENTIFIERS_MAX; i++) {
        memset(texts[i], 'a' + i, sizeof texts[i]);
        (void)hw_event_add_identifier(
            &event, HW_IDENTIFIER_LOCAL, longest, hw_slice_of(texts[i], sizeof texts[i]));
        (void)hw_event_add_retired(
            &event, HW_IDENTIFIER_LOCAL, longest, hw_slice_of(texts[i], sizeof texts[i]));
    }
    event.control_id = event.source = event.organisation = longest;
    event.visit.authority = event.visit.number = longest;
    event.retired_visit = event.visit;
    event.name = event.born = event.postcode = longest;
    hw_event_finish(&event);
    size = hw_record_encode(&event, SEQUENCE, ACCEPTED_MS, buffer, sizeof buffer);
    cr_assert(gt(sz, size, 64 * 1024));
    cr_assert(hw_record_decode(hw_slice_of(buffer, size), true, &got) == HW_OK);
    expect_same(&event, &got, true);
}
