#include "runtime/env.h"
#include "homeward/status.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

/* 0, or what went wrong as a negative errno. */
static int result(int returned)
{
    return returned < 0 ? -errno : returned;
}

static int posix_open(void *context, const char *path, unsigned flags)
{
    int how = (flags & HW_ENV_WRITE) == 0 ? O_RDONLY : (flags & HW_ENV_READ) ? O_RDWR : O_WRONLY;

    (void)context;
    if (flags & HW_ENV_CREATE)
        how |= O_CREAT;
    if (flags & HW_ENV_EXCLUSIVE)
        how |= O_EXCL;
    return result(open(path, how | O_CLOEXEC, 0640));
}

static int posix_close(void *context, int file)
{
    (void)context;
    return result(close(file));
}

static int64_t posix_read(void *context, int file, void *data, size_t size, uint64_t offset)
{
    ssize_t count;

    (void)context;
    do
        count = pread(file, data, size, (off_t)offset);
    while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
}

static int64_t posix_write(
    void *context, int file, const struct iovec *parts, int parts_count, uint64_t offset)
{
    ssize_t count;

    (void)context;
    do
        count = pwritev(file, parts, parts_count, (off_t)offset);
    while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
}

static int posix_sync(void *context, int file)
{
    (void)context;
    return result(fdatasync(file));
}

static int posix_sync_dir(void *context, const char *path)
{
    int file = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int synced;

    (void)context;
    if (file < 0)
        return -errno;
    synced = result(fsync(file));
    (void)close(file); /* Nothing was written through this handle. */
    return synced;
}

static int64_t posix_size(void *context, int file)
{
    struct stat about;

    (void)context;
    return fstat(file, &about) < 0 ? -errno : about.st_size;
}

static int posix_truncate(void *context, int file, uint64_t size)
{
    (void)context;
    return result(ftruncate(file, (off_t)size));
}

static int posix_rename(void *context, const char *from, const char *to)
{
    (void)context;
    return result(rename(from, to));
}

static int posix_unlink(void *context, const char *path)
{
    (void)context;
    return result(unlink(path));
}

static int posix_make_dir(void *context, const char *path)
{
    (void)context;
    return result(mkdir(path, 0750));
}

static int posix_lock(void *context, int file)
{
    (void)context;
    return result(flock(file, LOCK_EX | LOCK_NB));
}

static int posix_list(
    void *context, const char *path, bool (*visit)(void *visitor, const char *name), void *visitor)
{
    DIR *folder = opendir(path);
    bool more = true;
    int failed = 0;

    (void)context;
    if (folder == NULL)
        return -errno;
    while (more) {
        struct dirent *entry;

        errno = 0;
        entry = readdir(folder);
        if (entry == NULL) {
            failed = errno;
            break;
        }
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            more = visit(visitor, entry->d_name);
    }
    (void)closedir(folder); /* Read only. */
    return -failed;
}

static int64_t posix_free_bytes(void *context, const char *path)
{
    struct statvfs about;

    (void)context;
    if (statvfs(path, &about) < 0)
        return -errno;
    return (int64_t)(about.f_bavail * about.f_frsize);
}

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now;

    HW_ASSERT(clock_gettime(clock, &now) == 0);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t posix_wall_ms(void *context)
{
    (void)context;
    return clock_ns(CLOCK_REALTIME) / 1000000;
}

static int64_t posix_monotonic_ns(void *context)
{
    (void)context;
    return clock_ns(CLOCK_MONOTONIC);
}

static void posix_random(void *context, void *data, size_t size)
{
    uint8_t *at = data;

    (void)context;
    while (size > 0) {
        ssize_t count = getrandom(at, size, 0);

        HW_ASSERT(count > 0 || errno == EINTR);
        if (count > 0) {
            at += count;
            size -= (size_t)count;
        }
    }
}

static struct hw_env posix = {
    .open = posix_open,
    .close = posix_close,
    .read = posix_read,
    .write = posix_write,
    .sync = posix_sync,
    .sync_dir = posix_sync_dir,
    .size = posix_size,
    .truncate = posix_truncate,
    .rename = posix_rename,
    .unlink = posix_unlink,
    .make_dir = posix_make_dir,
    .lock = posix_lock,
    .list = posix_list,
    .free_bytes = posix_free_bytes,
    .wall_ms = posix_wall_ms,
    .monotonic_ns = posix_monotonic_ns,
    .random = posix_random,
};

struct hw_env *hw_env_posix(void)
{
    return &posix;
}
