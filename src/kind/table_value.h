/* Values of type «table»: named columns, and cells row by row, all of them texts. */
#ifndef KIN_KIND_TABLE_VALUE_H
#define KIN_KIND_TABLE_VALUE_H

#include <stddef.h>

#include "kindred/text.h"
#include "kindred/value.h"

/* A table to read; lives as long as its value. */
struct kin_table {
    const struct kin_tensor *columns, *cells;
    size_t width, rows;
};

/* KIN_ECORRUPT: no table. */
int kin_table_open(const struct kin_value *value, struct kin_table *out, struct kin_error *err);
const char *kin_table_cell(const struct kin_table *table, size_t row, size_t column);
const char *kin_table_name(const struct kin_table *table, size_t column);
/* The column of that name. KIN_EINVAL says which there are, and the nearest. */
int kin_table_column(const struct kin_table *table, const char *name, size_t *out,
                     struct kin_error *err);

/* Empty cells first, then numbers by value, then texts. */
int kin_cell_compare(const char *a, const char *b);

int kin_table_new(const char *const *columns, size_t width, const char *const *cells, size_t rows,
                  struct kin_value **out, struct kin_error *err);

/* A table under construction: cells one after the other, row by row. Zeroed memory is an empty one.
 * What is lost for want of memory is noticed at the end. */
struct kin_cells {
    struct kin_text text; /* each with its NUL */
    size_t n;
};

void kin_cells_release(struct kin_cells *cells);
void kin_cells_add(struct kin_cells *cells, const char *cell);
void kin_cells_add_number(struct kin_cells *cells, double number); /* NaN: an empty cell */
/* KIN_ENOMEM, also when cells were lost. */
int kin_cells_table(const struct kin_cells *cells, const char *const *columns, size_t width,
                    struct kin_value **out, struct kin_error *err);

#endif
