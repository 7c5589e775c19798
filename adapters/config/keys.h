/*
 * keys.h - every key of the configuration, once: from these lists come the members of struct
 * hw_config, the schema libcyaml reads with, the checks, the help and the reference document.
 *
 *   X(T, KIND, member, fallback, allowed, sentence)
 *
 * T names the struct (hw_config_T) the member is in; member is also the key's name.  fallback is
 * the default as it would stand in the file; NULL in an entry of a list: must be given; for GROUP
 * and ITEMS the list of keys inside.  allowed is what may stand there, and is read by the check:
 *
 *   TEXT     any text                        CHOICE   one of the words between |
 *   CODE     a short code without blanks     COUNT    a whole number, "LEAST..MOST"
 *   ID       CODE without /, once in a list   BYTES    COUNT, with KiB, MiB or GiB allowed
 *   ADDRESS  HOST:PORT, port 0: any free     BOOL     true or false
 *   URL      tcp://HOST:PORT, ipc://PATH, off SYNC     always, interval:MS, never
 *   SOURCE   SEGMENT-FIELD[-COMPONENT], OBX:CODE      ATTRIBUTE  a field name of event.h
 *   MINUTES  "30 min", "2 h", "42 days"      AGES     "18..", "..17", "18..64" or any
 *   HOURS    "24/7", "Mo-Fr 08:00-18:00"     WORDS    a list of words out of those between |
 *   TEXTS    a list of short codes           GROUP    keys inside
 *   ITEMS    a list of groups                MODES    ITEMS, or one word for everybody
 */
#ifndef HW_CONFIG_KEYS_H
#define HW_CONFIG_KEYS_H

#include <stdbool.h>
#include <stdio.h>

/* Lists of the engine (homeward/services.h) as choices. */
#define HW_CHOICE_KINDS                                                                            \
    "crisis_response|reablement|home_care|community_nursing|bed_intermediate|community_hospital|"  \
    "extra_care|care_home_residential|care_home_nursing|virtual_ward|hospice|hostel|equipment|"    \
    "housing|voluntary|night_sitting"
#define HW_CHOICE_NEEDS                                                                            \
    "personal_care|double_handed|night|dementia|nursing|end_of_life|mental_health|"                \
    "learning_disability|bariatric|equipment|telecare|housing|therapy|bed|carer_breakdown|"        \
    "continence|medication|time_critical_medicine|catheter|peg|oxygen|hoist|infection|"            \
    "single_room|one_to_one|interpreter"

/* clang-format off */
#define HW_KEYS_MODE(X, T)                                                                            \
    X(T, CODE, sender, NULL, "MSH-4/MSH-3, or * for all others", "whose answers this is about")       \
    X(T, CHOICE, mode, NULL, "auto|original|enhanced|none", "auto follows MSH-15 and MSH-16")

#define HW_KEYS_MLLP(X, T)                                                                            \
    X(T, ADDRESS, listen, "127.0.0.1:2575", "HOST:PORT", "where HL7 v2 feeds connect; port 0 picks a free one") \
    X(T, BYTES, max_frame, "1 MiB", "1024..67108864", "largest message that is read")                 \
    X(T, MODES, ack_mode, mode, "auto, original, enhanced, none, or a list of sender and mode", "how messages are acknowledged") \
    X(T, COUNT, connections_max, "10000", "1..16384", "connections at once; more are closed when they come") \
    X(T, BYTES, buffers, "256 MiB", "1048576..68719476736", "memory for all connections together")    \
    X(T, COUNT, half_frame_seconds, "60", "1..3600", "a frame begun must go on within this time")      \
    X(T, COUNT, stalled_seconds, "300", "1..86400", "a peer that leaves its answers unread for longer is closed") \
    X(T, COUNT, idle_seconds, "0", "0..604800", "a connection silent for longer is closed; 0: never")

#define HW_KEYS_CLASS(X, T)                                                                           \
    X(T, CODE, said, NULL, "as the feed says it", "a patient class of PV1-2")                         \
    X(T, CODE, class, NULL, "a letter of HL7 table 0004", "what it means here")

#define HW_KEYS_MAPPING(X, T)                                                                         \
    X(T, CODE, sender, "", "MSH-4/MSH-3; empty: all", "whose messages this is about")                 \
    X(T, ATTRIBUTE, attribute, NULL, "an attribute name such as ready_at", "what is said there")      \
    X(T, SOURCE, from, NULL, "SEGMENT-FIELD[-COMPONENT] such as ZDS-2-1, or OBX:CODE", "where it is said")

#define HW_KEYS_HL7(X, T)                                                                             \
    X(T, CHOICE, unhandled, "accept", "accept|reject", "what becomes of triggers that mean nothing here") \
    X(T, TEXTS, processing_ids, "[P]", "a list of MSH-11 values", "messages with another one are refused") \
    X(T, TEXTS, nhs_ids, "[NHS, NH, NHSNMBR, NHSNBR]", "a list of authorities and types", "which identifiers are NHS numbers") \
    X(T, TEXTS, inpatient_classes, "[I]", "a list of patient classes", "classes of people who are in hospital") \
    X(T, TEXTS, tracked_classes, "[I, E]", "a list of patient classes", "classes that are followed at all") \
    X(T, ITEMS, classes, class, "a list of said and class", "local words for patient classes")        \
    X(T, ITEMS, mapping, mapping, "a list of sender, attribute and from", "what senders say in places of their own")

#define HW_KEYS_NANOMSG(X, T)                                                                         \
    X(T, URL, publish, "tcp://127.0.0.1:5561", "tcp://HOST:PORT, ipc://PATH or off", "where figures and events are published") \
    X(T, URL, query, "tcp://127.0.0.1:5562", "tcp://HOST:PORT, ipc://PATH or off", "where queries are answered") \
    X(T, URL, ingest, "tcp://127.0.0.1:5563", "tcp://HOST:PORT, ipc://PATH or off", "where CloudEvents are pulled in, at most once; acknowledged ones go to nanomsg.query")

#define HW_KEYS_LISTEN(X, T)                                                                          \
    X(T, BOOL, trusted_network, "false", "true or false", "listen beyond loopback although nobody is authenticated")

#define HW_KEYS_METRICS(X, T)                                                                         \
    X(T, COUNT, interval_ms, "250", "10..60000", "figures of one topic are published at most this often")

#define HW_KEYS_JOURNAL(X, T)                                                                         \
    X(T, SYNC, sync, "always", "always, interval:MS or never", "when the journal is on stable storage; durable means this")

#define HW_KEYS_QUARANTINE(X, T)                                                                   \
    X(T, BYTES, quota, "64 MiB", "1048576..1099511627776", "refused input kept of one source; its oldest makes room")

#define HW_KEYS_DEDUPE(X, T)                                                                          \
    X(T, COUNT, days, "35", "1..366", "how long the id of a message is remembered")

#define HW_KEYS_HISTORY(X, T)                                                                         \
    X(T, COUNT, open_days, "90", "1..3660", "how long after its end a stay can still be corrected")

#define HW_KEYS_LIMITS(X, T)                                                                          \
    X(T, COUNT, identifiers, "0", "0..1000000000", "identifiers of people; 0: as built in, for a county") \
    X(T, COUNT, stays, "0", "0..1000000000", "stays in memory; 0: as built in")                       \
    X(T, COUNT, facts, "0", "0..2000000000", "facts in memory; 0: as built in")                       \
    X(T, COUNT, charges, "0", "0..1000000000", "charged intervals in memory; 0: as built in")         \
    X(T, COUNT, texts, "0", "0..100000000", "distinct codes; 0: as built in")                         \
    X(T, BYTES, text_bytes, "0", "0..4294967295", "bytes of distinct codes; 0: as built in")          \
    X(T, COUNT, message_ids, "0", "0..4000000000", "message ids remembered; 0: as built in")

#define HW_KEYS_LOG(X, T)                                                                             \
    X(T, CHOICE, level, "info", "debug|info|warning|error", "the least that is logged")               \
    X(T, CHOICE, format, "auto", "auto|json|text", "auto: text on a terminal, else one JSON object a line")

#define HW_KEYS_WARD(X, T)                                                                            \
    X(T, ID,   code, NULL, "as in PV1-3.1", "the ward")                                               \
    X(T, TEXT, name, "", "any text", "its name")                                                      \
    X(T, CODE, kind, "", "acute, maternity, paediatric, mental_health or a word of your own", "what care it gives") \
    X(T, CHOICE, sex, "any", "any|female|male", "whom it takes")                                      \
    X(T, COUNT, beds, "0", "0..10000", "beds open; 0: not known")

#define HW_KEYS_SITE(X, T)                                                                            \
    X(T, ID,   code, NULL, "as in PV1-3.4", "the site")                                               \
    X(T, TEXT, name, "", "any text", "its name")                                                      \
    X(T, CODE, organisation, "", "an ODS code", "the trust it belongs to")                            \
    X(T, COUNT, beds, "0", "0..100000", "beds open; 0: not known")                                    \
    X(T, ITEMS, wards, ward, "a list of wards", "its wards, as far as they need saying")

#define HW_KEYS_ZONE(X, T)                                                                            \
    X(T, ID,   code, NULL, "a code of your own", "the zone")                                          \
    X(T, TEXT, name, "", "any text", "its name")                                                      \
    X(T, TEXTS, postcodes, "[]", "a list of postcode districts such as LE11", "which homes lie in it; the longest that fits wins") \
    X(T, CHOICE, area, "urban", "urban|rural", "how far apart its homes are")                         \
    X(T, CODE, council, "", "a code of councils", "the council proposed for people who live there")

#define HW_KEYS_COUNCIL(X, T)                                                                         \
    X(T, ID,   code, NULL, "a code", "the council")                                                   \
    X(T, TEXT, name, "", "any text", "its name")

#define HW_KEYS_FEED(X, T)                                                                            \
    X(T, CODE, source, NULL, "MSH-4/MSH-3 such as RWE/PAS", "the feed")                               \
    X(T, CODE, organisation, "", "an ODS code; empty: MSH-4", "whose claims its statements are")      \
    X(T, CODE, visit_authority, "", "as in PV1-19.4; empty: MSH-4", "who gave its visit numbers where PV1-19.4 is empty") \
    X(T, COUNT, expected_silence_minutes, "60", "1..44640", "silent for longer it is stale, and with it what rests on it") \
    X(T, TEXTS, assert, "[all]", "a list of event types such as spell.admitted; [all]: any", "what it may assert; all else is kept and shown, without effect")

#define HW_KEYS_ROUTING(X, T)                                                                         \
    X(T, CHOICE, mode, "propose", "observe|propose|offer|paused", "what the engine does by itself; offer: only what automation.allow names") \
    X(T, BOOL, use_cost, "false", "true or false", "whether cost counts in the choice of a service")  \
    X(T, MINUTES, routine_target, "72 h", "1 min to 366 days", "how long a routine referral may wait") \
    X(T, MINUTES, start_grace, "2 h", "0 min to 366 days", "how long after its agreed start support may begin unremarked")

#define HW_KEYS_AUTOMATION(X, T)                                                                      \
    X(T, WORDS, allow, "[]", HW_CHOICE_KINDS, "kinds of service whose offers may go without a person, in mode offer")

#define HW_KEYS_SERVICE(X, T)                                                                         \
    X(T, ID,   code, NULL, "a code of your own", "the service")                                       \
    X(T, TEXT, name, "", "any text", "its name")                                                      \
    X(T, TEXT, provider, "", "any text", "who provides it")                                           \
    X(T, CHOICE, commissioner, "BOTH", "NHS|SC|BOTH", "who pays for it")                              \
    X(T, CHOICE, kind, NULL, HW_CHOICE_KINDS, "what it is")                                           \
    X(T, WORDS, directions, "[step_up, step_down]", "step_up|step_down", "which way people come to it") \
    X(T, TEXTS, councils, "[]", "a list of codes of councils", "whose people it takes; empty: anybody's") \
    X(T, TEXTS, zones, "[all]", "[all], [all:RANK], or a list of CODE or CODE:RANK", "where it works; rank 1 goes first") \
    X(T, CHOICE, unit, "slots", "slots|beds|hours_per_week", "what its capacity is counted in")       \
    X(T, COUNT, capacity, "0", "0..1000000", "how many of them")                                      \
    X(T, CHOICE, basis, "managed", "managed|declared", "managed: all use passes through here; declared: free as told") \
    X(T, MINUTES, capacity_ttl, "24 h", "1 min to 366 days", "how long declared capacity is believed") \
    X(T, WORDS, capabilities, "[]", HW_CHOICE_NEEDS, "what it can give")                              \
    X(T, WORDS, pathways, "[]", "P0|P1|P2|P3", "which pathways it takes; empty: any")                 \
    X(T, TEXTS, funding, "[]", "a list of short codes", "which funding it takes; empty: any")         \
    X(T, COUNT, starts_per_day, "0", "0..100000", "people it can start in a day; 0: any number")      \
    X(T, MINUTES, max_stay, "0 min", "0 min to 3660 days", "after which a placement is past its review date; 0: crisis response 3 days, reablement 42, others never") \
    X(T, MINUTES, proposal_ttl, "30 min", "1 min to 366 days", "how long a proposal holds its place")  \
    X(T, MINUTES, offer_ttl, "2 h", "1 min to 366 days", "how long it has to answer, within its answer hours") \
    X(T, HOURS, answer_hours, "24/7", "24/7, or such as Mo-Fr 08:00-18:00, Sa 09:00-13:00", "when it answers offers") \
    X(T, HOURS, hours, "24/7", "24/7, or such as Mo-Su 08:00-20:00", "when somebody can start")       \
    X(T, COUNT, offers_at_once, "1", "1..16", "services of its kind that one referral may be offered to at a time") \
    X(T, BOOL, auto_accept, "false", "true or false", "an in-house, managed service that says yes at once") \
    X(T, COUNT, step_up_reserve, "0", "0..1000000", "units kept for people at home")                  \
    X(T, MINUTES, suspend_hold, "48 h", "1 min to 366 days", "how long a place is kept for somebody back in hospital") \
    X(T, COUNT, cost_per_day, "0", "0..100000000", "pence; shown, and used only with routing.use_cost") \
    X(T, AGES, age, "any", "any, 18.., ..17 or 18..64", "whom it is for, in years")                   \
    X(T, CHOICE, sex, "any", "any|female|male", "whom its places are for")

#define HW_KEYS_TOP(X, T)                                                                             \
    X(T, TEXT, data_dir, "data", "a folder", "where the journal and everything durable is kept")      \
    X(T, TEXT, county, "county", "any text", "name of this log's county: a folder of another is refused") \
    X(T, CHOICE, clock, "system", "system|events", "events: now is the greatest event time seen, for tests and history") \
    X(T, GROUP, mllp, mllp, "", "HL7 v2 over MLLP")                                                   \
    X(T, GROUP, hl7, hl7, "", "how HL7 v2 messages are read")                                         \
    X(T, GROUP, nanomsg, nanomsg, "", "publication, queries, events")                                 \
    X(T, GROUP, listen, listen, "", "rules for all listeners")                                        \
    X(T, GROUP, metrics, metrics, "", "publication of figures")                                       \
    X(T, GROUP, journal, journal, "", "the journal")                                                  \
    X(T, GROUP, quarantine, quarantine, "", "refused input")                                       \
    X(T, GROUP, dedupe, dedupe, "", "messages that come twice")                                       \
    X(T, GROUP, history, history, "", "stays that are over")                                          \
    X(T, GROUP, limits, limits, "", "how many of each there may be; they only grow")                  \
    X(T, GROUP, log, log, "", "what the program says on standard error")                              \
    X(T, ITEMS, sources, feed, "a list of sources", "feeds that are not what their MSH says")         \
    X(T, ITEMS, sites, site, "a list of sites", "hospitals")                                          \
    X(T, ITEMS, zones, zone, "a list of zones", "where people live")                                  \
    X(T, ITEMS, councils, council, "a list of councils", "who is responsible for social care")        \
    X(T, GROUP, routing, routing, "", "matching people to services")                                  \
    X(T, GROUP, automation, automation, "", "what may go without a person")                           \
    X(T, ITEMS, services, service, "a list of services", "where people can go, and how many")

/* All lists, those inside before those around them: Y(tag, list). */
#define HW_KEYS_LIST(Y)                                                                            \
    Y(mode, HW_KEYS_MODE) Y(mllp, HW_KEYS_MLLP) Y(class, HW_KEYS_CLASS)                            \
    Y(mapping, HW_KEYS_MAPPING) Y(hl7, HW_KEYS_HL7) Y(nanomsg, HW_KEYS_NANOMSG)                    \
    Y(listen, HW_KEYS_LISTEN) Y(metrics, HW_KEYS_METRICS) Y(journal, HW_KEYS_JOURNAL)              \
    Y(quarantine, HW_KEYS_QUARANTINE)                                                              \
    Y(dedupe, HW_KEYS_DEDUPE) Y(history, HW_KEYS_HISTORY) Y(limits, HW_KEYS_LIMITS)                \
    Y(log, HW_KEYS_LOG) Y(ward, HW_KEYS_WARD) Y(site, HW_KEYS_SITE) Y(zone, HW_KEYS_ZONE)          \
    Y(council, HW_KEYS_COUNCIL) Y(feed, HW_KEYS_FEED) Y(routing, HW_KEYS_ROUTING)                  \
    Y(automation, HW_KEYS_AUTOMATION) Y(service, HW_KEYS_SERVICE) Y(top, HW_KEYS_TOP)

/*
 * Keys of CONTRACT 2 whose machinery does not exist yet: setting one is an error, because a
 * setting without effect would be believed.
 */
#define HW_KEYS_LATER(X)                                                                           \
    X("http") X("mllp.tls") X("spool")                                         \
    X("raw") X("census") X("full") X("council") X("continuity") X("retention") X("disclosure")     \
    X("alerts") X("returns")
/* clang-format on */

enum hw_key_kind {
    HW_KEY_TEXT,
    HW_KEY_CODE,
    HW_KEY_ID,
    HW_KEY_ADDRESS,
    HW_KEY_URL,
    HW_KEY_SOURCE,
    HW_KEY_ATTRIBUTE,
    HW_KEY_CHOICE,
    HW_KEY_COUNT,
    HW_KEY_BYTES,
    HW_KEY_BOOL,
    HW_KEY_SYNC,
    HW_KEY_MINUTES,
    HW_KEY_AGES,
    HW_KEY_HOURS,
    HW_KEY_WORDS,
    HW_KEY_TEXTS,
    HW_KEY_ITEMS,
    HW_KEY_MODES,
    HW_KEY_GROUP,
};

/* A key, and a list of them ended by one without a name.  Static storage. */
struct hw_key {
    enum hw_key_kind kind;
    const char *name;
    const char *fallback; /* NULL: must be given, or has keys inside */
    const char *allowed;
    const char *sentence;
    const struct hw_key *inside; /* of GROUP, ITEMS and MODES */
};

/* The keys at the top. */
const struct hw_key *hw_keys(void);

/* Whether a path ("mllp.tls") is one of HW_KEYS_LATER. */
bool hw_key_is_later(const char *path);

/* The key of a name in a list of keys; NULL: none. */
const struct hw_key *hw_key_find(const struct hw_key *keys, const char *name);

/* All keys with their defaults: as text for a terminal, or as the reference document. */
void hw_keys_print(FILE *out, bool markdown);

#endif
