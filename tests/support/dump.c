#include "support/dump.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char *moment(int64_t ms, char text[HW_TIME_TEXT_SIZE])
{
    if (ms == HW_TIME_NONE)
        return "none";
    if (ms == HW_TIME_OPEN)
        return "open";
    return hw_time_format(ms, text);
}

static struct hw_slice known(struct hw_slice text, const char *otherwise)
{
    return text.size > 0 ? text : hw_slice_text(otherwise);
}

static bool same_place(const struct chronicle_place *a, const struct chronicle_place *b)
{
    return hw_slice_equal(a->site, b->site) && hw_slice_equal(a->ward, b->ward) &&
        hw_slice_equal(a->room, b->room) && hw_slice_equal(a->bed, b->bed);
}

static bool same_account(const struct chronicle_charge *a, const struct chronicle_charge *b)
{
    return a->period == b->period && a->end_ms == b->start_ms && a->inferred == b->inferred &&
        a->contested == b->contested && hw_slice_equal(a->reason, b->reason) &&
        hw_slice_equal(a->responsible, b->responsible) && hw_slice_equal(a->site, b->site) &&
        hw_slice_equal(a->council, b->council);
}

static void write_places(FILE *out, const struct chronicle *told)
{
    char start[HW_TIME_TEXT_SIZE];

    for (uint32_t i = 0; i < told->places_count; i++) {
        const struct chronicle_place *place = &told->places[i];

        if (i > 0 && (same_place(place, &told->places[i - 1]) || place->start_ms >= told->ended_ms))
            continue; /* Nobody is where they were said to be after they left. */
        fprintf(out, "  place %s site %.*s ward %.*s room %.*s bed %.*s\n",
            moment(place->start_ms, start), HW_SLICE_ARGS(known(place->site, "unknown")),
            HW_SLICE_ARGS(place->ward), HW_SLICE_ARGS(place->room), HW_SLICE_ARGS(place->bed));
    }
}

static struct chronicle_charge charge_at(
    const struct chronicle *told, uint32_t i, uint64_t findings_mask)
{
    struct chronicle_charge charge = told->charges[i];

    if (charge.inferred && (findings_mask & DUMP_INFERRED) == 0)
        charge.reason = charge.responsible = (struct hw_slice){0};
    return charge;
}

static void write_charges(FILE *out, const struct chronicle *told, uint64_t findings_mask)
{
    char start[HW_TIME_TEXT_SIZE], end[HW_TIME_TEXT_SIZE];

    for (uint32_t i = 0; i < told->charges_count; i++) {
        struct chronicle_charge charge = charge_at(told, i, findings_mask), next;

        for (; i + 1 < told->charges_count; i++) {
            next = charge_at(told, i + 1, findings_mask);
            if (!same_account(&charge, &next))
                break;
            charge.end_ms = next.end_ms;
        }
        fprintf(out, "  charge %s to %s reason %.*s side %.*s site %.*s council %.*s%s%s\n",
            moment(charge.start_ms, start), moment(charge.end_ms, end),
            HW_SLICE_ARGS(charge.reason), HW_SLICE_ARGS(known(charge.responsible, "unassigned")),
            HW_SLICE_ARGS(known(charge.site, "unknown")),
            HW_SLICE_ARGS(known(charge.council, "unknown")), charge.inferred ? " inferred" : "",
            charge.contested ? " contested" : "");
    }
}

static char *paragraph(const struct chronicle *told, uint64_t findings_mask)
{
    static const char *const ends[] = {"not over", "discharged", "died"};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    char a[HW_TIME_TEXT_SIZE], b[HW_TIME_TEXT_SIZE], c[HW_TIME_TEXT_SIZE];

    HW_ASSERT(out != NULL);
    fprintf(out, "stay admitted %s%s ended %s (%s) inpatient %s%s%s%s\n",
        moment(told->admitted_ms, a), told->admission_inferred ? " inferred" : "",
        moment(told->ended_ms, b), ends[told->end], moment(told->inpatient_ms, c),
        told->counted ? " counted" : "", told->restricted ? " restricted" : "",
        told->on_leave && told->end == HW_END_NONE ? " on leave" : "");
    fprintf(out,
        "  expects %s class %.*s specialty %.*s pathway %d council %.*s zone %.*s"
        " destination %.*s\n",
        moment(told->expected_discharge_ms, a), HW_SLICE_ARGS(told->class_),
        HW_SLICE_ARGS(told->specialty), told->pathway,
        HW_SLICE_ARGS(known(told->council, "unknown")), HW_SLICE_ARGS(known(told->zone, "unknown")),
        HW_SLICE_ARGS(told->destination));
    write_places(out, told);
    for (uint32_t i = 0; i < told->periods_count; i++) {
        const struct hw_period *period = &told->periods[i];

        fprintf(out, "  ready %s to %s day %d%s\n", moment(period->start_ms, a),
            moment(period->end_ms, b), period->start_day, period->day_precision ? " (date)" : "");
    }
    write_charges(out, told, findings_mask);
    for (unsigned i = 0; i < HW_FINDING_COUNT; i++)
        if ((told->findings & findings_mask) >> i & 1u)
            fprintf(out, "  finding %u\n", i);
    fclose(out);
    return text;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char *dump_chronicles(
    const struct chronicle *chronicles, uint32_t chronicles_count, uint64_t findings_mask)
{
    char **paragraphs = calloc(chronicles_count + 1u, sizeof *paragraphs);
    uint32_t count = 0;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    HW_ASSERT(paragraphs != NULL);
    HW_ASSERT(out != NULL);
    for (uint32_t i = 0; i < chronicles_count; i++)
        if (chronicles[i].admitted_ms != HW_TIME_NONE)
            paragraphs[count++] = paragraph(&chronicles[i], findings_mask);
    qsort(paragraphs, count, sizeof *paragraphs, by_text);
    for (uint32_t i = 0; i < count; i++) {
        fputs(paragraphs[i], out);
        free(paragraphs[i]);
    }
    fclose(out);
    free(paragraphs);
    return text;
}
