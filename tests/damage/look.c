#include "look.h"
#include "runtime/quarantine_log.h"
#include "runtime/replay.h"
#include "runtime/verify.h"

#include <stdio.h>

const char *outcome_name(enum outcome outcome)
{
    switch (outcome) {
    case SAME:
        return "same";
    case SAID:
        return "same, and said";
    case REPORTED:
        return "reported";
    case SHORTER:
        return "shorter, and said";
    case LOST:
        return "lost";
    case WRONG:
        return "wrong";
    case OUTCOMES:
        break;
    }
    return "";
}

/* Names the file, and has a remedy behind what is wrong. */
static bool is_helpful(const char *words)
{
    return strstr(words, "/data") != NULL && strstr(words, "; ") != NULL;
}

static enum outcome refusal(const char *words)
{
    return is_helpful(words) ? REPORTED : WRONG;
}

/* --- refused inputs ----------------------------------------------------------------------- */

struct listing {
    struct hw_hash hashes[16];
    uint64_t ids[16];
    unsigned count;
};

static bool list_one(void *context, const struct hw_quarantined *entry)
{
    struct listing *listing = context;
    const struct hw_refused *refused = &entry->refused;
    struct hw_slice parts[] = {refused->source, refused->link, refused->code, refused->where,
        refused->reason, refused->bytes, hw_slice_of(&entry->time_ms, sizeof entry->time_ms)};

    if (listing->count < 16) {
        listing->hashes[listing->count] = hw_hash_parts(parts, sizeof parts / sizeof *parts);
        listing->ids[listing->count] = entry->id;
    }
    listing->count++;
    return true;
}

static struct listing list(struct hw_env *env)
{
    struct listing listing = {.count = 0};
    char error[HW_ERROR_TEXT_SIZE];

    if (hw_quarantine_list(env, "/data", list_one, &listing, error) != HW_OK)
        listing.count = 0;
    return listing;
}

/* All there: SAME.  Some there, none changed: LOST.  Else WRONG. */
static enum outcome compare_list(const struct listing *listing, const struct sound *sound)
{
    unsigned at = 0;

    for (unsigned i = 0; i < listing->count; i++, at++) {
        while (at < sound->refused_count && sound->refused_ids[at] != listing->ids[i])
            at++;
        if (at == sound->refused_count || !hw_hash_equal(sound->refused[at], listing->hashes[i]))
            return WRONG;
    }
    return listing->count == sound->refused_count ? SAME : LOST;
}

/* --- verify ------------------------------------------------------------------------------- */

struct heard {
    unsigned damages, notices;
    bool helpful;
    char words[HW_ERROR_TEXT_SIZE];
};

static void hear(struct heard *heard, const char *text)
{
    heard->helpful = heard->helpful && is_helpful(text);
    if (heard->words[0] == '\0' || !is_helpful(text))
        (void)snprintf(heard->words, sizeof heard->words, "%s", text);
}

static void hear_damage(void *context, const char *text)
{
    struct heard *heard = context;

    heard->damages++;
    hear(heard, text);
}

static void hear_notice(void *context, const char *text)
{
    struct heard *heard = context;

    heard->notices++;
    hear(heard, text);
}

static bool is_sound(
    const struct sound *sound, uint64_t sequence, struct hw_hash state, struct hw_hash history)
{
    return sequence == sound->sequence && hw_hash_equal(state, sound->state) &&
        hw_hash_equal(history, sound->history);
}

static enum outcome look_verify(
    struct hw_env *env, const struct sound *sound, char words[HW_ERROR_TEXT_SIZE])
{
    struct heard heard = {.helpful = true};
    struct hw_verify_options options = {.env = env,
        .data_dir = "/data",
        .on_damage = hear_damage,
        .on_notice = hear_notice,
        .context = &heard};
    struct hw_verify_report report = {0};
    char error[HW_ERROR_TEXT_SIZE] = "";
    enum hw_status status = hw_verify(&options, &report, error);

    (void)snprintf(words, HW_ERROR_TEXT_SIZE, "%s", heard.words);
    if (status != HW_OK && heard.damages == 0) {
        (void)snprintf(words, HW_ERROR_TEXT_SIZE, "%s", error);
        return refusal(error);
    }
    if (!heard.helpful)
        return WRONG;
    if (status != HW_OK)
        return REPORTED;
    if (report.last_sequence < sound->sequence)
        return heard.notices > 0 ? SHORTER : LOST;
    if (!is_sound(sound, report.last_sequence, report.state_digest, report.history_digest))
        return WRONG;
    return heard.notices > 0 ? SAID : SAME;
}

/* --- replay ------------------------------------------------------------------------------- */

static void count_warning(void *context, const char *text)
{
    struct heard *heard = context;

    heard->notices++;
    hear(heard, text);
}

static enum outcome same_or_shorter(
    const struct sound *sound, const struct hw_engine *engine, bool said)
{
    uint64_t sequence = hw_engine_sequence(engine);

    if (is_sound(sound, sequence, hw_engine_state_digest(engine), hw_engine_history_digest(engine)))
        return said ? SAID : SAME;
    if (sequence >= sound->sequence)
        return WRONG;
    return said ? SHORTER : LOST;
}

static enum outcome look_replay(
    struct hw_env *env, const struct sound *sound, bool full, char words[HW_ERROR_TEXT_SIZE])
{
    struct hw_replay_options options = hw_replay_options_default(env, "/data");
    struct heard heard = {.helpful = true};
    struct hw_replay replay;
    enum outcome outcome;

    options.full = full;
    options.on_warning = count_warning;
    options.context = &heard;
    if (hw_replay(&options, &replay, words) != HW_OK)
        return refusal(words);
    (void)snprintf(words, HW_ERROR_TEXT_SIZE, "%s", heard.words);
    outcome = same_or_shorter(sound, replay.engine, heard.notices > 0 || replay.tail.torn_size > 0);
    hw_engine_free(replay.engine);
    return heard.helpful ? outcome : WRONG;
}

/* --- a server ----------------------------------------------------------------------------- */

/* A refused start leaves everything as it was: what can still be saved is not made worse. */
static bool is_untouched(const struct disk *disk, struct fault_env *fault)
{
    for (unsigned i = 0; i < disk->files_count; i++) {
        const struct disk_file *file = &disk->files[i];
        const uint8_t *bytes;
        size_t size = 0;

        if (file->path[0] == '\0')
            continue;
        bytes = fault_bytes(fault, file->path, &size);
        if (size != file->size || (size > 0 && memcmp(bytes, file->bytes, size) != 0))
            return false;
    }
    return true;
}

/* One more message, so that it has written behind what it found; then read it all again. */
static enum outcome work(struct fault_env *fault, struct hw_runtime *runtime,
    const struct sound *sound, const struct logged *logged, char words[HW_ERROR_TEXT_SIZE])
{
    struct hw_engine *engine = hw_runtime_engine(runtime);
    enum outcome outcome = same_or_shorter(sound, engine, logged->warned > 0);
    struct hw_submitted submitted = logged_submit(runtime, 1000, LOGGED_START_MS);
    struct sound after = *sound;
    enum outcome again;

    hw_runtime_turn(runtime);
    if (submitted.outcome != HW_OUTCOME_TAKEN ||
        hw_runtime_durable(runtime) < submitted.release_sequence)
        return WRONG; /* What it made the engine decide is durable with it. */
    after.sequence = hw_engine_sequence(engine);
    after.state = hw_engine_state_digest(engine);
    after.history = hw_engine_history_digest(engine);
    if (hw_runtime_close(runtime, false) != HW_OK)
        return WRONG;
    again = look_replay(fault_table(fault), &after, false, words);
    return again == SAME || again == SAID ? outcome : WRONG;
}

static enum outcome look_open(const struct disk *disk, struct fault_env *fault,
    const struct sound *sound, bool *ret_warned, char words[HW_ERROR_TEXT_SIZE])
{
    struct logged logged = {0};
    struct hw_runtime_options options = disk_options(fault_table(fault), &logged);
    struct hw_runtime *runtime;
    char error[HW_ERROR_TEXT_SIZE] = "";
    enum outcome outcome;

    if (hw_runtime_open(&options, &runtime, words) != HW_OK) {
        if (is_untouched(disk, fault))
            return refusal(words);
        (void)snprintf(words, HW_ERROR_TEXT_SIZE, "the start was refused, but files were changed");
        return WRONG;
    }
    outcome = work(fault, runtime, sound, &logged, error);
    *ret_warned = logged.warned > 0;
    (void)snprintf(words, HW_ERROR_TEXT_SIZE, "%s", logged.warned > 0 ? logged.warning : error);
    if (logged.warned > 0 && !is_helpful(logged.warning))
        return WRONG;
    return outcome;
}

/* --- all of it ---------------------------------------------------------------------------- */

struct sound look_sound(const struct disk *disk)
{
    struct fault_env *fault = disk_put(disk);
    struct hw_replay_options options = hw_replay_options_default(fault_table(fault), "/data");
    struct listing listing = list(fault_table(fault));
    struct sound sound = {.refused_count = listing.count};
    struct hw_replay replay;
    char error[HW_ERROR_TEXT_SIZE];

    HW_ASSERT(listing.count <= 16);
    memcpy(sound.refused, listing.hashes, sizeof sound.refused);
    memcpy(sound.refused_ids, listing.ids, sizeof sound.refused_ids);
    options.full = true;
    HW_ASSERT(hw_replay(&options, &replay, error) == HW_OK);
    sound.sequence = hw_engine_sequence(replay.engine);
    sound.state = hw_engine_state_digest(replay.engine);
    sound.history = hw_engine_history_digest(replay.engine);
    hw_engine_free(replay.engine);
    fault_free(fault);
    HW_ASSERT(sound.sequence == disk->acknowledged);
    return sound;
}

struct seen look(const struct disk *disk, const struct sound *sound)
{
    struct fault_env *fault = disk_put(disk);
    struct hw_env *env = fault_table(fault);
    struct listing before = list(env), after;
    struct seen seen = {0};
    bool warned = false;

    seen.verify = look_verify(env, sound, seen.words[3]);
    seen.replay = look_replay(env, sound, false, seen.words[1]);
    seen.full = look_replay(env, sound, true, seen.words[2]);
    seen.open = look_open(disk, fault, sound, &warned, seen.words[0]);
    after = list(env);
    seen.refused = compare_list(&before, sound);
    /* What could be read before a start can be read after it. */
    if (after.count != before.count ||
        memcmp(after.hashes, before.hashes, sizeof after.hashes) != 0)
        seen.refused = WRONG;
    if (seen.refused == LOST && (warned || seen.open == REPORTED))
        seen.refused = SHORTER;
    fault_free(fault);
    return seen;
}

enum outcome look_at_journal(struct fault_env *fault, uint64_t acknowledged)
{
    char error[HW_ERROR_TEXT_SIZE] = "";
    struct hw_log_tail tail = {0};
    struct hw_log_block block;
    struct hw_log *log;
    enum hw_status status = hw_log_open(fault_table(fault), "/data/journal", 1, &log, error);
    enum outcome outcome;

    if (status == HW_OK) {
        while ((status = hw_log_next(log, &block, error)) == HW_OK)
            continue;
        hw_log_tail(log, &tail);
        hw_log_close(log);
    }
    if (status != HW_E_NOT_FOUND)
        outcome = refusal(error);
    else if (tail.next_sequence <= acknowledged)
        outcome = tail.torn_size > 0 ? SHORTER : LOST;
    else
        outcome = tail.torn_size > 0 ? SAID : SAME;
    return outcome;
}
