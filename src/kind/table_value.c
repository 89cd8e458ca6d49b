#include "table_value.h"

#include <math.h>
#include <string.h>

#include "kindred/memory.h"

/* ---- reading ---- */

int kin_table_open(const struct kin_value *value, struct kin_table *out, struct kin_error *err)
{
    struct kin_table table;
    KIN_TRY(kin_value_want(value, "columns", KIN_TEXT, 1, &table.columns, err));
    KIN_TRY(kin_value_want(value, "cells", KIN_TEXT, 1, &table.cells, err));
    table.width = table.columns->shape[0];
    size_t n = table.cells->shape[0];
    if (table.width == 0 ? n > 0 : n % table.width != 0)
        return kin_fail(err, KIN_ECORRUPT, "a table of %zu columns with %zu cells", table.width, n);
    table.rows = table.width == 0 ? 0 : n / table.width;
    *out = table;
    return 0;
}

const char *kin_table_cell(const struct kin_table *table, size_t row, size_t column)
{
    return kin_tensor_text(table->cells, row * table->width + column);
}

const char *kin_table_name(const struct kin_table *table, size_t column)
{
    return kin_tensor_text(table->columns, column);
}

static int no_column(const struct kin_table *table, const char *name, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) const char **names = NULL;
    KIN_AUTO(kin_text_release) struct kin_text all = {0};
    KIN_TRY(kin_alloc_into(&names, table->width, sizeof *names, err));
    for (size_t c = 0; c < table->width; c++) {
        names[c] = kin_table_name(table, c);
        kin_text_addf(&all, "%s%s", c ? ", " : "", names[c]);
    }
    const char *near = kin_nearest_name(name, names, table->width);
    return kin_fail(err, KIN_EINVAL, "the table has no column '%s'; there are %s%s%s%s", name,
                    kin_text_string(&all), near ? "; did you mean '" : "", near ? near : "",
                    near ? "'?" : "");
}

int kin_table_column(const struct kin_table *table, const char *name, size_t *out,
                     struct kin_error *err)
{
    for (size_t c = 0; c < table->width; c++)
        if (strcmp(kin_table_name(table, c), name) == 0) {
            *out = c;
            return 0;
        }
    return no_column(table, name, err);
}

int kin_cell_compare(const char *a, const char *b)
{
    double x = 0, y = 0;
    int rank_a = *a == '\0' ? 0 : kin_number_parse(a, true, &x) ? 1 : 2;
    int rank_b = *b == '\0' ? 0 : kin_number_parse(b, true, &y) ? 1 : 2;
    if (rank_a != rank_b)
        return rank_a < rank_b ? -1 : 1;
    if (rank_a == 1 && x != y)
        return x < y ? -1 : 1;
    return strcmp(a, b);
}

/* ---- making ---- */

int kin_table_new(const char *const *columns, size_t width, const char *const *cells, size_t rows,
                  struct kin_value **out, struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *table = kin_value_new("table");
    if (!table)
        return kin_fail(err, KIN_ENOMEM, "no memory for a table");
    KIN_TRY(kin_value_set_texts(table, "columns", columns, width, err));
    KIN_TRY(kin_value_set_texts(table, "cells", cells, rows * width, err));
    *out = table;
    table = NULL;
    return 0;
}

void kin_cells_release(struct kin_cells *cells)
{
    kin_text_release(&cells->text);
}

void kin_cells_add(struct kin_cells *cells, const char *cell)
{
    kin_text_add_bytes(&cells->text, cell, strlen(cell) + 1);
    cells->n++;
}

void kin_cells_add_number(struct kin_cells *cells, double number)
{
    char text[KIN_NUMBER_TEXT] = "";
    if (!isnan(number))
        kin_number_text(number, text);
    kin_cells_add(cells, text);
}

int kin_cells_table(const struct kin_cells *cells, const char *const *columns, size_t width,
                    struct kin_value **out, struct kin_error *err)
{
    KIN_TRY(kin_text_check(&cells->text, err));
    KIN_AUTO(kin_auto_free) const char **texts = NULL;
    KIN_TRY(kin_alloc_into(&texts, cells->n, sizeof *texts, err));
    const char *at = kin_text_string(&cells->text);
    for (size_t i = 0; i < cells->n; i++, at += strlen(at) + 1)
        texts[i] = at;
    return kin_table_new(columns, width, texts, width > 0 ? cells->n / width : 0, out, err);
}
