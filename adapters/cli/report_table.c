#include "cli/report.h"

#include "config/tree.h"
#include "resource/json.h"
#include "runtime/replay.h"

#include <stdio.h>
#include <string.h>

/* ---- days ---- */

int64_t hw_report_start_ms(const struct hw_report_asked *asked)
{
    return hw_london_midnight(asked->from_day);
}

int64_t hw_report_end_ms(const struct hw_report_asked *asked)
{
    return hw_london_midnight(asked->to_day + 1);
}

bool hw_report_has(const struct hw_report_asked *asked, int64_t ms)
{
    return ms != HW_TIME_NONE && ms >= hw_report_start_ms(asked) && ms < hw_report_end_ms(asked);
}

/* ---- what was known ---- */

static void warn(void *context, const char *warning)
{
    (void)context;
    fprintf(stderr, "homeward report: warning: %s\n", warning);
}

struct hw_engine *hw_report_engine(const struct hw_report_asked *asked, int64_t until_ms,
    void (*on_record)(void *context, const struct hw_engine *engine, struct hw_slice record),
    void *context)
{
    struct hw_replay_options options = hw_replay_options_default(hw_env_posix(), asked->data_dir);
    char error[HW_ERROR_TEXT_SIZE] = "";
    struct hw_replay result = {0};
    enum hw_status status;

    options.until_ms = until_ms;
    options.full = on_record != NULL;
    options.on_record = on_record;
    options.on_warning = warn;
    options.context = context;
    status = hw_replay(&options, &result, error);
    if (status == HW_OK)
        return result.engine;
    if (*error == '\0')
        snprintf(error, sizeof error, "%.300s: %s", asked->data_dir,
            status == HW_E_NOT_FOUND ? "there is no journal here" : hw_status_text(status));
    fprintf(stderr, "homeward report: %s\n", error);
    return NULL;
}

/* ---- the table ---- */

void hw_report_begin(
    struct hw_report_table *table, const struct hw_report_asked *asked, const char *const *columns)
{
    *table = (struct hw_report_table){.json = asked->json, .columns = columns};
    if (asked->json) {
        table->rows = json_array();
        return;
    }
    for (unsigned i = 0; columns[i] != NULL; i++)
        printf("%s%s", i > 0 ? "," : "", columns[i]);
    printf("\r\n"); /* RFC 4180 */
}

/* A value, which is taken; text is how CSV has it. */
static void put(struct hw_report_table *table, json_t *value, const char *text, size_t size)
{
    const char *name = table->columns[table->column++];
    bool last = table->columns[table->column] == NULL;

    HW_ASSERT(name != NULL);
    if (table->json) {
        if (table->row == NULL)
            table->row = json_object();
        json_object_set_new(table->row, name, value);
        if (last) {
            json_array_append_new(table->rows, table->row);
            table->row = NULL;
        }
    } else {
        json_decref(value);
        fwrite(text, 1, size, stdout);
        fputs(last ? "\r\n" : ",", stdout);
    }
    if (last)
        table->column = 0;
}

void hw_report_text(struct hw_report_table *table, struct hw_slice text)
{
    char quoted[2 * 256 + 3];
    size_t size = 0;
    bool plain = true;

    if (text.size == 0) {
        hw_report_missing(table);
        return;
    }
    quoted[size++] = '"';
    for (size_t i = 0; i < text.size && i < 256; i++) {
        plain &= text.data[i] != ',' && text.data[i] != '"' && text.data[i] >= ' ';
        if (text.data[i] == '"')
            quoted[size++] = '"';
        quoted[size++] = (char)text.data[i];
    }
    quoted[size++] = '"';
    put(table, hw_json_text(text), plain ? quoted + 1 : quoted, plain ? size - 2 : size);
}

void hw_report_number(struct hw_report_table *table, int64_t number)
{
    char text[24];
    int size = snprintf(text, sizeof text, "%lld", (long long)number);

    put(table, json_integer(number), text, (size_t)size);
}

void hw_report_missing(struct hw_report_table *table)
{
    put(table, json_null(), "-", 1);
}

void hw_report_known(struct hw_report_table *table, bool known, int64_t number)
{
    if (known)
        hw_report_number(table, number);
    else
        hw_report_missing(table);
}

void hw_report_share(struct hw_report_table *table, int64_t part, int64_t whole)
{
    int64_t tenths;
    char text[32];
    int size;

    if (whole == 0) {
        hw_report_missing(table);
        return;
    }
    tenths = (part * 2000 + whole) / (2 * whole); /* rounded half up */
    size = snprintf(
        text, sizeof text, "%lld.%lld", (long long)(tenths / 10), (long long)(tenths % 10));
    put(table, json_real((double)tenths / 10), text, (size_t)size);
}

static void put_day(struct hw_report_table *table, int32_t at)
{
    int year, month, day;
    char text[48];

    hw_civil_from_day(at, &year, &month, &day);
    snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
    hw_report_text(table, hw_slice_text(text));
}

void hw_report_days(struct hw_report_table *table, const struct hw_report_asked *asked)
{
    put_day(table, asked->from_day);
    put_day(table, asked->to_day);
}

void hw_report_end(struct hw_report_table *table, const struct hw_report_asked *asked)
{
    json_t *body;

    HW_ASSERT(table->column == 0);
    if (!table->json)
        return;
    body = json_object();
    json_object_set_new(body, "report", json_string(asked->name));
    json_object_set_new(body, "known_at", hw_json_moment(asked->known_ms));
    json_object_set_new(body, "rows", table->rows);
    json_dumpf(body, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    putchar('\n');
    json_decref(body);
}
