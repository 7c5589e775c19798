/*
 * dump.h - histories as text, so that two tellers of the same history can be compared.
 *
 * A chronicle is one stay's history with its codes spelt out.  The model fills chronicles of its
 * own; chronicle_of_engine() reads them through the public interface only.  The text holds nothing
 * that arrival, handles or the hash of a key could change: stays are sorted by their own lines.
 */
#ifndef HW_TEST_DUMP_H
#define HW_TEST_DUMP_H

#include "homeward/figures.h"

struct chronicle_place {
    int64_t start_ms;
    struct hw_slice site, ward, room, bed; /* empty: unknown */
};

struct chronicle_charge {
    int64_t start_ms;
    int64_t end_ms;
    uint32_t period;
    struct hw_slice reason, responsible, site, council;
    bool inferred;
    bool contested;
};

/* As struct hw_history; lists are borrowed from whoever tells the history. */
struct chronicle {
    uint64_t findings;
    int64_t admitted_ms;
    int64_t ended_ms;
    int64_t inpatient_ms;
    int64_t expected_discharge_ms;
    int32_t expected_discharge_day;
    uint8_t end;
    bool admission_inferred, counted, restricted, on_leave;
    uint8_t pathway;
    struct hw_slice specialty, class_, council, zone, destination;
    const struct chronicle_place *places;
    const struct hw_period *periods;
    const struct chronicle_charge *charges;
    uint32_t places_count, periods_count, charges_count;
};

/*
 * Of a findings_mask: what was inferred is written, too.  Without it only that something was:
 * inferring from a referral is a decision of the engine (R3), and a reference makes none.
 */
#define DUMP_INFERRED (UINT64_C(1) << 63)
_Static_assert(HW_FINDING_COUNT < 63, "no finding has that bit");

/*
 * The text of chronicles: a paragraph each, in the order of their text.  Neighbouring charges to
 * the same account are written as one, and so are places.  Only findings in findings_mask are
 * written.  The caller frees it.
 */
char *dump_chronicles(
    const struct chronicle *chronicles, uint32_t chronicles_count, uint64_t findings_mask);

/* All histories of an engine, with lists of their own; given back with chronicles_free(). */
uint32_t chronicles_of_engine(struct hw_engine *engine, struct chronicle **ret_chronicles);
void chronicles_free(struct chronicle *chronicles, uint32_t count);

/* The text of all histories of an engine. */
char *dump_engine(struct hw_engine *engine, uint64_t findings_mask);

#endif
