#include "mllp_server.h"

#include "link/mllp/port.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 60000 };

/* ---- TAP ---- */

static unsigned cases, failed;

void test_ok(bool fact, const char *format, ...)
{
    va_list arguments;

    printf("%sok %u - ", fact ? "" : "not ", ++cases);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
    failed += !fact;
}

void test_fail(const char *format, ...)
{
    va_list arguments;

    printf("Bail out! ");
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
    exit(1);
}

int test_done(void)
{
    printf("1..%u\n", cases);
    return failed > 0;
}

/* ---- The server's side ---- */

static struct mllp_server *mine;
static struct hw_mllp *mllp;
static uint64_t durable_now, quarantine_now;
static struct hw_hash known[TEST_ID_MAX];
static unsigned known_count;

static struct hw_submitted submit(void *context, struct hw_event *events, uint32_t events_count)
{
    (void)context;
    if (mine->full)
        return (struct hw_submitted){.outcome = HW_OUTCOME_FULL};
    for (unsigned i = 0; i < known_count; i++) {
        if (memcmp(&known[i], &events[0].message_id_hash, sizeof *known) == 0)
            return (struct hw_submitted){
                .outcome = HW_OUTCOME_DUPLICATE, .release_sequence = mine->submitted};
    }
    if (known_count < TEST_ID_MAX)
        known[known_count++] = events[0].message_id_hash;
    mine->submitted += events_count;
    return (struct hw_submitted){.outcome = HW_OUTCOME_TAKEN, .release_sequence = mine->submitted};
}

static enum hw_status quarantine(void *context, const struct hw_refused *refused, uint64_t *ret_id)
{
    (void)context;
    (void)refused;
    *ret_id = ++mine->quarantined;
    return HW_OK;
}

static uint64_t durable(void *context)
{
    (void)context;
    return durable_now;
}

static uint64_t quarantine_durable(void *context)
{
    (void)context;
    return quarantine_now;
}

static int64_t now_ms(void *context)
{
    (void)context;
    return INT64_C(1795255200000);
}

static const struct hw_mllp_port port = {
    NULL, submit, quarantine, durable, quarantine_durable, now_ms};

/* The listener links to the runtime through this one call; here it is never the runtime. */
struct hw_mllp_port hw_mllp_port_of(struct hw_runtime *runtime)
{
    (void)runtime;
    return port;
}

static void on_turn(uv_check_t *check)
{
    (void)check;
    if (mllp == NULL)
        return;
    if (!mine->hold && (durable_now < mine->submitted || quarantine_now < mine->quarantined)) {
        durable_now = mine->submitted;
        quarantine_now = mine->quarantined;
        hw_mllp_on_durable(mllp, durable_now);
    }
    mine->counters = *hw_mllp_counters(mllp);
    mine->turns++;
}

static void on_beat(uv_timer_t *beat)
{
    (void)beat; /* It only makes the loop turn. */
}

static void on_drained(void *context)
{
    uv_handle_t **handles = context;

    mine->counters = *hw_mllp_counters(mllp);
    hw_mllp_free(mllp);
    mllp = NULL;
    for (unsigned i = 0; i < 3; i++)
        uv_close(handles[i], NULL);
}

static void on_signal(uv_signal_t *signal, int number)
{
    static bool draining;

    (void)number;
    if (draining) /* A second request changes nothing. */
        return;
    draining = true;
    hw_mllp_drain(mllp, PATIENCE_MS, on_drained, signal->data);
}

static int serve(const struct hw_mllp_options *given, int ready)
{
    static struct hw_hl7_options codec;
    struct hw_mllp_options options;
    char error[HW_MLLP_ERROR_SIZE];
    uv_loop_t loop;
    uv_check_t check;
    uv_timer_t beat;
    uv_signal_t term;
    uv_handle_t *handles[] = {(uv_handle_t *)&check, (uv_handle_t *)&beat, (uv_handle_t *)&term};

    hw_mllp_options_init(&options);
    if (given != NULL)
        options = *given;
    hw_hl7_options_init(&codec);
    options.codec = &codec;
    options.listen = "127.0.0.1:0";
    uv_loop_init(&loop);
    uv_check_init(&loop, &check);
    uv_check_start(&check, on_turn);
    uv_timer_init(&loop, &beat);
    uv_timer_start(&beat, on_beat, 1, 1);
    uv_signal_init(&loop, &term);
    term.data = handles;
    uv_signal_start(&term, on_signal, SIGTERM);
    if (hw_mllp_new(&loop, &options, &mllp, error) != HW_OK ||
        hw_mllp_start(mllp, error) != HW_OK) {
        fprintf(stderr, "%s\n", error);
        return 1;
    }
    snprintf(mine->address, sizeof mine->address, "%s", hw_mllp_address(mllp));
    mine->port = atoi(strrchr(mine->address, ':') + 1);
    if (write(ready, "r", 1) != 1)
        return 1;
    close(ready);
    uv_run(&loop, UV_RUN_DEFAULT);
    return uv_loop_close(&loop) == 0 ? 0 : 1;
}

struct mllp_server *mllp_server_start(const struct hw_mllp_options *options)
{
    int ready[2];
    char byte;

    mine = mmap(NULL, sizeof *mine, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (mine == MAP_FAILED || pipe(ready) != 0)
        test_fail("no server: %s", strerror(errno));
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        close(ready[0]);
        exit(serve(options, ready[1]));
    }
    close(ready[1]);
    mine->pid = pid;
    if (pid < 0 || read(ready[0], &byte, 1) != 1)
        test_fail("the server did not start");
    close(ready[0]);
    return mine;
}

void mllp_server_stop(struct mllp_server *server)
{
    int status = -1;

    kill(server->pid, SIGTERM);
    waitpid(server->pid, &status, 0);
    test_ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the server drains and ends well (%d)",
        status);
    munmap(server, sizeof *server);
}

/* ---- The other side ---- */

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = 0, .tv_nsec = ms * 1000000}, NULL);
}

void wait_for(const volatile uint64_t *value, uint64_t wanted, const char *what)
{
    for (int waited = 0; *value < wanted; waited++) {
        if (waited > PATIENCE_MS)
            test_fail("%s: %llu instead of %llu", what, (unsigned long long)*value,
                (unsigned long long)wanted);
        pause_ms(1);
    }
}

void mllp_server_turn(struct mllp_server *server)
{
    wait_for(&server->turns, server->turns + 3, "turns of the server's loop");
}

int test_connect(int number)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)number),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

    if (made < 0 || connect(made, (struct sockaddr *)&address, sizeof address) != 0)
        test_fail("connect: %s", strerror(errno));
    setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return made;
}

void test_send(int socket, const void *data, size_t size)
{
    const char *at = data;

    while (size > 0) {
        ssize_t sent = send(socket, at, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return; /* The peer has ended: what it answered says whether it may. */
        at += sent;
        size -= (size_t)sent;
    }
}

size_t test_message(char kind, const char *id, char *text, size_t text_size)
{
    const char *type = kind == 'i' ? "ADT^A99" : "ADT^A01";
    int size = snprintf(text, text_size,
        "\x0bMSH|^~\\&|PAS|RWE|HW|LLR|20261121101500||%s|%s|P|%s\r"
        "EVN||20261121101500\rPID|||A1^^^RWE^PI||X^Y\r"
        "PV1||I|W1^R1^B1^RWEAA||||||||||||||||%s\r\x1c\r",
        type, id, kind == 'r' ? "3.0" : "2.4", kind == 'e' ? "" : "V1^^^RWE");

    return (size_t)size;
}

void test_send_message(int socket, char kind, const char *id)
{
    char text[1024];

    test_send(socket, text, test_message(kind, id, text, sizeof text));
}

/* What has come, left where it is; its size, 0 at the end or a reset. */
static size_t look(int socket, char *buffer, size_t size)
{
    struct pollfd ready = {.fd = socket, .events = POLLIN};

    if (poll(&ready, 1, PATIENCE_MS) <= 0)
        test_fail("no answer for a minute");
    ssize_t seen = recv(socket, buffer, size, MSG_PEEK);
    return seen > 0 ? (size_t)seen : 0;
}

/* Read one frame; false when the peer ends before its end. */
static bool read_frame(int socket, char *frame, size_t frame_size)
{
    size_t size = 0;

    for (;;) {
        char *part = frame + size;
        size_t seen = look(socket, part, frame_size - 1 - size);
        char *end = memchr(part, '\r', seen);
        /* A frame ends at the CR behind 0x1C; a segment at any other. */
        while (end != NULL && (end == frame || end[-1] != 0x1c))
            end = memchr(end + 1, '\r', seen - (size_t)(end + 1 - part));
        size_t taken = end != NULL ? (size_t)(end + 1 - part) : seen;
        if (taken == 0 || recv(socket, part, taken, 0) != (ssize_t)taken)
            return false;
        size += taken;
        frame[size] = '\0';
        if (end != NULL)
            return true;
    }
}

const char *test_answer(int socket)
{
    static char frame[4096], answer[512];

    if (!read_frame(socket, frame, sizeof frame))
        return "";
    const char *msa = frame[0] == 0x0b ? strstr(frame, "\rMSA|") : NULL;
    if (msa == NULL)
        return "no MSA";
    const char *id = msa + 8;
    int id_size = (int)strcspn(id, "|\r");
    const char *note = id[id_size] == '|' ? id + id_size + 1 : "";
    snprintf(answer, sizeof answer, "%.2s %.*s%s%.*s", msa + 5, id_size, id, *note ? " " : "",
        (int)strcspn(note, "|\r"), note);
    return answer;
}

bool test_is_silent(int socket)
{
    struct pollfd ready = {.fd = socket, .events = POLLIN};

    return poll(&ready, 1, 0) == 0;
}
