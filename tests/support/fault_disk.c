#include "support/fault_disk.h"
#include "homeward/status.h"

#include <stdlib.h>
#include <string.h>

enum { SECTOR = 512 };

uint64_t fault_draw(uint64_t *random)
{
    uint64_t x = *random += 0x9e3779b97f4a7c15u;

    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

void bytes_resize(struct bytes *bytes, size_t size)
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

static void change_add(struct node *node, uint64_t offset, const void *data, size_t size)
{
    struct change change = {.offset = offset, .size = size};

    if (node->changes_count == node->changes_room) {
        node->changes_room = node->changes_room == 0 ? 16 : 2 * node->changes_room;
        node->changes = realloc(node->changes, node->changes_room * sizeof *node->changes);
        HW_ASSERT(node->changes != NULL);
    }
    if (data != NULL) {
        change.data = malloc(size + 1);
        HW_ASSERT(change.data != NULL);
        memcpy(change.data, data, size);
    }
    node->changes[node->changes_count++] = change;
}

static size_t size_after(size_t size, const struct change *change)
{
    if (change->data == NULL)
        return change->size;
    return size < change->offset + change->size ? (size_t)change->offset + change->size : size;
}

static void change_apply(struct bytes *bytes, const struct change *change)
{
    bytes_resize(bytes, size_after(bytes->size, change));
    if (change->data != NULL)
        memcpy(bytes->data + change->offset, change->data, change->size);
}

void node_settle(struct node *node)
{
    size_t left = 0;

    for (size_t i = 0; i < node->changes_count; i++) {
        if (node->changes[i].was_dropped) {
            node->changes[left++] = node->changes[i];
            continue;
        }
        change_apply(&node->safe, &node->changes[i]);
        free(node->changes[i].data);
    }
    node->changes_count = left;
}

void node_drop_changes(struct node *node)
{
    for (size_t i = 0; i < node->changes_count; i++)
        node->changes[i].was_dropped = true;
}

void node_forget_changes(struct node *node)
{
    for (size_t i = 0; i < node->changes_count; i++)
        free(node->changes[i].data);
    node->changes_count = 0;
}

void node_free(struct node *node)
{
    node_forget_changes(node);
    free(node->changes);
    free(node->now.data);
    free(node->safe.data);
    *node = (struct node){.lock = -1};
}

/*
 * One sector after a crash: as it was after some of the changes to its file, in their order, since
 * the last sync; the first that did not come through may have begun to.  Another sector may have
 * seen more of them, or fewer: writes are not kept in order.
 */
static void tear_sector(
    struct node *node, uint64_t *random, struct fault_tally *tally, size_t at, size_t keep)
{
    for (size_t i = 0; i < node->changes_count && i <= keep; i++) {
        const struct change *change = &node->changes[i];
        size_t start = at > change->offset ? at : (size_t)change->offset;
        size_t end = (size_t)change->offset + change->size;

        end = end < at + SECTOR ? end : at + SECTOR;
        end = end < node->safe.size ? end : node->safe.size;
        if (change->data == NULL || change->was_dropped || end <= start)
            continue;
        if (i == keep) { /* Mostly a sector is whole: the old one or the new one. */
            tally->sectors_lost++;
            if (fault_draw(random) % 8 != 0)
                continue;
            end = start + fault_draw(random) % (end - start);
            tally->sectors_torn++;
        } else {
            tally->sectors_kept++;
        }
        memcpy(node->safe.data + start, change->data + (start - change->offset), end - start);
    }
}

void node_tear(struct node *node, uint64_t *random, struct fault_tally *tally)
{
    unsigned luck = (unsigned)(fault_draw(random) % 3); /* nothing, some, all of it came through */
    size_t size_keep = fault_draw(random) % (node->changes_count + 1), most = 0,
           size = node->safe.size;
    size_t last = 0;

    if (luck == 0)
        tally->sectors_lost += node->changes_count;
    if (luck == 2)
        node_settle(node);
    for (size_t i = 0; luck == 1 && i < node->changes_count; i++) {
        /* What was synced since made the file as long as it is: an older length does not return. */
        if (node->changes[i].was_dropped)
            continue;
        most =
            most > size_after(most, &node->changes[i]) ? most : size_after(most, &node->changes[i]);
        if (i < size_keep)
            size = size_after(size, &node->changes[i]);
    }
    if (luck == 1 && node->changes_count > 0) {
        most = most > node->safe.size ? most : node->safe.size;
        bytes_resize(&node->safe, most);
        for (size_t at = 0; at < most; at += SECTOR) {
            size_t keep = fault_draw(random) % (node->changes_count + 1);

            tally->reordered += keep > last && at > 0;
            last = keep;
            tear_sector(node, random, tally, at, keep);
        }
        bytes_resize(&node->safe, size);
    }
    node_forget_changes(node);
    bytes_resize(&node->now, node->safe.size);
    if (node->safe.size > 0)
        memcpy(node->now.data, node->safe.data, node->safe.size);
}

void node_write(struct node *node, uint64_t offset, const void *data, size_t size)
{
    struct change change = {.offset = offset, .size = size};

    /* Nothing is written through it. */
    change.data = (uint8_t *)(uintptr_t)data;
    change_apply(&node->now, &change);
    change_add(node, offset, data, size);
}
