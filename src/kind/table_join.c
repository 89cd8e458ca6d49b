#include "table_join.h"

#include <string.h>

#include "kindred/memory.h"

void table_join_release(struct table_join *join)
{
    for (size_t i = 0; i < join->n_parts; i++)
        table_frame_release(&join->parts[i]);
    kin_free(join->parts);
    kin_free(join->sets);
    kin_free(join->columns);
    kin_free(join->cells);
}

static bool same_columns(const struct kin_frame *a, const struct kin_frame *b)
{
    if (a->n_columns != b->n_columns)
        return false;
    for (size_t c = 0; c < a->n_columns; c++)
        if (strcmp(a->columns[c], b->columns[c]) != 0)
            return false;
    return true;
}

static int check_columns(const struct table_join *join, const char *port, struct kin_error *err)
{
    for (size_t i = 1; i < join->n_parts; i++)
        if (!same_columns(&join->parts[0].frame, &join->parts[i].frame))
            return kin_fail(err, KIN_EDATA,
                            "input '%s': the tables do not have the same columns: one has %zu, "
                            "another %zu, or they have other names",
                            port, join->parts[0].frame.n_columns, join->parts[i].frame.n_columns);
    return 0;
}

static int read_parts(struct table_join *join, const struct kin_set *sets, size_t n,
                      struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(&join->parts, n, sizeof *join->parts, err));
    KIN_TRY(kin_alloc_into(&join->sets, n, sizeof *join->sets, err));
    for (size_t i = 0; i < n; i++) {
        const char *why = kin_value_text(sets[i].value, "unavailable", NULL);
        if (why) {
            join->unavailable = why;
            continue;
        }
        join->sets[join->n_parts] = &sets[i];
        KIN_TRY(table_frame_init(&join->parts[join->n_parts++], sets[i].value, err));
    }
    return 0;
}

/* The axes that the tables lack, then their own columns. */
static int find_columns(struct table_join *join, size_t *n_axes, struct kin_error *err)
{
    const struct kin_frame *first = &join->parts[0].frame;
    size_t most = first->n_columns, n = 0;
    for (size_t i = 0; i < join->n_parts; i++)
        most += join->sets[i]->n_labels;
    KIN_TRY(kin_alloc_into(&join->columns, most, sizeof *join->columns, err));
    struct kin_frame *all = &join->frame;
    all->columns = join->columns;
    for (size_t i = 0; i < join->n_parts; i++)
        for (size_t a = 0; a < join->sets[i]->n_labels; a++) {
            const char *axis = join->sets[i]->labels[a].axis;
            if (kin_frame_column(first, axis) >= 0 || kin_frame_column(all, axis) >= 0)
                continue;
            join->columns[n++] = axis;
            all->n_columns = n;
        }
    *n_axes = n;
    for (size_t c = 0; c < first->n_columns; c++)
        join->columns[n++] = first->columns[c];
    all->n_columns = n;
    return 0;
}

static const char *label_of(const struct kin_set *set, const char *axis)
{
    for (size_t a = 0; a < set->n_labels; a++)
        if (strcmp(set->labels[a].axis, axis) == 0)
            return set->labels[a].text;
    return "";
}

static int fill(struct table_join *join, size_t n_axes, struct kin_error *err)
{
    size_t rows = 0, at = 0;
    for (size_t i = 0; i < join->n_parts; i++)
        rows += join->parts[i].frame.n_rows;
    KIN_TRY(kin_alloc_into(&join->cells, rows * join->frame.n_columns, sizeof *join->cells, err));
    for (size_t i = 0; i < join->n_parts; i++) {
        const struct kin_frame *part = &join->parts[i].frame;
        for (size_t r = 0; r < part->n_rows; r++) {
            for (size_t a = 0; a < n_axes; a++)
                join->cells[at++] = label_of(join->sets[i], join->columns[a]);
            for (size_t c = 0; c < part->n_columns; c++)
                join->cells[at++] = part->cells[r * part->n_columns + c];
        }
    }
    join->frame.n_rows = rows;
    join->frame.cells = join->cells;
    return 0;
}

int table_join_init(struct table_join *join, const struct kin_call *call, const char *port,
                    const struct kin_frame **given, struct kin_error *err)
{
    const struct kin_set *sets;
    size_t n = kin_call_gathered(call, port, &sets), n_axes;
    KIN_TRY(read_parts(join, sets, n, err));
    if (join->n_parts == 0)
        return 0;
    KIN_TRY(check_columns(join, port, err));
    KIN_TRY(find_columns(join, &n_axes, err));
    KIN_TRY(fill(join, n_axes, err));
    *given = &join->frame;
    return 0;
}
