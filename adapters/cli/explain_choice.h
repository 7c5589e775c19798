/*
 * explain_choice.h - the explanation of a proposal, from the journal, as sentences.
 */
#ifndef HW_CLI_EXPLAIN_CHOICE_H
#define HW_CLI_EXPLAIN_CHOICE_H

#include "cli/explain_words.h"

/*
 * Why chosen and no other: "A>B words>C words|D:rule;E:rule;+12", as the core writes it
 * (routing/explain.h).  Adds nothing where there is none.
 */
void hw_explain_choice_words(
    struct hw_words *words, const struct hw_engine *engine, struct hw_slice explanation);

#endif
