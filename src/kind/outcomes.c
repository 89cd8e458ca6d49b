/*
 * What became of every clip: the δ that C^W is one minus the mean of, clip by clip. `within` keeps
 * it beside the share; here it becomes rows, for models and intervals whose unit is the clip.
 */
#include <math.h>

#include "gathered.h"
#include "kindred/measure.h"
#include "kindred/memory.h"
#include "table_trace.h"
#include "table_value.h"

static const struct kin_port inputs[] = {
    {.name = "of",
     .type = "number",
     .mode = KIN_GATHER,
     .doc = "the results of within, with their labels"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "table",
     .type = "table",
     .doc = "a row a clip: all axes, id, outcome (nearest, tied, beaten, undefined, missing), "
            "delta (0: nearest, 1: not, empty: missing)"},
    {0},
};

static const char *const outcome_names[] = {
    [KIN_OUTCOME_MISSING] = "missing",     [KIN_OUTCOME_NEAREST] = "nearest",
    [KIN_OUTCOME_TIED] = "tied",           [KIN_OUTCOME_BEATEN] = "beaten",
    [KIN_OUTCOME_UNDEFINED] = "undefined",
};

/* The columns: axes, then what is known of a clip. */
struct head {
    const char **names;
    size_t n_axes, n;
};

static void head_release(struct head *head)
{
    kin_free(head->names);
}

static int head_init(struct head *head, const struct kin_set *sets, size_t n, struct kin_error *err)
{
    static const char *const more[] = {"id", "outcome", "delta"};
    KIN_TRY(kin_sets_axes(sets, n, &head->names, &head->n_axes, err));
    size_t capacity = head->n_axes;
    head->n = head->n_axes + KIN_COUNT(more);
    KIN_TRY(kin_grow(&head->names, &capacity, head->n, sizeof *head->names, err));
    for (size_t i = 0; i < KIN_COUNT(more); i++)
        head->names[head->n_axes + i] = more[i];
    return 0;
}

static int open_outcomes(const struct kin_set *set, const struct kin_tensor **ids,
                         const struct kin_tensor **outcomes, struct kin_error *err)
{
    if (!set->value || !kin_value_get(set->value, "outcome"))
        return kin_fail(err, KIN_EINVAL,
                        "a number without outcomes of clips; gather the results of 'within'");
    KIN_TRY(kin_value_want(set->value, "ids", KIN_TEXT, 1, ids, err));
    KIN_TRY(kin_value_want(set->value, "outcome", KIN_U8, 1, outcomes, err));
    const uint8_t *outcome = (*outcomes)->data;
    size_t n = (*ids)->shape[0];
    if (n != (*outcomes)->shape[0])
        return kin_fail(err, KIN_ECORRUPT, "outcomes of %zu clips with %zu ids",
                        (*outcomes)->shape[0], n);
    for (size_t i = 0; i < n; i++)
        if (outcome[i] >= KIN_COUNT(outcome_names))
            return kin_fail(err, KIN_ECORRUPT, "an outcome %d, wanted at most %zu", outcome[i],
                            KIN_COUNT(outcome_names) - 1);
    return 0;
}

static int add_set(const struct kin_set *set, const struct head *head, struct kin_cells *cells,
                   struct kin_error *err)
{
    const struct kin_tensor *ids, *outcomes;
    KIN_TRY(open_outcomes(set, &ids, &outcomes, err));
    for (size_t i = 0; i < ids->shape[0]; i++) {
        uint8_t outcome = ((const uint8_t *)outcomes->data)[i];
        for (size_t a = 0; a < head->n_axes; a++) {
            const struct kin_label *label = kin_set_label(set, head->names[a]);
            kin_cells_add(cells, label ? label->text : "");
        }
        kin_cells_add(cells, kin_tensor_text(ids, i));
        kin_cells_add(cells, outcome_names[outcome]);
        kin_cells_add_number(
            cells, outcome == KIN_OUTCOME_MISSING ? (double)NAN : outcome != KIN_OUTCOME_NEAREST);
    }
    return 0;
}

static int run(struct kin_call *call, struct kin_error *err)
{
    KIN_AUTO(head_release) struct head head = {0};
    KIN_AUTO(kin_cells_release) struct kin_cells cells = {0};
    const struct kin_set *sets;
    size_t n = kin_call_gathered(call, "of", &sets);
    KIN_TRY(head_init(&head, sets, n, err));
    for (size_t i = 0; i < n; i++)
        KIN_TRY(add_set(&sets[i], &head, &cells, err));
    struct kin_value *table = NULL;
    KIN_TRY(kin_cells_table(&cells, head.names, head.n, &table, err));
    return kin_call_give(call, 0, NULL, table, err);
}

const struct kin_kind kin_kind_outcomes = {
    .name = "outcomes",
    .version = 1,
    .doc = "one row for every clip that was judged within a space",
    .source = "Kim et al. 2019, section 3.1.1",
    .inputs = inputs,
    .outputs = outputs,
    .trace = kin_table_trace,
    .run = run,
};
