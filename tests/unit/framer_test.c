/*
 * Goal: the same bytes give the same frames, however they are split; stray bytes are counted and an
 *       oversized frame is noticed.
 * Method: streams with their frames written out, fed whole, byte by byte, and cut at every two
 *         points, from memory that ends at a page nobody may touch.
 */
#include "link/mllp/framer.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FRAME_MAX = 8, FRAMES_MAX = 8 };

struct result {
    char frames[FRAMES_MAX][FRAME_MAX + 1];
    size_t frames_count;
    uint64_t stray_bytes;
    bool full;
};

static const struct {
    const char *name, *stream;
    size_t size;
    const char *frames[4];
    uint64_t stray_bytes;
    bool full;
} streams[] = {
#define STREAM(text) text, sizeof(text) - 1
    {"one frame",
        STREAM("\x0b"
               "abc\x1c\r"),
        {"abc"}, 0, false},
    {"two frames",
        STREAM("\x0b"
               "abc\x1c\r\x0b"
               "de\x1c\r"),
        {"abc", "de"}, 0, false},
    {"an empty frame", STREAM("\x0b\x1c\r"), {""}, 0, false},
    {"bytes before, between and after",
        STREAM("xy\x0b"
               "a\x1c\r\r\n\x0b"
               "b\x1c\rz"),
        {"a", "b"}, 5, false},
    {"an end that is not one",
        STREAM("\x0b"
               "a\x1c"
               "b\x1c\r"),
        {"a\x1c"
         "b"},
        0, false},
    {"two ends in a row",
        STREAM("\x0b"
               "a\x1c\x1c\r"),
        {"a\x1c"}, 0, false},
    {"a CR inside",
        STREAM("\x0b"
               "a\rb\r\x1c\r"),
        {"a\rb\r"}, 0, false},
    {"a start inside",
        STREAM("\x0b"
               "a\x0b"
               "b\x1c\r"),
        {"a\x0b"
         "b"},
        0, false},
    {"as large as may be",
        STREAM("\x0b"
               "12345678\x1c\r"),
        {"12345678"}, 0, false},
    {"one too large",
        STREAM("\x0b"
               "a\x1c\r\x0b"
               "123456789\x1c\r"),
        {"a"}, 0, true},
    {"too large and never ending",
        STREAM("\x0b"
               "123456789012"),
        {NULL}, 0, true},
    {"an open frame",
        STREAM("\x0b"
               "ab"),
        {NULL}, 0, false},
    {"nothing but strays", STREAM("hello"), {NULL}, 5, false},
};

/* Feed what has come so far, as a link does: what was not consumed stays at the front. */
static void feed(struct hw_framer *framer, struct hw_slice *pending, struct result *result)
{
    while (!result->full) {
        struct hw_slice frame = {0};
        size_t consumed = SIZE_MAX;
        enum hw_status status = hw_framer_next(framer, *pending, &frame, &consumed);

        cr_assert(consumed <= pending->size);
        *pending = hw_slice_of(pending->data + consumed, pending->size - consumed);
        if (status == HW_E_FULL) {
            result->full = true;
            cr_expect(frame.size == FRAME_MAX);
        }
        if (status != HW_OK)
            break;
        cr_assert(result->frames_count < FRAMES_MAX);
        cr_assert(frame.size <= FRAME_MAX);
        memcpy(result->frames[result->frames_count], frame.data, frame.size);
        result->frames[result->frames_count++][frame.size] = '\0';
    }
    result->stray_bytes = framer->stray_bytes;
}

/* Memory whose last byte is followed by a page that must not be touched. */
static uint8_t *guarded(const void *bytes, size_t size)
{
    static uint8_t *pages;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    if (pages == NULL) {
        pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        cr_assert(pages != MAP_FAILED);
        cr_assert(mprotect(pages + page, page, PROT_NONE) == 0);
    }
    memcpy(pages + page - size, bytes, size);
    return pages + page - size;
}

static struct result run(const char *stream, size_t size, size_t first, size_t second)
{
    const size_t ends[] = {first, second, size};
    struct result result = {0};
    struct hw_framer framer;
    size_t consumed = 0;

    hw_framer_init(&framer, FRAME_MAX);
    for (size_t i = 0; i < 3; i++) {
        struct hw_slice pending = {
            guarded(stream + consumed, ends[i] - consumed), ends[i] - consumed};

        feed(&framer, &pending, &result);
        consumed = ends[i] - pending.size;
    }
    return result;
}

static void expect(size_t index, const struct result *result, const char *how)
{
    size_t count = 0;

    while (count < 4 && streams[index].frames[count] != NULL)
        count++;
    cr_expect(result->frames_count == count, "%s, %s: %zu frames", streams[index].name, how,
        result->frames_count);
    for (size_t i = 0; i < count && i < result->frames_count; i++)
        cr_expect_str_eq(
            result->frames[i], streams[index].frames[i], "%s, %s", streams[index].name, how);
    cr_expect(result->stray_bytes == streams[index].stray_bytes, "%s, %s: strays",
        streams[index].name, how);
    cr_expect(result->full == streams[index].full, "%s, %s: full", streams[index].name, how);
}

Test(framer, the_same_frames_at_every_two_splits)
{
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
        for (size_t first = 0; first <= streams[i].size; first++)
            for (size_t second = first; second <= streams[i].size; second++) {
                struct result result = run(streams[i].stream, streams[i].size, first, second);
                char how[48];

                snprintf(how, sizeof how, "cut at %zu and %zu", first, second);
                expect(i, &result, how);
            }
}

Test(framer, the_same_frames_byte_by_byte)
{
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        struct result result = {0};
        struct hw_framer framer;
        size_t consumed = 0;

        hw_framer_init(&framer, FRAME_MAX);
        for (size_t end = 1; end <= streams[i].size && !result.full; end++) {
            struct hw_slice pending = {
                guarded(streams[i].stream + consumed, end - consumed), end - consumed};

            feed(&framer, &pending, &result);
            consumed = end - pending.size;
        }
        expect(i, &result, "byte by byte");
    }
}

Test(framer, says_what_it_waits_for)
{
    struct hw_framer framer;
    struct hw_slice frame;
    size_t consumed;

    hw_framer_init(&framer, FRAME_MAX);
    cr_expect(framer.state == HW_FRAME_BETWEEN);
    cr_expect(hw_framer_next(&framer,
                  hw_slice_text("\x0b"
                                "a"),
                  &frame, &consumed) == HW_E_PARTIAL);
    cr_expect(framer.state == HW_FRAME_INSIDE);
    cr_expect(consumed == 1);
    cr_expect(hw_framer_next(&framer, hw_slice_text("a\x1c"), &frame, &consumed) == HW_E_PARTIAL);
    cr_expect(framer.state == HW_FRAME_ENDING);
    cr_expect(hw_framer_next(&framer, hw_slice_text("a\x1c\r"), &frame, &consumed) == HW_OK);
    cr_expect(framer.state == HW_FRAME_BETWEEN);
    cr_expect(consumed == 3);
}
