#include "runtime/segment.h"
#include "homeward/record.h"
#include "homeward/version.h"
#include "runtime/bytes.h"
#include "runtime/crc32c.h"

static const uint8_t segment_magic[8] = {'H', 'W', 'J', 'R', 'N', 'L', '1', '\n'};

enum { BLOCK_MAGIC = 0x42435748 }; /* "HWCB" */
enum { QUICK_DIGEST_AT = 336 };

_Static_assert(136 + (int)HW_COUNTY_SIZE_MAX <= (int)QUICK_DIGEST_AT, "behind the county");

_Static_assert(sizeof(struct hw_limits) == 7 * sizeof(uint32_t), "the header has seven limits");

void hw_segment_header_write(
    const struct hw_segment_header *header, uint8_t bytes[HW_SEGMENT_HEADER_SIZE])
{
    size_t county_size = strlen(header->county);

    HW_ASSERT(county_size > 0);
    HW_ASSERT(county_size <= HW_COUNTY_SIZE_MAX);
    memset(bytes, 0, HW_SEGMENT_HEADER_SIZE);
    memcpy(bytes, segment_magic, sizeof segment_magic);
    hw_put_u32(bytes + 12, header->format);
    hw_put_u32(bytes + 16, header->rules);
    hw_put_u64(bytes + 24, header->log_id.low);
    hw_put_u64(bytes + 32, header->log_id.high);
    hw_put_u64(bytes + 40, header->hash_key[0]);
    hw_put_u64(bytes + 48, header->hash_key[1]);
    hw_put_u64(bytes + 56, header->first_sequence);
    hw_put_u64(bytes + 64, (uint64_t)header->accepted_ms);
    hw_put_u64(bytes + 72, header->digest.low);
    hw_put_u64(bytes + 80, header->digest.high);
    hw_put_u64(bytes + 88, (uint64_t)header->dedupe_ms);
    hw_put_u64(bytes + 96, (uint64_t)header->history_open_ms);
    memcpy(bytes + 104, &header->limits, sizeof header->limits);
    hw_put_u32(bytes + 132, (uint32_t)county_size);
    memcpy(bytes + 136, header->county, county_size);
    hw_put_u64(bytes + QUICK_DIGEST_AT, header->quick_digest.low);
    hw_put_u64(bytes + QUICK_DIGEST_AT + 8, header->quick_digest.high);
    hw_put_u32(bytes + 8, hw_crc32c(hw_slice_of(bytes + 12, HW_SEGMENT_HEADER_SIZE - 12)));
}

enum hw_status hw_segment_header_read(
    const uint8_t bytes[HW_SEGMENT_HEADER_SIZE], struct hw_segment_header *ret_header)
{
    uint32_t county_size = hw_get_u32(bytes + 132);

    if (memcmp(bytes, segment_magic, sizeof segment_magic) != 0)
        return HW_E_DAMAGED;
    if (hw_get_u32(bytes + 8) != hw_crc32c(hw_slice_of(bytes + 12, HW_SEGMENT_HEADER_SIZE - 12)))
        return HW_E_DAMAGED;
    ret_header->format = hw_get_u32(bytes + 12);
    if (ret_header->format > HW_FORMAT_VERSION)
        return HW_E_VERSION;
    if (county_size == 0 || county_size > HW_COUNTY_SIZE_MAX)
        return HW_E_DAMAGED;
    ret_header->rules = hw_get_u32(bytes + 16);
    ret_header->log_id = (struct hw_hash){hw_get_u64(bytes + 24), hw_get_u64(bytes + 32)};
    ret_header->hash_key[0] = hw_get_u64(bytes + 40);
    ret_header->hash_key[1] = hw_get_u64(bytes + 48);
    ret_header->first_sequence = hw_get_u64(bytes + 56);
    ret_header->accepted_ms = (int64_t)hw_get_u64(bytes + 64);
    ret_header->digest = (struct hw_hash){hw_get_u64(bytes + 72), hw_get_u64(bytes + 80)};
    ret_header->dedupe_ms = (int64_t)hw_get_u64(bytes + 88);
    ret_header->history_open_ms = (int64_t)hw_get_u64(bytes + 96);
    memcpy(&ret_header->limits, bytes + 104, sizeof ret_header->limits);
    memcpy(ret_header->county, bytes + 136, county_size);
    ret_header->county[county_size] = '\0';
    ret_header->quick_digest = (struct hw_hash){
        hw_get_u64(bytes + QUICK_DIGEST_AT), hw_get_u64(bytes + QUICK_DIGEST_AT + 8)};
    return HW_OK;
}

void hw_block_write(uint8_t *bytes, uint64_t first_sequence, uint32_t count, size_t records_size,
    uint64_t durable_end, uint64_t log_id)
{
    HW_ASSERT(count > 0);
    HW_ASSERT(records_size > 0);
    HW_ASSERT(records_size <= HW_BLOCK_CONTENT_MAX);
    HW_ASSERT(records_size % 8 == 0);
    hw_put_u32(bytes, BLOCK_MAGIC);
    hw_put_u64(bytes + 8, first_sequence);
    hw_put_u32(bytes + 16, count);
    hw_put_u32(bytes + 20, (uint32_t)records_size);
    hw_put_u64(bytes + 24, durable_end);
    hw_put_u64(bytes + 32, log_id);
    hw_put_u32(
        bytes + 4, hw_crc32c(hw_slice_of(bytes + 8, HW_BLOCK_HEADER_SIZE - 8 + records_size)));
}

enum hw_status hw_block_read(
    struct hw_slice bytes, uint64_t log_id, struct hw_block *ret_block, size_t *ret_size)
{
    const uint8_t *at = bytes.data;
    size_t records_size;

    *ret_size = HW_BLOCK_HEADER_SIZE;
    if (bytes.size < HW_BLOCK_HEADER_SIZE)
        return HW_E_PARTIAL;
    records_size = hw_get_u32(at + 20);
    if (hw_get_u32(at) != BLOCK_MAGIC || records_size == 0 || records_size % 8 != 0 ||
        records_size > HW_BLOCK_CONTENT_MAX || hw_get_u64(at + 32) != log_id)
        return HW_E_DAMAGED;
    *ret_size = HW_BLOCK_HEADER_SIZE + records_size;
    if (bytes.size < *ret_size)
        return HW_E_PARTIAL;
    if (hw_get_u32(at + 4) != hw_crc32c(hw_slice_of(at + 8, *ret_size - 8)))
        return HW_E_DAMAGED;
    ret_block->first_sequence = hw_get_u64(at + 8);
    ret_block->count = hw_get_u32(at + 16);
    ret_block->durable_end = hw_get_u64(at + 24);
    ret_block->records = hw_slice_of(at + HW_BLOCK_HEADER_SIZE, records_size);
    return ret_block->count > 0 ? HW_OK : HW_E_DAMAGED;
}
