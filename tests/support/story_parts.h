/*
 * story_parts.h - what the readers of a story share: story.c (facts and figures), story_words.c
 * (words, times, numbers) story_service.c, story_command.c and story_ask.c (routing).
 *
 * A reader stands on one line; whatever is wrong with it ends the process with file and line.
 */
#ifndef HW_TEST_STORY_PARTS_H
#define HW_TEST_STORY_PARTS_H

#include "support/story.h"

enum { STORY_TOKENS_MAX = 96 };

/* What a line is read with: its tokens, and what earlier lines of its scenario left standing. */
struct reader {
    const char *path;
    int line;
    struct stories *stories;
    struct story *story;
    char *tokens[STORY_TOKENS_MAX];
    int count, at;
    /* Who and which spell the last line that said so was about. */
    struct hw_identifier who[HW_IDENTIFIERS_MAX];
    int who_count;
    struct hw_visit visit;
    struct hw_time born;
    int64_t ask_ms;
    int64_t arrives_ms; /* of this line; HW_TIME_NONE: not said */
    unsigned messages;
};

/* ---- story_words.c ---- */

__attribute__((noreturn, format(printf, 2, 3))) void story_wrong(
    const struct reader *reader, const char *format, ...);

/* Zeroed memory that lives as long as the stories. */
void *story_keep(struct reader *reader, size_t size);

/* Words between blanks; brackets and the commas and semicolons behind a word are for the eye. */
void story_split(struct reader *reader, char *line);

/* The next word, or "". */
const char *story_peek(const struct reader *reader);
char *story_word(struct reader *reader, const char *what);

/* Take a phrase, several words, if it stands next; or insist on it. */
bool story_take(struct reader *reader, const char *phrase);
void story_demand(struct reader *reader, const char *phrase);

/* All words up to the end of the line, one blank between them. */
const char *story_rest(struct reader *reader);

bool story_looks_like_date(const char *text);

/* "2026-03-03", "2026-03-03 10", "2026-03-03 10:00", "... 10:00:30", "... 01:30+00:00". */
struct hw_time story_time_said(struct reader *reader);

/* "RWE/S100": authority and number. */
void story_pair(struct reader *reader, struct hw_slice *ret_first, struct hw_slice *ret_second);
int64_t story_number(struct reader *reader);

/* Hours, with decimals: exact to the millisecond. */
int64_t story_hours(struct reader *reader);

/* ---- story.c ---- */

struct story_step *story_add_step(struct reader *reader);

/* Who said it and when; who and which spell it is about.  *fresh: nobody was named on this line. */
bool story_envelope_said(struct reader *reader, struct hw_event *event, bool *fresh);

/* The person and visit that stand go into event. */
void story_address(struct reader *reader, struct hw_event *event);

/* A message of this line: time, source and control id are set. */
void story_begin(
    struct reader *reader, struct story_step *step, enum hw_kind kind, struct hw_time happened);

/* Signed, so that the duplicate window has something to go by, and finished. */
void story_finish(struct reader *reader, struct story_step *step);

/* A setting, journaled before anything else of the story. */
__attribute__((format(printf, 3, 4))) void story_setting(
    struct reader *reader, const char *value, const char *format, ...);

/* ---- story_service.c, story_command.c, story_ask.c: routing ---- */

/* Words joined by "and", separated by ;. */
const char *story_list(struct reader *reader);

/* What a service declares of itself: KEY=VALUE lines. */
const char *story_service_declared(struct reader *reader);

/* True, with the line read, where it is about services, referrals, offers or decisions. */
bool story_routing_given(struct reader *reader);
bool story_routing_message(struct reader *reader, struct hw_time happened);
bool story_routing_question(struct reader *reader);

/* One figure of routing of a scope, if it stands next. */
bool story_routing_figure(struct reader *reader, const struct story_expectation *scope);

/* "But refused as stale": of the command before. */
void story_routing_refused(struct reader *reader);

#endif
