/*
 * fault_disk.h - one file of the environment in memory: what was written, what is safe, and what a
 * crash makes of the difference (fault_env.h).  Nothing else includes it.
 */
#ifndef HW_TEST_FAULT_DISK_H
#define HW_TEST_FAULT_DISK_H

#include "support/fault_env.h"

struct bytes {
    uint8_t *data;
    size_t size, room;
};

/* One write, or one truncation, since the last sync. */
struct change {
    uint64_t offset;
    size_t size;
    uint8_t *data;    /* NULL: cut or grown to size */
    bool was_dropped; /* a sync has failed since: no later one makes it durable */
};

/* What lies behind a name.  It lives until no name and no handle leads to it. */
struct node {
    struct bytes now, safe; /* as written; as it would be after a crash that keeps nothing else */
    struct change *changes; /* what leads from safe to now */
    size_t changes_count, changes_room;
    bool folder, used, untold; /* untold: the lock, no part of what a run does */
    int lock;                  /* handle that has it; -1 none */
};

/* SplitMix64 (Steele, Lea and Flood, 2014). */
uint64_t fault_draw(uint64_t *random);

void bytes_resize(struct bytes *bytes, size_t size);

/* Write size bytes at offset; data NULL: cut or grow to size. */
void node_write(struct node *node, uint64_t offset, const void *data, size_t size);

/* All that a sync makes durable: the changes that none has dropped. */
void node_settle(struct node *node);

/* A failed sync marks clean what it could not write: the next one knows nothing of it. */
void node_drop_changes(struct node *node);

/* What was written is what is safe: nothing is left to settle. */
void node_forget_changes(struct node *node);

/* Power off and on: what was not synced came through, or did not, or some of it. */
void node_tear(struct node *node, uint64_t *random, struct fault_tally *tally);

void node_free(struct node *node);

#endif
