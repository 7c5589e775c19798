#include "runtime/file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { ZERO_STEP = 256 * 1024, REWRITE_STEP = 16 * 1024 };

int hw_file_write(struct hw_env *env, int file, const void *data, size_t size, uint64_t offset)
{
    /* struct iovec has no const; nothing is written through it. */
    struct iovec part = {(void *)(uintptr_t)data, size};

    while (part.iov_len > 0) {
        int64_t count = env->write(env->context, file, &part, 1, offset);

        if (count < 0)
            return (int)count;
        if (count == 0)
            return -EIO;
        part.iov_base = (uint8_t *)part.iov_base + count;
        part.iov_len -= (size_t)count;
        offset += (uint64_t)count;
    }
    return 0;
}

int hw_file_zero(struct hw_env *env, int file, uint64_t offset, uint64_t size)
{
    static const uint8_t zeros[ZERO_STEP];

    while (size > 0) {
        size_t step = size < ZERO_STEP ? (size_t)size : ZERO_STEP;
        int failed = hw_file_write(env, file, zeros, step, offset);

        if (failed < 0)
            return failed;
        offset += step;
        size -= step;
    }
    return 0;
}

int64_t hw_file_read(struct hw_env *env, int file, void *data, size_t size, uint64_t offset)
{
    size_t done = 0;

    while (done < size) {
        int64_t count =
            env->read(env->context, file, (uint8_t *)data + done, size - done, offset + done);

        if (count < 0)
            return count;
        if (count == 0)
            break;
        done += (size_t)count;
    }
    return (int64_t)done;
}

int hw_file_rewrite(struct hw_env *env, int file, uint64_t from, uint64_t to)
{
    uint8_t bytes[REWRITE_STEP];

    while (from < to) {
        size_t step = to - from < REWRITE_STEP ? (size_t)(to - from) : REWRITE_STEP;
        int64_t count = hw_file_read(env, file, bytes, step, from);
        int failed;

        if (count <= 0)
            return (int)count; /* The end of the file came first. */
        failed = hw_file_write(env, file, bytes, (size_t)count, from);
        if (failed < 0)
            return failed;
        from += (uint64_t)count;
    }
    return 0;
}

struct numbers {
    const char *ending;
    uint64_t *list;
    size_t count, room;
    bool out_of_memory;
};

enum { DIGITS = 20 };

static bool collect(void *visitor, const char *name)
{
    struct numbers *numbers = visitor;
    uint64_t number;

    if (strspn(name, "0123456789") != DIGITS || strcmp(name + DIGITS, numbers->ending) != 0)
        return true;
    number = strtoull(name, NULL, 10);
    if (number == 0)
        return true;
    if (numbers->count == numbers->room) {
        size_t room = numbers->room == 0 ? 64 : numbers->room * 2;
        uint64_t *list = realloc(numbers->list, room * sizeof *list);

        numbers->out_of_memory = list == NULL;
        if (list == NULL)
            return false;
        numbers->list = list;
        numbers->room = room;
    }
    numbers->list[numbers->count++] = number;
    return true;
}

static int ascending(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return (left > right) - (left < right);
}

int hw_file_numbers(struct hw_env *env, const char *dir, const char *ending, uint64_t **ret_numbers,
    size_t *ret_count)
{
    struct numbers numbers = {.ending = ending};
    int failed = env->list(env->context, dir, collect, &numbers);

    if (failed == 0 && numbers.out_of_memory)
        failed = -ENOMEM;
    if (failed < 0) {
        free(numbers.list);
        return failed;
    }
    if (numbers.count > 1)
        qsort(numbers.list, numbers.count, sizeof *numbers.list, ascending);
    *ret_numbers = numbers.list;
    *ret_count = numbers.count;
    return 0;
}

void hw_file_number_path(
    char path[HW_PATH_SIZE], const char *dir, uint64_t number, const char *ending)
{
    int size = snprintf(path, HW_PATH_SIZE, "%s/%020" PRIu64 "%s", dir, number, ending);

    HW_ASSERT(size < HW_PATH_SIZE);
}

enum hw_status hw_file_status(int64_t failed)
{
    switch (-failed) {
    case ENOSPC:
    case EDQUOT:
        return HW_E_NO_SPACE;
    case EROFS:
    case EACCES:
    case EPERM:
        return HW_E_READ_ONLY;
    case ENOENT:
        return HW_E_NOT_FOUND;
    case ENOMEM:
        return HW_E_MEMORY;
    default:
        return HW_E_IO;
    }
}

bool hw_file_path(char path[HW_PATH_SIZE], const char *dir, const char *name)
{
    int size = snprintf(path, HW_PATH_SIZE, "%s/%s", dir, name);

    return (size_t)size < HW_PATH_SIZE; /* A failure, below 0, is no size either. */
}

void hw_error_set(char error[HW_ERROR_TEXT_SIZE], const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(error, HW_ERROR_TEXT_SIZE, format, arguments); /* Cut is better than none. */
    va_end(arguments);
}

static const char *remedy(enum hw_status status)
{
    if (status == HW_E_NO_SPACE)
        return "free some space on that disk: a running server then goes on, another is to be "
               "started "
               "again";
    if (status == HW_E_READ_ONLY)
        return "give this user the right to write there, or name another data_dir";
    if (status == HW_E_NOT_FOUND)
        return "check the path of data_dir";
    if (status == HW_E_MEMORY)
        return "give the process more memory, then start again";
    return "look at the disk (dmesg), then start again: nothing acknowledged is lost";
}

enum hw_status hw_error_file(
    char error[HW_ERROR_TEXT_SIZE], const char *verb, const char *path, int64_t failed)
{
    enum hw_status status = hw_file_status(failed);

    hw_error_set(error, "cannot %s %s: %s; %s", verb, path, strerror((int)-failed), remedy(status));
    return status;
}
