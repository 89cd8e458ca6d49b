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

static int read_parts(struct table_join *join, const struct kin_set *sets, size_t n,
                      struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(&join->parts, n, sizeof *join->parts, err));
    KIN_TRY(kin_alloc_into(&join->sets, n, sizeof *join->sets, err));
    for (size_t i = 0; i < n; i++) {
        const char *why = kin_unavailable(sets[i].value);
        if (why) {
            join->unavailable = why;
            continue;
        }
        join->sets[join->n_parts] = &sets[i];
        KIN_TRY(table_frame_init(&join->parts[join->n_parts++], sets[i].value, err));
    }
    return 0;
}

static void add_column(struct table_join *join, const char *name)
{
    if (kin_frame_column(&join->frame, name) >= 0)
        return;
    join->columns[join->frame.n_columns++] = name;
}

/* Axes first, then the tables' own columns; each once. */
static int find_columns(struct table_join *join, struct kin_error *err)
{
    size_t most = 0;
    for (size_t i = 0; i < join->n_parts; i++)
        most += join->sets[i]->n_labels + join->parts[i].frame.n_columns;
    KIN_TRY(kin_alloc_into(&join->columns, most, sizeof *join->columns, err));
    join->frame.columns = join->columns;
    for (size_t i = 0; i < join->n_parts; i++)
        for (size_t a = 0; a < join->sets[i]->n_labels; a++)
            add_column(join, join->sets[i]->labels[a].axis);
    for (size_t i = 0; i < join->n_parts; i++)
        for (size_t c = 0; c < join->parts[i].frame.n_columns; c++)
            add_column(join, join->parts[i].frame.columns[c]);
    return 0;
}

/* A table's own cell comes before the label of an axis of the same name. */
static const char *cell_of(const struct table_join *join, size_t part, size_t row,
                           const char *column)
{
    const struct kin_set *set = join->sets[part];
    if (kin_frame_column(&join->parts[part].frame, column) >= 0)
        return kin_frame_text(&join->parts[part].frame, row, column);
    for (size_t a = 0; a < set->n_labels; a++)
        if (strcmp(set->labels[a].axis, column) == 0)
            return set->labels[a].text;
    return "";
}

static int fill(struct table_join *join, struct kin_error *err)
{
    size_t rows = 0, at = 0;
    for (size_t i = 0; i < join->n_parts; i++)
        rows += join->parts[i].frame.n_rows;
    KIN_TRY(kin_alloc_into(&join->cells, rows * join->frame.n_columns, sizeof *join->cells, err));
    for (size_t i = 0; i < join->n_parts; i++)
        for (size_t r = 0; r < join->parts[i].frame.n_rows; r++)
            for (size_t c = 0; c < join->frame.n_columns; c++)
                join->cells[at++] = cell_of(join, i, r, join->columns[c]);
    join->frame.n_rows = rows;
    join->frame.cells = join->cells;
    return 0;
}

int table_join_init(struct table_join *join, const struct kin_call *call, const char *port,
                    const struct kin_frame **given, struct kin_error *err)
{
    const struct kin_set *sets;
    size_t n = kin_call_gathered(call, port, &sets);
    KIN_TRY(read_parts(join, sets, n, err));
    if (join->n_parts == 0)
        return 0;
    KIN_TRY(find_columns(join, err));
    KIN_TRY(fill(join, err));
    *given = &join->frame;
    return 0;
}
