#include "simulate/stamp.h"

#include "homeward/time.h"

void hw_sim_stamp_init(struct hw_sim_stamp *stamp, int64_t live_from_ms, uint32_t speed_thousand)
{
    stamp->live_from_ms = live_from_ms;
    stamp->speed_thousand = speed_thousand;
    for (int i = 0; i < HW_SIM_STAMP_DAYS; i++)
        stamp->days[i].day = HW_DAY_NONE;
}

int64_t hw_sim_stamp_real(const struct hw_sim_stamp *stamp, int64_t ms)
{
    if (ms <= stamp->live_from_ms)
        return ms;
    return stamp->live_from_ms + (ms - stamp->live_from_ms) * 1000 / stamp->speed_thousand;
}

int64_t hw_sim_stamp_moment(const struct hw_sim_stamp *stamp, int64_t real_ms)
{
    if (real_ms <= stamp->live_from_ms)
        return real_ms;
    return stamp->live_from_ms + (real_ms - stamp->live_from_ms) * stamp->speed_thousand / 1000;
}

static char *two(char *out, int64_t value)
{
    out[0] = (char)('0' + value / 10);
    out[1] = (char)('0' + value % 10);
    return out + 2;
}

static char *date(struct hw_sim_stamp *stamp, char *out, int32_t day)
{
    unsigned slot = (unsigned)day % HW_SIM_STAMP_DAYS;

    if (stamp->days[slot].day != day) {
        int year, month, day_of_month;
        char *text = stamp->days[slot].text;

        hw_civil_from_day(day, &year, &month, &day_of_month);
        text = two(text, year / 100);
        text = two(text, year % 100);
        text = two(text, month);
        two(text, day_of_month);
        stamp->days[slot].day = day;
    }
    memcpy(out, stamp->days[slot].text, 8);
    return out + 8;
}

/* Moments are after 1970: checked where a county begins. */
char *hw_sim_stamp_write(struct hw_sim_stamp *stamp, char *out, int64_t ms)
{
    static const char winter[] = {'+', '0', '0', '0', '0'};

    ms = hw_sim_stamp_real(stamp, ms);
    int64_t offset = hw_london_offset(ms);
    int64_t wall = ms + offset;
    int64_t second = wall % HW_DAY_MS / 1000;

    out = date(stamp, out, (int32_t)(wall / HW_DAY_MS));
    out = two(out, second / 3600);
    out = two(out, second / 60 % 60);
    out = two(out, second % 60);
    if (offset == 0 && second / 3600 == 1 && hw_london_offset(ms - HW_HOUR_MS) != 0) {
        memcpy(out, winter, sizeof winter);
        out += sizeof winter;
    }
    return out;
}

char *hw_sim_stamp_date(struct hw_sim_stamp *stamp, char *out, int64_t ms)
{
    return date(stamp, out, hw_london_day(hw_sim_stamp_real(stamp, ms)));
}
