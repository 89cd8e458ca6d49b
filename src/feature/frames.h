/*
 * Power spectra in blocks of frames, for the features built on them.
 *
 * A block holds KIN_LANES neighbouring frames side by side, [F][KIN_LANES]: what is done to every
 * frame alike then runs across the lanes, in vector registers, and every frame's sums keep their
 * order.
 */
#ifndef KINDRED_FEATURE_FRAMES_H
#define KINDRED_FEATURE_FRAMES_H

#include "kindred/feature.h"

#define KIN_LANES 8
#define KIN_POWER_MIN 1e-10
#define KIN_FLOOR_DB 80.0
#define KIN_DB_PER_NEPER 4.34294481903251827651 /* 10 / ln 10 */

/* KIN_EDATA unless the clips are long enough for the padding and all samples are usable. */
int kin_frames_check(const struct kin_stft *stft, const float *x, size_t clips, size_t samples,
                     struct kin_error *err);

size_t kin_frames_hop(const struct kin_stft *stft);

/* The spectrum of one frame of a checked signal, [F][2] (real, imaginary). It belongs to the plan,
 * may be written to, and lasts until the next call. */
float (*kin_frames_spectrum(struct kin_stft *stft, const float *x, size_t samples,
                            size_t frame))[2];
/* frame_samples times the frame whose spectrum stands there, and the window of the plan. */
const float *kin_frames_back(struct kin_stft *stft, const float **window);

/* The power spectra of frames first … first + KIN_LANES - 1 of one checked signal. The block
 * belongs to the plan and lasts until the next call. Lanes from `frames` on, the signal's number of
 * frames, are 0. */
const float *kin_frames_power(struct kin_stft *stft, const float *x, size_t samples, size_t first);

/* One triangle of the mel bank as weights of bins first … first + count - 1. */
struct kin_mel_band {
    size_t first, count;
    const double *weights;
};

/* The bank without its zeros; *weights holds what the bands point into. Both are the caller's. */
int kin_mel_sparse(const struct kin_mel_params *params, struct kin_mel_band **bands,
                   double **weights, struct kin_error *err);

#endif
