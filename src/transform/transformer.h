/* What the transformations share among themselves. */
#ifndef KINDRED_TRANSFORM_TRANSFORMER_H
#define KINDRED_TRANSFORM_TRANSFORMER_H

#include "kindred/fft.h"
#include "kindred/transform.h"

struct kin_transformer {
    struct kin_fft *fft;  /* of the last size used, or NULL */
    struct kin_audio bar; /* the built-in recording of the last rate and seed, or empty */
    uint64_t bar_seed;
};

/* The plan of n points; it belongs to the transformer and lives until the next call. */
int transformer_fft(struct kin_transformer *transformer, size_t n, struct kin_fft **out,
                    struct kin_error *err);

/* The built-in bar; it belongs to the transformer and lives until the next call. */
int transformer_bar(struct kin_transformer *transformer, unsigned rate_hz, uint64_t seed,
                    const struct kin_audio **out, struct kin_error *err);

/* Rubber Band as its command runs by default: time_ratio > 1 is longer, pitch_scale > 1 higher. */
int transform_stretch(const struct kin_audio *in, double time_ratio, double pitch_scale,
                      bool sixteen_bit, struct kin_audio *out, struct kin_error *err);

/* The input with noise (as many samples) at params->magnitude dB, peak 1. */
int transform_add_noise(const struct kin_transform_params *params, const struct kin_audio *in,
                        const float *noise, struct kin_audio *out, struct kin_error *err);

#endif
