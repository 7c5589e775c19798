#include "resource/stay.h"

const struct hw_period *hw_stay_period(const struct hw_history *history, int64_t now_ms)
{
    for (uint32_t i = history->periods_count; i > 0; i--) {
        const struct hw_period *period = &history->periods[i - 1];

        if (period->start_ms <= now_ms && now_ms < period->end_ms)
            return period;
    }
    return NULL;
}

const struct hw_place *hw_stay_place(const struct hw_history *history, int64_t now_ms)
{
    for (uint32_t i = history->places_count; i > 0; i--)
        if (history->places[i - 1].start_ms <= now_ms)
            return &history->places[i - 1];
    return NULL;
}

const struct hw_charge *hw_stay_charge(const struct hw_history *history, int64_t now_ms)
{
    for (uint32_t i = history->charges_count; i > 0; i--) {
        const struct hw_charge *charge = &history->charges[i - 1];

        if (charge->start_ms <= now_ms && now_ms < charge->end_ms)
            return charge;
    }
    return NULL;
}

int64_t hw_stay_length_ms(int64_t start_ms, int64_t end_ms, int64_t now_ms)
{
    int64_t until_ms = end_ms < now_ms ? end_ms : now_ms;

    return until_ms > start_ms ? until_ms - start_ms : 0;
}

const char *hw_stay_pathway(unsigned pathway)
{
    static const char *const names[HW_PATHWAYS] = {
        [HW_P0] = "P0", [HW_P1] = "P1", [HW_P2] = "P2", [HW_P3] = "P3", [HW_P_NONE] = "none"};

    HW_ASSERT(pathway < HW_PATHWAYS);
    return names[pathway];
}
