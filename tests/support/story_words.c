#include "support/story_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void story_wrong(const struct reader *reader, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "%s:%d: ", reader->path, reader->line);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(2);
}

void *story_keep(struct reader *reader, size_t size)
{
    struct stories *stories = reader->stories;
    void *block = calloc(1, size);

    stories->blocks = realloc(stories->blocks, (stories->blocks_count + 1u) * sizeof block);
    HW_ASSERT(block != NULL && stories->blocks != NULL);
    stories->blocks[stories->blocks_count++] = block;
    return block;
}

void story_split(struct reader *reader, char *line)
{
    reader->count = 0;
    reader->at = 0;
    for (char *word = strtok(line, " \t\r\n()"); word != NULL; word = strtok(NULL, " \t\r\n()")) {
        size_t size = strlen(word);

        while (size > 0 && (word[size - 1] == ',' || word[size - 1] == ';'))
            word[--size] = '\0';
        if (size == 0)
            continue;
        if (reader->count == STORY_TOKENS_MAX)
            story_wrong(reader, "more than %d words", STORY_TOKENS_MAX);
        reader->tokens[reader->count++] = word;
    }
}

const char *story_peek(const struct reader *reader)
{
    return reader->at < reader->count ? reader->tokens[reader->at] : "";
}

char *story_word(struct reader *reader, const char *what)
{
    if (reader->at == reader->count)
        story_wrong(reader, "the line ends where %s should stand", what);
    return reader->tokens[reader->at++];
}

bool story_take(struct reader *reader, const char *phrase)
{
    int at = reader->at;

    while (*phrase != '\0') {
        size_t size = strcspn(phrase, " ");

        if (at == reader->count || strlen(reader->tokens[at]) != size ||
            strncmp(reader->tokens[at], phrase, size) != 0)
            return false;
        at++;
        phrase += size;
        phrase += *phrase == ' ';
    }
    reader->at = at;
    return true;
}

void story_demand(struct reader *reader, const char *phrase)
{
    if (!story_take(reader, phrase))
        story_wrong(reader, "'%s' where '%s' should stand", story_peek(reader), phrase);
}

const char *story_rest(struct reader *reader)
{
    size_t size = 1;
    char *rest;

    for (int i = reader->at; i < reader->count; i++)
        size += strlen(reader->tokens[i]) + 1;
    rest = story_keep(reader, size);
    while (reader->at < reader->count) {
        if (*rest != '\0')
            strcat(rest, " ");
        strcat(rest, reader->tokens[reader->at++]);
    }
    return rest;
}

bool story_looks_like_date(const char *text)
{
    return strlen(text) >= 7 && text[4] == '-' && text[0] >= '0' && text[0] <= '9';
}

struct hw_time story_time_said(struct reader *reader)
{
    char text[64];
    const char *date = story_word(reader, "a date");
    const char *clock = story_peek(reader);
    struct hw_time time;
    size_t size = strlen(clock);

    snprintf(text, sizeof text, "%s", date);
    if (size >= 2 && clock[0] >= '0' && clock[0] <= '2' && clock[1] >= '0' && clock[1] <= '9' &&
        (size == 2 || clock[2] == ':')) {
        snprintf(text, sizeof text, "%sT%s%s", date, clock, size == 2 ? ":00" : "");
        reader->at++;
    } else {
        size = 0;
    }
    if (hw_time_parse_iso(hw_slice_text(text), &time) != HW_OK)
        story_wrong(reader, "'%s' is no time", text);
    if (size == 2)
        time.precision = HW_PRECISION_HOUR;
    return time;
}

void story_pair(struct reader *reader, struct hw_slice *ret_first, struct hw_slice *ret_second)
{
    char *text = story_word(reader, "AUTHORITY/NUMBER");
    char *slash = strchr(text, '/');

    if (slash == NULL)
        story_wrong(reader, "'%s' is not AUTHORITY/NUMBER", text);
    *ret_first = hw_slice_of(text, (size_t)(slash - text));
    *ret_second = hw_slice_text(slash + 1);
}

int64_t story_number(struct reader *reader)
{
    char *end;
    char *text = story_word(reader, "a number");
    long long value = strtoll(text, &end, 10);

    if (*text == '\0' || *end != '\0')
        story_wrong(reader, "'%s' is no number", text);
    return value;
}

int64_t story_hours(struct reader *reader)
{
    char *end;
    char *text = story_word(reader, "hours");
    double value = strtod(text, &end);

    if (*text == '\0' || *end != '\0')
        story_wrong(reader, "'%s' is no number of hours", text);
    return (int64_t)(value * (double)HW_HOUR_MS + 0.5);
}
