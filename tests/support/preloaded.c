/*
 * preloaded.c - a library that makes calls of the real program fail, from outside (LD_PRELOAD).
 *
 * The environment of the process says which; without it all works as ever:
 *
 *   FAILING_SYNC=N     the Nth fdatasync or fsync fails with EIO, those behind it work again; what
 *                      was written to its file since the last one is as it was before: lost
 *   FAILING_MEMORY=N   the Nth call that asks for memory, or for a thread, gets none; "N+": nor
 *                      does any behind it
 *   FAILING_ROOM=FILE  while FILE stands there, files grow by no more bytes than its size in this
 *                      process; then writes behind their end, and new files, fail with ENOSPC
 *   FAILING_REPORT=FILE  what failed is told there, and who had asked: "memory 31 libuv.so.1"; and
 *                      of a crash who it was, the C library apart: "signal 6 libnanomsg.so.5"
 *
 * Counted is from this library's start on, over all threads.  It is built without sanitizers and
 * hands on to whatever comes behind it, which may be theirs.
 */
#define _GNU_SOURCE /* RTLD_NEXT, dladdr */

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* A kind of call: which one fails, and how many there were. */
struct kind {
    const char *name;
    unsigned long nth;
    bool and_all_behind;
    atomic_ulong count;
};

static struct kind sync_calls = {.name = "sync"}, memory_calls = {.name = "memory"};
static const char *room;
static int report = -1;

static void take(struct kind *kind, const char *text)
{
    char *end = NULL;

    if (text == NULL)
        return;
    kind->nth = strtoul(text, &end, 10);
    kind->and_all_behind = *end == '+';
}

/* The next definition of name, behind ours, to the pointer to a function at ret_function. */
static void find_next(const char *name, void *ret_function)
{
    void *found = dlsym(RTLD_NEXT, name);

    if (found == NULL)
        abort();
    memcpy(ret_function, &found, sizeof found);
}

#define NEXT(name)                                                                                 \
    static __typeof__(&name) next;                                                                 \
    if (next == NULL)                                                                              \
    find_next(#name, &next)

/* The file of the library, or program, that this code is in. */
static const char *place_of(void *code)
{
    Dl_info about = {0};

    if (dladdr(code, &about) == 0 || about.dli_fname == NULL)
        return "?";
    const char *base = strrchr(about.dli_fname, '/');
    return base != NULL ? base + 1 : about.dli_fname;
}

static void tell(const char *what, unsigned long number, const char *place)
{
    char line[256];
    int size = snprintf(line, sizeof line, "%s %lu %s\n", what, number, place);

    if (report >= 0 && write(report, line, (size_t)size) != size)
        _exit(99);
}

/* The innermost frame that is neither the C library's nor a sanitizer's: it asked for the end. */
static void on_crash(int signal_number)
{
    static const char *const passed[] = {
        "libpreloaded", "libc.so", "libasan", "libubsan", "libpthread", "ld-linux"};
    void *frames[64];
    int count = backtrace(frames, 64);
    const char *place = "?";
    bool found = false;

    for (int i = 1; i < count && !found; i++) {
        place = place_of(frames[i]);
        found = true;
        for (size_t k = 0; k < sizeof passed / sizeof *passed; k++)
            found = found && strncmp(place, passed[k], strlen(passed[k])) != 0;
    }
    tell("signal", (unsigned long)signal_number, place);
    signal(signal_number, SIG_DFL);
    (void)raise(signal_number);
}

static void watch_crashes(void)
{
    static const int signals[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
    void *frame;

    (void)backtrace(&frame, 1); /* The first loads a library, for which there is memory now. */
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        (void)signal(signals[i], on_crash);
}

__attribute__((constructor)) static void start(void)
{
    const char *path = getenv("FAILING_REPORT");

    if (path != NULL)
        report = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    watch_crashes();
    room = getenv("FAILING_ROOM");
    take(&sync_calls, getenv("FAILING_SYNC"));
    take(&memory_calls, getenv("FAILING_MEMORY")); /* Last: from here on it counts. */
}

/* This thread asks on behalf of a sanitizer, which does not survive a refusal. */
static _Thread_local bool spared __attribute__((tls_model("initial-exec")));

/* Whether this call is one that fails. */
static bool fails(struct kind *kind, int error, void *caller)
{
    if (kind->nth == 0 || spared)
        return false;
    unsigned long number = atomic_fetch_add(&kind->count, 1) + 1;
    if (number != kind->nth && !(kind->and_all_behind && number > kind->nth))
        return false;
    if (number == kind->nth)
        tell(kind->name, number, place_of(caller));
    errno = error;
    return true;
}

#define NO_MEMORY fails(&memory_calls, ENOMEM, __builtin_return_address(0))

/* ---- memory ---- */

void *malloc(size_t size)
{
    NEXT(malloc);
    return NO_MEMORY ? NULL : next(size);
}

void *calloc(size_t count, size_t size)
{
    NEXT(calloc);
    return NO_MEMORY ? NULL : next(count, size);
}

void *realloc(void *old, size_t size)
{
    NEXT(realloc);
    return NO_MEMORY ? NULL : next(old, size);
}

void *mmap(void *address, size_t size, int protection, int flags, int file, off_t offset)
{
    NEXT(mmap);
    return NO_MEMORY ? MAP_FAILED : next(address, size, protection, flags, file, offset);
}

int mprotect(void *address, size_t size, int protection)
{
    NEXT(mprotect);
    return NO_MEMORY ? -1 : next(address, size, protection);
}

int pthread_create(
    pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *context)
{
    NEXT(pthread_create);
    return NO_MEMORY ? EAGAIN : next(thread, attributes, run, context);
}

/* Nobody but the runtime of a sanitizer calls it. */
int pthread_getattr_np(pthread_t thread, pthread_attr_t *attributes)
{
    NEXT(pthread_getattr_np);
    spared = true;
    int failed = next(thread, attributes);
    spared = false;
    return failed;
}

/* ---- disk ---- */

/* What was written and not yet synced, with the bytes before: the end of the file cut them. */
struct unsynced {
    int file;
    off_t offset;
    size_t size, before_size;
    char *before;
};

enum { UNSYNCED_MAX = 4096 };

static struct unsynced unsynced[UNSYNCED_MAX];
static unsigned unsynced_count;
static pthread_mutex_t unsynced_lock = PTHREAD_MUTEX_INITIALIZER;

static void remember(int file, off_t offset, size_t size)
{
    if (sync_calls.nth == 0)
        return;
    pthread_mutex_lock(&unsynced_lock);
    if (unsynced_count == UNSYNCED_MAX)
        abort();
    struct unsynced *one = &unsynced[unsynced_count++];
    *one = (struct unsynced){.file = file, .offset = offset, .size = size, .before = malloc(size)};
    ssize_t got = one->before == NULL ? -1 : pread(file, one->before, size, offset);
    one->before_size = got < 0 ? 0 : (size_t)got;
    pthread_mutex_unlock(&unsynced_lock);
}

static void put_back(const struct unsynced *one)
{
    static const char zeros[65536];
    size_t at = one->before_size;

    if (pwrite(one->file, one->before, at, one->offset) != (ssize_t)at)
        abort();
    while (at < one->size) {
        size_t part = one->size - at < sizeof zeros ? one->size - at : sizeof zeros;

        if (pwrite(one->file, zeros, part, one->offset + (off_t)at) != (ssize_t)part)
            abort();
        at += part;
    }
}

/* The file is synced, or closed: forget; or its sync failed: put back, the newest first. */
static void settle(int file, bool lost)
{
    unsigned kept = 0;

    pthread_mutex_lock(&unsynced_lock);
    for (unsigned i = unsynced_count; i > 0 && lost; i--)
        if (unsynced[i - 1].file == file)
            put_back(&unsynced[i - 1]);
    for (unsigned i = 0; i < unsynced_count; i++) {
        if (unsynced[i].file != file)
            unsynced[kept++] = unsynced[i];
        else
            free(unsynced[i].before);
    }
    unsynced_count = kept;
    pthread_mutex_unlock(&unsynced_lock);
}

static bool sync_fails(int file, void *caller)
{
    bool failed = fails(&sync_calls, EIO, caller);

    settle(file, failed);
    if (failed)
        errno = EIO;
    return failed;
}

int fdatasync(int file)
{
    NEXT(fdatasync);
    return sync_fails(file, __builtin_return_address(0)) ? -1 : next(file);
}

int fsync(int file)
{
    NEXT(fsync);
    return sync_fails(file, __builtin_return_address(0)) ? -1 : next(file);
}

int close(int file)
{
    NEXT(close);
    settle(file, false);
    return next(file);
}

/* How many of so many bytes files may grow by; errno where it is not all of them. */
static off_t take_room(off_t size)
{
    static atomic_llong grown;
    struct stat about;
    int before = errno;

    if (room == NULL || stat(room, &about) != 0) {
        errno = before;
        return size;
    }
    off_t left = about.st_size - atomic_load(&grown);
    if (left < size)
        errno = ENOSPC;
    if (left <= 0)
        return 0;
    if (left > size)
        left = size;
    atomic_fetch_add(&grown, left);
    return left;
}

/*
 * A file has its space up to where it ends: those of the runtime are filled with zeros ahead. Where
 * not all has room a part is written, as a disk does.
 */
ssize_t pwritev(int file, const struct iovec *parts, int parts_count, off_t offset)
{
    NEXT(pwritev);
    struct stat about;
    off_t size = 0;

    for (int i = 0; i < parts_count; i++)
        size += (off_t)parts[i].iov_len;
    off_t growth = fstat(file, &about) == 0 ? offset + size - about.st_size : 0;
    off_t lacking = growth > 0 ? growth - take_room(growth) : 0;
    if (lacking >= size)
        return -1;
    remember(file, offset, (size_t)size);
    if (lacking == 0)
        return next(file, parts, parts_count, offset);
    size_t first = parts[0].iov_len, fits = (size_t)(size - lacking);
    return pwrite(file, parts[0].iov_base, first < fits ? first : fits, offset);
}

int open(const char *path, int flags, ...)
{
    NEXT(open);
    va_list arguments;

    va_start(arguments, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if ((flags & O_CREAT) != 0 && access(path, F_OK) != 0 && take_room(1) == 0)
        return -1;
    return next(path, flags, mode);
}
