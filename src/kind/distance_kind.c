/*
 * Distances from every item of one collection to every item of another, one row an item.
 *
 * A row of float32 inputs is computed in float32, one of float64 inputs pair by pair in double;
 * what the other collection holds is converted. A pair's distance is therefore a function of the
 * two items and the parameters alone, which is what lets a row be extended: when an item's earlier
 * row with other columns is offered, distances to columns with the same digest are taken over and
 * only the others are computed, with the same bits.
 */
#include "kindred/distance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "each.h"
#include "kindred/memory.h"
#include "operand.h"
#include "row.h"

static const char *const metrics[] = {
#define KIN_DISTANCE(name) #name,
#include "distance/distances.def"
#undef KIN_DISTANCE
    NULL,
};

/* Parameters of the metrics: the defaults are those of the table of distances. */
static const struct kin_param params[] = {
    {.name = "metric",
     .type = KIN_PARAM_CHOICE,
     .choices = metrics,
     .doc = "dtw, fastdtw and simple compare sequences, euclidean and cosine vectors"},
    {.name = "radius",
     .type = KIN_PARAM_INTEGER,
     .unit = "frames",
     .fallback = "1",
     .min = 1,
     .max = 1000000,
     .doc = "fastdtw: how far the window reaches beside the coarser path"},
    {.name = "window",
     .type = KIN_PARAM_INTEGER,
     .unit = "frames",
     .fallback = "50",
     .min = 1,
     .max = 1000000,
     .doc = "simple: length of the runs that are compared"},
    {0},
};
static const char *const metric_params[] = {"radius", "window"};

static const struct kin_port inputs[] = {
    {.name = "from", .type = "sequences|vectors", .mode = KIN_EACH, .doc = "one row for each"},
    {.name = "to",
     .type = "sequences|vectors",
     .mode = KIN_WHOLE,
     .flags = KIN_PORT_EXTENDS,
     .doc = "one column for each"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "distances",
     .type = "distances",
     .doc = "distances: [n], NaN where a column failed; columns: the digest of `to`"},
    {0},
};

static const char *narrow(const struct kin_args *args, const struct kin_port *port)
{
    (void)port;
    const struct kin_distance *distance;
    if (kin_distance_find(kin_arg_text(args, "metric"), &distance, NULL) != 0)
        return NULL;
    return distance->operand == KIN_DISTANCE_SEQUENCES ? "sequences" : "vectors";
}

/* ---- parameters ---- */

static bool takes_param(const struct kin_distance *distance, const char *name)
{
    for (size_t i = 0; i < distance->param_count; i++)
        if (strcmp(distance->params[i].name, name) == 0)
            return true;
    return false;
}

static int check(const struct kin_args *args, const char **blame, struct kin_error *err)
{
    const struct kin_distance *distance;
    *blame = "metric";
    KIN_TRY(kin_distance_find(kin_arg_text(args, "metric"), &distance, err));
    for (size_t i = 0; i < KIN_COUNT(metric_params); i++) {
        const char *name = *blame = metric_params[i];
        double fallback;
        kin_number_parse(kin_kind_param(kin_args_kind(args), name)->fallback, false, &fallback);
        if (kin_arg_number(args, name) != fallback && !takes_param(distance, name))
            return kin_fail(err, KIN_EINVAL, "metric '%s' has no parameter '%s'", distance->name,
                            name);
    }
    return 0;
}

static int metric_of(const struct kin_args *args, const struct kin_distance **distance,
                     struct kin_distance_params *values, struct kin_error *err)
{
    KIN_TRY(kin_distance_find(kin_arg_text(args, "metric"), distance, err));
    *values = kin_distance_defaults(*distance);
    for (size_t i = 0; i < (*distance)->param_count; i++) {
        const char *name = (*distance)->params[i].name;
        KIN_TRY(kin_distance_set_param(*distance, name, (size_t)kin_arg_integer(args, name), values,
                                       err));
    }
    return 0;
}

/* ---- the call ---- */

/* What all rows of a call share. */
struct job {
    struct kin_call *call;
    const struct kin_distance *distance;
    struct kin_distance_params values;
    const struct kin_set *to;
    struct kin_operand *columns; /* of to->items; zero where the item failed */
    struct kin_operand *rows;    /* of the call's items */
};

static void job_release(struct job *job)
{
    for (size_t j = 0; job->columns && j < job->to->n_items; j++)
        kin_operand_release(&job->columns[j]);
    for (size_t k = 0; job->rows && k < job->call->n_items; k++)
        kin_operand_release(&job->rows[k]);
    kin_free(job->columns);
    kin_free(job->rows);
}

static int job_init(struct job *job, struct kin_call *call, struct kin_error *err)
{
    job->call = call;
    job->to = kin_call_input(call, "to");
    KIN_TRY(metric_of(call->args, &job->distance, &job->values, err));
    KIN_TRY(kin_alloc_into(&job->columns, job->to->n_items, sizeof *job->columns, err));
    KIN_TRY(kin_alloc_into(&job->rows, call->n_items, sizeof *job->rows, err));
    for (size_t j = 0; j < job->to->n_items; j++)
        if (job->to->items[j].value)
            KIN_TRY(
                kin_operand_open(job->distance, job->to->items[j].value, &job->columns[j], err));
    for (size_t k = 0; k < call->n_items; k++)
        KIN_TRY(
            kin_operand_open(job->distance, kin_call_item(call, "from", k), &job->rows[k], err));
    return 0;
}

/* Rows that need the same columns: those whose earlier rows had the same ones, or had none. */
struct group {
    const struct kin_digest *known; /* columns of the earlier rows; NULL: none */
    struct kin_columns earlier;
    size_t *old;    /* [columns]: place in the earlier rows, or SIZE_MAX */
    size_t *wanted; /* places of the columns to compute */
    size_t n_wanted;
    struct kin_distance_set *set; /* of the wanted ones, once a row of float32 needs it */
};

static void group_release(struct group *group)
{
    kin_columns_release(&group->earlier);
    kin_free(group->old);
    kin_free(group->wanted);
    kin_distance_set_free(group->set);
}

/* ---- what an earlier row knows ---- */

static int by_digest(const void *a, const void *b)
{
    return kin_digest_compare(&((const struct kin_entry *)a)->digest,
                              &((const struct kin_entry *)b)->digest);
}

/* The columns of an earlier row that can be extended: same precision, length as its columns say.
 * NULL when there is none. */
static const struct kin_digest *known_columns(const struct job *job, size_t k)
{
    const struct kin_value *prior = kin_call_prior(job->call, k);
    const struct kin_digest *digest;
    if (!prior || kin_row_columns(prior, &digest, NULL) != 0)
        return NULL;
    const struct kin_tensor *distances = kin_value_get(prior, "distances");
    bool same = distances && distances->dtype == job->rows[k].stored->dtype;
    return same ? digest : NULL;
}

/* Places of this call's columns in the earlier rows. A copy of the entries in ascending digest
 * keeps their places in `id`'s stead. */
static int match_columns(const struct job *job, struct group *group, struct kin_error *err)
{
    size_t n = group->earlier.n;
    KIN_AUTO(kin_auto_free) struct kin_entry *sorted = NULL;
    KIN_TRY(kin_alloc_into(&sorted, n, sizeof *sorted, err));
    memcpy(sorted, group->earlier.entries, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_digest);
    for (size_t j = 0; j < job->to->n_items && n > 0; j++) {
        struct kin_entry key = {.digest = job->to->items[j].digest};
        const struct kin_entry *found = bsearch(&key, sorted, n, sizeof *sorted, by_digest);
        if (!found || found->failed)
            continue;
        long place = kin_collection_find(group->earlier.entries, n, found->id);
        group->old[j] = (size_t)place;
    }
    return 0;
}

static int group_init(struct group *group, const struct job *job, size_t first,
                      struct kin_error *err)
{
    size_t n = job->to->n_items;
    KIN_TRY(kin_alloc_into(&group->old, n, sizeof *group->old, err));
    KIN_TRY(kin_alloc_into(&group->wanted, n, sizeof *group->wanted, err));
    for (size_t j = 0; j < n; j++)
        group->old[j] = SIZE_MAX;
    group->known = known_columns(job, first);
    if (group->known) { /* never needed for the result: what cannot be read is computed anew */
        if (kin_columns_of(job->call, kin_call_prior(job->call, first), &group->earlier, err) == 0)
            KIN_TRY(match_columns(job, group, err));
    }
    for (size_t j = 0; j < n; j++)
        if (job->to->items[j].value && group->old[j] == SIZE_MAX)
            group->wanted[group->n_wanted++] = j;
    return 0;
}

static bool belongs(const struct job *job, const struct group *group, size_t k)
{
    const struct kin_digest *known = known_columns(job, k);
    if (!known || !group->known)
        return known == group->known;
    return kin_digest_equal(known, group->known);
}

/* ---- distances ---- */

static int make_set(const struct job *job, struct group *group, struct kin_error *err)
{
    if (group->set)
        return 0;
    KIN_AUTO(kin_auto_free) struct kin_sequence *sequences = NULL;
    KIN_TRY(kin_alloc_into(&sequences, group->n_wanted, sizeof *sequences, err));
    for (size_t i = 0; i < group->n_wanted; i++)
        KIN_TRY(kin_operand_f32(&job->columns[group->wanted[i]], &sequences[i], err));
    return kin_distance_set_new(sequences, group->n_wanted, &group->set, err);
}

static int compute_f32(const struct job *job, struct group *group, size_t k, float *out,
                       struct kin_error *err)
{
    struct kin_sequence from;
    KIN_TRY(kin_operand_f32(&job->rows[k], &from, err));
    KIN_TRY(make_set(job, group, err));
    return kin_distance_rows(job->distance, &job->values, &from, 1, group->set, out, NULL, err);
}

static int compute_f64(const struct job *job, const struct group *group, size_t k, double *out,
                       struct kin_error *err)
{
    struct kin_sequence_f64 from, to;
    KIN_TRY(kin_operand_f64(&job->rows[k], &from, err));
    for (size_t i = 0; i < group->n_wanted; i++) {
        KIN_TRY(kin_operand_f64(&job->columns[group->wanted[i]], &to, err));
        KIN_TRY(kin_distance_pair(job->distance, &job->values, &from, &to, &out[i], err));
    }
    return 0;
}

/* Puts computed and earlier distances in their places; the rest is NaN. */
static int assemble(const struct job *job, const struct group *group, size_t k,
                    const struct kin_tensor *computed, struct kin_tensor *out,
                    struct kin_error *err)
{
    size_t n = job->to->n_items;
    size_t size = kin_dtype_size(computed->dtype);
    const struct kin_tensor *earlier = NULL;
    if (group->earlier.manifest)
        KIN_TRY(kin_columns_row(&group->earlier, kin_call_prior(job->call, k), &earlier, err));
    KIN_TRY(kin_tensor_alloc(out, computed->dtype, 1, &n, err));
    size_t next = 0;
    for (size_t j = 0; j < n; j++) {
        char *place = (char *)out->data + j * size;
        if (next < group->n_wanted && group->wanted[next] == j)
            memcpy(place, (const char *)computed->data + next++ * size, size);
        else if (group->old[j] != SIZE_MAX)
            memcpy(place, (const char *)earlier->data + group->old[j] * size, size);
        else if (computed->dtype == KIN_F64)
            ((double *)out->data)[j] = NAN;
        else
            ((float *)out->data)[j] = NAN;
    }
    return 0;
}

static int row(const struct job *job, struct group *group, size_t k, struct kin_value **out,
               struct kin_error *err)
{
    enum kin_dtype dtype = job->rows[k].stored->dtype;
    KIN_AUTO(kin_tensor_release) struct kin_tensor computed = {0};
    struct kin_tensor distances;
    KIN_TRY(kin_tensor_alloc(&computed, dtype, 1, &group->n_wanted, err));
    if (group->n_wanted > 0 && dtype == KIN_F32)
        KIN_TRY(compute_f32(job, group, k, computed.data, err));
    else if (group->n_wanted > 0)
        KIN_TRY(compute_f64(job, group, k, computed.data, err));
    kin_call_count(job->call, "pairs", group->n_wanted);
    KIN_TRY(assemble(job, group, k, &computed, &distances, err));
    return kin_row_new(&distances, &job->to->digest, out, err);
}

static int run_group(const struct job *job, size_t first, bool *done, struct kin_error *err)
{
    KIN_AUTO(group_release) struct group group = {0};
    KIN_TRY(group_init(&group, job, first, err));
    for (size_t k = first; k < job->call->n_items; k++) {
        if (done[k] || !belongs(job, &group, k))
            continue;
        done[k] = true;
        struct kin_value *value = NULL;
        int status = row(job, &group, k, &value, err);
        KIN_TRY(kin_each_settle(job->call, k, status, value, err));
    }
    return 0;
}

static int run(struct kin_call *call, struct kin_error *err)
{
    KIN_AUTO(job_release) struct job job = {0};
    KIN_AUTO(kin_auto_free) bool *done = NULL;
    KIN_TRY(job_init(&job, call, err));
    KIN_TRY(kin_alloc_into(&done, call->n_items, sizeof *done, err));
    for (size_t k = 0; k < call->n_items; k++)
        if (!done[k])
            KIN_TRY(run_group(&job, k, done, err));
    return 0;
}

const struct kin_kind kin_kind_distance = {
    .name = "distance",
    .version = 2,
    .doc = "distances between the items of two collections",
    .source = "Kim et al. 2019, section 3.2",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .block = 64, /* the columns are packed once a call */
    .check = check,
    .narrow = narrow,
    .run = run,
};
