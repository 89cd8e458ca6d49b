/*
 * The paper's networks and their training (Kim et al. 2019, sections 3.2 and 4.3; the layers as in
 * the authors' code): the VGG-like encoder with the heads of four tasks, and the same heads on the
 * vector of the MFCC encoder.
 *
 * A network has no memory of its own between calls: all its numbers, trained ones and running
 * statistics of the batch normalisations alike, are one flat float32 array of the caller, whose
 * layout kin_layout_new gives. So saving a model is saving an array, and resuming a training is
 * giving back four of them (struct kin_training).
 *
 * Order of calls: kin_layout_new, kin_layout_start (the starting values), kin_network_new, then
 * kin_training_step for every batch, and kin_network_apply for outputs and embeddings. A network
 * holds the buffers of one batch and may be used by one caller at a time; the threads are those of
 * the team.
 *
 * Same bits: a batch is cut in shares of a size that depends on the batch alone
 * (kin_network_share); sums over a batch are taken in fixed order. No result depends on the number
 * of threads. It does depend on the convolutions (enum kin_convolution) and, with oneDNN, OpenBLAS,
 * on the CPU class.
 *
 * Letters: B clips of a batch, H frequency bins, W frames, D size of the embedding.
 */
#ifndef KINDRED_NN_H
#define KINDRED_NN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kindred/status.h"
#include "kindred/team.h"

/* ---- what a network is ---- */

enum kin_nn_task { KIN_NN_AE, KIN_NN_AT, KIN_NN_IR, KIN_NN_VS, KIN_NN_TASKS };

struct kin_network_spec {
    enum kin_nn_task task;
    bool baseline;   /* the heads alone, on the vector of the MFCC encoder */
    size_t height;   /* H, bins of the spectrogram, ≥ 2; baseline AT and IR: not used */
    size_t width;    /* W, its frames, ≥ 2; likewise */
    size_t channels; /* of the first block (paper: 16; baseline's decoder: 8) */
    size_t hidden;   /* D and the most channels of a block (256); baseline: the latter alone */
    size_t inputs;   /* baseline: length of the vector (144) */
    size_t classes;  /* AT: tags, IR: classes */
    double dropout;  /* probability of leaving out a number in training, 0 … <1 (0.5) */
};

struct kin_parameter {
    char name[24]; /* «enc1.conv.weight» */
    bool trained;  /* else a running statistic */
    int ndim;      /* of shape: 1, 2 (out, in) or 4 (out, in, 3, 3) */
    size_t shape[4];
    size_t offset, count; /* in the flat array */
    size_t inputs;        /* numbers that go into one output (fan-in), 0 where that has no sense */
};

struct kin_layout {
    struct kin_parameter *items; /* in the order of the flat array */
    size_t n;
    size_t total; /* numbers of the flat array */
};

/* KIN_EINVAL names the field of the spec that makes no network. */
int kin_layout_new(const struct kin_network_spec *spec, struct kin_layout *out,
                   struct kin_error *err);
void kin_layout_release(struct kin_layout *layout);
/* The parameter of that name, or NULL. */
const struct kin_parameter *kin_layout_find(const struct kin_layout *layout, const char *name);

/* Starting values as PyTorch's defaults: weights and biases uniform in ±1/sqrt(fan-in) (Kaiming
 * with a = sqrt(5)), gamma 1, beta 0, running mean 0, running variance 1. Each array has its own
 * stream of (seed, name). values float32 [layout->total]. */
void kin_layout_start(const struct kin_layout *layout, uint64_t seed, float *values);

/* ---- a network at work ---- */

enum kin_convolution {
    KIN_CONVOLUTION_BEST,   /* oneDNN if the build has it and the CPU is v4 (kindred/cpu.h) */
    KIN_CONVOLUTION_PLAIN,  /* patches in rows (im2col) and OpenBLAS: the reference */
    KIN_CONVOLUTION_ONEDNN, /* KIN_EUNAVAILABLE where it is not */
};

/* What a network is for: what does less has fewer buffers. */
enum kin_network_use {
    KIN_NETWORK_TRAINS,    /* everything */
    KIN_NETWORK_EVALUATES, /* kin_network_apply and kin_network_loss */
    KIN_NETWORK_EMBEDS     /* kin_network_apply without output */
};

struct kin_network_setup {
    size_t batch; /* B */
    enum kin_convolution convolution;
    struct kin_team *team; /* borrowed; NULL: one thread */
    enum kin_network_use use;
};

struct kin_network;

/* The largest divisor of the batch that is at most 6: clips that a thread takes at a time. */
size_t kin_network_share(size_t batch);

int kin_network_new(const struct kin_network_spec *spec, const struct kin_network_setup *setup,
                    struct kin_network **out, struct kin_error *err);
void kin_network_free(struct kin_network *network); /* accepts NULL */
const struct kin_layout *kin_network_layout(const struct kin_network *network);
/* Numbers of one clip: input (H W, or the vector), output (classes, or H W), embedding (D). */
size_t kin_network_inputs(const struct kin_network *network);
size_t kin_network_outputs(const struct kin_network *network);
size_t kin_network_embedding(const struct kin_network *network);

/*
 * Evaluation: running statistics, no dropout.
 * values  float32 [total]; NULL: those of the last kin_network_apply or kin_network_loss, unchanged
 *         and with no training between: they need not be arranged again, which takes a quarter of
 *         a clip's time
 * input   float32 [n][inputs]: standardised dB [H][W], or the MFCC vector; any n
 * output  float32 [n][outputs] or NULL: AT, IR logits; AE the reconstruction; VS the mask
 * z       float32 [n][D] or NULL: the embedding (after its ReLU); baseline: its input
 * A clip's result is its own: neighbours and place in the batch do not change its bits. Without
 * `output` the decoder is not run.
 * Errors: KIN_EINVAL (no values, and none arranged).
 */
int kin_network_apply(struct kin_network *network, const float *values, const float *input,
                      size_t n, float *output, float *z, struct kin_error *err);

/* What a batch is compared with: the fields of the task alone. */
struct kin_target {
    const float *tags;      /* AT: [B][classes], 0 … 1 */
    const int32_t *label;   /* IR: [B], 0 … classes-1 */
    const float *image;     /* AE: [B][H][W]; NULL: the input itself (not for the baseline) */
    const float *magnitude; /* VS: linear magnitudes of the mixture, [B][H][W] */
    const float *voice;     /* VS: of the voice */
    const float *rest;      /* VS: of mixture - voice; NULL: the voice alone counts, as in the
                             * paper's formula (the authors' code takes both) */
};

/*
 * Training mode: statistics of the batch, dropout.
 * values    running statistics are updated, the rest is read
 * input     float32 [B][inputs]
 * draw      names the dropout of this batch (the number of the step) in the stream of `seed`
 * gradient  float32 [total] or NULL: of the loss, 0 at running statistics
 * output    float32 [B][outputs] or NULL
 * loss      AE mean square error; AT mean over cells of the binary cross-entropy of the logits; IR
 *           mean cross-entropy of the softmax; VS mean |M X - V| + mean |(1 - M) X - A|
 * KIN_EDATA: a label outside 0 … classes-1; KIN_EINVAL: a target that is missing.
 */
struct kin_draw {
    uint64_t seed, draw;
};
int kin_network_gradient(struct kin_network *network, float *values, const float *input,
                         const struct kin_target *target, struct kin_draw draw, float *gradient,
                         float *output, double *loss, struct kin_error *err);
/* The loss in evaluation mode, of a whole batch: for validation. */
int kin_network_loss(struct kin_network *network, const float *values, const float *input,
                     const struct kin_target *target, double *loss, struct kin_error *err);

/* ---- training ---- */

/* The state of a training: arrays of the caller, [total] each, which are all that has to be kept
 * to continue to the same bits. All but values start with zeros. */
struct kin_training {
    float *values;
    float *moment;  /* running mean of the gradient */
    float *square;  /* of its square */
    float *largest; /* the largest square so far (AMSGrad) */
    uint64_t steps; /* done */
};

struct kin_adam {
    double rate;         /* 0.001 */
    double decay;        /* L2, on every trained number: 1e-7 */
    double beta1, beta2; /* 0.9, 0.999 */
    double epsilon;      /* 1e-8 */
};
struct kin_adam kin_adam_defaults(void);

/* Adam with AMSGrad (Kingma and Ba 2015; Reddi, Kale and Kumar 2018) for step steps + 1. */
int kin_adam_update(const struct kin_adam *adam, const struct kin_layout *layout,
                    struct kin_team *team, struct kin_training *state, const float *gradient,
                    struct kin_error *err);

/* One step: gradient of this batch, update, steps + 1. The dropout is drawn by (seed, steps). On
 * failure the state is not to be used further. */
int kin_training_step(struct kin_network *network, const struct kin_adam *adam, uint64_t seed,
                      const float *input, const struct kin_target *target,
                      struct kin_training *state, double *loss, struct kin_error *err);

#endif
