/*
 * Goal: the real environment does what env.h says, in the words of errno.
 * Method: one temporary folder, every call, the failures that can be had without privileges.
 */
#include "runtime/env.h"
#include "runtime/file.h"
#include "support/temporary.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>

static struct hw_env *env;
static char folder[HW_PATH_SIZE];
static char path[HW_PATH_SIZE + 16];

static void begin(void)
{
    env = hw_env_posix();
    temporary_make(folder);
    snprintf(path, sizeof path, "%s/file", folder);
}

static void end(void)
{
    temporary_remove(folder);
}

TestSuite(env, .init = begin, .fini = end);

static int make_file(void)
{
    int file = env->open(env->context, path, HW_ENV_READ | HW_ENV_WRITE | HW_ENV_CREATE);

    cr_assert(ge(int, file, 0));
    return file;
}

Test(env, what_is_written_is_read)
{
    int file = make_file();
    struct iovec parts[] = {{"home", 4}, {"ward", 4}};
    char bytes[16] = "";

    cr_expect(eq(i64, env->write(env->context, file, parts, 2, 3), 8));
    cr_expect(eq(i64, env->size(env->context, file), 11));
    cr_expect(eq(int, env->sync(env->context, file), 0));
    cr_expect(eq(i64, env->read(env->context, file, bytes, 16, 3), 8));
    cr_expect(eq(str, bytes, "homeward"));
    cr_expect(eq(i64, env->read(env->context, file, bytes, 16, 11), 0));
    cr_expect(eq(int, env->truncate(env->context, file, 5), 0));
    cr_expect(eq(i64, env->size(env->context, file), 5));
    cr_expect(eq(int, env->close(env->context, file), 0));
}

Test(env, failures_are_negative_errnos)
{
    struct iovec part = {"x", 1};
    int file = make_file();
    int reader = env->open(env->context, path, HW_ENV_READ);

    cr_expect(eq(i64, env->write(env->context, reader, &part, 1, 0), -EBADF));
    cr_expect(eq(int,
        env->open(env->context, path, HW_ENV_WRITE | HW_ENV_CREATE | HW_ENV_EXCLUSIVE), -EEXIST));
    cr_expect(eq(int, env->open(env->context, "/nowhere/at/all", HW_ENV_READ), -ENOENT));
    cr_expect(eq(int, env->make_dir(env->context, folder), -EEXIST));
    cr_expect(eq(int, env->sync_dir(env->context, path), -ENOTDIR));
    cr_expect(eq(int, env->unlink(env->context, "/nowhere/at/all"), -ENOENT));
    env->close(env->context, reader);
    env->close(env->context, file);
}

Test(env, a_lock_is_had_once)
{
    int first = make_file();
    int second = env->open(env->context, path, HW_ENV_READ | HW_ENV_WRITE);

    cr_expect(eq(int, env->lock(env->context, first), 0));
    cr_expect(eq(int, env->lock(env->context, second), -EWOULDBLOCK));
    env->close(env->context, first);
    cr_expect(eq(int, env->lock(env->context, second), 0));
    env->close(env->context, second);
}

static bool count(void *visitor, const char *name)
{
    (void)name;
    return ++*(int *)visitor < 2;
}

Test(env, a_folder_is_listed_until_told_to_stop)
{
    int seen = 0;
    char other[HW_PATH_SIZE + 16];

    env->close(env->context, make_file());
    cr_expect(eq(int, env->list(env->context, folder, count, &seen), 0));
    cr_expect(eq(int, seen, 1));
    for (int i = 0; i < 5; i++) {
        snprintf(other, sizeof other, "%s/%d", folder, i);
        env->make_dir(env->context, other);
    }
    seen = 0;
    cr_expect(eq(int, env->list(env->context, folder, count, &seen), 0));
    cr_expect(eq(int, seen, 2));
    cr_expect(eq(int, env->list(env->context, "/nowhere/at/all", count, &seen), -ENOENT));
}

Test(env, clocks_and_chance)
{
    int64_t before = env->monotonic_ns(env->context);
    uint64_t drawn[2][4] = {{0}};

    cr_expect(gt(i64, env->wall_ms(env->context), INT64_C(1700000000000)));
    cr_expect(ge(i64, env->monotonic_ns(env->context), before));
    env->random(env->context, drawn[0], sizeof drawn[0]);
    env->random(env->context, drawn[1], sizeof drawn[1]);
    cr_expect(ne(int, memcmp(drawn[0], drawn[1], sizeof drawn[0]), 0));
    cr_expect(gt(i64, env->free_bytes(env->context, folder), 0));
}

Test(env, zeros_are_written_not_promised)
{
    int file = make_file();
    uint8_t bytes[64];

    cr_expect(eq(int, hw_file_zero(env, file, 10, 700000), 0));
    cr_expect(eq(i64, env->size(env->context, file), 700010));
    cr_expect(eq(i64, hw_file_read(env, file, bytes, sizeof bytes, 700000), 10));
    env->close(env->context, file);
}
