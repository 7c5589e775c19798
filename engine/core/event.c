#include "homeward/event.h"

const char *hw_kind_type(enum hw_kind kind)
{
    switch (kind) {
#define KIND_CASE(number, name, type)                                                              \
    case HW_KIND_##name:                                                                           \
        return type;
        HW_KIND_LIST(KIND_CASE)
#undef KIND_CASE
    case HW_KIND_NONE:
        break;
    }
    return NULL;
}

enum hw_kind hw_kind_of(struct hw_slice type)
{
#define KIND_IF(number, name, text)                                                                \
    if (hw_slice_is(type, text))                                                                   \
        return HW_KIND_##name;
    HW_KIND_LIST(KIND_IF)
#undef KIND_IF
    return HW_KIND_NONE;
}

const char *hw_field_name(enum hw_field field)
{
    static const char *const names[] = {
#define FIELD_NAME(number, name, text, type) [number] = text,
        HW_FIELD_LIST(FIELD_NAME)
#undef FIELD_NAME
    };

    HW_ASSERT(field < HW_FIELD_COUNT);
    return names[field];
}

enum hw_value_type hw_field_type(enum hw_field field)
{
    static const uint8_t types[] = {
#define FIELD_TYPE(number, name, text, type) [number] = HW_VALUE_##type,
        HW_FIELD_LIST(FIELD_TYPE)
#undef FIELD_TYPE
    };

    HW_ASSERT(field < HW_FIELD_COUNT);
    return (enum hw_value_type)types[field];
}

void hw_event_init(struct hw_event *event, enum hw_kind kind)
{
    event->kind = kind;
    event->flags = 0;
    event->happened = hw_time_none();
    event->recorded = hw_time_none();
    event->sent = hw_time_none();
    event->message_sequence = -1;
    event->control_id = (struct hw_slice){0};
    event->source = (struct hw_slice){0};
    event->organisation = (struct hw_slice){0};
    event->message_id_hash = (struct hw_hash){0};
    event->message_hash = (struct hw_hash){0};
    event->set = 0;
    event->cleared = 0;
    event->identifiers_count = 0;
    event->stay_identifier = 0;
    event->retired_count = 0;
    event->visit = (struct hw_visit){0};
    event->retired_visit = (struct hw_visit){0};
    event->has_stay = false;
    event->name = (struct hw_slice){0};
    event->born = (struct hw_slice){0};
    event->postcode = (struct hw_slice){0};
}

static struct hw_value *set(struct hw_event *event, enum hw_field field, enum hw_value_type type)
{
    HW_ASSERT(field < HW_FIELD_COUNT);
    HW_ASSERT(hw_field_type(field) == type);
    event->set |= UINT64_C(1) << field;
    event->cleared &= ~(UINT64_C(1) << field);
    return &event->values[field];
}

/* Cut a text to what is kept, between characters of UTF-8. */
static struct hw_slice cut(struct hw_event *event, struct hw_slice text, size_t size_max)
{
    size_t size = size_max;

    if (text.size <= size_max)
        return text;
    event->flags |= HW_FLAG_TEXT_CUT;
    /* At most three bytes of a character stand before the cut; more are no UTF-8 anyway. */
    while (size > size_max - 3 && (text.data[size] & 0xc0) == 0x80)
        size--;
    text.size = (text.data[size] & 0xc0) == 0x80 ? size_max : size;
    return text;
}

void hw_event_set_text(struct hw_event *event, enum hw_field field, struct hw_slice text)
{
    set(event, field, HW_VALUE_TEXT)->text = cut(event, text, HW_TEXT_SIZE_MAX);
}

void hw_event_set_time(struct hw_event *event, enum hw_field field, struct hw_time time)
{
    HW_ASSERT(hw_time_is(time));
    set(event, field, HW_VALUE_TIME)->time = time;
}

void hw_event_set_bool(struct hw_event *event, enum hw_field field, bool value)
{
    set(event, field, HW_VALUE_BOOL)->number = value;
}

void hw_event_set_number(struct hw_event *event, enum hw_field field, int64_t number)
{
    set(event, field, HW_VALUE_NUMBER)->number = number;
}

void hw_event_clear(struct hw_event *event, enum hw_field field)
{
    HW_ASSERT(field < HW_FIELD_COUNT);
    event->cleared |= UINT64_C(1) << field;
    event->set &= ~(UINT64_C(1) << field);
}

struct hw_slice hw_event_text(const struct hw_event *event, enum hw_field field)
{
    HW_ASSERT(hw_field_type(field) == HW_VALUE_TEXT);
    if (!hw_event_has(event, field))
        return (struct hw_slice){0};
    return event->values[field].text;
}

static bool add_identifier(struct hw_event *event, struct hw_identifier *list, uint8_t *count,
    uint8_t type, struct hw_slice authority, struct hw_slice id)
{
    HW_ASSERT(type == HW_IDENTIFIER_NHS || type == HW_IDENTIFIER_LOCAL);
    if (*count == HW_IDENTIFIERS_MAX) {
        event->flags |= HW_FLAG_LIST_CUT;
        return false;
    }
    list[(*count)++] = (struct hw_identifier){
        .authority = cut(event, authority, HW_TEXT_SIZE_MAX),
        .id = cut(event, id, HW_TEXT_SIZE_MAX),
        .type = type,
    };
    return true;
}

bool hw_event_add_identifier(
    struct hw_event *event, uint8_t type, struct hw_slice authority, struct hw_slice id)
{
    return add_identifier(
        event, event->identifiers, &event->identifiers_count, type, authority, id);
}

bool hw_event_add_retired(
    struct hw_event *event, uint8_t type, struct hw_slice authority, struct hw_slice id)
{
    return add_identifier(event, event->retired, &event->retired_count, type, authority, id);
}

/* Somebody who came of age this long before being spoken of is an adult, and nothing more. */
enum { ADULT_AGE = 18, LONG_ADULT_DAYS = 731 };

void hw_event_set_born(struct hw_event *event, struct hw_time born)
{
    int32_t day = hw_london_day(born.start_ms);
    int32_t adult_from;
    struct hw_hash hash;
    int64_t parts[2];

    HW_ASSERT(hw_time_is(born));
    adult_from = hw_day_of_age(
        born.precision == HW_PRECISION_DAY ? day : hw_london_day(hw_time_end(born) - 1), ADULT_AGE);
    parts[0] = day;
    parts[1] = born.precision < HW_PRECISION_DAY ? born.precision : HW_PRECISION_DAY;
    hash = hw_hash_bytes(hw_slice_of(parts, sizeof parts));
    hw_event_set_number(event, HW_FIELD_BORN_HASH, (int64_t)hash.low);
    /*
     * The exact day would be the birth date under another name: it is kept only for those young
     * enough for it to matter to a figure (adult on the admission date, CONTRACT R2).
     */
    if (hw_time_is(event->happened) &&
        adult_from < hw_london_day(event->happened.start_ms) - LONG_ADULT_DAYS)
        adult_from = 0;
    hw_event_set_number(event, HW_FIELD_ADULT_FROM_DAY, adult_from);
}

static int identifier_order(const struct hw_identifier *a, const struct hw_identifier *b)
{
    int order = (a->type > b->type) - (a->type < b->type);

    if (order == 0)
        order = hw_slice_compare(a->authority, b->authority);
    if (order == 0)
        order = hw_slice_compare(a->id, b->id);
    return order;
}

static void hash_identifier(struct hw_identifier *identifier)
{
    struct hw_slice parts[] = {
        hw_slice_of(&identifier->type, 1), identifier->authority, identifier->id};

    identifier->hash = hw_hash_parts(parts, 3);
}

/* Insertion sort without doubles: a handful of entries. */
static uint8_t sort_identifiers(struct hw_identifier *list, uint8_t count)
{
    uint8_t kept = 0;

    for (uint8_t i = 0; i < count; i++) {
        struct hw_identifier identifier = list[i];
        uint8_t at = kept;

        while (at > 0 && identifier_order(&identifier, &list[at - 1]) < 0)
            at--;
        if (at > 0 && identifier_order(&identifier, &list[at - 1]) == 0)
            continue;
        memmove(&list[at + 1], &list[at], (size_t)(kept - at) * sizeof *list);
        hash_identifier(&identifier);
        list[at] = identifier;
        kept++;
    }
    return kept;
}

static void hash_visit(struct hw_visit *visit)
{
    struct hw_slice parts[] = {visit->authority, visit->number};

    if (visit->number.size > 0)
        visit->hash = hw_hash_parts(parts, 2);
}

static uint8_t stay_identifier(const struct hw_event *event)
{
    uint8_t least = UINT8_MAX;

    /* Sorted by authority, then id: the first of the visit's authority is the least of it. */
    for (uint8_t i = 0; i < event->identifiers_count; i++) {
        const struct hw_identifier *identifier = &event->identifiers[i];

        if (identifier->type != HW_IDENTIFIER_LOCAL)
            continue;
        if (hw_slice_equal(identifier->authority, event->visit.authority))
            return i;
        if (least == UINT8_MAX ||
            hw_slice_compare(identifier->id, event->identifiers[least].id) < 0)
            least = i;
    }
    return least == UINT8_MAX ? 0 : least;
}

static void cut_text(struct hw_event *event, struct hw_slice *text)
{
    *text = cut(event, *text, HW_TEXT_SIZE_MAX);
}

/* Texts that codecs set directly are cut here, so that a record always has room for them. */
static void cut_texts(struct hw_event *event)
{
    event->control_id = cut(event, event->control_id, HW_CONTROL_ID_SIZE_MAX);
    cut_text(event, &event->source);
    cut_text(event, &event->organisation);
    cut_text(event, &event->visit.authority);
    cut_text(event, &event->visit.number);
    cut_text(event, &event->retired_visit.authority);
    cut_text(event, &event->retired_visit.number);
    cut_text(event, &event->name);
    cut_text(event, &event->born);
    cut_text(event, &event->postcode);
}

/* One digit ten times: the check digit is right, and senders fill it in for what they do not know.
 */
static bool is_placeholder(const struct hw_identifier *identifier)
{
    return identifier->type == HW_IDENTIFIER_NHS && identifier->id.size == 10 &&
        memcmp(identifier->id.data, identifier->id.data + 1, 9) == 0;
}

/* Beside another identifier a placeholder says nothing; it would make strangers one person. */
static void drop_placeholders(struct hw_event *event)
{
    uint8_t kept = 0;

    for (uint8_t i = 0; i < event->identifiers_count; i++)
        if (!is_placeholder(&event->identifiers[i]) || event->identifiers_count == 1)
            event->identifiers[kept++] = event->identifiers[i];
    if (kept == 0)
        return;
    if (kept < event->identifiers_count)
        event->flags |= HW_FLAG_NHS_NUMBER_INVALID;
    event->identifiers_count = kept;
}

void hw_event_finish(struct hw_event *event)
{
    drop_placeholders(event);
    cut_texts(event);
    event->identifiers_count = sort_identifiers(event->identifiers, event->identifiers_count);
    event->retired_count = sort_identifiers(event->retired, event->retired_count);
    hash_visit(&event->visit);
    hash_visit(&event->retired_visit);
    event->stay_identifier = stay_identifier(event);
    event->has_stay = event->visit.number.size > 0 ||
        (hw_event_has(event, HW_FIELD_ADMITTED_AT) && event->identifiers_count > 0);
}

bool hw_nhs_number(struct hw_slice text, char digits[10])
{
    int count = 0, sum = 0, check;

    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];

        if (c == ' ' || c == '-')
            continue;
        if (c < '0' || c > '9' || count == 10)
            return false;
        digits[count++] = (char)c;
    }
    if (count != 10)
        return false;
    for (int i = 0; i < 9; i++)
        sum += (digits[i] - '0') * (10 - i);
    check = 11 - sum % 11;
    if (check == 11)
        check = 0;
    /* Ten zeros pass the check and mean that nobody knows: they would make strangers one person. */
    return check == digits[9] - '0' && memcmp(digits, "0000000000", 10) != 0;
}
