#include "oracle.h"
#include "reference.h"
#include "runtime/quarantine_log.h"
#include "runtime/replay.h"
#include "runtime/verify.h"

#include <inttypes.h>
#include <stdio.h>

void oracle_init(struct oracle *oracle)
{
    memset(oracle, 0, sizeof *oracle);
}

/* --- the journal -------------------------------------------------------------------------- */

/* Whether a record says what its message must have said; where it stands and when is its own. */
static bool is_as_sent(struct hw_slice record, const uint8_t *sent, size_t sent_size)
{
    uint32_t flags, flags_sent;

    if (record.size != sent_size)
        return false;
    memcpy(&flags, record.data + 8, sizeof flags);
    memcpy(&flags_sent, sent + 8, sizeof flags_sent);
    return memcmp(record.data, sent, 8) == 0 &&
        (flags & ~(uint32_t)HW_FLAG_CONTROL_ID_REUSED) == flags_sent &&
        memcmp(record.data + 12, sent + 12, 4) == 0 &&
        memcmp(record.data + HW_RECORD_HEADER_SIZE, sent + HW_RECORD_HEADER_SIZE,
            sent_size - HW_RECORD_HEADER_SIZE) == 0;
}

static void hear_message(struct oracle *oracle, struct hw_slice record,
    const struct hw_record_header *header, const struct hw_event *event)
{
    struct ledger *ledger = oracle->ledger;
    unsigned index = ledger_find(ledger, event->message_id_hash, event->message_hash);
    const struct message *message = &ledger->feeds->messages[index];
    unsigned part;

    if (index == MESSAGES_MAX) {
        ledger_fail(
            ledger, "record %" PRIu64 " is of a message that nobody sent", header->sequence);
        return;
    }
    part = oracle->records[index]++;
    if (part == 0)
        oracle->sequences[index] = header->sequence;
    if (part >= message->records_count)
        ledger_fail(ledger, "message %u is in the journal twice: record %" PRIu64 " and %" PRIu64,
            index, oracle->sequences[index], header->sequence);
    else if (!is_as_sent(record, message->records[part], message->record_sizes[part]))
        ledger_fail(
            ledger, "record %" PRIu64 " is not what message %u said", header->sequence, index);
    else if (part > 0 && oracle->last_message != index)
        ledger_fail(ledger, "message %u does not stand together", index);
    ledger->tally.reused_ids += (header->flags & HW_FLAG_CONTROL_ID_REUSED) != 0;
    oracle->last_message = index;
}

static void hear_command(struct oracle *oracle, struct hw_slice record,
    const struct hw_record_header *header, const struct hw_event *event)
{
    struct ledger *ledger = oracle->ledger;
    unsigned index = desk_find(oracle->desk, event->message_id_hash, event->message_hash);
    const struct command *command = &oracle->desk->commands[index];

    if (index == COMMANDS_MAX) {
        ledger_fail(ledger, "record %" PRIu64 " is a command that nobody said", header->sequence);
        return;
    }
    if (oracle->commands[index] != 0)
        ledger_fail(ledger, "command %u is in the journal twice: record %" PRIu64 " and %" PRIu64,
            index, oracle->commands[index], header->sequence);
    if (!is_as_sent(record, (const uint8_t *)command->bytes, command->size))
        ledger_fail(
            ledger, "record %" PRIu64 " is not what command %u said", header->sequence, index);
    oracle->commands[index] = header->sequence;
}

static void hear_record(void *context, const struct hw_engine *engine, struct hw_slice record)
{
    struct oracle *oracle = context;
    struct hw_record_header header;
    struct hw_event event;

    if (hw_record_header(record, &header) != HW_OK ||
        hw_record_decode(record, true, &event) != HW_OK) {
        ledger_fail(oracle->ledger, "a record cannot be read");
        return;
    }
    if (header.accepted_ms > oracle->latest_ms)
        ledger_fail(oracle->ledger,
            "record %" PRIu64 " says it was accepted later than the clock has been",
            header.sequence);
    if ((event.kind == HW_KIND_LOG_OPENED) != (header.sequence == 1))
        ledger_fail(oracle->ledger, "record %" PRIu64 " says that the log begins", header.sequence);
    oracle->ledger->tally.ticks += event.kind == HW_KIND_CLOCK_TICK;
    watch_read(oracle->watch, engine, record, &header);
    if (event.kind == HW_KIND_CONFIGURATION ||
        (event.kind >= HW_KIND_REFERRAL_RECEIVED && event.kind < HW_KIND_DECIDED_PROPOSAL))
        hear_command(oracle, record, &header, &event);
    else if (event.kind > HW_KIND_CONFIGURATION && event.kind < HW_KIND_DECIDED_PROPOSAL)
        hear_message(oracle, record, &header, &event);
}

/* A beginning of what each feed sent, in its order. */
static void check_order(struct oracle *oracle)
{
    struct ledger *ledger = oracle->ledger;

    for (unsigned feed = 0; feed < ledger->feeds->feeds_count; feed++) {
        uint64_t last = 0;
        bool ended = false;

        for (unsigned i = 0; i < ledger->feeds->count; i++) {
            const struct message *message = &ledger->feeds->messages[i];
            uint64_t sequence = oracle->sequences[i];

            if (message->feed != feed || message->same != i || message->records_count == 0)
                continue;
            if (sequence == 0) {
                ended = true;
                continue;
            }
            if (ended)
                ledger_fail(ledger, "message %u is there, and one before it is not", i);
            if (sequence <= last)
                ledger_fail(ledger, "message %u stands before one sent earlier", i);
            last = sequence;
        }
    }
}

static void check_messages(struct oracle *oracle)
{
    struct ledger *ledger = oracle->ledger;
    const struct feeds *feeds = ledger->feeds;

    for (unsigned i = 0; i < feeds->count; i++) {
        unsigned same = feeds->messages[i].same;

        if (feeds->messages[i].records_count == 0)
            continue;
        if (ledger->answered[i] && oracle->sequences[same] == 0)
            ledger_fail(ledger, "message %u was acknowledged and is lost", i);
        if (same != i)
            continue;
        if (oracle->sequences[i] != 0 && oracle->records[i] < feeds->messages[i].records_count)
            ledger_fail(ledger, "only a part of message %u is there", i);
        if (oracle->sequences[i] != 0 && !ledger->delivered[i])
            ledger_fail(ledger, "message %u is there before it was sent", i);
        ledger->known[i] = oracle->sequences[i] != 0;
    }
    check_order(oracle);
}

/* Answered, said, in order; what is not there is said again. */
static void check_commands(struct oracle *oracle)
{
    struct ledger *ledger = oracle->ledger;
    struct desk *desk = oracle->desk;
    uint64_t last = 0;

    for (unsigned i = 0; i < desk->count; i++) {
        struct command *command = &desk->commands[i];
        uint64_t sequence = oracle->commands[i];

        if (command->answered && sequence == 0)
            ledger_fail(ledger, "command %u was answered and is lost", i);
        if (sequence != 0 && !command->said)
            ledger_fail(ledger, "command %u is there before it was said", i);
        if (sequence != 0 && sequence <= last)
            ledger_fail(ledger, "command %u stands before one said earlier", i);
        last = sequence != 0 ? sequence : last;
        command->known = sequence != 0;
    }
}

static void check_history(struct oracle *oracle, struct hw_engine *engine)
{
    const struct feeds *feeds = oracle->ledger->feeds;
    const struct reference *reference;
    uint64_t set = 0;

    for (unsigned i = 0; i < feeds->count; i++)
        if (oracle->sequences[i] != 0)
            set |= UINT64_C(1) << i;
    for (unsigned i = 0; i < oracle->desk->count; i++)
        if (oracle->commands[i] != 0 && oracle->desk->commands[i].referral < REFERRALS_MAX)
            set |= UINT64_C(1) << (MESSAGES_MAX + oracle->desk->commands[i].referral);
    reference = reference_of(oracle, set);
    if (!hw_hash_equal(reference->digest, hw_engine_history_digest(engine)))
        ledger_fail(
            oracle->ledger, "the history is not that of the same messages in another order");
    if (!hw_hash_equal(reference->text, reference_text(engine)))
        ledger_fail(oracle->ledger, "the history is not that of the reference model");
}

/* The journal from its first record, beside the engine that has just been opened. */
static void check_journal(
    struct oracle *oracle, struct hw_env *env, const char *data_dir, struct hw_engine *engine)
{
    struct hw_replay_options options = hw_replay_options_default(env, data_dir);
    char error[HW_ERROR_TEXT_SIZE];
    struct hw_replay replay;

    options.full = true;
    options.on_record = hear_record;
    options.context = oracle;
    if (hw_replay(&options, &replay, error) != HW_OK) {
        ledger_fail(oracle->ledger, "the journal cannot be read again: %s", error);
        return;
    }
    /* The first record of a new log is not on disk before the first turn. */
    if (replay.sequence != hw_engine_sequence(engine) &&
        (replay.sequence != 0 || hw_engine_sequence(engine) != 1))
        ledger_fail(oracle->ledger,
            "the engine stands at record %" PRIu64 ", the journal ends at %" PRIu64,
            hw_engine_sequence(engine), replay.sequence);
    else if (replay.sequence != 0 &&
        !hw_hash_equal(hw_engine_state_digest(engine), hw_engine_state_digest(replay.engine)))
        ledger_fail(oracle->ledger, "the state is not that of a replay of the journal");
    if (replay.digests_differ > 0)
        ledger_fail(oracle->ledger, "a segment was begun in another state than a replay has there");
    check_messages(oracle);
    check_commands(oracle);
    if (!ledger_failed(oracle->ledger))
        check_history(oracle, engine);
    hw_engine_free(replay.engine);
}

/* --- the quarantine ----------------------------------------------------------------------- */

struct kept {
    struct ledger *ledger;
    uint64_t last_id;
    bool there[MESSAGES_MAX];
};

static bool visit_refused(void *context, const struct hw_quarantined *entry)
{
    struct kept *kept = context;
    const struct feeds *feeds = kept->ledger->feeds;
    bool found = false;

    if (entry->id <= kept->last_id)
        ledger_fail(kept->ledger, "quarantine has id %" PRIu64 " twice", entry->id);
    kept->last_id = entry->id;
    for (unsigned i = 0; i < feeds->count; i++) {
        const struct message *message = &feeds->messages[i];

        if (message->verdict != HW_VERDICT_REFUSED || !kept->ledger->delivered[i] ||
            !hw_slice_equal(entry->refused.bytes, hw_slice_of(message->bytes, message->size)))
            continue;
        kept->there[i] = found = true;
    }
    if (!found)
        ledger_fail(kept->ledger, "quarantine holds what nobody sent, or what was not refused");
    return true;
}

static void check_quarantine(struct oracle *oracle, struct hw_env *env, const char *data_dir)
{
    struct kept kept = {.ledger = oracle->ledger};
    const struct feeds *feeds = oracle->ledger->feeds;
    char error[HW_ERROR_TEXT_SIZE];

    if (hw_quarantine_list(env, data_dir, visit_refused, &kept, error) != HW_OK)
        ledger_fail(oracle->ledger, "quarantine cannot be read: %s", error);
    for (unsigned i = 0; i < feeds->count; i++)
        if (feeds->messages[i].verdict == HW_VERDICT_REFUSED && oracle->ledger->answered[i] &&
            !kept.there[i])
            ledger_fail(
                oracle->ledger, "message %u was refused, answered so, and is not in quarantine", i);
}

void oracle_check(struct oracle *oracle, struct hw_env *env, const char *data_dir,
    struct hw_runtime *runtime, int64_t latest_ms)
{
    char journal_dir[HW_PATH_SIZE];

    oracle->latest_ms = latest_ms;
    oracle->last_message = MESSAGES_MAX;
    memset(oracle->sequences, 0, sizeof oracle->sequences);
    memset(oracle->records, 0, sizeof oracle->records);
    memset(oracle->commands, 0, sizeof oracle->commands);
    oracle->watch->in_a_row = 0;
    oracle->watch->tick = false;
    oracle->ledger->tally.recoveries++;
    (void)snprintf(journal_dir, sizeof journal_dir, "%s/journal", data_dir);
    watch_opened(oracle->watch, hw_runtime_engine(runtime), env, journal_dir);
    check_journal(oracle, env, data_dir, hw_runtime_engine(runtime));
    check_quarantine(oracle, env, data_dir);
}

/* --- at the end --------------------------------------------------------------------------- */

static void hear_damage(void *context, const char *text)
{
    ledger_fail(context, "verify finds damage: %s", text);
}

void oracle_check_end(struct oracle *oracle, struct hw_env *env, const char *data_dir)
{
    struct hw_verify_options options = {
        .env = env, .data_dir = data_dir, .on_damage = hear_damage, .context = oracle->ledger};
    const struct feeds *feeds = oracle->ledger->feeds;
    struct hw_verify_report report;
    char error[HW_ERROR_TEXT_SIZE] = "";

    for (unsigned i = 0; i < feeds->count; i++)
        if (feeds->messages[i].records_count > 0 && feeds->messages[i].same == i &&
            oracle->sequences[i] == 0)
            ledger_fail(oracle->ledger, "message %u never came to be in the journal", i);
    for (unsigned i = 0; i < oracle->desk->count; i++)
        if (oracle->commands[i] == 0)
            ledger_fail(oracle->ledger, "command %u never came to be in the journal", i);
    if (hw_verify(&options, &report, error) != HW_OK)
        ledger_fail(oracle->ledger, "verify: %s", error);
}
