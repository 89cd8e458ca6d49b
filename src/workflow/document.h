/*
 * A YAML file as a tree of nodes that know where they stand. Aliases share the node of their
 * anchor.
 */
#ifndef KINDRED_WORKFLOW_DOCUMENT_H
#define KINDRED_WORKFLOW_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "kindred/workflow.h"
#include "workflow/arena.h"
#include "workflow/diagnostic.h"

enum kin_node_type { KIN_NODE_SCALAR, KIN_NODE_LIST, KIN_NODE_MAP };

struct kin_node {
    enum kin_node_type type;
    bool quoted; /* a scalar in quotes: never a number, never nothing */
    struct kin_mark mark;
    const char *text;                    /* of a scalar */
    size_t n;                            /* items of a list, pairs of a map */
    const struct kin_node *const *keys;  /* of a map: scalars, no two alike */
    const struct kin_node *const *items; /* of a list; the values of a map */
};

/* Reads one document. *root is NULL when it is no usable YAML, which has been reported then. All
 * nodes and texts live in the arena. */
int kin_document_read(const char *text, size_t length, struct kin_arena *arena,
                      struct kin_reporter *reporter, const struct kin_node **root,
                      struct kin_error *err);
/* The value of a key, or NULL. */
const struct kin_node *kin_node_get(const struct kin_node *map, const char *key);
/* Whether nothing was written: «key:», «~», «null». */
bool kin_node_is_null(const struct kin_node *node);

#endif
