#include "design.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kindred/memory.h"

#define MOST_OBSERVATIONS 20000000 /* of a full design */
#define NO_ROW SIZE_MAX

/* ---- columns by their part ---- */

static bool has_column(const struct kin_design_columns *columns, size_t column)
{
    for (size_t i = 0; i < columns->n; i++)
        if (columns->list[i] == column)
            return true;
    return false;
}

static int add_column(const struct kin_table *table, const char *name,
                      struct kin_design_columns *out, struct kin_error *err)
{
    size_t column;
    KIN_TRY(kin_table_column(table, name, &column, err));
    if (!has_column(out, column))
        out->list[out->n++] = column;
    return 0;
}

static int find_values(struct kin_design *design, const struct kin_args *args,
                       struct kin_error *err)
{
    const char *const *names;
    size_t n = kin_arg_list(args, "value", &names);
    for (size_t i = 0; i < n; i++)
        KIN_TRY(add_column(&design->table, names[i], &design->values, err));
    if (n == 0)
        design->values.list[design->values.n++] = design->table.width - 1;
    return 0;
}

static int find_conditions(struct kin_design *design, const struct kin_args *args,
                           struct kin_error *err)
{
    static const char *const usual[] = {"transformation", "magnitude", "magnitude01"};
    const char *const *names;
    size_t n = kin_arg_list(args, "across", &names);
    for (size_t i = 0; i < n; i++)
        KIN_TRY(add_column(&design->table, names[i], &design->condition, err));
    for (size_t i = 0; n == 0 && i < KIN_COUNT(usual); i++)
        add_column(&design->table, usual[i], &design->condition, NULL);
    return 0;
}

/* No column may play two parts. */
static int check_parts(const struct kin_design *design, struct kin_error *err)
{
    for (size_t c = 0; c < design->table.width; c++)
        if (has_column(&design->values, c) + has_column(&design->unit, c) +
                has_column(&design->condition, c) >
            1)
            return kin_fail(err, KIN_EINVAL,
                            "column '%s' is to be two of value, unit and across, wanted one",
                            kin_table_name(&design->table, c));
    return 0;
}

static int find_parts(struct kin_design *design, const struct kin_value *table,
                      const struct kin_args *args, struct kin_error *err)
{
    KIN_TRY(kin_table_open(table, &design->table, err));
    size_t width = design->table.width;
    if (width == 0)
        return kin_fail(err, KIN_EINVAL, "a table without columns has nothing that was observed");
    struct kin_design_columns *all[] = {&design->values, &design->unit, &design->condition,
                                        &design->subject, &design->group};
    for (size_t i = 0; i < KIN_COUNT(all); i++)
        KIN_TRY(kin_alloc_into(&all[i]->list, width, sizeof *all[i]->list, err));
    KIN_TRY(find_values(design, args, err));
    if (*kin_arg_text(args, "unit"))
        KIN_TRY(add_column(&design->table, kin_arg_text(args, "unit"), &design->unit, err));
    KIN_TRY(find_conditions(design, args, err));
    KIN_TRY(check_parts(design, err));
    for (size_t c = 0; c < width; c++) {
        if (has_column(&design->values, c) || has_column(&design->unit, c))
            continue;
        design->group.list[design->group.n++] = c;
        if (!has_column(&design->condition, c))
            design->subject.list[design->subject.n++] = c;
    }
    return 0;
}

/* ---- rows by what some columns say ---- */

static void levels_release(struct kin_design_levels *all)
{
    kin_free(all->of);
    kin_free(all->first);
}

struct order {
    const struct kin_table *table;
    const struct kin_design_columns *columns;
};

static int compare_rows(const void *a, const void *b, void *context)
{
    const struct order *order = context;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    for (size_t i = 0; i < order->columns->n; i++) {
        size_t column = order->columns->list[i];
        int difference = kin_cell_compare(kin_table_cell(order->table, x, column),
                                          kin_table_cell(order->table, y, column));
        if (difference != 0)
            return difference;
    }
    return 0;
}

static int levels_init(struct kin_design_levels *all, const struct kin_table *table,
                       const struct kin_design_columns *columns, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) size_t *rows = NULL;
    struct order order = {.table = table, .columns = columns};
    KIN_TRY(kin_alloc_into(&rows, table->rows, sizeof *rows, err));
    KIN_TRY(kin_alloc_into(&all->of, table->rows, sizeof *all->of, err));
    KIN_TRY(kin_alloc_into(&all->first, table->rows, sizeof *all->first, err));
    for (size_t r = 0; r < table->rows; r++)
        rows[r] = r;
    qsort_r(rows, table->rows, sizeof *rows, compare_rows, &order);
    for (size_t k = 0; k < table->rows; k++) {
        if (k == 0 || compare_rows(&rows[k - 1], &rows[k], &order) != 0)
            all->first[all->n++] = rows[k];
        all->of[rows[k]] = all->n - 1;
    }
    return 0;
}

/* ---- the design ---- */

static size_t *design_row(const struct kin_design *design, size_t subject, size_t condition,
                          size_t unit)
{
    return &design->row[(subject * design->conditions.n + condition) * design->units.n + unit];
}

/* Empty cells come first, so that the unit without a name is number 0 if there is one. */
static bool is_nameless(const struct kin_design *design, size_t unit)
{
    return design->unit.n > 0 &&
           *kin_table_cell(&design->table, design->units.first[unit], design->unit.list[0]) == '\0';
}

/* A subject that has some unit with a name should have all of these. */
static void expect_units(struct kin_design *design)
{
    size_t units = design->units.n;
    for (size_t r = 0; r < design->table.rows; r++)
        design->has[design->subjects.of[r] * units + design->units.of[r]] = true;
    for (size_t s = 0; s < design->subjects.n; s++) {
        bool *has = design->has + s * units, named = false;
        for (size_t u = 0; u < units; u++)
            named |= has[u] && !is_nameless(design, u);
        for (size_t u = 0; u < units; u++)
            has[u] |= named && !is_nameless(design, u);
    }
}

static int same_observation(size_t one, size_t other, struct kin_error *err)
{
    return kin_fail(err, KIN_EDATA,
                    "rows %zu and %zu of the table are the same observation twice; give the table "
                    "the column that tells them apart",
                    one + 1, other + 1);
}

static int place_rows(struct kin_design *design, struct kin_error *err)
{
    for (size_t r = 0; r < design->table.rows; r++) {
        size_t *place = design_row(design, design->subjects.of[r], design->conditions.of[r],
                                   design->units.of[r]);
        if (*place != NO_ROW)
            return same_observation(*place, r, err);
        *place = r;
    }
    return 0;
}

static int find_cells(struct kin_design *design, struct kin_error *err)
{
    const struct kin_table *table = &design->table;
    size_t cells, all;
    KIN_TRY(levels_init(&design->subjects, table, &design->subject, err));
    KIN_TRY(levels_init(&design->conditions, table, &design->condition, err));
    KIN_TRY(levels_init(&design->units, table, &design->unit, err));
    if (!kin_mul_size(design->subjects.n, design->conditions.n, &cells) ||
        !kin_mul_size(cells, design->units.n, &all) || all > MOST_OBSERVATIONS)
        return kin_fail(err, KIN_EINVAL,
                        "%zu subjects in %zu conditions and %zu units are more than %d "
                        "observations; say which columns are the condition (across)",
                        design->subjects.n, design->conditions.n, design->units.n,
                        MOST_OBSERVATIONS);
    KIN_TRY(kin_alloc_into(&design->row, all, sizeof *design->row, err));
    KIN_TRY(kin_alloc_into(&design->has, design->subjects.n * design->units.n, sizeof(bool), err));
    for (size_t i = 0; i < all; i++)
        design->row[i] = NO_ROW;
    expect_units(design);
    return place_rows(design, err);
}

void kin_design_release(struct kin_design *design)
{
    struct kin_design_columns *columns[] = {&design->values, &design->unit, &design->condition,
                                            &design->subject, &design->group};
    for (size_t i = 0; i < KIN_COUNT(columns); i++)
        kin_free(columns[i]->list);
    levels_release(&design->subjects);
    levels_release(&design->conditions);
    levels_release(&design->units);
    kin_free(design->row);
    kin_free(design->has);
}

int kin_design_init(struct kin_design *design, const struct kin_value *value,
                    const struct kin_args *args, struct kin_error *err)
{
    KIN_TRY(find_parts(design, value, args, err));
    return find_cells(design, err);
}

/* ---- cells ---- */

const char *kin_design_text(const struct kin_design *design, size_t subject, size_t condition,
                            size_t column)
{
    size_t row = has_column(&design->condition, column) ? design->conditions.first[condition]
                                                        : design->subjects.first[subject];
    return kin_table_cell(&design->table, row, column);
}

void kin_design_add_cell(const struct kin_design *design, size_t subject, size_t condition,
                         struct kin_cells *out)
{
    for (size_t i = 0; i < design->group.n; i++)
        kin_cells_add(out, kin_design_text(design, subject, condition, design->group.list[i]));
}

void kin_design_add_value(const struct kin_design *design, size_t value, struct kin_cells *out)
{
    if (design->values.n > 1)
        kin_cells_add(out, kin_table_name(&design->table, value));
}

static int read_number(const struct kin_table *table, size_t row, size_t column, double *out,
                       struct kin_error *err)
{
    const char *cell = kin_table_cell(table, row, column);
    if (*cell == '\0' || kin_number_parse(cell, true, out))
        return 0;
    return kin_fail(err, KIN_EDATA, "row %zu has '%s' in column '%s', wanted a number", row + 1,
                    cell, kin_table_name(table, column));
}

int kin_design_observe(const struct kin_design *design, size_t subject, size_t condition,
                       size_t unit, size_t value, enum kin_observation *what, double *out,
                       struct kin_error *err)
{
    *out = NAN;
    *what = KIN_OBSERVATION_NONE;
    if (!design->has[subject * design->units.n + unit])
        return 0;
    size_t row = *design_row(design, subject, condition, unit);
    *what = KIN_OBSERVATION_ABSENT;
    if (row == NO_ROW)
        return 0;
    KIN_TRY(read_number(&design->table, row, value, out, err));
    *what = isnan(*out) ? KIN_OBSERVATION_EMPTY : KIN_OBSERVATION_THERE;
    return 0;
}

/* ---- results ---- */

static int check_names(const char *const *names, size_t n, struct kin_error *err)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(names[i], names[j]) == 0)
                return kin_fail(err, KIN_EINVAL,
                                "a cell's column '%s' is called like a result; rename it",
                                names[i]);
    return 0;
}

int kin_design_table(const struct kin_design *design, const struct kin_cells *cells, bool unit,
                     const char *const *more, struct kin_value **out, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) const char **names = NULL;
    size_t n = 0, n_more = 0;
    while (more[n_more])
        n_more++;
    KIN_TRY(kin_alloc_into(&names, design->table.width + 1 + n_more, sizeof *names, err));
    for (size_t i = 0; i < design->group.n; i++)
        names[n++] = kin_table_name(&design->table, design->group.list[i]);
    for (size_t i = 0; unit && i < design->unit.n; i++)
        names[n++] = kin_table_name(&design->table, design->unit.list[i]);
    if (design->values.n > 1)
        names[n++] = "value";
    for (size_t i = 0; i < n_more; i++)
        names[n++] = more[i];
    KIN_TRY(check_names(names, n, err));
    return kin_cells_table(cells, names, n, out, err);
}
