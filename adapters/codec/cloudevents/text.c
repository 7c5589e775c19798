#include "codec/cloudevents/text.h"

#include "homeward/status.h"

#include <stdio.h>
#include <string.h>

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

/* Blanks, a byte order mark, and the record separator of RFC 7464. */
static struct hw_slice past_blanks(struct hw_slice text)
{
    if (text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
        text = hw_slice_of(text.data + 3, text.size - 3);
    while (text.size > 0 && (is_blank(text.data[0]) || text.data[0] == 0x1e))
        text = hw_slice_of(text.data + 1, text.size - 1);
    return text;
}

static size_t line_size(struct hw_slice text)
{
    const uint8_t *end = memchr(text.data, '\n', text.size);

    return end == NULL ? text.size : (size_t)(end - text.data);
}

/* jansson quotes what stands near an error: that may name a person. */
static void say(const json_error_t *error, char *words)
{
    const char *near = strstr(error->text, " near ");
    int size = near != NULL ? (int)(near - error->text) : (int)strlen(error->text);

    (void)snprintf(words, HW_CE_TEXT_WORDS_SIZE, "no JSON: line %d, column %d: %.*s", error->line,
        error->column, size, error->text);
}

enum hw_ce_next hw_ce_text_next(
    struct hw_slice *text, json_t **ret_json, struct hw_slice *ret_bytes, char *words)
{
    json_error_t error;
    size_t size;

    *text = past_blanks(*text);
    if (text->size == 0)
        return HW_CE_NEXT_END;
    *ret_json = json_loadb((const char *)text->data, text->size,
        JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, &error);
    size = *ret_json != NULL ? (size_t)error.position : line_size(*text);
    /* A value ends where it ends: "{} x" is one value and a wrong line. */
    HW_ASSERT(size > 0 && size <= text->size);
    *ret_bytes = hw_slice_of(text->data, size);
    *text = hw_slice_of(text->data + size, text->size - size);
    if (*ret_json != NULL)
        return HW_CE_NEXT_VALUE;
    if (size >= 4 && memcmp(ret_bytes->data, "MSH|", 4) == 0)
        (void)snprintf(words, HW_CE_TEXT_WORDS_SIZE,
            "no JSON but HL7 v2: that is taken over MLLP (mllp://HOST:PORT)");
    else
        say(&error, words);
    return HW_CE_NEXT_WRONG;
}
