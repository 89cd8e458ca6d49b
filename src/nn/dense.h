/*
 * A fully-connected layer: linear, then batch normalisation, ReLU and dropout, each as the layer
 * has it. All rows of the batch in training, any of them in evaluation.
 */
#ifndef KINDRED_NN_DENSE_H
#define KINDRED_NN_DENSE_H

#include "nn/norm.h"

struct dense_parts {
    bool linear, norm, relu, dropout;
};

struct dense {
    const char *name; /* «z»: stem of its parameters, and name of its dropout */
    struct dense_parts parts;
    size_t in, out; /* equal without `linear` */
    size_t rows;    /* of the batch */
    double dropout; /* probability */
    size_t weight, bias;
    struct norm_offsets at;
    const float *x; /* [rows][in], what forward was given; borrowed */
    float *y;       /* [rows][out]: the result */
    float *h;       /* after linear; then normalised (training) */
    float *factor;  /* 0 where ReLU or dropout stopped a number, else what it was multiplied by */
    float *rsd;     /* [out] */
    const struct nn_kernels *kernels;
};

int dense_new(struct dense *dense, const struct kin_layout *layout, struct kin_error *err);
void dense_release(struct dense *dense);

/* Training: y from all rows of x; running values are updated. */
void dense_train(struct dense *dense, const float *x, float *values, struct kin_draw draw);
/* Evaluation: `n` rows from the first. */
void dense_apply(struct dense *dense, const float *x, const float *values, size_t first, size_t n);
/* After dense_train: gy [rows][out] is used up; gx [rows][in] or NULL is overwritten. */
void dense_gradient(struct dense *dense, const float *values, float *gy, float *gx,
                    float *gradient);

#endif
