#include "kindred/noise.h"

#include <math.h>

#include "kindred/memory.h"
#include "transformer.h"

/* Standard deviation of bin k before scaling: amplitude 1 / sqrt(f), bin 0 like bin 1. */
static double pink_amplitude(size_t k)
{
    return 1 / sqrt(k > 0 ? (double)k : 1);
}

/* Bins that are their own mirror image have no imaginary part; they take the whole variance. */
static bool is_real_bin(size_t k, size_t n)
{
    return k == 0 || 2 * k == n;
}

/* Standard deviation over time of what the bins sum up to, the constant part left out. */
static double pink_deviation(size_t n)
{
    double sum = 0;
    for (size_t k = 1; k <= n / 2; k++) {
        double power = pink_amplitude(k) * pink_amplitude(k);
        sum += is_real_bin(k, n) ? 2 * power : 4 * power;
    }
    return sum > 0 ? sqrt(sum) : M_SQRT2;
}

void kin_noise_pink(struct kin_fft *fft, struct kin_random *random)
{
    size_t n = kin_fft_points(fft);
    float(*spectrum)[2] = kin_fft_spectrum(fft);
    double scale = 1 / pink_deviation(n);
    for (size_t k = 0; k < kin_fft_bins(fft); k++) {
        double amplitude = scale * pink_amplitude(k);
        double re = amplitude * kin_random_normal(random);
        double im = amplitude * kin_random_normal(random);
        spectrum[k][0] = (float)(is_real_bin(k, n) ? M_SQRT2 * re : re);
        spectrum[k][1] = is_real_bin(k, n) ? 0 : (float)im;
    }
    kin_fft_inverse(fft);
}

static double root_mean_square(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] * x[i];
    return sqrt(sum / (double)n);
}

/* The largest |s + v| of the mixture with these two gains. */
static double mixture_peak(const double *s, const double *v, size_t n, double gain_s, double gain_v)
{
    double peak = 0;
    for (size_t i = 0; i < n; i++)
        peak = fmax(peak, fabs(gain_s * s[i] + gain_v * v[i]));
    return peak;
}

int kin_noise_mix(const double *signal, const double *noise, size_t n, double snr_db, double *out,
                  struct kin_error *err)
{
    double rms_s = n ? root_mean_square(signal, n) : 0;
    double rms_v = n ? root_mean_square(noise, n) : 0;
    if (!(rms_s > 0) || !(rms_v > 0))
        return kin_fail(err, KIN_EDATA, "a silent %s cannot be mixed at a signal-to-noise ratio",
                        rms_s > 0 ? "noise" : "signal");
    double gain_s = 1 / rms_s;
    double gain_v = pow(10, -snr_db / 20) / rms_v;
    double peak = mixture_peak(signal, noise, n, gain_s, gain_v);
    if (!(peak > 0) || !isfinite(peak))
        return kin_fail(err, KIN_EDATA,
                        "signal and noise do not give a mixture that can be scaled");
    for (size_t i = 0; i < n; i++)
        out[i] = (gain_s * signal[i] + gain_v * noise[i]) / peak;
    return 0;
}

int kin_noise_cut(const float *recording, size_t length, size_t n, struct kin_random *random,
                  float *out, struct kin_error *err)
{
    if (length == 0)
        return kin_fail(err, KIN_EDATA, "a recording of noise without a single sample");
    size_t starts = length >= n ? length - n + 1 : length;
    size_t at = (size_t)kin_random_below(random, starts);
    for (size_t i = 0; i < n; i++) {
        out[i] = recording[at];
        at = at + 1 < length ? at + 1 : 0;
    }
    return 0;
}

int transform_add_noise(const struct kin_transform_params *params, const struct kin_audio *in,
                        const float *noise, struct kin_audio *out, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) double *signal = NULL;
    KIN_AUTO(kin_auto_free) double *added = NULL;
    KIN_TRY(kin_alloc_into(&signal, in->n, sizeof *signal, err));
    KIN_TRY(kin_alloc_into(&added, in->n, sizeof *added, err));
    for (size_t i = 0; i < in->n; i++) {
        signal[i] = (double)in->samples[i];
        added[i] = (double)noise[i];
    }
    KIN_TRY(kin_noise_mix(signal, added, in->n, params->magnitude, signal, err));
    struct kin_audio result;
    KIN_TRY(kin_audio_alloc(&result, in->n, in->rate_hz, err));
    for (size_t i = 0; i < in->n; i++)
        result.samples[i] = (float)signal[i];
    *out = result;
    return 0;
}
