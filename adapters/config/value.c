#include "config/value.h"
#include "homeward/event.h"
#include "runtime/runtime.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_number(const char *text, size_t size)
{
    if (size == 0 || size > 18)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (!isdigit((unsigned char)text[i]))
            return false;
    }
    return true;
}

static bool in_range(int64_t value, const char *range)
{
    char *end;
    long long least = strtoll(range, &end, 10);

    HW_ASSERT(strncmp(end, "..", 2) == 0);
    return value >= least && value <= strtoll(end + 2, NULL, 10);
}

bool hw_value_count(const char *text, const char *range, int64_t *ret_value)
{
    if (!is_number(text, strlen(text)))
        return false;
    *ret_value = strtoll(text, NULL, 10);
    return in_range(*ret_value, range);
}

bool hw_value_bytes(const char *text, const char *range, int64_t *ret_value)
{
    static const struct {
        const char *name;
        int64_t bytes;
    } units[] = {
        {"", 1}, {"KiB", INT64_C(1) << 10}, {"MiB", INT64_C(1) << 20}, {"GiB", INT64_C(1) << 30}};
    size_t digits = strspn(text, "0123456789");
    const char *unit = text + digits + strspn(text + digits, " ");

    if (!is_number(text, digits))
        return false;
    int64_t value = strtoll(text, NULL, 10);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(unit, units[i].name) != 0)
            continue;
        if (value > INT64_MAX / units[i].bytes)
            return false;
        *ret_value = value * units[i].bytes;
        return in_range(*ret_value, range);
    }
    return false;
}

bool hw_value_minutes(const char *text, int64_t *ret_minutes)
{
    static const struct {
        const char *name;
        int64_t minutes;
    } units[] = {{"", 1}, {"min", 1}, {"h", 60}, {"days", 24 * 60}, {"day", 24 * 60}};
    const int64_t most = INT64_C(3660) * 24 * 60;
    size_t digits = strspn(text, "0123456789");
    const char *unit = text + digits + strspn(text + digits, " ");

    if (digits > 9 || !is_number(text, digits))
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(unit, units[i].name) != 0)
            continue;
        *ret_minutes = strtoll(text, NULL, 10) * units[i].minutes;
        return *ret_minutes <= most;
    }
    return false;
}

bool hw_value_ages(const char *text, unsigned *ret_from, unsigned *ret_to)
{
    const char *dots = strstr(text, "..");
    size_t from = dots == NULL ? 0 : (size_t)(dots - text);
    const char *to = dots == NULL ? "" : dots + 2;

    *ret_from = 0;
    *ret_to = UINT16_MAX;
    if (strcmp(text, "any") == 0)
        return true;
    if (dots == NULL || from > 3 || strlen(to) > 3 || (from > 0 && !is_number(text, from)) ||
        (*to != '\0' && !is_number(to, strlen(to))) || (from == 0 && *to == '\0'))
        return false;
    if (from > 0)
        *ret_from = (unsigned)strtoul(text, NULL, 10);
    if (*to != '\0')
        *ret_to = (unsigned)strtoul(to, NULL, 10);
    return *ret_from <= *ret_to;
}

bool hw_value_bool(const char *text, bool *ret_value)
{
    int place = hw_value_choice(text, "false|true|no|yes|off|on");

    *ret_value = place == 1 || place == 3 || place == 5;
    return place >= 0;
}

int hw_value_choice(const char *text, const char *choices)
{
    size_t size = strlen(text);

    for (int place = 0;; place++) {
        size_t word = strcspn(choices, "|");

        if (word == size && memcmp(choices, text, size) == 0)
            return place;
        if (choices[word] == '\0')
            return -1;
        choices += word + 1;
    }
}

/* The host of HOST:PORT, brackets off; false when it is none. */
static bool split_address(const char *text, const char **ret_host, size_t *ret_host_size)
{
    const char *colon = strrchr(text, ':');
    int64_t port;

    if (colon == NULL || colon == text || !hw_value_count(colon + 1, "0..65535", &port))
        return false;
    *ret_host = text;
    *ret_host_size = (size_t)(colon - text);
    if (*text == '[') {
        if (*ret_host_size < 4 || colon[-1] != ']')
            return false;
        (*ret_host)++;
        *ret_host_size -= 2;
        return true;
    }
    return memchr(text, ':', *ret_host_size) == NULL;
}

bool hw_value_address(const char *text)
{
    const char *host;
    size_t size;

    return split_address(text, &host, &size) && strpbrk(text, " \t/") == NULL;
}

bool hw_value_url(const char *text)
{
    if (strcmp(text, "off") == 0)
        return true;
    if (strncmp(text, "ipc://", 6) == 0)
        return text[6] != '\0';
    return strncmp(text, "tcp://", 6) == 0 && hw_value_address(text + 6);
}

bool hw_value_is_loopback(const char *text)
{
    const char *host;
    size_t size;

    if (strcmp(text, "off") == 0 || strncmp(text, "ipc://", 6) == 0)
        return true;
    if (strncmp(text, "tcp://", 6) == 0)
        text += 6;
    if (!split_address(text, &host, &size))
        return false;
    return (size == 9 && memcmp(host, "localhost", 9) == 0) ||
        (size == 3 && memcmp(host, "::1", 3) == 0) ||
        (size > 4 && memcmp(host, "127.", 4) == 0 &&
            strspn(host, "0123456789.") >= size); /* not 127.example.org */
}

bool hw_value_sync(const char *text, int *ret_policy, int64_t *ret_interval_ms)
{
    *ret_interval_ms = 0;
    *ret_policy = HW_SYNC_ALWAYS;
    if (strcmp(text, "always") == 0)
        return true;
    *ret_policy = HW_SYNC_NEVER;
    if (strcmp(text, "never") == 0)
        return true;
    *ret_policy = HW_SYNC_INTERVAL;
    return strncmp(text, "interval:", 9) == 0 &&
        hw_value_count(text + 9, "1..60000", ret_interval_ms);
}

bool hw_value_code(const char *text)
{
    size_t size = strlen(text);

    if (size == 0 || size > 64)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (text[i] <= ' ' || text[i] > '~')
            return false;
    }
    return true;
}

bool hw_value_source(const char *text, char ret_segment[4], unsigned *ret_field,
    unsigned *ret_component, const char **ret_code)
{
    int end = 0;

    *ret_code = NULL;
    *ret_field = *ret_component = 0;
    memset(ret_segment, 0, 4);
    if (strncmp(text, "OBX:", 4) == 0) {
        memcpy(ret_segment, "OBX", 3);
        *ret_code = text + 4;
        return hw_value_code(text + 4);
    }
    if (sscanf(text, "%3[A-Z0-9]-%3u%n", ret_segment, ret_field, &end) != 2 ||
        strlen(ret_segment) != 3 || *ret_field == 0)
        return false;
    text += end;
    if (*text == '\0')
        return true;
    end = 0;
    return sscanf(text, "-%3u%n", ret_component, &end) == 1 && text[end] == '\0' &&
        *ret_component > 0;
}

int hw_value_attribute(const char *text)
{
    for (int field = 0; field < HW_FIELD_COUNT; field++) {
        if (strcmp(hw_field_name((enum hw_field)field), text) == 0)
            return field;
    }
    return -1;
}
