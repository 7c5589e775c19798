/*
 * types.h - what each type of event and decision says: its fields, where they go, which must be
 * there (CONTRACT 3.2, 3.3, 6).
 *
 * One table, from which events are read, schemas made (schema.h) and decisions explained at the
 * terminal.  Static data; any thread.
 */
#ifndef HW_CE_TYPES_H
#define HW_CE_TYPES_H

#include "homeward/event.h"

/*
 * Forms of a member: NAME, what is allowed, for whoever writes one.  Those from PAIR_TEXT on are
 * keys of a service or words of a review: they go to HW_FIELD_DETAIL as "key=value" lines.
 */
#define HW_CE_FORM_LIST(X)                                                                         \
    X(TEXT, "a text")                                                                              \
    X(CODE, "a text")                                                                              \
    X(TIME, "a time such as 2026-03-02T09:00:00Z, or a date")                                      \
    X(BOOL, "true or false")                                                                       \
    X(NUMBER, "a whole number from 0 to 1,000,000")                                                \
    X(LIST, "a list of texts")                                                                     \
    X(PACKAGE,                                                                                     \
        "{\"calls\":1..48 a day,\"minutes\":1..1440 a call,\"carers\":1..9,\"times\":[..]}")       \
    X(PERSON,                                                                                      \
        "{\"nhs\",\"local\":[{\"authority\",\"id\"}],\"born\",\"sex\",\"postcode\",\"name\"}")     \
    X(OTHER, "a person, as in person")                                                             \
    X(SPELL, "AUTHORITY/ID, or an id of the source's own authority")                               \
    X(REFERRAL, "AUTHORITY/ID, or an id of the source's own authority")                            \
    X(OFFER, "a reference such as O5DBR2")                                                         \
    X(ALERT, "a reference such as A5DBR2")                                                         \
    X(AT, "a time such as 2026-03-02T09:00:00Z, or a date")                                        \
    X(SAYS, "true or false")                                                                       \
    X(POSTCODE, "a postcode")                                                                      \
    X(SPELLS, "a list of AUTHORITY/ID")                                                            \
    X(WHOM, "a person, or a reference of theirs such as S5DBR2 or R5DBR2")                         \
    X(WHOM_OTHER, "a person, or a reference of theirs such as S5DBR2 or R5DBR2")                   \
    X(PAIR_TEXT, "a text of one line")                                                             \
    X(PAIR_FLAG, "true or false")                                                                  \
    X(PAIR_KIND, "a text")                                                                         \
    X(PAIR_CHOICE, "one of its words")                                                             \
    X(PAIR_LIST, "a list of texts")                                                                \
    X(PAIR_CODES, "a list of its words")                                                           \
    X(PAIR_ZONES, "\"all\", or a list of CODE, CODE:RANK or {\"zone\",\"rank\"}")                  \
    X(PAIR_COUNT, "a whole number from 0 to 1,000,000")                                            \
    X(PAIR_PENCE, "whole pence from 0 to 1,000,000")                                               \
    X(PAIR_MINUTES, "minutes as a whole number, or such as \"30 min\", \"2 h\", \"42 d\"")         \
    X(PAIR_HOURS, "24/7, or such as \"Mo-Fr 08:00-18:00, Sa 09:00-13:00\"")                        \
    X(PAIR_AGES, "\"any\", \"18..\", \"..17\" or \"18..64\"")

enum hw_ce_form {
#define HW_CE_FORM_ENUM(name, words) HW_CE_##name,
    HW_CE_FORM_LIST(HW_CE_FORM_ENUM)
#undef HW_CE_FORM_ENUM
        HW_CE_FORMS
};

/* What is allowed, in words; form below HW_CE_FORMS. */
const char *hw_ce_form_words(enum hw_ce_form form);

/* Of those that are ONE_OF in a type, one at least must be there. */
enum hw_ce_need { HW_CE_OPTIONAL, HW_CE_REQUIRED, HW_CE_REQUIRED_OR_NULL, HW_CE_ONE_OF };

static inline bool hw_ce_is_needed(unsigned need)
{
    return need == HW_CE_REQUIRED || need == HW_CE_REQUIRED_OR_NULL;
}

struct hw_ce_field {
    const char *name;
    uint8_t form;       /* enum hw_ce_form */
    uint8_t field;      /* enum hw_field, where the form goes to one; else not looked at */
    uint8_t need;       /* enum hw_ce_need */
    const char *codes;  /* known words, "P0|P1|P2|P3"; hw_ce_reasons; NULL: any */
    const char *saying; /* what it means, for schemas and help */
};

/* In place of a list of words: the reasons of homeward/reasons.h. */
extern const char hw_ce_reasons[];

/* Whether text is one of codes ("P0|P1", hw_ce_reasons); true where codes is NULL. */
bool hw_ce_code_is_known(const char *codes, struct hw_slice text);

struct hw_ce_type {
    enum hw_kind kind;
    const char *name; /* as it is written: "spell.admitted", "offer.answered" */
    const char *saying;
    const struct hw_ce_field *fields; /* the last has no name */
};

/* The row of a kind; NULL: it is not taken in this form. */
const struct hw_ce_type *hw_ce_type_of(enum hw_kind kind);

/* The row of a type without "homeward.", or of a decision by its name; NULL: none. */
const struct hw_ce_type *hw_ce_event_named(struct hw_slice name);
const struct hw_ce_type *hw_ce_decision_named(struct hw_slice name);

/* All rows, for documents: events first; index below the count. */
unsigned hw_ce_events_count(void);
unsigned hw_ce_types_count(void);
const struct hw_ce_type *hw_ce_type_at(unsigned index);

/* Rows of decisions, for types.c. */
extern const struct hw_ce_type hw_ce_decisions[];
unsigned hw_ce_decisions_count(void);

#endif
