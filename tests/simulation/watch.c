#include "watch.h"
#include "homeward/routing.h"
#include "runtime/log_reader.h"
#include "support/paused.h"

#include <inttypes.h>

enum { IN_A_ROW_MAX = 250 }; /* a few for each referral and each service of a run */

void watch_init(struct watch *watch, struct ledger *ledger)
{
    memset(watch, 0, sizeof *watch);
    watch->ledger = ledger;
}

static void check_holds(struct watch *watch, const struct hw_engine *engine, const char *where)
{
    if (!hw_routing_holds(engine))
        ledger_fail(watch->ledger, "units held do not add up %s record %" PRIu64, where,
            hw_engine_sequence(engine));
    if (hw_engine_decisions_differ(engine) != 0)
        ledger_fail(watch->ledger,
            "the engine would not have decided what stands in record %" PRIu64 " (%s it)",
            hw_engine_sequence(engine), where);
}

/* To whoever wants to know what happened (HOMEWARD_TELL). */
static void tell(const struct watch *watch, const struct hw_event *decided, uint64_t sequence)
{
    struct hw_slice referral = hw_event_text(decided, HW_FIELD_REFERRAL);
    struct hw_slice service = hw_event_text(decided, HW_FIELD_SERVICE);
    struct hw_slice reason = hw_event_text(decided, HW_FIELD_REASON);

    if (watch->ledger->told != NULL)
        fprintf(watch->ledger->told, "-- %" PRIu64 " %s %.*s %.*s %.*s\n", sequence,
            hw_kind_type(decided->kind), HW_SLICE_ARGS(referral), HW_SLICE_ARGS(service),
            HW_SLICE_ARGS(reason));
}

void watch_applied(struct watch *watch, const struct hw_engine *engine)
{
    static uint64_t buffer[HW_RECORD_SIZE_MAX / sizeof(uint64_t)];
    const struct hw_event *decided = hw_engine_decided(engine);
    uint64_t sequence = hw_engine_sequence(engine) + 1;
    size_t size;

    check_holds(watch, engine, "live, behind");
    /* A record that the engine did not announce is of a person. */
    if (paused_is_broken(engine, hw_hash_is_zero(watch->decided[sequence - 1])))
        ledger_fail(watch->ledger, "record %" PRIu64 " proposes or offers where it is paused",
            hw_engine_sequence(engine));
    HW_ASSERT(sequence < WATCHED_MAX);
    watch->decided[sequence] = (struct hw_hash){0};
    if (decided == NULL)
        return;
    tell(watch, decided, sequence);
    size = hw_record_encode(
        decided, sequence, hw_engine_accepted_ms(engine), (uint8_t *)buffer, sizeof buffer);
    HW_ASSERT(size > 0);
    watch->decided[sequence] = hw_hash_bytes(hw_slice_of(buffer, size));
}

static void count(struct tally *tally, uint32_t kind)
{
    tally->decisions++;
    tally->proposals += kind == HW_KIND_DECIDED_PROPOSAL;
    tally->offers += kind == HW_KIND_DECIDED_OFFER;
    tally->expiries += kind == HW_KIND_DECIDED_EXPIRY;
    tally->suspensions += kind == HW_KIND_DECIDED_SUSPENSION;
    tally->acceptances += kind == HW_KIND_DECIDED_ACCEPTANCE;
    tally->alerts += kind == HW_KIND_DECIDED_ALERT;
}

void watch_read(struct watch *watch, const struct hw_engine *engine, struct hw_slice record,
    const struct hw_record_header *header)
{
    check_holds(watch, engine, "read again, behind");
    HW_ASSERT(header->sequence < WATCHED_MAX);
    if (watch->tick && header->kind < HW_KIND_DECIDED_PROPOSAL &&
        !hw_hash_is_zero(watch->decided[header->sequence]))
        ledger_fail(watch->ledger,
            "record %" PRIu64 " stands between a tick and what it made the engine decide",
            header->sequence);
    watch->tick = header->kind == HW_KIND_CLOCK_TICK;
    if (header->kind < HW_KIND_DECIDED_PROPOSAL) {
        watch->in_a_row = 0;
        return;
    }
    count(&watch->ledger->tally, header->kind);
    if (++watch->in_a_row > IN_A_ROW_MAX)
        ledger_fail(
            watch->ledger, "decisions without end before record %" PRIu64, header->sequence);
    if (!hw_hash_equal(watch->decided[header->sequence], hw_hash_bytes(record)))
        ledger_fail(watch->ledger, "record %" PRIu64 " is not what the engine decided then",
            header->sequence);
}

/* A block begins with what somebody said, or with a tick: its decisions are in the same one. */
static void check_blocks(struct watch *watch, struct hw_env *env, const char *journal_dir)
{
    char error[HW_ERROR_TEXT_SIZE];
    struct hw_log_block block;
    struct hw_log *log;

    if (hw_log_open(env, journal_dir, 1, &log, error) != HW_OK)
        return; /* There is none yet; and what cannot be read has been told by a replay. */
    while (hw_log_next(log, &block, error) == HW_OK) {
        struct hw_record_header header;
        struct hw_slice records = block.block.records, record;

        if (!hw_records_next(&records, &record) || hw_record_header(record, &header) != HW_OK)
            continue;
        if (header.kind >= HW_KIND_DECIDED_PROPOSAL)
            ledger_fail(watch->ledger,
                "decision %" PRIu64 " stands in another block than what caused it",
                header.sequence);
    }
    hw_log_close(log);
}

void watch_opened(struct watch *watch, const struct hw_engine *engine, struct hw_env *env,
    const char *journal_dir)
{
    check_holds(watch, engine, "opened at");
    if (hw_engine_decided(engine) != NULL) {
        watch->ledger->tally.decisions_left++;
        if (!watch->crowded)
            ledger_fail(watch->ledger, "what record %" PRIu64 " causes is not in its block",
                hw_engine_sequence(engine));
        watch_applied(watch, engine);
    }
    if (!watch->crowded)
        check_blocks(watch, env, journal_dir);
}
