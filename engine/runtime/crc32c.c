#include "runtime/crc32c.h"

#include <isa-l/crc.h>

enum { STEP = 1 << 30 }; /* libisal takes sizes as int */

uint32_t hw_crc32c_more(uint32_t before, struct hw_slice bytes)
{
    uint32_t crc = ~before;

    while (bytes.size > 0) {
        size_t size = bytes.size < STEP ? bytes.size : STEP;

        /* libisal does not write, but does not say const either. */
        crc = crc32_iscsi((unsigned char *)(uintptr_t)bytes.data, (int)size, crc);
        bytes.data += size;
        bytes.size -= size;
    }
    return ~crc;
}

uint32_t hw_crc32c(struct hw_slice bytes)
{
    return hw_crc32c_more(0, bytes);
}
