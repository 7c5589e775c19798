/*
 * The shares of all stays of a person: which of two open stays counts, and what a death that one
 * of them says does to the others.
 */
#include "core/stays/share.h"
#include "core/stays/stay.h"

void hw_person_withdraw(struct hw_engine *engine, uint32_t identifier)
{
    struct hw_stay_walk walk = hw_stay_walk(engine, identifier);
    uint32_t stay;

    while ((stay = hw_stay_next(engine, &walk)) != 0)
        hw_share_withdraw(engine, stay);
}

static struct hw_open *open_of(const struct hw_engine *engine, uint32_t stay)
{
    return hw_open_at(engine, hw_stay_at(engine, stay)->open);
}

/* Leads a group that is not sealed. */
static bool is_leader(const struct hw_engine *engine, uint32_t stay)
{
    const struct hw_stay *record = hw_stay_at(engine, stay);

    return record->leader == stay && !record->sealed;
}

static struct hw_hash visit_hash(const struct hw_engine *engine, uint32_t stay)
{
    return hw_visit_at(engine, hw_stay_at(engine, stay)->visit_now)->hash;
}

/* Of two open stays the one admitted last counts; ties by outside key, never by handle. */
static uint32_t winner(struct hw_engine *engine, uint32_t identifier, unsigned *ret_open)
{
    struct hw_stay_walk walk = hw_stay_walk(engine, identifier);
    uint32_t best = 0, stay;

    *ret_open = 0;
    while ((stay = hw_stay_next(engine, &walk)) != 0) {
        const struct hw_open *open, *leading;

        if (!is_leader(engine, stay) || !open_of(engine, stay)->open_now)
            continue;
        (*ret_open)++;
        open = open_of(engine, stay);
        leading = best == 0 ? NULL : open_of(engine, best);
        if (leading == NULL || open->admitted_ms > leading->admitted_ms ||
            (open->admitted_ms == leading->admitted_ms &&
                hw_hash_compare(visit_hash(engine, stay), visit_hash(engine, best)) > 0))
            best = stay;
    }
    return best;
}

/* Who counts may have changed: bring the shares of the others up to date, too. */
static void settle_winner(struct hw_engine *engine, uint32_t identifier)
{
    unsigned count;
    uint32_t best = winner(engine, identifier, &count), stay;
    struct hw_stay_walk walk = hw_stay_walk(engine, identifier);

    while ((stay = hw_stay_next(engine, &walk)) != 0) {
        struct hw_open *open;
        bool wins, rivals;

        if (!is_leader(engine, stay))
            continue;
        open = open_of(engine, stay);
        wins = stay == best || !open->open_now;
        rivals = count > 1 && open->open_now;
        if (open->wins == wins &&
            ((open->findings >> HW_FINDING_TWO_OPEN_STAYS & 1u) != 0) == rivals)
            continue;
        open->wins = wins;
        hw_share_update(engine, stay, rivals);
    }
}

static bool same_deaths(const struct hw_death *a, const struct hw_death *b)
{
    return a[0].died_ms == b[0].died_ms && a[0].said_ms == b[0].said_ms &&
        a[1].died_ms == b[1].died_ms && a[1].said_ms == b[1].said_ms;
}

/* Put in the shares of all leaders.  True when discharges say otherwise of a death than before. */
static bool contribute_all(struct hw_engine *engine, uint32_t identifier)
{
    const struct hw_death none[2] = {{.died_ms = HW_TIME_OPEN}, {.died_ms = HW_TIME_OPEN}};
    struct hw_stay_walk walk = hw_stay_walk(engine, identifier);
    bool changed = false;
    uint32_t stay;

    while ((stay = hw_stay_next(engine, &walk)) != 0) {
        struct hw_open *open;
        struct hw_death before[2];

        if (hw_stay_at(engine, stay)->open == 0)
            continue;
        open = open_of(engine, stay);
        memcpy(before, open->deaths, sizeof before);
        if (hw_stay_at(engine, stay)->leader != stay) {
            memcpy(open->deaths, none, sizeof open->deaths);
            hw_share_retire(engine, stay);
        } else {
            open->wins = 1;
            hw_share_update(engine, stay, false);
        }
        changed |= !same_deaths(before, open->deaths);
    }
    return changed;
}

void hw_person_contribute(struct hw_engine *engine, uint32_t identifier)
{
    /* A death that one stay says ends the others: what each says depends on its own facts only. */
    if (contribute_all(engine, identifier))
        (void)contribute_all(engine, identifier);
    settle_winner(engine, identifier);
}

void hw_stay_refresh(struct hw_engine *engine, uint32_t stay)
{
    uint32_t leader = hw_stay_at(engine, stay)->leader;
    struct hw_open before, *open;

    if (hw_stay_at(engine, leader)->sealed)
        return;
    open = open_of(engine, leader);
    memcpy(before.deaths, open->deaths, sizeof before.deaths);
    before.admitted_ms = open->admitted_ms;
    before.open_now = open->open_now;
    hw_share_update(engine, leader, (open->findings >> HW_FINDING_TWO_OPEN_STAYS & 1u) != 0);
    if (!same_deaths(before.deaths, open->deaths))
        hw_person_contribute(engine, hw_stay_at(engine, leader)->owner);
    else if (open->open_now != before.open_now || open->admitted_ms != before.admitted_ms)
        settle_winner(engine, hw_stay_at(engine, leader)->owner);
}

void hw_stay_due(struct hw_engine *engine, uint32_t leader)
{
    if (hw_share_is_sealable(engine, leader))
        hw_share_seal(engine, leader);
    else
        hw_stay_refresh(engine, leader);
}
