#include "cli/derive.h"
#include "config/value.h"

/* A list of texts as slices; the check has seen that it fits. */
static uint32_t take_list(char **texts, uint32_t count, struct hw_slice *list)
{
    HW_ASSERT(count <= HW_HL7_LIST_MAX);
    for (uint32_t i = 0; i < count; i++)
        list[i] = hw_slice_text(texts[i]);
    return count;
}

static const struct hw_hl7_class *take_classes(struct hw_config *config)
{
    const struct hw_config_hl7 *keys = &config->keys->hl7;
    struct hw_hl7_class *classes =
        hw_tree_take(&config->tree, keys->classes_count * sizeof *classes + 1);

    for (uint32_t i = 0; i < keys->classes_count; i++) {
        classes[i].said = hw_slice_text(keys->classes[i].said);
        classes[i].class_ = hw_slice_text(keys->classes[i].class);
    }
    return classes;
}

static const struct hw_hl7_mapping *take_mappings(struct hw_config *config)
{
    const struct hw_config_hl7 *keys = &config->keys->hl7;
    struct hw_hl7_mapping *mappings =
        hw_tree_take(&config->tree, keys->mapping_count * sizeof *mappings + 1);

    for (uint32_t i = 0; i < keys->mapping_count; i++) {
        const struct hw_config_mapping *key = &keys->mapping[i];
        char segment[4];
        const char *code;
        unsigned field, component;

        HW_ASSERT(hw_value_source(key->from, segment, &field, &component, &code));
        mappings[i] = (struct hw_hl7_mapping){
            .sender = hw_slice_text(key->sender),
            .field = (enum hw_field)hw_value_attribute(key->attribute),
            .segment = hw_slice_of(key->from, 3),
            .code = hw_slice_text(code ? code : ""),
            .field_number = (uint16_t)field,
            .component = (uint16_t)component,
        };
    }
    return mappings;
}

static const struct hw_hl7_postcode *take_postcodes(struct hw_config *config, uint32_t *ret_count)
{
    const struct hw_config_top *keys = config->keys;
    uint32_t count = 0;

    for (uint32_t i = 0; i < keys->zones_count; i++)
        count += keys->zones[i].postcodes_count;
    struct hw_hl7_postcode *postcodes = hw_tree_take(&config->tree, count * sizeof *postcodes + 1);
    *ret_count = count;
    count = 0;
    for (uint32_t i = 0; i < keys->zones_count; i++) {
        const struct hw_config_zone *zone = &keys->zones[i];

        for (uint32_t j = 0; j < zone->postcodes_count; j++) {
            postcodes[count++] = (struct hw_hl7_postcode){
                .district = hw_slice_text(zone->postcodes[j]),
                .zone = hw_slice_text(zone->code),
                .council = hw_slice_text(zone->council),
            };
        }
    }
    return postcodes;
}

static bool asserts_all(const struct hw_config_feed *key)
{
    for (uint32_t i = 0; i < key->assert_count; i++)
        if (strcmp(key->assert[i], "all") == 0)
            return true;
    return false;
}

static const struct hw_hl7_source *take_sources(struct hw_config *config)
{
    const struct hw_config_top *keys = config->keys;
    struct hw_hl7_source *sources =
        hw_tree_take(&config->tree, keys->sources_count * sizeof *sources + 1);

    for (uint32_t i = 0; i < keys->sources_count; i++) {
        const struct hw_config_feed *key = &keys->sources[i];

        sources[i] = (struct hw_hl7_source){
            .source = hw_slice_text(key->source),
            .organisation = hw_slice_text(key->organisation),
            .visit_authority = hw_slice_text(key->visit_authority),
        };
        if (asserts_all(key))
            memset(sources[i].asserted, 0xff, sizeof sources[i].asserted);
        for (uint32_t j = 0; j < key->assert_count; j++) {
            enum hw_kind kind = hw_kind_of(hw_slice_text(key->assert[j]));

            sources[i].asserted[kind / 64] |= UINT64_C(1) << kind % 64;
        }
    }
    return sources;
}

void hw_derive_hl7(struct hw_config *config, struct hw_hl7_options *ret_options)
{
    const struct hw_config_hl7 *keys = &config->keys->hl7;
    struct hw_hl7_options options;

    hw_hl7_options_init(&options);
    options.reject_unhandled = hw_value_choice(keys->unhandled, "accept|reject") == 1;
    options.processing_ids_count =
        take_list(keys->processing_ids, keys->processing_ids_count, options.processing_ids);
    options.nhs_ids_count = take_list(keys->nhs_ids, keys->nhs_ids_count, options.nhs_ids);
    options.inpatient_classes_count = take_list(
        keys->inpatient_classes, keys->inpatient_classes_count, options.inpatient_classes);
    options.tracked_classes_count =
        take_list(keys->tracked_classes, keys->tracked_classes_count, options.tracked_classes);
    options.classes = take_classes(config);
    options.classes_count = keys->classes_count;
    options.mappings = take_mappings(config);
    options.mappings_count = keys->mapping_count;
    options.postcodes = take_postcodes(config, &options.postcodes_count);
    options.sources = take_sources(config);
    options.sources_count = config->keys->sources_count;
    *ret_options = options;
}

void hw_derive_ce(
    struct hw_config *config, const struct hw_hl7_options *hl7, struct hw_ce_options *ret_options)
{
    struct hw_ce_source *sources =
        hw_tree_take(&config->tree, hl7->sources_count * sizeof *sources + 1);
    struct hw_ce_postcode *postcodes =
        hw_tree_take(&config->tree, hl7->postcodes_count * sizeof *postcodes + 1);

    for (uint32_t i = 0; i < hl7->sources_count; i++) {
        const struct hw_hl7_source *source = &hl7->sources[i];

        sources[i] = (struct hw_ce_source){
            .source = source->source,
            .organisation = source->organisation,
            .visit_authority = source->visit_authority,
            .asserted = {source->asserted[0], source->asserted[1]},
        };
    }
    for (uint32_t i = 0; i < hl7->postcodes_count; i++)
        postcodes[i] = (struct hw_ce_postcode){
            hl7->postcodes[i].district, hl7->postcodes[i].zone, hl7->postcodes[i].council};
    *ret_options = (struct hw_ce_options){
        .sources = sources,
        .sources_count = hl7->sources_count,
        .postcodes = postcodes,
        .postcodes_count = hl7->postcodes_count,
    };
}
