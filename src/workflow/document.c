#include "workflow/document.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "kindred/memory.h"
#include "kindred/text.h"

/* ---- what libyaml says ---- */

/* The place of a byte, for errors that libyaml gives without one. */
static struct kin_mark mark_of_byte(const char *text, size_t length, size_t offset)
{
    struct kin_mark mark = {1, 1, 1};
    for (size_t i = 0; i < offset && i < length; i++) {
        if (text[i] == '\n') {
            mark.line++;
            mark.column = 1;
        } else if (((unsigned char)text[i] & 0xC0) != 0x80) {
            mark.column++;
        }
    }
    return mark;
}

/* The character at a place of the file; NUL when there is none. */
static char character_at(const char *text, size_t length, size_t line, size_t column)
{
    size_t at_line = 1;
    size_t at_column = 1;
    for (size_t i = 0; i < length; i++) {
        if (at_line == line && at_column == column)
            return text[i];
        at_column++;
        if (text[i] == '\n') {
            at_line++;
            at_column = 1;
        }
    }
    return '\0';
}

static const char *syntax_hint(const yaml_parser_t *parser, char found)
{
    if (found == '\t')
        return " (tabs cannot indent; use spaces)";
    if (found == '[' || found == '{')
        return " (between braces, quote a text that holds [ ] { } or a comma)";
    if (parser->context && strstr(parser->context, "flow") != NULL)
        return " (is a comma or a closing bracket missing, or does a text need quotes?)";
    return "";
}

static int report_syntax(const yaml_parser_t *parser, const char *text, size_t length,
                         struct kin_reporter *reporter, struct kin_error *err)
{
    if (parser->error == YAML_MEMORY_ERROR)
        return kin_fail(err, KIN_ENOMEM, "no memory to read YAML");
    const char *problem = parser->problem ? parser->problem : "unreadable";
    if (parser->error == YAML_READER_ERROR) {
        kin_report_error(reporter, mark_of_byte(text, length, parser->problem_offset),
                         "not UTF-8 text: %s", problem);
        return 0;
    }
    struct kin_mark mark = {parser->problem_mark.line + 1, parser->problem_mark.column + 1, 1};
    const char *hint = syntax_hint(parser, character_at(text, length, mark.line, mark.column));
    if (parser->context && parser->context_mark.line + 1 < mark.line)
        kin_report_error(reporter, mark, "YAML: %s %s that starts in line %zu%s", problem,
                         parser->context, parser->context_mark.line + 1, hint);
    else
        kin_report_error(reporter, mark, "YAML: %s%s%s%s", problem, parser->context ? " " : "",
                         parser->context ? parser->context : "", hint);
    return 0;
}

/* ---- nodes ---- */

struct builder {
    yaml_document_t *yaml;
    struct kin_node *nodes; /* nodes[i]: of libyaml's node i + 1 */
    struct kin_arena *arena;
    struct kin_reporter *reporter;
};

static const struct kin_node *node_of(const struct builder *builder, int id)
{
    return &builder->nodes[id - 1];
}

static struct kin_mark mark_of(const yaml_node_t *yaml)
{
    struct kin_mark mark = {yaml->start_mark.line + 1, yaml->start_mark.column + 1, 1};
    if (yaml->end_mark.line == yaml->start_mark.line &&
        yaml->end_mark.column > yaml->start_mark.column)
        mark.length = yaml->end_mark.column - yaml->start_mark.column;
    return mark;
}

static int build_scalar(const struct builder *builder, const yaml_node_t *yaml,
                        struct kin_node *node, struct kin_error *err)
{
    const char *text = (const char *)yaml->data.scalar.value;
    size_t length = yaml->data.scalar.length;
    if (memchr(text, '\0', length)) {
        kin_report_error(builder->reporter, node->mark, "a text may not hold a NUL character");
    }
    node->type = KIN_NODE_SCALAR;
    node->quoted = yaml->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return kin_arena_text(builder->arena, text, length, &node->text, err);
}

static int build_list(const struct builder *builder, const yaml_node_t *yaml, struct kin_node *node,
                      struct kin_error *err)
{
    const yaml_node_item_t *first = yaml->data.sequence.items.start;
    node->type = KIN_NODE_LIST;
    node->n = (size_t)(yaml->data.sequence.items.top - first);
    const struct kin_node **items;
    KIN_TRY(kin_arena_take(builder->arena, &items, node->n, sizeof(struct kin_node *), err));
    for (size_t i = 0; i < node->n; i++)
        items[i] = node_of(builder, first[i]);
    node->items = items;
    return 0;
}

/* A key and where it is in its map. */
struct key_place {
    const struct kin_node *key;
    size_t index;
};

static int compare_keys(const void *a, const void *b)
{
    const struct key_place *x = a;
    const struct key_place *y = b;
    int order = strcmp(x->key->text, y->key->text);
    return order != 0 ? order : x->index < y->index ? -1 : x->index > y->index;
}

/* Drops the pairs without a key. */
static void compact_map(struct kin_node *map, const struct kin_node **keys,
                        const struct kin_node **items)
{
    size_t kept = 0;
    for (size_t i = 0; i < map->n; i++) {
        if (keys[i]) {
            keys[kept] = keys[i];
            items[kept++] = items[i];
        }
    }
    map->n = kept;
}

/* No two keys of a map are alike: the first counts, so that the rest is checked as well. */
static int drop_duplicates(struct builder *builder, struct kin_node *map,
                           const struct kin_node **keys, const struct kin_node **items,
                           struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) struct key_place *sorted = NULL;
    KIN_TRY(kin_alloc_into(&sorted, map->n, sizeof *sorted, err));
    for (size_t i = 0; i < map->n; i++)
        sorted[i] = (struct key_place){keys[i], i};
    qsort(sorted, map->n, sizeof *sorted, compare_keys);
    size_t first = 0;
    for (size_t i = 1; i < map->n; i++) {
        if (strcmp(sorted[first].key->text, sorted[i].key->text) != 0) {
            first = i;
            continue;
        }
        kin_report_error(builder->reporter, sorted[i].key->mark,
                         "'%s' is given twice, first in line %zu", sorted[i].key->text,
                         sorted[first].key->mark.line);
        keys[sorted[i].index] = NULL;
    }
    compact_map(map, keys, items);
    return 0;
}

static int build_map(struct builder *builder, const yaml_node_t *yaml, struct kin_node *node,
                     struct kin_error *err)
{
    const yaml_node_pair_t *first = yaml->data.mapping.pairs.start;
    node->type = KIN_NODE_MAP;
    node->n = (size_t)(yaml->data.mapping.pairs.top - first);
    const struct kin_node **keys, **items;
    KIN_TRY(kin_arena_take(builder->arena, &keys, node->n, sizeof(struct kin_node *), err));
    KIN_TRY(kin_arena_take(builder->arena, &items, node->n, sizeof(struct kin_node *), err));
    for (size_t i = 0; i < node->n; i++) {
        keys[i] = node_of(builder, first[i].key);
        items[i] = node_of(builder, first[i].value);
        if (keys[i]->type != KIN_NODE_SCALAR) {
            kin_report_error(builder->reporter, keys[i]->mark, "a key must be a plain name");
            keys[i] = NULL;
        }
    }
    compact_map(node, keys, items);
    node->keys = keys;
    node->items = items;
    return drop_duplicates(builder, node, keys, items, err);
}

/* In two rounds: a map looks at its keys, which may come later in the list. */
static int build_nodes(struct builder *builder, struct kin_error *err)
{
    const yaml_node_t *first = builder->yaml->nodes.start;
    size_t n = (size_t)(builder->yaml->nodes.top - first);
    KIN_TRY(kin_arena_take(builder->arena, &builder->nodes, n, sizeof *builder->nodes, err));
    for (size_t i = 0; i < n; i++) {
        builder->nodes[i].mark = mark_of(&first[i]);
        if (first[i].type == YAML_SCALAR_NODE)
            KIN_TRY(build_scalar(builder, &first[i], &builder->nodes[i], err));
        else
            builder->nodes[i].type = KIN_NODE_LIST; /* at least no scalar */
    }
    for (size_t i = 0; i < n; i++) {
        if (first[i].type == YAML_SEQUENCE_NODE)
            KIN_TRY(build_list(builder, &first[i], &builder->nodes[i], err));
        else if (first[i].type == YAML_MAPPING_NODE)
            KIN_TRY(build_map(builder, &first[i], &builder->nodes[i], err));
    }
    return 0;
}

static int read_document(yaml_document_t *yaml, struct kin_arena *arena,
                         struct kin_reporter *reporter, const struct kin_node **root,
                         struct kin_error *err)
{
    struct builder builder = {.yaml = yaml, .arena = arena, .reporter = reporter};
    if (!yaml_document_get_root_node(yaml)) {
        kin_report_error(reporter, (struct kin_mark){0}, "the workflow is empty");
        return 0;
    }
    KIN_TRY(build_nodes(&builder, err));
    *root = builder.nodes; /* libyaml's first node is the root */
    return 0;
}

/* A second document would be ignored without a word. */
static int refuse_more(yaml_parser_t *parser, const char *text, size_t length,
                       struct kin_reporter *reporter, const struct kin_node **root,
                       struct kin_error *err)
{
    yaml_document_t yaml;
    if (!yaml_parser_load(parser, &yaml)) {
        *root = NULL;
        return report_syntax(parser, text, length, reporter, err);
    }
    if (yaml_document_get_root_node(&yaml)) {
        struct kin_mark mark = {yaml.start_mark.line + 1, yaml.start_mark.column + 1, 1};
        kin_report_error(reporter, mark, "a second document starts here; a workflow is one");
        *root = NULL;
    }
    yaml_document_delete(&yaml);
    return 0;
}

int kin_document_read(const char *text, size_t length, struct kin_arena *arena,
                      struct kin_reporter *reporter, const struct kin_node **root,
                      struct kin_error *err)
{
    yaml_parser_t parser;
    yaml_document_t yaml;
    *root = NULL;
    if (!yaml_parser_initialize(&parser))
        return kin_fail(err, KIN_ENOMEM, "no memory to read YAML");
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    int status;
    if (yaml_parser_load(&parser, &yaml)) {
        bool empty = yaml_document_get_root_node(&yaml) == NULL;
        status = read_document(&yaml, arena, reporter, root, err);
        yaml_document_delete(&yaml);
        if (status == 0 && !empty)
            status = refuse_more(&parser, text, length, reporter, root, err);
    } else {
        status = report_syntax(&parser, text, length, reporter, err);
    }
    yaml_parser_delete(&parser);
    return status;
}

const struct kin_node *kin_node_get(const struct kin_node *map, const char *key)
{
    for (size_t i = 0; map->type == KIN_NODE_MAP && i < map->n; i++) {
        if (strcmp(map->keys[i]->text, key) == 0)
            return map->items[i];
    }
    return NULL;
}

bool kin_node_is_null(const struct kin_node *node)
{
    if (node->type != KIN_NODE_SCALAR || node->quoted)
        return false;
    return node->text[0] == '\0' || strcmp(node->text, "~") == 0 || strcmp(node->text, "null") == 0;
}

const char *kin_workflow_library(void)
{
    return yaml_get_version_string();
}
