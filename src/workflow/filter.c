/* `where:` and the entries of `exclude:`: which labels of which axes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kindred/memory.h"
#include "workflow/compile.h"

/* A label with where it was written, to be sorted by number. */
struct placed {
    uint32_t label;
    struct kin_mark mark;
};

static int compare_placed(const void *a, const void *b)
{
    const struct placed *x = a;
    const struct placed *y = b;
    return x->label < y->label ? -1 : x->label > y->label;
}

static int fill_labels(struct kin_compile *c, const struct kin_written *values, size_t n,
                       struct kin_filter *out, struct kin_error *err)
{
    struct placed *placed;
    struct kin_mark *marks;
    KIN_TRY(kin_arena_take(&c->scratch, &placed, n, sizeof *placed, err));
    KIN_TRY(kin_arena_take(&c->scratch, &out->labels, n, sizeof *out->labels, err));
    KIN_TRY(kin_arena_take(&c->scratch, &marks, n, sizeof *marks, err));
    KIN_TRY(kin_arena_take(&c->scratch, &out->met, n, sizeof *out->met, err));
    for (size_t i = 0; i < n; i++) {
        placed[i].mark = values[i].mark;
        KIN_TRY(kin_words_label(&c->words, values[i].node->text, values[i].node->quoted,
                                &placed[i].label, err));
    }
    qsort(placed, n, sizeof *placed, compare_placed);
    for (size_t i = 0; i < n; i++) {
        out->labels[i] = placed[i].label;
        marks[i] = placed[i].mark;
    }
    out->marks = marks;
    out->n = n;
    return 0;
}

static int read_filter(struct kin_compile *c, const struct kin_node *key,
                       const struct kin_node *value, struct kin_filter *out, bool *ok,
                       struct kin_error *err)
{
    char what[100];
    struct kin_written *values;
    size_t n;
    snprintf(what, sizeof what, "axis '%.80s'", key->text);
    out->mark = key->mark;
    KIN_TRY(kin_words_add(&c->words, key->text, &out->axis, err));
    KIN_TRY(kin_variables_list(c, value, what, &values, &n, err));
    if (values && n == 0)
        kin_report_error(&c->reporter, value->mark, "%s has no value", what);
    if (!values || n == 0) {
        *ok = false;
        return 0;
    }
    return fill_labels(c, values, n, out, err);
}

int kin_filters_read(struct kin_compile *c, const struct kin_node *where, struct kin_filters *out,
                     bool *ok, struct kin_error *err)
{
    *out = (struct kin_filters){0};
    *ok = true;
    if (!where)
        return 0;
    if (where->type != KIN_NODE_MAP || where->n == 0) {
        kin_report_error(&c->reporter, where->mark,
                         "wanted a mapping of axes to values: {axis: value, …}");
        *ok = false;
        return 0;
    }
    KIN_TRY(kin_arena_take(&c->scratch, &out->list, where->n, sizeof *out->list, err));
    out->n = where->n;
    for (size_t i = 0; i < where->n; i++)
        KIN_TRY(read_filter(c, where->keys[i], where->items[i], &out->list[i], ok, err));
    return 0;
}

static size_t find_label(const struct kin_filter *filter, uint32_t label)
{
    size_t low = 0;
    size_t high = filter->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (filter->labels[middle] < label)
            low = middle + 1;
        else
            high = middle;
    }
    return low < filter->n && filter->labels[low] == label ? low : SIZE_MAX;
}

bool kin_filter_lists(const struct kin_filter *filter, uint32_t label)
{
    return find_label(filter, label) != SIZE_MAX;
}

bool kin_filters_pass(const struct kin_filters *filters, const struct kin_relation *relation,
                      size_t row)
{
    bool pass = true;
    for (size_t i = 0; i < filters->n; i++) {
        struct kin_filter *filter = &filters->list[i];
        size_t column = kin_relation_axis(relation, filter->axis);
        if (column == KIN_NO_AXIS)
            continue;
        uint32_t label = relation->cells[row * relation->n_axes + column];
        size_t found = find_label(filter, label);
        filter->known = true;
        if (found == SIZE_MAX)
            pass = false;
        else
            filter->met[found] = true;
    }
    return pass;
}
