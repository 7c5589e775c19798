/*
 * Goal: nothing is answered before it is durable, answers keep the order of the messages, nothing
 *       grows without bound, and none of this depends on how the bytes were cut.
 * Method: the connection without its socket, with the real codec and a journal that is durable
 *         when the test says so.
 */
#include "link/mllp/connection.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>

#define NOW_MS INT64_C(1795255200000) /* any time will do */

enum { TEXT_SIZE = 4 * 1024 * 1024 };

/* A journal and a quarantine in memory. */
struct store {
    uint64_t submitted, quarantined;      /* given out */
    uint64_t durable, quarantine_durable; /* reached */
    unsigned full;                        /* how many more submits find no room */
    unsigned quarantine_full;
    bool quarantine_broken;
    const char *refused;     /* what the engine says of all that is submitted */
    size_t quarantined_size; /* bytes of the last refusal */
    char refusal[256];       /* source, code, where of the last */
};

static struct store store;
static struct hw_hl7_options codec;
static struct hw_mllp_options options;
static struct hw_mllp_shared *shared;
static struct hw_connection connection;
static char *sent; /* all that was written, NUL-terminated */
static size_t sent_size;

static struct hw_submitted submit(void *context, struct hw_event *events, uint32_t events_count)
{
    (void)context;
    cr_assert(events_count > 0);
    if (store.full > 0) {
        store.full--;
        return (struct hw_submitted){.outcome = HW_OUTCOME_FULL};
    }
    if (events[0].control_id.size > 0 && events[0].control_id.data[0] == 'D')
        return (struct hw_submitted){
            .outcome = HW_OUTCOME_DUPLICATE, .release_sequence = store.submitted};
    store.submitted += events_count;
    return (struct hw_submitted){
        .outcome = HW_OUTCOME_TAKEN, .release_sequence = store.submitted, .refused = store.refused};
}

static enum hw_status quarantine(void *context, const struct hw_refused *refused, uint64_t *ret_id)
{
    (void)context;
    if (store.quarantine_broken)
        return HW_E_IO;
    if (store.quarantine_full > 0) {
        store.quarantine_full--;
        return HW_E_FULL;
    }
    store.quarantined_size = refused->bytes.size;
    snprintf(store.refusal, sizeof store.refusal, "%.*s %.*s %.*s", HW_SLICE_ARGS(refused->source),
        HW_SLICE_ARGS(refused->code), HW_SLICE_ARGS(refused->where));
    *ret_id = ++store.quarantined;
    return HW_OK;
}

static uint64_t durable(void *context)
{
    (void)context;
    return store.durable;
}

static uint64_t quarantine_durable(void *context)
{
    (void)context;
    return store.quarantine_durable;
}

static int64_t now_ms(void *context)
{
    (void)context;
    return NOW_MS;
}

static const struct hw_mllp_port port = {
    NULL, submit, quarantine, durable, quarantine_durable, now_ms};

/* Once more, with nothing kept of what was; the connection before was dropped. */
static void begin(void)
{
    static bool begun;

    if (begun)
        hw_mllp_shared_free(shared);
    begun = true;
    memset(&store, 0, sizeof store);
    hw_mllp_shared_init(shared, &options, &port);
    hw_connection_init(&connection, shared, "192.0.2.1:4000");
    sent_size = 0;
    sent[0] = '\0';
}

static void begin_again(void)
{
    hw_connection_drop(&connection);
    hw_mllp_shared_free(shared);
    begin();
}

static void set_up(void)
{
    hw_hl7_options_init(&codec);
    hw_mllp_options_init(&options);
    options.codec = &codec;
    shared = malloc(sizeof *shared);
    sent = malloc(TEXT_SIZE);
    begin();
}

/* Every test ends with nothing held. */
static void tear_down(void)
{
    hw_connection_drop(&connection);
    cr_expect(eq(sz, shared->buffers.used, 0));
    hw_mllp_shared_free(shared);
    free(shared);
    free(sent);
}

TestSuite(mllp_connection, .init = set_up, .fini = tear_down);

/* ---- Messages ---- */

struct mail {
    char *data;
    size_t size;
};

static struct mail mail_new(void)
{
    return (struct mail){malloc(TEXT_SIZE), 0};
}

static void put(struct mail *mail, const char *bytes, size_t size)
{
    memcpy(mail->data + mail->size, bytes, size);
    mail->size += size;
}

/* One framed message of type, with MSH-15 and MSH-16. */
static void put_message(struct mail *mail, const char *type, const char *id, const char *commit,
    const char *application)
{
    char text[1024];
    int size = snprintf(text, sizeof text,
        "\x0bMSH|^~\\&|PAS|RWE|HW|LLR|20261121101500||%s|%s|P|2.4|||%s|%s\r"
        "EVN||20261121101500\rPID|||A1^^^RWE^PI||X^Y\r"
        "PV1||I|W1^R1^B1^RWEAA||||||||||||||||V1^^^RWE\r\x1c\r",
        type, id, commit, application);
    put(mail, text, (size_t)size);
}

/* Taken; ignored; refused for content (no stay); refused for its header (version 3); an answer. */
static void put_kind(struct mail *mail, char kind, const char *id)
{
    static const char no_stay[] = "\x0bMSH|^~\\&|PAS|RWE|HW|LLR|20261121101500||ADT^A03|%s|P|2.4\r"
                                  "EVN||20261121101500\rPID|||A1^^^RWE^PI\rPV1||I\r\x1c\r";
    static const char version[] = "\x0bMSH|^~\\&|PAS|RWE|HW|LLR|20261121101500||ADT^A03|%s|P|3.0\r"
                                  "EVN||20261121101500\r\x1c\r";
    char text[512];

    if (kind == 't')
        put_message(mail, "ADT^A01", id, "", "");
    else if (kind == 'i')
        put_message(mail, "ADT^A99", id, "", "");
    else if (kind == 'a')
        put_message(mail, "ACK^A01", id, "", "");
    else
        put(mail, text, (size_t)snprintf(text, sizeof text, kind == 'e' ? no_stay : version, id));
}

static const char *code_of(char kind)
{
    return kind == 'e' ? "AE" : kind == 'r' ? "AR" : "AA";
}

/* ---- Driving ---- */

static void write_out(size_t size_max)
{
    struct hw_slice output = hw_connection_output(&connection);
    size_t size = output.size < size_max ? output.size : size_max;

    if (size == 0)
        return;
    cr_assert(sent_size + size < TEXT_SIZE);
    memcpy(sent + sent_size, output.data, size);
    sent_size += size;
    sent[sent_size] = '\0';
    hw_connection_written(&connection, size, 2000);
}

static void become_durable(uint64_t sequence, uint64_t quarantine_id)
{
    store.durable = sequence;
    store.quarantine_durable = quarantine_id;
    shared->durable = (struct hw_durable){sequence, quarantine_id};
    hw_connection_service(&connection);
}

/* Feed bytes as a socket would: only while it reads. */
static size_t feed(const char *bytes, size_t size, size_t part)
{
    size_t done = 0;

    while (done < size && hw_connection_reads(&connection)) {
        size_t now = size - done < part ? size - done : part;
        hw_connection_receive(&connection, hw_slice_of(bytes + done, now), 1000);
        done += now;
    }
    return done;
}

/* "AA 1,AE 2": what was answered to what, in order. */
static const char *answers_sent(void)
{
    static char list[TEXT_SIZE];
    size_t size = 0;

    list[0] = '\0';
    for (const char *at = sent; (at = strstr(at, "MSA|")) != NULL; at += 4) {
        const char *id = at + 7;
        int id_size = (int)strcspn(id, "|\r");
        const char *note = id[id_size] == '|' ? id + id_size + 1 : "";
        size += (size_t)snprintf(list + size, sizeof list - size, "%s%.2s %.*s%s%.*s",
            size > 0 ? "," : "", at + 4, id_size, id, *note ? " " : "", (int)strcspn(note, "|\r"),
            note);
    }
    return list;
}

static void everything_durable(void)
{
    become_durable(store.submitted, store.quarantined);
    write_out(SIZE_MAX);
}

/* ---- Tests ---- */

Test(mllp_connection, nothing_is_answered_before_it_is_durable)
{
    struct mail mail = mail_new();

    put_kind(&mail, 't', "1");
    cr_assert(eq(sz, feed(mail.data, mail.size, HW_READ_SIZE_MAX), mail.size));
    cr_assert(eq(u64, store.submitted, 1));
    cr_expect(eq(sz, hw_connection_output(&connection).size, 0));
    become_durable(0, 99);
    cr_expect(eq(sz, hw_connection_output(&connection).size, 0));
    become_durable(1, 99);
    write_out(SIZE_MAX);
    cr_expect(eq(str, (char *)answers_sent(), "AA 1"));
    cr_expect(eq(chr, sent[0], 0x0b));
    cr_expect(eq(chr, sent[sent_size - 2], 0x1c));
    cr_expect(eq(chr, sent[sent_size - 1], '\r'));
    cr_expect(eq(u64, shared->counters.answers, 1));
    cr_expect(eq(u64, shared->counters.bytes_out, sent_size));
    free(mail.data);
}

Test(mllp_connection, each_answer_waits_for_its_own_log_and_for_those_before_it)
{
    struct mail mail = mail_new();

    put_kind(&mail, 't', "1");
    put_kind(&mail, 'i', "2");
    put_kind(&mail, 'e', "3");
    put_kind(&mail, 't', "D4");
    put_kind(&mail, 'r', "5");
    put_kind(&mail, 'i', "6");
    feed(mail.data, mail.size, HW_READ_SIZE_MAX);
    become_durable(0, 1);
    write_out(SIZE_MAX);
    cr_expect(eq(str, (char *)answers_sent(), ""), "the first is not durable: none may pass it");
    become_durable(1, 0);
    write_out(SIZE_MAX);
    cr_expect(eq(str, (char *)answers_sent(), "AA 1,AA 2 ignored"));
    become_durable(1, 1);
    write_out(SIZE_MAX);
    cr_expect(eq(str, (char *)answers_sent(), "AA 1,AA 2 ignored,AE 3,AA D4 duplicate"));
    become_durable(1, 2);
    write_out(SIZE_MAX);
    cr_expect(eq(
        str, (char *)answers_sent(), "AA 1,AA 2 ignored,AE 3,AA D4 duplicate,AR 5,AA 6 ignored"));
    cr_expect(eq(u64, shared->counters.taken, 1));
    cr_expect(eq(u64, shared->counters.duplicate, 1));
    cr_expect(eq(u64, shared->counters.ignored, 2));
    cr_expect(eq(u64, shared->counters.refused, 2));
    cr_expect(eq(u64, shared->counters.refused_ae[1], 1), "101 is the second of the list");
    cr_expect(eq(u64, shared->counters.refused_ar[7], 1), "203 is the eighth");
    cr_expect(eq(str, store.refusal, "RWE/PAS AR 203 MSH^1^12"));
    free(mail.data);
}

Test(mllp_connection, a_command_that_was_refused_is_answered_so_and_stands_in_the_journal)
{
    struct mail mail = mail_new();

    store.refused = "the referral is not known";
    put_kind(&mail, 't', "1");
    put_kind(&mail, 't', "D2");
    feed(mail.data, mail.size, HW_READ_SIZE_MAX);
    become_durable(0, 99);
    cr_expect(eq(sz, hw_connection_output(&connection).size, 0));
    everything_durable();
    cr_expect(eq(str, (char *)answers_sent(), "AE 1,AA D2 duplicate"));
    cr_expect(ne(ptr, (void *)strstr(sent, "|207^"), NULL));
    cr_expect(ne(ptr, (void *)strstr(sent, "|the referral is not known\r"), NULL));
    cr_expect(eq(u64, store.quarantined, 0));
    cr_expect(eq(u64, shared->counters.taken, 0));
    cr_expect(eq(u64, shared->counters.refused, 1));
    cr_expect(eq(u64, shared->counters.refused_ae[8], 1), "207 is the ninth");
    free(mail.data);
}

Test(mllp_connection, the_cut_of_the_bytes_changes_nothing)
{
    struct mail mail = mail_new();
    static const char kinds[] = "tiear";

    put(&mail, "stray", 5);
    for (unsigned i = 0; kinds[i] != '\0'; i++) {
        char id[4] = {(char)('1' + i), '\0'};
        put_kind(&mail, kinds[i], id);
        put(&mail, "\r\n", 2);
    }
    feed(mail.data, mail.size, mail.size);
    everything_durable();
    char *whole = strdup(sent);
    cr_assert(eq(str, (char *)answers_sent(), "AA 1,AA 2 ignored,AE 3,AR 5"));
    cr_expect(eq(u64, shared->counters.stray_bytes, 5 + 2 * 5));
    cr_expect(eq(u64, shared->counters.unanswered, 1));

    for (size_t cut = 1; cut < mail.size; cut++) {
        begin_again();
        feed(mail.data, cut, cut);
        feed(mail.data + cut, mail.size - cut, mail.size);
        everything_durable();
        cr_expect(eq(str, sent, whole), "cut at %zu", cut);
        cr_expect(eq(u64, shared->counters.stray_bytes, 15), "cut at %zu", cut);
    }
    for (size_t part = 1; part < 9; part++) {
        begin_again();
        feed(mail.data, mail.size, part);
        everything_durable();
        cr_expect(eq(str, sent, whole), "parts of %zu", part);
    }
    free(whole);
    free(mail.data);
}

Test(mllp_connection, a_thousand_in_flight_are_answered_in_order)
{
    struct mail mail = mail_new();
    char *wanted = calloc(1, 64 * 1024), id[16];

    for (unsigned i = 0; i < 1000; i++) {
        snprintf(id, sizeof id, "M%u", i);
        put_kind(&mail, 't', id);
        sprintf(wanted + strlen(wanted), "%sAA %s", i > 0 ? "," : "", id);
    }
    cr_assert(eq(sz, feed(mail.data, mail.size, HW_READ_SIZE_MAX), mail.size));
    cr_expect(eq(u64, store.submitted, 1000));
    for (unsigned upto = 0; upto <= 1000; upto += 125) {
        become_durable(upto, 0);
        write_out(SIZE_MAX);
    }
    cr_expect(eq(str, (char *)answers_sent(), wanted));
    free(wanted);
    free(mail.data);
}

Test(mllp_connection, answers_that_pile_up_stop_the_reading_not_the_order)
{
    struct mail mail = mail_new();
    char id[16];
    enum { COUNT = 8000 };

    for (unsigned i = 0; i < COUNT; i++) {
        snprintf(id, sizeof id, "%u", i);
        put_kind(&mail, 't', id);
    }
    size_t done = feed(mail.data, mail.size, HW_READ_SIZE_MAX);
    cr_assert(done < mail.size);
    cr_expect(eq(int, hw_connection_reads(&connection), 0));
    cr_expect(hw_outbox_size(&connection.outbox) < HW_OUTBOX_SIZE_MAX + 2048);
    cr_expect(hw_buffer_size(&connection.input) <= HW_READ_SIZE_MAX);
    for (unsigned turn = 0; turn < 10000 && store.durable < COUNT; turn++) {
        become_durable(store.submitted, 0);
        write_out(10000);
        hw_connection_service(&connection);
        done += feed(mail.data + done, mail.size - done, HW_READ_SIZE_MAX);
        cr_assert(hw_outbox_size(&connection.outbox) < HW_OUTBOX_SIZE_MAX + 2048);
    }
    while (hw_connection_output(&connection).size > 0)
        everything_durable();
    cr_expect(eq(u64, store.submitted, COUNT));
    cr_expect(eq(u64, shared->counters.answers, COUNT));
    const char *at = answers_sent();
    for (unsigned i = 0; i < COUNT; i++) {
        snprintf(id, sizeof id, "AA %u", i);
        cr_assert(strncmp(at, id, strlen(id)) == 0, "answer %u", i);
        at += strlen(id) + 1;
    }
    free(mail.data);
}

Test(mllp_connection, no_room_keeps_the_frame_and_stops_reading)
{
    struct mail mail = mail_new();

    put_kind(&mail, 't', "1");
    put_kind(&mail, 't', "2");
    put_kind(&mail, 't', "3");
    put_kind(&mail, 'e', "4");
    for (size_t part = 1; part <= mail.size; part += 97) {
        begin_again();
        size_t first = 300; /* somewhere in the second message */
        feed(mail.data, first, part);
        store.full = 2;
        size_t done = first + feed(mail.data + first, mail.size - first, part);
        cr_assert(eq(u64, store.submitted, 1), "parts of %zu", part);
        cr_expect(eq(int, hw_connection_reads(&connection), 0));
        cr_expect(eq(int, hw_connection_is_done(&connection), 0));
        everything_durable(); /* Still full: one more refusal was foretold. */
        cr_expect(eq(u64, store.submitted, 1));
        cr_expect(eq(int, hw_connection_reads(&connection), 0));
        everything_durable();
        cr_expect(eq(int, hw_connection_reads(&connection), 1));
        feed(mail.data + done, mail.size - done, part);
        everything_durable();
        cr_expect(eq(str, (char *)answers_sent(), "AA 1,AA 2,AA 3,AE 4"), "parts of %zu", part);
        cr_expect(eq(u64, shared->counters.frames, 4));
        cr_expect(eq(u64, shared->counters.paused, 1));
    }
    free(mail.data);
}

Test(mllp_connection, a_full_quarantine_holds_the_refusal_back)
{
    struct mail mail = mail_new();

    put_kind(&mail, 'e', "1");
    put_kind(&mail, 't', "2");
    store.quarantine_full = 1;
    feed(mail.data, mail.size, mail.size);
    cr_expect(eq(int, hw_connection_reads(&connection), 0));
    cr_expect(eq(u64, store.submitted, 0));
    everything_durable();
    everything_durable();
    cr_expect(eq(str, (char *)answers_sent(), "AE 1,AA 2"));
    cr_expect(eq(u64, shared->counters.refused, 1));
    free(mail.data);
}

Test(mllp_connection, the_answers_asked_for_and_no_others)
{
    static const struct {
        const char *commit, *application, *answers;
        char kind;
    } rows[] = {
        {"", "", "AA 1", 't'},
        {"AL", "NE", "CA 1", 't'},
        {"AL", "", "CA 1", 't'},
        {"AL", "AL", "CA 1,AA 1", 't'},
        {"NE", "AL", "AA 1", 't'},
        {"NE", "NE", "", 't'},
        {"ER", "NE", "", 't'},
        {"SU", "NE", "CA 1", 't'},
        {"NE", "SU", "AA 1", 't'},
        {"NE", "ER", "", 't'},
        {"XX", "", "AA 1", 't'},
        {"AL", "AL", "CA 1 ignored,AA 1 ignored", 'i'},
    };
    struct mail mail = mail_new();

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin_again();
        mail.size = 0;
        put_message(&mail, rows[i].kind == 't' ? "ADT^A01" : "ADT^A99", "1", rows[i].commit,
            rows[i].application);
        feed(mail.data, mail.size, mail.size);
        if (rows[i].kind == 't')
            cr_expect(eq(sz, hw_connection_output(&connection).size, 0), "row %zu", i);
        everything_durable();
        cr_expect(eq(str, (char *)answers_sent(), (char *)rows[i].answers), "row %zu", i);
        cr_expect(eq(u64, store.submitted, rows[i].kind == 't'), "row %zu", i);
    }
    free(mail.data);
}

Test(mllp_connection, refusals_in_enhanced_mode)
{
    static const struct {
        const char *version, *visit, *commit, *application, *answers;
    } rows[] = {
        {"2.4", "", "AL", "AL", "CA 1,AE 1"},
        {"2.4", "", "AL", "NE", "CE 1"},
        {"3.0", "V1", "AL", "AL", "CR 1"},
        {"3.0", "V1", "", "", "AR 1"},
        {"2.4", "", "NE", "NE", ""},
    };
    struct mail mail = mail_new();
    char text[512];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin_again();
        int size = snprintf(text, sizeof text,
            "\x0bMSH|^~\\&|PAS|RWE|HW|LLR|20261121101500||ADT^A01|1|P|%s|||%s|%s\r"
            "EVN||20261121101500\rPID|||A1^^^RWE^PI\rPV1||I|W1||||||||||||||||%s\r\x1c\r",
            rows[i].version, rows[i].commit, rows[i].application, rows[i].visit);
        feed(text, (size_t)size, (size_t)size);
        cr_expect(eq(u64, store.quarantined, 1), "row %zu", i);
        cr_expect(eq(sz, hw_connection_output(&connection).size, 0), "row %zu", i);
        everything_durable();
        cr_expect(eq(str, (char *)answers_sent(), (char *)rows[i].answers), "row %zu", i);
    }
    free(mail.data);
}

Test(mllp_connection, a_mode_can_be_fixed_for_one_sender)
{
    const struct hw_mllp_sender senders[] = {
        {hw_slice_text("RWE/LAB"), HW_ACK_NONE},
        {hw_slice_text("RWE/PAS"), HW_ACK_ENHANCED_COMMIT},
        {hw_slice_text(""), HW_ACK_NONE},
    };
    struct mail mail = mail_new();

    options.senders = senders;
    options.senders_count = 2;
    put_kind(&mail, 't', "1");
    feed(mail.data, mail.size, mail.size);
    options.senders_count = 1;
    feed(mail.data, mail.size, mail.size);
    options.senders = senders + 2;
    feed(mail.data, mail.size, mail.size);
    everything_durable();
    cr_expect(eq(str, (char *)answers_sent(), "CA 1,AA 1"));
    cr_expect(eq(u64, store.submitted, 3));
    free(mail.data);
}

Test(mllp_connection, a_frame_too_large_is_refused_by_its_header_and_never_held)
{
    struct mail mail = mail_new();
    enum { MANY = 3 * 1024 * 1024 };

    put_kind(&mail, 't', "1");
    put_kind(&mail, 't', "BIG");
    mail.size -= 2; /* Its end never comes. */
    size_t head = mail.size;
    memset(mail.data + head, 'x', MANY);
    mail.size += MANY;
    size_t greatest = 0;
    for (size_t at = 0; at < mail.size; at += 50000) {
        size_t size = mail.size - at < 50000 ? mail.size - at : 50000;
        hw_connection_receive(&connection, hw_slice_of(mail.data + at, size), 1000);
        if (shared->buffers.used > greatest)
            greatest = shared->buffers.used;
    }
    cr_expect(greatest <= 4 * options.frame_size_max, "%zu bytes were held", greatest);
    cr_expect(eq(u64, shared->counters.frames_too_large, 1));
    cr_expect(eq(sz, store.quarantined_size, HW_TOO_LARGE_KEPT));
    cr_expect(eq(str, store.refusal, "RWE/PAS AR 207 "));
    cr_expect(eq(int, hw_connection_is_done(&connection), 0));
    everything_durable();
    cr_expect(eq(str, (char *)answers_sent(), "AA 1,AR BIG"));
    cr_expect(eq(int, hw_connection_is_done(&connection), 1));
    cr_expect(eq(u64, store.submitted, 1));
    free(mail.data);
}

Test(mllp_connection, a_frame_as_large_as_allowed_is_taken)
{
    struct mail mail = mail_new();

    for (int over = 0; over < 2; over++) {
        mail.size = 0;
        put_kind(&mail, 't', "1");
        options.frame_size_max = mail.size - 3 - (size_t)over;
        begin_again();
        feed(mail.data, mail.size, 100);
        everything_durable();
        cr_expect(eq(str, (char *)answers_sent(), over ? "AR 1" : "AA 1"));
    }
    free(mail.data);
}

Test(mllp_connection, what_cannot_be_stored_is_not_answered)
{
    struct mail mail = mail_new();

    put_kind(&mail, 't', "1");
    put_kind(&mail, 'e', "2");
    put_kind(&mail, 't', "3");
    store.quarantine_broken = true;
    feed(mail.data, mail.size, mail.size);
    cr_expect(eq(int, hw_connection_reads(&connection), 0));
    cr_expect(eq(int, hw_connection_is_done(&connection), 0), "the first is still to be answered");
    everything_durable();
    cr_expect(eq(str, (char *)answers_sent(), "AA 1"));
    cr_expect(eq(int, hw_connection_is_done(&connection), 1));
    cr_expect(eq(u64, store.submitted, 1));
    cr_expect(eq(u64, shared->counters.closed_unstored, 1));
    free(mail.data);
}

Test(mllp_connection, the_bytes_of_all_connections_are_bounded)
{
    struct mail mail = mail_new();

    options.buffers_size_max = 16 * 1024;
    begin_again();
    put_kind(&mail, 't', "1");
    memset(mail.data + mail.size, 'x', 40000);
    mail.data[mail.size] = 0x0b;
    feed(mail.data, mail.size + 40000, 1000);
    cr_expect(shared->buffers.used <= options.buffers_size_max);
    cr_expect(eq(u64, shared->counters.closed_unstored, 1));
    everything_durable();
    cr_expect(eq(str, (char *)answers_sent(), "AA 1"));
    cr_expect(eq(int, hw_connection_is_done(&connection), 1));
    free(mail.data);
}

Test(mllp_connection, a_peer_that_ends_is_still_answered_and_a_cut_frame_counted)
{
    struct mail mail = mail_new();

    put_kind(&mail, 't', "1");
    put_kind(&mail, 't', "2");
    feed(mail.data, mail.size - 30, 100);
    cr_expect(eq(int, hw_connection_is_inside_frame(&connection), 1));
    hw_connection_stop(&connection);
    cr_expect(eq(u64, shared->counters.frames_cut, 1));
    cr_expect(eq(int, hw_connection_is_done(&connection), 0));
    everything_durable();
    cr_expect(eq(str, (char *)answers_sent(), "AA 1"));
    cr_expect(eq(int, hw_connection_is_done(&connection), 1));
    free(mail.data);
}

Test(mllp_connection, a_reset_discards_and_counts)
{
    struct mail mail = mail_new();

    put_kind(&mail, 't', "1");
    put_kind(&mail, 't', "2");
    feed(mail.data, mail.size - 30, 100);
    hw_connection_drop(&connection);
    cr_expect(eq(u64, shared->counters.frames_cut, 1));
    cr_expect(eq(u64, shared->counters.answers_lost, 1));
    cr_expect(eq(u64, store.submitted, 1));
    cr_expect(eq(int, hw_connection_is_done(&connection), 1));
    cr_expect(eq(sz, shared->buffers.used, 0));
    free(mail.data);
}

Test(mllp_connection, what_is_no_message_is_refused_with_its_bytes)
{
    static const char bytes[] = "\x0bhello\x1c\r";

    feed(bytes, sizeof bytes - 1, 3);
    cr_expect(eq(u64, store.quarantined, 1));
    cr_expect(eq(str, store.refusal, "192.0.2.1:4000 AR 100 MSH"));
    everything_durable();
    cr_expect(eq(str, (char *)answers_sent(), "AR "));
}

/* ---- Anything may happen at any time ---- */

static uint64_t chance_state;

static unsigned chance(unsigned below)
{
    chance_state ^= chance_state << 13;
    chance_state ^= chance_state >> 7;
    chance_state ^= chance_state << 17;
    return (unsigned)(chance_state >> 33) % below;
}

/* Some way from what is durable to what was given out. */
static uint64_t reach(uint64_t from, uint64_t to)
{
    return from + chance((unsigned)(to - from) + 1);
}

Test(mllp_connection, any_order_of_bytes_disk_and_writes_gives_the_same_answers)
{
    static const char kinds[] = "ttttiiear";
    struct mail mail = mail_new();

    for (uint64_t seed = 1; seed <= 60; seed++) {
        char wanted[8192] = "", id[16];
        size_t done = 0;

        chance_state = seed * UINT64_C(0x9e3779b97f4a7c15);
        begin_again();
        mail.size = 0;
        for (unsigned i = 0; i < 100; i++) {
            char kind = kinds[chance(sizeof kinds - 1)];
            snprintf(id, sizeof id, "%u", i);
            put_kind(&mail, kind, id);
            if (kind != 'a')
                sprintf(wanted + strlen(wanted), "%s%s %s%s", *wanted ? "," : "", code_of(kind), id,
                    kind == 'i' ? " ignored" : "");
        }
        for (unsigned turn = 0; turn < 3000; turn++) {
            switch (chance(5)) {
            case 0:
                store.full = chance(3);
                store.quarantine_full = chance(3);
                break;
            case 1:
                become_durable(reach(store.durable, store.submitted),
                    reach(store.quarantine_durable, store.quarantined));
                break;
            case 2:
                write_out(chance(400));
                break;
            default:
                if (done < mail.size && hw_connection_reads(&connection)) {
                    size_t size = 1 + chance(2000);
                    size = size < mail.size - done ? size : mail.size - done;
                    done += feed(mail.data + done, size, size);
                }
            }
        }
        store.full = store.quarantine_full = 0;
        while (done < mail.size || hw_outbox_count(&connection.outbox) > 0) {
            everything_durable();
            done += feed(mail.data + done, mail.size - done, HW_READ_SIZE_MAX);
        }
        cr_expect(eq(str, (char *)answers_sent(), wanted), "seed %llu", (unsigned long long)seed);
    }
    free(mail.data);
}
