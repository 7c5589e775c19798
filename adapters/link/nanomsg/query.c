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

static json_t *ask(struct hw_resources *resources, json_t *question, bool *ret_states)
{
    json_t *body = NULL;
    json_t *query = json_object_get(question, "query");

    if (json_object_get(question, "ingest") != NULL)
        return hw_resource_error("ingest comes with CloudEvents; until then send HL7 v2 over MLLP");
    if (json_object_get(question, "decide") != NULL)
        return hw_resource_error("decide comes with routing");
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

char *hw_query_answer(
    struct hw_resources *resources, struct hw_slice question, size_t *ret_size, bool *ret_states)
{
    json_error_t error;
    json_t *body;

    *ret_states = false;
    if (question.size > HW_QUERY_SIZE_MAX) {
        body = hw_resource_error("a question may have %d bytes at most", HW_QUERY_SIZE_MAX);
    } else {
        json_t *object =
            json_loadb((const char *)question.data, question.size, JSON_REJECT_DUPLICATES, &error);
        body = object != NULL ? ask(resources, object, ret_states) : malformed(&error);
        json_decref(object);
    }
    char *text = body != NULL ? hw_json_dump(body, ret_size) : NULL;
    json_decref(body);
    return text;
}
