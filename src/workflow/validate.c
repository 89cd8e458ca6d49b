/* What can be said of a step without its points. */
#include <stdlib.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/text.h"
#include "workflow/compile.h"

/* ---- ports ---- */

static const struct kin_input *input_of(const struct kin_declaration *d, size_t port)
{
    for (size_t i = 0; i < d->n_inputs; i++) {
        if (d->inputs[i].port == port)
            return &d->inputs[i];
    }
    return NULL;
}

static void check_ports(struct kin_compile *c, struct kin_declaration *d)
{
    const struct kin_kind *kind = d->step.kind;
    for (size_t i = 0; i < kin_kind_inputs(kind); i++) {
        const struct kin_port *port = &kind->inputs[i];
        bool needed = !(port->flags & KIN_PORT_OPTIONAL) && kin_kind_listing(kind) != (long)i;
        if (!needed || d->bad_property || input_of(d, i))
            continue;
        kin_report_error(&c->reporter, d->step.mark, "step '%s' needs the input '%s' (%s)",
                         d->step.name, port->name, port->type);
        d->broken = true;
    }
}

/* ---- types ---- */

/* The steps whose first output would fit, in the file's order. */
static void list_fitting(const struct kin_compile *c, const struct kin_declaration *d,
                         const struct kin_port *port, struct kin_text *out)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n_steps; i++) {
        const struct kin_kind *kind = c->steps[i].step.kind;
        for (size_t o = 0; kind && &c->steps[i] != d && o < kin_kind_outputs(kind); o++) {
            if (!kin_port_accepts(port, kind->outputs[o].type) || ++n > KIN_LISTED)
                continue;
            kin_text_addf(out, "%s%s%s%s", n == 1 ? "; these fit: " : ", ", c->steps[i].step.name,
                          o ? "." : "", o ? kind->outputs[o].name : "");
        }
    }
    if (n > KIN_LISTED)
        kin_text_addf(out, " and %zu more", n - KIN_LISTED);
    if (n == 0)
        kin_text_add(out, "; no step here gives that");
}

static void check_type(struct kin_compile *c, struct kin_declaration *d,
                       const struct kin_input *input, const struct kin_reference *reference)
{
    if (reference->step == KIN_NO_STEP || c->steps[reference->step].bad_outputs)
        return;
    const struct kin_kind *from = c->steps[reference->step].step.kind;
    const struct kin_port *port = &d->step.kind->inputs[input->port];
    const struct kin_output *output = from ? &from->outputs[reference->output] : NULL;
    if (!from || kin_port_accepts(port, output->type))
        return;
    struct kin_text fitting = {0};
    list_fitting(c, d, port, &fitting);
    kin_report_error(&c->reporter, reference->node->mark,
                     "input '%s' of kind '%s' takes %s, but '%s%s%s' gives %s%s", port->name,
                     d->step.kind->name, port->type, reference->selector.step,
                     reference->selector.output ? "." : "",
                     reference->selector.output ? reference->selector.output : "", output->type,
                     kin_text_string(&fitting));
    c->reporter.failed |= fitting.failed;
    kin_text_release(&fitting);
    d->broken = true;
}

static void check_types(struct kin_compile *c, struct kin_declaration *d)
{
    for (size_t i = 0; i < d->n_inputs; i++) {
        for (size_t j = 0; j < d->inputs[i].n_cases; j++) {
            const struct kin_case *one = &d->inputs[i].cases[j];
            for (size_t k = 0; k < one->n_references; k++)
                check_type(c, d, &d->inputs[i], &one->references[k]);
        }
    }
}

/* What one instance feeds to a port, where the arguments of the point narrow its types. */
static bool check_feed(struct kin_compile *c, const struct kin_declaration *d, size_t point,
                       const struct kin_operand *from, const struct kin_feed *feed)
{
    const struct kin_port *port = &d->step.kind->inputs[from->port];
    const char *wanted = kin_args_port_type(d->step.args[point], port);
    const struct kin_step *source = &c->steps[feed->step].step;
    const struct kin_output *output = &source->kind->outputs[feed->output];
    if (kin_types_accept(wanted, output->type))
        return true;
    struct kin_text name = {0};
    kin_instance_name(&d->step, point, &name);
    kin_report_error(&c->reporter, from->mark,
                     "input '%s' of '%s' takes %s with these parameters, but '%s' gives %s",
                     port->name, kin_text_string(&name), wanted, source->name, output->type);
    c->reporter.failed |= name.failed;
    kin_text_release(&name);
    return false;
}

/* One message for each port. */
static void check_narrowed_port(struct kin_compile *c, const struct kin_declaration *d,
                                const struct kin_joined *joined, size_t k)
{
    const struct kin_operand *from = &joined->operands[k];
    for (size_t p = 0; from->port != SIZE_MAX && p < d->step.n_points; p++) {
        uint32_t row = joined->rows[p * joined->stride + k];
        for (size_t f = from->start[row]; f < from->start[row + 1]; f++) {
            if (!check_feed(c, d, p, from, &from->feeds[f]))
                return;
        }
    }
}

void kin_types_check_narrowed(struct kin_compile *c, const struct kin_declaration *d,
                              const struct kin_joined *joined)
{
    for (size_t k = 0; d->step.kind->narrow && k < joined->n_operands; k++)
        check_narrowed_port(c, d, joined, k);
}

/* ---- parameters ---- */

/* The axes under `for`, as far as they can be read: calls visit for each name. */
static void each_for_axis(const struct kin_declaration *d,
                          void (*visit)(void *context, const struct kin_node *key), void *context)
{
    const struct kin_node *node = d->for_each;
    size_t n = !node ? 0 : node->type == KIN_NODE_LIST ? node->n : 1;
    for (size_t i = 0; i < n; i++) {
        const struct kin_node *product = node->type == KIN_NODE_LIST ? node->items[i] : node;
        for (size_t j = 0; product->type == KIN_NODE_MAP && j < product->n; j++)
            visit(context, product->keys[j]);
    }
}

struct axis_search {
    const struct kin_kind *kind;
    const char *name;
    bool exact;                  /* an axis of that very name */
    const struct kin_node *near; /* the first whose name was probably meant to be it */
};

static void look_at_axis(void *context, const struct kin_node *key)
{
    struct axis_search *search = context;
    if (strcmp(key->text, search->name) == 0)
        search->exact = true;
    else if (!search->near && !kin_kind_param(search->kind, key->text) &&
             kin_nearest_name(key->text, &search->name, 1))
        search->near = key;
}

static const struct kin_assignment *assignment_of(const struct kin_declaration *d, size_t param)
{
    for (size_t i = 0; i < d->n_assignments; i++) {
        if (d->assignments[i].param == param)
            return &d->assignments[i];
    }
    return NULL;
}

/* A required parameter that nobody sets: an axis of nearly that name is the likelier mistake. */
static void report_missing(struct kin_compile *c, struct kin_declaration *d,
                           const struct kin_param *param, const struct kin_node *near)
{
    if (near) {
        kin_report_error(&c->reporter, near->mark,
                         "unknown parameter '%s' of kind '%s'; did you mean '%s'?", near->text,
                         d->step.kind->name, param->name);
        d->bad_axes = true;
        return;
    }
    kin_report_error(&c->reporter, d->step.mark, "step '%s' needs the parameter '%s' of kind '%s'",
                     d->step.name, param->name, d->step.kind->name);
}

static void check_parameters(struct kin_compile *c, struct kin_declaration *d)
{
    const struct kin_kind *kind = d->step.kind;
    for (size_t i = 0; i < kin_kind_params(kind); i++) {
        const struct kin_param *param = &kind->params[i];
        const struct kin_assignment *given = assignment_of(d, i);
        struct axis_search search = {.kind = kind, .name = param->name};
        if (!given && (param->fallback || d->bad_property) && !d->for_each)
            continue;
        each_for_axis(d, look_at_axis, &search);
        if (given && search.exact)
            kin_report_error(&c->reporter, given->key,
                             "parameter '%s' is set here and by the axis of that name under 'for'",
                             param->name);
        else if (!given && !search.exact && !param->fallback && !d->bad_property)
            report_missing(c, d, param, search.near);
    }
}

void kin_declaration_check(struct kin_compile *c, struct kin_declaration *d)
{
    if (!d->step.kind)
        return;
    check_ports(c, d);
    check_types(c, d);
    check_parameters(c, d);
}

/* ---- results ---- */

static int compare_files(const void *a, const void *b)
{
    const struct kin_declaration *const *x = a;
    const struct kin_declaration *const *y = b;
    int order = strcmp((*x)->step.file, (*y)->step.file);
    return order != 0 ? order : *x < *y ? -1 : *x > *y;
}

static void check_result(struct kin_compile *c, const struct kin_declaration *d)
{
    if (!d->step.kind)
        return;
    const char *name = d->step.kind->outputs[0].type;
    const struct kin_type *type = c->registry->type_find(name, strlen(name));
    if (type && type->element)
        kin_report_error(
            &c->reporter, d->file_mark,
            "step '%s' gives a collection (%s), which is no single file; 'kindred get' "
            "writes its items",
            d->step.name, name);
    else if (!d->broken && d->step.n_points > 1)
        kin_report_error(&c->reporter, d->file_mark,
                         "step '%s' has %zu points and one file; gather them with 'over: all'",
                         d->step.name, d->step.n_points);
}

int kin_results_check(struct kin_compile *c, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) const struct kin_declaration **writers = NULL;
    size_t n = 0;
    KIN_TRY(kin_alloc_into(&writers, c->n_steps, sizeof(struct kin_declaration *), err));
    for (size_t i = 0; i < c->n_steps; i++) {
        if (!c->steps[i].step.file)
            continue;
        check_result(c, &c->steps[i]);
        writers[n++] = &c->steps[i];
    }
    qsort(writers, n, sizeof(struct kin_declaration *), compare_files);
    for (size_t i = 1; i < n; i++) {
        if (strcmp(writers[i - 1]->step.file, writers[i]->step.file) == 0)
            kin_report_error(&c->reporter, writers[i]->file_mark,
                             "step '%s' writes '%s', and so does step '%s' in line %zu",
                             writers[i]->step.name, writers[i]->step.file,
                             writers[i - 1]->step.name, writers[i - 1]->step.mark.line);
    }
    return 0;
}
