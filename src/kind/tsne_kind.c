/*
 * t-SNE: vectors as places in a plane, for pictures of who is near to whom. Everything gathered is
 * one set of points, so that originals and what became of them share a plane.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "array.h"
#include "gathered.h"
#include "kindred/memory.h"
#include "kindred/tsne.h"
#include "number.h"
#include "table_value.h"

#define PROGRESS 25 /* iterations between two words */

static const struct kin_param params[] = {
    {.name = "perplexity",
     .type = KIN_PARAM_NUMBER,
     .unit = "neighbours",
     .fallback = "30",
     .min = 1,
     .max = KIN_TSNE_MOST - 1,
     .doc = "how many others a point looks at; less than there are points"},
    {.name = "seed",
     .type = KIN_PARAM_INTEGER,
     .fallback = "0",
     .max = 0x1p53,
     .doc = "seed of the start"},
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "of",
     .type = "vectors",
     .mode = KIN_GATHER,
     .doc = "embeddings of one length, at most 10,000"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "table",
     .type = "table",
     .doc = "a row a vector: all axes, id, x, y; those without a place have empty ones"},
    {.name = "number",
     .type = "number",
     .doc = "kl, the divergence at the end in nats; points, undefined (not finite), missing"},
    {0},
};

#define NO_POINT SIZE_MAX

struct cloud {
    size_t n, dims;
    float *points;  /* [n][dims] */
    size_t *of;     /* per gathered item, in order: which point, or NO_POINT */
    double *places; /* [n][2] */
    double kl;
    size_t undefined, missing;
};

static void cloud_release(struct cloud *cloud)
{
    kin_free(cloud->points);
    kin_free(cloud->of);
    kin_free(cloud->places);
}

/* ---- vectors ---- */

static bool all_finite(const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i]))
            return false;
    return true;
}

/* One more point, unless there is none in it. `most`: how many there is room for. */
static int add_item(struct cloud *cloud, const struct kin_item *item, size_t most, size_t *of,
                    struct kin_error *err)
{
    *of = NO_POINT;
    if (!item->value) {
        cloud->missing++;
        return 0;
    }
    KIN_AUTO(kin_tensor_release) struct kin_tensor vector = {0};
    KIN_TRY(kin_array_of(item->value, KIN_F32, &vector, err));
    size_t dims = vector.shape[0], room;
    if (!cloud->points) {
        if (!kin_mul_size(most, dims, &room))
            return kin_fail(err, KIN_ENOMEM, "no memory for vectors of %zu numbers", dims);
        KIN_TRY(kin_alloc_into(&cloud->points, room, sizeof *cloud->points, err));
        cloud->dims = dims;
    }
    if (dims != cloud->dims)
        return kin_fail(err, KIN_EINVAL,
                        "vectors of %zu and of %zu numbers are not of one space; gather those of "
                        "one encoder",
                        cloud->dims, dims);
    if (!all_finite(vector.data, dims)) {
        cloud->undefined++;
        return 0;
    }
    if (dims > 0)
        memcpy(cloud->points + cloud->n * dims, vector.data, dims * sizeof *cloud->points);
    *of = cloud->n++;
    return 0;
}

static int gather(struct cloud *cloud, const struct kin_set *sets, size_t n, struct kin_error *err)
{
    size_t all = 0, at = 0;
    for (size_t s = 0; s < n; s++)
        all += sets[s].n_items;
    if (all > KIN_TSNE_MOST)
        return kin_fail(err, KIN_EINVAL,
                        "%zu vectors, at most %d; gather fewer axes, or select with 'where'", all,
                        KIN_TSNE_MOST);
    KIN_TRY(kin_alloc_into(&cloud->of, all, sizeof *cloud->of, err));
    for (size_t s = 0; s < n; s++)
        for (size_t i = 0; i < sets[s].n_items; i++)
            KIN_TRY(add_item(cloud, &sets[s].items[i], all, &cloud->of[at++], err));
    return 0;
}

/* ---- places ---- */

static int descend(struct kin_tsne *tsne, const struct kin_services *services,
                   struct kin_error *err)
{
    size_t left = KIN_TSNE_ITERATIONS;
    while (left > 0) {
        char text[64];
        snprintf(text, sizeof text, "iteration %zu of %d", KIN_TSNE_ITERATIONS - left,
                 KIN_TSNE_ITERATIONS);
        services->progress(services->context, text);
        if (services->cancelled(services->context))
            return kin_fail(err, KIN_ECANCELLED, "stopped");
        KIN_TRY(kin_tsne_descend(tsne, PROGRESS, &left, err));
    }
    return 0;
}

/* The start depends on the seed and the number of points alone: vectors that differ a little give a
 * picture that differs a little. */
static int find_places(struct cloud *cloud, const struct kin_call *call, struct kin_error *err)
{
    const struct kin_services *services = call->services;
    KIN_AUTO(kin_team_auto) struct kin_team *team = NULL;
    KIN_AUTO(kin_tsne_auto) struct kin_tsne *tsne = NULL;
    KIN_TRY(kin_team_new(services->threads > 0 ? services->threads : 1, &team, err));
    struct kin_tsne_params how = {
        .perplexity = kin_arg_number(call->args, "perplexity"),
        .random = kin_random_stream((uint64_t)kin_arg_integer(call->args, "seed"), "tsne", 4),
        .team = team,
    };
    KIN_TRY(kin_tsne_new(cloud->points, cloud->n, cloud->dims, &how, &tsne, err));
    KIN_TRY(descend(tsne, services, err));
    KIN_TRY(kin_tsne_divergence(tsne, &cloud->kl, err));
    KIN_TRY(kin_alloc_into(&cloud->places, 2 * cloud->n, sizeof *cloud->places, err));
    memcpy(cloud->places, kin_tsne_places(tsne), 2 * cloud->n * sizeof *cloud->places);
    return 0;
}

/* ---- results ---- */

static void add_row(const struct cloud *cloud, const struct kin_set *set, const char *const *axes,
                    size_t n_axes, const char *id, size_t point, struct kin_cells *out)
{
    for (size_t a = 0; a < n_axes; a++) {
        const struct kin_label *label = kin_set_label(set, axes[a]);
        kin_cells_add(out, label ? label->text : "");
    }
    kin_cells_add(out, id);
    for (size_t c = 0; c < 2; c++)
        kin_cells_add_number(out, point == NO_POINT ? (double)NAN : cloud->places[2 * point + c]);
}

/* The places stand beside the cells as an array, too: [rows][2], NaN where there is none. */
static int add_array(struct kin_value *table, const struct cloud *cloud, size_t rows,
                     struct kin_error *err)
{
    struct kin_tensor places;
    size_t shape[2] = {rows, 2};
    KIN_TRY(kin_tensor_alloc(&places, KIN_F64, 2, shape, err));
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < 2; c++)
            ((double *)places.data)[2 * r + c] =
                cloud->of[r] == NO_POINT ? (double)NAN : cloud->places[2 * cloud->of[r] + c];
    return kin_value_set(table, "places", &places, err);
}

static int make_table(const struct cloud *cloud, const struct kin_set *sets, size_t n,
                      struct kin_value **out, struct kin_error *err)
{
    static const char *const more[] = {"id", "x", "y"};
    KIN_AUTO(kin_auto_free) const char **columns = NULL;
    KIN_AUTO(kin_cells_release) struct kin_cells cells = {0};
    size_t n_axes, row = 0;
    KIN_TRY(kin_sets_axes(sets, n, &columns, &n_axes, err));
    size_t capacity = n_axes;
    KIN_TRY(kin_grow(&columns, &capacity, n_axes + KIN_COUNT(more), sizeof *columns, err));
    memcpy(columns + n_axes, more, sizeof more);
    for (size_t s = 0; s < n; s++)
        for (size_t i = 0; i < sets[s].n_items; i++)
            add_row(cloud, &sets[s], columns, n_axes, sets[s].items[i].id, cloud->of[row++],
                    &cells);
    KIN_AUTO(kin_value_auto) struct kin_value *table = NULL;
    KIN_TRY(kin_cells_table(&cells, columns, n_axes + KIN_COUNT(more), &table, err));
    KIN_TRY(add_array(table, cloud, row, err));
    *out = table;
    table = NULL;
    return 0;
}

static int run(struct kin_call *call, struct kin_error *err)
{
    KIN_AUTO(cloud_release) struct cloud cloud = {0};
    const struct kin_set *sets;
    size_t n = kin_call_gathered(call, "of", &sets);
    KIN_TRY(gather(&cloud, sets, n, err));
    KIN_TRY(find_places(&cloud, call, err));
    const struct kin_named_number numbers[] = {
        {"kl", cloud.kl},
        {"points", (double)cloud.n},
        {"undefined", (double)cloud.undefined},
        {"missing", (double)cloud.missing},
    };
    struct kin_value *table = NULL, *number = NULL;
    KIN_TRY(make_table(&cloud, sets, n, &table, err));
    KIN_TRY(kin_call_give(call, 0, "table", table, err));
    KIN_TRY(kin_number_new(numbers, KIN_COUNT(numbers), &number, err));
    return kin_call_give(call, 0, "number", number, err);
}

const struct kin_kind kin_kind_tsne = {
    .name = "tsne",
    .version = 1,
    .doc = "vectors as places in a plane: exact t-SNE",
    .source = "Kim et al. 2019, Figures 9 and 14; van der Maaten and Hinton 2008",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .wide = true,
    .run = run,
};
