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

/* Also of more than a line: its end is no character of a name. */
static bool starts_message(struct hw_slice line)
{
    return line.size >= 3 && name_of(line) == NAME('M', 'S', 'H') &&
        (line.size == 3 || !is_name_char(line.data[3]));
}

/*
 * Delimiters of MSH-1/2: one to five distinct punctuation characters after the separator.  msh is
 * the rest of the message, of which only the first line is looked at.  Returns where MSH-2 ends;
 * NULL if they are none.
 */
static const uint8_t *read_delimiters(struct hl7_delimiters *delimiters, struct hw_slice msh)
{
    uint8_t declared[5] = {0};
    size_t count = 0, i = 4;

    if (msh.size > 9 && memcmp(msh.data, "MSH|^~\\&|", 9) == 0) { /* as nearly everywhere */
        *delimiters = (struct hl7_delimiters){'|', '^', '~', '\\', '&'};
        return msh.data + 8;
    }
    *delimiters = (struct hl7_delimiters){0};
    if (msh.size < 4 || !hl7_is_punctuation(msh.data[3]))
        return NULL;
    delimiters->field = msh.data[3];
    for (; i < msh.size && msh.data[i] != delimiters->field; i++) {
        if (msh.data[i] == '\r' || msh.data[i] == '\n')
            break;
        if (count == sizeof declared || !hl7_is_punctuation(msh.data[i]) ||
            memchr(declared, msh.data[i], count) != NULL)
            return NULL;
        declared[count++] = msh.data[i];
    }
    if (count == 0)
        return NULL;
    delimiters->component = declared[0];
    delimiters->repetition = declared[1];
    delimiters->escape = declared[2];
    delimiters->subcomponent = declared[3]; /* The fifth is the truncation character: unused. */
    return msh.data + i;
}

static struct hl7_group *group_open(struct hl7_message *message)
{
    struct hl7_group *group = &message->groups[message->groups_count];

    if (message->groups_count == HW_HL7_EVENTS_MAX) {
        message->groups_cut = true;
        return NULL;
    }
    message->groups_count++;
    group->pid.count = group->pv1.count = group->pv2.count = 0;
    group->mrg.count = group->zu1.count = group->zdt.count = 0;
    return group;
}

/* The first of its kind counts. */
static struct hl7_segment *unless_cut(struct hl7_segment *segment)
{
    return segment->count == 0 ? segment : NULL;
}

/* Where a PID goes: to the open group, if it has none, else to one of its own. */
static struct hl7_segment *place_of_pid(struct hl7_message *message, struct hl7_group *group)
{
    if (group->pid.count > 0)
        group = group_open(message);
    return group == NULL ? NULL : &group->pid;
}

/* A45 repeats MRG and PV1 under one PID: that is a group with the same person. */
static struct hl7_segment *place_of_mrg(struct hl7_message *message, struct hl7_group *group)
{
    struct hl7_segment pid = group->pid;

    if (group->mrg.count > 0) {
        group = group_open(message);
        if (group != NULL)
            group->pid = pid;
    }
    return group == NULL ? NULL : &group->mrg;
}

/* Where a segment is kept; NULL: it is not. */
static struct hl7_segment *place_of(struct hl7_message *message, uint32_t name)
{
    struct hl7_group *group = &message->groups[message->groups_count - 1];

    switch (name) {
    case NAME('E', 'V', 'N'):
        return unless_cut(&message->evn);
    case NAME('P', 'I', 'D'):
        return place_of_pid(message, group);
    case NAME('M', 'R', 'G'):
        return place_of_mrg(message, group);
    case NAME('P', 'V', '1'):
        return unless_cut(&group->pv1);
    case NAME('P', 'V', '2'):
        return unless_cut(&group->pv2);
    case NAME('Z', 'U', '1'):
        return unless_cut(&group->zu1);
    case NAME('Z', 'D', 'T'):
        return unless_cut(&group->zdt);
    case NAME('R', 'F', '1'):
        return unless_cut(&message->rf1);
    case NAME('O', 'R', 'C'):
        return unless_cut(&message->orc);
    case NAME('O', 'B', 'R'):
        return unless_cut(&message->obr);
    case NAME('M', 'S', 'A'):
        message->has_msa = true;
        return NULL;
    case NAME('M', 'S', 'H'):
    case NAME('F', 'H', 'S'):
    case NAME('B', 'H', 'S'):
        if (message->shape == HL7_SHAPE_GOOD)
            message->shape = HL7_SHAPE_SECOND_MSH;
        return NULL;
    default:
        return NULL;
    }
}

/* Pass over what is no segment, up to MSH; *rest is then what begins with it. */
static bool find_msh(struct hl7_message *message, struct hw_slice *rest)
{
    struct hw_slice line;

    if (starts_message(*rest))
        return true;
    while (hl7_line_next(rest, &line)) {
        if (starts_message(line)) {
            *rest = hw_slice_of(line.data, (size_t)(message->tail.end - line.data));
            return true;
        }
        if (looks_like_segment(line))
            message->shape = HL7_SHAPE_NO_MSH;
    }
    message->shape = HL7_SHAPE_NO_MSH;
    return false;
}

/* Write where the bits of a map are, counted from base; returns past the last. */
static uint32_t *put_cuts(uint32_t *cuts, uint64_t map, uint32_t base)
{
    for (; map != 0; map &= map - 1)
        *cuts++ = base + hl7_lowest(map);
    return cuts;
}

/* The next line from where the one with this word at base ends. */
static const uint8_t *after_line(
    const struct hl7_message *message, const uint8_t *word, uint64_t ends)
{
    const uint8_t *end = word + hl7_lowest(ends);

    return end == message->tail.end ? end : end + 1;
}

/*
 * What follows is written once and built twice: for any machine, and for a wide one (scan.h).
 */
#define BUILT_TWICE static inline __attribute__((always_inline))

BUILT_TWICE struct hl7_word scan(struct hl7_message *message, const uint8_t *at, bool is_wide)
{
    const uint8_t *bytes = hl7_word_at(&message->tail, at);
    struct hl7_word word =
        is_wide ? hl7_word_wide(bytes, message->sought) : hl7_word_scan(bytes, message->sought);

    if (word.has_high)
        message->is_ascii = false;
    if (word.has_special)
        message->has_special = true;
    return word;
}

BUILT_TWICE const uint8_t *line_skip(struct hl7_message *message, const uint8_t *at, bool is_wide)
{
    for (;; at += HL7_WORD_SIZE) {
        struct hl7_word word = scan(message, at, is_wide);

        if (word.ends != 0)
            return after_line(message, at, word.ends);
    }
}

BUILT_TWICE const uint8_t *segment_cut(struct hl7_message *message, const uint8_t *start,
    struct hl7_segment *ret_segment, bool is_wide)
{
    uint32_t *cuts = message->cuts + message->cuts_count;
    uint32_t *last = cuts;
    const uint8_t *at = start, *next = NULL;
    uint32_t count;

    do {
        struct hl7_word word = scan(message, at, is_wide);

        if (word.ends != 0) {
            word.cuts &= word.ends ^ (word.ends - 1); /* no further than the first of them */
            next = after_line(message, at, word.ends);
        }
        last = put_cuts(last, word.cuts, (uint32_t)(at - start));
        at += HL7_WORD_SIZE;
    } while (next == NULL && last - cuts < HL7_FIELDS_MAX);
    count = (uint32_t)(last - cuts);
    ret_segment->start = start;
    ret_segment->cuts = cuts;
    ret_segment->count = count < HL7_FIELDS_MAX ? count : HL7_FIELDS_MAX;
    message->cuts_count += ret_segment->count;
    return next != NULL ? next : line_skip(message, at, is_wide);
}

/* All lines from at, the first of which is MSH. */
BUILT_TWICE void segments_cut(struct hl7_message *message, const uint8_t *at, bool is_wide)
{
    at = segment_cut(message, at, &message->msh, is_wide);
    while (at != message->tail.end) {
        const uint8_t *line = hl7_word_at(&message->tail, at);
        struct hl7_segment *place = NULL;

        if (line[3] == message->sought.field || line[3] == '\r' || line[3] == '\n')
            place = place_of(message, NAME(line[0], line[1], line[2]));
        at = place != NULL ? segment_cut(message, at, place, is_wide)
                           : line_skip(message, at, is_wide);
    }
}

HL7_WIDE static void segments_cut_wide(struct hl7_message *message, const uint8_t *at)
{
    segments_cut(message, at, true);
}

static void segments_cut_narrow(struct hl7_message *message, const uint8_t *at)
{
    segments_cut(message, at, false);
}

const uint8_t *hl7_segment_cut(
    struct hl7_message *message, const uint8_t *start, struct hl7_segment *ret_segment)
{
    return segment_cut(message, start, ret_segment, false);
}

static bool is_ascii(const uint8_t *at, const uint8_t *end)
{
    uint8_t seen = 0;

    for (; at != end; at++)
        seen |= *at;
    return seen < 0x80;
}

/* What stands in no field stands for the delimiters that are not declared. */
static void settle_delimiters(struct hl7_message *message)
{
    const struct hl7_delimiters *declared = &message->delimiters;
    uint8_t field = declared->field != 0 ? declared->field : '|';

    message->sought = (struct hl7_sought){field, declared->escape != 0 ? declared->escape : field,
        declared->subcomponent != 0 ? declared->subcomponent : field};
    message->component = message->repetition = hl7_mark_of(field);
    if (declared->component != 0)
        message->component = hl7_mark_of(declared->component);
    if (declared->repetition != 0)
        message->repetition = hl7_mark_of(declared->repetition);
}

static void clear(struct hl7_message *message, struct hw_slice bytes)
{
    message->bytes = bytes;
    hl7_tail_set(&message->tail, bytes);
    message->delimiters = (struct hl7_delimiters){0};
    message->shape = HL7_SHAPE_GOOD;
    message->is_ascii = true;
    message->has_special = false;
    message->has_msh = message->has_msa = message->groups_cut = false;
    message->msh.count = message->evn.count = 0;
    message->rf1.count = message->orc.count = message->obr.count = 0;
    message->cuts_count = 0;
    message->groups_count = 0;
    (void)group_open(message);
}

void hl7_message_index(struct hl7_message *message, struct hw_slice bytes)
{
    struct hw_slice rest;
    const uint8_t *at;

    if (bytes.size >= 3 && memcmp(bytes.data, "\xef\xbb\xbf", 3) == 0)
        bytes = (struct hw_slice){bytes.data + 3, bytes.size - 3};
    clear(message, bytes);
    rest = bytes;
    message->has_msh = find_msh(message, &rest);
    if (!message->has_msh)
        return;
    at = read_delimiters(&message->delimiters, rest);
    settle_delimiters(message);
    if (at == NULL) {
        if (message->shape == HL7_SHAPE_GOOD)
            message->shape = HL7_SHAPE_DELIMITERS;
        message->msh_lead = 1;
        (void)hl7_segment_cut(message, rest.data, &message->msh);
        return;
    }
    message->msh_lead = 2;
    message->is_ascii = is_ascii(bytes.data, rest.data);
    if (hl7_is_wide())
        segments_cut_wide(message, at);
    else
        segments_cut_narrow(message, at);
}

size_t hl7_components_cut(
    const struct hl7_message *message, struct hw_slice field, struct hw_slice parts[HL7_PARTS])
{
    return hl7_parts_cut(&message->tail, field, message->component, message->repetition, parts);
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

struct hw_slice hl7_trim_blanks(struct hw_slice text)
{
    while (text.size > 0 && is_blank(text.data[0])) {
        text.data++;
        text.size--;
    }
    while (text.size > 0 && is_blank(text.data[text.size - 1]))
        text.size--;
    return text;
}

struct hw_slice hl7_part(struct hw_slice text, uint32_t number, uint8_t separator)
{
    const uint8_t *at = text.data, *end;

    if (separator == 0)
        return number == 1 ? text : (struct hw_slice){0};
    if (text.size == 0)
        return (struct hw_slice){0};
    end = at + text.size;
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
    if (separator != 0)
        stop = memchr(rest->data, separator, rest->size);
    size = stop == NULL ? rest->size : (size_t)(stop - rest->data);
    *ret_repetition = (struct hw_slice){rest->data, size};
    size += stop != NULL;
    *rest = (struct hw_slice){rest->data + size, rest->size - size};
    return true;
}
