#include "codec/hl7v2/text.h"

bool hl7_is_utf8(struct hw_slice bytes)
{
    const uint8_t *at = bytes.data;
    const uint8_t *end = at + bytes.size;

    while (at != end) {
        uint64_t word;
        uint8_t first;
        int more;
        uint8_t low = 0x80, high = 0xbf;

        if (end - at >= 8) {
            memcpy(&word, at, sizeof word);
            if ((word & UINT64_C(0x8080808080808080)) == 0) {
                at += 8;
                continue;
            }
        }
        first = *at++;
        if (first < 0x80)
            continue;
        if (first < 0xc2 || first > 0xf4)
            return false;
        more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
        if (end - at < more)
            return false;
        /* No overlong forms, no surrogates, nothing past U+10FFFF. */
        if (first == 0xe0)
            low = 0xa0;
        else if (first == 0xed)
            high = 0x9f;
        else if (first == 0xf0)
            low = 0x90;
        else if (first == 0xf4)
            high = 0x8f;
        if (*at < low || *at > high)
            return false;
        for (int i = 1; i < more; i++)
            if ((at[i] & 0xc0) != 0x80)
                return false;
        at += more;
    }
    return true;
}

static bool is_ascii(struct hw_slice bytes)
{
    uint64_t seen = 0;
    size_t i = 0;

    for (; bytes.size - i >= 8; i += 8) {
        uint64_t word;

        memcpy(&word, bytes.data + i, sizeof word);
        seen |= word;
    }
    for (; i < bytes.size; i++)
        seen |= bytes.data[i];
    return (seen & UINT64_C(0x8080808080808080)) == 0;
}

/* Compares without case, blanks, hyphens and low lines: "ISO_8859-1" is "ISO8859-1". */
static bool is_name(struct hw_slice said, const char *name)
{
    for (size_t i = 0; i < said.size; i++) {
        uint8_t c = said.data[i];

        if (c == ' ' || c == '-' || c == '_' || c == '/')
            continue;
        if (c >= 'a' && c <= 'z')
            c = (uint8_t)(c - 'a' + 'A');
        if (*name == '\0' || c != (uint8_t)*name)
            return false;
        name++;
    }
    return *name == '\0';
}

static const struct {
    const char *name;
    enum hl7_charset charset;
} charsets[] = {
    {"UNICODEUTF8", HL7_UTF8},
    {"UTF8", HL7_UTF8},
    {"88591", HL7_LATIN1}, /* HL7 table 0211 */
    {"ISO88591", HL7_LATIN1},
    {"LATIN1", HL7_LATIN1},
    {"WINDOWS1252", HL7_WINDOWS1252},
    {"CP1252", HL7_WINDOWS1252},
};

void hl7_charset_settle(
    struct hl7_scratch *scratch, struct hw_slice name, struct hw_slice bytes, bool ascii)
{
    struct hw_slice first = hl7_trim(hl7_part(name, 1, scratch->delimiters.repetition));

    scratch->ascii = ascii;
    scratch->charset = HL7_UTF8;
    if (hl7_trim(name).size == 0 || is_name(first, "ASCII")) {
        if (ascii)
            return;
    } else {
        for (size_t i = 0; i < sizeof charsets / sizeof *charsets; i++) {
            if (!is_name(first, charsets[i].name))
                continue;
            scratch->charset = charsets[i].charset;
            if (scratch->charset != HL7_UTF8 || ascii || hl7_is_utf8(bytes))
                return;
            break;
        }
    }
    scratch->flags |= HW_FLAG_CHARACTER_SET_UNKNOWN;
    if (!ascii && !hl7_is_utf8(bytes))
        scratch->charset = HL7_LATIN1;
}

/* Windows-1252, 0x80 to 0x9f; 0 where it has no character (kept as ISO 8859-1 has it). */
static const uint16_t windows1252[32] = {0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
    0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178};

struct writer {
    uint8_t *at;
    uint8_t *end;
    enum hl7_charset charset;
    bool full;
};

static void put(struct writer *writer, uint8_t c)
{
    if (writer->at == writer->end)
        writer->full = true;
    else
        *writer->at++ = c;
}

/* One byte of the message's character set as UTF-8. */
static void put_byte(struct writer *writer, uint8_t c)
{
    unsigned code = c;

    if (c < 0x80 || writer->charset == HL7_UTF8) {
        put(writer, c);
        return;
    }
    if (writer->charset == HL7_WINDOWS1252 && c < 0xa0 && windows1252[c - 0x80] != 0)
        code = windows1252[c - 0x80];
    if (code >= 0x800) {
        put(writer, (uint8_t)(0xe0 | code >> 12));
        put(writer, (uint8_t)(0x80 | (code >> 6 & 0x3f)));
    } else {
        put(writer, (uint8_t)(0xc0 | code >> 6));
    }
    put(writer, (uint8_t)(0x80 | (code & 0x3f)));
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* The bytes of \Xhh..\; false, with nothing written, if they are not pairs of digits. */
static bool put_hex(struct writer *writer, struct hw_slice digits)
{
    if (digits.size == 0 || digits.size % 2 != 0)
        return false;
    for (size_t i = 0; i < digits.size; i++)
        if (hex_digit(digits.data[i]) < 0)
            return false;
    for (size_t i = 0; i < digits.size; i += 2)
        put_byte(writer, (uint8_t)(hex_digit(digits.data[i]) * 16 + hex_digit(digits.data[i + 1])));
    return true;
}

/* One escape sequence without its escape characters; false: not one, keep it as said. */
static bool put_escape(
    struct writer *writer, const struct hl7_delimiters *delimiters, struct hw_slice sequence)
{
    uint8_t plain = 0;

    if (sequence.size == 0)
        return false;
    if (sequence.data[0] == 'X')
        return put_hex(writer, (struct hw_slice){sequence.data + 1, sequence.size - 1});
    if (sequence.data[0] == '.') { /* Formatting: a break or a space, never part of a word. */
        put(writer, ' ');
        return true;
    }
    if (sequence.data[0] == 'C' || sequence.data[0] == 'M' || sequence.data[0] == 'Z')
        return sequence.size > 1; /* Other character sets and local ones: dropped. */
    if (sequence.size != 1)
        return false;
    switch (sequence.data[0]) {
    case 'F':
        plain = delimiters->field;
        break;
    case 'S':
        plain = delimiters->component;
        break;
    case 'T':
        plain = delimiters->subcomponent;
        break;
    case 'R':
        plain = delimiters->repetition;
        break;
    case 'E':
        plain = delimiters->escape;
        break;
    case 'P':
        plain = '#';
        break;
    case 'H':
    case 'N':
        return true; /* Highlighting. */
    default:
        return false;
    }
    if (plain != 0)
        put(writer, plain);
    return true;
}

static void put_text(
    struct writer *writer, const struct hl7_delimiters *delimiters, struct hw_slice raw)
{
    const uint8_t *at = raw.data;
    const uint8_t *end = at + raw.size;

    while (at != end) {
        const uint8_t *stop;

        if (delimiters->escape == 0 || *at != delimiters->escape) {
            put_byte(writer, *at++);
            continue;
        }
        stop = memchr(at + 1, delimiters->escape, (size_t)(end - at - 1));
        if (stop != NULL &&
            put_escape(writer, delimiters, (struct hw_slice){at + 1, (size_t)(stop - at - 1)}))
            at = stop + 1;
        else
            put_byte(writer, *at++); /* Not an escape sequence: a character like any other. */
    }
}

struct hw_slice hl7_cut_long(struct hl7_scratch *scratch, struct hw_slice text, size_t limit)
{
    scratch->flags |= HW_FLAG_TEXT_CUT;
    while (limit > 0 && (text.data[limit] & 0xc0) == 0x80)
        limit--;
    text.size = limit;
    return text;
}

/* Bytes that came out of escapes may be anything: what is no UTF-8 becomes a question mark. */
static void make_utf8(uint8_t *data, size_t size)
{
    if (hl7_is_utf8(hw_slice_of(data, size)))
        return;
    for (size_t i = 0; i < size; i++)
        if (data[i] >= 0x80)
            data[i] = '?';
}

struct hw_slice hl7_text_decode(struct hl7_scratch *scratch, struct hw_slice raw)
{
    struct writer writer;
    struct hw_slice text;

    raw = hl7_trim(raw);
    if (raw.size == 0)
        return raw;
    if ((scratch->ascii || scratch->charset == HL7_UTF8 || is_ascii(raw)) &&
        (scratch->delimiters.escape == 0 ||
            memchr(raw.data, scratch->delimiters.escape, raw.size) == NULL))
        return hl7_cut(scratch, raw, HW_TEXT_SIZE_MAX);
    raw = hl7_cut(scratch, raw, HW_TEXT_SIZE_MAX);
    writer = (struct writer){scratch->at, scratch->end, scratch->charset, false};
    put_text(&writer, &scratch->delimiters, raw);
    if (writer.full) {
        scratch->flags |= HW_FLAG_VALUE_DROPPED;
        return (struct hw_slice){0};
    }
    make_utf8(scratch->at, (size_t)(writer.at - scratch->at));
    text = hl7_cut(
        scratch, hw_slice_of(scratch->at, (size_t)(writer.at - scratch->at)), HW_TEXT_SIZE_MAX);
    scratch->at += text.size;
    return hl7_trim(text);
}
