#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/text.h"
#include "workflow/compile.h"

bool kin_name_is_good(const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
    static const char others[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789-";
    return name[0] != '\0' && strchr(letters, name[0]) != NULL &&
           strspn(name, others) == strlen(name);
}

/* ---- taking a selector apart ---- */

/* A piece of text without the blanks around it. */
static int take_piece(struct kin_arena *arena, const char *from, const char *to, const char **out,
                      struct kin_error *err)
{
    while (from < to && *from == ' ')
        from++;
    while (to > from && to[-1] == ' ')
        to--;
    return kin_arena_text(arena, from, (size_t)(to - from), out, err);
}

/* The canonical spelling of a label on its own. */
static int take_label(struct kin_arena *arena, const char *from, const char *to, const char **out,
                      struct kin_error *err)
{
    double number;
    char spelled[KIN_NUMBER_TEXT];
    KIN_TRY(take_piece(arena, from, to, out, err));
    if (!kin_number_parse(*out, false, &number))
        return 0;
    size_t length = kin_number_text(number, spelled);
    return kin_arena_text(arena, spelled, length, out, err);
}

static size_t count_of(char c, const char *from, const char *to)
{
    size_t n = 0;
    for (; from < to; from++)
        n += *from == c;
    return n;
}

static const char *end_of(char c, const char *from, const char *to)
{
    const char *found = memchr(from, c, (size_t)(to - from));
    return found ? found : to;
}

static int parse_pick(struct kin_arena *arena, const char *from, const char *to,
                      struct kin_pick *out, struct kin_error *err)
{
    const char *equals = end_of('=', from, to);
    KIN_TRY(take_piece(arena, from, equals, &out->axis, err));
    if (equals == to || !kin_name_is_good(out->axis))
        return kin_fail(err, KIN_EINVAL, "'%.*s' is no selection: write axis=value",
                        (int)(to - from), from);
    const char **values;
    KIN_TRY(kin_arena_take(arena, &values, count_of('|', equals, to) + 1, sizeof(char *), err));
    for (const char *p = equals + 1; p <= to; p = end_of('|', p, to) + 1) {
        KIN_TRY(take_label(arena, p, end_of('|', p, to), &values[out->n_values], err));
        if (values[out->n_values++][0] == '\0')
            return kin_fail(err, KIN_EINVAL, "the axis '%s' is selected without a value",
                            out->axis);
    }
    out->values = values;
    return 0;
}

static int parse_picks(struct kin_arena *arena, const char *from, const char *to,
                       struct kin_selector *out, struct kin_error *err)
{
    struct kin_pick *picks;
    KIN_TRY(kin_arena_take(arena, &picks, count_of(',', from, to) + 1, sizeof *picks, err));
    for (const char *p = from; p <= to; p = end_of(',', p, to) + 1) {
        KIN_TRY(parse_pick(arena, p, end_of(',', p, to), &picks[out->n_picks], err));
        for (size_t i = 0; i < out->n_picks; i++) {
            if (strcmp(picks[i].axis, picks[out->n_picks].axis) == 0)
                return kin_fail(err, KIN_EINVAL, "the axis '%s' is selected twice", picks[i].axis);
        }
        out->n_picks++;
    }
    out->picks = picks;
    return 0;
}

int kin_selector_parse(const char *text, struct kin_arena *arena, struct kin_selector *out,
                       struct kin_error *err)
{
    const char *end = text + strlen(text);
    const char *bracket = end_of('[', text, end);
    const char *dot = end_of('.', text, bracket);
    *out = (struct kin_selector){0};
    KIN_TRY(take_piece(arena, text, dot, &out->step, err));
    if (dot < bracket)
        KIN_TRY(take_piece(arena, dot + 1, bracket, &out->output, err));
    if (out->step[0] == '\0' || (out->output && out->output[0] == '\0'))
        return kin_fail(err, KIN_EINVAL,
                        "'%s' names no step: write step, step.output or step[axis=value]", text);
    if (bracket == end)
        return 0;
    while (end > bracket && end[-1] == ' ')
        end--;
    if (end[-1] != ']')
        return kin_fail(err, KIN_EINVAL, "'%s' lacks the closing bracket", text);
    return parse_picks(arena, bracket + 1, end - 1, out, err);
}

/* ---- selecting in a workflow ---- */

long kin_workflow_step(const struct kin_workflow *workflow, const char *name)
{
    for (size_t i = 0; i < workflow->n_steps; i++) {
        if (strcmp(workflow->steps[i].name, name) == 0)
            return (long)i;
    }
    return -1;
}

/* An error with the nearest of n names. */
static int fail_nearest(struct kin_error *err, const char *wrong, const char *const *names,
                        size_t n, const char *what)
{
    double number; /* is not near another one */
    bool is_number = kin_number_parse(wrong, false, &number);
    const char *nearest = is_number ? NULL : kin_nearest_name(wrong, names, n);
    if (nearest)
        return kin_fail(err, KIN_EINVAL, "%s '%s'; did you mean '%s'?", what, wrong, nearest);
    return kin_fail(err, KIN_EINVAL, "%s '%s'", what, wrong);
}

static int unknown_step(const struct kin_workflow *workflow, const char *name,
                        struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) const char **names = NULL;
    KIN_TRY(kin_alloc_into(&names, workflow->n_steps, sizeof(char *), err));
    for (size_t i = 0; i < workflow->n_steps; i++)
        names[i] = workflow->steps[i].name;
    return fail_nearest(err, name, names, workflow->n_steps, "there is no step");
}

static int unknown_value(const struct kin_step *step, size_t axis, const char *value,
                         struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) const char **labels = NULL;
    char what[200];
    KIN_TRY(kin_alloc_into(&labels, step->n_points, sizeof(char *), err));
    size_t n = 0;
    for (size_t p = 0; p < step->n_points; p++) {
        const char *label = step->points[p * step->n_axes + axis].text;
        if (label)
            labels[n++] = label;
    }
    snprintf(what, sizeof what, "axis '%.60s' of step '%.60s' has no value", step->axes[axis],
             step->name);
    return fail_nearest(err, value, labels, n, what);
}

/* Takes away the points of one value: has[p] where the point has it. */
static bool mark_value(const struct kin_step *step, size_t axis, const char *value, bool *has)
{
    bool any = false;
    for (size_t p = 0; p < step->n_points; p++) {
        const char *label = step->points[p * step->n_axes + axis].text;
        if (label && strcmp(label, value) == 0)
            any = has[p] = true;
    }
    return any;
}

static int apply_pick(const struct kin_step *step, const struct kin_pick *pick, bool *chosen,
                      struct kin_error *err)
{
    char what[100];
    size_t axis = 0;
    while (axis < step->n_axes && strcmp(step->axes[axis], pick->axis) != 0)
        axis++;
    snprintf(what, sizeof what, "step '%.60s' has no axis", step->name);
    if (axis == step->n_axes)
        return fail_nearest(err, pick->axis, step->axes, step->n_axes, what);
    KIN_AUTO(kin_auto_free) bool *has = NULL;
    KIN_TRY(kin_alloc_into(&has, step->n_points, sizeof *has, err));
    for (size_t v = 0; v < pick->n_values; v++) {
        if (!mark_value(step, axis, pick->values[v], has))
            return unknown_value(step, axis, pick->values[v], err);
    }
    for (size_t p = 0; p < step->n_points; p++)
        chosen[p] = chosen[p] && has[p];
    return 0;
}

static int select_points(const struct kin_step *step, const struct kin_selector *selector,
                         bool *chosen, struct kin_error *err)
{
    memset(chosen, true, step->n_points * sizeof *chosen);
    for (size_t i = 0; i < selector->n_picks; i++)
        KIN_TRY(apply_pick(step, &selector->picks[i], chosen, err));
    if (!memchr(chosen, true, step->n_points))
        return kin_fail(err, KIN_EINVAL, "no point of step '%s' has all these values", step->name);
    return 0;
}

static int select_parsed(const struct kin_workflow *workflow, const struct kin_selector *selector,
                         size_t *step, bool **points, struct kin_error *err)
{
    long found = kin_workflow_step(workflow, selector->step);
    if (found < 0)
        return unknown_step(workflow, selector->step, err);
    if (selector->output)
        return kin_fail(err, KIN_EINVAL, "'%s.%s': steps are selected whole, without an output",
                        selector->step, selector->output);
    const struct kin_step *one = &workflow->steps[found];
    bool *chosen;
    KIN_TRY(kin_alloc_into(&chosen, one->n_points, sizeof *chosen, err));
    int status = select_points(one, selector, chosen, err);
    if (status != 0) {
        kin_free(chosen);
        return status;
    }
    *step = (size_t)found;
    *points = chosen;
    return 0;
}

int kin_workflow_select(const struct kin_workflow *workflow, const char *text, size_t *step,
                        bool **points, struct kin_error *err)
{
    struct kin_arena arena = {0};
    struct kin_selector selector;
    int status = kin_selector_parse(text, &arena, &selector, err);
    if (status == 0)
        status = select_parsed(workflow, &selector, step, points, err);
    kin_arena_release(&arena);
    return status;
}

void kin_instance_name(const struct kin_step *step, size_t point, struct kin_text *out)
{
    const struct kin_label *labels = step->points + point * step->n_axes;
    const char *before = "[";
    kin_text_add(out, step->name);
    for (size_t a = 0; a < step->n_axes; a++) {
        if (!labels[a].text)
            continue;
        kin_text_add(out, before);
        kin_text_add(out, step->axes[a]);
        kin_text_add(out, "=");
        kin_text_add(out, labels[a].text);
        before = ",";
    }
    if (before[0] == ',')
        kin_text_add(out, "]");
}
