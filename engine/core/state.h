/*
 * state.h - what the engine is: every record of its state, described before any code.
 *
 * - identifier: something a person is known by; people are groups of them (people/people.h)
 * - bond: one statement about identifiers: together, points to, merged, unmerged ...
 * - register: a birth date or a restriction, as last stated for an identifier
 * - saying: when bonds and registers were stated: the key of a message, kept once
 * - visit: one visit number of one authority (or one admission minute without a number)
 * - stay: one stay key as said: (identifier, visit); keys of one person and visit form a group
 * - fact: one statement about a stay or a person, with its sort key (stays/fact.h)
 * - charge: a part of a ready period and the two accounts it is charged to
 * - row: figures of one site, ward, council or zone
 * - account: milliseconds of ready time by reason and side (of a site's open periods, or ledger)
 * - text: a code, once
 * - message: an id in the duplicate window
 *
 * Records point to one another by 32-bit handles; 0 is none.
 */
#ifndef HW_STATE_H
#define HW_STATE_H

#include "core/arena.h"
#include "core/region.h"
#include "core/table.h"
#include "homeward/routing.h"

/* Images and digests cover records byte for byte: none may have holes. */
#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"

/* ---- facts ---- */

/* Ranks are the order of CONTRACT R0; kinds of one rank never meet in one decision. */
#define HW_FACT_LIST(X)                                                                            \
    /* number, NAME, rank, movement */                                                             \
    X(1, ADMIT, 1, 1)                                                                              \
    X(2, CLASS, 2, 1)                                                                              \
    X(3, MOVE, 3, 1)                                                                               \
    X(4, LEAVE_START, 4, 1)                                                                        \
    X(5, LEAVE_END, 5, 1)                                                                          \
    X(6, UPDATE, 6, 0)                                                                             \
    X(7, READY, 7, 0)                                                                              \
    X(8, REASON, 8, 0)                                                                             \
    X(9, WAIT_OPEN, 8, 0)                                                                          \
    X(10, WAIT_CLOSE, 8, 0)                                                                        \
    X(11, SETTLED, 8, 0)                                                                           \
    X(12, DISCHARGE, 9, 1)                                                                         \
    X(13, DEATH, 10, 0)                                                                            \
    X(14, CANCEL_ADMIT, 11, 0)                                                                     \
    X(15, CANCEL_MOVE, 11, 0)                                                                      \
    X(16, CANCEL_DISCHARGE, 11, 0)                                                                 \
    X(17, CANCEL_LEAVE_START, 11, 0)                                                               \
    X(18, CANCEL_LEAVE_END, 11, 0)                                                                 \
    X(19, WAIT_SEEN, 8, 0)

enum hw_fact_kind {
    HW_FACT_NONE,
#define HW_FACT_ENUM(number, name, rank, movement) HW_FACT_##name = number,
    HW_FACT_LIST(HW_FACT_ENUM)
#undef HW_FACT_ENUM
        HW_FACT_KINDS
};

/* Texts a fact may carry; a fact keeps the values of those it has, in this order. */
enum hw_register {
    HW_REG_SITE,
    HW_REG_WARD,
    HW_REG_ROOM,
    HW_REG_BED,
    HW_REG_CLASS,
    HW_REG_SPECIALTY,
    HW_REG_DESTINATION,
    HW_REG_METHOD, /* of discharge */
    HW_REG_PATHWAY,
    HW_REG_REASON,
    HW_REG_SIDE,
    HW_REG_COUNCIL,
    HW_REG_COUNCIL_PROPOSED,
    HW_REG_ZONE,
    HW_REG_WAIT,
    HW_REG_BLOCKS,
    HW_REGISTERS
};

enum { HW_CONTROL_KEY_SIZE = 24 };

/* What orders facts (R0).  control: MSH-10 so that bytes compare as the rule says. */
struct hw_key {
    int64_t event_ms;
    int64_t recorded_ms;
    int64_t sent_ms;
    int64_t message_sequence;
    uint8_t control[HW_CONTROL_KEY_SIZE];
    struct hw_hash content;
};

enum hw_meets { HW_MEETS_NOT_SAID, HW_MEETS_NO, HW_MEETS_YES };

/*
 * Facts lie packed, those of a list together and in order (stays/list.h): a list is a block, and
 * unpacked a fact is struct hw_fact (stays/fact.h), which is no part of state.
 */
enum { HW_BLOCK_CLASSES = 64 };

struct hw_block_unit {
    uint64_t words[4];
};

/* ---- people ---- */

/* When something was said of identifiers.  One message says several things under one key. */
struct hw_said {
    struct hw_key key;
    uint32_t count; /* bonds and registers that were last said then */
    uint32_t unused;
};

/* A register of which only the last statement by key matters. */
struct hw_last {
    int64_t value;
    uint32_t said;
    int32_t value2;
};

struct hw_identifier_record {
    struct hw_hash hash;
    uint32_t authority;   /* text */
    uint8_t type;         /* enum hw_identifier_type */
    uint8_t used;         /* 1: a message had it as its own record (R6, records) */
    uint8_t counted;      /* 1: the first of a person who is in the history digest */
    uint8_t died;         /* 1: its list said once that the person died */
    uint32_t family;      /* first of its family: all ever connected */
    uint32_t family_next; /* ring */
    uint32_t person;      /* first of its person: least hash */
    uint32_t person_next; /* ring */
    uint32_t stays;       /* first stay of this owner */
    uint32_t facts;       /* list of what it says of the person */
    uint32_t bonds;       /* first bond of which this is the left end */
    uint32_t findings;    /* on the first of a person: bits, all below 32 */
    uint32_t born;        /* register; value: hash; value2: adult from day; 0: never said */
    uint32_t restricted;  /* register; value: 0 or 1; 0: never said */
};
_Static_assert(sizeof(struct hw_identifier_record) == 64, "an identifier is one cache line");

enum hw_bond_kind {
    HW_BOND_TOGETHER = 1, /* in one PID-3; key: the latest that said so */
    HW_BOND_POINTS,       /* local to NHS number; key: the latest that said so */
    HW_BOND_MERGED,       /* left retired into right */
    HW_BOND_UNMERGED,     /* the latest standing merge of left is undone */
    HW_BOND_LINKED,
    HW_BOND_UNLINKED, /* a link of left and right, else a merge, is undone */
    HW_BOND_MOVED,    /* left, with its stays, leaves its person for right's */
    HW_BOND_JOINED,   /* a person settled it: same */
    HW_BOND_PARTED,   /* a person settled it: not the same */
};

struct hw_bond {
    uint32_t left, right; /* identifiers */
    uint32_t said;
    uint32_t next; /* of the left one */
    uint8_t kind;  /* enum hw_bond_kind */
    uint8_t unused[3];
};

/* ---- stays ---- */

struct hw_visit_record {
    struct hw_hash hash;
    uint32_t stays;     /* first stay key that said this visit */
    uint32_t bare;      /* list of facts that named it without a person */
    uint32_t redirects; /* visits merged into others (A42), stays given to others (A44, A45) */
    uint32_t incoming;  /* how many redirects lead here */
};

struct hw_redirect {
    struct hw_key key;
    uint32_t from;  /* identifier whose stay it was; 0: whoever's the one stay is */
    uint32_t to;    /* identifier whose it is now */
    uint32_t visit; /* visit it belongs to now */
    uint32_t next;  /* of the visit it leads away from */
};

/* What a stay adds to figures now. */
struct hw_share {
    int64_t ready_start_ms;
    int64_t ready_closed_ms; /* of closed parts on eval_day */
    int32_t ready_day;       /* delayed days count from it */
    int32_t first_day;       /* of the first inpatient moment */
    int32_t admitted_day, discharged_day;
    int32_t eval_day;     /* the day these shares of today are of */
    int32_t expected_day; /* of discharge, if it is one the rows count; else HW_DAY_NONE */
    uint32_t rows[HW_DIMENSIONS];
    uint8_t present; /* there is a share */
    uint8_t in_hospital;
    uint8_t ready;
    uint8_t pathway;
    uint8_t unused[4];
};

/* What is kept of a stay for good: which it is, whose, and where its facts are. */
struct hw_stay {
    uint64_t reference;  /* sequence that first named it */
    uint32_t identifier; /* of the key, as said */
    uint32_t owner;      /* identifier it belongs to now (moved stays) */
    uint32_t owner_next; /* next stay of the owner */
    uint32_t visit;      /* visit record */
    uint32_t visit_next; /* next stay of the visit */
    uint32_t visit_now;  /* the visit it belongs to, merges followed */
    uint32_t leader;     /* of its group */
    uint32_t group_next; /* ring of its group */
    uint32_t facts;      /* list; 0: none */
    uint32_t open;       /* what only open stays need; 0: sealed, and said no death */
    uint8_t sealed;
    uint8_t numbered; /* there is a visit number: the visit is no admission minute */
    uint8_t on_agenda;
    uint8_t unused;
    uint32_t agenda_next;
    uint32_t alerts; /* about it, newest first, those that are over too */
    uint32_t unused2;
};

/* What holds of a stay, so far as the short cut asks. */
enum hw_plain {
    HW_PLAIN = 1,                  /* the only one of its group; its admission was said */
    HW_PLAIN_ONE_RUN = 1 << 1,     /* that admission is all: no discharge, no other */
    HW_PLAIN_NEVER_READY = 1 << 2, /* no ready period, past or ahead */
};

/* What a stay needs until it is sealed; but for the deaths of leaders only. */
struct hw_open {
    int64_t admitted_ms; /* for the choice between two open stays */
    int64_t ended_ms;    /* HW_TIME_OPEN: not over */
    uint64_t findings;
    /* What is in force after the last fact, for the short cut (stays/short.h). */
    uint32_t specialty;         /* text */
    int32_t expected_day;       /* HW_DAY_NONE: not said */
    uint8_t admitted_precision; /* enum hw_precision */
    uint8_t pathway;            /* enum hw_pathway */
    uint8_t plain;              /* bits of enum hw_plain */
    uint8_t open_now;           /* in hospital by its own facts */
    uint8_t wins;               /* counts in in_hospital (of two open stays, the later) */
    uint8_t delay_inferred;
    uint8_t delay_day; /* 1: its first midnight was told */
    uint8_t unused;
    struct hw_share share;
    uint32_t charges;       /* chain */
    uint32_t heap_at;       /* place in the timer heap, from 1; 0: not in it */
    int64_t delay_since_ms; /* of the ready period told outside; HW_TIME_NONE: none */
    uint32_t delay_reason, delay_side, delay_site; /* as told outside */
    uint32_t inferences;                           /* chain, the latest first (stays/inferred.h) */
    struct hw_death deaths[2]; /* its discharges said so: the first and the last */
};

struct hw_charge_record {
    int64_t start_ms, end_ms;
    uint32_t next;
    uint32_t reason_row; /* account in the site's open periods; 0 */
    uint32_t ledger_row; /* account in the ledger */
    uint8_t running;     /* as added: 1 runs since start_ms, 0 closed */
    uint8_t people;      /* as added: 1 counts a person */
    uint8_t unused[2];
};

/* What the engine decided that a stay waits for, from a moment on (CONTRACT R3). */
struct hw_inference {
    int64_t at_ms;
    uint32_t reason, side; /* texts; reason 0: as the pathway says */
    uint32_t next;         /* an earlier one */
    uint32_t unused;
};

/* ---- figures ---- */

enum { HW_FIRST_DAYS = 32, HW_EXPECTED_DAYS = 32, HW_STAY_DAYS_MAX = 21 };

struct hw_row_record {
    uint32_t code, site; /* texts; site of wards */
    uint32_t name, kind; /* texts, configured */
    int64_t beds;        /* -1 */
    uint64_t version;
    uint8_t dimension;
    uint8_t configured;
    uint8_t unused[6];
    int64_t in_hospital, ready, ready_start_sum, ready_day_sum, ready_started_today;
    int64_t today_base_sum, today_closed_ms;
    int64_t by_pathway[HW_PATHWAYS];
    int64_t admitted_today, discharged_today;
    int64_t first_day[HW_FIRST_DAYS];       /* in hospital, by day of the first inpatient moment */
    int64_t expected_day[HW_EXPECTED_DAYS]; /* in hospital, by expected day, from today on */
    int64_t routing[HW_ROUTING_FIGURES];    /* referrals (homeward/routing.h) */
};

struct hw_account_record {
    uint32_t reason, side, site, council; /* texts; council 0 in a site's row */
    uint32_t row;                         /* site row; 0: ledger */
    uint32_t next;                        /* of the site's rows */
    uint8_t inferred, contested;
    uint8_t unused[6];
    int64_t people, closed_ms, running, running_start_sum;
};

/* ---- routing: services, referrals, matches ---- */

#include "core/routing/records.h"

/* ---- the rest ---- */

struct hw_text_record {
    uint64_t hash; /* of its bytes, unkeyed */
    uint32_t offset;
    uint16_t size;
    uint8_t reason_sides; /* bits of enum hw_side, when it is a reason; 0: it is none */
    uint8_t side;         /* bit of enum hw_side, when it is a side; 0: it is none */
};

struct hw_setting_record {
    uint32_t key, value; /* texts */
};

/*
 * Half the hash of its id is enough: what is a duplicate is told by all of that of the content, and
 * a record of the window is what each message costs for days.
 */
struct hw_message_record {
    struct hw_hash content;
    uint64_t id;
    int64_t accepted_ms;
    uint64_t sequence;
    uint32_t next; /* in order of arrival */
    uint32_t unused;
};

/* Facts one stay may have before it is frozen (R0; DESIGN). */
enum { HW_FOLD_FACTS_MAX = 65536, HW_FAMILY_MAX = 512, HW_EFFECTS_MAX = 1024 };

/* Everything above, by number: the parts of an image and of the state digest. */
#define HW_ARENA_LIST(X)                                                                           \
    X(identifiers, struct hw_identifier_record)                                                    \
    X(bonds, struct hw_bond)                                                                       \
    X(sayings, struct hw_said)                                                                     \
    X(registers, struct hw_last)                                                                   \
    X(visits, struct hw_visit_record)                                                              \
    X(redirects, struct hw_redirect)                                                               \
    X(stays, struct hw_stay)                                                                       \
    X(opens, struct hw_open)                                                                       \
    X(blocks, struct hw_block_unit)                                                                \
    X(charges, struct hw_charge_record)                                                            \
    X(inferences, struct hw_inference)                                                             \
    X(rows, struct hw_row_record)                                                                  \
    X(accounts, struct hw_account_record)                                                          \
    X(texts, struct hw_text_record)                                                                \
    X(text_bytes, struct hw_text_word)                                                             \
    X(settings, struct hw_setting_record)                                                          \
    X(messages, struct hw_message_record)                                                          \
    X(heap, struct hw_heap_entry)                                                                  \
    X(services, struct hw_service)                                                                 \
    X(links, struct hw_link)                                                                       \
    X(referrals, struct hw_referral)                                                               \
    X(referred, struct hw_referred)                                                                \
    X(profiles, struct hw_profile)                                                                 \
    X(reaches, struct hw_reach)                                                                    \
    X(areas, struct hw_area)                                                                       \
    X(covers, struct hw_cover)                                                                     \
    X(starts, struct hw_starts)                                                                    \
    X(plans, struct hw_plan)                                                                       \
    X(matches, struct hw_match)                                                                    \
    X(modes, struct hw_mode_record)                                                                \
    X(timers, struct hw_timer_entry)                                                               \
    X(feeds, struct hw_feed_record)                                                                \
    X(spoken, struct hw_spoken)                                                                    \
    X(alerts, struct hw_alert)

struct hw_text_word {
    uint8_t bytes[8];
};

struct hw_heap_entry {
    int64_t due_ms;
    uint32_t stay;
    uint32_t open; /* of the stay */
};

/* The part of the engine that is state but no arena. */
struct hw_engine_root {
    uint64_t sequence;
    int64_t accepted_ms;
    int64_t midnight_ms;     /* when today began in London */
    int64_t midnight_due_ms; /* of the next London midnight */
    int32_t today;           /* London day of accepted_ms; HW_DAY_NONE before any record */
    uint32_t heap_count;
    uint32_t message_first, message_last;  /* of the duplicate window, in order of arrival */
    uint32_t block_free[HW_BLOCK_CLASSES]; /* first freed block of each size */
    uint32_t block_class_most;             /* largest ever taken */
    uint32_t unused;
    struct hw_hash history_digest; /* of people and sealed stays */
    uint64_t findings[HW_FINDING_COUNT];
    struct hw_queue_ends agenda_match, agenda_referral, agenda_service, agenda_stay;
    struct hw_routing_settings routing;
    int64_t unsure_until_ms;   /* nothing goes by itself, after a stop; HW_TIME_OPEN: it may */
    int64_t silence_ms;        /* expected of feeds; 0: the usual one */
    uint64_t decisions_differ; /* decisions of the journal that this engine would not have made */
    uint32_t timers_count;
    uint32_t unused2;
    struct hw_queue_ends standing; /* alerts that stand, longest first */
};

#pragma GCC diagnostic pop

struct hw_scratch; /* stays/fold.h */

/* Short codes looked up lately, by their bytes: derived, and no part of state (text.c). */
enum { HW_TEXTS_RECENT = 512, HW_TEXT_SHORT_MAX = 16 };

struct hw_text_recent {
    uint64_t words[2]; /* the bytes, then zeros */
    uint32_t size;
    uint32_t handle; /* 0: nothing yet */
};

struct hw_engine {
    struct hw_engine_options options;
    struct hw_region region; /* of the arenas and tables */
    struct hw_engine_root root;
#define HW_ARENA_MEMBER(name, type) struct hw_arena name;
    HW_ARENA_LIST(HW_ARENA_MEMBER)
#undef HW_ARENA_MEMBER
    struct hw_table identifier_table, visit_table, stay_table, row_table, account_table, text_table,
        message_table, setting_table, service_table, referral_table, referred_table, profile_table,
        area_table;
    struct hw_scratch *scratch;
    struct hw_effect *effects;
    uint32_t effects_count;
    /* Codes with a meaning, interned first in every engine. */
    uint32_t text_inpatient, text_hp0, text_hp3, text_unassigned, text_nhs, text_sc, text_unknown,
        text_died, text_method_died, text_pathways[4], text_consent_given, text_best_interests;
    struct hw_text_recent texts_recent[HW_TEXTS_RECENT];
    struct hw_event event;    /* the one being applied */
    struct hw_event decision; /* the one that is pending */
    bool has_decision;
    uint64_t looked_at; /* candidates that choosing ever looked at: for benches, no state */
    uint32_t identifiers_before; /* how many there were before the record that is being applied */
    struct hw_command_result command;
    char explanation[HW_TEXT_SIZE_MAX];
};

#define HW_AT(engine, arena, type, handle) ((struct type *)hw_arena_at(&(engine)->arena, (handle)))

static inline struct hw_identifier_record *hw_identifier_at(
    const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, identifiers, hw_identifier_record, handle);
}

/* The key under which a bond or a register was said. */
static inline const struct hw_key *hw_said_key(const struct hw_engine *engine, uint32_t said)
{
    return &HW_AT(engine, sayings, hw_said, said)->key;
}

static inline struct hw_stay *hw_stay_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, stays, hw_stay, handle);
}

static inline struct hw_open *hw_open_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, opens, hw_open, handle);
}

static inline struct hw_visit_record *hw_visit_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, visits, hw_visit_record, handle);
}

static inline struct hw_row_record *hw_row_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, rows, hw_row_record, handle);
}

/* The table hash of a stay: of handles, which nobody outside chooses. */
static inline uint64_t hw_stay_key(
    const struct hw_engine *engine, uint32_t identifier, uint32_t visit)
{
    return hw_hash_keyed_u64(engine->options.hash_key, (uint64_t)visit << 32 | identifier);
}

/* Order of keys without kinds (bonds, registers): as R0 says, content last. */
int hw_key_order(const struct hw_key *a, const struct hw_key *b);

/* The handle of a code, interned when new (room was ensured); empty is 0. */
uint32_t hw_text_intern(struct hw_engine *engine, struct hw_slice text);

/* The handle of a code if it is known, else 0. */
uint32_t hw_text_find(const struct hw_engine *engine, struct hw_slice text);

/* Unkeyed hash of a code by handle; 0 of none. */
uint64_t hw_text_hash(const struct hw_engine *engine, uint32_t text);

/* What a code is to the ledger, looked up once when it was interned (homeward/reasons.h). */
unsigned hw_text_reason_sides(const struct hw_engine *engine, uint32_t text);
unsigned hw_text_side(const struct hw_engine *engine, uint32_t text);

#endif
