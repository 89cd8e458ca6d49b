/*
 * The encoder's first block, whose maps are the largest and have one channel of input, without
 * ever keeping the output of its convolution. That is linear in the nine numbers of a patch, so all
 * that batch normalisation and its gradient ask of it follows from sums over patches:
 *
 *   P_k = sum of x_k, A_kl = sum of x_k x_l over all N positions (x_k: number k of a patch)
 *   output y = w x; its mean w P / N, its variance w (A - P P' / N) w' / N
 *   S_k = sum of g x_k, g the gradient where pooling and ReLU let one through
 *   gradient of y: scale g + slope y + level (norm.h), so that of w_k:
 *   scale S_k + slope (A w)_k + level P_k
 *
 * Convolution, normalisation, ReLU and pooling are then one pass, and the backward pass visits one
 * position in four. The general block (network.h) does the same the long way; it is the reference.
 */
#ifndef KINDRED_NN_FIRST_H
#define KINDRED_NN_FIRST_H

#include "nn/norm.h"

struct channel_moments {
    double mean, rsd;
};

struct first {
    const struct nn_kernels *kernels;
    struct norm *norm; /* borrowed */
    size_t weight;     /* among the values */
    size_t slabs, shares;
    double positions;                /* N, of the whole batch */
    float *taps;                     /* [slabs][9][16]: weights as the kernels want them */
    struct patch_sums *patches;      /* [shares]; after first_statistics their sum is the first */
    struct tap_sums *gradients;      /* [shares][slabs] */
    struct channel_moments *moments; /* [channels] of the batch */
};

int first_new(struct first *first, struct norm *norm, size_t weight, size_t shares,
              double positions, struct kin_error *err);
void first_release(struct first *first);
void first_prepare(struct first *first, const float *values);

/* Training: clears the sums of a share; adds those of one image. */
void first_clear(struct first *first, size_t share);
void first_add_patches(struct first *first, size_t share, struct plane x);
/* From all shares to the normalisation; updates the running values. */
void first_statistics(struct first *first, float *values);
/* One slab of one image: x [H][W] with border to pooled maps. */
void first_pool(const struct first *first, size_t slab, struct plane x, struct plane y,
                uint8_t *place);
/* One slab of one image: adds to the sums of a share. */
void first_add_gradient(struct first *first, size_t share, size_t slab, struct plane x,
                        struct plane y, const uint8_t *place, struct plane gy);
/* From all shares to the gradients of weights, gamma and beta. */
void first_gradient(struct first *first, const float *values, float *gradient);

#endif
