#include "splitter.h"

enum { OTHER, FIELD, SEGMENT };

static const uint8_t class_of[256] = {['|'] = FIELD, ['\r'] = SEGMENT, ['\n'] = SEGMENT};

uint32_t bench_split(struct hw_slice message, struct bench_field fields[BENCH_FIELDS_MAX])
{
    uint32_t count = 0, start = 0, size = (uint32_t)message.size;
    uint8_t segment = 0, number = 0;

    for (uint32_t i = 0; i < size && count < BENCH_FIELDS_MAX; i++) {
        uint8_t class = class_of[message.data[i]];

        if (class == OTHER)
            continue;
        fields[count++] = (struct bench_field){start, (uint16_t)(i - start), segment, number};
        start = i + 1;
        if (class == FIELD) {
            number++;
        } else {
            segment++;
            number = 0;
        }
    }
    if (start < size && count < BENCH_FIELDS_MAX)
        fields[count++] = (struct bench_field){start, (uint16_t)(size - start), segment, number};
    return count;
}
