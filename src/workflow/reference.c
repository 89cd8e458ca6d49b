/* References: what a workflow writes behind a port's name. */
#include <string.h>

#include "kindred/text.h"
#include "workflow/compile.h"

static const char *port_name(const struct kin_declaration *d, size_t port)
{
    return d->step.kind->inputs[port].name;
}

static int read_reference(struct kin_compile *c, struct kin_declaration *d,
                          const struct kin_node *node, struct kin_reference *out,
                          struct kin_error *err)
{
    struct kin_error why = {0};
    *out = (struct kin_reference){.node = node, .step = KIN_NO_STEP};
    int status = kin_selector_parse(node->text, &c->arena, &out->selector, &why);
    if (status == 0)
        return 0;
    if (status != KIN_EINVAL)
        return kin_fail(err, status, "%s", why.text);
    kin_report_error(&c->reporter, node->mark, "%s", why.text);
    out->selector = (struct kin_selector){0};
    d->broken = true;
    return 0;
}

static void refuse(struct kin_compile *c, struct kin_declaration *d, struct kin_mark mark,
                   const char *what, size_t port)
{
    kin_report_error(&c->reporter, mark, "input '%s' %s", port_name(d, port), what);
    d->broken = true;
}

/* One reference, or a list of them. */
static int read_case(struct kin_compile *c, struct kin_declaration *d, size_t port,
                     const struct kin_node *node, struct kin_case *out, struct kin_error *err)
{
    size_t n = node->type == KIN_NODE_LIST ? node->n : 1;
    if (kin_node_is_null(node) || n == 0) {
        refuse(c, d, node->mark, "has no step", port);
        return 0;
    }
    KIN_TRY(kin_arena_take(&c->arena, &out->references, n, sizeof *out->references, err));
    for (size_t i = 0; i < n; i++) {
        const struct kin_node *one = node->type == KIN_NODE_LIST ? node->items[i] : node;
        if (one->type != KIN_NODE_SCALAR) {
            refuse(c, d, one->mark, "takes a step, a list of steps, or {by: axis, VALUE: step, …}",
                   port);
            return 0;
        }
        KIN_TRY(read_reference(c, d, one, &out->references[out->n_references++], err));
    }
    return 0;
}

/* The axis named by `by:`, or false when it is none. */
static int read_by(struct kin_compile *c, struct kin_declaration *d, struct kin_input *input,
                   const struct kin_node *node, bool *ok, struct kin_error *err)
{
    const struct kin_node *by = kin_node_get(node, "by");
    *ok = by && by->type == KIN_NODE_SCALAR && kin_name_is_good(by->text);
    if (!*ok) {
        refuse(c, d, by ? by->mark : node->mark, "needs 'by: AXIS' in its mapping", input->port);
        return 0;
    }
    input->by_mark = by->mark;
    return kin_words_add(&c->words, by->text, &input->by, err);
}

static int read_cases(struct kin_compile *c, struct kin_declaration *d, struct kin_input *input,
                      const struct kin_node *node, struct kin_error *err)
{
    bool ok;
    KIN_TRY(read_by(c, d, input, node, &ok, err));
    if (!ok)
        return 0;
    KIN_TRY(kin_arena_take(&c->arena, &input->cases, node->n, sizeof *input->cases, err));
    for (size_t i = 0; i < node->n; i++) {
        const struct kin_node *key = node->keys[i];
        struct kin_case *one = &input->cases[input->n_cases];
        if (strcmp(key->text, "by") == 0)
            continue;
        one->mark = key->mark;
        if (strcmp(key->text, "else") != 0)
            KIN_TRY(kin_words_label(&c->words, key->text, key->quoted, &one->value, err));
        for (size_t j = 0; j < input->n_cases; j++) {
            if (input->cases[j].value == one->value)
                refuse(c, d, key->mark, "lists this value twice", input->port);
        }
        input->n_cases++;
        KIN_TRY(read_case(c, d, input->port, node->items[i], one, err));
    }
    if (input->n_cases == 0)
        refuse(c, d, node->mark, "has 'by' but no value to choose by", input->port);
    return 0;
}

int kin_input_read(struct kin_compile *c, struct kin_declaration *d, size_t port,
                   const struct kin_node *node, struct kin_error *err)
{
    struct kin_input *input = &d->inputs[d->n_inputs++];
    *input = (struct kin_input){.port = port, .node = node};
    if (node->type == KIN_NODE_MAP)
        return read_cases(c, d, input, node, err);
    KIN_TRY(kin_arena_take(&c->arena, &input->cases, 1, sizeof *input->cases, err));
    input->n_cases = 1;
    input->cases[0].mark = node->mark;
    return read_case(c, d, port, node, &input->cases[0], err);
}

/* ---- linking ---- */

static int report_unknown_step(struct kin_compile *c, const struct kin_reference *reference,
                               struct kin_error *err)
{
    char hint[KIN_HINT];
    const char **names;
    const char *name = reference->selector.step;
    if (name[0] == '$') {
        kin_report_error(&c->reporter, reference->node->mark,
                         "an input names a step; '%s' is written like a variable", name);
        return 0;
    }
    KIN_TRY(kin_arena_take(&c->scratch, &names, c->n_steps, sizeof(char *), err));
    for (size_t i = 0; i < c->n_steps; i++)
        names[i] = c->steps[i].step.name;
    kin_report_error(&c->reporter, reference->node->mark, "there is no step '%s'%s", name,
                     kin_hint(&c->reporter, name, names, c->n_steps, hint));
    return 0;
}

static int link_output(struct kin_compile *c, struct kin_declaration *d,
                       struct kin_reference *reference, struct kin_error *err)
{
    const struct kin_kind *kind = c->steps[reference->step].step.kind;
    const char *output = reference->selector.output;
    if (!kind || !output) /* an unknown kind has been reported */
        return 0;
    long found = kin_kind_output(kind, output);
    if (found >= 0) {
        reference->output = (size_t)found;
        return 0;
    }
    if (c->steps[reference->step].bad_outputs) {
        d->broken = true;
        return 0;
    }
    char hint[KIN_HINT];
    const char **names;
    size_t n = kin_kind_outputs(kind);
    KIN_TRY(kin_arena_take(&c->scratch, &names, n, sizeof(char *), err));
    for (size_t i = 0; i < n; i++)
        names[i] = kind->outputs[i].name;
    kin_report_error(&c->reporter, reference->node->mark,
                     "step '%s' (kind '%s') has no output '%s'%s", reference->selector.step,
                     kind->name, output, kin_hint(&c->reporter, output, names, n, hint));
    d->broken = true;
    return 0;
}

static int link_reference(struct kin_compile *c, struct kin_declaration *d,
                          struct kin_reference *reference, struct kin_error *err)
{
    if (!reference->selector.step) /* could not be read: reported */
        return 0;
    reference->step = kin_declaration_find(c, reference->selector.step);
    if (reference->step == KIN_NO_STEP) {
        d->broken = true;
        return report_unknown_step(c, reference, err);
    }
    if (&c->steps[reference->step] == d) {
        kin_report_error(&c->reporter, reference->node->mark, "step '%s' uses itself",
                         d->step.name);
        reference->step = KIN_NO_STEP;
        d->broken = true;
        return 0;
    }
    return link_output(c, d, reference, err);
}

int kin_references_link(struct kin_compile *c, struct kin_declaration *d, struct kin_error *err)
{
    for (size_t i = 0; i < d->n_inputs; i++) {
        for (size_t j = 0; j < d->inputs[i].n_cases; j++) {
            struct kin_case *one = &d->inputs[i].cases[j];
            for (size_t k = 0; k < one->n_references; k++)
                KIN_TRY(link_reference(c, d, &one->references[k], err));
        }
    }
    return 0;
}
