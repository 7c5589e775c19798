/*
 * top_model.h - what `homeward top` knows: the last summary, and what was published since.
 *
 * No sockets, no terminal, no clock: the caller brings messages and the monotonic time.  One
 * thread.
 */
#ifndef HW_CLI_TOP_MODEL_H
#define HW_CLI_TOP_MODEL_H

#include "homeward/slice.h"

#include <jansson.h>

enum { HW_TOP_EVENTS = 64, HW_TOP_WORD = 24, HW_TOP_RATE_MS = 5000 };

/* A delay that began, changed or ended, as it came. */
struct hw_top_event {
    char kind[HW_TOP_WORD]; /* "started", "changed", "ended" */
    char reference[HW_TOP_WORD];
    char site[HW_TOP_WORD];
    char reason[HW_TOP_WORD];
    char responsible[HW_TOP_WORD];
    int64_t at_ms; /* since + ms: when it was so */
    int64_t ms;    /* how long the person was ready by then */
    bool annulled;
};

struct hw_top_model {
    json_t *summary; /* the resource, rows replaced as they are published; NULL: none yet */
    json_t *reasons; /* the resource; NULL: not known */
    json_t *numbers; /* last number of each topic */
    char run[HW_TOP_WORD];
    int64_t sequence;
    int64_t as_at_ms;
    int64_t heard_ms; /* monotonic: when anything last came */
    bool stale_rows;  /* something was missed: ask for the summary again */
    struct hw_top_event events[HW_TOP_EVENTS];
    unsigned events_count; /* of all that came; the newest stands at (count - 1) % HW_TOP_EVENTS */
    int64_t rate_from_ms, rate_from_sequence;
    int64_t rate; /* records a second, rounded; -1: not known */
};

void hw_top_model_init(struct hw_top_model *model);
void hw_top_model_free(struct hw_top_model *model);

/* An answer to {"query":"summary"} or {"query":"reasons"}; anything else changes nothing. */
void hw_top_model_answer(struct hw_top_model *model, struct hw_slice answer, int64_t now_ms);

/* One published message, "TOPIC JSON". */
void hw_top_model_message(struct hw_top_model *model, struct hw_slice message, int64_t now_ms);

/* What a reason is called; its key where no list is known.  Borrowed. */
const char *hw_top_model_reason(const struct hw_top_model *model, const char *key);

/* Who waits for what in all sites together; most hours first. */
struct hw_top_reason {
    char reason[HW_TOP_WORD];
    char responsible[HW_TOP_WORD];
    int64_t people;
    int64_t ms;
    bool inferred;  /* nobody said so: all of it was inferred */
    bool contested; /* some of it is */
};
unsigned hw_top_model_reasons(
    const struct hw_top_model *model, struct hw_top_reason *reasons, unsigned reasons_max);

#endif
