#include "config/schema.h"

#include <cyaml/cyaml.h>

static const cyaml_schema_value_t text_entry = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, CYAML_UNLIMITED),
};

#define FIELD(tag, kind, member, inside, allowed, sentence)                                        \
    FIELD_##kind(struct hw_config_##tag, member, inside)

#define FIELD_TEXT(owner, member, inside)                                                          \
    CYAML_FIELD_STRING_PTR(#member, CYAML_FLAG_POINTER, owner, member, 0, CYAML_UNLIMITED),
#define FIELD_CODE      FIELD_TEXT
#define FIELD_ID        FIELD_TEXT
#define FIELD_ADDRESS   FIELD_TEXT
#define FIELD_URL       FIELD_TEXT
#define FIELD_SOURCE    FIELD_TEXT
#define FIELD_ATTRIBUTE FIELD_TEXT
#define FIELD_CHOICE    FIELD_TEXT
#define FIELD_SYNC      FIELD_TEXT
#define FIELD_AGES      FIELD_TEXT
#define FIELD_HOURS     FIELD_TEXT
#define FIELD_COUNT(owner, member, inside)                                                         \
    CYAML_FIELD_INT(#member, CYAML_FLAG_DEFAULT, owner, member),
#define FIELD_BYTES   FIELD_COUNT
#define FIELD_MINUTES FIELD_COUNT
#define FIELD_BOOL(owner, member, inside)                                                          \
    CYAML_FIELD_BOOL(#member, CYAML_FLAG_DEFAULT, owner, member),
#define FIELD_GROUP(owner, member, inside)                                                         \
    CYAML_FIELD_MAPPING(#member, CYAML_FLAG_DEFAULT, owner, member, fields_##inside),
#define FIELD_TEXTS(owner, member, inside)                                                         \
    CYAML_FIELD_SEQUENCE(                                                                          \
        #member, CYAML_FLAG_POINTER, owner, member, &text_entry, 0, CYAML_UNLIMITED),
#define FIELD_WORDS FIELD_TEXTS
#define FIELD_ITEMS(owner, member, inside)                                                         \
    CYAML_FIELD_SEQUENCE(                                                                          \
        #member, CYAML_FLAG_POINTER, owner, member, &entry_##inside, 0, CYAML_UNLIMITED),
#define FIELD_MODES FIELD_ITEMS

/* entry_TAG is the schema of one entry of a list of such groups. */
#define SCHEMA(tag, LIST)                                                                          \
    static const cyaml_schema_field_t fields_##tag[] = {LIST(FIELD, tag) CYAML_FIELD_END};         \
    static const cyaml_schema_value_t entry_##tag __attribute__((unused)) = {                      \
        CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct hw_config_##tag, fields_##tag)};
HW_KEYS_LIST(SCHEMA)

static const cyaml_schema_value_t top = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct hw_config_top, fields_top),
};

__attribute__((format(printf, 3, 0))) static void take_log(
    cyaml_log_t level, void *context, const char *format, va_list list)
{
    char words[256];

    (void)level;
    vsnprintf(words, sizeof words, format, list);
    words[strcspn(words, "\n")] = '\0';
    hw_report_error(context, NULL, NULL, "%s", words);
}

static cyaml_config_t library(struct hw_report *report)
{
    return (cyaml_config_t){
        .log_fn = take_log,
        .log_ctx = report,
        .mem_fn = cyaml_mem,
        .log_level = CYAML_LOG_ERROR,
    };
}

struct hw_config_top *hw_schema_load(struct hw_slice yaml, struct hw_report *report)
{
    cyaml_config_t config = library(report);
    cyaml_data_t *data = NULL;
    cyaml_err_t error = cyaml_load_data(yaml.data, yaml.size, &config, &top, &data, NULL);

    if (error != CYAML_OK) {
        hw_report_error(report, NULL, NULL, "the configuration: %s", cyaml_strerror(error));
        return NULL;
    }
    return data;
}

void hw_schema_free(struct hw_config_top *keys)
{
    struct hw_report report = {0};
    cyaml_config_t config = library(&report);

    config.log_fn = NULL;
    (void)cyaml_free(&config, &top, keys, 0); /* It fails for a wrong schema only. */
}
