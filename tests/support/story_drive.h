/*
 * story_drive.h - an engine fed as the runtime feeds it: records in sequence, a clock.tick before
 * any record that finds a timer due (R17), and what the engine decides behind what caused it (R5).
 *
 * The journal is kept, so that what happened can be replayed.
 */
#ifndef HW_TEST_STORY_DRIVE_H
#define HW_TEST_STORY_DRIVE_H

#include "homeward/routing.h"

struct drive {
    struct hw_engine *engine;
    uint64_t sequence;
    int64_t accepted_ms;
    uint8_t *journal; /* all records, one behind the other */
    size_t size, room;
    uint64_t broken_at; /* sequence of the first record after which routing did not hold; 0: none */
    /* Called with every record applied; NULL: nobody is. */
    void (*heard)(void *context, const struct hw_event *event);
    void *context;
};

/* Small limits; ends the process when there is no memory. */
void drive_open(struct drive *drive);
void drive_close(struct drive *drive);

/* Accept one event. */
void drive_take(struct drive *drive, const struct hw_event *event, int64_t accepted_ms);

/* The engine goes on after a stop: its first tick says so where something is out (R16). */
void drive_resume(struct drive *drive, int64_t at_ms);

/* Let time pass until at_ms: every timer due by then has fired. */
void drive_until(struct drive *drive, int64_t at_ms);

/*
 * The same records into a new engine, which after record image_after goes on from an image of
 * itself: NULL when state and decisions are the same, else what differs.
 */
const char *drive_replay(const struct drive *drive, uint64_t image_after);

#endif
