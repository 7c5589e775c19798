/*
 * tree.h - a YAML document as a tree that remembers where each value was written.
 *
 * A tree is built from several texts (defaults, file, environment, --set) and owns all its nodes
 * and texts until hw_tree_free().  Aliases are expanded; a document that would grow past
 * HW_TREE_NODES_MAX nodes or HW_TREE_DEPTH_MAX levels is refused.  One thread.
 */
#ifndef HW_CONFIG_TREE_H
#define HW_CONFIG_TREE_H

#include "homeward/slice.h"

#include <stdio.h>

enum { HW_TREE_NODES_MAX = 1000000, HW_TREE_DEPTH_MAX = 16 };

enum hw_node_kind { HW_NODE_SCALAR, HW_NODE_LIST, HW_NODE_MAP };

struct hw_node {
    enum hw_node_kind kind;
    bool empty;         /* a plain scalar of nothing, ~ or null: no value was given */
    const char *name;   /* its key, in a map; else NULL */
    const char *text;   /* of a scalar */
    const char *origin; /* name of the file, variable or option it came from */
    unsigned line;      /* from 1; 0: not from a file */
    unsigned column;    /* from 1; of the key, in a map; else of the value */
    struct hw_node *first;
    struct hw_node *next;
};

struct hw_tree {
    struct hw_tree_block *blocks;
    unsigned nodes_count;
};

/* Who is told what is wrong: complete lines without a newline; borrowed for the call. */
struct hw_report {
    void (*say)(void *context, const char *line);
    void *context;
    unsigned errors;
};

/* Count an error and say it: "FILE:LINE:COLUMN: PATH: ..."; node and path may be NULL. */
__attribute__((format(printf, 4, 5))) void hw_report_error(struct hw_report *report,
    const struct hw_node *node, const char *path, const char *format, ...);

/*
 * Say that memory ran out and end the process with 1.  For a configuration (read in part it is
 * none) and for commands that print: what the journal holds is not touched by the end of a process.
 */
_Noreturn void hw_no_memory(void);

void hw_tree_free(struct hw_tree *tree);

/* Zero-filled memory, or a copy of a text, that lives as long as the tree. */
void *hw_tree_take(struct hw_tree *tree, size_t size);
const char *hw_tree_text(struct hw_tree *tree, struct hw_slice text);

struct hw_node *hw_tree_scalar(struct hw_tree *tree, const char *text, const char *origin);
struct hw_node *hw_tree_map(struct hw_tree *tree, const char *origin);

/*
 * The document in text; an empty one is an empty map.  with_lines: origin is a file, positions
 * count.  NULL with the reason reported when it is not one YAML document.
 */
struct hw_node *hw_tree_parse(struct hw_tree *tree, const char *origin, bool with_lines,
    struct hw_slice text, struct hw_report *report);

/* The value under a name; NULL: none. */
struct hw_node *hw_node_find(const struct hw_node *map, const char *name);

/* Append to a list, or to a map, where node->name must be set; a value of that name goes. */
void hw_node_append(struct hw_node *parent, struct hw_node *node);
void hw_node_put(struct hw_node *map, struct hw_node *node);

/* Write a tree as YAML in block style. */
void hw_node_print(FILE *out, const struct hw_node *node);

#endif
