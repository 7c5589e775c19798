#include "config/check.h"
#include "config/nearest.h"
#include "config/value.h"
#include "core/services/hours.h"
#include "homeward/event.h"
#include "homeward/services.h"

#include <inttypes.h>

enum {
    PATH_SIZE = 128,
    SOURCES_MAX = 256,      /* as many feeds as are watched (feeds.h) */
    SERVICE_LIST_MAX = 256, /* as many entries as the engine reads (keys.c) */
    ASSERTED_FIRST = HW_KIND_SPELL_ADMITTED,
    ASSERTED_LAST = HW_KIND_OUTCOME_REVIEWED,
};

/* What every step of the walk needs. */
struct check {
    struct hw_tree *tree;
    struct hw_report *report;
};

static void check_value(
    const struct check *check, const struct hw_key *key, struct hw_node *node, const char *path);

static const char *nearest_key(const struct hw_key *keys, const char *name)
{
    struct hw_nearest nearest;

    hw_nearest_init(&nearest, name);
    for (const struct hw_key *key = keys; key->name != NULL; key++)
        hw_nearest_offer(&nearest, key->name);
    return nearest.best;
}

static void report_unknown(const struct check *check, const struct hw_key *keys,
    const struct hw_node *node, const char *path)
{
    const char *best, *first;

    if (hw_key_is_later(path)) {
        hw_report_error(check->report, node, path, "not built yet in this version; leave it out");
        return;
    }
    best = nearest_key(keys, node->name);
    if (best == NULL) { /* A path set from outside: then where it leaves what is known. */
        first = hw_tree_text(check->tree, hw_slice_of(node->name, strcspn(node->name, ".")));
        best = nearest_key(keys, first);
    }
    if (best != NULL)
        hw_report_error(check->report, node, path, "unknown key; did you mean %s?", best);
    else
        hw_report_error(check->report, node, path, "unknown key; homeward check --keys lists all");
}

static void set_number(const struct check *check, struct hw_node *node, int64_t value)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, value);
    node->text = hw_tree_text(check->tree, hw_slice_text(text));
}

/* Whether a scalar is what its kind allows; brings it into normal form. */
static bool scalar_is_good(
    const struct check *check, const struct hw_key *key, struct hw_node *node)
{
    char segment[4];
    const char *code;
    unsigned field, component;
    struct hw_hours hours;
    int policy;
    int64_t number;
    bool yes;

    switch (key->kind) {
    case HW_KEY_TEXT:
        return strlen(node->text) <= HW_TEXT_SIZE_MAX;
    case HW_KEY_CODE:
        return hw_value_code(node->text) || (*node->text == '\0' && key->fallback != NULL);
    case HW_KEY_ID: /* It becomes part of a path of settings. */
        return hw_value_code(node->text) && strchr(node->text, '/') == NULL;
    case HW_KEY_ADDRESS:
        return hw_value_address(node->text);
    case HW_KEY_URL:
        return hw_value_url(node->text);
    case HW_KEY_SOURCE:
        return hw_value_source(node->text, segment, &field, &component, &code);
    case HW_KEY_ATTRIBUTE:
        return hw_value_attribute(node->text) >= 0;
    case HW_KEY_CHOICE:
        return hw_value_choice(node->text, key->allowed) >= 0;
    case HW_KEY_COUNT:
        return hw_value_count(node->text, key->allowed, &number);
    case HW_KEY_SYNC:
        return hw_value_sync(node->text, &policy, &number);
    case HW_KEY_AGES:
        return hw_value_ages(node->text, &field, &component);
    case HW_KEY_HOURS:
        return hw_hours_read(hw_slice_text(node->text), &hours);
    case HW_KEY_MINUTES:
        if (!hw_value_minutes(node->text, &number))
            return false;
        set_number(check, node, number);
        return true;
    case HW_KEY_BYTES:
        if (!hw_value_bytes(node->text, key->allowed, &number))
            return false;
        set_number(check, node, number);
        return true;
    case HW_KEY_BOOL:
        if (!hw_value_bool(node->text, &yes))
            return false;
        node->text = yes ? "true" : "false";
        return true;
    case HW_KEY_WORDS:
    case HW_KEY_TEXTS:
    case HW_KEY_ITEMS:
    case HW_KEY_MODES:
    case HW_KEY_GROUP:
        break;
    }
    return false;
}

/* "allowed: ..." as people read it: "1..9" is "1 to 9", "a|b" is "a, b". */
static const char *allowed_words(const struct hw_key *key, char words[640])
{
    size_t size = 0;

    for (const char *at = key->allowed; *at != '\0' && size < 624; at++) {
        if (*at == '|')
            size += (size_t)snprintf(words + size, 8, ", ");
        else if (strncmp(at, "..", 2) == 0)
            size += (size_t)snprintf(words + size, 8, "%s", (at++, " to "));
        else
            words[size++] = *at;
    }
    snprintf(words + size, 640 - size, "%s", key->kind == HW_KEY_BYTES ? " bytes" : "");
    return words;
}

static void check_scalar(
    const struct check *check, const struct hw_key *key, struct hw_node *node, const char *path)
{
    char words[640];

    if (node->kind != HW_NODE_SCALAR)
        hw_report_error(check->report, node, path,
            "one value is wanted here, not a %s; allowed: %s",
            node->kind == HW_NODE_LIST ? "list" : "group", allowed_words(key, words));
    else if (node->empty)
        hw_report_error(check->report, node, path, "no value; allowed: %s; without the key: %s",
            allowed_words(key, words),
            key->fallback == NULL ? "not possible"
                : *key->fallback  ? key->fallback
                                  : "empty");
    else if (!scalar_is_good(check, key, node))
        hw_report_error(check->report, node, path, "\"%.40s\" is not allowed; allowed: %s",
            node->text, allowed_words(key, words));
}

/* A list where nothing stands is an empty one; false: it is no list. */
static bool as_list(
    const struct check *check, const struct hw_key *key, struct hw_node *node, const char *path)
{
    char words[640];

    if (node->kind == HW_NODE_SCALAR && node->empty)
        node->kind = HW_NODE_LIST;
    if (node->kind == HW_NODE_LIST)
        return true;
    hw_report_error(
        check->report, node, path, "a list is wanted here; allowed: %s", allowed_words(key, words));
    return false;
}

static void check_texts(
    const struct check *check, const struct hw_key *key, struct hw_node *list, const char *path)
{
    char words[640];
    unsigned index = 0;

    if (!as_list(check, key, list, path))
        return;
    for (struct hw_node *item = list->first; item != NULL; item = item->next, index++) {
        if (item->kind != HW_NODE_SCALAR || item->empty || !hw_value_code(item->text))
            hw_report_error(check->report, item, path,
                "entry %u is not a short code without blanks", index + 1);
        else if (key->kind == HW_KEY_WORDS && hw_value_choice(item->text, key->allowed) < 0)
            hw_report_error(check->report, item, path, "\"%.40s\" is not allowed; allowed: %s",
                item->text, allowed_words(key, words));
    }
    if (index > 32 && strcmp(key->name, "postcodes") != 0 && strcmp(key->name, "assert") != 0 &&
        strcmp(key->name, "zones") != 0)
        hw_report_error(check->report, list, path, "%u entries; at most 32", index);
}

static void fill_defaults(
    const struct check *check, const struct hw_key *keys, struct hw_node *map, const char *path);

static void check_map(
    const struct check *check, const struct hw_key *keys, struct hw_node *map, const char *above)
{
    char path[PATH_SIZE];

    if (map->kind == HW_NODE_SCALAR && map->empty)
        map->kind = HW_NODE_MAP;
    if (map->kind != HW_NODE_MAP) {
        hw_report_error(
            check->report, map, *above ? above : NULL, "keys with values are wanted here");
        return;
    }
    for (struct hw_node *node = map->first; node != NULL; node = node->next) {
        const struct hw_key *key = hw_key_find(keys, node->name);

        snprintf(path, sizeof path, "%s%s%.40s", above, *above ? "." : "", node->name);
        if (key == NULL)
            report_unknown(check, keys, node, path);
        else
            check_value(check, key, node, path);
    }
    fill_defaults(check, keys, map, above);
}

/* The first key of an entry, where it is an ID, is its name: said once in a list. */
static void check_unique(const struct check *check, const struct hw_key *key,
    const struct hw_node *list, const struct hw_node *item, const char *path)
{
    if (key->inside->kind != HW_KEY_ID || item->kind != HW_NODE_MAP)
        return;
    const struct hw_node *name = hw_node_find(item, key->inside->name);
    for (const struct hw_node *other = list->first; name != NULL && other != item;
         other = other->next) {
        const struct hw_node *taken =
            other->kind == HW_NODE_MAP ? hw_node_find(other, key->inside->name) : NULL;

        if (taken != NULL && taken->text != NULL && name->text != NULL &&
            strcmp(taken->text, name->text) == 0) {
            hw_report_error(check->report, name, path, "\"%.40s\" is in the list already (line %u)",
                name->text, taken->line);
            return;
        }
    }
}

static void check_items(
    const struct check *check, const struct hw_key *key, struct hw_node *list, const char *above)
{
    char path[PATH_SIZE];
    unsigned index = 0;

    if (!as_list(check, key, list, above))
        return;
    for (struct hw_node *item = list->first; item != NULL; item = item->next, index++) {
        snprintf(path, sizeof path, "%s[%u]", above, index);
        check_map(check, key->inside, item, path);
        check_unique(check, key, list, item, path);
    }
}

/* One word for all senders is a list of one. */
static void check_modes(
    const struct check *check, const struct hw_key *key, struct hw_node *node, const char *path)
{
    if (node->kind == HW_NODE_SCALAR && !node->empty) {
        struct hw_node *item = hw_tree_map(check->tree, node->origin);
        struct hw_node *sender = hw_tree_scalar(check->tree, "*", node->origin);
        struct hw_node *mode = hw_tree_scalar(check->tree, node->text, node->origin);

        if (hw_value_choice(node->text, hw_key_find(key->inside, "mode")->allowed) < 0) {
            hw_report_error(check->report, node, path, "\"%.40s\" is not allowed; allowed: %s",
                node->text, key->allowed);
            return;
        }
        sender->name = "sender";
        mode->name = "mode";
        hw_node_append(item, sender);
        hw_node_append(item, mode);
        node->kind = HW_NODE_LIST;
        node->first = item;
    }
    check_items(check, key, node, path);
}

static void check_value(
    const struct check *check, const struct hw_key *key, struct hw_node *node, const char *path)
{
    if (key->kind == HW_KEY_GROUP)
        check_map(check, key->inside, node, path);
    else if (key->kind == HW_KEY_ITEMS)
        check_items(check, key, node, path);
    else if (key->kind == HW_KEY_MODES)
        check_modes(check, key, node, path);
    else if (key->kind == HW_KEY_TEXTS || key->kind == HW_KEY_WORDS)
        check_texts(check, key, node, path);
    else
        check_scalar(check, key, node, path);
}

static struct hw_node *default_node(const struct check *check, const struct hw_key *key)
{
    if (key->kind == HW_KEY_TEXTS || key->kind == HW_KEY_WORDS)
        return hw_tree_parse(check->tree, "default", false,
            hw_slice_text(key->fallback ? key->fallback : ""), check->report);
    if (key->kind == HW_KEY_MODES)
        return hw_tree_scalar(check->tree, "auto", "default");
    struct hw_node *node =
        hw_tree_scalar(check->tree, key->fallback ? key->fallback : "", "default");
    node->empty = key->inside != NULL;
    return node;
}

static void fill_defaults(
    const struct check *check, const struct hw_key *keys, struct hw_node *map, const char *above)
{
    char path[PATH_SIZE];

    for (const struct hw_key *key = keys; key->name != NULL; key++) {
        if (hw_node_find(map, key->name) != NULL)
            continue;
        snprintf(path, sizeof path, "%s%s%s", above, *above ? "." : "", key->name);
        if (key->fallback == NULL && key->inside == NULL) {
            hw_report_error(check->report, map, path, "must be given; allowed: %s", key->allowed);
            continue;
        }
        struct hw_node *node = default_node(check, key);
        node->name = key->name;
        check_value(check, key, node, path);
        hw_node_append(map, node);
    }
}

void hw_check_top(struct hw_tree *tree, struct hw_node *map, struct hw_report *report)
{
    struct check check = {tree, report};

    check_map(&check, hw_keys(), map, "");
}

/* The group a path leads through; made when it is not there. */
static struct hw_node *enter_group(
    struct hw_tree *tree, struct hw_node *map, const char *name, const char *origin)
{
    struct hw_node *group = hw_node_find(map, name);

    if (group == NULL || group->kind != HW_NODE_MAP) {
        group = hw_tree_map(tree, origin);
        group->name = name;
        hw_node_put(map, group);
    }
    return group;
}

void hw_check_set(struct hw_tree *tree, struct hw_node *top, const char *path, const char *value,
    const char *origin, struct hw_report *report)
{
    const struct hw_key *keys = hw_keys(), *key = NULL;
    const char *from = hw_tree_text(tree, hw_slice_text(origin));
    struct hw_node *map = top, *node = NULL;
    const char *rest = path;

    for (;;) {
        size_t size = strcspn(rest, ".");
        const char *name = hw_tree_text(tree, hw_slice_of(rest, size));

        key = hw_key_find(keys, name);
        if (key != NULL && key->kind == HW_KEY_GROUP && rest[size] == '.') {
            map = enter_group(tree, map, name, from);
            keys = key->inside;
            rest += size + 1;
            continue;
        }
        bool is_list = key != NULL &&
            (key->kind == HW_KEY_TEXTS || key->kind == HW_KEY_WORDS || key->kind == HW_KEY_ITEMS ||
                (key->kind == HW_KEY_MODES && *value == '['));
        if (is_list || (key != NULL && key->kind == HW_KEY_GROUP))
            node = hw_tree_parse(tree, origin, false, hw_slice_text(value), report);
        else
            node = hw_tree_scalar(tree, value, from);
        if (node == NULL)
            return;
        /* What follows a name that is no group makes an unknown key, reported by the check. */
        node->name =
            key == NULL || rest[size] == '.' ? hw_tree_text(tree, hw_slice_text(rest)) : name;
        hw_node_put(map, node);
        return;
    }
}

static const char *text_at(const struct hw_node *top, const char *group, const char *name)
{
    const struct hw_node *map = hw_node_find(top, group);
    const struct hw_node *node = map ? hw_node_find(map, name) : NULL;

    return node != NULL && node->kind == HW_NODE_SCALAR ? node->text : "";
}

/* Nobody is authenticated yet, so what is open to the network is open to everybody on it. */
static void check_listeners(const struct hw_node *top, struct hw_report *report)
{
    static const char *const listeners[][2] = {
        {"mllp", "listen"}, {"nanomsg", "publish"}, {"nanomsg", "query"}, {"nanomsg", "ingest"}};
    const struct hw_node *clock = hw_node_find(top, "clock");
    bool trusted = strcmp(text_at(top, "listen", "trusted_network"), "true") == 0;
    bool events = clock != NULL && clock->text != NULL && strcmp(clock->text, "events") == 0;

    for (size_t i = 0; i < sizeof listeners / sizeof *listeners; i++) {
        const char *group = listeners[i][0], *name = listeners[i][1];
        const struct hw_node *node = hw_node_find(hw_node_find(top, group), name);
        char path[PATH_SIZE];

        if (hw_value_is_loopback(node->text))
            continue;
        snprintf(path, sizeof path, "%s.%s", group, name);
        if (!trusted)
            hw_report_error(report, node, path,
                "beyond loopback, and nobody is authenticated: use 127.0.0.1, [::1], localhost or "
                "ipc://, or say listen.trusted_network: true");
        if (events)
            hw_report_error(report, node, path,
                "beyond loopback with clock: events, where any message moves the clock: use a "
                "loopback address, or clock: system");
    }
}

static void check_councils(const struct hw_node *top, struct hw_report *report)
{
    const struct hw_node *councils = hw_node_find(top, "councils");
    unsigned index = 0;

    for (const struct hw_node *zone = hw_node_find(top, "zones")->first; zone != NULL;
         zone = zone->next, index++) {
        const struct hw_node *council = hw_node_find(zone, "council");
        bool known = *council->text == '\0' || councils->first == NULL;
        char path[PATH_SIZE];

        for (const struct hw_node *one = councils->first; one != NULL; one = one->next)
            known = known || strcmp(hw_node_find(one, "code")->text, council->text) == 0;
        snprintf(path, sizeof path, "zones[%u].council", index);
        if (!known)
            hw_report_error(report, council, path,
                "\"%.40s\" is not in councils; add it there or correct it", council->text);
    }
}

/* A district belongs to one zone: which of two wins would be chance. */
static void check_postcodes(const struct hw_node *top, struct hw_report *report)
{
    const struct hw_node *zones = hw_node_find(top, "zones");
    unsigned index = 0;

    for (const struct hw_node *zone = zones->first; zone != NULL; zone = zone->next, index++) {
        char path[PATH_SIZE];

        snprintf(path, sizeof path, "zones[%u].postcodes", index);
        for (const struct hw_node *here = hw_node_find(zone, "postcodes")->first; here != NULL;
             here = here->next) {
            for (const struct hw_node *other = zones->first; other != zone; other = other->next) {
                for (const struct hw_node *there = hw_node_find(other, "postcodes")->first;
                     there != NULL; there = there->next) {
                    if (strcmp(here->text, there->text) == 0)
                        hw_report_error(report, here, path,
                            "\"%.10s\" belongs to zone %.40s already; a district has one zone",
                            here->text, hw_node_find(other, "code")->text);
                }
            }
        }
    }
}

/* The engine would pass over a list that it cannot read: as it reads them, so they are checked. */
static void check_service_list(
    const struct hw_node *service, const char *key, unsigned index, struct hw_report *report)
{
    const struct hw_node *list = hw_node_find(service, key);
    const char *wrong;
    char path[PATH_SIZE];
    unsigned count = 0;

    snprintf(path, sizeof path, "services[%u].%s", index, key);
    wrong =
        list->first == NULL ? hw_service_key_wrong(hw_slice_text(key), hw_slice_text("")) : NULL;
    if (wrong != NULL)
        hw_report_error(report, list, path, "is empty: it %s", wrong);
    for (const struct hw_node *item = list->first; item != NULL; item = item->next, count++) {
        wrong = strchr(item->text, ';') != NULL
            ? "must have each of them as an entry of its own, without ;"
            : hw_service_key_wrong(hw_slice_text(key), hw_slice_text(item->text));
        if (wrong != NULL)
            hw_report_error(
                report, item, path, "\"%.40s\" is not allowed: %s %s", item->text, key, wrong);
    }
    if (count > SERVICE_LIST_MAX)
        hw_report_error(report, list, path, "%u entries; at most %d", count, SERVICE_LIST_MAX);
}

static void check_services(const struct hw_node *top, struct hw_report *report)
{
    static const char *const lists[] = {"directions", "councils", "zones", "funding"};
    unsigned index = 0;

    for (const struct hw_node *service = hw_node_find(top, "services")->first; service != NULL;
         service = service->next, index++)
        for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
            check_service_list(service, lists[i], index, report);
}

/* An event type that a feed may assert. */
static bool is_assertion(const char *text)
{
    int kind = (int)hw_kind_of(hw_slice_text(text));

    return strcmp(text, "all") == 0 || (kind >= ASSERTED_FIRST && kind <= ASSERTED_LAST);
}

static void check_assertions(const struct hw_node *list, const char *path, struct hw_report *report)
{
    for (const struct hw_node *item = list->first; item != NULL; item = item->next) {
        struct hw_nearest nearest;

        if (is_assertion(item->text))
            continue;
        hw_nearest_init(&nearest, item->text);
        for (int kind = ASSERTED_FIRST; kind <= ASSERTED_LAST; kind++)
            if (hw_kind_type((enum hw_kind)kind) != NULL)
                hw_nearest_offer(&nearest, hw_kind_type((enum hw_kind)kind));
        hw_report_error(report, item, path, "\"%.40s\" is no event type%s%s%s", item->text,
            nearest.best != NULL ? "; did you mean " : " such as spell.admitted",
            nearest.best != NULL ? nearest.best : "", nearest.best != NULL ? "?" : "");
    }
}

static void check_sources(const struct hw_node *top, struct hw_report *report)
{
    const struct hw_node *sources = hw_node_find(top, "sources");
    unsigned index = 0;

    for (const struct hw_node *one = sources->first; one != NULL; one = one->next, index++) {
        const struct hw_node *source = hw_node_find(one, "source");
        char path[PATH_SIZE];

        snprintf(path, sizeof path, "sources[%u].source", index);
        if (strchr(source->text, '/') == NULL)
            hw_report_error(report, source, path,
                "\"%.40s\" has no /; allowed: MSH-4/MSH-3 such as RWE/PAS", source->text);
        for (const struct hw_node *other = sources->first; other != one; other = other->next) {
            const struct hw_node *taken = hw_node_find(other, "source");

            if (strcmp(taken->text, source->text) == 0)
                hw_report_error(report, source, path, "\"%.40s\" is in the list already (line %u)",
                    source->text, taken->line);
        }
        snprintf(path, sizeof path, "sources[%u].assert", index);
        check_assertions(hw_node_find(one, "assert"), path, report);
    }
    if (index > SOURCES_MAX)
        hw_report_error(report, sources, "sources", "%u entries; at most %d", index, SOURCES_MAX);
}

void hw_check_together(const struct hw_node *top, struct hw_report *report)
{
    check_listeners(top, report);
    check_councils(top, report);
    check_postcodes(top, report);
    check_services(top, report);
    check_sources(top, report);
}
