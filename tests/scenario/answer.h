/*
 * answer.h - what the reference model and the engine answer to what a story asks of histories and
 * figures, compared with what was worked by hand.
 */
#ifndef HW_TEST_SCENARIO_ANSWER_H
#define HW_TEST_SCENARIO_ANSWER_H

#include "support/model.h"
#include "support/story.h"

/* What one teller answers to a question. */
struct answer {
    int64_t value;
    int64_t people;
};

struct answer ask_model(struct model *model, const struct story_expectation *asked);
struct answer ask_engine(struct hw_engine *engine, const struct story_expectation *asked);

/* Whether an answer is the one worked by hand; says so where it is not. */
bool agrees(const char *teller, const struct story *story, const struct story_expectation *asked,
    struct answer answer);

/* The model hears a message, as the journal would hand it on. */
void model_hears(struct model *model, const struct hw_event *event, uint64_t sequence);

#endif
