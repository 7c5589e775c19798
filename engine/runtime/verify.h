/*
 * verify.h - every segment, block, record, watermark, snapshot and refused input of a data
 * directory, read again and compared; and the journal applied again from its first record.
 *
 * Read-only and without a lock: beside a running server it looks at what was there when it came by.
 */
#ifndef HW_VERIFY_H
#define HW_VERIFY_H

#include "runtime/file.h"

struct hw_verify_options {
    struct hw_env *env;
    const char *data_dir;
    /* One thing that is damaged: file, offset, what, remedy.  May be called often. */
    void (*on_damage)(void *context, const char *text);
    /* Odd, but nothing is lost: a torn tail. */
    void (*on_notice)(void *context, const char *text);
    void *context;
};

struct hw_verify_report {
    uint64_t segments, blocks, records;
    uint64_t last_sequence;
    uint64_t torn_size; /* bytes of a torn tail; beside a server, of what is being written */
    uint32_t snapshots;
    uint32_t digests; /* compared and equal: at segment starts and of snapshots */
    uint64_t quarantined;
    /* Of the engine; of these, those that this version would not have made: damage, and told so,
     * where all was written under the same rules version. */
    uint64_t decisions, decisions_differ;
    uint32_t damages;                            /* as told to on_damage */
    struct hw_hash state_digest, history_digest; /* after the last record, when it was reached */
};

/*
 * HW_OK: *ret_report has no damages.  HW_E_DAMAGED: it has.  HW_E_NOT_FOUND, HW_E_IO, HW_E_VERSION,
 * HW_E_MEMORY: it could not be looked at, error says why.
 */
HW_MUST_CHECK enum hw_status hw_verify(const struct hw_verify_options *options,
    struct hw_verify_report *ret_report, char error[HW_ERROR_TEXT_SIZE]);

#endif
