/*
 * types.h - what each type of event and decision says: its fields, where they go, which must be
 * there (CONTRACT 3.2, 3.3).
 */
#ifndef HW_CE_TYPES_H
#define HW_CE_TYPES_H

#include "homeward/event.h"

enum hw_ce_form {
    HW_CE_TEXT,
    HW_CE_CODE,     /* text without blanks around it */
    HW_CE_TIME,     /* RFC 3339, or a date, or a local time (London) */
    HW_CE_BOOL,     /* true, false */
    HW_CE_NUMBER,   /* a whole number, not negative */
    HW_CE_LIST,     /* of texts, or one text */
    HW_CE_PACKAGE,  /* {"calls","minutes","carers","times"} */
    HW_CE_PERSON,   /* {"nhs","local","born","sex","postcode","name"} */
    HW_CE_INTO,     /* the person a merge leads to */
    HW_CE_SPELL,    /* AUTHORITY/ID */
    HW_CE_REFERRAL, /* AUTHORITY/ID */
    HW_CE_OFFER,    /* "O..." */
    HW_CE_AT,       /* when it happened, instead of time */
    HW_CE_SAYS,     /* a boolean: true is kept as its own name in a field of text */
    HW_CE_POSTCODE, /* of where the person will be: zone */
};

struct hw_ce_field {
    const char *name;
    uint8_t form;  /* enum hw_ce_form */
    uint8_t field; /* enum hw_field, where the form goes to one */
    bool required;
};

enum { HW_CE_FIELDS_MAX = 32 };

struct hw_ce_type {
    enum hw_kind kind;
    const struct hw_ce_field *fields; /* the last has no name */
};

/* The row of a kind; NULL: it is not taken in this form. */
const struct hw_ce_type *hw_ce_type_of(enum hw_kind kind);

/* All rows, for documents; index below the count. */
unsigned hw_ce_types_count(void);
const struct hw_ce_type *hw_ce_type_at(unsigned index);

#endif
