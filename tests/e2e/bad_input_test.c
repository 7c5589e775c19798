/*
 * Goal: whatever comes down a line, the server keeps its memory and serves its other lines; and a
 *       journal of a program newer than itself it leaves alone.
 * Method: the real executable; beside every misbehaving line a steady one whose each message must
 *         be answered at once.  Half a frame, then silence; a reset inside a message; bytes that
 *         are no frame; a frame of a gigabyte; 500 lines that say nothing.  Then what is in the
 *         journal is counted.  Last, its header is written as the next version would.
 *
 * The same against a double, with more of each: mllp_test.c.  usage: bad_input_test PROGRAM.
 */
#include "runtime/crc32c.h"
#include "runtime/replay.h"
#include "support/mllp_server.h"
#include "support/served.h"
#include "support/temporary.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum {
    SILENT_LINES = 500,
    BURST = 20,
    GROWTH_MAX_KIB = 64 * 1024, /* while a gigabyte is sent */
    FORMAT_OFFSET = 12          /* of the segment's header; its checksum stands before it */
};

static const uint64_t gigabyte = UINT64_C(1) << 30;

static char folder[HW_PATH_SIZE];
static struct served served;
static unsigned good;   /* distinct messages that got AA */
static int steady = -1; /* the line that must not suffer */

/* A message of its own, wholly or in part. */
static size_t message_of(unsigned number, char *text, size_t size)
{
    char id[32];

    snprintf(id, sizeof id, "G%u", number);
    return test_message('t', id, text, size);
}

static bool is_taken(int socket, unsigned number)
{
    char wanted[32];
    bool taken;

    snprintf(wanted, sizeof wanted, "AA G%u", number);
    taken = strcmp(test_answer(socket), wanted) == 0;
    if (!taken)
        printf("# another answer instead of \"%s\"\n", wanted);
    good += taken;
    return taken;
}

static unsigned next_number(void)
{
    static unsigned number;

    return ++number;
}

static void the_steady_line_is_served(const char *beside)
{
    bool all = true;
    char text[1024];

    for (int i = 0; i < BURST; i++) {
        unsigned number = next_number();

        test_send(steady, text, message_of(number, text, sizeof text));
        all = is_taken(steady, number) && all;
    }
    test_ok(all, "%s: another line is answered", beside);
}

static void half_a_frame(void)
{
    int line = test_connect(served.port);
    unsigned number = next_number();
    char text[1024];
    size_t size = message_of(number, text, sizeof text);

    test_send(line, text, size / 2);
    the_steady_line_is_served("half a frame, then silence");
    test_ok(test_is_silent(line), "half a frame is not answered");
    test_send(line, text + size / 2, size - size / 2);
    test_ok(is_taken(line, number), "it is when the other half comes");
    close(line);
}

static void reset_inside_a_message(void)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    int line = test_connect(served.port);
    unsigned number = next_number();
    char text[1024];

    test_send(line, text, message_of(number, text, sizeof text));
    bool taken = is_taken(line, number);
    test_send(line, text, message_of(next_number(), text, sizeof text) - 20);
    setsockopt(line, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(line);
    test_ok(taken, "what was whole before a reset is taken");
    the_steady_line_is_served("a reset inside a message");
}

static void bytes_that_are_no_frame(void)
{
    static const char noise[] = "GET / HTTP/1.1\r\n\r\n\x1c\r\x16\x03\x01\x1c\r";
    int line = test_connect(served.port);
    unsigned number = next_number();
    char text[1024];

    test_send(line, noise, sizeof noise - 1);
    test_send(line, text, message_of(number, text, sizeof text));
    test_ok(is_taken(line, number), "bytes outside a frame are passed over");
    close(line);
    the_steady_line_is_served("bytes that are no frame");
}

/* The most memory the server has had, in KiB. */
static long memory_kib(void)
{
    char path[64], line[256];
    long kib = -1;

    snprintf(path, sizeof path, "/proc/%d/status", (int)served.pid);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "VmHWM:", 6) == 0)
            kib = strtol(line + 6, NULL, 10);
    if (file != NULL)
        fclose(file);
    return kib;
}

static void a_frame_of_a_gigabyte(void)
{
    static char filling[1 << 20];
    int line = test_connect(served.port);
    long before = memory_kib();
    uint64_t sent = 0;
    ssize_t part = 1;
    char text[1024];

    memset(filling, 'x', sizeof filling);
    test_send(line, text, message_of(next_number(), text, sizeof text) - 2);
    for (; sent < gigabyte && part > 0; sent += part > 0 ? (uint64_t)part : 0)
        part = send(line, filling, sizeof filling, MSG_NOSIGNAL);
    long growth = memory_kib() - before;
    test_ok(before > 0 && growth < GROWTH_MAX_KIB, "a gigabyte in one frame: %ld KiB more", growth);
    test_ok(sent >= sizeof filling, "sent until it was cut off, or all");
    close(line);
    the_steady_line_is_served("a frame of a gigabyte");
}

/* A little more than is allowed, so that the answer can be read before the line closes. */
static void a_frame_too_large(void)
{
    static char filling[(1 << 20) + 1];
    int line = test_connect(served.port);
    unsigned number = next_number();
    char text[1024], wanted[32];

    memset(filling, 'x', sizeof filling);
    test_send(line, text, message_of(number, text, sizeof text) - 2);
    test_send(line, filling, sizeof filling);
    snprintf(wanted, sizeof wanted, "AR G%u", number);
    const char *answer = test_answer(line);
    test_ok(
        strncmp(answer, wanted, strlen(wanted)) == 0, "a frame too large is refused: %s", answer);
    test_ok(test_answer(line)[0] == '\0', "and its line is closed");
    close(line);
}

static void silent_lines(void)
{
    static int lines[SILENT_LINES];
    unsigned number = next_number();
    char text[1024];

    for (int i = 0; i < SILENT_LINES; i++)
        lines[i] = test_connect(served.port);
    the_steady_line_is_served("500 silent lines");
    test_send(lines[SILENT_LINES - 1], text, message_of(number, text, sizeof text));
    test_ok(is_taken(lines[SILENT_LINES - 1], number), "and the last of them when it speaks");
    for (int i = 0; i < SILENT_LINES; i++)
        close(lines[i]);
}

static void count_ours(void *context, const struct hw_engine *engine, struct hw_slice record)
{
    struct hw_event event;

    (void)engine;
    if (hw_record_decode(record, false, &event) == HW_OK && event.control_id.size > 0)
        ++*(unsigned *)context;
}

static void all_of_it_is_there(void)
{
    struct hw_replay_options options = hw_replay_options_default(hw_env_posix(), folder);
    char error[HW_ERROR_TEXT_SIZE] = "";
    struct hw_replay replay;
    unsigned stored = 0;

    options.full = true;
    options.on_record = count_ours;
    options.context = &stored;
    if (hw_replay(&options, &replay, error) != HW_OK)
        test_fail("the journal cannot be read: %s", error);
    hw_engine_free(replay.engine);
    test_ok(stored == good, "the journal holds what was acknowledged, and nothing else: %u of %u",
        stored, good);
}

/* A header as a later program would write it: sound, and of another format. */
static void a_newer_journal(const char *program, const char *const *arguments)
{
    uint8_t header[HW_SEGMENT_HEADER_SIZE], after[HW_SEGMENT_HEADER_SIZE];
    char path[HW_PATH_SIZE + 64];
    uint32_t checksum;

    snprintf(path, sizeof path, "%s/journal/00000000000000000001.hwj", folder);
    int file = open(path, O_RDWR | O_CLOEXEC);
    HW_ASSERT(file >= 0 && pread(file, header, sizeof header, 0) == (ssize_t)sizeof header);
    header[FORMAT_OFFSET]++;
    checksum = hw_crc32c(hw_slice_of(header + FORMAT_OFFSET, sizeof header - FORMAT_OFFSET));
    memcpy(header + FORMAT_OFFSET - sizeof checksum, &checksum, sizeof checksum);
    HW_ASSERT(pwrite(file, header, sizeof header, 0) == (ssize_t)sizeof header);
    bool started = served_start(&served, program, arguments);
    test_ok(!started && strstr(served.line, "newer") != NULL &&
            strstr(served.line, "00000000000000000001.hwj") != NULL,
        "a journal of a newer version is not opened");
    printf("# %s\n", served.line);
    test_ok(served_end(&served, started ? SIGTERM : 0) == 1, "exit 1");
    HW_ASSERT(pread(file, after, sizeof after, 0) == (ssize_t)sizeof after);
    test_ok(memcmp(header, after, sizeof header) == 0, "and it is left alone");
    close(file);
}

int main(int argc, char **argv)
{
    const char *const arguments[] = {"-d", folder, "--set", "mllp.listen=127.0.0.1:0", "--set",
        "nanomsg.publish=off", "--set", "nanomsg.query=off", "--set", "clock=events", NULL};

    if (argc < 2)
        return 2;
    temporary_make(folder);
    if (!served_start(&served, argv[1], arguments))
        test_fail("the server did not start: %s", served.line);
    steady = test_connect(served.port);
    half_a_frame();
    reset_inside_a_message();
    bytes_that_are_no_frame();
    a_frame_too_large();
    a_frame_of_a_gigabyte();
    silent_lines();
    close(steady);
    test_ok(served_end(&served, SIGTERM) == 0, "it stops well");
    all_of_it_is_there();
    a_newer_journal(argv[1], arguments);
    temporary_remove(folder);
    return test_done();
}
