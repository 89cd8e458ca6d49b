/*
 * 3 x 3 convolutions of a share of the batch, and their gradients. The input has a border (filled
 * by planes_reflect), so the convolution itself knows no padding. Behind it is one of two back
 * ends: oneDNN, or patches in rows and OpenBLAS, the plain reference. Convolutions to one channel,
 * the last of a decoder, are our own in both, and have a bias. One from one channel, the encoder's
 * first, is here for the plain back end alone; beside oneDNN it is that of first.h.
 *
 * Order of calls: conv_new; conv_prepare with the weights of the step; then, from any thread and
 * with a scratch of its own, forward and the gradients of a share; conv_collect makes the gradient
 * of the batch from the raw ones of the shares.
 */
#ifndef KINDRED_NN_CONV_H
#define KINDRED_NN_CONV_H

#include "kindred/nn.h"
#include "nn/planes.h"

struct conv_shape {
    size_t images;        /* of a share */
    size_t in, out;       /* channels */
    size_t height, width; /* of the output, and of the input without its border */
    bool forward_only;    /* no gradients are wanted of it */
};

struct conv {
    struct conv_shape shape;
    const struct conv_ops *ops;
    size_t scratch; /* bytes that a call needs */
    size_t raw;     /* floats of the raw gradient of the weights of one share */
    float *padded;  /* weights (out, in, 3, 3), channels padded */
    float *bias;    /* of a convolution to one channel */
    void *own;      /* the back end's */
};

/* Arguments: x with border, y and gy without, gx with border; of `images` images each, one after
 * the other. */
struct conv_ops {
    int (*make)(struct conv *conv, struct kin_error *err);
    void (*release)(struct conv *conv);
    int (*prepare)(struct conv *conv, struct kin_error *err);
    int (*forward)(const struct conv *conv, const float *x, float *y, void *scratch,
                   struct kin_error *err);
    int (*data)(const struct conv *conv, const float *gy, float *gx, void *scratch,
                struct kin_error *err);
    int (*weights)(const struct conv *conv, const float *x, const float *gy, float *raw,
                   void *scratch, struct kin_error *err);
    /* raw to (out, in, 3, 3) of padded channels */
    int (*plain)(const struct conv *conv, float *raw, float *padded, struct kin_error *err);
    bool blocked; /* how its maps are arranged (planes.h) */
};

/* The back end that the caller gets. KIN_EUNAVAILABLE: oneDNN was asked for and is not there. */
int conv_choose(enum kin_convolution wanted, const struct conv_ops **out, struct kin_error *err);

int conv_new(const struct conv_ops *ops, const struct conv_shape *shape, struct conv *out,
             struct kin_error *err);
void conv_release(struct conv *conv);
/* weights (out, in, 3, 3); bias [out], NULL unless out is 1. */
int conv_prepare(struct conv *conv, const float *weights, const float *bias, struct kin_error *err);
/* The maps of its input (with border) and output, without memory. */
struct planes conv_input(const struct conv *conv);
struct planes conv_output(const struct conv *conv);
/* raw [shares][conv->raw], overwritten; gradient (out, in, 3, 3), bias_gradient [out] or NULL. */
int conv_collect(const struct conv *conv, float *raw, size_t shares, float *gradient,
                 float *bias_gradient, struct kin_error *err);

extern const struct conv_ops conv_rows_ops, conv_thin_rows_ops, conv_thin_blocked_ops;
#ifdef KIN_WITH_ONEDNN
extern const struct conv_ops conv_onednn_ops;
#endif

#endif
