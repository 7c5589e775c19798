#include "conformance/fates.h"

#include "homeward/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a row contradicts CONTRACT.md the contract is right: these rows are read as stated here. */
static const struct {
    const char *file;
    unsigned message;
    struct fate fate;
    const char *reason;
} exceptions[] = {
    {"hl7v2/microsoft-fhir-converter/ADT-A05-01.hl7", 1, {"AA", "", "expected admission", "AA"},
        "3.1: class P passes in A05"},
    {"hl7v2/microsoft-fhir-converter/ADT-A14-01.hl7", 1, {"AA", "", "expected admission", "AA"},
        "3.1: class P passes in A14"},
    {"hl7v2/balneario/adt_a17.hl7", 1, {"AA", "", "spell.moved (two people change places)", "AA"},
        "3.1: A17 is two moves"},
};

static struct fates_buffer read_whole(const char *path)
{
    struct fates_buffer buffer = {NULL, 0};
    FILE *file = fopen(path, "rb");
    long size;

    if (file == NULL)
        return buffer;
    if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0 &&
        fseek(file, 0, SEEK_SET) == 0) {
        buffer.data = malloc((size_t)size + 1);
        if (buffer.data != NULL)
            buffer.size = fread(buffer.data, 1, (size_t)size, file);
    }
    fclose(file);
    return buffer;
}

struct fates_buffer fates_read(const struct fates *fates, const char *file)
{
    char path[2 * FATES_PATH_SIZE];

    snprintf(path, sizeof path, "%s/%s", fates->folder, file);
    return read_whole(path);
}

bool fates_open(struct fates *fates, const char *source_root, const char *samples)
{
    const char *given = getenv("HOMEWARD_SAMPLES");

    if (given != NULL && given[0] != '\0')
        samples = given;
    if (samples[0] != '\0')
        snprintf(fates->folder, sizeof fates->folder, "%s", samples);
    else
        snprintf(fates->folder, sizeof fates->folder, "%s/../shared/samples", source_root);
    fates->table = fates_read(fates, "fates.csv");
    if (fates->table.data == NULL) {
        printf("1..0 # SKIP no samples: set HOMEWARD_SAMPLES to the folder of fates.csv\n");
        return false;
    }
    fates->cells = malloc(fates->table.size + 1);
    HW_ASSERT(fates->cells != NULL);
    fates_rewind(fates);
    return true;
}

void fates_rewind(struct fates *fates)
{
    memcpy(fates->cells, fates->table.data, fates->table.size);
    fates->row = (struct csv){.at = fates->cells, .end = fates->cells + fates->table.size};
    fates->more = csv_next(&fates->row) && csv_next(&fates->row); /* The first names the columns. */
}

void fates_close(struct fates *fates)
{
    free(fates->table.data);
    free(fates->cells);
}

struct fate fates_of(const struct csv *row, bool allowed)
{
    struct fate fate = {
        row->cells[allowed ? FATES_FATE_PTD : FATES_FATE],
        row->cells[allowed ? FATES_CODE_PTD : FATES_CODE],
        row->cells[allowed ? FATES_EVENT_PTD : FATES_EVENT],
        row->cells[allowed ? FATES_WIRE_PTD : FATES_WIRE],
    };

    for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++)
        if (strcmp(row->cells[FATES_FILE], exceptions[i].file) == 0 &&
            (unsigned)atoi(row->cells[FATES_MESSAGE]) == exceptions[i].message &&
            strcmp(fate.fate, "AA") == 0)
            return exceptions[i].fate;
    return fate;
}

bool fates_is_plain(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text < 0x20 || *text > 0x7e)
            return false;
    return true;
}
