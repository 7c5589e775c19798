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

/* A writer that remembers that it ran out, so that callers check once. */
struct writer {
    uint8_t *at;
    uint8_t *end;
    bool full;
};

static void put(struct writer *writer, const void *data, size_t size)
{
    if ((size_t)(writer->end - writer->at) < size) {
        writer->full = true;
        return;
    }
    if (size > 0)
        memcpy(writer->at, data, size);
    writer->at += size;
}

_Static_assert(
    __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are written as they lie in memory");

static void put_u8(struct writer *writer, uint8_t value)
{
    put(writer, &value, sizeof value);
}

static void put_u16(struct writer *writer, uint16_t value)
{
    put(writer, &value, sizeof value);
}

static void put_u64(struct writer *writer, uint64_t value)
{
    put(writer, &value, sizeof value);
}

static void put_text(struct writer *writer, struct hw_slice text)
{
    HW_ASSERT(text.size <= HW_TEXT_SIZE_MAX); /* hw_event_finish() and the setters saw to it. */
    put_u16(writer, (uint16_t)text.size);
    put(writer, text.data, text.size);
}

static void put_time(struct writer *writer, struct hw_time time)
{
    put_u64(writer, (uint64_t)time.start_ms);
    put_u8(writer, time.precision);
    put_u8(writer, time.flags);
}

static void put_hash(struct writer *writer, struct hw_hash hash)
{
    put_u64(writer, hash.low);
    put_u64(writer, hash.high);
}

static void put_identifiers(
    struct writer *writer, const struct hw_identifier *list, uint8_t list_count)
{
    for (uint8_t i = 0; i < list_count; i++) {
        put_u8(writer, list[i].type);
        put_hash(writer, list[i].hash);
        put_text(writer, list[i].authority);
    }
}

static void put_field(struct writer *writer, const struct hw_event *event, enum hw_field field)
{
    const struct hw_value *value = &event->values[field];

    switch (hw_field_type(field)) {
    case HW_VALUE_TEXT:
        put_text(writer, value->text);
        return;
    case HW_VALUE_TIME:
        put_u16(writer, TIME_SIZE);
        put_time(writer, value->time);
        return;
    case HW_VALUE_BOOL:
    case HW_VALUE_NUMBER:
        put_u16(writer, 8);
        put_u64(writer, (uint64_t)value->number);
        return;
    }
}

static void put_body(struct writer *writer, const struct hw_event *event)
{
    uint8_t *size_at = writer->at;
    uint32_t size = 0;

    put(writer, &size, sizeof size);
    put_u64(writer, event->set);
    put_u64(writer, event->cleared);
    put_time(writer, event->happened);
    put_time(writer, event->recorded);
    put_time(writer, event->sent);
    put_u64(writer, (uint64_t)event->message_sequence);
    put_hash(writer, event->message_id_hash);
    put_hash(writer, event->message_hash);
    put_hash(writer, event->visit.hash);
    put_hash(writer, event->retired_visit.hash);
    put_text(writer, event->control_id);
    put_text(writer, event->source);
    put_text(writer, event->organisation);
    put_text(writer, event->visit.authority);
    put_text(writer, event->retired_visit.authority);
    put_u8(writer, event->identifiers_count);
    put_u8(writer, event->retired_count);
    put_u8(writer, event->stay_identifier);
    put_u8(writer, event->has_stay);
    put_identifiers(writer, event->identifiers, event->identifiers_count);
    put_identifiers(writer, event->retired, event->retired_count);
    for (uint64_t left = event->set; left != 0; left &= left - 1)
        put_field(writer, event, (enum hw_field)__builtin_ctzll(left));
    if (writer->full)
        return;
    size = (uint32_t)(writer->at - size_at);
    memcpy(size_at, &size, sizeof size);
}

static void put_identity(
    struct writer *writer, enum identity_tag tag, uint8_t index, struct hw_slice text)
{
    if (text.size == 0)
        return;
    put_u8(writer, (uint8_t)tag);
    put_u8(writer, index);
    put_text(writer, text);
}

static void put_identity_section(struct writer *writer, const struct hw_event *event)
{
    for (uint8_t i = 0; i < event->identifiers_count; i++)
        put_identity(writer, TAG_IDENTIFIER, i, event->identifiers[i].id);
    for (uint8_t i = 0; i < event->retired_count; i++)
        put_identity(writer, TAG_RETIRED, i, event->retired[i].id);
    put_identity(writer, TAG_VISIT, 0, event->visit.number);
    put_identity(writer, TAG_RETIRED_VISIT, 0, event->retired_visit.number);
    put_identity(writer, TAG_NAME, 0, event->name);
    put_identity(writer, TAG_BORN, 0, event->born);
    put_identity(writer, TAG_POSTCODE, 0, event->postcode);
}

size_t hw_record_encode(const struct hw_event *event, uint64_t sequence, int64_t accepted_ms,
    uint8_t *buffer, size_t buffer_size)
{
    struct writer writer = {buffer, buffer + buffer_size, false};
    static const uint8_t zeros[8];
    uint32_t size = 0, identity_size = 0;
    uint8_t *identity_at;

    HW_ASSERT(event->kind != HW_KIND_NONE);
    HW_ASSERT(sequence > 0);
    put(&writer, &size, sizeof size);
    put_u16(&writer, (uint16_t)event->kind);
    put_u8(&writer, HW_RECORD_SCHEMA);
    put_u8(&writer, 0);
    put(&writer, &event->flags, sizeof event->flags);
    put(&writer, &identity_size, sizeof identity_size);
    put_u64(&writer, sequence);
    put_u64(&writer, (uint64_t)accepted_ms);
    put_body(&writer, event);
    identity_at = writer.at;
    put_identity_section(&writer, event);
    identity_size = (uint32_t)(writer.at - identity_at);
    put(&writer, zeros, (8 - (size_t)(writer.at - buffer) % 8) % 8);
    if (writer.full)
        return 0;
    size = (uint32_t)(writer.at - buffer);
    memcpy(buffer, &size, sizeof size);
    memcpy(buffer + 12, &identity_size, sizeof identity_size);
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

static uint64_t get_u64(struct reader *reader)
{
    struct hw_slice bytes = get(reader, sizeof(uint64_t));
    uint64_t value = 0;

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

static struct hw_time get_time(struct reader *reader)
{
    struct hw_time time = {.start_ms = (int64_t)get_u64(reader)};

    time.precision = get_u8(reader);
    time.flags = get_u8(reader);
    if (time.precision > HW_PRECISION_MS)
        reader->damaged = true;
    return time;
}

static struct hw_hash get_hash(struct reader *reader)
{
    struct hw_hash hash = {.low = get_u64(reader)};

    hash.high = get_u64(reader);
    return hash;
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
        list[i].type = get_u8(reader);
        if (list[i].type != HW_IDENTIFIER_NHS && list[i].type != HW_IDENTIFIER_LOCAL)
            reader->damaged = true;
        list[i].hash = get_hash(reader);
        list[i].authority = get_text(reader);
        list[i].id = (struct hw_slice){0};
    }
}

/* Fields this version does not know are passed over: each carries its size. */
static void get_fields(struct reader *reader, struct hw_event *event)
{
    uint64_t known = 0;

    for (uint64_t left = event->set; left != 0; left &= left - 1) {
        unsigned field = (unsigned)__builtin_ctzll(left);
        struct reader value = {0};
        struct hw_slice bytes = get_text(reader);

        if (field >= HW_FIELD_COUNT || reader->damaged)
            continue;
        value = (struct reader){bytes.data, bytes.data + bytes.size, false};
        switch (hw_field_type(field)) {
        case HW_VALUE_TEXT:
            event->values[field].text = bytes;
            break;
        case HW_VALUE_TIME:
            event->values[field].time = get_time(&value);
            if (!hw_time_is(event->values[field].time))
                reader->damaged = true;
            break;
        case HW_VALUE_BOOL:
        case HW_VALUE_NUMBER:
            event->values[field].number = (int64_t)get_u64(&value);
            break;
        }
        if (value.damaged)
            reader->damaged = true;
        known |= UINT64_C(1) << field;
    }
    event->set = known;
    event->cleared &= UINT64_MAX >> (64 - HW_FIELD_COUNT);
    if ((event->set & event->cleared) != 0)
        reader->damaged = true;
}

static void get_body(struct reader *reader, struct hw_event *event)
{
    event->set = get_u64(reader);
    event->cleared = get_u64(reader);
    event->happened = get_time(reader);
    event->recorded = get_time(reader);
    event->sent = get_time(reader);
    event->message_sequence = (int64_t)get_u64(reader);
    event->message_id_hash = get_hash(reader);
    event->message_hash = get_hash(reader);
    event->visit.hash = get_hash(reader);
    event->retired_visit.hash = get_hash(reader);
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
    struct reader reader = {bytes.data, bytes.data + bytes.size, false};
    struct hw_record_header header;

    if (bytes.size < HW_RECORD_HEADER_SIZE)
        return HW_E_PARTIAL;
    header.size = get_u32(&reader);
    header.kind = get_u16(&reader);
    header.schema = get_u8(&reader);
    (void)get_u8(&reader);
    header.flags = get_u32(&reader);
    header.identity_size = get_u32(&reader);
    header.sequence = get_u64(&reader);
    header.accepted_ms = (int64_t)get_u64(&reader);
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
