#include "cli/top_canvas.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE_SIZE = 512 };

static const char *const colours[HW_STYLES] = {
    [HW_PLAIN] = "",
    [HW_FAINT] = "\033[2m",
    [HW_STRONG] = "\033[1m",
    [HW_TITLE] = "\033[1;36m",
    [HW_GOOD] = "\033[32m",
    [HW_WARN] = "\033[33m",
    [HW_BAD] = "\033[1;31m",
};

void hw_canvas_init(struct hw_canvas *canvas, unsigned width, unsigned lines_max, bool colour)
{
    *canvas = (struct hw_canvas){.width = width, .lines_left = lines_max, .colour = colour};
    canvas->capacity = 4096;
    canvas->text = malloc(canvas->capacity);
    canvas->failed = canvas->text == NULL;
    if (!canvas->failed)
        *canvas->text = '\0';
}

static void add(struct hw_canvas *canvas, const char *bytes, size_t size)
{
    if (canvas->failed || canvas->lines_left == 0)
        return;
    if (canvas->size + size + 1 > canvas->capacity) {
        size_t capacity = (canvas->size + size + 1) * 2;
        char *text = realloc(canvas->text, capacity);

        if (text == NULL) {
            free(canvas->text);
            canvas->text = NULL;
            canvas->failed = true;
            return;
        }
        canvas->text = text;
        canvas->capacity = capacity;
    }
    memcpy(canvas->text + canvas->size, bytes, size);
    canvas->size += size;
    canvas->text[canvas->size] = '\0';
}

/* Bytes of the UTF-8 character at text; 1 for what is none. */
static size_t character_size(const char *text)
{
    uint8_t first = (uint8_t)*text;
    size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 1;

    for (size_t i = 1; i < size; i++)
        if (((uint8_t)text[i] & 0xC0) != 0x80)
            return 1;
    return size;
}

/* Whether the character would do something to a terminal, or is no character. */
static bool is_harmful(const char *text, size_t size)
{
    uint8_t first = (uint8_t)*text;

    if (size == 1)
        return first < 0x20 || first >= 0x7F;
    return first == 0xC2 && (uint8_t)text[1] < 0xA0; /* C1 control characters */
}

/* text, up to column end. */
static void add_until(struct hw_canvas *canvas, unsigned end, enum hw_style style, const char *text)
{
    bool dressed = canvas->colour && *colours[style] != '\0' && *text != '\0';

    if (dressed)
        add(canvas, colours[style], strlen(colours[style]));
    while (*text != '\0' && canvas->column < end) {
        size_t size = character_size(text);

        if (is_harmful(text, size))
            add(canvas, "?", 1);
        else
            add(canvas, text, size);
        text += size;
        canvas->column++;
    }
    if (dressed)
        add(canvas, "\033[0m", 4);
}

static void blanks_until(struct hw_canvas *canvas, unsigned end)
{
    for (; canvas->column < end && canvas->column < canvas->width; canvas->column++)
        add(canvas, " ", 1);
}

static unsigned columns_of(const char *text)
{
    unsigned columns = 0;

    for (; *text != '\0'; text += character_size(text))
        columns++;
    return columns;
}

static unsigned min_u(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

void hw_canvas_put(struct hw_canvas *canvas, enum hw_style style, const char *format, ...)
{
    char piece[PIECE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    add_until(canvas, canvas->width, style, piece);
}

void hw_canvas_left(
    struct hw_canvas *canvas, unsigned column, enum hw_style style, const char *format, ...)
{
    char piece[PIECE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    add_until(canvas, min_u(column - 1, canvas->width), style, piece);
    blanks_until(canvas, column);
}

void hw_canvas_right(
    struct hw_canvas *canvas, unsigned column, enum hw_style style, const char *format, ...)
{
    char piece[PIECE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);

    unsigned columns = columns_of(piece);
    unsigned start = column > columns ? column - columns : 0;
    blanks_until(canvas, start > canvas->column ? start : canvas->column + 1);
    add_until(canvas, canvas->width, style, piece);
}

void hw_canvas_end_line(struct hw_canvas *canvas)
{
    /* Nothing trails: a line that ends in blanks ends before them. */
    while (!canvas->failed && canvas->lines_left > 0 && canvas->size > 0 &&
        canvas->text[canvas->size - 1] == ' ')
        canvas->size--;
    add(canvas, "\n", 1);
    canvas->column = 0;
    if (canvas->lines_left > 0)
        canvas->lines_left--;
}
