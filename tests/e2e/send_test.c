/*
 * Goal: homeward send tells the truth about what was answered, and brings every message across
 *       whatever the line does.
 * Method: the real program against a real listener, and against a receiver that misbehaves on
 *         purpose.  usage: PROGRAM
 */
#include "mllp_server.h"

#include <errno.h>
#include <jansson.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *program;

/* ---- Running the program ---- */

struct sending {
    pid_t pid;
    int output;
};

/* Start `homeward send mllp://127.0.0.1:PORT OPTION...` with messages on standard input. */
static struct sending send_start(int port, const char *messages, size_t size, ...)
{
    const char *argv[16] = {program, "send", NULL, "--json", "--quiet"};
    char target[64];
    unsigned count = 5;
    int output[2];
    va_list options;
    FILE *input = tmpfile();

    snprintf(target, sizeof target, "mllp://127.0.0.1:%d", port);
    argv[2] = target;
    va_start(options, size);
    while ((argv[count] = va_arg(options, const char *)) != NULL)
        count++;
    va_end(options);
    if (input == NULL || fwrite(messages, 1, size, input) != size || fflush(input) != 0 ||
        pipe(output) != 0)
        test_fail("no input: %s", strerror(errno));
    rewind(input);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(fileno(input), STDIN_FILENO);
        dup2(output[1], STDOUT_FILENO);
        close(output[0]);
        execv(program, (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    fclose(input);
    close(output[1]);
    return (struct sending){pid, output[0]};
}

/* Its summary, and its exit code as member "exit". */
static json_t *send_end(struct sending sending)
{
    FILE *output = fdopen(sending.output, "r");
    json_t *summary = json_loadf(output, JSON_DISABLE_EOF_CHECK, NULL);
    int status;

    fclose(output);
    waitpid(sending.pid, &status, 0);
    if (summary == NULL)
        test_fail("no summary");
    json_object_set_new(
        summary, "exit", json_integer(WIFEXITED(status) ? WEXITSTATUS(status) : -1));
    return summary;
}

static long long number(const json_t *summary, const char *name)
{
    return json_integer_value(json_object_get(summary, name));
}

static bool is(const json_t *summary, const char *name, long long wanted)
{
    if (number(summary, name) != wanted)
        printf("# %s: %lld instead of %lld\n", name, number(summary, name), wanted);
    return number(summary, name) == wanted;
}

/* ---- Messages ---- */

static char messages[1024 * 1024];

/* One message a letter of kinds, ids prefix0, prefix1 ...; returns the size of all. */
static size_t make_messages(const char *kinds, unsigned repeat, const char *prefix)
{
    size_t size = 0;
    char id[32];
    unsigned number_of = 0;

    while (repeat-- > 0) {
        for (const char *kind = kinds; *kind != '\0'; kind++) {
            snprintf(id, sizeof id, "%s%u", prefix, number_of++);
            size += test_message(*kind, id, messages + size, sizeof messages - size);
        }
    }
    return size;
}

/* ---- Against the real listener ---- */

static void all_is_well(struct mllp_server *server)
{
    size_t size = make_messages("t", 500, "a");
    json_t *first = send_end(send_start(server->port, messages, size, "--window", "8", NULL));
    json_t *again = send_end(
        send_start(server->port, messages, size, "--connections", "4", "--repeat", "2", NULL));

    test_ok(is(first, "sent", 500) && is(first, "accepted", 500), "500 messages are accepted");
    test_ok(is(first, "exit", 0), "which is success");
    test_ok(json_number_value(json_object_get(first, "ack_max_ms")) >=
                json_number_value(json_object_get(first, "ack_p50_ms")) &&
            json_number_value(json_object_get(first, "ack_p50_ms")) > 0,
        "the times of the answers are told");
    test_ok(is(again, "sent", 1000) && is(again, "duplicate", 1000) && is(again, "accepted", 0),
        "again, over four lines, twice: all are duplicates");
    test_ok(is(again, "exit", 0), "which is success as well");
    json_decref(first);
    json_decref(again);
}

static void some_is_refused(struct mllp_server *server)
{
    size_t size = make_messages("tieret", 10, "b");
    json_t *summary = send_end(send_start(server->port, messages, size, NULL));
    json_t *reasons = json_object_get(summary, "reasons");
    long long refused_ae = 0, refused_ar = 0;

    test_ok(
        is(summary, "accepted", 20) && is(summary, "ignored", 10) && is(summary, "rejected", 30),
        "accepted, ignored and rejected are told apart");
    for (size_t i = 0; i < json_array_size(reasons); i++) {
        const json_t *reason = json_array_get(reasons, i);
        const char *code = json_string_value(json_object_get(reason, "code"));
        const char *condition = json_string_value(json_object_get(reason, "condition"));
        bool has_words = *json_string_value(json_object_get(reason, "words")) != '\0';
        if (strcmp(code, "AE") == 0 && strcmp(condition, "101") == 0 && has_words)
            refused_ae += number(reason, "count");
        if (strcmp(code, "AR") == 0 && strcmp(condition, "203") == 0 && has_words)
            refused_ar += number(reason, "count");
    }
    test_ok(refused_ae == 20 && refused_ar == 10, "by code, condition and words");
    test_ok(is(summary, "exit", 1), "which is a failure");
    json_decref(summary);
}

static void a_rate(struct mllp_server *server)
{
    size_t size = make_messages("t", 30, "c");
    json_t *summary = send_end(send_start(server->port, messages, size, "--rate", "200", NULL));

    test_ok(is(summary, "accepted", 30), "with a rate all are accepted");
    test_ok(json_number_value(json_object_get(summary, "seconds")) >= 29.0 / 200,
        "and not sooner than it says");
    json_decref(summary);
}

static void nobody_listens(void)
{
    struct mllp_server *server = mllp_server_start(NULL);
    int port = server->port;
    size_t size = make_messages("t", 5, "d");

    mllp_server_stop(server);
    json_t *summary = send_end(send_start(port, messages, size, "--timeout", "1", NULL));
    test_ok(is(summary, "exit", 1) && is(summary, "accepted", 0), "nobody listens: a failure");
    test_ok(json_is_string(json_object_get(summary, "gave_up")), "that says why it gave up");
    json_decref(summary);
}

/* ---- Against a receiver that misbehaves ---- */

static int listen_any(int *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (made < 0 || bind(made, (struct sockaddr *)&address, size) != 0 || listen(made, 8) != 0)
        test_fail("listen: %s", strerror(errno));
    getsockname(made, (struct sockaddr *)&address, &size);
    *ret_port = ntohs(address.sin_port);
    return made;
}

static int accept_one(int listener)
{
    struct pollfd ready = {.fd = listener, .events = POLLIN};

    if (poll(&ready, 1, 60000) <= 0)
        test_fail("nobody connected for a minute");
    return accept(listener, NULL, NULL);
}

/* Read one frame and put its MSH-10 into id; false at the end. */
static bool take_message(int line, char *id, size_t id_size)
{
    char frame[2048];
    size_t size = 0;
    unsigned field = 0, at = 0;

    while (size < 2 || frame[size - 2] != 0x1c || frame[size - 1] != '\r') {
        if (size == sizeof frame || recv(line, frame + size, 1, 0) != 1)
            return false;
        size++;
    }
    for (size_t i = 0; i < size && field < 10; i++) {
        if (frame[i] == '|')
            field++;
        else if (field == 9 && at + 1 < id_size)
            id[at++] = frame[i];
    }
    id[at] = '\0';
    return true;
}

static void give_answer(int line, const char *code, const char *id)
{
    char text[256];
    int size = snprintf(text, sizeof text, "\x0bMSH|^~\\&|A|B\rMSA|%s|%s\r\x1c\r", code, id);

    test_send(line, text, (size_t)size);
}

static void a_receiver_that_hangs_up(void)
{
    enum { COUNT = 50, BEFORE = 3 };
    int port, listener = listen_any(&port);
    struct sending sending =
        send_start(port, messages, make_messages("t", COUNT, "e"), "--window", "10", NULL);
    int line = accept_one(listener), answered = 0;
    char id[32], wanted[32];
    bool in_order = true;

    for (; answered < BEFORE; answered++) {
        take_message(line, id, sizeof id);
        give_answer(line, "AA", id);
    }
    take_message(line, id, sizeof id); /* Read, and never answered. */
    close(line);
    line = accept_one(listener);
    while (answered < COUNT && take_message(line, id, sizeof id)) {
        snprintf(wanted, sizeof wanted, "e%d", answered);
        if (strcmp(id, wanted) != 0 && answered == BEFORE)
            answered = atoi(id + 1); /* A close may take answers with it: those come again. */
        in_order = in_order && atoi(id + 1) == answered;
        give_answer(line, "AA", id);
        answered++;
    }
    json_t *summary = send_end(sending);
    test_ok(in_order, "after a hang-up messages go on in order, from the first unanswered");
    test_ok(is(summary, "accepted", COUNT) && is(summary, "sent", COUNT), "all are accepted once");
    test_ok(number(summary, "resent") > 0, "what was sent again is told");
    test_ok(is(summary, "exit", 0), "which is success");
    json_decref(summary);
    close(line);
    close(listener);
}

static void a_receiver_that_answers_another(void)
{
    int port, listener = listen_any(&port);
    struct sending sending =
        send_start(port, messages, make_messages("t", 2, "f"), "--window", "1", NULL);
    int line = accept_one(listener);
    char id[32];

    take_message(line, id, sizeof id);
    give_answer(line, "AA", "somebody-else");
    take_message(line, id, sizeof id);
    give_answer(line, "AA", id);
    json_t *summary = send_end(sending);
    test_ok(is(summary, "mismatched", 1) && is(summary, "accepted", 1) && is(summary, "exit", 1),
        "an answer to another message is not an acceptance");
    json_decref(summary);
    close(line);
    close(listener);
}

static void two_answers_to_one_message(void)
{
    static const char *const types[] = {"|||AL|AL", "|||NE|NE", "|||AL|NE"};
    int port, listener = listen_any(&port);
    size_t size = 0;
    char id[32];

    for (unsigned i = 0; i < 3; i++)
        size += (size_t)snprintf(messages + size, sizeof messages - size,
            "MSH|^~\\&|PAS|RWE|HW|LLR|20261121101500||ADT^A01|g%u|P|2.4%s\r", i, types[i]);
    struct sending sending = send_start(port, messages, size, NULL);
    int line = accept_one(listener);
    take_message(line, id, sizeof id);
    give_answer(line, "CA", id);
    give_answer(line, "AE", id);
    take_message(line, id, sizeof id);
    take_message(line, id, sizeof id);
    give_answer(line, "CA", id);
    json_t *summary = send_end(sending);
    test_ok(is(summary, "rejected", 1), "a commit and then a refusal is a refusal");
    test_ok(is(summary, "unasked", 1), "a message that asks for no answer waits for none");
    test_ok(is(summary, "accepted", 1), "a commit alone is an acceptance where it was asked alone");
    json_decref(summary);
    close(line);
    close(listener);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        test_fail("usage: %s PROGRAM", argv[0]);
    program = argv[1];
    signal(SIGPIPE, SIG_IGN);
    struct mllp_server *server = mllp_server_start(NULL);
    all_is_well(server);
    some_is_refused(server);
    a_rate(server);
    mllp_server_stop(server);
    nobody_listens();
    a_receiver_that_hangs_up();
    a_receiver_that_answers_another();
    two_answers_to_one_message();
    return test_done();
}
