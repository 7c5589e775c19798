#include "resource/json.h"

#include <stdio.h>
#include <stdlib.h>

enum { HOURS_UNIT_MS = 360, NAME_SIZE_MAX = 48 }; /* A ten-thousandth of an hour. */

json_t *hw_json_moment(int64_t ms)
{
    char text[HW_TIME_TEXT_SIZE];

    if (ms == HW_TIME_NONE || ms == HW_TIME_OPEN)
        return json_null();
    return json_string(hw_time_format(ms, text));
}

json_t *hw_json_hours(int64_t ms)
{
    /* Floor of ms + half a unit: half up, below zero too. */
    int64_t units = (ms + HOURS_UNIT_MS / 2) / HOURS_UNIT_MS;

    if ((ms + HOURS_UNIT_MS / 2) % HOURS_UNIT_MS < 0)
        units--;
    /* The nearest double to a number of four decimals; printed with 15 digits it is that number
     * again (hw_json_dump). */
    return json_real((double)units / 10000.0);
}

void hw_json_set_duration(json_t *object, const char *name, int64_t ms)
{
    char key[NAME_SIZE_MAX];

    if (name == NULL) {
        json_object_set_new(object, "hours", hw_json_hours(ms));
        json_object_set_new(object, "ms", json_integer(ms));
        return;
    }
    (void)snprintf(key, sizeof key, "%s_hours", name);
    json_object_set_new(object, key, hw_json_hours(ms));
    (void)snprintf(key, sizeof key, "%s_ms", name);
    json_object_set_new(object, key, json_integer(ms));
}

/* text with every byte above ASCII replaced: what is left can always be shown. */
static json_t *text_mended(struct hw_slice text)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    char *mended = malloc(text.size * 3 + 1);
    size_t size = 0;

    if (mended == NULL)
        return NULL;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < 0x80) {
            mended[size++] = (char)text.data[i];
        } else {
            memcpy(mended + size, replacement, 3);
            size += 3;
        }
    }
    json_t *json = json_stringn(mended, size);
    free(mended);
    return json;
}

json_t *hw_json_text(struct hw_slice text)
{
    if (text.size == 0)
        return json_null();
    json_t *json = json_stringn((const char *)text.data, text.size);
    return json != NULL ? json : text_mended(text);
}

json_t *hw_json_known(int64_t count)
{
    return count < 0 ? json_null() : json_integer(count);
}

char *hw_json_dump(const json_t *json, size_t *ret_size)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(15));

    if (text != NULL)
        *ret_size = strlen(text);
    return text;
}
