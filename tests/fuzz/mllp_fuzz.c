/*
 * A peer sends what it likes, in pieces as they fall: each frame gets the answers it would have got
 * in one piece, however late the disk is, and nothing is held when it has gone.
 *
 * The first byte says how long the pieces are, the second how far the disk lags behind.
 */
#include <stdlib.h>

#include "fuzz.h"
#include "homeward/hash.h"
#include "link/mllp/connection.h"

#define MUST(fact) ((fact) ? (void)0 : abort())

/* A journal and a quarantine that count, and are durable when they are told to be. */
struct store {
    uint64_t taken, refused;
    uint64_t durable, refused_durable;
    struct hw_hash said; /* of all answers, in order */
    uint64_t said_size;
};

static struct hw_submitted submit(void *context, struct hw_event *events, uint32_t events_count)
{
    struct store *store = context;

    (void)events;
    store->taken += events_count;
    return (struct hw_submitted){.outcome = HW_OUTCOME_TAKEN, .release_sequence = store->taken};
}

static enum hw_status quarantine(void *context, const struct hw_refused *refused, uint64_t *ret_id)
{
    struct store *store = context;

    (void)refused;
    *ret_id = ++store->refused;
    return HW_OK;
}

static uint64_t durable(void *context)
{
    return ((struct store *)context)->durable;
}

static uint64_t refused_durable(void *context)
{
    return ((struct store *)context)->refused_durable;
}

static int64_t now_ms(void *context)
{
    (void)context;
    return INT64_C(1795255200000);
}

/* Note answers byte by byte: how they were cut is no matter. */
static void hear(struct store *store, struct hw_connection *connection)
{
    struct hw_slice output = hw_connection_output(connection);

    for (size_t i = 0; i < output.size; i++) {
        struct hw_slice parts[] = {
            hw_slice_of(&store->said, sizeof store->said), hw_slice_of(output.data + i, 1)};

        store->said = hw_hash_parts(parts, 2);
    }
    store->said_size += output.size;
    hw_connection_written(connection, output.size, 1);
}

static void become_durable(
    struct store *store, struct hw_mllp_shared *shared, struct hw_connection *connection)
{
    store->durable = store->taken;
    store->refused_durable = store->refused;
    hw_mllp_shared_durable(shared, store->durable);
    hw_connection_service(connection);
    hear(store, connection);
}

/* All bytes, step at a time; what was taken is durable lag pieces later. */
static void send_all(struct store *store, struct hw_mllp_shared *shared,
    struct hw_connection *connection, struct hw_slice bytes, size_t step, unsigned lag)
{
    unsigned piece = 0;

    while (bytes.size > 0 && connection->state == HW_CONNECTION_OPEN) {
        size_t size = bytes.size < step ? bytes.size : step;

        MUST(hw_connection_reads(connection));
        hw_connection_receive(connection, hw_slice_of(bytes.data, size), piece);
        bytes = hw_slice_of(bytes.data + size, bytes.size - size);
        hear(store, connection);
        if (lag == 0 || ++piece % lag == 0 || !hw_connection_reads(connection))
            become_durable(store, shared, connection);
    }
}

static struct store talk(struct hw_slice bytes, size_t step, unsigned lag)
{
    static struct hw_mllp_shared shared;
    static struct hw_hl7_options codec;
    static struct hw_mllp_options options;
    struct store store = {0};
    struct hw_mllp_port port = {&store, submit, quarantine, durable, refused_durable, now_ms};
    struct hw_connection connection;

    hw_hl7_options_init(&codec);
    hw_mllp_options_init(&options);
    options.codec = &codec;
    options.frame_size_max = 1024;
    hw_mllp_shared_init(&shared, &options, &port);
    hw_connection_init(&connection, &shared, "192.0.2.1:4000");
    send_all(&store, &shared, &connection, bytes, step, lag);
    become_durable(&store, &shared, &connection);
    hw_connection_stop(&connection);
    become_durable(&store, &shared, &connection);
    MUST(hw_connection_is_done(&connection));
    hw_connection_drop(&connection);
    MUST(shared.counters.buffered_bytes == 0);
    hw_mllp_shared_free(&shared);
    return store;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hw_slice bytes;
    struct store whole, pieces;

    if (size < 2 || size > HW_READ_SIZE_MAX)
        return 0;
    bytes = hw_slice_of(data + 2, size - 2);
    whole = talk(bytes, HW_READ_SIZE_MAX, 0);
    pieces = talk(bytes, 1u + data[0] % 64u, data[1] % 8u);
    MUST(whole.taken == pieces.taken && whole.refused == pieces.refused);
    MUST(whole.said_size == pieces.said_size && hw_hash_equal(whole.said, pieces.said));
    return 0;
}
