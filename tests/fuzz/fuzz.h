/*
 * fuzz.h - what a fuzz target provides.
 */
#ifndef HW_FUZZ_H
#define HW_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/*
 * Feed data to what is tested; abort when it does what it must not.  Returns 0.  data is borrowed
 * for the call and lies in memory of exactly its size, so that reading past it is seen.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
