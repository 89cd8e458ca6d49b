/*
 * Marginal means of a table: one row for each combination of the columns `by`, averaged over all
 * others. Averages are taken first inside each combination of the columns `alike` (transformation),
 * then over these, so that a transformation with many magnitudes weighs no more than another: the
 * average over the listed magnitudes, cells weighing the same, without a model.
 */
#include <math.h>
#include <stdlib.h>

#include "kindred/kind.h"
#include "kindred/memory.h"
#include "table_value.h"

static const struct kin_param params[] = {
    {.name = "by",
     .type = KIN_PARAM_LIST,
     .doc = "the columns that get a row for each combination of what they say"},
    {.name = "value",
     .type = KIN_PARAM_TEXT,
     .fallback = "",
     .doc = "the column that is averaged; none: the last one"},
    {.name = "alike",
     .type = KIN_PARAM_LIST,
     .fallback = "transformation",
     .doc = "columns whose combinations weigh the same, however many rows they have"},
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "of", .type = "table", .mode = KIN_WHOLE, .doc = "one observation a row"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "table",
     .type = "table",
     .doc = "the columns `by`, n (observations with a number), mean, empty (those without one)"},
    {0},
};

/* The rows in the order of `by`, then of `alike`. */
struct margins {
    struct kin_table table;
    size_t *by, *alike; /* columns */
    size_t n_by, n_alike, value;
    size_t *rows;
};

static void margins_release(struct margins *margins)
{
    kin_free(margins->by);
    kin_free(margins->alike);
    kin_free(margins->rows);
}

static int find_columns(const struct margins *margins, const struct kin_args *args,
                        const char *name, size_t **out, size_t *n, struct kin_error *err)
{
    const char *const *names;
    *n = kin_arg_list(args, name, &names);
    KIN_TRY(kin_alloc_into(out, *n, sizeof **out, err));
    for (size_t i = 0; i < *n; i++)
        if (kin_table_column(&margins->table, names[i], &(*out)[i], err) != 0)
            return kin_error_within(err, "parameter '%s'", name);
    return 0;
}

static int compare(const struct margins *margins, size_t a, size_t b, const size_t *columns,
                   size_t n)
{
    int order = 0;
    for (size_t i = 0; i < n && order == 0; i++)
        order = kin_cell_compare(kin_table_cell(&margins->table, a, columns[i]),
                                 kin_table_cell(&margins->table, b, columns[i]));
    return order;
}

static int by_groups(const void *a, const void *b, void *context)
{
    const struct margins *margins = context;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    int order = compare(margins, x, y, margins->by, margins->n_by);
    order = order ? order : compare(margins, x, y, margins->alike, margins->n_alike);
    return order ? order : (x > y) - (x < y);
}

static int margins_init(struct margins *margins, const struct kin_call *call,
                        struct kin_error *err)
{
    const char *value = kin_arg_text(call->args, "value");
    KIN_TRY(kin_table_open(kin_call_input(call, "of")->value, &margins->table, err));
    KIN_TRY(find_columns(margins, call->args, "by", &margins->by, &margins->n_by, err));
    KIN_TRY(find_columns(margins, call->args, "alike", &margins->alike, &margins->n_alike, err));
    margins->value = margins->table.width - 1;
    if (*value)
        KIN_TRY(kin_table_column(&margins->table, value, &margins->value, err));
    KIN_TRY(kin_alloc_into(&margins->rows, margins->table.rows, sizeof *margins->rows, err));
    for (size_t i = 0; i < margins->table.rows; i++)
        margins->rows[i] = i;
    if (margins->table.rows > 0)
        qsort_r(margins->rows, margins->table.rows, sizeof *margins->rows, by_groups, margins);
    return 0;
}

/* ---- averages ---- */

struct average {
    double sum;
    size_t n, empty;
};

static int add_row(const struct margins *margins, size_t row, struct average *average,
                   struct kin_error *err)
{
    const char *cell = kin_table_cell(&margins->table, row, margins->value);
    double x;
    if (*cell == '\0') {
        average->empty++;
        return 0;
    }
    if (!kin_number_parse(cell, true, &x))
        return kin_fail(err, KIN_EDATA, "'%s' in column '%s', wanted a number", cell,
                        kin_table_name(&margins->table, margins->value));
    average->sum += x;
    average->n++;
    return 0;
}

static double mean_of(const struct average *average)
{
    return average->n > 0 ? average->sum / (double)average->n : (double)NAN;
}

/* Rows first … end - 1 in order: the mean over the means of what weighs alike. */
static int add_margin(const struct margins *margins, size_t first, size_t end,
                      struct kin_cells *out, struct kin_error *err)
{
    const size_t *rows = margins->rows;
    struct average all = {0}, counts = {0};
    for (size_t i = first; i < end;) {
        struct average inside = {0};
        size_t begin = rows[i];
        for (; i < end && compare(margins, begin, rows[i], margins->alike, margins->n_alike) == 0;
             i++)
            KIN_TRY(add_row(margins, rows[i], &inside, err));
        counts.n += inside.n;
        counts.empty += inside.empty;
        if (inside.n > 0) {
            all.sum += mean_of(&inside);
            all.n++;
        }
    }
    for (size_t c = 0; c < margins->n_by; c++)
        kin_cells_add(out, kin_table_cell(&margins->table, rows[first], margins->by[c]));
    kin_cells_add_number(out, (double)counts.n);
    kin_cells_add_number(out, mean_of(&all));
    kin_cells_add_number(out, (double)counts.empty);
    return 0;
}

static int give(struct kin_call *call, const struct margins *margins,
                const struct kin_cells *cells, struct kin_error *err)
{
    static const char *const results[] = {"n", "mean", "empty"};
    KIN_AUTO(kin_auto_free) const char **names = NULL;
    struct kin_value *table = NULL;
    KIN_TRY(kin_alloc_into(&names, margins->n_by + 3, sizeof *names, err));
    for (size_t c = 0; c < margins->n_by; c++)
        names[c] = kin_table_name(&margins->table, margins->by[c]);
    for (size_t c = 0; c < 3; c++)
        names[margins->n_by + c] = results[c];
    KIN_TRY(kin_cells_table(cells, names, margins->n_by + 3, &table, err));
    return kin_call_give(call, 0, NULL, table, err);
}

static int run(struct kin_call *call, struct kin_error *err)
{
    KIN_AUTO(margins_release) struct margins margins = {0};
    KIN_AUTO(kin_cells_release) struct kin_cells cells = {0};
    KIN_TRY(margins_init(&margins, call, err));
    const size_t *rows = margins.rows;
    for (size_t first = 0, end; first < margins.table.rows; first = end) {
        for (end = first + 1; end < margins.table.rows &&
                              compare(&margins, rows[first], rows[end], margins.by,
                                      margins.n_by) == 0;)
            end++;
        KIN_TRY(add_margin(&margins, first, end, &cells, err));
    }
    return give(call, &margins, &cells, err);
}

const struct kin_kind kin_kind_marginal = {
    .name = "marginal",
    .version = 1,
    .doc = "means of a table over everything but some of its columns",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .run = run,
};
