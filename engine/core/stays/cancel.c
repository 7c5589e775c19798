/*
 * What has no effect: facts too far ahead, and what was cancelled (CONTRACT R0, cancels).
 *
 * Cancels act in the order of their keys.  Each looks only among facts of the kind it cancels, by
 * search and not by walking: a stay of a thousand facts, half of them moves and their cancels, is
 * folded in a fraction of a millisecond.
 */
#include "core/stays/fold.h"

/* The facts of a kind, three ways; each a part of an array in scratch. */
struct kind {
    struct hw_ordered *by_event;    /* as they come */
    struct hw_ordered *by_moment;   /* the same array where every moment is the event time */
    struct hw_ordered *by_recorded; /* skip: the place, from 1, of one before that may stand */
    uint32_t count;
};

struct cancel {
    const struct hw_fold_input *input;
    struct hw_scratch *scratch;
    struct hw_history *history;
    struct kind kinds[HW_FACT_KINDS];
    struct hw_ordered *turns; /* admissions and discharges, by index; skip as above */
    uint32_t turns_count;
    uint32_t used; /* of scratch->cancelling */
};

static enum hw_fact_kind cancels(unsigned kind)
{
    switch (kind) {
    case HW_FACT_CANCEL_ADMIT:
        return HW_FACT_ADMIT;
    case HW_FACT_CANCEL_MOVE:
        return HW_FACT_MOVE;
    case HW_FACT_CANCEL_DISCHARGE:
        return HW_FACT_DISCHARGE;
    case HW_FACT_CANCEL_LEAVE_START:
        return HW_FACT_LEAVE_START;
    case HW_FACT_CANCEL_LEAVE_END:
        return HW_FACT_LEAVE_END;
    default:
        return HW_FACT_NONE;
    }
}

enum {
    CANCELS = 1 << HW_FACT_CANCEL_ADMIT | 1 << HW_FACT_CANCEL_MOVE | 1 << HW_FACT_CANCEL_DISCHARGE |
        1 << HW_FACT_CANCEL_LEAVE_START | 1 << HW_FACT_CANCEL_LEAVE_END
};

static void find(struct hw_history *history, enum hw_finding finding)
{
    history->findings |= UINT64_C(1) << finding;
}

static bool is_far_ahead(const struct hw_fact *fact)
{
    return hw_far_ahead(fact, fact->key.event_ms) || hw_far_ahead(fact, fact->moment.start_ms);
}

/* Bits of the kinds there are. */
static uint32_t set_far_ahead_aside(
    const struct hw_fold_input *input, uint8_t *annulled, struct hw_history *history)
{
    uint32_t kinds = 0;

    for (uint32_t i = 0; i < input->facts_count; i++) {
        const struct hw_fact *fact = input->facts[i];

        annulled[i] = is_far_ahead(fact);
        if (annulled[i])
            find(history, HW_FINDING_FAR_AHEAD);
        kinds |= 1u << fact->kind;
    }
    return kinds;
}

/* ---- looking up ---- */

static struct hw_ordered *take_places(struct cancel *cancel, uint32_t count)
{
    struct hw_ordered *places = cancel->scratch->cancelling + cancel->used;

    cancel->used += count;
    HW_ASSERT(cancel->used <= HW_CANCELLING_MAX);
    return places;
}

/* Turns of admission and discharge that could stand. */
static void gather_turns(struct cancel *cancel)
{
    const struct hw_fold_input *input = cancel->input;

    cancel->turns = take_places(cancel, 0);
    for (uint32_t i = 0; i < input->facts_count; i++) {
        const struct hw_fact *fact = input->facts[i];

        if ((fact->kind != HW_FACT_ADMIT && fact->kind != HW_FACT_DISCHARGE) || is_far_ahead(fact))
            continue;
        *take_places(cancel, 1) =
            (struct hw_ordered){.ms = i, .index = i, .skip = cancel->turns_count};
        cancel->turns_count++;
    }
}

static void gather_kind(struct cancel *cancel, enum hw_fact_kind which)
{
    const struct hw_fold_input *input = cancel->input;
    struct kind *kind = &cancel->kinds[which];
    bool other_moments = false;

    kind->by_event = take_places(cancel, 0);
    for (uint32_t i = 0; i < input->facts_count; i++) {
        const struct hw_fact *fact = input->facts[i];

        if (fact->kind != which || is_far_ahead(fact))
            continue;
        *take_places(cancel, 1) = (struct hw_ordered){.ms = fact->key.event_ms, .index = i};
        other_moments |= fact->moment.start_ms != fact->key.event_ms;
        kind->count++;
    }
    kind->by_moment = kind->by_event;
    if (other_moments) {
        kind->by_moment = take_places(cancel, kind->count);
        for (uint32_t i = 0; i < kind->count; i++) {
            kind->by_moment[i] = kind->by_event[i];
            kind->by_moment[i].ms = input->facts[kind->by_event[i].index]->moment.start_ms;
        }
        hw_order_by_ms(kind->by_moment, kind->count, cancel->scratch->ordered_spare);
    }
    kind->by_recorded = take_places(cancel, kind->count);
    for (uint32_t i = 0; i < kind->count; i++) {
        kind->by_recorded[i] = kind->by_event[i];
        kind->by_recorded[i].ms = input->facts[kind->by_event[i].index]->key.recorded_ms;
    }
    hw_order_by_ms(kind->by_recorded, kind->count, cancel->scratch->ordered_spare);
    for (uint32_t i = 0; i < kind->count; i++)
        kind->by_recorded[i].skip = i;
}

/* The last that stands of the first place ones; places count from 1, 0 is none. */
static uint32_t last_standing(const struct cancel *cancel, struct hw_ordered *list, uint32_t place)
{
    uint32_t found = place;

    while (found != 0 && cancel->scratch->annulled[list[found - 1].index])
        found = list[found - 1].skip;
    while (place != found) { /* The next one need not walk there again. */
        uint32_t next = list[place - 1].skip;

        list[place - 1].skip = found;
        place = next;
    }
    return found;
}

/* ---- cancelling ---- */

/* With a cancelled admission (discharge) go those before it, back to the last standing opposite. */
static void annul_back(struct cancel *cancel, uint32_t from, unsigned kind)
{
    uint32_t place;

    if (kind != HW_FACT_ADMIT && kind != HW_FACT_DISCHARGE)
        return;
    place = hw_order_before(cancel->turns, cancel->turns_count, from);
    while ((place = last_standing(cancel, cancel->turns, place)) != 0) {
        uint32_t index = cancel->turns[place - 1].index;

        if (cancel->input->facts[index]->kind != kind)
            return;
        cancel->scratch->annulled[index] = 1;
        place--;
    }
}

static bool annul_at(
    struct cancel *cancel, const struct hw_ordered *list, uint32_t count, int64_t ms, unsigned kind)
{
    uint32_t first = hw_order_before(list, count, ms), i = first;

    for (; i < count && list[i].ms == ms; i++) {
        cancel->scratch->annulled[list[i].index] = 1;
        annul_back(cancel, list[i].index, kind);
    }
    return i > first;
}

/* Those whose event time or moment is the cancel's event time. */
static bool cancel_named(struct cancel *cancel, const struct hw_fact *by, unsigned which)
{
    const struct kind *kind = &cancel->kinds[which];
    bool any = annul_at(cancel, kind->by_event, kind->count, by->key.event_ms, which);

    if (kind->by_moment != kind->by_event)
        any |= annul_at(cancel, kind->by_moment, kind->count, by->key.event_ms, which);
    return any;
}

/* Else the latest recorded before the cancel, of those that stand: two cancels undo two. */
static bool cancel_latest(struct cancel *cancel, const struct hw_fact *by, unsigned which)
{
    struct kind *kind = &cancel->kinds[which];
    uint32_t place = hw_order_before(kind->by_recorded, kind->count, by->key.recorded_ms);
    uint32_t index;

    place = last_standing(cancel, kind->by_recorded, place);
    if (place == 0)
        return false;
    index = kind->by_recorded[place - 1].index;
    cancel->scratch->annulled[index] = 1;
    annul_back(cancel, index, which);
    return true;
}

static void take_cancel(struct cancel *cancel, const struct hw_fact *by, struct hw_aside *aside)
{
    unsigned kind = cancels(by->kind);

    if (kind == HW_FACT_ADMIT) {
        if (!aside->cancelled || by->key.recorded_ms > aside->cancel_recorded_ms)
            aside->cancel_recorded_ms = by->key.recorded_ms;
        aside->cancelled = true;
    }
    if (!cancel_named(cancel, by, kind) && !cancel_latest(cancel, by, kind))
        find(cancel->history, HW_FINDING_CANCEL_WITHOUT_TARGET);
}

void hw_set_aside(struct hw_engine *engine, const struct hw_fold_input *input,
    struct hw_history *history, struct hw_aside *ret_aside)
{
    struct cancel cancel;
    uint32_t kinds;

    *ret_aside = (struct hw_aside){.cancelled = false};
    kinds = set_far_ahead_aside(input, engine->scratch->annulled, history);
    ret_aside->kinds = kinds;
    if ((kinds & CANCELS) == 0)
        return;
    cancel = (struct cancel){.input = input, .scratch = engine->scratch, .history = history};
    if (kinds & (1u << HW_FACT_CANCEL_ADMIT | 1u << HW_FACT_CANCEL_DISCHARGE))
        gather_turns(&cancel);
    for (unsigned kind = 0; kind < HW_FACT_KINDS; kind++)
        if ((kinds >> kind & 1u) != 0 && cancels(kind) != HW_FACT_NONE)
            gather_kind(&cancel, cancels(kind));
    for (uint32_t i = 0; i < input->facts_count; i++)
        if (!engine->scratch->annulled[i] && cancels(input->facts[i]->kind) != HW_FACT_NONE)
            take_cancel(&cancel, input->facts[i], ret_aside);
}
