#include <stdlib.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/text.h"
#include "workflow/compile.h"

const char *kin_variable_name(const struct kin_node *node)
{
    if (node->type != KIN_NODE_SCALAR || node->text[0] != '$')
        return NULL;
    return kin_name_is_good(node->text + 1) ? node->text + 1 : NULL;
}

const struct kin_variable *kin_variable_use(struct kin_compile *c, const char *name)
{
    for (size_t i = 0; i < c->n_variables; i++) {
        if (strcmp(c->variables[i].name, name) == 0) {
            c->variables[i].used = true;
            return &c->variables[i];
        }
    }
    return NULL;
}

/* ---- ${ENVIRONMENT} ---- */

static void add_environment(struct kin_compile *c, const struct kin_node *node, const char *name,
                            size_t length, struct kin_text *out)
{
    char *copy = kin_alloc(length + 1, 1);
    if (!copy) {
        out->failed = true;
        return;
    }
    memcpy(copy, name, length);
    const char *value = getenv(copy);
    if (value) {
        kin_text_add(out, value);
    } else {
        kin_text_addf(out, "${%s}", copy);
        kin_report_warning(&c->reporter, node->mark,
                           "the environment variable '%s' is not set; '${%s}' stays as it is", copy,
                           copy);
    }
    kin_free(copy);
}

int kin_variables_expand(struct kin_compile *c, const struct kin_node *node, const char **out,
                         struct kin_error *err)
{
    *out = node->text;
    if (!strchr(node->text, '$'))
        return 0;
    struct kin_text text = {0};
    for (const char *p = node->text; *p; p++) {
        const char *close = p[0] == '$' && p[1] == '{' ? strchr(p, '}') : NULL;
        if (close) {
            add_environment(c, node, p + 2, (size_t)(close - p) - 2, &text);
            p = close;
        } else {
            kin_text_add_bytes(&text, p, 1);
            p += p[0] == '$' && p[1] == '$'; /* $$ is a dollar */
        }
    }
    int status = kin_text_check(&text, err);
    if (status == 0)
        status = kin_arena_text(&c->arena, kin_text_string(&text), text.length, out, err);
    kin_text_release(&text);
    return status;
}

/* A scalar with its environment filled in: itself when there is nothing to fill in. */
static int expanded_node(struct kin_compile *c, const struct kin_node *node,
                         const struct kin_node **out, struct kin_error *err)
{
    const char *text;
    *out = node;
    KIN_TRY(kin_variables_expand(c, node, &text, err));
    if (text == node->text)
        return 0;
    struct kin_node *copy;
    KIN_TRY(kin_arena_take(&c->arena, &copy, 1, sizeof *copy, err));
    *copy = *node;
    copy->text = text;
    *out = copy;
    return 0;
}

/* ---- vars ---- */

static int expanded_list(struct kin_compile *c, const struct kin_node *list,
                         const struct kin_node **out, struct kin_error *err)
{
    struct kin_node *copy;
    const struct kin_node **items;
    KIN_TRY(kin_arena_take(&c->arena, &copy, 1, sizeof *copy, err));
    KIN_TRY(kin_arena_take(&c->arena, &items, list->n, sizeof(struct kin_node *), err));
    *copy = *list;
    copy->items = items;
    for (size_t i = 0; i < list->n; i++)
        KIN_TRY(expanded_node(c, list->items[i], &items[i], err));
    *out = copy;
    return 0;
}

static bool is_plain_value(const struct kin_node *node)
{
    if (node->type == KIN_NODE_SCALAR)
        return true;
    for (size_t i = 0; node->type == KIN_NODE_LIST && i < node->n; i++) {
        if (node->items[i]->type != KIN_NODE_SCALAR)
            return false;
    }
    return node->type == KIN_NODE_LIST;
}

static int read_variable(struct kin_compile *c, const struct kin_node *key,
                         const struct kin_node *value, struct kin_error *err)
{
    if (!kin_name_is_good(key->text)) {
        kin_report_error(&c->reporter, key->mark,
                         "'%s' is no name for a variable: letters, digits, _ and -", key->text);
        return 0;
    }
    struct kin_variable *variable = &c->variables[c->n_variables++];
    *variable = (struct kin_variable){.name = key->text, .mark = key->mark, .value = value};
    if (!is_plain_value(value)) {
        kin_report_error(&c->reporter, value->mark,
                         "variable '%s' must be one value or a list of values", key->text);
        static const struct kin_node nothing = {.quoted = true, .text = ""};
        variable->value = &nothing;
        return 0;
    }
    if (value->type == KIN_NODE_LIST)
        return expanded_list(c, value, &variable->value, err);
    return expanded_node(c, value, &variable->value, err);
}

/* ---- --set ---- */

/* A value from the command line: «[0, 1, 2]» is a list, anything else a text. */
static int setting_node(struct kin_compile *c, const char *text, const struct kin_node **out,
                        struct kin_error *err)
{
    if (text[0] == '[') {
        struct kin_diagnostics unseen = {0};
        struct kin_reporter quiet = {.diagnostics = &unseen, .text = text, .length = strlen(text)};
        int status = kin_document_read(text, strlen(text), &c->arena, &quiet, out, err);
        bool good = unseen.errors == 0 && *out && is_plain_value(*out);
        kin_diagnostics_release(&unseen);
        if (status != 0 || good)
            return status;
    }
    struct kin_node *node;
    KIN_TRY(kin_arena_take(&c->arena, &node, 1, sizeof *node, err));
    KIN_TRY(kin_arena_text(&c->arena, text, strlen(text), &node->text, err));
    *out = node;
    return 0;
}

/* Nodes from the command line have no place in the file. */
static int without_marks(struct kin_compile *c, const struct kin_node *node,
                         const struct kin_node **out, struct kin_error *err)
{
    struct kin_node *copy;
    const struct kin_node **items;
    KIN_TRY(kin_arena_take(&c->arena, &copy, 1, sizeof *copy, err));
    *copy = *node;
    copy->mark = (struct kin_mark){0};
    *out = copy;
    if (node->type != KIN_NODE_LIST)
        return 0;
    KIN_TRY(kin_arena_take(&c->arena, &items, node->n, sizeof(struct kin_node *), err));
    copy->items = items;
    for (size_t i = 0; i < node->n; i++)
        KIN_TRY(without_marks(c, node->items[i], &items[i], err)); /* scalars: one level */
    return 0;
}

static int report_unknown_setting(struct kin_compile *c, const char *name, struct kin_error *err)
{
    char hint[KIN_HINT];
    const char **names;
    KIN_TRY(kin_arena_take(&c->arena, &names, c->n_variables, sizeof(char *), err));
    for (size_t i = 0; i < c->n_variables; i++)
        names[i] = c->variables[i].name;
    kin_report_error(&c->reporter, (struct kin_mark){0},
                     "--set: this workflow has no variable '%s'%s", name,
                     kin_hint(&c->reporter, name, names, c->n_variables, hint));
    return 0;
}

static int apply_setting(struct kin_compile *c, const struct kin_setting *setting,
                         struct kin_error *err)
{
    for (size_t i = 0; i < c->n_variables; i++) {
        struct kin_variable *variable = &c->variables[i];
        if (strcmp(variable->name, setting->name) == 0) {
            const struct kin_node *node;
            KIN_TRY(setting_node(c, setting->value, &node, err));
            KIN_TRY(without_marks(c, node, &variable->value, err));
            variable->is_set = true;
            return 0;
        }
    }
    return report_unknown_setting(c, setting->name, err);
}

int kin_variables_read(struct kin_compile *c, const struct kin_node *vars,
                       const struct kin_setting *settings, size_t n_settings, struct kin_error *err)
{
    if (vars && vars->type != KIN_NODE_MAP && !kin_node_is_null(vars)) {
        kin_report_error(&c->reporter, vars->mark, "'vars' must be a mapping of names to values");
    } else if (vars) {
        KIN_TRY(kin_arena_take(&c->arena, &c->variables, vars->n, sizeof *c->variables, err));
        for (size_t i = 0; i < vars->n; i++)
            KIN_TRY(read_variable(c, vars->keys[i], vars->items[i], err));
    }
    for (size_t i = 0; i < n_settings; i++)
        KIN_TRY(apply_setting(c, &settings[i], err));
    return 0;
}

void kin_variables_warn_unused(struct kin_compile *c)
{
    for (size_t i = 0; i < c->n_variables; i++) {
        if (!c->variables[i].used)
            kin_report_warning(&c->reporter, c->variables[i].mark, "variable '%s' is never used",
                               c->variables[i].name);
    }
}

/* ---- values ---- */

static int report_unknown(struct kin_compile *c, const struct kin_node *node, const char *name,
                          struct kin_error *err)
{
    char hint[KIN_HINT];
    const char **names;
    KIN_TRY(kin_arena_take(&c->arena, &names, c->n_variables, sizeof(char *), err));
    for (size_t i = 0; i < c->n_variables; i++)
        names[i] = c->variables[i].name;
    kin_report_error(&c->reporter, node->mark, "there is no variable '%s'%s", name,
                     kin_hint(&c->reporter, name, names, c->n_variables, hint));
    return 0;
}

/* A growing list of written values in the arena of the compilation. */
struct gathering {
    struct kin_written *list;
    size_t n, capacity;
};

static int gather(struct kin_compile *c, struct gathering *g, const struct kin_node *node,
                  struct kin_mark use, struct kin_error *err)
{
    if (g->n == g->capacity) {
        struct kin_written *more;
        size_t capacity = g->capacity ? g->capacity * 2 : 4;
        KIN_TRY(kin_arena_take(&c->arena, &more, capacity, sizeof *more, err));
        if (g->n > 0)
            memcpy(more, g->list, g->n * sizeof *more);
        g->list = more;
        g->capacity = capacity;
    }
    g->list[g->n++] = (struct kin_written){node, node->mark.line > 0 ? node->mark : use};
    return 0;
}

/* One scalar: itself, or what its variable holds. */
static int gather_scalar(struct kin_compile *c, struct gathering *g, const struct kin_node *node,
                         const char *what, bool *ok, struct kin_error *err)
{
    const char *name = kin_variable_name(node);
    if (!name) {
        const struct kin_node *expanded;
        if (kin_node_is_null(node)) {
            kin_report_error(&c->reporter, node->mark, "%s has no value", what);
            *ok = false;
        }
        KIN_TRY(expanded_node(c, node, &expanded, err));
        return gather(c, g, expanded, node->mark, err);
    }
    const struct kin_variable *variable = kin_variable_use(c, name);
    if (!variable) {
        *ok = false;
        return report_unknown(c, node, name, err);
    }
    const struct kin_node *value = variable->value;
    if (value->type == KIN_NODE_SCALAR)
        return gather(c, g, value, node->mark, err);
    for (size_t i = 0; i < value->n; i++)
        KIN_TRY(gather(c, g, value->items[i], node->mark, err));
    return 0;
}

int kin_variables_list(struct kin_compile *c, const struct kin_node *node, const char *what,
                       struct kin_written **out, size_t *n, struct kin_error *err)
{
    struct gathering g = {0};
    bool ok = is_plain_value(node);
    *out = NULL;
    if (!ok) {
        kin_report_error(&c->reporter, node->mark, "%s must be one value or a list of values",
                         what);
        return 0;
    }
    if (node->type == KIN_NODE_SCALAR)
        KIN_TRY(gather_scalar(c, &g, node, what, &ok, err));
    for (size_t i = 0; node->type == KIN_NODE_LIST && i < node->n; i++)
        KIN_TRY(gather_scalar(c, &g, node->items[i], what, &ok, err));
    if (!g.list) /* an empty list is a list */
        KIN_TRY(kin_arena_take(&c->arena, &g.list, 1, sizeof *g.list, err));
    if (ok)
        *out = g.list;
    *n = g.n;
    return 0;
}

int kin_variables_scalar(struct kin_compile *c, const struct kin_node *node, const char *what,
                         struct kin_written *out, struct kin_error *err)
{
    struct kin_written *list;
    size_t n;
    out->node = NULL;
    if (node->type != KIN_NODE_SCALAR) {
        kin_report_error(&c->reporter, node->mark, "%s must be one value", what);
        return 0;
    }
    KIN_TRY(kin_variables_list(c, node, what, &list, &n, err));
    if (list && n != 1)
        kin_report_error(&c->reporter, node->mark, "%s must be one value, not a list", what);
    else if (list)
        *out = list[0];
    return 0;
}
