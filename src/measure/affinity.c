/* From points to the probabilities of their pairs. */
#include "measure/affinity.h"

#include <math.h>

#include "kindred/memory.h"
#include "measure/forces.h"

#define TOLERANCE 1e-6   /* of the entropy, in nats */
#define MOST_STEPS 100   /* of the search; some six are enough, but for equal distances */
#define NEGLIGIBLE 1e-20 /* a conditional probability: none, so that no product is subnormal */
#define TILE 64          /* rows and columns that are made symmetric at a time */

struct affinities {
    const struct tsne_loops *loops;
    float *scaled; /* the points, the largest number between 0.5 and 1 */
    float *blocks; /* the same as forces.h wants them */
    size_t n, dims, stride;
    double perplexity;
    float *out;
};

static void affinities_release(struct affinities *all)
{
    kin_free(all->scaled);
    kin_free(all->blocks);
}

/* Scaling changes no result, as widths are relative; so no square is too large or too small. */
static int affinities_init(struct affinities *all, const float *points, struct kin_error *err)
{
    size_t count = all->n * all->dims, room;
    KIN_TRY(kin_alloc_into(&all->scaled, count, sizeof *all->scaled, err));
    if (!kin_mul_size(all->stride, all->dims, &room))
        return kin_fail(err, KIN_ENOMEM, "no memory for points of %zu dimensions", all->dims);
    KIN_TRY(kin_alloc_into(&all->blocks, room, sizeof *all->blocks, err));
    float largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmaxf(largest, fabsf(points[i]));
    int exponent;
    frexpf(largest, &exponent);
    for (size_t i = 0; i < count; i++)
        all->scaled[i] = ldexpf(points[i], -exponent);
    for (size_t i = 0; i < all->n; i++)
        for (size_t d = 0; d < all->dims; d++)
            all->blocks[(i / TSNE_LANES * all->dims + d) * TSNE_LANES + i % TSNE_LANES] =
                all->scaled[i * all->dims + d];
    return 0;
}

/* ---- the width of one point's Gaussian ---- */

/* Of the distribution exp(-precision d) over distances d that start at 0. */
struct gaussian {
    double total;
    double entropy;  /* nats */
    double variance; /* of d: minus the entropy's slope, over the precision */
};

static struct gaussian gaussian_of(const double *distance, size_t n, double precision)
{
    double total = 0, first = 0, second = 0;
    for (size_t j = 0; j < n; j++) {
        double weight = exp(-precision * distance[j]);
        total += weight;
        first += weight * distance[j];
        second += weight * distance[j] * distance[j];
    }
    double mean = first / total;
    return (struct gaussian){.total = total,
                             .entropy = log(total) + precision * mean,
                             .variance = second / total - mean * mean};
}

/* Newton's step inside what is known to bracket the precision; where it leads out of it, the
 * middle, or, with one end open, far towards it. */
static double next_precision(double precision, double low, double high, double excess,
                             double variance)
{
    double next = precision + excess / (precision * variance);
    double least = fmax(low, precision / 8), most = fmin(high, precision * 8);
    if (next > least && next < most)
        return next;
    if (low > 0 && high < INFINITY)
        return low + (high - low) / 2;
    return excess > 0 ? most : least;
}

/* The precision at which the entropy is that of `perplexity` equal neighbours. Where none is (more
 * equal distances than that) the last one tried serves: its distribution is as near as can be. */
static double find_precision(const double *distance, size_t n, double perplexity)
{
    double mean = 0, low = 0, high = INFINITY, wanted = log(perplexity);
    for (size_t j = 0; j < n; j++)
        mean += distance[j] / (double)n;
    double precision = mean > 0 ? 1 / mean : 1;
    for (size_t step = 0; step < MOST_STEPS; step++) {
        struct gaussian gaussian = gaussian_of(distance, n, precision);
        double excess = gaussian.entropy - wanted;
        if (fabs(excess) < TOLERANCE)
            break;
        if (excess > 0)
            low = precision;
        else
            high = precision;
        double next = next_precision(precision, low, high, excess, gaussian.variance);
        if (next == precision)
            break;
        precision = next;
    }
    return precision;
}

/* Row i of the conditional probabilities; distance has room for n. */
static void conditional(const struct affinities *all, size_t i, double *distance)
{
    float *row = all->out + i * all->stride;
    all->loops->squares(all->scaled + i * all->dims, all->blocks, all->dims, all->stride, row);
    double nearest = INFINITY;
    size_t others = 0;
    for (size_t j = 0; j < all->n; j++)
        if (j != i)
            nearest = fmin(nearest, (double)row[j]);
    for (size_t j = 0; j < all->n; j++)
        if (j != i)
            distance[others++] = (double)row[j] - nearest;
    double precision = find_precision(distance, others, all->perplexity);
    double total = gaussian_of(distance, others, precision).total;
    for (size_t j = 0; j < all->stride; j++) {
        double d = (double)row[j] - nearest;
        double p = j < all->n && j != i ? exp(-precision * d) / total : 0;
        row[j] = p > NEGLIGIBLE ? (float)p : 0;
    }
}

static int conditional_rows(void *arg, size_t tile, struct kin_error *err)
{
    const struct affinities *all = arg;
    KIN_AUTO(kin_auto_free) double *distance = NULL;
    KIN_TRY(kin_alloc_into(&distance, all->n, sizeof *distance, err));
    size_t end = (tile + 1) * TILE < all->n ? (tile + 1) * TILE : all->n;
    for (size_t i = tile * TILE; i < end; i++)
        conditional(all, i, distance);
    return 0;
}

/* ---- both sides together ---- */

/* The tiles from the diagonal on: nobody else writes these pairs. */
static int join_rows(void *arg, size_t tile, struct kin_error *err)
{
    (void)err;
    const struct affinities *all = arg;
    size_t first = tile * TILE, last = first + TILE < all->n ? first + TILE : all->n;
    float scale = (float)(0.5 / (double)all->n);
    for (size_t from = first; from < all->n; from += TILE)
        for (size_t i = first; i < last; i++)
            for (size_t j = from > i ? from : i + 1; j < from + TILE && j < all->n; j++) {
                float *one = &all->out[i * all->stride + j],
                      *other = &all->out[j * all->stride + i];
                *one = *other = (*one + *other) * scale;
            }
    return 0;
}

int tsne_affinities(const float *points, size_t n, size_t dims, double perplexity, size_t stride,
                    struct kin_team *team, float *out, struct kin_error *err)
{
    KIN_AUTO(affinities_release)
    struct affinities all = {.loops = tsne_loops(),
                             .n = n,
                             .dims = dims,
                             .stride = stride,
                             .perplexity = perplexity,
                             .out = out};
    KIN_TRY(affinities_init(&all, points, err));
    size_t tiles = (n + TILE - 1) / TILE;
    KIN_TRY(kin_team_run(team, conditional_rows, &all, tiles, err));
    return kin_team_run(team, join_rows, &all, tiles, err);
}
