/*
 * env.h - the environment interface: everything of the operating system that the runtime touches,
 * so that tests can replace it (files, clock, randomness).
 *
 * Calls return 0 or a positive count, or a negative errno.  The real one is hw_env_posix().
 * Thread: a file handle is used by one thread at a time; the table itself by any.
 */
#ifndef HW_ENV_H
#define HW_ENV_H

#include "homeward/slice.h"

#include <sys/uio.h>

enum hw_env_open {
    HW_ENV_READ = 1,
    HW_ENV_WRITE = 2,
    HW_ENV_CREATE = 4,
    HW_ENV_EXCLUSIVE = 8,
};

struct hw_env {
    void *context;
    int (*open)(void *context, const char *path, unsigned flags); /* handle */
    int (*close)(void *context, int file);
    int64_t (*read)(void *context, int file, void *data, size_t size, uint64_t offset);
    int64_t (*write)(
        void *context, int file, const struct iovec *parts, int parts_count, uint64_t offset);
    int (*sync)(void *context, int file); /* data and size (fdatasync) */
    int (*sync_dir)(void *context, const char *path);
    int64_t (*size)(void *context, int file);
    int (*truncate)(void *context, int file, uint64_t size);
    int (*rename)(void *context, const char *from, const char *to);
    int (*unlink)(void *context, const char *path);
    int (*make_dir)(void *context, const char *path); /* -EEXIST when there */
    int (*lock)(void *context, int file);             /* -EWOULDBLOCK when another has it */
    /* Calls visit for each entry of a folder, in no order; stops when it returns false. */
    int (*list)(void *context, const char *path, bool (*visit)(void *visitor, const char *name),
        void *visitor);
    int64_t (*free_bytes)(void *context, const char *path);
    int64_t (*wall_ms)(void *context); /* UTC, ms since 1970 */
    int64_t (*monotonic_ns)(void *context);
    void (*random)(void *context, void *data, size_t size);
};

struct hw_env *hw_env_posix(void);

#endif
