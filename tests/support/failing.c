#include "support/failing.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

struct plan {
    atomic_uint_fast64_t count, at;
    atomic_bool forever;
};

static struct hw_env *under;
static struct hw_env table;
static struct plan calls, memory;
static atomic_int call_error;
static _Thread_local unsigned inside; /* the environment underneath */

static void plan(struct plan *plan, uint64_t nth, bool forever)
{
    atomic_store(&plan->count, 0);
    atomic_store(&plan->forever, forever);
    atomic_store(&plan->at, nth);
}

static bool fails(struct plan *plan)
{
    uint64_t count = atomic_fetch_add(&plan->count, 1) + 1, at = atomic_load(&plan->at);

    return at != 0 && (count == at || (count > at && atomic_load(&plan->forever)));
}

void failing_call(uint64_t nth, int error, bool forever)
{
    atomic_store(&call_error, error);
    plan(&calls, nth, forever);
}

void failing_memory(uint64_t nth, bool forever)
{
    plan(&memory, nth, forever);
}

uint64_t failing_calls(void)
{
    return atomic_load(&calls.count);
}

uint64_t failing_memory_requests(void)
{
    return atomic_load(&memory.count);
}

/* --- the environment ---------------------------------------------------------------------- */

/* Only reading and writing can come to nothing and be no failure. */
#define CALL(type, expression)                                                                     \
    type result;                                                                                   \
                                                                                                   \
    (void)context;                                                                                 \
    if (fails(&calls) && atomic_load(&call_error) != 0)                                            \
        return -(type)atomic_load(&call_error);                                                    \
    inside++;                                                                                      \
    result = (expression);                                                                         \
    inside--;                                                                                      \
    return result

#define TRANSFER(type, expression)                                                                 \
    type result;                                                                                   \
                                                                                                   \
    (void)context;                                                                                 \
    if (fails(&calls))                                                                             \
        return -(type)atomic_load(&call_error);                                                    \
    inside++;                                                                                      \
    result = (expression);                                                                         \
    inside--;                                                                                      \
    return result

static int failing_open(void *context, const char *path, unsigned flags)
{
    CALL(int, under->open(under->context, path, flags));
}

static int64_t failing_read(void *context, int file, void *data, size_t size, uint64_t offset)
{
    TRANSFER(int64_t, under->read(under->context, file, data, size, offset));
}

static int64_t failing_write(
    void *context, int file, const struct iovec *parts, int parts_count, uint64_t offset)
{
    TRANSFER(int64_t, under->write(under->context, file, parts, parts_count, offset));
}

static int failing_sync(void *context, int file)
{
    CALL(int, under->sync(under->context, file));
}

static int failing_sync_dir(void *context, const char *path)
{
    CALL(int, under->sync_dir(under->context, path));
}

static int64_t failing_size(void *context, int file)
{
    CALL(int64_t, under->size(under->context, file));
}

static int failing_truncate(void *context, int file, uint64_t size)
{
    CALL(int, under->truncate(under->context, file, size));
}

static int failing_rename(void *context, const char *from, const char *to)
{
    CALL(int, under->rename(under->context, from, to));
}

static int failing_unlink(void *context, const char *path)
{
    CALL(int, under->unlink(under->context, path));
}

static int failing_make_dir(void *context, const char *path)
{
    CALL(int, under->make_dir(under->context, path));
}

static int failing_lock(void *context, int file)
{
    CALL(int, under->lock(under->context, file));
}

/* What visits is not the environment: its requests count. */
struct visitor {
    bool (*visit)(void *visitor, const char *name);
    void *visitor;
};

static bool visit_outside(void *context, const char *name)
{
    struct visitor *visitor = context;
    bool more;

    inside--;
    more = visitor->visit(visitor->visitor, name);
    inside++;
    return more;
}

static int failing_list(
    void *context, const char *path, bool (*visit)(void *visitor, const char *name), void *visitor)
{
    struct visitor through = {visit, visitor};

    CALL(int, under->list(under->context, path, visit_outside, &through));
}

struct hw_env *failing_table(struct hw_env *env)
{
    under = env;
    table = *env;
    table.open = failing_open;
    table.read = failing_read;
    table.write = failing_write;
    table.sync = failing_sync;
    table.sync_dir = failing_sync_dir;
    table.size = failing_size;
    table.truncate = failing_truncate;
    table.rename = failing_rename;
    table.unlink = failing_unlink;
    table.make_dir = failing_make_dir;
    table.lock = failing_lock;
    table.list = failing_list;
    return &table;
}

/* --- memory, threads, handles: --wrap of the linker ----------------------------------------- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *address, size_t size);
void *__real_mmap(void *address, size_t size, int protection, int flags, int file, off_t offset);
int __real_mprotect(void *address, size_t size, int protection);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
    void *(*start)(void *argument), void *argument);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *address, size_t size);
void *__wrap_mmap(void *address, size_t size, int protection, int flags, int file, off_t offset);
int __wrap_mprotect(void *address, size_t size, int protection);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
    void *(*start)(void *argument), void *argument);

static bool refused(void)
{
    return inside == 0 && fails(&memory);
}

void *__wrap_malloc(size_t size)
{
    return refused() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return refused() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *address, size_t size)
{
    return refused() ? NULL : __real_realloc(address, size);
}

void *__wrap_mmap(void *address, size_t size, int protection, int flags, int file, off_t offset)
{
    if (!refused())
        return __real_mmap(address, size, protection, flags, file, offset);
    errno = ENOMEM;
    return MAP_FAILED;
}

int __wrap_mprotect(void *address, size_t size, int protection)
{
    if (!refused())
        return __real_mprotect(address, size, protection);
    errno = ENOMEM;
    return -1;
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
    void *(*start)(void *argument), void *argument)
{
    return refused() ? EAGAIN : __real_pthread_create(thread, attributes, start, argument);
}
