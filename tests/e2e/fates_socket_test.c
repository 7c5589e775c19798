/*
 * Goal: real messages that nobody here wrote meet, over a socket, the fate of their row.
 * Method: a server with default processing ids and one that allows P, T and D; every message of
 *         every sample file in a frame of its own, behind each one of ours whose answer shows that
 *         no more answers to the first will come.  Then everything again after a restart: no fate
 *         changes, and what was taken is called a duplicate.  Last, each journal under the other
 *         setting: a fate follows from the bytes and the configuration alone.
 *
 * usage: fates_socket_test PROGRAM SOURCE_ROOT [SAMPLES].  Skipped where there are no samples.
 */
#include "codec/hl7v2/batch.h"
#include "conformance/fates.h"
#include "support/mllp_server.h"
#include "support/served.h"
#include "support/temporary.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_SIZE = 4096, PATIENCE_MS = 60000 };

/* What came back for one message. */
struct heard {
    char words[32]; /* as in fates.csv: "CA+AA", "none" */
    char id[512];   /* MSA-2 of the last answer */
    char note[64];  /* MSA-3 of the last */
    unsigned count;
    bool closed, ids_differ;
};

/* One connection, read with a buffer. */
struct line {
    int socket;
    char bytes[65536];
    size_t size;
    char answer[ANSWER_SIZE];
};

static unsigned probes, rows, wrong, duplicates;

/* The next frame's content to answer; false: the peer has ended. */
static bool next_answer(struct line *line)
{
    for (;;) {
        char *end = memchr(line->bytes, 0x1c, line->size);
        struct pollfd ready = {.fd = line->socket, .events = POLLIN};

        if (end != NULL && end + 1 < line->bytes + line->size) {
            size_t size = (size_t)(end - line->bytes);
            if (line->bytes[0] != 0x0b || size >= sizeof line->answer)
                test_fail("an answer that is no frame, or too long");
            memcpy(line->answer, line->bytes + 1, size - 1);
            line->answer[size - 1] = '\0';
            line->size -= size + 2;
            memmove(line->bytes, end + 2, line->size);
            return true;
        }
        if (poll(&ready, 1, PATIENCE_MS) != 1)
            test_fail("no answer for a minute");
        ssize_t got =
            recv(line->socket, line->bytes + line->size, sizeof line->bytes - line->size, 0);
        if (got <= 0)
            return false;
        line->size += (size_t)got;
    }
}

/* Field number of MSA in the answer, with the answer's own separator. */
static void msa_field(const struct line *line, unsigned number, char *text, size_t text_size)
{
    char separators[3] = {line->answer[3], '\r', '\0'};
    const char *at = strstr(line->answer, "\rMSA");

    if (at == NULL)
        test_fail("an answer without MSA");
    for (at += 4; number > 1 && *at == separators[0]; number--)
        at += 1 + strcspn(at + 1, separators);
    at += *at == separators[0];
    snprintf(text, text_size, "%.*s", (int)strcspn(at, separators), at);
}

static void note_answer(const struct line *line, struct heard *heard, const char *id)
{
    char code[8];

    msa_field(line, 1, code, sizeof code);
    snprintf(heard->words + strlen(heard->words), sizeof heard->words - strlen(heard->words),
        "%s%s", heard->count > 0 ? "+" : "", code);
    heard->ids_differ = heard->ids_differ || (heard->count > 0 && strcmp(heard->id, id) != 0);
    snprintf(heard->id, sizeof heard->id, "%s", id);
    msa_field(line, 3, heard->note, sizeof heard->note);
    heard->count++;
}

/* Send a message and our own, and hear all that comes before the answer to ours. */
static struct heard converse(struct line *line, struct hw_slice message)
{
    struct heard heard = {.words = ""};
    char probe[32], id[512];

    snprintf(probe, sizeof probe, "HWPROBE%u", ++probes);
    test_send(line->socket, "\x0b", 1);
    test_send(line->socket, message.data, message.size);
    test_send(line->socket, "\x1c\r", 2);
    test_send_message(line->socket, 'i', probe);
    for (;;) {
        if (!next_answer(line)) {
            heard.closed = true;
            return heard;
        }
        msa_field(line, 2, id, sizeof id);
        if (strcmp(id, probe) == 0)
            break;
        note_answer(line, &heard, id);
    }
    if (heard.count == 0)
        snprintf(heard.words, sizeof heard.words, "none");
    return heard;
}

static void complain(const struct csv *row, const char *what, const char *wanted, const char *got)
{
    wrong++;
    printf("# %s, message %s (%s): %s: wanted \"%s\", got \"%s\"\n", row->cells[FATES_FILE],
        row->cells[FATES_MESSAGE], row->cells[FATES_TYPE], what, wanted, got);
}

/* again: all of it was sent to this journal before, under the same settings. */
static void check_row(
    struct line *line, const struct csv *row, struct hw_slice message, bool allowed, bool again)
{
    const char *wire = fates_of(row, allowed).wire, *id = row->cells[FATES_CONTROL_ID];
    struct heard heard = converse(line, message);
    bool applied = strstr(heard.words, "AA") != NULL && strcmp(heard.note, "ignored") != 0;

    if (heard.closed)
        test_fail("%s: the server closed the connection", row->cells[FATES_FILE]);
    if (strcmp(heard.words, wire) != 0)
        complain(row, "on the wire", wire, heard.words);
    if (heard.ids_differ)
        complain(row, "the two answers", "one control id", "two");
    if (heard.count > 0 && fates_is_plain(id) && strlen(id) < 200 && strcmp(heard.id, id) != 0)
        complain(row, "echo of MSH-10", id, heard.id);
    if (again && applied && strcmp(heard.note, "duplicate") != 0)
        complain(row, "MSA-3 of what was sent before", "duplicate", heard.note);
    if (heard.count > 0 && heard.words[1] != 'A' && strcmp(heard.note, "duplicate") == 0)
        complain(row, "MSA-3 of what was refused", "no duplicate", heard.note);
    duplicates += strcmp(heard.note, "duplicate") == 0;
}

/* Every message once, over one connection. */
static void send_all(struct fates *fates, struct line *line, bool allowed, bool again)
{
    struct fates_buffer file = {NULL, 0};
    struct hw_slice rest = {0}, message;
    char name[FATES_PATH_SIZE] = "";

    fates_rewind(fates);
    for (; fates->more; fates->more = csv_next(&fates->row)) {
        if (strcmp(fates->row.cells[FATES_FILE], name) != 0) {
            snprintf(name, sizeof name, "%s", fates->row.cells[FATES_FILE]);
            free(file.data);
            file = fates_read(fates, name);
            rest = hw_slice_of(file.data, file.size);
        }
        if (file.data == NULL || !hw_hl7_batch_next(&rest, &message))
            test_fail("%s: fewer messages than rows", name);
        check_row(line, &fates->row, message, allowed, again);
        rows++;
    }
    free(file.data);
}

/* A server on a data directory of its own or not, spoken to and stopped. */
static void round_of(struct fates *fates, const char *program, const char *folder, bool allowed,
    bool again, const char *name)
{
    static struct line line;
    struct served served;
    const char *arguments[] = {"-d", folder, "--set", "mllp.listen=127.0.0.1:0", "--set",
        "nanomsg.publish=off", "--set", "nanomsg.query=off", "--set",
        allowed ? "hl7.processing_ids=[P,T,D]" : "hl7.processing_ids=[P]", NULL};

    rows = wrong = duplicates = 0;
    if (!served_start(&served, program, arguments))
        test_fail("the server did not start: %s", served.line);
    line.size = 0;
    line.socket = test_connect(served.port);
    send_all(fates, &line, allowed, again);
    close(line.socket);
    int code = served_end(&served, SIGTERM);
    test_ok(wrong == 0, "%s: %u messages, %u duplicates, %u wrong", name, rows, duplicates, wrong);
    test_ok(code == 0, "and the server stops well (%d)", code);
    test_ok(served_run(program, (const char *[]){"verify", "-d", folder, NULL}) == 0,
        "and its journal is whole");
}

int main(int argc, char **argv)
{
    static struct fates fates;
    char folder[HW_PATH_SIZE], some[HW_PATH_SIZE + 8], most[HW_PATH_SIZE + 8];

    if (argc < 3)
        return 2;
    if (!fates_open(&fates, argv[2], argc > 3 ? argv[3] : ""))
        return 0;
    temporary_make(folder);
    snprintf(some, sizeof some, "%s/some", folder);
    snprintf(most, sizeof most, "%s/most", folder);
    round_of(&fates, argv[1], some, false, false, "processing ids as they are");
    round_of(&fates, argv[1], some, false, true, "the same again after a restart");
    round_of(&fates, argv[1], most, true, false, "with P, T and D");
    round_of(&fates, argv[1], most, true, true, "the same again after a restart");
    round_of(&fates, argv[1], some, true, false, "T and D allowed after all");
    round_of(&fates, argv[1], most, false, false, "T and D no more, though all was taken before");
    temporary_remove(folder);
    fates_close(&fates);
    return test_done();
}
