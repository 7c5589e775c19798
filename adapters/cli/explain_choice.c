#include "cli/explain_choice.h"

#include <string.h>

/* Services named for one rule; of more, how many. */
enum { NAMED_MAX = 4 };

/* The next part up to separator, taken off text; false at the end. */
static bool next_part(struct hw_slice *text, char separator, struct hw_slice *ret_part)
{
    const uint8_t *end;
    size_t size;

    if (text->size == 0)
        return false;
    end = memchr(text->data, separator, text->size);
    size = end == NULL ? text->size : (size_t)(end - text->data);
    *ret_part = hw_slice_of(text->data, size);
    size += end != NULL;
    *text = hw_slice_of(text->data + size, text->size - size);
    return true;
}

/* "CODE words" into both. */
static void split(
    struct hw_slice part, char separator, struct hw_slice *ret_code, struct hw_slice *ret_words)
{
    *ret_words = part;
    if (!next_part(ret_words, separator, ret_code))
        *ret_code = part;
}

static void add_candidates(
    struct hw_words *words, const struct hw_engine *engine, struct hw_slice list)
{
    struct hw_slice part, code, why;
    unsigned count = 0;

    while (next_part(&list, '>', &part)) {
        split(part, ' ', &code, &why);
        if (count == 1)
            hw_words_add(words, " It came before ");
        else if (count > 1)
            hw_words_add(words, "; then ");
        if (count > 0) {
            hw_words_add_service(words, engine, code);
            hw_words_add(words, " (by %.*s)", (int)why.size, (const char *)why.data);
        }
        count++;
    }
    if (count > 1)
        hw_words_add(words, ".");
    else if (count == 1)
        hw_words_add(words, " No other service could take the person.");
}

/* All services that one rule stands in the way of. */
static void add_rule(struct hw_words *words, const struct hw_engine *engine, struct hw_slice others,
    struct hw_slice rule)
{
    struct hw_slice part, code, name;
    unsigned count = 0;

    while (next_part(&others, ';', &part)) {
        split(part, ':', &code, &name);
        if (!hw_slice_equal(name, rule))
            continue;
        if (++count > NAMED_MAX)
            continue;
        hw_words_add(words, count == 1 ? " Not " : "; ");
        hw_words_add_service(words, engine, code);
    }
    if (count > NAMED_MAX)
        hw_words_add(words, " and %u more", count - NAMED_MAX);
    hw_words_add(words, ": ");
    if (count > 1)
        hw_words_add_rule_of_many(words, rule);
    else
        hw_words_add_rule(words, rule);
    hw_words_add(words, ".");
}

static bool told_before(struct hw_slice others, const uint8_t *until, struct hw_slice rule)
{
    struct hw_slice part, code, name;

    while (next_part(&others, ';', &part) && part.data < until) {
        split(part, ':', &code, &name);
        if (hw_slice_equal(name, rule))
            return true;
    }
    return false;
}

static void add_others(
    struct hw_words *words, const struct hw_engine *engine, struct hw_slice others)
{
    struct hw_slice rest = others, part, code, rule;

    while (next_part(&rest, ';', &part)) {
        if (part.size > 0 && part.data[0] == '+') {
            hw_words_add(words, " %.*s other services had a rule in their way as well.",
                (int)part.size - 1, (const char *)part.data + 1);
            continue;
        }
        split(part, ':', &code, &rule);
        if (rule.size > 0 && !told_before(others, part.data, rule))
            add_rule(words, engine, others, rule);
    }
}

void hw_explain_choice_words(
    struct hw_words *words, const struct hw_engine *engine, struct hw_slice explanation)
{
    struct hw_slice candidates, others = explanation;

    if (!next_part(&others, '|', &candidates))
        return;
    add_candidates(words, engine, candidates);
    add_others(words, engine, others);
}
