/* Consistency within a space: how many clips lie nearest to the original they were made from. */
#include <math.h>

#include "interval.h"
#include "kindred/measure.h"
#include "kindred/memory.h"
#include "number.h"
#include "row.h"

static const struct kin_param params[] = {KIN_INTERVAL_PARAMS, {0}};

static const struct kin_port inputs[] = {
    {.name = "of",
     .type = "distances",
     .mode = KIN_WHOLE,
     .doc = "from transformed clips to originals"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "number",
     .type = "number",
     .doc = "consistency, on request lower and upper; clips, nearest, tied, beaten, undefined, "
            "missing; ids and outcome"},
    {0},
};

/* What is found out about every row. */
struct verdicts {
    const char **ids;
    enum kin_outcome *outcomes;
};

static void verdicts_release(struct verdicts *verdicts)
{
    kin_free(verdicts->ids);
    kin_free(verdicts->outcomes);
}

static int judge(struct kin_call *call, const struct kin_item *item, struct kin_columns *columns,
                 enum kin_outcome *out, struct kin_error *err)
{
    *out = KIN_OUTCOME_MISSING;
    if (!item->value)
        return 0;
    const struct kin_tensor *distances;
    KIN_TRY(kin_columns_of(call, item->value, columns, err));
    KIN_TRY(kin_columns_row(columns, item->value, &distances, err));
    long own = kin_collection_find(columns->entries, columns->n, item->id);
    if (own < 0 || columns->entries[own].failed)
        return 0;
    KIN_AUTO(kin_auto_free) double *row = NULL;
    KIN_TRY(kin_alloc_into(&row, columns->n, sizeof *row, err));
    for (size_t j = 0; j < columns->n; j++)
        row[j] = kin_row_distance(distances, j);
    size_t place = (size_t)own;
    return kin_within_outcomes(row, &place, 1, columns->n, out, err);
}

static int judge_all(struct kin_call *call, const struct kin_set *set, struct verdicts *verdicts,
                     struct kin_error *err)
{
    KIN_AUTO(kin_columns_release) struct kin_columns columns = {0};
    for (size_t i = 0; i < set->n_items; i++) {
        verdicts->ids[i] = set->items[i].id;
        KIN_TRY(judge(call, &set->items[i], &columns, &verdicts->outcomes[i], err));
    }
    return 0;
}

/* The unit is the clip: 1 a success, 0 a failure. */
static int add_interval(const struct kin_call *call, const struct verdicts *verdicts, size_t n,
                        struct kin_value *number, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) double *x = NULL;
    KIN_TRY(kin_alloc_into(&x, n, sizeof *x, err));
    for (size_t i = 0; i < n; i++)
        x[i] = verdicts->outcomes[i] == KIN_OUTCOME_MISSING
                   ? (double)NAN
                   : verdicts->outcomes[i] == KIN_OUTCOME_NEAREST;
    return kin_interval_add(call, x, n, number, err);
}

static int report(const struct kin_call *call, const struct verdicts *verdicts, size_t n,
                  struct kin_value **out, struct kin_error *err)
{
    struct kin_within within = kin_within_count(verdicts->outcomes, n);
    const struct kin_named_number numbers[] = {
        {"consistency", within.consistency}, {"clips", (double)within.n},
        {"nearest", (double)within.nearest}, {"tied", (double)within.tied},
        {"beaten", (double)within.beaten},   {"undefined", (double)within.undefined},
        {"missing", (double)within.missing},
    };
    KIN_AUTO(kin_value_auto) struct kin_value *value = NULL;
    KIN_TRY(kin_number_new(numbers, KIN_COUNT(numbers), &value, err));
    KIN_TRY(add_interval(call, verdicts, n, value, err));
    KIN_TRY(kin_value_set_texts(value, "ids", verdicts->ids, n, err));
    struct kin_tensor outcome;
    KIN_TRY(kin_tensor_alloc(&outcome, KIN_U8, 1, &n, err));
    for (size_t i = 0; i < n; i++)
        ((uint8_t *)outcome.data)[i] = (uint8_t)verdicts->outcomes[i];
    KIN_TRY(kin_value_set(value, "outcome", &outcome, err));
    *out = value;
    value = NULL;
    return 0;
}

static int run(struct kin_call *call, struct kin_error *err)
{
    const struct kin_set *set = kin_call_input(call, "of");
    KIN_AUTO(verdicts_release) struct verdicts verdicts = {0};
    KIN_TRY(kin_alloc_into(&verdicts.ids, set->n_items, sizeof *verdicts.ids, err));
    KIN_TRY(kin_alloc_into(&verdicts.outcomes, set->n_items, sizeof *verdicts.outcomes, err));
    KIN_TRY(judge_all(call, set, &verdicts, err));
    struct kin_value *value;
    KIN_TRY(report(call, &verdicts, set->n_items, &value, err));
    return kin_call_give(call, 0, NULL, value, err);
}

const struct kin_kind kin_kind_within = {
    .name = "within",
    .version = 1,
    .doc = "consistency within a space: is a clip nearest to its own original?",
    .source = "Kim et al. 2019, section 3.1.1",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .run = run,
};
