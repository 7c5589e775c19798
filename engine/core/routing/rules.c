#include "core/routing/rules.h"

#include "core/routing/match.h"
#include "core/routing/referral.h"
#include "core/routing/starts.h"
#include "core/routing/profile.h"
#include "core/services/service.h"

/* A start is looked for until this many days from when it is needed, of London (R9). */
enum { START_WITHIN_DAYS = 7 };

static const struct {
    const char *name, *words, *unless;
} rules[HW_RULES] = {
#define RULE_ROW(number, name, text, words)                                                        \
    [number] = {text, words, words "; to set that aside, name it in override: " text},
    HW_RULE_LIST(RULE_ROW)
#undef RULE_ROW
};

const char *hw_rule_name(enum hw_rule rule)
{
    return rule < HW_RULES ? rules[rule].name : NULL;
}

const char *hw_rule_words(enum hw_rule rule)
{
    return rule < HW_RULES ? rules[rule].words : NULL;
}

const char *hw_rule_unless(enum hw_rule rule)
{
    return rule < HW_RULES ? rules[rule].unless : NULL;
}

enum hw_rule hw_rule_named(struct hw_slice name)
{
    for (unsigned i = 1; i < HW_RULES; i++)
        if (rules[i].name != NULL && hw_slice_is(name, rules[i].name))
            return (enum hw_rule)i;
    return HW_RULE_NONE;
}

/* What is asked: may this service take this person?  What only some rules look at is found once. */
struct question {
    const struct hw_engine *engine;
    const struct hw_profile *profile;
    const struct hw_referral *referral; /* NULL: only the profile is asked about */
    const struct hw_service *service;
    uint32_t referral_handle, service_handle;
    int64_t start_ms; /* found by START */
};

static const struct hw_match *match_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, matches, hw_match, handle);
}

/* ---- the referral itself ---- */

static bool needs_unknown(struct question *question)
{
    return question->referral->needs_unknown;
}

static bool is_incomplete(struct question *question)
{
    const struct hw_referral *referral = question->referral;

    return referral->direction == 0 || referral->urgency_unknown ||
        (referral->direction == HW_STEP_DOWN && referral->pathway >= HW_P_NONE);
}

/* Back in hospital, or no longer ready to leave it (R15). */
static bool is_away(struct question *question)
{
    return hw_referral_is_away(question->referral);
}

static bool is_blocked(struct question *question)
{
    return (question->referral->held & HW_HELD_BY_WAIT) != 0;
}

static bool lacks_consent(struct question *question)
{
    uint32_t consent = question->referral->consent;

    return consent != 0 && consent != question->engine->text_consent_given &&
        consent != question->engine->text_best_interests;
}

/* ---- what the service is ---- */

static bool is_not_known(struct question *question)
{
    return !question->service->known;
}

static bool is_other_direction(struct question *question)
{
    return (question->service->directions & question->profile->direction) == 0;
}

static bool is_other_council(struct question *question)
{
    return !hw_service_lists(
        question->engine, question->service->councils, question->profile->council);
}

static bool is_other_zone(struct question *question)
{
    return hw_service_zone_rank(question->engine, question->service, question->profile->zone) == 0;
}

static bool is_other_pathway(struct question *question)
{
    return question->service->pathways != 0 && question->profile->pathway < HW_P_NONE &&
        (question->service->pathways >> question->profile->pathway & 1u) == 0;
}

/* Out of hospital, P2 and P3 never go home by proposal and P0 and P1 never to a new bed. */
static bool is_wrong_place(struct question *question)
{
    bool bed = hw_service_kind_is_bed(question->service->kind);

    if (question->profile->direction != HW_STEP_DOWN)
        return false;
    switch (question->profile->pathway) {
    case HW_P0:
    case HW_P1:
        return bed;
    case HW_P2:
    case HW_P3:
        return !bed;
    default:
        return true;
    }
}

static bool lacks_capability(struct question *question)
{
    return (question->profile->needs & ~question->service->capabilities) != 0;
}

static bool is_other_sex(struct question *question)
{
    return question->service->sex != HW_SEX_ANY && question->service->sex != question->profile->sex;
}

static bool is_other_funding(struct question *question)
{
    return question->service->funding != 0 &&
        !hw_service_lists(question->engine, question->service->funding, question->profile->funding);
}

/* ---- the two of them ---- */

static bool is_other_age(struct question *question)
{
    const struct hw_service *service = question->service;
    int age = question->referral->age_years;

    if (age < 0)
        return service->age_from > 0 || service->age_to < UINT16_MAX;
    return age < service->age_from || age > service->age_to;
}

static bool has_link(const struct question *question, enum hw_link_kind kind)
{
    const struct hw_engine *engine = question->engine;

    for (uint32_t at = question->referral->links; at != 0;
         at = HW_AT(engine, links, hw_link, at)->next) {
        const struct hw_link *link = HW_AT(engine, links, hw_link, at);

        if (link->kind == kind && link->code == question->service->code &&
            link->until_ms > engine->root.accepted_ms)
            return true;
    }
    return false;
}

static bool is_refused(struct question *question)
{
    return has_link(question, HW_LINK_REFUSED);
}

static bool is_excluded(struct question *question)
{
    return has_link(question, HW_LINK_EXCLUDED);
}

/* What was said of it holds for what was asked then, until somebody includes it again. */
static bool was_answered(const struct question *question, uint32_t states)
{
    const struct hw_referral *referral = question->referral;
    int32_t units =
        hw_rule_units(question->engine, question->referral_handle, question->service_handle);

    for (uint32_t at = referral->matches; at != 0;
         at = match_at(question->engine, at)->referral_next) {
        const struct hw_match *match = match_at(question->engine, at);

        if (match->service == question->service_handle && !match->forgiven &&
            match->needs == referral->needs && match->pathway == referral->pathway &&
            match->units == units && (states >> match->state & 1u) != 0)
            return true;
    }
    return false;
}

/* It said no itself, or handed the person back. */
static bool has_declined(struct question *question)
{
    return was_answered(
        question, UINT32_C(1) << HW_MATCH_DECLINED | UINT32_C(1) << HW_MATCH_HANDED_BACK);
}

/* A person said no to it; it was never asked. */
static bool is_rejected(struct question *question)
{
    return was_answered(question, UINT32_C(1) << HW_MATCH_REJECTED);
}

static bool is_suspended(struct question *question)
{
    return question->service->suspended;
}

/* ---- what is free ---- */

int32_t hw_rule_units(const struct hw_engine *engine, uint32_t referral, uint32_t service)
{
    const struct hw_referral *record = HW_AT(engine, referrals, hw_referral, referral);

    if (HW_AT(engine, services, hw_service, service)->unit != HW_UNIT_HOURS)
        return 1;
    return record->units > 0 ? record->units : 1;
}

static bool is_too_little(const struct question *question, int32_t room)
{
    return room <
        hw_rule_units(question->engine, question->referral_handle, question->service_handle);
}

static bool has_no_room(struct question *question)
{
    return is_too_little(question, hw_service_free(question->service));
}

static bool is_reserved(struct question *question)
{
    const struct hw_service *service = question->service;

    return question->referral->direction == HW_STEP_DOWN && service->step_up_reserve > 0 &&
        is_too_little(question, hw_service_free(service) - service->step_up_reserve);
}

static int64_t latest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The first moment it could begin: wanted, open, and with a start free that day. */
static bool has_no_start(struct question *question)
{
    const struct hw_engine *engine = question->engine;
    const struct hw_referral *referral = question->referral;
    const struct hw_service *service = question->service;
    int64_t now = engine->root.accepted_ms;
    int64_t wanted = latest(latest(now, referral->not_before_ms), referral->needed_from_ms);
    /* Where it was not said from when it is needed, not before it may begin. */
    int64_t needed = latest(now,
        referral->needed_from_ms != HW_TIME_NONE ? referral->needed_from_ms
                                                 : referral->not_before_ms);
    int32_t last = hw_london_day(needed) + START_WITHIN_DAYS;
    int64_t at = hw_hours_next(&service->hours, wanted);

    while (at != HW_TIME_OPEN && hw_london_day(at) <= last) {
        int32_t day = hw_london_day(at);

        if (service->starts_per_day <= 0 ||
            hw_starts_on(engine, service, day) < (uint32_t)service->starts_per_day) {
            question->start_ms = at;
            return false;
        }
        at = hw_hours_next(&service->hours, hw_london_midnight(day + 1));
    }
    return true;
}

/* ---- the table: in the order they are asked ---- */

enum { OF_REFERRAL = 1, OF_PROFILE = 2, OF_CHOICE = 4, OF_MOMENT = 8 };

static const struct {
    enum hw_rule rule;
    unsigned of;
    bool (*in_way)(struct question *question);
} asks[] = {
    {HW_RULE_NEEDS_UNKNOWN, OF_REFERRAL, needs_unknown},
    {HW_RULE_NOT_READY_TO_MATCH, OF_REFERRAL, is_incomplete},
    {HW_RULE_AWAY, OF_REFERRAL, is_away},
    {HW_RULE_BLOCKED, OF_REFERRAL, is_blocked},
    {HW_RULE_CONSENT, OF_REFERRAL, lacks_consent},
    {HW_RULE_INCOMPLETE_SERVICE, OF_PROFILE, is_not_known},
    {HW_RULE_DIRECTION, OF_PROFILE, is_other_direction},
    {HW_RULE_COUNCIL, OF_PROFILE, is_other_council},
    {HW_RULE_ZONE, OF_PROFILE, is_other_zone},
    {HW_RULE_PATHWAY, OF_PROFILE, is_other_pathway},
    {HW_RULE_HOME_OR_BED, OF_PROFILE, is_wrong_place},
    {HW_RULE_NEEDS, OF_PROFILE, lacks_capability},
    {HW_RULE_SEX, OF_PROFILE, is_other_sex},
    {HW_RULE_FUNDING, OF_PROFILE, is_other_funding},
    {HW_RULE_AGE, OF_CHOICE, is_other_age},
    {HW_RULE_REFUSED, OF_CHOICE, is_refused},
    {HW_RULE_EXCLUDED, OF_CHOICE, is_excluded},
    {HW_RULE_DECLINED, OF_MOMENT, has_declined},
    {HW_RULE_REJECTED, OF_MOMENT, is_rejected},
    {HW_RULE_SUSPENDED, OF_MOMENT, is_suspended},
    {HW_RULE_UNITS, OF_MOMENT, has_no_room},
    {HW_RULE_RESERVE, OF_MOMENT, is_reserved},
    {HW_RULE_START, OF_MOMENT, has_no_start},
};

static enum hw_rule first_of(struct question *question, unsigned of)
{
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++)
        if ((asks[i].of & of) != 0 && asks[i].in_way(question))
            return asks[i].rule;
    return HW_RULE_NONE;
}

static struct question question_of(
    const struct hw_engine *engine, uint32_t referral, uint32_t service)
{
    return (struct question){
        .engine = engine,
        .referral = referral == 0 ? NULL : HW_AT(engine, referrals, hw_referral, referral),
        .service = service == 0 ? NULL : HW_AT(engine, services, hw_service, service),
        .referral_handle = referral,
        .service_handle = service,
    };
}

bool hw_rule_has_declined(const struct hw_engine *engine, uint32_t referral, uint32_t service)
{
    struct question question = question_of(engine, referral, service);

    return has_declined(&question) || is_rejected(&question);
}

enum hw_rule hw_rule_of_profile(
    const struct hw_engine *engine, const struct hw_profile *profile, uint32_t service)
{
    struct question question = question_of(engine, 0, service);

    question.profile = profile;
    return first_of(&question, OF_PROFILE);
}

enum hw_rule hw_rule_of_waiting(const struct hw_engine *engine, uint32_t referral)
{
    struct question question = question_of(engine, referral, 0);

    return first_of(&question, OF_REFERRAL);
}

enum hw_rule hw_rule_of_referral(
    const struct hw_engine *engine, uint32_t referral, uint32_t service, int64_t *ret_start_ms)
{
    struct question question = question_of(engine, referral, service);
    enum hw_rule rule = first_of(&question, OF_CHOICE | OF_MOMENT);

    if (rule == HW_RULE_NONE)
        *ret_start_ms = question.start_ms;
    return rule;
}

static uint32_t all_of(
    const struct hw_engine *engine, uint32_t referral, uint32_t service, unsigned of)
{
    struct question question = question_of(engine, referral, service);
    const struct hw_profile profile = hw_profile_like(question.referral);
    uint32_t bits = 0;

    question.profile = &profile;
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++)
        if ((asks[i].of & of) != 0 && asks[i].in_way(&question))
            bits |= UINT32_C(1) << asks[i].rule;
    return bits;
}

uint32_t hw_rules_between(const struct hw_engine *engine, uint32_t referral, uint32_t service)
{
    return all_of(engine, referral, service, OF_REFERRAL | OF_PROFILE | OF_CHOICE | OF_MOMENT);
}

uint32_t hw_rules_lasting(const struct hw_engine *engine, uint32_t referral, uint32_t service)
{
    return all_of(engine, referral, service, OF_PROFILE | OF_CHOICE);
}

enum hw_rule hw_rule_first(uint32_t bits)
{
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++)
        if ((bits >> asks[i].rule & 1u) != 0)
            return asks[i].rule;
    return HW_RULE_NONE;
}
