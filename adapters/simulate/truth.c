#include "simulate/truth.h"

#include "homeward/time.h"

#include <inttypes.h>

static void put_moment(FILE *out, const struct hw_sim_stamp *stamp, const char *name, int64_t ms)
{
    if (ms == HW_TIME_OPEN)
        fprintf(out, ",\"%s\":null", name);
    else
        fprintf(out, ",\"%s\":%" PRId64, name, hw_sim_stamp_real(stamp, ms));
}

static void put_text(FILE *out, const char *name, const char *text)
{
    if (text == NULL || text[0] == '\0')
        fprintf(out, ",\"%s\":null", name);
    else
        fprintf(out, ",\"%s\":\"%s\"", name, text);
}

static const char *end_of(const struct hw_sim_stay *stay)
{
    static const char *const names[] = {
        "discharged", "died", "cancelled", "withdrawn", "not_admitted"};

    return stay->over ? names[stay->plan.end] : "open";
}

static const char *care_of(const struct hw_sim_stay *stay)
{
    static const char *const names[] = {"adult", "adult", "child", "mother"};

    return names[stay->plan.care];
}

static bool is_counted(const struct hw_sim_stay *stay)
{
    return stay->class_ == 'I' && stay->plan.care <= HW_SIM_OLDER &&
        stay->plan.end != HW_SIM_END_CANCELLED &&
        hw_day_of_age(stay->person.born_day, 18) <= hw_london_day(stay->plan.admitted_ms);
}

/* Reasons said between the start of one period and the start of the next. */
static void put_reasons(
    FILE *out, const struct hw_sim_stay *stay, const struct hw_sim_stamp *stamp, unsigned period)
{
    const struct hw_sim_plan *plan = &stay->plan;
    const char *comma = "";

    fputs(",\"reasons\":[", out);
    for (unsigned i = stay->first_why; i < stay->whys_done; i++) {
        const struct hw_sim_why *why = &plan->why[i];

        if (why->at_ms < plan->ready[period].start_ms || why->at_ms >= plan->ready[period].end_ms)
            continue;
        fprintf(out, "%s{\"from_ms\":%" PRId64, comma, hw_sim_stamp_real(stamp, why->at_ms));
        put_text(out, "reason", why->reason->code);
        put_text(out, "responsible", why->side);
        fputs("}", out);
        comma = ",";
    }
    fputs("]", out);
}

static void put_ready(FILE *out, const struct hw_sim_stay *stay, const struct hw_sim_stamp *stamp)
{
    const char *comma = "";

    fputs(",\"ready\":[", out);
    for (unsigned i = stay->first_ready; i < stay->ready_done; i++) {
        const struct hw_sim_ready *ready = &stay->plan.ready[i];
        bool is_open = i + 1u == stay->ready_done && stay->ready && !stay->over;

        fprintf(out, "%s{\"start_ms\":%" PRId64, comma, hw_sim_stamp_real(stamp, ready->start_ms));
        put_moment(out, stamp, "end_ms", is_open ? HW_TIME_OPEN : ready->end_ms);
        put_reasons(out, stay, stamp, i);
        fputs("}", out);
        comma = ",";
    }
    fputs("]", out);
}

void hw_sim_truth_write(FILE *out, const struct hw_sim_stay *stay,
    const struct hw_sim_county *county, const struct hw_sim_stamp *stamp)
{
    const struct hw_sim_plan *plan = &stay->plan;
    const struct hw_sim_ward *ward =
        stay->ward == HW_SIM_NO_WARD ? NULL : &county->wards[stay->ward];
    bool changed = stay->at_ms[HW_SIM_PATHWAY] == HW_TIME_OPEN;
    char pathway[3] = {'P', (char)('0' + (changed ? plan->pathway_later : plan->pathway)), '\0'};

    fprintf(out, "{\"visit\":\"V%09u\",\"local\":\"%s\"", stay->serial, stay->person.local);
    put_text(out, "nhs", stay->person.nhs);
    put_text(out, "care", care_of(stay));
    fprintf(out, ",\"counted\":%s", is_counted(stay) ? "true" : "false");
    put_text(out, "site", ward == NULL ? NULL : ward->site);
    put_text(out, "ward", ward == NULL ? NULL : ward->code);
    put_text(out, "council", stay->person.district->council);
    put_moment(
        out, stamp, "registered_ms", stay->class_ == 'P' ? HW_TIME_OPEN : plan->registered_ms);
    put_moment(out, stamp, "inpatient_ms", stay->class_ == 'I' ? plan->admitted_ms : HW_TIME_OPEN);
    put_moment(out, stamp, "ended_ms", stay->over ? plan->ended_ms : HW_TIME_OPEN);
    put_text(out, "end", end_of(stay));
    put_text(
        out, "pathway", stay->ready_done > stay->first_ready && !plan->standard ? pathway : NULL);
    put_ready(out, stay, stamp);
    fputs("}\n", out);
}
