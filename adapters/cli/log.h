/*
 * log.h - what the program says about itself, on standard error: one JSON object a line, or
 * readable text on a terminal.
 *
 * A line has a time, a level, an event (a word or two that stays the same from version to version)
 * and fields.  Fields hold addresses, counts, codes and reasons in our own words: never names,
 * identifiers, birth dates, postcodes or text of a message.  One thread.
 */
#ifndef HW_CLI_LOG_H
#define HW_CLI_LOG_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

enum hw_log_level { HW_LOG_DEBUG, HW_LOG_INFO, HW_LOG_WARNING, HW_LOG_ERROR };

struct hw_log {
    FILE *out;
    enum hw_log_level least; /* what is below is left out */
    bool json;
};

/*
 * level and format as in the configuration (log.level, log.format); "auto" is text where out is a
 * terminal.
 */
void hw_log_set(struct hw_log *log, FILE *out, const char *level, const char *format);

/*
 * One line.  format and what follows are those of json_pack() for an object, "{s:s, s:I}"; NULL: no
 * fields.
 */
void hw_log(
    const struct hw_log *log, enum hw_log_level level, const char *event, const char *format, ...);

/* The same with an object, which is taken. */
void hw_log_object(
    const struct hw_log *log, enum hw_log_level level, const char *event, json_t *fields);

#endif
