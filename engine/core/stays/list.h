/*
 * list.h - the facts of a stay, a person or a visit: packed, together, in the order of their keys.
 *
 * A list is a block (core/blocks.h): four bytes each of size, count and class of the block, then
 * the facts one behind the other.  So a stay is folded in one walk over neighbouring memory, and a
 * fact costs what it says: some 30 to 60 bytes.  A fact is
 *
 *      kind and meets (1), shape (2): which of the parts below are there
 *      event time (6) and its precision (1); recorded time and MSH-7, as what they differ by (0, 4)
 *      or whole (6); MSH-13 (0 or 8); length and bytes of MSH-10
 *      moment, PV1-44, PV1-45, expected: 6 and a precision each, those that are there
 *      registers: bits set (2) and cleared (2), then the texts set, 4 each; organisation (4)
 *      content (16) in lists of a person or a visit; its own size (1), so as to walk backwards
 *
 * Times that six bytes do not hold take eight, all of the fact's.  What can be made again from the
 * stay (the hash of the content) is not kept.
 */
#ifndef HW_LIST_H
#define HW_LIST_H

#include "core/stays/fact.h"

enum hw_list_added {
    HW_LIST_KNOWN, /* the same fact is there, under the same or a lesser key: nothing changed */
    HW_LIST_FULL,  /* not put in */
    HW_LIST_MOVED, /* it was there under a greater key (R0: the least of MSH-7, 13, 10 counts) */
    HW_LIST_ADDED,
    HW_LIST_LAST, /* added, and no other comes after it */
};

/* Put a fact in its place; *list is 0 of an empty list.  Room was ensured (hw_blocks_ensure). */
enum hw_list_added hw_list_add(
    struct hw_engine *engine, uint32_t *list, uint32_t count_max, const struct hw_fact *fact);

/* How many facts a list has. */
uint32_t hw_list_count(const struct hw_engine *engine, uint32_t list);

/*
 * Unpack at most count_max facts, in order, for stay (0: none) into facts[]; returns how many.
 */
uint32_t hw_list_unpack(const struct hw_engine *engine, uint32_t list, uint32_t stay,
    struct hw_fact *facts, uint32_t count_max);

/* Leave only facts[0, count), in order, of what a list had; it becomes as small as it can. */
void hw_list_replace(
    struct hw_engine *engine, uint32_t *list, const struct hw_fact *facts, uint32_t count);

/* Give up a list; *list becomes 0. */
void hw_list_free(struct hw_engine *engine, uint32_t *list);

/* Walk a list from its last fact to its first; valid until it is added to. */
struct hw_list_walk {
    const uint8_t *first, *at;
};
struct hw_list_walk hw_list_walk(const struct hw_engine *engine, uint32_t list);
bool hw_list_previous(struct hw_list_walk *walk, struct hw_fact *ret_fact);

#endif
