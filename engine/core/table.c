#include "core/table.h"

enum { CAPACITY_FIRST = 1024 };

static uint32_t power_of_two(uint64_t at_least)
{
    uint32_t capacity = CAPACITY_FIRST;

    while (capacity < at_least && capacity < (1u << 31))
        capacity *= 2;
    return capacity;
}

static enum hw_status reserve(
    struct hw_table *table, const struct hw_memory *memory, uint32_t capacity)
{
    size_t size = (size_t)capacity * sizeof *table->entries;
    void *entries = memory->reserve(memory->context, size);

    if (entries == NULL)
        return HW_E_FULL;
    if (!memory->commit(memory->context, entries, size)) {
        memory->release(memory->context, entries, size);
        return HW_E_FULL;
    }
    table->entries = entries;
    table->capacity = capacity;
    table->used = 0;
    return HW_OK;
}

enum hw_status hw_table_init(
    struct hw_table *table, const struct hw_memory *memory, uint32_t items_max)
{
    *table = (struct hw_table){.capacity_max = power_of_two((uint64_t)items_max * 2)};
    return reserve(table, memory, CAPACITY_FIRST) == HW_OK ? HW_OK : HW_E_MEMORY;
}

void hw_table_release(struct hw_table *table, const struct hw_memory *memory)
{
    if (table->entries != NULL)
        memory->release(
            memory->context, table->entries, (size_t)table->capacity * sizeof *table->entries);
    *table = (struct hw_table){0};
}

static uint32_t home(const struct hw_table *table, uint64_t hash)
{
    return (uint32_t)hash & (table->capacity - 1);
}

enum hw_status hw_table_ensure(struct hw_table *table, const struct hw_memory *memory,
    uint32_t items, hw_table_hash *hash_of, const void *owner)
{
    struct hw_table old = *table;
    uint32_t capacity = table->capacity;

    while ((uint64_t)table->used + items > (uint64_t)capacity / 4 * 3) {
        if (capacity >= table->capacity_max)
            return HW_E_FULL;
        capacity *= 2;
    }
    if (capacity == old.capacity)
        return HW_OK;
    if (reserve(table, memory, capacity) != HW_OK)
        return HW_E_FULL;
    for (uint32_t i = 0; i < old.capacity; i++)
        if (old.entries[i].handle != 0)
            hw_table_put(table, hash_of(owner, old.entries[i].handle), old.entries[i].handle);
    hw_table_release(&old, memory);
    return HW_OK;
}

uint32_t hw_table_next(const struct hw_table *table, uint64_t hash, uint32_t *position)
{
    uint32_t tag = (uint32_t)(hash >> 32);

    for (;;) {
        const struct hw_table_entry *entry =
            &table->entries[(home(table, hash) + *position) & (table->capacity - 1)];

        (*position)++;
        if (entry->handle == 0)
            return 0;
        if (entry->tag == tag)
            return entry->handle;
    }
}

void hw_table_put(struct hw_table *table, uint64_t hash, uint32_t handle)
{
    uint32_t at = home(table, hash);

    HW_ASSERT(handle != 0);
    HW_ASSERT(table->used < table->capacity);
    while (table->entries[at].handle != 0)
        at = (at + 1) & (table->capacity - 1);
    table->entries[at] = (struct hw_table_entry){(uint32_t)(hash >> 32), handle};
    table->used++;
}

void hw_table_remove(struct hw_table *table, uint64_t hash, uint32_t handle, hw_table_hash *hash_of,
    const void *owner)
{
    uint32_t mask = table->capacity - 1;
    uint32_t at = home(table, hash), hole;

    while (table->entries[at].handle != handle) {
        HW_ASSERT(table->entries[at].handle != 0);
        at = (at + 1) & mask;
    }
    hole = at;
    for (;;) {
        uint32_t from;

        at = (at + 1) & mask;
        if (table->entries[at].handle == 0)
            break;
        from = home(table, hash_of(owner, table->entries[at].handle));
        /* An entry may fill the hole unless its home lies behind the hole. */
        if (((at - from) & mask) >= ((at - hole) & mask)) {
            table->entries[hole] = table->entries[at];
            hole = at;
        }
    }
    table->entries[hole] = (struct hw_table_entry){0};
    table->used--;
}

void hw_table_clear(struct hw_table *table)
{
    memset(table->entries, 0, (size_t)table->capacity * sizeof *table->entries);
    table->used = 0;
}
