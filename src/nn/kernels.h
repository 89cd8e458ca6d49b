/*
 * What a network does between its convolutions: kernels over one plane (planes.h), 16 channels at a
 * time. One text (kernels.inc) is compiled for each instruction set; every one of them does the
 * same operations on the same numbers in the same order, so the bits do not depend on it.
 *
 * Channel arrays are float [16]. «Active» is where a ReLU lets pass: x * scale + shift > 0.
 */
#ifndef KINDRED_NN_KERNELS_H
#define KINDRED_NN_KERNELS_H

#include "nn/planes.h"

/* A normalisation as it acts: y = x * scale + shift, and what its gradient needs. */
struct lane_norm {
    const float *scale, *shift; /* gamma / sd; beta - mean * scale */
    const float *mean, *rsd;    /* of the batch; 1 / sd */
    const float *slope, *level; /* gradient: gx = scale * gy + slope * x + level */
};

/* Sums over the positions of one plane. */
struct lane_sums {
    double a[KIN_NN_LANES], b[KIN_NN_LANES];
};

#define TAPS 9 /* numbers of a 3 x 3 patch, in row order */

/* Over the patches of maps of one channel: sums of each number, and of each two's product. */
struct patch_sums {
    double sum[TAPS], product[TAPS][TAPS];
};

/* Over positions: sums of a gradient times each number of the patch, and of the gradient. */
struct tap_sums {
    double tap[TAPS][KIN_NN_LANES], all[KIN_NN_LANES];
};

/* The numbers of one step of Adam; corrections applied. */
struct nn_adam {
    float decay, beta1, beta2, rest1, rest2; /* rest: 1 - beta */
    float rate;                              /* rate / (1 - beta1^t) */
    float root;                              /* 1 / sqrt(1 - beta2^t) */
    float epsilon;
};

struct nn_kernels {
    /* Mean in a and sum of squared differences from it in b. */
    void (*moments)(struct plane x, struct lane_sums *out);
    /* y = ReLU(x * scale + shift). */
    void (*activate)(struct plane x, const struct lane_norm *norm, struct plane y);
    /* The same, then the maximum of every 2 x 2 (an odd last row or column is dropped); place
     * [y.height][y.width][16]: which of the four, in row order, the first of equals. */
    void (*pool)(struct plane x, const struct lane_norm *norm, struct plane y, uint8_t *place);
    /* Max-unpooling into all of y: every value of x goes to its place, the rest is 0. Before that
     * x is activated unless norm is NULL, and skip is added unless its data is NULL. */
    void (*unpool)(struct plane x, const struct lane_norm *norm, struct plane skip,
                   const uint8_t *place, struct plane y);
    /* Its gradient: gx = gy at the places. */
    void (*gather)(struct plane gy, const uint8_t *place, struct plane gx);
    /* Gradient of activate: sums over active positions of gy (a) and of gy times normalised x (b);
     * then, with slope and level made from them, the gradient to x in the place of x. */
    void (*dense_sums)(struct plane x, const struct lane_norm *norm, struct plane gy,
                       struct lane_sums *out);
    void (*dense_gradient)(struct plane x, const struct lane_norm *norm, struct plane gy);
    /* Gradient of pool, likewise; y is what pool made. */
    void (*pool_sums)(struct plane x, const struct lane_norm *norm, struct plane y,
                      const uint8_t *place, struct plane gy, struct lane_sums *out);
    void (*pool_gradient)(struct plane x, const struct lane_norm *norm, struct plane y,
                          const uint8_t *place, struct plane gy);
    /* Bilinear interpolation to the size of y, corners aligned: output i reads input
     * i (n_in - 1) / (n_out - 1). Its gradient overwrites gx. */
    void (*stretch)(struct plane x, struct plane y);
    void (*stretch_gradient)(struct plane gy, struct plane gx);
    void (*add)(struct plane x, struct plane y);           /* y += x */
    void (*sum)(struct plane x, double out[KIN_NN_LANES]); /* over the positions */
    void (*fill)(struct plane y, const float *value);      /* value [16] at every position */
    /* Convolution to one channel, 3 x 3. x has a border; weights [9][16] of this slab; y of one
     * channel (step 1) is added to. */
    void (*thin_forward)(struct plane x, const float *weights, struct plane y);
    /* gx, border included, is overwritten. */
    void (*thin_data)(struct plane gy, const float *weights, struct plane gx);
    void (*thin_weights)(struct plane x, struct plane gy, double out[TAPS][KIN_NN_LANES]);
    /* For first.h; x of one channel, with border. Both sums are added to. */
    void (*patch_sums)(struct plane x, struct patch_sums *out);
    void (*first_pool)(struct plane x, const float *taps, const struct lane_norm *norm,
                       struct plane y, uint8_t *place);
    void (*first_sums)(struct plane x, struct plane y, const uint8_t *place, struct plane gy,
                       struct tap_sums *out);
    /* Plain arrays. y[i] += a x[i]; the sum of x[i] y[i]. */
    void (*axpy)(float a, const float *x, float *y, size_t n);
    float (*dot)(const float *x, const float *y, size_t n);
    void (*adam)(const struct nn_adam *adam, size_t n, const float *gradient, float *values,
                 float *moment, float *square, float *largest);
};

/* The kernels of this machine (KINDRED_CPU caps it). */
const struct nn_kernels *nn_kernels(void);

extern const struct nn_kernels nn_kernels_plain;
#ifdef __x86_64__
extern const struct nn_kernels nn_kernels_v3, nn_kernels_v4;
#endif

#endif
