/*
 * Batch normalisation of feature maps, as far as it is about whole channels: from the sums of the
 * kernels (kernels.h) to the numbers that they need next. Training takes mean and biased variance
 * of the batch, eps 1e-5; running values move by 0.1, the variance towards the unbiased one.
 */
#ifndef KINDRED_NN_NORM_H
#define KINDRED_NN_NORM_H

#include "kindred/nn.h"
#include "nn/kernels.h"

#define NORM_EPSILON 1e-5
#define NORM_MOMENTUM 0.1

/* Where the five arrays of a normalisation lie among the values. */
struct norm_offsets {
    size_t gamma, beta, mean, var;
};

struct norm {
    size_t channels, slabs;
    struct norm_offsets at;
    float *lanes; /* [6][slabs][16], zero beyond the channels: see struct lane_norm */
};

/* «<stem>.gamma» and so on. */
struct norm_offsets norm_find(const struct kin_layout *layout, const char *stem);

int norm_new(struct norm *norm, size_t channels, struct norm_offsets at, struct kin_error *err);
void norm_release(struct norm *norm);
struct lane_norm norm_lanes(const struct norm *norm, size_t slab);

/* From moments [images][slabs] over `positions` each; updates the running values. */
void norm_batch(struct norm *norm, const struct lane_sums *moments, size_t images, size_t positions,
                float *values);
/* The same for one channel, from its mean and biased variance over `count` numbers. */
void norm_channel(struct norm *norm, size_t channel, double mean, double var, double count,
                  float *values);
/* From the running values. */
void norm_running(struct norm *norm, const float *values);
/* From the sums [images][slabs] of a gradient over `count` numbers a channel: writes those of gamma
 * and beta, and slope and level. */
void norm_gradient(struct norm *norm, const struct lane_sums *sums, size_t images, double count,
                   float *gradient);

/* Both running values towards a batch of `count` numbers with this mean and biased variance. */
void norm_move(float *mean, float *var, double batch_mean, double batch_var, double count);

#endif
