/*
 * engine.h - the deterministic engine: records in, state and effects out.
 *
 * The engine never reads a clock, a file, a socket, the environment or chance; the same records
 * give the same state, byte for byte (DESIGN, the one idea).  It is an object without globals:
 * several can run in one process, each used by one thread at a time.
 */
#ifndef HOMEWARD_ENGINE_H
#define HOMEWARD_ENGINE_H

#include "homeward/event.h"
#include "homeward/record.h"

struct hw_engine; /* Opaque. */

/* Where the engine's memory comes from: address space reserved once, committed in steps. */
struct hw_memory {
    void *context;
    void *(*reserve)(void *context, size_t size);              /* NULL: cannot */
    bool (*commit)(void *context, void *address, size_t size); /* zero-filled; false: cannot */
    void (*release)(void *context, void *address, size_t size);
};

/* How many of each there may be.  They stand in the log and only grow. */
struct hw_limits {
    uint32_t identifiers;
    uint32_t stays;
    uint32_t facts;
    uint32_t charges;
    uint32_t texts; /* distinct codes */
    uint32_t text_bytes;
    uint32_t message_ids; /* remembered for the duplicate window */
};

struct hw_engine_options {
    struct hw_limits limits;
    struct hw_memory memory;
    uint64_t hash_key[2];    /* of this log (hash.h) */
    int64_t dedupe_ms;       /* how long a message id is remembered */
    int64_t history_open_ms; /* how long after its end a stay keeps its facts */
    bool check_short_cuts;   /* compare each short cut with the whole fold: for tests, slow */
};

/* Limits for a county: a million people, 200 thousand open stays. */
struct hw_limits hw_limits_default(void);

/* HW_OK or HW_E_MEMORY with *ret_engine untouched. */
HW_MUST_CHECK enum hw_status hw_engine_new(
    const struct hw_engine_options *options, struct hw_engine **ret_engine);
void hw_engine_free(struct hw_engine *engine);

/*
 * Apply the next record: its sequence is one more than the last, its accepted time not before the
 * last one's; a record that finds a timer due must be preceded by a tick (hw_engine_due).  Never
 * fails for what a record says: contradictions become findings.
 *   HW_E_DAMAGED, HW_E_VERSION  the record cannot be read; nothing changed
 *   HW_E_FULL                   a limit is reached; nothing changed
 */
HW_MUST_CHECK enum hw_status hw_engine_apply(struct hw_engine *engine, struct hw_slice record);

/*
 * The same with the event of that record still at hand (hw_record_decode(hw_record_encode(event))
 * gives event again, but for identity texts, which the engine never reads): what writes a record
 * need not read it.  event is finished, and borrowed until this returns.
 */
HW_MUST_CHECK enum hw_status hw_engine_apply_event(
    struct hw_engine *engine, uint64_t sequence, int64_t accepted_ms, const struct hw_event *event);

/*
 * What a record will need is fetched while others are applied: a record looks at a dozen places in
 * memory that nobody looked at lately, and each would be waited for.  Call with step 0, 1 ...
 * HW_EXPECT_STEPS - 1, other work between them (a record or two each); then apply it.  Steps may be
 * left out, and what was expected need not come: nothing of the state is changed by it.  expect is
 * the caller's; about is set before step 0 (hw_record_about()), the rest is not.
 */
enum { HW_EXPECT_STEPS = 5 };

struct hw_expect {
    struct hw_about about;
    uint64_t message_key, visit_key, identifier_keys[HW_ABOUT_IDENTIFIERS_MAX];
    uint32_t visit, stay, identifiers[HW_ABOUT_IDENTIFIERS_MAX]; /* handles; 0: not known */
};

void hw_engine_expect(const struct hw_engine *engine, struct hw_expect *expect, unsigned step);

/* The sequence and accepted time of the last record applied; 0 and HW_TIME_NONE before any. */
uint64_t hw_engine_sequence(const struct hw_engine *engine);
int64_t hw_engine_accepted_ms(const struct hw_engine *engine);

/*
 * When the next timer is due (HW_TIME_OPEN: none).  Before a record whose accepted time is not
 * before it, and alone when its time comes, a clock.tick is journaled and applied (R17).
 */
int64_t hw_engine_due_ms(const struct hw_engine *engine);

/* Whether every arena has room for one more event; used (or NULL) is the fullest, in per cent. */
bool hw_engine_has_room(const struct hw_engine *engine, unsigned *ret_used_percent);

/* What the duplicate window knows of a message (CONTRACT 3.1). */
enum hw_seen { HW_SEEN_NEW, HW_SEEN_DUPLICATE, HW_SEEN_REUSED };

/* *ret_sequence: that of the first taking, for a duplicate.  At accepted time now_ms. */
enum hw_seen hw_engine_seen(const struct hw_engine *engine, struct hw_hash message_id_hash,
    struct hw_hash message_hash, int64_t now_ms, uint64_t *ret_sequence);

/* The two digests (DESIGN): of every record of state with its handle; of what facts fold to. */
struct hw_hash hw_engine_state_digest(const struct hw_engine *engine);
struct hw_hash hw_engine_history_digest(const struct hw_engine *engine);

/*
 * A digest that never takes long, however much state there is: of the clock, the counters, the
 * sizes of all parts of state, and of each part (rows of figures among them) that is small.  Equal
 * states have equal ones; unequal states nearly always differ in it.
 */
struct hw_hash hw_engine_quick_digest(const struct hw_engine *engine);

/* A code by its handle (site, ward, reason ...); borrowed as long as the engine lives. */
struct hw_slice hw_engine_text(const struct hw_engine *engine, uint32_t text);

/* What happened that somebody outside wants to hear of at once (CONTRACT 5.1). */
enum hw_effect_kind {
    HW_EFFECT_DELAY_STARTED = 1,
    HW_EFFECT_DELAY_CHANGED,
    HW_EFFECT_DELAY_ENDED,
    HW_EFFECT_ROUTE_PROPOSED, /* also renewed, and what would have been (mode observe) */
    HW_EFFECT_ROUTE_OFFERED,  /* also extended */
    HW_EFFECT_ROUTE_ANSWERED,
    HW_EFFECT_ROUTE_EXPIRED,
    HW_EFFECT_ROUTE_HELD,      /* a hold of a referral began or ended */
    HW_EFFECT_ROUTE_SUSPENDED, /* or is no longer: since_ms is HW_TIME_NONE */
    HW_EFFECT_ROUTE_STARTED,
    HW_EFFECT_ROUTE_ENDED, /* over in any other way: word says which */
    HW_EFFECT_CAPACITY,
    HW_EFFECT_ALERT_RAISED,
    HW_EFFECT_ALERT_CLEARED,
    HW_EFFECT_AUTOMATION, /* scope, service: its code; word: the mode; until since_ms */
};

struct hw_effect {
    uint64_t sequence;  /* of the record behind it */
    uint64_t reference; /* of the stay; match (held: referral); alert */
    int64_t since_ms;   /* start of the ready period; until when; capacity: declared; of an alert */
    int64_t ms;         /* its length so far, at the record's accepted time; waited so far */
    uint32_t site;      /* texts */
    uint32_t reason;
    uint32_t responsible;
    uint8_t kind; /* enum hw_effect_kind */
    bool inferred;
    bool annulled;   /* ended because it never was */
    bool restricted; /* name it nowhere */
    /* Of routing (kinds from HW_EFFECT_ROUTE_PROPOSED). */
    uint8_t direction, pathway, held; /* enum hw_direction, enum hw_pathway, bits of holds */
    bool automatic, suspended;
    uint32_t service; /* text of its code */
    uint32_t index;   /* of a service (routing.h), in HW_EFFECT_CAPACITY */
    uint32_t version;
    int32_t units; /* of a match; held by a service */
    int32_t capacity, available;
    uint64_t referral, stay; /* references; 0: none */
    int64_t starts_ms;
    const char *word;  /* state, alert, mode; static */
    const char *scope; /* of a mode; static */
};

/* Effects of the last apply; borrowed until the next. */
const struct hw_effect *hw_engine_effects(const struct hw_engine *engine, uint32_t *ret_count);

enum { HW_REFERENCE_TEXT_SIZE = 16 };

/*
 * Outside name of a sequence: prefix ('S' stay, 'R' referral, 'O' offer), the sequence in base 32
 * (Crockford's digits) and a check character (mod 37).  Returns text.
 */
char *hw_reference_format(char prefix, uint64_t sequence, char text[HW_REFERENCE_TEXT_SIZE]);

/* HW_E_INVALID: not of that prefix, or the check character is wrong. */
HW_MUST_CHECK enum hw_status hw_reference_parse(
    struct hw_slice text, char prefix, uint64_t *ret_sequence);

/*
 * Settings: journaled configuration (configuration.changed), by key; the keys that the core
 * understands are
 *   sites/CODE/name, sites/CODE/beds, sites/CODE/organisation,
 *   sites/CODE/wards/CODE/{name,kind,beds}, zones/CODE/{name,council}, councils/CODE/name
 * and any other key is kept and has no effect.  An empty slice: not set.  Borrowed until the next
 * apply.
 */
struct hw_slice hw_engine_setting(const struct hw_engine *engine, struct hw_slice key);
uint32_t hw_engine_settings(const struct hw_engine *engine);
void hw_engine_setting_at(const struct hw_engine *engine, uint32_t index, struct hw_slice *ret_key,
    struct hw_slice *ret_value);

/*
 * Images of state (snapshots): parts of memory to write in order, and reading them back into a
 * new engine with the same options.  A part is borrowed until the next apply.
 */
uint32_t hw_engine_image_count(const struct hw_engine *engine);
struct hw_slice hw_engine_image_part(const struct hw_engine *engine, uint32_t part);

/*
 * Take in parts in order, then compare hw_engine_state_digest() with that of the state the image
 * was made of, and only if they are equal end: what the bytes refer to is believed.  Until then
 * nothing else may be asked of the engine.
 *   HW_E_DAMAGED, HW_E_VERSION, HW_E_FULL  engine must be freed
 */
HW_MUST_CHECK enum hw_status hw_engine_image_load(
    struct hw_engine *engine, uint32_t part, struct hw_slice bytes);

/*
 * Where a part behind the first belongs, to be read to instead of handed to hw_engine_image_load();
 * until hw_engine_image_end().  NULL: no part of size bytes belongs there.
 */
uint8_t *hw_engine_image_space(struct hw_engine *engine, uint32_t part, size_t size);
HW_MUST_CHECK enum hw_status hw_engine_image_end(struct hw_engine *engine);

/* Bytes of all parts together: what a clone costs to make. */
size_t hw_engine_image_size(const struct hw_engine *engine);

/*
 * A second engine in the same state, to try something on: what is done to it changes nothing here.
 * To be freed by the caller.  HW_E_MEMORY, HW_E_FULL: there is none.
 */
HW_MUST_CHECK enum hw_status hw_engine_clone(
    const struct hw_engine *engine, struct hw_engine **ret_engine);

#endif
