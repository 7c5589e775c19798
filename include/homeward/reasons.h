/*
 * reasons.h - why a person who is ready is still there (CONTRACT R3).
 *
 * Two lists, as data: the DTOC codes of 2010-2020 and the 37 reasons of the acute discharge
 * situation report in force since 27 May 2024, keyed in the order of their publication, with HP0
 * for "hospital process, not recorded".  The DTOC counterparts are a local mapping.  Sides: DTOC
 * as the published tables attributed them; SitRep as a local reading of who can end the wait.
 * Static data; any thread.
 */
#ifndef HOMEWARD_REASONS_H
#define HOMEWARD_REASONS_H

#include "homeward/slice.h"

enum hw_side { HW_SIDE_NHS = 1, HW_SIDE_SC = 2, HW_SIDE_BOTH = 4 };

struct hw_reason {
    const char *key;
    const char *text;
    const char *dtoc;       /* counterpart; "" for DTOC codes themselves */
    const char *valid_from; /* first day it may be used */
    const char *valid_to;   /* last day; "" open */
    unsigned sides;         /* bits of enum hw_side that may be charged with it */
};

enum { HW_REASONS_COUNT = 49 };

/* In order of the lists; index below HW_REASONS_COUNT. */
const struct hw_reason *hw_reason_at(unsigned index);

/* NULL when key is in neither list. */
const struct hw_reason *hw_reason_find(struct hw_slice key);

/* "NHS", "SC", "BOTH" to its bit; 0 for anything else. */
unsigned hw_side_of(struct hw_slice text);

/* The code's only side as text; "unassigned" when it has several or reason is NULL. */
const char *hw_reason_side(const struct hw_reason *reason);

#endif
