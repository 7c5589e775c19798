#include "core/routing/mode.h"

#include "core/routing/agenda.h"
#include "core/routing/match.h"
#include "core/routing/referral.h"
#include "core/routing/tell.h"
#include "core/routing/timer.h"
#include "core/routing/unsure.h"
#include "core/services/service.h"
#include "homeward/routing.h"

static const char *const modes[] = {NULL, "observe", "propose", "offer", "paused"};
static const char *const scopes[HW_SCOPES] = {
    [HW_SCOPE_ALL] = "all",
    [HW_SCOPE_DIRECTION] = "direction",
    [HW_SCOPE_COUNCIL] = "council",
    [HW_SCOPE_PATHWAY] = "pathway",
    [HW_SCOPE_ZONE] = "zone",
    [HW_SCOPE_SITE] = "site",
    [HW_SCOPE_SERVICE] = "service",
};

unsigned hw_mode_number(struct hw_slice name)
{
    for (unsigned i = 1; i < sizeof modes / sizeof *modes; i++)
        if (hw_slice_is(name, modes[i]))
            return i;
    return 0;
}

enum { ROUTINE_TARGET_HOURS = 72, START_GRACE_HOURS = 2 };

struct hw_routing_settings hw_routing_usual(void)
{
    return (struct hw_routing_settings){
        .routine_target_ms = ROUTINE_TARGET_HOURS * HW_HOUR_MS,
        .start_grace_ms = START_GRACE_HOURS * HW_HOUR_MS,
        .mode = HW_MODE_PROPOSE,
    };
}

uint32_t hw_mode_kinds(struct hw_slice list)
{
    uint32_t bits = 0;

    for (size_t start = 0, at = 0; at <= list.size; at++) {
        if (at < list.size && list.data[at] != ';')
            continue;
        if (at > start) {
            unsigned kind = hw_service_kind_of(hw_slice_of(list.data + start, at - start));

            bits |= kind == HW_SERVICE_NONE ? 0 : UINT32_C(1) << kind;
        }
        start = at + 1;
    }
    return bits;
}

const char *hw_mode_name(unsigned mode)
{
    return mode < sizeof modes / sizeof *modes ? modes[mode] : NULL;
}

/* "KIND:CODE" into its parts; false when KIND is none or CODE is missing. */
static bool read_scope(struct hw_slice text, uint8_t *ret_scope, struct hw_slice *ret_code)
{
    const uint8_t *colon = text.size == 0 ? NULL : memchr(text.data, ':', text.size);
    struct hw_slice kind = {text.data, colon == NULL ? text.size : (size_t)(colon - text.data)};

    *ret_code =
        colon == NULL ? (struct hw_slice){0} : hw_slice_of(colon + 1, text.size - kind.size - 1);
    for (unsigned i = 0; i < HW_SCOPES; i++)
        if (hw_slice_is(kind, scopes[i]) && (i == HW_SCOPE_ALL) == (ret_code->size == 0)) {
            *ret_scope = (uint8_t)i;
            return true;
        }
    return false;
}

static struct hw_mode_record *mode_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, modes, hw_mode_record, handle);
}

/* A mode may free or forbid anybody: all that waits, or waited to end, is looked at again. */
static void look_at_all(struct hw_engine *engine)
{
    for (uint32_t i = 1; i < engine->referrals.count; i++)
        if (hw_referral_at(engine, i)->state < HW_REFERRAL_ACCEPTED ||
            hw_referral_at(engine, i)->state == HW_REFERRAL_PLACED)
            hw_agenda_referral(engine, i);
}

static bool holds(const struct hw_engine *engine, const struct hw_mode_record *mode)
{
    return mode->until_ms > engine->root.accepted_ms;
}

/* What somebody set for all, and still holds; NULL: what is configured holds. */
static const struct hw_mode_record *set_for_all(const struct hw_engine *engine)
{
    for (uint32_t i = 1; i < engine->modes.count; i++)
        if (mode_at(engine, i)->scope == HW_SCOPE_ALL && holds(engine, mode_at(engine, i)))
            return mode_at(engine, i);
    return NULL;
}

/* What holds everywhere, where nothing narrower is set. */
static unsigned mode_of_all(const struct hw_engine *engine)
{
    const struct hw_mode_record *all = set_for_all(engine);

    return all == NULL ? engine->root.routing.mode : all->mode;
}

void hw_mode_lapsed(struct hw_engine *engine, uint32_t handle)
{
    const struct hw_mode_record *mode = mode_at(engine, handle);

    hw_tell_mode(engine, scopes[mode->scope], mode->code, modes[mode_of_all(engine)], HW_TIME_OPEN);
    look_at_all(engine);
}

/* The record of a scope, made where it is new. */
static uint32_t take_mode(struct hw_engine *engine, uint8_t scope, uint32_t code)
{
    uint32_t handle;

    for (handle = 1; handle < engine->modes.count; handle++)
        if (mode_at(engine, handle)->scope == scope && mode_at(engine, handle)->code == code)
            return handle;
    handle = hw_arena_take(&engine->modes);
    mode_at(engine, handle)->scope = scope;
    mode_at(engine, handle)->code = code;
    return handle;
}

bool hw_mode_set(struct hw_engine *engine, struct hw_slice scope, struct hw_slice mode,
    const struct hw_mode_said *said)
{
    int64_t now = engine->root.accepted_ms;
    struct hw_mode_record like = {.mode = (uint8_t)hw_mode_number(mode)};
    struct hw_mode_record *record;
    struct hw_slice code;
    uint32_t handle;

    if (like.mode == 0 || !read_scope(scope, &like.scope, &code))
        return false;
    like.code = code.size == 0 ? 0 : hw_text_intern(engine, code);
    handle = take_mode(engine, like.scope, like.code);
    record = mode_at(engine, handle);
    if (record->mode != like.mode || record->until_ms != said->until_ms)
        hw_tell_mode(engine, scopes[like.scope], like.code, modes[like.mode], said->until_ms);
    if (record->mode != like.mode || record->until_ms <= now)
        record->since_ms = now;
    record->mode = like.mode;
    record->until_ms = said->until_ms;
    record->by = said->by;
    record->reason = said->reason;
    hw_routing_timer_set(
        engine, HW_TIMER_MODE, handle, said->until_ms > now ? said->until_ms : HW_TIME_OPEN);
    look_at_all(engine);
    return true;
}

/* service: NULL: whichever it is. */
static bool covers(const struct hw_engine *engine, const struct hw_mode_record *mode,
    const struct hw_referral *referral, const struct hw_service *service)
{
    static const char *const directions[] = {"", "step_up", "step_down"};
    struct hw_slice code;

    switch ((enum hw_scope)mode->scope) {
    case HW_SCOPE_ALL:
        return true;
    case HW_SCOPE_DIRECTION:
        code = hw_engine_text(engine, mode->code);
        return hw_slice_is(code, directions[referral->direction]);
    case HW_SCOPE_COUNCIL:
        return mode->code == referral->council;
    case HW_SCOPE_PATHWAY:
        return referral->pathway < HW_P_NONE &&
            mode->code == engine->text_pathways[referral->pathway];
    case HW_SCOPE_ZONE:
        return mode->code == referral->zone;
    case HW_SCOPE_SITE:
        return mode->code == referral->site;
    case HW_SCOPE_SERVICE:
        return service != NULL && mode->code == service->code;
    case HW_SCOPES:
        break;
    }
    return false;
}

enum hw_mode hw_mode_of(const struct hw_engine *engine, uint32_t referral, uint32_t service)
{
    const struct hw_mode_record *narrowest = NULL;
    bool configured = true;

    for (uint32_t i = 1; i < engine->modes.count; i++) {
        const struct hw_mode_record *mode = mode_at(engine, i);

        if (!holds(engine, mode) ||
            !covers(engine, mode, hw_referral_at(engine, referral),
                HW_AT(engine, services, hw_service, service)))
            continue;
        if (mode->mode == HW_MODE_PAUSED)
            return HW_MODE_PAUSED;
        configured = configured && mode->scope != HW_SCOPE_ALL;
        if (narrowest == NULL || mode->scope > narrowest->scope)
            narrowest = mode;
    }
    /* What is configured is a mode for all: paused there is paused always, too. */
    if (narrowest == NULL || (configured && engine->root.routing.mode == HW_MODE_PAUSED))
        return (enum hw_mode)engine->root.routing.mode;
    return (enum hw_mode)narrowest->mode;
}

/* ---- as the outside may read it ---- */

/* What is configured, where nobody has set another mode for all. */
static struct hw_mode_view configured_view(const struct hw_engine *engine)
{
    return (struct hw_mode_view){
        .scope = scopes[HW_SCOPE_ALL],
        .mode = modes[engine->root.routing.mode],
        .since_ms = HW_TIME_NONE,
        .until_ms = HW_TIME_OPEN,
    };
}

static struct hw_mode_view view_of(const struct hw_engine *engine, uint32_t handle)
{
    const struct hw_mode_record *mode = mode_at(engine, handle);

    return (struct hw_mode_view){
        .scope = scopes[mode->scope],
        .code = hw_engine_text(engine, mode->code),
        .mode = modes[mode->mode],
        .by = hw_engine_text(engine, mode->by),
        .reason = hw_engine_text(engine, mode->reason),
        .since_ms = mode->since_ms,
        .until_ms = mode->until_ms,
    };
}

uint32_t hw_mode_walk(
    const struct hw_engine *engine, uint32_t handle, struct hw_mode_view *ret_view)
{
    if (handle == 0 && set_for_all(engine) == NULL) {
        *ret_view = configured_view(engine);
        return 1;
    }
    /* A record's handle outside is one more than inside: 1 is what is configured. */
    for (uint32_t at = handle == 0 ? 1 : handle; at < engine->modes.count; at++)
        if (holds(engine, mode_at(engine, at))) {
            *ret_view = view_of(engine, at);
            return at + 1;
        }
    return 0;
}

/* Of a service alone: what stops it for everybody. */
static bool covers_service(const struct hw_engine *engine, const struct hw_mode_record *mode,
    const struct hw_service *service)
{
    if (mode->scope == HW_SCOPE_DIRECTION)
        return (service->directions & ~hw_direction_of(hw_engine_text(engine, mode->code))) == 0;
    return mode->scope == HW_SCOPE_ALL ||
        (mode->scope == HW_SCOPE_SERVICE && mode->code == service->code);
}

uint32_t hw_paused_walk(const struct hw_engine *engine, uint64_t of_referral,
    struct hw_slice of_service, uint32_t handle, struct hw_mode_view *ret_view)
{
    uint32_t referral = of_referral == 0 ? 0 : hw_referral_by_reference(engine, of_referral);
    uint32_t code = of_service.size == 0 ? 0 : hw_text_find(engine, of_service);
    uint32_t found = code == 0 ? 0 : hw_service_find(engine, code);
    const struct hw_service *service =
        found == 0 ? NULL : HW_AT(engine, services, hw_service, found);

    if (handle == 0 && set_for_all(engine) == NULL && engine->root.routing.mode == HW_MODE_PAUSED) {
        *ret_view = configured_view(engine);
        return 1;
    }
    for (uint32_t at = handle == 0 ? 1 : handle; at < engine->modes.count; at++) {
        const struct hw_mode_record *mode = mode_at(engine, at);

        if (mode->mode != HW_MODE_PAUSED || !holds(engine, mode) ||
            (referral != 0 && !covers(engine, mode, hw_referral_at(engine, referral), service)) ||
            (referral == 0 && service != NULL && !covers_service(engine, mode, service)))
            continue;
        *ret_view = view_of(engine, at);
        return at + 1;
    }
    return 0;
}

/* A mode for a service is of who is arranged with it; of who only waits there are too many. */
static bool is_with(const struct hw_engine *engine, uint32_t referral, uint32_t code)
{
    for (uint32_t at = hw_referral_at(engine, referral)->matches; at != 0;
         at = hw_match_at(engine, at)->referral_next) {
        const struct hw_match *match = hw_match_at(engine, at);

        if (hw_match_is_live(match) && match->state < HW_MATCH_STARTED &&
            HW_AT(engine, services, hw_service, match->service)->code == code)
            return true;
    }
    return false;
}

bool hw_mode_touches(
    const struct hw_engine *engine, const struct hw_event *event, uint32_t referral)
{
    const struct hw_referral *record = hw_referral_at(engine, referral);
    struct hw_mode_record like = {0};
    struct hw_slice code;

    if (record->state >= HW_REFERRAL_ACCEPTED ||
        !read_scope(hw_event_text(event, HW_FIELD_DETAIL), &like.scope, &code))
        return false;
    like.code = code.size == 0 ? 0 : hw_text_find(engine, code);
    if (like.scope == HW_SCOPE_SERVICE)
        return like.code != 0 && is_with(engine, referral, like.code);
    return covers(engine, &like, record, NULL);
}

bool hw_mode_is_still(const struct hw_engine *engine, uint32_t referral, uint32_t service)
{
    return hw_mode_of(engine, referral, service) == HW_MODE_PAUSED || hw_unsure(engine, referral);
}

/* Withdrawn by a person, and not asked for again since: automation does not know better. */
static bool is_called_off(
    const struct hw_engine *engine, const struct hw_referral *referral, uint32_t service)
{
    for (uint32_t at = referral->matches; at != 0; at = hw_match_at(engine, at)->referral_next) {
        const struct hw_match *match = hw_match_at(engine, at);

        if (match->service == service && match->called_off && !match->forgiven)
            return true;
    }
    return false;
}

bool hw_mode_automates(const struct hw_engine *engine, uint32_t handle, uint32_t of_service)
{
    const struct hw_referral *referral = hw_referral_at(engine, handle);
    const struct hw_service *service = HW_AT(engine, services, hw_service, of_service);
    const uint8_t never = HW_SEEN_DEAD | HW_SEEN_RESTRICTED | HW_SEEN_UNCONFIRMED | HW_SEEN_MINOR;
    const uint32_t mental = UINT32_C(1) << HW_NEED_MENTAL_HEALTH;

    return hw_mode_of(engine, handle, of_service) == HW_MODE_OFFER &&
        (engine->root.routing.automation >> service->kind & 1u) != 0 &&
        referral->pathway != HW_P3 && !referral->fast_track && (referral->needs & mental) == 0 &&
        referral->held == 0 &&
        (referral->flags & (HW_REFERRAL_START_BLOCKED | HW_REFERRAL_DOUBLE)) == 0 &&
        (referral->seen & never) == 0 && (referral->age_years < 0 || referral->age_years >= 18) &&
        !is_called_off(engine, referral, of_service) &&
        !hw_service_is_stale(service, engine->root.accepted_ms) && !hw_unsure(engine, handle);
}
