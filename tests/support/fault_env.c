#include "support/fault_disk.h"
#include "homeward/status.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILES_MAX = 512, HANDLES_MAX = 64, NAME_MAX_SIZE = 512, RENAMES_MAX = 256 };

struct name {
    char path[NAME_MAX_SIZE];
    int node;      /* -1: not there now */
    int safe_node; /* -1: not there after a crash */
};

/* A name made, given to another or removed, since the last sync of its folder. */
struct naming {
    char from[NAME_MAX_SIZE], to[NAME_MAX_SIZE]; /* "": none */
    int node;
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
    int top; /* nodes and names from here on are not used */
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
    struct naming namings[RENAMES_MAX];
    unsigned namings_count;
    bool names_by_luck;
    struct fault_chances chances;
    uint64_t boundaries, crash_at;
    bool crash_after, dead;
    void (*meanwhile)(void *context, const char *path);
    void *meanwhile_context;
    struct fault_tally tally;
    struct hw_hash trace;
    FILE *told;
};

/* --- counting ----------------------------------------------------------------------------- */

static bool ends_in(const char *path, const char *ending)
{
    size_t size = strlen(path), ending_size = strlen(ending);

    return size >= ending_size && strcmp(path + size - ending_size, ending) == 0;
}

/* The lock file holds a process id: it is no part of what a run does. */
static bool is_told(const char *path)
{
    return !ends_in(path, "/lock");
}

static void trace(struct fault_env *fault, const char *path, uint64_t number, struct hw_slice data)
{
    struct hw_slice parts[] = {hw_slice_of(&fault->trace, sizeof fault->trace), hw_slice_text(path),
        hw_slice_of(&number, sizeof number), data};

    if (is_told(path))
        fault->trace = hw_hash_parts(parts, sizeof parts / sizeof *parts);
    if (fault->told != NULL && number != FAULT_READ)
        fprintf(fault->told, "%5" PRIu64 " %s %" PRIu64 " (%zu)\n", fault->boundaries, path, number,
            data.size);
}

static bool lucky(struct fault_env *fault, unsigned of_10000)
{
    return of_10000 > 0 && fault_draw(&fault->random) % 10000 < of_10000;
}

static bool is_boundary(enum fault_call call)
{
    return call != FAULT_OPEN && call != FAULT_READ;
}

static int planned(struct fault_env *fault, enum fault_call call, const char *path)
{
    const struct fault *plan = &fault->faults[call];

    if (plan->ending != NULL && !ends_in(path, plan->ending))
        return 0;
    fault->counts[call]++;
    if (plan->at != 0 && fault->counts[call] >= plan->at &&
        (plan->forever || fault->counts[call] == plan->at))
        return plan->error;
    return 0;
}

const char *fault_call_name(enum fault_call call)
{
    static const char *const names[FAULT_CALLS] = {
        "open", "read", "write", "sync", "sync of a folder", "truncate", "rename", "unlink"};

    return names[call];
}

/* Count a call; its failure, if it is to fail. */
static int count(struct fault_env *fault, enum fault_call call, const char *path)
{
    int error = planned(fault, call, path);

    if (fault->dead)
        return -EIO;
    if ((is_boundary(call) && ++fault->boundaries == fault->crash_at && !fault->crash_after) ||
        error == FAULT_ENDS) {
        fault->dead = true;
        fault->tally.crashes[call]++;
        return -EIO;
    }
    if (error == 0 && is_told(path) && lucky(fault, fault->chances.fail[call]))
        error = -EIO;
    if (error < 0) {
        fault->tally.failed[call]++;
        fault->tally.syncs_failed +=
            (call == FAULT_SYNC || call == FAULT_SYNC_DIR) && strstr(path, "/snapshots") == NULL;
    }
    if (fault->told != NULL && (error < 0 || call != FAULT_READ))
        fprintf(fault->told, "      %s%s\n", fault_call_name(call), error < 0 ? " fails" : "");
    trace(fault, path, call, hw_slice_of(&error, sizeof error));
    return error;
}

/* The call was made; the machine may end right behind it. */
static int made(struct fault_env *fault, enum fault_call call, int result)
{
    if (result < 0 || fault->boundaries != fault->crash_at || !fault->crash_after)
        return result;
    fault->dead = true;
    fault->tally.crashes[call]++;
    return -EIO;
}

/* --- names and nodes ---------------------------------------------------------------------- */

static struct name *find(struct fault_env *fault, const char *path)
{
    for (int i = 0; i < fault->top; i++)
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
            fault->top = i < fault->top ? fault->top : i + 1;
            name = &fault->names[i];
            (void)snprintf(name->path, sizeof name->path, "%s", path);
            name->node = name->safe_node = -1;
        }
    HW_ASSERT(name != NULL);
    return name;
}

static bool is_led_to(const struct fault_env *fault, int node)
{
    for (int i = 0; i < fault->top; i++)
        if (fault->names[i].path[0] != '\0' &&
            (fault->names[i].node == node || fault->names[i].safe_node == node))
            return true;
    for (unsigned i = 0; i < fault->namings_count; i++)
        if (fault->namings[i].node == node)
            return true;
    for (int i = 0; i < HANDLES_MAX; i++)
        if (fault->handles[i].node == node)
            return true;
    return false;
}

static void sweep(struct fault_env *fault)
{
    for (int i = 0; i < fault->top; i++) {
        struct node *node = &fault->nodes[i];

        if (node->used && !is_led_to(fault, i))
            node_free(node);
    }
    for (int i = 0; i < fault->top; i++)
        if (fault->names[i].node < 0 && fault->names[i].safe_node < 0)
            fault->names[i].path[0] = '\0';
}

static int new_node(struct fault_env *fault, bool folder)
{
    for (int i = 0; i < FILES_MAX; i++)
        if (!fault->nodes[i].used) {
            fault->top = i < fault->top ? fault->top : i + 1;
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

    for (int i = 0; i < fault->top; i++)
        if (fault->nodes[i].used && !fault->nodes[i].untold)
            sum += fault->nodes[i].now.size;
    return sum;
}

static void naming_add(struct fault_env *fault, const char *from, const char *to, int node)
{
    struct naming *naming = &fault->namings[fault->namings_count++];

    HW_ASSERT(fault->namings_count <= RENAMES_MAX);
    naming->node = node;
    (void)snprintf(naming->from, sizeof naming->from, "%s", from);
    (void)snprintf(naming->to, sizeof naming->to, "%s", to);
}

static void naming_settle(struct fault_env *fault, const struct naming *naming)
{
    struct name *from = naming->from[0] == '\0' ? NULL : find_or_add(fault, naming->from);

    if (from != NULL && (naming->to[0] == '\0' || from->safe_node == naming->node))
        from->safe_node = -1;
    if (naming->to[0] != '\0')
        find_or_add(fault, naming->to)->safe_node = naming->node;
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
        fault->nodes[name->node].untold = !is_told(path);
        naming_add(fault, "", path, name->node);
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
    if (size > 1 && lucky(fault, fault->chances.short_reads)) {
        size = 1 + fault_draw(&fault->random) % (size - 1);
        fault->tally.short_reads++;
    }
    memcpy(data, node->now.data + offset, size);
    return (int64_t)size;
}

/* How many of so many bytes one write takes. */
static size_t write_size(struct fault_env *fault, size_t size)
{
    if (fault->short_writes > 0 && size > fault->short_writes)
        size = fault->short_writes;
    if (size > 1 && lucky(fault, fault->chances.short_writes)) {
        size = 1 + fault_draw(&fault->random) % (size - 1);
        fault->tally.short_writes++;
    }
    return size;
}

static int64_t write_locked(
    struct fault_env *fault, int file, const struct iovec *parts, int parts_count, uint64_t offset)
{
    struct node *node = node_of(fault, file);
    int failed = count(fault, FAULT_WRITE, fault->handles[file].path);
    size_t done = 0, whole = 0, most;

    HW_ASSERT(fault->handles[file].flags & HW_ENV_WRITE);
    if (failed < 0)
        return failed;
    for (int i = 0; i < parts_count; i++)
        whole += parts[i].iov_len;
    most = write_size(fault, whole);
    for (int i = 0; i < parts_count && done < most; i++) {
        size_t size = parts[i].iov_len < most - done ? parts[i].iov_len : most - done;
        uint64_t at = offset + done;

        if (at + size > node->now.size &&
            used_bytes(fault) + at + size - node->now.size > fault->disk_size) {
            fault->tally.no_space++;
            return done > 0 ? (int64_t)done : -ENOSPC;
        }
        node_write(node, at, parts[i].iov_base, size);
        trace(fault, fault->handles[file].path, at, hw_slice_of(parts[i].iov_base, size));
        done += size;
    }
    failed = made(fault, FAULT_WRITE, 0);
    return failed < 0 ? failed : (int64_t)done;
}

static int sync_locked(struct fault_env *fault, int file)
{
    struct node *node = node_of(fault, file);
    int failed = count(fault, FAULT_SYNC, fault->handles[file].path);

    if (failed == 0)
        node_settle(node);
    else if (!fault->dead)
        node_drop_changes(node);
    return made(fault, FAULT_SYNC, failed);
}

static bool is_in(const char *path, const char *folder)
{
    size_t size = strlen(folder);

    return strncmp(path, folder, size) == 0 && path[size] == '/' && !strchr(path + size + 1, '/');
}

static int sync_dir_locked(struct fault_env *fault, const char *path)
{
    int failed = count(fault, FAULT_SYNC_DIR, path);
    unsigned left = 0;

    if (failed < 0)
        return failed;
    for (unsigned i = 0; i < fault->namings_count; i++) {
        const struct naming *naming = &fault->namings[i];

        if (is_in(naming->from, path) || is_in(naming->to, path))
            naming_settle(fault, naming);
        else
            fault->namings[left++] = *naming;
    }
    fault->namings_count = left;
    sweep(fault);
    return made(fault, FAULT_SYNC_DIR, 0);
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
    naming_add(fault, from, to, source->node);
    source->node = -1;
    sweep(fault);
    return made(fault, FAULT_RENAME, 0);
}

static int unlink_locked(struct fault_env *fault, const char *path)
{
    struct name *name = find(fault, path);
    int failed = count(fault, FAULT_UNLINK, path);

    if (failed < 0)
        return failed;
    if (name == NULL || name->node < 0)
        return made(fault, FAULT_UNLINK, -ENOENT);
    naming_add(fault, path, "", -1);
    name->node = -1;
    sweep(fault);
    return made(fault, FAULT_UNLINK, 0);
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

/* A sync takes its time; what the rest of the world does meanwhile is done here. */
static void take_time(struct fault_env *fault, const char *path)
{
    if (fault->meanwhile != NULL && !fault->dead)
        fault->meanwhile(fault->meanwhile_context, path);
}

static int fault_sync(void *context, int file)
{
    take_time(context, ((struct fault_env *)context)->handles[file].path);
    LOCKED(int, sync_locked(fault, file));
}

static int fault_sync_dir(void *context, const char *path)
{
    take_time(context, path);
    LOCKED(int, sync_dir_locked(fault, path));
}

static int truncate_locked(struct fault_env *fault, int file, uint64_t size)
{
    int failed = count(fault, FAULT_TRUNCATE, fault->handles[file].path);

    if (failed < 0)
        return failed;
    node_write(node_of(fault, file), 0, NULL, (size_t)size);
    return made(fault, FAULT_TRUNCATE, 0);
}

static int list_locked(struct fault_env *fault, const char *path,
    bool (*visit)(void *visitor, const char *name), void *visitor)
{
    struct name *folder = find(fault, path);

    if (folder == NULL || folder->node < 0)
        return -ENOENT;
    for (int i = 0; i < fault->top; i++) {
        const struct name *name = &fault->names[i];

        if (name->node >= 0 && is_in(name->path, path) &&
            !visit(visitor, name->path + strlen(path) + 1))
            break;
    }
    return 0;
}

static int64_t fault_free_bytes(void *context, const char *path)
{
    (void)path;
    LOCKED(int64_t, (int64_t)((fault->disk_size - used_bytes(fault)) >> 1));
}

static void fault_random(void *context, void *data, size_t size)
{
    struct fault_env *fault = context;

    pthread_mutex_lock(&fault->lock);
    for (size_t i = 0; i < size; i++)
        ((uint8_t *)data)[i] = (uint8_t)fault_draw(&fault->random);
    pthread_mutex_unlock(&fault->lock);
}

/* clang-format off */
#define CALL(type, name, parameters, call) static type fault_##name parameters { LOCKED(type, call); }
CALL(int, open, (void *context, const char *path, unsigned flags),
    open_locked(fault, path, flags))
CALL(int, close, (void *context, int file),
    close_locked(fault, file))
CALL(int64_t, read, (void *context, int file, void *data, size_t size, uint64_t offset),
    read_locked(fault, file, data, size, offset))
CALL(int64_t, write, (void *context, int file, const struct iovec *parts, int parts_count, uint64_t offset),
    write_locked(fault, file, parts, parts_count, offset))
CALL(int64_t, size, (void *context, int file),
    (int64_t)node_of(fault, file)->now.size)
CALL(int, truncate, (void *context, int file, uint64_t size),
    truncate_locked(fault, file, size))
CALL(int, rename, (void *context, const char *from, const char *to),
    rename_locked(fault, from, to))
CALL(int, unlink, (void *context, const char *path),
    unlink_locked(fault, path))
CALL(int, make_dir, (void *context, const char *path),
    make_dir_locked(fault, path))
CALL(int, lock, (void *context, int file),
    lock_locked(fault, file))
CALL(int, list, (void *context, const char *path, bool (*visit)(void *visitor, const char *name), void *visitor),
    list_locked(fault, path, visit, visitor))
CALL(int64_t, wall_ms, (void *context),
    fault->wall_ms)
CALL(int64_t, monotonic_ns, (void *context),
    fault->monotonic_ns)
/* clang-format on */

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
    for (int i = 0; i < fault->top; i++)
        node_free(&fault->nodes[i]);
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

/* Names made, changed and removed since their folder was synced: as many as luck has, in order. */
static void tear_names(struct fault_env *fault)
{
    unsigned keep = fault->names_by_luck
        ? (unsigned)(fault_draw(&fault->random) % (fault->namings_count + 1))
        : 0;

    fault->tally.names_lost += fault->namings_count - keep;
    fault->tally.names_kept += keep;
    for (unsigned i = 0; i < keep; i++)
        naming_settle(fault, &fault->namings[i]);
    fault->namings_count = 0;
}

static void drop_handles(struct fault_env *fault)
{
    for (int i = 0; i < HANDLES_MAX; i++)
        fault->handles[i].node = -1;
    for (int i = 0; i < fault->top; i++)
        fault->nodes[i].lock = -1;
}

void fault_crash(struct fault_env *fault)
{
    drop_handles(fault);
    fault->dead = false;
    fault->crash_at = 0;
    fault->tally.power_lost++;
    tear_names(fault);
    for (int i = 0; i < fault->top; i++)
        if (fault->nodes[i].used && !fault->nodes[i].folder)
            node_tear(&fault->nodes[i], &fault->random, &fault->tally);
    for (int i = 0; i < fault->top; i++)
        if (fault->names[i].path[0] != '\0') /* Folders stay: making them is not what is tested. */
            if (fault->names[i].node < 0 || !fault->nodes[fault->names[i].node].folder)
                fault->names[i].node = fault->names[i].safe_node;
    sweep(fault);
}

void fault_kill(struct fault_env *fault)
{
    drop_handles(fault);
    fault->dead = false;
    fault->crash_at = 0;
    fault->tally.killed++;
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
    node_forget_changes(node);
    bytes_resize(&node->now, size);
    bytes_resize(&node->safe, size);
    if (size > 0) {
        memcpy(node->now.data, bytes, size);
        memcpy(node->safe.data, bytes, size);
    }
}

/* --- for simulations ---------------------------------------------------------------------- */

void fault_crash_at(struct fault_env *fault, uint64_t boundary, bool after)
{
    fault->crash_at = boundary == 0 ? 0 : fault->boundaries + boundary;
    fault->crash_after = after;
}

void fault_die(struct fault_env *fault)
{
    fault->dead = true;
}

uint64_t fault_boundaries(const struct fault_env *fault)
{
    return fault->boundaries;
}

bool fault_is_dead(const struct fault_env *fault)
{
    return fault->dead;
}

void fault_names_by_luck(struct fault_env *fault, bool by_luck)
{
    fault->names_by_luck = by_luck;
}

void fault_set_chances(struct fault_env *fault, const struct fault_chances *chances)
{
    fault->chances = *chances;
}

void fault_meanwhile(
    struct fault_env *fault, void (*meanwhile)(void *context, const char *path), void *context)
{
    fault->meanwhile = meanwhile;
    fault->meanwhile_context = context;
}

void fault_tell(struct fault_env *fault, FILE *out)
{
    fault->told = out;
}

uint64_t fault_used(const struct fault_env *fault)
{
    return used_bytes(fault);
}

struct hw_hash fault_trace(const struct fault_env *fault)
{
    return fault->trace;
}

const struct fault_tally *fault_tally(const struct fault_env *fault)
{
    return &fault->tally;
}
