#include "link/nanomsg/publisher.h"

#include "homeward/routing.h"
#include "resource/effect.h"
#include "resource/json.h"
#include "resource/summary.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    /* Costs of a step, in about half a microsecond. */
    COST_LOOK = 1,
    COST_SERVICE = 4, /* looked at with all its placements */
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

struct telling {
    uint64_t number;
    struct hw_effect effect;
};

/* Rows of metrics: the dimensions of figures, then services. */
enum { SERVICES = HW_DIMENSIONS, ROW_KINDS };

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
    struct said *rows[ROW_KINDS];
    uint32_t rows_count[ROW_KINDS];

    bool round_on;
    bool round_all;
    bool round_total_done;
    unsigned round_kind; /* enum hw_dimension or SERVICES */
    uint32_t round_index;
    uint64_t round_sequence; /* the engine's when the last round began */

    struct built built[BUILT_MAX]; /* a ring, in order of sequence */
    uint32_t built_first, built_count;

    uint64_t numbers[HW_TOPIC_COUNT];
    uint64_t *capacities; /* numbers of capacity/CODE, by index of the service */
    uint32_t capacities_count;
    struct telling telling[HW_TELLING_QUEUED_MAX]; /* a ring, in order of sequence */
    uint32_t telling_first, telling_count;
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
    for (unsigned i = 0; i < ROW_KINDS; i++)
        free(publisher->rows[i]);
    free(publisher->capacities);
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

/* ---- what happens ---- */

/* HW_TOPIC_COUNT: nobody outside hears of it. */
static enum hw_topic topic_of(const struct hw_effect *effect)
{
    static const uint8_t topics_of[] = {
        [HW_EFFECT_DELAY_STARTED] = HW_TOPIC_STARTED,
        [HW_EFFECT_DELAY_CHANGED] = HW_TOPIC_CHANGED,
        [HW_EFFECT_DELAY_ENDED] = HW_TOPIC_ENDED,
        [HW_EFFECT_ROUTE_PROPOSED] = HW_TOPIC_ROUTE_PROPOSED,
        [HW_EFFECT_ROUTE_OFFERED] = HW_TOPIC_ROUTE_OFFERED,
        [HW_EFFECT_ROUTE_ANSWERED] = HW_TOPIC_ROUTE_ANSWERED,
        [HW_EFFECT_ROUTE_EXPIRED] = HW_TOPIC_ROUTE_EXPIRED,
        [HW_EFFECT_ROUTE_HELD] = HW_TOPIC_ROUTE_HELD,
        [HW_EFFECT_ROUTE_SUSPENDED] = HW_TOPIC_ROUTE_SUSPENDED,
        [HW_EFFECT_ROUTE_STARTED] = HW_TOPIC_ROUTE_STARTED,
        [HW_EFFECT_ROUTE_ENDED] = HW_TOPIC_ROUTE_ENDED,
        [HW_EFFECT_CAPACITY] = HW_TOPIC_CAPACITY,
        [HW_EFFECT_ALERT_RAISED] = HW_TOPIC_RAISED,
        [HW_EFFECT_ALERT_CLEARED] = HW_TOPIC_CLEARED,
        [HW_EFFECT_AUTOMATION] = HW_TOPIC_AUTOMATION,
    };

    HW_ASSERT(effect->kind > 0);
    HW_ASSERT(effect->kind < sizeof topics_of);
    return (enum hw_topic)topics_of[effect->kind];
}

/* Room for the numbers of as many services as there are.  False: no memory. */
static bool capacities_reserve(struct hw_publisher *publisher, uint32_t count)
{
    uint32_t old = publisher->capacities_count;

    if (count <= old)
        return true;
    uint64_t *numbers = realloc(publisher->capacities, count * sizeof *numbers);
    if (numbers == NULL)
        return false;
    memset(numbers + old, 0, (count - old) * sizeof *numbers);
    publisher->capacities = numbers;
    publisher->capacities_count = count;
    return true;
}

/* The next number of its topic: capacity/CODE is one for each service.  0: no memory. */
static uint64_t number_of(struct hw_publisher *publisher, const struct hw_effect *effect)
{
    if (effect->kind != HW_EFFECT_CAPACITY)
        return ++publisher->numbers[topic_of(effect)];
    if (!capacities_reserve(publisher, effect->index + 1))
        return 0;
    return ++publisher->capacities[effect->index];
}

static void queue(struct hw_publisher *publisher, const struct hw_effect *effect, bool heard)
{
    uint64_t number = number_of(publisher, effect);

    if (!heard)
        return;
    if (publisher->telling_count == HW_TELLING_QUEUED_MAX || number == 0) {
        publisher->left_out++;
        return;
    }
    uint32_t last = (publisher->telling_first + publisher->telling_count) % HW_TELLING_QUEUED_MAX;
    publisher->telling[last] = (struct telling){number, *effect};
    publisher->telling_count++;
}

void hw_publisher_effects(struct hw_publisher *publisher)
{
    uint32_t count;
    const struct hw_effect *effects = hw_engine_effects(publisher->engine, &count);
    bool heard = count > 0 && listening(publisher);

    for (uint32_t i = 0; i < count; i++)
        if (!effects[i].restricted) /* Named nowhere: not even a number is used. */
            queue(publisher, &effects[i], heard);
}

static void tell(struct hw_publisher *publisher, const struct telling *telling)
{
    const struct hw_effect *effect = &telling->effect;
    struct hw_slice code = hw_slice_of(NULL, 0);
    json_t *message = message_head(publisher, effect->sequence, telling->number);
    size_t size;

    if (effect->kind == HW_EFFECT_CAPACITY)
        code = hw_engine_text(publisher->engine, effect->service);
    hw_effect_add_json(publisher->engine, effect, message);
    char *text = message_text(topic_of(effect), code, message, &size);
    if (text != NULL)
        publisher->options.send(publisher->options.context, text, size);
    free(text);
}

/* Whether more could go at once. */
static bool telling_step(struct hw_publisher *publisher, uint64_t durable)
{
    for (int cost = 0; publisher->telling_count > 0; cost += COST_BUILD) {
        const struct telling *telling = &publisher->telling[publisher->telling_first];

        if (telling->effect.sequence > durable)
            return false;
        if (cost >= COST_STEP)
            return true;
        tell(publisher, telling);
        publisher->telling_first = (publisher->telling_first + 1) % HW_TELLING_QUEUED_MAX;
        publisher->telling_count--;
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
    publisher->round_kind = HW_BY_SITE;
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
static bool rows_reserve(struct hw_publisher *publisher, unsigned kind, uint32_t count)
{
    uint32_t old = publisher->rows_count[kind];

    if (count <= old)
        return true;
    struct said *rows = realloc(publisher->rows[kind], count * sizeof *rows);
    if (rows == NULL)
        return false;
    memset(rows + old, 0, (count - old) * sizeof *rows);
    publisher->rows[kind] = rows;
    publisher->rows_count[kind] = count;
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

static int service_step(struct hw_publisher *publisher, uint32_t index)
{
    struct hw_summary summary = hw_resources_summary(publisher->options.resources);
    struct said *said = &publisher->rows[SERVICES][index];
    struct hw_slice code;

    if (!is_news(publisher, said, hw_summary_service_version(&summary, index)))
        return COST_SERVICE;
    json_t *message = metrics_head(publisher, &summary, said);
    code = hw_summary_add_service(&summary, index, message);
    built_add(publisher, HW_TOPIC_SERVICE, code, message);
    return COST_BUILD;
}

/* The rows after some; ROW_KINDS after the last.  Wards go with their site. */
static unsigned kind_after(unsigned kind)
{
    return kind == HW_BY_SITE ? HW_BY_COUNCIL : kind + 1;
}

static uint32_t rows_of(const struct hw_publisher *publisher, unsigned kind)
{
    return kind == SERVICES ? hw_services_count(publisher->engine)
                            : hw_figures_rows(publisher->engine, (enum hw_dimension)kind);
}

/* One row further; its cost. */
static int round_step(struct hw_publisher *publisher)
{
    if (!publisher->round_total_done)
        return total_step(publisher);

    unsigned kind = publisher->round_kind;
    uint32_t count = rows_of(publisher, kind);
    if (publisher->round_index < count && rows_reserve(publisher, kind, count))
        return kind == SERVICES
            ? service_step(publisher, publisher->round_index++)
            : row_step(publisher, (enum hw_dimension)kind, publisher->round_index++);

    publisher->round_index = 0;
    publisher->round_kind = kind_after(kind);
    publisher->round_on = publisher->round_kind < ROW_KINDS;
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
    bool more = telling_step(publisher, durable);

    built_send(publisher, durable);
    if (!more)
        more = metrics_step(publisher);
    built_send(publisher, durable);
    return more || (publisher->round_on && publisher->built_count < BUILT_MAX);
}
