/*
 * A record is read from disk: whatever stands there, reading it stays inside its bytes, and what
 * was read can be written and read again.
 */
#include <stdlib.h>

#include "fuzz.h"
#include "homeward/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t buffer[HW_RECORD_SIZE_MAX];
    struct hw_slice bytes = hw_slice_of(data, size);
    struct hw_record_header header;
    struct hw_event event, again;
    size_t written;

    if (hw_record_header(bytes, &header) != HW_OK)
        return 0;
    if (hw_record_decode(bytes, false, &event) != HW_OK)
        return 0;
    if (hw_record_decode(bytes, true, &event) != HW_OK)
        return 0;
    if (header.sequence == 0)
        return 0;
    written = hw_record_encode(&event, header.sequence, header.accepted_ms, buffer, sizeof buffer);
    if (written == 0)
        return 0;
    if (hw_record_decode(hw_slice_of(buffer, written), true, &again) != HW_OK)
        abort();
    if (again.set != event.set || again.cleared != event.cleared ||
        again.identifiers_count != event.identifiers_count ||
        !hw_slice_equal(again.name, event.name))
        abort();
    return 0;
}
