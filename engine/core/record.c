/*
 * Body of a record, after its u32 size, u64 set and u64 cleared (integers little-endian):
 *
 *   times       happened, recorded, sent: i64 start, u8 precision, u8 flags each
 *   i64         message sequence
 *   hashes      message id, message, visit, retired visit: u64 low, u64 high each
 *   texts       control id, source, organisation, authorities of both visits: u16 size, bytes
 *   u8 x 4      identifiers, retired identifiers, index of the stay's, 1 if a stay is named
 *   identifiers u8 type, u64 low, u64 high, authority as a text
 *   fields      in ascending number, for each bit of set: u16 size, value
 *
 * The identity section is a list of u8 tag, u8 index, u16 size, bytes.
 */
#include "homeward/record.h"

enum {
    BODY_FIXED_SIZE = 4 + 8 + 8 + 3 * 10 + 8 + 4 * 16,
    TIME_SIZE = 10,
};

/* The longest event of all: every field and list full, every text as long as it may be. */
enum {
    TEXT_SIZE = 2 + HW_TEXT_SIZE_MAX,
    IDENTITY_SIZE = 2 + TEXT_SIZE,
    LONGEST = HW_RECORD_HEADER_SIZE + BODY_FIXED_SIZE + 4 + 5 * TEXT_SIZE +
        2 * HW_IDENTIFIERS_MAX * (1 + 16 + TEXT_SIZE + IDENTITY_SIZE) + HW_FIELD_COUNT * TEXT_SIZE +
        5 * IDENTITY_SIZE + 7,
};
_Static_assert((int)LONGEST <= (int)HW_RECORD_SIZE_MAX, "the longest event fits a record");
_Static_assert((int)HW_CONTROL_ID_SIZE_MAX <= (int)HW_TEXT_SIZE_MAX, "it is a text like others");

enum identity_tag {
    TAG_IDENTIFIER = 1,
    TAG_RETIRED,
    TAG_VISIT,
    TAG_RETIRED_VISIT,
    TAG_NAME,
    TAG_BORN,
    TAG_POSTCODE,
};

_Static_assert(
    __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are written as they lie in memory");

/* Bit of each field that is a text; the others take a size and so many bytes. */
#define FIELD_IS_TEXT(number, name, text, type)                                                    \
    ((uint64_t)(HW_VALUE_##type == HW_VALUE_TEXT) << (number)) |
#define FIELD_IS_TIME(number, name, text, type)                                                    \
    ((uint64_t)(HW_VALUE_##type == HW_VALUE_TIME) << (number)) |
static const uint64_t text_fields = HW_FIELD_LIST(FIELD_IS_TEXT) 0;
static const uint64_t time_fields = HW_FIELD_LIST(FIELD_IS_TIME) 0;
#undef FIELD_IS_TEXT
#undef FIELD_IS_TIME

/* ---- writing: sizes first, so that what is written has its room ---- */

static size_t text_size(struct hw_slice text)
{
    HW_ASSERT(text.size <= HW_TEXT_SIZE_MAX); /* hw_event_finish() and the setters saw to it. */
    return sizeof(uint16_t) + text.size;
}

static size_t identity_size(struct hw_slice text)
{
    return text.size == 0 ? 0 : 2 + text_size(text);
}

static size_t fields_size(const struct hw_event *event)
{
    size_t size = 0;

    for (uint64_t left = event->set; left != 0; left &= left - 1) {
        uint64_t bit = left & -left;

        if ((bit & text_fields) != 0)
            size += text_size(event->values[__builtin_ctzll(left)].text);
        else
            size += sizeof(uint16_t) + ((bit & time_fields) != 0 ? TIME_SIZE : sizeof(uint64_t));
    }
    return size;
}

static size_t body_size(const struct hw_event *event)
{
    size_t size = BODY_FIXED_SIZE + 4 + text_size(event->control_id) + text_size(event->source) +
        text_size(event->organisation) + text_size(event->visit.authority) +
        text_size(event->retired_visit.authority) + fields_size(event);

    for (uint8_t i = 0; i < event->identifiers_count; i++)
        size += 1 + 2 * sizeof(uint64_t) + text_size(event->identifiers[i].authority);
    for (uint8_t i = 0; i < event->retired_count; i++)
        size += 1 + 2 * sizeof(uint64_t) + text_size(event->retired[i].authority);
    return size;
}

static size_t identity_section_size(const struct hw_event *event)
{
    size_t size = identity_size(event->visit.number) + identity_size(event->retired_visit.number) +
        identity_size(event->name) + identity_size(event->born) + identity_size(event->postcode);

    for (uint8_t i = 0; i < event->identifiers_count; i++)
        size += identity_size(event->identifiers[i].id);
    for (uint8_t i = 0; i < event->retired_count; i++)
        size += identity_size(event->retired[i].id);
    return size;
}

/* Each returns where it ended. */
static inline uint8_t *put(uint8_t *at, const void *data, size_t size)
{
    memcpy(at, data, size);
    return at + size;
}

static inline uint8_t *put_u8(uint8_t *at, uint8_t value)
{
    *at = value;
    return at + 1;
}

static inline uint8_t *put_u16(uint8_t *at, uint16_t value)
{
    return put(at, &value, sizeof value);
}

static inline uint8_t *put_u64(uint8_t *at, uint64_t value)
{
    return put(at, &value, sizeof value);
}

/* Most texts are short: two moves that may overlap, instead of a call. */
static inline uint8_t *put_text(uint8_t *at, struct hw_slice text)
{
    size_t size = text.size;

    at = put_u16(at, (uint16_t)size);
    if (size > 16) {
        memcpy(at, text.data, size);
    } else if (size >= 8) {
        memcpy(at, text.data, 8);
        memcpy(at + size - 8, text.data + size - 8, 8);
    } else if (size >= 4) {
        memcpy(at, text.data, 4);
        memcpy(at + size - 4, text.data + size - 4, 4);
    } else if (size > 0) {
        at[0] = text.data[0];
        at[size / 2] = text.data[size / 2];
        at[size - 1] = text.data[size - 1];
    }
    return at + size;
}

static inline uint8_t *put_time(uint8_t *at, struct hw_time time)
{
    HW_ASSERT(time.precision <= HW_PRECISION_MS);
    at = put_u64(at, (uint64_t)time.start_ms);
    at = put_u8(at, time.precision);
    return put_u8(at, time.flags);
}

/* The value of a field: it is there, so it is a time. */
static inline uint8_t *put_said_time(uint8_t *at, struct hw_time time)
{
    HW_ASSERT(hw_time_is(time));
    return put_time(put_u16(at, TIME_SIZE), time);
}

static inline uint8_t *put_hash(uint8_t *at, struct hw_hash hash)
{
    return put_u64(put_u64(at, hash.low), hash.high);
}

static uint8_t *put_identifiers(uint8_t *at, const struct hw_identifier *list, uint8_t list_count)
{
    for (uint8_t i = 0; i < list_count; i++) {
        HW_ASSERT(list[i].type == HW_IDENTIFIER_NHS || list[i].type == HW_IDENTIFIER_LOCAL);
        at = put_u8(at, list[i].type);
        at = put_hash(at, list[i].hash);
        at = put_text(at, list[i].authority);
    }
    return at;
}

static uint8_t *put_fields(uint8_t *at, const struct hw_event *event)
{
    for (uint64_t left = event->set; left != 0; left &= left - 1) {
        const struct hw_value *value = &event->values[__builtin_ctzll(left)];
        uint64_t bit = left & -left;

        if ((bit & text_fields) != 0)
            at = put_text(at, value->text);
        else if ((bit & time_fields) != 0)
            at = put_said_time(at, value->time);
        else
            at = put_u64(put_u16(at, sizeof(uint64_t)), (uint64_t)value->number);
    }
    return at;
}

static uint8_t *put_body(uint8_t *at, const struct hw_event *event, uint32_t size)
{
    at = put(at, &size, sizeof size);
    at = put_u64(at, event->set);
    at = put_u64(at, event->cleared);
    at = put_time(at, event->happened);
    at = put_time(at, event->recorded);
    at = put_time(at, event->sent);
    at = put_u64(at, (uint64_t)event->message_sequence);
    at = put_hash(at, event->message_id_hash);
    at = put_hash(at, event->message_hash);
    at = put_hash(at, event->visit.hash);
    at = put_hash(at, event->retired_visit.hash);
    at = put_text(at, event->control_id);
    at = put_text(at, event->source);
    at = put_text(at, event->organisation);
    at = put_text(at, event->visit.authority);
    at = put_text(at, event->retired_visit.authority);
    at = put_u8(at, event->identifiers_count);
    at = put_u8(at, event->retired_count);
    at = put_u8(at, event->stay_identifier);
    at = put_u8(at, event->has_stay);
    at = put_identifiers(at, event->identifiers, event->identifiers_count);
    at = put_identifiers(at, event->retired, event->retired_count);
    return put_fields(at, event);
}

static uint8_t *put_identity(
    uint8_t *at, enum identity_tag tag, uint8_t index, struct hw_slice text)
{
    if (text.size == 0)
        return at;
    at = put_u8(at, (uint8_t)tag);
    at = put_u8(at, index);
    return put_text(at, text);
}

static uint8_t *put_identity_section(uint8_t *at, const struct hw_event *event)
{
    for (uint8_t i = 0; i < event->identifiers_count; i++)
        at = put_identity(at, TAG_IDENTIFIER, i, event->identifiers[i].id);
    for (uint8_t i = 0; i < event->retired_count; i++)
        at = put_identity(at, TAG_RETIRED, i, event->retired[i].id);
    at = put_identity(at, TAG_VISIT, 0, event->visit.number);
    at = put_identity(at, TAG_RETIRED_VISIT, 0, event->retired_visit.number);
    at = put_identity(at, TAG_NAME, 0, event->name);
    at = put_identity(at, TAG_BORN, 0, event->born);
    return put_identity(at, TAG_POSTCODE, 0, event->postcode);
}

size_t hw_record_encode(const struct hw_event *event, uint64_t sequence, int64_t accepted_ms,
    uint8_t *buffer, size_t buffer_size)
{
    size_t body = body_size(event), identity = identity_section_size(event);
    size_t used = HW_RECORD_HEADER_SIZE + body + identity, size = (used + 7) & ~(size_t)7;
    const uint32_t words[2] = {event->flags, (uint32_t)identity};
    uint8_t *at = buffer;

    /* What is written must be read again: the engine may have applied it from the event. */
    HW_ASSERT(event->kind != HW_KIND_NONE);
    HW_ASSERT(sequence > 0);
    HW_ASSERT((event->set & event->cleared) == 0);
    HW_ASSERT(event->identifiers_count <= HW_IDENTIFIERS_MAX);
    HW_ASSERT(event->retired_count <= HW_IDENTIFIERS_MAX);
    HW_ASSERT(event->identifiers_count == 0 || event->stay_identifier < event->identifiers_count);
    if (size > buffer_size)
        return 0;
    memset(buffer + size - 8, 0, 8); /* Padding; what follows overwrites its share. */
    at = put(at, &(uint32_t){(uint32_t)size}, sizeof(uint32_t));
    at = put_u16(at, (uint16_t)event->kind);
    at = put_u8(at, HW_RECORD_SCHEMA);
    at = put_u8(at, 0);
    at = put(at, words, sizeof words);
    at = put_u64(at, sequence);
    at = put_u64(at, (uint64_t)accepted_ms);
    at = put_body(at, event, (uint32_t)body);
    at = put_identity_section(at, event);
    HW_ASSERT(at == buffer + used);
    return size;
}

/* A reader that remembers that bytes were missing or made no sense. */
struct reader {
    const uint8_t *at;
    const uint8_t *end;
    bool damaged;
};

static struct hw_slice get(struct reader *reader, size_t size)
{
    struct hw_slice bytes = {reader->at, size};

    if ((size_t)(reader->end - reader->at) < size) {
        reader->damaged = true;
        return (struct hw_slice){0};
    }
    reader->at += size;
    return bytes;
}

static uint8_t get_u8(struct reader *reader)
{
    struct hw_slice bytes = get(reader, 1);

    return bytes.size == 1 ? bytes.data[0] : 0;
}

static uint16_t get_u16(struct reader *reader)
{
    struct hw_slice bytes = get(reader, sizeof(uint16_t));
    uint16_t value = 0;

    if (bytes.size > 0)
        memcpy(&value, bytes.data, sizeof value);
    return value;
}

static uint32_t get_u32(struct reader *reader)
{
    struct hw_slice bytes = get(reader, sizeof(uint32_t));
    uint32_t value = 0;

    if (bytes.size > 0)
        memcpy(&value, bytes.data, sizeof value);
    return value;
}

static struct hw_slice get_text(struct reader *reader)
{
    uint16_t size = get_u16(reader);

    if (size > HW_TEXT_SIZE_MAX)
        reader->damaged = true;
    return get(reader, size);
}

/* From bytes that are there. */
static inline uint64_t load_u64(const uint8_t *at)
{
    uint64_t value;

    memcpy(&value, at, sizeof value);
    return value;
}

static inline struct hw_hash load_hash(const uint8_t *at)
{
    return (struct hw_hash){load_u64(at), load_u64(at + 8)};
}

static inline struct hw_time load_time(const uint8_t *at)
{
    return (struct hw_time){.start_ms = (int64_t)load_u64(at), .precision = at[8], .flags = at[9]};
}

static uint8_t get_count(struct reader *reader)
{
    uint8_t count = get_u8(reader);

    if (count > HW_IDENTIFIERS_MAX) {
        reader->damaged = true;
        return 0;
    }
    return count;
}

static void get_identifiers(struct reader *reader, struct hw_identifier *list, uint8_t count)
{
    for (uint8_t i = 0; i < count; i++) {
        struct hw_slice bytes = get(reader, 1 + 2 * sizeof(uint64_t));

        if (reader->damaged)
            return;
        list[i].type = bytes.data[0];
        if (list[i].type != HW_IDENTIFIER_NHS && list[i].type != HW_IDENTIFIER_LOCAL)
            reader->damaged = true;
        list[i].hash = load_hash(bytes.data + 1);
        list[i].authority = get_text(reader);
        list[i].id = (struct hw_slice){0};
    }
}

/* Fields this version does not know are passed over: each carries its size. */
static void get_fields(struct reader *reader, struct hw_event *event)
{
    for (uint64_t left = event->set; left != 0 && !reader->damaged; left &= left - 1) {
        unsigned field = (unsigned)__builtin_ctzll(left);
        uint64_t bit = left & -left;
        struct hw_value *value;
        struct hw_slice bytes;

        if (field >= HW_FIELD_COUNT)
            break; /* Nor are those behind it. */
        value = &event->values[field];
        bytes = get_text(reader);
        if ((bit & text_fields) != 0) {
            value->text = bytes;
        } else if (bytes.size < ((bit & time_fields) != 0 ? TIME_SIZE : sizeof(uint64_t))) {
            reader->damaged = true;
        } else if ((bit & time_fields) != 0) {
            value->time = load_time(bytes.data);
            if (!hw_time_is(value->time) || value->time.precision > HW_PRECISION_MS)
                reader->damaged = true;
        } else {
            value->number = (int64_t)load_u64(bytes.data);
        }
    }
    event->set &= UINT64_MAX >> (64 - HW_FIELD_COUNT);
    event->cleared &= UINT64_MAX >> (64 - HW_FIELD_COUNT);
    if ((event->set & event->cleared) != 0)
        reader->damaged = true;
}

/* What has its place in every body; its size word was read before. */
static void get_fixed(const uint8_t *at, struct reader *reader, struct hw_event *event)
{
    event->set = load_u64(at);
    event->cleared = load_u64(at + 8);
    event->happened = load_time(at + 16);
    event->recorded = load_time(at + 26);
    event->sent = load_time(at + 36);
    event->message_sequence = (int64_t)load_u64(at + 46);
    event->message_id_hash = load_hash(at + 54);
    event->message_hash = load_hash(at + 70);
    event->visit.hash = load_hash(at + 86);
    event->retired_visit.hash = load_hash(at + 102);
    if (event->happened.precision > HW_PRECISION_MS ||
        event->recorded.precision > HW_PRECISION_MS || event->sent.precision > HW_PRECISION_MS)
        reader->damaged = true;
}
_Static_assert((int)BODY_FIXED_SIZE == 4 + 102 + 16, "as it is read");

static void get_body(struct reader *reader, struct hw_event *event)
{
    struct hw_slice fixed = get(reader, BODY_FIXED_SIZE - sizeof(uint32_t));

    if (reader->damaged)
        return;
    get_fixed(fixed.data, reader, event);
    event->control_id = get_text(reader);
    event->source = get_text(reader);
    event->organisation = get_text(reader);
    event->visit.authority = get_text(reader);
    event->retired_visit.authority = get_text(reader);
    event->identifiers_count = get_count(reader);
    event->retired_count = get_count(reader);
    event->stay_identifier = get_u8(reader);
    event->has_stay = get_u8(reader) != 0;
    get_identifiers(reader, event->identifiers, event->identifiers_count);
    get_identifiers(reader, event->retired, event->retired_count);
    if (event->identifiers_count > 0 && event->stay_identifier >= event->identifiers_count)
        reader->damaged = true;
    get_fields(reader, event);
}

static void get_identity_section(struct reader *reader, struct hw_event *event)
{
    while (reader->at != reader->end && !reader->damaged) {
        uint8_t tag = get_u8(reader);
        uint8_t index = get_u8(reader);
        struct hw_slice text = get_text(reader);

        if (tag == TAG_IDENTIFIER && index < event->identifiers_count)
            event->identifiers[index].id = text;
        else if (tag == TAG_RETIRED && index < event->retired_count)
            event->retired[index].id = text;
        else if (tag == TAG_VISIT)
            event->visit.number = text;
        else if (tag == TAG_RETIRED_VISIT)
            event->retired_visit.number = text;
        else if (tag == TAG_NAME)
            event->name = text;
        else if (tag == TAG_BORN)
            event->born = text;
        else if (tag == TAG_POSTCODE)
            event->postcode = text;
    }
}

enum hw_status hw_record_header(struct hw_slice bytes, struct hw_record_header *ret_header)
{
    const uint8_t *at = bytes.data;
    struct hw_record_header header;
    uint32_t words[2];

    if (bytes.size < HW_RECORD_HEADER_SIZE)
        return HW_E_PARTIAL;
    memcpy(&header.size, at, sizeof header.size);
    memcpy(&header.kind, at + 4, sizeof header.kind);
    header.schema = at[6];
    memcpy(words, at + 8, sizeof words);
    header.flags = words[0];
    header.identity_size = words[1];
    header.sequence = load_u64(at + 16);
    header.accepted_ms = (int64_t)load_u64(at + 24);
    if (header.size < HW_RECORD_HEADER_SIZE + BODY_FIXED_SIZE || header.size > HW_RECORD_SIZE_MAX ||
        header.size % 8 != 0)
        return HW_E_DAMAGED;
    if (header.identity_size > header.size - HW_RECORD_HEADER_SIZE - BODY_FIXED_SIZE)
        return HW_E_DAMAGED;
    if (header.schema > HW_RECORD_SCHEMA)
        return HW_E_VERSION;
    if (bytes.size < header.size)
        return HW_E_PARTIAL;
    *ret_header = header;
    return HW_OK;
}

enum hw_status hw_record_decode(
    struct hw_slice record, bool with_identity, struct hw_event *ret_event)
{
    struct hw_record_header header;
    struct reader reader, body;
    struct hw_slice bytes;
    uint32_t body_size;
    enum hw_status status = hw_record_header(record, &header);

    if (status != HW_OK)
        return status;
    if (hw_kind_type((enum hw_kind)header.kind) == NULL)
        return HW_E_VERSION;
    reader = (struct reader){record.data + HW_RECORD_HEADER_SIZE, record.data + header.size, false};
    body_size = get_u32(&reader);
    if (body_size < BODY_FIXED_SIZE)
        return HW_E_DAMAGED;
    bytes = get(&reader, body_size - sizeof body_size);
    if (reader.damaged)
        return HW_E_DAMAGED;

    hw_event_init(ret_event, (enum hw_kind)header.kind);
    ret_event->flags = header.flags;
    body = (struct reader){bytes.data, bytes.data + bytes.size, false};
    get_body(&body, ret_event);
    if (body.damaged)
        return HW_E_DAMAGED;
    if (with_identity) {
        bytes = get(&reader, header.identity_size);
        if (reader.damaged)
            return HW_E_DAMAGED;
        body = (struct reader){bytes.data, bytes.data + bytes.size, false};
        get_identity_section(&body, ret_event);
        if (body.damaged)
            return HW_E_DAMAGED;
    }
    return HW_OK;
}

/* Where hashes begin in a record: behind its header, the body's size and what is of fixed size. */
enum { HASHES_OFFSET = HW_RECORD_HEADER_SIZE + 4 + 8 + 8 + 3 * TIME_SIZE + 8, TEXTS = 5 };

static bool find_about(struct hw_slice record, struct hw_about *about)
{
    struct reader reader = {record.data, record.data + record.size, false};
    const uint8_t *hashes;
    uint8_t count;

    (void)get(&reader, HASHES_OFFSET);
    hashes = get(&reader, 4 * sizeof(struct hw_hash)).data;
    for (int i = 0; i < TEXTS; i++)
        (void)get(&reader, get_u16(&reader));
    count = get_u8(&reader);
    (void)get_u8(&reader);
    about->own = get_u8(&reader);
    (void)get_u8(&reader);
    if (reader.damaged)
        return false;
    about->message_id = load_hash(hashes);
    about->visit = load_hash(hashes + 2 * sizeof(struct hw_hash));
    for (uint8_t i = 0; i < count && i < HW_ABOUT_IDENTIFIERS_MAX; i++) {
        const uint8_t *identifier = get(&reader, 1 + sizeof(struct hw_hash)).data;

        (void)get(&reader, get_u16(&reader));
        if (reader.damaged)
            return false;
        about->identifiers[about->identifiers_count++] = load_hash(identifier + 1);
    }
    return true;
}

void hw_record_about(struct hw_slice record, struct hw_about *ret_about)
{
    *ret_about = (struct hw_about){.own = 0};
    if (!find_about(record, ret_about))
        *ret_about = (struct hw_about){.own = 0};
}
