/*
 * References: the only names outside (CONTRACT 5).  Base 32 with Crockford's digits, and his check
 * character: the number modulo 37.
 */
#include "homeward/engine.h"

static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U";

char *hw_reference_format(char prefix, uint64_t sequence, char text[HW_REFERENCE_TEXT_SIZE])
{
    char reversed[HW_REFERENCE_TEXT_SIZE];
    size_t count = 0, at = 0;
    uint64_t left = sequence;

    /* 13 digits hold 64 bits; with prefix, check and NUL that fills the text. */
    do {
        reversed[count++] = digits[left % 32];
        left /= 32;
    } while (left > 0);
    text[at++] = prefix;
    while (count > 0)
        text[at++] = reversed[--count];
    text[at++] = digits[sequence % 37];
    text[at] = '\0';
    return text;
}

static int value_of(uint8_t c)
{
    const char *found;

    if (c >= 'a' && c <= 'z')
        c = (uint8_t)(c - 'a' + 'A');
    if (c == 'O')
        c = '0';
    if (c == 'I' || c == 'L')
        c = '1';
    found = c == 0 ? NULL : memchr(digits, c, sizeof digits - 1);
    return found == NULL ? -1 : (int)(found - digits);
}

enum hw_status hw_reference_parse(struct hw_slice text, char prefix, uint64_t *ret_sequence)
{
    uint64_t sequence = 0;

    if (text.size < 3 || text.size >= HW_REFERENCE_TEXT_SIZE || text.data[0] != (uint8_t)prefix)
        return HW_E_INVALID;
    for (size_t i = 1; i + 1 < text.size; i++) {
        int value = value_of(text.data[i]);

        if (value < 0 || value > 31 || sequence > UINT64_MAX / 32)
            return HW_E_INVALID;
        sequence = sequence * 32 + (uint64_t)value;
    }
    if (value_of(text.data[text.size - 1]) != (int)(sequence % 37))
        return HW_E_INVALID;
    *ret_sequence = sequence;
    return HW_OK;
}
