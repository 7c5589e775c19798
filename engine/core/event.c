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

/* Cut a text to what is kept, between characters of UTF-8. */
struct hw_slice hw_event_cut(struct hw_event *event, struct hw_slice text, size_t size_max)
{
    size_t size = size_max;

    HW_ASSERT(text.size > size_max);
    event->flags |= HW_FLAG_TEXT_CUT;
    /* At most three bytes of a character stand before the cut; more are no UTF-8 anyway. */
    while (size > size_max - 3 && (text.data[size] & 0xc0) == 0x80)
        size--;
    text.size = (text.data[size] & 0xc0) == 0x80 ? size_max : size;
    return text;
}

static struct hw_slice cut(struct hw_event *event, struct hw_slice text, size_t size_max)
{
    return text.size <= size_max ? text : hw_event_cut(event, text, size_max);
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
enum { ADULT_AGE = 18, ADULT_AGE_DAYS_MAX = 18 * 365 + 6, LONG_ADULT_DAYS = 731 };

/*
 * The exact day would be the birth date under another name: it is kept only for those young enough
 * for it to matter to a figure (adult on the admission date, CONTRACT R2); 0 for all others.
 */
static int32_t adult_from_day(const struct hw_event *event, int32_t born_day)
{
    int32_t long_adult, adult_from;

    if (!hw_time_is(event->happened))
        return hw_day_of_age(born_day, ADULT_AGE);
    long_adult = hw_london_day(event->happened.start_ms) - LONG_ADULT_DAYS;
    if (born_day < long_adult - ADULT_AGE_DAYS_MAX) /* Nearly everybody: no calendar is needed. */
        return 0;
    adult_from = hw_day_of_age(born_day, ADULT_AGE);
    return adult_from < long_adult ? 0 : adult_from;
}

void hw_event_set_born(struct hw_event *event, struct hw_time born)
{
    int64_t parts[2] = {hw_london_day(born.start_ms),
        born.precision < HW_PRECISION_DAY ? born.precision : HW_PRECISION_DAY};
    int32_t last = (int32_t)parts[0]; /* The last day it could mean. */
    struct hw_hash hash = hw_hash_bytes(hw_slice_of(parts, sizeof parts));

    HW_ASSERT(hw_time_is(born));
    if (born.precision != HW_PRECISION_DAY)
        last = hw_london_day(hw_time_end(born) - 1);
    hw_event_set_number(event, HW_FIELD_BORN_HASH, (int64_t)hash.low);
    hw_event_set_number(event, HW_FIELD_ADULT_FROM_DAY, adult_from_day(event, last));
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
        struct hw_identifier identifier;
        uint8_t at = kept;

        hash_identifier(&list[i]);
        if (kept == i && (i == 0 || identifier_order(&list[i - 1], &list[i]) < 0)) {
            kept++; /* In its place already, as most come. */
            continue;
        }
        identifier = list[i];

        while (at > 0 && identifier_order(&identifier, &list[at - 1]) < 0)
            at--;
        if (at > 0 && identifier_order(&identifier, &list[at - 1]) == 0)
            continue;
        memmove(&list[at + 1], &list[at], (size_t)(kept - at) * sizeof *list);
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
        if (hw_slice_same(identifier->authority, event->visit.authority))
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
        identifier->id.data[0] == identifier->id.data[1] &&
        memcmp(identifier->id.data, identifier->id.data + 1, 9) == 0;
}

/* Beside another identifier a placeholder says nothing; it would make strangers one person. */
static void drop_placeholders(struct hw_event *event)
{
    uint8_t kept = 0;

    for (uint8_t i = 0; i < event->identifiers_count; i++) {
        if (is_placeholder(&event->identifiers[i]) && event->identifiers_count > 1)
            continue;
        if (kept != i)
            event->identifiers[kept] = event->identifiers[i];
        kept++;
    }
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

/* Ten digits as they lie in text, without what may stand between them. */
static bool take_digits(struct hw_slice text, char digits[10])
{
    int count = 0;

    if (text.size == 10) { /* What stands between them leaves too few. */
        memcpy(digits, text.data, 10);
        return true;
    }
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];

        if (c == ' ' || c == '-')
            continue;
        if (count == 10)
            return false;
        digits[count++] = (char)c;
    }
    return count == 10;
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first digit is the lowest byte");

/* Each of eight digits, in the bytes of digits, times its weight: 10, 9, ... 3. */
static unsigned weighted(uint64_t digits)
{
    const uint64_t lanes = UINT64_C(0x00ff00ff00ff00ff);
    uint64_t even = (digits & lanes) * UINT64_C(0x000a000800060004);
    uint64_t odd = (digits >> 8 & lanes) * UINT64_C(0x0009000700050003);

    return (unsigned)(even >> 48) + (unsigned)(odd >> 48);
}

static bool are_digits(uint64_t bytes)
{
    const uint64_t high = UINT64_C(0xf0f0f0f0f0f0f0f0), zeros = UINT64_C(0x3030303030303030);

    return (bytes & high) == zeros && ((bytes + UINT64_C(0x0606060606060606)) & high) == zeros;
}

bool hw_nhs_number(struct hw_slice text, char digits[10])
{
    uint64_t first;
    unsigned ninth, tenth, check;

    if (text.size < 10 || !take_digits(text, digits))
        return false;
    memcpy(&first, digits, sizeof first);
    ninth = (unsigned)digits[8] - '0';
    tenth = (unsigned)digits[9] - '0';
    if (!are_digits(first) || ninth > 9 || tenth > 9)
        return false;
    first -= UINT64_C(0x3030303030303030);
    check = 11 - (weighted(first) + 2 * ninth) % 11;
    if (check == 11)
        check = 0;
    /* Ten zeros pass the check and mean that nobody knows: they would make strangers one person. */
    return check == tenth && (first | ninth | check) != 0;
}
