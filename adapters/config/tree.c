#include "config/tree.h"
#include "homeward/status.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include <yaml.h>

enum { BLOCK_SIZE = 64 * 1024 };

struct hw_tree_block {
    struct hw_tree_block *next;
    size_t used, size;
    _Alignas(16) char data[];
};

void hw_report_error(
    struct hw_report *report, const struct hw_node *node, const char *path, const char *format, ...)
{
    char line[1024], what[640], place[256] = "";
    va_list list;

    va_start(list, format);
    vsnprintf(what, sizeof what, format, list);
    va_end(list);
    if (node != NULL && node->line != 0)
        snprintf(place, sizeof place, "%s:%u:%u: ", node->origin, node->line, node->column);
    else if (node != NULL)
        snprintf(place, sizeof place, "%s: ", node->origin);
    snprintf(line, sizeof line, "%s%.120s%s%s", place, path ? path : "", path ? ": " : "", what);
    report->errors++;
    report->say(report->context, line);
}

void hw_no_memory(void)
{
    static const char words[] = "homeward: memory ran out; give the process more\n";

    (void)!write(STDERR_FILENO, words, sizeof words - 1); /* Nobody is left to tell. */
    _exit(1);
}

void hw_tree_free(struct hw_tree *tree)
{
    struct hw_tree_block *block = tree->blocks;

    while (block != NULL) {
        struct hw_tree_block *next = block->next;

        free(block);
        block = next;
    }
    *tree = (struct hw_tree){0};
}

void *hw_tree_take(struct hw_tree *tree, size_t size)
{
    struct hw_tree_block *block = tree->blocks;

    size = (size + 15) & ~(size_t)15;
    if (block == NULL || size > block->size - block->used) {
        size_t block_size = size > BLOCK_SIZE ? size : BLOCK_SIZE;

        block = calloc(1, sizeof *block + block_size);
        if (block == NULL)
            hw_no_memory();
        block->size = block_size;
        block->next = tree->blocks;
        tree->blocks = block;
    }
    void *memory = block->data + block->used;
    block->used += size;
    return memory;
}

const char *hw_tree_text(struct hw_tree *tree, struct hw_slice text)
{
    char *copy = hw_tree_take(tree, text.size + 1);

    if (text.size > 0)
        memcpy(copy, text.data, text.size);
    return copy;
}

static struct hw_node *new_node(struct hw_tree *tree, enum hw_node_kind kind, const char *origin)
{
    struct hw_node *node = hw_tree_take(tree, sizeof *node);

    node->kind = kind;
    node->origin = origin;
    tree->nodes_count++;
    return node;
}

struct hw_node *hw_tree_scalar(struct hw_tree *tree, const char *text, const char *origin)
{
    struct hw_node *node = new_node(tree, HW_NODE_SCALAR, origin);

    node->text = hw_tree_text(tree, hw_slice_text(text));
    return node;
}

struct hw_node *hw_tree_map(struct hw_tree *tree, const char *origin)
{
    return new_node(tree, HW_NODE_MAP, origin);
}

struct hw_node *hw_node_find(const struct hw_node *map, const char *name)
{
    for (struct hw_node *node = map->first; node != NULL; node = node->next) {
        if (strcmp(node->name, name) == 0)
            return node;
    }
    return NULL;
}

void hw_node_append(struct hw_node *parent, struct hw_node *node)
{
    struct hw_node **end = &parent->first;

    while (*end != NULL)
        end = &(*end)->next;
    node->next = NULL;
    *end = node;
}

void hw_node_put(struct hw_node *map, struct hw_node *node)
{
    for (struct hw_node **place = &map->first; *place != NULL; place = &(*place)->next) {
        if (strcmp((*place)->name, node->name) == 0) {
            node->next = (*place)->next;
            *place = node;
            return;
        }
    }
    hw_node_append(map, node);
}

/* One document on its way from libyaml's nodes to ours. */
struct reading {
    struct hw_tree *tree;
    yaml_document_t *document;
    const char *origin;
    bool with_lines;
    struct hw_report *report;
};

static struct hw_node *read_node(const struct reading *reading, int index, unsigned depth);

static void set_place(const struct reading *reading, struct hw_node *node, yaml_mark_t mark)
{
    if (!reading->with_lines)
        return;
    node->line = (unsigned)mark.line + 1;
    node->column = (unsigned)mark.column + 1;
}

static bool is_nothing(const yaml_node_t *yaml)
{
    const char *text = (const char *)yaml->data.scalar.value;

    return yaml->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
        (*text == '\0' || strcmp(text, "~") == 0 || strcmp(text, "null") == 0);
}

static bool read_scalar(
    const struct reading *reading, const yaml_node_t *yaml, struct hw_node *node)
{
    struct hw_slice text = hw_slice_of(yaml->data.scalar.value, yaml->data.scalar.length);

    if (text.size > 0 && memchr(text.data, 0, text.size) != NULL) {
        hw_report_error(reading->report, node, NULL, "a text holds a NUL character");
        return false;
    }
    node->text = hw_tree_text(reading->tree, text);
    node->empty = is_nothing(yaml);
    return true;
}

static bool read_list(
    const struct reading *reading, const yaml_node_t *yaml, struct hw_node *node, unsigned depth)
{
    struct hw_node **end = &node->first;

    for (const yaml_node_item_t *item = yaml->data.sequence.items.start;
         item < yaml->data.sequence.items.top; item++) {
        *end = read_node(reading, *item, depth + 1);
        if (*end == NULL)
            return false;
        end = &(*end)->next;
    }
    return true;
}

static bool read_map(
    const struct reading *reading, const yaml_node_t *yaml, struct hw_node *node, unsigned depth)
{
    struct hw_node **end = &node->first;

    for (const yaml_node_pair_t *pair = yaml->data.mapping.pairs.start;
         pair < yaml->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = yaml_document_get_node(reading->document, pair->key);
        struct hw_node *value = read_node(reading, pair->value, depth + 1);

        if (value == NULL)
            return false;
        set_place(reading, value, key->start_mark);
        if (key->type != YAML_SCALAR_NODE) {
            hw_report_error(reading->report, value, NULL, "a key must be a word");
            return false;
        }
        value->name = hw_tree_text(
            reading->tree, hw_slice_of(key->data.scalar.value, key->data.scalar.length));
        struct hw_node *before = hw_node_find(node, value->name);
        if (before != NULL) {
            hw_report_error(reading->report, value, value->name,
                "given twice (also in line %u); keep one", before->line);
            continue;
        }
        *end = value;
        end = &value->next;
    }
    return true;
}

static struct hw_node *read_node(const struct reading *reading, int index, unsigned depth)
{
    const yaml_node_t *yaml = yaml_document_get_node(reading->document, index);
    struct hw_node *node = new_node(reading->tree, HW_NODE_SCALAR, reading->origin);
    bool good = false;

    set_place(reading, node, yaml->start_mark);
    if (depth > HW_TREE_DEPTH_MAX || reading->tree->nodes_count > HW_TREE_NODES_MAX) {
        hw_report_error(reading->report, node, NULL,
            "more than %d levels or %d values (an alias of itself?)", HW_TREE_DEPTH_MAX,
            HW_TREE_NODES_MAX);
        return NULL;
    }
    if (yaml->type == YAML_SCALAR_NODE) {
        good = read_scalar(reading, yaml, node);
    } else if (yaml->type == YAML_SEQUENCE_NODE) {
        node->kind = HW_NODE_LIST;
        good = read_list(reading, yaml, node, depth);
    } else if (yaml->type == YAML_MAPPING_NODE) {
        node->kind = HW_NODE_MAP;
        good = read_map(reading, yaml, node, depth);
    }
    return good ? node : NULL;
}

static void report_yaml(const struct reading *reading, const yaml_parser_t *parser)
{
    struct hw_node place = {.origin = reading->origin};
    const char *problem = parser->problem;

    if (parser->error == YAML_MEMORY_ERROR || problem == NULL) /* It does not always say which. */
        hw_no_memory();

    if (parser->error == YAML_READER_ERROR) {
        hw_report_error(reading->report, &place, NULL, "not YAML: %s at byte %zu", problem,
            parser->problem_offset);
        return;
    }
    set_place(reading, &place, parser->problem_mark);
    hw_report_error(reading->report, &place, NULL, "not YAML: %s%s%s", problem,
        parser->context ? " " : "", parser->context ? parser->context : "");
}

static bool only_document(const struct reading *reading, yaml_parser_t *parser)
{
    yaml_document_t second;

    if (!yaml_parser_load(parser, &second)) {
        report_yaml(reading, parser);
        return false;
    }
    const yaml_node_t *root = yaml_document_get_root_node(&second);
    if (root != NULL) {
        struct hw_node place = {.origin = reading->origin};

        set_place(reading, &place, root->start_mark);
        hw_report_error(reading->report, &place, NULL, "a second document; there may be one");
    }
    yaml_document_delete(&second);
    return root == NULL;
}

struct hw_node *hw_tree_parse(struct hw_tree *tree, const char *origin, bool with_lines,
    struct hw_slice text, struct hw_report *report)
{
    yaml_parser_t parser;
    yaml_document_t document;
    struct reading reading = {
        tree, &document, hw_tree_text(tree, hw_slice_text(origin)), with_lines, report};
    struct hw_node *node = NULL;

    if (yaml_parser_initialize(&parser) != 1)
        hw_no_memory();
    yaml_parser_set_input_string(&parser, text.data, text.size);
    if (!yaml_parser_load(&parser, &document)) {
        report_yaml(&reading, &parser);
        yaml_parser_delete(&parser);
        return NULL;
    }
    if (yaml_document_get_root_node(&document) == NULL)
        node = hw_tree_map(tree, reading.origin);
    else
        node = read_node(&reading, 1, 0);
    if (node != NULL && document.nodes.start != document.nodes.top &&
        !only_document(&reading, &parser))
        node = NULL;
    yaml_document_delete(&document);
    yaml_parser_delete(&parser);
    return node;
}

/* A text that YAML reads back as the same text without quotes, whoever reads it. */
static bool is_plain(const char *text)
{
    static const char *const words[] = {
        "true", "false", "yes", "no", "on", "off", "null", "y", "n"};

    if (*text == '\0' || strchr("-.:/", *text) != NULL)
        return false;
    for (const char *at = text; *at != '\0'; at++) {
        bool safe = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
            (*at >= '0' && *at <= '9') || strchr("_-./", *at) != NULL ||
            (*at == ':' && at[1] != '\0' && at[1] != ' ');

        if (!safe)
            return false;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(text, words[i]) == 0)
            return i < 2; /* true and false are what they say. */
    }
    return true;
}

static void print_text(FILE *out, const char *text)
{
    if (is_plain(text)) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\')
            fprintf(out, "\\%c", *at);
        else if (*at < 0x20 || *at == 0x7f)
            fprintf(out, "\\x%02x", *at);
        else
            fputc(*at, out);
    }
    fputc('"', out);
}

static void print_node(FILE *out, const struct hw_node *node, int depth, bool inline_first);

static void print_list(FILE *out, const struct hw_node *list, int depth)
{
    for (const struct hw_node *item = list->first; item != NULL; item = item->next) {
        fprintf(out, "%*s- ", depth * 2, "");
        print_node(out, item, depth + 1, true);
    }
}

static void print_map(FILE *out, const struct hw_node *map, int depth, bool inline_first)
{
    for (const struct hw_node *value = map->first; value != NULL; value = value->next) {
        if (!inline_first)
            fprintf(out, "%*s", depth * 2, "");
        inline_first = false;
        fprintf(out, "%s:", value->name);
        if (value->kind == HW_NODE_SCALAR || value->first == NULL) {
            fputc(' ', out);
            print_node(out, value, depth + 1, true);
        } else {
            fputc('\n', out);
            print_node(out, value, depth + 1, false);
        }
    }
}

static void print_node(FILE *out, const struct hw_node *node, int depth, bool inline_first)
{
    if (node->kind == HW_NODE_SCALAR) {
        print_text(out, node->text);
        fputc('\n', out);
    } else if (node->first == NULL) {
        fputs(node->kind == HW_NODE_LIST ? "[]\n" : "{}\n", out);
    } else if (node->kind == HW_NODE_LIST) {
        print_list(out, node, depth);
    } else {
        print_map(out, node, depth, inline_first);
    }
}

void hw_node_print(FILE *out, const struct hw_node *node)
{
    print_node(out, node, 0, false);
}
