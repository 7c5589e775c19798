/*
 * routing.h - people matched to Home First capacity: services, referrals, proposals, offers and
 * placements as they stand (CONTRACT R8-R16, 5, 6).
 *
 * The engine proposes; a named person decides.  Everything here reads; what changes state are
 * records: referrals, answers and decisions of people, and the engine's own decisions, which are
 * journaled behind what caused them (hw_engine_decided).  Texts are borrowed until the next apply.
 */
#ifndef HOMEWARD_ROUTING_H
#define HOMEWARD_ROUTING_H

#include "homeward/engine.h"
#include "homeward/figures.h"
#include "homeward/services.h"

/*
 * The rules that can stand between a referral and a service, in the order they are asked (R9):
 * number, NAME, name, what is told a nurse.  Of several the first is told.  22 is no rule: a place
 * that is free goes to whoever is first at once, so nobody earlier is ever in the way.
 */
#define HW_RULE_LIST(X)                                                                            \
    X(1, NEEDS_UNKNOWN, "needs_unknown", "something the person needs is in no list")               \
    X(2, NOT_READY_TO_MATCH, "incomplete", "the referral does not say enough yet")                 \
    X(3, INCOMPLETE_SERVICE, "service_incomplete", "its kind or unit is not known")                \
    X(4, DIRECTION, "direction", "it does not take people this way")                               \
    X(5, COUNCIL, "council", "it does not work for the responsible council")                       \
    X(6, ZONE, "zone", "it does not reach where the person will be")                               \
    X(7, PATHWAY, "pathway", "it does not take this pathway")                                      \
    X(8, HOME_OR_BED, "home_or_bed", "the pathway as decided is not for this kind of place")       \
    X(9, NEEDS, "needs", "it cannot give all that the person needs")                               \
    X(10, SEX, "sex", "its place is not for the person's sex")                                     \
    X(11, FUNDING, "funding", "it does not take this funding")                                     \
    X(12, AGE, "age", "it is not for the person's age")                                            \
    X(13, REFUSED, "refused", "the person has refused it")                                         \
    X(14, EXCLUDED, "excluded", "somebody has excluded it")                                        \
    X(15, DECLINED, "declined", "it has declined this person")                                     \
    X(16, SUSPENDED, "suspended", "it takes nobody at present")                                    \
    X(17, BLOCKED, "blocked", "an open wait has to end before an offer")                           \
    X(18, CONSENT, "consent", "there is no consent yet")                                           \
    X(19, UNITS, "units", "it has no room")                                                        \
    X(20, RESERVE, "reserve", "what is free is kept for people at home")                           \
    X(21, START, "start", "no start is free soon enough")                                          \
    X(23, AWAY, "away", "the person is back in hospital, or no longer ready to leave it")          \
    X(24, PAUSED, "paused", "it is paused there: nothing is proposed or offered")                  \
    X(25, OBSERVED, "observed", "it is only observed there: nothing is proposed or offered")       \
    X(26, REJECTED, "rejected", "somebody has rejected it for this person")

enum hw_rule {
    HW_RULE_NONE,
#define HW_RULE_ENUM(number, name, text, words) HW_RULE_##name = number,
    HW_RULE_LIST(HW_RULE_ENUM)
#undef HW_RULE_ENUM
        HW_RULES
};

const char *hw_rule_name(enum hw_rule rule);
const char *hw_rule_words(enum hw_rule rule);

/*
 * What the engine has decided and wants journaled next: borrowed until the next apply; NULL when
 * it has nothing to say.  Whoever applies records applies this one next, encoded with the next
 * sequence and the accepted time of the last record, until there is none (DESIGN, decisions are
 * journaled).  In replay the journal has it: apply then checks that it is the same one.
 */
const struct hw_event *hw_engine_decided(const struct hw_engine *engine);

/* Decisions of the journal that this engine would not have made, since it was new (R5). */
uint64_t hw_engine_decisions_differ(const struct hw_engine *engine);

/*
 * Whether something is out, or about to go, that time alone could end: then the first tick after a
 * stop says so, with the detail "resumed" (R16).
 */
bool hw_engine_wants_resuming(const struct hw_engine *engine);

/* What became of the last command (referral, answer, decision), for whoever sent it. */
struct hw_command_result {
    enum hw_status status; /* HW_OK; HW_E_NOT_FOUND, HW_E_STALE, HW_E_INVALID, HW_E_CONFLICT */
    const char *words;     /* what was wrong and what stands; static; NULL when it was done */
    char prefix;           /* letter of that reference: 'R', 'O', 'S', 'A'; 0: none */
    uint64_t reference;    /* of what it is about; 0: none */
    uint32_t version;      /* of what stands now, for HW_E_STALE */
};
struct hw_command_result hw_engine_command_result(const struct hw_engine *engine);

/*
 * What a person must look at, the gravest first: number, NAME, name, what is told a nurse (R6, R7,
 * R8, R14, R15, 3.3).  Several may stand about one referral.
 */
#define HW_ALERT_LIST(X)                                                                           \
    X(1, HOME_NOT_STARTED, "home_not_started", "home, and the support has not started")            \
    X(2, NO_SERVICE, "no_commissioned_service", "no service gives what the person needs")          \
    X(3, URGENT_UNMET, "urgent_unmet",                                                             \
        "support is needed within 2 hours, and no service can give it")                            \
    X(4, CONTACT_OVERDUE, "contact_overdue", "nobody has been with the person in the time set")    \
    X(5, DEATH_TO_CONFIRM, "death_to_confirm",                                                     \
        "recorded as dead while support is arranged: confirm it, or have it put right")            \
    X(6, REFERRAL_FOR_DEAD, "referral_for_dead",                                                   \
        "it came for somebody recorded as dead: one of the two is wrong")                          \
    X(7, IDENTITY_CHANGED, "identity_changed",                                                     \
        "who this is about has changed: look, then release it")                                    \
    X(8, DOUBLE_OFFER, "double_offer", "support is arranged twice for one person")                 \
    X(9, DOUBLE_REFERRAL, "double_referral", "the person has two open referrals of one direction") \
    X(10, HOLD_OVER, "hold_over", "a suspended place is kept no longer: keep it or give it up")    \
    X(11, OFFER_IN_DOUBT, "offer_in_doubt", "what an accepted offer rested on has changed")        \
    X(12, START_OVERDUE, "start_overdue", "the agreed start is past, and nothing has begun")       \
    X(13, NOBODY_LEFT, "nobody_left",                                                              \
        "every service that could take the person has declined or is ruled out for them")          \
    X(14, CODE_UNKNOWN, "code_unknown",                                                            \
        "it names a need, a zone or an urgency that is in no list")                                \
    X(15, INCOMPLETE, "incomplete", "it does not say enough to be matched")                        \
    X(16, HOLD_LAPSED, "hold_lapsed", "a hold has lapsed")                                         \
    X(17, SHORTFALL, "shortfall", "a service holds more than its capacity")                        \
    X(18, PACKAGE_LAPSED, "package_lapsed", "care they had is kept no longer: arrange it anew")    \
    X(19, HOME_NOT_REFERRED, "home_not_referred",                                                  \
        "home from hospital on pathway P1, P2 or P3, and nobody has referred them")

enum hw_alert_kind {
    HW_ALERT_NONE,
#define HW_ALERT_ENUM(number, name, text, words) HW_ALERT_##name = number,
    HW_ALERT_LIST(HW_ALERT_ENUM)
#undef HW_ALERT_ENUM
        HW_ALERT_KINDS
};

/* Static; "none" and "nothing" for HW_ALERT_NONE.  kind below HW_ALERT_KINDS. */
const char *hw_alert_name(unsigned kind);
const char *hw_alert_words(unsigned kind);

/* HW_ALERT_NONE: there is none of that name. */
unsigned hw_alert_of(struct hw_slice name);

/* ---- figures (R2, 5.2): referrals, each in its furthest state only ---- */

#define HW_ROUTING_FIGURE_LIST(X)                                                                  \
    X(WAITING_STEP_DOWN, waiting_step_down)                                                        \
    X(WAITING_STEP_UP, waiting_step_up)                                                            \
    X(PROPOSED, proposed)                                                                          \
    X(OFFERED, offered)                                                                            \
    X(ACCEPTED, accepted_not_started)                                                              \
    X(PLACED, placed)                                                                              \
    X(HELD, held)                                                                                  \
    X(HOME, home_not_started)                                                                      \
    X(PAST_REVIEW, past_review)                                                                    \
    X(STARTING, starting_today)

enum hw_routing_figure {
#define HW_ROUTING_FIGURE_ENUM(name, member) HW_ROUTING_##name,
    HW_ROUTING_FIGURE_LIST(HW_ROUTING_FIGURE_ENUM)
#undef HW_ROUTING_FIGURE_ENUM
        HW_ROUTING_FIGURES
};

/* counts has HW_ROUTING_FIGURES places; of all, or of a row of a dimension (not wards). */
void hw_routing_total(const struct hw_engine *engine, int64_t *counts);
void hw_routing_row(
    const struct hw_engine *engine, enum hw_dimension dimension, uint32_t index, int64_t *counts);

/* ---- services ---- */

struct hw_service_view {
    struct hw_slice code, name, provider, commissioner;
    const char *kind, *unit; /* NULL: not said */
    int64_t capacity, held, available, waiting, past_review;
    int64_t declared_at_ms; /* HW_TIME_NONE: configured */
    int64_t stale_from_ms;  /* the first instant at which its capacity is too old; HW_TIME_OPEN */
    uint8_t directions;     /* bits of enum hw_direction */
    bool declared, suspended;
    bool stale; /* at the last record; at any other instant: not before stale_from_ms */
};

/* In order of first appearance; index below the count. */
uint32_t hw_services_count(const struct hw_engine *engine);
void hw_service_view(
    const struct hw_engine *engine, uint32_t index, struct hw_service_view *ret_view);

/*
 * Whether a service works for a council (its code; empty: not known), and whether somebody may
 * begin with it at a moment: its hours as they are now.  index below the count.
 */
bool hw_service_is_for(const struct hw_engine *engine, uint32_t index, struct hw_slice council);
bool hw_service_is_open(const struct hw_engine *engine, uint32_t index, int64_t ms);

/* ---- referrals and matches ---- */

struct hw_referral_view {
    uint64_t reference;
    struct hw_slice name; /* as said: may be an identifier of a system, shown to its hub only */
    struct hw_slice council, zone, site;
    const char *state, *alert; /* the gravest that stands; NULL: none */
    uint64_t stay;             /* reference of the spell; 0: none */
    int64_t received_ms, clock_ms, due_ms, left_ms, first_contact_ms;
    uint32_t needs;
    uint8_t direction, urgency, pathway;
    uint8_t held; /* bits: 1 by a person, 2 identity, 4 death, 8 an open wait */
    bool fast_track, restricted, double_referral;
    bool double_offer; /* more than one proposal or offer is live */
    bool onward;       /* made at home, from a service its person is still in */
};

/* By handle: start with 0, go on with the handle returned, until 0. */
uint32_t hw_referral_walk(
    const struct hw_engine *engine, uint32_t handle, struct hw_referral_view *ret_view);
HW_MUST_CHECK enum hw_status hw_referral_view(
    const struct hw_engine *engine, uint64_t reference, struct hw_referral_view *ret_view);

struct hw_match_view {
    uint64_t reference, referral;
    struct hw_slice service, by, reason, outcome;
    const char *state; /* proposed, offered, accepted, started, expired ... */
    int64_t proposed_ms, offered_ms, answered_ms, starts_ms, started_ms, ended_ms, expires_ms;
    int64_t suspended_until_ms;
    int64_t review_due_ms;               /* HW_TIME_OPEN: none is */
    int64_t reviewed_ms, ready_since_ms; /* HW_TIME_NONE: not yet; not ready to leave */
    struct hw_slice onward;              /* where they go from here, as the service said */
    const char *kind;                    /* of the service; NULL: not said */
    uint32_t units, version;
    uint32_t overrides; /* bits of enum hw_rule that a person set aside by name */
    bool live, automatic, assessing, past_review, ready_to_leave, unasked;
    bool by_hub; /* a person's own offer */
};

/* Newest first of a referral (reference), or by handle of all when referral is 0. */
uint32_t hw_match_walk(const struct hw_engine *engine, uint64_t referral, uint32_t handle,
    struct hw_match_view *ret_view);
HW_MUST_CHECK enum hw_status hw_match_view(
    const struct hw_engine *engine, uint64_t reference, struct hw_match_view *ret_view);

/*
 * The referral by which somebody in service under another (reference) is to go on: of several the
 * one that got furthest, then the first; 0: none.
 */
uint64_t hw_onward_referral(const struct hw_engine *engine, uint64_t referral);

/* ---- what may be done without a person, by scope (3.3, R10) ---- */

struct hw_mode_view {
    const char *scope, *mode;   /* static: "all", "service" ...; "observe", "paused" ... */
    struct hw_slice code;       /* of the scope; empty for "all" */
    struct hw_slice by, reason; /* empty by: the configuration says so */
    int64_t since_ms;           /* HW_TIME_NONE: it is configured */
    int64_t until_ms;           /* HW_TIME_OPEN: until another is set */
};

/*
 * Those that hold now, what is configured first, unless somebody set another for all: start with
 * 0, go on with the handle returned, until 0.
 */
uint32_t hw_mode_walk(
    const struct hw_engine *engine, uint32_t handle, struct hw_mode_view *ret_view);

/*
 * Of those the ones that are paused and stop a referral (reference) at a service (code).  Without
 * a service: at whichever; without a referral (0): everybody there; with neither: all of them.
 */
uint32_t hw_paused_walk(const struct hw_engine *engine, uint64_t referral, struct hw_slice service,
    uint32_t handle, struct hw_mode_view *ret_view);

/* ---- alerts ---- */

struct hw_alert_view {
    uint64_t reference; /* sequence that raised it: "A..." outside */
    uint64_t referral;  /* what it is about: reference, or 0 and a service or a spell */
    uint64_t stay;      /* the spell it is about, or that its referral is tied to; 0: none */
    struct hw_slice service;
    struct hw_slice by, action, note; /* of its acknowledgement */
    const char *kind, *words;         /* static */
    int64_t since_ms, told_ms;        /* raised; last raised or repeated */
    int64_t acknowledged_ms;          /* HW_TIME_NONE: not yet */
    int64_t cleared_ms;               /* HW_TIME_OPEN: it stands */
    uint32_t repeats;
    bool restricted; /* name it nowhere */
};

/* Those that stand, longest first: start with 0, go on with the handle returned, until 0. */
uint32_t hw_alert_walk(
    const struct hw_engine *engine, uint32_t handle, struct hw_alert_view *ret_view);

/* All there ever were about a referral (reference), newest first, in the same way. */
uint32_t hw_alert_walk_referral(const struct hw_engine *engine, uint64_t referral, uint32_t handle,
    struct hw_alert_view *ret_view);

/* The same of those about a spell (reference); those about its referrals are not among them. */
uint32_t hw_alert_walk_stay(
    const struct hw_engine *engine, uint64_t stay, uint32_t handle, struct hw_alert_view *ret_view);
HW_MUST_CHECK enum hw_status hw_alert_view(
    const struct hw_engine *engine, uint64_t reference, struct hw_alert_view *ret_view);

/*
 * Why a service is not proposed to a referral now: HW_RULE_NONE, it could be.  HW_E_NOT_FOUND: one
 * of them is not known.
 */
HW_MUST_CHECK enum hw_status hw_why_not(
    struct hw_engine *engine, uint64_t referral, struct hw_slice service, enum hw_rule *ret_rule);

/* Of alerts by number (0: none): name, what is told a nurse; number of a name, 0 when none. */
const char *hw_alert_name(unsigned kind);
const char *hw_alert_words(unsigned kind);
unsigned hw_alert_of(struct hw_slice name);

/*
 * Whether an event, applied before, belongs to the story of a referral with all that happened to
 * its person, or (referral 0) of a stay with the referrals tied to it.  References; 0: none.
 */
bool hw_event_concerns(
    const struct hw_engine *engine, const struct hw_event *event, uint64_t referral, uint64_t stay);

/*
 * Whether held is the sum of live matches for every service, no unit is negative, and each offer
 * has an approval or an automation rule (R10): costs all of them; for tests and verify.
 */
bool hw_routing_holds(const struct hw_engine *engine);

#endif
