/* Intervals of means by drawing again from what was observed. */
#include <math.h>
#include <stdlib.h>

#include "kindred/measure.h"
#include "kindred/memory.h"

static int check(const struct kin_bootstrap_params *params, struct kin_error *err)
{
    if (params->resamples < 1)
        return kin_fail(err, KIN_EINVAL, "0 resamples, wanted at least 1");
    if (!(params->level > 0 && params->level < 1))
        return kin_fail(err, KIN_EINVAL, "a level of %g, wanted one between 0 and 1",
                        params->level);
    return 0;
}

/* The numbers that are defined, in order. */
static size_t defined(const double *x, size_t n, double *out)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i]))
            out[m++] = x[i];
    return m;
}

static double resampled_mean(const double *x, size_t n, struct kin_random *random)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[kin_random_below(random, n)];
    return sum / (double)n;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of n sorted numbers, at a share of the way from the first to the last. */
static double quantile(const double *sorted, size_t n, double share)
{
    double place = share * (double)(n - 1);
    size_t below = (size_t)place;
    if (below + 1 >= n || sorted[below] == sorted[below + 1]) /* equal infinities have no middle */
        return sorted[below];
    double rest = place - (double)below;
    return sorted[below] + rest * (sorted[below + 1] - sorted[below]);
}

int kin_bootstrap_mean(const double *x, size_t n, const struct kin_bootstrap_params *params,
                       struct kin_interval *out, struct kin_error *err)
{
    KIN_TRY(check(params, err));
    KIN_AUTO(kin_auto_free) double *sample = NULL;
    KIN_AUTO(kin_auto_free) double *means = NULL;
    KIN_TRY(kin_alloc_into(&sample, n, sizeof *sample, err));
    size_t m = defined(x, n, sample);
    *out = (struct kin_interval){.lower = NAN, .upper = NAN};
    if (m < 2)
        return 0;
    KIN_TRY(kin_alloc_into(&means, params->resamples, sizeof *means, err));
    struct kin_random random = params->random;
    for (size_t r = 0; r < params->resamples; r++)
        means[r] = resampled_mean(sample, m, &random);
    qsort(means, params->resamples, sizeof *means, ascending);
    out->lower = quantile(means, params->resamples, (1 - params->level) / 2);
    out->upper = quantile(means, params->resamples, (1 + params->level) / 2);
    return 0;
}
