/*
 * A segment is read from disk: whatever stands behind its header, the reader stays inside it, comes
 * to an end, and gives only blocks whose records can be walked.
 *
 * The first byte says how much is put right for the input, so that it gets past the checksums: bit
 * 0 the header of the first block, bit 1 its checksum; bit 2 puts a second segment behind.
 */
#include <stdlib.h>

#include "fuzz.h"
#include "homeward/version.h"
#include "runtime/bytes.h"
#include "runtime/log_reader.h"
#include "support/fault_env.h"

enum { LOG_ID = 77 };

static void put_segment(struct fault_env *fault, uint64_t first, const uint8_t *blocks, size_t size)
{
    struct hw_segment_header header = {.format = HW_FORMAT_VERSION,
        .rules = HW_RULES_VERSION,
        .log_id = {LOG_ID, LOG_ID},
        .first_sequence = first,
        .accepted_ms = HW_TIME_NONE,
        .county = "Kent"};
    uint8_t *bytes = calloc(1, HW_SEGMENT_HEADER_SIZE + size + 1);
    char path[HW_PATH_SIZE];

    hw_segment_header_write(&header, bytes);
    if (size > 0)
        memcpy(bytes + HW_SEGMENT_HEADER_SIZE, blocks, size);
    hw_file_number_path(path, "/journal", first, HW_SEGMENT_ENDING);
    fault_put(fault, path, bytes, HW_SEGMENT_HEADER_SIZE + size);
    free(bytes);
}

/* Make what stands at the start look like the first block of this log. */
static void put_right(uint8_t *blocks, size_t size, uint8_t how)
{
    size_t records = size < HW_BLOCK_HEADER_SIZE ? 0 : hw_get_u32(blocks + 20);
    uint32_t count = size < HW_BLOCK_HEADER_SIZE ? 0 : hw_get_u32(blocks + 16);

    if ((how & 1) == 0 || records == 0 || records % 8 != 0 || count == 0 ||
        records > size - HW_BLOCK_HEADER_SIZE)
        return;
    if (how & 2)
        hw_block_write(blocks, 1, count, records, 0, LOG_ID);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char error[HW_ERROR_TEXT_SIZE];
    struct hw_log_block block;
    struct fault_env *fault;
    struct hw_log *log;
    uint8_t *blocks;
    uint64_t expected = 1;

    if (size < 1)
        return 0;
    blocks = malloc(size);
    memcpy(blocks, data + 1, size - 1);
    put_right(blocks, size - 1, data[0]);
    fault = fault_new(1);
    fault_table(fault)->make_dir(fault, "/journal");
    put_segment(fault, 1, blocks, size - 1);
    if (data[0] & 4)
        put_segment(fault, 3, blocks, size - 1);
    free(blocks);
    if (hw_log_open(fault_table(fault), "/journal", 1, &log, error) == HW_OK) {
        while (hw_log_next(log, &block, error) == HW_OK) {
            struct hw_slice records = block.block.records, record;
            uint32_t count = 0;

            if (block.block.first_sequence != expected)
                abort();
            while (hw_records_next(&records, &record))
                count++;
            if (count != block.block.count)
                abort();
            expected += count;
        }
        hw_log_close(log);
    }
    fault_free(fault);
    return 0;
}
