/* Consistency between two spaces: do clips that go astray in one go astray in the other too? */
#include <math.h>
#include <stdio.h>

#include "interval.h"
#include "joint.h"
#include "kindred/measure.h"
#include "kindred/memory.h"
#include "number.h"

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

static int outcomes_of(const struct kin_joint *joint, enum kin_side side, enum kin_outcome **out,
                       struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) double *distances = NULL;
    KIN_TRY(kin_joint_distances(joint, side, &distances, err));
    KIN_TRY(kin_alloc_into(out, joint->n_rows, sizeof **out, err));
    if (joint->n_rows == 0)
        return 0;
    return kin_within_outcomes(distances, joint->own, joint->n_rows, joint->n_columns, *out, err);
}

static int accuracy(const struct kin_call *call, const struct kin_joint *joint,
                    struct kin_value **out, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) enum kin_outcome *a = NULL;
    KIN_AUTO(kin_auto_free) enum kin_outcome *b = NULL;
    KIN_AUTO(kin_auto_free) double *equal = NULL;
    size_t n = joint->n_rows;
    KIN_TRY(outcomes_of(joint, KIN_SIDE_AUDIO, &a, err));
    KIN_TRY(outcomes_of(joint, KIN_SIDE_LATENT, &b, err));
    KIN_TRY(kin_alloc_into(&equal, n, sizeof *equal, err));
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

/* ---- rho ---- */

/* The ranks of one side: other instances have the same side beside another one. */
struct ranks {
    struct kin_digest key;
    bool shared;    /* they follow from this side alone */
    double *values; /* NULL: a distance is undefined, and ranks depend on the other side */
};

static struct kin_digest ranks_key(const struct kin_set *set, const struct kin_rho_params *choice)
{
    char name[32];
    snprintf(name, sizeof name, "ranks %d %d", choice->pool, choice->own);
    return kin_thing_key(name, &set->digest);
}

static bool any_nan(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isnan(x[i]))
            return true;
    return false;
}

static int rank(const struct kin_joint *joint, enum kin_side side,
                const struct kin_rho_params *choice, double **out, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) double *cells = NULL;
    size_t rows = joint->n_rows, columns = joint->n_columns;
    KIN_TRY(kin_joint_distances(joint, side, &cells, err));
    if (any_nan(cells, rows * columns))
        return 0;
    KIN_TRY(kin_between_rank(cells, joint->own, rows, columns, choice, cells, err));
    *out = cells;
    cells = NULL;
    return 0;
}

static int ranks_take(const struct kin_call *call, const struct kin_joint *joint,
                      enum kin_side side, const struct kin_rho_params *choice, struct ranks *out,
                      struct kin_error *err)
{
    out->key = ranks_key(joint->sets[side], choice);
    out->shared = kin_joint_covers(joint, side);
    out->values = out->shared ? kin_call_take(call, &out->key) : NULL;
    return out->values ? 0 : rank(joint, side, choice, &out->values, err);
}

static void ranks_leave(const struct kin_call *call, struct ranks *ranks)
{
    if (ranks->values && ranks->shared)
        kin_call_keep(call, &ranks->key, (struct kin_thing){ranks->values, kin_free});
    else
        kin_free(ranks->values);
}

/* Pairs that are undefined on a side are left out of both. */
static int correlate_defined(const struct kin_joint *joint, const struct kin_rho_params *choice,
                             struct kin_rho *out, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) double *a = NULL;
    KIN_AUTO(kin_auto_free) double *b = NULL;
    KIN_TRY(kin_joint_distances(joint, KIN_SIDE_AUDIO, &a, err));
    KIN_TRY(kin_joint_distances(joint, KIN_SIDE_LATENT, &b, err));
    return kin_between_rho(a, b, joint->own, joint->n_rows, joint->n_columns, choice, out, err);
}

static int correlate(const struct kin_call *call, const struct kin_joint *joint,
                     const struct kin_rho_params *choice, struct kin_rho *out,
                     struct kin_error *err)
{
    struct ranks a = {0}, b = {0};
    int status = ranks_take(call, joint, KIN_SIDE_AUDIO, choice, &a, err);
    if (status == 0 && a.values)
        status = ranks_take(call, joint, KIN_SIDE_LATENT, choice, &b, err);
    if (status == 0 && b.values)
        *out = kin_between_ranked(a.values, b.values, joint->own, joint->n_rows, joint->n_columns,
                                  choice);
    else if (status == 0)
        status = correlate_defined(joint, choice, out, err);
    ranks_leave(call, &a);
    ranks_leave(call, &b);
    return status;
}

/* One number for all clips: no interval of it, but the numbers are there. */
static int rho(const struct kin_call *call, const struct kin_joint *joint, struct kin_value **out,
               struct kin_error *err)
{
    const struct kin_args *args = call->args;
    struct kin_rho_params choice = {
        .pool = kin_arg_is(args, "pool", "clip") ? KIN_POOL_CLIP : KIN_POOL_ALL,
        .own = kin_arg_is(args, "own", "left-out") ? KIN_OWN_LEFT_OUT : KIN_OWN_INCLUDED,
    };
    struct kin_rho result;
    KIN_TRY(correlate(call, joint, &choice, &result, err));
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
    KIN_AUTO(kin_joint_release) struct kin_joint joint = {0};
    KIN_TRY(kin_joint_init(call, &joint, err));
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
