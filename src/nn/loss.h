/*
 * What a network's output is judged by, and the gradient to it. Over a range of numbers, so that
 * shares of the batch can be judged apart: sums in double, `scale` is 1 / (numbers of the batch).
 */
#ifndef KINDRED_NN_LOSS_H
#define KINDRED_NN_LOSS_H

#include "kindred/nn.h"

/* Sum of squared differences from the target; g = 2 scale (y - target). g may be NULL in all. */
double loss_square(const float *y, const float *target, size_t n, double scale, float *g);
/* Sum of the binary cross-entropies of logits; g = scale (sigmoid(y) - target). */
double loss_binary(const float *y, const float *target, size_t n, double scale, float *g);
/* Sum over rows of the cross-entropy of the softmax; KIN_EDATA: a label that is no class. */
int loss_classes(const float *y, const int32_t *label, size_t rows, size_t classes, double scale,
                 float *g, double *out, struct kin_error *err);

/* The magnitudes of struct kin_target, from some number on; rest may be NULL. */
struct loss_parts {
    const float *magnitude, *voice, *rest;
};
/* y becomes the mask M = sigmoid(y); sum of |M X - V| + |(1 - M) X - A|; g to y before that. */
double loss_mask(float *y, const struct loss_parts *parts, size_t n, double scale, float *g);
void loss_sigmoid(float *y, size_t n);

#endif
