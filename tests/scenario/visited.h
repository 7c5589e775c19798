/*
 * visited.h - what the stories of routing have told of, table by table: each rule in the way, each
 * alert, each command, each mode in each scope, each answer by a service and by the hub, each
 * decision of the engine, each figure and each key of a service must come up in some story.
 */
#ifndef HW_TEST_SCENARIO_VISITED_H
#define HW_TEST_SCENARIO_VISITED_H

#include "support/story.h"

/* A record of a story: a message with what became of it, or a decision of the engine. */
void visited_record(const struct hw_event *event, enum hw_status status);

/* A question that was answered as expected. */
void visited_answer(const struct story_expectation *asked);

/* Whether nothing was left out; names on the way what was. */
bool visited_all(void);

#endif
