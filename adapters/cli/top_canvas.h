/*
 * top_canvas.h - lines of text that grow to the right and are cut at the width.
 *
 * What is put is made harmless for a terminal: codes and names come from feeds, and a control
 * character in one must not move a cursor.  A character counts as one column.  One thread.
 */
#ifndef HW_CLI_TOP_CANVAS_H
#define HW_CLI_TOP_CANVAS_H

#include <stdbool.h>
#include <stddef.h>

enum hw_style { HW_PLAIN, HW_FAINT, HW_STRONG, HW_TITLE, HW_GOOD, HW_WARN, HW_BAD, HW_STYLES };

struct hw_canvas {
    char *text; /* NULL when there was no memory */
    size_t size, capacity;
    unsigned width;      /* columns */
    unsigned lines_left; /* further lines are dropped */
    unsigned column;     /* of the line under way */
    bool colour;
    bool failed;
};

/* lines_max: how many lines are kept.  Free canvas->text in the end. */
void hw_canvas_init(struct hw_canvas *canvas, unsigned width, unsigned lines_max, bool colour);

/* Add to the line, cut at the width. */
__attribute__((format(printf, 3, 4))) void hw_canvas_put(
    struct hw_canvas *canvas, enum hw_style style, const char *format, ...);

/* The same, cut before column, then blanks up to it. */
__attribute__((format(printf, 4, 5))) void hw_canvas_left(
    struct hw_canvas *canvas, unsigned column, enum hw_style style, const char *format, ...);

/* The same, so that it ends before column; at least one blank stands before it. */
__attribute__((format(printf, 4, 5))) void hw_canvas_right(
    struct hw_canvas *canvas, unsigned column, enum hw_style style, const char *format, ...);

void hw_canvas_end_line(struct hw_canvas *canvas);

#endif
