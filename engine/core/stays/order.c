#include "core/stays/order.h"

enum { SHORT = 16 }; /* runs of so many are sorted by insertion */

static void insert_short(struct hw_ordered *list, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        struct hw_ordered moving = list[i];
        uint32_t place = i;

        for (; place > 0 && list[place - 1].ms > moving.ms; place--)
            list[place] = list[place - 1];
        list[place] = moving;
    }
}

static bool is_sorted(const struct hw_ordered *list, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        if (list[i - 1].ms > list[i].ms)
            return false;
    return true;
}

/* Merge the sorted [0, middle) and [middle, count). */
static void merge(
    struct hw_ordered *list, uint32_t middle, uint32_t count, struct hw_ordered *spare)
{
    uint32_t left = 0, right = middle, to = 0;

    if (list[middle - 1].ms <= list[middle].ms)
        return;
    memcpy(spare, list, middle * sizeof *list);
    while (left < middle && right < count)
        list[to++] = list[right].ms < spare[left].ms ? list[right++] : spare[left++];
    memcpy(list + to, spare + left, (middle - left) * sizeof *list);
}

void hw_order_by_ms(struct hw_ordered *list, uint32_t count, struct hw_ordered *spare)
{
    if (is_sorted(list, count))
        return;
    for (uint32_t from = 0; from < count; from += SHORT)
        insert_short(list + from, count - from < SHORT ? count - from : SHORT);
    for (uint32_t size = SHORT; size < count; size *= 2)
        for (uint32_t from = 0; from + size < count; from += 2 * size)
            merge(list + from, size, count - from < 2 * size ? count - from : 2 * size, spare);
}

uint32_t hw_order_before(const struct hw_ordered *list, uint32_t count, int64_t ms)
{
    uint32_t low = 0, high = count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (list[middle].ms < ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
