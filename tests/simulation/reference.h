/*
 * reference.h - what a set of messages must fold to: told to the reference model, and to an engine
 * of its own in the order they were made, whatever the order they were taken in.
 */
#ifndef HW_TEST_REFERENCE_H
#define HW_TEST_REFERENCE_H

#include "oracle.h"

/* Of these messages of the ledger's feeds; remembered. */
const struct reference *reference_of(struct oracle *oracle, uint64_t set);

/* A hash of all histories of an engine, as text. */
struct hw_hash reference_text(struct hw_engine *engine);

#endif
