/*
 * What feeds a port, as a relation: the points of the steps it names, each with its feed. Several
 * references are a union; `by` makes the axis a column; `over` gathers axes away.
 */
#include <string.h>

#include "kindred/memory.h"
#include "kindred/text.h"
#include "workflow/compile.h"

/* A step's points as a reference sees them. */
struct view {
    const struct kin_declaration *source;
    const struct kin_relation *points;
    size_t output;
    struct kin_mark mark;
    const char *text;
    bool is_case;      /* all its rows get the label by_value of the axis `by` */
    uint32_t by_value; /* KIN_WORD_NONE: `else`, for points that lack the axis */
    size_t n_axes;
    const uint32_t *axes;     /* those that are left: an axis fixed to one value is gone */
    bool *taken;              /* per point of the source */
    struct kin_relation rows; /* those taken, with the axes that are left and `by` */
    uint32_t *point_of;       /* per row: the point of the source */
};

/* The table that is being built: rows in no order, with their feeds. */
struct table {
    struct kin_relation relation;
    struct kin_feed *feeds; /* per row; step KIN_NO_STEP: nothing feeds an optional port there */
    size_t *view_of;        /* per row, for messages */
};

struct building {
    struct kin_compile *c;
    const struct kin_declaration *d;
    const struct kin_input *input;
    const struct kin_relation *so_far;
    const struct kin_filters *filters;
    size_t n_views;
    struct view *views;
    struct table table;
    bool ok;
};

static const char *port_name(const struct building *b)
{
    return b->d->step.kind->inputs[b->input->port].name;
}

/* ---- references ---- */

static void report_no_axis(struct building *b, const struct view *view, const char *axis)
{
    char hint[KIN_HINT];
    kin_report_error(&b->c->reporter, view->mark, "step '%s' has no axis '%s'%s",
                     view->source->step.name, axis, kin_hint_axis(b->c, axis, view->points, hint));
    b->ok = false;
}

static int report_no_label(struct building *b, const struct view *view, size_t column,
                           const char *value, struct kin_error *err)
{
    char hint[KIN_HINT];
    uint32_t *labels;
    size_t n;
    KIN_TRY(kin_column_labels(b->c, view->points, column, &labels, &n, err));
    kin_report_error(&b->c->reporter, view->mark, "axis '%s' of step '%s' has no value '%s'%s",
                     kin_words_text(&b->c->words, view->points->axes[column]),
                     view->source->step.name, value, kin_hint_label(b->c, value, labels, n, hint));
    b->ok = false;
    return 0;
}

/* Keeps the points whose label is one of the pick's. */
static int apply_pick(struct building *b, struct view *view, const struct kin_pick *pick,
                      size_t column, struct kin_error *err)
{
    size_t width = view->points->n_axes;
    KIN_AUTO(kin_auto_free) bool *wanted = NULL;
    KIN_TRY(kin_alloc_into(&wanted, b->c->words.n + 1, sizeof *wanted, err));
    for (size_t v = 0; v < pick->n_values; v++) {
        uint32_t label = kin_words_find(&b->c->words, pick->values[v]);
        bool met = false;
        for (size_t p = 0; label != KIN_WORD_NONE && p < view->points->n_rows && !met; p++)
            met = view->points->cells[p * width + column] == label;
        if (!met)
            return report_no_label(b, view, column, pick->values[v], err);
        wanted[label] = true;
    }
    for (size_t p = 0; p < view->points->n_rows; p++)
        view->taken[p] = view->taken[p] && wanted[view->points->cells[p * width + column]];
    return 0;
}

static int apply_picks(struct building *b, struct view *view, const struct kin_selector *selector,
                       bool *fixed, struct kin_error *err)
{
    for (size_t i = 0; i < selector->n_picks; i++) {
        const struct kin_pick *pick = &selector->picks[i];
        uint32_t axis = kin_words_find(&b->c->words, pick->axis);
        size_t column = axis == KIN_WORD_NONE ? KIN_NO_AXIS : kin_relation_axis(view->points, axis);
        if (column == KIN_NO_AXIS) {
            report_no_axis(b, view, pick->axis);
            continue;
        }
        KIN_TRY(apply_pick(b, view, pick, column, err));
        fixed[column] = pick->n_values == 1;
    }
    return 0;
}

/* A source that has the axis `by` itself gives its points of that value. */
static void apply_by(struct building *b, struct view *view)
{
    size_t column = kin_relation_axis(view->points, b->input->by);
    if (!view->is_case || column == KIN_NO_AXIS)
        return;
    bool any = false;
    for (size_t p = 0; p < view->points->n_rows; p++) {
        bool same = view->points->cells[p * view->points->n_axes + column] == view->by_value;
        view->taken[p] = view->taken[p] && same;
        any = any || view->taken[p];
    }
    if (!any && view->by_value == KIN_WORD_NONE) {
        kin_report_error(&b->c->reporter, view->mark, "every point of step '%s' has an axis '%s'",
                         view->source->step.name, kin_words_text(&b->c->words, b->input->by));
        b->ok = false;
    } else if (!any) {
        kin_report_error(&b->c->reporter, view->mark, "step '%s' has no point with %s=%s",
                         view->source->step.name, kin_words_text(&b->c->words, b->input->by),
                         kin_words_text(&b->c->words, view->by_value));
        b->ok = false;
    }
}

static int add_view(struct building *b, const struct kin_reference *reference, uint32_t by_value,
                    struct kin_error *err)
{
    struct view *view = &b->views[b->n_views++];
    const struct kin_declaration *source = &b->c->steps[reference->step];
    *view = (struct view){.source = source,
                          .points = &source->relation,
                          .output = reference->output,
                          .mark = reference->node->mark,
                          .text = reference->node->text,
                          .is_case = b->input->by != KIN_WORD_NONE,
                          .by_value = by_value};
    size_t width = view->points->n_axes;
    bool *fixed;
    uint32_t *axes;
    KIN_TRY(kin_arena_take(&b->c->scratch, &fixed, width, sizeof *fixed, err));
    KIN_TRY(kin_arena_take(&b->c->scratch, &axes, width, sizeof *axes, err));
    KIN_TRY(kin_arena_take(&b->c->scratch, &view->taken, view->points->n_rows, sizeof(bool), err));
    memset(view->taken, true, view->points->n_rows * sizeof(bool));
    KIN_TRY(apply_picks(b, view, &reference->selector, fixed, err));
    apply_by(b, view);
    for (size_t i = 0; i < width; i++) {
        if (!fixed[i])
            axes[view->n_axes++] = view->points->axes[i];
    }
    view->axes = axes;
    for (size_t p = 0; p < view->points->n_rows; p++)
        view->taken[p] = kin_filters_pass(b->filters, view->points, p) && view->taken[p];
    return 0;
}

static int add_case(struct building *b, const struct kin_case *one, uint32_t value,
                    struct kin_error *err)
{
    for (size_t i = 0; i < one->n_references; i++)
        KIN_TRY(add_view(b, &one->references[i], value, err));
    return 0;
}

/* ---- by ---- */

static const struct kin_case *case_of(const struct kin_input *input, uint32_t value)
{
    for (size_t i = 0; i < input->n_cases; i++) {
        if (input->cases[i].value == value)
            return &input->cases[i];
    }
    return NULL;
}

static bool holds(const uint32_t *labels, size_t n, uint32_t label)
{
    for (size_t i = 0; i < n; i++) {
        if (labels[i] == label)
            return true;
    }
    return false;
}

/* Whether `where:` left out the points of this value: then it may be listed all the same. */
static bool is_filtered_out(const struct building *b, uint32_t value)
{
    for (size_t i = 0; i < b->filters->n; i++) {
        if (b->filters->list[i].axis == b->input->by)
            return !kin_filter_lists(&b->filters->list[i], value);
    }
    return false;
}

static void report_no_value(struct building *b, const struct kin_case *one, const uint32_t *labels,
                            size_t n)
{
    char hint[KIN_HINT];
    const char *value = kin_words_text(&b->c->words, one->value);
    kin_report_error(&b->c->reporter, one->mark, "axis '%s' has no value '%s' here%s",
                     kin_words_text(&b->c->words, b->input->by), value,
                     kin_hint_label(b->c, value, labels, n, hint));
    b->ok = false;
}

/* The values of the axis that have no case and no else, when the port needs all of them. */
static int report_unlisted(struct building *b, const uint32_t *labels, size_t n,
                           struct kin_error *err)
{
    uint32_t *missing;
    size_t n_missing = 0;
    KIN_TRY(kin_arena_take(&b->c->scratch, &missing, n, sizeof *missing, err));
    for (size_t i = 0; i < n; i++) {
        if (labels[i] == KIN_WORD_NONE || !case_of(b->input, labels[i]))
            missing[n_missing++] = labels[i];
    }
    if (n_missing == 0)
        return 0;
    struct kin_text text = {0};
    kin_list_labels(&b->c->words, missing, n_missing, &text);
    kin_report_error(&b->c->reporter, b->input->node->mark,
                     "input '%s' chooses by '%s' and has nothing for %s; list it, or give 'else'",
                     port_name(b), kin_words_text(&b->c->words, b->input->by),
                     kin_text_string(&text));
    b->c->reporter.failed |= text.failed;
    kin_text_release(&text);
    b->ok = false;
    return 0;
}

/* The axis is there already: every case is one of its values, every value has a case. */
static int add_known_cases(struct building *b, size_t column, struct kin_error *err)
{
    uint32_t *labels;
    size_t n;
    const struct kin_port *port = &b->d->step.kind->inputs[b->input->port];
    const struct kin_case *otherwise = case_of(b->input, KIN_WORD_NONE);
    KIN_TRY(kin_column_labels(b->c, b->so_far, column, &labels, &n, err));
    for (size_t i = 0; i < b->input->n_cases; i++) {
        const struct kin_case *one = &b->input->cases[i];
        if (one == otherwise || is_filtered_out(b, one->value))
            continue;
        if (!holds(labels, n, one->value))
            report_no_value(b, one, labels, n);
        else
            KIN_TRY(add_case(b, one, one->value, err));
    }
    if (!otherwise)
        return port->flags & KIN_PORT_OPTIONAL ? 0 : report_unlisted(b, labels, n, err);
    struct view *views;
    size_t most = b->n_views + n * otherwise->n_references;
    KIN_TRY(kin_arena_take(&b->c->scratch, &views, most, sizeof *views, err));
    memcpy(views, b->views, b->n_views * sizeof *views);
    b->views = views;
    for (size_t i = 0; i < n; i++) {
        if (labels[i] == KIN_WORD_NONE || !case_of(b->input, labels[i]))
            KIN_TRY(add_case(b, otherwise, labels[i], err));
    }
    return 0;
}

static int add_views(struct building *b, struct kin_error *err)
{
    const struct kin_input *input = b->input;
    size_t most = 0;
    for (size_t i = 0; i < input->n_cases; i++)
        most += input->cases[i].n_references;
    KIN_TRY(kin_arena_take(&b->c->scratch, &b->views, most, sizeof *b->views, err));
    if (input->by == KIN_WORD_NONE)
        return add_case(b, &input->cases[0], KIN_WORD_NONE, err);
    size_t column = kin_relation_axis(b->so_far, input->by);
    if (column != KIN_NO_AXIS)
        return add_known_cases(b, column, err);
    for (size_t i = 0; i < input->n_cases; i++) { /* the port brings the axis along */
        const struct kin_case *one = &input->cases[i];
        if (one->value == KIN_WORD_NONE) {
            kin_report_error(&b->c->reporter, one->mark,
                             "'else' needs an axis '%s' from 'for' or another input",
                             kin_words_text(&b->c->words, input->by));
            b->ok = false;
        } else if (!is_filtered_out(b, one->value)) {
            KIN_TRY(add_case(b, one, one->value, err));
        }
    }
    return 0;
}

/* ---- the table ---- */

/* The rows of a view: its points, with the axes that are left and its value of `by`. */
static int fill_view(struct building *b, struct view *view, struct kin_error *err)
{
    struct kin_relation *rows = &view->rows;
    size_t n = view->points->n_rows;
    KIN_TRY(kin_relation_unite_axes(&b->c->words, view->axes, view->n_axes, &b->input->by,
                                    view->is_case, &b->c->scratch, &rows->axes, &rows->n_axes,
                                    err));
    KIN_TRY(kin_arena_take(&b->c->scratch, &rows->cells, n * rows->n_axes, sizeof(uint32_t), err));
    KIN_TRY(kin_arena_take(&b->c->scratch, &view->point_of, n, sizeof(uint32_t), err));
    for (size_t p = 0; p < n; p++) {
        if (view->taken[p])
            view->point_of[rows->n_rows++] = (uint32_t)p;
    }
    for (size_t a = 0; a < rows->n_axes; a++) {
        bool is_by = view->is_case && rows->axes[a] == b->input->by;
        size_t from = kin_relation_axis(view->points, rows->axes[a]);
        for (size_t r = 0; r < rows->n_rows; r++)
            rows->cells[r * rows->n_axes + a] =
                is_by ? view->by_value
                      : view->points->cells[view->point_of[r] * view->points->n_axes + from];
    }
    return 0;
}

static int unite_with(struct building *b, struct kin_relation *to, const struct kin_relation *more,
                      struct kin_error *err)
{
    return kin_relation_unite_axes(&b->c->words, to->axes, to->n_axes, more->axes, more->n_axes,
                                   &b->c->scratch, &to->axes, &to->n_axes, err);
}

static int table_axes(struct building *b, struct kin_error *err)
{
    struct kin_relation *to = &b->table.relation;
    for (size_t i = 0; i < b->n_views && to->n_axes <= KIN_MAX_AXES; i++) {
        KIN_TRY(fill_view(b, &b->views[i], err));
        KIN_TRY(unite_with(b, to, &b->views[i].rows, err));
    }
    if (to->n_axes > KIN_MAX_AXES) {
        kin_report_error(&b->c->reporter, b->input->node->mark, "more than %u axes in one step",
                         KIN_MAX_AXES);
        b->ok = false;
    }
    return 0;
}

/* The points of the other operands at a value of `by`, in the axes of the port. */
static int points_at(struct building *b, uint32_t value, struct kin_relation *out,
                     struct kin_error *err)
{
    uint32_t *axes;
    struct kin_groups groups;
    const struct kin_relation *from = b->so_far;
    size_t by = kin_relation_axis(from, b->input->by);
    KIN_TRY(kin_arena_take(&b->c->scratch, &axes, from->n_axes, sizeof *axes, err));
    for (size_t i = 0; i < from->n_axes; i++) {
        if (kin_relation_axis(&b->table.relation, from->axes[i]) != KIN_NO_AXIS)
            axes[out->n_axes++] = from->axes[i];
    }
    out->axes = axes;
    KIN_TRY(kin_arena_take(&b->c->scratch, &out->cells, from->n_rows * out->n_axes,
                           sizeof(uint32_t), err));
    for (size_t r = 0; r < from->n_rows; r++) {
        const uint32_t *row = from->cells + r * from->n_axes;
        for (size_t a = 0; row[by] == value && a < out->n_axes; a++)
            out->cells[out->n_rows * out->n_axes + a] = row[kin_relation_axis(from, out->axes[a])];
        out->n_rows += row[by] == value;
    }
    KIN_TRY(kin_rows_group(out->cells, out->n_axes, out->n_rows, &b->c->scratch, &groups, err));
    for (size_t g = 0; g < groups.n; g++) /* first[g] >= g: nothing is read after it was written */
        memmove(out->cells + g * out->n_axes, out->cells + groups.first[g] * out->n_axes,
                out->n_axes * sizeof(uint32_t));
    out->n_rows = groups.n;
    return 0;
}

/* A case whose step lacks an axis that the step has, while another case brings it: its points are
 * broadcast along that axis, as those of any input are. */
static int spread_view(struct building *b, struct view *view, struct kin_error *err)
{
    struct kin_relation others = {0};
    struct kin_join join;
    KIN_TRY(points_at(b, view->by_value, &others, err));
    KIN_TRY(kin_relation_join(&b->c->words, &view->rows, &others, KIN_MAX_POINTS, &b->c->scratch,
                              &join, err));
    if (join.too_many || join.n_left_alone > 0)
        return 0; /* joining the whole says what is wrong */
    for (size_t r = 0; r < join.result.n_rows; r++)
        join.left[r] = view->point_of[join.left[r]];
    view->point_of = join.left;
    view->rows = join.result;
    return 0;
}

static int spread_views(struct building *b, struct kin_error *err)
{
    if (b->input->by == KIN_WORD_NONE || kin_relation_axis(b->so_far, b->input->by) == KIN_NO_AXIS)
        return 0;
    for (size_t i = 0; i < b->n_views; i++) {
        if (b->views[i].rows.n_axes < b->table.relation.n_axes)
            KIN_TRY(spread_view(b, &b->views[i], err));
    }
    return 0;
}

static void add_rows(struct building *b, const struct view *view, size_t index)
{
    struct table *table = &b->table;
    const struct kin_relation *rows = &view->rows;
    size_t step = (size_t)(view->source - b->c->steps);
    for (size_t r = 0; r < rows->n_rows; r++) {
        size_t row = table->relation.n_rows++;
        uint32_t *cells = table->relation.cells + row * table->relation.n_axes;
        for (size_t a = 0; a < rows->n_axes; a++)
            cells[kin_relation_axis(&table->relation, rows->axes[a])] =
                rows->cells[r * rows->n_axes + a];
        table->feeds[row] = (struct kin_feed){step, view->point_of[r], view->output};
        table->view_of[row] = index;
    }
}

/* The rows of an optional port at values that are not listed: nothing feeds it there. */
static void add_empty_rows(struct building *b)
{
    struct table *table = &b->table;
    size_t width = table->relation.n_axes;
    size_t by = kin_relation_axis(b->so_far, b->input->by);
    for (size_t r = 0; r < b->so_far->n_rows; r++) {
        const uint32_t *from = b->so_far->cells + r * b->so_far->n_axes;
        if (from[by] != KIN_WORD_NONE && case_of(b->input, from[by]))
            continue;
        size_t row = table->relation.n_rows++;
        for (size_t a = 0; a < width; a++) {
            size_t column = kin_relation_axis(b->so_far, table->relation.axes[a]);
            if (column != KIN_NO_AXIS)
                table->relation.cells[row * width + a] = from[column];
        }
        table->feeds[row].step = KIN_NO_STEP;
    }
}

static int fill_table(struct building *b, struct kin_error *err)
{
    size_t most = 0;
    bool has_axis =
        b->input->by != KIN_WORD_NONE && kin_relation_axis(b->so_far, b->input->by) != KIN_NO_AXIS;
    bool has_else = b->input->by != KIN_WORD_NONE && case_of(b->input, KIN_WORD_NONE);
    for (size_t i = 0; i < b->n_views; i++)
        most += b->views[i].rows.n_rows;
    if (has_axis && !has_else)
        most += b->so_far->n_rows;
    if (most > KIN_MAX_ALL_POINTS) {
        kin_report_error(&b->c->reporter, b->input->node->mark, "more than %u points for one input",
                         KIN_MAX_ALL_POINTS);
        b->ok = false;
        return 0;
    }
    KIN_TRY(kin_arena_take(&b->c->scratch, &b->table.relation.cells,
                           most * b->table.relation.n_axes, sizeof(uint32_t), err));
    KIN_TRY(kin_arena_take(&b->c->scratch, &b->table.feeds, most, sizeof(struct kin_feed), err));
    KIN_TRY(kin_arena_take(&b->c->scratch, &b->table.view_of, most, sizeof(size_t), err));
    for (size_t i = 0; i < b->n_views; i++)
        add_rows(b, &b->views[i], i);
    if (has_axis && !has_else)
        add_empty_rows(b);
    return 0;
}

/* ---- the operand: rows ascending, equal ones together ---- */

static void report_same_point(struct building *b, size_t first, size_t second)
{
    struct kin_text point = {0};
    const struct kin_relation *relation = &b->table.relation;
    const struct view *one = &b->views[b->table.view_of[first]];
    const struct view *other = &b->views[b->table.view_of[second]];
    kin_list_point(&b->c->words, relation->axes, relation->cells + second * relation->n_axes,
                   relation->n_axes, &point);
    kin_report_error(&b->c->reporter, other->mark,
                     "'%s' and '%s' both give %s; tell them apart by an axis under 'for', or "
                     "with {by: axis, NAME: step, …}",
                     one->text, other->text, kin_text_string(&point));
    b->c->reporter.failed |= point.failed;
    kin_text_release(&point);
    b->ok = false;
}

static bool same_cells(const struct kin_relation *relation, const bool *columns, uint32_t x,
                       uint32_t y)
{
    for (size_t i = 0; i < relation->n_axes; i++) {
        if ((!columns || columns[i]) &&
            relation->cells[x * relation->n_axes + i] != relation->cells[y * relation->n_axes + i])
            return false;
    }
    return true;
}

/* Writes the rows in order; those alike in the kept columns become one. */
static void group_rows(struct building *b, const uint32_t *order, const bool *kept,
                       struct kin_operand *out)
{
    const struct kin_relation *from = &b->table.relation;
    size_t n_feeds = 0;
    for (size_t i = 0; i < from->n_rows; i++) {
        bool is_new = i == 0 || !same_cells(from, kept, order[i - 1], order[i]);
        bool is_same = i > 0 && same_cells(from, NULL, order[i - 1], order[i]);
        if (is_new) {
            uint32_t *cells = out->relation.cells + out->relation.n_rows * out->relation.n_axes;
            for (size_t a = 0, k = 0; a < from->n_axes; a++) {
                if (kept[a])
                    cells[k++] = from->cells[order[i] * from->n_axes + a];
            }
            out->start[out->relation.n_rows++] = n_feeds;
        }
        if (b->table.feeds[order[i]].step == KIN_NO_STEP)
            continue;
        if (is_same && b->ok)
            report_same_point(b, order[i - 1], order[i]);
        out->feeds[n_feeds++] = b->table.feeds[order[i]];
    }
    out->start[out->relation.n_rows] = n_feeds;
}

static int build_operand(struct building *b, const bool *kept, struct kin_operand *out,
                         struct kin_error *err)
{
    const struct kin_relation *from = &b->table.relation;
    uint32_t *axes, *gathered, *order;
    KIN_TRY(kin_arena_take(&b->c->scratch, &axes, from->n_axes, sizeof *axes, err));
    KIN_TRY(kin_arena_take(&b->c->scratch, &gathered, from->n_axes, sizeof *axes, err));
    for (size_t i = 0; i < from->n_axes; i++) {
        if (kept[i])
            axes[out->relation.n_axes++] = from->axes[i];
        else
            gathered[out->n_gathered++] = from->axes[i];
    }
    out->relation.axes = axes;
    out->gathered = gathered;
    KIN_TRY(kin_relation_order(&b->c->words, from, kept, &b->c->scratch, &order, err));
    KIN_TRY(kin_arena_take(&b->c->scratch, &out->relation.cells,
                           from->n_rows * out->relation.n_axes, sizeof(uint32_t), err));
    KIN_TRY(kin_arena_take(&b->c->scratch, &out->start, from->n_rows + 1, sizeof(size_t), err));
    KIN_TRY(
        kin_arena_take(&b->c->scratch, &out->feeds, from->n_rows, sizeof(struct kin_feed), err));
    group_rows(b, order, kept, out);
    return 0;
}

/* Which columns stay: all, but for a gathering port those that `over` does not name. */
static int kept_columns(const struct building *b, const uint32_t *over, size_t n_over, bool **out,
                        struct kin_error *err)
{
    const struct kin_relation *relation = &b->table.relation;
    bool gathers = b->d->step.kind->inputs[b->input->port].mode == KIN_GATHER;
    KIN_TRY(kin_arena_take(&b->c->scratch, out, relation->n_axes, sizeof **out, err));
    for (size_t i = 0; i < relation->n_axes; i++)
        (*out)[i] = !gathers || (n_over != SIZE_MAX && !holds(over, n_over, relation->axes[i]));
    return 0;
}

static int build(struct building *b, const uint32_t *over, size_t n_over, struct kin_operand *out,
                 struct kin_error *err)
{
    bool *kept;
    KIN_TRY(add_views(b, err));
    if (!b->ok)
        return 0;
    KIN_TRY(table_axes(b, err));
    if (!b->ok)
        return 0;
    KIN_TRY(spread_views(b, err));
    KIN_TRY(fill_table(b, err));
    if (!b->ok)
        return 0;
    KIN_TRY(kept_columns(b, over, n_over, &kept, err));
    return build_operand(b, kept, out, err);
}

int kin_input_operand(struct kin_compile *c, const struct kin_declaration *d,
                      const struct kin_input *input, const struct kin_relation *so_far,
                      const struct kin_filters *filters, const uint32_t *over, size_t n_over,
                      struct kin_operand *out, bool *ok, struct kin_error *err)
{
    struct building b = {
        .c = c, .d = d, .input = input, .so_far = so_far, .filters = filters, .ok = true};
    *out = (struct kin_operand){.name = d->step.kind->inputs[input->port].name,
                                .mark = input->node->mark,
                                .port = input->port};
    KIN_TRY(build(&b, over, n_over, out, err));
    *ok = b.ok;
    return 0;
}
