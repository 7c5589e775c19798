#include "core/stays/short.h"

#include "core/figures/rows.h"
#include "core/stays/share.h"
#include "core/stays/stay.h"

static bool corrects(const struct hw_open *open, const struct hw_fact *fact)
{
    bool admitted = hw_time_is(fact->admitted), discharged = hw_time_is(fact->discharged);

    if (!admitted && !discharged)
        return false;
    if ((open->plain & HW_PLAIN_ONE_RUN) == 0)
        return true;
    if (discharged && hw_far_ahead(fact, fact->discharged.start_ms))
        return true;
    return admitted &&
        (fact->admitted.start_ms != open->admitted_ms ||
            fact->admitted.precision != open->admitted_precision ||
            hw_far_ahead(fact, fact->admitted.start_ms));
}

static uint8_t pathway_after(
    const struct hw_engine *engine, const struct hw_open *open, const struct hw_fact *fact)
{
    if (hw_fact_has(fact, HW_REG_PATHWAY))
        return hw_pathway_of(engine, hw_fact_value(fact, HW_REG_PATHWAY));
    return hw_fact_clears(fact, HW_REG_PATHWAY) ? HW_P_NONE : open->pathway;
}

static int32_t expected_after(const struct hw_open *open, const struct hw_fact *fact)
{
    if (hw_time_is(fact->expected))
        return hw_london_day(fact->expected.start_ms);
    return fact->expected_cleared ? HW_DAY_NONE : open->expected_day;
}

/* Whether the fact says only what can be told without folding. */
static bool is_short(
    const struct hw_engine *engine, const struct hw_open *open, const struct hw_fact *fact)
{
    if ((open->plain & HW_PLAIN) == 0)
        return false;
    if (fact->kind == HW_FACT_DEATH) /* The caller asked whether there was one to withdraw. */
        return !fact->died;
    if (fact->kind != HW_FACT_UPDATE)
        return false;
    if (hw_far_ahead(fact, fact->key.event_ms) || corrects(open, fact))
        return false;
    if (hw_fact_has(fact, HW_REG_SPECIALTY) &&
        hw_fact_value(fact, HW_REG_SPECIALTY) != open->specialty)
        return false;
    return (open->plain & HW_PLAIN_NEVER_READY) != 0 ||
        pathway_after(engine, open, fact) == open->pathway;
}

/* Days further ahead than rows count have a timer. */
static bool needs_timer(const struct hw_engine *engine, int32_t day)
{
    return day >= engine->root.today + HW_EXPECTED_DAYS;
}

static void move_expected(struct hw_engine *engine, struct hw_open *open, int32_t day)
{
    if (!open->share.present || !open->share.in_hospital)
        return;
    day = hw_share_expected_day(engine, day);
    if (day == open->share.expected_day)
        return;
    hw_rows_expect(engine, &open->share, day);
    open->share.expected_day = day;
}

bool hw_short_cut(struct hw_engine *engine, uint32_t stay, const struct hw_fact *fact)
{
    struct hw_open *open = hw_open_at(engine, hw_stay_at(engine, stay)->open);
    int32_t day;

    if (!is_short(engine, open, fact))
        return false;
    if (hw_stay_is_frozen(engine, hw_stay_at(engine, stay))) /* By this fact: that is a finding. */
        return false;
    day = expected_after(open, fact);
    if (day != open->expected_day &&
        (needs_timer(engine, day) || needs_timer(engine, open->expected_day)))
        return false;
    open->expected_day = day;
    move_expected(engine, open, day);
    open->pathway = pathway_after(engine, open, fact);
    open->share.pathway = open->pathway;
    if (engine->options.check_short_cuts)
        HW_ASSERT(hw_share_is_current(engine, stay));
    return true;
}
