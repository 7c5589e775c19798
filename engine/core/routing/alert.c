#include "core/routing/alert.h"

#include "core/routing/agenda.h"
#include "core/routing/decide.h"
#include "core/routing/referral.h"
#include "core/routing/safety.h"
#include "core/routing/tell.h"
#include "core/routing/timer.h"
#include "core/routing/unreferred.h"
#include "core/services/service.h"
#include "core/stays/stay.h"

/* ---- names ---- */

static const struct {
    const char *name, *words;
} names[HW_ALERT_KINDS] = {[HW_ALERT_NONE] = {"none", "nothing"},
#define ALERT_ROW(number, name, text, words) [number] = {text, words},
    HW_ALERT_LIST(ALERT_ROW)
#undef ALERT_ROW
};

_Static_assert((int)HW_ALERT_KINDS <= 32, "those that should stand are bits of 32");

const char *hw_alert_name(unsigned kind)
{
    HW_ASSERT(kind < HW_ALERT_KINDS);
    return names[kind].name;
}

const char *hw_alert_words(unsigned kind)
{
    HW_ASSERT(kind < HW_ALERT_KINDS);
    return names[kind].words;
}

unsigned hw_alert_of(struct hw_slice name)
{
    for (unsigned i = 1; i < HW_ALERT_KINDS; i++)
        if (hw_slice_is(name, names[i].name))
            return i;
    return HW_ALERT_NONE;
}

/* ---- looking up ---- */

uint32_t hw_alert_find(const struct hw_engine *engine, uint64_t reference)
{
    /* References rise with handles: alerts are never freed. */
    uint32_t low = 1, high = engine->alerts.count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (hw_alert_at(engine, middle)->reference < reference)
            low = middle + 1;
        else
            high = middle;
    }
    return low < engine->alerts.count && hw_alert_at(engine, low)->reference == reference ? low : 0;
}

static bool stands(const struct hw_alert *alert)
{
    return alert->cleared_ms == HW_TIME_OPEN;
}

uint32_t hw_alert_standing(const struct hw_engine *engine, uint32_t alerts, unsigned kind)
{
    for (uint32_t at = alerts; at != 0; at = hw_alert_at(engine, at)->subject_next)
        if (hw_alert_at(engine, at)->kind == kind && stands(hw_alert_at(engine, at)))
            return at;
    return 0;
}

unsigned hw_alert_gravest(const struct hw_engine *engine, uint32_t alerts)
{
    unsigned gravest = HW_ALERT_NONE;

    for (uint32_t at = alerts; at != 0; at = hw_alert_at(engine, at)->subject_next) {
        const struct hw_alert *alert = hw_alert_at(engine, at);

        if (stands(alert) && (gravest == HW_ALERT_NONE || alert->kind < gravest))
            gravest = alert->kind;
    }
    return gravest;
}

/* ---- how often ---- */

enum { GRAVE_MINUTES = 15, OTHER_MINUTES = 60, OTHER_MINUTES_MAX = 24 * 60 };

/* A person may come to harm while it is not seen. */
static bool is_grave(unsigned kind)
{
    return kind == HW_ALERT_HOME_NOT_STARTED || kind == HW_ALERT_URGENT_UNMET ||
        kind == HW_ALERT_CONTACT_OVERDUE || kind == HW_ALERT_DEATH_TO_CONFIRM;
}

/* When it is next told; HW_TIME_OPEN: not again. */
static int64_t next_ms(const struct hw_alert *alert)
{
    int64_t minutes = is_grave(alert->kind) ? GRAVE_MINUTES : OTHER_MINUTES;

    if (!stands(alert) || alert->acknowledged_ms != HW_TIME_NONE)
        return HW_TIME_OPEN;
    for (uint32_t i = 0; i < alert->repeats && !is_grave(alert->kind); i++) {
        minutes *= 2;
        if (minutes >= OTHER_MINUTES_MAX)
            return alert->told_ms + OTHER_MINUTES_MAX * HW_MINUTE_MS;
    }
    return alert->told_ms + minutes * HW_MINUTE_MS;
}

/* ---- deciding ---- */

/* What an alert is about, and the list of those about it. */
struct subject {
    uint32_t handle;
    uint32_t *alerts;
    enum hw_alert_about about;
};

static struct subject subject_of(
    const struct hw_engine *engine, enum hw_alert_about about, uint32_t handle)
{
    struct subject subject = {.handle = handle, .about = about};

    switch (about) {
    case HW_ALERT_ABOUT_REFERRAL:
        subject.alerts = &hw_referral_at(engine, handle)->alerts;
        break;
    case HW_ALERT_ABOUT_SERVICE:
        subject.alerts = &hw_service_at(engine, handle)->alerts;
        break;
    case HW_ALERT_ABOUT_STAY:
        subject.alerts = &hw_stay_at(engine, handle)->alerts;
    }
    return subject;
}

/* A spell goes by its reference: it has no other name that may be told. */
static void name_subject(struct hw_engine *engine, struct hw_event *event, struct subject subject)
{
    switch (subject.about) {
    case HW_ALERT_ABOUT_REFERRAL:
        hw_event_set_text(event, HW_FIELD_REFERRAL,
            hw_engine_text(engine, hw_referral_at(engine, subject.handle)->name));
        break;
    case HW_ALERT_ABOUT_SERVICE:
        hw_event_set_text(event, HW_FIELD_SERVICE,
            hw_engine_text(engine, hw_service_at(engine, subject.handle)->code));
        break;
    case HW_ALERT_ABOUT_STAY:
        (void)hw_reference_format(
            'S', hw_stay_at(engine, subject.handle)->reference, engine->explanation);
        hw_event_set_text(event, HW_FIELD_DETAIL, hw_slice_text(engine->explanation));
    }
}

static void say(struct hw_engine *engine, struct subject subject, unsigned kind, uint32_t alert,
    const char *what)
{
    struct hw_event *event = hw_decision_begin(engine, HW_KIND_DECIDED_ALERT);

    name_subject(engine, event, subject);
    hw_event_set_text(event, HW_FIELD_REASON, hw_slice_text(names[kind].name));
    hw_event_set_text(event, HW_FIELD_OUTCOME, hw_slice_text(what));
    if (alert != 0)
        hw_event_set_number(event, HW_FIELD_OFFER, (int64_t)hw_alert_at(engine, alert)->reference);
}

/* The first difference between what stands and what should: cleared before raised, then repeated.
 */
static bool decide(struct hw_engine *engine, struct subject subject, uint32_t wanted)
{
    uint32_t standing = 0, due = 0;

    for (uint32_t at = *subject.alerts; at != 0; at = hw_alert_at(engine, at)->subject_next) {
        const struct hw_alert *alert = hw_alert_at(engine, at);

        if (!stands(alert))
            continue;
        standing |= UINT32_C(1) << alert->kind;
        if ((wanted >> alert->kind & 1u) == 0) {
            say(engine, subject, alert->kind, at, "cleared");
            return true;
        }
        if (next_ms(alert) <= engine->root.accepted_ms)
            due = at;
    }
    for (unsigned kind = 1; kind < HW_ALERT_KINDS; kind++)
        if (((wanted & ~standing) >> kind & 1u) != 0) {
            say(engine, subject, kind, 0, "raised");
            return true;
        }
    if (due != 0)
        say(engine, subject, hw_alert_at(engine, due)->kind, due, "repeated");
    return due != 0;
}

bool hw_alert_decide_referral(struct hw_engine *engine, uint32_t referral)
{
    return decide(engine, subject_of(engine, HW_ALERT_ABOUT_REFERRAL, referral),
        hw_safety_alerts_of_referral(engine, referral));
}

bool hw_alert_decide_service(struct hw_engine *engine, uint32_t service)
{
    return decide(engine, subject_of(engine, HW_ALERT_ABOUT_SERVICE, service),
        hw_safety_alerts_of_service(engine, service));
}

bool hw_alert_decide_stay(struct hw_engine *engine, uint32_t stay)
{
    uint32_t wanted =
        hw_unreferred_is(engine, stay) ? UINT32_C(1) << HW_ALERT_HOME_NOT_REFERRED : 0;

    return decide(engine, subject_of(engine, HW_ALERT_ABOUT_STAY, stay), wanted);
}

/* ---- taking effect ---- */

static void set_timer(struct hw_engine *engine, uint32_t handle)
{
    hw_routing_timer_set(engine, HW_TIMER_ALERT, handle, next_ms(hw_alert_at(engine, handle)));
}

static void raise_alert(struct hw_engine *engine, struct subject subject, unsigned kind)
{
    uint32_t handle = hw_arena_take(&engine->alerts);
    struct hw_queue_ends *ends = &engine->root.standing;

    *hw_alert_at(engine, handle) = (struct hw_alert){
        .reference = engine->root.sequence,
        .since_ms = engine->root.accepted_ms,
        .told_ms = engine->root.accepted_ms,
        .acknowledged_ms = HW_TIME_NONE,
        .cleared_ms = HW_TIME_OPEN,
        .subject = subject.handle,
        .subject_next = *subject.alerts,
        .before = ends->last,
        .kind = (uint8_t)kind,
        .about = (uint8_t)subject.about,
    };
    *subject.alerts = handle;
    if (ends->last == 0)
        ends->first = handle;
    else
        hw_alert_at(engine, ends->last)->behind = handle;
    ends->last = handle;
    engine->root.findings[HW_FINDING_HOME_NOT_REFERRED] += kind == HW_ALERT_HOME_NOT_REFERRED;
    set_timer(engine, handle);
    hw_tell_alert(engine, true, handle);
}

static void clear(struct hw_engine *engine, uint32_t handle)
{
    struct hw_alert *alert = hw_alert_at(engine, handle);
    struct hw_queue_ends *ends = &engine->root.standing;

    if (!stands(alert))
        return;
    alert->cleared_ms = engine->root.accepted_ms;
    if (alert->before == 0)
        ends->first = alert->behind;
    else
        hw_alert_at(engine, alert->before)->behind = alert->behind;
    if (alert->behind == 0)
        ends->last = alert->before;
    else
        hw_alert_at(engine, alert->behind)->before = alert->before;
    alert->before = alert->behind = 0;
    engine->root.findings[HW_FINDING_HOME_NOT_REFERRED] -=
        alert->kind == HW_ALERT_HOME_NOT_REFERRED;
    set_timer(engine, handle);
    hw_tell_alert(engine, false, handle);
}

static void repeat(struct hw_engine *engine, uint32_t handle)
{
    struct hw_alert *alert = hw_alert_at(engine, handle);

    if (!stands(alert))
        return;
    alert->told_ms = engine->root.accepted_ms;
    alert->repeats++;
    set_timer(engine, handle);
    hw_tell_alert(engine, true, handle);
}

static void put_on_agenda(struct hw_engine *engine, uint32_t handle)
{
    const struct hw_alert *alert = hw_alert_at(engine, handle);

    switch ((enum hw_alert_about)alert->about) {
    case HW_ALERT_ABOUT_REFERRAL:
        hw_agenda_referral(engine, alert->subject);
        break;
    case HW_ALERT_ABOUT_SERVICE:
        hw_agenda_service(engine, alert->subject);
        break;
    case HW_ALERT_ABOUT_STAY:
        hw_agenda_stay(engine, alert->subject);
    }
}

/* What a decision names; no list: it is not known here. */
static struct subject subject_named(struct hw_engine *engine, const struct hw_event *event)
{
    uint32_t referral =
        hw_referral_find(engine, hw_text_intern(engine, hw_event_text(event, HW_FIELD_REFERRAL)));
    uint32_t service =
        hw_service_find(engine, hw_text_intern(engine, hw_event_text(event, HW_FIELD_SERVICE)));
    uint32_t stay = hw_stay_named(engine, hw_event_text(event, HW_FIELD_DETAIL));

    if (referral != 0)
        return subject_of(engine, HW_ALERT_ABOUT_REFERRAL, referral);
    if (service != 0)
        return subject_of(engine, HW_ALERT_ABOUT_SERVICE, service);
    return stay != 0 ? subject_of(engine, HW_ALERT_ABOUT_STAY, stay) : (struct subject){0};
}

static void apply_raised(struct hw_engine *engine, const struct hw_event *event)
{
    unsigned kind = hw_alert_of(hw_event_text(event, HW_FIELD_REASON));
    struct subject subject = subject_named(engine, event);

    if (kind == HW_ALERT_NONE || subject.alerts == NULL)
        return;
    if (hw_alert_standing(engine, *subject.alerts, kind) == 0)
        raise_alert(engine, subject, kind);
    put_on_agenda(engine, hw_alert_standing(engine, *subject.alerts, kind));
}

void hw_alert_apply(struct hw_engine *engine, const struct hw_event *event)
{
    uint32_t handle = hw_event_has(event, HW_FIELD_OFFER)
        ? hw_alert_find(engine, (uint64_t)event->values[HW_FIELD_OFFER].number)
        : 0;
    struct hw_slice what = hw_event_text(event, HW_FIELD_OUTCOME);

    if (hw_slice_is(what, "raised")) {
        apply_raised(engine, event);
        return;
    }
    if (handle == 0)
        return;
    if (hw_slice_is(what, "cleared"))
        clear(engine, handle);
    else
        repeat(engine, handle);
    put_on_agenda(engine, handle);
}

void hw_alert_acknowledge(
    struct hw_engine *engine, uint32_t handle, uint32_t by, uint32_t action, uint32_t note)
{
    struct hw_alert *alert = hw_alert_at(engine, handle);

    alert->acknowledged_ms = engine->root.accepted_ms;
    alert->by = by;
    alert->action = action;
    alert->note = note;
    set_timer(engine, handle);
    put_on_agenda(engine, handle);
}

void hw_alert_due(struct hw_engine *engine, uint32_t handle)
{
    put_on_agenda(engine, handle);
}

void hw_alert_look_again(struct hw_engine *engine)
{
    for (uint32_t at = engine->root.standing.first; at != 0; at = hw_alert_at(engine, at)->behind)
        put_on_agenda(engine, at);
}
