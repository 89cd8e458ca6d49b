/*
 * Features of audio: the spectrograms that the networks see, and mel-frequency cepstral
 * coefficients (MFCC).
 *
 * A plan (struct kin_stft, struct kin_mfcc) holds what depends on the parameters alone: window,
 * Fourier transform, mel bank, cosine transform, and scratch. Order of calls: kin_stft_new, any
 * number of kin_stft_magnitude and kin_stft_db, kin_stft_free; likewise for kin_mfcc. A plan serves
 * one thread at a time; several threads take one each. Results do not depend on what a plan was
 * used for before.
 *
 * Signals are [B][samples]: B clips of equal length, one after the other, mono, in [-1, 1].
 * Every frame is centred: frame t is frame_samples long around sample t * hop_samples. The signal
 * is continued at both ends by reflection (the edge sample is not repeated), which takes more
 * samples than half a frame. T = 1 + floor(samples / hop_samples) frames, F = frame_samples / 2 + 1
 * bins; no scaling by the window's sum or by the length.
 *
 * Levels are 10 log10(max(power, 1e-10)), then raised to at least M - 80 dB. M is the largest level
 * of the clip, or of all clips of the call; the authors' networks did the latter, which makes a
 * clip's features depend on the clips beside it.
 */
#ifndef KINDRED_FEATURE_H
#define KINDRED_FEATURE_H

#include <stdbool.h>
#include <stddef.h>

#include "kindred/status.h"

enum kin_window {
    KIN_WINDOW_HANN_SYMMETRIC, /* 0.5 - 0.5 cos(2 pi n / (frame - 1)) */
    KIN_WINDOW_HANN_PERIODIC,  /* 0.5 - 0.5 cos(2 pi n / frame) */
};

enum kin_floor {
    KIN_FLOOR_CLIP,  /* M of each clip: a clip's features are its own */
    KIN_FLOOR_BATCH, /* M of all clips in the call */
};

/* A sample beyond this size is taken for a broken file: its power may not fit in a float. */
#define KIN_SAMPLE_LIMIT 1e9f

/* ---- spectrograms ---- */

struct kin_stft_params {
    size_t frame_samples; /* even, at least 4 */
    size_t hop_samples;   /* at least 1 */
    enum kin_window window;
};

/* What the networks see: 1024 / 256, symmetric (Kim et al. 2019, section 4.1.1; the window is that
 * of the authors' program). */
extern const struct kin_stft_params kin_stft_networks;

struct kin_stft; /* opaque */

/* Errors: KIN_EINVAL (a parameter out of range), KIN_ENOMEM. */
int kin_stft_new(const struct kin_stft_params *params, struct kin_stft **out,
                 struct kin_error *err);
void kin_stft_free(struct kin_stft *stft);  /* accepts NULL */
void kin_stft_auto(struct kin_stft **stft); /* for KIN_AUTO */

size_t kin_stft_bins(const struct kin_stft *stft);                   /* F */
size_t kin_stft_frames(const struct kin_stft *stft, size_t samples); /* T */

/* Linear magnitude |X|.
 * x    [clips][samples]
 * out  float32 [clips][F][T]
 * Errors: KIN_EDATA (samples <= frame_samples / 2; a sample that is not a number or beyond
 * KIN_SAMPLE_LIMIT). */
int kin_stft_magnitude(struct kin_stft *stft, const float *x, size_t clips, size_t samples,
                       float *out, struct kin_error *err);

/* Level in dB of the power |X|^2, with the floor; arguments and errors as above. */
int kin_stft_db(struct kin_stft *stft, const float *x, size_t clips, size_t samples,
                enum kin_floor floor, float *out, struct kin_error *err);

/* ---- from magnitudes back to samples ---- */

/* The network's frames under a periodic window: where the authors' program takes phases from, and
 * what it puts frames together by. */
extern const struct kin_stft_params kin_stft_phases;

/* The signal that has the phases of x and other magnitudes: frames are transformed back, windowed
 * once more, added up, and divided by the sum of the squared windows (Griffin and Lim 1984,
 * equation 6; librosa.istft). What reflection had added at the ends is cut off again. Magnitudes of
 * x itself, under the same window, give x.
 * stft       the plan for the phases; its hop is at most half a frame
 * x          [samples]
 * magnitude  float32 [F][T]
 * out        hop_samples * (T - 1) samples
 * Errors: as kin_stft_magnitude, KIN_ENOMEM. */
int kin_stft_resynthesise(struct kin_stft *stft, const float *x, size_t samples,
                          const float *magnitude, float *out, struct kin_error *err);

/* ---- mel bank ---- */

struct kin_mel_params {
    double rate_hz;
    size_t frame_samples; /* even, at least 4 */
    size_t bands;         /* at least 1 */
};

/* The triangular filters of Slaney's Auditory Toolbox (1998) as librosa.filters.mel computes them:
 * centres equally spaced from 0 Hz to half the rate on a scale that is linear below 1 kHz and
 * logarithmic above; every triangle has area 1. A band narrower than a bin may be all zero.
 * out  float32 [bands][F]
 * Errors: KIN_EINVAL (a parameter out of range), KIN_ENOMEM. */
int kin_mel_bank(const struct kin_mel_params *params, float *out, struct kin_error *err);

/* ---- cepstral coefficients ---- */

struct kin_mfcc_params {
    double rate_hz;
    size_t frame_samples, hop_samples;
    enum kin_window window;
    size_t bands;        /* of the mel bank */
    size_t coefficients; /* from 0 on; 1 … bands */
    bool drop_first;     /* leaves out coefficient 0, the level; then at least 2 coefficients */
};

/* For distances between clips: 22,050 Hz, 2048 / 512, periodic, 128 bands, coefficients 1 … 24:
 * librosa 0.6.3's defaults, as the authors' program has it. */
extern const struct kin_mfcc_params kin_mfcc_distances;
/* For the baseline embedding: the networks' spectrogram, 128 bands, coefficients 1 … 24. */
extern const struct kin_mfcc_params kin_mfcc_embedding;

struct kin_mfcc; /* opaque */

/* Errors: KIN_EINVAL (a parameter out of range), KIN_ENOMEM. */
int kin_mfcc_new(const struct kin_mfcc_params *params, struct kin_mfcc **out,
                 struct kin_error *err);
void kin_mfcc_free(struct kin_mfcc *mfcc);  /* accepts NULL */
void kin_mfcc_auto(struct kin_mfcc **mfcc); /* for KIN_AUTO */

size_t kin_mfcc_columns(const struct kin_mfcc *mfcc);                /* D: what is not dropped */
size_t kin_mfcc_frames(const struct kin_mfcc *mfcc, size_t samples); /* T */

/* Levels of the mel bands of the power spectrum, with the floor, under an orthonormal DCT-II.
 * Single precision up to the power spectrum, double from there on.
 * x    [clips][samples]
 * out  float32 [clips][T][D]
 * Errors: as kin_stft_magnitude, KIN_ENOMEM. */
int kin_mfcc_apply(struct kin_mfcc *mfcc, const float *x, size_t clips, size_t samples,
                   enum kin_floor floor, float *out, struct kin_error *err);

/* The MFCC baseline's embedding: with m the coefficients, dm the differences of neighbouring frames
 * and ddm the differences of those: mean m, sd m, mean dm, sd dm, mean ddm, sd ddm, D numbers each;
 * sd divides by n - 1 (the authors' MFCCEncoder).
 * out  float32 [clips][6 D]
 * Errors: as kin_mfcc_apply, KIN_EDATA (fewer than 4 frames). */
int kin_mfcc_vectors(struct kin_mfcc *mfcc, const float *x, size_t clips, size_t samples,
                     enum kin_floor floor, float *out, struct kin_error *err);

#endif
