/* `for:` — the axes a step declares: a product of lists, or a union of products. */
#include <stdio.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/text.h"
#include "workflow/compile.h"

static int read_axis(struct kin_compile *c, const struct kin_node *key,
                     const struct kin_node *value, struct kin_for_axis *out, bool *ok,
                     struct kin_error *err)
{
    char what[100];
    struct kin_written *values;
    uint32_t *labels;
    struct kin_mark *marks;
    snprintf(what, sizeof what, "axis '%.80s'", key->text);
    out->mark = key->mark;
    KIN_TRY(kin_words_add(&c->words, key->text, &out->axis, err));
    KIN_TRY(kin_variables_list(c, value, what, &values, &out->n, err));
    if (!kin_name_is_good(key->text))
        kin_report_error(&c->reporter, key->mark,
                         "'%s' is no name for an axis: letters, digits, _ and -", key->text);
    else if (values && out->n == 0)
        kin_report_error(&c->reporter, value->mark, "%s has no value", what);
    if (!values || out->n == 0 || !kin_name_is_good(key->text)) {
        *ok = false;
        return 0;
    }
    KIN_TRY(kin_arena_take(&c->scratch, &labels, out->n, sizeof *labels, err));
    KIN_TRY(kin_arena_take(&c->scratch, &marks, out->n, sizeof *marks, err));
    for (size_t i = 0; i < out->n; i++) {
        const struct kin_node *node = values[i].node;
        KIN_TRY(kin_words_label(&c->words, node->text, node->quoted, &labels[i], err));
        marks[i] = values[i].mark;
    }
    out->labels = labels;
    out->marks = marks;
    return 0;
}

/* The number of points, and how often each axis changes: the last one fastest. */
static bool count_points(struct kin_product *product)
{
    product->n_points = 1;
    for (size_t i = product->n_axes; i-- > 0;) {
        product->axes[i].stride = product->n_points;
        if (!kin_mul_size(product->n_points, product->axes[i].n, &product->n_points) ||
            product->n_points > KIN_MAX_POINTS)
            return false;
    }
    return true;
}

static int read_product(struct kin_compile *c, const struct kin_node *node, size_t first,
                        struct kin_product *out, bool *ok, struct kin_error *err)
{
    if (node->type != KIN_NODE_MAP || node->n == 0) {
        kin_report_error(&c->reporter, node->mark,
                         "'for' takes a mapping of axes to values, or a list of such mappings");
        *ok = false;
        return 0;
    }
    KIN_TRY(kin_arena_take(&c->scratch, &out->axes, node->n, sizeof *out->axes, err));
    out->n_axes = node->n;
    out->first = first;
    for (size_t i = 0; i < node->n; i++)
        KIN_TRY(read_axis(c, node->keys[i], node->items[i], &out->axes[i], ok, err));
    if (*ok && (!count_points(out) || first + out->n_points > KIN_MAX_POINTS)) {
        kin_report_error(&c->reporter, node->mark, "more than %u points in one step",
                         KIN_MAX_POINTS);
        *ok = false;
    }
    return 0;
}

int kin_for_read(struct kin_compile *c, const struct kin_declaration *d, struct kin_for *out,
                 bool *ok, struct kin_error *err)
{
    const struct kin_node *node = d->for_each;
    *out = (struct kin_for){0};
    *ok = true;
    if (!node)
        return 0;
    bool is_list = node->type == KIN_NODE_LIST && node->n > 0;
    size_t n = is_list ? node->n : 1;
    size_t first = 0;
    KIN_TRY(kin_arena_take(&c->scratch, &out->products, n, sizeof *out->products, err));
    out->n_products = n;
    for (size_t i = 0; i < n; i++) {
        KIN_TRY(
            read_product(c, is_list ? node->items[i] : node, first, &out->products[i], ok, err));
        first += out->products[i].n_points;
    }
    return 0;
}

/* ---- points ---- */

static int collect_axes(struct kin_compile *c, const struct kin_for *given,
                        struct kin_relation *out, struct kin_error *err)
{
    for (size_t i = 0; i < given->n_products; i++) {
        for (size_t j = 0; j < given->products[i].n_axes && out->n_axes <= KIN_MAX_AXES; j++) {
            if (kin_relation_axis(out, given->products[i].axes[j].axis) != KIN_NO_AXIS)
                continue;
            KIN_TRY(kin_relation_unite_axes(&c->words, out->axes, out->n_axes,
                                            &given->products[i].axes[j].axis, 1, &c->scratch,
                                            &out->axes, &out->n_axes, err));
        }
    }
    return 0;
}

static void fill_axis(const struct kin_product *product, const struct kin_for_axis *axis,
                      struct kin_relation *out)
{
    size_t column = kin_relation_axis(out, axis->axis);
    uint32_t *cells = out->cells + product->first * out->n_axes;
    for (size_t p = 0; p < product->n_points; p++)
        cells[p * out->n_axes + column] = axis->labels[p / axis->stride % axis->n];
}

static const struct kin_product *product_of(const struct kin_for *given, size_t point)
{
    size_t low = 0;
    size_t high = given->n_products;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (given->products[middle].first <= point)
            low = middle;
        else
            high = middle;
    }
    return &given->products[low];
}

struct kin_mark kin_for_mark(const struct kin_for *given, uint32_t origin, uint32_t axis)
{
    const struct kin_product *product = product_of(given, origin);
    for (size_t i = 0; i < product->n_axes; i++) {
        const struct kin_for_axis *one = &product->axes[i];
        if (one->axis == axis)
            return one->marks[(origin - product->first) / one->stride % one->n];
    }
    return (struct kin_mark){0};
}

/* Points it out at the last axis that could be the culprit: the mapping that repeats it. */
static void report_repeated(struct kin_compile *c, const struct kin_declaration *d,
                            const struct kin_for *given, const struct kin_relation *all,
                            uint32_t again)
{
    struct kin_text point = {0};
    const struct kin_product *product = product_of(given, again);
    const struct kin_node *node = d->for_each;
    kin_list_point(&c->words, all->axes, all->cells + again * all->n_axes, all->n_axes, &point);
    struct kin_mark mark = product->axes[0].mark;
    for (size_t i = 0; i < product->n_axes; i++) {
        if (product->axes[i].n > 1)
            mark = kin_for_mark(given, again, product->axes[i].axis);
    }
    if (node->type == KIN_NODE_MAP && product->n_points == 1)
        mark = node->mark;
    kin_report_error(&c->reporter, mark, "the point %s is listed twice", kin_text_string(&point));
    c->reporter.failed |= point.failed;
    kin_text_release(&point);
}

/* Rows ascending, those that pass the filters; the operand's origin says where they come from. */
static int sort_points(struct kin_compile *c, const struct kin_declaration *d,
                       const struct kin_for *given, const struct kin_relation *all,
                       const struct kin_filters *filters, struct kin_operand *out, bool *ok,
                       struct kin_error *err)
{
    uint32_t *order;
    struct kin_relation *kept = &out->relation;
    size_t width = all->n_axes;
    *kept = *all;
    KIN_TRY(kin_relation_order(&c->words, all, NULL, &c->scratch, &order, err));
    KIN_TRY(kin_arena_take(&c->scratch, &kept->cells, all->n_rows * width, sizeof(uint32_t), err));
    KIN_TRY(kin_arena_take(&c->scratch, &out->origin, all->n_rows, sizeof(uint32_t), err));
    kept->n_rows = 0;
    for (size_t i = 0; i < all->n_rows; i++) {
        const uint32_t *row = all->cells + order[i] * width;
        if (i > 0 && memcmp(row, all->cells + order[i - 1] * width, width * sizeof *row) == 0) {
            if (*ok)
                report_repeated(c, d, given, all, order[i]);
            *ok = false;
        }
        if (!kin_filters_pass(filters, all, order[i]))
            continue;
        memcpy(kept->cells + kept->n_rows * width, row, width * sizeof *row);
        out->origin[kept->n_rows++] = order[i];
    }
    return 0;
}

int kin_for_operand(struct kin_compile *c, const struct kin_declaration *d,
                    const struct kin_for *given, const struct kin_filters *filters,
                    struct kin_operand *out, bool *ok, struct kin_error *err)
{
    struct kin_relation all = {0};
    const struct kin_product *last = &given->products[given->n_products - 1];
    *out = (struct kin_operand){.name = "for", .mark = d->for_each->mark, .port = SIZE_MAX};
    *ok = true;
    KIN_TRY(collect_axes(c, given, &all, err));
    if (all.n_axes > KIN_MAX_AXES) {
        kin_report_error(&c->reporter, d->for_each->mark, "more than %u axes in one step",
                         KIN_MAX_AXES);
        *ok = false;
        return 0;
    }
    all.n_rows = last->first + last->n_points;
    KIN_TRY(
        kin_arena_take(&c->scratch, &all.cells, all.n_rows * all.n_axes, sizeof(uint32_t), err));
    for (size_t i = 0; i < given->n_products; i++) {
        for (size_t j = 0; j < given->products[i].n_axes; j++)
            fill_axis(&given->products[i], &given->products[i].axes[j], &all);
    }
    return sort_points(c, d, given, &all, filters, out, ok, err);
}
