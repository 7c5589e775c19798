#include "conformance/csv.h"

/* One cell, unquoted in place; *ret_last is set where it ends its row. */
static const char *next_cell(struct csv *csv, bool *ret_last)
{
    char *start = csv->at, *to = csv->at;
    bool quoted = csv->at < csv->end && *csv->at == '"';

    if (quoted)
        csv->at++;
    while (csv->at < csv->end) {
        char c = *csv->at++;

        if (quoted && c == '"') {
            if (csv->at < csv->end && *csv->at == '"')
                *to++ = *csv->at++;
            else
                quoted = false;
            continue;
        }
        if (!quoted && (c == ',' || c == '\n')) {
            *ret_last = c == '\n';
            *to = '\0';
            return start;
        }
        if (quoted || c != '\r')
            *to++ = c;
    }
    *ret_last = true;
    *to = '\0'; /* The buffer has room for one byte more than its content. */
    return start;
}

bool csv_next(struct csv *csv)
{
    bool last = false;

    csv->count = 0;
    if (csv->at >= csv->end)
        return false;
    while (!last) {
        const char *cell = next_cell(csv, &last);

        if (csv->count < CSV_CELLS_MAX)
            csv->cells[csv->count++] = cell;
    }
    return true;
}
