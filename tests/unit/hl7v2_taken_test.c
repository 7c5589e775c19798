/*
 * Goal: the acceptance sheet (adapters/codec/hl7v2/README.md) says what the code does.
 * Method: every row the tables in the code would make must stand in the sheet, and the sheet may
 *         hold no other row of that shape.
 */
#include "codec/hl7v2/taken.h"
#include "codec/hl7v2/trigger.h"

#include <criterion/criterion.h>
#include <stdio.h>

static char *sheet_text(void)
{
    static char text[65536];
    FILE *file = fopen(HL7_SHEET, "rb");
    size_t size;

    cr_assert(file != NULL, "%s", HL7_SHEET);
    size = fread(text, 1, sizeof text - 1, file);
    cr_assert(size > 0 && size < sizeof text - 1);
    text[size] = '\0';
    fclose(file);
    return text;
}

static unsigned lines_with(const char *text, const char *start)
{
    unsigned count = 0;

    for (const char *at = strstr(text, start); at != NULL; at = strstr(at + 1, start))
        count++;
    return count;
}

static const char *how_words(const char *how)
{
    static const char *const words[][2] = {{"CODE", "code"}, {"MOMENT", "moment"}, {"TIME", "time"},
        {"YESNO", "yes/no"}, {"FIT", "fit"}, {"FLAG", "flag"}, {"HIDE", "hide"}, {"LIST", "list"},
        {"CLASS", "class"}};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], how) == 0)
            return words[i][1];
    return "?";
}

Test(hl7v2_taken, every_field_is_on_the_sheet_and_no_other)
{
    const char *sheet = sheet_text();
    unsigned count = 0;
    char row[128];

#define CHECK(segment, field, component, attribute, how)                                           \
    snprintf(row, sizeof row, "\n| %s-%d.%d | `%s` | %s |\n", #segment, field, component,          \
        hw_field_name(HW_FIELD_##attribute), how_words(#how));                                     \
    cr_expect(strstr(sheet, row) != NULL, "missing:%s", row);                                      \
    count++;
    HL7_TAKEN_LIST(CHECK)
#undef CHECK
    for (const char *at = sheet; (at = strstr(at, "\n| ")) != NULL; at++) {
        unsigned field, component;
        char segment[4];

        if (sscanf(at, "\n| %3s-%u.%u | `", segment, &field, &component) == 3)
            count--;
    }
    cr_expect(count == 0, "the sheet holds other rows");
}

static void add_need(char *words, size_t size, const char *word)
{
    if (words[0] != '\0')
        strncat(words, ", ", size - strlen(words) - 1);
    strncat(words, word, size - strlen(words) - 1);
}

static const char *needs_words(unsigned needs)
{
    static const struct {
        unsigned need;
        const char *word;
    } names[] = {{HL7_PERSON, "person"}, {HL7_STAY, "stay"}, {HL7_RETIRED, "retire"},
        {HL7_TWO, "two"}, {HL7_VISITS, "visits"}, {HL7_MOVED, "moved"}, {HL7_OPENS, "opens"},
        {HL7_BARE, "bare"}, {HL7_EACH, "each"}, {HL7_LOOSE, "loose"}};
    static char words[128];

    words[0] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (needs & names[i].need)
            add_need(words, sizeof words, names[i].word);
    return words;
}

static void check_trigger(const char *sheet, char letter, int number, enum hw_kind kind,
    unsigned needs, const char *meaning)
{
    char row[256];

    snprintf(row, sizeof row, "| %c%02d | `%s` | %s | %s |", letter, number, hw_kind_type(kind),
        needs_words(needs), meaning);
    cr_expect(strstr(sheet, row) != NULL, "missing: %s", row);
}

Test(hl7v2_taken, every_trigger_is_on_the_sheet_and_no_other)
{
    const char *sheet = sheet_text();
    unsigned adt = 0, ref = 0;

#define CHECK(number, kind, needs, meaning)                                                        \
    check_trigger(sheet, 'A', number, HW_KIND_##kind, needs, meaning);                             \
    adt++;
    HL7_ADT_LIST(CHECK)
#undef CHECK
#define CHECK(number, kind, needs, meaning)                                                        \
    check_trigger(sheet, 'I', number, HW_KIND_##kind, needs, meaning);                             \
    ref++;
    HL7_REF_LIST(CHECK)
#undef CHECK
    cr_expect(lines_with(sheet, "\n| A") == adt);
    cr_expect(lines_with(sheet, "\n| I") == ref);
}
