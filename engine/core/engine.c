/*
 * engine.c - records in, state and effects out: the order in which a record takes effect.
 *
 *   room    every arena can take what one record may add: nothing below can fail
 *   clock   accepted time moves on; a tick fires what is due, each at its own time
 *   people  identifiers and who is whom (people/)
 *   facts   what the event says, into stays and people (stays/)
 *   shares  what changed is folded anew and put into the totals
 */
#include "homeward/engine.h"

#include "core/blocks.h"
#include "core/figures/rows.h"
#include "core/named.h"
#include "core/people/people.h"
#include "core/room.h"
#include "core/routing/alert.h"
#include "core/routing/command.h"
#include "core/routing/decide.h"
#include "core/routing/profile.h"
#include "core/routing/referral.h"
#include "core/routing/share.h"
#include "core/routing/tell.h"
#include "core/routing/timer.h"
#include "core/routing/unsure.h"
#include "core/services/service.h"
#include "core/settings.h"
#include "core/stays/share.h"
#include "core/stays/short.h"
#include "core/stays/stay.h"
#include "core/text.h"
#include "core/window.h"
#include "core/timers/heap.h"
#include "homeward/version.h"

/* ---- people touched by a change of structure ---- */

static void for_family(struct hw_engine *engine, uint32_t identifier,
    void (*call)(struct hw_engine *engine, uint32_t identifier))
{
    uint32_t first = hw_identifier_at(engine, identifier)->family, at = first;

    do {
        uint32_t next = hw_identifier_at(engine, at)->family_next;

        if (hw_person_of(engine, at) == at)
            call(engine, at);
        at = next;
    } while (at != first);
}

/* The same identifiers give the same hash: it is taken out before they change. */
static void add_person_digest(struct hw_engine *engine, uint32_t person, bool add)
{
    struct hw_identifier_record *record = hw_identifier_at(engine, person);
    struct hw_hash sum = {0};
    uint32_t at = person;

    if (record->counted == add)
        return;
    record->counted = add;
    do {
        sum.low += hw_identifier_at(engine, at)->hash.low;
        sum.high += hw_identifier_at(engine, at)->hash.high;
        at = hw_identifier_at(engine, at)->person_next;
    } while (at != person);
    sum = hw_hash_bytes(hw_slice_of(&sum, sizeof sum));
    engine->root.history_digest.low += add ? sum.low : -sum.low;
    engine->root.history_digest.high += add ? sum.high : -sum.high;
}

static void take_out(struct hw_engine *engine, uint32_t person)
{
    add_person_digest(engine, person, false);
    hw_person_withdraw(engine, person);
}

static void put_in(struct hw_engine *engine, uint32_t person)
{
    add_person_digest(engine, person, true);
    hw_person_contribute(engine, person);
}

/* ---- events about stays and people ---- */

/* What an event is about, once its identifiers and visits have records. */
struct subject {
    const struct hw_event *event;
    uint32_t record; /* its own identifier; 0: none was given */
    uint32_t stay;   /* 0: none */
    uint32_t visit;  /* named without a person, or redirected; 0: none */
    bool new_stay;
    bool redirects; /* the event says that stays of visit belong elsewhere */
};

static struct hw_hash visit_hash_of(const struct hw_event *event)
{
    if (!hw_hash_is_zero(event->visit.hash))
        return event->visit.hash;
    return hw_visit_of_admission(event->values[HW_FIELD_ADMITTED_AT].time.start_ms);
}

static bool has_facts(enum hw_kind kind)
{
    return !hw_people_is_identity(kind) && kind != HW_KIND_SPELL_EXPECTED &&
        kind != HW_KIND_SPELL_EXPECTED_WITHDRAWN && kind != HW_KIND_CENSUS_TAKEN &&
        kind != HW_KIND_NOTICE_ASSESSMENT && kind != HW_KIND_NOTICE_DISCHARGE;
}

/* The visit a stay leaves (MRG-5, else PV1-19) and the one it comes to (PV1-19, else the same). */
static struct hw_hash visit_from(const struct hw_event *event)
{
    return hw_hash_is_zero(event->retired_visit.hash) ? event->visit.hash
                                                      : event->retired_visit.hash;
}

static struct hw_hash visit_to(const struct hw_event *event)
{
    return hw_hash_is_zero(event->visit.hash) ? event->retired_visit.hash : event->visit.hash;
}

/* The one stay of a visit, for a command that does not say whose; 0: none, or several (R6). */
static uint32_t only_stay(struct hw_engine *engine, uint32_t visit)
{
    uint32_t at = hw_visit_at(engine, visit)->stays;
    uint32_t leader = at == 0 ? 0 : hw_stay_at(engine, at)->leader;

    for (; at != 0; at = hw_stay_at(engine, at)->visit_next)
        if (hw_stay_at(engine, at)->leader != leader) {
            engine->root.findings[HW_FINDING_AMBIGUOUS_SPELL]++;
            return 0;
        }
    return leader;
}

static struct subject subject_of(struct hw_engine *engine, const struct hw_event *event)
{
    struct subject subject = {.event = event};
    bool has_visit = !hw_hash_is_zero(event->visit.hash);

    if (event->identifiers_count > 0)
        subject.record = hw_identifier_take(engine, &event->identifiers[event->stay_identifier]);
    else if (hw_people_is_settled(event->kind))
        subject.record = hw_named_person(engine, hw_named_part(event, "person"));
    if (event->kind == HW_KIND_SPELL_REASSIGNED || event->kind == HW_KIND_VISITS_MERGED) {
        subject.redirects = subject.record != 0 && !hw_hash_is_zero(visit_from(event));
        if (subject.redirects)
            subject.visit = hw_visit_take(engine, visit_from(event));
    } else if (has_facts(event->kind) && event->has_stay) {
        if (subject.record != 0)
            subject.stay = hw_stay_take(engine, subject.record, visit_hash_of(event),
                engine->root.sequence, &subject.new_stay);
        else if (has_visit)
            subject.visit = hw_visit_take(engine, event->visit.hash);
        if (subject.visit != 0 && hw_command_is(event->kind))
            subject.stay = only_stay(engine, subject.visit);
    } else if (event->kind == HW_KIND_DECIDE_REASON_SETTLED) {
        subject.stay = hw_stay_named(engine, hw_event_text(event, HW_FIELD_DETAIL));
    }
    return subject;
}

/* What a person settled by a reference that names nothing, or nothing that is open any more. */
static void answer_settled(struct hw_engine *engine, const struct subject *subject)
{
    const struct hw_event *event = subject->event;
    struct hw_slice spell = hw_event_text(event, HW_FIELD_DETAIL);
    struct hw_slice other = hw_named_part(event, "other");
    struct hw_command_result *answer = &engine->command;

    if (event->kind == HW_KIND_DECIDE_REASON_SETTLED && spell.size > 0) {
        if (subject->stay == 0)
            *answer = (struct hw_command_result){
                .status = HW_E_NOT_FOUND, .words = "there is no such spell"};
        else if (hw_stay_at(engine, subject->stay)->sealed)
            *answer = (struct hw_command_result){.status = HW_E_CONFLICT,
                .words = "the spell is long over: its figures are settled"};
        else
            *answer = (struct hw_command_result){.status = HW_OK,
                .prefix = 'S',
                .reference = hw_stay_at(engine, subject->stay)->reference};
    } else if (hw_people_is_settled(event->kind) &&
        (subject->record == 0 || (other.size > 0 && hw_named_person(engine, other) == 0))) {
        *answer = (struct hw_command_result){
            .status = HW_E_NOT_FOUND, .words = "there is no such spell or referral"};
    }
}

/* Whose a stay was: the first local identifier it was taken from, else the first; 0: not said. */
static uint32_t taken_from(struct hw_engine *engine, const struct hw_event *event)
{
    for (uint8_t i = 0; i < event->retired_count; i++)
        if (event->retired[i].type == HW_IDENTIFIER_LOCAL)
            return hw_identifier_take(engine, &event->retired[i]);
    return event->retired_count == 0 ? 0 : hw_identifier_take(engine, &event->retired[0]);
}

static void take_redirect(struct hw_engine *engine, const struct subject *subject)
{
    const struct hw_event *event = subject->event;
    bool given = event->kind == HW_KIND_SPELL_REASSIGNED;
    struct hw_redirect redirect = {
        .from = given ? taken_from(engine, event) : subject->record,
        .to = given ? subject->record : 0,
        .visit = hw_visit_take(engine, visit_to(event)),
    };

    hw_key_of_event(event, &redirect.key);
    redirect.key.content = event->message_hash;
    hw_visit_add_redirect(engine, subject->visit, &redirect);
}

enum { VISIT_STEPS = 4 }; /* merges of visits followed for whom they touch */

/* People a change of structure may touch: families of those named, owners of the visit's stays. */
struct touched {
    uint32_t identifiers[16];
    uint32_t count;
};

static void touch(struct hw_engine *engine, struct touched *touched, uint32_t identifier)
{
    uint32_t family;

    if (identifier == 0)
        return;
    family = hw_identifier_at(engine, identifier)->family;
    for (uint32_t i = 0; i < touched->count; i++)
        if (hw_identifier_at(engine, touched->identifiers[i])->family == family)
            return;
    if (touched->count < sizeof touched->identifiers / sizeof *touched->identifiers)
        touched->identifiers[touched->count++] = identifier;
}

/* Owners of the stays of a visit, and those to whom its redirects lead. */
static void touch_visit(
    struct hw_engine *engine, struct touched *touched, uint32_t visit, unsigned steps)
{
    if (visit == 0 || steps == 0)
        return;
    for (uint32_t at = hw_visit_at(engine, visit)->stays; at != 0;
         at = hw_stay_at(engine, at)->visit_next) {
        touch(engine, touched, hw_stay_at(engine, at)->owner);
        touch(engine, touched, hw_stay_at(engine, at)->identifier);
    }
    for (uint32_t at = hw_visit_at(engine, visit)->redirects; at != 0;) {
        const struct hw_redirect *redirect = HW_AT(engine, redirects, hw_redirect, at);

        touch(engine, touched, redirect->from);
        touch(engine, touched, redirect->to);
        if (redirect->visit != visit)
            touch_visit(engine, touched, redirect->visit, steps - 1);
        at = redirect->next;
    }
}

/* Redirects of what these people own may lead to others once it is known who they are. */
static void touch_redirected(struct hw_engine *engine, struct touched *touched)
{
    for (uint32_t i = 0; i < touched->count; i++) {
        uint32_t first = hw_identifier_at(engine, touched->identifiers[i])->family, at = first;

        do {
            for (uint32_t stay = hw_identifier_at(engine, at)->stays; stay != 0;
                 stay = hw_stay_at(engine, stay)->owner_next)
                if (hw_visit_at(engine, hw_stay_at(engine, stay)->visit)->redirects != 0)
                    touch_visit(engine, touched, hw_stay_at(engine, stay)->visit, VISIT_STEPS);
            at = hw_identifier_at(engine, at)->family_next;
        } while (at != first);
    }
}

/* What came of the facts of an event. */
struct added {
    bool personal; /* other stays of the person hear of it */
    bool refold;   /* the stay is to be folded anew */
};

/* One that names a visit without saying whose, or a person without a stay. */
static void add_without_stay(
    struct hw_engine *engine, const struct subject *subject, struct hw_fact *fact, bool *ret_added)
{
    if (subject->record != 0) {
        *ret_added = hw_stay_add_fact(engine, 0, subject->record, fact) >= HW_LIST_MOVED;
        return;
    }
    if (subject->visit != 0)
        hw_visit_add_fact(engine, subject->visit, fact);
    *ret_added = true;
}

static void add_fact(struct hw_engine *engine, const struct subject *subject, struct hw_fact *fact,
    struct added *added)
{
    bool personal = hw_fact_is_personal(fact), any = false, hears;
    enum hw_list_added how;

    if (subject->stay == 0 && subject->record != 0 && !personal)
        return;
    /* Order, and so what is heard, goes by content where facts agree in all else. */
    fact->stay = subject->stay;
    if (subject->stay == 0)
        hw_fact_know_content(engine, subject->event, fact);
    hears = subject->record != 0 && personal && hw_person_hears(engine, subject->record, fact);
    if (subject->stay == 0) {
        add_without_stay(engine, subject, fact, &any);
        added->personal |= any && hears;
        return;
    }
    how = hw_stay_add_fact(engine, subject->stay, subject->record, fact);
    if (how < HW_LIST_MOVED)
        return;
    added->personal |= hears;
    added->refold |= added->personal || how != HW_LIST_LAST || added->refold ||
        !hw_short_cut(engine, subject->stay, fact);
}

/* refold: the stay is to be folded anyway, and its share may not be in the totals. */
static struct added add_facts(struct hw_engine *engine, const struct subject *subject, bool refold)
{
    struct hw_fact facts[HW_FACTS_PER_EVENT_MAX];
    struct added added = {.refold = refold};
    uint32_t count;

    if (!has_facts(subject->event->kind) || hw_command_is(subject->event->kind))
        return added;
    count = hw_facts_of_event(engine, subject->event, facts);
    for (uint32_t i = 0; i < count; i++)
        add_fact(engine, subject, &facts[i], &added);
    return added;
}

/* Redirects of a person's stays may lead otherwise once it is somebody else's. */
static void settle_stays(struct hw_engine *engine, uint32_t identifier)
{
    uint32_t first = hw_identifier_at(engine, identifier)->family, at = first;

    do {
        uint32_t stay = hw_identifier_at(engine, at)->stays;

        while (stay != 0) {
            uint32_t next = hw_stay_at(engine, stay)->owner_next;

            hw_stay_settle(engine, stay);
            stay = next;
        }
        at = hw_identifier_at(engine, at)->family_next;
    } while (at != first);
}

/* Who is whom, or which stay is whose, may change: all of the people concerned, out and in. */
static void apply_structure(struct hw_engine *engine, const struct subject *subject, bool resolve)
{
    struct touched touched = {.count = 0};
    uint32_t visit = subject->stay != 0 ? hw_stay_at(engine, subject->stay)->visit : subject->visit;

    if (subject->redirects) {
        take_redirect(engine, subject);
        touch_visit(engine, &touched, hw_visit_take(engine, visit_to(subject->event)), VISIT_STEPS);
        touch(engine, &touched, taken_from(engine, subject->event));
    }
    touch(engine, &touched, subject->record);
    touch_visit(engine, &touched, visit, VISIT_STEPS);
    touch_redirected(engine, &touched);
    for (uint32_t i = 0; i < touched.count; i++)
        for_family(engine, touched.identifiers[i], take_out);
    if (resolve && subject->record != 0)
        hw_family_resolve(engine, subject->record);
    for (uint32_t i = 0; i < touched.count; i++)
        settle_stays(engine, touched.identifiers[i]);
    (void)add_facts(engine, subject, true);
    for (uint32_t i = 0; i < touched.count; i++)
        for_family(engine, touched.identifiers[i], hw_person_regroup);
    for (uint32_t i = 0; i < touched.count; i++)
        for_family(engine, touched.identifiers[i], put_in);
    for (uint32_t i = 0; i < touched.count; i++)
        for_family(engine, touched.identifiers[i], hw_referral_hear);
}

/* Nothing else is known of the visit of a new stay: it is a group of its own. */
static bool is_alone(const struct hw_engine *engine, uint32_t stay)
{
    const struct hw_visit_record *visit = hw_visit_at(engine, hw_stay_at(engine, stay)->visit);

    return visit->stays == stay && hw_stay_at(engine, stay)->visit_next == 0 && visit->bare == 0 &&
        visit->redirects == 0 && visit->incoming == 0;
}

/* What is said of somebody may concern their referrals. */
static void let_hear(struct hw_engine *engine, const struct subject *subject)
{
    if (subject->record != 0)
        hw_referral_hear(engine, hw_person_of(engine, subject->record));
    if (subject->stay != 0)
        hw_referral_hear(engine, hw_person_of(engine, hw_stay_at(engine, subject->stay)->owner));
}

static void apply_facts(struct hw_engine *engine, const struct subject *of)
{
    struct subject subject = *of;
    struct added added;

    if (subject.stay != 0 && hw_stay_at(engine, subject.stay)->sealed)
        engine->root.findings[HW_FINDING_LATE_SEALED]++;
    added = add_facts(engine, &subject, subject.new_stay);
    if (added.personal) {
        uint32_t person = hw_person_of(engine, subject.record);

        /* A stay that was given away is looked at where it is now. */
        if (subject.stay != 0 &&
            hw_person_of(engine, hw_stay_at(engine, subject.stay)->owner) != person)
            hw_stay_refresh(engine, subject.stay);
        take_out(engine, person);
        put_in(engine, person);
    } else if (subject.stay != 0 && added.refold) {
        hw_stay_refresh(engine, subject.stay);
    }
    let_hear(engine, &subject);
}

static void apply_event(struct hw_engine *engine, const struct hw_event *event)
{
    struct subject subject = subject_of(engine, event);
    bool changes;

    answer_settled(engine, &subject);
    changes = subject.record != 0 && hw_people_take(engine, event, subject.record);

    if (changes || subject.redirects || (subject.record == 0 && !hw_command_is(event->kind)) ||
        (subject.new_stay && !is_alone(engine, subject.stay)))
        apply_structure(engine, &subject, changes);
    else
        apply_facts(engine, &subject);
    if (hw_command_is(event->kind))
        hw_command_apply(engine, event, subject.record, subject.stay);
}

/* ---- decisions ---- */

const struct hw_event *hw_engine_decided(const struct hw_engine *engine)
{
    return engine->has_decision ? &engine->decision : NULL;
}

uint64_t hw_engine_decisions_differ(const struct hw_engine *engine)
{
    return engine->root.decisions_differ;
}

struct hw_command_result hw_engine_command_result(const struct hw_engine *engine)
{
    return engine->command;
}

/* Decisions come from the journal; that this engine would have made the same is checked (R5). */
static void apply_decision(struct hw_engine *engine, const struct hw_event *event)
{
    engine->root.decisions_differ += !hw_decision_is(engine, event);
    hw_decision_apply(engine, event);
}

/* ---- the clock ---- */

int64_t hw_engine_due_ms(const struct hw_engine *engine)
{
    int64_t due = hw_timer_due(engine), routing = hw_routing_due(engine);

    due = due < routing ? due : routing;
    due = due < engine->root.unsure_until_ms ? due : engine->root.unsure_until_ms;
    return due < engine->root.midnight_due_ms ? due : engine->root.midnight_due_ms;
}

static void set_today(struct hw_engine *engine, int64_t now_ms)
{
    hw_rows_new_day(engine, hw_london_day(now_ms));
    engine->root.midnight_due_ms = hw_london_midnight(engine->root.today + 1);
    hw_referrals_new_day(engine);
    hw_unsure_new_day(engine);
}

/* What is due, in (due, id) order, each with now = due; midnight before what stands on it. */
static void fire_timers(struct hw_engine *engine, int64_t until_ms)
{
    for (;;) {
        int64_t due = hw_engine_due_ms(engine);
        uint32_t stay;

        if (due > until_ms)
            return;
        /* Room was seen to for one: so it is for each, as long as the limits allow. */
        hw_room_more(engine);
        if (due > engine->root.accepted_ms)
            engine->root.accepted_ms = due;
        if (engine->root.midnight_due_ms <= due) {
            set_today(engine, due);
            continue;
        }
        if (engine->root.unsure_until_ms <= due) {
            hw_unsure_settled(engine);
            continue;
        }
        stay = hw_timer_first(engine, due);
        if (stay == 0) {
            hw_routing_fire(engine);
            continue;
        }
        hw_stay_due(engine, stay);
        hw_referral_hear(engine, hw_person_of(engine, hw_stay_at(engine, stay)->owner));
    }
}

/* ---- the door ---- */

enum hw_status hw_engine_apply_event(
    struct hw_engine *engine, uint64_t sequence, int64_t accepted_ms, const struct hw_event *event)
{
    enum hw_status status;

    if (sequence != engine->root.sequence + 1 || accepted_ms < engine->root.accepted_ms)
        return HW_E_DAMAGED;
    if (event->kind != HW_KIND_CLOCK_TICK && accepted_ms >= hw_engine_due_ms(engine))
        return HW_E_DAMAGED; /* A tick should stand before it. */
    status = hw_room_ensure(engine);
    if (status != HW_OK)
        return status;

    /* Nothing below can fail. */
    engine->effects_count = 0;
    engine->identifiers_before = engine->identifiers.count;
    if (event->kind < HW_KIND_DECIDED_PROPOSAL && event->kind != HW_KIND_CLOCK_TICK)
        engine->command = (struct hw_command_result){.status = HW_OK};
    engine->root.sequence = sequence;
    if (event->kind == HW_KIND_CLOCK_TICK)
        fire_timers(engine, accepted_ms);
    engine->root.accepted_ms = accepted_ms;
    if (event->kind == HW_KIND_CLOCK_TICK && hw_event_has(event, HW_FIELD_DETAIL))
        hw_unsure_resume(engine);
    hw_unsure_hear(engine, event);
    if (engine->root.today == HW_DAY_NONE)
        set_today(engine, accepted_ms);
    hw_window_remember(engine, event);
    if (event->kind == HW_KIND_CONFIGURATION)
        hw_setting_apply(engine, event);
    else if (event->kind >= HW_KIND_DECIDED_PROPOSAL)
        apply_decision(engine, event);
    else if (event->kind >= HW_KIND_SPELL_ADMITTED && hw_time_is(event->happened) &&
        !(event->flags & HW_FLAG_NOT_ASSERTED))
        apply_event(engine, event);
    hw_tell_finish(engine);
    hw_decide(engine);
    return HW_OK;
}

enum hw_status hw_engine_apply(struct hw_engine *engine, struct hw_slice record)
{
    struct hw_record_header header;
    enum hw_status status = hw_record_header(record, &header);

    if (status == HW_OK)
        status = hw_record_decode(record, false, &engine->event);
    if (status != HW_OK)
        return status == HW_E_PARTIAL ? HW_E_DAMAGED : status;
    return hw_engine_apply_event(engine, header.sequence, header.accepted_ms, &engine->event);
}

uint64_t hw_engine_sequence(const struct hw_engine *engine)
{
    return engine->root.sequence;
}

int64_t hw_engine_accepted_ms(const struct hw_engine *engine)
{
    return engine->root.accepted_ms;
}

bool hw_engine_has_room(const struct hw_engine *engine, unsigned *ret_used_percent)
{
    uint64_t used = 0, most = 1; /* of the fullest: compared crosswise, which takes no division */

#define ARENA_USED(name, type)                                                                     \
    do {                                                                                           \
        uint64_t taken = engine->name.count - engine->name.free_count;                             \
                                                                                                   \
        if (taken * most > used * engine->name.count_max) {                                        \
            used = taken;                                                                          \
            most = engine->name.count_max;                                                         \
        }                                                                                          \
    } while (0);
    HW_ARENA_LIST(ARENA_USED)
#undef ARENA_USED
    if (ret_used_percent != NULL)
        *ret_used_percent = (unsigned)(used * 100 / most);
    return used < most;
}

const struct hw_effect *hw_engine_effects(const struct hw_engine *engine, uint32_t *ret_count)
{
    *ret_count = engine->effects_count;
    return engine->effects;
}

/* ---- histories ---- */

uint32_t hw_history_next(struct hw_engine *engine, uint32_t handle, struct hw_history *ret_history)
{
    for (handle++; handle < engine->stays.count; handle++) {
        const struct hw_stay *stay = hw_stay_at(engine, handle);

        if (stay->leader != handle || stay->sealed)
            continue;
        hw_stay_fold(engine, handle, ret_history);
        ret_history->findings = hw_open_at(engine, stay->open)->findings;
        return handle;
    }
    return 0;
}

enum hw_status hw_history_find(
    struct hw_engine *engine, uint64_t reference, struct hw_history *ret_history)
{
    uint32_t stay = hw_stay_by_reference(engine, reference), leader;

    if (stay == 0)
        return HW_E_NOT_FOUND;
    leader = hw_stay_at(engine, stay)->leader;
    if (hw_stay_at(engine, leader)->sealed)
        return HW_E_NOT_FOUND;
    hw_stay_fold(engine, leader, ret_history);
    ret_history->findings = hw_open_at(engine, hw_stay_at(engine, leader)->open)->findings;
    if (hw_alert_standing(engine, hw_stay_at(engine, leader)->alerts, HW_ALERT_HOME_NOT_REFERRED))
        ret_history->findings |= UINT64_C(1) << HW_FINDING_HOME_NOT_REFERRED;
    return HW_OK;
}

/*
 * Of open stays the digest is made when it is asked for: a stay changes a thousand times before
 * somebody does.  Folding works in scratch and changes nothing.
 */
struct hw_hash hw_engine_history_digest(const struct hw_engine *engine)
{
    struct hw_hash digest = engine->root.history_digest;
    struct hw_history history;
    uint32_t handle = 0;

    while ((handle = hw_history_next((struct hw_engine *)engine, handle, &history)) != 0) {
        struct hw_hash hash = hw_history_hash((struct hw_engine *)engine, &history);

        digest.low += hash.low;
        digest.high += hash.high;
    }
    return digest;
}
