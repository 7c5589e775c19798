/*
 * Goal: what the operating system says comes out whole: all of a write, all of a read, or the
 *       failure; names that are no numbers of ours are nobody's; a failure has words that help.
 * Method: a disk in memory whose nth call fails, comes to nothing or is short; memory refused.
 */
#include "runtime/file.h"
#include "support/failing.h"
#include "support/fault_env.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdlib.h>

static struct fault_env *fault;
static struct hw_env *env;
static int file;

static void begin(void)
{
    fault = fault_new(51);
    env = failing_table(fault_table(fault));
    env->make_dir(env->context, "/data");
    file = env->open(env->context, "/data/file", HW_ENV_READ | HW_ENV_WRITE | HW_ENV_CREATE);
    cr_assert(ge(int, file, 0));
}

static void end(void)
{
    fault_free(fault);
}

TestSuite(file, .init = begin, .fini = end);

Test(file, a_write_is_whole_or_fails)
{
    char bytes[16] = "";

    fault_short_writes(fault, 3);
    cr_expect(eq(int, hw_file_write(env, file, "homeward", 8, 2), 0));
    cr_expect(eq(i64, hw_file_read(env, file, bytes, sizeof bytes, 2), 8));
    cr_expect(eq(str, bytes, "homeward"));
    failing_call(2, EIO, false);
    cr_expect(eq(int, hw_file_write(env, file, "homeward", 8, 2), -EIO));
    failing_call(2, 0, false);
    cr_expect(eq(int, hw_file_write(env, file, "homeward", 8, 2), -EIO), "no byte was taken");
    failing_call(2, ENOSPC, false);
    cr_expect(eq(int, hw_file_zero(env, file, 0, 8), -ENOSPC));
    fault_short_writes(fault, 0);
    cr_expect(eq(int, hw_file_zero(env, file, 1, 700000), 0));
    cr_expect(eq(i64, env->size(env->context, file), 700001));
}

Test(file, a_read_is_whole_or_ends_or_fails)
{
    char bytes[16];

    cr_expect(eq(int, hw_file_write(env, file, "homeward", 8, 0), 0));
    cr_expect(eq(i64, hw_file_read(env, file, bytes, 8, 5), 3), "the file ends");
    failing_call(1, EIO, false);
    cr_expect(eq(i64, hw_file_read(env, file, bytes, 8, 0), -EIO));
}

Test(file, writing_again_changes_nothing)
{
    static uint8_t bytes[40000];
    size_t size;

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7);
    cr_expect(eq(int, hw_file_write(env, file, bytes, sizeof bytes, 0), 0));
    cr_expect(eq(int, hw_file_rewrite(env, file, 5, sizeof bytes), 0));
    cr_expect(eq(int, hw_file_rewrite(env, file, 5, sizeof bytes + 100), 0), "the end comes first");
    cr_expect(eq(mem, ((struct cr_mem){fault_bytes(fault, "/data/file", &size), sizeof bytes}),
        ((struct cr_mem){bytes, sizeof bytes})));
    cr_expect(eq(sz, size, sizeof bytes));
    failing_call(1, EIO, false);
    cr_expect(eq(int, hw_file_rewrite(env, file, 0, 10), -EIO), "the read");
    failing_call(2, EROFS, false);
    cr_expect(eq(int, hw_file_rewrite(env, file, 0, 10), -EROFS), "the write");
}

Test(file, only_our_names_are_numbers)
{
    static const char *const others[] = {"00000000000000000000.hwj", "00000000000000000009.hws",
        "0000000000000000009.hwj", "000000000000000000009.hwj", "00000000000000000009",
        "watermark"};
    char path[HW_PATH_SIZE];
    uint64_t *numbers;
    size_t count;

    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        cr_assert(hw_file_path(path, "/data", others[i]));
        fault_put(fault, path, "x", 1);
    }
    cr_assert(eq(int, hw_file_numbers(env, "/data", ".hwj", &numbers, &count), 0));
    cr_expect(eq(sz, count, 0));
    free(numbers);
    for (uint64_t number = 150; number > 0; number--) {
        hw_file_number_path(path, "/data", number, ".hwj");
        fault_put(fault, path, "x", 1);
    }
    cr_assert(eq(int, hw_file_numbers(env, "/data", ".hwj", &numbers, &count), 0));
    cr_assert(eq(sz, count, 150));
    for (size_t i = 0; i < count; i++)
        cr_expect(eq(u64, numbers[i], i + 1), "ascending");
    free(numbers);
}

Test(file, a_list_is_whole_or_fails)
{
    char path[HW_PATH_SIZE];
    uint64_t *numbers;
    size_t count;

    for (uint64_t number = 1; number <= 100; number++) {
        hw_file_number_path(path, "/data", number, ".hwj");
        fault_put(fault, path, "x", 1);
    }
    failing_call(1, EACCES, false);
    cr_expect(eq(int, hw_file_numbers(env, "/data", ".hwj", &numbers, &count), -EACCES));
    failing_call(0, 0, false);
    for (uint64_t nth = 1; nth <= 2; nth++) {
        failing_memory(nth, false);
        cr_expect(eq(int, hw_file_numbers(env, "/data", ".hwj", &numbers, &count), -ENOMEM),
            "request %lu", nth);
    }
    failing_memory(0, false);
}

Test(file, a_failure_has_words_that_help)
{
    static const struct {
        int error;
        enum hw_status status;
        const char *words;
    } failures[] = {
        {ENOSPC, HW_E_NO_SPACE, "free some space"},
        {EDQUOT, HW_E_NO_SPACE, "free some space"},
        {EROFS, HW_E_READ_ONLY, "give this user the right"},
        {EACCES, HW_E_READ_ONLY, "give this user the right"},
        {EPERM, HW_E_READ_ONLY, "give this user the right"},
        {ENOENT, HW_E_NOT_FOUND, "check the path"},
        {ENOMEM, HW_E_MEMORY, "more memory"},
        {EIO, HW_E_IO, "look at the disk"},
    };
    char error[HW_ERROR_TEXT_SIZE];

    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        cr_expect(eq(int, hw_error_file(error, "read", "/data/file", -failures[i].error),
                      failures[i].status),
            "%s", error);
        cr_expect(strstr(error, "cannot read /data/file: ") == error, "%s", error);
        cr_expect(strstr(error, failures[i].words) != NULL, "%s", error);
    }
}

Test(file, a_path_fits_or_is_refused)
{
    static char longest[HW_PATH_SIZE + 1];
    char path[HW_PATH_SIZE];

    memset(longest, 'd', HW_PATH_SIZE);
    longest[HW_PATH_SIZE - 3] = '\0'; /* With a slash, a letter and the zero it is full. */
    cr_expect(hw_file_path(path, longest, "f"));
    cr_expect(eq(sz, strlen(path), HW_PATH_SIZE - 1));
    cr_expect(not(hw_file_path(path, longest, "ff")));
}
