/* The MFCC baseline's embedding: moments of the coefficients and of their differences. */
#include <math.h>

#include "kindred/feature.h"
#include "kindred/memory.h"

#define ORDERS 3     /* the coefficients, their differences, the differences of those */
#define FRAMES_MIN 4 /* so that the last order has the two numbers a deviation needs */

static void moments(const double *x, size_t n, double *mean, double *deviation)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    *mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (x[i] - *mean) * (x[i] - *mean);
    *deviation = sqrt(squares / (double)(n - 1));
}

/* One clip: mfcc [frames][columns] to out [6 * columns]; series is scratch for `frames` numbers. */
static void clip_vector(const float *mfcc, size_t frames, size_t columns, double *series,
                        float *out)
{
    for (size_t d = 0; d < columns; d++) {
        for (size_t t = 0; t < frames; t++)
            series[t] = (double)mfcc[t * columns + d];
        for (size_t order = 0; order < ORDERS; order++) {
            size_t n = frames - order;
            double mean, deviation;
            moments(series, n, &mean, &deviation);
            out[2 * order * columns + d] = (float)mean;
            out[(2 * order + 1) * columns + d] = (float)deviation;
            for (size_t t = 0; t + 1 < n; t++)
                series[t] = series[t + 1] - series[t];
        }
    }
}

int kin_mfcc_vectors(struct kin_mfcc *mfcc, const float *x, size_t clips, size_t samples,
                     enum kin_floor floor, float *out, struct kin_error *err)
{
    size_t frames = kin_mfcc_frames(mfcc, samples), columns = kin_mfcc_columns(mfcc);
    if (frames < FRAMES_MIN)
        return kin_fail(err, KIN_EDATA, "clip of %zu samples has %zu frames, expected at least %d",
                        samples, frames, FRAMES_MIN);
    KIN_AUTO(kin_auto_free) float *coefficients = NULL;
    KIN_AUTO(kin_auto_free) double *series = NULL;
    KIN_TRY(kin_alloc_into(&coefficients, clips, frames * columns * sizeof *coefficients, err));
    KIN_TRY(kin_alloc_into(&series, frames, sizeof *series, err));
    KIN_TRY(kin_mfcc_apply(mfcc, x, clips, samples, floor, coefficients, err));
    for (size_t b = 0; b < clips; b++)
        clip_vector(coefficients + b * frames * columns, frames, columns, series,
                    out + b * 2 * ORDERS * columns);
    return 0;
}
