/*
 * explain_words.h - English for a nurse: times on the London clock, dates in words, lists, lines.
 *
 * Texts are collected in a struct of fixed size; what does not fit is cut.  One thread.
 */
#ifndef HW_CLI_EXPLAIN_WORDS_H
#define HW_CLI_EXPLAIN_WORDS_H

#include "homeward/routing.h"

#include <stdio.h>

enum { HW_WORDS_SIZE = 8192 };

struct hw_words {
    char text[HW_WORDS_SIZE];
    size_t size;
};

/*
 * Begin, add, and write what was collected as lines of at most 80 columns behind an indent. Control
 * characters in what is added become ?, so that no text from outside reaches the terminal as one.
 */
void hw_words_init(struct hw_words *words);
__attribute__((format(printf, 2, 3))) void hw_words_add(
    struct hw_words *words, const char *format, ...);
void hw_words_print(const struct hw_words *words, const char *first, unsigned indent, FILE *out);

/* "Monday 2 March 2026" of a moment's London day. */
void hw_words_add_date(struct hw_words *words, int64_t ms);

/* "14:30"; with "tomorrow" or "on Tuesday 3 March" where the day is not that of about. */
void hw_words_add_moment(struct hw_words *words, int64_t ms, int64_t about_ms);

/* "14:30 today": the same, but the day is always said. */
void hw_words_add_day_moment(struct hw_words *words, int64_t ms, int64_t about_ms);

/* "2 hours 5 minutes", "3 days 4 hours", "less than a minute". */
void hw_words_add_duration(struct hw_words *words, int64_t ms);

/* "14:30". */
void hw_words_clock(int64_t ms, char text[8]);

/* A code as words: no_capacity_in_zone is "no capacity in zone". */
void hw_words_add_code(struct hw_words *words, struct hw_slice code);

/* "Home First Oadby (HFO)", or the code alone where it has no name. */
void hw_words_add_service(
    struct hw_words *words, const struct hw_engine *engine, struct hw_slice code);

/* Who decided: "anna" of "local:anna"; "somebody" of nothing. */
void hw_words_add_who(struct hw_words *words, struct hw_slice by);

/*
 * What a mode is set for, as a decision names it: "everything", "step-up referrals", "pathway P1",
 * "the hospital RWEAA"; name: of the code, or the code itself.
 */
void hw_words_add_scope(struct hw_words *words, struct hw_slice scope, struct hw_slice name);

/* Needs by their names separated by ;, as "personal care and therapy". */
void hw_words_add_needs(struct hw_words *words, struct hw_slice list);

/* "it has no room" of "units"; the name as words where it is no rule. */
void hw_words_add_rule(struct hw_words *words, struct hw_slice name);

/* The same of several services, "they have no room"; and of any words about one. */
void hw_words_add_rule_of_many(struct hw_words *words, struct hw_slice name);
void hw_words_add_of_many(struct hw_words *words, const char *text);

/* "Awaiting care package in own home (E)". */
void hw_words_add_reason(struct hw_words *words, struct hw_slice key);

#endif
