/* Consistency between two spaces: do clips that go astray in one go astray in the other too? */
#include <string.h>

#include "interval.h"
#include "kindred/measure.h"
#include "kindred/memory.h"
#include "number.h"
#include "row.h"

static const char *const measures[] = {"accuracy", "rho", NULL};
static const char *const pools[] = {"all", "clip", NULL};
static const char *const owns[] = {"included", "left-out", NULL};

static const struct kin_param params[] = {
    {.name = "measure",
     .type = KIN_PARAM_CHOICE,
     .choices = measures,
     .doc = "share of clips with the same outcome, or rank correlation of the distances"},
    {.name = "pool",
     .type = KIN_PARAM_CHOICE,
     .fallback = "all",
     .choices = pools,
     .doc = "rho: one correlation over all pairs, or the mean of one for each clip"},
    {.name = "own",
     .type = KIN_PARAM_CHOICE,
     .fallback = "included",
     .choices = owns,
     .doc = "rho: whether the distance to the own original counts"},
    KIN_INTERVAL_PARAMS,
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "audio", .type = "distances", .mode = KIN_WHOLE, .doc = "distances in one space"},
    {.name = "latent", .type = "distances", .mode = KIN_WHOLE, .doc = "those in the other"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "number",
     .type = "number",
     .doc = "consistency, on request lower and upper (accuracy); clips, missing; accuracy: equal; "
            "rho: pairs, undefined, constant"},
    {0},
};

/* One item of both sides. */
struct pairing {
    size_t a, b;
    const char *id;
};

/* Both matrices over the rows and columns that both sides have. */
struct joint {
    struct kin_columns columns_a, columns_b;
    struct pairing *rows, *columns;
    size_t n_rows, n_columns;
    size_t missing; /* rows that one side lacks */
    double *a, *b;  /* [n_rows][n_columns] */
    size_t *own;
};

static void joint_release(struct joint *joint)
{
    kin_columns_release(&joint->columns_a);
    kin_columns_release(&joint->columns_b);
    kin_free(joint->rows);
    kin_free(joint->columns);
    kin_free(joint->a);
    kin_free(joint->b);
    kin_free(joint->own);
}

/* ---- joining by id: both sides ascend ---- */

static int join_rows(const struct kin_set *a, const struct kin_set *b, struct joint *joint,
                     struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(&joint->rows, a->n_items, sizeof *joint->rows, err));
    size_t i = 0, j = 0;
    while (i < a->n_items || j < b->n_items) {
        int order = i == a->n_items   ? 1
                    : j == b->n_items ? -1
                                      : strcmp(a->items[i].id, b->items[j].id);
        if (order == 0 && a->items[i].value && b->items[j].value)
            joint->rows[joint->n_rows++] = (struct pairing){i, j, a->items[i].id};
        else
            joint->missing++;
        i += order <= 0;
        j += order >= 0;
    }
    return 0;
}

static int join_columns(struct joint *joint, struct kin_error *err)
{
    const struct kin_columns *a = &joint->columns_a, *b = &joint->columns_b;
    KIN_TRY(kin_alloc_into(&joint->columns, a->n, sizeof *joint->columns, err));
    for (size_t i = 0; i < a->n; i++) {
        long j = kin_collection_find(b->entries, b->n, a->entries[i].id);
        if (j < 0 || a->entries[i].failed || b->entries[j].failed)
            continue;
        joint->columns[joint->n_columns++] = (struct pairing){i, (size_t)j, a->entries[i].id};
    }
    return 0;
}

/* The own original of a row among the common columns. */
static size_t own_column(const struct joint *joint, const char *id)
{
    size_t low = 0, high = joint->n_columns;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(joint->columns[middle].id, id);
        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return KIN_NO_ORIGINAL;
}

/* All rows of one side were made against the same originals. */
static int same_columns(const struct kin_columns *columns, const struct kin_value *row,
                        const char *side, struct kin_error *err)
{
    const struct kin_digest *digest;
    KIN_TRY(kin_row_columns(row, &digest, err));
    if (kin_digest_equal(digest, &columns->digest))
        return 0;
    return kin_fail(err, KIN_EDATA, "rows of '%s' are distances to different collections", side);
}

static int fill(const struct joint *joint, size_t r, const struct kin_value *row, bool is_a,
                struct kin_error *err)
{
    const struct kin_columns *columns = is_a ? &joint->columns_a : &joint->columns_b;
    double *out = (is_a ? joint->a : joint->b) + r * joint->n_columns;
    const struct kin_tensor *distances;
    KIN_TRY(same_columns(columns, row, is_a ? "audio" : "latent", err));
    KIN_TRY(kin_columns_row(columns, row, &distances, err));
    for (size_t j = 0; j < joint->n_columns; j++)
        out[j] = kin_row_distance(distances, is_a ? joint->columns[j].a : joint->columns[j].b);
    return 0;
}

static int join(struct kin_call *call, struct joint *joint, struct kin_error *err)
{
    const struct kin_set *a = kin_call_input(call, "audio"), *b = kin_call_input(call, "latent");
    KIN_TRY(join_rows(a, b, joint, err));
    if (joint->n_rows > 0) {
        const struct pairing *first = &joint->rows[0];
        KIN_TRY(kin_columns_of(call, a->items[first->a].value, &joint->columns_a, err));
        KIN_TRY(kin_columns_of(call, b->items[first->b].value, &joint->columns_b, err));
    }
    KIN_TRY(join_columns(joint, err));
    size_t cells;
    if (!kin_mul_size(joint->n_rows, joint->n_columns, &cells))
        return kin_fail(err, KIN_ENOMEM, "no memory for %zu rows of distances", joint->n_rows);
    KIN_TRY(kin_alloc_into(&joint->a, cells, sizeof *joint->a, err));
    KIN_TRY(kin_alloc_into(&joint->b, cells, sizeof *joint->b, err));
    KIN_TRY(kin_alloc_into(&joint->own, joint->n_rows, sizeof *joint->own, err));
    for (size_t r = 0; r < joint->n_rows; r++) {
        KIN_TRY(fill(joint, r, a->items[joint->rows[r].a].value, true, err));
        KIN_TRY(fill(joint, r, b->items[joint->rows[r].b].value, false, err));
        joint->own[r] = own_column(joint, joint->rows[r].id);
    }
    return 0;
}

/* ---- measures ---- */

/* With the interval of the mean of x, if one is asked for. */
static int make_number(const struct kin_call *call, const struct kin_named_number *numbers,
                       size_t n_numbers, const double *x, size_t n, struct kin_value **out,
                       struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *number = NULL;
    KIN_TRY(kin_number_new(numbers, n_numbers, &number, err));
    KIN_TRY(kin_interval_add(call, x, n, number, err));
    *out = number;
    number = NULL;
    return 0;
}

static int accuracy(const struct kin_call *call, const struct joint *joint, struct kin_value **out,
                    struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) enum kin_outcome *a = NULL;
    KIN_AUTO(kin_auto_free) enum kin_outcome *b = NULL;
    KIN_AUTO(kin_auto_free) double *equal = NULL;
    size_t n = joint->n_rows;
    KIN_TRY(kin_alloc_into(&a, n, sizeof *a, err));
    KIN_TRY(kin_alloc_into(&b, n, sizeof *b, err));
    KIN_TRY(kin_alloc_into(&equal, n, sizeof *equal, err));
    if (n > 0) {
        KIN_TRY(kin_within_outcomes(joint->a, joint->own, n, joint->n_columns, a, err));
        KIN_TRY(kin_within_outcomes(joint->b, joint->own, n, joint->n_columns, b, err));
    }
    for (size_t i = 0; i < n; i++) /* the unit is the clip */
        equal[i] = kin_between_accuracy(&a[i], &b[i], 1).accuracy;
    struct kin_agreement agreement = kin_between_accuracy(a, b, n);
    const struct kin_named_number numbers[] = {
        {"consistency", agreement.accuracy},
        {"clips", (double)agreement.n},
        {"equal", (double)agreement.equal},
        {"missing", (double)(agreement.missing + joint->missing)},
    };
    return make_number(call, numbers, KIN_COUNT(numbers), equal, n, out, err);
}

/* One number for all clips: no interval of it, but the numbers are there. */
static int rho(const struct kin_call *call, const struct joint *joint, struct kin_value **out,
               struct kin_error *err)
{
    const struct kin_args *args = call->args;
    struct kin_rho_params choice = {
        .pool = kin_arg_is(args, "pool", "clip") ? KIN_POOL_CLIP : KIN_POOL_ALL,
        .own = kin_arg_is(args, "own", "left-out") ? KIN_OWN_LEFT_OUT : KIN_OWN_INCLUDED,
    };
    struct kin_rho result;
    KIN_TRY(kin_between_rho(joint->a, joint->b, joint->own, joint->n_rows, joint->n_columns,
                            &choice, &result, err));
    const struct kin_named_number numbers[] = {
        {"consistency", result.rho},
        {"clips", (double)result.rows},
        {"pairs", (double)result.pairs},
        {"undefined", (double)result.undefined},
        {"constant", (double)result.constant},
        {"missing", (double)(result.missing + joint->missing)},
    };
    return make_number(call, numbers, KIN_COUNT(numbers), NULL, 0, out, err);
}

static int run(struct kin_call *call, struct kin_error *err)
{
    KIN_AUTO(joint_release) struct joint joint = {0};
    KIN_TRY(join(call, &joint, err));
    struct kin_value *value;
    if (kin_arg_is(call->args, "measure", "rho"))
        KIN_TRY(rho(call, &joint, &value, err));
    else
        KIN_TRY(accuracy(call, &joint, &value, err));
    return kin_call_give(call, 0, NULL, value, err);
}

const struct kin_kind kin_kind_between = {
    .name = "between",
    .version = 1,
    .doc = "consistency between two spaces",
    .source = "Kim et al. 2019, section 3.1.2",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .run = run,
};
