/*
 * Goal: whatever a message's character set and escapes, a text is UTF-8 and says what was meant.
 * Method: raw texts with what they decode to; character sets by their names and their bytes.
 */
#include "codec/hl7v2/text.h"

#include <criterion/criterion.h>

static uint8_t space[HW_HL7_SCRATCH_SIZE];

static struct hl7_scratch scratch_of(enum hl7_charset charset)
{
    return (struct hl7_scratch){
        space, space + sizeof space, {'|', '^', '~', '\\', '&'}, charset, 0, false, false};
}

static const struct {
    enum hl7_charset charset;
    const char *raw, *text;
} texts[] = {
    {HL7_UTF8, "plain", "plain"},
    {HL7_UTF8, "  blanks \t", "blanks"},
    {HL7_UTF8, "a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f", "a|b^c&d~e\\f"},
    {HL7_UTF8, "\\X41\\\\X4243\\", "ABC"},
    {HL7_UTF8, "\\Xc3a9\\", "\xc3\xa9"},
    {HL7_UTF8, "\\Xe9\\", "?"},
    {HL7_LATIN1, "\\Xe9\\", "\xc3\xa9"},
    {HL7_UTF8, "\\X4\\", "\\X4\\"},
    {HL7_UTF8, "\\XZZ\\", "\\XZZ\\"},
    {HL7_UTF8, "\\H\\loud\\N\\ quiet", "loud quiet"},
    {HL7_UTF8, "one\\.br\\two", "one two"},
    {HL7_UTF8, "\\C2842\\x\\M254142\\y\\Zlocal\\z", "xyz"},
    {HL7_UTF8, "\\foo\\", "\\foo\\"},
    {HL7_UTF8, "lone \\ one", "lone \\ one"},
    {HL7_UTF8, "ends in \\", "ends in \\"},
    {HL7_UTF8, "\\\\F\\", "\\|"},
    {HL7_LATIN1, "M\xfcller \x80", "M\xc3\xbcller \xc2\x80"},
    {HL7_WINDOWS1252, "\x80 \x93\xe9\x94 \x81",
        "\xe2\x82\xac \xe2\x80\x9c\xc3\xa9\xe2\x80\x9d \xc2\x81"},
};

Test(hl7v2_text, decodes)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct hl7_scratch scratch = scratch_of(texts[i].charset);
        struct hw_slice text = hl7_text(&scratch, hw_slice_text(texts[i].raw));

        cr_expect(hw_slice_is(text, texts[i].text), "%s: %.*s", texts[i].raw, HW_SLICE_ARGS(text));
        cr_expect(hl7_is_utf8(text), "%s", texts[i].raw);
    }
}

Test(hl7v2_text, without_an_escape_character_nothing_is_escaped)
{
    struct hl7_scratch scratch = scratch_of(HL7_UTF8);

    scratch.delimiters.escape = 0;
    cr_expect(hw_slice_is(hl7_text(&scratch, hw_slice_text("a\\F\\b")), "a\\F\\b"));
}

static const struct {
    const char *name, *bytes;
    enum hl7_charset charset;
    bool flagged;
} sets[] = {
    {"", "ascii", HL7_UTF8, false},
    {"ASCII", "ascii", HL7_UTF8, false},
    {"", "\xc3\xa9", HL7_UTF8, true},
    {"", "\xe9", HL7_LATIN1, true},
    {"UNICODE UTF-8", "\xc3\xa9", HL7_UTF8, false},
    {"UTF-8", "\xe9", HL7_LATIN1, true},
    {"8859/1", "\xe9", HL7_LATIN1, false},
    {"8859/1", "\xc3\xa9", HL7_LATIN1, false},
    {"ISO_8859-1", "\xe9", HL7_LATIN1, false},
    {"iso-8859-1", "\xe9", HL7_LATIN1, false},
    {"windows-1252", "\x93", HL7_WINDOWS1252, false},
    {"WINDOWS 1252~8859/1", "\x93", HL7_WINDOWS1252, false},
    {"8859/2", "ascii", HL7_UTF8, true},
    {"8859/2", "\xc3\xa9", HL7_UTF8, true},
    {"8859/2", "\xe9", HL7_LATIN1, true},
    {"~ISO IR87", "ascii", HL7_UTF8, true},
    {"8859/15", "\xe9", HL7_LATIN1, true},
};

Test(hl7v2_text, character_sets)
{
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        struct hl7_scratch scratch = scratch_of(HL7_UTF8);

        hl7_charset_settle(&scratch, hw_slice_text(sets[i].name), hw_slice_text(sets[i].bytes),
            (sets[i].bytes[0] & 0x80) == 0);
        cr_expect(scratch.charset == sets[i].charset, "%s", sets[i].name);
        cr_expect(((scratch.flags & HW_FLAG_CHARACTER_SET_UNKNOWN) != 0) == sets[i].flagged, "%s",
            sets[i].name);
    }
}

Test(hl7v2_text, utf8_is_what_rfc_3629_says)
{
    static const char *const good[] = {"", "a", "\xc2\x80", "\xe0\xa0\x80", "\xed\x9f\xbf",
        "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {"\x80", "\xc0\xaf", "\xc1\xbf", "\xc3", "\xe0\x9f\xbf",
        "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82",
        "12345678\xff", "\xe2\x82("};

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_expect(hl7_is_utf8(hw_slice_text(good[i])), "good %zu", i);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect(!hl7_is_utf8(hw_slice_text(bad[i])), "bad %zu", i);
}

Test(hl7v2_text, long_texts_are_cut_between_characters)
{
    static char raw[HW_TEXT_SIZE_MAX + 8];
    struct hl7_scratch scratch = scratch_of(HL7_UTF8);
    struct hw_slice text;

    memset(raw, 'x', sizeof raw - 1);
    memcpy(raw + HW_TEXT_SIZE_MAX - 1, "\xc3\xa9", 2);
    text = hl7_text(&scratch, hw_slice_text(raw));
    cr_expect(text.size == HW_TEXT_SIZE_MAX - 1);
    cr_expect((scratch.flags & HW_FLAG_TEXT_CUT) != 0);
    scratch = scratch_of(HL7_LATIN1);
    memset(raw, 0xe9, sizeof raw - 1);
    text = hl7_text(&scratch, hw_slice_text(raw));
    cr_expect(text.size <= HW_TEXT_SIZE_MAX && hl7_is_utf8(text));
    cr_expect((scratch.flags & HW_FLAG_TEXT_CUT) != 0);
}

Test(hl7v2_text, a_full_scratch_buffer_drops_and_says_so)
{
    struct hl7_scratch scratch = scratch_of(HL7_LATIN1);

    scratch.end = scratch.at + 3;
    cr_expect(hl7_text(&scratch, hw_slice_text("\xe9\xe9")).size == 0);
    cr_expect((scratch.flags & HW_FLAG_VALUE_DROPPED) != 0);
    scratch = scratch_of(HL7_LATIN1);
    scratch.end = scratch.at + 4;
    cr_expect(hl7_text(&scratch, hw_slice_text("\xe9\xe9")).size == 4);
    cr_expect(scratch.flags == 0);
}
