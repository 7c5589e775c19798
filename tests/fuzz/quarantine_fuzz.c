/*
 * A file of refused inputs is read from disk, and what was refused is anything at all: walking it
 * stays inside it, comes to an end, gives whole entries in order, and a start goes on behind it.
 *
 * The first byte says how many of the entries that seem to stand there get a right checksum.
 */
#include <stdlib.h>

#include "fuzz.h"
#include "runtime/bytes.h"
#include "runtime/crc32c.h"
#include "runtime/quarantine.h"
#include "support/fault_env.h"

#define MUST(fact) ((fact) ? (void)0 : abort())
#define PATH       "/data/quarantine/00000000000000000001.hwq"

enum { CHECKSUM_AT = 4, SIZES_AT = 24, SIZES = 6 };

static size_t entry_size(const uint8_t *bytes)
{
    uint64_t size = HW_QUARANTINE_HEADER_SIZE;

    for (int i = 0; i < SIZES; i++)
        size += hw_get_u32(bytes + SIZES_AT + 4 * i);
    return (size_t)((size + 7) / 8 * 8);
}

static void put_right(uint8_t *bytes, size_t size, unsigned entries)
{
    size_t at = 0;

    while (entries-- > 0 && size - at >= HW_QUARANTINE_HEADER_SIZE) {
        size_t whole = entry_size(bytes + at);

        if (whole > size - at)
            return;
        hw_put_u32(bytes + at + CHECKSUM_AT, hw_crc32c(hw_slice_of(bytes + at + 8, whole - 8)));
        at += whole;
    }
}

struct walk {
    uint64_t end;
    unsigned entries;
};

static bool see(void *context, const struct hw_quarantined *entry, uint64_t offset, size_t size)
{
    struct walk *walk = context;

    MUST(offset >= walk->end && size >= HW_QUARANTINE_HEADER_SIZE);
    MUST(entry->refused.bytes.size <= size);
    walk->end = offset + size;
    walk->entries++;
    return true;
}

static bool visit(void *context, const struct hw_quarantined *entry)
{
    uint64_t *last = context;

    MUST(entry->id > *last);
    *last = entry->id;
    return true;
}

/* A start on it keeps one more. */
static void start(struct fault_env *fault)
{
    struct hw_quarantine_options options = {
        .env = fault_table(fault), .data_dir = "/data", .source_quota = 1000, .threadless = true};
    struct hw_refused refused = {.bytes = hw_slice_text("one more")};
    struct hw_quarantine *quarantine;
    char error[HW_ERROR_TEXT_SIZE];
    uint64_t id;

    MUST(hw_quarantine_open(&options, &quarantine, error) == HW_OK);
    MUST(hw_quarantine_add(quarantine, 1, &refused, &id) == HW_OK);
    hw_quarantine_flush(quarantine);
    MUST(hw_quarantine_durable(quarantine) == id);
    MUST(hw_quarantine_close(quarantine, error) == HW_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hw_quarantine_walked walked;
    struct walk walk = {0};
    struct fault_env *fault;
    char error[HW_ERROR_TEXT_SIZE];
    uint64_t last = 0;
    uint8_t *bytes;

    if (size < 1)
        return 0;
    bytes = malloc(size);
    memcpy(bytes, data + 1, size - 1);
    put_right(bytes, size - 1, data[0]);
    fault = fault_new(1);
    MUST(fault_table(fault)->make_dir(fault, "/data") == 0);
    MUST(fault_table(fault)->make_dir(fault, "/data/quarantine") == 0);
    fault_put(fault, PATH, bytes, size - 1);
    free(bytes);
    MUST(hw_quarantine_segment_walk(fault_table(fault), PATH, 1, see, &walk, &walked) == 0);
    MUST(walked.size == size - 1 && walked.end == walk.end && walked.end <= walked.size);
    MUST(hw_quarantine_list(fault_table(fault), "/data", visit, &last, error) ==
        (walked.damaged ? HW_E_DAMAGED : HW_OK));
    start(fault);
    fault_free(fault);
    return 0;
}
