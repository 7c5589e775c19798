#include "link/nanomsg/query.h"

#include "resource/json.h"

/* What is wrong with JSON, without the text beside it: that may name a person. */
static json_t *malformed(const json_error_t *error)
{
    const char *near = strstr(error->text, " near ");
    int size = near != NULL ? (int)(near - error->text) : (int)strlen(error->text);

    return hw_resource_error("the question is not JSON: line %d, column %d: %.*s", error->line,
        error->column, size, error->text);
}

static json_t *bring(const struct hw_door *door, const json_t *question, bool *ret_states,
    uint64_t *ret_refused, uint64_t *ret_later)
{
    const json_t *events = json_object_get(question, "ingest");

    if (events != NULL ? door->ingest == NULL : door->decide == NULL)
        return hw_resource_error("events and decisions are not taken here");
    *ret_states = true;
    if (events != NULL)
        return door->ingest(door->context, events, ret_refused);
    return door->decide(door->context, json_object_get(question, "decide"), ret_refused, ret_later);
}

static json_t *ask(struct hw_resources *resources, json_t *question, bool *ret_states)
{
    json_t *body = NULL;
    json_t *query = json_object_get(question, "query");

    if (!json_is_string(query))
        return hw_resource_error(
            "a question is an object such as {\"query\":\"summary\"}: ask for \"resources\" to see "
            "what there is");

    json_incref(query);
    json_object_del(question, "query");
    *ret_states =
        hw_resources_answer(resources, json_string_value(query), question, &body) == HW_ANSWER_OK;
    json_decref(query);
    return body;
}

static bool brings(const json_t *object)
{
    return json_object_get(object, "ingest") != NULL || json_object_get(object, "decide") != NULL;
}

char *hw_query_answer(struct hw_resources *resources, const struct hw_door *door,
    struct hw_slice question, size_t *ret_size, bool *ret_states, uint64_t *ret_refused,
    uint64_t *ret_later)
{
    json_error_t error;
    json_t *object = NULL, *body;

    *ret_states = false;
    *ret_refused = *ret_later = 0;
    if (question.size <= HW_INGEST_SIZE_MAX)
        object =
            json_loadb((const char *)question.data, question.size, JSON_REJECT_DUPLICATES, &error);
    if (question.size > HW_INGEST_SIZE_MAX ||
        (question.size > HW_QUERY_SIZE_MAX && !brings(object)))
        body = hw_resource_error("a question may have %d bytes at most, and %d with events",
            HW_QUERY_SIZE_MAX, HW_INGEST_SIZE_MAX);
    else if (object == NULL)
        body = malformed(&error);
    else if (brings(object))
        body = bring(door, object, ret_states, ret_refused, ret_later);
    else
        body = ask(resources, object, ret_states);
    json_decref(object);
    char *text = body != NULL ? hw_json_dump(body, ret_size) : NULL;
    json_decref(body);
    return text;
}
