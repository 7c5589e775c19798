#include "support/fault_env.h"
#include "homeward/status.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { PAGE = 512, FILES_MAX = 512, HANDLES_MAX = 64, NAME_MAX_SIZE = 512 };

struct bytes {
    uint8_t *data;
    size_t size, room;
};

/* What lies behind a name.  It lives until no name and no handle leads to it. */
struct node {
    struct bytes now, safe; /* as written; as it would be after a crash that keeps nothing else */
    bool folder, used;
    int lock; /* handle that has it; -1 none */
};

struct name {
    char path[NAME_MAX_SIZE];
    int node;      /* -1: not there now */
    int safe_node; /* -1: not there after a crash */
};

struct fault {
    uint64_t at; /* count at which it fails; 0 none */
    int error;
    bool forever;
    const char *ending;
};

struct fault_env {
    struct hw_env table;
    pthread_mutex_t lock;
    struct node nodes[FILES_MAX];
    struct name names[FILES_MAX];
    struct {
        int node; /* -1: closed */
        unsigned flags;
        char path[NAME_MAX_SIZE];
    } handles[HANDLES_MAX];
    struct fault faults[FAULT_CALLS];
    uint64_t counts[FAULT_CALLS];
    size_t short_writes;
    uint64_t disk_size;
    int64_t wall_ms, monotonic_ns;
    uint64_t random;
};

/* SplitMix64 (Steele, Lea and Flood, 2014). */
static uint64_t draw(struct fault_env *fault)
{
    uint64_t x = fault->random += 0x9e3779b97f4a7c15u;

    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static void resize(struct bytes *bytes, size_t size)
{
    if (size > bytes->room) {
        size_t room = size < 4096 ? 4096 : size + size / 2;

        bytes->data = realloc(bytes->data, room);
        HW_ASSERT(bytes->data != NULL);
        bytes->room = room;
    }
    if (size > bytes->size)
        memset(bytes->data + bytes->size, 0, size - bytes->size);
    bytes->size = size;
}

static void copy(struct bytes *to, const struct bytes *from)
{
    resize(to, from->size);
    if (from->size > 0)
        memcpy(to->data, from->data, from->size);
}

static bool ends_in(const char *path, const char *ending)
{
    size_t size = strlen(path), ending_size = strlen(ending);

    return size >= ending_size && strcmp(path + size - ending_size, ending) == 0;
}

/* Count a call; its failure, if it is to fail. */
static int count(struct fault_env *fault, enum fault_call call, const char *path)
{
    struct fault *planned = &fault->faults[call];

    if (planned->ending != NULL && !ends_in(path, planned->ending))
        return 0;
    fault->counts[call]++;
    if (planned->at == 0 || fault->counts[call] < planned->at)
        return 0;
    if (fault->counts[call] > planned->at && !planned->forever)
        return 0;
    return planned->error;
}

/* --- names and nodes ---------------------------------------------------------------------- */

static struct name *find(struct fault_env *fault, const char *path)
{
    for (int i = 0; i < FILES_MAX; i++)
        if (strcmp(fault->names[i].path, path) == 0)
            return &fault->names[i];
    return NULL;
}

static struct name *find_or_add(struct fault_env *fault, const char *path)
{
    struct name *name = find(fault, path);

    HW_ASSERT(strlen(path) < NAME_MAX_SIZE);
    for (int i = 0; name == NULL && i < FILES_MAX; i++)
        if (fault->names[i].path[0] == '\0') {
            name = &fault->names[i];
            (void)snprintf(name->path, sizeof name->path, "%s", path);
            name->node = name->safe_node = -1;
        }
    HW_ASSERT(name != NULL);
    return name;
}

static bool is_led_to(const struct fault_env *fault, int node)
{
    for (int i = 0; i < FILES_MAX; i++)
        if (fault->names[i].path[0] != '\0' &&
            (fault->names[i].node == node || fault->names[i].safe_node == node))
            return true;
    for (int i = 0; i < HANDLES_MAX; i++)
        if (fault->handles[i].node == node)
            return true;
    return false;
}

static void sweep(struct fault_env *fault)
{
    for (int i = 0; i < FILES_MAX; i++) {
        struct node *node = &fault->nodes[i];

        if (node->used && !is_led_to(fault, i)) {
            free(node->now.data);
            free(node->safe.data);
            *node = (struct node){.lock = -1};
        }
    }
    for (int i = 0; i < FILES_MAX; i++)
        if (fault->names[i].node < 0 && fault->names[i].safe_node < 0)
            fault->names[i].path[0] = '\0';
}

static int new_node(struct fault_env *fault, bool folder)
{
    for (int i = 0; i < FILES_MAX; i++)
        if (!fault->nodes[i].used) {
            fault->nodes[i] = (struct node){.folder = folder, .used = true, .lock = -1};
            return i;
        }
    HW_ASSERT(!"files are left");
    return -1;
}

static void parent_of(const char *path, char parent[NAME_MAX_SIZE])
{
    const char *slash = strrchr(path, '/');
    size_t size = slash == NULL ? 0 : (size_t)(slash - path);

    HW_ASSERT(size < NAME_MAX_SIZE);
    memcpy(parent, path, size);
    parent[size] = '\0';
}

static bool has_parent(struct fault_env *fault, const char *path)
{
    char parent[NAME_MAX_SIZE];
    struct name *name;

    parent_of(path, parent);
    if (parent[0] == '\0')
        return true;
    name = find(fault, parent);
    return name != NULL && name->node >= 0;
}

static uint64_t used_bytes(const struct fault_env *fault)
{
    uint64_t sum = 0;

    for (int i = 0; i < FILES_MAX; i++)
        sum += fault->nodes[i].now.size;
    return sum;
}

/* --- the table: each call takes the lock -------------------------------------------------- */

static int open_locked(struct fault_env *fault, const char *path, unsigned flags)
{
    struct name *name = find(fault, path);
    int failed = count(fault, FAULT_OPEN, path);
    bool there = name != NULL && name->node >= 0;

    if (failed < 0)
        return failed;
    if (there && (flags & HW_ENV_EXCLUSIVE))
        return -EEXIST;
    if (!there && !(flags & HW_ENV_CREATE))
        return -ENOENT;
    if (!there && !has_parent(fault, path))
        return -ENOENT;
    if (!there) {
        name = find_or_add(fault, path);
        name->node = new_node(fault, false);
    }
    for (int i = 0; i < HANDLES_MAX; i++)
        if (fault->handles[i].node < 0) {
            fault->handles[i].node = name->node;
            fault->handles[i].flags = flags;
            (void)snprintf(fault->handles[i].path, NAME_MAX_SIZE, "%s", path);
            return i;
        }
    return -EMFILE;
}

static struct node *node_of(struct fault_env *fault, int file)
{
    HW_ASSERT(file >= 0);
    HW_ASSERT(file < HANDLES_MAX);
    HW_ASSERT(fault->handles[file].node >= 0);
    return &fault->nodes[fault->handles[file].node];
}

static int close_locked(struct fault_env *fault, int file)
{
    struct node *node = node_of(fault, file);

    if (node->lock == file)
        node->lock = -1;
    fault->handles[file].node = -1;
    sweep(fault);
    return 0;
}

static int64_t read_locked(
    struct fault_env *fault, int file, void *data, size_t size, uint64_t offset)
{
    struct node *node = node_of(fault, file);
    int failed = count(fault, FAULT_READ, fault->handles[file].path);

    if (failed < 0)
        return failed;
    if (offset >= node->now.size)
        return 0;
    if (size > node->now.size - offset)
        size = node->now.size - (size_t)offset;
    memcpy(data, node->now.data + offset, size);
    return (int64_t)size;
}

static int64_t write_locked(
    struct fault_env *fault, int file, const struct iovec *parts, int parts_count, uint64_t offset)
{
    struct node *node = node_of(fault, file);
    int failed = count(fault, FAULT_WRITE, fault->handles[file].path);
    size_t done = 0;

    HW_ASSERT(fault->handles[file].flags & HW_ENV_WRITE);
    if (failed < 0)
        return failed;
    for (int i = 0; i < parts_count; i++) {
        size_t size = parts[i].iov_len;

        if (fault->short_writes > 0 && done + size > fault->short_writes)
            size = fault->short_writes - done;
        if (offset + done + size > node->now.size) {
            if (used_bytes(fault) + offset + done + size - node->now.size > fault->disk_size)
                return done > 0 ? (int64_t)done : -ENOSPC;
            resize(&node->now, (size_t)offset + done + size);
        }
        memcpy(node->now.data + offset + done, parts[i].iov_base, size);
        done += size;
        if (size < parts[i].iov_len)
            break;
    }
    return (int64_t)done;
}

static int sync_locked(struct fault_env *fault, int file)
{
    struct node *node = node_of(fault, file);
    int failed = count(fault, FAULT_SYNC, fault->handles[file].path);

    if (failed == 0)
        copy(&node->safe, &node->now);
    return failed;
}

static int sync_dir_locked(struct fault_env *fault, const char *path)
{
    char parent[NAME_MAX_SIZE];
    int failed = count(fault, FAULT_SYNC_DIR, path);

    if (failed < 0)
        return failed;
    for (int i = 0; i < FILES_MAX; i++) {
        struct name *name = &fault->names[i];

        parent_of(name->path, parent);
        if (name->path[0] != '\0' && strcmp(parent, path) == 0)
            name->safe_node = name->node;
    }
    sweep(fault);
    return 0;
}

static int rename_locked(struct fault_env *fault, const char *from, const char *to)
{
    struct name *source = find(fault, from), *target;
    int failed = count(fault, FAULT_RENAME, from);

    if (failed < 0)
        return failed;
    if (source == NULL || source->node < 0)
        return -ENOENT;
    target = find_or_add(fault, to);
    target->node = source->node;
    source->node = -1;
    sweep(fault);
    return 0;
}

static int unlink_locked(struct fault_env *fault, const char *path)
{
    struct name *name = find(fault, path);
    int failed = count(fault, FAULT_UNLINK, path);

    if (failed < 0)
        return failed;
    if (name == NULL || name->node < 0)
        return -ENOENT;
    name->node = -1;
    sweep(fault);
    return 0;
}

static int make_dir_locked(struct fault_env *fault, const char *path)
{
    struct name *name = find(fault, path);

    if (name != NULL && name->node >= 0)
        return -EEXIST;
    if (!has_parent(fault, path))
        return -ENOENT;
    name = find_or_add(fault, path);
    name->node = new_node(fault, true);
    return 0;
}

static int lock_locked(struct fault_env *fault, int file)
{
    struct node *node = node_of(fault, file);

    if (node->lock >= 0 && node->lock != file)
        return -EWOULDBLOCK;
    node->lock = file;
    return 0;
}

#define LOCKED(type, call)                                                                         \
    struct fault_env *fault = context;                                                             \
    type result;                                                                                   \
                                                                                                   \
    pthread_mutex_lock(&fault->lock);                                                              \
    result = call;                                                                                 \
    pthread_mutex_unlock(&fault->lock);                                                            \
    return result

static int fault_open(void *context, const char *path, unsigned flags)
{
    LOCKED(int, open_locked(fault, path, flags));
}

static int fault_close(void *context, int file)
{
    LOCKED(int, close_locked(fault, file));
}

static int64_t fault_read(void *context, int file, void *data, size_t size, uint64_t offset)
{
    LOCKED(int64_t, read_locked(fault, file, data, size, offset));
}

static int64_t fault_write(
    void *context, int file, const struct iovec *parts, int parts_count, uint64_t offset)
{
    LOCKED(int64_t, write_locked(fault, file, parts, parts_count, offset));
}

static int fault_sync(void *context, int file)
{
    LOCKED(int, sync_locked(fault, file));
}

static int fault_sync_dir(void *context, const char *path)
{
    LOCKED(int, sync_dir_locked(fault, path));
}

static int64_t fault_size(void *context, int file)
{
    LOCKED(int64_t, (int64_t)node_of(fault, file)->now.size);
}

static int truncate_locked(struct fault_env *fault, int file, uint64_t size)
{
    int failed = count(fault, FAULT_TRUNCATE, fault->handles[file].path);

    if (failed == 0)
        resize(&node_of(fault, file)->now, (size_t)size);
    return failed;
}

static int fault_truncate(void *context, int file, uint64_t size)
{
    LOCKED(int, truncate_locked(fault, file, size));
}

static int fault_rename(void *context, const char *from, const char *to)
{
    LOCKED(int, rename_locked(fault, from, to));
}

static int fault_unlink(void *context, const char *path)
{
    LOCKED(int, unlink_locked(fault, path));
}

static int fault_make_dir(void *context, const char *path)
{
    LOCKED(int, make_dir_locked(fault, path));
}

static int fault_lock(void *context, int file)
{
    LOCKED(int, lock_locked(fault, file));
}

static int list_locked(struct fault_env *fault, const char *path,
    bool (*visit)(void *visitor, const char *name), void *visitor)
{
    struct name *folder = find(fault, path);
    char parent[NAME_MAX_SIZE];

    if (folder == NULL || folder->node < 0)
        return -ENOENT;
    for (int i = 0; i < FILES_MAX; i++) {
        const struct name *name = &fault->names[i];

        parent_of(name->path, parent);
        if (name->path[0] == '\0' || name->node < 0 || strcmp(parent, path) != 0)
            continue;
        if (!visit(visitor, name->path + strlen(parent) + 1))
            break;
    }
    return 0;
}

static int fault_list(
    void *context, const char *path, bool (*visit)(void *visitor, const char *name), void *visitor)
{
    LOCKED(int, list_locked(fault, path, visit, visitor));
}

static int64_t fault_free_bytes(void *context, const char *path)
{
    (void)path;
    LOCKED(int64_t, (int64_t)((fault->disk_size - used_bytes(fault)) >> 1));
}

static int64_t fault_wall_ms(void *context)
{
    LOCKED(int64_t, fault->wall_ms);
}

static int64_t fault_monotonic_ns(void *context)
{
    LOCKED(int64_t, fault->monotonic_ns);
}

static void fault_random(void *context, void *data, size_t size)
{
    struct fault_env *fault = context;

    pthread_mutex_lock(&fault->lock);
    for (size_t i = 0; i < size; i++)
        ((uint8_t *)data)[i] = (uint8_t)draw(fault);
    pthread_mutex_unlock(&fault->lock);
}

/* --- the test's side ---------------------------------------------------------------------- */

struct fault_env *fault_new(uint64_t seed)
{
    struct fault_env *fault = calloc(1, sizeof *fault);

    HW_ASSERT(fault != NULL);
    fault->table = (struct hw_env){fault, fault_open, fault_close, fault_read, fault_write,
        fault_sync, fault_sync_dir, fault_size, fault_truncate, fault_rename, fault_unlink,
        fault_make_dir, fault_lock, fault_list, fault_free_bytes, fault_wall_ms, fault_monotonic_ns,
        fault_random};
    pthread_mutex_init(&fault->lock, NULL);
    for (int i = 0; i < HANDLES_MAX; i++)
        fault->handles[i].node = -1;
    for (int i = 0; i < FILES_MAX; i++)
        fault->names[i].node = fault->names[i].safe_node = fault->nodes[i].lock = -1;
    fault->disk_size = UINT64_MAX;
    fault->random = seed;
    return fault;
}

void fault_free(struct fault_env *fault)
{
    for (int i = 0; i < FILES_MAX; i++) {
        free(fault->nodes[i].now.data);
        free(fault->nodes[i].safe.data);
    }
    pthread_mutex_destroy(&fault->lock);
    free(fault);
}

struct hw_env *fault_table(struct fault_env *fault)
{
    return &fault->table;
}

void fault_fail(
    struct fault_env *fault, enum fault_call call, uint64_t nth, int error, bool forever)
{
    pthread_mutex_lock(&fault->lock);
    fault->faults[call].at = nth == 0 ? 0 : fault->counts[call] + nth;
    fault->faults[call].error = error;
    fault->faults[call].forever = forever;
    pthread_mutex_unlock(&fault->lock);
}

void fault_only(struct fault_env *fault, enum fault_call call, const char *ending)
{
    fault->faults[call].ending = ending;
}

uint64_t fault_count(const struct fault_env *fault, enum fault_call call)
{
    return fault->counts[call];
}

void fault_short_writes(struct fault_env *fault, size_t most)
{
    fault->short_writes = most;
}

void fault_disk_size(struct fault_env *fault, uint64_t size)
{
    pthread_mutex_lock(&fault->lock);
    fault->disk_size = size;
    pthread_mutex_unlock(&fault->lock);
}

void fault_set_clock(struct fault_env *fault, int64_t wall_ms, int64_t monotonic_ns)
{
    pthread_mutex_lock(&fault->lock);
    fault->wall_ms = wall_ms;
    fault->monotonic_ns = monotonic_ns;
    pthread_mutex_unlock(&fault->lock);
}

/* Each page that differs from what was synced came through, or did not. */
static void tear(struct fault_env *fault, struct node *node)
{
    unsigned luck = (unsigned)(draw(fault) % 3); /* nothing, some, all of it came through */
    size_t size = node->now.size;

    if (luck != 0 && size > node->safe.size)
        resize(&node->safe, size);
    for (size_t at = 0; luck != 0 && at < size; at += PAGE) {
        size_t page = size - at < PAGE ? size - at : PAGE;

        if (memcmp(node->safe.data + at, node->now.data + at, page) != 0 &&
            (luck == 2 || draw(fault) % 2 == 0))
            memcpy(node->safe.data + at, node->now.data + at, page);
    }
    copy(&node->now, &node->safe);
}

static void drop_handles(struct fault_env *fault)
{
    for (int i = 0; i < HANDLES_MAX; i++)
        fault->handles[i].node = -1;
    for (int i = 0; i < FILES_MAX; i++)
        fault->nodes[i].lock = -1;
}

void fault_crash(struct fault_env *fault)
{
    drop_handles(fault);
    for (int i = 0; i < FILES_MAX; i++)
        if (fault->nodes[i].used && !fault->nodes[i].folder)
            tear(fault, &fault->nodes[i]);
    for (int i = 0; i < FILES_MAX; i++)
        if (fault->names[i].path[0] != '\0') /* Folders stay: making them is not what is tested. */
            if (fault->names[i].node < 0 || !fault->nodes[fault->names[i].node].folder)
                fault->names[i].node = fault->names[i].safe_node;
    sweep(fault);
}

void fault_kill(struct fault_env *fault)
{
    drop_handles(fault);
    sweep(fault);
}

uint8_t *fault_bytes(struct fault_env *fault, const char *path, size_t *ret_size)
{
    struct name *name = find(fault, path);

    if (name == NULL || name->node < 0)
        return NULL;
    *ret_size = fault->nodes[name->node].now.size;
    return fault->nodes[name->node].now.data;
}

void fault_put(struct fault_env *fault, const char *path, const void *bytes, size_t size)
{
    struct name *name = find_or_add(fault, path);
    struct node *node;

    if (name->node < 0)
        name->node = new_node(fault, false);
    name->safe_node = name->node;
    node = &fault->nodes[name->node];
    resize(&node->now, size);
    if (size > 0)
        memcpy(node->now.data, bytes, size);
    copy(&node->safe, &node->now);
}
