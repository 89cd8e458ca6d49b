/* What a table of observations lacks of its design (design.h), one by one. */
#include "design.h"
#include "kindred/memory.h"

static const struct kin_param params[] = {KIN_DESIGN_PARAMS, {0}};

static const struct kin_port inputs[] = {
    {.name = "of", .type = "table", .mode = KIN_WHOLE, .doc = "one observation a row"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "table",
     .type = "table",
     .doc = "a row for every observation that is missing: its columns, and why: absent (no row) "
            "or empty (no number)"},
    {0},
};

static int list_cell(const struct kin_design *design, size_t subject, size_t condition,
                     size_t value, struct kin_cells *out, struct kin_error *err)
{
    for (size_t u = 0; u < design->units.n; u++) {
        enum kin_observation what;
        double x;
        KIN_TRY(kin_design_observe(design, subject, condition, u, value, &what, &x, err));
        if (what != KIN_OBSERVATION_ABSENT && what != KIN_OBSERVATION_EMPTY)
            continue;
        kin_design_add_cell(design, subject, condition, out);
        for (size_t i = 0; i < design->unit.n; i++)
            kin_cells_add(
                out, kin_table_cell(&design->table, design->units.first[u], design->unit.list[i]));
        kin_design_add_value(design, value, out);
        kin_cells_add(out, what == KIN_OBSERVATION_ABSENT ? "absent" : "empty");
    }
    return 0;
}

static int run(struct kin_call *call, struct kin_error *err)
{
    static const char *const results[] = {"why", NULL};
    KIN_AUTO(kin_design_release) struct kin_design design = {0};
    KIN_AUTO(kin_cells_release) struct kin_cells cells = {0};
    KIN_TRY(kin_design_init(&design, kin_call_input(call, "of")->value, call->args, err));
    for (size_t s = 0; s < design.subjects.n; s++)
        for (size_t c = 0; c < design.conditions.n; c++)
            for (size_t v = 0; v < design.values.n; v++)
                KIN_TRY(list_cell(&design, s, c, design.values.list[v], &cells, err));
    struct kin_value *table = NULL;
    KIN_TRY(kin_design_table(&design, &cells, true, results, &table, err));
    return kin_call_give(call, 0, NULL, table, err);
}

const struct kin_kind kin_kind_missing = {
    .name = "missing",
    .version = 1,
    .doc = "the observations that a table lacks of its design",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .run = run,
};
