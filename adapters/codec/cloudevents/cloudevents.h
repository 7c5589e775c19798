/*
 * cloudevents.h - CloudEvents 1.0 in structured JSON to canonical events (CONTRACT 3.2, 3.3).
 *
 * Pure but for jansson's memory: no clock, no state between events; a fate follows from the JSON
 * and the options alone.  What each type says is one table (types.c); schemas and help are made
 * from it.  Slices of a reading are borrowed from the JSON value and the scratch buffer.
 */
#ifndef HW_CLOUDEVENTS_H
#define HW_CLOUDEVENTS_H

#include "homeward/event.h"

#include <jansson.h>

enum {
    HW_CE_SCRATCH_SIZE = 32 * 1024,
    HW_CE_POINTER_SIZE = 96,
    HW_CE_WORDS_SIZE = 256,
    HW_CE_SPELLS_MAX = 2000, /* of one census */
};

/* A source that is more than its name says (configuration: sources). */
struct hw_ce_source {
    struct hw_slice source;
    struct hw_slice organisation;    /* empty: the source up to its first slash */
    struct hw_slice visit_authority; /* of bare spell and referral ids; empty: the organisation */
    uint64_t asserted[2];            /* bit of each enum hw_kind it may assert */
};

/* Homes by postcode district, as in zones; the longest that fits wins. */
struct hw_ce_postcode {
    struct hw_slice district, zone, council;
};

struct hw_ce_options {
    const struct hw_ce_source *sources;
    uint32_t sources_count;
    const struct hw_ce_postcode *postcodes;
    uint32_t postcodes_count;
};

struct hw_ce_reading {
    bool taken;
    char pointer[HW_CE_POINTER_SIZE]; /* JSON pointer to what is wrong: "/data/spell" */
    char words[HW_CE_WORDS_SIZE];     /* what is wrong and how to mend it; no identifiers */
    unsigned unknown;                 /* fields that mean nothing here: counted, not refused */
    struct hw_event event;            /* finished; when taken */

    /* Where one message is several records (a census, a service with long lists). */
    unsigned more;             /* how many besides event: hw_ce_more() */
    struct hw_slice details;   /* the keys of a service that event has no room for */
    struct hw_slice authority; /* of bare ids of spells */
};

/*
 * Read one CloudEvent.  scratch (HW_CE_SCRATCH_SIZE bytes) takes lists and normal forms.  Never
 * fails: a refusal is a reading that is not taken.
 */
void hw_ce_read(const struct hw_ce_options *options, const json_t *json, uint8_t *scratch,
    struct hw_ce_reading *ret_reading);

/*
 * One of the other events of a reading that was taken, finished: index below more, in order behind
 * event, to be submitted with it.  json and scratch are those it was read from.
 */
void hw_ce_more(const struct hw_ce_reading *reading, const json_t *json, unsigned index,
    struct hw_event *ret_event);

/*
 * Read one decision of a person (3.3): {"decision":type, data...}.  by: who decided, as the link
 * knows; now_ms: when.  An "id" of the sender, if given, makes it the same decision when repeated.
 * Members beside the data: decision, id, dry_run (for the caller).
 */
void hw_ce_read_decision(const struct hw_ce_options *options, const json_t *json,
    struct hw_slice by, int64_t now_ms, uint8_t *scratch, struct hw_ce_reading *ret_reading);

#endif
