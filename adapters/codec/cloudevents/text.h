/*
 * text.h - the JSON values of a text, one by one: one object, an array, NDJSON.
 *
 * A value that is no JSON is passed over to the end of its line, so that what stands behind it is
 * still read.  Pure but for jansson's memory.
 */
#ifndef HW_CE_TEXT_H
#define HW_CE_TEXT_H

#include "homeward/slice.h"

#include <jansson.h>

enum { HW_CE_TEXT_WORDS_SIZE = 160 };

enum hw_ce_next {
    HW_CE_NEXT_END,   /* nothing but blanks is left */
    HW_CE_NEXT_VALUE, /* *ret_json is the caller's */
    HW_CE_NEXT_WRONG, /* words say what is wrong with *ret_bytes, without the text itself */
};

/*
 * The next value; *text moves behind it, *ret_bytes is where it stood.  words has
 * HW_CE_TEXT_WORDS_SIZE bytes.
 */
enum hw_ce_next hw_ce_text_next(
    struct hw_slice *text, json_t **ret_json, struct hw_slice *ret_bytes, char *words);

#endif
