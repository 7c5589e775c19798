#include "core/routing/explain.h"

#include "core/routing/choose.h"
#include "core/routing/mode.h"
#include "core/routing/profile.h"
#include "core/routing/reach.h"
#include "core/routing/referral.h"
#include "core/routing/rules.h"

static enum hw_rule rule_of_mode(enum hw_mode mode)
{
    return mode == HW_MODE_PAUSED ? HW_RULE_PAUSED
        : mode == HW_MODE_OBSERVE ? HW_RULE_OBSERVED
                                  : HW_RULE_NONE;
}

enum hw_rule hw_explain_rule(struct hw_engine *engine, uint32_t referral, uint32_t service)
{
    struct hw_profile profile = hw_profile_like(hw_referral_at(engine, referral));
    enum hw_rule rule = hw_rule_of_waiting(engine, referral);
    int64_t start_ms;

    if (rule == HW_RULE_NONE)
        rule = hw_rule_of_profile(engine, &profile, service);
    if (rule == HW_RULE_NONE)
        rule = hw_rule_of_referral(engine, referral, service, &start_ms);
    return rule == HW_RULE_NONE ? rule_of_mode(hw_mode_of(engine, referral, service)) : rule;
}

/* ---- writing ---- */

struct writer {
    char *text;
    size_t size;
    unsigned left_out;
};

/* All of the parts or none of them: a cut name would be another service's. */
static bool add(struct writer *writer, const struct hw_slice *parts, size_t parts_count)
{
    size_t size = 0;

    for (size_t i = 0; i < parts_count; i++)
        size += parts[i].size;
    if (writer->left_out > 0 || writer->size + size > HW_EXPLANATION_SIZE_MAX) {
        writer->left_out++;
        return false;
    }
    for (size_t i = 0; i < parts_count; i++) {
        memcpy(writer->text + writer->size, parts[i].data, parts[i].size);
        writer->size += parts[i].size;
    }
    return true;
}

static void add_left_out(struct writer *writer)
{
    char digits[12];
    size_t at = sizeof digits;
    unsigned number = writer->left_out;

    if (number == 0)
        return;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    digits[--at] = '+';
    memcpy(writer->text + writer->size, digits + at, sizeof digits - at);
    writer->size += sizeof digits - at;
}

/* ---- candidates, in order ---- */

struct candidate {
    const struct hw_reach *reach;
    int64_t start_ms;
};

/* Of which choice: what is only observed stands among what else is, and behind nothing real. */
struct choice_of {
    struct hw_engine *engine;
    uint32_t referral;
    bool observed;
};

static bool is_candidate(const struct choice_of *of, uint32_t service, int64_t *ret_start_ms)
{
    enum hw_mode mode = hw_mode_of(of->engine, of->referral, service);

    return mode != HW_MODE_PAUSED && (of->observed || mode != HW_MODE_OBSERVE) &&
        hw_rule_of_referral(of->engine, of->referral, service, ret_start_ms) == HW_RULE_NONE;
}

enum { CANDIDATES_MAX = 16 };

/*
 * The best of those that may be proposed, best first; more than CANDIDATES_MAX are not told.
 * *ret_all: how many there are.
 */
static unsigned gather(
    const struct choice_of *of, struct candidate candidates[CANDIDATES_MAX], unsigned *ret_all)
{
    const struct hw_engine *engine = of->engine;
    uint32_t referral = of->referral, profile = hw_referral_at(engine, referral)->standing;
    const char *words;
    unsigned count = 0;

    *ret_all = 0;

    for (uint32_t at = hw_profile_at(engine, profile)->reaches; at != 0;
         at = hw_reach_at(engine, at)->profile_next) {
        struct candidate one = {.reach = hw_reach_at(engine, at)};
        unsigned place = count;

        if (!is_candidate(of, one.reach->service, &one.start_ms))
            continue;
        ++*ret_all;
        while (place > 0 &&
            hw_choice_order(engine, referral, one.reach, one.start_ms, candidates[place - 1].reach,
                candidates[place - 1].start_ms, &words) < 0)
            place--;
        if (place == CANDIDATES_MAX)
            continue;
        if (count < CANDIDATES_MAX)
            count++;
        memmove(
            &candidates[place + 1], &candidates[place], (count - 1 - place) * sizeof *candidates);
        candidates[place] = one;
    }
    return count;
}

static struct hw_slice code_of(const struct hw_engine *engine, uint32_t service)
{
    return hw_engine_text(engine, HW_AT(engine, services, hw_service, service)->code);
}

/* Returns how many there are, told or not. */
static unsigned write_candidates(const struct choice_of *of, struct writer *writer)
{
    const struct hw_engine *engine = of->engine;
    struct candidate candidates[CANDIDATES_MAX];
    unsigned all, count = gather(of, candidates, &all);

    for (unsigned i = 0; i < count; i++) {
        struct hw_slice parts[4] = {code_of(engine, candidates[i].reach->service)};
        const char *words = "";

        if (i > 0) {
            (void)hw_choice_order(engine, of->referral, candidates[i - 1].reach,
                candidates[i - 1].start_ms, candidates[i].reach, candidates[i].start_ms, &words);
            parts[1] = parts[0];
            parts[0] = hw_slice_text(">");
            parts[2] = hw_slice_text(" ");
            parts[3] = hw_slice_text(words);
        }
        (void)add(writer, parts, i > 0 ? 4 : 1);
    }
    return all;
}

/*
 * Each other service and the rule in its way.  When nothing more can be said the rest are counted,
 * not looked at: who is no candidate has a rule in its way.
 */
static void write_others(const struct choice_of *of, unsigned candidates, struct writer *writer)
{
    struct hw_engine *engine = of->engine;
    unsigned left = engine->services.count - 1 - candidates;
    uint32_t other = 1;

    for (; other < engine->services.count && writer->left_out == 0; other++) {
        enum hw_rule rule = hw_explain_rule(engine, of->referral, other);
        struct hw_slice parts[] = {code_of(engine, other), hw_slice_text(":"),
            hw_slice_text(rule == HW_RULE_NONE ? "" : hw_rule_name(rule)), hw_slice_text(";")};

        if (rule == HW_RULE_NONE || (rule == HW_RULE_OBSERVED && of->observed))
            continue;
        left--;
        (void)add(writer, parts, 4);
    }
    if (other < engine->services.count)
        writer->left_out += left;
}

struct hw_slice hw_explain_choice(struct hw_engine *engine, uint32_t referral, uint32_t service)
{
    struct writer writer = {.text = engine->explanation};
    const struct choice_of of = {
        engine, referral, hw_mode_of(engine, referral, service) == HW_MODE_OBSERVE};
    struct hw_slice bar = hw_slice_text("|");
    unsigned candidates = 0;

    if (hw_referral_at(engine, referral)->standing != 0)
        candidates = write_candidates(&of, &writer);
    (void)add(&writer, &bar, 1);
    write_others(&of, candidates, &writer);
    add_left_out(&writer);
    return hw_slice_of(writer.text, writer.size);
}
