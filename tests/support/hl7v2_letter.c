#include "hl7v2_letter.h"

#include <stdio.h>
#include <stdlib.h>

enum { TEXTS = 4, TEXT_SIZE = 8192, CELLS_MAX = 160, VALUE_SIZE = 1600, FIELDS_MAX = 64 };

/* What a usual message says; enough for every trigger that has one person and one stay. */
static const char usual[] =
    "MSH-3=PAS MSH-4=RWE MSH-5=HOMEWARD MSH-6=HUB MSH-7=20260301101500 MSH-10=ID1 MSH-11=P "
    "MSH-12=2.4 EVN-2=20260301101400 EVN-6=20260301100000 "
    "PID-3=9990000018^^^NHS^NH~S1234567^^^RWE^MR PID-5=SMITH^ANN PID-7=19500102 PID-8=F "
    "PV1-2=I PV1-3=W1^R2^B3^RWEAA PV1-19=V1001^^^RWE";

struct cell {
    char segment[4];
    unsigned occurrence;
    unsigned field;
    char value[VALUE_SIZE];
};

struct sheet {
    struct cell cells[CELLS_MAX];
    unsigned count;
};

static void drop(struct sheet *sheet, const char *segment)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < sheet->count; i++)
        if (strcmp(sheet->cells[i].segment, segment) != 0)
            sheet->cells[kept++] = sheet->cells[i];
    sheet->count = kept;
}

static struct cell *find(struct sheet *sheet, const struct cell *wanted)
{
    for (unsigned i = 0; i < sheet->count; i++) {
        struct cell *cell = &sheet->cells[i];

        if (strcmp(cell->segment, wanted->segment) == 0 && cell->occurrence == wanted->occurrence &&
            cell->field == wanted->field)
            return cell;
    }
    return &sheet->cells[sheet->count++];
}

static void put_token(struct sheet *sheet, const char *token, size_t size)
{
    struct cell cell = {.occurrence = 1};
    const char *value = memchr(token, '=', size);
    char name[16] = "";
    size_t value_size;

    if (token[0] == '-') {
        memcpy(cell.segment, token + 1, 3);
        drop(sheet, cell.segment);
        return;
    }
    memcpy(cell.segment, token, 3);
    memcpy(name, token + 3, (size_t)(value - token - 3));
    if (name[0] == '.')
        cell.occurrence = (unsigned)atoi(name + 1);
    cell.field = (unsigned)atoi(strchr(name, '-') + 1);
    value_size = size - (size_t)(value + 1 - token);
    memcpy(cell.value, value + 1, value_size);
    for (char *at = cell.value; *at != '\0'; at++)
        if (*at == '_')
            *at = ' ';
    *find(sheet, &cell) = cell;
}

static void put_tokens(struct sheet *sheet, const char *text)
{
    while (*text != '\0') {
        size_t size = strcspn(text, " ");

        if (size > 0)
            put_token(sheet, text, size);
        text += size;
        text += strspn(text, " ");
    }
}

/* One segment, from the cell that names it first. */
static size_t write_segment(const struct sheet *sheet, const struct cell *first, char *to)
{
    const char *values[FIELDS_MAX] = {NULL};
    unsigned last = 0;
    size_t size = (size_t)sprintf(to, "%s", first->segment);

    for (unsigned i = 0; i < sheet->count; i++) {
        const struct cell *cell = &sheet->cells[i];

        if (strcmp(cell->segment, first->segment) != 0 || cell->occurrence != first->occurrence)
            continue;
        values[cell->field] = cell->value;
        last = cell->field > last ? cell->field : last;
    }
    if (strcmp(first->segment, "MSH") == 0)
        size += (size_t)sprintf(to + size, "|^~\\&");
    for (unsigned i = strcmp(first->segment, "MSH") == 0 ? 3 : 1; i <= last; i++)
        size += (size_t)sprintf(to + size, "|%s", values[i] == NULL ? "" : values[i]);
    to[size++] = '\r';
    to[size] = '\0';
    return size;
}

static bool is_first(const struct sheet *sheet, unsigned index)
{
    for (unsigned i = 0; i < index; i++)
        if (strcmp(sheet->cells[i].segment, sheet->cells[index].segment) == 0 &&
            sheet->cells[i].occurrence == sheet->cells[index].occurrence)
            return false;
    return true;
}

const char *letter(const char *trigger, const char *text)
{
    static char texts[TEXTS][TEXT_SIZE];
    static unsigned next;
    static struct sheet sheet;
    char *to = texts[next++ % TEXTS];
    char type[32];
    size_t size = 0;

    sheet.count = 0;
    put_tokens(&sheet, usual);
    snprintf(type, sizeof type, "MSH-9=%s^%s", trigger[0] == 'I' ? "REF" : "ADT", trigger);
    put_tokens(&sheet, type);
    put_tokens(&sheet, text);
    for (unsigned i = 0; i < sheet.count; i++)
        if (is_first(&sheet, i))
            size += write_segment(&sheet, &sheet.cells[i], to + size);
    return to;
}

const struct hw_hl7_reading *letter_read(const struct hw_hl7_options *options, const char *message)
{
    static struct hw_hl7_reading reading;
    static uint8_t scratch[HW_HL7_SCRATCH_SIZE];
    static struct hw_hl7_options defaults;

    hw_hl7_options_init(&defaults);
    hw_hl7_read(options == NULL ? &defaults : options, hw_slice_text(message), scratch, &reading);
    return &reading;
}

const struct hw_hl7_reading *letter_of(const char *trigger, const char *text)
{
    return letter_read(NULL, letter(trigger, text));
}

const char *letter_fate(const struct hw_hl7_reading *reading)
{
    static char fate[64];

    switch (reading->verdict) {
    case HW_VERDICT_TAKEN:
        return "AA";
    case HW_VERDICT_IGNORED:
        return "AA ignored";
    case HW_VERDICT_UNANSWERED:
        return "none";
    case HW_VERDICT_REFUSED:
        break;
    }
    snprintf(fate, sizeof fate, "%s %u %s", reading->header ? "AR" : "AE", (unsigned)reading->code,
        reading->where);
    return fate;
}

const char *letter_field(const struct hw_event *event, enum hw_field field)
{
    static char texts[TEXTS][HW_TEXT_SIZE_MAX + 1];
    static unsigned next;
    char *text = texts[next++ % TEXTS];
    const struct hw_value *value = &event->values[field];

    if (hw_event_clears(event, field))
        return "cleared";
    if (!hw_event_has(event, field))
        return "-";
    switch (hw_field_type(field)) {
    case HW_VALUE_TEXT:
        snprintf(text, sizeof texts[0], "%.*s", HW_SLICE_ARGS(value->text));
        break;
    case HW_VALUE_TIME:
        hw_time_format(value->time.start_ms, text);
        break;
    case HW_VALUE_BOOL:
        snprintf(text, sizeof texts[0], "%s", value->number != 0 ? "true" : "false");
        break;
    case HW_VALUE_NUMBER:
        snprintf(text, sizeof texts[0], "%lld", (long long)value->number);
        break;
    }
    return text;
}
