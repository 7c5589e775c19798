/*
 * top_view.h - one picture of what `homeward top` knows, as text for a terminal or a file.
 *
 * Pure: same model, size and time, same text.  One thread.
 */
#ifndef HW_CLI_TOP_VIEW_H
#define HW_CLI_TOP_VIEW_H

#include "cli/top_model.h"

struct hw_top_look {
    unsigned width;  /* columns; below 10 is drawn as 10 */
    unsigned height; /* lines; 0: as many as there are (a file) */
    bool colour;
    bool utf8;
    int64_t now_ms;      /* monotonic, as the model's */
    const char *address; /* whom it listens to */
};

/*
 * The picture, for the caller to free: lines ending in "\n", never wider than width nor, with a
 * height, more than height; colours (SGR) only where asked for.  NULL: no memory.
 */
char *hw_top_view(const struct hw_top_model *model, const struct hw_top_look *look);

#endif
