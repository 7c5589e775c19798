/*
 * A snapshot is read from disk: whatever stands there, either it is the state it says it is, or it
 * is refused, and nothing in it is believed before that is known.
 *
 * The input changes a snapshot that was written: runs of u16 where (in 16ths of it), u8 what to
 * add, u8 to how many bytes.  The checksums are put right afterwards, so that the loader behind
 * them is reached; the state's digest is not.
 */
#include <stdlib.h>

#include "fuzz.h"
#include "damage/said.h"
#include "runtime/bytes.h"
#include "runtime/crc32c.h"
#include "runtime/memory.h"
#include "runtime/snapshot.h"
#include "support/fault_env.h"
#include "support/logged.h"

#define MUST(fact) ((fact) ? (void)0 : abort())

enum { ROWS_AT = 128, ROW_SIZE = 16, SNAPSHOT_SIZE_MAX = 256 * 1024 };

static struct fault_env *fault;
static struct hw_runtime_options options;
static uint8_t sound[SNAPSHOT_SIZE_MAX], changed[SNAPSHOT_SIZE_MAX];
static size_t sound_size;
static uint64_t sequence;
static struct hw_snapshot about;
static char path[HW_PATH_SIZE];

/* A runtime's own snapshot of a few stays, and of a hub with somebody placed and somebody waiting.
 */
static void begin(void)
{
    static struct logged logged;
    struct hw_runtime *runtime;
    char error[HW_ERROR_TEXT_SIZE];
    uint8_t *bytes;

    fault = fault_new(1);
    fault_set_clock(fault, LOGGED_START_MS, 0);
    options = logged_options(fault_table(fault), "/data", &logged);
    MUST(hw_runtime_open(&options, &runtime, error) == HW_OK);
    for (uint64_t number = 1; number <= 8; number++)
        (void)said_submit(runtime, number, LOGGED_START_MS); /* There is room. */
    hw_runtime_turn(runtime);
    sequence = hw_engine_sequence(hw_runtime_engine(runtime));
    MUST(hw_runtime_close(runtime, true) == HW_OK);
    MUST(hw_snapshot_header(fault_table(fault), "/data", sequence, &about, error) == HW_OK);
    hw_file_number_path(path, "/data/snapshots", sequence, ".hws");
    bytes = fault_bytes(fault, path, &sound_size);
    MUST(bytes != NULL && sound_size <= SNAPSHOT_SIZE_MAX);
    memcpy(sound, bytes, sound_size);
}

static bool change(const uint8_t *data, size_t size)
{
    memcpy(changed, sound, sound_size);
    for (; size >= 4; data += 4, size -= 4) {
        size_t at = (size_t)(data[0] | data[1] << 8) * 16 + data[3] / 16u;

        for (size_t i = 0; i < 1 + data[3] % 16u; i++)
            changed[(at + i) % sound_size] = (uint8_t)(changed[(at + i) % sound_size] + data[2]);
    }
    return memcmp(changed, sound, sound_size) != 0;
}

static void put_right(void)
{
    uint64_t at = HW_SNAPSHOT_PAGE;
    uint32_t parts = hw_get_u32(changed + 20);

    for (uint32_t i = 0; i < parts && i < HW_SNAPSHOT_PARTS_MAX; i++) {
        uint64_t size = hw_get_u64(changed + ROWS_AT + i * ROW_SIZE);

        if (at > sound_size || size > sound_size - at)
            break;
        hw_put_u32(changed + ROWS_AT + i * ROW_SIZE + 8,
            hw_crc32c(hw_slice_of(changed + at, (size_t)size)));
        at = (at + size + HW_SNAPSHOT_PAGE - 1) / HW_SNAPSHOT_PAGE * HW_SNAPSHOT_PAGE;
    }
    hw_put_u32(changed + 8, hw_crc32c(hw_slice_of(changed + 12, HW_SNAPSHOT_PAGE - 12)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hw_engine_options engine_options;
    struct hw_engine *engine;
    char error[HW_ERROR_TEXT_SIZE] = "";
    enum hw_status status;
    bool is_changed;

    if (fault == NULL)
        begin();
    engine_options = (struct hw_engine_options){.limits = about.limits,
        .memory = hw_memory_system(),
        .hash_key = {1, 2},
        .dedupe_ms = about.dedupe_ms,
        .history_open_ms = about.history_open_ms};
    is_changed = change(data, size);
    put_right();
    fault_put(fault, path, changed, sound_size);
    MUST(hw_engine_new(&engine_options, &engine) == HW_OK);
    status = hw_snapshot_load(fault_table(fault), "/data", sequence, engine, error);
    MUST(is_changed || status == HW_OK);
    if (status == HW_OK)
        MUST(hw_hash_equal(hw_engine_state_digest(engine), about.digest));
    else
        MUST(error[0] != '\0');
    hw_engine_free(engine);
    return 0;
}
