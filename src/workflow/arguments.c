/*
 * Parameters at every point, by the step's plan. Points that agree in what their parameters follow
 * share one kin_args.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/text.h"
#include "workflow/parameter.h"

/* So many wrong values of one step are told; a list of a thousand has one cause. */
#define MOST_REPORTED 64

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

static int set_value(struct setting *s, struct kin_args *args, const struct kin_planned *planned,
                     const struct kin_value_given *value, struct kin_error *err)
{
    struct kin_error why = {0};
    int status =
        kin_args_set(args, kin_param_of(s->d, planned->param)->name, &value->literal, &why);
    if (status == KIN_EINVAL)
        report_value(s, value->shown, why.text);
    else if (status != 0)
        return kin_fail(err, status, "%s", why.text);
    return 0;
}

/* Where the label of an axis stands that a parameter follows. */
static struct kin_mark axis_mark(const struct setting *s, const struct kin_planned *planned,
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
static int varying_value(struct setting *s, const struct kin_planned *planned, size_t point,
                         struct kin_value_given *out, bool *set, struct kin_error *err)
{
    uint32_t label =
        s->joined->relation.cells[point * s->joined->relation.n_axes + planned->column];
    *set = true;
    if (planned->origin == KIN_CHOSEN_BY) {
        *out = kin_plan_choice(planned, label)->value; /* check_complete has seen to it */
        return 0;
    }
    *set = label != KIN_WORD_NONE;
    *out = (struct kin_value_given){.mark = axis_mark(s, planned, point)};
    out->shown = out->mark;
    return kin_plan_text(s->c, kin_param_of(s->d, planned->param),
                         kin_words_text(&s->c->words, label), &out->literal.text, err);
}

/* The values of the axis that are neither listed nor covered by else. */
static int check_complete(struct setting *s, const struct kin_planned *planned,
                          struct kin_error *err)
{
    uint32_t *labels;
    size_t n;
    size_t n_missing = 0;
    if (planned->origin != KIN_CHOSEN_BY)
        return 0;
    KIN_TRY(kin_column_labels(s->c, &s->joined->relation, planned->column, &labels, &n, err));
    for (size_t i = 0; i < n; i++) {
        if (!kin_plan_choice(planned, labels[i]))
            labels[n_missing++] = labels[i];
    }
    if (n_missing == 0)
        return 0;
    struct kin_text text = {0};
    kin_list_labels(&s->c->words, labels, n_missing, &text);
    kin_report_error(&s->c->reporter, planned->mark,
                     "parameter '%s' is chosen by '%s' and has nothing for %s; list it, or give "
                     "'else'",
                     kin_param_of(s->d, planned->param)->name,
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
        const struct kin_planned *planned = &s->plan->list[i];
        for (size_t p = 0; p < points->n_rows; p++) {
            uint32_t label = points->cells[p * points->n_axes + planned->column];
            bool is_else = planned->origin == KIN_CHOSEN_BY &&
                           kin_plan_choice(planned, label) == planned->otherwise;
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
        const struct kin_planned *planned = &s->plan->list[i];
        struct kin_value_given value = planned->value;
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
        const struct kin_value_given *value = &s->plan->list[i].value;
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
        struct kin_planned planned = {.param = one->param};
        struct kin_value_given value = {0};
        bool ok;
        if (one->value->type == KIN_NODE_MAP || (name && !kin_variable_use(c, name)))
            continue; /* an axis, perhaps: nobody can say */
        KIN_TRY(kin_plan_value(c, kin_param_of(d, one->param), one->value, &value, &ok, err));
        if (ok)
            KIN_TRY(set_value(&s, args, &planned, &value, err));
    }
    return 0;
}
