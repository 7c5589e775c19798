#include "codec/cloudevents/rows.h"

/* Every decision may say why (CONTRACT 3.3); who made it is the link's to say. */
#define WHY                                                                                        \
    F("reason", CODE, REASON, OPTIONAL, NULL, "why, in a word or code"),                           \
        F("note", TEXT, NOTE, OPTIONAL, NULL, "why, in words of your own"), END
#define UNTIL(need, saying) F("until", TIME, UNTIL, need, NULL, saying)
#define WHICH(name)                                                                                \
    F(name, OFFER, OFFER, REQUIRED, NULL, "which one: its reference"),                             \
        F("version", NUMBER, VERSION, REQUIRED, NULL, "the version you saw")

static const struct hw_ce_field mode[] = {
    F("scope", CODE, DETAIL, REQUIRED, NULL,
        "all; or service:CODE, site:, zone:, council:, pathway:, direction:"),
    F("mode", CODE, ANSWER, REQUIRED, "observe|propose|offer|paused", "what the engine may do"),
    UNTIL(OPTIONAL, "then the wider scope holds again"), WHY};
static const struct hw_ce_field approved[] = {
    WHICH("proposal"), UNTIL(OPTIONAL, "when the offer ends unanswered"), WHY};
static const struct hw_ce_field rejected[] = {WHICH("proposal"), WHY};
static const struct hw_ce_field made[] = {REFERRAL(REQUIRED), SERVICE,
    F("starts_at", TIME, STARTS_AT, OPTIONAL, NULL, "when support is to begin"),
    F("override", LIST, DETAIL, OPTIONAL, NULL, "rules you set aside, by name"), WHY};
static const struct hw_ce_field extended[] = {
    WHICH("offer"), UNTIL(REQUIRED, "the new end of its time"), WHY};
static const struct hw_ce_field offer[] = {WHICH("offer"), WHY};
static const struct hw_ce_field answered[] = {WHICH("offer"),
    F("answer", CODE, ANSWER, REQUIRED, WORDS_ANSWERS, "what the provider said"),
    F("starts_at", TIME, STARTS_AT, OPTIONAL, NULL, "when support begins"),
    F("channel", CODE, DETAIL, OPTIONAL, NULL, "how it came: phone, e-mail"), WHY};
static const struct hw_ce_field held[] = {
    REFERRAL(REQUIRED), UNTIL(OPTIONAL, "then it comes back by itself"), WHY};
static const struct hw_ce_field referral_only[] = {REFERRAL(REQUIRED), WHY};
static const struct hw_ce_field with_service[] = {
    REFERRAL(REQUIRED), SERVICE, UNTIL(OPTIONAL, "then it no longer holds"), WHY};
static const struct hw_ce_field priority[] = {REFERRAL(REQUIRED),
    F("due", TIME, UNTIL, REQUIRED, NULL, "when it is due; never before a 2-hour referral"), WHY};
static const struct hw_ce_field identity[] = {
    F("person", WHOM, SITE, REQUIRED, NULL, "whom it is about"),
    F("other", WHOM_OTHER, SITE, REQUIRED, NULL, "the record it is, or is not, the same person as"),
    WHY};
static const struct hw_ce_field settled[] = {SPELL(REQUIRED), PERSON(OPTIONAL),
    F("reason", CODE, REASON, REQUIRED, hw_ce_reasons, "what they wait for"),
    F("responsible", CODE, RESPONSIBLE, REQUIRED, WORDS_SIDE, "whose the wait is"),
    F("note", TEXT, NOTE, OPTIONAL, NULL, "why, in words of your own"), END};
static const struct hw_ce_field alert[] = {
    F("alert", ALERT, OFFER, ONE_OF, NULL, "which one: its reference"),
    F("referral", REFERRAL, REFERRAL, ONE_OF, NULL, "all that stand about a request for support"),
    F("spell", SPELL, SITE, ONE_OF, NULL, "all that stand about a stay in hospital"),
    F("action", TEXT, ANSWER, OPTIONAL, NULL, "what is done about it"), WHY};
static const struct hw_ce_field report[] = {
    F("name", CODE, DETAIL, REQUIRED, NULL, "which report: sitrep, discharge-ready"),
    F("period", CODE, WAIT, REQUIRED, NULL, "the day or month it is of"),
    F("hash", CODE, ANSWER, OPTIONAL, NULL, "of what was sent"), WHY};

#define T(kind, name, fields, saying)                                                              \
    {                                                                                              \
        HW_KIND_DECIDE_##kind, name, saying, fields                                                \
    }

const struct hw_ce_type hw_ce_decisions[] = {
    T(ROUTING_MODE, "routing.mode", mode, "what the engine may do by itself in a scope"),
    T(PROPOSAL_APPROVED, "proposal.approved", approved, "the offer goes to the service"),
    T(PROPOSAL_REJECTED, "proposal.rejected", rejected, "not this service"),
    T(OFFER_MADE, "offer.made", made, "your own choice of service"),
    T(OFFER_EXTENDED, "offer.extended", extended, "more time to answer"),
    T(OFFER_WITHDRAWN, "offer.withdrawn", offer, "the offer no longer stands"),
    T(OFFER_ANSWERED, "offer.answered", answered, "what a provider told you"),
    T(REFERRAL_HELD, "referral.held", held, "nobody is asked for now; the clock runs on"),
    T(REFERRAL_RELEASED, "referral.released", referral_only, "it goes on"),
    T(REFERRAL_PINNED, "referral.pinned", with_service, "this service before others"),
    T(REFERRAL_UNPINNED, "referral.unpinned", with_service, "no longer before others"),
    T(REFERRAL_EXCLUDED, "referral.excluded", with_service, "never this service"),
    T(REFERRAL_INCLUDED, "referral.included", with_service, "this service again"),
    T(REFERRAL_PRIORITY, "referral.priority_set", priority, "due sooner or later than by rule"),
    T(IDENTITY_JOINED, "identity.joined", identity, "two records are one person"),
    T(IDENTITY_PARTED, "identity.parted", identity, "two records are two people"),
    T(REASON_SETTLED, "reason.settled", settled, "ends a disagreement about a delay"),
    T(ALERT_ACKNOWLEDGED, "alert.acknowledged", alert, "somebody looks after it"),
    T(REPORT_SENT, "report.sent", report, "freezes what was filed"),
};

unsigned hw_ce_decisions_count(void)
{
    return sizeof hw_ce_decisions / sizeof *hw_ce_decisions;
}
