#include "codec/cloudevents/types.h"

#define F(text, form, field, required)                                                             \
    {                                                                                              \
        text, HW_CE_##form, HW_FIELD_##field, required                                             \
    }
#define END                                                                                        \
    {                                                                                              \
        .name = NULL                                                                               \
    }
/* Forms that go to no field name the first: it is not looked at. */
#define SPELL            F("spell", SPELL, SITE, true)
#define PERSON(required) F("person", PERSON, SITE, required)
#define REFERRAL         F("referral", REFERRAL, REFERRAL, true)
#define SERVICE          F("service", CODE, SERVICE, true)
#define AT               F("at", AT, SITE, false)
#define BY               F("reason", CODE, REASON, false), F("note", TEXT, NOTE, false)

static const struct hw_ce_field admitted[] = {PERSON(true), SPELL, F("site", CODE, SITE, true),
    F("ward", CODE, WARD, false), F("bed", CODE, BED, false),
    F("admitted_at", TIME, ADMITTED_AT, false), F("method", CODE, METHOD, false),
    F("class", CODE, CLASS, false), F("specialty", CODE, SPECIALTY, false),
    F("expected_discharge", TIME, EXPECTED_DISCHARGE, false), F("council", CODE, COUNCIL, false),
    END};
static const struct hw_ce_field moved[] = {SPELL, PERSON(false), F("site", CODE, SITE, false),
    F("ward", CODE, WARD, false), F("bed", CODE, BED, false), F("class", CODE, CLASS, false), END};
static const struct hw_ce_field updated[] = {SPELL, PERSON(false), F("site", CODE, SITE, false),
    F("ward", CODE, WARD, false), F("bed", CODE, BED, false), F("class", CODE, CLASS, false),
    F("specialty", CODE, SPECIALTY, false), F("admitted_at", TIME, ADMITTED_AT, false),
    F("discharged_at", TIME, DISCHARGED_AT, false),
    F("expected_discharge", TIME, EXPECTED_DISCHARGE, false), F("pathway", CODE, PATHWAY, false),
    F("council", CODE, COUNCIL, false), F("zone", CODE, ZONE, false), END};
static const struct hw_ce_field discharged[] = {SPELL, PERSON(false),
    F("destination", CODE, DESTINATION, false), F("method", CODE, DISCHARGE_METHOD, false),
    F("discharged_at", TIME, DISCHARGED_AT, false), END};
static const struct hw_ce_field spell_only[] = {SPELL, PERSON(false), END};
static const struct hw_ce_field criteria[] = {SPELL, PERSON(false), F("meets", BOOL, MEETS, true),
    F("reason", CODE, CRITERIA_REASON, false), F("reviewed_at", TIME, REVIEWED_AT, false), END};
static const struct hw_ce_field ready[] = {SPELL, PERSON(false),
    F("ready_at", TIME, READY_AT, false), F("pathway", CODE, PATHWAY, false), END};
static const struct hw_ce_field reason[] = {SPELL, PERSON(false), F("reason", CODE, REASON, true),
    F("responsible", CODE, RESPONSIBLE, false), END};
static const struct hw_ce_field wait_opened[] = {SPELL, PERSON(false), F("wait", CODE, WAIT, true),
    F("reason", CODE, REASON, true), F("responsible", CODE, RESPONSIBLE, false),
    F("owner", TEXT, OWNER, false), F("blocks", CODE, BLOCKS, false), END};
static const struct hw_ce_field wait_other[] = {
    SPELL, PERSON(false), F("wait", CODE, WAIT, true), F("reason", CODE, REASON, false), END};
static const struct hw_ce_field person_updated[] = {PERSON(true),
    F("council", CODE, COUNCIL, false), F("restricted", BOOL, RESTRICTED, false), END};
static const struct hw_ce_field person_merged[] = {PERSON(true), F("into", INTO, SITE, true), END};
static const struct hw_ce_field person_only[] = {PERSON(true), END};
static const struct hw_ce_field died[] = {PERSON(true), F("died_at", TIME, DIED_AT, true), END};
static const struct hw_ce_field referral[] = {REFERRAL, PERSON(true),
    F("direction", CODE, DIRECTION, true), F("spell", SPELL, SITE, false),
    F("hospital", CODE, SITE, false), F("ready_at", TIME, READY_AT, false),
    F("pathway", CODE, PATHWAY, false), F("needs", LIST, NEEDS, false),
    F("package", PACKAGE, PACKAGE, false), F("zone", CODE, ZONE, false),
    F("destination_postcode", POSTCODE, ZONE, false), F("council", CODE, COUNCIL, false),
    F("urgency", CODE, URGENCY, false), F("fast_track", BOOL, FAST_TRACK, false),
    F("units", NUMBER, UNITS, false), F("needed_from", TIME, NEEDED_FROM, false),
    F("not_before", TIME, NOT_BEFORE, false), F("preferred", LIST, PREFERRED, false),
    F("refused", LIST, REFUSED, false), F("consent", CODE, CONSENT, false),
    F("funding", CODE, FUNDING, false), END};
static const struct hw_ce_field referral_updated[] = {REFERRAL, PERSON(false),
    F("direction", CODE, DIRECTION, false), F("spell", SPELL, SITE, false),
    F("hospital", CODE, SITE, false), F("pathway", CODE, PATHWAY, false),
    F("needs", LIST, NEEDS, false), F("package", PACKAGE, PACKAGE, false),
    F("zone", CODE, ZONE, false), F("destination_postcode", POSTCODE, ZONE, false),
    F("council", CODE, COUNCIL, false), F("urgency", CODE, URGENCY, false),
    F("fast_track", BOOL, FAST_TRACK, false), F("units", NUMBER, UNITS, false),
    F("needed_from", TIME, NEEDED_FROM, false), F("not_before", TIME, NOT_BEFORE, false),
    F("preferred", LIST, PREFERRED, false), F("refused", LIST, REFUSED, false),
    F("consent", CODE, CONSENT, false), F("funding", CODE, FUNDING, false), END};
static const struct hw_ce_field withdrawn[] = {REFERRAL, F("reason", CODE, REASON, false), END};
static const struct hw_ce_field contact[] = {REFERRAL, F("at", AT, SITE, true), END};
static const struct hw_ce_field answered[] = {F("offer", OFFER, OFFER, true),
    F("version", NUMBER, VERSION, true), F("answer", CODE, ANSWER, true),
    F("starts_at", TIME, STARTS_AT, false), F("by", TEXT, BY, false),
    F("reason", CODE, REASON, false), F("service", CODE, SERVICE, false), END};
static const struct hw_ce_field placement[] = {REFERRAL, SERVICE, PERSON(false), AT,
    F("units", NUMBER, UNITS, false), F("outcome", CODE, OUTCOME, false),
    F("ready_to_leave", SAYS, DETAIL, false), F("onward", CODE, DESTINATION, false), END};
static const struct hw_ce_field capacity[] = {SERVICE, F("capacity", NUMBER, UNITS, true),
    F("declared_at", TIME, REVIEWED_AT, false), F("from", TIME, STARTS_AT, false), END};
static const struct hw_ce_field service_only[] = {SERVICE, F("reason", CODE, REASON, false), END};

/* Decisions of people. */
static const struct hw_ce_field mode[] = {F("scope", CODE, DETAIL, true),
    F("mode", CODE, ANSWER, true), F("until", TIME, UNTIL, false), BY, END};
static const struct hw_ce_field proposal[] = {F("proposal", OFFER, OFFER, true),
    F("version", NUMBER, VERSION, true), F("until", TIME, UNTIL, false), BY, END};
static const struct hw_ce_field offer_made[] = {REFERRAL, SERVICE,
    F("starts_at", TIME, STARTS_AT, false), F("override", LIST, DETAIL, false), BY, END};
static const struct hw_ce_field offer[] = {F("offer", OFFER, OFFER, true),
    F("version", NUMBER, VERSION, true), F("until", TIME, UNTIL, false), BY, END};
static const struct hw_ce_field offer_answered[] = {F("offer", OFFER, OFFER, true),
    F("version", NUMBER, VERSION, true), F("answer", CODE, ANSWER, true),
    F("starts_at", TIME, STARTS_AT, false), F("channel", CODE, DETAIL, false), BY, END};
static const struct hw_ce_field about_referral[] = {
    REFERRAL, F("until", TIME, UNTIL, false), BY, END};
static const struct hw_ce_field referral_service[] = {
    REFERRAL, SERVICE, F("until", TIME, UNTIL, false), BY, END};
static const struct hw_ce_field priority[] = {REFERRAL, F("due", TIME, UNTIL, true), BY, END};

static const struct hw_ce_type types[] = {
    {HW_KIND_SPELL_ADMITTED, admitted},
    {HW_KIND_SPELL_MOVED, moved},
    {HW_KIND_SPELL_UPDATED, updated},
    {HW_KIND_SPELL_DISCHARGED, discharged},
    {HW_KIND_SPELL_ADMISSION_CANCELLED, spell_only},
    {HW_KIND_SPELL_MOVE_CANCELLED, spell_only},
    {HW_KIND_SPELL_DISCHARGE_CANCELLED, spell_only},
    {HW_KIND_SPELL_LEAVE_STARTED, spell_only},
    {HW_KIND_SPELL_LEAVE_ENDED, spell_only},
    {HW_KIND_SPELL_CRITERIA_TO_RESIDE, criteria},
    {HW_KIND_SPELL_DISCHARGE_READY, ready},
    {HW_KIND_SPELL_DELAY_REASON, reason},
    {HW_KIND_WAIT_OPENED, wait_opened},
    {HW_KIND_WAIT_VERIFIED, wait_other},
    {HW_KIND_WAIT_CLOSED, wait_other},
    {HW_KIND_PERSON_UPDATED, person_updated},
    {HW_KIND_PERSON_MERGED, person_merged},
    {HW_KIND_PERSON_UNMERGED, person_only},
    {HW_KIND_PERSON_DIED, died},
    {HW_KIND_PERSON_DEATH_WITHDRAWN, person_only},
    {HW_KIND_NOTICE_ASSESSMENT, spell_only},
    {HW_KIND_NOTICE_DISCHARGE, spell_only},
    {HW_KIND_REFERRAL_RECEIVED, referral},
    {HW_KIND_REFERRAL_UPDATED, referral_updated},
    {HW_KIND_REFERRAL_WITHDRAWN, withdrawn},
    {HW_KIND_CONTACT_FIRST, contact},
    {HW_KIND_OFFER_ANSWERED, answered},
    {HW_KIND_PLACEMENT_STARTED, placement},
    {HW_KIND_PLACEMENT_UNITS_CHANGED, placement},
    {HW_KIND_PLACEMENT_REVIEWED, placement},
    {HW_KIND_PLACEMENT_ENDED, placement},
    {HW_KIND_SERVICE_CAPACITY, capacity},
    {HW_KIND_SERVICE_SUSPENDED, service_only},
    {HW_KIND_SERVICE_RESUMED, service_only},
    {HW_KIND_DECIDE_ROUTING_MODE, mode},
    {HW_KIND_DECIDE_PROPOSAL_APPROVED, proposal},
    {HW_KIND_DECIDE_PROPOSAL_REJECTED, proposal},
    {HW_KIND_DECIDE_OFFER_MADE, offer_made},
    {HW_KIND_DECIDE_OFFER_EXTENDED, offer},
    {HW_KIND_DECIDE_OFFER_WITHDRAWN, offer},
    {HW_KIND_DECIDE_OFFER_ANSWERED, offer_answered},
    {HW_KIND_DECIDE_REFERRAL_HELD, about_referral},
    {HW_KIND_DECIDE_REFERRAL_RELEASED, about_referral},
    {HW_KIND_DECIDE_REFERRAL_PINNED, referral_service},
    {HW_KIND_DECIDE_REFERRAL_UNPINNED, referral_service},
    {HW_KIND_DECIDE_REFERRAL_EXCLUDED, referral_service},
    {HW_KIND_DECIDE_REFERRAL_INCLUDED, referral_service},
    {HW_KIND_DECIDE_REFERRAL_PRIORITY, priority},
    {HW_KIND_DECIDE_ALERT_ACKNOWLEDGED, about_referral},
};

const struct hw_ce_type *hw_ce_type_of(enum hw_kind kind)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].kind == kind)
            return &types[i];
    return NULL;
}

unsigned hw_ce_types_count(void)
{
    return sizeof types / sizeof *types;
}

const struct hw_ce_type *hw_ce_type_at(unsigned index)
{
    HW_ASSERT(index < hw_ce_types_count());
    return &types[index];
}
