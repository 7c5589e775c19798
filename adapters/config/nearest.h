/*
 * nearest.h - which known word an unknown one was probably meant to be.
 *
 * Distance: insertions, deletions, replacements and swaps of neighbours, without regard to case.
 * Pure; any thread.
 */
#ifndef HW_CONFIG_NEAREST_H
#define HW_CONFIG_NEAREST_H

struct hw_nearest {
    const char *word;  /* borrowed */
    const char *best;  /* nearest so far; NULL: none is near; borrowed from the offers */
    unsigned distance; /* of best; one more than what still counts as near before there is one */
};

/* Near is at most a third of the word's length, and at least 2. */
void hw_nearest_init(struct hw_nearest *nearest, const char *word);

/* Compare with one known word; of equally near ones the first stays. */
void hw_nearest_offer(struct hw_nearest *nearest, const char *known);

#endif
