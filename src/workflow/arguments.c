/*
 * Parameters. A step's plan says where the value of each parameter comes from: it is constant,
 * follows an axis, or is chosen `by` one. Points that agree in what their parameters follow share
 * one kin_args.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/text.h"
#include "workflow/compile.h"

/* So many wrong values of one step are told; a list of a thousand has one cause. */
#define MOST_REPORTED 64

/* A value as kin_args_set takes it. */
struct value {
    struct kin_literal literal;
    struct kin_mark mark;  /* where it stands: line 0 when it came with --set */
    struct kin_mark shown; /* where a message points */
};

struct choice {
    uint32_t label;
    struct kin_mark key;
    struct value value;
};

enum origin { CONSTANT, FOLLOWS_AXIS, CHOSEN_BY };

struct planned {
    size_t param;
    enum origin origin;
    size_t column; /* in the joined relation, before `rename` */
    uint32_t axis;
    struct value value; /* CONSTANT: the value; FOLLOWS_AXIS: where «$axis» stands, if anywhere */
    size_t n_choices;
    struct choice *choices; /* ascending numbers of labels */
    struct choice *otherwise;
    struct kin_mark mark; /* of the mapping */
};

struct kin_plan {
    const struct kin_for *given;
    size_t n, n_varying;
    struct planned *list; /* the varying ones first */
    bool ok;
};

static const struct kin_param *param_of(const struct kin_declaration *d, size_t param)
{
    return &d->step.kind->params[param];
}

/* ---- reading values ---- */

/* Paths in a workflow are relative to its file. */
static int literal_text(struct kin_compile *c, const struct kin_param *param, const char *text,
                        const char **out, struct kin_error *err)
{
    *out = text;
    if (param->type != KIN_PARAM_PATH || text[0] == '/' || text[0] == '\0')
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
static int read_value(struct kin_compile *c, const struct kin_param *param,
                      const struct kin_node *node, struct value *out, bool *ok,
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
        return literal_text(c, param, written[0].node->text, &out->literal.text, err);
    }
    KIN_TRY(kin_arena_take(&c->arena, &items, n, sizeof *items, err));
    for (size_t i = 0; i < n; i++)
        KIN_TRY(literal_text(c, param, written[i].node->text, &items[i].text, err));
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
static int plan_reference(struct planning *p, const struct kin_node *node, struct planned *out,
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
        out->origin = FOLLOWS_AXIS;
        out->axis = axis;
        out->column = column;
        out->value.mark = out->value.shown = node->mark;
        *done = true;
    }
    return 0;
}

static int compare_choices(const void *a, const void *b)
{
    const struct choice *x = a;
    const struct choice *y = b;
    return x->label < y->label ? -1 : x->label > y->label;
}

static const struct choice *choice_of(const struct planned *planned, uint32_t label)
{
    struct choice wanted = {.label = label};
    const struct choice *found = NULL;
    if (planned->n_choices > 0 && label != KIN_WORD_NONE)
        found =
            bsearch(&wanted, planned->choices, planned->n_choices, sizeof wanted, compare_choices);
    return found ? found : planned->otherwise;
}

static int read_choice(struct planning *p, struct planned *out, const struct kin_node *key,
                       const struct kin_node *value, struct kin_error *err)
{
    bool ok;
    struct choice *choice = &out->choices[out->n_choices];
    bool is_else = strcmp(key->text, "else") == 0;
    if (is_else)
        KIN_TRY(kin_arena_take(&p->c->scratch, &choice, 1, sizeof *choice, err));
    else
        KIN_TRY(kin_words_label(&p->c->words, key->text, key->quoted, &choice->label, err));
    choice->key = key->mark;
    KIN_TRY(read_value(p->c, param_of(p->d, out->param), value, &choice->value, &ok, err));
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
static int check_choices(struct planning *p, const struct planned *planned, struct kin_error *err)
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
        const struct choice *choice = &planned->choices[i];
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

static int plan_choices(struct planning *p, const struct kin_node *node, struct planned *out,
                        struct kin_error *err)
{
    char hint[KIN_HINT];
    const struct kin_node *by = kin_node_get(node, "by");
    out->origin = CHOSEN_BY;
    out->mark = node->mark;
    if (!by || by->type != KIN_NODE_SCALAR) {
        kin_report_error(&p->c->reporter, node->mark,
                         "parameter '%s' takes a value, or {by: axis, VALUE: value, …}",
                         param_of(p->d, out->param)->name);
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
    struct planned *out = &p->plan->list[p->plan->n++];
    out->param = assignment->param;
    if (assignment->value->type == KIN_NODE_MAP)
        return plan_choices(p, assignment->value, out, err);
    KIN_TRY(plan_reference(p, assignment->value, out, &done, err));
    if (done)
        return 0;
    bool ok;
    KIN_TRY(read_value(p->c, param_of(p->d, out->param), assignment->value, &out->value, &ok, err));
    p->plan->ok = p->plan->ok && ok;
    return 0;
}

/* ---- the axes of `for` ---- */

static bool is_used_axis(const struct planning *p, uint32_t axis)
{
    for (size_t i = 0; i < p->plan->n; i++) {
        if (p->plan->list[i].origin != CONSTANT && p->plan->list[i].axis == axis)
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
        (struct planned){.param = index,
                         .origin = FOLLOWS_AXIS,
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
    const struct planned *x = a;
    const struct planned *y = b;
    if ((x->origin == CONSTANT) != (y->origin == CONSTANT))
        return x->origin == CONSTANT ? 1 : -1;
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
    while (plan->n_varying < plan->n && plan->list[plan->n_varying].origin != CONSTANT)
        plan->n_varying++;
    *out = plan;
    return 0;
}

/* ---- setting ---- */

struct setting {
    struct kin_compile *c;
    struct kin_declaration *d;
    const struct kin_joined *joined;
    const struct kin_plan *plan;
    struct kin_mark reported[MOST_REPORTED]; /* one message for one place */
    size_t n_reported;
    bool ok;
};

static void report_value(struct setting *s, struct kin_mark mark, const char *text)
{
    s->ok = false;
    for (size_t i = 0; i < s->n_reported; i++) {
        if (s->reported[i].line == mark.line && s->reported[i].column == mark.column)
            return;
    }
    if (s->n_reported == MOST_REPORTED)
        return;
    s->reported[s->n_reported++] = mark;
    kin_report_error(&s->c->reporter, mark, "%s", text);
}

static int set_value(struct setting *s, struct kin_args *args, const struct planned *planned,
                     const struct value *value, struct kin_error *err)
{
    struct kin_error why = {0};
    int status = kin_args_set(args, param_of(s->d, planned->param)->name, &value->literal, &why);
    if (status == KIN_EINVAL)
        report_value(s, value->shown, why.text);
    else if (status != 0)
        return kin_fail(err, status, "%s", why.text);
    return 0;
}

/* Where the label of an axis stands that a parameter follows. */
static struct kin_mark axis_mark(const struct setting *s, const struct planned *planned,
                                 size_t point)
{
    struct kin_mark mark = {0};
    if (s->plan->given->n_products > 0) { /* then `for` is operand 0 */
        uint32_t row = s->joined->rows[point * s->joined->stride];
        mark = kin_for_mark(s->plan->given, s->joined->operands[0].origin[row], planned->axis);
    }
    return mark.line > 0 ? mark : planned->value.mark;
}

/* The value of a varying parameter at a point; *set false: the point lacks the axis. */
static int varying_value(struct setting *s, const struct planned *planned, size_t point,
                         struct value *out, bool *set, struct kin_error *err)
{
    uint32_t label =
        s->joined->relation.cells[point * s->joined->relation.n_axes + planned->column];
    *set = true;
    if (planned->origin == CHOSEN_BY) {
        *out = choice_of(planned, label)->value; /* check_complete has seen to it */
        return 0;
    }
    *set = label != KIN_WORD_NONE;
    *out = (struct value){.mark = axis_mark(s, planned, point)};
    out->shown = out->mark;
    return literal_text(s->c, param_of(s->d, planned->param), kin_words_text(&s->c->words, label),
                        &out->literal.text, err);
}

/* The values of the axis that are neither listed nor covered by else. */
static int check_complete(struct setting *s, const struct planned *planned, struct kin_error *err)
{
    uint32_t *labels;
    size_t n;
    size_t n_missing = 0;
    if (planned->origin != CHOSEN_BY)
        return 0;
    KIN_TRY(kin_column_labels(s->c, &s->joined->relation, planned->column, &labels, &n, err));
    for (size_t i = 0; i < n; i++) {
        if (!choice_of(planned, labels[i]))
            labels[n_missing++] = labels[i];
    }
    if (n_missing == 0)
        return 0;
    struct kin_text text = {0};
    kin_list_labels(&s->c->words, labels, n_missing, &text);
    kin_report_error(&s->c->reporter, planned->mark,
                     "parameter '%s' is chosen by '%s' and has nothing for %s; list it, or give "
                     "'else'",
                     param_of(s->d, planned->param)->name,
                     kin_words_text(&s->c->words, planned->axis), kin_text_string(&text));
    s->c->reporter.failed |= text.failed;
    kin_text_release(&text);
    s->ok = false;
    return 0;
}

/* What the varying parameters have at each point, as numbers: equal rows share their arguments. */
static int group_points(const struct setting *s, struct kin_groups *out, struct kin_error *err)
{
    size_t width = s->plan->n_varying;
    uint32_t *keys;
    const struct kin_relation *points = &s->joined->relation;
    KIN_TRY(kin_arena_take(&s->c->scratch, &keys, points->n_rows * width, sizeof *keys, err));
    for (size_t i = 0; i < width; i++) {
        const struct planned *planned = &s->plan->list[i];
        for (size_t p = 0; p < points->n_rows; p++) {
            uint32_t label = points->cells[p * points->n_axes + planned->column];
            bool is_else =
                planned->origin == CHOSEN_BY && choice_of(planned, label) == planned->otherwise;
            keys[p * width + i] = is_else ? UINT32_MAX : label;
        }
    }
    return kin_rows_group(keys, width, points->n_rows, &s->c->scratch, out, err);
}

static int keep_args(struct kin_compile *c, struct kin_args *takes, struct kin_error *err)
{
    int status =
        kin_grow(&c->args, &c->args_capacity, c->n_args + 1, sizeof(struct kin_args *), err);
    if (status != 0) {
        kin_args_free(takes);
        return status;
    }
    c->args[c->n_args++] = takes;
    return 0;
}

static int new_args(struct kin_compile *c, const struct kin_declaration *d, struct kin_args **out,
                    struct kin_error *err)
{
    *out = kin_args_new(d->step.kind);
    if (!*out)
        return kin_fail(err, KIN_ENOMEM, "no memory for the parameters of step '%s'", d->step.name);
    return keep_args(c, *out, err);
}

/* The point that shows what is wrong: «at transformation=PS,magnitude=13»; "" without axes. */
static void check_args(struct setting *s, const struct kin_args *args, const struct kin_mark *marks)
{
    struct kin_error why = {0};
    const char *blame = NULL;
    struct kin_mark mark = s->d->step.mark;
    const char *missing = kin_args_missing(args);
    if (missing) { /* required, and a point lacks the axis; otherwise reported before */
        char text[KIN_ERROR_TEXT];
        snprintf(text, sizeof text,
                 "step '%s' needs the parameter '%s' of kind '%s' at every point", s->d->step.name,
                 missing, s->d->step.kind->name);
        if (s->plan->n_varying > 0 && s->plan->given->n_products > 1 && !s->d->bad_axes)
            report_value(s, s->d->for_each->mark, text);
        return;
    }
    if (kin_args_check(args, &blame, &why) == 0)
        return;
    const struct kin_param *param = blame ? kin_kind_param(s->d->step.kind, blame) : NULL;
    if (param && marks[param - s->d->step.kind->params].line > 0)
        mark = marks[param - s->d->step.kind->params];
    report_value(s, mark, why.text);
}

static int set_args(struct setting *s, size_t point, struct kin_args **out,
                    const struct kin_mark **marks_out, struct kin_error *err)
{
    struct kin_mark *marks, *shown;
    bool was_ok = s->ok;
    size_t n_params = kin_kind_params(s->d->step.kind);
    KIN_TRY(kin_arena_take(s->c->kept, &marks, n_params, sizeof *marks, err));
    KIN_TRY(kin_arena_take(&s->c->scratch, &shown, n_params, sizeof *shown, err));
    KIN_TRY(new_args(s->c, s->d, out, err));
    s->ok = true;
    for (size_t i = 0; i < s->plan->n; i++) {
        const struct planned *planned = &s->plan->list[i];
        struct value value = planned->value;
        bool set = true;
        if (i < s->plan->n_varying)
            KIN_TRY(varying_value(s, planned, point, &value, &set, err));
        if (!set)
            continue;
        marks[planned->param] = value.mark;
        shown[planned->param] = value.shown;
        KIN_TRY(set_value(s, *out, planned, &value, err));
    }
    if (s->ok)
        check_args(s, *out, shown);
    s->ok = s->ok && was_ok;
    *marks_out = marks;
    return 0;
}

/* When the plan failed: the constants at least can be judged. */
static int check_constants(struct setting *s, struct kin_error *err)
{
    struct kin_args *args;
    KIN_TRY(new_args(s->c, s->d, &args, err));
    for (size_t i = s->plan->n_varying; i < s->plan->n; i++) {
        const struct value *value = &s->plan->list[i].value;
        if (value->literal.text || value->literal.items)
            KIN_TRY(set_value(s, args, &s->plan->list[i], value, err));
    }
    return 0;
}

static int set_groups(struct setting *s, const struct kin_groups *groups, struct kin_error *err)
{
    size_t n = s->joined->relation.n_rows;
    struct kin_args **of_group, **args;
    const struct kin_mark **marks_of_group, **marks;
    KIN_TRY(kin_arena_take(&s->c->scratch, &of_group, groups->n, sizeof *of_group, err));
    KIN_TRY(kin_arena_take(&s->c->scratch, &marks_of_group, groups->n, sizeof(void *), err));
    KIN_TRY(kin_arena_take(s->c->kept, &args, n, sizeof *args, err));
    KIN_TRY(kin_arena_take(s->c->kept, &marks, n, sizeof(void *), err));
    for (size_t g = 0; g < groups->n && s->n_reported < MOST_REPORTED; g++)
        KIN_TRY(set_args(s, groups->first[g], &of_group[g], &marks_of_group[g], err));
    for (size_t p = 0; p < n; p++) {
        args[p] = of_group[groups->of_row[p]];
        marks[p] = marks_of_group[groups->of_row[p]];
    }
    s->d->step.args = args;
    s->d->step.param_marks = marks;
    return 0;
}

int kin_arguments_set(struct kin_compile *c, struct kin_declaration *d,
                      const struct kin_joined *joined, const struct kin_plan *plan,
                      struct kin_error *err)
{
    struct setting s = {.c = c, .d = d, .joined = joined, .plan = plan, .ok = plan->ok};
    struct kin_groups groups = {0};
    for (size_t i = 0; i < plan->n_varying && plan->ok; i++)
        KIN_TRY(check_complete(&s, &plan->list[i], err));
    if (!s.ok)
        return check_constants(&s, err);
    KIN_TRY(group_points(&s, &groups, err));
    KIN_TRY(set_groups(&s, &groups, err));
    if (s.ok)
        kin_types_check_narrowed(c, d, joined);
    return 0;
}

int kin_arguments_check_constants(struct kin_compile *c, const struct kin_declaration *d,
                                  struct kin_error *err)
{
    struct kin_declaration *same = &c->steps[d - c->steps];
    struct setting s = {.c = c, .d = same};
    struct kin_args *args;
    KIN_TRY(new_args(c, d, &args, err));
    for (size_t i = 0; i < d->n_assignments; i++) {
        const struct kin_assignment *one = &d->assignments[i];
        const char *name = kin_variable_name(one->value);
        struct planned planned = {.param = one->param};
        struct value value = {0};
        bool ok;
        if (one->value->type == KIN_NODE_MAP || (name && !kin_variable_use(c, name)))
            continue; /* an axis, perhaps: nobody can say */
        KIN_TRY(read_value(c, param_of(d, one->param), one->value, &value, &ok, err));
        if (ok)
            KIN_TRY(set_value(&s, args, &planned, &value, err));
    }
    return 0;
}
