/* The last steps of resolving: new names for axes, the final order, and the arrays of kin_step. */
#include <stdlib.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/text.h"
#include "workflow/compile.h"

/* ---- rename ---- */

/* An axis under its new name, and the column it comes from. */
struct column {
    const char *name;
    uint32_t axis;
    size_t from;
};

static int rename_axis(struct kin_compile *c, const struct kin_declaration *d,
                       const struct kin_relation *points, const struct kin_node *key,
                       const struct kin_node *value, uint32_t *axes, bool *ok,
                       struct kin_error *err)
{
    char hint[KIN_HINT];
    uint32_t old = kin_words_find(&c->words, key->text);
    size_t column = old == KIN_WORD_NONE ? KIN_NO_AXIS : kin_relation_axis(points, old);
    if (column == KIN_NO_AXIS) {
        kin_report_error(&c->reporter, key->mark, "step '%s' has no axis '%s'%s", d->step.name,
                         key->text, kin_hint_axis(c, key->text, points, hint));
        *ok = false;
        return 0;
    }
    if (value->type != KIN_NODE_SCALAR || !kin_name_is_good(value->text)) {
        kin_report_error(&c->reporter, value->mark,
                         "the new name of axis '%s' must be a name: letters, digits, _ and -",
                         key->text);
        *ok = false;
        return 0;
    }
    return kin_words_add(&c->words, value->text, &axes[column], err);
}

static int read_rename(struct kin_compile *c, const struct kin_declaration *d,
                       const struct kin_relation *points, uint32_t *axes, bool *ok,
                       struct kin_error *err)
{
    const struct kin_node *node = d->rename;
    if (!node)
        return 0;
    if (node->type != KIN_NODE_MAP) {
        kin_report_error(&c->reporter, node->mark, "'rename' takes a mapping: {old: new}");
        *ok = false;
        return 0;
    }
    for (size_t i = 0; i < node->n; i++)
        KIN_TRY(rename_axis(c, d, points, node->keys[i], node->items[i], axes, ok, err));
    for (size_t i = 0; *ok && i < points->n_axes; i++) {
        for (size_t j = 0; *ok && j < i; j++) {
            if (axes[i] != axes[j])
                continue;
            kin_report_error(&c->reporter, node->mark, "two axes would be named '%s'",
                             kin_words_text(&c->words, axes[i]));
            *ok = false;
        }
    }
    return 0;
}

static int compare_columns(const void *a, const void *b)
{
    const struct column *x = a;
    const struct column *y = b;
    return strcmp(x->name, y->name);
}

/* The relation as others see it: axes by their new names, in ascending name. */
static int rename_points(struct kin_compile *c, const struct kin_declaration *d,
                         const struct kin_relation *points, struct kin_relation *out, bool *ok,
                         struct kin_error *err)
{
    struct column *columns;
    uint32_t *axes, *sorted;
    size_t width = points->n_axes;
    KIN_TRY(kin_arena_take(&c->scratch, &axes, width, sizeof *axes, err));
    KIN_TRY(kin_arena_take(&c->arena, &sorted, width, sizeof *sorted, err));
    KIN_TRY(kin_arena_take(&c->scratch, &columns, width, sizeof *columns, err));
    KIN_TRY(kin_arena_take(&c->scratch, &out->cells, points->n_rows * width, sizeof *axes, err));
    if (width > 0)
        memcpy(axes, points->axes, width * sizeof *axes);
    KIN_TRY(read_rename(c, d, points, axes, ok, err));
    for (size_t i = 0; i < width; i++)
        columns[i] = (struct column){kin_words_text(&c->words, axes[i]), axes[i], i};
    qsort(columns, width, sizeof *columns, compare_columns);
    for (size_t i = 0; i < width; i++) {
        sorted[i] = columns[i].axis;
        for (size_t p = 0; p < points->n_rows; p++)
            out->cells[p * width + i] = points->cells[p * width + columns[i].from];
    }
    out->axes = sorted;
    out->n_axes = width;
    out->n_rows = points->n_rows;
    return 0;
}

/* ---- order ---- */

static int permute(struct kin_arena *arena, uint32_t **table, size_t width, const uint32_t *order,
                   size_t n, struct kin_error *err)
{
    uint32_t *sorted;
    KIN_TRY(kin_arena_take(arena, &sorted, n * width, sizeof *sorted, err));
    for (size_t i = 0; i < n; i++)
        memcpy(sorted + i * width, *table + order[i] * width, width * sizeof *sorted);
    *table = sorted;
    return 0;
}

static int sort_points(struct kin_compile *c, struct kin_declaration *d, struct kin_joined *joined,
                       struct kin_relation *seen, struct kin_error *err)
{
    uint32_t *order;
    size_t n = seen->n_rows;
    KIN_TRY(kin_relation_order(&c->words, seen, NULL, &c->scratch, &order, err));
    KIN_TRY(permute(&c->arena, &seen->cells, seen->n_axes, order, n, err));
    KIN_TRY(permute(&c->scratch, &joined->relation.cells, joined->relation.n_axes, order, n, err));
    KIN_TRY(permute(&c->scratch, &joined->rows, joined->stride, order, n, err));
    d->relation = *seen;
    return 0;
}

/* ---- the arrays of kin_step ---- */

static int write_axes(struct kin_compile *c, struct kin_declaration *d, struct kin_error *err)
{
    const char **axes;
    KIN_TRY(kin_arena_take(c->kept, &axes, d->relation.n_axes, sizeof(char *), err));
    for (size_t i = 0; i < d->relation.n_axes; i++)
        axes[i] = kin_words_text(&c->words, d->relation.axes[i]);
    d->step.axes = axes;
    d->step.n_axes = d->relation.n_axes;
    d->step.n_points = d->relation.n_rows;
    return 0;
}

static int write_points(struct kin_compile *c, struct kin_declaration *d, struct kin_error *err)
{
    struct kin_label *points;
    size_t width = d->relation.n_axes;
    size_t n = d->relation.n_rows * width;
    KIN_TRY(kin_arena_take(c->kept, &points, n, sizeof *points, err));
    for (size_t i = 0; i < n; i++) {
        uint32_t label = d->relation.cells[i];
        points[i].axis = d->step.axes[i % width];
        if (label == KIN_WORD_NONE)
            continue;
        const struct kin_word *word = &c->words.list[label];
        points[i].text = word->text;
        points[i].is_number = word->is_number;
        points[i].number = word->number;
    }
    d->step.points = points;
    return 0;
}

/* The operand of each port, or SIZE_MAX. */
static void operands_of_ports(const struct kin_joined *joined, size_t n_ports, size_t *out)
{
    for (size_t i = 0; i < n_ports; i++)
        out[i] = SIZE_MAX;
    for (size_t k = 0; k < joined->n_operands; k++) {
        if (joined->operands[k].port != SIZE_MAX)
            out[joined->operands[k].port] = k;
    }
}

static const struct kin_operand *feeding(const struct kin_joined *joined, const size_t *operands,
                                         size_t point, size_t port, size_t *row)
{
    if (operands[port] == SIZE_MAX)
        return NULL;
    *row = joined->rows[point * joined->stride + operands[port]];
    return &joined->operands[operands[port]];
}

static int write_starts(struct kin_compile *c, struct kin_declaration *d,
                        const struct kin_joined *joined, const size_t *operands, size_t n_ports,
                        bool *ok, struct kin_error *err)
{
    size_t *start;
    size_t n = 0;
    size_t row;
    KIN_TRY(kin_arena_take(c->kept, &start, d->step.n_points * n_ports + 1, sizeof *start, err));
    for (size_t p = 0; p < d->step.n_points; p++) {
        for (size_t i = 0; i < n_ports; i++) {
            start[p * n_ports + i] = n;
            const struct kin_operand *from = feeding(joined, operands, p, i, &row);
            n += from ? from->start[row + 1] - from->start[row] : 0;
        }
    }
    start[d->step.n_points * n_ports] = n;
    d->step.feed_start = start;
    c->all_feeds += n;
    c->all_points += d->step.n_points;
    *ok = c->all_feeds <= KIN_MAX_FEEDS && c->all_points <= KIN_MAX_ALL_POINTS;
    if (!*ok)
        kin_report_error(&c->reporter, d->step.mark,
                         "up to step '%s' this workflow has more than %u points or %u feeds",
                         d->step.name, KIN_MAX_ALL_POINTS, KIN_MAX_FEEDS);
    return 0;
}

static int write_feeds(struct kin_compile *c, struct kin_declaration *d,
                       const struct kin_joined *joined, const size_t *operands, size_t n_ports,
                       struct kin_error *err)
{
    struct kin_feed *feeds;
    size_t n = 0;
    size_t row;
    KIN_TRY(kin_arena_take(c->kept, &feeds, d->step.feed_start[d->step.n_points * n_ports],
                           sizeof *feeds, err));
    for (size_t p = 0; p < d->step.n_points; p++) {
        for (size_t i = 0; i < n_ports; i++) {
            const struct kin_operand *from = feeding(joined, operands, p, i, &row);
            for (size_t f = from ? from->start[row] : 0; from && f < from->start[row + 1]; f++) {
                feeds[n] = from->feeds[f];
                feeds[n++].step = c->steps[from->feeds[f].step].position;
            }
        }
    }
    d->step.feeds = feeds;
    return 0;
}

int kin_points_finish(struct kin_compile *c, struct kin_declaration *d, struct kin_joined *joined,
                      bool *ok, struct kin_error *err)
{
    struct kin_relation seen = {0};
    size_t *operands;
    size_t n_ports = kin_kind_inputs(d->step.kind);
    KIN_TRY(rename_points(c, d, &joined->relation, &seen, ok, err));
    if (!*ok)
        return 0;
    KIN_TRY(sort_points(c, d, joined, &seen, err));
    KIN_TRY(write_axes(c, d, err));
    KIN_TRY(kin_arena_take(&c->scratch, &operands, n_ports, sizeof *operands, err));
    operands_of_ports(joined, n_ports, operands);
    KIN_TRY(write_starts(c, d, joined, operands, n_ports, ok, err));
    if (!*ok)
        return 0;
    KIN_TRY(write_points(c, d, err));
    return write_feeds(c, d, joined, operands, n_ports, err);
}
