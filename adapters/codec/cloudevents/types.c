#include "codec/cloudevents/types.h"

#include "codec/cloudevents/rows.h"
#include "homeward/reasons.h"

const char hw_ce_reasons[] = "";

/* ---- spells ---- */

#define CLASS     F("class", CODE, CLASS, OPTIONAL, WORDS_CLASS, "patient class of HL7 table 0004")
#define SPECIALTY F("specialty", CODE, SPECIALTY, OPTIONAL, NULL, "treatment function code")
#define PATHWAY   F("pathway", CODE, PATHWAY, OPTIONAL, WORDS_PATHWAY, "discharge pathway")
#define ADMITTED                                                                                   \
    F("admitted_at", TIME, ADMITTED_AT, OPTIONAL, NULL, "when it began, if not at time")
#define LEFT                                                                                       \
    F("discharged_at", TIME, DISCHARGED_AT, OPTIONAL, NULL, "when it ended, if not at time")
#define EXPECTED                                                                                   \
    F("expected_discharge", TIME, EXPECTED_DISCHARGE, OPTIONAL, NULL, "when they are to leave")
#define RESPONSIBLE F("responsible", CODE, RESPONSIBLE, OPTIONAL, WORDS_SIDE, "whose the wait is")

static const struct hw_ce_field admitted[] = {PERSON(REQUIRED), SPELL(REQUIRED), SITE(REQUIRED),
    WARD, BED, ADMITTED, F("method", CODE, METHOD, OPTIONAL, NULL, "method of admission"), CLASS,
    SPECIALTY, EXPECTED, COUNCIL, END};
static const struct hw_ce_field moved[] = {
    SPELL(REQUIRED), PERSON(OPTIONAL), SITE(OPTIONAL), WARD, BED, CLASS, END};
static const struct hw_ce_field updated[] = {SPELL(REQUIRED), PERSON(OPTIONAL), SITE(OPTIONAL),
    WARD, BED, ADMITTED, LEFT, F("method", CODE, METHOD, OPTIONAL, NULL, "method of admission"),
    CLASS, SPECIALTY, EXPECTED, PATHWAY, COUNCIL,
    F("zone", CODE, ZONE, OPTIONAL, NULL, "zone of the home"), END};
static const struct hw_ce_field discharged[] = {SPELL(REQUIRED), PERSON(OPTIONAL),
    F("destination", CODE, DESTINATION, OPTIONAL, NULL, "NHS discharge destination; 79: died"),
    F("method", CODE, DISCHARGE_METHOD, OPTIONAL, NULL, "NHS discharge method; 4: died"), LEFT,
    END};
static const struct hw_ce_field spell_only[] = {SPELL(REQUIRED), PERSON(OPTIONAL), END};
static const struct hw_ce_field criteria[] = {SPELL(REQUIRED), PERSON(OPTIONAL),
    F("meets", BOOL, MEETS, REQUIRED, NULL, "whether the criteria to reside are met"),
    F("reason", CODE, CRITERIA_REASON, OPTIONAL, "01|02|03|04|05|06|07|08|09|10|11|12",
        "which criterion is met"),
    F("reviewed_at", TIME, REVIEWED_AT, OPTIONAL, NULL, "when it was looked at, if not at time"),
    END};
static const struct hw_ce_field ready[] = {SPELL(REQUIRED), PERSON(OPTIONAL),
    F("ready_at", TIME, READY_AT, OPTIONAL, NULL, "when they were ready; null withdraws"), PATHWAY,
    END};
static const struct hw_ce_field delay_reason[] = {SPELL(REQUIRED), PERSON(OPTIONAL),
    F("reason", CODE, REASON, REQUIRED_OR_NULL, hw_ce_reasons, "what they wait for; null clears"),
    RESPONSIBLE, END};
static const struct hw_ce_field wait[] = {SPELL(REQUIRED), PERSON(OPTIONAL),
    F("wait", CODE, WAIT, REQUIRED, NULL, "id of the wait within its spell"),
    F("reason", CODE, REASON, REQUIRED, hw_ce_reasons, "what is waited for"), RESPONSIBLE,
    F("owner", TEXT, OWNER, OPTIONAL, NULL, "who is to end it"),
    F("blocks", CODE, BLOCKS, OPTIONAL, "offer|start", "what cannot go on before it ends"), END};
static const struct hw_ce_field notice[] = {SPELL(REQUIRED), PERSON(OPTIONAL),
    F("at", AT, SITE, REQUIRED, NULL, "when the notice was given"), END};
static const struct hw_ce_field census[] = {SITE(REQUIRED), WARD,
    F("spells", SPELLS, SITE, REQUIRED, NULL, "everybody who is there"),
    F("count", NUMBER, UNITS, REQUIRED, NULL, "how many: a list that was cut short is refused"),
    END};

/* ---- people ---- */

static const struct hw_ce_field person_updated[] = {PERSON(REQUIRED), COUNCIL,
    F("restricted", BOOL, RESTRICTED, OPTIONAL, NULL, "counted everywhere, named nowhere"), END};
static const struct hw_ce_field person_merged[] = {PERSON(REQUIRED),
    F("into", OTHER, SITE, REQUIRED, NULL, "who remains; the other's identifiers retire"), COUNCIL,
    F("restricted", BOOL, RESTRICTED, OPTIONAL, NULL, "counted everywhere, named nowhere"), END};
static const struct hw_ce_field person_died[] = {PERSON(REQUIRED),
    F("died_at", TIME, DIED_AT, REQUIRED, NULL, "when they died"), COUNCIL,
    F("restricted", BOOL, RESTRICTED, OPTIONAL, NULL, "counted everywhere, named nowhere"), END};

/* ---- referrals ---- */

#define PARTICULARS                                                                                \
    SPELL(OPTIONAL), F("hospital", CODE, SITE, OPTIONAL, NULL, "code of the hospital site"),       \
        F("ready_at", TIME, READY_AT, OPTIONAL, NULL, "when they are ready to leave"), PATHWAY,    \
        F("needs", LIST, NEEDS, OPTIONAL, WORDS_NEEDS, "what support has to give"),                \
        F("package", PACKAGE, PACKAGE, OPTIONAL, NULL, "visits a day, their length, carers"),      \
        F("destination_postcode", POSTCODE, ZONE, OPTIONAL, NULL, "where they will be"),           \
        F("zone", CODE, ZONE, OPTIONAL, NULL, "zone of where they will be, if known"), COUNCIL,    \
        F("urgency", CODE, URGENCY, OPTIONAL, "2h|2d|routine", "how soon"),                        \
        F("fast_track", BOOL, FAST_TRACK, OPTIONAL, NULL, "near the end of life"),                 \
        F("units", NUMBER, UNITS, OPTIONAL, NULL, "hours a week, where no package says them"),     \
        F("needed_from", TIME, NEEDED_FROM, OPTIONAL, NULL, "when support is needed"),             \
        F("not_before", TIME, NOT_BEFORE, OPTIONAL, NULL, "before it they cannot be taken"),       \
        F("preferred", LIST, PREFERRED, OPTIONAL, NULL, "codes of services they would like"),      \
        F("refused", LIST, REFUSED, OPTIONAL, NULL, "codes of services they will not have"),       \
        F("consent", CODE, CONSENT, OPTIONAL, "given|refused|pending|best_interests",              \
            "whether they agreed to be referred"),                                                 \
        F("funding", CODE, FUNDING, OPTIONAL, NULL, "who pays; a short code"),                     \
        F("new_client", SAYS, DETAIL, OPTIONAL, NULL, "whether they had no support before"), END

static const struct hw_ce_field received[] = {REFERRAL(REQUIRED), PERSON(REQUIRED),
    F("direction", CODE, DIRECTION, REQUIRED, "step_up|step_down",
        "to stay out of hospital, or to leave it"),
    PARTICULARS};
static const struct hw_ce_field referral_updated[] = {REFERRAL(REQUIRED), PERSON(OPTIONAL),
    F("direction", CODE, DIRECTION, OPTIONAL, "step_up|step_down",
        "to stay out of hospital, or to leave it"),
    PARTICULARS};
static const struct hw_ce_field withdrawn[] = {REFERRAL(REQUIRED), PERSON(OPTIONAL),
    F("reason", CODE, REASON, OPTIONAL, NULL, "why it is no longer wanted"), END};
static const struct hw_ce_field contact[] = {REFERRAL(REQUIRED), PERSON(OPTIONAL),
    F("at", AT, SITE, REQUIRED, NULL, "when somebody first spoke with or saw them"), END};

/* ---- answers and placements ---- */

static const struct hw_ce_field answered[] = {
    F("offer", OFFER, OFFER, REQUIRED, NULL, "which offer"),
    F("version", NUMBER, VERSION, REQUIRED, NULL, "its version, as it was told"),
    F("answer", CODE, ANSWER, REQUIRED, WORDS_ANSWERS, "what the provider says"),
    F("starts_at", TIME, STARTS_AT, OPTIONAL, NULL, "when support begins"),
    F("by", TEXT, BY, OPTIONAL, NULL, "who answered"),
    F("reason", CODE, REASON, OPTIONAL, NULL, "why it was declined or handed back"),
    F("service", CODE, SERVICE, OPTIONAL, NULL, "whose offer it is: another's is refused"), END};
static const struct hw_ce_field placement[] = {REFERRAL(REQUIRED), SERVICE, PERSON(OPTIONAL),
    F("at", AT, SITE, OPTIONAL, NULL, "when it happened, if not at time"),
    F("units", NUMBER, UNITS, OPTIONAL, NULL, "hours a week now"),
    F("outcome", CODE, OUTCOME, OPTIONAL, NULL, "how it ended"),
    F("ready_to_leave", SAYS, DETAIL, OPTIONAL, NULL, "whether the person could go on"),
    F("onward", CODE, DESTINATION, OPTIONAL, NULL, "where they go from here"), END};
static const struct hw_ce_field package[] = {PERSON(REQUIRED), SERVICE,
    F("units", NUMBER, UNITS, OPTIONAL, NULL, "hours a week"),
    F("held_until", TIME, UNTIL, OPTIONAL, NULL, "until when the provider keeps it open"), END};
static const struct hw_ce_field reviewed[] = {PERSON(REQUIRED),
    F("at", AT, SITE, REQUIRED, NULL, "when it was asked"),
    F("at_home", PAIR_FLAG, DETAIL, OPTIONAL, NULL, "whether they live at home"),
    F("place", CODE, DESTINATION, OPTIONAL, NULL, "where they are, if not at home"),
    F("contacted", PAIR_FLAG, DETAIL, OPTIONAL, NULL, "whether they could be reached"), END};

/* ---- services (CONTRACT 6) ---- */

#define DECLARED                                                                                   \
    F("declared_at", TIME, REVIEWED_AT, OPTIONAL, NULL, "when it was said, if not at time"),       \
        F("from", TIME, STARTS_AT, OPTIONAL, NULL, "from when it holds")

static const struct hw_ce_field capacity[] = {SERVICE,
    F("capacity", NUMBER, UNITS, REQUIRED, NULL, "how many people, beds or hours a week"), DECLARED,
    END};
static const struct hw_ce_field suspended[] = {
    SERVICE, F("reason", CODE, REASON, OPTIONAL, NULL, "why"), DECLARED, END};
static const struct hw_ce_field declared[] = {SERVICE,
    F("name", PAIR_TEXT, DETAIL, OPTIONAL, NULL, "its name"),
    F("provider", PAIR_TEXT, DETAIL, OPTIONAL, NULL, "who runs it"),
    F("commissioner", PAIR_TEXT, DETAIL, OPTIONAL, WORDS_SIDE, "who pays for it"),
    F("kind", PAIR_KIND, DETAIL, OPTIONAL, WORDS_KINDS, "what it is"),
    F("directions", PAIR_CODES, DETAIL, OPTIONAL, "step_up|step_down", "which way people come"),
    F("councils", PAIR_LIST, DETAIL, OPTIONAL, NULL, "whose people it takes; none: anybody's"),
    F("zones", PAIR_ZONES, DETAIL, OPTIONAL, NULL, "where it works; rank 1 goes first"),
    F("unit", PAIR_CHOICE, DETAIL, OPTIONAL, "slots|beds|hours_per_week", "what is counted"),
    F("capacity", NUMBER, UNITS, OPTIONAL, NULL, "how many people, beds or hours a week"),
    F("basis", PAIR_CHOICE, DETAIL, OPTIONAL, "managed|declared",
        "managed: all use passes through here; declared: free as told"),
    F("capacity_ttl", PAIR_MINUTES, DETAIL, OPTIONAL, NULL, "how long capacity is believed"),
    F("capabilities", PAIR_CODES, DETAIL, OPTIONAL, WORDS_NEEDS, "what it can give"),
    F("pathways", PAIR_CODES, DETAIL, OPTIONAL, WORDS_PATHWAY, "which it takes; none: any"),
    F("funding", PAIR_LIST, DETAIL, OPTIONAL, NULL, "which it takes; none: any"),
    F("starts_per_day", PAIR_COUNT, DETAIL, OPTIONAL, NULL, "people a day; 0: any number"),
    F("max_stay", PAIR_MINUTES, DETAIL, OPTIONAL, NULL, "then a placement is past its review"),
    F("proposal_ttl", PAIR_MINUTES, DETAIL, OPTIONAL, NULL, "how long a proposal holds its place"),
    F("offer_ttl", PAIR_MINUTES, DETAIL, OPTIONAL, NULL, "how long it has to answer"),
    F("answer_hours", PAIR_HOURS, DETAIL, OPTIONAL, NULL, "such as Mo-Fr 08:00-18:00, or 24/7"),
    F("hours", PAIR_HOURS, DETAIL, OPTIONAL, NULL, "when somebody can start; as answer_hours"),
    F("offers_at_once", PAIR_COUNT, DETAIL, OPTIONAL, NULL, "services of a kind asked at a time"),
    F("auto_accept", PAIR_FLAG, DETAIL, OPTIONAL, NULL, "an in-house service that says yes"),
    F("step_up_reserve", PAIR_COUNT, DETAIL, OPTIONAL, NULL, "units kept for people at home"),
    F("suspend_hold", PAIR_MINUTES, DETAIL, OPTIONAL, NULL, "how long a place is kept"),
    F("cost_per_day", PAIR_PENCE, DETAIL, OPTIONAL, NULL, "shown; used only if so configured"),
    F("age", PAIR_AGES, DETAIL, OPTIONAL, NULL, "whom it is for, in years"),
    F("sex", PAIR_CHOICE, DETAIL, OPTIONAL, "any|female|male", "whom its places are for"), DECLARED,
    END};

/* ---- the table ---- */

#define T(kind, name, fields, saying)                                                              \
    {                                                                                              \
        HW_KIND_##kind, name, saying, fields                                                       \
    }

static const struct hw_ce_type types[] = {
    T(SPELL_ADMITTED, "spell.admitted", admitted, "somebody came into hospital"),
    T(SPELL_MOVED, "spell.moved", moved, "they are in another ward, bed or site"),
    T(SPELL_UPDATED, "spell.updated", updated, "what changed; what is absent stays"),
    T(SPELL_DISCHARGED, "spell.discharged", discharged, "they left hospital"),
    T(SPELL_ADMISSION_CANCELLED, "spell.admission_cancelled", spell_only, "they never came"),
    T(SPELL_MOVE_CANCELLED, "spell.move_cancelled", spell_only, "they never moved"),
    T(SPELL_DISCHARGE_CANCELLED, "spell.discharge_cancelled", spell_only, "they never left"),
    T(SPELL_LEAVE_STARTED, "spell.leave_started", spell_only, "they are out on leave"),
    T(SPELL_LEAVE_ENDED, "spell.leave_ended", spell_only, "they are back from leave"),
    T(SPELL_CRITERIA_TO_RESIDE, "spell.criteria_to_reside", criteria, "a daily review"),
    T(SPELL_DISCHARGE_READY, "spell.discharge_ready", ready, "ready to leave, or no longer"),
    T(SPELL_DELAY_REASON, "spell.delay_reason", delay_reason, "why they are still there"),
    T(WAIT_OPENED, "wait.opened", wait, "something is waited for"),
    T(WAIT_VERIFIED, "wait.verified", wait, "it is still waited for"),
    T(WAIT_CLOSED, "wait.closed", wait, "it is no longer waited for"),
    T(CENSUS_TAKEN, "census.taken", census, "who is in a ward, counted by walking round"),
    T(PERSON_UPDATED, "person.updated", person_updated, "what is known of somebody"),
    T(PERSON_MERGED, "person.merged", person_merged, "two records are one person"),
    T(PERSON_UNMERGED, "person.unmerged", person_updated, "the latest merge was wrong"),
    T(PERSON_DIED, "person.died", person_died, "somebody died"),
    T(PERSON_DEATH_WITHDRAWN, "person.death_withdrawn", person_updated, "they had not died"),
    T(REFERRAL_RECEIVED, "referral.received", received, "support is asked for"),
    T(REFERRAL_UPDATED, "referral.updated", referral_updated, "what changed; what is absent stays"),
    T(REFERRAL_WITHDRAWN, "referral.withdrawn", withdrawn, "support is no longer asked for"),
    T(CONTACT_FIRST, "contact.first", contact, "the 2-hour and 2-day clocks stop"),
    T(OFFER_ANSWERED, "offer.answered", answered, "a provider answers an offer"),
    T(PLACEMENT_STARTED, "placement.started", placement, "support began"),
    T(PLACEMENT_UNITS_CHANGED, "placement.units_changed", placement, "more or less of it"),
    T(PLACEMENT_REVIEWED, "placement.reviewed", placement, "whether they could go on"),
    T(PLACEMENT_ENDED, "placement.ended", placement, "support ended"),
    T(PACKAGE_SUSPENDED, "package.suspended", package, "care they had before is interrupted"),
    T(PACKAGE_LAPSED, "package.lapsed", package, "it is no longer kept open"),
    T(PACKAGE_RESTARTED, "package.restarted", package, "it goes on"),
    T(SERVICE_DECLARED, "service.declared", declared, "what a service is; what is absent stays"),
    T(SERVICE_CAPACITY, "service.capacity", capacity, "how much there is of it"),
    T(SERVICE_SUSPENDED, "service.suspended", suspended, "it takes nobody for now"),
    T(SERVICE_RESUMED, "service.resumed", suspended, "it takes people again"),
    T(OUTCOME_REVIEWED, "outcome.reviewed", reviewed, "where they are, 91 days on"),
    T(NOTICE_ASSESSMENT, "notice.assessment", notice, "an assessment notice was given"),
    T(NOTICE_DISCHARGE, "notice.discharge", notice, "a discharge notice was given"),
};

unsigned hw_ce_events_count(void)
{
    return sizeof types / sizeof *types;
}

unsigned hw_ce_types_count(void)
{
    return hw_ce_events_count() + hw_ce_decisions_count();
}

const struct hw_ce_type *hw_ce_type_at(unsigned index)
{
    HW_ASSERT(index < hw_ce_types_count());
    return index < hw_ce_events_count() ? &types[index]
                                        : &hw_ce_decisions[index - hw_ce_events_count()];
}

const struct hw_ce_type *hw_ce_type_of(enum hw_kind kind)
{
    for (unsigned i = 0; i < hw_ce_types_count(); i++)
        if (hw_ce_type_at(i)->kind == kind)
            return hw_ce_type_at(i);
    return NULL;
}

static const struct hw_ce_type *named(struct hw_slice name, unsigned first, unsigned end)
{
    for (unsigned i = first; i < end; i++)
        if (hw_slice_is(name, hw_ce_type_at(i)->name))
            return hw_ce_type_at(i);
    return NULL;
}

const struct hw_ce_type *hw_ce_event_named(struct hw_slice name)
{
    return named(name, 0, hw_ce_events_count());
}

const struct hw_ce_type *hw_ce_decision_named(struct hw_slice name)
{
    return named(name, hw_ce_events_count(), hw_ce_types_count());
}

const char *hw_ce_form_words(enum hw_ce_form form)
{
    static const char *const words[] = {
#define FORM_WORDS(name, words) [HW_CE_##name] = words,
        HW_CE_FORM_LIST(FORM_WORDS)
#undef FORM_WORDS
    };

    HW_ASSERT(form < HW_CE_FORMS);
    return words[form];
}

bool hw_ce_code_is_known(const char *codes, struct hw_slice text)
{
    if (codes == NULL)
        return true;
    if (codes == hw_ce_reasons)
        return hw_reason_find(text) != NULL;
    while (*codes != '\0') {
        size_t size = strcspn(codes, "|");

        if (size > 0 && hw_slice_equal(hw_slice_of(codes, size), text))
            return true;
        codes += codes[size] == '\0' ? size : size + 1;
    }
    return false;
}
