#include "codec/hl7v2/message.h"

/* A segment's name as one number, for a switch. */
#define NAME(a, b, c) ((uint32_t)(a) << 16 | (uint32_t)(b) << 8 | (uint32_t)(c))

static uint32_t name_of(struct hw_slice line)
{
    return NAME(line.data[0], line.data[1], line.data[2]);
}

bool hl7_line_next(struct hw_slice *rest, struct hw_slice *ret_line)
{
    const uint8_t *end = rest->data + rest->size;
    const uint8_t *at = rest->data;
    const uint8_t *cr, *lf;

    if (rest->size == 0)
        return false;
    cr = memchr(at, '\r', rest->size);
    if (cr == NULL)
        cr = end;
    lf = memchr(at, '\n', (size_t)(cr - at));
    if (lf != NULL)
        cr = lf;
    *ret_line = (struct hw_slice){at, (size_t)(cr - at)};
    if (cr != end)
        cr++;
    *rest = (struct hw_slice){cr, (size_t)(end - cr)};
    return true;
}

bool hl7_line_is(const struct hl7_message *message, struct hw_slice line, struct hw_slice name)
{
    return line.size >= 3 && name.size == 3 && memcmp(line.data, name.data, 3) == 0 &&
        (line.size == 3 || line.data[3] == message->delimiters.field);
}

static bool is_name_char(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Before the delimiters are known: three capitals or digits and something that could separate. */
static bool looks_like_segment(struct hw_slice line)
{
    return line.size >= 4 && line.data[0] >= 'A' && line.data[0] <= 'Z' &&
        is_name_char(line.data[1]) && is_name_char(line.data[2]) &&
        hl7_is_punctuation(line.data[3]);
}

static bool starts_message(struct hw_slice line)
{
    return line.size >= 3 && name_of(line) == NAME('M', 'S', 'H') &&
        (line.size == 3 || !is_name_char(line.data[3]));
}

/* Delimiters of MSH-1/2: one to five distinct punctuation characters after the separator. */
static bool read_delimiters(struct hl7_delimiters *delimiters, struct hw_slice msh)
{
    uint8_t declared[5] = {0};
    size_t count = 0;

    *delimiters = (struct hl7_delimiters){0};
    if (msh.size < 4 || !hl7_is_punctuation(msh.data[3]))
        return false;
    delimiters->field = msh.data[3];
    for (size_t i = 4; i < msh.size && msh.data[i] != delimiters->field; i++) {
        if (count == sizeof declared || !hl7_is_punctuation(msh.data[i]) ||
            memchr(declared, msh.data[i], count) != NULL)
            return false;
        declared[count++] = msh.data[i];
    }
    if (count == 0)
        return false;
    delimiters->component = declared[0];
    delimiters->repetition = declared[1];
    delimiters->escape = declared[2];
    delimiters->subcomponent = declared[3]; /* The fifth is the truncation character: unused. */
    return true;
}

static struct hl7_group *group_open(struct hl7_message *message, struct hw_slice pid)
{
    if (message->groups_count == HW_HL7_EVENTS_MAX) {
        message->groups_cut = true;
        return NULL;
    }
    message->groups[message->groups_count] = (struct hl7_group){.pid = pid};
    return &message->groups[message->groups_count++];
}

/* The first of its kind in a group counts. */
static void keep_first(struct hw_slice *kept, struct hw_slice line)
{
    if (kept->data == NULL)
        *kept = line;
}

/* File one segment under its group. */
static void file_segment(struct hl7_message *message, struct hw_slice line)
{
    struct hl7_group *group = &message->groups[message->groups_count - 1];

    switch (name_of(line)) {
    case NAME('E', 'V', 'N'):
        keep_first(&message->evn, line);
        return;
    case NAME('P', 'I', 'D'):
        if (group->pid.data == NULL)
            group->pid = line;
        else
            (void)group_open(message, line);
        return;
    case NAME('M', 'R', 'G'):
        /* A45 repeats MRG and PV1 under one PID. */
        if (group->mrg.data != NULL)
            group = group_open(message, group->pid);
        if (group != NULL)
            group->mrg = line;
        return;
    case NAME('P', 'V', '1'):
        keep_first(&group->pv1, line);
        return;
    case NAME('P', 'V', '2'):
        keep_first(&group->pv2, line);
        return;
    case NAME('Z', 'U', '1'):
        keep_first(&group->zu1, line);
        return;
    case NAME('Z', 'D', 'T'):
        keep_first(&group->zdt, line);
        return;
    case NAME('R', 'F', '1'):
        keep_first(&message->rf1, line);
        return;
    case NAME('O', 'R', 'C'):
        keep_first(&message->orc, line);
        return;
    case NAME('O', 'B', 'R'):
        keep_first(&message->obr, line);
        return;
    case NAME('M', 'S', 'A'):
        message->has_msa = true;
        return;
    case NAME('M', 'S', 'H'):
    case NAME('F', 'H', 'S'):
    case NAME('B', 'H', 'S'):
        if (message->shape == HL7_SHAPE_GOOD)
            message->shape = HL7_SHAPE_SECOND_MSH;
        return;
    default:
        return;
    }
}

/* Pass over what is no segment, up to MSH. */
static bool find_msh(struct hl7_message *message, struct hw_slice *rest)
{
    struct hw_slice line;

    while (hl7_line_next(rest, &line)) {
        if (starts_message(line)) {
            message->msh = line;
            message->has_msh = true;
            return true;
        }
        if (looks_like_segment(line))
            message->shape = HL7_SHAPE_NO_MSH;
    }
    message->shape = HL7_SHAPE_NO_MSH;
    return false;
}

void hl7_message_index(struct hl7_message *message, struct hw_slice bytes)
{
    struct hw_slice rest, line;
    const uint8_t *lf;
    uint8_t field;

    if (bytes.size >= 3 && memcmp(bytes.data, "\xef\xbb\xbf", 3) == 0)
        bytes = (struct hw_slice){bytes.data + 3, bytes.size - 3};
    message->bytes = bytes;
    message->delimiters = (struct hl7_delimiters){0};
    message->shape = HL7_SHAPE_GOOD;
    message->has_msh = message->has_msa = message->groups_cut = false;
    message->msh = message->evn = message->rf1 = message->orc = message->obr = (struct hw_slice){0};
    message->groups[0] = (struct hl7_group){0};
    message->groups_count = 1;

    rest = bytes;
    if (!find_msh(message, &rest))
        return;
    if (!read_delimiters(&message->delimiters, message->msh)) {
        if (message->shape == HL7_SHAPE_GOOD)
            message->shape = HL7_SHAPE_DELIMITERS;
        return;
    }
    hl7_marks_set(&message->marks,
        (const uint8_t[HL7_MARKS]){message->delimiters.component, message->delimiters.repetition,
            message->delimiters.escape, message->delimiters.subcomponent});
    field = message->delimiters.field;
    lf = rest.size == 0 ? NULL : memchr(rest.data, '\n', rest.size);
    if (lf != NULL) {
        while (hl7_line_next(&rest, &line))
            if (line.size >= 3 && (line.size == 3 || line.data[3] == field))
                file_segment(message, line);
        return;
    }
    /* Segments end in CR alone: the usual case, one search a segment. */
    while (rest.size > 0) {
        const uint8_t *cr = memchr(rest.data, '\r', rest.size);
        size_t size = cr == NULL ? rest.size : (size_t)(cr - rest.data);

        line = (struct hw_slice){rest.data, size};
        if (size >= 3 && (size == 3 || line.data[3] == field))
            file_segment(message, line);
        size = cr == NULL ? rest.size : size + 1;
        rest = (struct hw_slice){rest.data + size, rest.size - size};
    }
}

void hl7_fields_cut(struct hl7_fields *fields, struct hw_slice segment, uint8_t separator)
{
    const uint8_t *at = segment.data;
    size_t left = segment.size;
    uint32_t count = 0;

    fields->count = 0;
    if (left == 0)
        return;
    fields->start[count++] = at;
    while (left > 0) {
        size_t size = left < HL7_BLOCK_SIZE ? left : HL7_BLOCK_SIZE;
        uint64_t hits = hl7_hits(hw_slice_of(at, size), separator);

        for (; hits != 0; hits &= hits - 1)
            fields->start[count++] = at + __builtin_ctzll(hits) + 1;
        if (count > HL7_FIELDS_MAX) {
            fields->count = HL7_FIELDS_MAX;
            return;
        }
        at += size;
        left -= size;
    }
    fields->start[count] = at + 1;
    fields->count = count;
}

/* Part number of a text of at most HL7_HITS_MAX bytes, by the bits of its separators. */
static struct hw_slice short_part(struct hw_slice text, uint32_t number, uint8_t separator)
{
    uint64_t hits = hl7_hits(text, separator);
    size_t start = 0, end;

    for (; number > 1; number--) {
        if (hits == 0)
            return (struct hw_slice){0};
        start = (size_t)__builtin_ctzll(hits) + 1;
        hits &= hits - 1;
    }
    if (start == text.size)
        return (struct hw_slice){0};
    end = hits == 0 ? text.size : (size_t)__builtin_ctzll(hits);
    return (struct hw_slice){text.data + start, end - start};
}

struct hw_slice hl7_part(struct hw_slice text, uint32_t number, uint8_t separator)
{
    const uint8_t *at = text.data;
    const uint8_t *end = at + text.size;

    if (separator == 0)
        return number == 1 ? text : (struct hw_slice){0};
    if (text.size <= HL7_HITS_MAX)
        return short_part(text, number, separator);
    for (uint32_t part = 1; at < end; part++) {
        const uint8_t *stop = memchr(at, separator, (size_t)(end - at));

        if (stop == NULL)
            stop = end;
        if (part == number)
            return (struct hw_slice){at, (size_t)(stop - at)};
        at = stop == end ? end : stop + 1;
    }
    return (struct hw_slice){0};
}

bool hl7_repetition_next(struct hw_slice *rest, uint8_t separator, struct hw_slice *ret_repetition)
{
    const uint8_t *stop = NULL;
    size_t size;

    if (rest->size == 0)
        return false;
    if (separator != 0 && rest->size <= HL7_HITS_MAX) {
        uint64_t hits = hl7_hits(*rest, separator);

        stop = hits == 0 ? NULL : rest->data + __builtin_ctzll(hits);
    } else if (separator != 0) {
        stop = memchr(rest->data, separator, rest->size);
    }
    size = stop == NULL ? rest->size : (size_t)(stop - rest->data);
    *ret_repetition = (struct hw_slice){rest->data, size};
    size += stop != NULL;
    *rest = (struct hw_slice){rest->data + size, rest->size - size};
    return true;
}
