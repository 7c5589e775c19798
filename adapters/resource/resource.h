/*
 * resource.h - what can be asked of a running engine: one table of resources, used by every link.
 *
 * A resource has a name, one sentence, parameters and a function that answers as JSON (CONTRACT
 * 5.2).  nanomsg's query socket and HTTP read the same table, and help and documents are made from
 * it.  Answers name people by reference only; restricted people are counted and never listed.
 *
 * An answer tells what was applied, durable or not: a link keeps it until hw_engine_sequence(), as
 * it was when the answer was made, is durable (the output gate).  Loop thread.
 */
#ifndef HW_RESOURCE_RESOURCE_H
#define HW_RESOURCE_RESOURCE_H

#include "homeward/figures.h"
#include "resource/feeds.h"

#include <jansson.h>

struct hw_resources; /* Opaque. */

struct hw_resources_options {
    struct hw_engine *engine;         /* borrowed; hw_runtime_engine() */
    const struct hw_feeds *feeds;     /* borrowed; NULL: none are known */
    int64_t (*now_ms)(void *context); /* hw_runtime_now_ms(); HW_TIME_NONE: none yet */
    void *context;                    /* of now_ms */
};

/* Walks all stays once to find who is ready: startup only.  NULL: no memory. */
struct hw_resources *hw_resources_new(const struct hw_resources_options *options);
void hw_resources_free(struct hw_resources *resources);

/* After every applied record, before any link hears of it: keeps the list of ready people. */
void hw_resources_applied(struct hw_resources *resources);

enum hw_parameter_kind {
    HW_PARAMETER_TEXT,    /* up to 64 bytes */
    HW_PARAMETER_INTEGER, /* min..max; a decimal number as text is taken as well */
    HW_PARAMETER_CHOICE,  /* one of choices, separated by blanks */
};

struct hw_parameter {
    const char *name;
    const char *sentence;
    enum hw_parameter_kind kind;
    bool required;
    int64_t min, max;
    const char *choices;
};

/* What an answer is, as HTTP numbers it; nanomsg sends the body alone. */
enum hw_answer {
    HW_ANSWER_OK = 200,
    HW_ANSWER_BAD_REQUEST = 400, /* body: {"error":words, "parameter":name} */
    HW_ANSWER_NOT_FOUND = 404,   /* body: {"error":words} */
    HW_ANSWER_NOT_YET = 501,     /* body: {"error":words}: named by the contract, not built */
    HW_ANSWER_NO_MEMORY = 503,   /* *ret_body is NULL */
};

/*
 * A resource: parameters has been checked against its table (an object; texts and integers as
 * declared).  *ret_body is the caller's.
 */
typedef enum hw_answer hw_resource_function(
    struct hw_resources *resources, const json_t *parameters, json_t **ret_body);

struct hw_resource {
    const char *name;
    const char *sentence;
    const struct hw_parameter *parameters; /* the last has no name */
    hw_resource_function *answer;
};

/* The table; index below hw_resource_count. */
unsigned hw_resource_count(void);
const struct hw_resource *hw_resource_at(unsigned index);

/*
 * Answer one question.  parameters is an object or NULL; members it does not know are refused by
 * name.  *ret_body is the caller's; NULL with HW_ANSWER_NO_MEMORY only.
 */
enum hw_answer hw_resources_answer(
    struct hw_resources *resources, const char *name, const json_t *parameters, json_t **ret_body);

/* A body that only says what is wrong and how to mend it. */
__attribute__((format(printf, 1, 2))) json_t *hw_resource_error(const char *format, ...);

/* Now as answers state it: never before the last record nor past the next timer. */
int64_t hw_resources_as_at_ms(const struct hw_resources *resources);

struct hw_engine *hw_resources_engine(const struct hw_resources *resources);

#endif
