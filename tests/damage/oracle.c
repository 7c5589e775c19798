#include "oracle.h"
#include "runtime/segment.h"
#include "runtime/watermark.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { COMPLAINTS_MAX = 20, LOOKS = 5 };

struct row {
    const char *words;
    unsigned allowed[LOOKS]; /* open, replay, full, verify, refused */
};

static const struct row rows[PARTS] = {
#define PART_ROW(name, words, open, replay, full, verify, refused)                                 \
    [PART_##name] = {words, {open, replay, full, verify, refused}},
    PART_LIST(PART_ROW)
#undef PART_ROW
};

static const char *const looks[LOOKS] = {"open", "replay", "full replay", "verify", "refused"};

struct oracle {
    struct disk *sound_disk, *disk;
    struct sound sound;
    uint8_t parts[DISK_FILES_MAX][DISK_BYTES_MAX]; /* what each byte is */
    uint32_t tail_ends[64];                        /* of blocks of the newest segment */
    unsigned tail_count, marked_count;             /* its blocks; those the watermark knows of */
    unsigned tail_file;
    struct hw_watermark mark;
    uint64_t snapshot;                   /* of the newest; 0 none */
    bool snapshot_is_gone, mark_is_gone; /* files missing on the damaged disk */
    unsigned counts[PARTS][LOOKS][OUTCOMES];
    unsigned cases, wrong;
};

bool oracle_is_long(void)
{
    const char *is_long = getenv("HOMEWARD_LONG");

    return is_long != NULL && strcmp(is_long, "1") == 0;
}

/* --- what the bytes of the sound disk are ------------------------------------------------- */

static bool ends_in(const char *path, const char *ending)
{
    size_t size = strlen(path), ending_size = strlen(ending);

    return size >= ending_size && strcmp(path + size - ending_size, ending) == 0;
}

static uint64_t number_of(const char *path)
{
    return strtoull(strrchr(path, '/') + 1, NULL, 10);
}

/* Whether the segment at index is not read when the newest snapshot serves. */
static bool is_spared(struct oracle *oracle, unsigned index)
{
    struct disk_file *next = disk_nth(oracle->sound_disk, ".hwj", index + 1);

    return next != NULL && number_of(next->path) <= oracle->snapshot + 1;
}

static void map_tail(struct oracle *oracle, unsigned at, const struct disk_file *file)
{
    struct hw_segment_header header;
    struct hw_block block;
    size_t size;
    uint32_t offset = HW_SEGMENT_HEADER_SIZE;

    oracle->tail_file = at;
    HW_ASSERT(hw_segment_header_read(file->bytes, &header) == HW_OK);
    while (hw_block_read(hw_slice_of(file->bytes + offset, file->size - offset), header.log_id.low,
               &block, &size) == HW_OK) {
        offset += (uint32_t)size;
        oracle->tail_ends[oracle->tail_count++] = offset;
        if (block.first_sequence + block.count - 1 <= oracle->mark.sequence)
            oracle->marked_count++;
    }
    memset(oracle->parts[at], PART_TAIL, offset);
    memset(oracle->parts[at] + offset, PART_ZEROS, DISK_BYTES_MAX - offset);
}

static void map_refused(struct oracle *oracle, unsigned at, const struct disk_file *file)
{
    size_t last = 0, size;

    for (size_t offset = 0; offset < file->size; offset += size) {
        uint32_t sizes[6];

        last = offset;
        memcpy(sizes, file->bytes + offset + 24, sizeof sizes);
        size = 56;
        for (int i = 0; i < 6; i++)
            size += sizes[i];
        size = (size + 7) / 8 * 8;
    }
    memset(oracle->parts[at], PART_ENTRY, last);
    memset(oracle->parts[at] + last, PART_ENTRY_END, DISK_BYTES_MAX - last);
}

static void map(struct oracle *oracle)
{
    unsigned segments = disk_count(oracle->sound_disk, ".hwj"), segment = 0;

    for (unsigned i = 0; i < oracle->sound_disk->files_count; i++) {
        const struct disk_file *file = &oracle->sound_disk->files[i];
        enum part all = PART_NOTHING;

        if (ends_in(file->path, ".hwj"))
            all = is_spared(oracle, segment) ? PART_SPARED : PART_CLOSED;
        if (ends_in(file->path, ".hws"))
            all = number_of(file->path) == oracle->snapshot ? PART_SNAPSHOT_NEWEST
                                                            : PART_SNAPSHOT_OLDER;
        memset(oracle->parts[i], (int)all, DISK_BYTES_MAX);
        if (ends_in(file->path, "/watermark"))
            memset(oracle->parts[i], PART_MARK, HW_WATERMARK_SIZE);
        if (ends_in(file->path, ".hwq"))
            map_refused(oracle, i, file);
        if (ends_in(file->path, ".hwj") && ++segment == segments)
            map_tail(oracle, i, file);
    }
}

static void read_mark(struct oracle *oracle)
{
    struct fault_env *fault = disk_put(oracle->sound_disk);
    char error[HW_ERROR_TEXT_SIZE];

    HW_ASSERT(hw_watermark_read(fault_table(fault), "/data/journal", &oracle->mark, NULL, error) ==
        HW_OK);
    fault_free(fault);
}

struct oracle *oracle_new(enum disk_kind kind)
{
    struct oracle *oracle = calloc(1, sizeof *oracle);
    unsigned snapshots;

    HW_ASSERT(oracle != NULL);
    oracle->sound_disk = disk_make(kind);
    oracle->disk = malloc(sizeof *oracle->disk);
    HW_ASSERT(oracle->disk != NULL);
    *oracle->disk = *oracle->sound_disk;
    oracle->sound = look_sound(oracle->sound_disk);
    snapshots = disk_count(oracle->sound_disk, ".hws");
    if (snapshots > 0)
        oracle->snapshot = number_of(disk_nth(oracle->sound_disk, ".hws", snapshots - 1)->path);
    read_mark(oracle);
    map(oracle);
    /* Otherwise this proves less than it says. */
    HW_ASSERT(disk_count(oracle->sound_disk, ".hwj") >= 3);
    HW_ASSERT(oracle->tail_count >= 2);
    HW_ASSERT((kind == DISK_KILLED) == (oracle->marked_count < oracle->tail_count));
    HW_ASSERT(oracle->sound.refused_count >= 3);
    return oracle;
}

void oracle_free(struct oracle *oracle)
{
    free(oracle->sound_disk);
    free(oracle->disk);
    free(oracle);
}

struct disk *oracle_disk(struct oracle *oracle)
{
    return oracle->disk;
}

/* --- what was touched --------------------------------------------------------------------- */

static void touch(enum part part, unsigned *touched)
{
    *touched |= 1u << part;
}

/* From where on a byte that is missing is as good as one that is zero. */
static size_t zeros_of(const struct disk_file *sound)
{
    size_t from = sound->size;

    if (ends_in(sound->path, "/watermark"))
        return 0;
    if (!ends_in(sound->path, ".hwj"))
        return SIZE_MAX;
    while (from > 0 && sound->bytes[from - 1] == 0)
        from--;
    return (from + 7) / 8 * 8; /* Blocks end at a multiple of 8. */
}

static bool differs(
    const struct disk_file *sound, const struct disk_file *now, size_t offset, size_t zeros)
{
    uint8_t left = offset < sound->size ? sound->bytes[offset] : 0;
    uint8_t right = offset < now->size ? now->bytes[offset] : 0;
    bool one_ends = (offset < sound->size) != (offset < now->size);

    return left != right || (one_ends && offset < zeros);
}

/*
 * Blocks behind the watermark that are all damaged up to the end look like a write that never
 * finished; one with a whole block behind it does not.
 */
static void touch_tail(
    struct oracle *oracle, const struct disk_file *file, const bool *touched, unsigned *parts)
{
    const struct disk_file *sound = &oracle->sound_disk->files[oracle->tail_file];
    unsigned whole = oracle->tail_count;

    while (whole > oracle->marked_count && touched[whole - 1])
        whole--;
    for (unsigned i = 0; i < oracle->tail_count; i++)
        if (touched[i])
            touch(i < whole ? PART_TAIL : PART_LAST, parts);
    if (file->size < sound->size && oracle->mark.segment == number_of(sound->path) &&
        file->size < oracle->mark.size)
        touch(PART_TAIL, parts);
}

static void compare(struct oracle *oracle, unsigned at, struct disk_file *now, unsigned *parts)
{
    const struct disk_file *sound = &oracle->sound_disk->files[at];
    size_t most = sound->size > now->size ? sound->size : now->size, zeros = zeros_of(sound);
    bool touched[64] = {false};
    unsigned block = 0;

    for (size_t offset = 0; offset < most; offset++) {
        bool in_blocks = at == oracle->tail_file && offset >= HW_SEGMENT_HEADER_SIZE;

        while (in_blocks && block < oracle->tail_count && offset >= oracle->tail_ends[block])
            block++;
        if (!differs(sound, now, offset, zeros))
            continue;
        if (in_blocks && block < oracle->tail_count)
            touched[block] = true;
        else
            touch(oracle->parts[at][offset], parts);
    }
    if (at == oracle->tail_file)
        touch_tail(oracle, now, touched, parts);
}

/* A file that is gone: a snapshot is not missed, unless it spared what is missing too. */
static void miss(struct oracle *oracle, unsigned at, unsigned *parts)
{
    const struct disk_file *sound = &oracle->sound_disk->files[at];

    for (size_t offset = 0; offset < sound->size; offset++)
        if (!ends_in(sound->path, ".hws"))
            touch(oracle->parts[at][offset], parts);
    if (ends_in(sound->path, ".hws"))
        oracle->snapshot_is_gone = true;
}

/* A file that was not there. */
static void meet(struct oracle *oracle, const struct disk_file *file, unsigned *parts)
{
    uint64_t number = number_of(file->path);

    if (ends_in(file->path, ".hwj"))
        touch(number <= oracle->snapshot ? PART_SPARED : PART_TAIL, parts);
    if (ends_in(file->path, ".hws"))
        touch(number > oracle->snapshot ? PART_SNAPSHOT_NEWEST : PART_SNAPSHOT_OLDER, parts);
    if (ends_in(file->path, ".hwq"))
        touch(PART_ENTRY, parts);
}

/* A bit for each part that differs from the sound disk. */
static unsigned touched_parts(struct oracle *oracle)
{
    unsigned parts = 1u << PART_NOTHING;

    oracle->snapshot_is_gone = false;
    oracle->mark_is_gone = disk_find(oracle->disk, "/data/journal/watermark") == NULL;

    for (unsigned i = 0; i < oracle->sound_disk->files_count; i++) {
        struct disk_file *now = disk_find(oracle->disk, oracle->sound_disk->files[i].path);

        if (now == NULL)
            miss(oracle, i, &parts);
        else
            compare(oracle, i, now, &parts);
    }
    for (unsigned i = 0; i < oracle->disk->files_count; i++)
        if (oracle->disk->files[i].path[0] != '\0' &&
            disk_find(oracle->sound_disk, oracle->disk->files[i].path) == NULL)
            meet(oracle, &oracle->disk->files[i], &parts);
    if ((parts & 1u << PART_ENTRY_END) != 0)
        parts &= ~(1u << PART_ENTRY); /* All from there on may be gone. */
    return parts;
}

bool oracle_is_damaged(struct oracle *oracle)
{
    return touched_parts(oracle) > 1u << PART_NOTHING;
}

/* --- judging ------------------------------------------------------------------------------ */

static unsigned index_of(enum outcome outcome)
{
    unsigned index = 0;

    while ((outcome >> index) > 1)
        index++;
    return index;
}

static void complain(struct oracle *oracle, const char *what, enum part part, unsigned at,
    enum outcome outcome, const char *words)
{
    if (oracle->wrong++ < COMPLAINTS_MAX)
        printf("# %s: %s (%s): %s came to '%s': %s\n", disk_name(oracle->disk->kind), what,
            rows[part].words, looks[at], outcome_name(outcome), words);
}

static bool is_touched(unsigned parts, enum part part)
{
    return (parts >> part & 1) != 0;
}

/* How bad an outcome is. */
static unsigned grade_of(enum outcome outcome)
{
    return outcome == SAME ? 0 : outcome == SAID ? 1 : outcome == REPORTED ? 3 : 2;
}

static unsigned least_grade(unsigned mask)
{
    for (unsigned grade = 0; grade < 4; grade++)
        for (unsigned i = 0; i < OUTCOMES; i++)
            if ((mask >> i & 1) != 0 && grade_of((enum outcome)(1u << i)) == grade)
                return grade;
    return 0;
}

static unsigned mask_of(const struct oracle *oracle, unsigned parts, enum part part, unsigned at)
{
    unsigned mask = rows[part].allowed[at];
    bool snapshot =
        is_touched(parts, PART_SNAPSHOT_NEWEST) || is_touched(parts, PART_SNAPSHOT_OLDER);

    /* Two together undo what each is good for. */
    if (part == PART_SPARED && at < 2 && (oracle->snapshot_is_gone || snapshot))
        mask |= SAID | REPORTED;
    if (part == PART_TAIL && at < 3 && (oracle->mark_is_gone || is_touched(parts, PART_MARK)))
        mask |= SHORTER | LOST;
    return mask;
}

/* Of several parts, what any allows, but nothing better than the gravest demands. */
static unsigned allowed_of(const struct oracle *oracle, unsigned parts, unsigned at)
{
    unsigned allowed = 0, least = 0, graded = 0;

    for (unsigned part = 0; part < PARTS; part++)
        if (is_touched(parts, (enum part)part)) {
            unsigned mask = mask_of(oracle, parts, (enum part)part, at);

            allowed |= mask;
            if (least_grade(mask) > least)
                least = least_grade(mask);
        }
    for (unsigned i = 0; i < OUTCOMES; i++)
        if (grade_of((enum outcome)(1u << i)) >= least)
            graded |= 1u << i;
    return allowed & graded;
}

static enum part gravest_of(unsigned parts)
{
    unsigned gravest = PARTS - 1;

    while (!is_touched(parts, (enum part)gravest))
        gravest--;
    return (enum part)gravest;
}

void oracle_judge(struct oracle *oracle, const char *what)
{
    unsigned parts = touched_parts(oracle);
    enum part part = gravest_of(parts);
    struct seen seen = look(oracle->disk, &oracle->sound);
    enum outcome outcomes[LOOKS] = {seen.open, seen.replay, seen.full, seen.verify, seen.refused};

    oracle->cases++;
    for (unsigned i = 0; i < LOOKS; i++) {
        unsigned allowed = allowed_of(oracle, parts, i);

        oracle->counts[part][i][index_of(outcomes[i])]++;
        if ((outcomes[i] & allowed) == 0)
            complain(oracle, what, part, i, outcomes[i], i < 4 ? seen.words[i] : "");
    }
    *oracle->disk = *oracle->sound_disk;
}

unsigned oracle_report(struct oracle *oracle, const char *what)
{
    unsigned wrong = oracle->wrong;

    printf("# %s, %s: %u cases\n", disk_name(oracle->disk->kind), what, oracle->cases);
    for (unsigned part = 0; part < PARTS; part++)
        for (unsigned i = 0; i < LOOKS; i++) {
            bool any = false;

            for (unsigned j = 0; j < OUTCOMES; j++) {
                unsigned count = oracle->counts[part][i][j];

                if (count == 0)
                    continue;
                if (!any)
                    printf("#   %-42s %-12s", rows[part].words, looks[i]);
                any = true;
                printf(" %u %s;", count, outcome_name((enum outcome)(1u << j)));
            }
            if (any)
                printf("\n");
        }
    memset(oracle->counts, 0, sizeof oracle->counts);
    oracle->cases = oracle->wrong = 0;
    return wrong;
}
