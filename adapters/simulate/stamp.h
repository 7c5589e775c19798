/*
 * stamp.h - moments as HL7 writes them, quickly: London wall clock to the second.
 *
 * In the hour that happens twice the second one carries its offset, so that it can be told apart.
 * When a county is streamed live at another speed than one, moments after live_from_ms are written
 * as if they had happened at the speed of the real clock: order and what was written before stay.
 */
#ifndef HW_SIM_STAMP_H
#define HW_SIM_STAMP_H

#include <stdint.h>

enum { HW_SIM_STAMP_DAYS = 64, HW_SIM_STAMP_SIZE = 24 };

struct hw_sim_stamp {
    int64_t live_from_ms;    /* HW_TIME_OPEN: not live */
    uint32_t speed_thousand; /* 1000: simulated time runs as fast as the clock */
    struct {
        int32_t day;
        char text[8];
    } days[HW_SIM_STAMP_DAYS];
};

void hw_sim_stamp_init(struct hw_sim_stamp *stamp, int64_t live_from_ms, uint32_t speed_thousand);

/* The moment as it will be written. */
int64_t hw_sim_stamp_real(const struct hw_sim_stamp *stamp, int64_t ms);

/* The simulated moment that is written so. */
int64_t hw_sim_stamp_moment(const struct hw_sim_stamp *stamp, int64_t real_ms);

/* YYYYMMDDHHMMSS; returns the end of what it wrote, at most HW_SIM_STAMP_SIZE bytes. */
char *hw_sim_stamp_write(struct hw_sim_stamp *stamp, char *out, int64_t ms);

/* YYYYMMDD of the London day. */
char *hw_sim_stamp_date(struct hw_sim_stamp *stamp, char *out, int64_t ms);

#endif
