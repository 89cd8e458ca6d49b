#include "kindred/tsne.h"

#include <math.h>

#include "kindred/memory.h"
#include "measure/affinity.h"
#include "measure/forces.h"

#define EARLY 250 /* iterations with exaggeration */
#define EXAGGERATION 12
#define SHARE 64 /* points that a thread takes at a time */

/* One coordinate of one point. */
struct coordinate {
    double step, gain;
};

struct kin_tsne {
    const struct tsne_loops *loops;
    struct kin_team *team;
    size_t n, stride;
    float *affinity; /* [n][stride] */
    double *place;   /* [n][2] */
    struct coordinate *coordinate;
    float *x, *y; /* [stride]: the places as the loops want them */
    struct tsne_force *force;
    double rate;
    size_t done;
};

void kin_tsne_free(struct kin_tsne *tsne)
{
    if (!tsne)
        return;
    kin_free(tsne->affinity);
    kin_free(tsne->place);
    kin_free(tsne->coordinate);
    kin_free(tsne->x);
    kin_free(tsne->y);
    kin_free(tsne->force);
    kin_free(tsne);
}

void kin_tsne_auto(struct kin_tsne **tsne)
{
    kin_tsne_free(*tsne);
}

/* ---- the beginning ---- */

static int check(const float *points, size_t n, size_t dims, double perplexity,
                 struct kin_error *err)
{
    if (n < 3 || n > KIN_TSNE_MOST)
        return kin_fail(err, KIN_EINVAL, "%zu points, wanted 3 to %d", n, KIN_TSNE_MOST);
    if (dims < 1)
        return kin_fail(err, KIN_EINVAL, "points of 0 dimensions, wanted at least 1");
    if (!(perplexity >= 1 && perplexity <= (double)(n - 1)))
        return kin_fail(err, KIN_EINVAL, "a perplexity of %g for %zu points, wanted 1 to %zu",
                        perplexity, n, n - 1);
    for (size_t i = 0; i < n * dims; i++)
        if (!isfinite(points[i]))
            return kin_fail(err, KIN_EDATA, "number %zu of point %zu is %g, wanted a finite one",
                            i % dims, i / dims, (double)points[i]);
    return 0;
}

static int allocate(struct kin_tsne *tsne, struct kin_error *err)
{
    size_t n = tsne->n, stride = tsne->stride;
    KIN_TRY(kin_alloc_into(&tsne->affinity, n * stride, sizeof *tsne->affinity, err));
    KIN_TRY(kin_alloc_into(&tsne->place, 2 * n, sizeof *tsne->place, err));
    KIN_TRY(kin_alloc_into(&tsne->coordinate, 2 * n, sizeof *tsne->coordinate, err));
    KIN_TRY(kin_alloc_into(&tsne->x, stride, sizeof *tsne->x, err));
    KIN_TRY(kin_alloc_into(&tsne->y, stride, sizeof *tsne->y, err));
    return kin_alloc_into(&tsne->force, n, sizeof *tsne->force, err);
}

/* The places as the loops want them. */
static void spread(struct kin_tsne *tsne)
{
    for (size_t i = 0; i < tsne->n; i++) {
        tsne->x[i] = (float)tsne->place[2 * i];
        tsne->y[i] = (float)tsne->place[2 * i + 1];
    }
}

static void start(struct kin_tsne *tsne, struct kin_random random)
{
    for (size_t c = 0; c < 2 * tsne->n; c++) {
        tsne->place[c] = 1e-4 * kin_random_normal(&random);
        tsne->coordinate[c] = (struct coordinate){.gain = 1};
    }
    for (size_t i = tsne->n; i < tsne->stride; i++)
        tsne->x[i] = tsne->y[i] = TSNE_FAR;
    tsne->rate = fmax((double)tsne->n / EXAGGERATION / 4, 50);
    spread(tsne);
}

int kin_tsne_new(const float *points, size_t n, size_t dims, const struct kin_tsne_params *params,
                 struct kin_tsne **out, struct kin_error *err)
{
    KIN_TRY(check(points, n, dims, params->perplexity, err));
    KIN_AUTO(kin_tsne_auto) struct kin_tsne *tsne = NULL;
    KIN_TRY(kin_alloc_into(&tsne, 1, sizeof *tsne, err));
    tsne->loops = tsne_loops();
    tsne->team = params->team;
    tsne->n = n;
    tsne->stride = (n + TSNE_LANES - 1) / TSNE_LANES * TSNE_LANES;
    KIN_TRY(allocate(tsne, err));
    KIN_TRY(tsne_affinities(points, n, dims, params->perplexity, tsne->stride, tsne->team,
                            tsne->affinity, err));
    start(tsne, params->random);
    *out = tsne;
    tsne = NULL;
    return 0;
}

/* ---- descent ---- */

static size_t shares(const struct kin_tsne *tsne)
{
    return (tsne->n + SHARE - 1) / SHARE;
}

static size_t share_end(const struct kin_tsne *tsne, size_t share)
{
    return (share + 1) * SHARE < tsne->n ? (share + 1) * SHARE : tsne->n;
}

static int forces_of_share(void *arg, size_t share, struct kin_error *err)
{
    (void)err;
    struct kin_tsne *tsne = arg;
    const struct tsne_plane plane = {.x = tsne->x, .y = tsne->y, .stride = tsne->stride};
    for (size_t i = share * SHARE; i < share_end(tsne, share); i++)
        tsne->loops->force(&plane, tsne->affinity + i * tsne->stride, i, &tsne->force[i]);
    return 0;
}

/* Sum of all weights: what makes them probabilities. */
static double total_weight(const struct kin_tsne *tsne)
{
    double total = 0;
    for (size_t i = 0; i < tsne->n; i++)
        total += tsne->force[i].weight;
    return total;
}

static void move(struct kin_tsne *tsne, double exaggeration, double momentum)
{
    double total = total_weight(tsne);
    for (size_t c = 0; c < 2 * tsne->n; c++) {
        const struct tsne_force *force = &tsne->force[c / 2];
        struct coordinate *coordinate = &tsne->coordinate[c];
        double gradient = 4 * (exaggeration * force->pull[c % 2] - force->push[c % 2] / total);
        bool onwards = coordinate->step * gradient < 0;
        coordinate->gain = onwards ? coordinate->gain + 0.2 : fmax(coordinate->gain * 0.8, 0.01);
        coordinate->step = momentum * coordinate->step - tsne->rate * coordinate->gain * gradient;
        tsne->place[c] += coordinate->step;
    }
}

static void centre(struct kin_tsne *tsne)
{
    double mean[2] = {0};
    for (size_t c = 0; c < 2 * tsne->n; c++)
        mean[c % 2] += tsne->place[c] / (double)tsne->n;
    for (size_t c = 0; c < 2 * tsne->n; c++)
        tsne->place[c] -= mean[c % 2];
}

int kin_tsne_descend(struct kin_tsne *tsne, size_t iterations, size_t *left, struct kin_error *err)
{
    for (; iterations > 0 && tsne->done < KIN_TSNE_ITERATIONS; iterations--, tsne->done++) {
        bool early = tsne->done < EARLY;
        KIN_TRY(kin_team_run(tsne->team, forces_of_share, tsne, shares(tsne), err));
        move(tsne, early ? EXAGGERATION : 1, early ? 0.5 : 0.8);
        centre(tsne);
        spread(tsne);
    }
    *left = KIN_TSNE_ITERATIONS - tsne->done;
    return 0;
}

/* ---- results ---- */

const double *kin_tsne_places(const struct kin_tsne *tsne)
{
    return tsne->place;
}

double kin_tsne_joint(const struct kin_tsne *tsne, size_t i, size_t j)
{
    return (double)tsne->affinity[i * tsne->stride + j];
}

static double weight(const struct kin_tsne *tsne, size_t i, size_t j)
{
    double dx = tsne->place[2 * i] - tsne->place[2 * j];
    double dy = tsne->place[2 * i + 1] - tsne->place[2 * j + 1];
    return 1 / (1 + dx * dx + dy * dy);
}

/* Sums over the pairs of one point, in double. */
struct pair_sums {
    double joint;  /* p */
    double weight; /* w */
    double ratio;  /* p log(p / w) */
};

struct divergence {
    const struct kin_tsne *tsne;
    struct pair_sums *sums; /* [n] */
};

static int sums_of_share(void *arg, size_t share, struct kin_error *err)
{
    (void)err;
    const struct divergence *divergence = arg;
    const struct kin_tsne *tsne = divergence->tsne;
    for (size_t i = share * SHARE; i < share_end(tsne, share); i++) {
        struct pair_sums sums = {0};
        for (size_t j = 0; j < tsne->n; j++) {
            double p = kin_tsne_joint(tsne, i, j), w = j == i ? 0 : weight(tsne, i, j);
            sums.joint += p;
            sums.weight += w;
            sums.ratio += p > 0 ? p * log(p / w) : 0;
        }
        divergence->sums[i] = sums;
    }
    return 0;
}

int kin_tsne_divergence(const struct kin_tsne *tsne, double *out, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) struct pair_sums *sums = NULL;
    KIN_TRY(kin_alloc_into(&sums, tsne->n, sizeof *sums, err));
    struct divergence divergence = {.tsne = tsne, .sums = sums};
    KIN_TRY(kin_team_run(tsne->team, sums_of_share, &divergence, shares(tsne), err));
    struct pair_sums all = {0};
    for (size_t i = 0; i < tsne->n; i++) {
        all.joint += sums[i].joint;
        all.weight += sums[i].weight;
        all.ratio += sums[i].ratio;
    }
    *out = all.ratio + all.joint * log(all.weight);
    return 0;
}
