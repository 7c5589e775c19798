#include "resource/resource.h"

#include "homeward/reasons.h"
#include "homeward/version.h"
#include "resource/json.h"
#include "resource/resources.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { WORDS_SIZE = 512, TEXT_SIZE_MAX = 64 };

static enum hw_answer answer_summary(
    struct hw_resources *resources, const json_t *parameters, json_t **ret_body)
{
    struct hw_summary summary = hw_resources_summary(resources);

    (void)parameters;
    *ret_body = hw_summary_all(&summary);
    return HW_ANSWER_OK;
}

static enum hw_answer answer_feeds(
    struct hw_resources *resources, const json_t *parameters, json_t **ret_body)
{
    struct hw_summary summary = hw_resources_summary(resources);

    (void)parameters;
    *ret_body = hw_summary_head(&summary);
    json_object_set_new(*ret_body, "feeds", hw_summary_feeds(&summary));
    return HW_ANSWER_OK;
}

static enum hw_answer answer_findings(
    struct hw_resources *resources, const json_t *parameters, json_t **ret_body)
{
    struct hw_summary summary = hw_resources_summary(resources);
    uint64_t counts[HW_FINDING_COUNT] = {0};
    json_t *list = json_array();

    (void)parameters;
    hw_findings_count(resources->options.engine, counts);
    for (unsigned i = 0; i < HW_FINDING_COUNT; i++) {
        json_t *row = json_object();

        json_object_set_new(row, "finding", json_string(hw_finding_name((enum hw_finding)i)));
        json_object_set_new(row, "sentence", json_string(hw_finding_text((enum hw_finding)i)));
        json_object_set_new(row, "spells", json_integer((json_int_t)counts[i]));
        json_array_append_new(list, row);
    }
    *ret_body = hw_summary_head(&summary);
    json_object_set_new(*ret_body, "findings", list);
    return HW_ANSWER_OK;
}

static json_t *sides_json(unsigned sides)
{
    static const struct {
        unsigned bit;
        const char *text;
    } names[] = {{HW_SIDE_NHS, "NHS"}, {HW_SIDE_SC, "SC"}, {HW_SIDE_BOTH, "BOTH"}};
    json_t *list = json_array();

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if ((sides & names[i].bit) != 0)
            json_array_append_new(list, json_string(names[i].text));
    return list;
}

static json_t *text_json(const char *text)
{
    return hw_json_text(hw_slice_text(text));
}

static enum hw_answer answer_reasons(
    struct hw_resources *resources, const json_t *parameters, json_t **ret_body)
{
    struct hw_summary summary = hw_resources_summary(resources);
    json_t *list = json_array();

    (void)parameters;
    for (unsigned i = 0; i < HW_REASONS_COUNT; i++) {
        const struct hw_reason *reason = hw_reason_at(i);
        json_t *row = json_object();

        json_object_set_new(row, "reason", text_json(reason->key));
        json_object_set_new(row, "text", text_json(reason->text));
        json_object_set_new(row, "responsible", sides_json(reason->sides));
        json_object_set_new(row, "dtoc", text_json(reason->dtoc));
        json_object_set_new(
            row, "dtoc_mapping", *reason->dtoc != '\0' ? json_string("local") : json_null());
        json_object_set_new(row, "valid_from", text_json(reason->valid_from));
        json_object_set_new(row, "valid_to", text_json(reason->valid_to));
        json_array_append_new(list, row);
    }
    *ret_body = hw_summary_head(&summary);
    json_object_set_new(*ret_body, "reasons", list);
    return HW_ANSWER_OK;
}

static enum hw_answer answer_health(
    struct hw_resources *resources, const json_t *parameters, json_t **ret_body)
{
    struct hw_summary summary = hw_resources_summary(resources);
    unsigned used_percent = 0;
    bool room = hw_engine_has_room(resources->options.engine, &used_percent);

    (void)parameters;
    *ret_body = hw_summary_head(&summary);
    json_object_set_new(*ret_body, "status", json_string(room ? "ok" : "full"));
    json_object_set_new(*ret_body, "used_percent", json_integer(used_percent));
    json_object_set_new(*ret_body, "version", json_string(HW_VERSION));
    json_object_set_new(*ret_body, "rules_version", json_integer(HW_RULES_VERSION));
    return HW_ANSWER_OK;
}

static hw_resource_function answer_resources;

static const struct hw_parameter no_parameters[] = {{0}};

static const struct hw_resource table[] = {
    {"summary", "the figures of the county, by site, ward, council and zone", no_parameters,
        answer_summary},
    {"delays", "who is ready to leave and still there, longest first", hw_delays_parameters,
        hw_resource_delays},
    {"spell", "what is known of one spell", hw_spell_parameters, hw_resource_spell},
    {"services", "where people can go: capacity, held and free", hw_services_parameters,
        hw_resource_services},
    {"waiting", "referrals that are not placed, home without care first", hw_waiting_parameters,
        hw_resource_waiting},
    {"referral", "one referral: its matches, and what stands between it and each service",
        hw_referral_parameters, hw_resource_referral},
    {"proposals", "what waits for a person's decision", hw_matches_parameters,
        hw_resource_proposals},
    {"offers", "what waits for a service's answer", hw_matches_parameters, hw_resource_offers},
    {"placements", "who is in service, first whose review is due first", hw_placements_parameters,
        hw_resource_placements},
    {"alerts", "what somebody must look at", hw_alerts_parameters, hw_resource_alerts},
    {"modes", "how far routing goes by itself, by scope: what is paused, by whom, until when",
        no_parameters, hw_resource_modes},
    {"why-not", "why a service is not proposed to a referral", hw_why_not_parameters,
        hw_resource_why_not},
    {"reasons", "why somebody may wait, and who can end it", no_parameters, answer_reasons},
    {"feeds", "when each source was last heard", no_parameters, answer_feeds},
    {"findings", "what was noticed and left out of the figure it would spoil", no_parameters,
        answer_findings},
    {"health", "whether there is room, and which version runs", no_parameters, answer_health},
    {"resources", "what can be asked, with its parameters", no_parameters, answer_resources},
};
enum { TABLE_COUNT = sizeof table / sizeof *table };

/* Named by the contract; what they show is not there yet. */
static const struct {
    const char *name, *comes_with;
} later[] = {
    {"changes", "the second instance, which reads the past"},
    {"brief", "the second instance, which reads the past"},
    {"reports", "HTTP; until then: homeward report NAME -d DIR"},
    {"quarantine", "HTTP; until then: homeward quarantine list -d DIR"},
    {"messages", "HTTP"},
};
enum { LATER_COUNT = sizeof later / sizeof *later };

unsigned hw_resource_count(void)
{
    return TABLE_COUNT;
}

const struct hw_resource *hw_resource_at(unsigned index)
{
    HW_ASSERT(index < TABLE_COUNT);
    return &table[index];
}

static json_t *parameters_json(const struct hw_parameter *parameters)
{
    static const char *const kinds[] = {
        [HW_PARAMETER_TEXT] = "text",
        [HW_PARAMETER_INTEGER] = "integer",
        [HW_PARAMETER_CHOICE] = "choice",
    };
    json_t *list = json_array();

    for (; parameters->name != NULL; parameters++) {
        json_t *row = json_object();

        json_object_set_new(row, "name", json_string(parameters->name));
        json_object_set_new(row, "sentence", json_string(parameters->sentence));
        json_object_set_new(row, "kind", json_string(kinds[parameters->kind]));
        json_object_set_new(row, "required", json_boolean(parameters->required));
        if (parameters->kind == HW_PARAMETER_INTEGER) {
            json_object_set_new(row, "min", json_integer(parameters->min));
            json_object_set_new(row, "max", json_integer(parameters->max));
        }
        if (parameters->kind == HW_PARAMETER_CHOICE)
            json_object_set_new(row, "choices", json_string(parameters->choices));
        json_array_append_new(list, row);
    }
    return list;
}

static enum hw_answer answer_resources(
    struct hw_resources *resources, const json_t *parameters, json_t **ret_body)
{
    struct hw_summary summary = hw_resources_summary(resources);
    json_t *list = json_array();

    (void)parameters;
    for (unsigned i = 0; i < TABLE_COUNT; i++) {
        json_t *row = json_object();

        json_object_set_new(row, "name", json_string(table[i].name));
        json_object_set_new(row, "sentence", json_string(table[i].sentence));
        json_object_set_new(row, "parameters", parameters_json(table[i].parameters));
        json_array_append_new(list, row);
    }
    *ret_body = hw_summary_head(&summary);
    json_object_set_new(*ret_body, "resources", list);
    return HW_ANSWER_OK;
}

/* ---- errors ---- */

static json_t *error_json(const char *parameter, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

static json_t *error_json(const char *parameter, const char *format, va_list arguments)
{
    char words[WORDS_SIZE];
    size_t size = 0;
    json_t *body = json_object();

    if (parameter != NULL)
        size = (size_t)snprintf(words, sizeof words, "%s: ", parameter);
    (void)vsnprintf(words + size, sizeof words - size, format, arguments);
    json_object_set_new(body, "error", hw_json_text(hw_slice_text(words)));
    if (parameter != NULL)
        json_object_set_new(body, "parameter", hw_json_text(hw_slice_text(parameter)));
    return body;
}

json_t *hw_resource_error(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    json_t *body = error_json(NULL, format, arguments);
    va_end(arguments);
    return body;
}

json_t *hw_resource_wrong(const char *parameter, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    json_t *body = error_json(parameter, format, arguments);
    va_end(arguments);
    return body;
}

/* ---- parameters ---- */

struct hw_slice hw_resource_text(const json_t *parameters, const char *name)
{
    const json_t *value = json_object_get(parameters, name);

    return hw_slice_of(json_string_value(value), json_string_length(value));
}

/* An integer, or a text that is one, as HTTP brings it. */
static bool integer_of(const json_t *value, int64_t *ret_integer)
{
    const char *text = json_string_value(value);
    char *end;

    if (json_is_integer(value)) {
        *ret_integer = json_integer_value(value);
        return true;
    }
    if (text == NULL || *text < '0' || *text > '9')
        return false;
    errno = 0;
    *ret_integer = strtoll(text, &end, 10);
    return *end == '\0' && errno == 0;
}

int64_t hw_resource_integer(const json_t *parameters, const char *name, int64_t other)
{
    int64_t integer;

    return integer_of(json_object_get(parameters, name), &integer) ? integer : other;
}

static bool is_choice(const char *choices, struct hw_slice value)
{
    while (*choices != '\0') {
        size_t size = strcspn(choices, " ");

        if (hw_slice_equal(value, hw_slice_of(choices, size)))
            return true;
        choices += size + strspn(choices + size, " ");
    }
    return false;
}

/* What is wrong with one value; NULL: nothing. */
static json_t *value_error(const struct hw_parameter *parameter, const json_t *value)
{
    struct hw_slice text = hw_slice_of(json_string_value(value), json_string_length(value));
    int64_t integer;

    switch (parameter->kind) {
    case HW_PARAMETER_INTEGER:
        if (!integer_of(value, &integer) || integer < parameter->min || integer > parameter->max)
            return hw_resource_wrong(parameter->name, "must be a whole number from %lld to %lld",
                (long long)parameter->min, (long long)parameter->max);
        return NULL;
    case HW_PARAMETER_CHOICE:
        if (!json_is_string(value) || !is_choice(parameter->choices, text))
            return hw_resource_wrong(parameter->name, "must be one of: %s", parameter->choices);
        return NULL;
    case HW_PARAMETER_TEXT:
        if (!json_is_string(value) || text.size == 0 || text.size > TEXT_SIZE_MAX)
            return hw_resource_wrong(
                parameter->name, "must be a text of 1 to %d bytes", TEXT_SIZE_MAX);
        return NULL;
    }
    return NULL;
}

/* "a, b, c" of the names of parameters. */
static const char *names_of(const struct hw_parameter *parameters, char names[WORDS_SIZE / 2])
{
    size_t size = 0;

    names[0] = '\0';
    for (; parameters->name != NULL && size < WORDS_SIZE / 2; parameters++)
        size += (size_t)snprintf(
            names + size, WORDS_SIZE / 2 - size, "%s%s", size > 0 ? ", " : "", parameters->name);
    return names;
}

static const struct hw_parameter *parameter_find(
    const struct hw_parameter *parameters, const char *name)
{
    for (; parameters->name != NULL; parameters++)
        if (strcmp(parameters->name, name) == 0)
            return parameters;
    return NULL;
}

static json_t *unknown_error(const struct hw_resource *resource, const char *name)
{
    char names[WORDS_SIZE / 2];

    if (strcmp(name, "at") == 0 || strcmp(name, "known_at") == 0)
        return hw_resource_wrong(name,
            "the past is not answered here yet: leave it out, or use "
            "homeward replay -d DIR --until TIME");
    if (resource->parameters->name == NULL)
        return hw_resource_wrong(
            "parameters", "%s takes none, but \"%.64s\" was given", resource->name, name);
    return hw_resource_wrong("parameters", "%s does not know \"%.64s\"; it takes: %s",
        resource->name, name, names_of(resource->parameters, names));
}

/* What is wrong with the parameters; NULL: nothing. */
static json_t *parameters_error(const struct hw_resource *resource, const json_t *parameters)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)parameters, name, value)
    {
        const struct hw_parameter *parameter = parameter_find(resource->parameters, name);
        json_t *error =
            parameter != NULL ? value_error(parameter, value) : unknown_error(resource, name);
        if (error != NULL)
            return error;
    }
    for (const struct hw_parameter *p = resource->parameters; p->name != NULL; p++)
        if (p->required && json_object_get(parameters, p->name) == NULL)
            return hw_resource_wrong(p->name, "is needed: %s", p->sentence);
    return NULL;
}

/* ---- answering ---- */

static const struct hw_resource *resource_find(const char *name)
{
    for (unsigned i = 0; i < TABLE_COUNT; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

static enum hw_answer not_there(const char *name, json_t **ret_body)
{
    char names[WORDS_SIZE / 2];
    size_t size = 0;

    for (unsigned i = 0; i < TABLE_COUNT; i++)
        size += (size_t)snprintf(
            names + size, sizeof names - size, "%s%s", i > 0 ? ", " : "", table[i].name);
    for (unsigned i = 0; i < LATER_COUNT; i++) {
        if (strcmp(later[i].name, name) != 0)
            continue;
        *ret_body = hw_resource_error(
            "%s comes with %s; available now: %s", name, later[i].comes_with, names);
        return HW_ANSWER_NOT_YET;
    }
    *ret_body = hw_resource_error("there is no \"%.64s\"; available: %s", name, names);
    return HW_ANSWER_NOT_FOUND;
}

static enum hw_answer answer(
    struct hw_resources *resources, const char *name, const json_t *parameters, json_t **ret_body)
{
    const struct hw_resource *resource = resource_find(name);

    if (resource == NULL)
        return not_there(name, ret_body);
    *ret_body = parameters_error(resource, parameters);
    if (*ret_body != NULL)
        return HW_ANSWER_BAD_REQUEST;
    return resource->answer(resources, parameters, ret_body);
}

enum hw_answer hw_resources_answer(
    struct hw_resources *resources, const char *name, const json_t *parameters, json_t **ret_body)
{
    enum hw_answer status = answer(resources, name, parameters, ret_body);

    return *ret_body != NULL ? status : HW_ANSWER_NO_MEMORY;
}

/* ---- the context ---- */

struct hw_resources *hw_resources_new(const struct hw_resources_options *options)
{
    struct hw_resources *resources = calloc(1, sizeof *resources);

    HW_ASSERT(options->engine != NULL);
    HW_ASSERT(options->now_ms != NULL);
    if (resources == NULL)
        return NULL;
    resources->options = *options;
    resources->ready = hw_ready_new(options->engine);
    if (resources->ready == NULL) {
        free(resources);
        return NULL;
    }
    return resources;
}

void hw_resources_free(struct hw_resources *resources)
{
    if (resources == NULL)
        return;
    hw_ready_free(resources->ready);
    free(resources);
}

void hw_resources_applied(struct hw_resources *resources)
{
    uint32_t count;
    const struct hw_effect *effects = hw_engine_effects(resources->options.engine, &count);

    hw_ready_effects(resources->ready, effects, count);
}

int64_t hw_resources_as_at_ms(const struct hw_resources *resources)
{
    const struct hw_engine *engine = resources->options.engine;
    int64_t now_ms = resources->options.now_ms(resources->options.context);
    int64_t accepted_ms = hw_engine_accepted_ms(engine);
    int64_t due_ms = hw_engine_due_ms(engine);

    if (now_ms > due_ms)
        now_ms = due_ms; /* Its tick is about to be journaled. */
    if (now_ms < accepted_ms)
        now_ms = accepted_ms;
    return now_ms != HW_TIME_NONE ? now_ms : 0; /* Before anything happened: 1970. */
}

struct hw_summary hw_resources_summary(const struct hw_resources *resources)
{
    return (struct hw_summary){
        .engine = resources->options.engine,
        .feeds = resources->options.feeds,
        .as_at_ms = hw_resources_as_at_ms(resources),
    };
}

struct hw_engine *hw_resources_engine(const struct hw_resources *resources)
{
    return resources->options.engine;
}
