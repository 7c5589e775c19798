#include "config/nearest.h"

#include <ctype.h>
#include <string.h>

enum { WORD_SIZE_MAX = 48 }; /* Longer words are nobody's typing error. */

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static int same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Optimal string alignment distance; both at most WORD_SIZE_MAX long. */
static unsigned distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    unsigned rows[3][WORD_SIZE_MAX + 1];
    unsigned *before = rows[0], *last = rows[1], *row = rows[2];

    memset(rows, 0, sizeof rows);
    for (size_t j = 0; j <= b_size; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= a_size; i++) {
        unsigned *spare = before;

        before = last;
        last = row;
        row = spare;
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_size; j++) {
            unsigned replaced = last[j - 1] + !same(a[i - 1], b[j - 1]);

            row[j] = least(replaced, least(last[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                row[j] = least(row[j], before[j - 2] + 1);
        }
    }
    return row[b_size];
}

void hw_nearest_init(struct hw_nearest *nearest, const char *word)
{
    unsigned near = (unsigned)(strlen(word) / 3);

    *nearest = (struct hw_nearest){.word = word, .distance = (near < 2 ? 2 : near) + 1};
}

void hw_nearest_offer(struct hw_nearest *nearest, const char *known)
{
    size_t word_size = strlen(nearest->word), known_size = strlen(known);

    if (word_size > WORD_SIZE_MAX || known_size > WORD_SIZE_MAX)
        return;
    unsigned far = distance(nearest->word, word_size, known, known_size);
    if (far < nearest->distance && far * 2 <= known_size) {
        nearest->distance = far;
        nearest->best = known;
    }
}
