/* How many instances a step gathers, by the values of axes. */
#include <stdlib.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/workflow.h"

struct rows {
    const struct kin_label **labels; /* [n][n_axes] */
    size_t n, n_axes;
};

static bool gathers(const struct kin_step *step, size_t port)
{
    return step->kind->inputs[port].mode == KIN_GATHER;
}

/* The feeds of a port at a point. */
static const struct kin_feed *feeds_of(const struct kin_step *step, size_t point, size_t port,
                                       size_t *n)
{
    const size_t *start = step->feed_start + point * kin_kind_inputs(step->kind) + port;
    *n = start[1] - start[0];
    return step->feeds + start[0];
}

static const struct kin_label *label_of(const struct kin_workflow *workflow,
                                        const struct kin_feed *feed, const char *axis)
{
    const struct kin_step *step = &workflow->steps[feed->step];
    for (size_t a = 0; a < step->n_axes; a++)
        if (strcmp(step->axes[a], axis) == 0) {
            const struct kin_label *label = &step->points[feed->point * step->n_axes + a];
            return label->text ? label : NULL;
        }
    return NULL;
}

/* Calls visit for every gathered feed. */
static void each_gathered(const struct kin_step *step,
                          void (*visit)(void *context, const struct kin_feed *feed), void *context)
{
    for (size_t p = 0; p < step->n_points; p++)
        for (size_t i = 0; i < kin_kind_inputs(step->kind); i++) {
            size_t n;
            const struct kin_feed *feeds = feeds_of(step, p, i, &n);
            for (size_t f = 0; gathers(step, i) && f < n; f++)
                visit(context, &feeds[f]);
        }
}

struct visiting {
    const struct kin_workflow *workflow;
    const char *const *axes;
    struct rows *rows; /* NULL: count alone */
    size_t n;
};

static void take_row(void *context, const struct kin_feed *feed)
{
    struct visiting *visiting = context;
    size_t n_axes = visiting->rows ? visiting->rows->n_axes : 0;
    for (size_t a = 0; a < n_axes; a++)
        visiting->rows->labels[visiting->n * n_axes + a] =
            label_of(visiting->workflow, feed, visiting->axes[a]);
    visiting->n++;
}

/* ---- which axes there are ---- */

static bool has_axis(const struct kin_step *step, const char *axis)
{
    for (size_t a = 0; a < step->n_axes; a++)
        if (strcmp(step->axes[a], axis) == 0)
            return true;
    return false;
}

static int refuse(const struct kin_workflow *workflow, const char *axis, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) const char **names = NULL;
    size_t n = 0, capacity = 0;
    for (size_t s = 0; s < workflow->n_steps; s++)
        for (size_t a = 0; a < workflow->steps[s].n_axes; a++) {
            KIN_TRY(kin_grow(&names, &capacity, n + 1, sizeof *names, err));
            names[n++] = workflow->steps[s].axes[a];
        }
    const char *near = kin_nearest_name(axis, names, n);
    return kin_fail(err, KIN_EINVAL, "no step has an axis '%s'%s%s%s", axis,
                    near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* Tables of one workflow have different axes: one that a step lacks is none of its labels. */
static int check_axes(const struct kin_workflow *workflow, const char *const *axes, size_t n_axes,
                      struct kin_error *err)
{
    for (size_t a = 0; a < n_axes; a++) {
        bool found = false;
        for (size_t s = 0; s < workflow->n_steps && !found; s++)
            found = has_axis(&workflow->steps[s], axes[a]);
        if (!found)
            return refuse(workflow, axes[a], err);
    }
    return 0;
}

/* ---- counting ---- */

static int compare_labels(const struct kin_label *a, const struct kin_label *b)
{
    if (!a || !b)
        return (a != NULL) - (b != NULL);
    if (a->is_number != b->is_number)
        return a->is_number ? -1 : 1;
    if (a->is_number)
        return (a->number > b->number) - (a->number < b->number);
    return strcmp(a->text, b->text);
}

static int by_labels(const void *a, const void *b, void *context)
{
    const struct kin_label *const *x = a;
    const struct kin_label *const *y = b;
    int order = 0;
    for (size_t i = 0; i < *(const size_t *)context && order == 0; i++)
        order = compare_labels(x[i], y[i]);
    return order;
}

/* Runs of equal rows. The labels of all counts lie in the memory of the rows. */
static int count_runs(const struct rows *rows, struct kin_row_count **out, size_t *n,
                      struct kin_error *err)
{
    size_t width = rows->n_axes;
    KIN_TRY(kin_alloc_into(out, rows->n + 1, sizeof **out, err));
    for (size_t i = 0; i < rows->n; i++) {
        const struct kin_label **labels = rows->labels + i * width;
        if (*n == 0 || by_labels((*out)[*n - 1].labels, labels, (void *)&width) != 0)
            (*out)[(*n)++] = (struct kin_row_count){.labels = labels};
        (*out)[*n - 1].rows++;
    }
    return 0;
}

int kin_workflow_rows(const struct kin_workflow *workflow, size_t step, const char *const *axes,
                      size_t n_axes, struct kin_row_count **out, size_t *n, struct kin_error *err)
{
    const struct kin_step *s = &workflow->steps[step];
    struct visiting visiting = {.workflow = workflow, .axes = axes};
    *n = 0;
    each_gathered(s, take_row, &visiting);
    KIN_TRY(check_axes(workflow, axes, n_axes, err));
    struct rows rows = {.n = visiting.n, .n_axes = n_axes};
    KIN_TRY(kin_alloc_into(&rows.labels, rows.n * n_axes + 1, sizeof *rows.labels, err));
    visiting = (struct visiting){.workflow = workflow, .axes = axes, .rows = &rows};
    each_gathered(s, take_row, &visiting);
    if (rows.n > 0 && n_axes > 0)
        qsort_r(rows.labels, rows.n, n_axes * sizeof *rows.labels, by_labels, &n_axes);
    int status = count_runs(&rows, out, n, err);
    if (status != 0 || *n == 0)
        kin_free(rows.labels);
    return status;
}

/* The first count's labels begin where the memory of all of them does. */
void kin_row_counts_free(struct kin_row_count *counts)
{
    if (counts)
        kin_free(counts[0].labels);
    kin_free(counts);
}
