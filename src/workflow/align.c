/* A step's points and what feeds them: join, where, exclude, over, rename. */
#include <string.h>

#include "kindred/memory.h"
#include "kindred/text.h"
#include "workflow/compile.h"

/* What is known of one step while it is resolved. */
struct resolving {
    struct kin_compile *c;
    struct kin_declaration *d;
    struct kin_for given;
    struct kin_filters filters;
    size_t n_over; /* SIZE_MAX: all */
    uint32_t *over;
    const struct kin_mark *over_marks;
    struct kin_joined joined;
    bool ok;
};

static void fail(struct resolving *r)
{
    r->ok = false;
}

/* ---- over ---- */

static const struct kin_port *gathering_port(const struct kin_kind *kind)
{
    for (size_t i = 0; i < kin_kind_inputs(kind); i++) {
        if (kind->inputs[i].mode == KIN_GATHER)
            return &kind->inputs[i];
    }
    return NULL;
}

static int read_over(struct resolving *r, struct kin_error *err)
{
    const struct kin_node *over = r->d->over;
    struct kin_written *values;
    struct kin_mark *marks;
    if (!over)
        return 0;
    if (!gathering_port(r->d->step.kind)) {
        kin_report_error(&r->c->reporter, r->d->over_mark,
                         "kind '%s' gathers nothing; 'over' is for kinds that do",
                         r->d->step.kind->name);
        fail(r);
        return 0;
    }
    if (over->type == KIN_NODE_SCALAR && strcmp(over->text, "all") == 0) {
        r->n_over = SIZE_MAX;
        return 0;
    }
    KIN_TRY(kin_variables_list(r->c, over, "'over'", &values, &r->n_over, err));
    if (!values) {
        fail(r);
        return 0;
    }
    KIN_TRY(kin_arena_take(&r->c->scratch, &r->over, r->n_over, sizeof *r->over, err));
    KIN_TRY(kin_arena_take(&r->c->scratch, &marks, r->n_over, sizeof *marks, err));
    for (size_t i = 0; i < r->n_over; i++) {
        KIN_TRY(kin_words_add(&r->c->words, values[i].node->text, &r->over[i], err));
        marks[i] = values[i].mark;
    }
    r->over_marks = marks;
    return 0;
}

/* All axes of all operands, with those that were gathered away. */
static int all_axes(struct resolving *r, struct kin_relation *out, struct kin_error *err)
{
    *out = (struct kin_relation){0};
    for (size_t i = 0; i < r->joined.n_operands; i++) {
        const struct kin_operand *one = &r->joined.operands[i];
        KIN_TRY(kin_relation_unite_axes(&r->c->words, out->axes, out->n_axes, one->relation.axes,
                                        one->relation.n_axes, &r->c->scratch, &out->axes,
                                        &out->n_axes, err));
        KIN_TRY(kin_relation_unite_axes(&r->c->words, out->axes, out->n_axes, one->gathered,
                                        one->n_gathered, &r->c->scratch, &out->axes, &out->n_axes,
                                        err));
    }
    return 0;
}

static bool is_gathered(const struct resolving *r, uint32_t axis)
{
    for (size_t i = 0; i < r->joined.n_operands; i++) {
        for (size_t j = 0; j < r->joined.operands[i].n_gathered; j++) {
            if (r->joined.operands[i].gathered[j] == axis)
                return true;
        }
    }
    return false;
}

/* Every axis of `over` is one that a gathering port has; and such a port is told what to gather. */
static int check_over(struct resolving *r, struct kin_error *err)
{
    struct kin_relation axes;
    char hint[KIN_HINT];
    KIN_TRY(all_axes(r, &axes, err));
    for (size_t i = 0; r->n_over != SIZE_MAX && i < r->n_over; i++) {
        if (is_gathered(r, r->over[i]))
            continue;
        const char *name = kin_words_text(&r->c->words, r->over[i]);
        kin_report_error(&r->c->reporter, r->over_marks[i],
                         "what step '%s' gathers has no axis '%s'%s", r->d->step.name, name,
                         kin_hint_axis(r->c, name, &axes, hint));
        fail(r);
    }
    for (size_t i = 0; !r->d->over && i < r->joined.n_operands; i++) {
        const struct kin_operand *one = &r->joined.operands[i];
        if (one->port == SIZE_MAX || one->relation.n_axes == 0 ||
            r->d->step.kind->inputs[one->port].mode != KIN_GATHER)
            continue;
        struct kin_text list = {0};
        for (size_t a = 0; a < one->relation.n_axes; a++)
            kin_text_addf(&list, "%s%s", a ? ", " : "",
                          kin_words_text(&r->c->words, one->relation.axes[a]));
        kin_report_error(&r->c->reporter, one->mark,
                         "kind '%s' gathers its input '%s'; say over which axes: 'over: all', or "
                         "some of [%s]",
                         r->d->step.kind->name, one->name, kin_text_string(&list));
        r->c->reporter.failed |= list.failed;
        kin_text_release(&list);
        fail(r);
    }
    return 0;
}

/* ---- where ---- */

/* The labels of an axis in all that the step reads, filtered or not: what could have been meant. */
static int labels_of_axis(struct resolving *r, uint32_t axis, uint32_t **out, size_t *n,
                          struct kin_error *err)
{
    *n = 0;
    *out = NULL;
    for (size_t i = 0; i < r->d->n_inputs; i++) {
        const struct kin_input *input = &r->d->inputs[i];
        for (size_t j = 0; *n == 0 && j < input->n_cases; j++) {
            const struct kin_relation *points =
                &r->c->steps[input->cases[j].references[0].step].relation;
            size_t column = kin_relation_axis(points, axis);
            if (column != KIN_NO_AXIS)
                KIN_TRY(kin_column_labels(r->c, points, column, out, n, err));
        }
    }
    return 0;
}

static int check_where(struct resolving *r, struct kin_error *err)
{
    char hint[KIN_HINT];
    struct kin_relation axes;
    KIN_TRY(all_axes(r, &axes, err));
    for (size_t i = 0; i < r->filters.n; i++) {
        const struct kin_filter *filter = &r->filters.list[i];
        const char *axis = kin_words_text(&r->c->words, filter->axis);
        if (!filter->known) {
            kin_report_error(&r->c->reporter, filter->mark, "step '%s' has no axis '%s'%s",
                             r->d->step.name, axis, kin_hint_axis(r->c, axis, &axes, hint));
            fail(r);
        }
        for (size_t j = 0; filter->known && j < filter->n; j++) {
            if (filter->met[j])
                continue;
            const char *label = kin_words_text(&r->c->words, filter->labels[j]);
            uint32_t *labels;
            size_t n;
            KIN_TRY(labels_of_axis(r, filter->axis, &labels, &n, err));
            kin_report_error(&r->c->reporter, filter->marks[j],
                             "axis '%s' has no value '%s' here%s", axis, label,
                             kin_hint_label(r->c, label, labels, n, hint));
            fail(r);
        }
    }
    return 0;
}

/* ---- join ---- */

/* «'for'», «input 'of'» */
static void add_operand_name(const struct kin_operand *operand, struct kin_text *out)
{
    kin_text_addf(out, operand->port == SIZE_MAX ? "'%s'" : "input '%s'", operand->name);
}

/* The earlier operand that has all the shared axes, or NULL: several together. */
static const struct kin_operand *left_side(const struct resolving *r, size_t k,
                                           const struct kin_join *join)
{
    for (size_t i = 0; i < k; i++) {
        size_t n = 0;
        for (size_t a = 0; a < join->n_shared; a++)
            n += kin_relation_axis(&r->joined.operands[i].relation, join->shared[a]) != KIN_NO_AXIS;
        if (n == join->n_shared)
            return &r->joined.operands[i];
    }
    return NULL;
}

/* «; only input 'to' has task=IR and task=VS», with the points in the shared axes. */
static int add_alone(struct resolving *r, const struct kin_join *join,
                     const struct kin_relation *relation, const uint32_t *rows, size_t n,
                     const struct kin_text *name, struct kin_text *out, struct kin_error *err)
{
    uint32_t *cells;
    struct kin_groups groups = {0};
    size_t width = join->n_shared;
    if (n == 0)
        return 0;
    KIN_TRY(kin_arena_take(&r->c->scratch, &cells, n * width, sizeof *cells, err));
    for (size_t i = 0; i < n; i++) {
        for (size_t a = 0; a < width; a++)
            cells[i * width + a] = relation->cells[rows[i] * relation->n_axes +
                                                   kin_relation_axis(relation, join->shared[a])];
    }
    KIN_TRY(kin_rows_group(cells, width, n, &r->c->scratch, &groups, err));
    kin_text_addf(out, "; only %s has ", kin_text_string(name));
    for (size_t g = 0; g < groups.n && g < KIN_LISTED; g++) {
        kin_text_add(out, g == 0 ? "" : g + 1 == groups.n ? " and " : ", ");
        kin_list_point(&r->c->words, join->shared, cells + groups.first[g] * width, width, out);
    }
    if (groups.n > KIN_LISTED)
        kin_text_addf(out, " and %zu more", groups.n - KIN_LISTED);
    return 0;
}

static int report_mismatch(struct resolving *r, size_t k, const struct kin_join *join,
                           struct kin_error *err)
{
    const struct kin_operand *right = &r->joined.operands[k];
    const struct kin_operand *left = left_side(r, k, join);
    KIN_AUTO(kin_text_release) struct kin_text left_name = {0};
    KIN_AUTO(kin_text_release) struct kin_text right_name = {0};
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    if (left)
        add_operand_name(left, &left_name);
    else
        kin_text_add(&left_name, "what comes before");
    add_operand_name(right, &right_name);
    kin_text_addf(&text, "%s and %s do not have the same points", kin_text_string(&left_name),
                  kin_text_string(&right_name));
    KIN_TRY(add_alone(r, join, &r->joined.relation, join->left_alone, join->n_left_alone,
                      &left_name, &text, err));
    KIN_TRY(add_alone(r, join, &right->relation, join->right_alone, join->n_right_alone,
                      &right_name, &text, err));
    kin_report_error(&r->c->reporter, right->mark, "%s; select with 'where'",
                     kin_text_string(&text));
    r->c->reporter.failed |= text.failed;
    fail(r);
    return 0;
}

/* The rows of all operands so far, extended by the one that was joined. */
static int extend_rows(struct resolving *r, size_t k, size_t stride, const struct kin_join *join,
                       struct kin_error *err)
{
    uint32_t *rows;
    KIN_TRY(kin_arena_take(&r->c->scratch, &rows, join->result.n_rows * stride, sizeof *rows, err));
    for (size_t i = 0; i < join->result.n_rows; i++) {
        memcpy(rows + i * stride, r->joined.rows + join->left[i] * stride, k * sizeof *rows);
        rows[i * stride + k] = join->right[i];
    }
    r->joined.rows = rows;
    r->joined.relation = join->result;
    return 0;
}

static int report_empty(struct resolving *r, const struct kin_operand *operand,
                        struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text name = {0};
    KIN_TRY(check_where(r, err));
    if (!r->ok)
        return 0;
    add_operand_name(operand, &name);
    kin_report_error(&r->c->reporter, operand->mark, "%s has no point left%s",
                     kin_text_string(&name), r->filters.n ? " after 'where'" : "");
    r->c->reporter.failed |= name.failed;
    fail(r);
    return 0;
}

/* Joins the operand that was just built, the last one. */
static int join_operand(struct resolving *r, size_t stride, struct kin_error *err)
{
    struct kin_join join;
    size_t k = r->joined.n_operands - 1;
    const struct kin_operand *operand = &r->joined.operands[k];
    if (operand->relation.n_rows == 0)
        return report_empty(r, operand, err);
    KIN_TRY(kin_relation_join(&r->c->words, &r->joined.relation, &operand->relation, KIN_MAX_POINTS,
                              &r->c->scratch, &join, err));
    if (join.too_many || join.result.n_axes > KIN_MAX_AXES) {
        kin_report_error(&r->c->reporter, r->d->step.mark, "step '%s' has more than %u %s",
                         r->d->step.name, join.too_many ? KIN_MAX_POINTS : KIN_MAX_AXES,
                         join.too_many ? "points" : "axes");
        fail(r);
        return 0;
    }
    if (join.n_left_alone + join.n_right_alone > 0)
        return report_mismatch(r, k, &join, err);
    return extend_rows(r, k, stride, &join, err);
}

static int join_input(struct resolving *r, const struct kin_input *input, size_t stride,
                      struct kin_error *err)
{
    bool ok;
    KIN_TRY(kin_input_operand(r->c, r->d, input, &r->joined.relation, &r->filters, r->over,
                              r->n_over, &r->joined.operands[r->joined.n_operands++], &ok, err));
    if (!ok)
        fail(r);
    return ok ? join_operand(r, stride, err) : 0;
}

/* The inputs in the order of the kind's ports, whatever the order in the file; those that choose
 * `by` an axis in a second round, when all axes are known. */
static int join_inputs(struct resolving *r, bool by, size_t stride, struct kin_error *err)
{
    for (size_t port = 0; port < kin_kind_inputs(r->d->step.kind); port++) {
        for (size_t i = 0; i < r->d->n_inputs && r->ok; i++) {
            const struct kin_input *input = &r->d->inputs[i];
            if (input->port == port && (input->by != KIN_WORD_NONE) == by)
                KIN_TRY(join_input(r, input, stride, err));
        }
    }
    return 0;
}

static int join_all(struct resolving *r, struct kin_error *err)
{
    size_t stride = r->d->n_inputs + 1;
    bool ok = true;
    r->joined.relation.n_rows = 1; /* the only point of no axes */
    KIN_TRY(kin_arena_take(&r->c->scratch, &r->joined.operands, stride, sizeof *r->joined.operands,
                           err));
    KIN_TRY(kin_arena_take(&r->c->scratch, &r->joined.rows, stride, sizeof(uint32_t), err));
    KIN_TRY(kin_arena_take(&r->c->scratch, &r->joined.relation.cells, 1, sizeof(uint32_t), err));
    if (r->given.n_products > 0) {
        KIN_TRY(kin_for_operand(r->c, r->d, &r->given, &r->filters,
                                &r->joined.operands[r->joined.n_operands++], &ok, err));
        if (!ok)
            fail(r);
        else
            KIN_TRY(join_operand(r, stride, err));
    }
    KIN_TRY(join_inputs(r, false, stride, err));
    KIN_TRY(join_inputs(r, true, stride, err));
    r->joined.stride = stride;
    return 0;
}

/* ---- exclude ---- */

static int exclude_entry(struct resolving *r, const struct kin_node *entry, bool *dropped,
                         struct kin_error *err)
{
    struct kin_filters filters;
    char hint[KIN_HINT];
    bool ok;
    size_t hits = 0;
    const struct kin_relation *points = &r->joined.relation;
    KIN_TRY(kin_filters_read(r->c, entry, &filters, &ok, err));
    for (size_t i = 0; ok && i < filters.n; i++) {
        if (kin_relation_axis(points, filters.list[i].axis) != KIN_NO_AXIS)
            continue;
        const char *axis = kin_words_text(&r->c->words, filters.list[i].axis);
        kin_report_error(&r->c->reporter, filters.list[i].mark, "step '%s' has no axis '%s'%s",
                         r->d->step.name, axis, kin_hint_axis(r->c, axis, points, hint));
        ok = false;
    }
    for (size_t p = 0; ok && p < points->n_rows; p++) {
        bool hit = kin_filters_pass(&filters, points, p);
        dropped[p] = dropped[p] || hit;
        hits += hit;
    }
    if (ok && hits == 0)
        kin_report_error(&r->c->reporter, entry->mark, "this excludes no point of step '%s'",
                         r->d->step.name);
    if (!ok || hits == 0)
        fail(r);
    return 0;
}

static void drop_points(struct kin_joined *joined, const bool *dropped)
{
    size_t width = joined->relation.n_axes;
    size_t kept = 0;
    for (size_t p = 0; p < joined->relation.n_rows; p++) {
        if (dropped[p])
            continue;
        memmove(joined->relation.cells + kept * width, joined->relation.cells + p * width,
                width * sizeof(uint32_t));
        memmove(joined->rows + kept * joined->stride, joined->rows + p * joined->stride,
                joined->stride * sizeof(uint32_t));
        kept++;
    }
    joined->relation.n_rows = kept;
}

static int exclude_points(struct resolving *r, struct kin_error *err)
{
    const struct kin_node *node = r->d->exclude;
    bool *dropped;
    if (!node)
        return 0;
    KIN_TRY(
        kin_arena_take(&r->c->scratch, &dropped, r->joined.relation.n_rows, sizeof *dropped, err));
    bool is_list = node->type == KIN_NODE_LIST;
    for (size_t i = 0; i < (is_list ? node->n : 1); i++)
        KIN_TRY(exclude_entry(r, is_list ? node->items[i] : node, dropped, err));
    drop_points(&r->joined, dropped);
    if (r->joined.relation.n_rows == 0 && r->ok) {
        kin_report_error(&r->c->reporter, node->mark, "this excludes every point of step '%s'",
                         r->d->step.name);
        fail(r);
    }
    return 0;
}

/* ---- the passes ---- */

static bool has_broken_source(const struct kin_compile *c, const struct kin_declaration *d)
{
    for (size_t i = 0; i < d->n_inputs; i++) {
        for (size_t j = 0; j < d->inputs[i].n_cases; j++) {
            const struct kin_case *one = &d->inputs[i].cases[j];
            for (size_t k = 0; k < one->n_references; k++) {
                if (one->references[k].step == KIN_NO_STEP ||
                    c->steps[one->references[k].step].broken)
                    return true;
            }
        }
    }
    return false;
}

static int find_points(struct resolving *r, struct kin_error *err)
{
    bool ok;
    KIN_TRY(kin_filters_read(r->c, r->d->where, &r->filters, &ok, err));
    r->ok = r->ok && ok;
    KIN_TRY(kin_for_read(r->c, r->d, &r->given, &ok, err));
    r->ok = r->ok && ok;
    KIN_TRY(read_over(r, err));
    if (r->ok)
        KIN_TRY(join_all(r, err));
    if (r->ok)
        KIN_TRY(check_where(r, err));
    if (r->ok)
        KIN_TRY(check_over(r, err));
    return 0;
}

int kin_declaration_resolve(struct kin_compile *c, struct kin_declaration *d, struct kin_error *err)
{
    struct resolving r = {.c = c, .d = d, .ok = true};
    struct kin_plan *plan = NULL;
    kin_arena_clear(&c->scratch);
    if (!d->step.kind)
        return 0;
    d->broken = d->broken || has_broken_source(c, d);
    if (!d->broken)
        KIN_TRY(find_points(&r, err));
    if (d->broken || !r.ok) {
        d->broken = true;
        return kin_arguments_check_constants(c, d, err);
    }
    KIN_TRY(kin_arguments_plan(c, d, &r.given, &r.filters, &r.joined, &plan, err));
    KIN_TRY(exclude_points(&r, err));
    if (r.ok)
        KIN_TRY(kin_points_finish(c, d, &r.joined, &r.ok, err));
    d->broken = !r.ok;
    return r.ok ? kin_arguments_set(c, d, &r.joined, plan, err) : 0;
}
