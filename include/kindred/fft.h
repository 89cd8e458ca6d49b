/*
 * Fourier transforms of real signals, single precision (FFTW 3).
 *
 * A struct kin_fft holds the plans and the two buffers of one size. Order of calls: kin_fft_new,
 * then any number of times: fill kin_fft_real and call kin_fft_forward, or fill kin_fft_spectrum
 * and call kin_fft_inverse; kin_fft_free. One object serves one thread at a time; several threads
 * take one each. Plans are made with FFTW_ESTIMATE and without wisdom, one at a time under a lock
 * that only this module knows, so that the same size gives the same bits in every run.
 */
#ifndef KINDRED_FFT_H
#define KINDRED_FFT_H

#include <stddef.h>

#include "kindred/status.h"

#define KIN_FFT_MAX ((size_t)1 << 30)

struct kin_fft; /* opaque */

/* Plans transforms of n real points, 1 … KIN_FFT_MAX; any n works, small prime factors are fast.
 * *out is the caller's; untouched on failure. Errors: KIN_EINVAL (n), KIN_ENOMEM. */
int kin_fft_new(size_t n, struct kin_fft **out, struct kin_error *err);
void kin_fft_free(struct kin_fft *fft);  /* accepts NULL */
void kin_fft_auto(struct kin_fft **fft); /* for KIN_AUTO */

size_t kin_fft_points(const struct kin_fft *fft); /* n */
size_t kin_fft_bins(const struct kin_fft *fft);   /* F = n / 2 + 1 */
/* n samples, aligned to 64 bytes; belongs to the object. */
float *kin_fft_real(struct kin_fft *fft);
/* F pairs (real, imaginary), bin k at [k][0] and [k][1]; aligned to 64 bytes; belongs to the
 * object. */
float (*kin_fft_spectrum(struct kin_fft *fft))[2];

/* spectrum[k] = sum over t of real[t] exp(-2 pi i k t / n); real stays as it is. */
void kin_fft_forward(struct kin_fft *fft);
/* real[t] = sum over all n bins, of which the second half is the mirror image of the first:
 * n times the inverse. The imaginary parts of bin 0 and, for even n, of bin n / 2 count as 0.
 * The spectrum is overwritten. */
void kin_fft_inverse(struct kin_fft *fft);

#endif
