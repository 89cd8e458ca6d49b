/*
 * The parts of a network, and what happens to a share of the batch at each. Training goes level by
 * level, all shares at a time, since batch normalisation wants the statistics of the whole batch;
 * evaluation takes each share through all levels.
 */
#ifndef KINDRED_NN_NETWORK_H
#define KINDRED_NN_NETWORK_H

#include "nn/conv.h"
#include "nn/dense.h"
#include "nn/first.h"
#include "nn/levels.h"
#include "nn/loss.h"

#define MAX_DENSE 3

/* A convolution with its normalisation; of the encoder, or of the decoder. */
struct block {
    struct conv conv;
    struct norm norm;    /* absent (channels 0) in the decoder's last block */
    struct planes in;    /* its input, with border */
    struct planes raw;   /* its output, before normalisation; in the backward pass its gradient */
    struct planes small; /* decoder: what is unpooled or stretched; later the gradient to that */
    uint8_t *place;      /* encoder: [B][slab][y][x][16] of the pooled map */
    size_t places;       /* of one image */
    float *gradients;    /* [shares][conv.raw] */
    size_t weight, bias; /* among the values */
};

struct kin_network {
    struct kin_network_spec spec;
    enum kin_network_use use;
    struct kin_layout layout;
    struct levels levels;
    const struct nn_kernels *kernels;
    struct kin_team *team;
    size_t batch, share, shares;
    struct block *encoder, *decoder; /* [levels.n] each, or NULL: the network has or needs none */
    bool fused;                      /* encoder[0] has no conv and no raw, but: */
    struct first first;
    struct planes top;             /* the encoder's last pooled maps */
    struct dense dense[MAX_DENSE]; /* z, then out, or back and expand */
    size_t n_dense;
    struct planes gradient[2];     /* to the inputs of blocks, by turns */
    struct planes output_gradient; /* decoder: to its last raw */
    struct lane_sums *sums;        /* [B][most slabs] */
    float *vector;                 /* [B][inputs of z]: means of the top, or the input */
    float *vector_gradient[2];     /* [B][the longest of a dense layer], by turns */
    void **scratch;                /* one a share */
    double *losses;                /* one a share */
    float *step;                   /* the gradient of kin_training_step, [layout.total] */
    float *arranged;               /* the caller's values that blocks are prepared with, or NULL */
};

/* A forward or backward pass, as the tasks of a team see it. */
struct pass {
    struct kin_network *network;
    float *values; /* of which evaluation changes none */
    const float *input;
    size_t images; /* real ones: the last shares of an evaluation may be empty */
    const struct kin_target *target;
    float *gradient, *output, *z;
    size_t level;
    bool training;
    bool decode; /* evaluation: is the output wanted? */
    struct kin_draw draw;
};

static inline size_t network_maps(const struct kin_network *network)
{
    return network->spec.height * network->spec.width;
}

/* Weights to the convolutions. */
int forward_prepare(struct pass *pass, struct kin_error *err);
/* Evaluation of up to B clips, by shares. */
int forward_apply(struct pass *pass, struct kin_error *err);
/* Training mode, level by level. */
int forward_train(struct pass *pass, struct kin_error *err);

/* The loss, and with pass->gradient what it passes back. */
int network_judge(struct pass *pass, double *loss, struct kin_error *err);
int backward(struct pass *pass, struct kin_error *err);

/* The decoder's output of one image, [H][W]. */
float *network_map(const struct kin_network *network, size_t image);
/* What an encoder block's pooled maps are: the input of the next block, or the top. */
const struct planes *network_pooled(const struct kin_network *network, size_t level);

#endif
