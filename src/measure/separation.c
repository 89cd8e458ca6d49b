/* Signal-to-distortion ratio of separated sources. */
#include "kindred/measure.h"

#include <math.h>

size_t kin_sdr_windows(size_t n, size_t window_samples)
{
    return n / window_samples;
}

static double sdr_of(const float *reference, const float *estimate, size_t n)
{
    double signal = 0, estimated = 0, distortion = 0;
    for (size_t i = 0; i < n; i++) {
        double r = (double)reference[i], e = (double)estimate[i];
        signal += r * r;
        estimated += e * e;
        distortion += (r - e) * (r - e);
    }
    if (signal == 0 || estimated == 0)
        return NAN;
    return 10 * log10(signal / distortion);
}

int kin_sdr(const float *reference, const float *estimate, size_t n, size_t window_samples,
            double *out, struct kin_error *err)
{
    if (window_samples == 0)
        return kin_fail(err, KIN_EINVAL, "window is 0 samples, expected at least 1");
    if (n < window_samples)
        return kin_fail(err, KIN_EDATA, "%zu samples, expected at least one window of %zu", n,
                        window_samples);
    for (size_t w = 0; w < kin_sdr_windows(n, window_samples); w++)
        out[w] =
            sdr_of(reference + w * window_samples, estimate + w * window_samples, window_samples);
    return 0;
}
