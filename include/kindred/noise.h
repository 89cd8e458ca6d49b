/*
 * Noise: pink noise, a bar that never was, cuts of a recording, and mixing at a signal-to-noise
 * ratio. Sources: the paper's section 3.3; the original program's mixing rule.
 */
#ifndef KINDRED_NOISE_H
#define KINDRED_NOISE_H

#include "kindred/audio.h"
#include "kindred/fft.h"
#include "kindred/random.h"

/*
 * Gaussian noise with a power spectrum of 1/f: independent normal Fourier coefficients whose
 * standard deviation is f^-1/2, the one of bin 0 as that of bin 1, scaled to an expected variance
 * of 1. The result is in kin_fft_real(fft), as many samples as the transform has points.
 * Source: Timmer and König, «On generating power law noise», Astron. Astrophys. 300 (1995), as in
 * colorednoise.powerlaw_psd_gaussian(1, n).
 */
void kin_noise_pink(struct kin_fft *fft, struct kin_random *random);

/*
 * out = s + 10^(-snr_db / 20) v, divided by its largest absolute value, where s and v are signal
 * and noise scaled to a root mean square of 1: a plain ratio over the whole signal, no weighting.
 * signal, noise, out   n samples each; out may be one of the others
 * Errors: KIN_EDATA (signal or noise silent, n 0, a sum of zeros); out is then untouched.
 */
int kin_noise_mix(const double *signal, const double *noise, size_t n, double snr_db, double *out,
                  struct kin_error *err);

/*
 * n samples of a recording from a random place, in out. A recording shorter than that is repeated
 * end to end from a random place in it.
 * Errors: KIN_EDATA (the recording has no sample).
 */
int kin_noise_cut(const float *recording, size_t length, size_t n, struct kin_random *random,
                  float *out, struct kin_error *err);

/*
 * The noise of a busy bar, synthesised: many voices that talk at once in a reverberating room,
 * glasses that clink, mains hum and the rush of the room, at a root mean square of 0.1. It stands
 * in for the recording that the original experiment took from freesound and did not publish.
 * A function of rate, length and seed alone.
 * Errors: KIN_EINVAL (rate_hz outside 4000 … 192000, seconds outside 0.1 … 3600), KIN_ENOMEM.
 */
int kin_noise_bar(unsigned rate_hz, double seconds, uint64_t seed, struct kin_audio *out,
                  struct kin_error *err);

#endif
