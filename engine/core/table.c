#include "core/table.h"

enum {
    FILLED = HW_TABLE_SEGMENT / 16 * 13, /* entries: then a segment is split */
    SETTLED = HW_TABLE_SEGMENT / 2,      /* most a segment, in a table made for so many entries */
    RESERVED = 96,    /* a segment; there are twice as many, and some segments are kept ahead */
    COMMIT_STEP = 64, /* segments */
    LARGE_STEP = 512, /* of a table that is large: a large page */
    SPARE_BITS = 4,   /* of the directory, where hashes fall together */
};

/* More segments than are ever needed, and the bits to tell them apart. */
static void set_limits(struct hw_table *table, uint32_t items_max)
{
    uint32_t segments = items_max / RESERVED + COMMIT_STEP;

    table->used_max = items_max;
    table->bits_max = SPARE_BITS;
    while ((UINT32_C(1) << (table->bits_max - SPARE_BITS)) < segments)
        table->bits_max++;
    table->segments_max = segments + table->bits_max;
}

static size_t entries_size(const struct hw_table *table, uint32_t segments)
{
    return (size_t)segments * HW_TABLE_SEGMENT * sizeof *table->entries;
}

static size_t segments_size(const struct hw_table *table)
{
    return table->segments_max * sizeof *table->segments;
}

static size_t directory_size(const struct hw_table *table)
{
    return sizeof *table->directory << table->bits_max;
}

static enum hw_status commit_segments(
    struct hw_table *table, const struct hw_memory *memory, uint32_t count)
{
    uint32_t step = table->segments_committed < LARGE_STEP ? COMMIT_STEP : LARGE_STEP;
    uint32_t until = (count / step + 1) * step;
    size_t before = entries_size(table, table->segments_committed);

    if (count > table->segments_max)
        return HW_E_FULL;
    until = until < table->segments_max ? until : table->segments_max;
    if (!memory->commit(memory->context, (uint8_t *)table->entries + before,
            entries_size(table, until) - before))
        return HW_E_FULL;
    table->segments_committed = until;
    return HW_OK;
}

enum hw_status hw_table_init(
    struct hw_table *table, const struct hw_memory *memory, uint32_t items_max)
{
    *table = (struct hw_table){.segments_count = 1};
    set_limits(table, items_max);
    table->entries = memory->reserve(memory->context, entries_size(table, table->segments_max));
    table->segments = memory->reserve(memory->context, segments_size(table));
    table->directory = memory->reserve(memory->context, directory_size(table));
    if (table->entries == NULL || table->segments == NULL || table->directory == NULL ||
        !memory->commit(memory->context, table->segments, segments_size(table)) ||
        !memory->commit(memory->context, table->directory, directory_size(table)))
        return HW_E_MEMORY;
    return commit_segments(table, memory, 1) == HW_OK ? HW_OK : HW_E_MEMORY;
}

void hw_table_release(struct hw_table *table, const struct hw_memory *memory)
{
    if (table->entries != NULL)
        memory->release(memory->context, table->entries, entries_size(table, table->segments_max));
    if (table->segments != NULL)
        memory->release(memory->context, table->segments, segments_size(table));
    if (table->directory != NULL)
        memory->release(memory->context, table->directory, directory_size(table));
    *table = (struct hw_table){0};
}

enum hw_status hw_table_ensure(
    struct hw_table *table, const struct hw_memory *memory, uint32_t items)
{
    uint32_t splits;

    if (items > table->used_max - table->used) /* The arena has no room for more. */
        items = table->used_max - table->used;
    if (hw_table_has_room(table, items))
        return HW_OK;
    splits = items < table->segments_count ? items : table->segments_count;
    return commit_segments(table, memory,
        table->segments_count + splits + items / (HW_TABLE_SEGMENT / 8) + table->bits_max + 1);
}

static uint32_t directory_at(const struct hw_table *table, uint32_t tag)
{
    return (uint32_t)((uint64_t)tag >> (32 - table->bits));
}

/* Put an entry into a segment that has room. */
static void place(struct hw_table *table, uint32_t segment, struct hw_table_entry entry)
{
    struct hw_table_entry *entries = table->entries + (size_t)segment * HW_TABLE_SEGMENT;
    uint32_t at = entry.tag % HW_TABLE_SEGMENT;

    HW_ASSERT(table->segments[segment].used < HW_TABLE_SEGMENT - 1); /* A walk needs an end. */
    while (entries[at].handle != 0)
        at = (at + 1) % HW_TABLE_SEGMENT;
    entries[at] = entry;
    table->segments[segment].used++;
}

/* Each segment under two numbers: one bit more tells them apart. */
static void double_directory(struct hw_table *table)
{
    for (uint32_t at = UINT32_C(1) << table->bits; at-- > 0;)
        table->directory[2 * at] = table->directory[2 * at + 1] = table->directory[at];
    table->bits++;
}

/* Half of a segment's hashes go to a new one. */
static void split(struct hw_table *table, uint32_t segment, uint32_t tag)
{
    struct hw_table_entry entries[HW_TABLE_SEGMENT];
    struct hw_table_entry *own = table->entries + (size_t)segment * HW_TABLE_SEGMENT;
    uint8_t bits = table->segments[segment].bits;
    uint32_t added = table->segments_count++, first, count;

    if (bits == table->bits)
        double_directory(table);
    count = UINT32_C(1) << (table->bits - bits);
    first = directory_at(table, tag) / count * count;
    for (uint32_t i = count / 2; i < count; i++)
        table->directory[first + i] = added;
    table->segments[segment] = table->segments[added] = (struct hw_table_segment){.bits = bits + 1};
    memcpy(entries, own, sizeof entries);
    memset(own, 0, sizeof entries);
    for (uint32_t i = 0; i < HW_TABLE_SEGMENT; i++)
        if (entries[i].handle != 0)
            place(table, entries[i].tag >> (31 - bits) & 1u ? added : segment, entries[i]);
}

void hw_table_put(struct hw_table *table, uint64_t hash, uint32_t handle)
{
    struct hw_table_entry entry = {(uint32_t)(hash >> 32), handle};
    uint32_t segment = table->directory[directory_at(table, entry.tag)];

    HW_ASSERT(handle != 0);
    while (table->segments[segment].used >= FILLED &&
        table->segments[segment].bits < table->bits_max &&
        table->segments_count < table->segments_committed) {
        split(table, segment, entry.tag);
        segment = table->directory[directory_at(table, entry.tag)];
    }
    place(table, segment, entry);
    table->used++;
}

/* Where the entry of a hash and a handle stands in its segment. */
static uint32_t find(const struct hw_table_entry *entries, uint32_t tag, uint32_t handle)
{
    uint32_t at = tag % HW_TABLE_SEGMENT;

    while (entries[at].handle != handle) {
        HW_ASSERT(entries[at].handle != 0);
        at = (at + 1) % HW_TABLE_SEGMENT;
    }
    return at;
}

void hw_table_remove(struct hw_table *table, uint64_t hash, uint32_t handle)
{
    uint32_t tag = (uint32_t)(hash >> 32);
    struct hw_table_entry *entries = hw_table_segment_of(table, tag);
    uint32_t at = find(entries, tag, handle), hole = at;

    for (;;) {
        uint32_t home;

        at = (at + 1) % HW_TABLE_SEGMENT;
        if (entries[at].handle == 0)
            break;
        home = entries[at].tag % HW_TABLE_SEGMENT;
        /* An entry may fill the hole unless its home lies behind the hole. */
        if ((at - home) % HW_TABLE_SEGMENT >= (at - hole) % HW_TABLE_SEGMENT) {
            entries[hole] = entries[at];
            hole = at;
        }
    }
    entries[hole] = (struct hw_table_entry){0};
    table->segments[table->directory[directory_at(table, tag)]].used--;
    table->used--;
}

void hw_table_replace(struct hw_table *table, uint64_t hash, uint32_t handle, uint32_t by)
{
    uint32_t tag = (uint32_t)(hash >> 32);
    struct hw_table_entry *entries = hw_table_segment_of(table, tag);

    HW_ASSERT(by != 0);
    entries[find(entries, tag, handle)].handle = by;
}

enum hw_status hw_table_clear(
    struct hw_table *table, const struct hw_memory *memory, uint32_t items_count)
{
    uint8_t bits = 0;

    while (bits < table->bits_max && items_count >> bits > SETTLED)
        bits++;
    memset(table->entries, 0, entries_size(table, table->segments_count));
    table->used = 0;
    table->bits = bits;
    table->segments_count = UINT32_C(1) << bits;
    if (table->segments_count > table->segments_committed &&
        commit_segments(table, memory, table->segments_count) != HW_OK)
        return HW_E_FULL;
    for (uint32_t i = 0; i < table->segments_count; i++) {
        table->directory[i] = i;
        table->segments[i] = (struct hw_table_segment){.bits = bits};
    }
    return HW_OK;
}
