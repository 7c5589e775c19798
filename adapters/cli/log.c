#include "cli/log.h"
#include "config/value.h"
#include "homeward/time.h"

#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const level_names[] = {"debug", "info", "warning", "error"};

void hw_log_set(struct hw_log *log, FILE *out, const char *level, const char *format)
{
    int least = hw_value_choice(level, "debug|info|warning|error");

    log->out = out;
    log->least = least < 0 ? HW_LOG_INFO : (enum hw_log_level)least;
    log->json =
        strcmp(format, "json") == 0 || (strcmp(format, "text") != 0 && !isatty(fileno(out)));
}

static int64_t wall_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* "12:01:02 WARNING memory used=81 of=100". */
static void write_text(const struct hw_log *log, enum hw_log_level level, const char *time,
    const char *event, const json_t *fields)
{
    static const char *const shown[] = {"debug  ", "       ", "WARNING", "ERROR  "};
    const char *name;
    json_t *value;

    fprintf(log->out, "%.8s %s %s", time + 11, shown[level], event);
    json_object_foreach((json_t *)fields, name, value)
    {
        char *text = json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY);

        fprintf(log->out, " %s=%s", name, text ? text : json_string_value(value));
        free(text);
    }
    fputc('\n', log->out);
}

static void write_json(const struct hw_log *log, enum hw_log_level level, const char *time,
    const char *event, json_t *fields)
{
    json_t *line =
        json_pack("{s:s, s:s, s:s}", "time", time, "level", level_names[level], "event", event);
    bool whole = line != NULL && (fields == NULL || json_object_update(line, fields) == 0);
    char *text = whole ? json_dumps(line, JSON_COMPACT) : NULL;

    /* In one call: lines of two processes do not mix.  Events are words of ours, without quotes. */
    if (text != NULL)
        fprintf(log->out, "%s\n", text);
    else
        fprintf(log->out,
            "{\"time\":\"%s\",\"level\":\"%s\",\"event\":\"%s\",\"lost\":\"memory ran out\"}\n",
            time, level_names[level], event);
    free(text);
    json_decref(line);
}

void hw_log_object(
    const struct hw_log *log, enum hw_log_level level, const char *event, json_t *fields)
{
    char time[HW_TIME_TEXT_SIZE];

    if (level >= log->least) {
        hw_time_format(wall_ms(), time);
        if (log->json)
            write_json(log, level, time, event, fields);
        else
            write_text(log, level, time, event, fields);
        fflush(log->out);
    }
    json_decref(fields);
}

void hw_log(
    const struct hw_log *log, enum hw_log_level level, const char *event, const char *format, ...)
{
    json_t *fields = NULL;
    va_list list;

    if (format != NULL) {
        va_start(list, format);
        fields = json_vpack_ex(NULL, 0, format, list);
        va_end(list);
    }
    hw_log_object(log, level, event, fields);
}
