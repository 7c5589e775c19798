/*
 * story_drive.h - an engine fed as the runtime feeds it: records in sequence, and a clock.tick
 * before any record that finds a timer due (R17).
 */
#ifndef HW_TEST_STORY_DRIVE_H
#define HW_TEST_STORY_DRIVE_H

#include "homeward/figures.h"

struct drive {
    struct hw_engine *engine;
    uint64_t sequence;
    int64_t accepted_ms;
};

/* Small limits; ends the process when there is no memory. */
void drive_open(struct drive *drive);
void drive_close(struct drive *drive);

/* Accept one event. */
void drive_take(struct drive *drive, const struct hw_event *event, int64_t accepted_ms);

/* Let time pass until at_ms: every timer due by then has fired. */
void drive_until(struct drive *drive, int64_t at_ms);

#endif
