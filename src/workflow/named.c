/*
 * Kinds whose ports a step names (KIN_PORT_NAMED, KIN_OUTPUT_NAMED): the step gets a copy of the
 * kind that has them, so that whoever reads step.kind sees ports like any others.
 */
#include <string.h>

#include "kindred/memory.h"
#include "kindred/text.h"
#include "workflow/compile.h"

static const struct kin_output *named_output(const struct kin_kind *kind)
{
    for (size_t i = 0; i < kin_kind_outputs(kind); i++) {
        if (kind->outputs[i].flags & KIN_OUTPUT_NAMED)
            return &kind->outputs[i];
    }
    return NULL;
}

static const struct kin_port *named_port(const struct kin_kind *kind)
{
    for (size_t i = 0; i < kin_kind_inputs(kind); i++) {
        if (kind->inputs[i].flags & KIN_PORT_NAMED)
            return &kind->inputs[i];
    }
    return NULL;
}

bool kin_names_outputs(const struct kin_declaration *d, const char *property)
{
    const struct kin_output *output = named_output(d->declared);
    return output && strcmp(output->name, property) == 0;
}

/* A name of the step's choice, kept; *ok false: reported. */
static int take_name(struct kin_compile *c, const struct kin_node *key, const char *what,
                     const char **out, bool *ok, struct kin_error *err)
{
    *ok = kin_name_is_good(key->text);
    if (!*ok)
        kin_report_error(&c->reporter, key->mark,
                         "'%s' is no name for an %s: letters, digits, _ and -", key->text, what);
    return kin_arena_text(c->kept, key->text, strlen(key->text), out, err);
}

/* ---- inputs ---- */

static int name_port(struct kin_compile *c, struct kin_declaration *d, const struct kin_node *key,
                     const struct kin_port *of, struct kin_port *out, struct kin_error *err)
{
    bool ok;
    *out = *of;
    if (kin_node_get(d->node, "over"))
        out->mode = KIN_GATHER;
    KIN_TRY(take_name(c, key, "input", &out->name, &ok, err));
    if (ok && kin_kind_input(d->declared, key->text) >= 0) {
        kin_report_error(&c->reporter, key->mark, "kind '%s' has an input '%s' of its own",
                         d->declared->name, key->text);
        ok = false;
    }
    d->broken |= !ok;
    return 0;
}

static int name_inputs(struct kin_compile *c, struct kin_declaration *d, struct kin_kind *copy,
                       struct kin_error *err)
{
    const struct kin_port *of = named_port(d->declared);
    const struct kin_node *node = of ? kin_node_get(d->node, of->name) : NULL;
    if (!of)
        return 0;
    if (node && node->type != KIN_NODE_MAP) {
        kin_report_error(&c->reporter, node->mark, "'%s' must be a mapping: {NAME: step, …}",
                         of->name);
        d->broken = true;
        node = NULL;
    }
    struct kin_port *ports;
    size_t n = (size_t)(of - d->declared->inputs); /* it is the last */
    size_t n_named = node ? node->n : 0;
    KIN_TRY(kin_arena_take(c->kept, &ports, n + n_named + 1, sizeof *ports, err));
    memcpy(ports, d->declared->inputs, n * sizeof *ports);
    for (size_t i = 0; i < n_named; i++)
        KIN_TRY(name_port(c, d, node->keys[i], of, &ports[n + i], err));
    copy->inputs = ports;
    return 0;
}

int kin_named_inputs_read(struct kin_compile *c, struct kin_declaration *d,
                          const struct kin_node *value, struct kin_error *err)
{
    size_t first = (size_t)(named_port(d->declared) - d->declared->inputs);
    for (size_t i = 0; value->type == KIN_NODE_MAP && i < value->n; i++)
        KIN_TRY(kin_input_read(c, d, first + i, value->items[i], err));
    return 0;
}

/* ---- outputs ---- */

static void refuse_output(struct kin_compile *c, struct kin_declaration *d, struct kin_mark mark,
                          const char *name, const char *text)
{
    kin_report_error(&c->reporter, mark, "output '%s' %s", name, text);
    d->broken = d->bad_outputs = true;
}

/* The type itself, as the list of types spells it: it outlives the file's text. */
static void take_type(struct kin_compile *c, struct kin_declaration *d, const struct kin_node *node,
                      const struct kin_output *of, struct kin_output *out)
{
    size_t length = strlen(node->text);
    const struct kin_type *type = c->registry->type_find(node->text, length);
    if (type && kin_types_accept(of->type, type->name)) {
        out->type = type->name;
        return;
    }
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    kin_text_addf(&text, "is '%s', wanted ", node->text);
    for (const char *at = of->type; *at;) {
        size_t n = strcspn(at, "|");
        const char *next = at + n + (at[n] == '|');
        kin_text_add(&text, at == of->type ? "" : *next ? ", " : " or ");
        kin_text_add_bytes(&text, at, n);
        at = next;
    }
    refuse_output(c, d, node->mark, out->name, kin_text_string(&text));
}

static int take_columns(struct kin_compile *c, struct kin_declaration *d,
                        const struct kin_node *node, struct kin_output *out, struct kin_error *err)
{
    struct kin_written *written;
    const char **columns;
    size_t n;
    if (out->type && strcmp(out->type, "table") != 0) {
        refuse_output(c, d, node->mark, out->name, "has columns, and only a table has");
        return 0;
    }
    KIN_TRY(kin_variables_list(c, node, "a table's columns", &written, &n, err));
    if (!written) {
        d->broken = d->bad_outputs = true;
        return 0;
    }
    KIN_TRY(kin_arena_take(c->kept, &columns, n, sizeof *columns, err));
    for (size_t i = 0; i < n; i++)
        KIN_TRY(kin_arena_text(c->kept, written[i].node->text, strlen(written[i].node->text),
                               &columns[i], err));
    out->columns = columns;
    out->n_columns = n;
    return 0;
}

/* `fit: table`, or with its columns `fit: {table: [n, r_squared]}`. */
static int name_output(struct kin_compile *c, struct kin_declaration *d, const struct kin_node *key,
                       const struct kin_node *value, const struct kin_output *of,
                       struct kin_output *out, struct kin_error *err)
{
    bool ok;
    *out = *of;
    KIN_TRY(take_name(c, key, "output", &out->name, &ok, err));
    d->broken |= !ok;
    d->bad_outputs |= !ok;
    if (value->type == KIN_NODE_SCALAR) {
        take_type(c, d, value, of, out);
    } else if (value->type == KIN_NODE_MAP && value->n == 1) {
        take_type(c, d, value->keys[0], of, out);
        return take_columns(c, d, value->items[0], out, err);
    } else {
        refuse_output(c, d, value->mark, out->name, "takes a type, or {table: [column, …]}");
    }
    return 0;
}

static int name_outputs(struct kin_compile *c, struct kin_declaration *d, struct kin_kind *copy,
                        struct kin_error *err)
{
    const struct kin_output *of = named_output(d->declared);
    const struct kin_node *node = of ? kin_node_get(d->node, of->name) : NULL;
    if (!of)
        return 0;
    size_t n = (size_t)(of - d->declared->outputs); /* it is the last */
    if (!node || node->type != KIN_NODE_MAP || node->n == 0 || n + node->n > KIN_MOST_OUTPUTS) {
        kin_report_error(
            &c->reporter, node ? node->mark : d->step.mark,
            "step '%s' must say what it gives, '%s: {NAME: TYPE, …}', 1 to %zu of them",
            d->step.name, of->name, KIN_MOST_OUTPUTS - n);
        d->broken = d->bad_outputs = true;
        return 0;
    }
    struct kin_output *outputs;
    KIN_TRY(kin_arena_take(c->kept, &outputs, n + node->n + 1, sizeof *outputs, err));
    memcpy(outputs, d->declared->outputs, n * sizeof *outputs);
    for (size_t i = 0; i < node->n; i++)
        KIN_TRY(name_output(c, d, node->keys[i], node->items[i], of, &outputs[n + i], err));
    copy->outputs = outputs;
    return 0;
}

int kin_ports_name(struct kin_compile *c, struct kin_declaration *d, struct kin_error *err)
{
    d->declared = d->step.kind;
    if (!named_port(d->declared) && !named_output(d->declared))
        return 0;
    struct kin_kind *copy;
    KIN_TRY(kin_arena_take(c->kept, &copy, 1, sizeof *copy, err));
    *copy = *d->declared;
    KIN_TRY(name_inputs(c, d, copy, err));
    KIN_TRY(name_outputs(c, d, copy, err));
    d->step.kind = copy;
    return 0;
}
