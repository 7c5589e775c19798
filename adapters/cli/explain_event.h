/*
 * explain_event.h - one record of a story as English sentences (CONTRACT 1, explain).
 */
#ifndef HW_CLI_EXPLAIN_EVENT_H
#define HW_CLI_EXPLAIN_EVENT_H

#include "cli/explain_words.h"

/* A record of the journal, and the engine that has just applied it. */
struct hw_told {
    const struct hw_engine *engine;
    const struct hw_event *event;
    int64_t accepted_ms;
    uint64_t sequence;
};

/* What it says; nothing is added where it says nothing that a reader would miss. */
void hw_explain_event(struct hw_words *words, const struct hw_told *told);

#endif
