/*
 * look.h - a damaged disk looked at in every way there is, and what came of each.
 *
 * verify and replay read it, a server opens it, writes to it, closes it, and it is read once more.
 * What they say is compared with what the sound disk holds.
 */
#ifndef HW_TEST_LOOK_H
#define HW_TEST_LOOK_H

#include "disk.h"
#include "homeward/hash.h"

/* What one way of looking came to. */
enum outcome {
    SAME = 1,     /* every acknowledged record, same state, same history; nothing was said */
    SAID = 2,     /* the same, and something was said of the damage */
    REPORTED = 4, /* refused, or listed as damage: file, what is wrong, how to mend it */
    SHORTER = 8,  /* acknowledged ones are gone, and it was said that bytes were dropped */
    LOST = 16,    /* acknowledged ones at the end are gone, and nobody was told */
    WRONG = 32,   /* anything else: a state that never was, a hole, words that help nobody */
    OUTCOMES = 6
};

const char *outcome_name(enum outcome outcome);

/* What the sound disk holds. */
struct sound {
    uint64_t sequence;
    struct hw_hash state, history;
    struct hw_hash refused[16]; /* the refused inputs there are, by id */
    uint64_t refused_ids[16];
    unsigned refused_count;
};

struct sound look_sound(const struct disk *disk);

struct seen {
    enum outcome open;   /* a server starts, works, stops; then all that was there is there */
    enum outcome replay; /* from the newest snapshot */
    enum outcome full;   /* from the first record */
    enum outcome verify;
    enum outcome refused;              /* the refused inputs, before and after the server's start */
    char words[4][HW_ERROR_TEXT_SIZE]; /* of open, replay, full, verify */
};

/* Look at a disk. */
struct seen look(const struct disk *disk, const struct sound *sound);

/* Only the journal on this disk, block by block, without an engine: what every start does first. */
enum outcome look_at_journal(struct fault_env *fault, uint64_t acknowledged);

#endif
