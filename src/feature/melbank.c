/* Slaney's mel bank. */
#include <math.h>
#include <string.h>

#include "feature/frames.h"
#include "kindred/memory.h"

/* The scale: linear up to 1 kHz, 15 mels there; from there on 27 mels for a factor 6.4. */
#define LINEAR_HZ_PER_MEL (200.0 / 3)
#define BREAK_HZ 1000.0
#define BREAK_MEL (BREAK_HZ / LINEAR_HZ_PER_MEL)

static double log_step(void)
{
    return log(6.4) / 27;
}

static double mel_of(double hz)
{
    return hz < BREAK_HZ ? hz / LINEAR_HZ_PER_MEL : BREAK_MEL + log(hz / BREAK_HZ) / log_step();
}

static double hz_of(double mel)
{
    return mel < BREAK_MEL ? mel * LINEAR_HZ_PER_MEL
                           : BREAK_HZ * exp(log_step() * (mel - BREAK_MEL));
}

static int check_params(const struct kin_mel_params *p, struct kin_error *err)
{
    if (!(p->rate_hz > 0) || isinf(p->rate_hz))
        return kin_fail(err, KIN_EINVAL, "rate is %g Hz, expected more than 0", p->rate_hz);
    if (p->frame_samples < 4 || p->frame_samples % 2 != 0)
        return kin_fail(err, KIN_EINVAL, "frame is %zu samples, expected an even number from 4 on",
                        p->frame_samples);
    if (p->bands == 0)
        return kin_fail(err, KIN_EINVAL, "number of mel bands is 0, expected at least 1");
    return 0;
}

/* Lower end, centre and upper end of a band, in Hz. */
static void band_corners(const struct kin_mel_params *p, size_t band, double corners[3])
{
    double step = mel_of(p->rate_hz / 2) / (double)(p->bands + 1);
    for (size_t i = 0; i < 3; i++)
        corners[i] = hz_of(step * (double)(band + i));
}

static double weight_at(const double corners[3], double hz)
{
    double rising = (hz - corners[0]) / (corners[1] - corners[0]);
    double falling = (corners[2] - hz) / (corners[2] - corners[1]);
    double height = rising < falling ? rising : falling;
    return height > 0 ? height * 2 / (corners[2] - corners[0]) : 0;
}

static double bin_hz(const struct kin_mel_params *p, size_t bin)
{
    return (double)bin * p->rate_hz / (double)p->frame_samples;
}

int kin_mel_bank(const struct kin_mel_params *params, float *out, struct kin_error *err)
{
    KIN_TRY(check_params(params, err));
    size_t bins = params->frame_samples / 2 + 1;
    for (size_t m = 0; m < params->bands; m++) {
        double corners[3];
        band_corners(params, m, corners);
        for (size_t k = 0; k < bins; k++)
            out[m * bins + k] = (float)weight_at(corners, bin_hz(params, k));
    }
    return 0;
}

/* Writes a band's weights that are not 0, which are neighbours, and returns how many. */
static size_t fill_band(const struct kin_mel_params *p, size_t band, size_t *first, double *weights)
{
    double corners[3];
    size_t count = 0, bins = p->frame_samples / 2 + 1;
    band_corners(p, band, corners);
    size_t from = (size_t)(corners[0] / bin_hz(p, 1));
    for (size_t k = from; k < bins && bin_hz(p, k) < corners[2]; k++) {
        double weight = weight_at(corners, bin_hz(p, k));
        if (weight == 0)
            continue;
        if (count == 0)
            *first = k;
        weights[count++] = weight;
    }
    return count;
}

int kin_mel_sparse(const struct kin_mel_params *params, struct kin_mel_band **bands,
                   double **weights, struct kin_error *err)
{
    KIN_TRY(check_params(params, err));
    KIN_AUTO(kin_auto_free) struct kin_mel_band *band = NULL;
    KIN_AUTO(kin_auto_free) double *all = NULL;
    /* A bin lies under two triangles at most. */
    size_t bins = params->frame_samples / 2 + 1, used = 0;
    KIN_TRY(kin_alloc_into(&band, params->bands, sizeof *band, err));
    KIN_TRY(kin_alloc_into(&all, 2 * bins, sizeof *all, err));
    for (size_t m = 0; m < params->bands; m++) {
        band[m].weights = all + used;
        band[m].count = fill_band(params, m, &band[m].first, all + used);
        used += band[m].count;
    }
    *bands = band;
    *weights = all;
    band = NULL;
    all = NULL;
    return 0;
}
