/*
 * routing_answer.h - what the engine answers to what a story asks of routing.
 */
#ifndef HW_TEST_SCENARIO_ROUTING_ANSWER_H
#define HW_TEST_SCENARIO_ROUTING_ANSWER_H

#include "homeward/routing.h"
#include "support/story.h"

enum { ROUTING_ANSWER_SIZE = 256, EXPLANATIONS_MAX = 64 };

/* The last explanation of each referral, as its proposal said it. */
struct explanations {
    struct {
        char referral[64], text[1100];
    } of[EXPLANATIONS_MAX];
    uint32_t count;
};

/* A proposal of the engine: its explanation is kept. */
void explanations_hear(struct explanations *explanations, const struct hw_event *event);

/* The reference of a referral by name; 0: not known. */
uint64_t referral_of(const struct hw_engine *engine, struct hw_slice name);

/* The newest (or oldest) match of a referral with a service; false: none. */
bool match_of(const struct hw_engine *engine, uint64_t referral, struct hw_slice service,
    bool oldest, struct hw_match_view *ret_view);

/* What is told of a rule in the way, without commas: in a story they are for the eye. */
void routing_words(enum hw_rule rule, char words[ROUTING_ANSWER_SIZE]);

/* The answer as the story would write it. */
void routing_answer(struct hw_engine *engine, const struct explanations *explanations,
    enum hw_status last, const struct story_expectation *asked, char answer[ROUTING_ANSWER_SIZE]);

#endif
