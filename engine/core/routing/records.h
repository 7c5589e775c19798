/*
 * records.h - the state of routing, described before any code (CONTRACT R5-R16, 6).
 *
 * - service: something with capacity that takes people (services/service.h)
 * - link: an entry of a list of a service (council, zone with rank, funding) or of a referral
 *   (preferred, refused, excluded, pinned service; what an override set aside)
 * - referral: one request for support; never forgotten while its person may come back to it
 * - profile: what decides which services could serve a referral; those waiting stand in its queue
 * - reach: this service could serve this profile
 * - area: a zone, or all that a council answers for, or everywhere: where services and people meet
 * - cover: this service works in this area
 * - starts: how many of a service's live matches begin on a day
 * - match: a referral and a service, from the proposal through the offer to the placement
 * - mode: what the engine may do by itself in a scope
 * - alert: something a person must look at, until it is over; several may stand about one referral
 *
 * Included by state.h, which forbids holes in records.
 */
#ifndef HW_ROUTING_RECORDS_H
#define HW_ROUTING_RECORDS_H

#include "core/services/hours.h"

struct hw_link {
    uint32_t code; /* text */
    uint16_t rank;
    uint8_t kind; /* enum hw_link_kind */
    uint8_t unused;
    int64_t until_ms; /* of an exclusion or a pin; HW_TIME_OPEN: without end */
    uint32_t next;
    uint32_t unused2;
};

enum hw_link_kind {
    HW_LINK_LISTED, /* in a list of a service */
    HW_LINK_PREFERRED,
    HW_LINK_REFUSED, /* by the person: nobody sets it aside */
    HW_LINK_EXCLUDED,
    HW_LINK_PINNED,
};

struct hw_service {
    struct hw_hours hours, answer_hours;
    uint32_t code, name, provider, commissioner; /* texts */
    uint32_t councils, zones, funding;           /* links; 0: any council, no zone, any funding */
    uint32_t capabilities;                       /* bits of enum hw_need */
    int32_t capacity;
    int32_t held; /* units of its live matches, to the unit: checked after every event */
    int32_t told; /* of held: placements that a declaration already leaves out */
    int32_t step_up_reserve, starts_per_day, offers_at_once;
    uint8_t kind;       /* enum hw_service_kind */
    uint8_t directions; /* bits of enum hw_direction */
    uint8_t unit;       /* enum hw_unit */
    uint8_t basis;      /* enum hw_basis */
    uint8_t pathways;   /* bits of enum hw_pathway; 0: any */
    uint8_t sex;        /* enum hw_sex; HW_SEX_ANY */
    uint8_t auto_accept;
    uint8_t suspended;
    uint8_t all_zones;
    uint8_t on_agenda;
    uint16_t age_from, age_to; /* years; 0, UINT16_MAX: no limit */
    uint8_t known;             /* kind, unit and capacity have been said */
    uint8_t unused;
    int64_t declared_at_ms; /* HW_TIME_NONE: from configuration */
    int64_t capacity_ttl_ms, max_stay_ms, proposal_ttl_ms, offer_ttl_ms, suspend_hold_ms;
    int64_t cost_per_day_pence;
    int64_t last_offer_ms; /* HW_TIME_NONE: never */
    uint32_t matches;      /* live ones, newest first */
    uint32_t starts;       /* of live matches, by day */
    uint32_t covers;
    uint32_t reaches;
    uint32_t queues[2]; /* of its reaches where somebody waits, by direction less one */
    uint32_t agenda_next;
    uint32_t waiting; /* referrals it could take */
    uint32_t alerts;  /* about it, newest first */
    uint32_t plans;   /* what was said of it for moments ahead, by moment */
    uint32_t heap_at;
    uint32_t unused2;
    int64_t capacity_from_ms; /* since when the capacity holds that was declared */
};

/* What was said of a service for a moment ahead. */
struct hw_plan {
    int64_t from_ms, declared_ms;
    int32_t value;
    uint32_t next;
    uint8_t what; /* enum hw_capacity_what */
    uint8_t unused[7];
};

enum hw_sex { HW_SEX_ANY, HW_SEX_FEMALE, HW_SEX_MALE, HW_SEX_UNKNOWN };

/* Furthest states first to last (R2: each referral is counted in its furthest state only). */
enum hw_referral_state {
    HW_REFERRAL_WAITING,
    HW_REFERRAL_PROPOSED,
    HW_REFERRAL_OFFERED,
    HW_REFERRAL_ACCEPTED,
    HW_REFERRAL_PLACED,
    HW_REFERRAL_ENDED,
    HW_REFERRAL_STATES
};

/* What a referral adds to figures now. */
struct hw_referral_share {
    uint32_t rows[HW_DIMENSIONS]; /* 0: adds nothing there */
    uint8_t figure;               /* enum hw_routing_figure; HW_ROUTING_FIGURES: none */
    uint8_t home, past_review, starting;
};

struct hw_referral {
    uint64_t reference;  /* sequence that first named it */
    uint32_t name;       /* text: AUTHORITY/ID as said */
    uint32_t identifier; /* whose */
    uint32_t identifier_next;
    uint32_t stay; /* 0: none was named */
    uint32_t site; /* hospital, or where the stay is; text */
    uint32_t council, zone, funding, consent;
    uint32_t needs;       /* bits of enum hw_need */
    uint32_t package;     /* text as said */
    int32_t units;        /* of hours_per_week; slots and beds are 1 */
    uint32_t links;       /* preferred, refused, excluded, pinned */
    uint32_t matches;     /* newest first */
    uint32_t profile;     /* 0: not waiting */
    uint32_t standing;    /* the profile it waits in, or would; 0: over */
    uint32_t spell;       /* the stay it goes by: the one named, else the latest; 0: none */
    uint32_t left, right; /* in the queue of its profile */
    uint32_t heap_at;
    uint32_t agenda_next;
    uint32_t observed; /* service that would have been proposed (mode observe); 0 */
    int64_t received_ms, needed_from_ms, not_before_ms;
    int64_t clock_ms, due_ms; /* R8; due as set by a person stands in priority_due_ms */
    int64_t ready_clock_ms;   /* the earliest first ready time there ever was; HW_TIME_NONE */
    int64_t left_ms;          /* when the person left hospital; HW_TIME_NONE: they have not */
    int64_t admitted_ms;      /* of where they are in hospital now; HW_TIME_NONE: nowhere */
    int64_t own_clock_ms;     /* R8; clock_ms is the earliest of all referrals that are one (R6) */
    int64_t kept_clock_ms;    /* of one that was one with this, and is over; HW_TIME_OPEN */
    int64_t priority_due_ms;  /* HW_TIME_NONE: none */
    int64_t held_until_ms;    /* HW_TIME_OPEN: without end */
    int64_t first_contact_ms; /* HW_TIME_NONE: not yet */
    uint8_t direction;        /* enum hw_direction; 0: not said */
    uint8_t urgency;          /* enum hw_urgency */
    uint8_t pathway;          /* enum hw_pathway */
    uint8_t sex;              /* enum hw_sex */
    uint8_t fast_track, needs_unknown;
    uint8_t told_state, told_direction; /* to the person's other referrals */
    uint8_t state;                      /* enum hw_referral_state */
    uint8_t held;                       /* bits of enum hw_hold */
    uint8_t on_agenda;
    uint8_t said_pathway;             /* enum hw_pathway: by the referral itself */
    uint16_t flags;                   /* bits of enum hw_referral_flag */
    uint16_t seen;                    /* bits of enum hw_seen_bit: the person as last heard of */
    struct hw_hash whose;             /* of all identifiers of its person, as last heard of */
    uint32_t end_reason;              /* text */
    uint32_t said_council, said_zone; /* by the referral itself; texts */
    uint32_t home_council;            /* proposed from the postcode of their home (R4); text */
    uint32_t alerts;                  /* about it, newest first, those that are over too */
    uint32_t unused;
    struct hw_referral_share share;
    int16_t age_years; /* -1: unknown */
    uint8_t urgency_unknown;
    uint8_t unused2;
};

/* The person of a referral, as last heard of. */
enum hw_seen_bit {
    HW_SEEN_IN_HOSPITAL = 1,
    HW_SEEN_READY = 2,
    HW_SEEN_DEAD = 4,
    HW_SEEN_RESTRICTED = 8,
    HW_SEEN_UNCONFIRMED = 16,
    HW_SEEN_MINOR = 32,
    HW_SEEN_POSSIBLE_MATCH = 64,
    HW_SEEN_DEATH_TWICE = 128, /* a second organisation says so, too (R7) */
};

/* Why a referral is on hold; several may stand. */
enum hw_hold {
    HW_HELD_BY_PERSON = 1,
    HW_HELD_BY_IDENTITY = 2, /* who it is about changed (R6): until a person releases it */
    HW_HELD_BY_DEATH = 4,    /* R7 */
    HW_HELD_BY_WAIT = 8,     /* an open wait blocks the offer */
};

enum hw_referral_flag {
    HW_REFERRAL_UNKNOWN = 1,    /* spoken of before it was received */
    HW_REFERRAL_DOUBLE = 2,     /* the person has another open referral of this direction */
    HW_REFERRAL_NO_SERVICE = 4, /* nobody offers what it needs */
    HW_REFERRAL_AFTER_DEATH = 8,
    HW_REFERRAL_AFTER_LEAVING = 16,
    HW_REFERRAL_HOLD_LAPSED = 32,
    HW_REFERRAL_START_BLOCKED = 64,    /* an open wait has to end before a start is agreed */
    HW_REFERRAL_DEATH_CONFIRMED = 128, /* by a person (R7) */
    HW_REFERRAL_DOUBLE_OFFER = 256,    /* offers or placements of a double are live, too */
    HW_REFERRAL_PACKAGE_LAPSED = 512,  /* what was kept for the person is kept no longer */
    HW_REFERRAL_ONWARD = 1024,         /* made at home, from a service the person is still in */
};

/* What an alert is about. */
enum hw_alert_about { HW_ALERT_ABOUT_REFERRAL = 1, HW_ALERT_ABOUT_SERVICE, HW_ALERT_ABOUT_STAY };

/* Something a person must look at.  Never freed: what was raised is part of a referral's life. */
struct hw_alert {
    uint64_t reference;        /* sequence that raised it */
    int64_t since_ms;          /* when it was raised */
    int64_t told_ms;           /* when it was last raised or repeated */
    int64_t acknowledged_ms;   /* HW_TIME_NONE: not yet */
    int64_t cleared_ms;        /* HW_TIME_OPEN: it stands */
    uint32_t subject;          /* referral, service or stay */
    uint32_t subject_next;     /* the one before it about the same */
    uint32_t before, behind;   /* of those that stand; 0: none */
    uint32_t by, action, note; /* of the acknowledgement; texts */
    uint32_t heap_at;
    uint32_t repeats;
    uint8_t kind;  /* enum hw_alert_kind */
    uint8_t about; /* enum hw_alert_about */
    uint8_t unused[2];
};

/* Referrals of one identifier. */
struct hw_referred {
    uint32_t identifier;
    uint32_t referrals; /* newest first */
};

struct hw_profile {
    uint32_t council, zone, funding, needs;
    uint8_t direction, pathway, sex, unused;
    uint32_t root;    /* of its queue */
    uint32_t first;   /* of its queue */
    uint32_t reaches; /* services that could serve it */
    uint32_t waiting;
    uint32_t zone_next, council_next; /* of the areas it lies in */
};

struct hw_reach {
    int64_t first_key; /* of the first in the profile's queue, while somebody waits there */
    uint32_t profile, service;
    uint32_t profile_next, profile_previous, service_next;
    uint32_t left, right; /* in the queue of its service */
    uint16_t rank;        /* of the zone */
    uint16_t unused_capabilities;
};

struct hw_area {
    uint32_t zone, council; /* texts; of both only one, or neither: everywhere */
    uint32_t covers;
    uint32_t profiles;
};

struct hw_cover {
    uint32_t area, service;
    uint32_t area_next, area_previous, service_next;
};

struct hw_starts {
    int32_t day; /* of London */
    uint32_t count;
    uint32_t next; /* a later day */
};

/* The states of a match; their table is matches.c. */
enum hw_match_state {
    HW_MATCH_NONE,
    HW_MATCH_OBSERVED, /* what would have been proposed (mode observe): holds nothing */
    HW_MATCH_PROPOSED,
    HW_MATCH_OFFERED,
    HW_MATCH_ACCEPTED,
    HW_MATCH_STARTED,
    HW_MATCH_EXPIRED, /* from here on over: nothing is held */
    HW_MATCH_REJECTED,
    HW_MATCH_DECLINED,
    HW_MATCH_WITHDRAWN,
    HW_MATCH_HANDED_BACK,
    HW_MATCH_FINISHED,
    HW_MATCH_STATES
};

/* Care somebody had before, as its provider tells of it (package.*). */
enum hw_package {
    HW_PACKAGE_NONE,
    HW_PACKAGE_KNOWN, /* it goes on, or is over */
    HW_PACKAGE_KEPT,  /* interrupted, kept until a day: then it is over */
    HW_PACKAGE_OPEN,  /* interrupted, no day was said: the hub is asked after a while */
};

struct hw_match {
    uint64_t reference; /* sequence that first named it */
    uint32_t referral, service;
    uint32_t referral_next;
    uint32_t service_next, service_previous; /* of the live ones */
    int32_t units;                           /* held while it is live */
    uint32_t by;                             /* who approved; text, 0: automation */
    uint32_t reason, outcome;
    uint32_t overrides; /* bits of enum hw_rule: set aside by name in an offer of the hub */
    uint32_t heap_at;
    uint32_t agenda_next;
    uint32_t needs;  /* of the referral then: a decline is of what was asked */
    uint32_t onward; /* where they go from here, as the service said last; text */
    int64_t proposed_ms, offered_ms, answered_ms, starts_ms, started_ms, ended_ms;
    int64_t expires_ms;
    int64_t review_due_ms, reviewed_ms;
    int64_t ready_since_ms; /* the first of the last reviews that said so; HW_TIME_NONE */
    int64_t suspended_ms, suspended_until_ms; /* HW_TIME_NONE: not suspended */
    int64_t package_ms; /* when its provider last spoke of the package; HW_TIME_NONE */
    uint16_t version;
    uint8_t state; /* enum hw_match_state */
    uint8_t automatic;
    uint8_t assessing;
    uint8_t past_review;
    uint8_t ready_to_leave;
    uint8_t unasked; /* it started without an offer (R13) */
    uint8_t on_agenda;
    uint8_t pathway;       /* enum hw_pathway: of the referral then */
    uint8_t forgiven;      /* it declined, and was included again (3.3) */
    uint8_t by_hub;        /* a person's own offer: nothing was proposed */
    uint8_t suspended_for; /* enum hw_suspension */
    uint8_t called_off;    /* by a person: it does not go again by itself */
    uint8_t package;       /* enum hw_package */
    uint8_t unused[1];
};

enum hw_suspension { HW_SUSPENDED_NOT, HW_SUSPENDED_AWAY, HW_SUSPENDED_DEAD, HW_SUSPENDED_PACKAGE };

struct hw_mode_record {
    uint32_t code;       /* text; 0: all */
    uint32_t by, reason; /* texts: who set it, and why */
    uint8_t scope;       /* enum hw_scope */
    uint8_t mode;        /* enum hw_mode */
    uint8_t unused[2];
    uint32_t heap_at;
    uint32_t unused2;
    int64_t since_ms; /* when it was set */
    int64_t until_ms; /* HW_TIME_OPEN */
};

/* Narrowest last: of those that hold, the narrowest wins (3.3). */
enum hw_scope {
    HW_SCOPE_ALL,
    HW_SCOPE_DIRECTION,
    HW_SCOPE_COUNCIL,
    HW_SCOPE_PATHWAY,
    HW_SCOPE_ZONE,
    HW_SCOPE_SITE,
    HW_SCOPE_SERVICE,
    HW_SCOPES
};

enum { HW_UNITS_MAX = 1000000, HW_SERVICE_LIST_MAX = 256, HW_EXPLANATION_SIZE_MAX = 1000 };

/* Hours a week of one person: four carers day and night are 672; of all matches they are int32. */
enum { HW_UNITS_OF_ONE_MAX = 1000 };

/* A source of messages, as far as decisions rest on it (unsure.h). */
struct hw_feed_record {
    uint32_t source;    /* text */
    uint32_t sites;     /* that it spoke of */
    int64_t known_ms;   /* it is known up to here; HW_TIME_NONE: never heard */
    int64_t silence_ms; /* expected; 0: the usual one */
};

struct hw_spoken {
    uint32_t site; /* text */
    uint32_t next; /* of the feed */
    int64_t last_ms;
};

struct hw_timer_entry {
    int64_t due_ms;
    uint32_t kind; /* enum hw_timer_kind */
    uint32_t handle;
};

/* First and last of a queue through the records themselves. */
struct hw_queue_ends {
    uint32_t first, last;
};

/* What configuration says of routing as a whole. */
struct hw_routing_settings {
    int64_t routine_target_ms, start_grace_ms;
    uint32_t automation; /* bits by kind of service */
    uint8_t mode;        /* enum hw_mode */
    uint8_t use_cost;
    uint8_t unused[2];
};

enum hw_mode { HW_MODE_OBSERVE = 1, HW_MODE_PROPOSE, HW_MODE_OFFER, HW_MODE_PAUSED };

#endif
