#include "workflow/parameter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/text.h"

/* ---- reading values ---- */

/* Paths in a workflow are relative to its file. */
int kin_plan_text(struct kin_compile *c, const struct kin_param *param, const char *text,
                  const char **out, struct kin_error *err)
{
    *out = text;
    bool is_path = param->type == KIN_PARAM_PATH || param->type == KIN_PARAM_PATHS;
    if (!is_path || text[0] == '/' || text[0] == '\0')
        return 0;
    while (text[0] == '.' && text[1] == '/')
        text += 2;
    struct kin_text path = {0};
    kin_text_addf(&path, "%s/%s", strcmp(c->folder, "/") == 0 ? "" : c->folder, text);
    int status = kin_text_check(&path, err);
    if (status == 0)
        status = kin_arena_text(&c->arena, path.data, path.length, out, err);
    kin_text_release(&path);
    return status;
}

static bool is_list(const struct kin_compile *c, const struct kin_node *node)
{
    const char *name = kin_variable_name(node);
    for (size_t i = 0; name && i < c->n_variables; i++) {
        if (strcmp(c->variables[i].name, name) == 0)
            return c->variables[i].value->type == KIN_NODE_LIST;
    }
    return node->type == KIN_NODE_LIST;
}

/* *ok false: reported. */
int kin_plan_value(struct kin_compile *c, const struct kin_param *param,
                   const struct kin_node *node, struct kin_value_given *out, bool *ok,
                   struct kin_error *err)
{
    char what[100];
    struct kin_written *written;
    struct kin_literal *items;
    size_t n;
    snprintf(what, sizeof what, "parameter '%.80s'", param->name);
    KIN_TRY(kin_variables_list(c, node, what, &written, &n, err));
    *ok = written != NULL;
    if (!*ok)
        return 0;
    out->mark = out->shown = node->mark;
    if (!is_list(c, node)) {
        out->mark = written[0].node->mark;
        out->shown = written[0].mark;
        return kin_plan_text(c, param, written[0].node->text, &out->literal.text, err);
    }
    KIN_TRY(kin_arena_take(&c->arena, &items, n, sizeof *items, err));
    for (size_t i = 0; i < n; i++)
        KIN_TRY(kin_plan_text(c, param, written[i].node->text, &items[i].text, err));
    out->literal.n_items = n;
    out->literal.items = items;
    return 0;
}

/* ---- planning ---- */

struct planning {
    struct kin_compile *c;
    const struct kin_declaration *d;
    const struct kin_filters *filters;
    const struct kin_joined *joined;
    struct kin_plan *plan;
};

static int report_unknown_name(struct planning *p, const struct kin_node *node, const char *name,
                               struct kin_error *err)
{
    char hint[KIN_HINT];
    const char **names;
    const struct kin_relation *points = &p->joined->relation;
    size_t n = 0;
    KIN_TRY(kin_arena_take(&p->c->scratch, &names, p->c->n_variables + points->n_axes,
                           sizeof(char *), err));
    for (size_t i = 0; i < p->c->n_variables; i++)
        names[n++] = p->c->variables[i].name;
    for (size_t i = 0; i < points->n_axes; i++)
        names[n++] = kin_words_text(&p->c->words, points->axes[i]);
    kin_report_error(&p->c->reporter, node->mark,
                     "'%s' is neither a variable nor an axis of step '%s'%s", name, p->d->step.name,
                     kin_hint(&p->c->reporter, name, names, n, hint));
    p->plan->ok = false;
    return 0;
}

/* «$name»: an axis of the step, or a variable. *done: it is an axis, or was reported. */
static int plan_reference(struct planning *p, const struct kin_node *node, struct kin_planned *out,
                          bool *done, struct kin_error *err)
{
    const char *name = kin_variable_name(node);
    *done = false;
    if (!name)
        return 0;
    uint32_t axis = kin_words_find(&p->c->words, name);
    size_t column =
        axis == KIN_WORD_NONE ? KIN_NO_AXIS : kin_relation_axis(&p->joined->relation, axis);
    const struct kin_variable *variable = kin_variable_use(p->c, name);
    if (!variable && column == KIN_NO_AXIS) {
        *done = true;
        return report_unknown_name(p, node, name, err);
    }
    if (variable && column != KIN_NO_AXIS) {
        kin_report_error(&p->c->reporter, node->mark,
                         "'%s' is a variable (line %zu) and an axis of step '%s'; rename one", name,
                         variable->mark.line, p->d->step.name);
        p->plan->ok = false;
    }
    if (column != KIN_NO_AXIS) {
        out->origin = KIN_FOLLOWS_AXIS;
        out->axis = axis;
        out->column = column;
        out->value.mark = out->value.shown = node->mark;
        *done = true;
    }
    return 0;
}

static int compare_choices(const void *a, const void *b)
{
    const struct kin_choice *x = a;
    const struct kin_choice *y = b;
    return x->label < y->label ? -1 : x->label > y->label;
}

const struct kin_choice *kin_plan_choice(const struct kin_planned *planned, uint32_t label)
{
    struct kin_choice wanted = {.label = label};
    const struct kin_choice *found = NULL;
    if (planned->n_choices > 0 && label != KIN_WORD_NONE)
        found =
            bsearch(&wanted, planned->choices, planned->n_choices, sizeof wanted, compare_choices);
    return found ? found : planned->otherwise;
}

static int read_choice(struct planning *p, struct kin_planned *out, const struct kin_node *key,
                       const struct kin_node *value, struct kin_error *err)
{
    bool ok;
    struct kin_choice *choice = &out->choices[out->n_choices];
    bool is_else = strcmp(key->text, "else") == 0;
    if (is_else)
        KIN_TRY(kin_arena_take(&p->c->scratch, &choice, 1, sizeof *choice, err));
    else
        KIN_TRY(kin_words_label(&p->c->words, key->text, key->quoted, &choice->label, err));
    choice->key = key->mark;
    KIN_TRY(kin_plan_value(p->c, kin_param_of(p->d, out->param), value, &choice->value, &ok, err));
    p->plan->ok = p->plan->ok && ok;
    if (is_else)
        out->otherwise = choice;
    else
        out->n_choices++;
    return 0;
}

/* Whether `where:` left out the points of this value: then it may be listed all the same. */
static bool is_filtered_out(const struct planning *p, uint32_t axis, uint32_t label)
{
    for (size_t i = 0; i < p->filters->n; i++) {
        if (p->filters->list[i].axis == axis)
            return !kin_filter_lists(&p->filters->list[i], label);
    }
    return false;
}

/* Every value that is listed is one the axis has. */
static int check_choices(struct planning *p, const struct kin_planned *planned,
                         struct kin_error *err)
{
    uint32_t *labels;
    size_t n;
    char hint[KIN_HINT];
    KIN_TRY(kin_column_labels(p->c, &p->joined->relation, planned->column, &labels, &n, err));
    KIN_AUTO(kin_auto_free) bool *there = NULL;
    KIN_TRY(kin_alloc_into(&there, p->c->words.n + 1, sizeof *there, err));
    for (size_t i = 0; i < n; i++)
        there[labels[i]] = true;
    for (size_t i = 0; i < planned->n_choices; i++) {
        const struct kin_choice *choice = &planned->choices[i];
        const char *text = kin_words_text(&p->c->words, choice->label);
        bool twice = i > 0 && planned->choices[i - 1].label == choice->label;
        if (twice)
            kin_report_error(&p->c->reporter, choice->key, "'%s' is listed twice", text);
        else if (!there[choice->label] && !is_filtered_out(p, planned->axis, choice->label))
            kin_report_error(&p->c->reporter, choice->key, "axis '%s' has no value '%s' here%s",
                             kin_words_text(&p->c->words, planned->axis), text,
                             kin_hint_label(p->c, text, labels, n, hint));
        else
            continue;
        p->plan->ok = false;
    }
    return 0;
}

static int plan_choices(struct planning *p, const struct kin_node *node, struct kin_planned *out,
                        struct kin_error *err)
{
    char hint[KIN_HINT];
    const struct kin_node *by = kin_node_get(node, "by");
    out->origin = KIN_CHOSEN_BY;
    out->mark = node->mark;
    if (!by || by->type != KIN_NODE_SCALAR) {
        kin_report_error(&p->c->reporter, node->mark,
                         "parameter '%s' takes a value, or {by: axis, VALUE: value, …}",
                         kin_param_of(p->d, out->param)->name);
        p->plan->ok = false;
        return 0;
    }
    out->axis = kin_words_find(&p->c->words, by->text);
    out->column = out->axis == KIN_WORD_NONE ? KIN_NO_AXIS
                                             : kin_relation_axis(&p->joined->relation, out->axis);
    if (out->column == KIN_NO_AXIS) {
        kin_report_error(&p->c->reporter, by->mark, "step '%s' has no axis '%s'%s", p->d->step.name,
                         by->text, kin_hint_axis(p->c, by->text, &p->joined->relation, hint));
        p->plan->ok = false;
        return 0;
    }
    KIN_TRY(kin_arena_take(&p->c->scratch, &out->choices, node->n, sizeof *out->choices, err));
    for (size_t i = 0; i < node->n; i++) {
        if (node->items[i] != by)
            KIN_TRY(read_choice(p, out, node->keys[i], node->items[i], err));
    }
    if (out->n_choices > 0)
        qsort(out->choices, out->n_choices, sizeof *out->choices, compare_choices);
    return check_choices(p, out, err);
}

static int plan_assignment(struct planning *p, const struct kin_assignment *assignment,
                           struct kin_error *err)
{
    bool done;
    struct kin_planned *out = &p->plan->list[p->plan->n++];
    out->param = assignment->param;
    if (assignment->value->type == KIN_NODE_MAP)
        return plan_choices(p, assignment->value, out, err);
    KIN_TRY(plan_reference(p, assignment->value, out, &done, err));
    if (done)
        return 0;
    bool ok;
    KIN_TRY(kin_plan_value(p->c, kin_param_of(p->d, out->param), assignment->value, &out->value,
                           &ok, err));
    p->plan->ok = p->plan->ok && ok;
    return 0;
}

/* ---- the axes of `for` ---- */

static bool is_used_axis(const struct planning *p, uint32_t axis)
{
    for (size_t i = 0; i < p->plan->n; i++) {
        if (p->plan->list[i].origin != KIN_CONSTANT && p->plan->list[i].axis == axis)
            return true;
    }
    for (size_t k = 0; k < p->joined->n_operands; k++) {
        const struct kin_operand *one = &p->joined->operands[k];
        if (one->port != SIZE_MAX && kin_relation_axis(&one->relation, axis) != KIN_NO_AXIS)
            return true;
    }
    return false;
}

static int report_idle_axis(struct planning *p, const struct kin_for_axis *axis,
                            struct kin_error *err)
{
    const struct kin_kind *kind = p->d->step.kind;
    const char **names;
    char hint[KIN_HINT];
    size_t n = kin_kind_params(kind);
    const char *name = kin_words_text(&p->c->words, axis->axis);
    KIN_TRY(kin_arena_take(&p->c->scratch, &names, n, sizeof(char *), err));
    for (size_t i = 0; i < n; i++)
        names[i] = kind->params[i].name;
    kin_report_error(&p->c->reporter, axis->mark,
                     "axis '%s' changes nothing: it is no parameter of kind '%s', and nothing here "
                     "uses '$%s' or 'by: %s'%s",
                     name, kind->name, name, name, kin_hint(&p->c->reporter, name, names, n, hint));
    p->plan->ok = false;
    return 0;
}

/* An axis named like a parameter sets it; one of several values must change something. */
static int plan_for_axis(struct planning *p, const struct kin_for_axis *axis, bool *planned,
                         struct kin_error *err)
{
    const struct kin_kind *kind = p->d->step.kind;
    const struct kin_param *param = kin_kind_param(kind, kin_words_text(&p->c->words, axis->axis));
    if (!param)
        return axis->n > 1 && !p->d->bad_axes && !is_used_axis(p, axis->axis)
                   ? report_idle_axis(p, axis, err)
                   : 0;
    size_t index = (size_t)(param - kind->params);
    if (planned[index])
        return 0;
    planned[index] = true;
    if (param->flags & KIN_PARAM_APPLY_ONLY) {
        kin_report_error(&p->c->reporter, axis->mark,
                         "parameter '%s' of kind '%s' would make an item depend on its neighbours; "
                         "it is for 'kindred apply' alone",
                         param->name, kind->name);
        p->plan->ok = false;
    }
    p->plan->list[p->plan->n++] =
        (struct kin_planned){.param = index,
                             .origin = KIN_FOLLOWS_AXIS,
                             .axis = axis->axis,
                             .column = kin_relation_axis(&p->joined->relation, axis->axis)};
    return 0;
}

static int plan_for_axes(struct planning *p, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) bool *planned = NULL;
    KIN_TRY(kin_alloc_into(&planned, kin_kind_params(p->d->step.kind), sizeof *planned, err));
    for (size_t i = 0; i < p->plan->n; i++) /* given as a property as well: reported */
        planned[p->plan->list[i].param] = true;
    for (size_t i = 0; i < p->plan->given->n_products; i++) {
        const struct kin_product *product = &p->plan->given->products[i];
        for (size_t j = 0; j < product->n_axes; j++)
            KIN_TRY(plan_for_axis(p, &product->axes[j], planned, err));
    }
    return 0;
}

static int compare_planned(const void *a, const void *b)
{
    const struct kin_planned *x = a;
    const struct kin_planned *y = b;
    if ((x->origin == KIN_CONSTANT) != (y->origin == KIN_CONSTANT))
        return x->origin == KIN_CONSTANT ? 1 : -1;
    return x->param < y->param ? -1 : x->param > y->param;
}

int kin_arguments_plan(struct kin_compile *c, const struct kin_declaration *d,
                       const struct kin_for *given, const struct kin_filters *filters,
                       const struct kin_joined *joined, struct kin_plan **out,
                       struct kin_error *err)
{
    struct kin_plan *plan;
    KIN_TRY(kin_arena_take(&c->scratch, &plan, 1, sizeof *plan, err));
    struct planning p = {c, d, filters, joined, plan};
    size_t most = d->n_assignments + kin_kind_params(d->step.kind);
    KIN_TRY(kin_arena_take(&c->scratch, &plan->list, most, sizeof *plan->list, err));
    plan->given = given;
    plan->ok = true;
    for (size_t i = 0; i < d->n_assignments; i++)
        KIN_TRY(plan_assignment(&p, &d->assignments[i], err));
    KIN_TRY(plan_for_axes(&p, err));
    qsort(plan->list, plan->n, sizeof *plan->list, compare_planned);
    while (plan->n_varying < plan->n && plan->list[plan->n_varying].origin != KIN_CONSTANT)
        plan->n_varying++;
    *out = plan;
    return 0;
}
