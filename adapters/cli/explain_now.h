/*
 * explain_now.h - where things stand and what happens next, from an answer of a resource.
 *
 * Works on the JSON of `referral` and `spell`, so that the journal and a running server are
 * explained alike.
 */
#ifndef HW_CLI_EXPLAIN_NOW_H
#define HW_CLI_EXPLAIN_NOW_H

#include <jansson.h>
#include <stdio.h>

/* "Where things stand", "What happens next", "What stands in the way". */
void hw_explain_referral_now(const json_t *body, FILE *out);
void hw_explain_spell_now(const json_t *body, FILE *out);

/* The steps of a referral that its present state still tells, where there is no journal. */
void hw_explain_referral_steps(const json_t *body, FILE *out);

#endif
