#include "engine_double.h"

#include <stdio.h>
#include <stdlib.h>

struct double_engine double_engine;

struct hw_engine *double_engine_pointer(void)
{
    return (struct hw_engine *)&double_engine;
}

void double_engine_reset(void)
{
    memset(&double_engine, 0, sizeof double_engine);
    double_engine.sequence = 1234;
    double_engine.accepted_ms = 1795256100000; /* 2026-11-21T10:15:00.000Z */
    double_engine.due_ms = HW_TIME_OPEN;
    double_engine.has_room = true;
    double_engine.used_percent = 3;
    double_engine.beds = -1;
    double_engine.texts[0] = "";
}

int64_t double_now_ms(void *context)
{
    return *(int64_t *)context;
}

uint64_t hw_engine_sequence(const struct hw_engine *engine)
{
    (void)engine;
    return double_engine.sequence;
}

int64_t hw_engine_accepted_ms(const struct hw_engine *engine)
{
    (void)engine;
    return double_engine.accepted_ms;
}

int64_t hw_engine_due_ms(const struct hw_engine *engine)
{
    (void)engine;
    return double_engine.due_ms;
}

bool hw_engine_has_room(const struct hw_engine *engine, unsigned *ret_used_percent)
{
    (void)engine;
    *ret_used_percent = double_engine.used_percent;
    return double_engine.has_room;
}

struct hw_slice hw_engine_text(const struct hw_engine *engine, uint32_t text)
{
    (void)engine;
    return hw_slice_text(double_engine.texts[text]);
}

const struct hw_effect *hw_engine_effects(const struct hw_engine *engine, uint32_t *ret_count)
{
    (void)engine;
    *ret_count = double_engine.effects_count;
    return double_engine.effects;
}

char *hw_reference_format(char prefix, uint64_t sequence, char text[HW_REFERENCE_TEXT_SIZE])
{
    snprintf(text, HW_REFERENCE_TEXT_SIZE, "%c%llu", prefix, (unsigned long long)sequence);
    return text;
}

enum hw_status hw_reference_parse(struct hw_slice text, char prefix, uint64_t *ret_sequence)
{
    char digits[HW_REFERENCE_TEXT_SIZE] = "";

    if (text.size < 2 || text.size >= sizeof digits || text.data[0] != (uint8_t)prefix)
        return HW_E_INVALID;
    memcpy(digits, text.data + 1, text.size - 1);
    *ret_sequence = strtoull(digits, NULL, 10);
    return *ret_sequence > 0 ? HW_OK : HW_E_INVALID;
}

void hw_figures_total(
    const struct hw_engine *engine, int64_t as_at_ms, struct hw_figures *ret_figures)
{
    (void)engine;
    (void)as_at_ms;
    *ret_figures = double_engine.total;
}

int64_t hw_figures_beds(const struct hw_engine *engine)
{
    (void)engine;
    return double_engine.beds;
}

uint32_t hw_figures_rows(const struct hw_engine *engine, enum hw_dimension dimension)
{
    (void)engine;
    return double_engine.rows_count[dimension];
}

void hw_figures_row(const struct hw_engine *engine, enum hw_dimension dimension, uint32_t index,
    int64_t as_at_ms, struct hw_row *ret_row)
{
    (void)engine;
    (void)as_at_ms;
    HW_ASSERT(index < double_engine.rows_count[dimension]);
    *ret_row = double_engine.rows[dimension][index];
}

void hw_routing_total(const struct hw_engine *engine, int64_t *counts)
{
    (void)engine;
    memcpy(counts, double_engine.routing, sizeof double_engine.routing);
}

void hw_routing_row(
    const struct hw_engine *engine, enum hw_dimension dimension, uint32_t index, int64_t *counts)
{
    (void)dimension;
    (void)index;
    hw_routing_total(engine, counts);
}

uint32_t hw_services_count(const struct hw_engine *engine)
{
    (void)engine;
    return 0;
}

void hw_service_view(
    const struct hw_engine *engine, uint32_t index, struct hw_service_view *ret_view)
{
    (void)engine;
    (void)index;
    *ret_view =
        (struct hw_service_view){.declared_at_ms = HW_TIME_NONE, .stale_from_ms = HW_TIME_OPEN};
}

uint32_t hw_referral_walk(
    const struct hw_engine *engine, uint32_t handle, struct hw_referral_view *ret_view)
{
    (void)engine;
    (void)handle;
    (void)ret_view;
    return 0;
}

enum hw_status hw_referral_view(
    const struct hw_engine *engine, uint64_t reference, struct hw_referral_view *ret_view)
{
    (void)engine;
    (void)reference;
    (void)ret_view;
    return HW_E_NOT_FOUND;
}

uint32_t hw_match_walk(const struct hw_engine *engine, uint64_t referral, uint32_t handle,
    struct hw_match_view *ret_view)
{
    (void)engine;
    (void)referral;
    (void)handle;
    (void)ret_view;
    return 0;
}

uint64_t hw_onward_referral(const struct hw_engine *engine, uint64_t referral)
{
    (void)engine;
    (void)referral;
    return 0;
}

uint32_t hw_alert_walk(
    const struct hw_engine *engine, uint32_t handle, struct hw_alert_view *ret_view)
{
    (void)engine;
    (void)handle;
    (void)ret_view;
    return 0;
}

uint32_t hw_alert_walk_stay(
    const struct hw_engine *engine, uint64_t stay, uint32_t handle, struct hw_alert_view *ret_view)
{
    (void)stay;
    return hw_alert_walk(engine, handle, ret_view);
}

uint32_t hw_alert_walk_referral(const struct hw_engine *engine, uint64_t referral, uint32_t handle,
    struct hw_alert_view *ret_view)
{
    (void)referral;
    return hw_alert_walk(engine, handle, ret_view);
}

uint32_t hw_mode_walk(
    const struct hw_engine *engine, uint32_t handle, struct hw_mode_view *ret_view)
{
    (void)engine;
    (void)handle;
    (void)ret_view;
    return 0;
}

uint32_t hw_paused_walk(const struct hw_engine *engine, uint64_t referral, struct hw_slice service,
    uint32_t handle, struct hw_mode_view *ret_view)
{
    (void)referral;
    (void)service;
    return hw_mode_walk(engine, handle, ret_view);
}

enum hw_status hw_why_not(
    struct hw_engine *engine, uint64_t referral, struct hw_slice service, enum hw_rule *ret_rule)
{
    (void)engine;
    (void)referral;
    (void)service;
    (void)ret_rule;
    return HW_E_NOT_FOUND;
}

unsigned hw_direction_of(struct hw_slice name)
{
    return hw_slice_is(name, "step_up") ? HW_STEP_UP : HW_STEP_DOWN;
}

const char *hw_rule_name(enum hw_rule rule)
{
    (void)rule;
    return "units";
}

const char *hw_rule_words(enum hw_rule rule)
{
    (void)rule;
    return "it has no room";
}

const char *hw_need_name(unsigned need)
{
    (void)need;
    return "therapy";
}

uint32_t hw_figures_reasons(const struct hw_engine *engine, uint32_t site_index, int64_t as_at_ms,
    struct hw_reason_row *rows, uint32_t rows_max)
{
    (void)engine;
    (void)site_index;
    (void)as_at_ms;
    HW_ASSERT(double_engine.reasons_count <= rows_max);
    memcpy(rows, double_engine.reasons, double_engine.reasons_count * sizeof *rows);
    return double_engine.reasons_count;
}

uint32_t hw_history_next(struct hw_engine *engine, uint32_t handle, struct hw_history *ret_history)
{
    (void)engine;
    if (handle >= double_engine.stays_count)
        return 0;
    *ret_history = double_engine.stays[handle];
    return handle + 1;
}

enum hw_status hw_history_find(
    struct hw_engine *engine, uint64_t reference, struct hw_history *ret_history)
{
    (void)engine;
    if (reference != 0 && reference == double_engine.united[0])
        reference = double_engine.united[1];
    for (uint32_t i = 0; i < double_engine.stays_count; i++) {
        if (double_engine.stays[i].reference != reference)
            continue;
        *ret_history = double_engine.stays[i];
        return HW_OK;
    }
    return HW_E_NOT_FOUND;
}

void hw_findings_count(const struct hw_engine *engine, uint64_t *counts)
{
    (void)engine;
    memcpy(counts, double_engine.findings, sizeof double_engine.findings);
}

const char *hw_finding_name(enum hw_finding finding)
{
    static const char *const names[] = {
#define NAME(number, name, sentence) [number] = #name,
        HW_FINDING_LIST(NAME)
#undef NAME
    };
    return names[finding];
}

const char *hw_finding_text(enum hw_finding finding)
{
    static const char *const texts[] = {
#define TEXT(number, name, sentence) [number] = sentence,
        HW_FINDING_LIST(TEXT)
#undef TEXT
    };
    return texts[finding];
}
