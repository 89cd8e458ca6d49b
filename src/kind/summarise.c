/*
 * Means with intervals from a table of observations, one for every cell of its design (design.h). A
 * cell that nobody observed keeps its row, and what is missing is counted: nothing is averaged as
 * if it had been there.
 */
#include <math.h>

#include "design.h"
#include "kindred/measure.h"
#include "kindred/memory.h"

static const struct kin_param params[] = {
    KIN_DESIGN_PARAMS,
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
    {0},
};

struct summary {
    const struct kin_args *args;
    struct kin_design design;
    struct kin_cells table;
    double *x; /* [units] */
};

static void summary_release(struct summary *summary)
{
    kin_design_release(&summary->design);
    kin_cells_release(&summary->table);
    kin_free(summary->x);
}

/* The observations of a cell, NaN where one is missing; *n: that should be there. */
static int observe(struct summary *summary, size_t subject, size_t condition, size_t value,
                   size_t *n, struct kin_error *err)
{
    *n = 0;
    for (size_t u = 0; u < summary->design.units.n; u++) {
        enum kin_observation what;
        KIN_TRY(kin_design_observe(&summary->design, subject, condition, u, value, &what,
                                   &summary->x[*n], err));
        *n += what != KIN_OBSERVATION_NONE;
    }
    return 0;
}

/* Named by what the cell is, so that other rows of the table change nothing. */
static int interval(const struct summary *summary, size_t subject, size_t condition, size_t value,
                    size_t n, struct kin_interval *out, struct kin_error *err)
{
    const struct kin_design *design = &summary->design;
    KIN_AUTO(kin_text_release) struct kin_text name = {0};
    kin_text_addf(&name, "summarise\n%s\n", kin_table_name(&design->table, value));
    for (size_t i = 0; i < design->group.n; i++)
        kin_text_addf(&name, "%s %s\n", kin_table_name(&design->table, design->group.list[i]),
                      kin_design_text(design, subject, condition, design->group.list[i]));
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
    kin_design_add_cell(&summary->design, subject, condition, out);
    kin_design_add_value(&summary->design, value, out);
    kin_cells_add_number(out, (double)all.n);
    kin_cells_add_number(out, all.mean);
    kin_cells_add_number(out, limits.lower);
    kin_cells_add_number(out, limits.upper);
    kin_cells_add_number(out, (double)all.undefined);
    return 0;
}

static int run(struct kin_call *call, struct kin_error *err)
{
    static const char *const results[] = {"n", "mean", "lower", "upper", "missing", NULL};
    KIN_AUTO(summary_release) struct summary summary = {.args = call->args};
    struct kin_design *design = &summary.design;
    KIN_TRY(kin_design_init(design, kin_call_input(call, "of")->value, call->args, err));
    KIN_TRY(kin_alloc_into(&summary.x, design->units.n + 1, sizeof *summary.x, err));
    for (size_t s = 0; s < design->subjects.n; s++)
        for (size_t c = 0; c < design->conditions.n; c++)
            for (size_t v = 0; v < design->values.n; v++)
                KIN_TRY(summarise_cell(&summary, s, c, design->values.list[v], err));
    struct kin_value *table = NULL;
    KIN_TRY(kin_design_table(design, &summary.table, false, results, &table, err));
    return kin_call_give(call, 0, NULL, table, err);
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
