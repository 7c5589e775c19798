/*
 * crc32c.h - CRC-32C (RFC 3720, 12.1), the checksum of everything the runtime stores.
 */
#ifndef HW_CRC32C_H
#define HW_CRC32C_H

#include "homeward/slice.h"

/* Checksum of bytes.  Any thread. */
uint32_t hw_crc32c(struct hw_slice bytes);

/* Checksum of two runs as if they were one; before is the checksum of the first. */
uint32_t hw_crc32c_more(uint32_t before, struct hw_slice bytes);

#endif
