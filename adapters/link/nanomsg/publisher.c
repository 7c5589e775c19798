#include "link/nanomsg/publisher.h"

#include "resource/json.h"
#include "resource/summary.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    /* Costs of a step, in about half a microsecond. */
    COST_LOOK = 1,
    COST_BUILD = 20,
    COST_STEP = 400,
    BUILT_MAX = 64, /* metrics that wait to be durable; then no more are built */
};

/* What was last said of a row. */
struct said {
    uint64_t number;
    uint64_t version;
    bool once;
};

struct delay {
    uint64_t number;
    struct hw_effect effect;
};

struct built {
    uint64_t sequence;
    size_t size;
    char *text;
};

struct hw_publisher {
    struct hw_publisher_options options;
    const struct hw_engine *engine;
    char run[24];

    struct said total;
    struct said *rows[HW_DIMENSIONS];
    uint32_t rows_count[HW_DIMENSIONS];

    bool round_on;
    bool round_all;
    bool round_total_done;
    enum hw_dimension round_dimension;
    uint32_t round_index;
    uint64_t round_sequence; /* the engine's when the last round began */

    struct built built[BUILT_MAX]; /* a ring, in order of sequence */
    uint32_t built_first, built_count;

    uint64_t delay_numbers[HW_TOPIC_COUNT];
    struct delay delays[HW_DELAYS_QUEUED_MAX]; /* a ring, in order of sequence */
    uint32_t delays_first, delays_count;
    uint64_t left_out;
};

static const char *const topics[HW_TOPIC_COUNT] = {
#define TOPIC_TEXT(id, topic, when, what) [HW_TOPIC_##id] = topic,
    HW_TOPIC_LIST(TOPIC_TEXT)
#undef TOPIC_TEXT
};

struct hw_publisher *hw_publisher_new(const struct hw_publisher_options *options)
{
    struct hw_publisher *publisher = calloc(1, sizeof *publisher);

    HW_ASSERT(options->send != NULL);
    if (publisher == NULL)
        return NULL;
    publisher->options = *options;
    publisher->engine = hw_resources_engine(options->resources);
    (void)snprintf(
        publisher->run, sizeof publisher->run, "%016llx", (unsigned long long)options->run);
    return publisher;
}

void hw_publisher_free(struct hw_publisher *publisher)
{
    if (publisher == NULL)
        return;
    for (uint32_t i = 0; i < publisher->built_count; i++)
        free(publisher->built[(publisher->built_first + i) % BUILT_MAX].text);
    for (unsigned i = 0; i < HW_DIMENSIONS; i++)
        free(publisher->rows[i]);
    free(publisher);
}

uint64_t hw_publisher_left_out(const struct hw_publisher *publisher)
{
    return publisher->left_out;
}

static bool listening(const struct hw_publisher *publisher)
{
    return publisher->options.listening == NULL ||
        publisher->options.listening(publisher->options.context);
}

/* {"sequence","run","number"}: how every message begins. */
static json_t *message_head(
    const struct hw_publisher *publisher, uint64_t sequence, uint64_t number)
{
    json_t *message = json_object();

    json_object_set_new(message, "sequence", json_integer((json_int_t)sequence));
    json_object_set_new(message, "run", json_string(publisher->run));
    json_object_set_new(message, "number", json_integer((json_int_t)number));
    return message;
}

/* The topic's text with the code in its place; what would end the topic becomes '_'. */
static size_t topic_format(enum hw_topic topic, struct hw_slice code, char text[HW_TOPIC_SIZE_MAX])
{
    static const char place[] = "CODE";
    const char *pattern = topics[topic];
    size_t size = strlen(pattern);

    if (code.size == 0) {
        memcpy(text, pattern, size + 1);
        return size;
    }
    size -= sizeof place - 1;
    HW_ASSERT(strcmp(pattern + size, place) == 0);
    memcpy(text, pattern, size);
    for (size_t i = 0; i < code.size && size < HW_TOPIC_SIZE_MAX - 1; i++)
        text[size++] = code.data[i] > ' ' && code.data[i] != 0x7f ? (char)code.data[i] : '_';
    text[size] = '\0';
    return size;
}

/* "TOPIC JSON"; the caller frees it.  Takes message.  NULL: no memory. */
static char *message_text(
    enum hw_topic topic, struct hw_slice code, json_t *message, size_t *ret_size)
{
    char name[HW_TOPIC_SIZE_MAX];
    size_t name_size = topic_format(topic, code, name);
    size_t size;
    char *json = hw_json_dump(message, &size);
    char *text = json != NULL ? malloc(name_size + 1 + size) : NULL;

    json_decref(message);
    if (text != NULL) {
        memcpy(text, name, name_size);
        text[name_size] = ' ';
        memcpy(text + name_size + 1, json, size);
        *ret_size = name_size + 1 + size;
    }
    free(json);
    return text;
}

/* ---- delay/... ---- */

static enum hw_topic topic_of(const struct hw_effect *effect)
{
    switch ((enum hw_effect_kind)effect->kind) {
    case HW_EFFECT_DELAY_STARTED:
        return HW_TOPIC_STARTED;
    case HW_EFFECT_DELAY_CHANGED:
        return HW_TOPIC_CHANGED;
    case HW_EFFECT_DELAY_ENDED:
        break;
    }
    return HW_TOPIC_ENDED;
}

void hw_publisher_effects(struct hw_publisher *publisher)
{
    uint32_t count;
    const struct hw_effect *effects = hw_engine_effects(publisher->engine, &count);
    bool heard = count > 0 && listening(publisher);

    for (uint32_t i = 0; i < count; i++) {
        if (effects[i].restricted)
            continue; /* Named nowhere: not even a number is used. */
        uint64_t number = ++publisher->delay_numbers[topic_of(&effects[i])];
        if (!heard)
            continue;
        if (publisher->delays_count == HW_DELAYS_QUEUED_MAX) {
            publisher->left_out++;
            continue;
        }
        uint32_t last = (publisher->delays_first + publisher->delays_count) % HW_DELAYS_QUEUED_MAX;
        publisher->delays[last] = (struct delay){number, effects[i]};
        publisher->delays_count++;
    }
}

static void delay_send(struct hw_publisher *publisher, const struct delay *delay)
{
    const struct hw_effect *effect = &delay->effect;
    const struct hw_engine *engine = publisher->engine;
    json_t *message = message_head(publisher, effect->sequence, delay->number);
    char reference[HW_REFERENCE_TEXT_SIZE];
    size_t size;

    (void)hw_reference_format('S', effect->reference, reference);
    json_object_set_new(message, "reference", json_string(reference));
    json_object_set_new(message, "site", hw_json_text(hw_engine_text(engine, effect->site)));
    json_object_set_new(message, "reason", hw_json_text(hw_engine_text(engine, effect->reason)));
    json_object_set_new(
        message, "responsible", hw_json_text(hw_engine_text(engine, effect->responsible)));
    json_object_set_new(message, "inferred", json_boolean(effect->inferred));
    json_object_set_new(message, "since", hw_json_moment(effect->since_ms));
    hw_json_set_duration(message, NULL, effect->ms);
    json_object_set_new(message, "annulled", json_boolean(effect->annulled));

    char *text = message_text(topic_of(effect), hw_slice_of(NULL, 0), message, &size);
    if (text != NULL)
        publisher->options.send(publisher->options.context, text, size);
    free(text);
}

/* Whether more could go at once. */
static bool delays_step(struct hw_publisher *publisher, uint64_t durable)
{
    for (int cost = 0; publisher->delays_count > 0; cost += COST_BUILD) {
        const struct delay *delay = &publisher->delays[publisher->delays_first];

        if (delay->effect.sequence > durable)
            return false;
        if (cost >= COST_STEP)
            return true;
        delay_send(publisher, delay);
        publisher->delays_first = (publisher->delays_first + 1) % HW_DELAYS_QUEUED_MAX;
        publisher->delays_count--;
    }
    return false;
}

/* ---- metrics/... ---- */

void hw_publisher_round(struct hw_publisher *publisher, bool all)
{
    uint64_t sequence = hw_engine_sequence(publisher->engine);

    if (publisher->round_on || (!all && sequence == publisher->round_sequence) ||
        !listening(publisher))
        return;
    publisher->round_on = true;
    publisher->round_all = all;
    publisher->round_total_done = false;
    publisher->round_dimension = HW_BY_SITE;
    publisher->round_index = 0;
    publisher->round_sequence = sequence;
}

static void built_send(struct hw_publisher *publisher, uint64_t durable)
{
    while (publisher->built_count > 0) {
        struct built *built = &publisher->built[publisher->built_first];

        if (built->sequence > durable)
            return;
        publisher->options.send(publisher->options.context, built->text, built->size);
        free(built->text);
        publisher->built_first = (publisher->built_first + 1) % BUILT_MAX;
        publisher->built_count--;
    }
}

static void built_add(
    struct hw_publisher *publisher, enum hw_topic topic, struct hw_slice code, json_t *message)
{
    struct built built = {.sequence = hw_engine_sequence(publisher->engine)};

    HW_ASSERT(publisher->built_count < BUILT_MAX);
    built.text = message_text(topic, code, message, &built.size);
    if (built.text == NULL)
        return; /* Without memory: the number is missing, the next round says it again. */
    uint32_t last = (publisher->built_first + publisher->built_count) % BUILT_MAX;
    publisher->built[last] = built;
    publisher->built_count++;
}

static json_t *metrics_head(
    struct hw_publisher *publisher, const struct hw_summary *summary, struct said *said)
{
    json_t *message =
        message_head(publisher, hw_engine_sequence(publisher->engine), ++said->number);

    json_object_set_new(message, "as_at", hw_json_moment(summary->as_at_ms));
    return message;
}

/* The county's row changes when that of a site does. */
static uint64_t total_version(const struct hw_summary *summary)
{
    uint32_t count = hw_figures_rows(summary->engine, HW_BY_SITE);
    uint64_t version = count;

    for (uint32_t i = 0; i < count; i++) {
        struct hw_row row;

        hw_figures_row(summary->engine, HW_BY_SITE, i, summary->as_at_ms, &row);
        version = version * 0x9E3779B97F4A7C15u + row.version;
    }
    return version;
}

/* Whether a row is to be said, which is then noted. */
static bool is_news(const struct hw_publisher *publisher, struct said *said, uint64_t version)
{
    if (said->once && said->version == version && !publisher->round_all)
        return false;
    said->once = true;
    said->version = version;
    return true;
}

static int total_step(struct hw_publisher *publisher)
{
    struct hw_summary summary = hw_resources_summary(publisher->options.resources);

    publisher->round_total_done = true;
    if (!is_news(publisher, &publisher->total, total_version(&summary)))
        return COST_LOOK;
    json_t *message = metrics_head(publisher, &summary, &publisher->total);
    hw_summary_add_total(&summary, message);
    built_add(publisher, HW_TOPIC_TOTAL, hw_slice_of(NULL, 0), message);
    return COST_BUILD;
}

/* Room to remember count rows of a dimension.  False: no memory. */
static bool rows_reserve(
    struct hw_publisher *publisher, enum hw_dimension dimension, uint32_t count)
{
    uint32_t old = publisher->rows_count[dimension];

    if (count <= old)
        return true;
    struct said *rows = realloc(publisher->rows[dimension], count * sizeof *rows);
    if (rows == NULL)
        return false;
    memset(rows + old, 0, (count - old) * sizeof *rows);
    publisher->rows[dimension] = rows;
    publisher->rows_count[dimension] = count;
    return true;
}

static int row_step(struct hw_publisher *publisher, enum hw_dimension dimension, uint32_t index)
{
    static const enum hw_topic row_topics[HW_DIMENSIONS] = {[HW_BY_SITE] = HW_TOPIC_SITE,
        [HW_BY_COUNCIL] = HW_TOPIC_COUNCIL,
        [HW_BY_ZONE] = HW_TOPIC_ZONE};
    struct hw_summary summary = hw_resources_summary(publisher->options.resources);
    struct said *said = &publisher->rows[dimension][index];
    struct hw_row row;

    hw_figures_row(summary.engine, dimension, index, summary.as_at_ms, &row);
    if (!is_news(publisher, said, row.version))
        return COST_LOOK;
    json_t *message = metrics_head(publisher, &summary, said);
    hw_summary_add_row(&summary, dimension, index, message);
    size_t wards = json_array_size(json_object_get(message, "wards"));
    built_add(publisher, row_topics[dimension], row.code, message);
    return COST_BUILD * (1 + (int)wards);
}

/* The dimension after one; HW_DIMENSIONS after the last.  Wards go with their site. */
static enum hw_dimension dimension_after(enum hw_dimension dimension)
{
    return dimension == HW_BY_SITE ? HW_BY_COUNCIL : dimension + 1;
}

/* One row further; its cost. */
static int round_step(struct hw_publisher *publisher)
{
    if (!publisher->round_total_done)
        return total_step(publisher);

    enum hw_dimension dimension = publisher->round_dimension;
    uint32_t count = hw_figures_rows(publisher->engine, dimension);
    if (publisher->round_index < count && rows_reserve(publisher, dimension, count))
        return row_step(publisher, dimension, publisher->round_index++);

    publisher->round_index = 0;
    publisher->round_dimension = dimension_after(dimension);
    publisher->round_on = publisher->round_dimension < HW_DIMENSIONS;
    return COST_LOOK;
}

/* Whether more could be built at once. */
static bool metrics_step(struct hw_publisher *publisher)
{
    int cost = 0;

    while (publisher->round_on && publisher->built_count < BUILT_MAX) {
        if (cost >= COST_STEP)
            return true;
        cost += round_step(publisher);
    }
    return false;
}

bool hw_publisher_step(struct hw_publisher *publisher, uint64_t durable)
{
    bool more = delays_step(publisher, durable);

    built_send(publisher, durable);
    if (!more)
        more = metrics_step(publisher);
    built_send(publisher, durable);
    return more || (publisher->round_on && publisher->built_count < BUILT_MAX);
}
