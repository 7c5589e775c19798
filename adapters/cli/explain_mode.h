/*
 * explain_mode.h - the decision routing.mode as sentences.
 */
#ifndef HW_CLI_EXPLAIN_MODE_H
#define HW_CLI_EXPLAIN_MODE_H

#include "cli/explain_event.h"

/* "Anna paused the zone BLA until 12:00, because: bed meeting. Nothing is proposed ..." */
void hw_explain_mode_words(struct hw_words *words, const struct hw_told *told);

#endif
