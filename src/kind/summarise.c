/*
 * Means with intervals from a table of observations.
 *
 * Rows that differ in nothing but the unit of observation (the trial) and the values are one cell.
 * What cells there should be is read from the table: every condition (what the columns `across`
 * say: transformation and magnitude) of every subject (what all the others say: space, distance,
 * encoder), each observed in every unit that occurs anywhere, or, where a subject names no unit,
 * once. A cell without observations keeps its row, and what is missing is listed one by one:
 * nothing is averaged as if it had been there.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kindred/kind.h"
#include "kindred/measure.h"
#include "kindred/memory.h"
#include "table_value.h"

#define MOST_OBSERVATIONS 20000000 /* of a full design */

static const struct kin_param params[] = {
    {.name = "value",
     .type = KIN_PARAM_LIST,
     .fallback = "",
     .doc = "the columns to average; none: the last one"},
    {.name = "unit",
     .type = KIN_PARAM_TEXT,
     .fallback = "trial",
     .doc = "the column that tells observations of a cell apart; empty: there is none"},
    {.name = "across",
     .type = KIN_PARAM_LIST,
     .fallback = "",
     .doc = "the columns of a condition, which everything else should have been observed in; none: "
            "transformation, magnitude and magnitude01"},
    {.name = "resamples",
     .type = KIN_PARAM_INTEGER,
     .fallback = "1000",
     .min = 1,
     .max = 1000000,
     .doc = "means that the bootstrap draws for an interval"},
    {.name = "level",
     .type = KIN_PARAM_NUMBER,
     .fallback = "0.95",
     .min = 0.01,
     .max = 0.9999,
     .doc = "how often an interval is meant to hold the mean"},
    {.name = "seed",
     .type = KIN_PARAM_INTEGER,
     .fallback = "0",
     .max = 0x1p53,
     .doc = "seed of what is random"},
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "of", .type = "table", .mode = KIN_WHOLE, .doc = "one observation a row"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "table",
     .type = "table",
     .doc = "a row a cell: its columns, n, mean, lower, upper, and how many are missing"},
    {.name = "missing",
     .type = "table",
     .doc = "a row for every observation that the design lacks: absent (no row), or empty (no "
            "number)"},
    {0},
};

/* ---- columns by their part ---- */

struct columns {
    size_t *list;
    size_t n;
};

struct layout {
    struct kin_table table;
    struct columns values, unit, condition, subject;
    struct columns group; /* subject and condition, in the table's order */
};

static void layout_release(struct layout *layout)
{
    kin_free(layout->values.list);
    kin_free(layout->unit.list);
    kin_free(layout->condition.list);
    kin_free(layout->subject.list);
    kin_free(layout->group.list);
}

static bool has_column(const struct columns *columns, size_t column)
{
    for (size_t i = 0; i < columns->n; i++)
        if (columns->list[i] == column)
            return true;
    return false;
}

static int add_column(const struct kin_table *table, const char *name, struct columns *out,
                      struct kin_error *err)
{
    size_t column;
    KIN_TRY(kin_table_column(table, name, &column, err));
    if (!has_column(out, column))
        out->list[out->n++] = column;
    return 0;
}

static int find_values(struct layout *layout, const struct kin_args *args, struct kin_error *err)
{
    const char *const *names;
    size_t n = kin_arg_list(args, "value", &names);
    for (size_t i = 0; i < n; i++)
        KIN_TRY(add_column(&layout->table, names[i], &layout->values, err));
    if (n == 0)
        layout->values.list[layout->values.n++] = layout->table.width - 1;
    return 0;
}

static int find_conditions(struct layout *layout, const struct kin_args *args,
                           struct kin_error *err)
{
    static const char *const usual[] = {"transformation", "magnitude", "magnitude01"};
    const char *const *names;
    size_t n = kin_arg_list(args, "across", &names);
    for (size_t i = 0; i < n; i++)
        KIN_TRY(add_column(&layout->table, names[i], &layout->condition, err));
    for (size_t i = 0; n == 0 && i < KIN_COUNT(usual); i++)
        add_column(&layout->table, usual[i], &layout->condition, NULL);
    return 0;
}

/* No column may play two parts, or be called like a result. */
static int check_layout(const struct layout *layout, struct kin_error *err)
{
    static const char *const results[] = {"value", "n", "mean", "lower", "upper", "missing"};
    for (size_t c = 0; c < layout->table.width; c++) {
        int parts = has_column(&layout->values, c) + has_column(&layout->unit, c) +
                    has_column(&layout->condition, c);
        const char *name = kin_table_name(&layout->table, c);
        if (parts > 1)
            return kin_fail(err, KIN_EINVAL,
                            "column '%s' is to be two of value, unit and across, wanted one", name);
        for (size_t i = 0; parts == 0 && i < KIN_COUNT(results); i++)
            if (strcmp(name, results[i]) == 0)
                return kin_fail(err, KIN_EINVAL,
                                "a cell's column '%s' is called like a result; rename it", name);
    }
    return 0;
}

static int layout_init(struct layout *layout, const struct kin_value *table,
                       const struct kin_args *args, struct kin_error *err)
{
    KIN_TRY(kin_table_open(table, &layout->table, err));
    size_t width = layout->table.width;
    if (width == 0)
        return kin_fail(err, KIN_EINVAL, "a table without columns has nothing to average");
    struct columns *all[] = {&layout->values, &layout->unit, &layout->condition, &layout->subject,
                             &layout->group};
    for (size_t i = 0; i < KIN_COUNT(all); i++)
        KIN_TRY(kin_alloc_into(&all[i]->list, width, sizeof *all[i]->list, err));
    KIN_TRY(find_values(layout, args, err));
    if (*kin_arg_text(args, "unit"))
        KIN_TRY(add_column(&layout->table, kin_arg_text(args, "unit"), &layout->unit, err));
    KIN_TRY(find_conditions(layout, args, err));
    KIN_TRY(check_layout(layout, err));
    for (size_t c = 0; c < width; c++) {
        if (has_column(&layout->values, c) || has_column(&layout->unit, c))
            continue;
        layout->group.list[layout->group.n++] = c;
        if (!has_column(&layout->condition, c))
            layout->subject.list[layout->subject.n++] = c;
    }
    return 0;
}

/* ---- rows by what some columns say ---- */

/* The different combinations of some columns' cells, in ascending order. */
struct combinations {
    size_t *of;    /* per row: which */
    size_t *first; /* per combination: a row that has it */
    size_t n;
};

static void combinations_release(struct combinations *all)
{
    kin_free(all->of);
    kin_free(all->first);
}

struct order {
    const struct kin_table *table;
    const struct columns *columns;
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

static int combinations_init(struct combinations *all, const struct kin_table *table,
                             const struct columns *columns, struct kin_error *err)
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

#define NO_ROW SIZE_MAX

struct design {
    struct combinations subjects, conditions, units;
    size_t *row; /* [subject][condition][unit]: the table's row, or NO_ROW */
    bool *has;   /* [subject][unit]: whether the subject should have it */
};

static void design_release(struct design *design)
{
    combinations_release(&design->subjects);
    combinations_release(&design->conditions);
    combinations_release(&design->units);
    kin_free(design->row);
    kin_free(design->has);
}

static size_t *design_row(const struct design *design, size_t subject, size_t condition,
                          size_t unit)
{
    return &design->row[(subject * design->conditions.n + condition) * design->units.n + unit];
}

/* Empty cells come first, so that the unit without a name is number 0 if there is one. */
static bool is_nameless(const struct layout *layout, const struct design *design, size_t unit)
{
    return layout->unit.n > 0 &&
           *kin_table_cell(&layout->table, design->units.first[unit], layout->unit.list[0]) == '\0';
}

/* Subjects that name a unit should have all of them. */
static void expect_units(const struct layout *layout, struct design *design)
{
    size_t units = design->units.n;
    for (size_t r = 0; r < layout->table.rows; r++) {
        bool *has = design->has + design->subjects.of[r] * units;
        bool nameless = is_nameless(layout, design, design->units.of[r]);
        for (size_t u = 0; u < units; u++)
            has[u] |= is_nameless(layout, design, u) == nameless;
    }
}

static int same_observation(size_t one, size_t other, struct kin_error *err)
{
    return kin_fail(err, KIN_EDATA,
                    "rows %zu and %zu of the table are the same observation twice; give the table "
                    "the column that tells them apart",
                    one + 1, other + 1);
}

static int place_rows(const struct layout *layout, struct design *design, struct kin_error *err)
{
    for (size_t r = 0; r < layout->table.rows; r++) {
        size_t *place = design_row(design, design->subjects.of[r], design->conditions.of[r],
                                   design->units.of[r]);
        if (*place != NO_ROW)
            return same_observation(*place, r, err);
        *place = r;
    }
    return 0;
}

static int design_init(struct design *design, const struct layout *layout, struct kin_error *err)
{
    const struct kin_table *table = &layout->table;
    size_t cells, all;
    KIN_TRY(combinations_init(&design->subjects, table, &layout->subject, err));
    KIN_TRY(combinations_init(&design->conditions, table, &layout->condition, err));
    KIN_TRY(combinations_init(&design->units, table, &layout->unit, err));
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
    expect_units(layout, design);
    return place_rows(layout, design, err);
}

/* ---- one cell ---- */

struct summary {
    const struct kin_args *args;
    const struct layout *layout;
    const struct design *design;
    struct kin_cells table, missing;
    double *x; /* [units] */
};

static void summary_release(struct summary *summary)
{
    kin_cells_release(&summary->table);
    kin_cells_release(&summary->missing);
    kin_free(summary->x);
}

/* A cell of the table for one of its columns: a subject's or a condition's. */
static const char *group_text(const struct summary *summary, size_t subject, size_t condition,
                              size_t column)
{
    const struct layout *layout = summary->layout;
    size_t row = has_column(&layout->condition, column)
                     ? summary->design->conditions.first[condition]
                     : summary->design->subjects.first[subject];
    return kin_table_cell(&layout->table, row, column);
}

static void add_group(const struct summary *summary, size_t subject, size_t condition,
                      struct kin_cells *out)
{
    const struct columns *group = &summary->layout->group;
    for (size_t i = 0; i < group->n; i++)
        kin_cells_add(out, group_text(summary, subject, condition, group->list[i]));
}

static void add_value_name(const struct summary *summary, size_t value, struct kin_cells *out)
{
    if (summary->layout->values.n > 1)
        kin_cells_add(out, kin_table_name(&summary->layout->table, value));
}

static void add_missing(struct summary *summary, size_t subject, size_t condition, size_t unit,
                        size_t value, const char *why)
{
    const struct layout *layout = summary->layout;
    add_group(summary, subject, condition, &summary->missing);
    for (size_t i = 0; i < layout->unit.n; i++)
        kin_cells_add(&summary->missing,
                      kin_table_cell(&layout->table, summary->design->units.first[unit],
                                     layout->unit.list[i]));
    add_value_name(summary, value, &summary->missing);
    kin_cells_add(&summary->missing, why);
}

static int read_number(const struct kin_table *table, size_t row, size_t column, double *out,
                       struct kin_error *err)
{
    const char *cell = kin_table_cell(table, row, column);
    *out = NAN;
    if (*cell == '\0' || kin_number_parse(cell, true, out))
        return 0;
    return kin_fail(err, KIN_EDATA, "row %zu has '%s' in column '%s', wanted a number", row + 1,
                    cell, kin_table_name(table, column));
}

/* The observations of a cell, NaN where one is missing; all that should be there. */
static int observe(struct summary *summary, size_t subject, size_t condition, size_t value,
                   size_t *n, struct kin_error *err)
{
    const struct design *design = summary->design;
    *n = 0;
    for (size_t u = 0; u < design->units.n; u++) {
        if (!design->has[subject * design->units.n + u])
            continue;
        size_t row = *design_row(design, subject, condition, u);
        double *x = &summary->x[(*n)++];
        *x = NAN;
        if (row != NO_ROW)
            KIN_TRY(read_number(&summary->layout->table, row, value, x, err));
        if (isnan(*x))
            add_missing(summary, subject, condition, u, value, row == NO_ROW ? "absent" : "empty");
    }
    return 0;
}

/* Named by what the cell is, so that other rows of the table change nothing. */
static int interval(const struct summary *summary, size_t subject, size_t condition, size_t value,
                    size_t n, struct kin_interval *out, struct kin_error *err)
{
    const struct layout *layout = summary->layout;
    KIN_AUTO(kin_text_release) struct kin_text name = {0};
    kin_text_addf(&name, "summarise\n%s\n", kin_table_name(&layout->table, value));
    for (size_t i = 0; i < layout->group.n; i++)
        kin_text_addf(&name, "%s %s\n", kin_table_name(&layout->table, layout->group.list[i]),
                      group_text(summary, subject, condition, layout->group.list[i]));
    KIN_TRY(kin_text_check(&name, err));
    struct kin_bootstrap_params drawing = {
        .resamples = (size_t)kin_arg_integer(summary->args, "resamples"),
        .level = kin_arg_number(summary->args, "level"),
        .random = kin_random_stream((uint64_t)kin_arg_integer(summary->args, "seed"), name.data,
                                    name.length),
    };
    return kin_bootstrap_mean(summary->x, n, &drawing, out, err);
}

static int summarise_cell(struct summary *summary, size_t subject, size_t condition, size_t value,
                          struct kin_error *err)
{
    size_t n;
    struct kin_interval limits;
    struct kin_cells *out = &summary->table;
    KIN_TRY(observe(summary, subject, condition, value, &n, err));
    KIN_TRY(interval(summary, subject, condition, value, n, &limits, err));
    struct kin_summary all = kin_summarise(summary->x, n);
    add_group(summary, subject, condition, out);
    add_value_name(summary, value, out);
    kin_cells_add_number(out, (double)all.n);
    kin_cells_add_number(out, all.mean);
    kin_cells_add_number(out, limits.lower);
    kin_cells_add_number(out, limits.upper);
    kin_cells_add_number(out, (double)all.undefined);
    return 0;
}

static int summarise_all(struct summary *summary, struct kin_error *err)
{
    const struct design *design = summary->design;
    const struct columns *values = &summary->layout->values;
    KIN_TRY(kin_alloc_into(&summary->x, design->units.n, sizeof *summary->x, err));
    for (size_t s = 0; s < design->subjects.n; s++)
        for (size_t c = 0; c < design->conditions.n; c++)
            for (size_t v = 0; v < values->n; v++)
                KIN_TRY(summarise_cell(summary, s, c, values->list[v], err));
    return 0;
}

/* ---- both tables ---- */

/* Names of columns: those of some of the table's, then those of `more` up to a NULL. */
struct names {
    const char **list;
    size_t n;
};

static void add_names(struct names *names, const struct layout *layout,
                      const struct columns *columns)
{
    for (size_t i = 0; i < columns->n; i++)
        names->list[names->n++] = kin_table_name(&layout->table, columns->list[i]);
}

static int give(struct kin_call *call, const char *output, const struct kin_cells *cells,
                struct names *names, const char *const *more, struct kin_error *err)
{
    struct kin_value *table = NULL;
    while (*more)
        names->list[names->n++] = *more++;
    KIN_TRY(kin_cells_table(cells, names->list, names->n, &table, err));
    return kin_call_give(call, 0, output, table, err);
}

static int give_both(struct kin_call *call, const struct summary *summary, struct kin_error *err)
{
    static const char *const results[] = {"value", "n", "mean", "lower", "upper", "missing", NULL};
    static const char *const reasons[] = {"value", "why", NULL};
    const struct layout *layout = summary->layout;
    size_t unnamed = layout->values.n > 1 ? 0 : 1; /* «value» only where there are several */
    KIN_AUTO(kin_auto_free) const char **list = NULL;
    KIN_TRY(kin_alloc_into(&list, layout->table.width + KIN_COUNT(results), sizeof *list, err));
    struct names names = {.list = list};
    add_names(&names, layout, &layout->group);
    KIN_TRY(give(call, "table", &summary->table, &names, results + unnamed, err));
    names.n = layout->group.n;
    add_names(&names, layout, &layout->unit);
    return give(call, "missing", &summary->missing, &names, reasons + unnamed, err);
}

static int run(struct kin_call *call, struct kin_error *err)
{
    KIN_AUTO(layout_release) struct layout layout = {0};
    KIN_AUTO(design_release) struct design design = {0};
    KIN_AUTO(summary_release)
    struct summary summary = {.args = call->args, .layout = &layout, .design = &design};
    KIN_TRY(layout_init(&layout, kin_call_input(call, "of")->value, call->args, err));
    KIN_TRY(design_init(&design, &layout, err));
    KIN_TRY(summarise_all(&summary, err));
    return give_both(call, &summary, err);
}

const struct kin_kind kin_kind_summarise = {
    .name = "summarise",
    .version = 1,
    .doc = "means with bootstrap intervals over the observations of every cell",
    .source = "Kim et al. 2019, Figure 4",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .run = run,
};
