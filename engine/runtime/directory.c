#include "runtime/directory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const folders[] = {"journal", "snapshots", "quarantine"};

static enum hw_status make_dir(struct hw_env *env, const char *path, char error[HW_ERROR_TEXT_SIZE])
{
    int failed = env->make_dir(env->context, path);

    return failed == 0 || failed == -EEXIST ? HW_OK : hw_error_file(error, "make", path, failed);
}

static enum hw_status locked(
    struct hw_env *env, const char *data_dir, int file, char error[HW_ERROR_TEXT_SIZE])
{
    char pid[16] = "";

    (void)hw_file_read(env, file, pid, sizeof pid - 1, 0); /* Without it the words are vaguer. */
    hw_error_set(error,
        "%s is in use: locked by pid %ld; stop that server, or name another data_dir", data_dir,
        strtol(pid, NULL, 10));
    return HW_E_LOCKED;
}

static enum hw_status take_lock(
    struct hw_env *env, const char *data_dir, int file, char error[HW_ERROR_TEXT_SIZE])
{
    char pid[16];
    int size, failed = env->lock(env->context, file);

    if (failed == -EWOULDBLOCK)
        return locked(env, data_dir, file, error);
    if (failed < 0)
        return hw_error_file(error, "lock", data_dir, failed);
    /* As long as the one before, in its place: a full disk has room for it. */
    size = snprintf(pid, sizeof pid, "%-10ld\n", (long)getpid());
    failed = hw_file_write(env, file, pid, (size_t)size, 0);
    if (hw_file_status(failed) == HW_E_NO_SPACE) /* It is for people; the lock holds without. */
        failed = env->truncate(env->context, file, 0);
    return failed < 0 ? hw_error_file(error, "write the lock in", data_dir, failed) : HW_OK;
}

static enum hw_status make_folders(
    struct hw_env *env, const char *data_dir, char error[HW_ERROR_TEXT_SIZE])
{
    char path[HW_PATH_SIZE];
    enum hw_status status = HW_OK;
    int failed;

    for (size_t i = 0; status == HW_OK && i < sizeof folders / sizeof *folders; i++) {
        HW_ASSERT(hw_file_path(path, data_dir, folders[i]));
        status = make_dir(env, path, error);
    }
    if (status != HW_OK)
        return status;
    failed = env->sync_dir(env->context, data_dir);
    return failed < 0 ? hw_error_file(error, "sync", data_dir, failed) : HW_OK;
}

enum hw_status hw_directory_lock(
    struct hw_env *env, const char *data_dir, int *ret_lock, char error[HW_ERROR_TEXT_SIZE])
{
    char path[HW_PATH_SIZE];
    enum hw_status status;
    int file;

    /* Room for the longest name below it. */
    if (strlen(data_dir) > HW_PATH_SIZE - 64) {
        hw_error_set(error, "the path of data_dir is too long; name a shorter one");
        return HW_E_INVALID;
    }
    status = make_dir(env, data_dir, error);
    if (status != HW_OK)
        return status;
    HW_ASSERT(hw_file_path(path, data_dir, "lock"));
    file = env->open(env->context, path, HW_ENV_READ | HW_ENV_WRITE | HW_ENV_CREATE);
    if (file < 0)
        return hw_error_file(error, "write", path, file);
    status = take_lock(env, data_dir, file, error);
    if (status == HW_OK)
        status = make_folders(env, data_dir, error);
    if (status != HW_OK) {
        (void)env->close(env->context, file); /* The lock, if taken, goes with it. */
        return status;
    }
    *ret_lock = file;
    return HW_OK;
}
