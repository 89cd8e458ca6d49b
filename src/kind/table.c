/*
 * Tables: one row for every gathered instance.
 *
 * A column is `NAME`, `NAME=SOURCE`, or `NAME=` for one that is there but empty. A source is an
 * axis (its label), a number of the instances' results, magnitude01: the magnitude scaled to 0 … 1
 * inside its transformation, or standardised: what the parameter `standardise` asks for. Where an
 * instance lacks the source, or the number is undefined, the cell is empty. Rows ascend by the
 * cells of the first column, then the next, and so on: numbers by value, before texts.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gathered.h"
#include "kindred/memory.h"
#include "kindred/transform.h"
#include "table_trace.h"
#include "table_value.h"

#define SCALED "magnitude01"
#define STANDARDISED "standardised"

static const struct kin_param params[] = {
    {.name = "columns",
     .type = KIN_PARAM_LIST,
     .fallback = "",
     .doc = "NAME, NAME=SOURCE or NAME= (empty), in order; none: all axes, then all numbers"},
    {.name = "standardise",
     .type = KIN_PARAM_TEXT,
     .fallback = "",
     .doc = "the number that the column standardised brings to mean 0 and deviation 1"},
    {.name = "standardise_within",
     .type = KIN_PARAM_TEXT,
     .fallback = "",
     .doc = "the axis inside whose values it does so (task); none: over all rows"},
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "of",
     .type = "number",
     .mode = KIN_GATHER,
     .flags = KIN_PORT_LACKING,
     .doc = "the results, with their labels"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "table", .type = "table", .doc = "columns, and cells row by row"},
    {0},
};

/* ---- names ---- */

/* Texts that are borrowed; each once. */
struct names {
    const char **list;
    size_t n, capacity;
};

static void names_release(struct names *names)
{
    kin_free(names->list);
}

static bool has_name(const struct names *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->list[i], name) == 0)
            return true;
    return false;
}

static int add_name(struct names *names, const char *name, struct kin_error *err)
{
    if (has_name(names, name))
        return 0;
    KIN_TRY(kin_grow(&names->list, &names->capacity, names->n + 1, sizeof *names->list, err));
    names->list[names->n++] = name;
    return 0;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort_names(const struct names *names, size_t first)
{
    if (names->n > first)
        qsort(names->list + first, names->n - first, sizeof *names->list, by_text);
}

static bool is_scalar(const struct kin_tensor *tensor)
{
    return tensor->dtype == KIN_F64 && tensor->ndim == 0;
}

/* All axes in ascending name, then all numbers. */
static int all_sources(const struct kin_set *sets, size_t n, struct names *out,
                       struct kin_error *err)
{
    for (size_t i = 0; i < n; i++)
        for (size_t a = 0; a < sets[i].n_labels; a++)
            KIN_TRY(add_name(out, sets[i].labels[a].axis, err));
    sort_names(out, 0);
    size_t axes = out->n;
    for (size_t i = 0; i < n; i++)
        for (size_t f = 0; sets[i].value && f < kin_value_fields(sets[i].value); f++)
            if (is_scalar(kin_value_field(sets[i].value, f)))
                KIN_TRY(add_name(out, kin_value_field_name(sets[i].value, f), err));
    sort_names(out, axes);
    return 0;
}

/* ---- columns ---- */

struct column {
    char *name;
    const char *source; /* inside name, after its end; or the name itself */
};

struct columns {
    struct column *list;
    size_t n;
};

static void columns_release(struct columns *columns)
{
    for (size_t c = 0; c < columns->n; c++)
        kin_free(columns->list[c].name);
    kin_free(columns->list);
}

static int check_source(const struct names *known, const char *source, struct kin_error *err)
{
    if (*source == '\0' || strcmp(source, SCALED) == 0 || strcmp(source, STANDARDISED) == 0 ||
        has_name(known, source))
        return 0;
    KIN_AUTO(kin_text_release) struct kin_text all = {0};
    for (size_t i = 0; i < known->n; i++)
        kin_text_addf(&all, "%s, ", known->list[i]);
    const char *near = kin_nearest_name(source, known->list, known->n);
    return kin_fail(err, KIN_EINVAL,
                    "no axis or number is called '%s'; there are %s" SCALED "%s%s%s", source,
                    kin_text_string(&all), near ? "; did you mean '" : "", near ? near : "",
                    near ? "'?" : "; write 'NAME=' for an empty column");
}

static int columns_init(struct columns *columns, const char *const *wanted, size_t n,
                        const struct names *known, struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(&columns->list, n, sizeof *columns->list, err));
    for (size_t c = 0; c < n; c++) {
        struct column *column = &columns->list[c];
        column->name = kin_strdup(wanted[c]);
        columns->n = c + 1;
        if (!column->name)
            return kin_fail(err, KIN_ENOMEM, "no memory for a column");
        char *sign = strchr(column->name, '=');
        column->source = sign ? sign + 1 : column->name;
        if (sign)
            *sign = '\0';
        if (known->n > 0) /* nothing gathered: an empty table with the columns asked for */
            KIN_TRY(check_source(known, column->source, err));
    }
    return 0;
}

/* ---- cells ---- */

static void add_number(struct kin_text *out, double number)
{
    if (!isnan(number))
        kin_text_add_number(out, number);
}

/* Empty for originals, which have no place on a transformation's scale. */
static void add_scaled(struct kin_text *out, const struct kin_set *set)
{
    const struct kin_label *code = kin_set_label(set, "transformation");
    const struct kin_label *magnitude = kin_set_label(set, "magnitude");
    const struct kin_transform *transform;
    if (code && magnitude && magnitude->is_number &&
        kin_transform_find(code->text, &transform, NULL) == 0)
        add_number(out, kin_transform_magnitude01(transform, magnitude->number));
}

static void add_cell(struct kin_text *out, const struct kin_set *set, const char *source,
                     double standardised)
{
    const struct kin_label *label = kin_set_label(set, source);
    const struct kin_tensor *field = set->value ? kin_value_get(set->value, source) : NULL;
    if (label && label->is_number)
        add_number(out, label->number);
    else if (label)
        kin_text_add(out, label->text);
    else if (field && is_scalar(field))
        add_number(out, *(const double *)field->data);
    else if (strcmp(source, SCALED) == 0)
        add_scaled(out, set);
    else if (strcmp(source, STANDARDISED) == 0)
        add_number(out, standardised);
}

/* ---- rows ---- */

struct grid {
    char **cells; /* [rows][columns] */
    size_t rows, columns;
};

static void grid_release(struct grid *grid)
{
    for (size_t i = 0; grid->cells && i < grid->rows * grid->columns; i++)
        kin_free(grid->cells[i]);
    kin_free(grid->cells);
}

static int grid_init(struct grid *grid, const struct kin_set *sets, size_t n,
                     const struct columns *columns, const double *standardised,
                     struct kin_error *err)
{
    grid->rows = n;
    grid->columns = columns->n;
    KIN_TRY(kin_alloc_into(&grid->cells, n * columns->n, sizeof *grid->cells, err));
    for (size_t i = 0; i < n * columns->n; i++) {
        KIN_AUTO(kin_text_release) struct kin_text cell = {0};
        add_cell(&cell, &sets[i / columns->n], columns->list[i % columns->n].source,
                 standardised[i / columns->n]);
        KIN_TRY(kin_text_check(&cell, err));
        grid->cells[i] = kin_strdup(kin_text_string(&cell));
        if (!grid->cells[i])
            return kin_fail(err, KIN_ENOMEM, "no memory for a table");
    }
    return 0;
}

static int compare_rows(const void *a, const void *b, void *context)
{
    const struct grid *grid = context;
    char *const *x = *(char ***)a;
    char *const *y = *(char ***)b;
    for (size_t c = 0; c < grid->columns; c++) {
        int order = kin_cell_compare(x[c], y[c]);
        if (order != 0)
            return order;
    }
    return 0;
}

/* The table's value, rows in order. */
static int grid_value(struct grid *grid, const struct columns *columns, struct kin_value **out,
                      struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) char ***rows = NULL;
    KIN_AUTO(kin_auto_free) const char **texts = NULL;
    KIN_AUTO(kin_auto_free) const char **names = NULL;
    KIN_TRY(kin_alloc_into(&rows, grid->rows, sizeof *rows, err));
    KIN_TRY(kin_alloc_into(&texts, grid->rows * grid->columns, sizeof *texts, err));
    KIN_TRY(kin_alloc_into(&names, grid->columns, sizeof *names, err));
    for (size_t r = 0; r < grid->rows; r++)
        rows[r] = grid->cells + r * grid->columns;
    qsort_r(rows, grid->rows, sizeof *rows, compare_rows, grid);
    for (size_t i = 0; i < grid->rows * grid->columns; i++)
        texts[i] = rows[i / grid->columns][i % grid->columns];
    for (size_t c = 0; c < grid->columns; c++)
        names[c] = columns->list[c].name;
    return kin_table_new(names, grid->columns, texts, grid->rows, out, err);
}

static int run(struct kin_call *call, struct kin_error *err)
{
    KIN_AUTO(names_release) struct names known = {0};
    KIN_AUTO(columns_release) struct columns columns = {0};
    KIN_AUTO(grid_release) struct grid grid = {0};
    KIN_AUTO(kin_auto_free) double *standardised = NULL;
    const struct kin_set *sets;
    size_t n = kin_call_gathered(call, "of", &sets);
    const char *const *wanted;
    size_t n_wanted = kin_arg_list(call->args, "columns", &wanted);
    KIN_TRY(all_sources(sets, n, &known, err));
    if (n_wanted > 0)
        KIN_TRY(columns_init(&columns, wanted, n_wanted, &known, err));
    else
        KIN_TRY(columns_init(&columns, known.list, known.n, &known, err));
    KIN_TRY(kin_alloc_into(&standardised, n, sizeof *standardised, err));
    KIN_TRY(kin_set_standardise(sets, n, kin_arg_text(call->args, "standardise"),
                                kin_arg_text(call->args, "standardise_within"), standardised,
                                err));
    KIN_TRY(grid_init(&grid, sets, n, &columns, standardised, err));
    struct kin_value *table = NULL;
    KIN_TRY(grid_value(&grid, &columns, &table, err));
    return kin_call_give(call, 0, NULL, table, err);
}

const struct kin_kind kin_kind_table = {
    .name = "table",
    .version = 1,
    .doc = "one row for every gathered result",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .trace = kin_table_trace,
    .run = run,
};
